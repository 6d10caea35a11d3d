"""What a page gives away: its table as CSV."""

from flask import Response

from billtext.fava import asked
from billtext.rendering import sheets
from billtext.rendering.pages import periods, tables
from billtext.rendering.pages.frame import Frame


def has(address: str) -> bool:
    """Whether a page has a table to give away. None has where figures are hidden."""
    return not asked.hidden() and tables.has(address)


def csv(frame: Frame, address: str) -> Response | None:
    """The table of a page; None where it has none.

    A statement is of the days of the arguments `from` and `to`, but of none after the day of the page, and of
    the `kind`; else of the year until the day.

    :raises Refused: those are no days, or the wrong way round
    """
    statement = address.startswith("statements/")
    period = periods.asked(asked.query(), frame.as_of, frame.t) if statement else None
    found = tables.sheet(frame, address, period)
    if found is None:
        return None
    name = f"{address.replace('/', '-')}-{frame.as_of.isoformat()}.csv"
    answer = Response(sheets.as_csv(found), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
