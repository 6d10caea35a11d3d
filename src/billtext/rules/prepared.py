"""What a draft has become: its lines and VAT, what is due and when. It lacks only its number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from billtext.model import Date, Draft
from billtext.money import ZERO

# The rate from a currency to another on a day, or None where the ledger knows none.
Rates = Callable[[str, str, Date], Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as it will be written.

    :param net: positive where it adds to the document, an invoice or a credit note
    :param price: without VAT; None where only the amount is known
    :param keys: what else its posting says, in order
    :param given: the line as its draft has it, where that has VAT in its price or amount
    """

    account: str
    net: Decimal
    vat: str | None
    quantity: Decimal | None
    price: Decimal | None
    keys: Mapping[str, Any]
    given: "Line | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A document that lacks nothing but its number and what follows from it.

    :param rate: from its currency to the company's; None where they are the same
    :param rounding: what VAT in prices leaves, and what the draft itself rounds
    :param rounded: what the draft itself rounds
    :param instalments: due date and amount of each, positive
    :param vats: code, account and amount, positive, of the codes that have VAT
    :param keys: what the transaction says besides number, due date and reference, in order
    :param tax_point: the day whose VAT rates apply to it, see `ledger/tax_point.py`
    """

    draft: Draft
    date: Date
    customer: str
    payee: str
    currency: str
    rate: Decimal | None
    lines: tuple[Line, ...]
    vats: tuple[tuple[str, str, Decimal], ...]
    rounding: Decimal
    rounded: Decimal
    instalments: tuple[tuple[Date, Decimal], ...]
    keys: Mapping[str, Any]
    tax_point: Date

    @property
    def net(self) -> Decimal:
        """Sum of the lines."""
        return sum((line.net for line in self.lines), ZERO)

    @property
    def vat(self) -> Decimal:
        """Sum of the VAT."""
        return sum((amount for _, _, amount in self.vats), ZERO)

    @property
    def gross(self) -> Decimal:
        """What the customer will owe, or be owed."""
        return self.net + self.vat + self.rounding
