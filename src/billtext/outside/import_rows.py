"""The table of another system: CSV, plain or gzip; its numbers and dates."""

import csv
import datetime
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from billtext import dates
from billtext.errors import Unreadable
from billtext.outside.import_mapping import ImportMapping
from billtext.rendering import escape

_GZIP = b"\x1f\x8b"
# The columns before those of the source in a file of refused rows.
REFUSED = ("row", "reason")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")

# Digits before the point of a quantity or a price: more is a slip, and its product would not fit an amount of money.
LARGEST = 9


class Form(Protocol):
    """What a mapping says of the file: its encoding, and the character between two cells."""

    @property
    def path(self) -> Path:
        """The file of the mapping."""

    @property
    def encoding(self) -> str:
        """As Python calls it."""

    @property
    def delimiter(self) -> str:
        """One character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An open table.

    :param rows: the line on which each row begins, counted from 1 with the header, and its cells
    :param size: bytes of the file, `position` how many of them have been read
    """

    header: list[str]
    rows: Iterator[tuple[int, list[str]]]
    size: int
    position: Callable[[], int]


@contextmanager
def opened(path: Path, mapping: Form) -> Iterator[Table]:
    """Open a table; lines without a cell are passed over.

    Of a file of refused rows come the columns and cells of the source, without the guard against formulas.

    :raises Unreadable: it cannot be read, or is not the table that the mapping says
    """
    try:
        with path.open("rb") as raw:
            head = raw.read(2)
            raw.seek(0)
            data = gzip.GzipFile(fileobj=raw) if head == _GZIP else raw
            encoding = "utf-8-sig" if mapping.encoding.lower() in {"utf-8", "utf8"} else mapping.encoding
            text = io.TextIOWrapper(data, encoding, newline="")
            rows = _rows(path, text, mapping)
            header = [name.strip() for name in next(rows, (0, []))[1]]
            if tuple(header[: len(REFUSED)]) == REFUSED:
                header, rows = _source(header), ((line, _source(cells)) for line, cells in rows)
            _check(path, header)
            yield Table(header=header, rows=rows, size=path.stat().st_size, position=raw.tell)
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read ({error.strerror or error})") from None


def _source(cells: list[str]) -> list[str]:
    """What the source had of a row of refused rows."""
    return [escape.unguarded(cell) for cell in cells[len(REFUSED) :]]


def _check(path: Path, header: list[str]) -> None:
    if not header:
        raise Unreadable(f"{path}: empty; a table begins with a line of column names")
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        raise Unreadable(f"{path}: the column {min(twice)!r} is there twice; give each column its own name")


def _rows(path: Path, text: io.TextIOWrapper, mapping: Form) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text, delimiter=mapping.delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"{path}: after line {line} is something that is not {mapping.encoding} ({error.reason}); "
            f'name the right one in {mapping.path}, such as encoding = "cp1252" under [file]'
        ) from None
    except csv.Error as error:
        raise Unreadable(f"{path}:{line}: not CSV ({error}); correct the quotes of that line") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(f"{path}: damaged gzip after line {line} ({error}); fetch the file again") from None


class Numbers(dict[str, Decimal | None]):
    """Numbers by their text; None where a text is no number. Filled as it is asked, since most of them come again."""

    def __init__(self, mapping: ImportMapping) -> None:
        """Read numbers as the mapping's `decimal` and `thousands` say."""
        super().__init__()
        self._decimal, self._thousands = mapping.decimal, mapping.thousands

    def __missing__(self, text: str) -> Decimal | None:
        """Read a number that was not met before."""
        plain = text.replace(self._thousands, "") if self._thousands else text
        if self._decimal != ".":
            plain = plain.replace(".", "?").replace(self._decimal, ".")
        number = Decimal(plain) if _NUMBER.fullmatch(plain) else None
        if number is not None and number and not -LARGEST <= number.adjusted() < LARGEST:
            number = None
        self[text] = number
        return number


class Days(dict[str, datetime.date | None]):
    """Dates by their text, read by a format of `strptime` or as 2026-10-31; None where a text is no such date."""

    def __init__(self, form: str) -> None:
        """Read dates of a format."""
        super().__init__()
        self.form = form

    def __missing__(self, text: str) -> datetime.date | None:
        """Read a date that was not met before; a time of day is left out."""
        day = self._read(text)
        found = self[text] = day if day is not None and day.year in dates.YEARS else None
        return found

    def _read(self, text: str) -> datetime.date | None:
        try:
            return datetime.datetime.strptime(text, self.form).date()
        except ValueError:
            return _iso(text)

    def fault(self, text: str) -> str:
        """Why a text is no date."""
        day = self._read(text)
        if day is None:
            return f"{text!r} does not read as {self.form}"
        return f"{text!r} is not of the years {dates.YEARS[0]} to {dates.YEARS[-1]}"


def wrong_format(form: str) -> str:
    """What is wrong with a format of `strptime`: it must read back the day that it writes. Empty if nothing is.

    >>> wrong_format("%d.%m.%Y %H:%M"), wrong_format("%Y-%m"), wrong_format("%Q")
    ('', 'has no year, month or day', "'Q' is a bad directive in format '%Q'")
    """
    day = datetime.datetime(2024, 1, 31, 13, 45, 59, tzinfo=datetime.UTC)
    try:
        read = datetime.datetime.strptime(day.strftime(form), form)
    except (ValueError, re.error) as error:
        return str(error)
    return "" if read.date() == day.date() else "has no year, month or day"


def _iso(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
