"""What the parts of an import have in common: what is asked for, and what comes of it besides the document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from billtext.errors import Refused
from billtext.ledger import write
from billtext.ledger.schema import MOST
from billtext.model import Date
from billtext.rules.book import Book

NOT_A_NUMBER = re.compile(r"[^A-Za-z0-9_-]+")  # what a number of ours, or a file's name, does not hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a bookkeeper says besides the file: the customer, accounts, and a rate to the company's currency."""

    customer: str | None = None
    income: str | None = None
    prepaid: str | None = None
    rate: Decimal | None = None
    kind: str = "company"


@dataclass(slots=True)
class Work:
    """An import under way.

    :param opened: accounts that the ledger opens, with their days
    :param register_text: directives that the register needs besides
    :param new_opens: `open` directives by account
    :param told: what a bookkeeper should know
    """

    book: Book
    opened: Mapping[str, Date]
    date: Date
    register_text: list[str] = field(default_factory=list)
    new_opens: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    counts: dict[tuple[str, str], int] | None = None

    def usual(self, code: str) -> str | None:
        """The income account that most lines of a VAT code have, else most lines at all."""
        if self.counts is None:
            self.counts = {}
            for document in self.book.documents:
                for line in self.book.lines(document)[0]:
                    if line.account.startswith("Income:"):
                        for key in ((line.vat or "", line.account), ("", line.account)):
                            self.counts[key] = self.counts.get(key, 0) + 1
        for wanted in (code, ""):
            found = {name: count for (of, name), count in self.counts.items() if of == wanted}
            if found:
                return max(sorted(found), key=lambda name: found[name])
        return None

    def account(self, name: str) -> str:
        """An account that is used; opened where it is not yet."""
        if name not in self.opened:
            self.new_opens.setdefault(name, write.opening(self.date, name))
        return name


def nth(key: str, n: int) -> str:
    """The name of a key that is given for the nth time."""
    return key if n == 1 else f"{key}-{n}"


def few(values: tuple[Any, ...], what: str) -> tuple[Any, ...]:
    """The values, if the ledger language has keys for so many.

    :raises Refused: it has not
    """
    if len(values) > MOST:
        raise Refused(f"it has {len(values)} {what}, and a document of the ledger may have {MOST}; book it by hand")
    return values


def one_line(text: str) -> str:
    """A text with single spaces for all white space."""
    return " ".join(text.split())
