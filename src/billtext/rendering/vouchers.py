"""Vouchers as a list."""

from collections.abc import Sequence
from typing import Any

from beancount.core.amount import Amount

from billtext.model import Date
from billtext.money import exact
from billtext.rendering.sheets import Cell, Sheet, column
from billtext.rules.vouchers import Voucher


def listed(vouchers: Sequence[Voucher], as_of: Date) -> Sheet:
    """Vouchers with what is left of each on a day."""
    rows: list[list[Cell]] = [
        [v.code, v.date, v.customer, v.currency, Amount(v.amount, v.currency), Amount(v.left(as_of), v.currency)]
        for v in vouchers
    ]
    columns = (
        column("code"), column("date"), column("customer"), column("currency"), column("amount", right=True),
        column("left", right=True),
    )  # fmt: skip
    return Sheet(title="", columns=columns, rows=rows)


def data(vouchers: Sequence[Voucher], as_of: Date) -> list[dict[str, Any]]:
    """Vouchers for JSON."""
    return [
        {
            "code": v.code, "date": v.date.isoformat(), "customer": v.customer, "currency": v.currency,
            "amount": exact(v.amount, v.currency), "left": exact(v.left(as_of), v.currency),
        }
        for v in vouchers
    ]  # fmt: skip
