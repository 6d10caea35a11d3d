"""Closed months: what is dated in them no longer changes, and nothing is added to them.

`custom "close" "2026-02"` closes the month and all before it that are not closed yet. It carries what stood in them:
the number of movements on customers' accounts, their volume by currency, and a digest of all of it. Corrections go to
an open month; due dates and notes stay editable.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core.data import Custom, Transaction

from billtext import dates
from billtext.errors import CloseChangedError, CloseFormError, LedgerError
from billtext.ledger.accounts import Receivables
from billtext.ledger.register import values_of
from billtext.ledger.schema import FORMS, TRANSACTION, written
from billtext.model import KINDS, Date, Ledger
from billtext.money import ZERO, exact
from billtext.rules import seals

# What is told of papers is dated as they were, whenever it is written down, and changes nothing in its month: what was
# filed, and what happened on the way to a customer, such as a receipt of the access point that is read later.
OF_PAPERS = frozenset({"filed", "delivery"})


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


def contents(ledger: Ledger, start: Date, end: Date, entries: Iterable[Any] | None = None) -> Contents:
    """What stands between two days, both included.

    :param entries: directives of the ledger, for the digest, which takes most of the time; without them it is empty
    """
    items = [item for item in ledger.items if start <= item.date <= end]
    volume: dict[str, Decimal] = {}
    for item in items:
        volume[item.currency] = volume.get(item.currency, ZERO) + abs(item.amount)
    text = ", ".join(f"{exact(total, currency)} {currency}" for currency, total in sorted(volume.items())) or "nothing"
    digest = "" if entries is None else _digest(ledger, start, end, entries)
    return Contents(movements=len(items), volume=text, digest=digest)


def _digest(ledger: Ledger, start: Date, end: Date, entries: Iterable[Any]) -> str:
    """Digest of the office's own directives of a period: its transactions, its register, and what else it dates."""
    customer_of = Receivables(ledger.register)
    parts = []
    for entry in entries:
        if not start <= entry.date <= end:
            continue
        if isinstance(entry, Transaction):
            moves = any(customer_of[posting.account] is not None for posting in entry.postings)
            if entry.flag != "P" and (moves or not OFFICE.isdisjoint(entry.meta)):
                settled = " ".join(str((posting.meta or {}).get("settles") or "-") for posting in entry.postings)
                parts.append(f"{seals.content(entry)}\n{settled}")
        elif isinstance(entry, Custom) and entry.type in FORMS and entry.type not in OF_PAPERS:
            values = " ".join(str(value.value) for value in entry.values)
            keys = "\n".join(f"{key}: {written(value)}" for key, value in sorted(values_of(entry.meta).items()))
            parts.append(f"{entry.date} {entry.type} {values}\n{keys}")
    return hashlib.sha256("\n\n".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


# Keys by which a transaction that moves nothing on a customer's account is the office's all the same: a voucher sold.
OFFICE = frozenset({*KINDS[:-1], *TRANSACTION}) - {"note"}


def check(ledger: Ledger, entries: Sequence[Any] | None = None) -> Iterator[LedgerError]:
    """Yield closed months in which something stands differently now.

    :param entries: directives of the ledger: compare every word of them, not only how much there is
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
        now = contents(ledger, start, closing.end, entries)
        if (now.movements, now.volume) != (closing.movements, closing.volume) or (
            entries is not None and now.digest != closing.digest
        ):
            yield CloseChangedError.at(
                closing.meta, month=closing.month, date=closing.date, movements=closing.movements,
                volume=closing.volume, now=now.movements, now_volume=now.volume,
            )  # fmt: skip
        start = dates.next_day(closing.end)
