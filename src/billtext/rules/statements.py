"""Statements: what moved on a customer's account, and what is open, one section for each currency."""

from dataclasses import dataclass
from decimal import Decimal

from billtext.model import RANK, Date, Item
from billtext.money import ZERO
from billtext.rules import ageing
from billtext.rules.ageing import OpenItem, Row
from billtext.rules.book import Book

KINDS = ("activity", "open-items")


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One transaction on the account; `balance` is what the customer owes after it."""

    date: Date
    kind: str
    number: str
    text: str
    amount: Decimal
    balance: Decimal


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


def report(book: Book, customer: str, start: Date, end: Date, *, kind: str = "activity") -> Statement:
    """Make the statement of a customer.

    A section stands for each currency in which anything moved or was owed; a customer without any has one,
    in the customer's currency. An open-items statement has no lines, and opens with what it closes with.
    """
    aged = ageing.report(book, end, customers=[customer])
    by_currency: dict[str, list[Item]] = {}
    for item in book.items_of.get(customer, ()):
        if item.date <= end:
            by_currency.setdefault(item.currency, []).append(item)
    rows = {row.currency: row for row in aged.rows}
    open_items = ageing.open_items(book, end, customers=[customer])
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
                     amount=amount, balance=balance)
        )  # fmt: skip
    return tuple(found)


def _number(group: list[Item]) -> str:
    """The number of a movement; none where its postings have names of their own."""
    return group[0].number if len({item.number for item in group}) == 1 else ""


def _empty(aged: ageing.Report, customer: str, currency: str) -> Row:
    columns = dict.fromkeys((*aged.buckets, ageing.UNAPPLIED), ZERO)
    return Row(customer=customer, name="", currency=currency, columns=columns)
