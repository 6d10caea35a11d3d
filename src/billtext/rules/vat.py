"""Lines and VAT of a document: what its amounts must be.

Sources: EN 16931 BR-CO-17 (VAT once for each code, on the sum of the rounded lines), bokføringsforskriften § 5-1-5.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from billtext.errors import (
    AllowanceSignError,
    DocumentSumError,
    LedgerError,
    LineNetError,
    VatAmountError,
    VatDuplicateError,
    VatMissingError,
)
from billtext.model import Date, Document, Line, Register, VatPosting, postings
from billtext.money import CONTEXT, HUNDRED, ZERO, exact, plain, rounded

ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """VAT of one code on a document: rate in percent, base and amount in the document's currency."""

    code: str
    rate: Decimal
    category: str
    base: Decimal
    amount: Decimal


def net(quantity: Decimal, price: Decimal, currency: str, *, price_per: Decimal = ONE, discount: Decimal = ZERO,
        discount_amount: Decimal = ZERO) -> Decimal:  # fmt: skip
    """Net of a line: quantity × price / price-per - discount, rounded once.

    :param discount: percent of quantity × price
    :param discount_amount: in the currency, taken off after the percentage

    >>> net(Decimal(6), Decimal("0.60"), "EUR", discount=Decimal(3))
    Decimal('3.49')
    """
    amount = CONTEXT.multiply(quantity, price)
    if price_per != ONE:
        amount = CONTEXT.divide(amount, price_per)
    if discount:
        amount = CONTEXT.multiply(amount, (HUNDRED - discount) / HUNDRED)
    if discount_amount:
        amount = CONTEXT.subtract(amount, discount_amount)
    return rounded(amount, currency)


def amount(base: Decimal, rate: Decimal, currency: str) -> Decimal:
    """VAT on the sum of a document's nets under one code (BR-CO-17).

    :param rate: percent

    >>> amount(Decimal("15.25"), Decimal(19), "EUR")
    Decimal('2.90')
    """
    return rounded(CONTEXT.multiply(base, rate).scaleb(-2, CONTEXT), currency)


def discounted(register: Register, customer: str, terms: Any, date: Date) -> Decimal:
    """The part of a document's nets that bears VAT: all of it, but for one thing.

    Where the option `cash-discount-vat` is "always" on its date, the cash discount of its terms is taken off the base
    from the beginning, whether the customer takes it or not.

    :param terms: those that the document names, or None for the customer's
    """
    if register.options.at("cash-discount-vat", date) != "always":
        return ONE
    name = terms or register.values("customer", customer, date).get("terms")
    values = register.values("terms", name, date) if isinstance(name, str) else {}
    percent = values.get("discount")
    if not isinstance(percent, Decimal) or values.get("discount-days") is None:
        return ONE
    return ONE - percent / HUNDRED


def breakdown(
    document: Document, lines: Iterable[Line], vats: Iterable[VatPosting], register: Register
) -> tuple[Breakdown, ...]:
    """VAT of a document by code, with the codes that have no rate; lines without a code are left out."""
    posted = _posted(vats)
    found = []
    for code, base in sorted(_bases(lines).items()):
        vat = register.vat(code, document.date)
        if vat is not None:
            found.append(
                Breakdown(code=code, rate=vat.rate, category=vat.category, base=base, amount=posted.get(code, ZERO))
            )
    return tuple(found)


def _bases(lines: Iterable[Line]) -> dict[str, Decimal]:
    bases: dict[str, Decimal] = {}
    for line in lines:
        if line.vat is not None:
            bases[line.vat] = bases.get(line.vat, ZERO) + line.net
    return bases


def _posted(vats: Iterable[VatPosting]) -> dict[str, Decimal]:
    posted: dict[str, Decimal] = {}
    for posting in vats:
        posted[posting.vat.code] = posted.get(posting.vat.code, ZERO) + posting.amount
    return posted


def check(document: Document, lines: list[Line], vats: list[VatPosting], register: Register) -> list[LedgerError]:
    """What does not add up in a document: its lines, its VAT, its total."""
    currency = document.currency
    found: list[LedgerError] = []
    bases: dict[str, Decimal] = {}
    for line in lines:
        if line.vat is not None:
            bases[line.vat] = bases.get(line.vat, ZERO) + line.net
        if line.priced or line.discount or line.discount_amount:
            expected = net(line.quantity, line.price, currency, price_per=line.price_per, discount=line.discount,
                           discount_amount=line.discount_amount)  # fmt: skip
            if line.allowance is not None:
                expected = -expected
            if expected != line.net:
                found.append(LineNetError.at(
                    line.meta, document.entry, posted=exact(line.net, currency), formula=_formula(line),
                    expected=exact(expected, currency), currency=currency,
                ))  # fmt: skip
        if line.allowance is not None and line.net > 0:
            found.append(_sign(document, line, "allowance", "dearer", "charge"))
        elif line.charge is not None and line.net < 0:
            found.append(_sign(document, line, "charge", "cheaper", "allowance"))
    found += _vat(document, bases, vats, register)
    total = document.net + document.vat + document.rounding
    if total != document.gross and all(posting.units.currency == currency for posting in postings(document.entry)):
        found.append(DocumentSumError.at(
            document.entry.meta, document.entry, number=document.number, net=exact(document.net, currency),
            vat=exact(document.vat, currency), rounding=exact(document.rounding, currency), sum=exact(total, currency),
            gross=exact(document.gross, currency), difference=exact(document.gross - total, currency),
            currency=currency,
        ))  # fmt: skip
    return found


def _sign(document: Document, line: Line, key: str, what: str, other: str) -> LedgerError:
    amount = f"{exact(abs(line.net), document.currency)} {document.currency}"
    return AllowanceSignError.at(line.meta, document.entry, key=key, amount=amount, what=what, other=other)


def _vat(
    document: Document, bases: Mapping[str, Decimal], vats: list[VatPosting], register: Register
) -> Iterator[LedgerError]:
    currency = document.currency
    share = discounted(register, document.customer, document.entry.meta.get("terms"), document.date)
    if share != ONE:
        bases = {code: rounded(CONTEXT.multiply(base, share), currency) for code, base in bases.items()}
    posted: dict[str, VatPosting] = {}
    for posting in vats:
        vat = posting.vat
        if posted.setdefault(vat.code, posting) is not posting:
            yield VatDuplicateError.at(posting.meta, document.entry, number=document.number, code=vat.code)
    for code, posting in posted.items():
        vat = posting.vat
        charged = posting.amount if len(posted) == len(vats) else _posted(vats)[code]
        base = bases.get(code, ZERO)
        expected = amount(base, vat.rate, currency)
        if charged != expected:
            yield VatAmountError.at(
                posting.meta, document.entry, code=code, posted=exact(charged, currency),
                rate=plain(vat.rate), base=exact(base, currency), expected=exact(expected, currency), currency=currency,
            )  # fmt: skip
    for code in bases.keys() - posted.keys():
        found = register.vat(code, document.date)
        expected = ZERO if found is None else amount(bases[code], found.rate, currency)
        if found is not None and expected:
            yield VatMissingError.at(
                document.entry.meta, document.entry, number=document.number, base=exact(bases[code], currency),
                currency=currency, code=code, account=found.account, expected=exact(expected, currency),
            )  # fmt: skip


def _formula(line: Line) -> str:
    text = f"{plain(line.quantity)} × {plain(line.price)}"
    if line.price_per != ONE:
        text += f" / {plain(line.price_per)}"
    if line.discount:
        text += f" less {plain(line.discount)} %"
    if line.discount_amount:
        text += f" less {plain(line.discount_amount)}"
    return text
