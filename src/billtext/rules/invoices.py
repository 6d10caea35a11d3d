"""Invoices and credit notes on a day: what is open of each, its status, and what settled it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from beancount.core.data import Transaction

from billtext import dates
from billtext.model import Allocation, Date, Document, Line, Void
from billtext.money import ZERO
from billtext.rules import vat
from billtext.rules.book import Book
from billtext.rules.vat import Breakdown

STATUSES = ("open", "partly-paid", "paid", "overdue", "credited", "written-off", "void")
_SETTLED_BY = {"credit-note": "credited", "invoice": "credited", "write-off": "written-off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A document on a day.

    :param open: what is open of it; negative on a credit note
    :param days_overdue: of the instalment that has been due longest; 0 for a credit note
    """

    document: Document
    open: Decimal
    status: str
    days_overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Part of a document settled on a date by a payment or another document; negative where it was taken back.

    :param entry: the transaction of the payment or other document
    """

    date: Date
    by: str
    amount: Decimal
    entry: Transaction = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A document with its lines, its VAT by code, and what settled it until a day."""

    row: Row
    lines: tuple[Line, ...]
    vat_breakdown: tuple[Breakdown, ...]
    allocations: tuple[Settlement, ...]


def row(book: Book, document: Document, as_of: Date) -> Row:
    """What a document is on a day."""
    open_ = ZERO
    overdue = 0
    for item in document.items:
        left = book.allocations.open(item, as_of)
        open_ += left
        if left and document.kind == "invoice":
            overdue = max(overdue, dates.days_overdue(item.due, as_of))
    return Row(
        document=document, open=open_, status=_status(book, document, as_of, open_, overdue), days_overdue=overdue
    )


def _status(book: Book, document: Document, as_of: Date, open_: Decimal, overdue: int) -> str:
    """Open documents are overdue, partly paid or open; settled ones are called after what settled most of them."""
    if open_ and overdue:
        return "overdue"
    sums = {"paid": ZERO, "credited": ZERO, "written-off": ZERO}
    for settlement, other in _settlements(book, document, as_of):
        sums[_SETTLED_BY.get(other, "paid")] += settlement.amount
    if open_:
        return "partly-paid" if any(sums.values()) else "open"
    if document.kind == "credit-note":
        return "credited" if sums["credited"] else "paid"
    return max(sums, key=lambda name: sums[name])


def _settlements(book: Book, document: Document, as_of: Date) -> Iterable[tuple[Settlement, str]]:
    own = set(document.items)
    seen: set[Allocation] = set()
    for item in document.items:
        for allocation in book.allocations.of.get(item, ()):
            if allocation.date <= as_of and allocation not in seen:
                seen.add(allocation)
                other = allocation.target if allocation.source in own else allocation.source
                yield (
                    Settlement(date=allocation.date, by=other.name, amount=allocation.amount, entry=other.entry),
                    other.kind,
                )


def rows(book: Book, as_of: Date, *, customers: Iterable[str] | None = None) -> tuple[Row, ...]:
    """All documents dated until a day, in the order of date, kind and number."""
    wanted = None if customers is None else set(customers)
    return tuple(
        row(book, document, as_of)
        for document in book.documents
        if document.date <= as_of and (wanted is None or document.customer in wanted)
    )


def voids(book: Book, as_of: Date) -> tuple[Void, ...]:
    """Void numbers until a day, in the order of their dates and numbers."""
    found = (void for void in book.ledger.voids if void.date <= as_of and void.number not in book.ledger.documents)
    return tuple(sorted(found, key=lambda void: (void.date, void.number)))


def settlements(book: Book, document: Document, as_of: Date) -> tuple[Settlement, ...]:
    """What settled a document until a day, in the order of the days."""
    return tuple(sorted((found for found, _ in _settlements(book, document, as_of)), key=lambda s: (s.date, s.by)))


def detail(book: Book, document: Document, as_of: Date) -> Detail:
    """A document with everything about it."""
    lines, vats = book.lines(document)
    return Detail(
        row=row(book, document, as_of), lines=tuple(lines),
        vat_breakdown=vat.breakdown(document, lines, vats, book.register),
        allocations=settlements(book, document, as_of),
    )  # fmt: skip
