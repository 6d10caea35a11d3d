"""Fields of an e-invoice's tree: texts without harm, numbers, days and codes, or a refusal that says where."""

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, cast

from billtext import dates, ids
from billtext.errors import Unreadable, shown
from billtext.ledger import write
from billtext.model import Date
from billtext.money import ZERO
from billtext.rules.core_invoice import Account, Identifier

_DIGITS = 18  # before the point, and after it: nothing that is money or a quantity has more
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9 ]{10,}")


# Prefixes of names with their namespaces.
Spaces = tuple[tuple[str, str], ...]


@cache
def _steps(path: str, spaces: Spaces) -> tuple[str, ...]:
    """The names of a path such as `cac:Party/cbc:ID`, in full; `.` is the element itself."""
    known = dict(spaces)
    steps = (step.partition(":") for step in path.split("/") if step != ".")
    return tuple(f"{{{known[prefix]}}}{name}" for prefix, _, name in steps)


def _below(element: Any, steps: tuple[str, ...]) -> Iterator[Any]:
    """Elements of a path; a document's values all go this way, and lxml's own takes several times as long."""
    if len(steps) == 1:
        return cast(Iterator[Any], element.iterchildren(steps[0]))
    if not steps:
        return iter((element,))
    return (found for child in element.iterchildren(steps[0]) for found in _below(child, steps[1:]))


class Fields:
    """An element and what is below it.

    :param name: of the file
    :param seen: gets each element whose text is read, or None where nobody asks
    """

    one_unit = Decimal(1)

    def __init__(self, element: Any, spaces: Spaces, name: str, seen: set[Any] | None = None) -> None:
        """Look at an element; None is one without anything in it."""
        self._element, self._spaces, self._name, self._seen = element, spaces, name, seen

    def wrong(self, what: str) -> Unreadable:
        """Why the file cannot be read."""
        return Unreadable(f"{shown(self._name)}: {what}; ask its sender for a correct one")

    def all(self, path: str) -> "list[Fields]":
        """The elements of a path."""
        return [Fields(each, self._spaces, self._name, self._seen) for each in self._at(path)]

    def part(self, path: str) -> "Fields":
        """The first element of a path, or one that is empty."""
        return Fields(next(self._at(path), None), self._spaces, self._name, self._seen)

    def _at(self, path: str) -> Iterator[Any]:
        return iter(()) if self._element is None else _below(self._element, _steps(path, self._spaces))

    def one(self, path: str) -> "Fields":
        """The first element of a path.

        :raises Unreadable: there is none
        """
        found = self.all(path)
        if not found:
            raise self.wrong(f"it has no {path.rsplit(':', 1)[-1]}")
        return found[0]

    def texts(self, path: str) -> list[str]:
        """All texts of a path, with their lines."""
        return [text for each in self.all(path) if (text := each._text())]

    def _text(self) -> str:
        """The text of the element itself, without harm."""
        if self._element is None:
            return ""
        if self._seen is not None:
            self._seen.add(self._element)
        return write.clean(self._element.text or "")

    def text(self, path: str, *, lines: bool = False) -> str:
        """A text, on one line unless said otherwise; empty where there is none."""
        text = self.part(path)._text()
        return text if lines or "\n" not in text else " ".join(text.split())

    def needed(self, path: str) -> str:
        """A text.

        :raises Unreadable: there is none
        """
        found = self.text(path)
        if not found:
            raise self.wrong(f"it has no {path.rsplit(':', 1)[-1]}")
        return found

    def attribute(self, path: str, name: str) -> str:
        """An attribute of an element, or empty."""
        element = self.part(path)._element
        return "" if element is None else " ".join(write.clean(element.get(name) or "").split())

    def id(self, path: str) -> Identifier | None:
        """An identifier with its scheme."""
        text = self.text(path)
        return Identifier(id=text, scheme=self.attribute(path, "schemeID")) if text else None

    def number(self, path: str) -> Decimal | None:
        """A number, or None where there is none.

        :raises Unreadable: it is no number, or no sensible one
        """
        text = self.text(path)
        if not text:
            return None
        try:
            found = Decimal(text) if set(text) <= set("0123456789.-+") else Decimal("nan")
        except InvalidOperation:
            found = Decimal("nan")
        if not found.is_finite() or found.adjusted() >= _DIGITS or len(text) > 2 * _DIGITS:
            raise self.wrong(f"{path.rsplit(':', 1)[-1]} {shown(text[:40])!r} is not a number of money or things")
        return found

    def amount(self, path: str, default: int = 0) -> Decimal:
        """A number, or another where there is none."""
        found = self.number(path)
        return Decimal(default) + ZERO if found is None else found

    def rate(self, path: str, category: str) -> Decimal | None:
        """VAT in percent; None outside the scope of VAT."""
        return None if category == "O" else self.amount(path)

    def date(self, path: str) -> Date | None:
        """A day, as `2026-03-02` or `20260302`, or None.

        :raises Unreadable: it is no day
        """
        text = self.text(path)
        if not text:
            return None
        try:
            day = re.sub(r"(Z|[+-]\d\d:\d\d)$", "", text) if text[4:5] == "-" else text
            found = datetime.date.fromisoformat(day)
        except ValueError:
            raise self.wrong(f"{path.rsplit(':', 1)[-1]} {shown(text[:40])!r} is not a day") from None
        if found.year not in dates.YEARS:
            raise self.wrong(f"{path.rsplit(':', 1)[-1]} {found} is out of all time")
        return found

    def day(self, path: str) -> Date:
        """A day.

        :raises Unreadable: there is none
        """
        found = self.date(path)
        if found is None:
            raise self.wrong(f"it has no {path.split('/', maxsplit=1)[0].rsplit(':', 1)[-1]}")
        return found

    def currency(self, path: str) -> str:
        """A currency.

        :raises Unreadable: there is none, or it is not known
        """
        text = self.needed(path)
        if not ids.is_currency(text):
            raise self.wrong(f"the currency {shown(text[:20])!r} is not known")
        return text


def unread(root: Any, seen: set[Any], ours: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What an e-invoice says that was not read: place and text of each element.

    What the same place says elsewhere in the same words is not lost, and neither is a zero; attributes are passed over.

    :param seen: elements whose text was read
    :param ours: names, without namespace, of elements that are no loss, nor what is below them
    """

    def leaves(element: Any, place: str) -> Iterator[tuple[Any, str, str]]:
        children = False
        for child in element.iterchildren("*"):
            children = True
            name = child.tag.rpartition("}")[2]
            if name not in ours:
                yield from leaves(child, f"{place}/{name}" if place else name)
        text = (element.text or "").strip()
        if text and not children:
            yield element, place, text

    known = {(place, text) for element, place, text in leaves(root, "") if element in seen}
    for element, place, text in leaves(root, ""):
        if element not in seen and (place, text) not in known and text.strip("0.-"):
            yield place, text


def account(number: str, name: str, bic: str) -> Account | None:
    """An account to pay to: by IBAN if it looks like one, or has a BIC beside it."""
    if not number and not name and not bic:
        return None
    iban = bool(bic) or _IBAN.fullmatch(number) is not None
    return Account(iban=number if iban else "", number="" if iban else number, bic=bic, name=name)


def dates_of(start: Date | None, end: Date | None) -> tuple[Date | None, Date | None] | None:
    """A period, or None where it has neither end."""
    return (start, end) if start or end else None
