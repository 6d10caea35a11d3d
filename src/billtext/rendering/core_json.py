"""A core invoice as JSON: every business term by its name in `billtext.rules.core_invoice`, empty ones left out.

Amounts and numbers are strings, dates ISO. Lines, VAT and totals are always whole.
"""

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from billtext.money import exact, plain
from billtext.rendering import einvoice
from billtext.rules.core_invoice import Attachment, CoreInvoice, Totals

# Numbers that are no money: written with the digits that they have.
_PLAIN = frozenset({"quantity", "price_per", "discount", "percent", "rate", "exchange_rate"})
# Values that are tuples: the names of their parts, of one or of each of several.
_PARTS = {
    "period": ("start", "end"),
    "card": ("number", "holder"),
    "mandate": ("reference", "creditor", "account"),
}
_PARTS_OF_EACH = {
    "preceding": ("number", "date"),
    "attributes": ("name", "value"),
    "notes": ("subject_code", "text"),
}


def data(core: CoreInvoice) -> dict[str, Any]:
    """A core invoice as objects that JSON knows; why there is no VAT is said in the document's language."""
    return _fields(einvoice.worded(core), core)


def render(core: CoreInvoice) -> str:
    """A core invoice as the text of a JSON file."""
    return json.dumps(data(core), ensure_ascii=False, indent=2) + "\n"


def _fields(of: Any, core: CoreInvoice) -> dict[str, Any]:
    whole = isinstance(of, Totals)
    pairs = [(each.name, getattr(of, each.name)) for each in fields(of)]
    return {key: _value(key, value, core) for key, value in pairs if (whole and value == 0) or not _empty(key, value)}


def _value(name: str, of: Any, core: CoreInvoice) -> Any:
    if isinstance(of, Decimal):
        if name in _PLAIN:
            return plain(of)
        return exact(of, core.home_currency if name == "home_vat" else core.currency)
    if isinstance(of, datetime.date):
        return of.isoformat()
    if isinstance(of, Attachment):
        return _attachment(of)
    if name in _PARTS:
        return _named(_PARTS[name], of)
    if name in _PARTS_OF_EACH:
        return [_named(_PARTS_OF_EACH[name], each) for each in of]
    if is_dataclass(of):
        return _fields(of, core)
    if isinstance(of, Mapping):
        return dict(of)
    return [_value("", each, core) for each in of] if isinstance(of, tuple) else of


def _named(names: tuple[str, ...], of: tuple[Any, ...]) -> dict[str, Any]:
    """The parts of a tuple that are there, by their names."""
    pairs = zip(names, of, strict=True)
    return {name: part.isoformat() if isinstance(part, datetime.date) else part for name, part in pairs if part}


def _empty(name: str, of: Any) -> bool:
    """Whether there is nothing to tell: no text, no amount that is more than a default, no part that says anything."""
    if is_dataclass(of) and not isinstance(of, type):
        return all(_empty(each.name, getattr(of, each.name)) for each in fields(of))
    if isinstance(of, Decimal):
        return of == {"discount": 0, "prepaid": 0, "rounding": 0, "price_per": 1}.get(name)
    return of is None or of is False or of == "" or (isinstance(of, tuple | Mapping) and not of)


def _attachment(of: Attachment) -> dict[str, Any]:
    """What is attached, by the hash of its content: the content itself is a file of its own."""
    found: dict[str, Any] = {
        key: text
        for key in ("id", "description", "filename", "mime", "url") if (text := getattr(of, key))
    }  # fmt: skip
    if of.content is not None:
        found |= {"size": len(of.content), "sha256": hashlib.sha256(of.content).hexdigest()}
    return found
