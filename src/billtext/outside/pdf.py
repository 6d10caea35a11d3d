"""PDF of documents, statements and lists, with the codes that a bank's programme scans.

`typesetting` makes the pages; a template of the ledger's own, `templates/invoice.typ` or `templates/statement.typ`,
takes the place of ours.
"""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from billtext import ids
from billtext.errors import Refused
from billtext.money import rounded
from billtext.outside import facturx_pdf, typesetting
from billtext.rendering import pdf_data
from billtext.rules import core_invoice as core
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.statements import Statement

_TRANSFER = ("BCD", "002", "1", "SCT")  # a credit transfer in UTF-8, by the version in which a BIC may be left out
_MOST, _ROOM = Decimal("999999999.99"), 331  # euro and bytes of an EPC code


def document(one: CoreInvoice, *, root: Path | None = None, paper: str = "a4", xml: bytes | None = None) -> bytes:
    """The PDF of an invoice, credit note or quote.

    :param root: directory of the ledger's top file
    :param paper: `a4` or `letter`
    :param xml: its CII e-invoice, which goes into the PDF (Factur-X)
    :raises Refused: a template of the ledger's own is wrong
    """
    data = pdf_data.document(one)
    data["bill"] = _swiss(one)
    data["qr"] = None if data["bill"] else _epc(one)  # one code to scan: two would be paid twice
    data["xml"] = None if xml is None else xml.decode()
    made = typesetting.pages("invoice.typ", data, one.date, root=root, paper=paper)
    if xml is None:
        return made
    if b"/EmbeddedFile" not in made:
        raise Refused(f"{one.number}: templates/invoice.typ puts no e-invoice into the PDF; add #attach-invoice(data)")
    return facturx_pdf.marked(made)


def statement(book: Book, report: Statement, *, root: Path | None = None, paper: str = "a4") -> bytes:
    """The PDF of a statement of account.

    :raises Refused: a template of the ledger's own is wrong
    """
    data = {**pdf_data.statement(book, report), "qr": None, "bill": None, "xml": None}
    return typesetting.pages("statement.typ", data, report.end, root=root, paper=paper)


def listing(
    title: str, note: str, heads: Sequence[str], rows: Sequence[Sequence[str]], date: datetime.date,
    *, root: Path | None = None, paper: str = "a4",
) -> bytes:  # fmt: skip
    """A table on pages of its own, such as the cover list of a print; its last column stands to the right.

    :raises Refused: a template of the ledger's own is wrong
    """
    data = pdf_data.listing(title, note, heads, rows)
    return typesetting.pages("listing.typ", data, date, root=root, paper=paper, lenient=True)


# --- codes to scan ----------------------------------------------------------------------------------------


def _payable(one: CoreInvoice) -> core.Account | None:
    """The account with an IBAN to which an invoice is to be paid."""
    if one.kind != core.INVOICE or one.totals.payable <= 0 or one.instalments:
        return None
    if one.payment.debited or one.payment.by_card:
        return None
    return next((account for account in one.payment.accounts if account.iban), None)


def _epc(one: CoreInvoice) -> str | None:
    """The code of a SEPA credit transfer (EPC069-12), which knows euro only."""
    account = _payable(one)
    if account is None or one.currency != "EUR" or one.totals.payable > _MOST:
        return None
    import zxingcpp

    from billtext.rendering import escape

    reference, text = one.payment.reference, ""
    if not reference.startswith("RF"):
        reference, text = "", reference or one.number
    lines = (
        *_TRANSFER, account.bic, (one.payee or one.seller).name[:70], ids.compact_account(account.iban),
        f"EUR{rounded(one.totals.payable, 'EUR')}", "", reference, text[:140],
    )  # fmt: skip
    data = "\n".join(map(escape.one_line, lines)).encode()
    if len(data) > _ROOM:
        return None  # the words beside it say all
    made = zxingcpp.create_barcode(data, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture = made.to_svg(add_quiet_zones=False)
    return picture[picture.index("<svg") :]


def _swiss(one: CoreInvoice) -> str | None:
    """The payment part of a Swiss QR-bill (SIX, Swiss Implementation Guidelines QR-bill)."""
    account = _payable(one)
    if account is None or one.currency not in {"CHF", "EUR"} or account.iban[:2] not in {"CH", "LI"}:
        return None
    from billtext.outside import swiss_bill

    # None of the faces that the guidelines name comes with us: ours stands in where `templates/fonts/` has none.
    return swiss_bill.payment_part(one, account, typesetting.FACE)
