"""What a page gives away: its tables as CSV."""

from flask import Response

from billtext.fava import asked
from billtext.rendering import sheets
from billtext.rendering.pages import periods, tables
from billtext.rendering.pages.frame import Frame, Page
from billtext.rendering.pages.tables import Table


def of(page: Page) -> list[Table]:
    """The tables that a page gives away. None does where figures are hidden."""
    return [] if asked.hidden() else tables.of(page)


def named(page: Page, table: Table) -> str:
    """By what name `csv` finds a table of a page; empty for the first that a page of its kind may have."""
    return "" if table is tables.every(page.path)[0] else table.name


def csv(frame: Frame, address: str) -> Response | None:
    """A table of a page, by the argument `table`, else its first; None where it has no such table.

    A statement is of the days of the arguments `from` and `to`, but of none after the day of the page, and of
    the `kind`; else of the year until the day.

    :raises Refused: those are no days, or the wrong way round
    """
    name = asked.query().get("table", "")
    statement = address.startswith("statements/")
    period = periods.asked(asked.query(), frame.as_of, frame.t) if statement else None
    found = tables.sheet(frame, address, name, period)
    if found is None:
        return None
    parts = (address.replace("/", "-"), *([name] if name else []), frame.as_of.isoformat())
    answer = Response(sheets.as_csv(found), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{'-'.join(parts)}.csv")
    return answer
