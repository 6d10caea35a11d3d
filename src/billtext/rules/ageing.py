"""Open items and ageing on a day. By due date or by document date; columns in days overdue; unapplied money apart."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from billtext import dates
from billtext.model import Date, Item
from billtext.money import ZERO
from billtext.rules.book import Book

NOT_DUE = "not-due"
UNAPPLIED = "unapplied"
BASES = ("due", "date")


class OpenItem(NamedTuple):
    """What is open of an item on a day, in its currency; `amount` is what it was.

    :param age: days past the date that the ageing counts from, 0 until then
    """

    item: Item
    open: Decimal
    age: int

    @property
    def kind(self) -> str:
        """`invoice` or `credit-note`, else `unapplied`."""
        return self.item.stands or UNAPPLIED

    @property
    def days_overdue(self) -> int:
        """Days that a claim is overdue; 0 for what is owed to the customer."""
        return self.age if self.item.stands == "invoice" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Ageing of one customer and currency, or of a currency as a whole.

    :param columns: amount by column, `unapplied` included, in the order of the report
    :param total: what the customer owes: the columns add up to it
    """

    customer: str
    name: str
    currency: str
    columns: Mapping[str, Decimal]
    total: Decimal = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.columns.values(), ZERO))

    @property
    def overdue(self) -> Decimal:
        """The columns of what is past due."""
        return sum((value for name, value in self.columns.items() if name not in {NOT_DUE, UNAPPLIED}), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An ageing report.

    :param basis: `due` or `date`
    :param buckets: names of the columns, without `unapplied`
    :param totals: one row a currency
    :param items: what is open by column, for the columns in which anything is, in their order
    """

    as_of: Date
    basis: str
    buckets: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...]
    items: Mapping[str, Sequence[OpenItem]] = field(repr=False)


def buckets(edges: Iterable[int]) -> tuple[str, ...]:
    """Names of the columns between edges.

    :param edges: last day overdue of each column but the last

    >>> buckets((30, 60, 90))
    ('not-due', '1-30', '31-60', '61-90', '91+')
    """
    names, start = [NOT_DUE], 1
    for edge in edges:
        names.append(f"{start}-{edge}")
        start = edge + 1
    return (*names, f"{start}+")


def open_items(
    book: Book, as_of: Date, *, customers: Iterable[str] | None = None, basis: str = "due"
) -> tuple[OpenItem, ...]:
    """What is open on a day, by customer, then in the order of items.

    :param customers: ids to report, all if None
    :param basis: `due` or `date`: what the days overdue count from
    """
    wanted = book.spans_of if customers is None else {id_: book.spans_of.get(id_, []) for id_ in customers}
    found = []
    opened, touched = book.allocations.open, book.allocations.of
    ages: dict[Date, int] = {}
    for spans in wanted.values():
        for date, settled, item in spans:
            if date > as_of:
                break
            if settled is not None and settled <= as_of:
                continue
            open_ = opened(item, as_of) if item in touched else item.amount
            if open_:
                start = item.due if basis == "due" and item.kind != "credit-note" else date
                age = ages.get(start)
                if age is None:
                    age = ages[start] = dates.days_overdue(start, as_of)
                found.append(OpenItem(item=item, open=open_, age=age))
    return tuple(found)


def totals(book: Book, days: Sequence[Date], *, customers: Iterable[str] | None = None) -> tuple[tuple[Row, ...], ...]:
    """The totals of the ageing report by due date on each of several days, in one pass over the items.

    :param days: oldest first; each is aged by the edges that the ledger's option has on it
    """
    wanted = book.spans_of if customers is None else {id_: book.spans_of.get(id_, []) for id_ in customers}
    edges = [tuple(book.register.options.at("aging-edges", day)) for day in days]
    names = [(*buckets(each), UNAPPLIED) for each in edges]
    # What is due before the first of these days stands in the last column, and so on; from the last on it is not due.
    cuts = [[dates.before(day, edge) for edge in (*each[::-1], 0)] for day, each in zip(days, edges, strict=True)]
    sums: list[dict[str, list[Decimal]]] = [{} for _ in days]
    touching = book.allocations.of
    # What is open of an item is the same from one allocation to the next, and many items have the same dates.
    spells: dict[tuple[str, bool, Date, Date, Date | None], Decimal] = {}
    key: tuple[str, bool, Date, Date, Date | None]
    first, final = days[0], days[-1]
    for spans in wanted.values():
        for date, settled, item in spans:
            if date > final:
                break
            if settled is not None and settled <= first:
                continue
            due = date if item.kind == "credit-note" else item.due
            applies, since, rest = item.stands is not None, date, item.amount
            for each in touching.get(item, ()):
                if rest and since < each.date:
                    key = item.currency, applies, due, since, each.date
                    spells[key] = spells.get(key, ZERO) + rest
                since = max(since, each.date)
                rest += each.amount if item.amount < 0 else -each.amount
            if rest:
                key = item.currency, applies, due, since, None
                spells[key] = spells.get(key, ZERO) + rest
    for (currency, applies, due, since, until), amount in spells.items():
        for n in range(bisect_left(days, since), len(days) if until is None else bisect_left(days, until)):
            found = sums[n].get(currency)
            if found is None:
                found = sums[n][currency] = [ZERO] * len(names[n])
            found[len(cuts[n]) - bisect_right(cuts[n], due) if applies else -1] += amount
    return tuple(
        tuple(
            Row(customer="", name="", currency=currency, columns=dict(zip(columns, each, strict=True)))
            for currency, each in sorted(found.items())
        )
        for columns, found in zip(names, sums, strict=True)
    )


def column(age: int, names: Sequence[str], edges: Sequence[int]) -> str:
    """The column of an open document of an age.

    :param names: of the columns between the edges, as `buckets` gives them
    """
    return names[1 + bisect_left(edges, age) if age > 0 else 0]


def report(book: Book, as_of: Date, *, basis: str = "due", edges: Iterable[int] | None = None,
           customers: Iterable[str] | None = None) -> Report:  # fmt: skip
    """Age what is open on a day: a row for each customer and currency that has something open.

    :param basis: `due` or `date`
    :param edges: last day overdue of each column but the last; the ledger's option of the day if None
    """
    found = open_items(book, as_of, customers=customers, basis=basis)
    return of_items(book, as_of, found, basis=basis, edges=edges)


def of_items(book: Book, as_of: Date, items: Iterable[OpenItem], *, basis: str = "due",
             edges: Iterable[int] | None = None) -> Report:  # fmt: skip
    """Age what was found open on a day; see `report`."""
    edges = tuple(book.register.options.at("aging-edges", as_of) if edges is None else edges)
    names = buckets(edges)
    empty = dict.fromkeys((*names, UNAPPLIED), ZERO)
    sums: dict[tuple[str, str], dict[str, Decimal]] = {}
    filled: dict[str, list[OpenItem]] = {name: [] for name in empty}
    by_age: dict[int, str] = {}
    for found in items:
        item, name = found.item, by_age.get(found.age)
        if item.stands is None:
            name = UNAPPLIED
        elif name is None:
            name = by_age[found.age] = column(found.age, names, edges)
        columns = sums.get((item.customer, item.currency))
        if columns is None:
            columns = sums[item.customer, item.currency] = dict(empty)
        columns[name] += found.open
        filled[name].append(found)
    rows = tuple(
        Row(customer=customer, name=name_of(book, customer, as_of), currency=currency, columns=columns)
        for (customer, currency), columns in sorted(sums.items())
    )
    totals: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        total = totals.setdefault(row.currency, dict(empty))
        for name, value in row.columns.items():
            total[name] += value
    return Report(
        as_of=as_of, basis=basis, buckets=names, rows=rows,
        totals=tuple(Row(customer="", name="", currency=c, columns=columns) for c, columns in sorted(totals.items())),
        items={name: there for name, there in filled.items() if there},
    )  # fmt: skip


def name_of(book: Book, customer: str, as_of: Date) -> str:
    """Name of a customer as of a date; the id of one that is not in the register."""
    return str(book.register.values("customer", customer, as_of).get("name") or customer)


def balances(book: Book, customer: str, as_of: Date) -> dict[str, Decimal]:
    """What a customer owes on a day, by currency; a currency that adds up to nothing is left out."""
    sums: dict[str, Decimal] = {}
    for item in book.items_of.get(customer, ()):
        if item.date <= as_of:
            sums[item.currency] = sums.get(item.currency, ZERO) + item.amount
    return {currency: total for currency, total in sorted(sums.items()) if total}
