"""The ageing: a table of customers by column, of which each figure leads to the items behind it; and those items.

A face that answers questions has the table by document date as well, and the items of its columns.
"""

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Any

from billtext.money import exact
from billtext.rendering.pages import addresses, customers
from billtext.rendering.pages.attention import LIMIT
from billtext.rendering.pages.frame import LONGEST, Frame, Page, grouped
from billtext.rules import ageing
from billtext.rules.ageing import OpenItem, Row


def page(frame: Frame, basis: str = "due") -> Page:
    """Make the table: those who are beyond their credit limit, then those who owe most, as many as fit.

    :param basis: of the columns, one of `ageing.BASES`
    """
    by_date = basis == "date"
    report = frame.report_by_date if by_date else frame.report
    columns = (*report.buckets, ageing.UNAPPLIED)
    beyond = {(each.customer, each.currency) for each in frame.passed}
    order = frame.currencies(row.currency for row in report.totals)
    place = {currency: n for n, currency in enumerate(order)}

    def largest(row: Row) -> Any:
        return place[row.currency], -row.total, row.customer

    path = addresses.AGEING_BY_DATE if by_date else "ageing"
    row = frame.rows("ageing", path)
    chosen = sorted(report.rows, key=lambda row: ((row.customer, row.currency) not in beyond, *largest(row)))
    return frame.render(
        "ageing.html.j2",
        path,
        frame.t("Ageing by document date" if by_date else "Ageing"),
        leaf=False,
        by_date=by_date,
        bases=[
            (address, frame.t(word), (address == "ageing") is not by_date)
            for address, word in (("ageing", "By due date"), (addresses.AGEING_BY_DATE, "By document date"))
            if frame.leads.asks
        ],
        columns=[frame.bucket(name, by_date=by_date) for name in columns],
        rows=[
            row(
                each.customer,
                each.currency,
                partial(_row, frame, each, by_date, (each.customer, each.currency) in beyond),
            )
            for each in sorted(chosen[:LONGEST], key=largest)
        ],
        count=len(chosen),
        totals=[
            {"currency": row.currency, "amounts": _amounts(frame, row, by_date), "total": _total(frame, row)}
            for row in sorted(report.totals, key=lambda row: place[row.currency])
        ],
        limits=bool(beyond),
    )  # fmt: skip


def _row(frame: Frame, row: Row, by_date: bool, beyond: bool) -> dict[str, Any]:
    marks = (
        ("overdue", row.overdue > 0),
        (ageing.UNAPPLIED, row.columns[ageing.UNAPPLIED]),
        (LIMIT, beyond),
    )
    return {
        "id": row.customer,
        "href": frame.customer(row.customer),
        "name": row.name,
        "currency": row.currency,
        "marks": " ".join(word for word, holds in marks if holds),
        "beyond": beyond,
        "amounts": _amounts(frame, row, by_date),
        "total": _total(frame, row),
    }


def _amounts(frame: Frame, row: Row, by_date: bool) -> list[tuple[str, str, str, str, bool]]:
    """Of each column its mark and its page, the amount as text and as a raw number, and whether it is any.

    What is unapplied is in a column of its own, by whichever date.
    """
    found: list[tuple[str, str, str, str, bool]] = []
    for name, amount in row.columns.items():
        dated = by_date and name != ageing.UNAPPLIED
        mark, page = addresses.mark(name, by_date=dated), addresses.open_items(name, by_date=dated)
        text, raw = frame.f.amount(amount, row.currency), exact(amount, row.currency)
        found.append((mark, page, text, raw, bool(amount)))
    return found


def _total(frame: Frame, row: Row) -> dict[str, Any]:
    return {"text": frame.f.amount(row.total, row.currency), "raw": exact(row.total, row.currency)}


# --- the items --------------------------------------------------------------------------------------------


def items(frame: Frame, column: str | None = None, *, by_date: bool = False) -> Page:
    """Make the page of what is open.

    :param column: of the ageing; all of them if None
    :param by_date: whether that is a column of the ageing by document date
    """
    filled = frame.filled_by_date if by_date else frame.report.items
    found = frame.open if column is None else filled.get(column, ())
    path = "open-items" if column is None else addresses.open_items(column, by_date=by_date)
    several, row = len(frame.report.totals) > 1, frame.rows("open_items", path)
    rows = []
    for _, mine in groupby(_largest(frame, found), lambda each: each.item.customer):
        for n, each in enumerate(mine):
            rows.append((each.item, row(each.item.customer, f"{n} {several}", partial(_item, frame, each, several))))
    rows.sort(key=lambda each: (each[0].due, each[0].date, each[0].number))
    heading = frame.t("Open items")
    if column is not None:
        heading += f": {frame.bucket(column, by_date=by_date)}"
    return frame.render(
        "open-items.html.j2",
        path,
        heading,
        leaf=column is not None,
        rows=[text for _, text in rows],
        count=len(found),
        several=several,
        by_date=by_date,
        narrower=[("open-items", frame.t("all"), column is None)]
        + [
            (addresses.open_items(name, by_date=by_date), frame.bucket(name, by_date=by_date), name == column)
            for name in filled
        ],
        totals=_sums(frame, found, column, by_date),
    )


def _item(frame: Frame, each: OpenItem, several: bool) -> dict[str, Any]:
    """An open item as text, with the customer whose it is."""
    id_ = each.item.customer
    return {**customers.open_row(frame, each, several), "customer": frame.customer(id_), "name": frame.names[id_]}


def _largest(frame: Frame, found: Sequence[OpenItem]) -> Sequence[OpenItem]:
    """All items if they fit into a table; else those of the customers who owe most, customer by customer."""
    if len(found) <= LONGEST:
        return found
    mine = frame.open_of if found is frame.open else grouped(found, lambda each: each.item.customer)
    chosen: list[OpenItem] = []
    for customer in frame.debtors:
        if customer not in mine:
            continue
        if chosen and len(chosen) + len(mine[customer]) > LONGEST:
            break
        chosen += mine[customer]
    return chosen[:LONGEST]


def _sums(frame: Frame, found: Sequence[OpenItem], column: str | None, by_date: bool) -> list[str]:
    """What is open in a column, or in all, by currency."""
    report = frame.report_by_date if by_date else frame.report
    sums = {row.currency: row.total if column is None else row.columns[column] for row in report.totals}
    there = {each.item.currency for each in found} if len(sums) > 1 else sums if found else ()
    return [f"{frame.f.amount(sums[currency], currency)} {currency}" for currency in frame.currencies(there)]
