"""A page is never of files that have changed since they were read.

Fava looks for changes before each request, but hears of them from a thread that takes its time, and while one thread
reads the ledger the others go on with the old one; of two reads at once the older may end last. So the files are
looked at once more, by their times and sizes, as Beancount itself does.
"""

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from beancount.utils.encryption import is_encrypted_file

from billtext.ledger import load

if TYPE_CHECKING:
    from fava.core import FavaLedger


class Watch:
    """The files of a ledger that Fava shows."""

    def __init__(self, ledger: "FavaLedger") -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._read = ""  # the state that differs from what Beancount says after all: a plugin named more files
        self._encrypted = is_encrypted_file(ledger.beancount_file_path)

    def look(self) -> None:
        """Read the ledger anew if its files have changed. An encrypted one is never read again, as in Fava."""
        if self._encrypted or load.unchanged(self._ledger.options):
            return
        with self._lock:
            state = load.state(self._ledger.options)
            if state not in {self._ledger.options["input_hash"], self._read}:
                self._load()

    def read(self) -> None:
        """Read the ledger anew: it was written, perhaps to a file that it did not have before."""
        with self._lock:
            self._load()

    def _load(self) -> None:
        for name in self._ledger.options["include"]:  # Fava is told, so that it does not read the same once more
            self._ledger.watcher.notify(Path(name))
        self._ledger.watcher.check()
        self._ledger.load_file()
        options = self._ledger.options
        self._read = "" if load.unchanged(options) else load.state(options)
