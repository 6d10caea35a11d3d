"""The tables of pages of which there is one, as sheets: what is owed, what moved, and what waits."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext import dates
from billtext.model import DOCUMENTS, PAPERS, Date, Document, Void
from billtext.money import ZERO, nearest
from billtext.rendering import archive, delivery_reports, reports
from billtext.rendering import drafts as draft_sheets
from billtext.rendering import quotes as quote_sheets
from billtext.rendering.pages import addresses, development, unissued
from billtext.rendering.pages.frame import Frame
from billtext.rendering.pages.overview import MONTHS, month_ends
from billtext.rendering.sheets import Cell, Column, Sheet, Word, column
from billtext.rules import ageing, flows, invoices, stages
from billtext.rules import quotes as quote_rules
from billtext.rules.flows import COLUMNS, Flow

_MOVED = tuple(column(name, right=True) for name in ("opening", *COLUMNS, "closing"))


def sheet_of(columns: Iterable[Column], rows: Sequence[Sequence[Cell]]) -> Sheet:
    """A sheet of rows alone."""
    return Sheet(title="", columns=tuple(columns), rows=rows)


def moved(flow: Flow, currency: str) -> list[Cell]:
    """What moved, between an opening and a closing balance."""
    amounts = (flow.opening, *(flow.column(name) for name in COLUMNS), flow.closing)
    return [Amount(amount, currency) for amount in amounts]


def moved_columns(*before: str) -> tuple[Column, ...]:
    """Columns of what `moved` after others."""
    return (*(column(key) for key in before), *_MOVED)


# --- what is owed -----------------------------------------------------------------------------------------


def ageing_(frame: Frame) -> Sheet:
    """As `billtext aging`."""
    return reports.aging(frame.report)


def ageing_by(frame: Frame, _basis: str) -> Sheet:
    """As `billtext aging --by date`."""
    return reports.aging(frame.report_by_date)


def open_items(frame: Frame, part: str = "") -> Sheet:
    """As `billtext open-items`; of a column of an ageing only what is open in it.

    :param part: of the page's address, such as `31-60` or `date/31-60`; all of them if empty
    """
    basis = "date" if part.startswith("date/") else "due"
    column = part.removeprefix("date/")
    found = [each for each in frame.open if not part or addresses.column(frame.column(each, basis)) == column]
    return reports.open_items(frame.book, found, frame.as_of)


def twelve_months(frame: Frame) -> Sheet:
    """What was owed at the end of each of the last months, by age."""
    ends = month_ends(frame.as_of, MONTHS)
    names = development.names(frame, ends)
    rows: list[list[Cell]] = []
    for end, found in zip(ends, ageing.totals(frame.book, ends, customers=frame.only), strict=True):
        for row in found:
            amounts = (*development.amounts(row, names), row.total)
            rows.append([end, row.currency, *(Amount(amount, row.currency) for amount in amounts)])
    heads = (*names, "total")
    return sheet_of((column("date"), column("currency"), *(column(name, right=True) for name in heads)), rows)


def debtors(frame: Frame) -> Sheet:
    """All who owe anything, those first who owe most, and their share of it in percent."""
    whole = {row.currency: row.total for row in frame.report.totals}
    place = {currency: n for n, currency in enumerate(frame.currencies(whole))}
    found = sorted(
        (row for row in frame.report.rows if row.total > 0),
        key=lambda row: (place[row.currency], -row.total, row.customer),
    )
    rows: list[list[Cell]] = [
        [row.customer, row.name, row.currency, Amount(row.total, row.currency), Amount(row.overdue, row.currency),
         int(nearest(row.total * 100 / whole[row.currency], Decimal(1))) if whole[row.currency] > 0 else None]
        for row in found
    ]  # fmt: skip
    names = ("owed", "overdue", "share")
    return sheet_of((*_whose(), column("currency"), *(column(name, right=True) for name in names)), rows)


def _whose() -> tuple[Column, ...]:
    return column("customer"), column("name")


def customers(frame: Frame) -> Sheet:
    """Everybody of the table of customers, a row for each currency in which something is open."""
    rows: list[list[Cell]] = []
    for customer in frame.customers:
        values = frame.book.register.values("customer", customer, frame.as_of)
        own = str(values.get("currency") or frame.book.register.currency or "")
        head: list[Cell] = [customer, frame.names[customer], str(values.get("city", ""))]
        for row in frame.aging_of.get(customer, ()):
            late = [
                found.days_overdue for found in frame.open_of.get(customer, ())
                if found.kind == "invoice" and found.item.currency == row.currency
            ]  # fmt: skip
            amounts = (row.total, row.overdue, row.columns[ageing.UNAPPLIED])
            rows.append(
                [*head, row.currency, *(Amount(amount, row.currency) for amount in amounts), max(late, default=0)]
            )
        if customer not in frame.aging_of:
            rows.append([*head, own, *(Amount(ZERO, own) for _ in range(3)), 0])
    figures = (column(name, right=True) for name in ("owed", "overdue", "unapplied"))
    return sheet_of((*_whose(), column("city"), column("currency"), *figures, reports.OVERDUE), rows)


# --- what moved -------------------------------------------------------------------------------------------


def this_month(frame: Frame) -> Sheet:
    """What moved in the month until the day, in each currency in which something is owed or moved."""
    found = movements(frame, f"{frame.as_of:%Y-%m}")
    owed = {row.currency: row.total for row in frame.report.totals if row.total}
    there = {row[0] for row in found.rows}
    still = [
        [currency, *moved(flows.flow(owed[currency], ()), currency)]
        for currency in frame.currencies(owed)
        if currency not in there
    ]
    return sheet_of(found.columns, [*found.rows, *still])


def movements(frame: Frame, name: str) -> Sheet:
    """What moved in a month, by currency."""
    found = frame.flows.get(name, {})
    rows = [[currency, *moved(found[currency], currency)] for currency in frame.currencies(found)]
    return sheet_of(moved_columns("currency"), rows)


def latest(frame: Frame) -> Sheet:
    """All that moved in the month until the day, latest first."""
    first = frame.as_of.replace(day=1)
    rows: list[list[Cell]] = [
        [item.date, Word(item.kind), item.name, item.customer, frame.names[item.customer],
         Amount(item.amount, item.currency), item.currency]
        for item in reversed(frame.book.items)
        if first <= item.date <= frame.as_of and item.customer in frame.names
    ]  # fmt: skip
    heads = (column("date"), column("kind"), column("number"), *_whose(), column("amount", right=True))
    return sheet_of((*heads, column("currency")), rows)


def months(frame: Frame) -> Sheet:
    """The months of the documents, and what is still open of the documents of each."""
    still: dict[tuple[str, str], Any] = {}
    for each in frame.open:
        if each.item.kind in DOCUMENTS:
            key = (_month(each.item.date), each.item.currency)
            still[key] = still.get(key, ZERO) + each.open
    rows: list[list[Cell]] = []
    for name in frame.months:
        found = frame.flows.get(name, {})
        count = len(frame.documents_between(*dates.month(name)))
        rows += [
            [name, count, currency, *moved(found[currency], currency)[1:],
             Amount(still.get((name, currency), ZERO), currency)]
            for currency in frame.currencies(found)
        ]  # fmt: skip
        if not found:  # nothing but a void number
            rows.append([name, count, "", *[None] * len(_MOVED)])
    heads = (column("month"), column("documents", right=True), column("currency"))
    return sheet_of((*heads, *_MOVED[1:], column("open", right=True)), rows)


def _month(date: Date) -> str:
    return f"{date.year:04}-{date.month:02}"


# --- documents --------------------------------------------------------------------------------------------


def documents(frame: Frame, found: Collection[Document], voids: Collection[Void] = ()) -> Sheet:
    """As `billtext invoice list`."""
    rows = [invoices.row(frame.book, document, frame.as_of) for document in found]
    return reports.invoices(frame.book, rows, voids, frame.as_of)


def in_month(frame: Frame, name: str) -> Sheet:
    """The documents of a month, void numbers among them."""
    first, last = dates.month(name)
    voids = [void for void in frame.voids if first <= void.date <= last]
    return documents(frame, frame.documents_between(first, last), voids)


def credit_notes(frame: Frame) -> Sheet:
    """Credit notes with what each corrects and why; the latest first. What is open of one is not negative here."""
    rows: list[list[Cell]] = []
    for document in frame.documents[::-1]:
        if document.kind == "credit-note":
            currency, open_ = document.currency, -invoices.row(frame.book, document, frame.as_of).open
            state = "applied" if not open_ else "open" if open_ == document.gross else "partly applied"
            reason = document.entry.meta.get("reason") or document.entry.narration or ""
            rows.append([
                document.number, document.date, document.customer, frame.names[document.customer],
                document.corrects or "", str(reason), currency, Amount(document.gross, currency),
                Amount(open_, currency), Word(state),
            ])  # fmt: skip
    heads = (column("number"), column("date"), *_whose(), column("corrects"), column("reason"), column("currency"))
    return sheet_of((*heads, column("amount", right=True), column("open", right=True), column("status")), rows)


# --- what waits, and what is wrong ------------------------------------------------------------------------


def drafts(frame: Frame) -> Sheet:
    """As `billtext draft list`."""
    return draft_sheets.listed((draft, base) for draft, base, _ in unissued.waiting(frame))


def quotes(frame: Frame) -> Sheet:
    """As `billtext quote list`."""
    found = []
    for quote in unissued.offers(frame).values():
        estimate, _ = quote_rules.estimate(quote, frame.book.register, frame.rates)
        if frame.only is None or (estimate is not None and estimate.base.customer in frame.only):
            compared = [] if estimate is None else stages.compare(estimate, frame.book, frame.as_of)
            found.append((quote, estimate, compared))
    return quote_sheets.listed(found, frame.as_of)


def unsent(frame: Frame) -> Sheet:
    """As `billtext outbox`, of what was not sent."""
    return delivery_reports.sheet(frame.book, frame.unsent, frame.as_of)


def errors(frame: Frame) -> Sheet:
    """The errors of the ledger, each at its file and line."""
    keys = ("file", "line", "type", "message")
    return sheet_of(map(column, keys), [[error[key] for key in keys] for error in frame.errors])


def archive_months(frame: Frame) -> Sheet:
    """How many files of each kind a month has."""
    rows: list[list[Cell]] = [
        [month, *(sum(one.kind == kind for one in files) for kind in PAPERS), len(files)]
        for month, files in frame.archive.items()
    ]
    return sheet_of((column("month"), *(column(kind, right=True) for kind in (*PAPERS, "total"))), rows)


def archive_month(frame: Frame, name: str) -> Sheet:
    """The files of a month, as `billtext archive catalogue` has them."""
    return archive.files(frame.book, frame.archive[name], names=True)
