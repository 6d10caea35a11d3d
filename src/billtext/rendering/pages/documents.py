"""Documents: the months that have some, the documents of a month, and a page for each that looks like one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from billtext import dates
from billtext.model import DOCUMENTS, Date, Document, Line, Void
from billtext.money import ZERO, exact
from billtext.rendering import units
from billtext.rendering.pages import addresses, charts
from billtext.rendering.pages.frame import LONGEST, Frame, Page
from billtext.rendering.pages.overview import MONTHS, month_ends, summary
from billtext.rendering.statement_pages import address
from billtext.rules import ageing, invoices, presenting
from billtext.rules.invoices import Row

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


def index(frame: Frame) -> Page:
    """Make the table of months, one row a currency, and a picture of the last twelve for each currency."""
    still: dict[tuple[str, str], Decimal] = {}
    for each in frame.open:
        if each.item.kind in DOCUMENTS:
            key = (_name(each.item.date), each.item.currency)
            still[key] = still.get(key, ZERO) + each.open
    rows = []
    for name in frame.months:
        first, last = dates.month(name)
        found = frame.flows.get(name, {})
        rows.append(
            {
                "href": addresses.month(name),
                "title": frame.f.month(first),
                "count": len(frame.documents_between(first, last)),
                "sums": [
                    {
                        "currency": currency,
                        **summary(frame, found[currency], currency),
                        "open": frame.f.amount(still.get((name, currency), ZERO), currency),
                    }
                    for currency in frame.currencies(found)
                ],
            }
        )
    currencies = frame.currencies({currency for each in frame.flows.values() for currency in each})
    return frame.render(
        "documents.html.j2",
        "documents",
        frame.t("Documents"),
        leaf=False,
        months=rows,
        count=sum(row["count"] for row in rows),
        pictures=[drawn for n, currency in enumerate(currencies) if (drawn := _picture(frame, n, currency))],
    )


def _name(date: Date) -> str:
    return f"{date.year:04}-{date.month:02}"


def _picture(frame: Frame, place: int, currency: str) -> dict[str, Any] | None:
    """What was billed and what was received in each of the last twelve months."""
    words = [("r-b0", frame.t("Billed, less credit notes")), ("r-in", frame.t("Received"))]
    columns, texts = [], []
    low = high = ZERO
    for end in month_ends(frame.as_of, MONTHS):
        found = frame.flows.get(_name(end), {}).get(currency)
        billed = ZERO if found is None else found.column("invoiced") + found.column("credited")
        received = ZERO if found is None else -found.column("received")
        low, high = min(low, billed, received), max(high, billed, received)
        month = frame.f.month(end)
        parts = [
            charts.Part(amount=each, style=style, label=f"{month}, {word}: {frame.f.amount(each, currency)} {currency}")
            for (style, word), each in zip(words, (billed, received), strict=True)
        ]
        columns.append(charts.Column(name=frame.f.short_month(end), parts=parts))
        texts += [part.label for part in parts if part.amount]
    if not texts:
        return None
    title = f"{frame.t('Billed and received')} {currency}"
    steps = [(value, frame.f.number(value)) for value in charts.scale(low, high)]
    return {
        "currency": currency,
        "picture": charts.columns(
            columns, steps, name=f"billed-{place}", title=title, description="; ".join(texts), beside=True
        ),
        "legend": [{"style": charts.swatch(style), "word": word} for style, word in words],
    }


def parts(frame: Frame, name: str) -> int:
    """How many pages a month's documents take."""
    return max(1, -(-len(_in_month(frame, name)) // LONGEST))


def _in_month(frame: Frame, name: str) -> list[Document | Void]:
    """Documents of a month, and after them its void numbers."""
    first, last = dates.month(name)
    return [*frame.documents_between(first, last), *(void for void in frame.voids if first <= void.date <= last)]


def month(frame: Frame, name: str, part: int = 1) -> Page:
    """Make the page of a month: what moved in it, and its documents, void numbers among them.

    :param part: which of several parts of its documents
    """
    first, last = dates.month(name)
    every = _in_month(frame, name)
    start = (part - 1) * LONGEST
    rows = [
        _void(frame, each) if isinstance(each, Void) else _row(frame, invoices.row(frame.book, each, frame.as_of))
        for each in every[start : start + LONGEST]
    ]
    found = frame.flows.get(name, {})
    return frame.render(
        "month.html.j2",
        addresses.month(name, part),
        f"{frame.t('Documents')}, {frame.t.month(first)}",
        rows=rows,
        flows=[
            {"currency": currency, **summary(frame, found[currency], currency)} for currency in frame.currencies(found)
        ],
        end=frame.f.date(min(last, frame.as_of)),
        first=start + 1,
        last=start + len(rows),
        count=len(every),
        pieces=[(addresses.month(name, n), str(n), n == part) for n in range(1, parts(frame, name) + 1)],
    )


def _void(frame: Frame, void: Void) -> dict[str, Any]:
    return {
        "number": void.number,
        "kind": frame.t("void"),
        "date": frame.f.date(void.date),
        "day": void.date.isoformat(),
        "reason": void.reason,
        "status": frame.t("void"),
        "mark": "void",
    }


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
        corrected=_linked(frame, frame.corrected.get(number, [])),
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
    )


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
