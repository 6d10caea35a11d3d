"""`billtext init`."""

import datetime
import shlex
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from billtext.cli.common import Day, example, say


@click.command(
    epilog=example(
        "billtext init books",
        "billtext init books --name 'Fjordlys Elektro AS' --country NO --org-number 310000019 --yes",
    )
)
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", help="Name of the company.")
@click.option("--country", metavar="CODE", help="Country, ISO 3166, such as NO.")
@click.option("--currency", metavar="CODE", help="Currency of the accounts, ISO 4217, such as NOK. Else the country's.")
@click.option("--language", metavar="CODE", help="Language of the company, such as nb. Else the country's.")
@click.option("--org-number", metavar="NUMBER", help="Organisation number.")
@click.option("--vat-number", metavar="NUMBER", help="VAT number, such as NO310000019MVA.")
@click.option("--vat-rate", metavar="PERCENT", help="The usual VAT rate; 0 for none. Norway's rates are known.")
@click.option("--address", help="Street address.")
@click.option("--postal-code", help="Postal code.")
@click.option("--city", help="Town.")
@click.option("--email", help="E-mail address for invoices.")
@click.option("--bank-account", metavar="NUMBER", help="Domestic bank account number.")
@click.option("--iban", metavar="IBAN", help="The same account's IBAN.")
@click.option(
    "--days", type=click.IntRange(0, 365), default=14, show_default=True, help="Days until an invoice is due."
)
@click.option("--start", type=Day(), metavar="DATE", help="First day of the ledger. Else the first of this year.")
@click.option("--yes", is_flag=True, help="Ask nothing: what is not given is left out.")
def command(
    directory: Path, name: str | None, country: str | None, currency: str | None, language: str | None, yes: bool,
    vat_rate: str | None, days: int, start: datetime.date | None, **details: str | None,
) -> None:  # fmt: skip
    """Make a new ledger in DIRECTORY that checks clean, asking for what is not given.

    The directory must be empty or not exist. It is there as a whole or not at all.
    """
    from billtext import new_ledger
    from billtext.outside import directories

    directories.free(directory)
    country = country and _country(country)
    rate = _rate(vat_rate)
    if not yes:
        name = name or click.prompt("Name of the company")
        country = country or click.prompt("Country (ISO 3166)", default="NO", value_proc=_country)
        for key, question in _QUESTIONS:
            if details[key] is None:
                details[key] = _ask(question, key, country) or None
        if rate is None and country != "NO":
            rate = click.prompt("Usual VAT rate in percent", default="0", value_proc=_rate)
    if not name or not name.strip():
        raise click.UsageError("the company needs a name: --name")
    country = country or "NO"
    if details["vat_number"]:
        _of_country(details["vat_number"], country)
    card = {
        "org-number": details["org_number"], "vat-number": details["vat_number"], "address": details["address"],
        "postal-code": details["postal_code"], "city": details["city"], "country": country, "email": details["email"],
        "currency": currency or _currency(country), "language": language or _language(country),
    }  # fmt: skip
    if country == "NO" and details["org_number"]:
        card["endpoint"] = f"0192:{details['org_number']}"  # where Norwegian companies get e-invoices (ELMA)
    # Bokføringsforskriften § 5-1-2: these kinds of company print it on their sales documents.
    if country == "NO" and details["org_number"] and name.split()[-1].upper() in {"AS", "ASA", "NUF"}:
        card["register"] = "Foretaksregisteret"
    company = new_ledger.Company(
        name=name, start=start or datetime.date.today().replace(month=1, day=1),
        card={key: value for key, value in card.items() if value},
        bank={key: value for key, value in (("number", details["bank_account"]), ("iban", details["iban"])) if value},
        days=days, vat_rate=rate,
    )  # fmt: skip
    texts = _sound(new_ledger.render(company))
    directories.create(directory, texts)
    say(
        f"{directory}: a new ledger for {name}. Try: billtext -f {shlex.quote(str(directory / 'main.beancount'))} check"
    )


_QUESTIONS = (
    ("org_number", "Organisation number (or nothing)"), ("vat_number", "VAT number (or nothing)"),
    ("address", "Street address (or nothing)"), ("postal_code", "Postal code (or nothing)"), ("city",
    "Town (or nothing)"),
    ("email", "E-mail address for invoices (or nothing)"), ("bank_account", "Bank account number (or nothing)"),
    ("iban", "IBAN (or nothing)"),
)  # fmt: skip


_OF_BANK = {"bank_account": "number", "iban": "iban"}


def _ask(question: str, option: str, country: str) -> str:
    """The answer to a question, which is asked again until the register accepts it or there is none."""
    from billtext.ledger.schema import REGISTER, faults

    keys = REGISTER["bank-account" if option in _OF_BANK else "company"]
    key = _OF_BANK.get(option, option.replace("_", "-"))

    def sound(text: str) -> str:
        answer = text.strip()
        for error in faults({key: answer} if answer else {}, keys, {}, None, country).values():
            raise click.BadParameter(error.message)
        if option == "vat_number" and answer:
            _of_country(answer, country)
        return answer

    return str(click.prompt(question, default="", show_default=False, value_proc=sound))


def _of_country(number: str, country: str) -> None:
    """Refuse a VAT number of our own that does not begin as those of the company's country do (BR-CO-09)."""
    from stdnum.eu.vat import MEMBER_STATES

    begins = {"NO": "NO", "CH": "CHE", "GR": "EL"}.get(country) or (country if country.lower() in MEMBER_STATES else "")
    if not number.startswith(begins):
        raise click.BadParameter(
            f"{number!r} does not begin with {begins}, as the VAT numbers of {country} do", param_hint="--vat-number"
        )


def _country(text: str) -> str:
    country = text.strip().upper()
    _currency(country)
    return country


def _sound(texts: dict[str, str]) -> dict[str, str]:
    """The texts, once they have been read and found without a mistake.

    :raises Refused: a value given is wrong, such as a check digit
    """
    import tempfile

    from billtext.errors import Refused
    from billtext.ledger import load
    from billtext.outside import directories
    from billtext.rules import book

    with tempfile.TemporaryDirectory() as place:
        directories.create(Path(place) / "ledger", texts)
        loaded = load.load(Path(place) / "ledger" / "main.beancount")
        errors = [*loaded.errors, *book.build(loaded.entries, load.sources).errors]
    if errors:
        raise Refused(f"no ledger was made: {' '.join(str(errors[0].message).split())}")
    return texts


def _rate(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal(-1)
    if not (rate.is_finite() and 0 <= rate <= 100):
        raise click.BadParameter(f"{text!r} is not a percentage from 0 to 100", param_hint="--vat-rate")
    return rate


def _currency(country: str) -> str:
    from babel.numbers import get_territory_currencies

    found = get_territory_currencies(country)
    if not found:
        raise click.BadParameter(
            f"{country!r} is not a country; write an ISO 3166 code such as NO", param_hint="--country"
        )
    return found[-1]


def _language(country: str) -> str:
    from babel import Locale

    try:
        return "nb" if country == "NO" else Locale.parse(f"und_{country}").language
    except ValueError:
        return "en"
