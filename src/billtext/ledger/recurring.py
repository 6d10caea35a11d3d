"""Read templates of recurring drafts: a draft with `every:`, whose date is the first of its dates.

A file is one template. A second text in it, with a later date and without a schedule, is what it says from then on.

>>> text = '''2026-01-01 ! "Service agreement, {month} {year}"
...   invoice:
...   customer: "C00017"
...   every: "month"
...   Income:Service
...     item: "SERV-Q"
... 2026-07-01 ! "Service agreement, {month} {year}"
...   invoice:
...   customer: "C00017"
...   Income:Service
...     price: 2700.00 NOK
... '''
>>> template, errors = read(text, "recurring/nordlys.beancount", "nordlys")
>>> template.every, template.interval, [text.entry.date.isoformat() for text in template.texts], errors
('month', 1, ['2026-01-01', '2026-07-01'], [])
>>> remember(text, template, Date(2026, 2, 1)).splitlines()[3:5]
['  every: "month"', '  drafted: 2026-02-01']
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from billtext import dates
from billtext.errors import DraftLineError, LedgerError
from billtext.ledger import drafts
from billtext.ledger.register import values_of
from billtext.ledger.schema import ADJUSTS, SCHEDULE, SCHEDULE_POSTING, faults
from billtext.model import Date, Draft

MONTHS = {"month": 1, "quarter": 3, "year": 12}
PLACEHOLDERS = ("month", "quarter", "year")
_NOT_YEARLY = ("price", "quantity", "price-per", "discount", *ADJUSTS)
_NAME = re.compile(r"[A-Za-z0-9_./-]+")
_BRACES = re.compile(r"\{([^{}]*)\}")
_DRAFTED = re.compile(r"(\s+drafted:\s*)\d{4}-\d{2}-\d{2}")
_EVERY = re.compile(r"(\s+)every:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A draft that comes again.

    :param name: its file's, below the directory of templates, without ending
    :param texts: what it says, each from its date on; the date of the first is the first date of all
    :param every: day, week, month, quarter or year; `interval` of them lie between two dates
    :param day: of the month; the last one in a month that is shorter
    :param until: no date is later; None for ever
    :param period: whose delivery a draft bills: the calendar period of its date (`this`), the one before (`last`) or
        after (`next`); None: from its date to the day before the next
    :param drafted: what is due until this day has been drafted; None: nothing yet
    """

    name: str
    file: str
    texts: tuple[Draft, ...]
    every: str
    interval: int
    day: int | None
    until: Date | None
    period: str | None
    drafted: Date | None

    @property
    def first(self) -> Date:
        """The first date."""
        return self.texts[0].entry.date

    @property
    def meta(self) -> Mapping[str, Any]:
        """Where it stands, and its schedule."""
        return self.texts[0].entry.meta

    @property
    def parts(self) -> int:
        """Drafts in a year, or 0 where a year is not a whole number of them."""
        months = MONTHS.get(self.every, 0) * self.interval
        return 12 // months if months and 12 % months == 0 else 0


def read(text: str, file: str, name: str) -> tuple[Template | None, list[Any]]:
    """The template in the text of a file.

    :return: None if it cannot be used, and what is wrong: errors of Beancount's parser, and ours
    """
    found, errors = drafts.read(text, file)
    errors = list(errors)
    if not found:
        return None, errors or [
            DraftLineError.at(
                {"filename": file, "lineno": 1}, why=f"{name} holds no template", remedy="write one, or delete the file"
            )
        ]
    for n, draft in enumerate(found):
        errors += _faults(draft, found[n - 1] if n else None)
    template = None if errors else _template(found, file, name)
    if template is not None:
        errors += _contradictions(template)
    return (None if errors else template), errors


def _template(found: list[Draft], file: str, name: str) -> Template:
    meta = found[0].entry.meta
    day = meta.get("day")
    return Template(
        name=name, file=file, texts=tuple(found), every=str(meta["every"]), interval=int(meta.get("interval") or 1),
        day=None if day is None else int(day), until=meta.get("until"), period=meta.get("period"),
        drafted=meta.get("drafted"),
    )  # fmt: skip


def _refuse(meta: Mapping[str, Any], draft: Draft, why: str, remedy: str) -> LedgerError:
    return DraftLineError.at(meta, draft.entry, why=why, remedy=remedy)


