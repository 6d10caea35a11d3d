"""Closed months: what is dated in them no longer changes, and nothing is added to them.

`custom "close" "2026-02"` closes the month and all before it that are not closed yet. It carries what stood in them:
the number of movements on customers' accounts, their volume by currency, and a digest of all of it. Corrections go to
an open month; due dates and notes stay editable.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billtext import dates
from billtext.errors import CloseChangedError, CloseFormError, LedgerError
from billtext.model import Date, Directive, Item, Ledger
from billtext.money import ZERO, exact
from billtext.rules import seals


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What stands in a period.

    :param movements: postings on customers' accounts
    :param volume: sum of their absolute amounts by currency, as text
    """

    movements: int
    volume: str
    digest: str


def until(ledger: Ledger) -> Date | None:
    """The last day of the last closed month, or None."""
    ends = [closing.end for closing in ledger.closings]
    return max(ends) if ends else None


def contents(ledger: Ledger, start: Date, end: Date, *, digest: bool = True) -> Contents:
    """What stands between two days, both included.

    :param digest: work it out too; it takes most of the time
    """
    items = [item for item in ledger.items if start <= item.date <= end]
    volume: dict[str, Decimal] = {}
    for item in items:
        volume[item.currency] = volume.get(item.currency, ZERO) + abs(item.amount)
    text = ", ".join(f"{exact(total, currency)} {currency}" for currency, total in sorted(volume.items())) or "nothing"
    return Contents(movements=len(items), volume=text, digest=_digest(ledger, items, start, end) if digest else "")


def _digest(ledger: Ledger, items: Sequence[Item], start: Date, end: Date) -> str:
    groups: dict[int, list[Item]] = {}
    for item in items:
        groups.setdefault(id(item.entry), []).append(item)
    parts = [f"{seals.content(group[0].entry)}\n{_settled(group)}" for group in groups.values()]
    parts += [f"void {void.number}" for void in ledger.voids if start <= void.date <= end]
    parts += [_allocate(one) for one in ledger.directives if start <= one.date <= end]
    return hashlib.sha256("\n\n".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _settled(items: Iterable[Item]) -> str:
    return " ".join(item.settles or "-" for item in items)


def _allocate(one: Directive) -> str:
    return f"allocate {one.by} {one.number} {one.amount.normalize()} {one.currency}"


def check(ledger: Ledger, *, digest: bool = False) -> Iterator[LedgerError]:
    """Yield closed months in which something stands differently now.

    :param digest: compare every word of it, not only how much there is
    """
    start = Date.min
    for closing in sorted(ledger.closings, key=lambda closing: (closing.end, closing.meta.get("lineno", 0))):
        if closing.end < start:
            yield CloseFormError.at(closing.meta, month=closing.month, why="is closed already", remedy="take it out")
            continue
        if closing.date <= closing.end:
            yield CloseFormError.at(
                closing.meta, month=closing.month, why=f"ends on {closing.end}, after {closing.date}",
                remedy="close it when it is over",
            )  # fmt: skip
        now = contents(ledger, start, closing.end, digest=digest)
        if (now.movements, now.volume) != (closing.movements, closing.volume) or (
            digest and now.digest != closing.digest
        ):
            yield CloseChangedError.at(
                closing.meta, month=closing.month, date=closing.date, movements=closing.movements,
                volume=closing.volume, now=now.movements, now_volume=now.volume,
            )  # fmt: skip
        start = dates.next_day(closing.end)
