"""Statements: what moved on a customer's account, and what is open, one section for each currency."""

import datetime
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from beancount.core.data import Transaction

from billtext import dates
from billtext.model import RANK, Date, Item
from billtext.money import ZERO
from billtext.rules import ageing
from billtext.rules.ageing import OpenItem, Row
from billtext.rules.book import Book

KINDS = ("activity", "open-items")
LONG = 12  # months that say the same and are still told one by one
ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One transaction on the account; `balance` is what the customer owes after it, `entry` the transaction."""

    date: Date
    kind: str
    number: str
    text: str
    amount: Decimal
    balance: Decimal
    entry: Transaction = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A statement in one currency.

    :param opening: what was owed before the first day
    :param closing: what is owed on the last day: the open items and the ageing add up to it
    """

    currency: str
    opening: Decimal
    lines: tuple[Movement, ...]
    closing: Decimal
    open_items: tuple[OpenItem, ...]
    aging: Row
    buckets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A customer's statement from a day to a day, both included; `kind` is `activity` or `open-items`."""

    customer: str
    name: str
    kind: str
    start: Date
    end: Date
    sections: tuple[Section, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing moved and nothing was open: nobody is sent such a statement."""
        return not any(s.opening or s.lines or s.closing or s.open_items for s in self.sections)


def report(book: Book, customer: str, start: Date, end: Date, *, kind: str = "activity") -> Statement:
    """Make the statement of a customer.

    A section stands for each currency in which anything moved or was owed; a customer without any has one,
    in the customer's currency. An open-items statement has no lines, and opens with what it closes with.
    """
    open_items = ageing.open_items(book, end, customers=[customer])
    aged = ageing.of_items(book, end, open_items)
    by_currency: dict[str, list[Item]] = {}
    for item in book.items_of.get(customer, ()):
        if item.date <= end:
            by_currency.setdefault(item.currency, []).append(item)
    rows = {row.currency: row for row in aged.rows}
    sections = []
    for currency, items in sorted(by_currency.items()):
        opening = sum((item.amount for item in items if item.date < start), ZERO)
        movements = _movements([item for item in items if item.date >= start], opening)
        closing = movements[-1].balance if movements else opening
        found = tuple(item for item in open_items if item.item.currency == currency)
        if not (opening or movements or found):
            continue
        if kind == "open-items":
            opening, movements = closing, ()
        sections.append(
            Section(
                currency=currency,
                opening=opening,
                lines=movements,
                closing=closing,
                open_items=found,
                aging=rows.get(currency) or _empty(aged, customer, currency),
                buckets=aged.buckets,
            )
        )
    if not sections:
        card = book.register.values("customer", customer, end)
        currency = str(card.get("currency") or book.register.currency or "")
        row = _empty(aged, customer, currency)
        sections.append(
            Section(
                currency=currency, opening=ZERO, lines=(), closing=ZERO, open_items=(), aging=row, buckets=aged.buckets
            )
        )
    name = ageing.name_of(book, customer, end)
    return Statement(customer=customer, name=name, kind=kind, start=start, end=end, sections=tuple(sections))


def by_month(book: Book, customer: str, as_of: Date) -> Iterator[Statement]:
    """Statements of a customer for each month until a day, oldest first, without those that are `empty`.

    Years in which nothing changes are not told month by month: where more than `LONG` months in a row would say the
    same, one statement stands for all of them.
    """
    days = [item.date for item in book.items_of.get(customer, ()) if item.date <= as_of]
    first = days[0].replace(day=1) if days else None
    while first is not None:
        end = min(dates.month_end(first), as_of)
        found = report(book, customer, first, end)
        later = bisect_right(days, end)
        following = days[later] if later < len(days) else None
        if found.empty:
            first = following and following.replace(day=1)
            continue
        yield found
        last = as_of if following is None else following.replace(day=1) - ONE_DAY
        if _months(end, last) > LONG:
            change = min((day for day in _changes(book, found) if end < day <= last), default=None)
            last = last if change is None else change.replace(day=1) - ONE_DAY
            if _months(end, last) > LONG:
                yield report(book, customer, end + ONE_DAY, last)
                end = last
        first = end + ONE_DAY if end < as_of else None


def _months(first: Date, last: Date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _changes(book: Book, statement: Statement) -> Iterator[Date]:
    """Days from which on, though nothing moves, a statement would say something else than the days overdue."""
    options = book.register.options
    for item in book.items_of[statement.customer]:
        for allocation in book.allocations.of.get(item, ()):
            yield allocation.date
    for section in statement.sections:
        for found in section.open_items:
            for edge in (0, *options.at("aging-edges", statement.end)):
                yield dates.after(found.item.due, edge + 1)
    for day, _ in options.values.get("aging-edges", ()):
        yield day
    card = book.register.get("customer", statement.customer)
    for record in (
        *book.register.of("company").values(),
        *book.register.of("bank-account").values(),
        *([card] if card else []),
    ):
        for version in record.versions:
            yield version.date


def _movements(items: list[Item], balance: Decimal) -> tuple[Movement, ...]:
    """Movements of items in order: the postings of one transaction are one movement."""
    groups: dict[int, list[Item]] = {}
    for item in items:
        groups.setdefault(id(item.entry), []).append(item)
    found = []
    for group in sorted(groups.values(), key=lambda group: (group[0].date, RANK[group[0].kind], group[0].sort_key())):
        first = group[0]
        amount = sum((item.amount for item in group), ZERO)
        balance += amount
        found.append(
            Movement(date=first.date, kind=first.kind, number=_number(group), text=first.entry.narration or "",
                     amount=amount, balance=balance, entry=first.entry)
        )  # fmt: skip
    return tuple(found)


def _number(group: list[Item]) -> str:
    """The number of a movement; none where its postings have names of their own."""
    return group[0].number if len({item.number for item in group}) == 1 else ""


def _empty(aged: ageing.Report, customer: str, currency: str) -> Row:
    columns = dict.fromkeys((*aged.buckets, ageing.UNAPPLIED), ZERO)
    return Row(customer=customer, name="", currency=currency, columns=columns)
