"""Each table of a page as a sheet, for CSV: one list of them all, by the kind of page.

A table on a page says its name (`data-table`), and that name is in the list; a test walks all pages and compares.
Where a command prints the same table, these are the command's bytes. A page offers what it shows, and what is marked
`always`: more than it has room for.
"""

from collections.abc import Callable
from typing import NamedTuple

from billtext.model import Document
from billtext.rendering import document_sheets
from billtext.rendering.pages import addresses, leaf_tables, office_tables, unissued
from billtext.rendering.pages.frame import Frame, Page
from billtext.rendering.pages.leaf_tables import Period
from billtext.rendering.sheets import Sheet
from billtext.rules import ageing
from billtext.rules.core_invoice import CoreInvoice

# A frame, whose page it is (a customer's id, a document's number, …), and the period of a statement.
Make = Callable[[Frame, str, Period | None], Sheet | None]


class Table(NamedTuple):
    """A table of a page.

    :param name: on the page and in the address of its CSV
    :param word: what it is called, in English
    """

    name: str
    word: str
    sheet: Make
    always: bool = False


def _whole(make: Callable[[Frame], Sheet]) -> Make:
    return lambda frame, _of, _period: make(frame)


def _part(make: Callable[[Frame, str], Sheet | None]) -> Make:
    return lambda frame, of, _period: make(frame, of)


def _document(make: Callable[[Frame, Document], Sheet]) -> Make:
    return lambda frame, of, _period: make(frame, frame.book.ledger.documents[of])


def _paper(core: Callable[[Frame, str], CoreInvoice | None]) -> tuple[Table, ...]:
    """The tables that every document has, be it issued or not."""

    def of(make: Callable[[CoreInvoice], Sheet]) -> Make:
        return lambda frame, of, _period: None if (found := core(frame, of)) is None else make(found)

    return (
        Table("lines", "Document", of(document_sheets.lines)),
        Table("sums", "Total", of(document_sheets.sums)),
        Table("vat", "VAT", of(document_sheets.vat)),
        Table("planned", "Instalments", of(leaf_tables.planned)),
    )


