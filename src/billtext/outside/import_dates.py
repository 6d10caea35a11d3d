"""History is older than the ledger: what a document needs and the ledger knows only from a later day is dated back.

An account is opened once, so nothing but an earlier date on its `open` lets an older document use it. The same goes for
the first directive of a customer, and of the terms that it names. Only the date that begins the line is changed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from billtext.errors import Refused
from billtext.model import Date
from billtext.outside.import_book import Document
from billtext.outside.import_register import NewRecord
from billtext.outside.ledger_scan import Known, Place

Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A directive that is dated back.

    :param what: `open` or the directive of the register, with the account or id
    :param before: its date until now, `after` that of the first document
    """

    what: Key
    before: Date
    after: Date
    place: Place

    def __str__(self) -> str:
        """What was done, for the bookkeeper."""
        name = " ".join(self.what).removeprefix("open ")
        return f"{name} from {self.before} to {self.after} ({self.place})"


def earlier(documents: Iterable[Document], customers: Iterable[NewRecord], known: Known) -> list[Dated]:
    """The directives to be dated back, in the order of their names.

    :param documents: those to be booked
    :param customers: those to be written, who may name terms of the ledger
    """
    wanted: dict[Key, Date] = {}
    for document in documents:
        for key in _needs(document, known):
            wanted[key] = min(document.date, wanted.get(key, document.date))
    for record in customers:
        for date, values in record.versions.items():
            if "terms" in values:
                key = ("terms", values["terms"])
                wanted[key] = min(date, wanted.get(key, date))
    found = []
    for key, date in sorted(wanted.items()):
        found += [Dated(what=key, before=place.date, after=date, place=place) for place in known.later(*key, date)]
    return found


def _needs(document: Document, known: Known) -> Iterator[Key]:
    """Yield what a document needs to be there on its day: its accounts, its customer and the terms of that customer."""
    yield "open", f"{known.register.options.receivable}:{document.customer}"
    for account in {line.account for line in document.lines} | {str(tax.account) for tax, _ in document.vats}:
        yield "open", account
    yield "customer", document.customer
    record = known.register.get("customer", document.customer)
    if record is not None and "terms" in record.versions[0].values:
        yield "terms", str(record.versions[0].values["terms"])


def rewritten(text: Iterable[str], changes: Iterable[Dated]) -> str:
    """Text of a ledger file with the dates at the beginning of some lines changed.

    :param text: its lines, with their ends as they are
    :raises Refused: a line is no longer what it was when the ledger was read
    """
    lines = list(text)
    for change in changes:
        n = change.place.line - 1
        if n >= len(lines) or not lines[n].startswith(change.place.written):
            raise Refused(f"{change.place} was changed by somebody else meanwhile; run the command again")
        lines[n] = change.after.isoformat() + lines[n].removeprefix(change.place.written)
    return "".join(lines)


def by_file(changes: Iterable[Dated]) -> Mapping[Path, list[Dated]]:
    """Changes by the file that they are in."""
    found: dict[Path, list[Dated]] = {}
    for change in changes:
        found.setdefault(change.place.file, []).append(change)
    return found
