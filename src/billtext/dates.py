"""Dates of a billing office: months, and due dates by terms. No clock: a date is always given."""

import calendar
import datetime
import re

Date = datetime.date

# Years of a billing office: what lies outside is a slip, or the word for "never" of another system.
YEARS = range(1900, 2200)

_MONTH = re.compile(r"(\d{4})-(\d{2})")


def typed(text: str) -> Date:
    """A date that somebody typed, such as 2026-10-31.

    :raises ValueError: it is none of a billing office; the sentence says why

    >>> typed("0206-10-31")
    Traceback (most recent call last):
    ValueError: '0206-10-31' is not of the years 1900 to 2199
    """
    try:
        found = Date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date; write it as 2026-10-31") from None
    if found.year not in YEARS:
        raise ValueError(f"{text!r} is not of the years {YEARS[0]} to {YEARS[-1]}")
    return found


def month_end(date: Date) -> Date:
    """Last day of the month of a date."""
    return date.replace(day=calendar.monthrange(date.year, date.month)[1])


def month(text: str) -> tuple[Date, Date]:
    """First and last day of a month written `2026-10`.

    :raises ValueError: not such a month
    """
    match = _MONTH.fullmatch(text)
    if match is None:
        raise ValueError(text)
    first = Date(int(match[1]), int(match[2]), 1)
    return first, month_end(first)


def months(first: Date, last: Date) -> list[str]:
    """Names of the months from that of one date to that of another, in order."""
    start, stop = first.year * 12 + first.month - 1, last.year * 12 + last.month
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(start, stop)]


def after(date: Date, days: int, *, end_of_month: bool = False) -> Date:
    """The day a number of days after a date, or after the end of its month; the last day there is, if none is.

    >>> after(Date(2019, 1, 15), 45, end_of_month=True)
    datetime.date(2019, 3, 17)
    """
    start = month_end(date) if end_of_month else date
    try:
        return start + datetime.timedelta(days=days)
    except OverflowError:
        return Date.max


def before(date: Date, days: int) -> Date:
    """The day a number of days before a date; the first day there is, if none is."""
    try:
        return date - datetime.timedelta(days=days)
    except OverflowError:
        return Date.min


def next_day(date: Date) -> Date:
    """The day after a day; the last day there is, if none is."""
    return date if date == Date.max else date + datetime.timedelta(days=1)


def days_overdue(due: Date, as_of: Date) -> int:
    """Days past the due date; 0 on the due date and before."""
    return max(0, (as_of - due).days)
