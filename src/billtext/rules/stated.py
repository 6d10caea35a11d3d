"""What metadata and cards of the register state under a key, by the type that is meant; another type is nothing."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.ledger.schema import numbers
from billtext.model import Date, Meta

# What the names of keys end in that may be given several times: nothing, `-2`, `-3` …
ENDS = tuple(key.removeprefix("note") for key in numbers("note"))


def numbered(values: Mapping[str, Any], key: str) -> list[tuple[str, str]]:
    """Texts of a key that may be given several times, each with the end of its name: empty, `-2`, `-3` …"""
    if not any(name.startswith(key) for name in values):  # as nearly always
        return []
    return [(end, found) for end in ENDS if (found := text(values, key + end))]


def text(values: Mapping[str, Any], key: str) -> str:
    """The text of a key; empty where there is none."""
    found = values.get(key)
    return found if isinstance(found, str) else ""


def date(meta: Meta, key: str) -> Date | None:
    """The date of a key, or None."""
    found = meta.get(key)
    return found if isinstance(found, Date) else None


def amount(meta: Meta, key: str) -> Decimal | None:
    """The number of the amount of a key, or None."""
    found = meta.get(key)
    return found.number if isinstance(found, Amount) and isinstance(found.number, Decimal) else None


def number(meta: Meta, key: str) -> Decimal | None:
    """The number of a key, or None."""
    found = meta.get(key)
    return found if isinstance(found, Decimal) else None
