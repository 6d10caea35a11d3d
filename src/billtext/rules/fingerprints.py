"""What pages are made of, as digests: a page whose digest is as it was need not be made anew. Pure.

A digest is of the ledger's text and not of what was read from it, which is many times quicker: half a million postings
of a year are told apart by their 80 MB of text in a third of a second. The text of a directive goes from its line to
that of the next one. A line that stands for all (an option, the company, a VAT code, a `pushmeta`) is in the digest
that all pages share. What a plugin of somebody else does to entries is not in the text: then the entries are taken.
"""

import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beancount.core.data import Custom

from billtext.ledger.schema import FORMS
from billtext.model import Date
from billtext.rules.book import Book

_OURS = ("billtext_plugins.", "beancount.")
_OF_THE_LOAD = {"filename", "input_hash"}  # what Beancount says of itself among the options
_PUSHED = b"\npush"  # at the beginning of a line: a tag or a key for all that follows
_BREAK = b"\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Digests of what one file of the ledger says: a file that is as it was is not gone through again.

    :param common: of what all pages hang on
    :param cards: of what its register and its papers say of each customer
    :param items: of what moved on the account of each customer
    :param months: of what moved in each month
    """

    common: str
    cards: Mapping[str, str]
    items: Mapping[str, str]
    months: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprints:
    """Digests of what pages are made of.

    :param common: what all have in common
    :param customers: what there is of each customer, by id
    :param months: what moved in each month, such as `2026-10`, and what was owed before it; and what was filed in each,
        such as `archive/2026-10`
    :param files: of which they are put together, by name
    """

    common: str
    customers: Mapping[str, str]
    months: Mapping[str, str]
    files: Mapping[str, Piece] = field(default_factory=dict, compare=False)

    def of(self, kind: str, name: str) -> str | None:
        """The digest of a customer or a month, if there is such a one."""
        return (self.customers if kind == "customer" else self.months).get(name)

    def mark(self, customer: str) -> str:
        """The digest of all that a row of one customer hangs on."""
        return _joined((self.common, customer, self.customers.get(customer, "")))


def of(book: Book, entries: Iterable[Any], texts: Mapping[str, bytes], options: Mapping[str, Any],
       as_of: Date, *also: object, known: Mapping[str, Piece] | None = None) -> Fingerprints:  # fmt: skip
    """Take the digests of a ledger.

    :param entries: directives of the book
    :param texts: the ledger's files by name, without those that are known
    :param options: Beancount's, of the load
    :param also: what else all pages depend on
    :param known: what was taken of files that are as they were; right as long as `common` comes out as it was then, for
        what a line of one file means may hang on what another says for all
    """
    plugins = [(str(name), config) for name, config in options.get("plugin", ())]
    if not all(name.startswith(_OURS) for name, _ in plugins):
        known, texts = {}, {}
    said = sorted((key, str(value)) for key, value in options.items() if key not in _OF_THE_LOAD and _plain(value))
    common = [repr(also), repr(as_of), repr(said)]
    common += [repr(plugins), *(error.message for error in book.errors)]
    files = _pieces(book, entries, texts, known or {})
    cards: dict[str, list[str]] = {}
    customers: dict[str, list[str]] = defaultdict(list)
    months: dict[str, list[str]] = defaultdict(list)
    for _, piece in sorted(files.items()):
        common.append(piece.common)
        for target, marks in ((cards, piece.cards), (customers, piece.items), (months, piece.months)):
            for name, mark in marks.items():
                target.setdefault(name, []).append(mark)
    for customer, found in cards.items():
        customers[customer].extend(found)
    for item, touching in book.allocations.of.items():
        for each in touching:
            words = f"{each.date}{each.amount}{each.source.name}{each.source.kind}{each.target.name}"
            customers[item.customer].append(words)
            months[_month(item.date)].append(words)
    for number, notes in book.corrections_of.items():
        invoice = book.ledger.documents.get(number)
        for note in notes:
            if invoice is not None and invoice.customer != note.customer:  # a mistake, but each is named by the other
                both = customers[invoice.customer] + customers[note.customer]
                customers[invoice.customer], customers[note.customer] = both, list(both)
    for month, there in _whose(book).items():
        months[month] += [mark for customer in sorted(there) for mark in cards.get(customer, ())]
    for one in book.ledger.filed:
        months[f"archive/{_month(one.date)}"].extend(customers[one.customer])
    for month, flow in book.months_until(as_of).items():
        months[month].append(repr(flow))
    return Fingerprints(
        common=_joined(common),
        customers={customer: _joined(found) for customer, found in customers.items()},
        months={month: _joined(found) for month, found in months.items()},
        files=files,
    )


def _pieces(
    book: Book, entries: Iterable[Any], texts: Mapping[str, bytes], known: Mapping[str, Piece]
) -> dict[str, Piece]:
    """The digests of all files, and of what is in no file."""
    changed = [entry for entry in entries if entry.meta.get("filename") not in known]
    told = _told(changed, texts)
    common: dict[str, list[str]] = {
        name: [_digest(text).hex()] if _PUSHED in b"\n" + text else [] for name, text in texts.items()
    }
    cards: dict[str, dict[str, list[str]]] = {}
    items: dict[str, dict[str, list[str]]] = {}
    months: dict[str, dict[str, list[str]]] = {}
    for entry in changed:
        if type(entry) is Custom and entry.type in FORMS:
            name, owners, mark = str(entry.meta.get("filename")), _owners(book, entry), told(entry).hex()
            if not owners:
                common.setdefault(name, []).append(mark)
            for owner in owners:
                cards.setdefault(name, {}).setdefault(owner, []).append(mark)
    for item in book.items:
        name = str(item.entry.meta.get("filename"))
        if name not in known:
            mark = told(item.entry).hex()
            items.setdefault(name, {}).setdefault(item.customer, []).append(mark)
            months.setdefault(name, {}).setdefault(_month(item.date), []).append(mark)
    found = dict(known)
    for name in {*common, *cards, *items}:
        found[name] = Piece(
            common=_joined(common.get(name, ())),
            **{
                key: {each: _joined(marks) for each, marks in of_file.get(name, {}).items()}
                for key, of_file in (("cards", cards), ("items", items), ("months", months))
            },
        )  # fmt: skip
    return found


def _month(date: Date) -> str:
    return f"{date.year:04}-{date.month:02}"


def _whose(book: Book) -> dict[str, set[str]]:
    """The customers on whose accounts something moved, by month."""
    found: dict[tuple[int, int], set[str]] = {}
    for item in book.items:
        found.setdefault((item.date.year, item.date.month), set()).add(item.customer)
    return {f"{year:04}-{month:02}": there for (year, month), there in found.items()}


def _owners(book: Book, entry: Custom) -> list[str]:
    """The customers whom alone a directive is about; none where all pages may hang on it."""
    values = [str(value.value) for value in entry.values or ()]
    if entry.type in {"customer", "contact"}:
        return values[:1]
    if entry.type == "delivery" and entry.meta.get("statement"):
        return list(dict.fromkeys(values))
    if entry.type == "filed":
        return [str(entry.meta.get("customer"))]
    if entry.type in {"delivery", "allocate"}:
        numbers = values if entry.type == "delivery" else values[:2]
        documents = [book.ledger.documents[number] for number in numbers if number in book.ledger.documents]
        found = list(dict.fromkeys(document.customer for document in documents))
        return found if entry.type == "delivery" or len(found) == 1 else []
    return []


def _plain(value: object) -> bool:
    return isinstance(value, str | bool | int | Decimal)


class _told:  # noqa: N801 - it is called like a function
    """The digest of an entry's text."""

    def __init__(self, entries: Iterable[Any], texts: Mapping[str, bytes]) -> None:
        lines: dict[str, list[int]] = {}
        for entry in entries:
            lines.setdefault(entry.meta.get("filename"), []).append(entry.meta.get("lineno"))
        self._known = {name: _spans(texts[name], found) for name, found in lines.items() if name in texts}

    def __call__(self, entry: Any) -> bytes:
        spans = self._known.get(entry.meta.get("filename"))
        if spans is None:  # what no file has, or more than its file has to do with
            return _digest(repr(entry).encode())
        starts, marks = spans
        return marks[max(0, bisect_right(starts, entry.meta["lineno"]) - 1)]


def _spans(text: bytes, lines: Iterable[int]) -> tuple[list[int], list[bytes]]:
    """Where the text of directives begins, in lines, and the digest of each; what no empty line parts is one."""
    pieces = text.split(_BREAK)
    first, line = [], 1
    for piece in pieces:
        first.append(line)
        line += piece.count(b"\n") + len(_BREAK)
    used = sorted({bisect_right(first, line) - 1 for line in lines})
    ends = [*used[1:], len(pieces)]
    marks = [_digest(_BREAK.join(pieces[start:end]).strip(b"\n")) for start, end in zip(used, ends, strict=True)]
    return [first[start] for start in used], marks


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def _joined(found: Iterable[str]) -> str:
    return _digest("\0".join(found).encode("utf-8", "surrogatepass")).hex()
