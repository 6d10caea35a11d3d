"""Numbers of one language as they stand on pages, remembered for a site of half a million lines."""

import re
from decimal import Decimal

from markupsafe import Markup

from billtext.model import Date
from billtext.rendering.language import Language

_RAW = re.compile(r'data-sort-value="(-?\d+(?:\.\d+)?)"')
MOST = 50_000  # amounts to remember: most stand on a page more than once


class Figures(Language):
    """A language whose amounts and numbers are marked as safe: digits and signs, whose hard spaces are to stay."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self._amounts: dict[tuple[Decimal, str], Markup] = {}
        self._months: dict[tuple[int, int], str] = {}

    def amount(self, number: Decimal, currency: str) -> Markup:
        """An amount with the decimals of its currency, without its code."""
        found = self._amounts.get((number, currency))
        if found is None:
            if len(self._amounts) > MOST:
                self._amounts.clear()
            found = self._amounts[number, currency] = Markup.escape(super().amount(number, currency))
        return found

    def number(self, number: Decimal) -> Markup:
        """A quantity, rate or price with the digits that it has."""
        return Markup.escape(super().number(number))

    def price(self, number: Decimal, currency: str) -> Markup:
        """A price: at least the decimals of its currency."""
        return Markup.escape(super().price(number, currency))

    def month(self, date: Date) -> str:
        """The month of a date as a heading, such as `Oktober 2026`."""
        key = (date.year, date.month)
        if key not in self._months:
            text = super().month(date)
            self._months[key] = text[:1].upper() + text[1:]
        return self._months[key]


class Hidden(Figures):
    """Figures whose digits are not shown, as Fava hides them when it is started with `--incognito`."""

    def amount(self, number: Decimal, currency: str) -> Markup:
        """An amount without its digits."""
        return _hidden(super().amount(number, currency))

    def number(self, number: Decimal) -> Markup:
        """A quantity, rate or price without its digits."""
        return _hidden(super().number(number))


def _hidden(text: Markup) -> Markup:
    return Markup(re.sub(r"\d", "X", text))  # noqa: S704 - it was safe before


def ranked(page: str) -> str:
    """A page by whose tables one can sort still, but read no figure: the places of the numbers among each other.

    >>> ranked('<td data-sort-value="-7.50">X</td><td data-sort-value="1200">X</td><td data-sort-value="2026-10-31">')
    '<td data-sort-value="0">X</td><td data-sort-value="1">X</td><td data-sort-value="2026-10-31">'
    """
    places = {number: n for n, number in enumerate(sorted({Decimal(found) for found in _RAW.findall(page)}))}
    return _RAW.sub(lambda found: f'data-sort-value="{places[Decimal(found[1])]}"', page)
