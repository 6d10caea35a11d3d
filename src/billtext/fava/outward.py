"""Where the pages lead within Fava: to its journal, editor and accounts, and to the downloads of the extension."""

from bisect import bisect_left
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from fava.application import url_for
from fava.beans.funcs import hash_entry

from billtext.fava import asked
from billtext.model import Date, Filed, Meta
from billtext.rendering.pages.leads import Leads

if TYPE_CHECKING:
    from fava.core import FavaLedger


class Outward(Leads):
    """The addresses of Fava's pages, with the filters of the request that asks."""

    def __init__(self, ledger: "FavaLedger") -> None:
        self._ledger = ledger

    @property
    def asks(self) -> bool:
        """Whether a reader may ask: Fava answers requests."""
        return True

    def asked_of(self, address: str) -> tuple[str, list[tuple[str, str]]]:
        """The address of the extension's page, with Fava's filters and the name of the page."""
        path, _, query = asked.base().partition("?")
        return path, [*parse_qsl(query), (asked.PAGE, address)]

    def journal(self, entry: Any) -> str | None:
        """Fava shows an entry, with its place in the source, over any of its pages."""
        found = final(self._ledger.all_entries, entry)
        return None if found is None else f"#context-{hash_entry(found)}"

    def source(self, meta: Meta) -> str | None:
        """Fava's editor opens the files of the ledger; the reader's own opens those beside it as well."""
        file, line = str(meta.get("filename", "")), str(meta.get("lineno", ""))
        if self._ledger.fava_options.use_external_editor:
            return f"beancount://{file}?lineno={line}"
        if file not in self._ledger.options["include"]:
            return None
        return str(url_for("report", report_name="editor", file_path=file, line=line))

    def account(self, name: str) -> str | None:
        """The page of an account that is opened."""
        return str(url_for("account", name=name)) if name in self._ledger.accounts else None

    def file(self, one: Filed) -> str | None:
        """A file is given out as it was filed."""
        return _download("filed", file=one.file)

    def form(self, number: str, form: str) -> str | None:
        """A document is made when it is asked for."""
        if form == "pdf":
            return _download("pdf", number=number)
        return _download("pdf" if form == "facturx" else "xml", number=number, form=form)

    def quote(self, number: str) -> str | None:
        """A quote is made when it is asked for."""
        return _download("pdf", quote=number)

    def statement(self, customer: str, start: Date, end: Date, kind: str, form: str) -> str | None:
        """A statement is made when it is asked for."""
        return _download("statement", customer=customer, **{"from": str(start), "to": str(end)}, kind=kind, form=form)


def _download(endpoint: str, **query: str) -> str | None:
    """The address of something to give out; none while Fava hides figures."""
    if asked.hidden():
        return None
    return f"{asked.address(endpoint)}?{urlencode(query)}"


def final(entries: Any, entry: Any) -> Any | None:
    """The entry of a loaded ledger that stands where an entry stood before plugins replaced it; None if none does.

    :param entries: in the order of their dates
    """
    where = (entry.meta.get("filename"), entry.meta.get("lineno"))
    for n in range(bisect_left(entries, entry.date, key=_date), len(entries)):
        found = entries[n]
        if found.date != entry.date:
            return None
        if type(found) is type(entry) and (found.meta.get("filename"), found.meta.get("lineno")) == where:
            return found
    return None


def _date(entry: Any) -> Date:
    date: Date = entry.date
    return date
