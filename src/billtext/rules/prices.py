"""Prices with VAT: what they mean without it, so that the document comes to the prices that were named.

VAT is computed once for each code, on the sum of the prices with VAT; the nets of the lines share the rest. Where no
net and VAT add up to the sum (at 25 %, 0.02 is neither 0.01 + 0.00 nor 0.02 + 0.01), the difference is rounding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from billtext.money import CONTEXT, HUNDRED, ZERO, quantum, rounded
from billtext.rules import vat

_MOST = 12  # decimals of a price without VAT


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What prices with VAT of one code come to.

    :param nets: of each line with VAT, in the currency's smallest unit
    :param vat: on these nets and those that were without VAT from the beginning
    :param rounding: what the document should come to beyond nets and VAT
    """

    nets: tuple[Decimal, ...]
    vat: Decimal
    rounding: Decimal


def split(amounts: Sequence[Decimal], rate: Decimal, currency: str, *, besides: Decimal = ZERO,
          share: Decimal = Decimal(1)) -> Split:  # fmt: skip
    """Split amounts with VAT into nets, VAT and rounding.

    :param amounts: rounded, of the lines of one code
    :param rate: percent
    :param besides: sum of the lines of the code whose prices are without VAT; the VAT is on all together
    :param share: the part of the nets that bears VAT, see `vat.discounted`

    >>> split([Decimal("50.00"), Decimal("50.00")], Decimal(19), "EUR")
    Split(nets=(Decimal('42.02'), Decimal('42.01')), vat=Decimal('15.97'), rounding=Decimal('0.00'))
    """

    def on(base: Decimal) -> Decimal:
        return vat.amount(base if share == 1 else rounded(CONTEXT.multiply(base, share), currency), percent, currency)

    percent, rate = rate, CONTEXT.multiply(rate, share)
    total = sum(amounts, ZERO) + besides + on(besides)
    base = without(total, rate, currency)
    tax = on(base)
    nets = [without(amount, rate, currency) for amount in amounts]
    unit = quantum(currency)
    left = base - besides - sum(nets, ZERO)
    step = unit if left > 0 else -unit
    exact = [CONTEXT.divide(CONTEXT.multiply(amount, HUNDRED), HUNDRED + rate) for amount in amounts]
    while left:  # a smallest unit each to those that rounding took most from
        n = max(range(len(nets)), key=lambda i: ((exact[i] - nets[i]) * step, -i if step > 0 else i))
        nets[n] += step
        left -= step
    return Split(nets=tuple(nets), vat=tax, rounding=total - base - tax)


def without(amount: Decimal, rate: Decimal, currency: str) -> Decimal:
    """An amount with VAT less the VAT in it, rounded.

    :param rate: percent

    >>> without(Decimal("100.00"), Decimal(19), "EUR")
    Decimal('84.03')
    """
    return rounded(CONTEXT.divide(CONTEXT.multiply(amount, HUNDRED), HUNDRED + rate), currency)


def price(net: Decimal, currency: str, *, quantity: Decimal, price_per: Decimal, discount: Decimal,
          discount_amount: Decimal) -> Decimal | None:  # fmt: skip
    """The shortest price from which a line comes to a net; None if there is none.

    >>> price(Decimal("84.03"), "EUR", quantity=Decimal(2), price_per=Decimal(1), discount=ZERO, discount_amount=ZERO)
    Decimal('42.015')
    """
    part = CONTEXT.multiply(quantity, HUNDRED - discount)
    if not part:
        return None
    exact = CONTEXT.divide(CONTEXT.multiply(CONTEXT.multiply(net + discount_amount, price_per), HUNDRED), part)
    for places in range(max(0, -int(quantum(currency).as_tuple().exponent)), _MOST + 1):
        found = CONTEXT.quantize(exact, Decimal(1).scaleb(-places))
        again = vat.net(quantity, found, currency, price_per=price_per, discount=discount,
                        discount_amount=discount_amount)  # fmt: skip
        if again == net:
            return found
    return None
