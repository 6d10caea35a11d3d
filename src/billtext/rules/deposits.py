"""Deposits: prepayments that are invoiced with VAT and stand as a liability until a final invoice deducts them.

A deposit invoice has a line on the account of the option `deposits`; the invoice that deducts it has a line on the same
account with `deposit:` and the number of the first, an allowance. A credit note of a deposit takes it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from billtext.model import Date
from billtext.money import ZERO
from billtext.rules.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """What is left of a deposit invoice, without VAT, by VAT code."""

    number: str
    date: Date
    customer: str
    currency: str
    left: Mapping[str | None, Decimal]


def read(book: Book, account: str) -> dict[str, Deposit]:
    """The deposits of a ledger by the number of their invoice, in the order of date and number.

    :param account: of the liability
    """
    found: dict[str, Deposit] = {}
    for document in book.documents:
        if not any(posting.account == account for posting in document.entry.postings):
            continue
        lines, _ = book.lines(document)
        for line in lines:
            if line.account != account:
                continue
            of = line.meta.get("deposit") or document.corrects or document.number
            known = found.get(of) or Deposit(
                number=of, date=document.date, customer=document.customer, currency=document.currency, left={}
            )
            left = known.left.get(line.vat, ZERO) + document.sign * line.net
            found[of] = Deposit(
                number=of, date=known.date, customer=known.customer, currency=known.currency,
                left={**known.left, line.vat: left},
            )  # fmt: skip
    return found
