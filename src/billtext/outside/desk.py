"""One change of a ledger: read it while nobody else writes, decide, check what was decided, write all of it or nothing.

    with Desk(top) as desk:
        ...                                       # decide from desk.book
        desk.append("payments/2026.beancount", text)
        desk.commit()

New directives are parsed and checked together with the ledger before anything is written: what would be an error
afterwards is refused. Files are only appended to, or changed in exactly the lines that are named; comments, blank lines
and order stay.
"""

import io
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from beancount.core.data import Custom, Open, Transaction

from billtext.errors import LedgerError, Refused
from billtext.ledger import load, write
from billtext.ledger.accounts import Receivables
from billtext.outside import files
from billtext.outside.ledger_scan import matches
from billtext.outside.switching import Recovered, Switch
from billtext.rules import additions, book, closing
from billtext.rules.book import Book

WAIT = 120.0  # seconds for another billtext that is writing the same ledger
_INCLUDE = re.compile(r'^include\s+"([^"]+)"', re.MULTILINE)
_OPEN = re.compile(r"^\d{4}-\d\d-\d\d open (\S+)", re.MULTILINE)
_TOLD = 5  # errors in one refusal

# What is to change: texts that are appended, files with other texts, and files of other kinds.
Mark = tuple[dict[Path, str], dict[Path, tuple[str | None, str | None]], dict[Path, None]]


