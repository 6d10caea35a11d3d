"""PDF of documents and statements by Typst: PDF/A-3b with tags, the same bytes on every run.

Typst is far quicker than the engines that print HTML, and refuses what PDF/A forbids. It gets the texts as data, never
as code. A template of the ledger's own, `templates/invoice.typ` or `templates/statement.typ`, takes the place of ours;
it sees the files of that directory and nothing else. `templates/logo.svg` or `logo.png` is the logo.
"""

import base64
import datetime
import io
import json
import re
import struct
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from billtext.errors import Refused
from billtext.money import rounded
from billtext.rendering import pdf_data
from billtext.rules import core_invoice as core
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.statements import Statement

PACKAGE = Path(__file__).parent.parent / "pdf_template"
TEMPLATES = "templates"  # below the ledger's directory
LOGOS = ("logo.svg", "logo.png")
FONTS = ("Libertinus Serif",)
_PNG, _HEAD = b"\x89PNG\r\n\x1a\n", 24
_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PACKET = (b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n', b'\n<?xpacket end="r"?>')
_MOST = Decimal("999999999.99")  # of an EPC code


def document(one: CoreInvoice, *, root: Path | None = None, paper: str = "a4", xml: bytes | None = None) -> bytes:
    """The PDF of an invoice, credit note or quote.

    :param root: directory of the ledger's top file
    :param paper: `a4` or `letter`
    :param xml: its CII e-invoice, which goes into the PDF (Factur-X)
    :raises Refused: a template of the ledger's own is wrong
    """
    data = pdf_data.document(one)
    data["qr"], data["bill"] = _epc(one), _swiss(one)
    data["xml"] = None if xml is None else xml.decode()
    made = _compile("invoice.typ", data, one.date, root, paper)
    return made if xml is None else _facturx(made)


def statement(book: Book, report: Statement, *, root: Path | None = None, paper: str = "a4") -> bytes:
    """The PDF of a statement of account.

    :raises Refused: a template of the ledger's own is wrong
    """
    data = {**pdf_data.statement(book, report), "qr": None, "bill": None, "xml": None}
    return _compile("statement.typ", data, report.end, root, paper)


def listing(
    title: str, note: str, heads: Sequence[str], rows: Sequence[Sequence[str]], date: datetime.date,
    *, root: Path | None = None, paper: str = "a4",
) -> bytes:  # fmt: skip
    """A table on pages of its own, such as the cover list of a print; its last column stands to the right."""
    data = {"title": title, "note": note, "heads": list(heads), "rows": [list(row) for row in rows]}
    return _compile("listing.typ", data, date, root, paper)


def _compile(name: str, data: Mapping[str, Any], date: datetime.date, root: Path | None, paper: str) -> bytes:
    import typst

    own = None if root is None else root / TEMPLATES
    if own is not None and not own.is_dir():
        own = None
    place = PACKAGE if own is None else own
    source = place / name if (place / name).is_file() else PACKAGE / name
    shown = {**data, "logo": None if own is None else _logo(own), "paper": pdf_data.PAPERS[paper], "fonts": list(FONTS)}
    try:
        made = _compiler(str(place)).compile(
            input=source.read_bytes(),
            format="pdf",
            sys_inputs={"data": json.dumps(shown, ensure_ascii=False)},
            pdf_standards=["a-3b"],
            timestamp=int(datetime.datetime(date.year, date.month, date.day, 12, tzinfo=datetime.UTC).timestamp()),
        )
    except typst.TypstError as error:
        raise Refused(f"{source}: Typst cannot make the PDF: {_told(error)}") from None
    assert isinstance(made, bytes)  # noqa: S101 - one PDF, whatever its pages
    return made


def _logo(directory: Path) -> str | None:
    """The ledger's logo as SVG; a PNG is put into one."""
    vector, raster = (directory / name for name in LOGOS)
    if vector.is_file():
        return vector.read_text("utf-8", errors="replace")
    if not raster.is_file():
        return None
    content = raster.read_bytes()
    width, height = struct.unpack(">II", content[16:24]) if content[:8] == _PNG and len(content) > _HEAD else (0, 0)
    if not width or not height:
        raise Refused(f"{raster}: it is not a PNG picture; save it as PNG, or give logo.svg")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{base64.b64encode(content).decode()}"/>'
        "</svg>"
    )


