"""What the plugins share: read the entries once, and report the errors of one part or of all."""

import gc
from typing import Any

from beancount.core.data import Transaction

from billtext.errors import DocumentError, LedgerError, RegisterError
from billtext.ledger import load
from billtext.rules import book

_last: list[tuple[list[Any], book.Book]] = []


def check(entries: list[Any], part: type[LedgerError] | None = None) -> list[LedgerError]:
    """Errors of a ledger, all or of one part; none while billtext itself loads it, since it reads them afterwards."""
    if load.loading.get():
        return []
    return [error for error in read(entries).errors if part is None or _is_of(error, part)]


def _is_of(error: LedgerError, part: type[LedgerError]) -> bool:
    """Whether an error is of a part; a wrong key belongs to documents in a transaction, else to the register."""
    if type(error).__base__ is LedgerError:
        return part is (DocumentError if isinstance(error.entry, Transaction) else RegisterError)
    return isinstance(error, part)


def read(entries: list[Any]) -> book.Book:
    """Read entries; a second plugin over the same entries does not read them again."""
    if _last and len(_last[0][0]) == len(entries) and all(a is b for a, b in zip(_last[0][0], entries, strict=True)):
        return _last[0][1]
    collecting = gc.isenabled()
    gc.disable()
    gc.unfreeze()
    try:
        found = book.build(entries, load.sources)
    finally:
        gc.freeze()  # the entries live on: later collections need not look through them again
        if collecting:
            gc.enable()
    _last[:] = [(entries, found)]
    return found
