"""A sheet is a table as a value; `render` writes it as a terminal table, CSV or Markdown."""

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from beancount.core.amount import Amount

from billtext.money import exact, number, plain
from billtext.rendering import escape
from billtext.rendering.language import Language


class Word(str):
    """A word of the ledger language, such as `credit-note`: a reader sees it in his own."""

    __slots__ = ()


class Days(int):
    """A number of days; a reader sees no 0, a program does."""

    __slots__ = ()


_NARROW, _LONG = 12, 24  # characters that a wrapped column has at least, and those of a word that is not broken
Cell = str | int | Decimal | Amount | datetime.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: `key` heads it in CSV, `title` (English, to be translated) elsewhere."""

    key: str
    title: str
    right: bool = False


def column(key: str, title: str | None = None, *, right: bool = False) -> Column:
    """A column; its title is its key in words if none is given."""
    return Column(key=key, title=title or key.replace("_", " ").replace("-", " ").capitalize(), right=right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table: rows, then totals. An amount is shown without its currency, which has its own column."""

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    totals: Sequence[Sequence[Cell]] = ()
    note: str = ""


def shown(cell: Cell, language: Language) -> str:
    """A cell for a reader."""
    if cell is None:
        return ""
    if isinstance(cell, Amount):
        return language.price(number(cell), cell.currency)
    if isinstance(cell, datetime.date):
        return language.date(cell)
    if isinstance(cell, Decimal):
        return language.number(cell)
    if isinstance(cell, Word):
        return language(cell)
    if isinstance(cell, Days):
        return str(cell) if cell else ""
    return escape.one_line(str(cell))


def raw(cell: Cell) -> str:
    """A cell for a program: digits with a point, ISO dates."""
    if cell is None:
        return ""
    if isinstance(cell, Amount):
        return exact(number(cell), cell.currency)
    if isinstance(cell, Decimal):
        return plain(cell)
    return str(cell)


def render(sheet: Sheet, form: str, language: Language, *, width: int | None = None) -> str:
    """Write a sheet.

    :param form: `table`, `csv` or `markdown`
    :param width: of the terminal, in characters; None lets the table be as wide as it must
    """
    if form == "csv":
        return as_csv(sheet)
    return as_markdown(sheet, language) if form == "markdown" else _table(sheet, language, width)


def as_csv(sheet: Sheet) -> str:
    """Write a sheet as CSV (RFC 4180); totals are left out, a program adds up for itself."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.key for column in sheet.columns)
    writer.writerows([escape.csv_cell(raw(cell)) for cell in row] for row in sheet.rows)
    return out.getvalue()


def as_markdown(sheet: Sheet, language: Language) -> str:
    """Write a sheet as a Markdown table; totals in bold."""
    lines = []
    if sheet.title:
        lines += [f"## {escape.markdown(sheet.title, begins=False)}", ""]
    lines.append("| " + " | ".join(_markdown(column.title, language) for column in sheet.columns) + " |")
    lines.append("|" + "|".join(" ---: " if column.right else " --- " for column in sheet.columns) + "|")
    for row in sheet.rows:
        lines.append("| " + " | ".join(_markdown(cell, language) for cell in row) + " |")
    for row in sheet.totals:
        cells = [_markdown(cell, language) for cell in row]
        lines.append("| " + " | ".join(f"**{cell}**" if cell else "" for cell in cells) + " |")
    if sheet.note:
        lines += ["", escape.markdown(sheet.note)]
    return "\n".join(lines) + "\n"


def _markdown(cell: Cell, language: Language) -> str:
    """A cell of a Markdown table, whose text is never at the beginning of a line: no figure or dash makes a list."""
    return escape.markdown(shown(cell, language), begins=False, cell=True)


def _table(sheet: Sheet, language: Language, width: int | None) -> str:
    # tabulate rather than rich: it lays out 4,000 rows in the time that rich needs for 200.
    import tabulate as library
    from tabulate import SEPARATING_LINE, DataRow, Line, TableFormat, tabulate

    library.MIN_PADDING = 0  # a column is as wide as its widest text
    if not (sheet.rows or sheet.totals):
        return language("Nothing to show.") + "\n"
    plain = DataRow("", "  ", "")
    ruled = Line("", "─", "  ", "")
    form = TableFormat(None, ruled, None, None, plain, plain, 0, None)
    heads = [escape.one_line(language(column.title)) for column in sheet.columns]
    body = [[shown(cell, language) for cell in row] for row in sheet.rows]
    totals = [[shown(cell, language) for cell in row] for row in sheet.totals]
    columns: Sequence[Column] = sheet.columns
    if width is not None and _width([heads, *body, *totals]) > width:  # what is empty takes no room
        full = [n for n in range(len(columns)) if any(row[n] for row in (*body, *totals))]
        heads, columns = [heads[n] for n in full], [columns[n] for n in full]
        body, totals = ([[row[n] for n in full] for row in rows] for rows in (body, totals))
    limits = _limits(columns, heads, [*body, *totals], width)
    if limits:
        body, totals = (list(_wrapped(rows, limits)) for rows in (body, totals))
    text = tabulate(
        [*body, *([SEPARATING_LINE] if body and totals else []), *totals], headers=heads, tablefmt=form,
        disable_numparse=True, colalign=["right" if column.right else "left" for column in columns],
        preserve_whitespace=False,
    )  # fmt: skip
    parts = [sheet.title, ""] if sheet.title else []
    parts += [line.rstrip() for line in text.splitlines()]
    parts += ["", sheet.note] if sheet.note else []
    return "\n".join(parts) + "\n"


def _wrapped(rows: Iterable[list[str]], limits: Mapping[int, int]) -> Iterator[list[str]]:
    """Rows of which each line is one of its own: tabulate has cells of several lines in its own table formats only."""
    import wcwidth

    for row in rows:
        cells = [
            wcwidth.wrap(cell, limits[n], break_on_hyphens=False) if n in limits else [cell]
            for n, cell in enumerate(row)
        ]  # fmt: skip
        yield from (list(line) for line in zip_longest(*cells, fillvalue=""))


def _wide(text: str) -> int:
    """The cells of a terminal that a text takes: two for a Chinese character."""
    if text.isascii():
        return len(text)
    import wcwidth

    return wcwidth.width(text)


def _width(rows: Sequence[Sequence[str]]) -> int:
    """The cells of a terminal across all columns, with two between each."""
    return sum(max(map(_wide, cells)) for cells in zip(*rows, strict=True)) + 2 * (len(rows[0]) - 1)


def _limits(columns: Sequence[Column], heads: list[str], rows: list[list[str]], width: int | None) -> dict[int, int]:
    """Where a table is wider than the terminal, its widest text columns are wrapped, down to their longest words.

    :return: the characters of each column that is wrapped, by its number
    """
    if width is None:
        return {}
    widths = [max(map(_wide, column)) for column in zip(heads, *rows, strict=True)]
    limits: dict[int, int] = {}
    words = [
        max([_wide(word) for cell in cells for word in cell.split()], default=0) for cells in zip(*rows, strict=True)
    ]
    least = [max(_NARROW, _wide(head), min(word, _LONG)) for head, word in zip(heads, words, strict=True)]
    while sum(widths) + 2 * (len(widths) - 1) > width:
        n = max(
            (n for n, column in enumerate(columns) if not column.right and widths[n] > least[n]),
            key=lambda n: widths[n], default=None,
        )  # fmt: skip
        if n is None:
            break
        widths[n] -= 1
        limits[n] = widths[n]
    return limits
