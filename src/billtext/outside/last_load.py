"""What the plugins read while a ledger was loaded, for who asks for the same entries afterwards: Fava, above all.

A book of a hundred thousand invoices takes seconds to build. The plugins build it in the middle of a load; who has
loaded the ledger then need not build it again, as long as the entries are the same.
"""

import gc
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import is_
from typing import Any

from beancount.core.data import Custom, Open, Pad, Transaction

from billtext.ledger import load
from billtext.rules import book
from billtext.rules.book import Book

_READ = (Transaction, Custom, Open, Pad)


@dataclass(slots=True)
class Load:
    """One load of a ledger, of which each plugin sees a part: Beancount hands the same options to all of them.

    :param entries: those that were read, or that differ from them in nothing that is read
    :param told: errors that a plugin has reported, as file, line and message
    """

    options: Mapping[str, Any]
    entries: list[Any]
    book: Book
    told: set[tuple[str, int, str]] = field(default_factory=set)


# By the name of the ledger's top file: Fava may show several ledgers.
_last: OrderedDict[str, Load] = OrderedDict()
_KEPT = 4


def read(entries: list[Any], options: Mapping[str, Any]) -> Load:
    """Read entries in a plugin; a second plugin over the same entries does not read them again."""
    name = str(options.get("filename", ""))
    before = _last.get(name)
    if before is not None and before.options is not options:
        before = None
    if before and len(before.entries) == len(entries) and all(map(is_, before.entries, entries)):
        return before
    current = Load(options=options, entries=entries, book=build(entries))
    if before:
        current.told = before.told
    _last[name] = current
    _last.move_to_end(name)
    while len(_last) > _KEPT:
        _last.popitem(last=False)
    return current


def book_of(entries: Sequence[Any]) -> Book:
    """The book of a loaded ledger, ready to be looked things up in: the one that a plugin has built, else a new one."""
    found = next((known.book for known in list(_last.values()) if _same(known.entries, entries)), None)
    with _uncollected():
        found = found or book.build(entries, load.sources)
        _ = found.spans_of, found.months
    return found


def build(entries: Iterable[Any]) -> Book:
    """Build a book."""
    gc.unfreeze()
    with _uncollected():
        return book.build(entries, load.sources)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Ask the collector of garbage not to look through what is made here: it lives on."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()


def _same(read: Iterable[Any], entries: Iterable[Any]) -> bool:
    """Whether two lists hold the same directives of the kinds that a book is made of, in the same order."""
    ours = [entry for entry in read if isinstance(entry, _READ)]
    theirs = [entry for entry in entries if isinstance(entry, _READ)]
    return len(ours) == len(theirs) and all(map(is_, ours, theirs))
