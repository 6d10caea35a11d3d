"""A customer's statement for any period, with the form that asks for it; it prints alone on A4.

Only a face that answers questions has this page; the site has the months on the customer's page.
"""

import datetime
from collections.abc import Mapping
from typing import Any

from billtext.errors import Refused
from billtext.model import Date
from billtext.rendering.language import Language
from billtext.rendering.pages import account, addresses
from billtext.rendering.pages.frame import Frame, Page
from billtext.rendering.pages.leads import STATEMENT_FORMS
from billtext.rendering.pages.leaf_tables import Period
from billtext.rules import statements

KINDS = {"activity": "All movements", "open-items": "Open items"}


def asked(query: Mapping[str, str], as_of: Date, t: Language) -> Period:
    """First day, last day and kind of the statement that is asked for, as the command line would have them.

    What is not said is the first of the last day's year and the day of the page. No statement tells of what comes
    after the day of the page.

    :raises Refused: a day is none, or the last one is before the first

    >>> asked({"from": "2026-03-01", "to": "2027-01-01"}, Date(2026, 11, 24), Language())
    (datetime.date(2026, 3, 1), datetime.date(2026, 11, 24), 'activity')
    >>> asked({"to": "2027-06-30"}, Date(2026, 11, 24), Language())
    (datetime.date(2026, 1, 1), datetime.date(2026, 11, 24), 'activity')
    """
    end = _date(query, "to", t) or as_of
    start = _date(query, "from", t) or min(end, as_of).replace(month=1, day=1)
    if start > end:
        words = t("The statement would end on {end}, before it begins on {start}; change one of the days.")
        raise Refused(words.format(start=t.date(start), end=t.date(end)))
    kind = query.get("kind", "")
    return min(start, as_of), min(end, as_of), kind if kind in KINDS else "activity"


def _date(query: Mapping[str, str], name: str, t: Language) -> Date | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        words = t("{text} is no date; write it as {example}")
        raise Refused(words.format(text=repr(text), example="2026-10-31")) from None


def page(frame: Frame, customer: str, query: Mapping[str, str]) -> Page:
    """Make the page; of a period that there is not, the form with what was asked, and why not."""
    letter, forms, refused, kind = None, [], "", query.get("kind", "")
    first, last = query.get("from", ""), query.get("to", "")
    try:
        start, end, kind = asked(query, frame.as_of, frame.t)
    except Refused as error:
        refused = str(error)
    else:
        first, last = start.isoformat(), end.isoformat()
        letter = account.letter(frame, statements.report(frame.book, customer, start, end, kind=kind))
        forms = _forms(frame, customer, start, end, kind)
    path = addresses.statement(customer)
    action, hidden = frame.leads.asked_of(path)
    return frame.render(
        "period.html.j2",
        path,
        f"{frame.t('Statement of account')} {customer}",
        id=customer,
        name=frame.names[customer],
        customer=frame.customer(customer),
        own=path,
        letter=letter,
        refused=refused,
        action=action,
        hidden=hidden,
        start=first,
        end=last,
        last=frame.as_of.isoformat(),
        kinds=[(name, frame.t(word), name == kind) for name, word in KINDS.items()],
        periods=[(word, *days) for word, days in _periods(frame)],
        forms=forms,
    )


def _periods(frame: Frame) -> list[tuple[str, tuple[str, str]]]:
    """Periods that are often asked for."""
    day = frame.as_of
    this_month = day.replace(day=1)
    found = [(frame.f.month(day), this_month, day)]
    if this_month > Date.min:
        last = this_month - datetime.timedelta(days=1)
        found.append((frame.f.month(last), last.replace(day=1), last))
    found.append((str(day.year), day.replace(month=1, day=1), day))
    if day.year > Date.min.year:
        found.append((str(day.year - 1), Date(day.year - 1, 1, 1), Date(day.year - 1, 12, 31)))
    return [(word, (start.isoformat(), end.isoformat())) for word, start, end in found]


def _forms(frame: Frame, customer: str, start: Date, end: Date, kind: str) -> list[Any]:
    found = [(form.upper(), frame.leads.statement(customer, start, end, kind, form)) for form in STATEMENT_FORMS]
    return [(word, address) for word, address in found if address is not None]
