"""VAT of a document that is corrected after it was issued: by a cash discount that is taken, or a claim that is lost.

The part of the document that falls away is split over its VAT codes; an odd cent goes to the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billtext.model import Document, Line, Register
from billtext.money import CONTEXT, HUNDRED, ZERO, rounded


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


def split(document: Document, lines: Iterable[Line], register: Register, amount: Decimal) -> Sequence[Slice]:
    """Split an amount, VAT included, over the VAT codes of a document as they share in its gross amount.

    :param lines: of the document; the codes come in their order
    :param amount: in the document's currency, positive
    """
    bases: dict[str | None, Decimal] = {}
    for line in lines:
        bases[line.vat] = bases.get(line.vat, ZERO) + line.net
    codes = {code: None if code is None else register.vat(code, document.date) for code in bases}
    rates = {code: ZERO if known is None else known.rate for code, known in codes.items()}
    gross = {code: CONTEXT.multiply(base, 1 + rates[code] / HUNDRED) for code, base in bases.items()}
    total = sum(gross.values(), ZERO)
    if not total:
        return [Slice(code=None, account=None, net=amount, vat=ZERO)]
    shares = {
        code: rounded(CONTEXT.divide(CONTEXT.multiply(amount, part), total), document.currency)
        for code, part in gross.items()
    }
    first = next(iter(shares))
    shares[first] += amount - sum(shares.values(), ZERO)
    found = []
    for code, share in shares.items():
        known, rate = codes[code], rates[code]
        vat = rounded(CONTEXT.divide(CONTEXT.multiply(share, rate), HUNDRED + rate), document.currency)
        account = None if known is None else known.account
        found.append(Slice(code=code, account=account, net=share - vat, vat=vat if account else ZERO))
    return [one for one in found if one.net or one.vat]
