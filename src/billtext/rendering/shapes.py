"""The JSON of the reports, as design fixes it: amounts are strings, dates ISO. Keys may be added, never changed."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.errors import LedgerError
from billtext.model import Date, Record, Void
from billtext.money import exact, number, plain
from billtext.rules import ageing, invoices, numbering
from billtext.rules.ageing import OpenItem, Row
from billtext.rules.book import Book
from billtext.rules.statements import Statement

Json = dict[str, Any]


def value(of: object) -> Any:
    """A register value: a number as digits, an amount as `1250.00 NOK`, a date in ISO."""
    if isinstance(of, bool) or of is None:
        return of
    if isinstance(of, Decimal):
        return plain(of)
    if isinstance(of, Amount):
        return f"{exact(number(of), of.currency)} {of.currency}"
    return of.isoformat() if isinstance(of, datetime.date) else str(of)


def customer(book: Book, record: Record, as_of: Date) -> Json:
    """A customer's card as of a date, with the balance by currency."""
    values = record.at(as_of) or record.versions[0].values
    balance = {c: exact(total, c) for c, total in ageing.balances(book, record.id, as_of).items()}
    return {"id": record.id, **{key: value(found) for key, found in values.items()}, "balance": balance}


def history(record: Record) -> list[Json]:
    """What the register says of a record, by date: the keys that changed."""
    return [
        {"date": version.date.isoformat(), "changed": {key: value(found) for key, found in version.changed.items()}}
        for version in record.versions
    ]


def invoice(row: invoices.Row) -> Json:
    """A document's line in the list. `open` is negative on a credit note, whose other amounts are what it credits."""
    document, currency = row.document, row.document.currency
    return {
        "number": document.number, "kind": document.kind, "customer": document.customer,
        "date": document.date.isoformat(), "due": document.due.isoformat(), "currency": currency,
        "net": exact(document.net, currency), "vat": exact(document.vat, currency),
        "gross": exact(document.gross, currency),
        "open": exact(row.open, currency), "status": row.status, "days_overdue": row.days_overdue,
    }  # fmt: skip


def void(book: Book, found: Void) -> Json:
    """A void number in the list of documents: it has a number, a date and a reason, and of its series the kind."""
    return {
        "number": found.number, "kind": numbering.kind_of(book.register, found), "customer": "",
        "date": found.date.isoformat(), "due": found.date.isoformat(), "currency": book.register.currency or "",
        "net": "0.00", "vat": "0.00", "gross": "0.00", "open": "0.00", "status": "void",
        "days_overdue": 0, "reason": found.reason,
    }  # fmt: skip


def invoice_detail(detail: invoices.Detail) -> Json:
    """A document with lines, VAT and what settled it."""
    currency = detail.row.document.currency
    return {
        **invoice(detail.row),
        "lines": [
            {"text": line.text, "quantity": plain(line.quantity), "unit": line.unit, "price": exact(line.price,
            currency),
             "net": exact(line.net, currency), "vat": line.vat, "discount": plain(line.discount),
             "discount_amount": exact(line.discount_amount, currency),
             "charge_amount": exact(line.charge_amount, currency), "price_per": plain(line.price_per),
             "item": line.item, "account": line.account, "allowance": line.allowance, "charge": line.charge}
            for line in detail.lines
        ],
        "vat_breakdown": [
            {"code": part.code, "rate": plain(part.rate), "base": exact(part.base, currency),
             "amount": exact(part.amount, currency)}
            for part in detail.vat_breakdown
        ],
        "allocations": [
            {"date": found.date.isoformat(), "by": found.by, "amount": exact(found.amount, currency)}
            for found in detail.allocations
        ],
        "instalments": [
            {"number": item.name, "due": item.due.isoformat(), "amount": exact(item.amount, currency)}
            for item in detail.row.document.items if item.instalment
        ],
    }  # fmt: skip


def open_item(found: OpenItem) -> Json:
    """An open item; an instalment has its own number."""
    item = found.item
    return {
        "customer": item.customer, "number": item.name, "kind": found.kind, "date": item.date.isoformat(),
        "due": item.due.isoformat(), "currency": item.currency, "amount": exact(item.amount, item.currency),
        "open": exact(found.open, item.currency), "days_overdue": found.days_overdue,
    }  # fmt: skip


def _columns(row: Row) -> Json:
    return {
        **{name: exact(amount, row.currency) for name, amount in row.columns.items()},
        "total": exact(row.total, row.currency),
    }


def aging(report: ageing.Report) -> Json:
    """An ageing report."""
    return {
        "as_of": report.as_of.isoformat(),
        "basis": report.basis,
        "buckets": list(report.buckets),
        "rows": [{"customer": r.customer, "name": r.name, "currency": r.currency, **_columns(r)} for r in report.rows],
        "totals": [{"currency": r.currency, **_columns(r)} for r in report.totals],
    }


def statement(report: Statement) -> Json:
    """A customer's statement."""
    return {
        "customer": report.customer,
        "name": report.name,
        "kind": report.kind,
        "from": report.start.isoformat(),
        "to": report.end.isoformat(),
        "sections": [
            {
                "currency": section.currency,
                "opening": exact(section.opening, section.currency),
                "lines": [
                    {"date": line.date.isoformat(), "kind": line.kind, "number": line.number, "text": line.text,
                     "amount": exact(line.amount, section.currency), "balance": exact(line.balance, section.currency)}
                    for line in section.lines
                ],
                "closing": exact(section.closing, section.currency),
                "open_items": [open_item(found) for found in section.open_items],
                "aging": _columns(section.aging),
            }
            for section in report.sections
        ],
    }  # fmt: skip


def _beancount(message: str) -> str:
    """Beancount's message on one line; of a traceback in it (a plugin that fails to load) its first and last line."""
    lines = message.strip().splitlines()
    if "Traceback" in message:
        lines = [lines[0].partition("Traceback")[0].rstrip(), lines[-1]]
    return " ".join(" ".join(lines).split())


def error(found: Any) -> Json:
    """An error of ours or of Beancount's."""
    source: Mapping[str, Any] = found.source or {}
    return {
        "type": type(found).__name__,
        "file": str(source.get("filename", "")),
        "line": int(source.get("lineno") or 0),
        "message": found.message if isinstance(found, LedgerError) else _beancount(str(found.message)),
    }


def errors(found: Iterable[Any]) -> list[Json]:
    """Errors in the order of file and line."""
    return sorted((error(each) for each in found), key=lambda e: (e["file"], e["line"], e["type"], e["message"]))
