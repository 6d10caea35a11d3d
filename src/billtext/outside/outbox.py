"""The outbox: what is being sent at this moment, and what was sent and is not in the ledger yet.

`.billtext/outbox.jsonl` beside the ledger is a journal of lines. Before anything goes out, its intent is brought to
disk; afterwards its outcome. What could not be sent at all is told with its reason. In the end all of it becomes
`delivery` directives in `follow-up/`, and the journal is deleted in the same change. A run that is killed leaves the
journal: the next one writes it down, and an intent without an outcome is *doubtful*: nobody knows whether it went out,
so a person decides.

Intents are not ledger text, so that five hundred mails do not read the ledger five hundred times.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from billtext.errors import Refused
from billtext.ledger import write
from billtext.model import CHANNELS, OUTCOMES, Date, Delivery
from billtext.outside import files
from billtext.outside.desk import Desk
from billtext.rules import attempts

PLACE = ".billtext"  # beside the ledger's top file, kept out of git
JOURNAL = "outbox.jsonl"
SECRET = "secret"  # noqa: S105 - the name of its file
SECRET_VARIABLE = "BILLTEXT_SECRET"  # noqa: S105 - likewise
_SHORTEST = 32  # bytes of the secret
_FIELDS = ("number", "statement", "channel", "time", "sha256", "message", "reason")


class Outbox:
    """The outbox of a ledger, held while a command sends: two never send at once. Used as a context.

    :param root: directory of the ledger's top file
    """

    def __init__(self, root: Path) -> None:
        """Prepare; nothing is touched before the context is entered."""
        self.root = root.resolve()
        self.place = self.root / PLACE
        self.path = self.place / JOURNAL
        self._lock = -1
        self._file: FileIO | None = None
        self._count = 0

    def __enter__(self) -> Self:
        """Hold the outbox.

        :raises Refused: another billtext is sending, or the directory cannot be written
        """
        try:
            own(self.place)
        except OSError as error:
            raise Refused(f"{self.place}: cannot be written ({error.strerror}); nothing was sent") from None
        self._lock = files.hold(self.place, f"another billtext is sending from {self.root}; wait until it is done")
        if self.path.exists():  # left by a run that was killed: numbers go on where it stopped
            self._count = len(self.path.read_bytes().splitlines())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the outbox; what is in the journal stays there."""
        self._close()
        os.close(self._lock)

    def intend(self, deliveries: Iterable[Delivery]) -> list[int]:
        """Bring to disk that these are going out now; return a number for each.

        :raises Refused: it cannot be written, so nothing may go out
        """
        return self._begin(deliveries)

    def _begin(self, deliveries: Iterable[Delivery], **more: str) -> list[int]:
        lines, numbers = [], []
        for delivery in deliveries:
            self._count += 1
            numbers.append(self._count)
            told = {name: getattr(delivery, name) for name in _FIELDS if getattr(delivery, name)}
            lines.append({"n": self._count, "date": delivery.date.isoformat(), **told, **more})
        self._write(lines)
        return numbers

    def tell(self, number: int, outcome: str, reason: str = "") -> None:
        """Bring to disk what became of an intent; `waiting` for one that has surely not gone out.

        :param reason: why; one that waits without a reason is told anew by `wait`
        """
        self._write([{"n": number, "outcome": outcome, "reason": reason}])

    def wait(self, deliveries: Iterable[Delivery]) -> None:
        """Bring to disk that these could not be sent, with the reason of each; where that cannot be, nobody is told."""
        with contextlib.suppress(Refused):
            self._begin(deliveries, outcome=attempts.WAITING)

    def _write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Bring lines to disk, or nothing of them.

        :raises Refused: they cannot be written
        """
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        try:
            if self._file is None:
                new = not self.path.exists()
                self._file = self.path.open("ab", buffering=0)
                text = text if new else f"\n{text}"  # after a line that was torn
                if new:
                    files.sync(self.place)
            size = os.fstat(self._file.fileno()).st_size
            try:
                left = text.encode("utf-8")
                while left:
                    left = left[self._file.write(left) :]
                os.fsync(self._file.fileno())
            except OSError:
                os.truncate(self._file.fileno(), size)
                raise
        except OSError as error:
            self._close()
            raise Refused(f"{self.path}: cannot be written ({error.strerror}), so nothing more is sent") from None

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def record(self, desk: Desk, more: Iterable[Delivery] = ()) -> tuple[Delivery, ...]:
        """Have the journal written into the ledger when the desk commits, and deleted with it; return what that is.

        :param more: what is to be written besides
        """
        found = pending(self.root)
        self._close()
        for several in attempts.together((*found, *more)):
            append(desk, *several)
        if self.path.exists():
            desk.replace(self.path, None)
        return found


def append(desk: Desk, *deliveries: Delivery) -> None:
    """Have deliveries that differ in nothing but the document written into the ledger when the desk commits."""
    year = f"{deliveries[0].date.year:04}"
    desk.append(
        f"follow-up/{year}.beancount", text(*deliveries), head=f"; Deliveries, reminders and closed months, {year}.\n"
    )


def text(*deliveries: Delivery) -> str:
    """Deliveries that differ in nothing but the document, as ledger text."""
    delivery = deliveries[0]
    keys = {
        "statement": delivery.statement or None,
        "channel": delivery.channel,
        "time": delivery.time or None,
        "outcome": delivery.outcome,
        "sha256": delivery.sha256 or None,
        "message": delivery.message or None,
        "reason": delivery.reason or None,
    }
    return write.custom(delivery.date, "delivery", *(each.number for each in deliveries), meta=keys)


def pending(root: Path) -> tuple[Delivery, ...]:
    """What the journal tells that is not in the ledger yet, in order; an intent without outcome is doubtful.

    What has surely not gone out is there with its reason, or not at all where none is told; of several attempts of one
    run the last is told. A line that was torn is none: an intent is whole on disk before it counts.
    """
    path = root / PLACE / JOURNAL
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise Refused(f"{path}: cannot be read ({error.strerror}); nothing was sent") from None
    found: dict[str, Delivery] = {}
    for line in lines:
        told = _told(line)
        name = str(told.get("n"))
        if "date" in told:
            with contextlib.suppress(ValueError, TypeError):
                fields: dict[str, Any] = {field: str(told[field]) for field in _FIELDS if field in told}
                outcome = told["outcome"] if told.get("outcome") in OUTCOMES else "doubtful"
                found[name] = Delivery(date=Date.fromisoformat(told["date"]), outcome=outcome, **fields)
        elif name in found and told.get("outcome") in OUTCOMES:
            found[name] = replace(found[name], outcome=told["outcome"], reason=str(told.get("reason") or ""))
    every = [
        replace(one, sha256="", message="") if one.outcome == attempts.WAITING else one
        for one in found.values()
        if one.number and one.channel in CHANNELS and (one.outcome != attempts.WAITING or one.reason)
    ]
    last = {(one.number, one.statement): n for n, one in enumerate(every)}
    return tuple(
        one for n, one in enumerate(every) if one.outcome != attempts.WAITING or last[one.number, one.statement] == n
    )


def _told(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def own(place: Path) -> None:
    """Make a directory of ours, of which git takes nothing."""
    place.mkdir(parents=True, exist_ok=True)
    ignore = place / ".gitignore"
    if not ignore.exists():
        ignore.write_text("# made by billtext: nothing here belongs into git\n*\n", "utf-8")


def secret(root: Path, *, make: bool = True) -> bytes:
    """The office's secret, by which portal folders and messages get names that nobody guesses.

    From the environment variable `BILLTEXT_SECRET`, else from `.billtext/secret`, which is made once and is not in git.
    Whoever sends from another machine takes it along; else portal folders get other names.

    :param make: make it where it is not there; else it is one that nobody uses
    """
    given = os.environ.get(SECRET_VARIABLE, "").strip()
    if given:
        found = given.encode("utf-8", "surrogateescape")
        if len(found) < _SHORTEST:
            why = f"{SECRET_VARIABLE} is too short to be a secret"
            raise Refused(f"{why}; give it at least {_SHORTEST} characters that nobody guesses", reason=why)
        return found
    path = root / PLACE / SECRET
    try:
        if not path.exists():
            if not make:
                return bytes(_SHORTEST)
            own(path.parent)
            files.replace(path, secrets.token_hex(32) + "\n", secret=True)
        found = path.read_bytes().strip()
    except OSError as error:
        raise Refused(f"{path}: cannot be read ({error.strerror}); nothing was sent") from None
    if len(found) < _SHORTEST:
        raise Refused(f"{path}: is too short to be a secret; bring it back, or delete it to have a new one made")
    return found
