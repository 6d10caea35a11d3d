"""Where documents stand on their way, as a sheet and as JSON."""

import contextlib
import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from billtext.model import Date
from billtext.rendering.sheets import Cell, Sheet, Word, column
from billtext.rules import ageing
from billtext.rules.book import Book
from billtext.rules.deliveries import State


def sheet(book: Book, states: Sequence[State], as_of: Date) -> Sheet:
    """A row for each document; times are in one zone, that of the latest, and say which."""
    rows: list[list[Cell]] = []
    moments = [_moment(found) for found in states]
    latest = max(filter(None, moments), default=None)
    for found, moment in zip(states, moments, strict=True):
        parcel, last = found.parcel, found.last
        when, time = (last.date, last.time[11:16]) if last else (None, None)
        if moment is not None and latest is not None:
            with contextlib.suppress(OverflowError):  # on the first or the last of all days
                moment = moment.astimezone(latest.tzinfo)
            clock = moment.isoformat(timespec="minutes")[11:]
            when, time = moment.date(), f"{clock[:5]} {clock[5:]}"
        rows.append([
            parcel.title, parcel.date, parcel.customer, ageing.name_of(book, parcel.customer, as_of), found.channel,
            Word(found.state), when, time,
            found.attempts or None, found.reason,
        ])  # fmt: skip
    columns = (
        column("number", "Document"), column("date"), column("customer"), column("name"), column("channel"),
        column("state"), column("when"), column("time"), column("attempts", right=True), column("reason"),
    )  # fmt: skip
    return Sheet(title="", columns=columns, rows=rows)


def _moment(found: State) -> datetime.datetime | None:
    """When a document came to stand as it does, where that has a time with its zone."""
    try:
        moment = datetime.datetime.fromisoformat(found.last.time) if found.last else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo else None


def shapes(states: Iterable[State]) -> list[dict[str, Any]]:
    """The same as JSON."""
    return [
        {
            "number": found.parcel.number, "statement": found.parcel.statement or None,
            "customer": found.parcel.customer, "date": found.parcel.date.isoformat(), "channel": found.channel,
            "state": found.state, "when": found.last.date.isoformat() if found.last else None,
            "time": (found.last.time or None) if found.last else None,
            "attempts": found.attempts, "sha256": (found.last.sha256 or None) if found.last else None,
            "reason": found.reason or None,
        }
        for found in states
    ]  # fmt: skip
