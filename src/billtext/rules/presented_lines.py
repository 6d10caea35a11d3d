"""Lines of a document, its allowances and charges, and its VAT by category, as EN 16931 has them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from billtext.ledger.schema import ADJUSTS, numbers
from billtext.model import Date, Document, Line, Meta, Register, Vat
from billtext.money import CONTEXT, ZERO, rounded
from billtext.rules import core_invoice as core
from billtext.rules import parties, stated, vat

_ONE_UNIT = "C62"  # UN/ECE Rec 20: one, a piece
# VATEX codes, and the words that Norwegian law asks for (bokføringsforskriften § 5-1-1).
EXEMPT = {
    "AE": ("VATEX-EU-AE", "Omvendt avgiftsplikt – Merverdiavgift ikke beregnet"),
    "K": ("VATEX-EU-IC", "Intra-Community supply"),
    "G": ("VATEX-EU-G", "Export outside the EU"),
    "O": ("VATEX-EU-O", "Not subject to VAT"),
    "E": ("", "Exempt from VAT"),
}


def whole(line: Line) -> bool:
    """Whether a line is an allowance or charge of the whole document."""
    return line.allowance is not None or line.charge is not None


def _category(code: str | None, categories: Mapping[str, Vat | None]) -> tuple[str, Decimal | None]:
    """VAT category and rate of a line.

    One without a code is outside the scope of VAT. What is outside has category E beside what is not, since EN 16931
    lets nothing stand beside category O (BR-O-11).
    """
    known = categories.get(code) if code else None
    if known is not None and known.category != "O":
        return known.category, known.rate
    beside = any(found is not None and found.category != "O" for found in categories.values())
    return ("E", ZERO) if beside else ("O", None)


def adjustment(line: Line, categories: Mapping[str, Vat | None]) -> core.Adjustment:
    """An allowance or charge of the whole document."""
    category, rate = _category(line.vat, categories)
    return core.Adjustment(
        charge=line.charge is not None, amount=abs(line.net), reason=line.charge or line.allowance or "",
        reason_code=stated.text(line.meta, "reason-code"), category=category, rate=rate, code=line.vat or "",
        base=stated.amount(line.meta, "base"), percent=stated.number(line.meta, "percent"),
        deducts=stated.text(line.meta, "deducts"),
    )  # fmt: skip


def line(
    n: str, of: Line, categories: Mapping[str, Vat | None], currency: str, register: Register, date: Date
) -> core.Line:
    """A line, with what is taken off it and added to it one by one.

    :param n: its number, unless it states another
    """
    category, rate = _category(of.vat, categories)
    quantity, price, meta = of.quantity, of.price, of.meta
    if price < 0:  # what takes something back is a negative quantity (BR-27)
        quantity, price = -quantity, -price
    whole = rounded(CONTEXT.divide(CONTEXT.multiply(quantity, price), of.price_per), currency)
    adjustments: list[core.Adjustment] = []
    if of.discount:  # what it takes off is what the others leave
        left = whole - of.net - of.discount_amount + of.charge_amount
        said = {} if "discount-amount" in meta else meta  # the reason is that of the discount in money
        reason, reason_code = stated.text(said, "discount-reason"), stated.text(said, "discount-code")
        adjustments.append(_discount(left, reason, reason_code, whole, of.discount))
    for kind in ("discount", "charge") if not ADJUSTS.keys().isdisjoint(meta) else ():
        for key in numbers(f"{kind}-amount"):
            amount = stated.amount(meta, key)
            if amount is not None:
                adjustments.append(_adjusted(meta, kind, key.removeprefix(f"{kind}-amount"), amount))
    item = register.values("item", of.item, date) if of.item else {}
    start, end = stated.date(meta, "period-start"), stated.date(meta, "period-end")
    return core.Line(
        id=stated.text(meta, "line-id") or n, text=of.text, net=of.net, quantity=quantity,
        unit=of.unit or _ONE_UNIT, price=price, price_per=of.price_per,
        list_price=stated.amount(meta, "list-price"), discount=of.discount,
        adjustments=tuple(adjustments), category=category, rate=rate, code=of.vat or "",
        description=stated.text(meta, "description") or stated.text(item, "description"),
        note=stated.text(meta, "note"),
        seller_item=of.item or stated.text(meta, "seller-item"), buyer_item=stated.text(meta, "buyer-item"),
        standard_item=parties.identifier(stated.text(meta, "gtin") or stated.text(item, "gtin")),
        classifications=tuple(
            found for _, text in stated.numbered(meta, "classification") if (found := parties.identifier(text))
        ),
        origin=stated.text(meta, "origin"),
        attributes=tuple(
            (name, value) for _, text in stated.numbered(meta, "attribute") for name, _, value in [text.partition(": ")]
        ),
        order_line=stated.text(meta, "order-line"), buyer_account=stated.text(meta, "buyer-account"),
        object=parties.identifier(stated.text(meta, "object")), period=(start, end) if start or end else None,
    )  # fmt: skip


def _discount(
    amount: Decimal, reason: str, code: str, base: Decimal | None = None, percent: Decimal | None = None
) -> core.Adjustment:
    # A discount on what is taken back makes dearer.
    return core.Adjustment(
        charge=amount < 0, amount=abs(amount), base=None if base is None else abs(base), percent=percent,
        reason=reason or ("" if code else "Discount"), reason_code=code or ("" if reason or amount < 0 else "95"),
    )  # fmt: skip


def _adjusted(meta: Meta, kind: str, end: str, amount: Decimal) -> core.Adjustment:
    """A discount or a charge of a line that is given as an amount.

    :param kind: `discount` or `charge`
    :param end: of its keys: empty, or `-2` for the second
    """
    charge = kind == "charge"
    reason, code = stated.text(meta, f"{kind}-reason{end}"), stated.text(meta, f"{kind}-code{end}")
    return core.Adjustment(
        charge=charge, amount=amount, base=stated.amount(meta, f"{kind}-base{end}"),
        percent=stated.number(meta, f"{kind}-percent{end}"), reason=reason or ("" if code else kind.capitalize()),
        reason_code=code or ("" if reason or charge else "95"),
    )  # fmt: skip


def breakdown(
    parts: Iterable[vat.Breakdown], lines: Iterable[Line], register: Register, found: Document
) -> tuple[core.VatBreakdown, ...]:
    """VAT by category and rate; codes of ours that are one to the standard are put together."""
    sums: dict[tuple[str, Decimal | None], tuple[Decimal, Decimal, list[str]]] = {}
    parts, date = tuple(parts), found.tax_point
    known = {part.code: register.vat(part.code, date) for part in parts}
    for part in parts:
        key = _category(part.code, known)
        base, amount, codes = sums.get(key, (ZERO, ZERO, []))
        sums[key] = base + part.base, amount + part.amount, [*codes, part.code]
    outside = [line for line in lines if line.vat is None]
    if outside:
        key = _category(None, known)
        base, amount, codes = sums.get(key, (ZERO, ZERO, []))
        sums[key] = base + sum((line.net for line in outside), ZERO), amount, codes
    result = []
    for (category, rate), (base, amount, codes) in sorted(sums.items(), key=lambda each: (each[0][1] or 0, each[0][0])):
        code, reason = EXEMPT.get(category, ("", ""))
        cards = {each: register.values("vat", each, date) for each in codes}
        here = [cards[part.code] for part in parts if part.code in cards and part.category == category]
        if category == "E" and not here:  # all of it is outside
            reason = EXEMPT["O"][1]
        if category in EXEMPT:
            reason, code = _why([*here, *(card for card in cards.values() if card not in here)], here, reason, code)
        meta = found.entry.meta
        keys = (f"exemption-{category.lower()}", f"vatex-{category.lower()}")
        said = not meta.keys().isdisjoint(keys)
        if said:
            reason, code = (stated.text(meta, key) for key in keys)
        result.append(core.VatBreakdown(
            category=category, rate=rate, base=base, amount=amount, reason=reason, reason_code=code,
            codes=tuple(codes), said=said,
        ))  # fmt: skip
    return tuple(result)


def _why(
    all_of: Sequence[Mapping[str, Any]], of: Sequence[Mapping[str, Any]], reason: str, code: str
) -> tuple[str, str]:
    """Reason and VATEX code of VAT codes that are one to the standard: each reason, and a code that holds for all.

    :param of: those of the category itself; others are in it because no invoice has both
    :param reason: where none has words of its own; likewise `code`
    """
    texts = dict.fromkeys(filter(None, (stated.text(card, "text") for card in all_of)))
    codes = {stated.text(card, "vatex") or code for card in of}
    if len(all_of) > len(of) or not codes:
        codes.add(code)
    return "; ".join(texts) or reason, codes.pop() if len(codes) == 1 else ""
