"""Customers: the table of all, and a page for each with all that there is about one."""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from billtext.ledger.accounts import Receivables
from billtext.money import ZERO, exact
from billtext.rendering.pages import account, addresses, card, document, papers, paying, rows
from billtext.rendering.pages.frame import LONGEST, Frame, Page
from billtext.rendering.statement_pages import receiver
from billtext.rules import ageing, statements
from billtext.rules.ageing import OpenItem, Row
from billtext.rules.statements import Section


def index(frame: Frame) -> Page:
    """Make the table of all customers: a row for each currency in which something is open."""
    shown, row = _shown(frame), frame.rows("customers", "customers")
    nothing: list[Row | None] = [None]
    found = [
        row(customer, "" if owed is None else owed.currency, partial(_row, frame, customer, owed))
        for customer in shown
        for owed in frame.aging_of.get(customer) or nothing
    ]
    heading = frame.t("Customers")
    return frame.render("customers.html.j2", "customers", heading, leaf=False, rows=found, shown=len(shown))


def _row(frame: Frame, customer: str, owed: Row | None) -> dict[str, Any]:
    """What is owed in a currency; if nothing is, it is the customer's own."""
    values = frame.book.register.values("customer", customer, frame.as_of)
    currency = str(values.get("currency") or frame.book.register.currency or "")
    row = owed or Row(customer=customer, name="", currency=currency, columns={ageing.UNAPPLIED: ZERO})
    late = max(
        (
            found.days_overdue
            for found in frame.open_of.get(customer, ())
            if found.kind == "invoice" and found.item.currency == row.currency
        ),
        default=0,
    )
    unapplied = row.columns[ageing.UNAPPLIED]
    marks = [word for word, holds in (("owes", row.total > 0), ("overdue", late), ("unapplied", unapplied)) if holds]
    return {
        "id": customer,
        "href": frame.customer(customer),
        "name": frame.names[customer],
        "city": str(values.get("city", "")),
        "currency": row.currency,
        "late": late,
        "marks": " ".join(marks),
        "amounts": [
            {
                "text": frame.f.amount(amount, row.currency),
                "raw": exact(amount, row.currency),
                "zero": not amount,
            }
            for amount in (row.total, row.overdue, unapplied)
        ],
    }


def _shown(frame: Frame) -> list[str]:
    """Those who stand in the table, by name: all of them, unless a face that makes it anew each time has too many."""
    if not frame.leads.asks or len(frame.customers) <= LONGEST:
        return frame.customers
    chosen = set(frame.debtors[:LONGEST])
    chosen.update(islice((customer for customer in frame.customers if customer not in chosen), LONGEST - len(chosen)))
    return [customer for customer in frame.customers if customer in chosen]


def page(frame: Frame, customer: str) -> Page:
    """Make the page of a customer."""
    book, as_of = frame.book, frame.as_of
    items = book.items_of.get(customer, ())
    first = items[0].date if items else as_of
    report = statements.report(book, customer, min(first, as_of), as_of)
    values = book.register.values("customer", customer, as_of)
    sections = account.ordered(frame, report)
    path, several = frame.customer(customer), len(sections) > 1
    row = rows.of("open_items", frame.t, frame.links(path))
    return frame.render(
        "customer.html.j2",
        path,
        frame.names[customer],
        id=customer,
        kind=str(values.get("kind", "")),
        fields=card.fields(frame, values),
        registered=book.register.get("customer", customer) is not None,
        contacts=card.contacts(frame, customer),
        address=receiver(book.register, customer, as_of, frame.t),
        balances=[_balance(frame, section, n) for n, section in enumerate(sections)],
        open=[
            row(customer, "", partial(open_row, frame, each, several))
            for section in sections
            for each in section.open_items
        ],
        columns=_columns(frame, frame.open_of.get(customer, ())),
        by_date=_columns_by_date(frame, frame.open_of.get(customer, ())) if frame.leads.asks else (),
        several=several,
        running=account.running(frame, report) if frame.leads.asks else (),  # else each month is told below
        paying=None if frame.given else paying.shown(frame, customer),
        filed=() if frame.given else papers.filed(frame, frame.filed(customer)),
        sent=papers.deliveries(frame, frame.deliveries(customer, statements=True)),
        history=None if frame.given else card.history(frame, customer),
        months=account.months(frame, customer),
        leads=_leads(frame, customer),
        period=addresses.statement(customer) if frame.leads.asks else None,
    )


