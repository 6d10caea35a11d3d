"""Amounts of money: rounding and the smallest unit of a currency. `Decimal` throughout.

The decimals of a currency come from Babel (Unicode CLDR, ISO 4217); a commodity that it does not know has two.
"""

from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from beancount.core.amount import Amount

ZERO = Decimal(0)
HUNDRED = Decimal(100)

# A quantity times a price may have more digits than the default 28 before it is rounded to money.
CONTEXT = Context(prec=50, rounding=ROUND_HALF_UP)

# Digits before the point that no amount of money has.
LARGEST = 18


@cache
def decimals(currency: str) -> int:
    """Decimals of the smallest unit of a currency, by ISO 4217 code.

    >>> decimals("NOK"), decimals("JPY"), decimals("HOURS")
    (2, 0, 2)
    """
    from babel.core import get_global

    fractions = get_global("currency_fractions")
    return int(fractions.get(currency, fractions["DEFAULT"])[0])


@cache
def quantum(currency: str) -> Decimal:
    """The smallest unit of a currency as an amount, such as 0.01."""
    return Decimal(1).scaleb(-decimals(currency))


@cache
def cash_unit(currency: str) -> Decimal:
    """The smallest amount that can be paid in cash (Unicode CLDR: digits and steps of cash).

    >>> cash_unit("NOK"), cash_unit("DKK"), cash_unit("CHF"), cash_unit("EUR")
    (Decimal('1'), Decimal('0.50'), Decimal('0.05'), Decimal('0.01'))
    """
    from babel.core import get_global

    fractions = get_global("currency_fractions")
    _, _, digits, step = fractions.get(currency) or fractions["DEFAULT"]
    return Decimal(step or 1).scaleb(-int(digits))


def cash(number: Decimal, currency: str) -> Decimal:
    """Round to what can be paid in cash, half away from zero.

    >>> cash(Decimal("631.50"), "NOK"), cash(Decimal("10.24"), "DKK"), cash(Decimal("-1.03"), "CHF")
    (Decimal('632'), Decimal('10.00'), Decimal('-1.05'))
    """
    unit = cash_unit(currency)
    return CONTEXT.multiply((number / unit).quantize(Decimal(1), ROUND_HALF_UP, CONTEXT), unit)


def number(amount: "Amount") -> Decimal:
    """The number of a booked amount: only before booking does Beancount leave it out."""
    return cast(Decimal, amount.number)


def rounded(number: Decimal, currency: str) -> Decimal:
    """Round to the currency's smallest unit, half away from zero; what is too large to be money comes back as it is.

    >>> rounded(Decimal("1.045"), "EUR"), rounded(Decimal("-1.045"), "EUR")
    (Decimal('1.05'), Decimal('-1.05'))
    """
    return nearest(number, quantum(currency))


def nearest(number: Decimal, unit: Decimal) -> Decimal:
    """Round to a power of ten, half away from zero; what is too large for it comes back as it is.

    >>> nearest(Decimal("12.5"), Decimal(1)), nearest(Decimal("-0.25"), Decimal("0.1"))
    (Decimal('13'), Decimal('-0.3'))
    """
    return number if number.adjusted() >= LARGEST else number.quantize(unit, ROUND_HALF_UP, CONTEXT)


def plain(number: Decimal) -> str:
    """Digits of a number as a ledger writes it: no exponent, no trailing zeros after the point.

    >>> plain(Decimal("25.00")), plain(Decimal("1E+2")), plain(Decimal("0.070"))
    ('25', '100', '0.07')
    """
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(number: Decimal, currency: str) -> str:
    """Digits of an amount with at least the decimals of its currency; used in JSON, CSV and ledger text.

    >>> exact(Decimal("5"), "NOK"), exact(Decimal("0.007"), "NOK"), exact(Decimal("5"), "JPY")
    ('5.00', '0.007', '5')
    """
    places = -int(number.as_tuple().exponent)
    return format(number, "f") if places >= decimals(currency) else format(rounded(number, currency), "f")
