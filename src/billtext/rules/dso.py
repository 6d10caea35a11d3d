"""Days sales outstanding: how many days' sales are owed. Pure.

    owed on the day / billed in the ninety days until it × 90

This is the customary measure, ending receivables over the credit sales of a period, times the days of the period (as
the Credit Research Foundation's "regular DSO"). Here:

- what is owed is all that is on customers' accounts, money that is not applied yet deducted, so that it is the total of
  the ageing report;
- what was billed is the gross amount of invoices less that of credit notes, since what is owed holds VAT too;
- each currency is by itself, and nothing is told of one in which no more was billed than credited;
- ninety days, the day itself among them: a month is too short for a company that bills by the month, and in a year the
  measure hardly moves.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from billtext.model import Document
from billtext.money import ZERO, nearest

DAYS = 90


def days(owed: Mapping[str, Decimal], documents: Iterable[Document]) -> dict[str, Decimal]:
    """Whole days by currency, 0 where customers are owed more than they owe.

    :param owed: on the day, by currency
    :param documents: of the `DAYS` until the day

    >>> days({"NOK": Decimal(500)}, [])
    {}
    """
    billed: dict[str, Decimal] = {}
    for document in documents:
        amount = document.gross if document.kind == "invoice" else -document.gross
        billed[document.currency] = billed.get(document.currency, ZERO) + amount
    return {
        currency: nearest(max(owed.get(currency, ZERO), ZERO) * DAYS / amount, Decimal(1))
        for currency, amount in sorted(billed.items())
        if amount > 0
    }
