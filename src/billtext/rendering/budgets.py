"""Invoiced income against budget, as a sheet and for JSON."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.money import exact, plain
from billtext.rendering.language import Language
from billtext.rendering.sheets import Cell, Sheet, column
from billtext.rules.budgets import Report, Row


def sheet(report: Report, language: Language) -> Sheet:
    """A row for each account and month, then the totals of the accounts, and of all."""
    columns = (
        column("account"), column("month"), column("currency"), column("budget", right=True),
        column("invoiced", right=True), column("difference", right=True), column("percent", right=True),
    )  # fmt: skip
    totals = [_cells(row, report, row.account) for row in report.accounts]
    totals.append(_cells(report.total, report, language("Total")))
    if report.without.invoiced:
        totals.append(_cells(report.without, report, language("Without a budget")))
    rows = [_cells(row, report, row.account) for row in report.rows]
    return Sheet(title="", columns=columns, rows=rows, totals=totals)


def _cells(row: Row, report: Report, name: str) -> Sequence[Cell]:
    def amount(figure: Decimal | None) -> Amount | None:
        return None if figure is None else Amount(figure, report.currency)

    return [
        name, row.month, report.currency, amount(row.budget), amount(row.invoiced), amount(row.difference), row.percent
    ]  # fmt: skip


def data(report: Report) -> dict[str, Any]:
    """The report for JSON."""
    return {
        "from": report.start.isoformat(), "to": report.end.isoformat(), "currency": report.currency,
        "rows": [{"account": row.account, "month": row.month, **_data(row, report.currency)} for row in report.rows],
        "accounts": [{"account": row.account, **_data(row, report.currency)} for row in report.accounts],
        "total": _data(report.total, report.currency),
        "without_budget": exact(report.without.invoiced, report.currency),
    }  # fmt: skip


def _data(row: Row, currency: str) -> dict[str, str | None]:
    def money(figure: Decimal | None) -> str | None:
        return None if figure is None else exact(figure, currency)

    return {
        "budget": money(row.budget), "invoiced": money(row.invoiced), "difference": money(row.difference),
        "percent": None if row.percent is None else plain(row.percent),
    }  # fmt: skip
