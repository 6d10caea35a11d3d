"""What the extension gives out: documents, quotes, statements and files of the archive. Nothing is written anywhere.

All is made in memory, by the code of the command line. What cannot be made is told in one sentence.
"""

import io
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Response, send_file

from billtext.errors import Refused
from billtext.fava import asked
from billtext.fava.shelf import Shelf
from billtext.outside import filed_files, forms
from billtext.outside.quotes import told
from billtext.rendering.language import Language
from billtext.rendering.pages import periods, unissued
from billtext.rules import quotes, statements

if TYPE_CHECKING:
    from billtext.model import Date, Document, Filed
    from billtext.rendering.pages.frame import Frame

Query = Mapping[str, str]

FORBIDDEN, UNKNOWN, CONFLICT = 403, 404, 409
_MIMES = {"pdf": "application/pdf", "xml": "application/xml"}  # of files of the archive; else a browser is not told

# Fava answers in many threads; of the Typst compilers of `billtext.outside.pdf` each is used by one at a time.
_typst = threading.Lock()


def pdf(shelf: Shelf, frame: "Frame", query: Query) -> Response:
    """An invoice or credit note, as it was filed or as Factur-X; or a quote."""
    if query.get("quote"):
        return _answer(lambda: _quote(shelf, frame, query["quote"]), frame.t)
    form = query.get("form", "pdf")
    return _document(shelf, frame.t, query, form if form == "facturx" else "pdf")


def xml(shelf: Shelf, t: Language, query: Query) -> Response:
    """An invoice or credit note as an e-invoice: UBL, or CII if that is asked for."""
    return _document(shelf, t, query, "cii" if query.get("form") == "cii" else "ubl")


def statement(shelf: Shelf, t: Language, as_of: "Date", query: Query) -> Response:
    """A customer's statement for a period, as a PDF or as HTML that prints on A4."""
    customer, form = query.get("customer", ""), "html" if query.get("form") == "html" else "pdf"
    book = shelf.book
    if customer not in book.items_of and book.register.get("customer", customer) is None:
        return _told(t("There is no customer {customer}.").format(customer=customer), UNKNOWN)

    def make() -> forms.Made:
        start, end, kind = periods.asked(query, as_of, t)
        report = statements.report(book, customer, start, end, kind=kind)
        return forms.statement(book, report, form, root=shelf.root)

    return _answer(make, t)


def filed(shelf: Shelf, t: Language, query: Query) -> Response:
    """A file of the archive, as it was filed."""
    name = query.get("file", "")
    one = next((one for one in shelf.book.ledger.filed if one.file == name), None)
    if one is None:
        return _told(t("No such file is filed."), UNKNOWN)
    return _answer(lambda: _filed(shelf, one), t)


def _document(shelf: Shelf, t: Language, query: Query, form: str) -> Response:
    number = query.get("number", "")
    found = shelf.book.ledger.documents.get(number)
    if found is None:
        return _told(t("There is no document {number}.").format(number=number), UNKNOWN)
    known = _archived(shelf, found) if form == "pdf" else None
    if known is not None:
        return _answer(lambda: _filed(shelf, known), t)
    return _answer(lambda: forms.document(shelf.book, found, form, root=shelf.root), t)


def _archived(shelf: Shelf, document: "Document") -> "Filed | None":
    """The file of the archive that is the document: what was sent is given out, not what would be made today."""
    mine = (one for one in shelf.book.ledger.filed if one.document == document.number and one.kind == document.kind)
    return next((one for one in mine if one.file.endswith(".pdf")), None)


def _filed(shelf: Shelf, one: "Filed") -> forms.Made:
    name = one.file.rpartition("/")[2]
    mime = _MIMES.get(name.rpartition(".")[2], "application/octet-stream")
    return forms.Made(name=name, mime=mime, content=filed_files.content(shelf.root, one))


def _quote(shelf: Shelf, frame: "Frame", name: str) -> forms.Made:
    known = unissued.offers(frame)
    if name not in known:
        raise Refused(frame.t("There is no quote {name}.").format(name=name))
    found, errors = quotes.estimate(known[name], frame.book.register, frame.rates)
    if found is None:
        raise Refused(told(errors))
    return forms.quote(frame.book, found, "pdf", root=shelf.root)


def _answer(make: Callable[[], forms.Made], t: Language) -> Response:
    if asked.hidden():
        return _told(t("Fava hides figures, so it gives no documents away."), FORBIDDEN)
    try:
        with _typst:
            made = make()
    except Refused as error:
        return _told(f"{t('This cannot be given out.')} {error}", CONFLICT)
    answer = send_file(io.BytesIO(made.content), mimetype=made.mime, as_attachment=True, download_name=made.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _told(sentence: str, status: int) -> Response:
    headers = {"X-Content-Type-Options": "nosniff"}
    return Response(sentence + "\n", status, headers, mimetype="text/plain")
