"""The archive: where a file is put and under which name, what is missing, and how long it is kept. Pure.

Beancount's option `documents` finds a file below the directories of its account, by a date and a point before its name:

>>> place("Assets:Receivable:C00017", datetime.date(2026, 3, 2), "2026-0012.pdf")
'Assets/Receivable/C00017/2026-03-02.2026-0012.pdf'
"""

import datetime
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from billtext.errors import Refused
from billtext.model import DOCUMENTS, Date, Document, Filed, Item
from billtext.rules import claims, deliveries, presenting
from billtext.rules.book import Book

ROOT = "documents"  # the directory, beside the ledger's top file
# The forms in which documents are filed, by the end of the file's name; the first that fits says which it is.
FORMS = {"facturx": ".factur-x.pdf", "ubl": ".ubl.xml", "pdf": ".pdf"}
_ENDING = re.compile(r"[a-z0-9]{1,8}")


def place(account: str, date: Date, name: str) -> str:
    """Path of a file below `documents/`.

    :param name: of the file before it is dated, safe as that
    """
    return f"{account.replace(':', '/')}/{date.isoformat()}.{name}"


def forms(book: Book, document: Document) -> tuple[str, ...]:
    """The forms in which a document is filed: a PDF for all, and what its customer gets, as the register is on its day.

    The PDF is a Factur-X where that is what the customer gets; an e-invoice that goes by itself is filed beside it.
    """
    wanted = deliveries.forms(deliveries.parcel(book, document, document.date))
    kept = tuple(form for form in wanted if form in FORMS)
    return kept if set(kept) & {"pdf", "facturx"} else ("pdf", *kept)


def as_filed(filed: Iterable[Filed], form: str) -> Filed | None:
    """The file that is a document in a form, of those that were filed of it; a PDF with its e-invoice inside is a PDF.

    >>> names = ("d/2026-03-02.1.factur-x.pdf", "d/2026-03-02.1.ubl.xml")
    >>> both = [Filed(date=Date(2026, 3, 2), file=name, sha256="", kind="invoice", customer="C1") for name in names]
    >>> [found and found.file[-7:] for found in (as_filed(both, form) for form in ("pdf", "facturx", "ubl", "html"))]
    ['r-x.pdf', 'r-x.pdf', 'ubl.xml', None]
    """
    by = {next((form for form in FORMS if one.file.endswith(FORMS[form])), ""): one for one in filed}
    return by.get(form) or (by.get("facturx") if form == "pdf" else None)


def ending(name: str) -> str:
    """The ending that a paper keeps: short and plain, else `bin`.

    >>> ending("Scan 3.PDF"), ending("letter"), ending("x.p/d")
    ('pdf', 'bin', 'bin')
    """
    found = name.rpartition(".")[2].lower() if "." in name else ""
    return found if _ENDING.fullmatch(found) else "bin"


def paper(account: str, date: Date, kind: str, stem: str, ending: str, taken: Callable[[str], bool]) -> str:
    """Path of a paper from outside, below `documents/`: nothing of its own name is in it, and none is given twice.

    :param stem: of the document that it belongs to, safe as a part of a file's name; or empty
    :param taken: whether there is such a file

    >>> paper("Assets:Receivable:C1", datetime.date(2026, 3, 2), "order", "", "pdf", {"x"}.__contains__)
    'Assets/Receivable/C1/2026-03-02.order.pdf'
    >>> used = {'Assets/Receivable/C1/2026-03-02.order-2026-0012.pdf'}
    >>> paper("Assets:Receivable:C1", datetime.date(2026, 3, 2), "order", "2026-0012", "pdf", used.__contains__)
    'Assets/Receivable/C1/2026-03-02.order-2026-0012_2.pdf'
    """
    base = f"{kind}-{stem}" if stem else kind
    found, count = place(account, date, f"{base}.{ending}"), 1
    while taken(found):
        count += 1
        found = place(account, date, f"{base}_{count}.{ending}")
    return found


def missing(book: Book, wanted: Iterable[Document]) -> list[Document]:
    """Issued documents that are not filed yet, in the order given."""
    there = {one.document for one in book.ledger.filed if one.kind in DOCUMENTS}
    return [document for document in wanted if document.number not in there]


def attached(document: Document) -> set[str]:
    """The paths below `documents/` of the files that a document names as its attachments."""
    named = (posixpath.normpath(file) for _, file in presenting.attachments(document.entry.meta))
    return {file.removeprefix(f"{ROOT}/") for file in named if file.startswith(f"{ROOT}/")}


def of(book: Book, document: Document) -> list[Filed]:
    """The files of the archive that are a document, belong to it, or go with it though they were filed with another."""
    named = attached(document)
    return [
        one for one in book.filed_of.get(document.customer, ()) if one.document == document.number or one.file in named
    ]