def _faults(draft: Draft, before: Draft | None) -> list[LedgerError]:
    """What is wrong with one text of a template, by itself."""
    meta = draft.entry.meta
    values = values_of(meta)
    errors = list(faults(values, SCHEDULE, meta, draft.entry).values())
    if draft.kind != "invoice":
        errors.append(_refuse(meta, draft, "a template of a credit note", "write `invoice:`; a credit comes once"))
    if before is None and "every" not in values:
        remedy = 'add `every: "month"`, or day, week, quarter or year'
        errors.append(_refuse(meta, draft, f"the template of {draft.entry.date} does not say how often", remedy))
    if before is not None:
        for key in SCHEDULE.keys() & values.keys():
            remedy = "delete it here, or make a template of its own in another file"
            errors.append(_refuse(meta, draft, f"`{key}:` stands in a later text of the template", remedy))
        if draft.entry.date <= before.entry.date:
            why = f"the text of {draft.entry.date} stands after that of {before.entry.date}"
            errors.append(_refuse(meta, draft, why, "a later text has a later date: it holds from then on"))
    for text, where in _texts(draft):
        for word in _BRACES.findall(text):
            if word not in PLACEHOLDERS:
                known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
                errors.append(_refuse(where, draft, f"{{{word}}} is not filled in", f"write one of {known}"))
    for posting in draft.entry.postings:
        where = posting.meta or {}
        errors += faults(values_of(where), SCHEDULE_POSTING, where, draft.entry).values()
        other = next((key for key in _NOT_YEARLY if key in where), None)
        if "yearly" in where and (other or isinstance(getattr(posting.units, "number", None), Decimal)):
            why = f"the line has `yearly:` and {'an amount' if other is None else f'`{other}:`'}"
            errors.append(_refuse(where, draft, why, "keep one of the two"))
    return errors


def _contradictions(template: Template) -> list[LedgerError]:
    """What is wrong with a schedule that is right key by key."""
    first, draft = template.first, template.texts[0]
    errors = []
    if not _NAME.fullmatch(template.name):
        why = f"the template {template.name} cannot be the name of a link"
        errors.append(_refuse(template.meta, draft, why, "name the file with letters A to Z, digits, `-`, `_` and `.`"))
    if template.until is not None and template.until < first:
        why = f"the template ends {template.until}, before its first date {first}"
        errors.append(_refuse(template.meta, draft, why, "correct `until:` or the date"))
    if template.day is not None:
        right = min(template.day, dates.month_end(first).day)
        if template.every not in MONTHS:
            why = f'`day: {template.day}` with `every: "{template.every}"`'
            errors.append(_refuse(template.meta, draft, why, "leave `day:` out, and let the date say the first day"))
        elif first.day != right:
            why = f"the first date is {first}, but `day: {template.day}`"
            errors.append(_refuse(template.meta, draft, why, f"write {first.replace(day=right)}, or correct `day:`"))
    if not template.parts:
        for text in template.texts:
            for posting in text.entry.postings:
                if "yearly" in (posting.meta or {}):
                    why = f"`yearly:` cannot be split over every {template.interval} {template.every}"
                    remedy = "a year needs a whole number of months, quarters or years between two dates"
                    errors.append(_refuse(posting.meta or {}, text, why, remedy))
    return errors


def _texts(draft: Draft) -> list[tuple[str, Mapping[str, Any]]]:
    """The texts in which placeholders are filled in, and where they stand."""
    meta = draft.entry.meta
    found = [(draft.entry.narration or "", meta), (meta.get("note"), meta)]
    found += [(posting.meta.get("text"), posting.meta) for posting in draft.entry.postings if posting.meta]
    return [(text, where) for text, where in found if isinstance(text, str)]


def remember(text: str, template: Template, date: Date) -> str | None:
    """The text of a template in which `drafted:` has a new date; nothing else is touched.

    :return: None if the line cannot be found
    """
    lines = text.split("\n")
    draft = template.texts[0]
    for n in range(draft.first, draft.last):
        if template.drafted is not None and _DRAFTED.match(lines[n]):
            lines[n] = _DRAFTED.sub(rf"\g<1>{date}", lines[n], count=1)
            break
        every = _EVERY.match(lines[n])
        if template.drafted is None and every is not None:
            lines.insert(n + 1, f"{every[1]}drafted: {date}")
            break
    new = "\n".join(lines)
    again, errors = read(new, template.file, template.name)
    return new if again is not None and not errors and again.drafted == date else None
