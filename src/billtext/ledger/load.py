"""Load a ledger: the only caller of Beancount's loader, and of files that Beancount has read."""

import gc
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from billtext.errors import Unreadable

# True while we load a ledger ourselves: its entries are read once, after loading, so our plugins have nothing to do.
loading: ContextVar[bool] = ContextVar("loading", default=False)


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
        raise Unreadable(f"{path}: not UTF-8 text ({error.reason}); save the ledger's files as UTF-8") from error
    except ArithmeticError as error:
        raise Unreadable(f"{path}: a number has more digits than Beancount can reckon with") from error
    except RecursionError as error:
        raise Unreadable(f"{path}: nested too deeply to be read") from error
    finally:
        gc.freeze()
        if collecting:
            gc.enable()
        loading.reset(token)
    return Loaded(path=path, entries=entries, errors=errors, options=options)


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
