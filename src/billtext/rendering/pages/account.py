"""A customer's account: the last twelve months in one, statements by month, and one for any period as a page.

The statements are those that `billtext statement` writes, in the customer's language.
"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from billtext import dates
from billtext.model import DOCUMENTS, Date
from billtext.rendering.pages.frame import Frame, Reader
from billtext.rendering.pages.overview import summary
from billtext.rendering.statement_pages import payment, receiver, sender
from billtext.rules import statements
from billtext.rules.flows import flow
from billtext.rules.statements import Section, Statement

LONGEST = 200  # movements of the last twelve months


def months(frame: Frame, customer: str) -> list[dict[str, Any]]:
    """The customer's months, latest first, each with its statement where the face has no page for it."""
    return [_month(frame, found) for found in statements.by_month(frame.book, customer, frame.as_of)][::-1]


def since(day: Date) -> Date:
    """The first day of the last twelve months."""
    return dates.next_day(dates.month_end(Date(max(day.year - 1, Date.min.year), day.month, 1)))


def running(frame: Frame, report: Statement) -> list[dict[str, Any]]:
    """What moved in the last twelve months with the balance after each movement, in the reader's language.

    :param report: a statement that begins no later
    """
    first = since(frame.as_of)
    found = []
    for section in ordered(frame, report):
        lines = section.lines
        begin = bisect_left(lines, first, key=lambda line: line.date)
        left = max(begin, len(lines) - LONGEST)
        if left < len(lines):
            shown = _section(frame, frame.own, section, skip=left, journal=True)
            shown["start"] = frame.f.date(lines[left].date if left > begin else first)
            shown["shown"], shown["all"] = len(lines) - left, len(lines) - begin
            found.append(shown)
    return found


def _month(frame: Frame, statement: Statement) -> dict[str, Any]:
    """A month as text: its row in the table of months in the site's language, all else in the customer's."""
    start, end = statement.start, statement.end
    one = f"{start:%Y-%m}" == f"{end:%Y-%m}"
    row = {
        "first": start.isoformat(),
        "last": end.isoformat(),
        "title": frame.f.month(start) if one else f"{frame.f.month(start)} – {frame.f.month(end)}",
        "rows": [_row(frame, section) for section in ordered(frame, statement)],
    }
    if frame.leads.asks:
        return row
    reader = frame.reader(statement.customer, end)
    return {
        **row,
        **letter(frame, statement),
        "id": f"m{start:%Y-%m}",
        "pdf": frame.leads.statement(statement.customer, start, end, statement.kind, "pdf"),
        "until": "" if one else f"{end:%Y-%m}",
        "heading": reader.f.month(start) if one else f"{reader.f.month(start)} – {reader.f.month(end)}",
    }


def letter(frame: Frame, statement: Statement) -> dict[str, Any]:
    """A statement as text, in the language of whom it is sent to."""
    start, end = statement.start, statement.end
    reader = frame.reader(statement.customer, end)
    company = frame.book.register.company(end)
    card = frame.book.register.values("customer", statement.customer, end)
    return {
        "id": "statement",
        "until": "",
        "pdf": None,
        "heading": f"{reader.f.date(start)} – {reader.f.date(end)}",
        "t": reader.t,
        "start": reader.f.date(start),
        "end": reader.f.date(end),
        "moves": statement.kind == "activity",
        "name": statement.name,
        "receiver": receiver(frame.book.register, statement.customer, end, reader.t),
        "company": str(company.get("name", "")),
        "sender": sender(company, card, reader.t),
        "payment": payment(frame.book, statement, reader.t),
        "sections": [_section(frame, reader, section) for section in ordered(frame, statement)],
    }


def ordered(frame: Frame, statement: Statement) -> list[Section]:
    """The sections of a statement, the company's currency first."""
    order = frame.currencies(section.currency for section in statement.sections)
    return sorted(statement.sections, key=lambda section: order.index(section.currency))


def _row(frame: Frame, section: Section) -> dict[str, Any]:
    moved = ((line.kind, line.amount) for line in section.lines)
    return {"currency": section.currency, **summary(frame, flow(section.opening, moved), section.currency)}


def _section(frame: Frame, reader: Reader, section: Section, *, skip: int = 0, journal: bool = False) -> dict[str, Any]:
    """A section as text.

    :param skip: movements to leave out at the beginning; it then opens with the balance after them
    :param journal: whether each movement leads to its entry, where the face has a journal
    """
    currency, t, f = section.currency, reader.t, reader.f
    opening = section.lines[skip - 1].balance if skip else section.opening
    return {
        "currency": currency,
        "opening": f.amount(opening, currency),
        "closing": f.amount(section.closing, currency),
        "lines": [
            {
                "date": f.date(line.date),
                "kind": t(line.kind),
                "number": line.number,
                "text": line.text,
                "href": frame.document(line.number) if line.kind in DOCUMENTS else None,
                "journal": frame.leads.journal(line.entry) if journal else None,
                "amount": f.amount(line.amount, currency),
                "balance": f.amount(line.balance, currency),
            }
            for line in section.lines[skip:]
        ],
        "open": [
            {
                "number": found.item.name,
                "href": frame.document(found.item.number) if found.kind in DOCUMENTS else None,
                "cells": (
                    t(found.kind),
                    f.date(found.item.date),
                    f.date(found.item.due),
                    found.days_overdue or "",
                    f.amount(found.item.amount, currency),
                    f.amount(found.open, currency),
                ),
            }
            for found in section.open_items
        ],
        "aging": list(_aging(reader, section)),
    }


def _aging(reader: Reader, section: Section) -> Iterator[tuple[str, str]]:
    for key, amount in section.aging.columns.items():
        if amount:
            yield reader.bucket(key), reader.f.amount(amount, section.currency)
