"""A page is never of files that have changed since they were read.

Fava looks for changes before each request, but hears of them from a thread that takes its time; what changes while it
reads may pass unseen; while one thread reads, the others go on with what was read before, and of two that read at once
one may end with what the other has read. So for our pages the files are looked at by their times and sizes, and
compared with what they were before the reading began; where two have read at once, it is done once more.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from beancount.utils.encryption import is_encrypted_file

from billtext.ledger import load

if TYPE_CHECKING:
    from fava.core import FavaLedger

    from billtext.fava.shelf import Shelf

_PATIENCE = 30.0  # seconds for another thread that reads the ledger; after that it has failed
_PAUSE = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A thread at reading.

    :param files: as they were before
    :param ended: how many had ended before
    """

    files: load.State
    ended: int
    began: float


class Watch:
    """The files of a ledger that Fava shows.

    :param shelf: gives what the pages are made of
    """

    def __init__(self, ledger: "FavaLedger", shelf: "Callable[[], Shelf]") -> None:
        self._ledger, self._shelf = ledger, shelf
        self._lock, self._guard = threading.Lock(), threading.Lock()
        self._reading: dict[int, _Reading] = {}  # by thread
        self._ended = 0
        self._encrypted = is_encrypted_file(ledger.beancount_file_path)
        check = ledger.watcher.check

        def noted() -> bool:
            """Fava reads the ledger where it finds a change here; while it reads it asks once more."""
            before = load.state(ledger.options["include"])
            found = check()
            if found and threading.get_ident() not in self._reading:
                self._begin(before)
            return found

        ledger.watcher.check = noted  # type: ignore[method-assign] # there is no hook at the beginning of a load

    def before(self) -> load.State | None:
        """The files as they were before this thread read them, which it has done now; None if another did as well."""
        with self._guard:
            self._ended += 1
            mine = self._reading.pop(threading.get_ident(), None)
            if mine is None:
                return {}
            return None if self._reading or mine.ended != self._ended - 1 else mine.files

    def look(self) -> None:
        """Read the ledger anew if its files have changed. An encrypted one is never read again, as in Fava."""
        with self._guard:
            self._reading.pop(threading.get_ident(), None)  # it has failed
        if self._encrypted or self._true():
            return
        self._wait()
        with self._lock:
            if not self._true():
                self._wait()
                self._load()

    def read(self) -> None:
        """Read the ledger anew: it was written, perhaps to a file that it did not have before."""
        with self._lock:
            self._wait()
            self._load()

    def _true(self) -> bool:
        """Whether the pages are of the files as they are."""
        read = self._shelf().files
        return read is not None and load.state(read) == read

    def _begin(self, files: load.State) -> None:
        with self._guard:
            began = _Reading(files=files, ended=self._ended, began=time.monotonic())
            self._reading[threading.get_ident()] = began

    def _wait(self) -> None:
        """Let others end what they read."""
        while self._reading:
            time.sleep(_PAUSE)
            with self._guard:
                late = time.monotonic() - _PATIENCE
                self._reading = {thread: one for thread, one in self._reading.items() if one.began > late}

    def _load(self) -> None:
        names = self._ledger.options["include"]
        self._begin(load.state(names))
        try:
            for name in names:  # Fava is told, so that it does not read the same once more
                self._ledger.watcher.notify(Path(name))
            self._ledger.watcher.check()
            self._ledger.load_file()
        finally:
            with self._guard:
                self._reading.pop(threading.get_ident(), None)
