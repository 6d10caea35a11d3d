"""What the plugins share: each error of a load is told once."""

from typing import Any

from beancount.core.data import Custom, Transaction

from billtext.errors import AllocationError, DocumentError, LedgerError, NumberError, RegisterError
from billtext.ledger import load
from billtext.outside.last_load import read

Options = dict[str, Any]


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
