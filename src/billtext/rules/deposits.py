"""Deposits: prepayments that are invoiced with VAT and stand as a liability until a final invoice deducts them.

A deposit invoice has a line on the account of the option `deposits`; the invoice that deducts it has a line on the same
account with `deducts:` and the number of the first, an allowance. A credit note of a deposit takes it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    taken: dict[tuple[str, str | None], list[tuple[str, Decimal]]] = {}  # by an invoice, of which deposits
    for document in book.documents:
        if not any(posting.account == account for posting in document.entry.postings):
            continue
        lines, _ = book.lines(document)
        for line in lines:
            if line.account != account:
                continue
            change = document.sign * line.net
            if of := line.meta.get("deducts"):
                taken.setdefault((document.number, line.vat), []).append((of, -change))
                parts = [(of, change)]
            else:
                parts = _given_back(taken.get((document.corrects or "", line.vat), []), change)
                parts = parts or [(document.corrects or document.number, change)]
            for of, part in parts:
                known = found.get(of) or Deposit(
                    number=of, date=document.date, customer=document.customer, currency=document.currency, left={}
                )
                left = known.left.get(line.vat, ZERO) + part
                found[of] = replace(known, left={**known.left, line.vat: left})
    return found


def _given_back(taken: list[tuple[str, Decimal]], amount: Decimal) -> list[tuple[str, Decimal]]:
    """The deposits to which an amount goes back when the invoice that took it is credited, those first taken first.

    :param taken: what the invoice still has of each; changed
    """
    found = []
    for n, (of, there) in enumerate(taken):
        part = amount if n == len(taken) - 1 else min(there, amount)
        if part:
            taken[n] = (of, there - part)
            found.append((of, part))
            amount -= part
    return found
