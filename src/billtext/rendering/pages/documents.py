"""Documents: the months that have some, and the documents of a month."""

from typing import Any

from billtext import dates
from billtext.model import DOCUMENTS
from billtext.money import ZERO, exact
from billtext.rendering.pages import addresses
from billtext.rendering.pages.frame import Frame, Page
from billtext.rules import invoices
from billtext.rules.invoices import Row


def index(frame: Frame) -> Page:
    """Make the table of months, one row a currency."""
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    for name, documents in frame.documents_of_month.items():
        for document in documents:
            found = sums.get((name, document.currency))
            if found is None:
                found = {"invoice": 0, "credit-note": 0, "invoiced": ZERO, "credited": ZERO, "open": ZERO}
                sums[name, document.currency] = found
            found[document.kind] += 1
            found["invoiced" if document.kind == "invoice" else "credited"] += document.gross
    for each in frame.open:
        if each.item.kind in DOCUMENTS:
            sums[f"{each.item.date:%Y-%m}", each.item.currency]["open"] += each.open
    months: dict[str, list[dict[str, Any]]] = {month: [] for month in frame.months}
    for (month, currency), found in sorted(sums.items()):
        amounts = [frame.f.amount(found[name], currency) for name in ("invoiced", "credited", "open")]
        months[month].append(
            {"currency": currency, "invoices": found["invoice"], "credits": found["credit-note"], "amounts": amounts}
        )
    rows = [
        {"href": addresses.month(month), "title": frame.f.month(dates.month(month)[0]), "month": month, "sums": each}
        for month, each in months.items()
    ]
    return frame.render("documents.html.j2", "documents", frame.t("Documents"), leaf=False, months=rows)


def month(frame: Frame, name: str) -> Page:
    """Make the page of a month's documents, void numbers among them."""
    first, last = dates.month(name)
    rows = [
        _row(frame, invoices.row(frame.book, document, frame.as_of))
        for document in frame.documents_of_month.get(name, ())
    ]
    rows += [
        {
            "number": void.number,
            "kind": frame.t("void"),
            "date": frame.f.date(void.date),
            "day": void.date.isoformat(),
            "reason": void.reason,
            "status": frame.t("void"),
            "mark": "void",
        }
        for void in frame.voids
        if first <= void.date <= last
    ]
    path = addresses.month(name)
    title = f"{frame.t('Documents')}, {frame.t.month(first)}"
    return frame.render("month.html.j2", path, title, rows=rows)


def _row(frame: Frame, row: Row) -> dict[str, Any]:
    document = row.document
    currency = document.currency
    return {
        "number": document.number,
        "href": frame.document(document.number),
        "kind": frame.t(document.kind),
        "date": frame.f.date(document.date),
        "day": document.date.isoformat(),
        "due": frame.f.date(document.due),
        "due_day": document.due.isoformat(),
        "customer": frame.customer(document.customer),
        "name": frame.names[document.customer],
        "currency": currency,
        "gross": frame.f.amount(document.gross * document.sign, currency),
        "gross_raw": exact(document.gross * document.sign, currency),
        "open": frame.f.amount(row.open, currency),
        "open_raw": exact(row.open, currency),
        "settled": not row.open,
        "status": frame.t(row.status),
        "mark": row.status,
    }
