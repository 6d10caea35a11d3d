"""VAT of the lines of a draft: worked out by code, or taken out of prices that have it in them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from beancount.core.amount import Amount

from billtext.ledger.schema import ADJUSTS
from billtext.model import Date, Register
from billtext.money import CONTEXT, ZERO, number, rounded
from billtext.rules import prices, vat
from billtext.rules.prepared import Line

ONE = Decimal(1)


def taxed(
    lines: Sequence[Line], register: Register, date: Date, currency: str, share: Decimal = ONE
) -> tuple[list[Line], list[tuple[str, str, Decimal]], Decimal]:
    """Lines without VAT, the VAT by code, and what no net and VAT add up to.

    :param share: the part of the nets that bears VAT, see `vat.discounted`
    """
    if all(line.given is None for line in lines):
        return list(lines), vat_of(lines, register, date, currency, share), ZERO
    found = list(lines)
    gross = {line.vat for line in lines if line.given is not None}  # what has VAT in its prices comes to their sum
    vats = vat_of((line for line in lines if line.vat not in gross), register, date, currency, share)
    rounding = ZERO
    for code in dict.fromkeys(line.vat for line in lines if line.vat in gross):
        known = None if code is None else register.vat(code, date)
        rate = ZERO if known is None else known.rate
        same = [(n, line.given) for n, line in enumerate(lines) if line.vat == code and line.given is not None]
        others = [line for line in lines if line.vat == code and line.given is None]
        besides = sum((line.net for line in others), ZERO)
        split = prices.split([line.net for _, line in same], rate, currency, besides=besides, share=share)
        rounding += split.rounding
        if known is not None and known.account and split.vat:
            vats.append((known.code, known.account, split.vat))
        for (n, line), net in zip(same, split.nets, strict=True):
            found[n] = replace(_without_vat(line, net, CONTEXT.multiply(rate, share), currency), given=line)
    return found, vats, rounding


def _without_vat(line: Line, net: Decimal, rate: Decimal, currency: str) -> Line:
    keys = dict(line.keys)
    price = line.price
    if price is not None and rate:
        for key in ADJUSTS.keys() & keys.keys():
            keys[key] = Amount(prices.without(number(keys[key]), rate, currency), currency)
        off, on = vat.adjusted(keys)
        keys["price-with-vat"] = Amount(price, currency)
        price = prices.price(
            -net if keys.get("allowance") is not None else net, currency, quantity=line.quantity or ONE,
            price_per=keys.get("price-per") or ONE, discount=keys.get("discount") or ZERO,
            discount_amount=off - on,
        )  # fmt: skip
    quantity = line.quantity if price is not None else None
    return Line(account=line.account, net=net, vat=line.vat, quantity=quantity, price=price, keys=keys)


def vat_of(
    lines: Iterable[Line], register: Register, date: Date, currency: str, share: Decimal = ONE
) -> list[tuple[str, str, Decimal]]:
    """VAT of lines by code, each on the sum of its lines; codes of one category and rate come to that of all of theirs.

    An e-invoice shows their VAT as one amount, which is base × rate (EN 16931 BR-CO-17): the last of them takes the
    cent that their own roundings are off.

    :param share: the part of the sum that bears VAT, see `vat.discounted`
    """
    bases: dict[str, Decimal] = {}
    for line in lines:
        if line.vat is not None:
            bases[line.vat] = bases.get(line.vat, ZERO) + line.net
    found: dict[str, tuple[str, str, Decimal]] = {}
    alike: dict[tuple[str, Decimal], list[tuple[str, Decimal]]] = {}
    for code, base in bases.items():
        known = register.vat(code, date)
        if known is None or not known.account:
            continue
        taxed = base if share == ONE else rounded(CONTEXT.multiply(base, share), currency)
        found[code] = code, known.account, vat.amount(taxed, known.rate, currency)
        alike.setdefault((known.category, known.rate), []).append((code, taxed))
    for (_, rate), several in alike.items():
        if len(several) > 1:
            code, account, amount = found[several[-1][0]]
            off = vat.amount(sum([taxed for _, taxed in several], ZERO), rate, currency) - sum(
                [found[other][2] for other, _ in several], ZERO
            )
            found[code] = code, account, amount + off
    return [one for one in found.values() if one[2]]
