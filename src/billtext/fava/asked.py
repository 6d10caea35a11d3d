"""What a request of Fava asks for: a page, a day, a language and some customers. Nothing else reads a request."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fava.application import url_for
from fava.context import g
from fava.core.filters import TimeFilter
from flask import request
from markupsafe import Markup

from billtext.model import Date
from billtext.rendering.language import languages

if TYPE_CHECKING:
    from fava.core import FavaLedger

    from billtext.fava.shelf import Shelf

NAME = "Receivables"
PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the pages are to show.

    :param as_of: the end of Fava's time filter, else today
    :param customers: those that Fava's other filters leave; all if None
    :param base: address of the extension's page, with Fava's filters
    """

    as_of: Date
    language: str
    customers: frozenset[str] | None
    base: str


def asked(ledger: "FavaLedger", shelf: "Shelf") -> Asked:
    """Read the request.

    A time filter chooses the day and nothing else: what was owed on it does not depend on where the filter begins.

    :raises FilterError: Fava does not understand a filter
    """
    time = request.args.get("time", "")
    account, text = request.args.get("account", ""), request.args.get("filter", "")
    as_of = datetime.date.today()
    if time:
        as_of = TimeFilter(ledger.options, ledger.fava_options, time).date_range.end_inclusive
    customers = None
    if account or text.strip():
        customers = shelf.customers(ledger.get_filtered(account=account, filter=text, time="").entries)
    return Asked(as_of=as_of, language=language(ledger), customers=customers, base=base())


def page() -> str:
    """Address of the page, from the directory of the receivables."""
    return request.args.get(PAGE, "") or "index"


def language(ledger: "FavaLedger") -> str:
    """The reader's language: Fava's option, else the first that the browser wants and we have; else the company's."""
    wanted = ledger.fava_options.language
    if wanted:
        return str(wanted)
    found = request.accept_languages.best_match([*languages(), "no"])
    return found or ""


def base() -> str:
    """Address of the extension's page with the filters of this request."""
    return str(url_for("extension_report", extension_name=NAME))


def finder(base: str) -> Callable[[str], str]:
    """Where a search is answered, with Fava's filters."""
    start, mark, filters = base.partition("?")
    return lambda _path: f"{start}search{mark}{filters}"


def address(endpoint: str) -> str:
    """Address of one of the extension's endpoints."""
    return f"{base().partition('?')[0]}{endpoint}"


def links(base: str) -> Callable[[str], Callable[[str], Markup]]:
    """Links between the extension's pages, which keep Fava's filters."""
    start = Markup.escape(base + ("&" if "?" in base else "?") + PAGE + "=")
    return lambda _path: lambda address: start + Markup(address)  # noqa: S704 - addresses are of our own making


def slug() -> str:
    """By what name Fava's addresses call the ledger."""
    return str(g.beancount_file_slug)
