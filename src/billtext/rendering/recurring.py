"""Templates with their next dates."""

from collections.abc import Iterable
from typing import Any

from beancount.core.amount import Amount

from billtext.ledger.recurring import Template
from billtext.money import exact
from billtext.rendering.sheets import Cell, Sheet, Word, column
from billtext.rules.prepared import Prepared
from billtext.rules.recurring import Turn

Row = tuple[Template, Turn, Prepared | None, str]


def how_often(template: Template) -> str:
    """`month`, or `2 months`."""
    return template.every if template.interval == 1 else f"{template.interval} {template.every}s"


def listed(rows: Iterable[Row]) -> Sheet:
    """A row for each date; of a draft with a mistake without amounts."""
    cells: list[list[Cell]] = []
    for template, turn, one, status in rows:
        head: list[Cell] = [template.name, how_often(template), turn.date, turn.start, turn.end, Word(status)]
        if one is None:
            cells.append([*head, "", "", "", None, None, None])
            continue
        amounts = [Amount(amount, one.currency) for amount in (one.net, one.vat, one.gross)]
        cells.append([*head, one.customer, one.payee, one.currency, *amounts])
    columns = (
        column("template"), column("every"), column("date"), column("period_start", "From"), column("period_end", "To"),
        column("status"), column("customer"), column("name"), column("currency"), column("net", right=True),
        column("vat", "VAT", right=True), column("gross", right=True),
    )  # fmt: skip
    return Sheet(title="", columns=columns, rows=cells)


def data(template: Template, turn: Turn, one: Prepared | None, status: str) -> dict[str, Any]:
    """A date of a template for JSON."""
    found: dict[str, Any] = {
        "template": template.name, "file": template.file, "every": template.every, "interval": template.interval,
        "until": None if template.until is None else template.until.isoformat(), "date": turn.date.isoformat(),
        "period_start": turn.start.isoformat(), "period_end": turn.end.isoformat(), "status": status,
        "valid": one is not None,
    }  # fmt: skip
    if one is None:
        return found
    amounts = {"net": one.net, "vat": one.vat, "gross": one.gross}
    return {
        **found, "customer": one.customer, "currency": one.currency,
        **{name: exact(amount, one.currency) for name, amount in amounts.items()},
    }  # fmt: skip
