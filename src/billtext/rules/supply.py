"""When what a draft bills was delivered: on a day, or from one day to another. Pure.

The draft says it: `delivery:`, or `period-start:` and `period-end:`. Else its lines do, where each has a period of its
own, or a `date:` as `billtext charge` writes it. Else a day that is named when it is issued.
Sources: bokføringsforskriften § 5-1-1; VAT Directive 2006/112/EC, art. 226 (7).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from billtext.model import Date
from billtext.rules.prepared import Line, Prepared

# Keys of a document that tell it, the first of which counts.
KEYS = ("delivery", "period-end", "period-start")
_OF_LINES = ("period-end", "period-start")


def stated(one: Prepared) -> bool:
    """Whether a document says when it was delivered, itself or on each of its lines."""
    return _says(one.keys, KEYS) or all(_says(line.keys, _OF_LINES) for line in _delivered(one))


def supplied(one: Prepared, day: Date | None) -> Prepared:
    """An invoice with the time of its delivery, where its draft leaves that out; a credit note need not repeat it.

    :param day: of delivery, for what says nothing of it; None where nobody named one
    """
    if one.draft.kind != "invoice" or stated(one):
        return one
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
