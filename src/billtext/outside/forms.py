"""Every form of a document, made in one place: PDF, HTML, Markdown, UBL, CII, Factur-X and JSON, all from one view.

A form is made in memory; who asked for it prints, files or sends it. The name of what is made follows from what it
shows alone, so it is the same on every run, and two numbers never share one:

>>> stem("2026-0012"), stem("A/1"), stem("A_1")
('2026-0012', 'A_1-a5b3d27a', 'A_1')
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from billtext.model import Date, Document
from billtext.outside import attachments, pdf
from billtext.outside.desk import Desk
from billtext.rendering import cii, core_json, document_pages, escape, shapes, statement_pages, ubl
from billtext.rules import presenting
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.quotes import Estimate
from billtext.rules.statements import Statement

# Name in the command line, ending of the file, media type.
_KINDS = {
    "pdf": ("pdf", "application/pdf"),
    "html": ("html", "text/html"),
    "markdown": ("md", "text/markdown"),
    "json": ("json", "application/json"),
    "ubl": ("ubl.xml", "application/xml"),
    "cii": ("cii.xml", "application/xml"),
    "facturx": ("factur-x.pdf", "application/pdf"),
}
FORMS = tuple(_KINDS)
TEXT = frozenset({"html", "markdown", "json", "ubl", "cii"})  # what a terminal can show
OF_STATEMENTS = ("pdf", "html", "markdown", "json")
LONGEST = 100  # characters of a number in a file's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A document in a form.

    :param name: of a file to put it in, without a directory
    :param mime: its media type, without parameters; text is UTF-8
    """

    name: str
    mime: str
    content: bytes


def document(book: Book, found: Document, form: str, *, root: Path, desk: Desk | None = None) -> Made:
    """Make an issued invoice or credit note.

    :param form: one of `FORMS`
    :param root: directory of the ledger's top file, below which attachments, templates and a logo may be
    :param desk: whose change may have the attachments in it
    :raises Refused: an attachment is not there, or not as it was filed
    """
    files = attachments.read(book, root, found.entry.meta, desk)
    core = presenting.document(book, found, attachments=files)
    return named(document_name(found), form, make(core, form, root=root, paper=paper(book)))


def quote(book: Book, found: Estimate, form: str, *, root: Path) -> Made:
    """Make a quote; it has no e-invoice.

    :raises Refused: the form is one of an e-invoice
    """
    core = presenting.quote(book.register, found)
    return named(quote_name(found), form, make(core, form, root=root, paper=paper(book)))


def make(core: CoreInvoice, form: str, *, root: Path, paper: str = "a4") -> bytes:
    """The content of an invoice, credit note or quote in a form, from the core invoice."""
    return _MAKERS[form](core, root, paper)


def paper(book: Book) -> str:
    """What PDF files are printed on: `a4` or `letter`."""
    return str(book.register.options.of("paper"))


def statement(book: Book, report: Statement, form: str, *, root: Path) -> Made:
    """Make a statement of account: pdf, html, markdown or json."""
    if form == "pdf":
        return named(
            statement_name(report.customer, report.end), form, pdf.statement(book, report, root=root, paper=paper(book))
        )
    if form == "json":
        text = json.dumps(shapes.statement(report), ensure_ascii=False, indent=2) + "\n"
    else:
        text = statement_pages.render(book, report, form)
    return named(statement_name(report.customer, report.end), form, text.encode())


def document_name(found: Document) -> str:
    """The name of an invoice's or credit note's file, before the ending of its form."""
    return stem(found.number)


def quote_name(found: Estimate) -> str:
    """The same of a quote."""
    return f"quote-{stem(found.quote.number or found.quote.name)}"


def statement_name(customer: str, end: Date) -> str:
    """The same of a customer's statement until a day."""
    return f"statement-{stem(customer)}-{end.isoformat()}"


def stem(number: str) -> str:
    """The first part of a file's name for a number: what is no safe name gets a hash, and stays one of a kind.

    Nor is `index`, which is the page that lists a folder.
    """
    safe = escape.file_name(number)
    if safe == number and len(number) <= LONGEST and number.casefold() != "index":
        return safe
    return f"{safe[:LONGEST]}-{hashlib.sha256(number.encode()).hexdigest()[:8]}"


def named(name: str, form: str, content: bytes) -> Made:
    """A form that is there, with its name and media type.

    :param name: before the ending of the form
    """
    ending, mime = _KINDS[form]
    return Made(name=f"{name}.{ending}", mime=mime, content=content)


def _page(form: str) -> Callable[[CoreInvoice, Path, str], bytes]:
    return lambda core, _root, _paper: document_pages.render(core, form).encode()


_MAKERS: dict[str, Callable[[CoreInvoice, Path, str], bytes]] = {
    "pdf": lambda core, root, paper: pdf.document(core, root=root, paper=paper),
    "facturx": lambda core, root, paper: pdf.document(core, root=root, paper=paper, xml=cii.render(core)),
    "html": _page("html"),
    "markdown": _page("markdown"),
    "ubl": lambda core, _root, _paper: ubl.render(core),
    "cii": lambda core, _root, _paper: cii.render(core),
    "json": lambda core, _root, _paper: core_json.render(core).encode(),
}
