"""The tables of a page that is one of many, as sheets: of a customer, a document, a draft and a quote."""

from collections.abc import Iterable
from typing import Any

from beancount.core.amount import Amount

from billtext.model import Date, Delivery, Document, Filed, Meta
from billtext.rendering import quotes as quote_sheets
from billtext.rendering import reports, shapes
from billtext.rendering.language import Language
from billtext.rendering.pages import account, unissued
from billtext.rendering.pages.frame import Frame
from billtext.rendering.pages.office_tables import moved, moved_columns, sheet_of
from billtext.rendering.sheets import Cell, Sheet, Word, column
from billtext.rules import behaviour, card_history, flows, invoices, presenting, stages, statements
from billtext.rules import quotes as quote_rules
from billtext.rules.card_history import Change
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.quotes import Estimate

Period = tuple[Date, Date, str]  # first and last day, and kind of a statement


# --- a customer -------------------------------------------------------------------------------------------


def open_items(frame: Frame, customer: str) -> Sheet:
    """As `billtext open-items --customer`."""
    return reports.open_items(frame.book, frame.open_of.get(customer, ()), frame.as_of)


def statement(frame: Frame, customer: str, period: Period | None, kind: str = "") -> Sheet:
    """As `billtext statement`; of the year until the day, if no period is asked for.

    :param kind: in place of the period's
    """
    first, last, asked = period or (frame.as_of.replace(month=1, day=1), frame.as_of, "activity")
    return reports.statement_lines(statements.report(frame.book, customer, first, last, kind=kind or asked))


def year(frame: Frame, customer: str) -> Sheet:
    """The account of the last twelve months, as `billtext statement` has it."""
    return statement(frame, customer, (account.since(frame.as_of), frame.as_of, "activity"))


def months(frame: Frame, customer: str) -> Sheet:
    """What moved in each month, latest first."""
    rows: list[list[Cell]] = []
    for found in reversed(list(statements.by_month(frame.book, customer, frame.as_of))):
        for section in account.ordered(frame, found):
            flow = flows.flow(section.opening, ((line.kind, line.amount) for line in section.lines))
            rows.append([found.start, found.end, section.currency, *moved(flow, section.currency)])
    return sheet_of(moved_columns("from", "to", "currency"), rows)


def paying(frame: Frame, customer: str) -> Sheet:
    """How the customer paid, by the month of the payment, latest first: days from due date to settlement."""
    found = behaviour.report(frame.book, customer, frame.as_of)
    rows: list[list[Cell]] = [[month.name, month.count, month.average, month.worst] for month in found.months[::-1]]
    figures = (column(name, right=True) for name in ("invoices", "average", "latest"))
    return sheet_of((column("month"), *figures), rows)


def history(frame: Frame, customer: str) -> Sheet:
    """What the register said before each change, and since then: the latest first, what it said at first at the end."""
    record = frame.book.register.get("customer", customer)
    if record is None or record.first > frame.as_of:
        found: tuple[Change, ...] = ()
    else:
        found = (*card_history.changes(record, frame.as_of)[::-1], *card_history.entered(record))
    rows: list[list[Cell]] = [[each.date, each.key, _value(each.old), _value(each.new)] for each in found]
    return sheet_of(map(column, ("date", "key", "before", "since")), rows)


def _value(found: Any) -> str:
    return "" if found is None else str(shapes.value(found))


def filed(found: Iterable[Filed]) -> Sheet:
    """Files of the archive, latest first."""
    rows: list[list[Cell]] = [
        [one.date, Word(one.kind), one.document, one.label, one.file, one.sha256]
        for one in sorted(found, key=lambda one: (one.date, one.file), reverse=True)
    ]
    return sheet_of(map(column, ("date", "kind", "document", "label", "file", "sha256")), rows)


def deliveries(found: Iterable[Delivery]) -> Sheet:
    """What happened to a document or to statements on their way; a statement is known by its month."""
    rows: list[list[Cell]] = [
        [one.date, one.time, one.statement, one.channel, Word(one.outcome), one.reason] for one in found
    ]
    return sheet_of(map(column, ("date", "time", "month", "channel", "outcome", "reason")), rows)


# --- a document -------------------------------------------------------------------------------------------


def core(frame: Frame, number: str) -> CoreInvoice:
    """The one view of a document."""
    return presenting.document(frame.book, frame.book.ledger.documents[number])


def settlement(frame: Frame, document: Document) -> Sheet:
    """What settled a document, and what is open of it on the day of the page."""
    currency = document.currency
    rows: list[list[Cell]] = [
        [part.date, Word("settled"), part.by, Amount(part.amount, currency), currency]
        for part in invoices.settlements(frame.book, document, frame.as_of)
    ]
    row = invoices.row(frame.book, document, frame.as_of)
    rows.append([frame.as_of, Word("open"), "", Amount(row.open, currency), currency])
    heads = (column("date"), column("kind"), column("by"), column("amount", right=True), column("currency"))
    return sheet_of(heads, rows)


def instalments(frame: Frame, document: Document) -> Sheet:
    """The instalments of a document, and what is open of each."""
    currency, sign = document.currency, document.sign
    rows: list[list[Cell]] = [
        [item.name, item.due, Amount(item.amount * sign, currency),
         Amount(frame.book.allocations.open(item, frame.as_of) * sign, currency), currency]
        for item in document.items if item.instalment
    ]  # fmt: skip
    figures = (column("amount", right=True), column("open", right=True))
    return sheet_of((column("number"), column("due"), *figures, column("currency")), rows)


def corrections(frame: Frame, document: Document) -> Sheet:
    """The credit notes that correct a document, with their reasons."""
    rows: list[list[Cell]] = [
        [each.date, each.number, _reason(each.entry.meta, each.entry.narration), Amount(each.gross, each.currency),
         each.currency]
        for each in frame.corrections(document.number)
    ]  # fmt: skip
    heads = (column("date"), column("number"), column("reason"), column("amount", right=True))
    return sheet_of((*heads, column("currency")), rows)


def _reason(meta: Meta, narration: str | None) -> str:
    return str(meta.get("reason") or narration or "")


# --- drafts and quotes ------------------------------------------------------------------------------------


def draft(frame: Frame, name: str) -> CoreInvoice | None:
    """What a draft becomes; None where something is wrong with it."""
    base = next(base for found, base, _ in unissued.waiting(frame) if found.name == name)
    return None if base is None else presenting.draft(frame.book.register, base)


def _estimate(frame: Frame, name: str) -> Estimate | None:
    """A quote; None where something is wrong with it, or its customer is not shown."""
    found, _ = quote_rules.estimate(unissued.offers(frame)[name], frame.book.register, frame.rates)
    return found if found is not None and (frame.only is None or found.base.customer in frame.only) else None


def quote(frame: Frame, name: str) -> CoreInvoice | None:
    """What a quote offers."""
    found = _estimate(frame, name)
    return None if found is None else presenting.quote(frame.book.register, found)


def planned(found: CoreInvoice) -> Sheet:
    """The instalments of a draft."""
    rows: list[list[Cell]] = [
        [part.name, part.due, Amount(part.amount, found.currency), found.currency] for part in found.instalments
    ]
    return sheet_of((column("number"), column("due"), column("amount", right=True), column("currency")), rows)


def compared(frame: Frame, name: str) -> Sheet | None:
    """Estimate against invoiced."""
    found = _estimate(frame, name)
    if found is None:
        return None
    return quote_sheets.compared(stages.compare(found, frame.book, frame.as_of), found, Language(""))
