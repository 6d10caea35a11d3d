"""A customer's account by month: what the statements of the months show."""

from itertools import groupby
from typing import Any

from billtext import dates
from billtext.model import DOCUMENTS, Date
from billtext.rendering.pages.flows import Flow, flow
from billtext.rendering.pages.frame import Frame
from billtext.rendering.pages.overview import summary
from billtext.rules import ageing
from billtext.rules.statements import Movement, Section


def months(frame: Frame, customer: str, sections: list[Section]) -> list[dict[str, Any]]:
    """The customer's statements: the months with movements and the present one, latest first.

    As in any statement, a currency stands in a month if something moved or was owed in it.
    """
    present = frame.as_of.replace(day=1)
    moved = [{first: list(lines) for first, lines in groupby(section.lines, key=_first)} for section in sections]
    found: dict[Date, list[dict[str, Any]]] = {first: [] for first in sorted({present}.union(*moved))}
    for section, lines_of in zip(sections, moved, strict=True):
        balance = section.opening
        for first, each in found.items():
            lines = lines_of.get(first, [])
            month = flow(first, balance, ((line.kind, line.amount) for line in lines))
            balance = month.closing
            if lines or balance or len(sections) == 1:
                each.append(_month(frame, customer, section.currency, month, lines))
    return [
        {
            "name": f"{first:%Y-%m}",
            "title": frame.f.month(first),
            "sections": each,
            "present": first == present,
            "start": frame.f.date(first),
            "end": frame.f.date(min(dates.month_end(first), frame.as_of)),
        }
        for first, each in sorted(found.items(), reverse=True)
        if each
    ]


def _first(line: Movement) -> Date:
    return line.date.replace(day=1)


def _month(frame: Frame, customer: str, currency: str, month: Flow, lines: list[Movement]) -> dict[str, Any]:
    end = min(dates.month_end(month.first), frame.as_of)
    rows = (
        frame.aging_of.get(customer, ())
        if end == frame.as_of
        else ageing.report(frame.book, end, customers=[customer]).rows
    )
    row = next((row for row in rows if row.currency == currency), None)
    return {
        "currency": currency,
        **summary(frame, month, currency),
        "lines": [
            {
                "date": frame.f.date(line.date),
                "kind": frame.t(line.kind),
                "number": line.number,
                "text": line.text,
                "href": frame.linked.get(line.number) if line.kind in DOCUMENTS else None,
                "amount": frame.f.amount(line.amount, currency),
                "balance": frame.f.amount(line.balance, currency),
            }
            for line in lines
        ],
        "aging": [
            (frame.bucket(key), frame.f.amount(amount, currency)) for key, amount in row.columns.items() if amount
        ]
        if row
        else [],
    }
