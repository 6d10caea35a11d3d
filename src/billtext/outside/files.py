"""Change several files together: all of them, or none, whatever interrupts.

New contents are written below `.billtext-switch/` beside the ledger, and brought to disk. Then a journal is written
that names what goes where: with it, the change is decided. The files are renamed into place and the journal is deleted.
A run that is killed before the journal leaves the ledger as it was; `recover` clears away what it had prepared. Killed
after it, `recover` finishes the renames. Every `Switch` recovers first.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from billtext.errors import Refused, Unreadable

STAGE = ".billtext-switch"
_JOURNAL = "journal.json"
_END = re.compile(r"\r\n?")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_PAUSE = 0.02  # seconds between two looks at a lock that somebody else holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What became of a change that was interrupted.

    :param finished: it was decided, and is done now; else it was not, and nothing of it remains
    :param files: the files that it is about, as far as they are known
    """

    finished: bool
    files: tuple[str, ...]

    def __str__(self) -> str:
        about = f" of {', '.join(self.files)}" if self.files else ""
        if self.finished:
            return f"a change{about} that was interrupted has been finished"
        return "a change that was interrupted before it was decided has been undone; run that command again"


def recover(root: Path) -> Recovered | None:
    """Finish or clear away the change of a run that was killed; return what was found, or None.

    Costs next to nothing where there is none, so any command may call it before it reads a ledger. What another process
    is preparing at this moment is left alone.

    :param root: directory of the ledger's top file
    :raises Refused: the change cannot be finished, or the journal names a file outside the ledger's directory
    """
    if not (root / STAGE).is_dir():
        return None
    try:
        lock = _hold(root)
    except Refused:
        return None
    try:
        return _recover(root)
    except OSError as error:
        raise Refused(
            f"{error.filename or root}: an interrupted change cannot be finished ({error.strerror}); mend that"
        ) from None
    finally:
        os.close(lock)


def _recover(root: Path) -> Recovered | None:
    stage = root / STAGE
    if not stage.is_dir():
        return None
    journal = stage / _JOURNAL
    decided = journal.is_file()
    names: list[str] = []
    places: dict[Path, None] = {}
    if decided:
        for staged, name in json.loads(journal.read_text("utf-8")):
            target = root / name
            names.append(name)
            if not target.resolve().is_relative_to(root.resolve()) or Path(staged or "-").name != (staged or "-"):
                raise Refused(f"{journal}: names {name}, outside the ledger's directory; delete {stage}")
            places[target.parent] = None
            if staged is None:
                target.unlink(missing_ok=True)
            elif (stage / staged).is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                (stage / staged).replace(target)
        for place in places:
            sync(place)
        journal.unlink()
        sync(stage)
    shutil.rmtree(stage)
    return Recovered(finished=decided, files=tuple(names))


class Switch:
    """Files that change together. Used as a context: what is not committed at its end never happened.

    :param root: directory of the ledger's top file; every file is below it
    :param wait: seconds to wait for another billtext that is writing this ledger
    :raises Refused: another billtext is still writing it then
    """

    def __init__(self, root: Path, *, wait: float = 0) -> None:
        """Prepare; nothing is touched before the context is entered."""
        self.root = root.resolve()
        self.recovered: Recovered | None = None
        self._stage = self.root / STAGE
        self._files: list[tuple[str | None, Path, tuple[int, int] | None]] = []
        self._count = 0
        self._wait = wait
        self._lock = -1

    def __enter__(self) -> Self:
        """Hold the ledger's directory, and clean up after a run that was killed."""
        self._lock = _hold(self.root, self._wait)
        try:
            self.recovered = _recover(self.root)
            self._stage.mkdir()
        except BaseException:
            os.close(self._lock)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear away what was not committed."""
        if not (self._stage / _JOURNAL).exists():
            shutil.rmtree(self._stage, ignore_errors=True)
        os.close(self._lock)

    @contextlib.contextmanager
    def writing(self, path: Path, *, append: bool = False, encoding: str = "utf-8") -> Iterator[IO[str]]:
        """Write the new text of a file, or with `append` what follows its text so far.

        Line ends are as given, but for what follows: that has those that most lines of the file have.

        :raises Refused: the file is outside the ledger's directory or on another file system
        """
        target = self._inside(path)
        if all(other != target for _, other, _ in self._files):
            self._files.append((self._name(), target, _state(target)))
            staged = self.staged(target)
            staged.touch()
            if target.exists():
                shutil.copy(target, staged)
        staged = self.staged(target)
        if not append:
            os.truncate(staged, 0)
        ends = ended("\n", raw(target)) if append and target.exists() else ""
        with staged.open("a", encoding=encoding, errors="backslashreplace", newline=ends) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def put(self, path: Path, content: bytes) -> None:
        """Write a file of bytes with the rest of the change, and bring it to disk.

        :raises Refused: the file is outside the ledger's directory or on another file system
        """
        target = self._inside(path)
        self._files.append((self._name(), target, _state(target)))
        with self.staged(target).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def drop(self, path: Path) -> None:
        """Forget a file of bytes that was put."""
        self.staged(path).unlink()
        self._files = [found for found in self._files if found[1] != path.resolve()]

    def delete(self, path: Path) -> None:
        """Delete a file with the rest of the change.

        :raises Refused: the file is outside the ledger's directory
        """
        target = self._inside(path)
        self._files.append((None, target, _state(target)))

    def _name(self) -> str:
        """A name that no staged file has."""
        self._count += 1
        return str(self._count)

    def _inside(self, path: Path) -> Path:
        target = path.resolve()
        if not target.is_relative_to(self.root):
            raise Refused(f"{path} is outside the ledger's directory {self.root}; move it there")
        return target

    def staged(self, path: Path) -> Path:
        """Where the new text of a file stands until it is committed."""
        target = path.resolve()
        return next(self._stage / name for name, other, _ in self._files if name and other == target)

    def commit(self) -> None:
        """Put the new files in place, in the order in which they were written.

        :raises Refused: a file has changed since it was read; nothing is changed then
        """
        for _, target, state in self._files:
            if _state(target) != state:
                raise Refused(f"{target} was changed by somebody else meanwhile; run the command again")
            near = next(parent for parent in target.parents if parent.exists())
            if target.is_dir() or not near.is_dir():
                raise Refused(
                    f"{target} cannot be written: {target if target.is_dir() else near} is in the way; move it"
                )
            if not os.access(near, os.W_OK):
                raise Refused(f"{target} cannot be written: nothing may be written into {near}; change its permissions")
            if near.stat().st_dev != self._stage.stat().st_dev:
                raise Refused(f"{target} is on another file system than {self.root}; move it there")
        names = [[name, target.relative_to(self.root).as_posix()] for name, target, _ in self._files]
        draft = self._stage / "journal.draft"
        with draft.open("w", encoding="utf-8") as file:
            json.dump(names, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._stage / _JOURNAL)
        sync(self._stage)
        _recover(self.root)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


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
                raise Refused(busy) from None
            time.sleep(_PAUSE)
        else:
            return handle


def _hold(root: Path, wait: float = 0) -> int:
    return hold(root, f"another billtext is writing the ledger in {root}; wait until it is done", wait)


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
