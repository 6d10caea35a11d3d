"""Numbers of payments, refunds and write-offs: the next one after those that the ledger has."""

import re
from collections.abc import Iterable

from billtext.errors import Refused
from billtext.ids import is_number
from billtext.model import Date
from billtext.rules.book import Book

LETTERS = {"payment": "B", "refund": "R", "write-off": "W", "voucher": "GC"}
_LAST_DIGITS = re.compile(r"\d+(?=\D*$)")


def taken(book: Book) -> set[str]:
    """All numbers that a ledger has, of documents and of money."""
    return {
        *(item.number for item in book.items), *(item.name for item in book.items), *book.ledger.documents,
        *(void.number for void in book.ledger.voids),
    }  # fmt: skip


def following(book: Book, kind: str, date: Date, given: str | None = None) -> str:
    """The number of a new payment, refund or write-off.

    It is written as the ledger's own are: `B2026-0042` or, where all of them are otherwise, as the last of them.

    :param kind: `payment`, `refund` or `write-off`
    :param given: the number that the user wants
    :raises Refused: that is taken, or no number
    """
    known = taken(book)
    if given is not None:
        if not is_number(given):
            raise Refused(f"{given!r} is no number; write letters, digits, - _ . and /, such as B2026-0042")
        if given in known:
            raise Refused(f"the ledger has {given} already; choose another number, or leave --id out")
        return given
    mine = [item.number for item in book.items if item.kind == kind and item.number]
    return after(mine, known, LETTERS[kind], date)


def after(mine: Iterable[str], known: Iterable[str], letters: str, date: Date) -> str:
    """The number after those of a kind, in the order of their dates; none that is known.

    >>> after(["B2025-0007"], ["B2025-0007"], "B", Date(2025, 3, 1))
    'B2025-0008'
    >>> after(["B2025-0007"], [], "B", Date(2026, 1, 2))
    'B2026-0001'
    >>> after(["778", "779"], [], "B", Date(2026, 1, 2))
    '780'
    """
    numbers, taken = list(mine), {*known}
    house = re.compile(rf"{letters}\d{{4}}-(\d{{4,}})")
    if not numbers or any(house.fullmatch(number) for number in numbers):
        before, width, end = f"{letters}{date.year:04}-", 4, ""
    else:
        before, width, end = _like(numbers[-1], letters, date)
    form = re.compile(rf"{re.escape(before)}(\d+){re.escape(end)}")
    last = max((int(match[1]) for number in numbers if (match := form.fullmatch(number))), default=0)
    while True:
        last += 1
        number = f"{before}{last:0{width}}{end}"
        if number not in taken:
            return number


def _like(number: str, letters: str, date: Date) -> tuple[str, int, str]:
    """What stands before the count of a number, how wide the count is, and what stands after it."""
    match = _LAST_DIGITS.search(number)
    if match is None:
        return f"{letters}{date.year:04}-", 4, ""
    before = re.sub(r"(?<!\d)(19|20)\d\d(?!\d)", f"{date.year:04}", number[: match.start()], count=1)
    return before, len(match[0]), number[match.end() :]
