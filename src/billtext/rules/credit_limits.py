"""Credit limits: the customers who owe more than the register lets them.

2026-01-01 custom "customer" "C00017"
  credit-limit: 50000.00 NOK
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from beancount.core.amount import Amount

from billtext.model import Date, Register
from billtext.rules.ageing import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A customer who owes more than the limit."""

    customer: str
    currency: str
    limit: Decimal
    owed: Decimal

    @property
    def beyond(self) -> Decimal:
        """What is owed beyond the limit."""
        return self.owed - self.limit


def passed(register: Register, rows: Iterable[Row], as_of: Date) -> tuple[Passed, ...]:
    """The limits that are passed on a day, in the order of the rows.

    What is owed in the limit's own currency counts, less money that is not applied yet; other currencies do not.

    :param rows: of the ageing report of the day
    """
    found = []
    for row in rows:
        limit = register.values("customer", row.customer, as_of).get("credit-limit")
        if not isinstance(limit, Amount) or limit.number is None or limit.currency != row.currency:
            continue
        if row.total > limit.number:
            found.append(Passed(customer=row.customer, currency=row.currency, limit=limit.number, owed=row.total))
    return tuple(found)
