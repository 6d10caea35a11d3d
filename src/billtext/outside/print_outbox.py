"""Paper: one PDF for the printer, sorted as the post wants it, with a list on top, and the same list as CSV."""

import csv
import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from billtext.outside import files, pdf
from billtext.rendering import escape
from billtext.rules.deliveries import Parcel

HEADS = ("no", "document", "customer", "name", "postal_code", "city", "country", "pages")
_TITLES = ("No.", "Document", "Customer", "Name", "Postal code", "City", "Country", "Pages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A document on paper, with where it goes."""

    parcel: Parcel
    name: str
    country: str
    postal_code: str
    city: str
    content: bytes

    def sort_key(self) -> tuple[str, str, str, str, str]:
        """By country, postal code, customer and number."""
        return self.country, self.postal_code, self.parcel.customer, self.parcel.number, self.parcel.statement


def batch(
    sheets: Sequence[Sheet], now: datetime.datetime, *, root: Path | None = None, paper: str = "a4"
) -> tuple[bytes, bytes]:
    """One PDF of all, the list first, and the list as CSV.

    :param sheets: in the order in which they are printed
    :param root: directory of the ledger's top file
    :param paper: `a4` or `letter`
    :raises Refused: the ledger's own template of the list is wrong
    """
    from pypdf import PdfReader, PdfWriter

    readers = [PdfReader(io.BytesIO(sheet.content)) for sheet in sheets]
    rows = [
        (str(n), sheet.parcel.title, sheet.parcel.customer, sheet.name, sheet.postal_code, sheet.city, sheet.country,
         str(len(reader.pages)))
        for n, (sheet, reader) in enumerate(zip(sheets, readers, strict=True), 1)
    ]  # fmt: skip
    pages = sum(len(reader.pages) for reader in readers)
    note = f"{now:%Y-%m-%d %H:%M}: {_many(len(sheets), 'document')} on {_many(pages, 'page')}"
    cover = pdf.listing("To be printed", note, _TITLES, rows, now.date(), root=root, paper=paper)
    writer = PdfWriter()
    for reader in (PdfReader(io.BytesIO(cover)), *readers):
        for page in reader.pages:
            writer.add_page(page)
    out = io.BytesIO()
    writer.write(out)
    table = io.StringIO()
    lines = csv.writer(table, lineterminator="\n")
    lines.writerow(HEADS)
    lines.writerows([escape.csv_cell(cell) for cell in row] for row in rows)
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
