"""VAT relief on bad debts: the grounds of merverdiavgiftsloven § 4-7, and the evidence for each.

The loss must come from the debtor's inability to pay: a failed collection, an insolvency, or a claim that is six months
past due and was reminded of at least three times.
"""

import calendar
from collections.abc import Iterable, Sequence
from typing import Any

from beancount.core.data import Custom

from billtext.errors import Refused
from billtext.model import Date, Document

GROUNDS = ("failed-collection", "overdue", "insolvency")
MONTHS = 6
REMINDERS = 3


def reminders(entries: Iterable[Any], number: str, until: Date) -> list[Date]:
    """The days until a day on which a document was reminded of, by `custom "reminder" NUMBER` directives."""
    return sorted(
        entry.date
        for entry in entries
        if isinstance(entry, Custom)
        and entry.type == "reminder"
        and entry.date <= until
        and any(isinstance(value.value, str) and value.value == number for value in entry.values)
    )


def months_after(date: Date, months: int) -> Date:
    """The same day a number of months later, or the last of that month.

    >>> months_after(Date(2025, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return Date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def evidence(document: Document, ground: str, date: Date, named: str | None, reminded: Sequence[Date]) -> str:
    """What proves the ground, as it is written beside the loss.

    :param named: what the user names, such as a letter of the collection agency
    :param reminded: days of the reminders
    :raises Refused: the ground does not hold, or nothing proves it
    """
    if ground != "overdue":
        if not (named or "").strip():
            raise Refused(f"VAT relief for {ground} needs its proof; name it with --evidence")
        return str(named).strip()
    begins = months_after(document.due, MONTHS)
    if date < begins:
        raise Refused(
            f"{document.number} was due on {document.due}, and VAT relief needs six months past due; "
            f"wait until {begins}"
        )
    if len(reminded) < REMINDERS:
        raise Refused(
            f"{document.number} was reminded of {len(reminded)} times until {date}, and VAT relief needs {REMINDERS}; "
            'write them as `custom "reminder"`, or give another ground'
        )
    days = ", ".join(str(day) for day in reminded)
    return f"due {document.due}, reminded {days}" + (f"; {named.strip()}" if named else "")
