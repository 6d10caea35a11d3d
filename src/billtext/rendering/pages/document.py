"""A page for each invoice and credit note: it looks like one, and tells what became of it."""

from typing import Any

from billtext.model import Document
from billtext.rendering import document_view
from billtext.rendering.document_view import View
from billtext.rendering.pages import addresses, faults, papers
from billtext.rendering.pages.frame import Frame, Page
from billtext.rules import invoices, presenting
from billtext.rules.core_invoice import CoreInvoice

# Forms that a face may give out, by the names of `leads.FORMS`.
DOWNLOADS = {"pdf": "PDF", "ubl": "XML (UBL)", "cii": "XML (CII)", "facturx": "Factur-X"}


def page(frame: Frame, number: str) -> Page:
    """Make the page of a document: what it says in all its forms, in the words of the page, and what became of it."""
    document = frame.book.ledger.documents[number]
    row = invoices.row(frame.book, document, frame.as_of)
    attached = (found for found, _ in presenting.attachments(document.entry.meta))
    core = presenting.document(frame.book, document, attachments=attached)
    view, currency, f = document_view.view(core, frame.f), document.currency, frame.f
    return frame.render(
        "document.html.j2",
        addresses.document(number),
        f"{document_view.kind(document.kind, frame.t)} {number}",
        view=view,
        facts=_facts(frame, document, core, view),
        currency=currency,
        status=frame.t(row.status),
        mark=row.status,
        late=row.days_overdue,
        name=view.buyer.name or document.customer,
        customer_href=frame.customer(document.customer),
        month=f"{document.date:%Y-%m}",
        month_title=f.month(document.date),
        allocations=[
            {
                "date": f.date(part.date),
                "by": part.by,
                "href": _page_of(frame, part.by),
                "journal": frame.leads.journal(part.entry),
                "amount": f.amount(part.amount, currency),
            }
            for part in invoices.settlements(frame.book, document, frame.as_of)
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
        filed=() if frame.given else papers.filed(frame, frame.filed_with(document)),
        wrong=faults.of_entry(frame, document.entry),
        leads=_leads(frame, document),
        downloads=[(word, address) for form, word in DOWNLOADS.items() if (address := frame.leads.form(number, form))],
    )


def _facts(frame: Frame, document: Document, core: CoreInvoice, view: View) -> list[tuple[str, str, str | None]]:
    """The document's own facts, and where they lead; then what corrects it, and its own number where that is another.

    A document that was imported may carry a number that ours cannot be.
    """
    leads = {}
    if document.corrects and core.preceding:
        leads[document_view.preceding(*core.preceding[0], frame.f)] = frame.document(document.corrects)
    found = [(word, value, leads.get(value)) for word, value in view.facts]
    if core.number != document.number:
        found.insert(0, (frame.t("Number"), core.number, None))
    return [
        *found,
        *((frame.t("Corrected by"), each.number, frame.document(each.number))
          for each in frame.corrections(document.number)),
    ]  # fmt: skip


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


def _page_of(frame: Frame, name: str) -> str | None:
    """Page of the document that a name means; `2026-0012/2` is an instalment of 2026-0012."""
    document, slash, _ = name.rpartition("/")
    return frame.document(name) or (frame.document(document) if slash else None)
