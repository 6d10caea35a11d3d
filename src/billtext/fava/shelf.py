"""What is kept of one load of a ledger: its book, and the frames of the pages that were asked for last."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billtext.fava import asked
from billtext.fava.asked import Asked
from billtext.outside import last_load, revision
from billtext.rendering.language import Language
from billtext.rendering.pages import faults
from billtext.rendering.pages.frame import Frame
from billtext.rules.book import Book

if TYPE_CHECKING:
    from fava.core import FavaLedger

KEPT = 16  # frames


class Shelf:
    """The book of a load, built when it is first asked for; Fava asks in many threads."""

    def __init__(self, ledger: "FavaLedger") -> None:
        self._ledger = ledger
        self._entries = ledger.all_entries
        self._lock = threading.Lock()
        self._revisions: dict[str, str] = {}
        self._frames: OrderedDict[Asked, Frame] = OrderedDict()

    @property
    def root(self) -> Path:
        """Directory of the ledger's top file."""
        return Path(self._ledger.beancount_file_path).resolve().parent

    @cached_property
    def book(self) -> Book:
        """The book of the entries that Fava has loaded."""
        return last_load.book_of(self._entries)

    @cached_property
    def errors(self) -> list[dict[str, Any]]:
        """The errors of the load: Fava's, which are those of the plugins too, and the book's."""
        return faults.errors([*self._ledger.load_errors, *self.book.errors], self.root)

    def _revision(self, language: str) -> str:
        if language not in self._revisions:
            self._revisions[language] = revision.text(self.root, Language(language))
        return self._revisions[language]

    @cached_property
    def _customers(self) -> dict[int, set[str]]:
        """Customers by the identity of a transaction's postings, which stay the same when links are added to it."""
        found: dict[int, set[str]] = {}
        for item in self.book.items:
            found.setdefault(id(item.entry.postings), set()).add(item.customer)
        return found

    def customers(self, entries: Iterable[Any]) -> frozenset[str]:
        """Customers of whose accounts some transactions are."""
        known = self._customers
        found: set[str] = set()
        for entry in entries:
            found |= known.get(id(getattr(entry, "postings", None)), frozenset())
        return frozenset(found)

    def frame(self, wanted: Asked) -> Frame:
        """What the pages share, for a day, a language and some customers."""
        with self._lock:
            found = self._frames.get(wanted)
            if found is None:
                found = self._frames[wanted] = Frame(
                    self.book,
                    wanted.as_of,
                    revision=self._revision(wanted.language),
                    errors=self.errors,
                    customers=wanted.customers,
                    language=wanted.language,
                    links=asked.links(wanted.base),
                    finder=asked.finder(wanted.base),
                )
            self._frames.move_to_end(wanted)
            while len(self._frames) > KEPT:
                self._frames.popitem(last=False)
        return found
