"""Read `delivery` directives: what was sent, by which channel, when, and what became of it."""

import re
from collections.abc import Iterable
from typing import Any

from beancount.core.data import Custom

from billtext.errors import (
    DeliveryOutcomeError,
    DeliveryPersonError,
    KeyMissingError,
    KeyUnknownError,
    LedgerError,
    Words,
)
from billtext.ledger.register import values_of
from billtext.ledger.schema import DELIVERY, faults, written
from billtext.model import OUTCOMES, Delivery

_ADDRESS = re.compile(r"[^\s@]@[^\s@]")


def read(customs: Iterable[Custom]) -> tuple[list[Delivery], list[LedgerError]]:
    """Read the deliveries of a ledger from its well-formed directives in order; a wrong one is told and still read."""
    found: list[Delivery] = []
    errors: list[LedgerError] = []
    for entry in customs:
        if entry.type == "delivery":
            found += _deliveries(entry, errors)
    return found, errors


def _deliveries(entry: Custom, errors: list[LedgerError]) -> Iterable[Delivery]:
    numbers, meta = [str(value.value) for value in entry.values], entry.meta
    number = numbers[0]
    values = values_of(meta)
    wrong = faults(values, DELIVERY, meta, entry)
    errors += wrong.values()
    for key, meant in DELIVERY.shapes[tuple(values)].odd:
        if meant is not None:
            errors.append(KeyUnknownError.at(meta, entry, key=key, meant=meant))
    if not values.get("channel") and not DELIVERY.shapes[tuple(values)].means("channel"):
        errors.append(
            KeyMissingError.at(
                meta, entry, directive="delivery", id=number, key="channel", example='channel: "email"'
            )
        )  # fmt: skip
    outcome = values.get("outcome", "sent")
    if isinstance(outcome, str) and outcome not in OUTCOMES:
        errors.append(
            DeliveryOutcomeError.at(
                meta, entry, key="outcome", value=written(outcome), number=number, outcomes=Words(", ".join(OUTCOMES))
            )
        )  # fmt: skip
    for key, value in values.items():
        if isinstance(value, str) and _ADDRESS.search(value):
            errors.append(DeliveryPersonError.at(meta, entry, key=key, number=number))
    if "statement" in wrong:
        return ()  # of a month that is none, and of no document
    texts: dict[str, Any] = {
        key: value for key, value in values.items() if key in DELIVERY and isinstance(value, str) and key != "outcome"
    }
    # What nobody can read was an attempt all the same: better looked at by a person than sent twice.
    known = outcome if isinstance(outcome, str) and outcome in OUTCOMES else "doubtful"
    return (Delivery(date=entry.date, number=each, outcome=known, meta=meta, **texts) for each in numbers)
