"""The register for other programs: customers on a day as CSV, or as vCard 3.0 (RFC 2426)."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from billtext.ledger import write
from billtext.ledger.schema import REGISTER
from billtext.model import Date, Record
from billtext.rendering import escape
from billtext.rules.register_changes import ORDER

UID = "billtext:"  # before the id of a customer, in a card's UID
X = "X-BILLTEXT-"  # before the key of what a card has no field for
# What a card has a field for; the address has one of its own.
FIELDS = {"name": "fn", "email": "email", "phone": "tel", "website": "url", "note": "note"}
ADDRESS = {"address": "street", "address-2": "extended", "postal-code": "code", "city": "city", "country": "country"}

Cards = Sequence[tuple[str, Mapping[str, Any]]]


def cards(records: Iterable[Record], as_of: Date) -> Cards:
    """Customers that the register has on a day, each with what holds then."""
    found = ((record.id, record.at(as_of)) for record in records)
    return [(name, values) for name, values in found if values is not None]


def text(value: object) -> str:
    """A value as a cell: text without quotes, the rest as the ledger writes it."""
    return value if isinstance(value, str) else "" if value is None else write.value(value)


def as_csv(found: Cards) -> str:
    """Customers as CSV (RFC 4180): the columns are the ledger's keys, those that no customer has are left out."""
    given = dict.fromkeys(key for _, values in found for key in values)
    keys = [key for key in ORDER if key in given and key in REGISTER["customer"]]
    keys += sorted(given.keys() - set(keys))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["id", *keys])
    for name, values in found:
        writer.writerow([name, *(_cell(key, values.get(key)) for key in keys)])
    return out.getvalue()


def _cell(key: str, value: object) -> str:
    shown = write.clean(text(value))
    return escape.guarded(shown if key == "note" else shown.replace("\n", " "))


def as_vcards(found: Cards) -> str:
    """Customers as vCards; what a card has no field for stands under `X-BILLTEXT-`."""
    return "".join(_vcard(name, values) for name, values in found)


def _vcard(name: str, values: Mapping[str, Any]) -> str:
    import vobject

    card: Any = vobject.vCard()
    card.add("uid").value = UID + name
    full = text(values.get("name") or name)
    person = values.get("kind") in {"person", "guest"}
    card.add("n").value = vobject.vcard.Name(family=full if person else "")
    if not person:
        card.add("org").value = [full]
    for key, what in FIELDS.items():
        if key == "name" or values.get(key):
            card.add(what).value = full if key == "name" else text(values[key])
    if any(values.get(key) for key in ADDRESS):
        parts = {part: text(values[key]) for key, part in ADDRESS.items() if values.get(key)}
        card.add("adr").value = vobject.vcard.Address(**parts)
    for key, value in values.items():
        if key not in FIELDS and key not in ADDRESS and text(value):
            card.add(f"{X}{key}".lower()).value = text(value)
    return str(card.serialize())
