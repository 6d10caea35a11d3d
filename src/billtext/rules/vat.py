"""Lines and VAT of a document: what its amounts must be.

Sources: EN 16931 BR-CO-17 (VAT once for each code, on the sum of the rounded lines; codes of one category and rate may
share what they come to together), bokføringsforskriften § 5-1-5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.errors import (
    AllowanceSignError,
    DocumentSumError,
    LedgerError,
    LineCodeMissingError,
    LineNetError,
    PriceMissingError,
    VatAccountError,
    VatAmountError,
    VatDuplicateError,
    VatMissingError,
)
from billtext.ledger.schema import ADJUSTS, POSTING, written
from billtext.model import Date, Document, Line, Register, Vat, VatPosting, postings
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
        discount_amount: Decimal = ZERO, charge_amount: Decimal = ZERO) -> Decimal:  # fmt: skip
    """Net of a line: quantity × price / price-per - discount + charge, rounded once.

    :param discount: percent of quantity × price
    :param discount_amount: in the currency, taken off after the percentage
    :param charge_amount: in the currency, added after both (EN 16931 BG-28)

    >>> net(Decimal(6), Decimal("0.60"), "EUR", discount=Decimal(3))
    Decimal('3.49')
    >>> net(Decimal(2), Decimal(100), "EUR", discount_amount=Decimal(30), charge_amount=Decimal("12.50"))
    Decimal('182.50')
    """
    amount = CONTEXT.multiply(quantity, price)
    if price_per != ONE:
        amount = CONTEXT.divide(amount, price_per)
    if discount:
        amount = CONTEXT.multiply(amount, (HUNDRED - discount) / HUNDRED)
    if discount_amount:
        amount = CONTEXT.subtract(amount, discount_amount)
    if charge_amount:
        amount = CONTEXT.add(amount, charge_amount)
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
        vat = register.vat(code, document.tax_point)
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


def charged(document: Document, register: Register) -> dict[str, Decimal] | None:
    """The codes with a rate on a document, and those rates in percent; None if one of them is unknown.

    On a credit note those at which something is given back: what it charges, such as a fee, is not.
    """
    sums: dict[str, Decimal] = {}
    for posting in postings(document.entry):
        code = (posting.meta or {}).get("vat")
        if isinstance(code, str):
            sums[code] = sums.get(code, ZERO) + posting.units.number
    codes = sorted(code for code, amount in sums.items() if document.kind == "invoice" or amount > 0)
    known = [register.vat(code, document.tax_point) for code in codes]
    return None if None in known else {vat.code: vat.rate for vat in known if vat is not None and vat.rate}


def check(document: Document, lines: list[Line], vats: list[VatPosting], register: Register) -> list[LedgerError]:
    """What does not add up in a document: its lines, its VAT, its total. What follows from one mistake is told once."""
    currency = document.currency
    found: list[LedgerError] = []
    bases: dict[str, Decimal] = {}
    meant: dict[str, Decimal] = {}  # what the nets of wrong lines lack, by code
    lacking = ZERO
    for line in lines:
        if line.vat is not None:
            bases[line.vat] = bases.get(line.vat, ZERO) + line.net
        if line.priced or line.discount or line.discount_amount or line.charge_amount:
            expected = net(line.quantity, line.price, currency, price_per=line.price_per, discount=line.discount,
                           discount_amount=line.discount_amount, charge_amount=line.charge_amount)  # fmt: skip
            if line.allowance is not None:
                expected = -expected
            if expected != line.net:
                found.append(_line(document, line, expected))
                if "price" in line.meta:
                    lacking += expected - line.net
                    meant[line.vat or ""] = meant.get(line.vat or "", ZERO) + expected - line.net
        if line.allowance is not None and line.net > 0:
            found.append(_sign(document, line, "allowance", "dearer", "charge"))
        elif line.charge is not None and line.net < 0:
            found.append(_sign(document, line, "charge", "cheaper", "allowance"))
    more, explained = _vat(document, lines, bases, meant, vats, register)
    total = document.net + document.vat + document.rounding
    if (
        total != document.gross
        and document.gross - total not in {lacking, explained, lacking + explained}
        and all(posting.units.currency == currency for posting in postings(document.entry))
    ):
        found.append(DocumentSumError.at(
                document.entry.meta, document.entry, number=document.number, net=exact(document.net, currency),
                vat=exact(document.vat, currency), rounding=exact(document.rounding, currency),
                sum=exact(total, currency), gross=exact(document.gross, currency),
                difference=exact(document.gross - total, currency), currency=currency,
            ))  # fmt: skip
    return found + more if more else found


def _line(document: Document, line: Line, expected: Decimal) -> LedgerError:
    """What is wrong with a line whose amount is not what it says."""
    if "price" not in line.meta:
        key = next(key for key in ("discount", *ADJUSTS, "quantity") if key in line.meta)
        return PriceMissingError.at(line.meta, document.entry, key=key, value=written(line.meta[key]))
    currency = document.currency
    return LineNetError.at(
        line.meta, document.entry, posted=exact(line.net, currency), formula=_formula(line),
        expected=exact(expected, currency), currency=currency,
    )  # fmt: skip


def _sign(document: Document, line: Line, key: str, what: str, other: str) -> LedgerError:
    amount = f"{exact(abs(line.net), document.currency)} {document.currency}"
    return AllowanceSignError.at(line.meta, document.entry, key=key, amount=amount, what=what, other=other)


def _vat(
    document: Document, lines: list[Line], bases: Mapping[str, Decimal], meant: Mapping[str, Decimal],
    vats: list[VatPosting], register: Register,
) -> tuple[list[LedgerError], Decimal]:  # fmt: skip
    """What is wrong with the VAT of a document.

    :param bases: sum of the nets by code
    :param meant: what wrong nets lack, by code; VAT may be right for either
    :return: errors, and what the VAT postings lack
    """
    currency = document.currency
    found: list[LedgerError] = []
    lacking = ZERO
    share = discounted(register, document.customer, document.entry.meta.get("terms"), document.date)
    if share != ONE:
        bases = {code: rounded(CONTEXT.multiply(base, share), currency) for code, base in bases.items()}
    posted: dict[str, VatPosting] = {}
    for posting in vats:
        vat = posting.vat
        if posted.setdefault(vat.code, posting) is not posting:
            found.append(VatDuplicateError.at(posting.meta, document.entry, number=document.number, code=vat.code))
    for code, posting in posted.items():
        vat = posting.vat
        charged = posting.amount if len(posted) == len(vats) else _posted(vats)[code]
        base = bases.get(code, ZERO)
        expected = amount(base, vat.rate, currency)
        if charged == expected or _as_one(vat, document, register, bases, _posted(vats)):
            continue
        if code in meant:
            base += meant[code]
            expected = amount(base, vat.rate, currency)
            if charged == expected:
                continue
        without = _without_code(document, lines, vat, charged - expected, base, register)
        if without is not None:
            found += without
            continue
        lacking += expected - charged
        found.append(VatAmountError.at(
            posting.meta, document.entry, code=code, posted=exact(charged, currency),
            rate=_rate(vat, document), base=exact(base, currency), expected=exact(expected, currency),
            currency=currency,
        ))  # fmt: skip
    for code in bases.keys() - posted.keys():
        known = register.vat(code, document.tax_point)
        base = bases[code] + meant.get(code, ZERO)
        expected = ZERO if known is None else amount(base, known.rate, currency)
        if known is None or not expected or _as_one(known, document, register, bases, _posted(vats)):
            continue
        other = _elsewhere(lines, known, bases[code], currency)
        if other is not None:
            found.append(VatAccountError.at(
                other.meta, document.entry, code=code, account=other.account, right=known.account or "none"
            ))  # fmt: skip
            continue
        lacking += expected
        found.append(VatMissingError.at(
            document.entry.meta, document.entry, number=document.number, base=exact(base, currency),
            currency=currency, code=code, account=known.account, expected=exact(expected, currency),
        ))  # fmt: skip
    return found, lacking


def _as_one(
    vat: Vat, document: Document, register: Register, bases: Mapping[str, Decimal], posted: Mapping[str, Decimal]
) -> bool:
    """Whether all codes of one category and rate come to base × rate together, and differ by what lies between alone.

    An e-invoice shows them as one amount (EN 16931 BR-CO-17), which may be a cent off the sum of their own roundings.
    """
    base = charged = own = off = ZERO
    for code in bases.keys() | posted.keys():
        known = register.vat(code, document.tax_point)
        if known is not None and (known.category, known.rate) == (vat.category, vat.rate):
            part = amount(bases.get(code, ZERO), vat.rate, document.currency)
            base, charged, own = base + bases.get(code, ZERO), charged + posted.get(code, ZERO), own + part
            off += abs(posted.get(code, ZERO) - part)
    whole = amount(base, vat.rate, document.currency)
    return charged == whole and off == abs(whole - own)


def _rate(vat: Vat, document: Document) -> str:
    """A rate, with its day where it is not the document's own."""
    then = "" if document.tax_point == document.date else f" (the rate of {document.tax_point})"
    return f"{plain(vat.rate)} %{then}"


