"""A customer's card in words: its fields on a day, its contacts, and what the register said before.

The register has codes and ids, which are for who writes it; whoever reads a page is told what they mean.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.model import Date
from billtext.rendering import document_view, shapes
from billtext.rendering.pages.frame import Frame
from billtext.rendering.pages.papers import CHANNELS
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
    "attach": "Attachments",
    "endpoint": "Electronic address",
    "language": "Language",
    "currency": "Currency",
    "terms": "Terms",
    "vat": "VAT",
    "credit-limit": "Credit limit",
    "buyer-reference": "Buyer's reference",
    "hold": "On hold",
    "closed": "Closed",
    "note": "Note",
}
# What the office keeps to itself, as what has no word here.
OFFICE = {"channel", "attach", "vat", "credit-limit", "hold", "closed", "note"}
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
ATTACHED = {"pdf": "PDF", "pdf+xml": "PDF and XML", "facturx": "Factur-X"}


def fields(frame: Frame, card: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the card says on the day, by its words."""
    keys = [key for key in FIELDS if not frame.given or key not in OFFICE]
    if not frame.given:
        keys += sorted(card.keys() - FIELDS.keys() - HEAD.keys())
    return [(_word(frame, key), value(frame, key, card[key], frame.as_of)) for key in keys if key in card]


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
        "old": "" if change.old is None else value(frame, change.key, change.old, change.date),
        "new": value(frame, change.key, change.new, change.date),
    }


def _word(frame: Frame, key: str) -> str:
    word = FIELDS.get(key) or HEAD.get(key)
    return key if word is None else frame.t(word)


def value(frame: Frame, key: str, found: Any, day: Date) -> str:
    """A value of the register as text; codes, and ids as the register has them on a day, in words."""
    if key in _MEANT and isinstance(found, str):
        return _MEANT[key](frame, found, day)
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


# --- codes and ids ----------------------------------------------------------------------------------------


def _one_of(words: Mapping[str, str]) -> Callable[[Frame, str, Date], str]:
    return lambda frame, code, _day: frame.t(words[code]) if code in words else code


def _terms(frame: Frame, name: str, day: Date) -> str:
    return ", ".join(_offered(frame, frame.book.register.values("terms", name, day))) or name


def _offered(frame: Frame, terms: Mapping[str, Any]) -> Iterator[str]:
    """What terms of payment say, as far as it is to be understood."""
    t, days = frame.t, terms.get("days")
    if not isinstance(days, Decimal):
        return
    if terms.get("end-of-month") is True:
        words = t("{days} day after the end of the month" if days == 1 else "{days} days after the end of the month")
    else:
        words = t("{days} day net" if days == 1 else "{days} days net") if days else t("due at once")
    yield words.format(days=t.number(days))
    percent, days = terms.get("discount"), terms.get("discount-days")
    if isinstance(percent, Decimal) and isinstance(days, Decimal) and percent:
        words = t("{percent} discount within {days} day" if days == 1 else "{percent} discount within {days} days")
        yield words.format(percent=t.percent(percent), days=t.number(days))


def _vat(frame: Frame, code: str, day: Date) -> str:
    found = frame.book.register.vat(code, day)
    return code if found is None else f"{document_view.rate(found.rate, frame.t)} ({code})"


_MEANT: Mapping[str, Callable[[Frame, str, Date], str]] = {
    "kind": lambda frame, code, _day: frame.t(code),
    "channel": _one_of(CHANNELS),
    "attach": _one_of(ATTACHED),
    "language": lambda frame, code, _day: frame.t.language(code),
    "country": lambda frame, code, _day: frame.t.country(code),
    "terms": _terms,
    "vat": _vat,
}
