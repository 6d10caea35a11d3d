"""The tables of pages as sheets, for CSV: the same as `billtext … --format csv` gives of the day and the customers."""

from collections.abc import Callable, Collection

from billtext import dates
from billtext.model import Date, Document, Void
from billtext.rendering import reports
from billtext.rendering.language import Language
from billtext.rendering.pages import addresses
from billtext.rendering.pages.frame import Frame
from billtext.rendering.sheets import Sheet
from billtext.rules import invoices, statements

Period = tuple[Date, Date, str]  # first and last day, and kind of a statement


def sheet(frame: Frame, address: str, period: Period | None = None) -> Sheet | None:
    """The table of a page; None where it has none.

    :param address: of the page; `statements/C00017` is a statement of account
    :param period: of the statement; else from the beginning of the year to the day
    """
    kind, _, part = address.partition("/")
    if not part:
        return _WHOLE[kind](frame) if kind in _WHOLE else None
    if address == addresses.AGEING_BY_DATE:
        return reports.aging(frame.report_by_date)
    if kind == "months":
        return _month(frame, part.partition("/")[0])  # all of it, where its page is one of several
    if kind in {"customers", "statements"}:
        customer = next((id_ for id_ in frame.names if frame.customer(id_) == f"customers/{part}"), None)
        if customer is None:
            return None
        if kind == "customers":
            return reports.open_items(frame.book, frame.open_of.get(customer, ()), frame.as_of)
        first, last, form = period or (frame.as_of.replace(month=1, day=1), frame.as_of, "activity")
        return reports.statement_lines(statements.report(frame.book, customer, first, last, kind=form))
    if kind == "documents":
        number = next((name for name in frame.linked if frame.document(name) == address), None)
        if number is not None:
            found = invoices.detail(frame.book, frame.book.ledger.documents[number], frame.as_of)
            return reports.document(found, Language(""))
    return None


def has(address: str) -> bool:
    """Whether a page of ours has a table that is worth a link."""
    kind, _, part = address.partition("/")
    known = {"months", "customers", "statements", "documents"} if part else _WHOLE.keys()
    return kind in known or address == addresses.AGEING_BY_DATE


def _month(frame: Frame, name: str) -> Sheet | None:
    if name not in frame.months:
        return None
    first, last = dates.month(name)
    voids = [void for void in frame.voids if first <= void.date <= last]
    return _documents(frame, frame.documents_between(first, last), voids)


def _documents(frame: Frame, found: Collection[Document], voids: Collection[Void]) -> Sheet:
    rows = [invoices.row(frame.book, document, frame.as_of) for document in found]
    return reports.invoices(frame.book, rows, voids, frame.as_of)


def _customers(frame: Frame) -> Sheet:
    records = frame.book.register.of("customer").values()
    known = [record for record in records if record.first <= frame.as_of and record.id in frame.names]
    return reports.customers(frame.book, known, frame.as_of)


def _credit_notes(frame: Frame) -> Sheet:
    return _documents(frame, [document for document in frame.documents if document.kind == "credit-note"], ())


_WHOLE: dict[str, Callable[[Frame], Sheet]] = {
    "index": lambda frame: reports.aging(frame.report),
    "ageing": lambda frame: reports.aging(frame.report),
    "open-items": lambda frame: reports.open_items(frame.book, frame.open, frame.as_of),
    "customers": _customers,
    "documents": lambda frame: _documents(frame, frame.documents, frame.voids),
    "credit-notes": _credit_notes,
}
