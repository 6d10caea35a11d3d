"""What pages are made of, as digests: a page whose digest is as it was need not be made anew. Pure.

A digest is of the ledger's text and not of what was read from it, which is many times quicker: half a million postings
of a year are told apart by their 80 MB of text in a third of a second. The text of a directive goes from its line to
that of the next one. A line that stands for all (an option, the company, a VAT code, a `pushmeta`) is in the digest
that all pages share. What a plugin of somebody else does to entries is not in the text: then the entries are taken.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core.data import Custom

from billtext.ledger.schema import FORMS
from billtext.model import Date
from billtext.money import ZERO
from billtext.rules.book import Book

_OURS = ("billtext_plugins.", "beancount.")
_OF_THE_LOAD = {"filename", "input_hash"}  # what Beancount says of itself among the options
_PUSHED = b"\npush"  # a tag or a key for all that follows
_BREAK = b"\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprints:
    """Digests of what pages are made of.

    :param common: what all have in common
    :param customers: what there is of each customer, by id
    :param months: what moved in each month, such as `2026-10`, and what was owed at its end; and what was filed in
        each, such as `archive/2026-10`
    """

    def of(self, kind: str, name: str) -> str | None:
        """The digest of a customer or a month, if there is such a one."""
        return (self.customers if kind == "customer" else self.months).get(name)

    common: str
    customers: Mapping[str, str]
    months: Mapping[str, str]


def of(book: Book, entries: Iterable[Any], texts: Mapping[str, bytes], options: Mapping[str, Any],
       as_of: Date, *also: object) -> Fingerprints:  # fmt: skip
    """Take the digests of a ledger.

    :param entries: directives of the book
    :param texts: the ledger's files by name
    :param options: Beancount's, of the load
    :param also: what else all pages depend on
    """
    plugins = [str(name) for name, _ in options.get("plugin", ())]
    told = _told(entries, texts if all(name.startswith(_OURS) for name in plugins) else {})
    said = sorted((key, str(value)) for key, value in options.items() if key not in _OF_THE_LOAD and _plain(value))
    common = [repr(also), repr(as_of), repr(said)]
    common += [repr(plugins), *(error.message for error in book.errors)]
    common += [_digest(text).hex() for _, text in sorted(texts.items()) if _PUSHED in text]
    parts: dict[str, list[bytes]] = {}
    for entry in entries:
        if type(entry) is Custom and entry.type in FORMS:
            owners = _owners(book, entry)
            if not owners:
                common.append(told(entry).hex())
            for owner in owners:
                parts.setdefault(owner, []).append(told(entry))
    cards = {customer: b"".join(found) for customer, found in parts.items()}
    months: dict[str, list[bytes]] = {}
    for customer, items in book.items_of.items():
        found = parts.setdefault(customer, [])
        for item in items:
            mark = told(item.entry)
            found.append(mark)
            month = f"{item.date.year:04}-{item.date.month:02}"
            months.setdefault(month, []).append(mark + cards.get(customer, b""))
            for each in book.allocations.of.get(item, ()):
                words = f"{each.date}{each.amount}{each.source.name}{each.source.kind}{each.target.name}".encode()
                found.append(words)
                months[month].append(words)
    for one in book.ledger.filed:
        months.setdefault(f"archive/{one.date.year:04}-{one.date.month:02}", []).extend(parts[one.customer])
    _owed(book, as_of, months)
    return Fingerprints(
        common=_joined(word.encode() for word in common),
        customers={customer: _joined(found) for customer, found in parts.items()},
        months={month: _joined(found) for month, found in months.items()},
    )


def _owed(book: Book, as_of: Date, months: dict[str, list[bytes]]) -> None:
    """Put what was owed at the end of each month, and before it, to what moved in it."""
    owed: dict[str, Any] = {}
    rest = iter(book.items)
    item = next(rest, None)
    for month in sorted(name for name in months if "/" not in name):
        months[month].append(repr(sorted(owed.items())).encode())
        while item is not None and f"{item.date.year:04}-{item.date.month:02}" <= month and item.date <= as_of:
            owed[item.currency] = owed.get(item.currency, ZERO) + item.amount
            item = next(rest, None)
        months[month].append(repr(sorted(owed.items())).encode())


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
        self._seen: dict[int, bytes] = {}

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


def _joined(found: Iterable[bytes]) -> str:
    return hashlib.blake2b(b"\0".join(found), digest_size=16).hexdigest()
