"""What the register said of a customer, item or other record before each change, and what it says since. Pure.

    2024-01-15 custom "customer" "C00017"
      email: "faktura@nordlys.example"
    2025-06-01 custom "customer" "C00017"
      email: "regnskap@nordlys.example"

is two changes: `email` from nothing on 2024-01-15, and from the first to the second on 2025-06-01.
"""

from dataclasses import dataclass
from typing import Any

from billtext.model import Date, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A key that a directive names.

    :param old: what held before; None where nothing did
    """

    date: Date
    key: str
    old: Any
    new: Any


def entered(record: Record) -> tuple[Change, ...]:
    """What the register said of a record on its first day."""
    first = record.versions[0]
    return tuple(Change(date=first.date, key=key, old=None, new=new) for key, new in first.changed.items())


def changes(record: Record, as_of: Date) -> tuple[Change, ...]:
    """What changed afterwards, until a day: in the order of the days, and of the keys in each directive."""
    return tuple(
        Change(date=now.date, key=key, old=before.values.get(key), new=new)
        for before, now in zip(record.versions, record.versions[1:], strict=False)
        if now.date <= as_of
        for key, new in now.changed.items()
    )
