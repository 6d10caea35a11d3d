"""Paper: one PDF for the printer, sorted as the post wants it, with a list on top, and the same list as CSV."""

import csv
import datetime
import io
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from billtext.errors import Refused
from billtext.outside import files, pdf
from billtext.outside.forms import Made
from billtext.rendering import escape
from billtext.rules.deliveries import Parcel

HEADS = ("no", "document", "customer", "name", "postal_code", "city", "country", "pages", "enclose")
_TITLES = ("No.", "Document", "Customer", "Name", "Postal code", "City", "Country", "Pages")
_PDF = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A document on paper, with where it goes.

    :param contents: PDFs: the document, and what is attached to it
    :param enclose: names of what is attached and cannot be printed, to be put into the envelope by hand
    """

    parcel: Parcel
    name: str
    country: str
    postal_code: str
    city: str
    contents: Sequence[bytes]
    pages: int
    enclose: Sequence[str] = ()

    def sort_key(self) -> tuple[str, str, str, str, str]:
        """By country, postal code, customer and number."""
        return self.country, self.postal_code, self.parcel.customer, self.parcel.number, self.parcel.statement


def pages(content: bytes, name: str) -> int:
    """How many pages a PDF has, all of which can be printed.

    :param name: of its file
    :raises Refused: it cannot be read, as a damaged one or one with a password
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import DependencyError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong is told below, with the file's name
    writer = PdfWriter()
    try:
        for page in PdfReader(io.BytesIO(content)).pages:
            writer.add_page(page)
        writer.write(io.BytesIO())
    except (
        PyPdfError,
        DependencyError,
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        # The error's own words may be of the document.
        raise Refused(
            f"{name}: damaged, or locked with a password ({type(error).__name__}); file a whole one"
        ) from None
    if not writer.pages:
        raise Refused(f"{name}: a PDF without pages; file a whole one")
    return len(writer.pages)


def with_attachments(made: Made, attached: Iterable[Made]) -> tuple[list[Made], int, list[str]]:
    """What is printed of a document, on how many pages, and the names of what cannot be printed with it.

    :raises Refused: the document itself cannot be read
    """
    printed, count, enclose = [made], pages(made.content, made.name), []
    for one in attached:
        if one.mime != _PDF:
            enclose.append(one.name)
            continue
        try:
            count += pages(one.content, one.name)
            printed.append(one)
        except Refused:
            enclose.append(f"{one.name} (damaged, or locked)")
    return printed, count, enclose


def batch(
    sheets: Sequence[Sheet], now: datetime.datetime, *, root: Path | None = None, paper: str = "a4",
    duplex: bool = False,
) -> tuple[bytes, bytes]:  # fmt: skip
    """One PDF of all, the list first, and the list as CSV.

    :param sheets: in the order in which they are printed
    :param root: directory of the ledger's top file
    :param paper: `a4` or `letter`
    :param duplex: it is printed on both sides: an empty page where the next document would begin on a back
    :raises Refused: the ledger's own template of the list is wrong
    """
    from pypdf import PdfReader, PdfWriter

    rows = [
        (str(n), sheet.parcel.title, sheet.parcel.customer, sheet.name, sheet.postal_code, sheet.city, sheet.country,
         str(sheet.pages))
        for n, sheet in enumerate(sheets, 1)
    ]  # fmt: skip
    count = sum(sheet.pages for sheet in sheets)
    note = f"{now:%Y-%m-%d %H:%M}: {_many(len(sheets), 'document')} on {_many(count, 'page')}"
    enclose = [", ".join(sheet.enclose) for sheet in sheets]
    told: Sequence[tuple[str, ...]] = rows
    titles: tuple[str, ...] = _TITLES
    if any(enclose):  # before the last column, which stands to the right
        titles = (*_TITLES[:-1], "Enclose", _TITLES[-1])
        told = [(*row[:-1], more, row[-1]) for row, more in zip(rows, enclose, strict=True)]
    cover = pdf.listing("To be printed", note, titles, told, now.date(), root=root, paper=paper)
    writer = PdfWriter()
    for contents in ([cover], *(sheet.contents for sheet in sheets)):
        if duplex and len(writer.pages) % 2:
            writer.add_blank_page()  # as large as the one before
        for content in contents:
            for page in PdfReader(io.BytesIO(content)).pages:
                writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    table = io.StringIO()
    lines = csv.writer(table, lineterminator="\n")
    lines.writerow(HEADS)
    lines.writerows([escape.csv_cell(cell) for cell in (*row, more)] for row, more in zip(rows, enclose, strict=True))
    return out.getvalue(), table.getvalue().encode()


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def put(place: Path, now: datetime.datetime, made: tuple[bytes, bytes]) -> Path:
    """Write a print and its list; return the path of the PDF.

    :raises Refused: it cannot be written
    """
    stem = f"print-{now:%Y%m%d-%H%M%S}"
    name, n = stem, 1
    while (place / f"{name}.pdf").exists():
        n += 1
        name = f"{stem}-{n}"
    files.replace(place / f"{name}.csv", made[1])
    files.replace(place / f"{name}.pdf", made[0])
    return place / f"{name}.pdf"
