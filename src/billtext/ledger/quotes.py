"""Read quotes: a draft with `quote:` and its number in place of `invoice:`, and below it what became of it.

>>> text = '''2026-11-02 ! "Charging boxes"
...   quote: "Q2026-0001"
...   customer: "C00017"
...   valid-until: 2026-12-02
...   Income:Webshop
...     item: "EV-BOX"
...     quantity: 2
...
... 2026-11-20 custom "accept" "Q2026-0001"
...   lines: "1"
...   share: 30
... '''
>>> quotes, errors = read(text, "quotes/boxes.beancount")
>>> quote = quotes[0]
>>> quote.number, quote.name, quote.events[0].lines, quote.events[0].share, errors
('Q2026-0001', 'boxes', (1,), Decimal('30'), [])
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from beancount.core.data import Custom, Transaction

from billtext.errors import DraftLineError, DraftNumberError, LedgerError
from billtext.ledger import load
from billtext.ledger.lines import end_of
from billtext.ledger.register import values_of
from billtext.ledger.schema import QUOTE, QUOTE_EVENTS, QUOTE_POSTING, faults
from billtext.model import DOCUMENTS, Date, Draft

_LINES = re.compile(r"\d+([ ,]+\d+)*")
_NUMBER = re.compile(r"[\w./-]+", re.ASCII)
_QUOTE = re.compile(r"(\s+quote:)(?=[ \t]*(?:;|$))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What became of a quote on a day.

    :param kind: accept, decline or reissue
    :param lines: of an acceptance: the lines that were drafted with it, counted from 1
    :param share: percent of these lines; None for all that was left of them
    """

    kind: str
    date: Date
    number: str
    lines: tuple[int, ...]
    share: Decimal | None
    reason: str
    valid_until: Date | None
    meta: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A quote with what became of it.

    :param number: empty where it has none yet
    :param draft: its text; what it is called, and where it stands
    """

    number: str
    draft: Draft
    events: tuple[Event, ...]

    @property
    def name(self) -> str:
        """By which commands call it, besides its number."""
        return self.draft.name

    @property
    def date(self) -> Date:
        """The day on which it was made: its prices are those of that day."""
        return self.draft.entry.date

    def valid_until(self, as_of: Date) -> Date | None:
        """The last day on which it can be accepted, as it was said until a day; None for ever."""
        said: Date | None = self.draft.entry.meta.get("valid-until")
        for event in self.events:
            if event.kind == "reissue" and event.date <= as_of and event.valid_until is not None:
                said = event.valid_until
        return said


def read(text: str, file: str) -> tuple[list[Quote], list[Any]]:
    """The quotes in the text of a file, and what is wrong with their form.

    :return: quotes in order; errors of Beancount's parser, and ours
    """
    entries, errors = load.parse(text, file)
    errors = list(errors)
    lines = text.split("\n")
    transactions = [entry for entry in entries if isinstance(entry, Transaction)]
    stem = PurePath(file).name.partition(".")[0]
    quotes: dict[str, Quote] = {}
    events: list[Event] = []
    for entry in entries:
        if isinstance(entry, Custom) and entry.type in QUOTE_EVENTS:
            event, wrong = _event(entry)
            errors += wrong
            events += [event] if event is not None else []
            continue
        if not isinstance(entry, Transaction) or entry.flag != "!" or "quote" not in entry.meta:
            remedy = "write a transaction flagged `!` with `quote:`, or move it to where it belongs"
            errors.append(_refuse(entry, "this is no quote", remedy))
            continue
        errors += _faults(entry)
        first = entry.meta["lineno"]
        name = stem if len(transactions) == 1 else f"{stem}:{first}"
        number = entry.meta["quote"]
        number = number if isinstance(number, str) else ""
        if number and number in quotes:
            errors.append(_refuse(entry, f"the number {number} is given twice", "give each quote its own"))
        draft = Draft(name=name, kind="invoice", file=file, first=first, last=end_of(lines, first), entry=entry)
        quotes[number or name] = Quote(number=number, draft=draft, events=())
    for event in events:
        if event.number not in quotes:
            why = f"`{event.kind}` is about {event.number}, which is not in this file"
            errors.append(DraftLineError.at(event.meta, why=why, remedy="correct the number"))
    return [
        replace(quote, events=tuple(event for event in events if event.number == quote.number))
        for quote in quotes.values()
    ], errors


def _refuse(entry: Any, why: str, remedy: str) -> LedgerError:
    return DraftLineError.at(entry.meta, entry, why=why, remedy=remedy)


def _faults(entry: Transaction) -> list[LedgerError]:
    meta = entry.meta
    errors: list[LedgerError] = list(faults(_without_none(meta), QUOTE, meta, entry).values())
    number, until = meta.get("quote"), meta.get("valid-until")
    if isinstance(number, str) and not _NUMBER.fullmatch(number):
        errors.append(_refuse(entry, f"{number!r} cannot be a number", "write letters, digits, `-`, `_`, `.` and `/`"))
    if isinstance(until, Date) and until < entry.date:
        errors.append(_refuse(entry, f"it is valid until {until}, before its date {entry.date}", "correct one of them"))
    errors += [DraftNumberError.at(meta, entry, number="of an invoice", kind=kind) for kind in DOCUMENTS & meta.keys()]
    for posting in entry.postings:
        where = posting.meta or {}
        errors += faults(values_of(where), QUOTE_POSTING, where, entry).values()
        if "markup" in where:
            if "price" in where:
                what, remedy = "has both `price:` and `markup:`", "keep one: the price follows from cost and mark-up"
                errors.append(DraftLineError.at(where, entry, why=f"the line {what}", remedy=remedy))
            elif "cost" not in where:
                what, remedy = "has a `markup:` on no `cost:`", "add `cost:`, the cost of one unit"
                errors.append(DraftLineError.at(where, entry, why=f"the line {what}", remedy=remedy))
    return errors


def _without_none(meta: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values_of(meta).items() if value is not None or key != "quote"}


def _event(entry: Custom) -> tuple[Event | None, list[LedgerError]]:
    meta = entry.meta
    errors: list[LedgerError] = list(faults(values_of(meta), QUOTE_EVENTS[entry.type], meta, entry).values())
    if len(entry.values) != 1 or not isinstance(entry.values[0].value, str):
        why = f"`{entry.type}` names no quote"
        errors.append(_refuse(entry, why, f'write `custom "{entry.type}" NUMBER`, with the number in quotes'))
        return None, errors
    lines = meta.get("lines")
    if entry.type == "accept" and isinstance(lines, str) and not _LINES.fullmatch(lines):
        errors.append(_refuse(entry, f'`lines: "{lines}"` is no list of lines', 'write their numbers, as "1 2 4"'))
    if entry.type == "accept" and lines is None:
        errors.append(_refuse(entry, "the acceptance names no lines", 'add `lines:` with their numbers, as "1 2 4"'))
    if entry.type == "reissue" and "valid-until" not in meta:
        errors.append(_refuse(entry, "the new issue has no date", "add `valid-until:`"))
    if errors:
        return None, errors
    return Event(
        kind=entry.type, date=entry.date, number=str(entry.values[0].value),
        lines=tuple(int(n) for n in re.findall(r"\d+", lines or "")), share=meta.get("share"),
        reason=str(meta.get("reason") or ""), valid_until=meta.get("valid-until"), meta=meta,
    ), errors  # fmt: skip


def numbered(text: str, quote: Quote, number: str) -> str | None:
    """The text of a file in which a quote has got its number; None if the line `quote:` cannot be found."""
    lines = text.split("\n")
    for n in range(quote.draft.first, quote.draft.last):
        if _QUOTE.match(lines[n]):
            lines[n] = _QUOTE.sub(rf'\g<1> "{number}"', lines[n], count=1)
            new = "\n".join(lines)
            again, errors = read(new, quote.draft.file)
            return new if not errors and any(one.number == number for one in again) else None
    return None
