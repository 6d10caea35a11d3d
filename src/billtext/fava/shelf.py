"""What is kept of one load of a ledger: its book, and the frames of the pages that were asked for last."""

import threading
from collections import OrderedDict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fava.core.filters import AccountFilter, AdvancedFilter

from billtext.fava import asked
from billtext.fava.asked import Asked
from billtext.fava.outward import Outward
from billtext.ledger import load
from billtext.outside import issuing, last_load, revision, tray
from billtext.outside.tray import Tray
from billtext.rendering.language import Language
from billtext.rendering.pages import faults
from billtext.rendering.pages.frame import Frame
from billtext.rules.book import Book

if TYPE_CHECKING:
    from fava.core import FavaLedger

    from billtext.rules.prepared import Rates

KEPT = 16  # frames


class Shelf:
    """The book of a load, built when it is first asked for; Fava asks in many threads.

    :param before: the files as they were before they were read, as far as that is known; None if it is doubtful what
        was read
    """

    def __init__(self, ledger: "FavaLedger", before: load.State | None) -> None:
        self.files = None if before is None else {**load.state(ledger.options["include"]), **before}
        self._ledger = ledger
        self.entries, self._found = ledger.all_entries, ledger.load_errors
        self.top = Path(ledger.beancount_file_path).resolve()
        self._lock = threading.RLock()
        self._filtered: OrderedDict[tuple[str, str], frozenset[str]] = OrderedDict()
        self._revisions: dict[str, str] = {}
        self._revised: revision.State = ()
        self._frames: OrderedDict[Asked, Frame] = OrderedDict()
        self._tray: Tray | None = None

    @property
    def root(self) -> Path:
        """Directory of the ledger's top file."""
        return self.top.parent

    @property
    def book(self) -> Book:
        """The book of the entries that Fava has loaded."""
        with self._lock:
            return self._book

    @cached_property
    def _book(self) -> Book:
        return last_load.book_of(self.entries)

    @cached_property
    def errors(self) -> list[dict[str, Any]]:
        """The errors of the load: Fava's, which are those of the plugins too, and the book's."""
        return faults.errors([*self._found, *self.book.errors], self.root)

    def _revision(self, language: str) -> str:
        """The revision in words; git is asked where there was a commit or checkout since, or another draft."""
        now = revision.state(self.root)
        if now != self._revised:
            self._revised = now
            self._revisions.clear()
        if language not in self._revisions:
            self._revisions[language] = revision.text(self.root, Language(language))
        return self._revisions[language]

    @cached_property
    def _rates(self) -> "Rates":
        return issuing.rates(self.entries)

    @property
    def beside(self) -> Tray:
        """Drafts and quotes as their files are now."""
        with self._lock:
            return self._open_tray()

    def _open_tray(self) -> Tray:
        """Drafts and quotes as their files are now; pages that were made of other ones are forgotten."""
        state = tray.state(self.root)
        if self._tray is None or self._tray.state != state:
            self._tray = tray.read(self.root, state)
            self._frames.clear()
            self._revisions.clear()
        return self._tray

    @cached_property
    def _customers(self) -> dict[int, set[str]]:
        """Customers by the identity of a transaction's postings, which stay the same when links are added to it."""
        found: dict[int, set[str]] = {}
        for item in self.book.items:
            found.setdefault(id(item.entry.postings), set()).add(item.customer)
        return found

    def filtered(self, account: str, text: str) -> frozenset[str] | None:
        """Customers of whose accounts the transactions are that Fava's filters leave; None without filters.

        Fava's own filtered entries may be of another load by now, so these are filtered here.

        :raises FilterError: Fava does not understand a filter
        """
        if not (account or text):
            return None
        with self._lock:
            found = self._filtered.get((account, text))
            if found is None:
                entries = AccountFilter(account).apply(self.entries) if account else self.entries
                entries = AdvancedFilter(text).apply(entries) if text else entries
                known = self._customers
                ids = [known.get(id(getattr(entry, "postings", None)), set()) for entry in entries]
                found = self._filtered[account, text] = frozenset().union(*ids)
            while len(self._filtered) > KEPT:
                self._filtered.popitem(last=False)
        return found

    def frame(self, wanted: Asked) -> Frame:
        """What the pages share, for a day, a language and some customers."""
        with self._lock:
            beside = self._open_tray()
            found = self._frames.get(wanted)
            if found is not None:
                found.revision = self._revision(wanted.language)
            else:
                found = self._frames[wanted] = Frame(
                    self.book,
                    wanted.as_of,
                    revision=self._revision(wanted.language),
                    errors=self.errors,
                    customers=wanted.customers,
                    language=wanted.language,
                    links=asked.links(wanted.base),
                    hidden=wanted.hidden,
                    leads=Outward(self._ledger),
                    drafts=beside.drafts,
                    quotes=beside.quotes,
                    unread=beside.unread,
                    rates=self._rates,
                    finder=asked.finder(wanted.base),
                )
            self._frames.move_to_end(wanted)
            while len(self._frames) > KEPT:
                self._frames.popitem(last=False)
        return found
