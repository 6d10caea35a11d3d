"""How a customer pays, in words, and month by month."""

from typing import Any

from billtext import dates
from billtext.rendering.pages.frame import Frame
from billtext.rules import behaviour
from billtext.rules.behaviour import Paid

MONTHS = 12  # of the table, the latest


def shown(frame: Frame, customer: str) -> dict[str, Any] | None:
    """The figures of a customer's payments; None if none was paid or is overdue."""
    found = behaviour.report(frame.book, customer, frame.as_of)
    if not found.paid and not found.waiting:
        return None
    months = [
        {
            "title": frame.f.month(dates.month(month.name)[0]),
            "count": str(month.count),
            "average": frame.f.number(month.average),
            "worst": str(month.worst),
            "late": month.worst > 0,
        }
        for month in found.months[::-1][:MONTHS]
    ]
    return {
        "count": len(found.paid),
        "average": None if found.average is None else frame.f.number(found.average),
        "late": found.average is not None and found.average > 0,
        "in_time": found.in_time,
        "worst": None if found.worst is None else _paid(frame, found.worst),
        "waiting": [
            {"number": one.item.name, "href": frame.document(one.item.number), "late": one.late}
            for one in found.waiting
        ],
        "months": months,
        "others": len(found.months) - len(months),
    }


def _paid(frame: Frame, one: Paid) -> dict[str, Any]:
    return {
        "number": one.item.name,
        "href": frame.document(one.item.number),
        "late": one.late,
        "due": frame.f.date(one.item.due),
        "settled": frame.f.date(one.settled),
    }