def _columns(frame: Frame, found: Iterable[OpenItem]) -> list[tuple[str, str]]:
    """Columns of the ageing in which something is open, as a table is told to show them, with their words."""
    some = {frame.column(each) for each in found}
    return [(addresses.mark(name), frame.bucket(name)) for name in (*frame.buckets, ageing.UNAPPLIED) if name in some]


def _columns_by_date(frame: Frame, found: Iterable[OpenItem]) -> list[tuple[str, str]]:
    some = {frame.column(each, "date") for each in found if each.kind != ageing.UNAPPLIED}
    return [
        (addresses.mark(name, by_date=True), frame.bucket(name, by_date=True)) for name in frame.buckets if name in some
    ]


def _leads(frame: Frame, customer: str) -> list[tuple[str, str]]:
    """Where else this customer is shown, by word."""
    name = frame.account(customer)
    found = [(frame.t("Account in the ledger"), frame.leads.account(name))]
    record = frame.book.register.get("customer", customer)
    if record is not None:
        found.append((frame.t("Source text"), frame.leads.source(record.versions[-1].meta)))
    return [(word, address) for word, address in found if address is not None]


def open_row(frame: Frame, each: OpenItem, several: bool) -> dict[str, Any]:
    """An open item as text.

    :param several: whether its table is of several currencies
    """
    return {
        "customer": None,
        "several": several,
        "day": each.item.date.isoformat(),
        "due_day": each.item.due.isoformat(),
        "amount_raw": exact(each.item.amount, each.item.currency),
        "open_raw": exact(each.open, each.item.currency),
        "date": frame.f.date(each.item.date),
        "due": frame.f.date(each.item.due),
        "kind": frame.t(each.kind),
        "number": each.item.name,
        "href": frame.document(each.item.number),
        "currency": each.item.currency,
        "amount": frame.f.amount(each.item.amount, each.item.currency),
        "open": frame.f.amount(each.open, each.item.currency),
        "late": each.days_overdue if each.kind == "invoice" else 0,
        "marks": " ".join(_marks(frame, each)),
    }


def _marks(frame: Frame, each: OpenItem) -> Iterator[str]:
    """By what a table is told to show an open item: its columns of the ageings that the face has."""
    yield addresses.mark(frame.column(each))
    if frame.leads.asks and each.kind != ageing.UNAPPLIED:
        yield addresses.mark(frame.column(each, "date"), by_date=True)


def _balance(frame: Frame, section: Section, n: int) -> dict[str, Any]:
    currency, row = section.currency, section.aging
    return {
        "currency": currency,
        "owed": frame.f.amount(section.closing, currency),
        "overdue": frame.f.amount(row.overdue, currency),
        "late": row.overdue > 0,
        "unapplied": frame.f.amount(row.columns[ageing.UNAPPLIED], currency),
        "aged": frame.aged(row, f"aged-{n}") if any(row.columns.values()) else None,
    }


def of_file(frame: Frame, file: str) -> Page | None:
    """The page to which a file of the archive belongs: of its document, else of its customer; None if of neither.

    :param file: below `documents/`, such as `Assets/Receivable/C00017/2026-03-02.2026-0012.pdf`
    """
    found = next((one for one in frame.book.ledger.filed if one.file == file), None)
    if found is not None and frame.document(found.document):
        return document.page(frame, found.document)
    owner = found.customer if found is not None else Receivables(frame.book.register)[":".join(file.split("/")[:-1])]
    return page(frame, owner) if owner in frame.names else None
