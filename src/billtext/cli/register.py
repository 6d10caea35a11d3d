"""What the commands of the register share: an option for each key, and how a change is written."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from billtext.cli.common import Face, say
from billtext.cli.writing import changing, done

if TYPE_CHECKING:
    from billtext.model import Register
    from billtext.rules.register_changes import Change

F = TypeVar("F", bound=Callable[..., Any])

# The keys of `ledger.schema.REGISTER`, in the order of the help; a test compares them. Not read from there: a help
# text need not load Beancount.
KEYS: dict[str, dict[str, str]] = {
    "customer": {
        "name": "Name.", "kind": "company, person, public or guest.", "org-number": "Organisation number.",
        "vat-number": "VAT number, such as NO310000205MVA.", "gln": "Global location number.", "address": "Street.",
        "address-2": "Second line of the address.", "postal-code": "Postal code.", "city": "City.",
        "address-3": "Its third line.", "region": "Region or county.", "trading-name": "Name that it trades by.",
        "party-id": "Identifier of another kind, SCHEME:ID.",
        "org-scheme": "ISO 6523 scheme of the organisation number.",
        "contact-name": "Whom to ask.", "country": "Country, such as NO.",
        "email": "E-mail address for invoices.", "phone": "Telephone.",
        "website": "Web site.", "channel": "How invoices go: email, ehf, print, portal or none.",
        "attach": "What goes with a mail: pdf, pdf+xml or facturx.",
        "endpoint": "Address for electronic invoices, such as 0192:310000205.",
        "buyer-reference": "Reference that invoices carry.", "language": "Language of documents, such as nb.",
        "currency": "Currency, such as NOK.", "terms": "Terms of payment, such as net-14.",
        "credit-limit": "Credit limit, such as '50000.00 NOK'.", "vat": "VAT code, instead of the items' own.",
        "hold": "yes or no: no new invoices for the time being.", "note": "A note.",
    },
    "contact": {"name": "Name.", "email": "E-mail address.", "phone": "Telephone.", "role": "Role, in words."},
    "item": {
        "text": "Text of an invoice line.", "unit": "UN/ECE Rec 20 unit, such as HUR.",
        "price": "Price without VAT, such as '1250.00 NOK'.", "price-per": "Number of units that the price is for.",
        "vat": "VAT code, such as S25.", "account": "Account, such as Income:Sales.",
        "gtin": "Standard item number.", "description": "What it is, in more words.",
    },
}  # fmt: skip


def keys(directive: str) -> Callable[[F], F]:
    """An option for each key of a directive, and `--set` for other keys; the command gets `given`."""

    def decorate(command: F) -> F:
        command = click.option(
            "--set", "others", multiple=True, metavar="KEY=VALUE", help="Another key; may be repeated."
        )(command)
        for key, words in reversed(KEYS[directive].items()):
            command = click.option(f"--{key}", f"key_{key.replace('-', '_')}", metavar="TEXT", help=words)(command)
        return command

    return decorate


def texts(given: Mapping[str, Any], others: Iterable[str]) -> dict[str, str]:
    """Texts by key, as they were typed.

    :param given: the parameters of the command that are keys
    """
    found = {name[4:].replace("_", "-"): str(text) for name, text in given.items() if text is not None}
    for other in others:
        key, sign, text = other.partition("=")
        if not sign:
            raise click.UsageError(f"--set {other!r}: write KEY=VALUE")
        if key == "closed":
            raise click.UsageError(
                "--set closed: say `billtext customer close` or `reopen`, which look at what is open"
            )
        if key in found:
            raise click.UsageError(f"--set {key}: it is given twice")
        found[key] = text
    return found


def values(register: "Register", directive: str, texts: Mapping[str, str]) -> dict[str, Any]:
    """Values by key; an amount without currency is in the company's."""
    from billtext.rules import register_changes

    return {key: register_changes.parse(directive, key, text, register.currency or "") for key, text in texts.items()}


def write(
    face: Face, decide: "Callable[[Any], Iterable[Change]]", *, trial: bool, force: bool,
    nothing: str = "There is nothing to change.",
) -> None:  # fmt: skip
    """Decide on changes with the ledger held, show them, and write them.

    :param decide: called with the desk
    """
    from billtext.outside import registering

    with changing(face, force=force) as desk:
        changes = list(decide(desk))
        if not changes:
            say(nothing)
            return
        text = registering.add(desk, changes)
        if not trial:
            desk.commit(about=[change.id.partition(" ")[0] for change in changes])
        say(text, nl=False)
        done(desk)


def edited(face: Face, directive: str, id: str, date: datetime.date, texts: Mapping[str, str],  # noqa: A002
           unset: Iterable[str], *, trial: bool, force: bool) -> None:  # fmt: skip
    """Change a record from a day on."""
    from billtext.rules import register_changes

    if not texts and not unset:
        raise click.UsageError("say what changes, such as --set KEY=VALUE; --help lists the options")

    def decide(desk: Any) -> "Iterable[Change]":
        register = desk.book.register
        wanted = values(register, directive, texts) | register_changes.emptied(directive, unset)
        change = register_changes.edit(register, directive, id, date, wanted)
        if change is None:
            return []
        for key, day in register_changes.later(register, change):
            say(f"note: from {day} on the register gives another `{key}`, so this holds until then", err=True)
        return [change]

    write(face, decide, trial=trial, force=force)


def unsetting(command: F) -> F:
    """Option `--unset`."""
    return click.option("--unset", multiple=True, metavar="KEY", help="Take a text away; may be repeated.")(command)
