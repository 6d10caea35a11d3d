"""When and where what a draft bills was delivered: on a day, or from one day to another, and at a place. Pure.

The draft says when: `delivery:`, or `period-start:` and `period-end:`. Else its lines do, where each has a period of
its own, or a `date:` as `billtext charge` writes it. Else a day that is named when it is issued. Where, the draft says
with `delivery-city:` and the like, or else who issues it; if nobody does, that is the customer's address.
Sources: bokføringsforskriften § 5-1-1 no. 4; VAT Directive 2006/112/EC, art. 226 (7).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from billtext.model import Date
from billtext.rules.prepared import Line, Prepared

# Keys of a document that tell it, the first of which counts.
KEYS = ("delivery", "period-end", "period-start")
_OF_LINES = ("period-end", "period-start")
# Keys of a document, any of which names its place of delivery (BG-13, BG-15).
_PLACE = ("address", "postal-code", "city", "name", "location")
_COUNTRY, _TOWN = re.compile("[A-Z]{2}"), re.compile("(?:([0-9][0-9 ]*) )?(.*)")


def stated(one: Prepared) -> bool:
    """Whether a document says when it was delivered, itself or on each of its lines."""
    return _says(one.keys, KEYS) or all(_says(line.keys, _OF_LINES) for line in _delivered(one))


def placed(one: Prepared) -> bool:
    """Whether a document names a place of delivery of its own."""
    return any(str(one.keys.get(f"delivery-{key}") or "").strip() for key in _PLACE)


def place(text: str) -> dict[str, str]:
    """The keys of a place of delivery that somebody writes in a line: street, town and country, or the town alone.

    >>> place("Kaigata 4, 5003 Bergen")
    {'delivery-address': 'Kaigata 4', 'delivery-postal-code': '5003', 'delivery-city': 'Bergen'}
    >>> place("Kungsgatan 1, 111 43 Stockholm, SE")["delivery-country"], place("Voss"), place(" ")
    ('SE', {'delivery-city': 'Voss'}, {})
    >>> place("Torget, Hus B, Voss"), place("Malmö, SE")["delivery-city"]
    ({'delivery-address': 'Torget, Hus B', 'delivery-city': 'Voss'}, 'Malmö')
    """
    *street, town = (part.strip() for part in " ".join(text.split()).strip(", ").split(","))
    country = street and _COUNTRY.fullmatch(town) and town
    if country:
        town = street.pop()
    code, town = _TOWN.findall(town)[0]
    parts = {"address": ", ".join(street), "postal-code": code, "city": town, "country": country}
    return {f"delivery-{name}": part for name, part in parts.items() if part}


def supplied(one: Prepared, day: Date | None, where: Mapping[str, str]) -> Prepared:
    """An invoice with when and where it was delivered, as its draft leaves that out; a credit note need not repeat it.

    :param day: of delivery, for what says nothing of it; None where nobody named one
    :param where: keys of the place of delivery, for what names none; nothing where that is the customer's address
    """
    if one.draft.kind != "invoice":
        return one
    if where and not placed(one):
        one = replace(one, keys={**one.keys, **where})
    return one if stated(one) else _dated(one, day)


def _dated(one: Prepared, day: Date | None) -> Prepared:
    dated = [found if isinstance(found := line.keys.get("date"), Date) else day for line in _delivered(one)]
    days = [found for found in dated if found is not None]
    if not days or len(days) < len(dated):
        return one
    first, last = min(days), max(days)
    told = {"delivery": last} if first == last else {"period-start": first, "period-end": last}
    return replace(one, keys={**one.keys, **told})


def _delivered(one: Prepared) -> list[Line]:
    """The lines of a document without its allowances and charges, which are no delivery."""
    plain = [line for line in one.lines if line.keys.get("allowance") is None and line.keys.get("charge") is None]
    return plain or list(one.lines)


def _says(keys: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return any(keys.get(name) is not None for name in names)
