"""Vouchers and gift cards: a liability by code, from the postings to the vouchers account that name one in `voucher:`.

2026-11-25 * "G00001" "Gift card GC2026-0001"
  voucher: "GC2026-0001"
  method: "card"
  Assets:Card:Clearing       500.00 NOK
  Liabilities:GiftCards     -500.00 NOK
    voucher: "GC2026-0001"
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core.data import Transaction

from billtext.errors import Refused
from billtext.model import Date, postings
from billtext.money import ZERO
from billtext.rules.claims import told


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A voucher.

    :param date: the day on which it was sold
    :param customer: who bought it, as the ledger names him
    :param moves: date and amount of each use (below zero), after the sale
    """

    code: str
    date: Date
    customer: str
    currency: str
    amount: Decimal
    moves: tuple[tuple[Date, Decimal], ...]

    def left(self, as_of: Date) -> Decimal:
        """What is left of it on a day; nothing before it was sold."""
        if self.date > as_of:
            return ZERO
        return self.amount + sum((amount for date, amount in self.moves if date <= as_of), ZERO)

    def usable(self, date: Date) -> Decimal:
        """What may be used on a day, so that no later use lacks it."""
        later = [day for day, _ in self.moves if day > date]
        return min(self.left(day) for day in (date, *later))


def read(entries: Iterable[Any], account: str) -> dict[str, Voucher]:
    """The vouchers of a ledger by code, in the order in which they were sold.

    :param entries: in order
    :param account: of the liability
    """
    found: dict[str, Voucher] = {}
    for entry in entries:
        if not isinstance(entry, Transaction):
            continue
        for posting in postings(entry):
            code = (posting.meta or {}).get("voucher")
            if posting.account != account or not isinstance(code, str):
                continue
            amount, known = -posting.units.number, found.get(code)
            found[code] = Voucher(
                code=code, date=entry.date if known is None else known.date,
                customer=str(entry.meta.get("customer") or entry.payee or "") if known is None else known.customer,
                currency=posting.units.currency if known is None else known.currency,
                amount=amount if known is None else known.amount,
                moves=() if known is None else (*known.moves, (entry.date, amount)),
            )  # fmt: skip
    return found


def redeem(known: dict[str, Voucher], code: str, amount: Decimal, currency: str, date: Date) -> None:
    """Check that a voucher may be used.

    :raises Refused: there is no such voucher on the day, or less is left of it
    """
    voucher = known.get(code)
    if voucher is None:
        raise Refused(f"there is no voucher {code}; `billtext voucher list` shows them")
    if voucher.date > date:
        raise Refused(f"the voucher {code} is sold on {voucher.date}, after {date}; correct the date")
    if voucher.currency != currency:
        raise Refused(f"the voucher {code} is in {voucher.currency}, not in {currency}; pay in {voucher.currency}")
    usable = voucher.usable(date)
    if amount > usable:
        raise Refused(
            f"{told(usable, currency)} is left of the voucher {code}, and {told(amount, currency)} is asked for"
        )
