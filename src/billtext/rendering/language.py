"""The language of a reader: words from a catalogue, numbers and dates by Babel (Unicode CLDR).

A catalogue is a gettext file `catalogues/LANGUAGE.po`. The texts are English themselves: what a catalogue lacks
stays so.
"""

import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from billtext.money import decimals, quantum

CATALOGUES = Path(__file__).parent.parent / "catalogues"


@cache
def _words(language: str) -> dict[str, str]:
    path = CATALOGUES / f"{language}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=None)
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}


def languages() -> tuple[str, ...]:
    """Languages that have a catalogue."""
    return tuple(sorted(path.stem for path in CATALOGUES.glob("*.po")))


class Language:
    """Words, numbers and dates for one reader.

    :param code: a language or locale, such as `nb`, `en` or `en_US`; empty for English with ISO dates
    """

    def __init__(self, code: str = "") -> None:
        code = code.replace("-", "_")
        self.plain = not code
        if code in {"no", "no_NO"}:
            code = "nb"
        try:
            # Plain English is written for Europe: 16 Mar 2026, not Mar 16.
            self._locale = Locale.parse("en_150" if code in {"", "en"} else code)
        except (UnknownLocaleError, ValueError):
            self._locale = Locale.parse("en_150")
        self.code = self._locale.language
        self._catalogue = _words(self.code)

    def __call__(self, text: str) -> str:
        """A text of ours in this language."""
        return self._catalogue.get(text, text)

    def amount(self, number: Decimal, currency: str) -> str:
        """An amount with the decimals of its currency, without its code."""
        return self._digits(number, max(decimals(currency), 0))

    @staticmethod
    def _pattern(places: int) -> str:
        return "#,##0" + ("." + "0" * places if places else "")

    def _digits(self, number: Decimal, places: int) -> str:
        if not number:
            number = abs(number)
        return format_decimal(number, self._pattern(places), locale=self._locale, decimal_quantization=False)

    def number(self, number: Decimal) -> str:
        """A quantity, rate or price with the digits that it has."""
        return format_decimal(number or abs(number), "#,##0.##########", locale=self._locale)

    def price(self, number: Decimal, currency: str) -> str:
        """A price: at least the decimals of its currency."""
        if number == number.quantize(quantum(currency)):
            return self.amount(number, currency)
        return self.number(number)

    def date(self, date: datetime.date) -> str:
        """A date, short enough for a table."""
        return date.isoformat() if self.plain else format_date(date, "medium", locale=self._locale)

    def country(self, code: str) -> str:
        """Name of a country by its ISO 3166 code."""
        return str(self._locale.territories.get(code, code))

    def language(self, code: str) -> str:
        """Name of a language by its code, such as `Norwegian Bokmål` for `nb`."""
        try:
            found = Locale.parse(code.replace("-", "_")).get_display_name(self._locale)
        except (UnknownLocaleError, ValueError):
            found = None
        return found or code

    def month(self, date: datetime.date) -> str:
        """The month of a date, such as `October 2026`."""
        return format_date(date, "LLLL y", locale=self._locale)

    def short_month(self, date: datetime.date) -> str:
        """The month of a date in a few letters, such as `Oct`."""
        return format_date(date, "LLL", locale=self._locale).rstrip(".")