def _told(error: Any) -> str:
    """A Typst error in one sentence, with its place."""
    text = " ".join(str(error.message).split())
    place = re.search(r"(\S+\.typ|<[^>]+>):(\d+):(\d+)|┌─ (\S+):(\d+):(\d+)", str(error.diagnostic))
    hints = "; ".join(error.hints)
    where = f" (line {place[2] or place[5]})" if place else ""
    return f"{text}{where}{'; ' + hints if hints else ''}"


@lru_cache(maxsize=4)
def _compiler(root: str) -> Any:
    """One compiler for a directory: fonts are read once."""
    import typst

    return typst.Compiler(root=root, ignore_system_fonts=True, package_path=str(PACKAGE))


# --- codes to scan ----------------------------------------------------------------------------------------


def _payable(one: CoreInvoice) -> core.Account | None:
    """The account with an IBAN to which an invoice is to be paid."""
    if one.kind != core.INVOICE or one.totals.payable <= 0 or one.instalments:
        return None
    return next((account for account in one.payment.accounts if account.iban), None)


def _epc(one: CoreInvoice) -> str | None:
    """The code of a SEPA credit transfer (EPC069-12), which knows euro only."""
    account = _payable(one)
    if account is None or one.currency != "EUR" or one.totals.payable > _MOST:
        return None
    from segno import helpers

    from billtext.rendering import escape

    reference = one.payment.reference if one.payment.reference.startswith("RF") else None
    try:
        code = helpers.make_epc_qr(
            name=escape.one_line(one.seller.name)[:70], iban=account.iban, amount=one.totals.payable,
            reference=reference, text=None if reference else (one.payment.reference or one.number)[:140],
            bic=account.bic or None,
        )  # fmt: skip
    except ValueError:
        return None  # a name or reference that the code cannot hold: the words beside it say all
    out = io.BytesIO()
    code.save(out, kind="svg", border=0, xmldecl=False, svgns=True, nl=False)
    return out.getvalue().decode()


def _swiss(one: CoreInvoice) -> str | None:
    """The payment part of a Swiss QR-bill (SIX, Swiss Implementation Guidelines QR-bill)."""
    account = _payable(one)
    if account is None or one.currency not in {"CHF", "EUR"} or account.iban[:2] not in {"CH", "LI"}:
        return None
    from qrbill import QRBill

    def party(of: core.Party) -> dict[str, str]:
        street = of.address.lines[0] if of.address.lines else ""
        return {"name": of.name[:70], "street": street[:70], "pcode": of.address.postal_code[:16],
                "city": of.address.city[:35], "country": of.address.country or "CH"}  # fmt: skip

    language = one.language if one.language in {"en", "de", "fr", "it"} else "en"
    reference = one.payment.reference
    try:
        bill = QRBill(
            account=account.iban, creditor=party(one.seller), debtor=party(one.buyer),
            amount=str(rounded(one.totals.payable, one.currency)), currency=one.currency, language=language,
            reference_number=reference or None, additional_information=one.number,
        )  # fmt: skip
    except ValueError:
        return None  # an address that the code cannot hold
    out = io.StringIO()
    bill.as_svg(out)
    return out.getvalue()


# --- the e-invoice in the PDF -----------------------------------------------------------------------------


def _facturx(made: bytes) -> bytes:
    """Say in the metadata of a PDF with an e-invoice in it that it is one (Factur-X 1.0, section 6).

    The factur-x package would do it as well, with the time of the day in several places; it gives the schema.
    """
    import facturx
    from lxml import etree
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, NameObject

    writer = PdfWriter(clone_from=io.BytesIO(made))
    metadata: Any = writer.root_object["/Metadata"].get_object()
    tree = etree.fromstring(metadata.get_data())
    rdf, schemas = tree.find(".//{*}RDF"), tree.find(".//{*}schemas/{*}Bag")
    theirs = etree.parse(str(Path(str(facturx.__file__)).parent / "xmp" / "Factur-X_extension_schema.xmp"))
    about, schema = theirs.find(f".//{{{_FX}}}ConformanceLevel"), theirs.find(".//{*}schemas/{*}Bag/{*}li")
    if rdf is None or schemas is None or about is None or schema is None:
        raise RuntimeError("the metadata of Typst or of factur-x is other than it was")
    about.text = "EN 16931"
    rdf.extend([found for found in [about.getparent()] if found is not None])
    schemas.append(schema)
    new = DecodedStreamObject()
    new.set_data(_PACKET[0] + etree.tostring(tree) + _PACKET[1])
    new.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    writer.root_object[NameObject("/Metadata")] = writer._add_object(new)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
