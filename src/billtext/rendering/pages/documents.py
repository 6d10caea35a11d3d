"""Documents: the months that have some, and the documents of a month."""

from decimal import Decimal
from functools import partial
from typing import Any

from billtext import dates
from billtext.model import DOCUMENTS, Date, Document, Void
from billtext.money import ZERO, exact
from billtext.rendering.pages import addresses, charts, rows
from billtext.rendering.pages.frame import LONGEST, Frame, Page
from billtext.rendering.pages.overview import MONTHS, month_ends, summary
from billtext.rules import invoices


def index(frame: Frame) -> Page:
    """Make the table of months, one row a currency, and a picture of the last twelve for each currency."""
    of_days: dict[tuple[Date, str], Decimal] = {}
    for each in frame.open:
        item = each.item
        if item.kind in DOCUMENTS:
            key = (item.date, item.currency)
            of_days[key] = of_days.get(key, ZERO) + each.open
    still: dict[tuple[str, str], Decimal] = {}
    for (date, currency), amount in of_days.items():
        still[_name(date), currency] = still.get((_name(date), currency), ZERO) + amount
    months = []
    for name in frame.months:
        first, last = dates.month(name)
        found = frame.flows.get(name, {})
        months.append(
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
        months=months,
        count=sum(each["count"] for each in months),
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
    shown = every[start : start + LONGEST]
    path = addresses.month(name, part)
    row, void = frame.rows("documents", path), rows.alone("void", frame.t, frame.links(path))
    found = frame.flows.get(name, {})
    return frame.render(
        "month.html.j2",
        path,
        f"{frame.t('Documents')}, {frame.t.month(first)}",
        rows=[
            void(_void(frame, each))
            if isinstance(each, Void)
            else row(each.customer, each.number, partial(_row, frame, each))
            for each in shown
        ],
        flows=[
            {"currency": currency, **summary(frame, found[currency], currency)} for currency in frame.currencies(found)
        ],
        end=frame.f.date(min(last, frame.as_of)),
        first=start + 1,
        last=start + len(shown),
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
    }


def _row(frame: Frame, document: Document) -> dict[str, Any]:
    row = invoices.row(frame.book, document, frame.as_of)
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
