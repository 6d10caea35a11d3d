"""The language of a reader: words from a catalogue, numbers and dates by Babel (Unicode CLDR).

A catalogue is a gettext file `catalogues/LANGUAGE.po`. The texts are English themselves: what a catalogue lacks
stays so.
"""

import datetime
import re
from decimal import Decimal
from functools import cache, lru_cache
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


@cache
def languages() -> tuple[str, ...]:
    """Languages that have a catalogue."""
    return tuple(sorted(path.stem for path in CATALOGUES.glob("*.po")))


_MOST = 10  # decimals of a quantity, rate or price
_PROBES = tuple(map(Decimal, ("-1234567.89", "1234.50", "0.05", "-12345678901234567890.10")))
_FIGURES = re.compile(r"[#,0]+")  # of a pattern of CLDR, beside its sign
_PARTS = re.compile(r"-1(?P<comma>\D+)234(?P=comma)567(?P<point>\D+)89")


@cache
def _signs(locale: str) -> dict[int, str] | None:
    """What stands in the numbers of a locale for the comma and the point of Python's.

    None where a number differs in more than that: Babel writes it, which takes ten times as long.
    """
    long, *others = (_by_babel(number, "#,##0.00", locale) for number in _PROBES)
    found = _PARTS.fullmatch(long)
    if found is None:
        return None
    signs = str.maketrans({",": found["comma"], ".": found["point"]})
    same = all(f"{n:,.2f}".translate(signs) == text for n, text in zip(_PROBES[1:], others, strict=True))
    return signs if same else None


def unbroken(text: str) -> str:
    """A text, such as a date, within which no line breaks."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _by_babel(number: Decimal, pattern: str, locale: str) -> str:
    """A number with the decimals that it has; where the pattern can be filled with `#`, with no more than it has."""
    return format_decimal(number, pattern, locale=locale, decimal_quantization="#" in pattern.partition(".")[2])


@lru_cache(maxsize=4096)
def _date(date: datetime.date, locale: str) -> str:
    return format_date(date, "medium", locale=locale)


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
        self._name = str(self._locale)
        self._signs = _signs(self._name)

    def __call__(self, text: str) -> str:
        """A text of ours in this language."""
        return self._catalogue.get(text, text)

    def amount(self, number: Decimal, currency: str) -> str:
        """An amount with the decimals of its currency, without its code."""
        places = max(decimals(currency), 0)
        return self._written(number, places, places)

    def number(self, number: Decimal) -> str:
        """A quantity, rate or price with the digits that it has."""
        return self._written(number, 0, _MOST)

    def _written(self, number: Decimal, least: int, most: int) -> str:
        """A number with at least some decimals; a negative zero is none."""
        number = number or abs(number)
        whole, _, part = f"{number:,f}".partition(".")
        part = part.rstrip("0").ljust(least, "0")
        if self._signs is None or len(part) > most:
            return _by_babel(number, f"#,##0.{'0' * least}{'#' * (most - least)}".rstrip("."), self._name)
        return f"{whole}.{part}".rstrip(".").translate(self._signs)

    def percent(self, number: Decimal) -> str:
        """A percentage with the digits that it has, and its sign where the language has it, such as `25 %` or `25%`."""
        return _FIGURES.sub(self.number(number), self._locale.percent_formats[None].pattern, count=1)

    def price(self, number: Decimal, currency: str) -> str:
        """A price: at least the decimals of its currency."""
        if number.same_quantum(quantum(currency)):
            return self.amount(number, currency)
        some = f"{number:f}".partition(".")[2].rstrip("0")  # a huge one cannot be quantized
        return self.number(number) if len(some) > max(decimals(currency), 0) else self.amount(number, currency)

    def date(self, date: datetime.date) -> str:
        """A date, short enough for a table."""
        return date.isoformat() if self.plain else _date(date, self._name)

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
