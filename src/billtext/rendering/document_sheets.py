"""A document's tables for a program: lines, sums and VAT as plain figures, all from the core invoice."""

from collections.abc import Iterable
from decimal import Decimal

from beancount.core.amount import Amount

from billtext.money import ZERO
from billtext.rendering.sheets import Cell, Sheet, Word, column
from billtext.rules.core_invoice import Adjustment, CoreInvoice

_LINES = (
    column("line"), column("kind"), column("item"), column("text"), column("quantity", right=True), column("unit"),
    column("price", right=True), column("price_per", right=True), column("discount_percent", right=True),
    column("discount", right=True), column("charge", right=True), column("vat", "VAT"), column("rate", right=True),
    column("net", right=True), column("currency"),
)  # fmt: skip


def lines(one: CoreInvoice) -> Sheet:
    """Lines, then allowances and charges of the whole: their nets add up to the document's.

    The net of a line is `quantity × price / price_per - discount + charge`, rounded. The optional lines of a quote,
    which are in no sum, are of the kind `optional`.
    """
    currency = one.currency
    rows: list[list[Cell]] = []
    for line in one.lines:
        off, on = (_sum(line.adjustments, charge=charge, currency=currency) for charge in (False, True))
        rows.append([
            line.id, Word("optional" if line.optional else "line"), line.seller_item, line.text, line.quantity,
            line.unit, Amount(line.price, currency), line.price_per, line.discount or None, off, on, line.code,
            line.rate, Amount(line.net, currency), currency,
        ])  # fmt: skip
    for part in one.adjustments:
        amount = Amount(part.amount if part.charge else -part.amount, currency)
        rows.append([
            "", Word("charge" if part.charge else "allowance"), "", part.reason, Decimal(1), "", amount, Decimal(1),
            None, None, None, part.code, part.rate, amount, currency,
        ])  # fmt: skip
    return Sheet(title="", columns=_LINES, rows=rows)


def _sum(found: Iterable[Adjustment], *, charge: bool, currency: str) -> Amount | None:
    total = sum((part.amount for part in found if part.charge is charge), ZERO)
    return Amount(total, currency) if total else None


def sums(one: CoreInvoice) -> Sheet:
    """From the lines to what is to be paid, and the VAT in the seller's currency with the rate."""
    totals = one.totals
    names = ("lines", "allowances", "charges", "net", "vat", "gross", "rounding", "prepaid", "payable")
    rows: list[list[Cell]] = [[name, Amount(getattr(totals, name), one.currency), one.currency] for name in names]
    if totals.home_vat is not None:
        rows.append(["home_vat", Amount(totals.home_vat, one.home_currency), one.home_currency])
    if one.exchange_rate is not None:
        rows.append(["exchange_rate", one.exchange_rate, one.home_currency])
    return Sheet(title="", columns=(column("sum"), column("amount", right=True), column("currency")), rows=rows)


def vat(one: CoreInvoice) -> Sheet:
    """VAT by rate, with the reason where there is none, and our own codes."""
    rows: list[list[Cell]] = [
        [part.category, part.rate, Amount(part.base, one.currency), Amount(part.amount, one.currency), one.currency,
         part.reason, " ".join(part.codes)]
        for part in one.vat
    ]  # fmt: skip
    columns = (
        column("category"), column("rate", right=True), column("base", right=True), column("amount", right=True),
        column("currency"), column("reason"), column("codes"),
    )  # fmt: skip
    return Sheet(title="", columns=columns, rows=rows)
