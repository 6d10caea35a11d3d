"""Sheets and JSON of the register beside the customers' own: the price list, and likely duplicates."""

from collections.abc import Iterable
from typing import Any

from billtext.model import Date, Record
from billtext.rendering import shapes
from billtext.rendering.sheets import Cell, Sheet, column
from billtext.rules import ageing
from billtext.rules.book import Book
from billtext.rules.duplicates import Pair

_ITEM = ("text", "unit", "price", "price-per", "vat", "account")


def items(records: Iterable[Record], as_of: Date) -> Sheet:
    """The price list on a day; the price is a figure, its currency stands beside it."""
    rows: list[list[Cell]] = []
    for record in records:
        values = record.at(as_of) or record.versions[0].values
        price = values.get("price")
        texts: list[Cell] = [values.get(key) for key in _ITEM]
        rows.append([record.id, *texts[:2], price, getattr(price, "currency", None), *texts[3:]])
    columns = (
        column("id", "Item"), column("text"), column("unit"), column("price", right=True), column("currency"),
        column("price-per", right=True), column("vat", "VAT"), column("account"),
    )  # fmt: skip
    return Sheet(title="", columns=columns, rows=rows)


def item(record: Record, as_of: Date) -> dict[str, Any]:
    """An item on a day by its ledger names, and the days on which it changes."""
    values = record.at(as_of) or record.versions[0].values
    data = {"id": record.id, **{key: shapes.value(seen) for key, seen in values.items()}}
    return {**data, "changes": [version.date.isoformat() for version in record.versions]}


def duplicates(book: Book, pairs: Iterable[Pair], as_of: Date) -> Sheet:
    """Pairs of customers with their names and the reasons."""
    rows: list[list[Cell]] = [
        [pair.first, ageing.name_of(book, pair.first, as_of), pair.second, ageing.name_of(book, pair.second, as_of),
         ", ".join(pair.reasons)]
        for pair in pairs
    ]  # fmt: skip
    columns = (
        column("first", "Customer"), column("first_name", "Name"), column("second", "May be"),
        column("second_name", "Name"), column("reasons"),
    )  # fmt: skip
    return Sheet(title="", columns=columns, rows=rows)


def duplicates_data(book: Book, pairs: Iterable[Pair], as_of: Date) -> list[dict[str, Any]]:
    """Pairs of customers as JSON."""
    return [
        {
            "customers": [pair.first, pair.second],
            "names": [ageing.name_of(book, name, as_of) for name in (pair.first, pair.second)],
            "reasons": list(pair.reasons),
        }
        for pair in pairs
    ]
