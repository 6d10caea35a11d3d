"""Whether the figures of an e-invoice follow from each other, to the cent. Pure.

The standard says: VAT of a category is its base × rate, rounded to two decimals (BR-CO-17); the base is the sum of the
lines' nets less allowances plus charges of that category and rate (BR-S-08 and its like); a line's net is quantity ×
price / price base quantity, less allowances, plus charges (BT-131). Half is rounded away from zero, and a cent to
either side may come of another way to round. The official rules let VAT and base be off by up to 1, as where a country
rounds to whole units, and do not look at a line's price; Peppol's do, and let it be off by up to 0.02
(PEPPOL-EN16931-R120). What they let pass is a warning here. What else Peppol asks of allowances, charges and periods is
with them.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from billtext.errors import shown
from billtext.money import CONTEXT, HUNDRED, ZERO, nearest
from billtext.rules.core_invoice import CREDIT_NOTE, CoreInvoice, Line
from billtext.rules.einvoice_checks import ERROR, WARNING, Field, Finding

CENT = Decimal("0.01")
_OFFICIAL = Decimal(1)
_PEPPOL = Decimal("0.02")
# Where figures stand below the outermost element; of lines and VAT with their number in place of {n}.
_UBL = {
    "line": "{root}Line[{n}]/LineExtensionAmount", "base": "TaxTotal/TaxSubtotal[{n}]/TaxableAmount",
    "vat": "TaxTotal/TaxSubtotal[{n}]/TaxAmount", "tax": "TaxTotal", "total": "LegalMonetaryTotal",
}  # fmt: skip
_TRADE = "SupplyChainTradeTransaction"
_SETTLEMENT = f"{_TRADE}/ApplicableHeaderTradeSettlement"
_CII = {
    "line": f"{_TRADE}/IncludedSupplyChainTradeLineItem[{{n}}]/SpecifiedLineTradeSettlement"
            "/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount",
    "base": f"{_SETTLEMENT}/ApplicableTradeTax[{{n}}]/BasisAmount",
    "vat": f"{_SETTLEMENT}/ApplicableTradeTax[{{n}}]/CalculatedAmount",
    "tax": _SETTLEMENT, "total": f"{_SETTLEMENT}/SpecifiedTradeSettlementHeaderMonetarySummation",
}  # fmt: skip


def check(one: CoreInvoice, root: str, *, peppol: bool = False) -> Iterator[Finding]:
    """Yield the figures that do not follow from the others.

    :param root: name of the outermost element: `Invoice`, `CreditNote` or `CrossIndustryInvoice`
    :param peppol: it says that it follows Peppol's rules
    """
    places = _CII if root == "CrossIndustryInvoice" else _UBL

    def wrong(rule: str, place: str, text: str, n: int = 0, *, grave: bool = True) -> Finding:
        where = f"{root}/{places[place].format(root=root, n=n)}"
        return Finding(rule=rule, severity=ERROR if grave else WARNING, place=where, text=text)

    for n, line in enumerate(one.lines, 1):
        net = line_net(line)
        if abs(net - line.net) > CENT:
            yield wrong("BILLTEXT-LINE", "line", (
                f"the net of line {shown(line.id)} is {line.net:f}, but quantity, price, allowances and charges come "
                f"to {net}"
            ), n, grave=peppol and abs(net - line.net) > _PEPPOL)  # fmt: skip
    for n, key, base, come in _bases(one):
        yield wrong("BILLTEXT-VAT-BASE", "base" if n else "tax", (
            f"the base of {_category(*key)} is {base:f}, but its lines, allowances and charges come to {come:f}"
        ), n, grave=abs(base - come) > _OFFICIAL)  # fmt: skip
    for n, part in enumerate(one.vat, 1):
        tax = _cents(CONTEXT.divide(CONTEXT.multiply(part.base, part.rate or ZERO), HUNDRED))
        if abs(tax - part.amount) > CENT:
            yield wrong("BILLTEXT-VAT", "vat", (
                f"the VAT of {_category(part.category, part.rate)} is {part.amount:f}, but its base {part.base:f} "
                f"comes to {tax}"
            ), n, grave=abs(tax - part.amount) > _OFFICIAL)  # fmt: skip
    yield from (wrong(rule, "total", text) for rule, text in _totals(one))
    if peppol:
        for rule, n, text in _peppol(one):
            yield wrong(f"PEPPOL-EN16931-{rule}", "line" if n else "total", text, n)


def _peppol(one: CoreInvoice) -> Iterator[tuple[str, int, str]]:
    """What Peppol refuses beside the sums: its rule, the number of the line or 0, and what is wrong.

    Source: Peppol BIS Billing 3.0, R040 to R042, R110 and R111.
    """
    adjusted = ((0, one.adjustments), *((n, line.adjustments) for n, line in enumerate(one.lines, 1)))
    for n, each in ((n, each) for n, adjustments in adjusted for each in adjustments):
        what = f"the {'charge' if each.charge else 'allowance'} of {each.amount:f}"
        if each.percent is not None and each.base is None:
            yield "R041", n, f"{what} has a percentage and no base; say the amount of which it is taken"
        elif each.base is not None and each.percent is None:
            yield "R042", n, f"{what} has a base and no percentage; say both or neither"
        elif each.base is not None and each.percent is not None:
            come = CONTEXT.divide(CONTEXT.multiply(each.base, each.percent), HUNDRED)
            if abs(come - each.amount) > _PEPPOL:
                yield "R040", n, f"{what} is not {each.percent:f} % of its base {each.base:f}"
    start, end = one.delivery.period or (None, None)
    for n, line in enumerate(one.lines, 1):
        first, last = line.period or (None, None)
        if start and first and first < start:
            yield "R110", n, f"the period of line {shown(line.id)} begins on {first}, before that of the whole, {start}"
        if end and last and last > end:
            yield "R111", n, f"the period of line {shown(line.id)} ends on {last}, after that of the whole, {end}"


def currencies(amounts: Iterable[Field], currency: str, tax_currency: str) -> Iterator[Finding]:
    """Yield the amounts in another currency than the document's (BT-5); the VAT total may be in that of the tax too.

    :param amounts: each with its currency as scheme
    :param tax_currency: of accounting for VAT (BT-6), or empty
    """
    for amount in amounts:
        allowed = {currency, tax_currency} if amount.term == "BT-111" else {currency}
        if amount.scheme not in allowed:
            yield Finding(
                rule="PEPPOL-EN16931-R051", severity=ERROR, place=amount.place,
                text=f"the amount {shown(amount.value)} is in {shown(amount.scheme)}, and the document in "
                f"{shown(currency)}: all amounts but the VAT total for accounting are in the document's currency",
            )  # fmt: skip


def line_net(line: Line) -> Decimal:
    """What a line comes to by its quantity and price, allowances and charges."""
    net = CONTEXT.divide(CONTEXT.multiply(line.quantity, line.price), line.price_per)
    return _cents(net + sum((each.amount if each.charge else -each.amount for each in line.adjustments), ZERO))


def _bases(one: CoreInvoice) -> Iterator[tuple[int, tuple[str, Decimal | None], Decimal, Decimal]]:
    """Taxable amounts that are not those of their lines.

    :return: number of the part, 0 where there is none; category and rate; what it says, and what it comes to
    """
    if not one.lines:  # a profile without lines
        return
    come: dict[tuple[str, Decimal | None], Decimal] = {}
    said: dict[tuple[str, Decimal | None], tuple[int, Decimal]] = {}
    for line in one.lines:
        come[line.category, line.rate] = come.get((line.category, line.rate), ZERO) + line.net
    for each in one.adjustments:
        amount = each.amount if each.charge else -each.amount
        come[each.category, each.rate] = come.get((each.category, each.rate), ZERO) + amount
    for n, part in enumerate(one.vat, 1):  # of one category and rate there may be parts with different reasons
        first, base = said.get((part.category, part.rate), (n, ZERO))
        said[part.category, part.rate] = first, base + part.base
    for key in dict.fromkeys((*said, *come)):
        n, base = said.get(key, (0, ZERO))
        whole = come.get(key, ZERO)
        if abs(whole - base) >= CENT:
            yield n, key, base, whole


def _totals(one: CoreInvoice) -> Iterator[tuple[str, str]]:
    """Totals that do not add up, by the rule of EN 16931."""
    sums = one.totals
    charges = sum((each.amount for each in one.adjustments if each.charge), ZERO)
    allowances = sum((each.amount for each in one.adjustments if not each.charge), ZERO)
    what = "credit note" if one.kind == CREDIT_NOTE else "invoice"
    known = [
        ("BR-CO-10", "the sum of the lines", sums.lines, sum((line.net for line in one.lines), ZERO)),
        ("BR-CO-11", "the sum of the allowances", sums.allowances, allowances),
        ("BR-CO-12", "the sum of the charges", sums.charges, charges),
        ("BR-CO-13", "the total without VAT", sums.net, sums.lines - sums.allowances + sums.charges),
        ("BR-CO-14", "the total of the VAT", sums.vat, sum((part.amount for part in one.vat), ZERO)),
        ("BR-CO-15", "the total with VAT", sums.gross, sums.net + sums.vat),
        ("BR-CO-16", f"the amount of the {what} to pay", sums.payable, sums.gross - sums.prepaid + sums.rounding),
    ]  # fmt: skip
    for rule, name, said, come in known if one.lines else known[-2:]:
        if abs(said - come) >= CENT:
            yield rule, f"{name} is {said:f}, but its parts come to {come:f}"


def _category(category: str, rate: Decimal | None) -> str:
    return f"category {shown(category)}" + ("" if rate is None else f" at {rate:f} %")


def _cents(number: Decimal) -> Decimal:
    return nearest(number, CENT)
