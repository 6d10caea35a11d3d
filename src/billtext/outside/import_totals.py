"""Control totals of an import: what was read is what was booked, what was there already, and what was refused."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from billtext.errors import Refused
from billtext.money import ZERO, exact

READ, ALREADY, REFUSED = "read", "already in the ledger", "refused: "
KNOWN, WALK_IN = "  of them for known customers", "  of them for walk-in customers"
BOOKED = {"invoice": "booked: invoices", "credit-note": "booked: credit notes"}


@dataclass(slots=True, kw_only=True)
class Count:
    """Rows, their documents and the sum of their amounts.

    :param amount: sum of each row's amount, rounded to the currency's smallest unit, without VAT
    """

    rows: int = 0
    amount: Decimal = ZERO
    documents: set[str] = field(default_factory=set)

    def add(self, number: str, amount: Decimal, rows: int = 1) -> None:
        """Count rows of a document."""
        self.rows += rows
        self.amount += amount
        self.documents.add(number)


class Tally:
    """Counts by what became of the rows, and by currency."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.counts: dict[tuple[str, str], Count] = {}

    def count(self, category: str, currency: str) -> Count:
        """The count of a category in a currency."""
        found = self.counts.get((category, currency))
        if found is None:
            found = self.counts[category, currency] = Count()
        return found

    def prove(self) -> None:
        """Prove that read = booked + already there + refused, in rows and in amounts of each currency.

        :raises Refused: they do not agree, which is a fault of this program
        """
        for (category, currency), read in self.counts.items():
            if category != READ:
                continue
            others = [c for (name, of), c in self.counts.items() if of == currency and _divides(name)]
            rows, amount = sum(c.rows for c in others), sum((c.amount for c in others), ZERO)
            if (rows, amount) != (read.rows, read.amount):
                raise Refused(
                    f"the control totals do not agree: {read.rows} rows, {read.amount} {currency} read, "
                    f"but {rows} rows, {amount} {currency} accounted for; nothing was written, please report it"
                )

    def lines(self) -> Iterator[tuple[str, int, int, str, str]]:
        """Yield category, rows, documents, amount and currency, in the order of a control sheet."""
        for (category, currency), found in sorted(self.counts.items(), key=lambda item: (_rank(item[0][0]), item[0])):
            yield category, found.rows, len(found.documents), exact(found.amount, currency), currency

    def data(self) -> list[dict[str, Any]]:
        """The counts for JSON; amounts are strings."""
        keys = ("category", "rows", "documents", "amount", "currency")
        return [dict(zip(keys, line, strict=True)) for line in self.lines()]

    def table(self) -> str:
        """The counts as a table, with the equation that they prove."""
        lines = [("", "rows", "documents", "amount", "")]
        lines += [(name, f"{rows:,}", f"{documents:,}", f"{Decimal(amount):,}", currency)
                  for name, rows, documents, amount, currency in self.lines()]  # fmt: skip
        left, *right = (max(len(line[n]) for line in lines) for n in range(4))
        text = ""
        for name, *figures, currency in lines:
            cells = "  ".join(f"{figure:>{width}}" for figure, width in zip(figures, right, strict=True))
            text += f"{name:<{left}}  {cells} {currency}".rstrip() + "\n"
        return text + "read = booked + already in the ledger + refused, in rows and amounts\n"


def _divides(category: str) -> bool:
    return category in BOOKED.values() or category == ALREADY or category.startswith(REFUSED)


def _rank(category: str) -> int:
    order = (READ, *BOOKED.values())
    if category in order:
        return order.index(category)
    return 3 if category.startswith("  ") else 4 if category == ALREADY else 5
