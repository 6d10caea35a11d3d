"""A guest's running account: its lines, its VAT and what it comes to."""

import datetime
from typing import Any

from beancount.core.amount import Amount

from billtext.money import exact, plain
from billtext.rendering.sheets import Cell, Sheet, column
from billtext.rules.prepared import Prepared


def sheet(one: Prepared) -> Sheet:
    """The account as a table."""
    currency = one.currency
    rows: list[list[Cell]] = []
    for line in one.lines:
        price = None if line.price is None else Amount(line.price, currency)
        rows.append([
            _day(line.keys), str(line.keys.get("text") or one.draft.entry.narration or ""), line.quantity, price,
            line.vat, Amount(line.net, currency),
        ])  # fmt: skip
    totals: list[list[Cell]] = [
        [None, "VAT", None, None, code, Amount(amount, currency)] for code, _, amount in one.vats
    ]
    if one.rounding:
        totals.append([None, "Rounding", None, None, None, Amount(one.rounding, currency)])
    totals.append([None, f"Total {currency}", None, None, None, Amount(one.gross, currency)])
    columns = (
        column("date"), column("text"), column("quantity", right=True), column("price", right=True),
        column("vat", "VAT"), column("net", right=True),
    )  # fmt: skip
    return Sheet(title=one.payee, columns=columns, rows=rows, totals=totals)


def data(one: Prepared) -> dict[str, Any]:
    """The account for JSON."""
    currency = one.currency
    return {
        "customer": one.customer, "currency": currency, "net": exact(one.net, currency),
        "vat": exact(one.vat, currency), "gross": exact(one.gross, currency),
        "lines": [
            {
                "date": None if (day := _day(line.keys)) is None else day.isoformat(),
                "text": line.keys.get("text") or one.draft.entry.narration,
                "quantity": None if line.quantity is None else plain(line.quantity),
                "price": None if line.price is None else exact(line.price, currency), "vat": line.vat,
                "net": exact(line.net, currency),
            }
            for line in one.lines
        ],
    }  # fmt: skip


def _day(keys: Any) -> datetime.date | None:
    day = keys.get("date")
    return day if isinstance(day, datetime.date) else None
