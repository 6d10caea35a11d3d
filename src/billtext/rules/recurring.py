"""Recurring drafts: on which dates they are due, which period each bills, and what it says. Pure."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names
from beancount.core.amount import Amount
from beancount.core.data import Posting

from billtext import dates
from billtext.ledger.accounts import Receivables
from billtext.ledger.recurring import MONTHS, PLACEHOLDERS, Template
from billtext.ledger.register import values_of
from billtext.ledger.schema import SCHEDULE
from billtext.model import Date, Draft, Register
from billtext.money import CONTEXT, number, rounded

_DAYS = {"day": 1, "week": 7}
# The keys of a line as the ledger writes them; others follow.
_ORDER = ("filename", "lineno", "item", "text", "quantity", "unit", "price", "price-per", "vat")
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One time that a template comes: its number, counted from 0, its date, and the period that it bills."""

    n: int
    date: Date
    start: Date
    end: Date


def turns(template: Template) -> Iterator[Turn]:
    """All turns of a template, in order."""
    for n, date in enumerate(_dates(template)):
        start, end = _period(template, n, date)
        yield Turn(n=n, date=date, start=start, end=end)


def waiting(template: Template, as_of: Date) -> list[Turn]:
    """Turns that are due on a day, and not drafted yet."""
    until = takewhile(lambda turn: turn.date <= as_of, turns(template))
    return [turn for turn in until if template.drafted is None or turn.date > template.drafted]


def coming(template: Template, as_of: Date, count: int) -> list[Turn]:
    """The next turns after a day that are not drafted yet, as many as there are up to a number."""
    found: list[Turn] = []
    after = max(as_of, template.drafted or as_of)
    for turn in turns(template):
        if len(found) == count:
            break
        if turn.date > after:
            found.append(turn)
    return found


def _dates(template: Template) -> Iterator[Date]:
    n = 0
    while True:
        date = _date(template, n)
        if date is None or (template.until is not None and date > template.until):
            return
        yield date
        n += 1


def _date(template: Template, n: int) -> Date | None:
    """The date of a turn; None after the end of the calendar."""
    step = n * template.interval
    if template.every in _DAYS:
        try:
            return template.first + step * _DAYS[template.every] * _DAY
        except OverflowError:
            return None
    first = _month(template.first, step * MONTHS[template.every])
    return first and first.replace(day=min(template.day or template.first.day, dates.month_end(first).day))


