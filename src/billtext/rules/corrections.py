"""VAT of a document that is corrected after it was issued: by a cash discount that is taken, or a claim that is lost.

The part of the document that falls away is split over its VAT codes; an odd cent goes to the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billtext.model import Document
from billtext.money import CONTEXT, ZERO, rounded
from billtext.rules.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What falls away of one VAT code.

    :param code: None for lines without VAT
    :param account: of the code's VAT, or None
    """

    code: str | None
    account: str | None
    net: Decimal
    vat: Decimal


def left_by_code(book: Book, invoice: Document) -> dict[str | None, tuple[Decimal, Decimal]]:
    """What is left of an invoice by VAT code after the credit notes that correct it: net and VAT.

    The codes come in the order of the invoice's lines; None is that of lines without VAT. A code that is credited as
    a whole is there with nothing left, and one that is credited beyond what it had is below zero. The rounding of an
    invoice belongs to no code.
    """
    found: dict[str | None, tuple[Decimal, Decimal]] = {}
    notes = [d for d in book.documents_of.get(invoice.customer, ()) if d.corrects == invoice.number]
    for document in (invoice, *(note for note in notes if note.kind == "credit-note")):
        sign = 1 if document is invoice else -1
        lines, vats = book.lines(document)
        for code, net, vat in (
            *((line.vat, line.net, ZERO) for line in lines),
            *((posting.vat.code, ZERO, posting.amount) for posting in vats),
        ):
            nets, vats_ = found.get(code, (ZERO, ZERO))
            found[code] = nets + sign * net, vats_ + sign * vat
    return found


def split(book: Book, document: Document, amount: Decimal) -> Sequence[Slice]:
    """Split an amount, VAT included, over the VAT codes of a document as they share in what is left of it.

    What credit notes took of a code is not corrected once more. Where nothing is left, the amount has no VAT.

    :param amount: in the document's currency, positive
    """
    left = {code: both for code, both in left_by_code(book, document).items() if sum(both, ZERO) > 0}
    total = sum((net + vat for net, vat in left.values()), ZERO)
    if not total:
        return [Slice(code=None, account=None, net=amount, vat=ZERO)]
    shares = {
        code: rounded(CONTEXT.divide(CONTEXT.multiply(amount, net + vat), total), document.currency)
        for code, (net, vat) in left.items()
    }
    first = next(iter(shares))
    shares[first] += amount - sum(shares.values(), ZERO)
    found = []
    for code, share in shares.items():
        known = None if code is None else book.register.vat(code, document.tax_point)
        account = None if known is None else known.account
        net, vat = left[code]
        part = rounded(CONTEXT.divide(CONTEXT.multiply(share, vat), net + vat), document.currency)
        part = part if account else ZERO
        found.append(Slice(code=code, account=account, net=share - part, vat=part))
    return [one for one in found if one.net or one.vat]
