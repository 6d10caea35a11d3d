"""How a customer pays: days from due date to settlement of each invoice, and the invoices still waited for. Pure.

    due 2026-03-16, paid 2026-03-25    9 days late
    due 2026-03-16, paid 2026-03-13   -3 days late: three days before it was due

An invoice counts on the day on which nothing is open of it any more, an instalment by itself. Each counts alike,
whatever its amount. One settled by credit notes and write-offs alone was not paid, and does not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billtext import dates
from billtext.model import Date, Item
from billtext.money import CONTEXT, nearest
from billtext.rules.book import Book

MONEY = frozenset({"payment", "deposit", "entry"})  # kinds of movement by which an invoice is paid
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """An invoice, or an instalment of one, with the day on which it was settled in full.

    :param late: days after it was due; negative before
    """

    item: Item
    settled: Date
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An invoice that is overdue and still open, and for how many days."""

    item: Item
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What was paid in a month.

    :param name: such as `2026-10`
    :param average: days late of the invoices that were settled in it, to a tenth
    :param worst: the most of them
    """

    name: str
    count: int
    average: Decimal
    worst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How a customer pays, as it was known on a day.

    :param paid: in the order of settlement
    :param waiting: overdue and open, the longest first; in no average
    """

    paid: tuple[Paid, ...]
    waiting: tuple[Waiting, ...]

    @property
    def average(self) -> Decimal | None:
        """Days late on the average, to a tenth; None if nothing was paid yet."""
        return _average(self.paid) if self.paid else None

    @property
    def worst(self) -> Paid | None:
        """The invoice that was settled latest after it was due, the last of several alike."""
        return max(self.paid, key=lambda one: (one.late, one.settled), default=None)

    @property
    def in_time(self) -> int:
        """How many were settled on the due date or before."""
        return sum(one.late <= 0 for one in self.paid)

    @property
    def months(self) -> tuple[Month, ...]:
        """The months in which something was settled, oldest first."""
        by_month: dict[str, list[Paid]] = {}
        for one in self.paid:
            by_month.setdefault(f"{one.settled.year:04}-{one.settled.month:02}", []).append(one)
        return tuple(
            Month(name=name, count=len(found), average=_average(found), worst=max(one.late for one in found))
            for name, found in sorted(by_month.items())
        )


def report(book: Book, customer: str, as_of: Date) -> Behaviour:
    """How a customer has paid until a day."""
    paid: list[Paid] = []
    waiting: list[Waiting] = []
    for item in book.items_of.get(customer, ()):
        if item.date > as_of:
            break
        if item.stands != "invoice":
            continue
        if book.allocations.open(item, as_of):
            late = dates.days_overdue(item.due, as_of)
            if late > 0:
                waiting.append(Waiting(item=item, late=late))
            continue
        settled = _settled(book, item, as_of)
        if settled is not None:
            paid.append(Paid(item=item, settled=settled, late=(settled - item.due).days))
    paid.sort(key=lambda one: (one.settled, one.item.sort_key()))
    waiting.sort(key=lambda one: (-one.late, one.item.sort_key()))
    return Behaviour(paid=tuple(paid), waiting=tuple(waiting))


def _settled(book: Book, item: Item, as_of: Date) -> Date | None:
    """The day from which on nothing is open of an item; None if no money had part in it."""
    touching = [one for one in book.allocations.of.get(item, ()) if one.date <= as_of]
    kinds = {(one.source if one.target is item else one.target).kind for one in touching}
    return max(one.date for one in touching) if kinds & MONEY else None


def _average(paid: Sequence[Paid]) -> Decimal:
    return nearest(CONTEXT.divide(Decimal(sum(one.late for one in paid)), Decimal(len(paid))), TENTH)
