"""Document numbers: unique, in series without gaps, dates never going backwards.

Source: bokføringsforskriften §§ 5-1-3 and 5-2-7. A ledger without `series` is checked for uniqueness only.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from operator import itemgetter, lt
from typing import NamedTuple

from billtext.errors import (
    LedgerError,
    NumberGapError,
    NumberOrderError,
    NumberSeriesError,
    NumberVoidError,
    Refused,
    SeriesConflictError,
    VoidYearError,
)
from billtext.ids import is_number
from billtext.ledger.register import place
from billtext.model import DOCUMENTS, Date, Document, Ledger, Meta, Record, Register, Void

_FIELD = re.compile(r"\{(year|number)(?::0(\d{1,2}))?\}")


@cache
def pattern(form: str) -> re.Pattern[str]:
    """Regular expression of a series' format, such as `{year}-{number:04}`, with the groups `year` and `number`."""
    parts: list[str] = []
    end = 0
    for match in _FIELD.finditer(form):
        parts.append(re.escape(form[end : match.start()]))
        digits = rf"\d{{{match[2]},}}" if match[2] else r"\d+"
        again = f"(?P={match[1]})" if f"(?P<{match[1]}>" in "".join(parts) else None
        parts.append(again or (r"(?P<year>\d{4})" if match[1] == "year" else f"(?P<number>{digits})"))
        end = match.end()
    return re.compile("".join(parts) + re.escape(form[end:]))


def written(form: str, year: int, number: int) -> str:
    """A number of a series as it is written.

    >>> written("K{year}-{number:04}", 2026, 7)
    'K2026-0007'
    """
    return _FIELD.sub(lambda m: f"{year:04}" if m[1] == "year" else f"{number:0{int(m[2] or 1)}}", form)


_MONTH = 2  # digits


def telling(register: Register) -> tuple[re.Pattern[str], ...]:
    """What looks like a document's number, by the formats of the series.

    Not digits alone, which may be anything; nor a number of one or two digits, which may be a month.
    """
    forms = {
        str(version.values.get("format"))
        for record in register.of("series").values()
        for version in record.versions
        if record.latest.get("kind") in DOCUMENTS
    }
    return tuple(
        pattern(form)
        for form in sorted(forms)
        if re.search(r"\D", _FIELD.sub("", form)) and any(int(m[2] or 1) > _MONTH for m in _FIELD.finditer(form))
    )


def likely(number: str, year: int) -> str:
    """The format of the series that a number without one most likely belongs to: its last digits count.

    >>> likely("1001", 2024), likely("K2024-7", 2024), likely("A", 2024)
    ('{number}', 'K{year}-{number}', '{number}')
    """
    found = re.search(r"\d+(?=\D*$)", number)
    if found is None:
        return "{number}"
    before = number[: found.start()].replace(f"{year:04}", "{year}", 1)
    return f"{before}{{number}}{number[found.end() :]}"


_NEAR = 1  # years between a void number and the day on which it is found out
_ANY = 10**4  # more years than there are


class _Used(NamedTuple):
    """A number of a series; numbers sort by their count."""

    ordinal: int
    number: str
    date: Date
    void: bool
    meta: Meta


