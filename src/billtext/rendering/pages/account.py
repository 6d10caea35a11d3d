"""A customer's account by month: the statements that `billtext statement --all --month` writes, as parts of a page."""

from collections.abc import Iterator
from typing import Any

from billtext.model import DOCUMENTS
from billtext.rendering.pages.flows import flow
from billtext.rendering.pages.frame import Frame, Reader
from billtext.rendering.pages.overview import summary
from billtext.rendering.statement_pages import address, payment, sender
from billtext.rules import statements
from billtext.rules.statements import Section, Statement


def months(frame: Frame, customer: str) -> list[dict[str, Any]]:
    """The customer's statements, latest first."""
    return [_month(frame, found) for found in statements.by_month(frame.book, customer, frame.as_of)][::-1]


def _month(frame: Frame, statement: Statement) -> dict[str, Any]:
    """A statement as text: its row in the table of months in the site's language, all else in the customer's."""
    start, end = statement.start, statement.end
    reader = frame.reader(statement.customer, end)
    company = frame.book.register.company(end)
    card = frame.book.register.values("customer", statement.customer, end)
    order = frame.currencies(section.currency for section in statement.sections)
    sections = sorted(statement.sections, key=lambda section: order.index(section.currency))
    one = f"{start:%Y-%m}" == f"{end:%Y-%m}"
    return {
        "id": f"m{start:%Y-%m}",
        "pdf": frame.leads.statement(statement.customer, start, end, statement.kind, "pdf"),
        "until": "" if one else f"{end:%Y-%m}",
        "title": frame.f.month(start) if one else f"{frame.f.month(start)} – {frame.f.month(end)}",
        "rows": [_row(frame, section) for section in sections],
        "t": reader.t,
        "heading": reader.f.month(start) if one else f"{reader.f.month(start)} – {reader.f.month(end)}",
        "start": reader.f.date(start),
        "end": reader.f.date(end),
        "name": statement.name,
        "receiver": address(card, str(company.get("country", "")), reader.t),
        "company": str(company.get("name", "")),
        "sender": sender(company, card, reader.t),
        "payment": payment(frame.book, end, reader.t),
        "sections": [_section(frame, reader, section) for section in sections],
    }


def _row(frame: Frame, section: Section) -> dict[str, Any]:
    moved = ((line.kind, line.amount) for line in section.lines)
    return {"currency": section.currency, **summary(frame, flow(section.opening, moved), section.currency)}


def _section(frame: Frame, reader: Reader, section: Section) -> dict[str, Any]:
    currency, t, f = section.currency, reader.t, reader.f
    return {
        "currency": currency,
        "opening": f.amount(section.opening, currency),
        "closing": f.amount(section.closing, currency),
        "lines": [
            {
                "date": f.date(line.date),
                "kind": t(line.kind),
                "number": line.number,
                "text": line.text,
                "href": frame.document(line.number) if line.kind in DOCUMENTS else None,
                "amount": f.amount(line.amount, currency),
                "balance": f.amount(line.balance, currency),
            }
            for line in section.lines
        ],
        "open": [
            (
                found.item.name,
                t(found.kind),
                f.date(found.item.date),
                f.date(found.item.due),
                found.days_overdue or "",
                f.amount(found.item.amount, currency),
                f.amount(found.open, currency),
            )
            for found in section.open_items
        ],
        "aging": list(_aging(reader, section)),
    }


def _aging(reader: Reader, section: Section) -> Iterator[tuple[str, str]]:
    for key, amount in section.aging.columns.items():
        if amount:
            yield reader.bucket(key), reader.f.amount(amount, section.currency)
