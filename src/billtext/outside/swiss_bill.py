"""The payment part of a Swiss bill (SIX, Swiss Implementation Guidelines QR-bill): its code, and the words beside it.

The code is lines of Latin letters and signs: each text of the ledger stays on its own one.
"""

import io
import re
import unicodedata
from collections.abc import Iterator

from qrbill import QRBill
from qrbill.bill import MAX_CHARS_PAYMENT_LINE, MAX_CHARS_RECEIPT_LINE, StructuredAddress

from billtext.money import rounded
from billtext.rendering import escape
from billtext.rules import core_invoice as core
from billtext.rules.core_invoice import CoreInvoice

_LATIN = "\u0020-\u007e\u00a0-\u017f\u0218-\u021b\u20ac"
_FOREIGN = re.compile(rf"[^{_LATIN}\w]+")  # but letters of other scripts stay: without them a name is another
_LIKE = str.maketrans({"‘": "'", "’": "'", "‚": ",", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "…": "..."})
_LANGUAGES = frozenset({"en", "de", "fr", "it"})
_FACES = "Liberation Sans,Helvetica,Arial,Frutiger"  # those of the guidelines
_SIZE = 10 / 3.543307  # of a letter, in millimetres
_ROOM = {MAX_CHARS_RECEIPT_LINE: 52 / _SIZE, MAX_CHARS_PAYMENT_LINE: 87 / _SIZE}  # sizes of a letter, across the field
_WIDE, _NARROW = frozenset("MW@%mÆŒæœ"), frozenset("fijlrt.,:;'! ")


def payment_part(one: CoreInvoice, account: core.Account, face: str) -> str | None:
    """Its picture (SVG), or None where the code cannot hold what it must.

    :param face: where none of those of the guidelines is there
    """
    language = one.language[:2] if one.language[:2] in _LANGUAGES else "en"
    creditor, debtor = _party(one.payee or one.seller), _party(one.buyer)
    try:
        bill = QRBill(
            account=account.iban, creditor=creditor, debtor=debtor,
            amount=str(rounded(one.totals.payable, one.currency)), currency=one.currency, language=language,
            reference_number=_latin(one.payment.reference) or None, additional_information=_latin(one.number),
        )  # fmt: skip
        bill.creditor, bill.debtor = _Printed(**creditor), _Printed(**debtor)
    except ValueError:
        return None  # such as an address without a town
    bill.font_family = f"{_FACES},{face}"
    out = io.StringIO()
    bill.as_svg(out)
    return out.getvalue()


def _party(of: core.Party) -> dict[str, str]:
    address = of.address
    street = address.lines[0] if address.lines else ""
    return {"name": _latin(of.name)[:70], "street": _latin(street)[:70], "pcode": _latin(address.postal_code)[:16],
            "city": _latin(address.city)[:35], "country": address.country or "CH"}  # fmt: skip


def _latin(text: str) -> str:
    """Text on one line, with a mark for signs that the code does not know, such as an emoji.

    >>> _latin("Blume 🌸 –\\nO’Neill")
    "Blume ? - O'Neill"
    """
    text = unicodedata.normalize("NFC", escape.one_line(text)).translate(_LIKE)
    return _FOREIGN.sub("?", text).strip()


class _Printed(StructuredAddress):  # type: ignore[misc]  # the package has no types
    """An address whose rows end within their field: name and street have two at most, the town has one."""

    def as_paragraph(self, max_chars: int = MAX_CHARS_PAYMENT_LINE) -> Iterator[str]:
        room = _ROOM[max_chars]
        town = f"{self.country}-{self.pcode} {self.city}"
        for text, most in ((self.name, 2), (self.street, 2), (town, 1)):
            yield from _rows(text, room, most)


def _rows(text: str, room: float, most: int) -> list[str]:
    """Text in rows of whole words; of what is too long for them the end is cut off."""
    rows: list[str] = []
    for word in text.split():
        longer = f"{rows[-1]} {word}" if rows else word
        if not rows or (len(rows) < most and _width(longer) > room):
            rows.append(word)
        else:
            rows[-1] = longer
    return [_cut(row, room) for row in rows]


def _cut(row: str, room: float) -> str:
    if _width(row) <= room:
        return row
    while _width(row) > room - 1:
        row = row[:-1]
    return f"{row.rstrip()}…"


def _width(text: str) -> float:
    """How wide a text is at most, in sizes of its letters; Liberation Sans has the widest of the faces."""
    return sum(
        0.99 if c in _WIDE else 0.34 if c in _NARROW else 0.79 if c.isupper() or c in "w&" or not c.isascii() else 0.6
        for c in text
    )
