"""When and where what a draft bills was delivered: on a day, or from one day to another, and at a place. Pure.

The draft says when: `delivery:`, or `period-start:` and `period-end:`. Else its lines do, where each has a period of
its own, or a `date:` as `billtext charge` writes it. Else a day that is named when it is issued. Where, the draft says
with `delivery-city:` and the like, or else who issues it; if nobody does, that is the customer's address.
Sources: bokføringsforskriften § 5-1-1 no. 4; VAT Directive 2006/112/EC, art. 226 (7).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from billtext.model import Date
from billtext.rules.prepared import Prepared

# Keys of a document that tell it, the first of which counts.
KEYS = ("delivery", "period-end", "period-start")
_OF_LINES = ("period-end", "period-start")
# Keys of a document, any of which names its place of delivery (BG-13, BG-15).
_PLACE = ("address", "postal-code", "city", "name", "location")
_COUNTRY, _TOWN = re.compile("[A-Z]{2}"), re.compile("(?:([0-9][0-9 ]*) )?(.*)")


def stated(one: Prepared) -> bool:
    """Whether a document says when it was delivered, itself or on each of its lines."""
    return _stated(one.keys, [line.keys for line in one.lines])


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
    return replace(one, keys={**one.keys, **dated(one.keys, [line.keys for line in one.lines], day)})


def dated(keys: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], day: Date | None) -> Mapping[str, Date]:
    """The keys of when a document was delivered, as its lines or a day say it; none where it says that itself.

    :param lines: keys of its lines
    """
    if _stated(keys, lines):
        return {}
    said = [found if isinstance(found := line.get("date"), Date) else day for line in _delivered(lines)]
    days = [found for found in said if found is not None]
    if not days or len(days) < len(said):
        return {}
    first, last = min(days), max(days)
    return {"delivery": last} if first == last else {"period-start": first, "period-end": last}


def _stated(keys: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> bool:
    return _says(keys, KEYS) or all(_says(line, _OF_LINES) for line in _delivered(lines))


def _delivered(lines: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """The lines of a document without its allowances and charges, which are no delivery."""
    return [line for line in lines if line.get("allowance") is None and line.get("charge") is None] or lines


def _says(keys: Mapping[str, Any], names: tuple[str, ...]) -> bool:
    return any(keys.get(name) is not None for name in names)