# The first of a page is given where none is named.
_SINGLE: dict[str, tuple[Table, ...]] = {
    "index": (
        Table("ageing", "Ageing", _whole(office_tables.ageing_), always=True),
        Table("twelve-months", "The last twelve months", _whole(office_tables.twelve_months)),
        Table("debtors", "Largest debtors", _whole(office_tables.debtors)),
        Table("this-month", "This month's movements", _whole(office_tables.this_month)),
        Table("latest", "Movements", _whole(office_tables.latest)),
    ),
    "ageing": (Table("ageing", "Ageing", _whole(office_tables.ageing_)),),
    "open-items": (Table("open-items", "Open items", _whole(office_tables.open_items)),),
    "customers": (Table("customers", "Customers", _whole(office_tables.customers)),),
    "documents": (
        Table("documents", "Documents",
              _whole(lambda frame: office_tables.documents(frame, frame.documents, frame.voids)), always=True),
        Table("months", "Month", _whole(office_tables.months)),
    ),
    "credit-notes": (Table("credit-notes", "Credit notes", _whole(office_tables.credit_notes)),),
    "drafts": (Table("drafts", "Drafts", _whole(office_tables.drafts)),),
    "quotes": (Table("quotes", "Quotes", _whole(office_tables.quotes)),),
    "archive": (Table("archive", "Archive", _whole(office_tables.archive_months)),),
    "unsent": (Table("unsent", "Documents not sent", _whole(office_tables.unsent)),),
    "errors": (Table("errors", "Errors in the ledger", _whole(office_tables.errors)),),
}  # fmt: skip
_LEAVES: dict[str, tuple[Table, ...]] = {
    "ageing": (Table("ageing", "Ageing by document date", _part(office_tables.ageing_by)),),
    "open-items": (Table("open-items", "Open items", _part(office_tables.open_items)),),
    "months": (
        Table("documents", "Documents", _part(office_tables.in_month)),
        Table("movements", "Movements", _part(office_tables.movements)),
    ),
    "archive": (Table("files", "Archive", _part(office_tables.archive_month)),),
    "customers": (
        Table("open-items", "Open items", _part(leaf_tables.open_items)),
        Table("year", "Account of the last twelve months", _part(leaf_tables.year)),
        Table("paying", "How they pay", _part(leaf_tables.paying)),
        Table("filed", "Filed documents", _part(lambda frame, of: leaf_tables.filed(frame.filed(of)))),
        Table("deliveries", "Statements sent",
              _part(lambda frame, of: leaf_tables.deliveries(frame.deliveries(of, statements=True)))),
        Table("history", "Register history", _part(leaf_tables.history)),
        Table("months", "Statements by month", _part(leaf_tables.months)),
    ),
    "statements": (
        Table("statement", "Statement of account", leaf_tables.statement),
        Table("open", "Open items", lambda frame, of, period: leaf_tables.statement(frame, of, period, "open-items")),
    ),
    "documents": (
        *_paper(leaf_tables.core),
        Table("instalments", "Instalments", _document(leaf_tables.instalments)),
        Table("settlement", "Settlement", _document(leaf_tables.settlement)),
        Table("credits", "Credit notes", _document(leaf_tables.corrections)),
        Table("deliveries", "Deliveries", _part(lambda frame, of: leaf_tables.deliveries(frame.deliveries(of)))),
        Table("filed", "Filed documents", _document(lambda frame, of: leaf_tables.filed(frame.filed_with(of)))),
    ),
    "drafts": _paper(leaf_tables.draft),
    "quotes": (
        *_paper(leaf_tables.quote),
        Table("compared", "Estimate and invoiced", _part(leaf_tables.compared)),
    ),
}  # fmt: skip


def every(address: str) -> tuple[Table, ...]:
    """The tables that a page may have, by its address."""
    kind, _, part = address.partition("/")
    return (_LEAVES if part else _SINGLE).get(kind, ())


def of(page: Page) -> list[Table]:
    """The tables that a page offers."""
    return [each for each in every(page.path) if each.always or f'data-table="{each.name}"' in page.body]


def sheet(frame: Frame, address: str, name: str = "", period: Period | None = None) -> Sheet | None:
    """A table of a page; None where it has none.

    :param address: of the page; `statements/C00017` is a statement of account
    :param name: of the table; its first one if empty
    :param period: of the statement; else from the beginning of the year to the day
    """
    found = next((each for each in every(address) if name in {"", each.name}), None)
    kind, _, part = address.partition("/")
    whose = _whose(frame, kind, part) if part else ""
    return None if found is None or whose is None else found.sheet(frame, whose, period)


def _whose(frame: Frame, kind: str, part: str) -> str | None:
    """Whose page it is; None if there is no such page."""
    if kind == "months":  # all of it, where its page is one of several
        name = part.partition("/")[0]
        return name if name in frame.months else None
    if kind == "archive":
        return part if part in frame.archive else None
    if kind == "ageing":
        return part if f"{kind}/{part}" == addresses.AGEING_BY_DATE else None
    if kind == "open-items":
        known = {addresses.open_items(name) for name in (*frame.buckets, ageing.UNAPPLIED)}
        known |= {addresses.open_items(name, by_date=True) for name in frame.buckets}
        return part if f"{kind}/{part}" in known else None
    if kind in {"customers", "statements"}:
        return addresses.named(part, frame.names)
    if kind == "documents":
        number = addresses.named(part, frame.book.ledger.documents)
        return number if number is not None and frame.document(number) else None
    if kind == "drafts":
        return addresses.named(part, unissued.names(frame))
    return addresses.named(part, unissued.offers(frame)) if kind == "quotes" else None