def check(ledger: Ledger, documents: Iterable[Document]) -> Iterator[LedgerError]:
    """Yield what is wrong with the numbers of a ledger.

    :param documents: those of the ledger, in the order of date, kind and number
    """
    yield from _voids(ledger)
    series = ledger.register.of("series")
    if not series:
        return
    used: dict[tuple[str, int], list[_Used]] = defaultdict(list)
    kinds: dict[str, list[Record]] = defaultdict(list)
    for record in series.values():
        kinds[str(record.latest.get("kind"))].append(record)
    for records in kinds.values():
        yield from _alike(records)
    for document in documents:
        entry, number = document.entry, document.number
        meta, date = entry.meta, entry.date
        fits = _place(kinds[document.kind], number, date)
        if fits is None and not is_number(number):
            continue  # which is told of the number itself
        if fits is None:
            formats = (
                " or ".join(str(record.latest.get("format")) for record in kinds[document.kind]) or "there is none"
            )
            yield NumberSeriesError.at(meta, entry, number=number, kind=document.kind, formats=formats)
            continue
        name, year, count = fits
        used[name, year].append(_Used(count, number, date, False, meta))
    for void in ledger.voids:
        fits = _place(series.values(), void.number, void.date, near=_NEAR)
        if fits is None:
            yield _of_no_series(series.values(), void)
        elif void.number not in ledger.documents:
            name, year, count = fits
            used[name, year].append(_Used(count, void.number, void.date, True, void.meta))
    for (name, year), numbers in sorted(used.items()):
        yield from _sequence(series[name], year, numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A number for a document.

    :param void: numbers before it that are skipped and made void
    """

    number: str
    series: str
    void: tuple[str, ...] = ()


def place_of(ledger: Ledger, document: Document) -> tuple[str, int, int] | None:
    """The series that a document's number belongs to, its year (0 if it never starts anew) and its count."""
    records = [record for record in ledger.register.of("series").values() if record.latest.get("kind") == document.kind]
    return _place(records, document.number, document.date)


def fits(ledger: Ledger, number: str, date: Date) -> bool:
    """Whether a number fits a series of the ledger on a date; any does where there are none."""
    series = ledger.register.of("series")
    return not series or _place(series.values(), number, date) is not None


# By series and year: the last count, the last date of a document, and the number that has it.
Last = Mapping[tuple[str, int], tuple[int, Date | None, str]]


def last(ledger: Ledger) -> Last:
    """The last number of each series and year of a ledger."""
    return Numbers(ledger.register, ledger.documents.values(), ledger.voids).last


def follows(register: Register, known: Last, documents: Iterable[Document], voids: Iterable[Void]) -> bool:
    """Whether new numbers surely stand where they may: one after the other, after all there are, dates in order.

    :param known: the last numbers of a ledger in which `check` finds nothing
    """
    series = register.of("series")
    if not series:
        return True
    used: dict[tuple[str, int], list[_Used]] = defaultdict(list)
    for document in documents:
        records = [record for record in series.values() if record.latest.get("kind") == document.kind]
        fits = _place(records, document.number, document.date)
        if fits is None:
            return False
        used[fits[:2]].append(_Used(fits[2], document.number, document.date, False, document.entry.meta))
    for void in voids:
        fits = _place(series.values(), void.number, void.date, near=_NEAR)
        if fits is None:
            return False
        used[fits[:2]].append(_Used(fits[2], void.number, void.date, True, void.meta))
    for (name, year), numbers in used.items():
        first = series[name].latest.get("first")
        begin = int(first) if isinstance(first, Decimal) else 1
        count, day, _ = known.get((name, year), (begin - 1, None, ""))
        numbers.sort(key=itemgetter(0))
        for one in numbers:
            count += 1
            if one.ordinal != count:
                return False
            if not one.void:
                if day is not None and one.date < day:
                    return False
                day = one.date
    return True


class Numbers:
    """Gives the next numbers of series, one after the other."""

    def __init__(
        self,
        register: Register,
        documents: Iterable[Document] = (),
        voids: Iterable[Void] = (),
        known: Last | None = None,
    ) -> None:
        """Know the numbers that there are.

        :param known: the last ones, instead of documents and voids
        """
        self._series = register.of("series")
        self._last = dict(known or {})
        of_kind = {kind: self._of(kind) for kind in DOCUMENTS}
        for document in documents:
            self._use(_place(of_kind[document.kind], document.number, document.date), document.number, document.date)
        for void in voids:
            self._use(_place(self._series.values(), void.number, void.date, near=_NEAR), void.number, None)

    @property
    def last(self) -> Last:
        """The last number of each series and year."""
        return self._last

    def _of(self, kind: str) -> list[Record]:
        return [record for record in self._series.values() if record.latest.get("kind") == kind]

    def taken(self, kind: str, number: str, date: Date) -> None:
        """Know a number that stands outside the ledger, as those of quotes do."""
        self._use(_place(self._of(kind), number, date), number, date)

    def _use(self, place: tuple[str, int, int] | None, number: str, date: Date | None) -> None:
        if place is None:
            return
        name, year, count = place
        last, day, known = self._last.get((name, year), (0, None, ""))
        later = date is not None and (day is None or date >= day)
        self._last[name, year] = max(last, count), date if later else day, number if later else known

    def give(
        self, kind: str, date: Date, series: str | None = None, suits: Callable[[str], bool] | None = None
    ) -> Given:
        """The next number for a document of a kind on a date; it is used from now on.

        :param series: id of the series, or the first of the kind
        :param suits: whether a number may be used; one that may not is skipped, and comes back as void
        :raises Refused: there is no such series, or a document of it has a later date
        """
        record = self._record(kind, series)
        values = record.at(date) or record.versions[0].values
        year = date.year if values.get("reset", "yearly") == "yearly" else 0
        first = values.get("first")
        begin = int(first) if isinstance(first, Decimal) else 1
        last, day, known = self._last.get((record.id, year), (begin - 1, None, ""))
        if day is not None and date < day:
            raise Refused(
                f"{known} is dated {day}, and dates of the series {record.id} never go backwards; "
                f"issue on {day} or later"
            )
        skipped: list[str] = []
        for _ in range(_SKIPS):
            last += 1
            number = written(str(values["format"]), date.year, last)
            if suits is None or suits(number):
                self._last[record.id, year] = last, date, number
                return Given(number=number, series=record.id, void=tuple(skipped))
            skipped.append(number)
        raise Refused(f"no number of the series {record.id} fits the payment reference; widen `kid-layout`")

    def _record(self, kind: str, series: str | None) -> Record:
        if series is not None:
            record = self._series.get(series)
            if record is None or record.latest.get("kind") != kind:
                raise Refused(f"there is no series {series} of the kind {kind}; the draft names it")
            return record
        fitting = self._of(kind)
        fitting.sort(key=lambda record: (record.latest.get("gapless") is False, record.id))
        if not fitting:
            raise Refused(
                f"the ledger has no series for a {kind}; add one, such as "
                f'`custom "series" "INV" "{{year}}-{{number:04}}"` with `kind: "{kind}"`'
            )
        return fitting[0]


_SKIPS = 100  # numbers in a row that may not suit


def _alike(records: list[Record]) -> Iterator[LedgerError]:
    """Yield series whose numbers cannot be told from those of another of their kind."""
    first: dict[str, Record] = {}
    for record in records:
        form = str(record.latest.get("format"))
        other = first.setdefault(form, record)
        if other is not record:
            meta, where = record.versions[-1].meta, place(other.versions[-1].meta)
            yield SeriesConflictError.at(meta, id=record.id, format=form, other=other.id, place=where)


def _of_no_series(series: Iterable[Record], void: Void) -> LedgerError:
    """Why a void number explains nothing."""
    far = _place(series, void.number, void.date, near=_ANY)
    if far is not None:
        return VoidYearError.at(void.meta, number=void.number, date=void.date)
    kinds = " or ".join(sorted({str(record.latest.get("kind")) for record in series}))
    formats = " or ".join(str(record.latest.get("format")) for record in series)
    return NumberSeriesError.at(void.meta, number=void.number, kind=kinds, formats=formats)


def _voids(ledger: Ledger) -> Iterator[LedgerError]:
    seen: dict[str, Meta] = {}
    for void in ledger.voids:
        document = ledger.documents.get(void.number)
        if document is not None:
            what, where = "a document has it", place(document.entry.meta)
            yield NumberVoidError.at(void.meta, number=void.number, what=what, place=where)
        elif void.number in seen:
            what, where = "it was made void already", place(seen[void.number])
            yield NumberVoidError.at(void.meta, number=void.number, what=what, place=where)
        seen.setdefault(void.number, void.meta)


def _place(series: Iterable[Record], number: str, date: Date, *, near: int = 0) -> tuple[str, int, int] | None:
    """The series that a number fits, its year (0 if the series never starts anew) and its count.

    :param near: years by which the number's year may differ from the date's
    """
    for record in series:
        values = (
            record.versions[0].values if len(record.versions) == 1 else record.at(date) or record.versions[0].values
        )
        form = pattern(str(values.get("format")))
        match = form.fullmatch(number)
        if match is None or "number" not in form.groupindex:
            continue
        year = date.year
        if "year" in form.groupindex:
            year = int(match["year"])
            if year != date.year and abs(year - date.year) > near:
                continue
        return record.id, year if values.get("reset", "yearly") == "yearly" else 0, int(match["number"])
    return None


def kind_of(register: Register, void: Void) -> str:
    """What a void number would have been: `credit-note` if it fits a series of them, else `invoice`."""
    series = register.of("series").values()
    of_credits = [record for record in series if record.latest.get("kind") == "credit-note"]
    return "credit-note" if _place(of_credits, void.number, void.date, near=_NEAR) else "invoice"


def _sequence(series: Record, year: int, numbers: list[_Used]) -> Iterator[LedgerError]:
    values = series.latest
    numbers.sort(key=itemgetter(0, 1))
    gapless = values.get("gapless", True) is not False
    first = values.get("first")
    expected = int(first) if isinstance(first, Decimal) else 1
    for used in numbers:
        if gapless and used.ordinal > expected:
            start = missing = written(str(values["format"]), year or used.date.year, expected)
            if used.ordinal > expected + 1:
                missing += " to " + written(str(values["format"]), year or used.date.year, used.ordinal - 1)
            yield NumberGapError.at(used.meta, number=used.number, missing=missing, first=start, series=series.id)
        expected = max(expected, used.ordinal + 1)
    issued = [used for used in numbers if not used.void]
    dates = [used.date for used in issued]
    if any(map(lt, dates[1:], dates)):
        yield from _disorder(issued)


def _disorder(issued: list[_Used]) -> Iterator[LedgerError]:
    """Yield the documents whose dates are out of order: those outside a longest run of dates that never go back.

    Each is told with the nearest document of the run that it disagrees with.
    """
    run = _longest_run([used.date for used in issued])
    kept = set(run)
    for n, used in enumerate(issued):
        if n in kept:
            continue
        at = bisect_right(run, n)
        before = issued[run[at - 1]] if at else None
        other, side = (before, "before") if before and before.date > used.date else (issued[run[at]], "after")
        yield NumberOrderError.at(
            used.meta, number=used.number, date=used.date, other=other.number, side=side, when=other.date
        )


def _longest_run(dates: list[Date]) -> list[int]:
    """Positions of a longest run of dates that never go back; of several, the one that keeps the first dates.

    >>> day = Date(2026, 1, 1).replace
    >>> _longest_run([day(day=1), day(day=9), day(day=2), day(day=3)])
    [0, 2, 3]
    """
    ends: list[int] = []  # of the best run of each length, from the last date backwards, its first date as an ordinal
    at: list[int] = []
    follows: list[int | None] = [None] * len(dates)
    for n in reversed(range(len(dates))):
        key = -dates[n].toordinal()
        length = bisect_right(ends, key)
        follows[n] = at[length - 1] if length else None
        if length == len(ends):
            ends.append(key)
            at.append(n)
        else:
            ends[length], at[length] = key, n
    found: list[int] = []
    n_: int | None = at[-1]
    while n_ is not None:
        found.append(n_)
        n_ = follows[n_]
    return found