def _month(date: Date, months: int) -> Date | None:
    """The first day of the month so many months after that of a date; None outside the calendar."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return Date(year, month + 1, 1) if Date.min.year <= year <= Date.max.year else None


def _period(template: Template, n: int, date: Date) -> tuple[Date, Date]:
    if template.period is None:
        after = _date(template, n + 1)
        return date, Date.max if after is None else after - _DAY
    shift = {"last": -template.interval, "this": 0, "next": template.interval}[template.period]
    start = _begin(template.every, date, shift)
    return start, _begin(template.every, date, shift + template.interval) - _DAY


def _begin(every: str, date: Date, shift: int) -> Date:
    """The first day of the calendar period so many periods after that of a date; a week begins on Monday."""
    if every in _DAYS:
        start = date - date.weekday() * _DAY if every == "week" else date
        try:
            return start + shift * _DAYS[every] * _DAY
        except OverflowError:
            return Date.max if shift > 0 else Date.min
    months = MONTHS[every]
    first = date.replace(month=(date.month - 1) // months * months + 1)
    return _month(first, shift * months) or (Date.max if shift > 0 else Date.min)


def part(yearly: Decimal, n: int, parts: int, currency: str) -> Decimal:
    """The part of a yearly amount that falls on a turn: the parts of each year add up to it.

    :param n: number of the turn, counted from 0

    >>> [str(part(Decimal("1000.00"), n, 3, "NOK")) for n in range(3)]
    ['333.33', '333.34', '333.33']
    """
    k = n % parts
    before, after = (CONTEXT.divide(CONTEXT.multiply(yearly, Decimal(m)), Decimal(parts)) for m in (k, k + 1))
    return rounded(after, currency) - rounded(before, currency)


def month_name(date: Date, language: str) -> str:
    """Name of the month of a date, in a language; English where the language is unknown.

    >>> month_name(Date(2026, 3, 1), "nb"), month_name(Date(2026, 3, 1), "xx")
    ('mars', 'March')
    """
    try:
        locale = Locale.parse({"no": "nb"}.get(language, language.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    return str(get_month_names("wide", context="stand-alone", locale=locale)[date.month])


def draft(template: Template, turn: Turn, register: Register) -> Draft:
    """What a template says on a turn, as a draft; its places are those of the template.

    Prices of the price list are those of the turn's date, whenever the draft is issued.
    """
    text = next(text for text in reversed(template.texts) if text.entry.date <= turn.date)
    entry = text.entry
    words = _words(turn, _language(text, register))
    meta: dict[str, Any] = {key: value for key, value in entry.meta.items() if key not in SCHEDULE}
    if isinstance(meta.get("note"), str):
        meta["note"] = _filled(meta["note"], words)
    meta |= {"period-start": turn.start, "period-end": turn.end}
    postings = [_posting(posting, template, turn, register, words) for posting in entry.postings]
    changed = entry._replace(
        date=turn.date, narration=_filled(entry.narration or "", words), meta=meta, postings=postings,
        links=entry.links | {template.name},
    )  # fmt: skip
    return Draft(
        name=f"{template.name}-{turn.date}", kind="invoice", file=text.file, first=text.first, last=text.last,
        entry=changed,
    )  # fmt: skip


def _posting(posting: Posting, template: Template, turn: Turn, register: Register, words: Mapping[str, str]) -> Posting:
    meta = dict(posting.meta or {})
    if isinstance(meta.get("text"), str):
        meta["text"] = _filled(meta["text"], words)
    yearly = meta.pop("yearly", None)
    if isinstance(yearly, Amount):
        amount = part(number(yearly), turn.n, template.parts, yearly.currency)
        meta |= {"price": Amount(amount, yearly.currency), "price-per": Decimal(1)}
        if "price-per" not in register.values("item", str(meta.get("item")), turn.date):
            del meta["price-per"]
    elif "price" not in meta and not isinstance(posting.units, Amount) and isinstance(meta.get("item"), str):
        record = register.get("item", meta["item"])
        price = None if record is None else (record.at(turn.date) or {}).get("price")
        if price is not None:
            meta["price"] = price
    order = sorted(meta, key=lambda key: _ORDER.index(key) if key in _ORDER else len(_ORDER))
    return posting._replace(meta={key: meta[key] for key in order})


def customer_of(text: Draft, register: Register) -> str | None:
    """The customer whom a draft names, or None."""
    owners = Receivables(register)
    named = text.entry.meta.get("customer") or next(
        (owners[posting.account] for posting in text.entry.postings if owners[posting.account]), None
    )
    return named if isinstance(named, str) else None


def _language(text: Draft, register: Register) -> str:
    date = text.entry.date
    card = register.values("customer", customer_of(text, register) or "", date)
    return str(card.get("language") or register.company(date).get("language") or "en")


def _words(turn: Turn, language: str) -> dict[str, str]:
    start = turn.start
    values = (month_name(start, language), str((start.month + 2) // 3), str(start.year))
    return dict(zip(PLACEHOLDERS, values, strict=True))


def _filled(text: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text


def lines(of: Draft) -> list[tuple[str, Amount | None, dict[str, Any]]]:
    """Account, amount if it is given, and keys of each posting of a draft, as `ledger_text.draft` takes them."""
    found = []
    for posting in of.entry.postings:
        units = posting.units
        given = units if isinstance(units, Amount) and isinstance(units.number, Decimal) else None
        found.append((posting.account, given, values_of(posting.meta or {})))
    return found


def keys(of: Draft) -> dict[str, Any]:
    """What a draft says of itself besides its kind, in order."""
    return {key: value for key, value in values_of(of.entry.meta).items() if key != of.kind}
