"""The payment part of a Swiss bill (SIX, Swiss Implementation Guidelines QR-bill): its code, and the words beside it.

The code is lines of Latin letters and signs: each text of the ledger stays on its own one.
"""

import io
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from qrbill import QRBill
from qrbill.bill import MAX_CHARS_PAYMENT_LINE, MAX_CHARS_RECEIPT_LINE, StructuredAddress

from billtext.money import rounded
from billtext.rendering import escape
from billtext.rules import core_invoice as core
from billtext.rules.core_invoice import CoreInvoice

_LATIN = "\u0020-\u007e\u00a0-\u017f\u0218-\u021b\u20ac"
_FOREIGN = re.compile(rf"[^{_LATIN}]+")
_LIKE = str.maketrans(
    {"ẞ": "SS", "‘": "'", "’": "'", "‚": ",", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "…": "..."}
)
_LANGUAGES = frozenset({"en", "de", "fr", "it"})
_FACES = "Liberation Sans,Helvetica,Arial,Frutiger"  # those of the guidelines
_MESSAGE = 140  # letters of the words beside the code
_SIZE = 10 / 3.543307  # of a letter, in millimetres
_ROOM = {MAX_CHARS_RECEIPT_LINE: 52 / _SIZE, MAX_CHARS_PAYMENT_LINE: 87 / _SIZE}  # sizes of a letter, across the field
_WIDE, _NARROW = frozenset("MW@%mÆŒæœ"), frozenset("fijlrt.,:;'! ")


def payment_part(one: CoreInvoice, account: core.Account, face: str) -> str | None:
    """Its picture (SVG), or None where the code cannot hold what it must.

    Whoever pays is left to be filled in where his name or place is not known, or has letters that the code may not. A
    reference that is neither the QR reference nor one of ISO 11649 is told in words.

    :param face: where none of those of the guidelines is there
    """
    creditor, debtor = _party(one.payee or one.seller), _party(one.buyer)
    if creditor is None:
        return None
    reference, number = _latin(one.payment.reference), _latin(one.number)
    bill = _bill(one, account, creditor, debtor, reference, number)
    if bill is None and reference:
        bill = _bill(one, account, creditor, debtor, "", f"{reference}, {number}"[:_MESSAGE])
    if bill is None:
        return None
    bill.font_family = f"{_FACES},{face}"
    out = io.StringIO()
    bill.as_svg(out)
    return out.getvalue()


def _bill(
    one: CoreInvoice, account: core.Account, creditor: dict[str, str], debtor: dict[str, str] | None, reference: str,
    message: str,
) -> Any:  # fmt: skip
    """The bill, or None where the standard does not take it: such as a QR-IBAN without its reference."""
    language = one.language[:2] if one.language[:2] in _LANGUAGES else "en"
    try:
        bill = QRBill(
            account=account.iban, creditor=creditor, debtor=debtor,
            amount=str(rounded(one.totals.payable, one.currency)), currency=one.currency, language=language,
            reference_number=reference or None, additional_information=message,
        )  # fmt: skip
        bill.creditor = _Printed(**creditor)
        if debtor is not None:
            bill.debtor = _Printed(**debtor)
    except ValueError:
        return None
    return bill


def _party(of: core.Party) -> dict[str, str] | None:
    """A party with its address, or None where the code cannot hold it: it needs a name, a postal code and a town."""
    address = of.address
    street = address.lines[0] if address.lines else ""
    texts = {"name": (of.name, 70), "street": (street, 70), "pcode": (address.postal_code, 16),
             "city": (address.city, 35)}  # fmt: skip
    found = {key: _latin(text)[:most] for key, (text, most) in texts.items()}
    foreign = any(_is_foreign(text) for text, _ in texts.values())
    if foreign or not (found["name"] and found["pcode"] and found["city"]):
        return None
    return {**found, "country": address.country or "CH"}


def _is_foreign(text: str) -> bool:
    """Whether a text has letters that the code does not know; other signs are no loss."""
    return any(letter.isalpha() for part in _FOREIGN.findall(_plain(text)) for letter in part)


def _latin(text: str) -> str:
    """Text on one line, with a mark for signs that the code does not know, such as an emoji.

    >>> _latin("Blume 🌸 –\\nO’Neill")
    "Blume ? - O'Neill"
    """
    return _FOREIGN.sub("?", _plain(text)).strip()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", escape.one_line(text)).translate(_LIKE)


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