def _without_code(
    document: Document, lines: list[Line], vat: Vat, difference: Decimal, base: Decimal, register: Register
) -> list[LedgerError] | None:
    """Errors of the lines that VAT was charged on although they lack its code; None if there are none.

    Of a line whose code is unknown or of another type that is told already.

    :param difference: VAT charged beyond that on the lines that have the code
    """
    open_ = [line for line in lines if line.vat is None or register.vat(line.vat, document.tax_point) is None]
    if not open_:
        return None
    currency = document.currency
    if base and amount(base + sum([line.net for line in open_], ZERO), vat.rate, currency) - amount(
        base, vat.rate, currency
    ) != difference:  # fmt: skip
        open_ = [
            line for line in open_
            if amount(base + line.net, vat.rate, currency) - amount(base, vat.rate, currency) == difference
        ][:1]  # fmt: skip
        if not open_:
            return None
    return [
        LineCodeMissingError.at(line.meta, document.entry, net=f"{exact(line.net, currency)} {currency}",
                                number=document.number, code=vat.code)
        for line in open_ if not POSTING.shapes[tuple(line.meta)].means("vat")
    ]  # fmt: skip


def _elsewhere(lines: list[Line], vat: Vat, base: Decimal, currency: str) -> Line | None:
    """The line that is a VAT posting on an account of no code: its amount is the VAT on the others of its code."""
    for line in lines:
        if line.vat == vat.code and not line.priced and amount(base - line.net, vat.rate, currency) == line.net:
            return line
    return None


def _formula(line: Line) -> str:
    text = f"{plain(line.quantity)} × {plain(line.price)}"
    if line.price_per != ONE:
        text += f" / {plain(line.price_per)}"
    if line.discount:
        text += f" less {plain(line.discount)} %"
    if line.discount_amount:
        text += f" less {plain(line.discount_amount)}"
    if line.charge_amount:
        text += f" plus {plain(line.charge_amount)}"
    return text


def adjusted(keys: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    """What discounts take off a line and charges add to it, by the keys of a draft's posting; percentages apart."""
    off = on = ZERO
    for key, sign in ADJUSTS.items():
        found = keys.get(key)
        if isinstance(found, Amount) and found.number is not None:
            off, on = (off, on + found.number) if sign > 0 else (off + found.number, on)
    return off, on
