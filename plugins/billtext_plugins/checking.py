"""What the plugins share: read the entries of a load once, and tell each error of it once."""

import gc
from dataclasses import dataclass, field
from operator import is_
from typing import Any

from beancount.core.data import Custom, Transaction

from billtext.errors import AllocationError, DocumentError, LedgerError, NumberError, RegisterError
from billtext.ledger import load
from billtext.rules import book
from billtext.rules.book import Book

Options = dict[str, Any]


@dataclass(slots=True)
class Load:
    """One load of a ledger, of which each plugin sees a part: Beancount hands the same options to all of them.

    :param entries: those that were read, or that differ from them in nothing that is read
    :param told: errors that a plugin has reported, as file, line and message
    """

    options: Options
    entries: list[Any]
    book: Book
    told: set[tuple[str, int, str]] = field(default_factory=set)


_last: list[Load] = []


def check(entries: list[Any], options: Options, part: type[LedgerError] | None = None) -> list[LedgerError]:
    """Errors of a ledger, all or of one part, but for those that another plugin has told in this load.

    None while billtext itself loads the ledger, since it reads the entries afterwards.
    """
    if load.loading.get():
        return []
    current = read(entries, options)
    found = []
    for error in current.book.errors:
        key = (error.file, error.line, error.message)
        if key not in current.told and (part is None or _is_of(error, part)):
            current.told.add(key)
            found.append(error)
    return found


# What is wrong with these directives belongs to the part that reads them.
_READ_BY: dict[str, type[LedgerError]] = {"void": NumberError, "allocate": AllocationError}


def _is_of(error: LedgerError, part: type[LedgerError]) -> bool:
    """Whether an error is of a part; a wrong key belongs to documents in a transaction, else to the register."""
    if isinstance(error.entry, Custom) and error.entry.type in _READ_BY:
        return part is _READ_BY[error.entry.type]
    if type(error).__base__ is LedgerError:
        return part is (DocumentError if isinstance(error.entry, Transaction) else RegisterError)
    return isinstance(error, part)


def read(entries: list[Any], options: Options) -> Load:
    """Read entries; a second plugin over the same entries does not read them again."""
    before = _last[0] if _last and _last[0].options is options else None
    if before and len(before.entries) == len(entries) and all(map(is_, before.entries, entries)):
        return before
    current = Load(options=options, entries=entries, book=_build(entries))
    if before:
        current.told = before.told
    _last[:] = [current]
    return current


def _build(entries: list[Any]) -> Book:
    collecting = gc.isenabled()
    gc.disable()
    gc.unfreeze()
    try:
        return book.build(entries, load.sources)
    finally:
        gc.freeze()  # the entries live on: later collections need not look through them again
        if collecting:
            gc.enable()
