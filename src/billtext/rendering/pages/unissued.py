"""Drafts and quotes as they would be issued on the day, and what is wrong with each. Nobody but reviewers sees them."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

from billtext.ledger.quotes import Quote
from billtext.model import Draft
from billtext.money import ZERO, exact
from billtext.rendering import document_view, shapes
from billtext.rendering import quotes as quote_text
from billtext.rendering.pages import addresses
from billtext.rendering.pages.frame import Frame, Page
from billtext.rules import presenting, stages
from billtext.rules import quotes as quote_rules
from billtext.rules.prepared import Prepared


def names(frame: Frame) -> dict[str, Draft]:
    """Drafts by the names that commands call them by, without those of customers who are not shown."""
    return {draft.name: draft for draft, _, _ in waiting(frame)}


def waiting(frame: Frame) -> list[tuple[Draft, Prepared | None, list[Any]]]:
    """The drafts of customers who are shown, with what each becomes or what is wrong with it."""
    return [each for each in frame.prepared if frame.only is None or (each[1] and each[1].customer in frame.only)]


def drafts(frame: Frame) -> Page:
    """Make the table of drafts."""
    rows = [_row(frame, draft, base, errors) for draft, base, errors in waiting(frame)]
    unread = [_told(error) for error in frame.unread]
    return frame.render("drafts.html.j2", "drafts", frame.t("Drafts"), leaf=False, rows=rows, unread=unread)


def _row(frame: Frame, draft: Draft, base: Prepared | None, errors: Iterable[Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "name": draft.name,
        "href": addresses.draft(draft.name),
        "kind": frame.t(draft.kind),
        "text": draft.entry.narration or "",
        "errors": [_told(error) for error in shapes.errors(errors)],
        "base": None,
    }
    if base is not None:
        row["base"] = {
            "customer": frame.customer(base.customer) if base.customer in frame.names else None,
            "payee": frame.names.get(base.customer, base.payee),
            "due": frame.f.date(base.instalments[-1][0]),
            "due_day": base.instalments[-1][0].isoformat(),
            **_amounts(frame, base),
        }
    return row


def _amounts(frame: Frame, base: Prepared) -> dict[str, Any]:
    currency = base.currency
    found: dict[str, Any] = {"currency": currency}
    for name, amount in (("net", base.net), ("vat", base.vat), ("gross", base.gross)):
        found[name] = frame.f.amount(amount, currency)
        found[f"{name}_raw"] = exact(amount, currency)
    return found


def _told(error: Any) -> dict[str, str]:
    """An error with its file as it is named from the ledger's directory."""
    file = "/".join(PurePath(str(error["file"])).parts[-2:])
    return {"place": f"{file}:{error['line']}", "message": str(error["message"]), "type": str(error["type"])}


def draft(frame: Frame, name: str) -> Page:
    """Make the page of a draft: the document that it becomes, or why it becomes none."""
    found, base, errors = next(each for each in frame.prepared if each[0].name == name)
    view = None if base is None else document_view.view(presenting.draft(frame.book.register, base), frame.f)
    return frame.render(
        "unissued.html.j2",
        addresses.draft(name),
        f"{frame.t('Draft')} {name}",
        up=("drafts", frame.t("Drafts")),
        kind=frame.t("Invoice" if found.kind == "invoice" else "Credit note"),
        status="",
        mark="open",
        place=_place(found),
        source=frame.leads.source(found.entry.meta),
        errors=[_told(error) for error in shapes.errors(errors)],
        view=view,
        facts=() if view is None else [(word, value, None) for word, value in view.facts],
        customer=_customer(frame, base),
        currency="" if base is None else base.currency,
        events=[],
        compared=[],
        downloads=[],
    )


def _place(found: Draft) -> str:
    return f"{'/'.join(PurePath(found.file).parts[-2:])}:{found.first}"


def _customer(frame: Frame, base: Prepared | None) -> str | None:
    return frame.customer(base.customer) if base is not None and base.customer in frame.names else None


# --- quotes -----------------------------------------------------------------------------------------------


def offers(frame: Frame) -> dict[str, Quote]:
    """Quotes made until the day by number, those without one by name."""
    return {quote.number or quote.name: quote for quote in frame.quotes if quote.date <= frame.as_of}


def quotes(frame: Frame) -> Page:
    """Make the table of quotes, with what was drafted and invoiced of each, without VAT."""
    rows = []
    for name, found in offers(frame).items():
        estimate, errors = quote_rules.estimate(found, frame.book.register, frame.rates)
        base = None if estimate is None else estimate.base
        if frame.only is not None and (base is None or base.customer not in frame.only):
            continue
        row = _row(frame, found.draft, base, errors)
        valid = found.valid_until(frame.as_of)
        status = quote_rules.status(found, frame.as_of)
        row |= {
            "name": name,
            "href": addresses.quote(name),
            "date": frame.f.date(found.date),
            "day": found.date.isoformat(),
            "valid": frame.f.date(valid) if valid else "",
            "valid_day": valid.isoformat() if valid else "",
            "status": frame.t(status),
            "mark": "paid" if status == "accepted" else status,
        }
        if estimate is not None:
            compared = stages.compare(estimate, frame.book, frame.as_of)
            invoiced = sum((each.invoiced for each in compared), ZERO)
            row["base"]["invoiced"] = frame.f.amount(invoiced, estimate.currency)
            row["base"]["invoiced_raw"] = exact(invoiced, estimate.currency)
        rows.append(row)
    unread = [_told(error) for error in frame.unread]
    return frame.render("quotes.html.j2", "quotes", frame.t("Quotes"), leaf=False, rows=rows, unread=unread)


def quote(frame: Frame, name: str) -> Page | None:
    """Make the page of a quote; None if its customer is not shown."""
    found = offers(frame)[name]
    estimate, errors = quote_rules.estimate(found, frame.book.register, frame.rates)
    base = None if estimate is None else estimate.base
    if frame.only is not None and (base is None or base.customer not in frame.only):
        return None
    view = None
    compared = []
    if estimate is not None:
        view = document_view.view(presenting.quote(frame.book.register, estimate), frame.f)
        compared = [
            {
                "kind": frame.t(each.kind),
                "amounts": [
                    frame.f.amount(amount, estimate.currency)
                    for amount in (each.estimated, each.drafted, each.invoiced, each.invoiced - each.estimated)
                ],
            }
            for each in stages.compare(estimate, frame.book, frame.as_of)
        ]
    pdf = frame.leads.quote(name) if view is not None else None
    status = quote_rules.status(found, frame.as_of)
    return frame.render(
        "unissued.html.j2",
        addresses.quote(name),
        f"{frame.t('Quote')} {name}",
        up=("quotes", frame.t("Quotes")),
        kind=frame.t("Quote"),
        status=frame.t(status),
        mark="paid" if status == "accepted" else status,
        place=_place(found.draft),
        source=frame.leads.source(found.draft.entry.meta),
        errors=[_told(error) for error in shapes.errors(errors)],
        view=view,
        facts=() if view is None else [(word, value, None) for word, value in view.facts],
        customer=_customer(frame, base),
        currency="" if base is None else base.currency,
        events=[
            {"date": frame.f.date(event.date), "text": quote_text.event(event, frame.t)}
            for event in found.events
            if event.date <= frame.as_of
        ],
        compared=compared,
        downloads=[("PDF", pdf)] if pdf else [],
    )
