"""A movement: a transaction of money on a customer's account, before it is written.

Where its legs have different rates, the difference is a gain or loss on exchange in the company's currency.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from billtext.model import Date
from billtext.money import CONTEXT, ZERO, rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A posting.

    :param rate: from its currency to the company's; None where they are the same
    :param keys: what it says besides, in order, such as `settles`
    """

    account: str
    amount: Decimal
    currency: str
    rate: Decimal | None = None
    keys: Mapping[str, Any] = field(default_factory=dict)

    @property
    def weight(self) -> Decimal:
        """Its worth in the company's currency, or in its own where there is no rate."""
        return self.amount if self.rate is None else CONTEXT.multiply(self.amount, self.rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A transaction that says in its keys what it is: a payment, a refund, a write-off.

    :param kind: the key that has its number, such as `payment`
    :param keys: the other keys, in order
    """

    date: Date
    kind: str
    number: str
    payee: str
    narration: str
    links: tuple[str, ...]
    keys: Mapping[str, Any]
    legs: tuple[Leg, ...]

    @property
    def difference(self) -> Decimal:
        """What its legs lack to nothing: less than half a unit of the company's currency, from rounding a gain."""
        return sum((leg.weight for leg in self.legs), ZERO)


def exchange(legs: Iterable[Leg], company: str | None, gain: str, loss: str) -> Sequence[Leg]:
    """The leg that makes a movement add up: the gain or loss that different rates leave; none where there is none.

    :param gain: account of a gain; `loss` likewise

    >>> there = Leg(account="Assets:Bank", amount=Decimal(100), currency="USD", rate=Decimal(55))
    >>> back = Leg(account="Assets:Receivable:A", amount=Decimal(-100), currency="USD", rate=Decimal(50))
    >>> [leg] = exchange([there, back], "INR", "Income:ExchangeGain", "Expenses:ExchangeLoss")
    >>> leg.account, leg.amount
    ('Income:ExchangeGain', Decimal('-500.00'))
    """
    legs = list(legs)
    left = sum((leg.weight for leg in legs), ZERO)
    amount = ZERO if company is None else rounded(ZERO - left, company) + ZERO
    # Less than a cent needs no leg where another is in the company's currency: that sets Beancount's tolerance.
    if company is None or not left or (not amount and any(leg.currency == company for leg in legs)):
        return []
    return [Leg(account=gain if left > 0 else loss, amount=amount, currency=company)]


def at_home(legs: Iterable[Leg], others: Iterable[Leg], company: str | None) -> list[Leg]:
    """Legs with their worth in the company's currency, so that an account needs to take no other.

    What rounding leaves goes to the last of them.

    :param others: the legs of the movement that stay as they are

    >>> lost = [Leg(account="Expenses:BadDebt", amount=Decimal(100), currency="EUR", rate=Decimal("11.5215"))]
    >>> [leg] = at_home(lost, [Leg(account="Assets:Receivable:A", amount=Decimal(-100), currency="EUR",
    ...                            rate=Decimal("11.5215"))], "NOK")
    >>> leg.amount, leg.currency, leg.rate
    (Decimal('1152.15'), 'NOK', None)
    """
    legs = list(legs)
    if not company or all(leg.rate is None for leg in legs):
        return legs
    found = [replace(leg, amount=rounded(leg.weight, company), currency=company, rate=None) for leg in legs]
    left = sum((leg.weight for leg in (*found, *others)), ZERO)
    found[-1] = replace(found[-1], amount=found[-1].amount - rounded(left, company))
    return found
