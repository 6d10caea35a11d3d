"""A customer's card in words: its fields on a day, its contacts, and what the register said before."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.model import Date
from billtext.rendering import shapes
from billtext.rendering.pages.frame import Frame
from billtext.rules import card_history
from billtext.rules.card_history import Change

# Fields of a card with their words; what the register holds besides is shown under its own name.
FIELDS = {
    "org-number": "Org. no.",
    "vat-number": "VAT no.",
    "gln": "GLN",
    "email": "E-mail",
    "phone": "Telephone",
    "website": "Website",
    "channel": "Sent by",
    "endpoint": "Electronic address",
    "language": "Language",
    "currency": "Currency",
    "terms": "Terms",
    "credit-limit": "Credit limit",
    "buyer-reference": "Buyer's reference",
    "closed": "Closed",
    "note": "Note",
}
OFFICE = {"channel", "credit-limit", "closed", "note"}  # what the office keeps to itself, as what has no word here
# Fields that stand above the others, or are one address.
HEAD = {
    "name": "Name",
    "kind": "Kind",
    "address": "Address",
    "address-2": "Address",
    "postal-code": "Postal code",
    "city": "City",
    "country": "Country",
}


def fields(frame: Frame, card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the card says on the day, by its words."""
    keys = [key for key in FIELDS if not frame.given or key not in OFFICE]
    if not frame.given:
        keys += sorted(card.keys() - FIELDS.keys() - HEAD.keys())
    return [(_word(frame, key), value(frame, card[key])) for key in keys if key in card]


def contacts(frame: Frame, customer: str) -> list[dict[str, str]]:
    """The customer's contacts on the day."""
    return [
        {key: str(values.get(key, "")) for key in ("name", "role", "email", "phone")}
        for values in frame.contacts.get(customer, ())
    ]


def history(frame: Frame, customer: str) -> dict[str, Any] | None:
    """What the register said of a customer, and since when: each change until the day, the latest first."""
    record = frame.book.register.get("customer", customer)
    if record is None or record.first > frame.as_of:
        return None
    entered = card_history.entered(record)
    return {
        "since": frame.f.date(record.first),
        "source": frame.leads.source(record.versions[0].meta),
        "entered": [_change(frame, change) for change in entered],
        "changes": [_change(frame, change) for change in card_history.changes(record, frame.as_of)][::-1],
    }


def _change(frame: Frame, change: Change) -> dict[str, str]:
    return {
        "date": frame.f.date(change.date),
        "day": change.date.isoformat(),
        "word": _word(frame, change.key),
        "key": change.key,
        "old": "" if change.old is None else value(frame, change.old),
        "new": value(frame, change.new),
    }


def _word(frame: Frame, key: str) -> str:
    word = FIELDS.get(key) or HEAD.get(key)
    return key if word is None else frame.t(word)


def value(frame: Frame, found: Any) -> str:
    """A value of the register as text."""
    if found is None:
        return ""
    if isinstance(found, bool):
        return frame.t("yes") if found else frame.t("no")
    if isinstance(found, Date):
        return frame.f.date(found)
    if isinstance(found, Decimal):
        return frame.f.number(found)
    if isinstance(found, Amount) and found.number is not None:
        return f"{frame.f.amount(found.number, found.currency)} {found.currency}"
    return str(shapes.value(found))
