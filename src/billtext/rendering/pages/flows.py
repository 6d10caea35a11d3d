"""What moved on customers' accounts in a month: opening and closing balance, and what lies between them by kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from billtext.money import ZERO

# The columns of a month, and the kinds of movement that each adds up.
COLUMNS = {
    "invoiced": ("invoice",),
    "credited": ("credit-note",),
    "received": ("payment",),
    "other": ("refund", "write-off", "fee", "deposit", "entry"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The movements of a month in one currency.

    :param sums: amount by kind of movement
    """

    opening: Decimal
    sums: Mapping[str, Decimal]

    def column(self, name: str) -> Decimal:
        """Amount of one of the `COLUMNS`."""
        return sum((self.sums.get(kind, ZERO) for kind in COLUMNS[name]), ZERO)

    @property
    def closing(self) -> Decimal:
        """What is owed after the movements."""
        return self.opening + sum(self.sums.values(), ZERO)


def flow(opening: Decimal, moved: Iterable[tuple[str, Decimal]]) -> Flow:
    """Sum up movements.

    :param moved: kind and amount of each
    """
    sums: dict[str, Decimal] = {}
    for kind, amount in moved:
        sums[kind] = sums.get(kind, ZERO) + amount
    return Flow(opening=opening, sums=sums)
