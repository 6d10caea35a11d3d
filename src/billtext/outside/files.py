"""Single files: read one, hold a directory, write one whole or not at all. Several together: see `switching`."""

import contextlib
import errno
import hashlib
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from billtext.errors import Refused, Unreadable

_END = re.compile(r"\r\n?")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_PAUSE = 0.02  # seconds between two looks at a lock that somebody else holds


class Busy(Refused):
    """Another process holds a directory."""


def sync(directory: Path) -> None:
    """Bring a directory's entries to disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def hold(directory: Path, busy: str, wait: float = 0) -> int:
    """Hold a directory; the system lets go of it when the process ends, however it ends.

    :param busy: what is said where another process holds it
    :param wait: seconds to wait for that
    :return: what `os.close` lets go of
    :raises Busy: it still holds it then
    """
    try:
        import fcntl
    except ImportError:  # Windows: no lock on a directory
        return os.open(os.devnull, os.O_RDONLY)
    try:
        handle = os.open(directory, os.O_RDONLY)
    except OSError as error:
        raise Refused(f"{directory}: cannot be written ({error.strerror})") from None
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= end:
                os.close(handle)
                raise Busy(busy) from None
            time.sleep(_PAUSE)
        else:
            return handle


def read(path: Path) -> str:
    """Text of a file.

    :raises Unreadable: it cannot be read, or is not UTF-8
    """
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Unreadable(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read ({error.strerror})") from None


def below(root: Path, path: str | Path) -> str:
    """A file's path from a directory, if it is below it; else as it is.

    >>> below(Path("/books"), "/books/invoices/2026.beancount"), below(Path("/books"), "/tmp/a")
    ('invoices/2026.beancount', '/tmp/a')
    """
    path = Path(path)
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def digest(content: bytes) -> str:
    """SHA-256 of a file, as the ledger writes it."""
    return hashlib.sha256(content).hexdigest()


def raw(path: Path) -> str:
    """Text of a file with its line ends as they are."""
    with path.open(encoding="utf-8", newline="") as file:
        return file.read()


def ended(text: str, old: str) -> str:
    """Text that is added to a file, with the line ends that most of its lines have.

    :param text: its lines end in `\\n`
    :param old: the file's, `raw`

    >>> ended("new\\n", "one\\r\\ntwo\\r\\n"), ended("new\\n", "one\\r\\ntwo\\nthree\\n")
    ('new\\r\\n', 'new\\n')
    """
    return text.replace("\n", "\r\n") if old.count("\r\n") * 2 > old.count("\n") else text


def kept(text: str, old: str) -> str:
    """The new text of a file, in which each line that was there keeps its own line end.

    :param text: its lines end in `\\n`
    :param old: the file's, `raw`

    >>> kept("zero\\none\\nthree\\n", "one\\r\\ntwo\\r\\nthree\\n")
    'zero\\r\\none\\r\\nthree\\n'
    """
    if "\r" not in old:
        return text
    import difflib

    there, new = _LINE.findall(old), _LINE.findall(text)
    same = difflib.SequenceMatcher(None, [_END.sub("\n", line) for line in there], new, autojunk=False)
    lines = [ended(line, old) for line in new]
    for a, b, size in same.get_matching_blocks():
        lines[b : b + size] = there[a : a + size]
    return "".join(lines)


_DEVICES = Path("/dev")


def replace(
    path: Path, text: str | bytes, *, encoding: str = "utf-8", durable: bool = True, secret: bool = False
) -> None:
    """Write one file whole or not at all; a device or a pipe, such as `/dev/null`, is written to and stays what it is.

    :param text: or bytes as they are
    :param durable: bring it to disk before going on; what can be made again at any time need not be
    :param secret: only its owner may read it, from the beginning
    :raises Refused: the file or its directory cannot be written
    """
    draft = path.with_name(f".billtext-new-{os.getpid()}-{threading.get_ident()}")  # of this process and thread alone
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        content = text.encode(encoding, "backslashreplace") if isinstance(text, str) else text
        if path.exists() and (not path.is_file() or path.absolute().parent == _DEVICES):
            with path.open("wb") as file:
                file.write(content)
            return

        def fill(file: IO[bytes]) -> None:
            if secret:
                os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())

        if os.path.lexists(path) or not _named_when_whole(path, fill):
            try:
                if not _named_when_whole(draft, fill):
                    with draft.open("wb") as file:
                        fill(file)
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
    except OSError as error:
        why = f"cannot be written ({error.strerror})"
        raise Refused(f"{path}: {why}; choose another place", reason=f"its file {why}") from None
    if durable:
        sync(path.parent)


def _named_when_whole(path: Path, fill: Callable[[IO[bytes]], None]) -> bool:
    """Make a file that has no name before it is whole; return False where the system cannot, or where one is there.

    Of a run that is killed nothing is left. And of several processes that make files in one directory none waits for
    another: to find room for a file takes the system as long as a PDF's text takes us, to name it next to no time.
    """
    if not hasattr(os, "O_TMPFILE"):
        return False
    try:
        handle = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY, 0o666)
    except OSError:
        return False
    with open(handle, "wb") as file:  # noqa: PTH123 - it is open
        fill(file)
        try:
            os.link(f"/proc/self/fd/{handle}", path, src_dir_fd=handle, follow_symlinks=True)
        except OSError:
            return False
    return True


def check_place(directory: Path) -> None:
    """See whether files could be written into a directory that need not be there yet; nothing is touched.

    :raises Refused: they could not
    """
    there = next((place for place in (directory, *directory.parents) if os.path.lexists(place)), directory)
    why = "" if there.is_dir() else f"{there.name} is no directory"
    if not why and not os.access(there, os.W_OK | os.X_OK):
        why = os.strerror(errno.EACCES)
    if why:
        raise Refused(f"{directory}: cannot be written ({why}); choose another place")


def keep(text: str, stem: str) -> Path:
    """Keep a text that was typed and cannot be written where it belongs, outside the ledger; return where."""
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f"billtext-{stem}-", suffix=".beancount")
    with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123 - it is open
        file.write(text)
    return Path(name)
