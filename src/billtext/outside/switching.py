"""Change several files together: all of them, or none, whatever interrupts.

New contents are written below `.billtext-switch/` beside the ledger, and brought to disk. Then a journal is written
that names what goes where: with it, the change is decided. The files are renamed into place and the journal is deleted.
A run that is killed before the journal leaves the ledger as it was; `recover` clears away what it had prepared. Killed
after it, `recover` finishes the renames. Every `Switch` recovers first.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from billtext.errors import Refused
from billtext.outside import files

STAGE = ".billtext-switch"
_JOURNAL = "journal.json"
_NAMED = 5  # files of a change that are told


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What became of a change that was interrupted.

    :param finished: it was decided, and is done now; else it was not, and nothing of it remains
    :param files: the files that it is about, as far as they are known
    """

    finished: bool
    files: tuple[str, ...]

    def __str__(self) -> str:
        some, more = ", ".join(self.files[:_NAMED]), len(self.files) - _NAMED
        about = f" of {some}{f' and {more:,} more files' if more > 0 else ''}" if self.files else ""
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
            files.sync(place)
        journal.unlink()
        files.sync(stage)
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

        :raises Refused: the file is outside the ledger's directory or read-only
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
        ends = files.ended("\n", files.raw(target)) if append and target.exists() else ""
        with staged.open("a", encoding=encoding, errors="backslashreplace", newline=ends) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def put(self, path: Path, content: bytes) -> None:
        """Write a file of bytes with the rest of the change, and bring it to disk.

        :raises Refused: the file is outside the ledger's directory or read-only
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

        :raises Refused: the file is outside the ledger's directory or read-only
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
        if target.is_file() and not os.access(target, os.W_OK):
            raise Refused(f"{target} cannot be written: it is read-only; change its permissions")
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
        files.sync(self._stage)
        _recover(self.root)


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def _hold(root: Path, wait: float = 0) -> int:
    return files.hold(root, f"another billtext is writing the ledger in {root}; wait until it is done", wait)
