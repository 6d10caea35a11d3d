"""What a page gives away: its table as CSV."""

import datetime

from flask import Response, request

from billtext.fava import asked
from billtext.rendering import sheets
from billtext.rendering.pages import tables
from billtext.rendering.pages.frame import Frame


def has(address: str) -> bool:
    """Whether a page has a table to give away. None has where figures are hidden."""
    return not asked.hidden() and tables.has(address)


def csv(frame: Frame, address: str) -> Response | None:
    """The table of a page; None where it has none.

    A statement is of the days of the arguments `from` and `to`, but of none after the day of the page, and of
    the `kind`; else of the year until the day.
    """
    found = tables.sheet(frame, address, _period(frame))
    if found is None:
        return None
    name = f"{address.replace('/', '-')}-{frame.as_of.isoformat()}.csv"
    answer = Response(sheets.as_csv(found), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _period(frame: Frame) -> tables.Period:
    end = _date("to") or frame.as_of
    start = _date("from") or end.replace(month=1, day=1)
    kind = "open-items" if request.args.get("kind") == "open-items" else "activity"
    return min(start, end, frame.as_of), min(max(start, end), frame.as_of), kind


def _date(name: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
