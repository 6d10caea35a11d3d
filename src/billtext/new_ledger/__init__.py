"""Templates of a new ledger, and the pure function that fills them."""

import datetime
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from billtext.ledger import write
from billtext.money import exact
from billtext.rules import vat as vat_rules

# Template of each file of a new ledger; {year} is that of its first day.
FILES = {
    "main.beancount": "main",
    "company.beancount": "company",
    "accounts.beancount": "accounts",
    "items.beancount": "items",
    "customers/README.beancount": "customers",
    "invoices/{year}.beancount": "invoices",
    "payments/{year}.beancount": "payments",
    "follow-up/{year}.beancount": "follow-up",
}
DIRECTORIES = ("documents", "drafts", "quotes", "recurring")


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What a new ledger must know.

    :param card: keys of the company directive with their values, without empty ones
    :param bank: keys of the bank-account directive, empty if there is none yet
    :param days: of the first terms
    :param vat_rate: percent; used where the country has no list of VAT codes
    """

    name: str
    start: datetime.date
    card: Mapping[str, str]
    bank: Mapping[str, str]
    days: int
    vat_rate: Decimal | None = None


def vat_codes(country: str, rate: Decimal | None) -> Sequence[Mapping[str, Any]]:
    """VAT codes of a country from its data file, else one code of the rate given (percent), else none."""
    data = files("billtext") / "data" / f"vat-{country}.toml"
    if rate is None and country.isalpha() and data.is_file():
        codes: list[Mapping[str, Any]] = tomllib.loads(data.read_text("utf-8"))["code"]
        return codes
    return (
        []
        if not rate
        else [{"id": f"S{rate}".replace(".", "-"), "rate": rate, "category": "S", "saft": "", "text": ""}]
    )


def render(company: Company) -> dict[str, str]:
    """Text of each file of a new ledger, by its path below the ledger's directory."""
    environment = Environment(  # noqa: S701 - Beancount, not HTML: texts go through `quoted` and `comment`
        loader=PackageLoader("billtext", "new_ledger"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["quoted"] = write.string
    environment.filters["comment"] = lambda text: " ".join(str(text).split())
    codes = vat_codes(company.card["country"], company.vat_rate) if company.vat_rate != 0 else []
    # A rate of law holds for history too: documents older than the ledger may be imported.
    codes = [{**code, "date": min(company.start, code.get("from", company.start))} for code in codes]
    currency = company.card["currency"]
    tax = vat_rules.amount(Decimal(1000), Decimal(codes[0]["rate"]), currency) if codes else Decimal(0)
    values = {
        "name": company.name, "start": company.start, "card": list(company.card.items()),
        "bank": list(company.bank.items()),
        "days": company.days, "vat": codes, "currency": currency, "country": company.card["country"],
        "language": company.card["language"], "example": {"vat": exact(tax, currency),
        "gross": exact(1000 + tax, currency)},
    }  # fmt: skip
    texts = {
        path.format(year=company.start.year): environment.get_template(f"{template}.beancount.j2").render(**values)
        for path, template in FILES.items()
    }
    texts[".gitignore"] = environment.get_template("gitignore.j2").render(**values)
    texts.update({f"{directory}/.gitkeep": "" for directory in DIRECTORIES})
    return texts
