"""A page for each invoice and credit note: it looks like one, and tells what became of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from billtext.model import Date, Document, Line
from billtext.rendering import units
from billtext.rendering.pages import addresses, papers
from billtext.rendering.pages.frame import Frame, Page
from billtext.rendering.statement_pages import address
from billtext.rules import ageing, invoices, presenting

# What a document may say of itself: its keys in the ledger, and their words.
FIELDS = {
    "delivery": "Delivered",
    "kid": "KID",
    "reference": "Payment reference",
    "order": "Order",
    "buyer-reference": "Buyer's reference",
    "contract": "Contract",
    "terms": "Terms",
    "reason": "Reason",
    "note": "Note",
}

# Forms that a face may give out, by the names of `leads.FORMS`.
DOWNLOADS = {"pdf": "PDF", "ubl": "XML (UBL)", "cii": "XML (CII)", "facturx": "Factur-X"}


def page(frame: Frame, number: str) -> Page:
    """Make the page of a document, with the register as it stood on the document's date."""
    document = frame.book.ledger.documents[number]
    row = invoices.row(frame.book, document, frame.as_of)
    detail = invoices.detail(frame.book, document, frame.as_of)
    register, currency, f = frame.book.register, document.currency, frame.f
    company = register.company(document.date)
    card = register.values("customer", document.customer, document.date)
    kind = frame.t("Invoice" if document.kind == "invoice" else "Credit note")
    path = addresses.document(number)
    return frame.render(
        "document.html.j2",
        path,
        f"{kind} {number}",
        number=number,
        currency=currency,
        status=frame.t(row.status),
        mark=row.status,
        late=row.days_overdue,
        sender=_party(frame, company, company),
        receiver=_party(frame, card, company),
        name=ageing.name_of(frame.book, document.customer, document.date),
        customer=document.customer,
        customer_href=frame.customer(document.customer),
        month=f"{document.date:%Y-%m}",
        month_title=f.month(document.date),
        fields=_fields(frame, document),
        corrects=_linked(frame, [document.corrects] if document.corrects else []),
        lines=[_line(frame, line, currency) for line in detail.lines],
        discounts=any(line.discount or line.discount_amount or line.charge_amount for line in detail.lines),
        net=f.amount(document.net, currency),
        gross=f.amount(document.gross, currency),
        rounding=f.amount(document.rounding, currency) if document.rounding else None,
        rate=_rate(frame, document),
        vat=[
            {
                "code": part.code,
                "rate": f.number(part.rate),
                "base": f.amount(part.base, currency),
                "amount": f.amount(part.amount, currency),
            }
            for part in detail.vat_breakdown
        ],
        allocations=[
            {
                "date": f.date(part.date),
                "by": part.by,
                "href": _page_of(frame, part.by),
                "journal": frame.leads.journal(part.entry),
                "amount": f.amount(part.amount, currency),
            }
            for part in detail.allocations
        ],
        instalments=[
            {
                "number": item.name,
                "due": f.date(item.due),
                "amount": f.amount(item.amount * document.sign, currency),
                "open": f.amount(frame.book.allocations.open(item, frame.as_of) * document.sign, currency),
            }
            for item in document.items
            if item.instalment
        ],
        open=f.amount(row.open, currency),
        credits=[_credit(frame, each) for each in frame.corrections(number)],
        deliveries=papers.deliveries(frame, frame.deliveries(number)),
        seal=None if frame.given else papers.seal(frame, document),
        filed=()
        if frame.given
        else papers.filed(frame, [one for one in frame.filed(document.customer) if one.document == number]),
        leads=_leads(frame, document),
        downloads=[(word, address) for form, word in DOWNLOADS.items() if (address := frame.leads.form(number, form))],
    )


def _credit(frame: Frame, document: Document) -> dict[str, Any]:
    """A credit note that corrects the document."""
    return {
        "number": document.number,
        "href": frame.document(document.number),
        "date": frame.f.date(document.date),
        "reason": str(document.entry.meta.get("reason") or document.entry.narration or ""),
        "amount": frame.f.amount(document.gross, document.currency),
    }


def _leads(frame: Frame, document: Document) -> list[tuple[str, str]]:
    """Where else this document is shown, by word."""
    found = [
        (frame.t("Journal entry"), frame.leads.journal(document.entry)),
        (frame.t("Source text"), frame.leads.source(document.entry.meta)),
        (frame.t("Account in the ledger"), frame.leads.account(frame.account(document.customer))),
    ]
    return [(word, address) for word, address in found if address is not None]


def _party(frame: Frame, card: Mapping[str, Any], company: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(card.get("name", "")),
        "lines": address(card, str(company.get("country", "")), frame.t),
        "org": str(card.get("org-number", "")),
        "vat": str(card.get("vat-number", "")),
    }


def _fields(frame: Frame, document: Document) -> list[tuple[str, str]]:
    meta = document.entry.meta
    found = [(frame.t("Date"), frame.f.date(document.date))]
    if document.kind == "invoice":
        found.append((frame.t("Due"), frame.f.date(document.due)))
    start, end = meta.get("period-start"), meta.get("period-end")
    if isinstance(start, Date) and isinstance(end, Date):
        found.append((frame.t("Period"), f"{frame.f.date(start)} – {frame.f.date(end)}"))
    references = presenting.references(frame.book.register, document)
    for key, word in FIELDS.items():
        value = references.get(key) or meta.get(key)
        if value is not None:
            found.append((frame.t(word), frame.f.date(value) if isinstance(value, Date) else str(value)))
    return found


def _line(frame: Frame, line: Line, currency: str) -> dict[str, Any]:
    f = frame.f
    price = f.price(line.price, currency)
    if line.price_per != 1:
        price = Markup("{} / {}").format(price, f.number(line.price_per))
    discount = f"{f.number(line.discount)} %" if line.discount else ""
    if line.discount_amount:
        discount = f"{discount} {f.amount(line.discount_amount, currency)}".strip()
    if line.charge_amount:
        discount = f"{discount} +{f.amount(line.charge_amount, currency)}".strip()
    return {
        "text": line.text,
        "why": line.allowance or line.charge,
        "quantity": f.number(line.quantity),
        "unit": units.name(line.unit, line.quantity, frame.t) if line.unit else "",
        "price": price,
        "discount": discount,
        "vat": line.vat,
        "net": f.amount(line.net, currency),
    }


def _rate(frame: Frame, document: Document) -> str | None:
    """Rate of exchange of a document in another currency than the company's."""
    price = next((p.price for p in document.entry.postings if p.price is not None), None)
    if price is None or not isinstance(price.number, Decimal):
        return None
    return f"1 {document.currency} = {frame.f.number(price.number)} {price.currency}"


def _linked(frame: Frame, numbers: list[str]) -> list[tuple[str, str | None]]:
    return [(number, frame.document(number)) for number in numbers]


def _page_of(frame: Frame, name: str) -> str | None:
    """Page of the document that a name means; `2026-0012/2` is an instalment of 2026-0012."""
    document, slash, _ = name.rpartition("/")
    return frame.document(name) or (frame.document(document) if slash else None)
