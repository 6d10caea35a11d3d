"""How what is owed has aged: the last month ends as columns of a picture, and as a table."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from billtext.model import Date
from billtext.money import ZERO
from billtext.rendering.pages import charts
from billtext.rendering.pages.frame import Frame
from billtext.rules import ageing
from billtext.rules.ageing import Row

OVERDUE = "overdue"


def names(frame: Frame, ends: Sequence[Date]) -> tuple[str, ...]:
    """The columns that the ageing has on all of some days.

    Where its edges have changed in between, all that is overdue is one column.
    """
    edges = {tuple(frame.book.register.options.at("aging-edges", day)) for day in ends}
    middle = ageing.buckets(edges.pop())[1:] if len(edges) == 1 else (OVERDUE,)
    return (ageing.NOT_DUE, *middle, ageing.UNAPPLIED)


def amounts(row: Row, columns: Sequence[str]) -> list[Decimal]:
    """What is owed in each of these columns."""
    return [row.overdue if name == OVERDUE else row.columns[name] for name in columns]


def drawn(frame: Frame, place: int, ends: Sequence[Date], rows: Sequence[Row]) -> dict[str, Any] | None:
    """The picture of one currency, its legend and its table; None where nothing was owed.

    :param place: of the currency among the others, for the name of the picture
    :param rows: what was owed on each day
    """
    if not any(any(row.columns.values()) for row in rows):
        return None
    currency, known = rows[0].currency, names(frame, ends)
    words = [
        ("r-b3", frame.t(OVERDUE)) if name == OVERDUE else (frame.shade(name), frame.bucket(name)) for name in known
    ]
    columns, table = [], []
    low = high = ZERO
    for end, row in zip(ends, rows, strict=True):
        found, day = amounts(row, known), frame.f.date(end)
        low = min(low, sum((each for each in found if each < 0), ZERO))
        high = max(high, sum((each for each in found if each > 0), ZERO))
        parts = [
            charts.Part(amount=each, style=style, label=f"{day}, {word}: {frame.f.amount(each, currency)} {currency}")
            for (style, word), each in zip(words, found, strict=True)
        ]
        columns.append(charts.Column(name=frame.f.short_month(end), parts=parts))
        table.append({"day": day, "amounts": [frame.f.amount(each, currency) for each in (*found, row.total)]})
    steps = [(value, frame.f.number(value)) for value in charts.scale(low, high)]
    return {
        "picture": charts.columns(
            columns,
            steps,
            name=f"months-{place}",
            title=f"{frame.t('The last twelve months')} {currency}",
            description="; ".join(f"{row['day']}: {row['amounts'][-1]}" for row in table),
        ),
        "legend": [
            {"style": charts.swatch(style, credit=min(each) < 0 >= max(each)), "word": word}
            for n, (style, word) in enumerate(words)
            for each in [[column.parts[n].amount for column in columns]]
        ],
        "table": table,
    }
