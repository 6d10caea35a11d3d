"""Load a ledger: the only caller of Beancount's loader, and of files that Beancount has read."""

import codecs
import gc
import glob
import re
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from billtext.errors import Unreadable

# True while we load a ledger ourselves: its entries are read once, after loading, so our plugins have nothing to do.
loading: ContextVar[bool] = ContextVar("loading", default=False)

State = dict[str, tuple[int, int] | None]  # of files, by name: when they were changed, and how large they are


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A ledger as Beancount gives it: directives in order, errors, options."""

    path: Path
    entries: list[Any]
    errors: list[Any]
    options: dict[str, Any]


def sources(names: Iterable[str]) -> dict[str, str]:
    """Text of the ledger files of these names; what is no file (a string in a test) is left out."""
    found = {}
    for name in names:
        try:
            found[name] = Path(name).read_text("utf-8")
        except (OSError, UnicodeDecodeError, ValueError):
            continue
    return found


def load(path: Path) -> Loaded:
    """Load a ledger from its top file.

    :raises Unreadable: there is no such file, or it is not a text file in UTF-8
    """
    _readable(path)
    from beancount import loader

    token = loading.set(True)
    collecting = gc.isenabled()
    gc.disable()  # entries are many and live to the end: looking for garbage among them takes a fifth of the time
    try:
        # Without Beancount's cache: it misses files that newly match an include, and it would keep for
        # `bean-check` a load
        # in which our plugins had been idle.
        entries, errors, options = loader._uncached_load_file(str(path.resolve()), None, None, None)
    except UnicodeDecodeError as error:
        _included(path, set())
        raise Unreadable(f"{path}: not UTF-8 text ({error.reason}); save the ledger's files as UTF-8") from error
    except OSError as error:
        _included(path, set())
        raise Unreadable(f"{error.filename or path}: cannot be read ({error.strerror})") from error
    except ArithmeticError as error:
        raise Unreadable(f"{path}: a number has more digits than Beancount can reckon with") from error
    except RecursionError as error:
        raise Unreadable(f"{path}: nested too deeply to be read") from error
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
        loading.reset(token)
    for name in options.get("include", ()):
        _readable(Path(name))  # Beancount minds no bytes in comments, and calls a byte order mark a wrong token
    errors = _at_their_lines(errors, [str(path.resolve()), *options.get("include", ())])
    return Loaded(path=path, entries=entries, errors=errors, options=options)


_NAMED = re.compile(r'(?:File glob|Error importing|Error applying plugin) "([^"\n]*)"')


def _at_their_lines(errors: list[Any], names: list[str]) -> list[Any]:
    """Errors of Beancount, of which those about an `include` or a `plugin` stand at its line, not at line 0 of nothing.

    :param names: files of the ledger
    """
    found = []
    for error in errors:
        about = _NAMED.match(str(error.message)) if error.source.get("filename") == "<load>" else None
        wrong = re.compile(rf'^(?:include|plugin)\s+"{re.escape(about[1])}"', re.MULTILINE) if about else None
        for name, text in sources(dict.fromkeys(names)).items() if wrong else ():
            here = wrong and wrong.search(text)
            if here:
                line = text.count("\n", 0, here.start()) + 1
                error = error._replace(source={"filename": name, "lineno": line})
                break
        found.append(error)
    return found


def changed(loaded: Loaded) -> bool:
    """Whether files of a ledger were written since it was loaded."""
    from beancount import loader

    return bool(loader.needs_refresh(loaded.options))


_INCLUDE = re.compile(r'^include\s+"([^"\n]*)"', re.MULTILINE)
_MARK = codecs.BOM_UTF8


def _included(path: Path, seen: set[Path]) -> None:
    """Look for the file that Beancount could not read among those that a file includes.

    :raises Unreadable: it is found
    """
    seen.add(path)
    for pattern in _INCLUDE.findall(path.read_text("utf-8")):
        for name in sorted(glob.glob(str(path.parent / pattern), recursive=True)):  # noqa: PTH207 - as Beancount
            file = Path(name)
            if file.is_dir():
                raise Unreadable(
                    f"{path}: the include {pattern!r} names the directory {name}; "
                    f"name files, such as {pattern.rstrip('/*') + '/*.beancount'!r}"
                )
            if file not in seen:
                _readable(file)
                _included(file, seen)


def _readable(path: Path) -> None:
    if path.is_dir():
        raise Unreadable(f"{path}: a directory, not a ledger; name its top file, such as {path / 'main.beancount'}")
    try:
        with path.open("rb") as file:
            data = file.read()
        data.decode("utf-8")
    except FileNotFoundError:
        raise Unreadable(
            f"{path}: there is no such ledger; name one with -f, or make one with `billtext init`"
        ) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(
            f"{path}:{line}: byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read ({error.strerror})") from None
    if data.startswith(_MARK):
        raise Unreadable(f"{path}:1: begins with a byte order mark (BOM); save the file as UTF-8 without it")


def state(names: Iterable[str]) -> State:
    """Time and size of ledger files as they are on the disk now; None of one that is not there.

    With them those that an include of theirs names by now.
    """
    found: State = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            stat = Path(name).stat()
        except OSError:
            found[name] = None
            continue
        found[name] = stat.st_mtime_ns, stat.st_size
        for pattern in _includes(name, stat.st_mtime_ns, stat.st_size):
            matches = glob.glob(str(Path(name).parent / pattern), recursive=True)  # noqa: PTH207 - as Beancount
            paths = [Path(match) for match in matches if Path(match).is_file()]
            waiting += [str(path.resolve() if ".." in path.parts else path) for path in paths]
    return dict(sorted(found.items()))


@lru_cache(maxsize=10_000)
def _includes(name: str, _time: int, _size: int) -> tuple[str, ...]:
    """What a file includes; it is read again when its time or size is another."""
    try:
        return tuple(_INCLUDE.findall(Path(name).read_text("utf-8")))
    except (OSError, UnicodeDecodeError):
        return ()


def parse(text: str, name: str, first_line: int = 1) -> tuple[list[Any], list[Any]]:
    """Directives of ledger text as they are written, before anything is filled in; and Beancount's errors.

    :param name: file that the text belongs to, and the line in it on which the text begins
    """
    from beancount.parser import parser

    entries, errors, _ = parser.parse_string(text, report_filename=name, report_firstline=first_line)
    return entries, errors


def added(entries: list[Any], new: list[Any], options: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """New directives of a ledger, booked, and what Beancount has to say of them.

    :param entries: those of the ledger, loaded
    :param new: those that `parse` gave
    """
    from beancount.core.data import Balance, Close, Open, entry_sortkey
    from beancount.ops import balance, validation
    from beancount.parser import booking

    from billtext.ledger.chart import Chart

    booked, errors = booking.book(new, options)
    accounts = [entry for entry in entries if isinstance(entry, Open | Close)]
    fresh = {id(entry) for entry in booked}
    few = sorted([*accounts, *booked], key=entry_sortkey)
    checks: tuple[Any, ...] = (
        validation.validate_open_close,
        validation.validate_active_accounts,
        validation.validate_currency_constraints,
        validation.validate_check_transaction_balances,
    )
    chart = Chart(few)
    for check in checks:
        found = [error for error in check(few, options) if id(error.entry) in fresh]
        errors += [error._replace(message=chart.told(error.message, error.entry.date)) for error in found]
    touched = {(p.account, entry.date) for entry in booked for p in getattr(entry, "postings", ())}
    asserted = [
        entry for entry in entries
        if isinstance(entry, Balance)
        and any(entry.date > date and f"{name}:".startswith(f"{entry.account}:") for name, date in touched)
    ]  # fmt: skip
    if asserted:
        _, found = balance.check(together(entries, booked), options)
        kept = {id(entry) for entry in asserted}
        errors += [error for error in found if id(error.entry) in kept or error.entry in asserted]
    return booked, errors


def together(entries: list[Any], new: list[Any]) -> list[Any]:
    """Directives of a ledger and new ones, booked, in Beancount's order."""
    from beancount.core.data import entry_sortkey

    return sorted([*entries, *new], key=entry_sortkey)
