"""Customers: the table of all, and a page for each with card, ageing, open items and its statements by month."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.model import Date
from billtext.money import ZERO, exact
from billtext.rendering import shapes
from billtext.rendering.pages import account
from billtext.rendering.pages.frame import Frame, Page
from billtext.rendering.statement_pages import address
from billtext.rules import ageing, statements
from billtext.rules.ageing import OpenItem, Row
from billtext.rules.statements import Section

# Fields of a card with their words; what the register holds besides is shown under its own name.
FIELDS = {
    "org-number": "Org. no.",
    "vat-number": "VAT no.",
    "gln": "GLN",
    "email": "E-mail",
    "phone": "Telephone",
    "website": "Website",
    "channel": "Sent by",
    "endpoint": "Electronic address",
    "language": "Language",
    "currency": "Currency",
    "terms": "Terms",
    "credit-limit": "Credit limit",
    "buyer-reference": "Buyer's reference",
    "closed": "Closed",
    "note": "Note",
}
OFFICE = {"channel", "credit-limit", "closed", "note"}  # what the office keeps to itself, as what has no word here
_ADDRESS = {"name", "kind", "address", "address-2", "postal-code", "city", "country"}


def index(frame: Frame) -> Page:
    """Make the table of all customers: a row for each currency in which something is open."""
    rows = []
    for n, customer in enumerate(frame.customers):
        card = frame.book.register.values("customer", customer, frame.as_of)
        currency = str(card.get("currency") or frame.book.register.currency or "")
        for row in frame.aging_of.get(customer) or [_nothing(customer, currency)]:
            late = max(
                (
                    found.days_overdue
                    for found in frame.open_of.get(customer, ())
                    if found.kind == "invoice" and found.item.currency == row.currency
                ),
                default=0,
            )
            unapplied = row.columns[ageing.UNAPPLIED]
            marks = [
                word for word, holds in (("owes", row.total > 0), ("overdue", late), ("unapplied", unapplied)) if holds
            ]
            rows.append(
                {
                    "n": n,
                    "id": customer,
                    "href": frame.customer(customer),
                    "name": frame.names[customer],
                    "city": str(card.get("city", "")),
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
            )
    return frame.render("customers.html.j2", "customers", frame.t("Customers"), leaf=False, rows=rows)


def _nothing(customer: str, currency: str) -> Row:
    return Row(customer=customer, name="", currency=currency, columns={ageing.UNAPPLIED: ZERO})


def page(frame: Frame, customer: str) -> Page:
    """Make the page of a customer."""
    book, as_of = frame.book, frame.as_of
    items = book.items_of.get(customer, ())
    first = items[0].date if items else as_of
    report = statements.report(book, customer, min(first, as_of), as_of)
    card = book.register.values("customer", customer, as_of)
    open_of: dict[str, list[OpenItem]] = {}
    for found in frame.open_of.get(customer, ()):
        open_of.setdefault(found.item.currency, []).append(found)
    rows = {row.currency: row for row in frame.aging_of.get(customer, ())}
    order = frame.currencies(section.currency for section in report.sections)
    sections = sorted(report.sections, key=lambda section: order.index(section.currency))
    path = frame.customer(customer)
    return frame.render(
        "customer.html.j2",
        path,
        frame.names[customer],
        id=customer,
        kind=str(card.get("kind", "")),
        fields=_fields(frame, card),
        registered=book.register.get("customer", customer) is not None,
        contacts=_contacts(frame, customer),
        address=address(card, str(frame.company.get("country", "")), frame.t),
        balances=[_balance(frame, section, rows.get(section.currency), n) for n, section in enumerate(sections)],
        open=[row for currency in order for row in open_rows(frame, open_of.get(currency, ()))],
        several=len(sections) > 1,
        months=account.months(frame, customer),
    )


def open_rows(frame: Frame, found: Any) -> list[dict[str, Any]]:
    """Open items as text."""
    return [
        {
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
        }
        for each in found
    ]


def _balance(frame: Frame, section: Section, row: Row | None, n: int) -> dict[str, Any]:
    currency = section.currency
    row = row or section.aging
    return {
        "currency": currency,
        "owed": frame.f.amount(section.closing, currency),
        "overdue": frame.f.amount(row.overdue, currency),
        "late": row.overdue > 0,
        "unapplied": frame.f.amount(row.columns[ageing.UNAPPLIED], currency),
        "aged": frame.aged(row, f"aged-{n}") if any(row.columns.values()) else None,
    }


def _fields(frame: Frame, card: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    keys = [key for key in FIELDS if not frame.given or key not in OFFICE]
    for key in (*keys, *(() if frame.given else sorted(card.keys() - FIELDS.keys() - _ADDRESS))):
        if key in card:
            found.append((frame.t(FIELDS[key]) if key in FIELDS else key, _value(frame, card[key])))
    return found


def _value(frame: Frame, value: Any) -> str:
    if isinstance(value, bool):
        return frame.t("yes") if value else frame.t("no")
    if isinstance(value, Date):
        return frame.f.date(value)
    if isinstance(value, Decimal):
        return frame.f.number(value)
    if isinstance(value, Amount) and value.number is not None:
        return f"{frame.f.amount(value.number, value.currency)} {value.currency}"
    return str(shapes.value(value))


def _contacts(frame: Frame, customer: str) -> list[dict[str, str]]:
    return [
        {key: str(values.get(key, "")) for key in ("name", "role", "email", "phone")}
        for values in frame.contacts.get(customer, ())
    ]
