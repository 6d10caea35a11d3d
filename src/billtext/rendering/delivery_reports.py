"""Where documents stand on their way, as a sheet and as JSON."""

from collections.abc import Iterable
from typing import Any

from billtext.model import Date
from billtext.rendering.sheets import Cell, Sheet, Word, column
from billtext.rules import ageing
from billtext.rules.book import Book
from billtext.rules.deliveries import State


def sheet(book: Book, states: Iterable[State], as_of: Date) -> Sheet:
    """A row for each document."""
    rows: list[list[Cell]] = []
    for found in states:
        parcel, last = found.parcel, found.last
        rows.append([
            parcel.title, parcel.date, parcel.customer, ageing.name_of(book, parcel.customer, as_of), found.channel,
            Word(found.state), last.date if last else None, last.time[11:16] if last else None,
            found.attempts or None, found.reason,
        ])  # fmt: skip
    columns = (
        column("number", "Document"), column("date"), column("customer"), column("name"), column("channel"),
        column("state"), column("when"), column("time"), column("attempts", right=True), column("reason"),
    )  # fmt: skip
    return Sheet(title="", columns=columns, rows=rows)


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
