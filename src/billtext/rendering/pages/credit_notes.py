"""Credit notes: what each corrects and why, and whether it is applied."""

from functools import partial
from typing import Any

from billtext.model import Document
from billtext.money import exact
from billtext.rendering.pages.frame import LONGEST, Frame, Page
from billtext.rules import invoices


def page(frame: Frame) -> Page:
    """Make the table, latest first."""
    found = [document for document in frame.documents if document.kind == "credit-note"]
    several = len({document.currency for document in found}) > 1
    row = frame.rows("credit_notes", "credit-notes")
    return frame.render(
        "credit-notes.html.j2",
        "credit-notes",
        frame.t("Credit notes"),
        leaf=False,
        rows=[
            row(each.customer, f"{each.number} {several}", partial(_row, frame, each, several))
            for each in found[::-1][:LONGEST]
        ],
        count=len(found),
        several=several,
    )


def _row(frame: Frame, document: Document, several: bool) -> dict[str, Any]:
    row = invoices.row(frame.book, document, frame.as_of)
    currency = document.currency
    state = "applied" if not row.open else "open" if row.open == -document.gross else "partly applied"
    corrects = document.corrects or ""
    return {
        "several": several,
        "number": document.number,
        "href": frame.document(document.number),
        "day": document.date.isoformat(),
        "date": frame.f.date(document.date),
        "customer": frame.customer(document.customer),
        "name": frame.names[document.customer],
        "corrects": corrects,
        "corrects_href": frame.document(corrects) if corrects else None,
        "reason": str(document.entry.meta.get("reason") or document.entry.narration or ""),
        "currency": currency,
        "amount": frame.f.amount(document.gross, currency),
        "amount_raw": exact(document.gross, currency),
        "open": frame.f.amount(-row.open, currency),
        "open_raw": exact(-row.open, currency),
        "state": frame.t(state),
        "mark": "applied" if not row.open else "open",
        "done": not row.open,
    }
