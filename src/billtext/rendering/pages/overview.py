"""The first page: what is owed and overdue, what needs attention, by whom it is owed, and what moved this month."""

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from billtext import dates
from billtext.model import DOCUMENTS, Date, Item
from billtext.money import ZERO, nearest
from billtext.rendering import escape
from billtext.rendering.pages import attention, charts, development
from billtext.rendering.pages.frame import Frame, Page
from billtext.rules import ageing, dso
from billtext.rules.ageing import Row
from billtext.rules.flows import COLUMNS, Flow, flow

DEBTORS = 10
LATEST = 20
MONTHS = 12
SOON = 7  # days


def page(frame: Frame) -> Page:
    """Make the page."""
    as_of = frame.as_of
    ends = month_ends(as_of, MONTHS)
    history = ageing.totals(frame.book, ends, customers=frame.only)
    first = as_of.replace(day=1)
    moved = _moved(frame, first)
    start = as_of - min(datetime.timedelta(days=dso.DAYS - 1), as_of - Date.min)
    outstanding = dso.days(
        {row.currency: row.total for row in frame.report.totals}, frame.documents_between(start, as_of)
    )
    found = {row.currency for rows in history for row in rows} | {item.currency for item in moved}
    currencies = frame.currencies(
        found or ({str(frame.company["currency"])} if frame.company.get("currency") else set())
    )
    return frame.render(
        "overview.html.j2",
        "index",
        frame.t("Receivables"),
        leaf=False,
        currencies=[
            {
                **_currency(frame, n, currency, ends, history, moved),
                "dso": frame.f.number(outstanding[currency]) if currency in outstanding else "–",
            }
            for n, currency in enumerate(currencies)
        ],
        attention=attention.lines(frame),
        latest=[_movement(frame, item) for item in moved[::-1][:LATEST]],
        moved=len(moved),
        this_month=frame.f.month(as_of),
        month=f"{as_of:%Y-%m}",
        soon=SOON,
    )


def month_ends(as_of: Date, count: int) -> list[Date]:
    """A day and the ends of the months before it, oldest first.

    >>> month_ends(Date(2026, 3, 10), 3)
    [datetime.date(2026, 1, 31), datetime.date(2026, 2, 28), datetime.date(2026, 3, 10)]
    """
    found = [as_of]
    while len(found) < count and found[-1].replace(day=1) > Date.min:
        found.append(found[-1].replace(day=1) - datetime.timedelta(days=1))
    return found[::-1]


def _moved(frame: Frame, first: Date) -> list[Item]:
    items = frame.book.items
    found = items[bisect_left(items, first, key=_date) : bisect_right(items, frame.as_of, key=_date)]
    return [item for item in found if frame.only is None or item.customer in frame.only]


def _date(item: Item) -> Date:
    return item.date


def _total(frame: Frame, rows: Sequence[Row], currency: str) -> Row:
    empty = dict.fromkeys((*frame.report.buckets, ageing.UNAPPLIED), ZERO)
    return next((row for row in rows if row.currency == currency), None) or Row(
        customer="", name="", currency=currency, columns=empty
    )


def _currency(
    frame: Frame, n: int, currency: str, ends: list[Date], history: Sequence[Sequence[Row]], moved: list[Item]
) -> dict[str, Any]:
    """What the page shows of one currency."""
    row = _total(frame, frame.report.totals, currency)
    last = dates.after(frame.as_of, SOON)
    soon = sum(
        (
            each.open
            for each in frame.report.items.get(ageing.NOT_DUE, ())
            if frame.as_of <= each.item.due <= last and each.item.currency == currency and each.kind == "invoice"
        ),
        ZERO,
    )

    def amount(number: Decimal) -> str:
        return frame.f.amount(number, currency)

    own = [(item.kind, item.amount) for item in moved if item.currency == currency]
    closing = row.total
    month = flow(closing - sum((each for _, each in own), ZERO), own)
    debtors = sorted(
        (r for r in frame.report.rows if r.currency == currency and r.total > 0), key=lambda r: (-r.total, r.customer)
    )
    return {
        "currency": currency,
        "owed": amount(row.total),
        "overdue": amount(row.overdue),
        "late": row.overdue > 0,
        "soon": amount(soon),
        "unapplied": amount(row.columns[ageing.UNAPPLIED]),
        "share": _share(row.overdue, row.total, frame),
        "aged": frame.aged(row, f"aged-{n}"),
        "development": development.drawn(frame, n, ends, [_total(frame, each, currency) for each in history]),
        "debtors": _debtors(frame, n, debtors[:DEBTORS], row.total),
        "others": len(debtors) - DEBTORS,
        "month": summary(frame, month, currency),
    }


def _debtors(frame: Frame, place: int, rows: Sequence[Row], whole: Decimal) -> list[dict[str, Any]]:
    """The largest debtors, each with a bar of what is owed by age; all bars on one scale."""
    longest = max((sum(abs(amount) for amount in row.columns.values()) for row in rows), default=ZERO)
    return [
        {
            "name": row.name,
            "id": row.customer,
            "href": frame.customer(row.customer),
            "owed": frame.f.amount(row.total, row.currency),
            "overdue": frame.f.amount(row.overdue, row.currency),
            "late": row.overdue > 0,
            "share": _share(row.total, whole, frame),
            "bar": charts.bar(
                frame.aged_parts(row),
                name=f"debtor-{place}-{n}",
                title=escape.one_line(row.name),
                description="; ".join(part.label for part in frame.aged_parts(row) if part.amount),
                longest=Decimal(longest),
            ),
        }
        for n, row in enumerate(rows)
    ]


def summary(frame: Frame, month: Flow, currency: str) -> dict[str, Any]:
    """A month's columns as text."""
    columns = [month.column(name) for name in COLUMNS]
    return {
        "opening": frame.f.amount(month.opening, currency),
        "columns": [{"text": frame.f.amount(amount, currency), "zero": not amount} for amount in columns],
        "closing": frame.f.amount(month.closing, currency),
    }


def _share(part: Decimal, whole: Decimal, frame: Frame) -> str:
    return frame.f.percent(nearest(part * 100 / whole, Decimal(1))) if whole > 0 and part > 0 else ""


def _movement(frame: Frame, item: Item) -> dict[str, Any]:
    return {
        "date": frame.f.date(item.date),
        "kind": frame.t(item.kind),
        "number": item.name,
        "href": frame.document(item.number) if item.kind in DOCUMENTS else None,
        "name": frame.names[item.customer],
        "customer": frame.customer(item.customer),
        "amount": frame.f.amount(item.amount, item.currency),
        "currency": item.currency,
    }