def find(
    book: Book, *, customer: str | None = None, kinds: Sequence[str] = (), start: Date | None = None,
    end: Date | None = None, document: str | None = None, text: str = "",
) -> list[Filed]:  # fmt: skip
    """Files of the archive by what is asked of them, in the order of date, customer and name.

    :param text: in the label, the number, the file's name or the customer's id or name, in any case of letters
    """
    low = text.casefold()
    owner = book.ledger.documents.get(document or "")
    named = attached(owner) if owner else set()

    def wanted(one: Filed) -> bool:
        if (customer and one.customer != customer) or (kinds and one.kind not in kinds):
            return False
        if (start and one.date < start) or (end and one.date > end):
            return False
        if document and one.document != document and one.file not in named:
            return False
        name = str(book.register.values("customer", one.customer, one.date).get("name") or "")
        return not low or any(low in each.casefold() for each in (one.label, one.document, one.file, name))

    return sorted(filter(wanted, book.ledger.filed), key=lambda one: (one.date, one.customer, one.file))


# --- how long ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """How long a kind of paper is kept after the end of its year.

    :param law: the paragraph that says so
    """

    months: int
    law: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How long a file is kept.

    :param until: the last day on which the law asks for it
    :param free: whether it may be destroyed
    :param why: why, or why not yet
    """

    filed: Filed
    until: Date
    free: bool
    why: str


def retention(book: Book, periods: Mapping[str, Period], as_of: Date) -> list[Kept]:
    """How long each file is kept, in the order of the days until when.

    The years are calendar years. A paper that belongs to a document is counted from the later of the two, and kept
    while the document is open; one that belongs to none, while the customer has anything open. What goes with documents
    as their attachment is kept as long as each of them.

    :raises Refused: there is no period for a kind
    """
    goes: dict[str, list[Document]] = {}
    for document in book.documents if book.ledger.filed else ():
        for file in attached(document) if document.date <= as_of else ():
            goes.setdefault(file, []).append(document)
    moved = _moved(book, as_of) if book.ledger.filed else {}
    found = [
        _kept(book, one, goes.get(one.file, ()), moved, periods, as_of)
        for one in book.ledger.filed if one.date <= as_of
    ]  # fmt: skip
    return sorted(found, key=lambda kept: (kept.until, kept.filed.customer, kept.filed.file))


def _moved(book: Book, as_of: Date) -> dict[str, list[Item]]:
    """Where claims went until a day: by what is settled, the amounts under the name of what settles it."""
    found: dict[str, list[Item]] = {}
    for item in book.items:
        if item.settles and "name" in item.meta and item.date <= as_of:
            found.setdefault(item.settles, []).append(item)
    if found:
        named: dict[str, list[Item]] = {}
        for item in book.items:
            named.setdefault(item.number, []).append(item)
        for several in found.values():
            several[:] = [one for item in several for one in named.get(str(item.meta["name"]), ())]
    return found


def _items(document: Document, moved: Mapping[str, Sequence[Item]]) -> list[Item]:
    """The amounts of a document, and those under whose names a merge or a person moved them to another account."""
    found = list(document.items)
    for item in found:  # which grows meanwhile
        found += [one for name in {item.name, item.number} for one in moved.get(name, ()) if one not in found]
    return found


def _kept(
    book: Book, one: Filed, goes: Sequence[Document], moved: Mapping[str, Sequence[Item]],
    periods: Mapping[str, Period], as_of: Date,
) -> Kept:  # fmt: skip
    """How long a file is kept.

    :param goes: documents whose attachment it is
    :param moved: see `_moved`
    """
    kinds = {one.kind: None, **dict.fromkeys(document.kind for document in goes)}
    unknown = next((kind for kind in kinds if kind not in periods), None)
    if unknown is not None:
        raise Refused(f"there is no period for which a {unknown} is kept; keep {one.file}")
    period = max((periods[kind] for kind in kinds), key=lambda period: period.months)
    own = book.ledger.documents.get(one.document)
    documents = {document.number: document for document in ([own] if own else []) + list(goes)}
    until = _after(max([one.date, *(document.date for document in documents.values())]).year, period.months)
    owners: list[tuple[str, Sequence[Item]]] = [(f"{d.number} is", _items(d, moved)) for d in documents.values()]
    if not owners:
        names = dict.fromkeys((one.customer, claims.heir(book, one.customer, as_of)))
        owners = [(f"customer {name} has something", book.items_of.get(name, ())) for name in names]
    owed = (
        who for who, items in owners
        if any(book.allocations.open(item, as_of) for item in items if item.date <= as_of)
    )  # fmt: skip
    if until >= as_of:
        return Kept(filed=one, until=until, free=False, why=f"{period.law}: until {until}")
    for who in owed:
        return Kept(filed=one, until=until, free=False, why=f"{who} still open")
    return Kept(filed=one, until=until, free=True, why=f"{period.law}: until {until}")


def _after(year: int, months: int) -> Date:
    """The last day of so many months after the end of a year, or the last that there is."""
    count = (year + 1) * 12 + months
    if count // 12 > datetime.MAXYEAR:
        return Date.max
    return datetime.date(count // 12, count % 12 + 1, 1) - datetime.timedelta(days=1)