class Desk:
    """A ledger that is being changed. Used as a context; what is not committed at its end never happened.

    :param top: the ledger's top file
    :param force: go on where the ledger has errors, as long as they are about something else
    """

    loaded: load.Loaded
    book: Book

    def __init__(self, top: Path, *, force: bool = False, wait: float = WAIT) -> None:
        """Prepare; nothing is touched before the context is entered."""
        self.top = top.resolve()
        self.root = self.top.parent
        self.force = force
        self.held = False  # whether something may be committed
        self.written: list[Path] = []
        self._switch = Switch(self.root, wait=wait)
        self._appended: dict[Path, str] = {}
        self._replaced: dict[Path, tuple[str | None, str | None]] = {}
        self._filed: dict[Path, None] = {}
        self._right: dict[Path, str] | None = None  # what was appended when `check` found nothing wrong

    def __enter__(self) -> Self:
        """Hold the ledger and read it."""
        if not self.top.is_file():
            load.load(self.top)  # says what is wrong with the name
        try:
            self._switch.__enter__()
        except OSError as error:
            raise Refused(f"{self.root}: cannot be written ({error.strerror}); nothing was changed") from None
        try:
            self.loaded = load.load(self.top)
            self.book = book.build(self.loaded.entries, load.sources)
        except BaseException:
            self._switch.__exit__(None, None, None)
            raise
        self.held = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the ledger."""
        self.held = False
        self._switch.__exit__(kind, error, trace)

    @classmethod
    def reading(cls, top: Path, loaded: load.Loaded, made: Book) -> Self:
        """A ledger that is already read, to see what a change would do: it is not held, so nothing may be committed."""
        desk = cls(top)
        desk.loaded, desk.book = loaded, made
        return desk

    @property
    def recovered(self) -> Recovered | None:
        """What became of a change that was interrupted before this one."""
        return self._switch.recovered

    # --- what is to change --------------------------------------------------------------------------------

    def path(self, name: str | Path) -> Path:
        """Absolute path of a file of the ledger, given below the directory of its top file."""
        return (self.root / name).resolve()

    def append(self, name: str | Path, text: str, *, head: str = "") -> None:
        """Add directives at the end of a ledger file; a file that is not there yet is made, and included.

        :param text: whole directives; an empty line is put before them
        :param head: what a new file begins with, a comment
        """
        path = self.path(name)
        before = self._appended.get(path)
        if before is None:
            before = head if not path.exists() else "" if _ends_line(path) else "\n"
        self._appended[path] = f"{before}\n{text}"

    @property
    def opening(self) -> set[str]:
        """Accounts that are opened by what is appended so far."""
        return {found for text in self._appended.values() for found in _OPEN.findall(text)}

    def next_line(self, name: str | Path) -> int:
        """The line, counted from 1, of the end of a ledger file with what is appended to it so far."""
        path = self.path(name)
        old = path.read_text("utf-8") if path.exists() else ""
        return (old + self._appended.get(path, "")).count("\n") + 1

    def mark(self) -> Mark:
        """What is to change by now; `back` forgets what is decided after it."""
        return dict(self._appended), dict(self._replaced), dict(self._filed)

    def back(self, mark: Mark) -> None:
        """Forget what was decided after a `mark`."""
        for path in [path for path in self._filed if path not in mark[2]]:
            self._switch.drop(path)
        self._appended, self._replaced, self._filed = dict(mark[0]), dict(mark[1]), dict(mark[2])

    def replace(self, name: str | Path, text: str | None, *, was: str | None = None) -> None:
        """Give a file outside the ledger (a draft, a quote, a template) another text; None deletes it.

        :param was: the text on which this was decided: a file that has another by now is not changed
        """
        path = self.path(name)
        if was is not None and path.is_file() and files.read(path) == was:
            was = files.raw(path)
            text = None if text is None else files.kept(text, was)
        self._replaced[path] = text, was

    def attach(self, name: str | Path, content: bytes) -> None:
        """Put a file of another kind beside the ledger, such as a PDF; it is on disk, and in place with the commit.

        :raises Refused: there is one of that name, or the name leads out of the ledger's directory
        """
        path = self.vacant(name)
        try:
            self._switch.put(path, content)
        except OSError as error:
            raise Refused(f"{path}: cannot be written ({error.strerror}); nothing was changed") from None
        self._filed[path] = None

    def attached(self, path: Path) -> bytes | None:
        """The content of a file that is put beside the ledger with this change; None where it is none of those."""
        return self._switch.staged(path).read_bytes() if path.resolve() in self._filed else None

    def vacant(self, name: str | Path) -> Path:
        """Absolute path of a file that is not there yet.

        :raises Refused: there is one of that name, or the name leads out of the ledger's directory
        """
        path = self.path(name)
        if not path.is_relative_to(self.root):
            raise Refused(f"{path} is outside the ledger's directory {self.root}; nothing was changed")
        if path.exists() or path in self._filed:
            raise Refused(f"{path} is there already and is not written over; move it")
        return path

    def sources(self, names: Iterable[str]) -> dict[str, str]:
        """Text of ledger files, by their names, with what is appended to them so far."""
        names = set(names)
        texts = load.sources(names)
        added = {str(path): text for path, text in self._appended.items() if str(path) in names}
        return {**texts, **{name: texts.get(name, "") + text for name, text in added.items()}}

    def refuse_closed(self, new: Iterable[Any]) -> None:
        """Refuse directives that are dated in a closed month.

        :raises Refused: one is
        """
        closed = closing.until(self.book.ledger)
        for entry in new:
            paper = isinstance(entry, Custom) and entry.type in closing.OF_PAPERS
            if closed is not None and entry.date <= closed and not isinstance(entry, Open) and not paper:
                why = "is in a closed month, so nothing was changed; date it in an open month"
                raise Refused(f"{entry.date} {why}, after {closed}")

    def after(self, customers: Iterable[str]) -> Book:
        """The ledger as it will be with what is appended so far, without the transactions of all but some customers.

        What is wrong with it is told by `commit`.
        """
        new: list[Any] = []
        for path, text in self._appended.items():
            new += load.parse(text, str(path), self.next_line(path) - text.count("\n"))[0]
        booked, _ = load.added(self.loaded.entries, new, self.loaded.options)
        theirs = {id(item.entry) for customer in set(customers) for item in self.book.items_of.get(customer, ())}
        kept = [e for e in self.loaded.entries if not isinstance(e, Transaction) or id(e) in theirs]
        return book.build(load.together(kept, booked))

    def insert(self, path: Path, lines: Mapping[int, str]) -> None:
        """Put lines into a ledger file, each after the line of a number, counted from 1; the rest stays as it is."""
        text = files.raw(path)
        new = "".join(
            line + files.ended(lines.get(n, ""), text) for n, line in enumerate(io.StringIO(text, newline="\n"), 1)
        )
        self._replaced[path.resolve()] = new, text

    # --- doing it -----------------------------------------------------------------------------------------

    def commit(self, *, about: Iterable[str] = ()) -> None:
        """Check what is to change, and write all of it.

        :param about: customers that it concerns: with `force`, errors about others are let pass
        :raises Refused: the ledger has errors, or would have them; nothing is changed then
        """
        self.refuse_errors(about)
        errors = [] if self._right == self._appended else self.check()
        if errors:
            raise Refused(f"nothing was changed, since the ledger would have errors: {self._told(errors)}")
        includes = self._includes()
        if includes:
            self.append(self.top, includes)
        try:
            for path, text in self._appended.items():
                with self._switch.writing(path, append=True) as file:
                    file.write(text)
            for path, (new, was) in self._replaced.items():
                if new is None:
                    self._switch.delete(path)
                else:
                    with self._switch.writing(path) as file:
                        file.write(new)
                if was is not None and files.raw(path) != was:
                    raise Refused(f"{path} was changed by somebody else meanwhile; run the command again")
            self._switch.commit()
        except OSError as error:
            raise Refused(
                f"{error.filename or self.root}: cannot be written ({error.strerror}); nothing was changed"
            ) from None
        self.written += [*self._appended, *self._filed, *self._replaced]

    def refuse_errors(self, about: Iterable[str] = ()) -> None:
        """Refuse to go on where the ledger has errors.

        :raises Refused: it has, and they are not about something else, or `force` was not said
        """
        errors = [*self.loaded.errors, *self.book.errors]
        here = [error for error in errors if not self.force or self._concerns(error, set(about))]
        if here:
            hint = "" if self.force else "; mend it, or say --force where it is about something else"
            raise Refused(f"the ledger has errors, so nothing was changed: {self._told(here)}{hint}")

    def _concerns(self, error: Any, about: set[str]) -> bool:
        """Whether an error is about these customers, or about what all documents hang on."""
        entry = error.entry
        if isinstance(entry, Transaction):
            customer_of = Receivables(self.book.register)
            owners = {customer_of[p.account] for p in entry.postings} | {entry.meta.get("customer")}
            return bool(owners & about)
        if isinstance(entry, Custom) and entry.type in {"customer", "contact"} and entry.values:
            return entry.values[0].value in about
        return True

    def _includes(self) -> str:
        """The `include` lines that new files need."""
        known = {Path(name) for name in self.loaded.options["include"]}
        new = [path for path in self._appended if path not in known and path != self.top]
        if not new:
            return ""
        patterns = [
            os.path.normpath(file.parent / found)
            for file in sorted(known)
            for found in _INCLUDE.findall(file.read_text("utf-8"))
        ]
        lines = [
            f"include {write.string(path.relative_to(self.root).as_posix())}\n"
            for path in new
            if not any(matches(path.parts, Path(pattern).parts) for pattern in patterns)
        ]
        return "".join(lines)

    def check(self) -> list[Any]:
        """Parse what is appended, and see what the ledger says of it.

        :return: errors that it would have and does not have now
        :raises Refused: something is dated in a closed month
        """
        new: list[Any] = []
        errors: list[Any] = []
        for path, text in self._appended.items():
            old = path.read_text("utf-8") if path.exists() else ""
            entries, found = load.parse(text, str(path), old.count("\n") + 1)
            new += entries
            errors += found
        self.refuse_closed(new)
        booked, found = load.added(self.loaded.entries, new, self.loaded.options)
        errors += found
        if not errors and (self.loaded.errors or not additions.harmless(self.book, booked, self.sources)):
            after = book.build(load.together(self.loaded.entries, booked), self.sources)
            errors += fresh(after.errors, self.book.errors)
        if not errors:
            self._right = dict(self._appended)
        return errors

    def _told(self, errors: list[Any]) -> str:
        shown = [
            f"{files.below(self.root, str(error.source.get('filename')))}:{error.source.get('lineno')}: {error.message}"
            for error in errors[:_TOLD]
        ]
        more = len(errors) - len(shown)
        return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")


def _ends_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        if not file.tell():
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def fresh(errors: Iterable[LedgerError], before: Iterable[LedgerError]) -> list[LedgerError]:
    """Errors that were not there before."""
    known = {(error.file, error.line, error.message) for error in before}
    return [error for error in errors if (error.file, error.line, error.message) not in known]
