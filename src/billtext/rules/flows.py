"""What moved on customers' accounts in a month: opening and closing balance, and what lies between them by kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from billtext.model import Item
from billtext.money import ZERO

# The columns of a month, and the kinds of movement that each adds up.
COLUMNS = {
    "invoiced": ("invoice",),
    "credited": ("credit-note",),
    "received": ("payment",),
    "written-off": ("write-off",),
    "other": ("refund", "fee", "deposit", "entry"),
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


Months = dict[str, dict[str, Flow]]


def by_month(items: Iterable[Item], before: Months | None = None) -> Months:
    """The flows of each month in which anything moved, by currency; months such as `2026-10`, earliest first.

    A month has each currency that moved in it or was owed in it. What opens a month closed the one before.

    :param items: from the first on
    :param before: the months before them, if they do not begin with the first
    """
    sums: dict[tuple[int, int], dict[tuple[str, str], Decimal]] = {}
    year = month = 0
    here: dict[tuple[str, str], Decimal] = {}
    for item in items:
        date = item.date
        if date.month != month or date.year != year:
            year, month = date.year, date.month
            here = sums.setdefault((year, month), {})
        key = (item.currency, item.kind)
        here[key] = here.get(key, ZERO) + item.amount
    found: Months = dict(before or {})
    last = found[max(found)] if found else {}
    owed = {currency: each.closing for currency, each in last.items()}
    for (year, month), moved in sorted(sums.items()):
        kinds: dict[str, dict[str, Decimal]] = {currency: {} for currency, amount in owed.items() if amount}
        for (currency, kind), amount in moved.items():
            kinds.setdefault(currency, {})[kind] = amount
        flows = {
            currency: Flow(opening=owed.get(currency, ZERO), sums=each) for currency, each in sorted(kinds.items())
        }
        owed.update((currency, each.closing) for currency, each in flows.items())
        found[f"{year:04}-{month:02}"] = flows
    return found
