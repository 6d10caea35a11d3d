"""Collective invoices: several drafts of a customer for a month as one document.

Source: bokføringsforskriften § 5-2-3.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from billtext.model import Register
from billtext.money import ZERO
from billtext.rules import supply, vat
from billtext.rules.draft_vat import taxed
from billtext.rules.prepared import Line, Prepared


def together(several: Sequence[Prepared], register: Register) -> Prepared:
    """One invoice of several of a customer: VAT is computed once more, on all lines, and prices with VAT come back.

    :param several: they differ in nothing but their lines, their texts and when they were delivered, at the same rates
    """
    first = several[0]
    if len(several) == 1:
        return first
    lines = [_titled(line, one.draft.entry.narration or "") for one in several for line in one.lines]
    share = vat.discounted(register, first.customer, first.draft.entry.meta.get("terms"), first.date)
    lines, vats, left = taxed(lines, register, first.tax_point, first.currency, share)
    own = sum((one.rounded for one in several), ZERO)
    gross = sum((line.net for line in lines), ZERO) + sum((amount for _, _, amount in vats), ZERO) + left + own
    entry = first.draft.entry
    entry = entry._replace(
        narration=", ".join(dict.fromkeys(one.draft.entry.narration for one in several if one.draft.entry.narration)),
        links=entry.links.union(*(one.draft.entry.links for one in several)),
        tags=entry.tags.union(*(one.draft.entry.tags for one in several)),
    )
    return replace(
        first, draft=replace(first.draft, entry=entry), lines=tuple(lines), vats=tuple(vats), rounding=left + own,
        rounded=own, instalments=((first.instalments[0][0], gross),), keys=_delivered(several),
        tax_point=max(one.tax_point for one in several),
    )  # fmt: skip


def month(one: Prepared) -> tuple[int, int]:
    """Year and month to which a draft belongs: of its delivery, else of the end of its period, else of its date."""
    day = next((one.keys[key] for key in supply.KEYS if one.keys.get(key) is not None), one.draft.entry.date)
    return day.year, day.month


def _delivered(several: Sequence[Prepared]) -> dict[str, Any]:
    """Keys of an invoice of several drafts: it has a period where they were not all delivered on one day."""
    keys = dict(several[0].keys)
    if all(one.keys.get(key) == keys.get(key) for one in several for key in supply.KEYS):
        return keys
    days = [one.keys[key] for one in several for key in supply.KEYS if one.keys.get(key) is not None]
    rest = {key: value for key, value in keys.items() if key not in supply.KEYS}
    return {"period-start": min(days), "period-end": max(days), **rest}


def _titled(line: Line, text: str) -> Line:
    """A line with the text of its draft, where it has none of its own."""
    if line.keys.get("text") or not text:
        return line
    given = None if line.given is None else replace(line.given, keys={**line.given.keys, "text": text})
    return replace(line, keys={**line.keys, "text": text}, given=given)
