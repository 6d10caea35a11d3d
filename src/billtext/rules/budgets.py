"""Invoiced income against budget, by account and month. Pure.

    2026-01-01 custom "budget" Income:Consulting "monthly" 10000.00 NOK

The directives are Fava's, and are reckoned as Fava does (`fava.core.budgets`): a budget holds from its date until the
next of its account and currency, and each day has its part of the day, week, month, quarter or year that it lies in.
Fava itself is not imported: its core brings a web server along.
"""

import calendar
import datetime
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount
from beancount.core.data import Custom

from billtext import dates
from billtext.errors import DraftLineError, LedgerError
from billtext.model import Booked, Date, Document, postings
from billtext.money import CONTEXT, HUNDRED, ZERO, nearest, rounded
from billtext.rules.book import Book

_DAY = datetime.timedelta(days=1)
_TENTH = Decimal("0.1")


def _quarter(day: Date) -> int:
    first = (day.month - 1) // 3 * 3 + 1
    return sum(calendar.monthrange(day.year, month)[1] for month in range(first, first + 3))


# Days of the period that a day lies in, by the words that Fava knows.
_PERIODS: dict[str, Callable[[Date], int]] = {
    "day": lambda _: 1,
    "week": lambda _: 7,
    "month": lambda day: calendar.monthrange(day.year, day.month)[1],
    "quarter": _quarter,
    "year": lambda day: 366 if calendar.isleap(day.year) else 365,
}
PERIODS: Mapping[str, Callable[[Date], int]] = {
    **_PERIODS,
    **dict(zip(("daily", "weekly", "monthly", "quarterly", "yearly"), _PERIODS.values(), strict=True)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A budget of an account from a day on.

    :param amount: positive is income
    """

    account: str
    date: Date
    period: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An account in a month, in the company's currency. Income is positive.

    :param month: such as 2026-10; empty in a total
    :param budget: None where there is none
    """

    account: str
    month: str
    budget: Decimal | None
    invoiced: Decimal

    @property
    def difference(self) -> Decimal | None:
        """What is invoiced beyond the budget."""
        return None if self.budget is None else self.invoiced - self.budget

    @property
    def percent(self) -> Decimal | None:
        """What is invoiced in percent of the budget, to a tenth."""
        if not self.budget:
            return None
        return nearest(CONTEXT.divide(self.invoiced * HUNDRED, self.budget), _TENTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Invoiced income against budget between two days, both included.

    :param rows: in the order of accounts and months
    :param accounts: the total of each account
    :param total: of the accounts that have a budget
    :param without: of those that have none
    """

    start: Date
    end: Date
    currency: str
    rows: tuple[Row, ...]
    accounts: tuple[Row, ...]
    total: Row
    without: Row


def read(entries: Iterable[Any], currency: str | None) -> tuple[dict[str, list[Budget]], list[LedgerError]]:
    """Budgets of income accounts in a ledger's directives, by account in the order of their dates.

    A budget of income may be written positive, or negative as income stands in the ledger.

    :param currency: the company's
    """
    found: dict[str, list[Budget]] = {}
    errors: list[LedgerError] = []
    for entry in entries:
        if not isinstance(entry, Custom) or entry.type != "budget":
            continue
        values = [value.value for value in entry.values]
        if len(values) != 3 or not isinstance(values[0], str) or not isinstance(values[2], Amount):
            why, remedy = "this is no budget", 'write `custom "budget" Income:Sales "monthly" 10000.00 NOK`'
            errors.append(DraftLineError.at(entry.meta, entry, why=why, remedy=remedy))
        elif not values[0].startswith("Income:"):
            continue
        elif str(values[1]).lower() not in PERIODS:
            why = f'the budget is "{values[1]}"'
            remedy = "write daily, weekly, monthly, quarterly or yearly"
            errors.append(DraftLineError.at(entry.meta, entry, why=why, remedy=remedy))
        elif values[2].currency != currency:
            why = f"the budget is in {values[2].currency}, and income is compared in {currency}"
            errors.append(DraftLineError.at(entry.meta, entry, why=why, remedy=f"write it in {currency}"))
        else:
            amount = abs(values[2].number or ZERO)
            budget = Budget(account=values[0], date=entry.date, period=str(values[1]).lower(), amount=amount)
            found.setdefault(budget.account, []).append(budget)
    return found, errors


def planned(budgets: Sequence[Budget], start: Date, end: Date) -> Decimal:
    """What the budgets of one account come to between two days, both included; not rounded.

    :param budgets: in the order of their dates

    >>> monthly = Budget(account="Income:Sales", date=Date(2026, 1, 1), period="monthly", amount=Decimal(310))
    >>> planned([monthly], Date(2026, 1, 1), Date(2026, 1, 15))
    Decimal('150')
    """
    days: dict[tuple[int, int], int] = {}
    since = [budget.date for budget in budgets]
    day = start
    while day <= end:
        n = bisect_right(since, day) - 1
        if n >= 0:
            key = n, PERIODS[budgets[n].period](day)
            days[key] = days.get(key, 0) + 1
        if day == Date.max:
            break
        day += _DAY
    return sum(
        (CONTEXT.divide(budgets[n].amount * count, Decimal(length)) for (n, length), count in days.items()), ZERO
    )


def report(book: Book, budgets: Mapping[str, Sequence[Budget]], start: Date, end: Date) -> Report:
    """Compare invoiced income with budgets between two days, both included.

    Income counts for the account with a budget that it is on or below; each amount counts once.
    """
    currency = book.register.currency or ""
    invoiced: dict[tuple[str, str], Decimal] = {}
    for document in book.documents:
        if start <= document.date <= end:
            for account, income in _income(document, book, currency):
                key = _owner(account, budgets), f"{document.date:%Y-%m}"
                invoiced[key] = invoiced.get(key, ZERO) + income
    months = dates.months(start, end)
    accounts = sorted({*budgets, *(account for account, _ in invoiced)})
    rows = []
    for account in accounts:
        for month in months:
            first, last = dates.month(month)
            begins = account in budgets and budgets[account][0].date <= min(last, end)
            amount = _part(budgets[account], max(first, start), min(last, end), currency) if begins else None
            found = invoiced.get((account, month))
            if amount is not None or found is not None:
                rows.append(Row(account=account, month=month, budget=amount, invoiced=found or ZERO))
    of = {account: [row for row in rows if row.account == account] for account in accounts}
    having = [row for row in rows if row.account in budgets]
    rest = [row for row in rows if row.account not in budgets]
    return Report(
        start=start, end=end, currency=currency, rows=tuple(rows),
        accounts=tuple(_total(account, found) for account, found in of.items() if found),
        total=_total("", having), without=_total("", rest),
    )  # fmt: skip


def _part(budgets: Sequence[Budget], start: Date, end: Date, currency: str) -> Decimal:
    """What budgets come to between two days of a month, rounded so that the parts of a year add up to its whole.

    It is what they have come to at its end, less what they had before: both since the year began, and rounded.
    """
    year = start.replace(month=1, day=1)
    before = planned(budgets, year, start - _DAY) if start > year else ZERO
    return rounded(planned(budgets, year, end), currency) - rounded(before, currency)


def _total(account: str, rows: Sequence[Row]) -> Row:
    known = [row.budget for row in rows if row.budget is not None]
    total = sum(known, ZERO) if known else None
    return Row(account=account, month="", budget=total, invoiced=sum((row.invoiced for row in rows), ZERO))


def _owner(account: str, budgets: Mapping[str, Any]) -> str:
    """The nearest account with a budget, at or above an account; itself where there is none.

    >>> _owner("Income:Sales:Web:Shop", {"Income:Sales:We": 1, "Income:Sales": 2})
    'Income:Sales'
    """
    above = account
    while above:
        if above in budgets:
            return above
        above = above.rpartition(":")[0]
    return account


def _income(document: Document, book: Book, currency: str) -> Iterable[tuple[str, Decimal]]:
    """Account and amount of each line, in the company's currency; negative on a credit note."""
    rate = _rate(postings(document.entry), currency) if document.currency != currency else Decimal(1)
    for line in book.lines(document)[0]:
        yield line.account, rounded(CONTEXT.multiply(document.sign * line.net, rate), currency)


def _rate(booked: Iterable[Booked], currency: str) -> Decimal:
    """The rate of a document: all its postings have the same."""
    return next((p.price.number for p in booked if p.price is not None and p.price.currency == currency), ZERO)
