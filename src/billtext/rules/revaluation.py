"""Unrealised gain and loss: what open foreign items are worth on a day more or less than when they arose."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from billtext.model import Date
from billtext.money import CONTEXT, ZERO, rounded
from billtext.rules import claims
from billtext.rules.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Revalued:
    """The open items of a currency on a day.

    :param booked: their worth at the rates of the ledger, in the company's currency
    :param worth: at the day's rate
    """

    currency: str
    open: Decimal
    rate: Decimal
    booked: Decimal
    worth: Decimal

    @property
    def difference(self) -> Decimal:
        """The unrealised gain; a loss is below zero."""
        return self.worth - self.booked


def revalue(book: Book, as_of: Date, rate: Callable[[str], Decimal]) -> Iterable[Revalued]:
    """Value what is open in foreign currencies on a day, currency by currency.

    :param rate: from a currency to the company's, on the day
    """
    company = book.register.currency or ""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for item in book.items:
        left = book.allocations.open(item, as_of) if item.currency != company else ZERO
        if left:
            open_, booked = sums.get(item.currency, (ZERO, ZERO))
            then = claims.of(book, item, as_of).rate or ZERO
            sums[item.currency] = open_ + left, booked + CONTEXT.multiply(left, then)
    for currency, (open_, booked) in sorted(sums.items()):
        today = rate(currency)
        yield Revalued(
            currency=currency, open=open_, rate=today, booked=rounded(booked, company),
            worth=rounded(CONTEXT.multiply(open_, today), company),
        )  # fmt: skip
