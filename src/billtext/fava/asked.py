"""What a request of Fava asks for: a page, a day, a language and some customers. Nothing else reads its address."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from fava.application import url_for
from fava.context import g
from fava.core.filters import TimeFilter
from flask import current_app, request
from markupsafe import Markup

from billtext.model import Date
from billtext.rendering.language import languages

if TYPE_CHECKING:
    from fava.core import FavaLedger

    from billtext.fava.shelf import Shelf

NAME = "Receivables"
PAGE = "page"
STATEMENT = ("from", "to", "kind")
DONE = "done"  # what a form has done, told on the page that shows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the pages are to show.

    :param as_of: the end of Fava's time filter, else today
    :param customers: those that Fava's other filters leave; all if None
    :param base: address of the extension's page, with Fava's filters
    :param hidden: whether Fava hides figures
    """

    as_of: Date
    language: str
    customers: frozenset[str] | None
    base: str
    hidden: bool = False


def asked(ledger: "FavaLedger", shelf: "Shelf") -> Asked:
    """Read the request.

    A time filter chooses the day and nothing else: what was owed on it does not depend on where the filter begins.

    :raises FilterError: Fava does not understand a filter
    """
    account, text = request.args.get("account", ""), request.args.get("filter", "").strip()
    return Asked(
        as_of=as_of(ledger), language=language(ledger), customers=shelf.filtered(account, text), base=base(),
        hidden=hidden(),
    )  # fmt: skip


def form(ledger: "FavaLedger", customer: str | None) -> Asked:
    """Read the request for a form: what it is about is of today, whatever the filters are.

    :param customer: whose it is, if it is one customer's
    """
    customers = None if customer is None else frozenset((customer,))
    return Asked(as_of=today(), language=language(ledger), customers=customers, base=base(), hidden=hidden())


def as_of(ledger: "FavaLedger") -> Date:
    """The end of the time filter, else today.

    :raises FilterError: Fava does not understand the filter
    """
    time = request.args.get("time", "")
    return TimeFilter(ledger.options, ledger.fava_options, time).date_range.end_inclusive if time else today()


def today() -> Date:
    """The day."""
    return datetime.date.today()


def page() -> str:
    """Address of the page, from the directory of the receivables."""
    return request.args.get(PAGE, "") or "index"


def extension() -> str:
    """Name of the extension that is asked; empty if none is."""
    return str((request.view_args or {}).get("extension_name", ""))


def endpoint() -> str:
    """Name of the extension's endpoint that is asked; empty where it is its page."""
    return str((request.view_args or {}).get("endpoint", ""))


def partial() -> bool:
    """Whether Fava itself fetches the page, to put it into the one that it shows."""
    return bool(request.args.get("partial"))


def read_only() -> bool:
    """Whether Fava was started with `--read-only`: it remembers that only as what it does before each request."""
    return any(found.__name__ == "_read_only" for found in current_app.before_request_funcs.get(None, ()))


def query() -> Mapping[str, str]:
    """What else is asked, such as the period of a statement."""
    return request.args.to_dict()


def hidden() -> bool:
    """Whether Fava was started with `--incognito`."""
    return bool(current_app.config["INCOGNITO"])


def language(ledger: "FavaLedger") -> str:
    """The reader's language: Fava's option, else the first that the browser wants and we have; else the company's."""
    wanted = ledger.fava_options.language
    if wanted:
        return str(wanted)
    found = request.accept_languages.best_match([*languages(), "no"])
    return found or ""


def base(**filters: str | None) -> str:
    """Address of the extension's page with the filters of this request, or others."""
    return str(url_for("extension_report", extension_name=NAME, **filters))  # type: ignore[arg-type] # None leaves a filter out


def finder(base: str) -> Callable[[str], str]:
    """Where a search is answered, with Fava's filters."""
    start, mark, filters = base.partition("?")
    return lambda _path: f"{start}search{mark}{filters}"


def address(endpoint: str) -> str:
    """Address of one of the extension's endpoints."""
    return f"{base().partition('?')[0]}{endpoint}"


def at(page: str) -> Markup:
    """Address of a page with the filters of this request."""
    return Markup.escape(_with(base(), page))


def again() -> str:
    """Address of the page of a form that was sent; Fava itself fetches it as it has fetched this one."""
    return _with(base(), page()) + ("&partial=true" if partial() else "")


def of(endpoint: str, page: str, *, statement: bool = False, table: str = "") -> Markup:
    """Address of one of the extension's endpoints for a page, with the filters of this request.

    :param statement: whether to keep what a statement is asked for, too
    :param table: of the page
    """
    where, _, filters = base().partition("?")
    more = {name: request.args[name] for name in STATEMENT if statement and name in request.args}
    more |= {"table": table} if table else {}
    return Markup.escape(
        _with(f"{where}{endpoint}?{filters}", page) + "".join(f"&{k}={quote(v)}" for k, v in more.items())
    )


def _with(start: str, page: str) -> str:
    mark = "" if start.endswith("?") else "&" if "?" in start else "?"
    return f"{start}{mark}{PAGE}={quote(page, safe='/~')}"


def shown(page: str, *, done: str, date: Date, until: Date) -> str:
    """Address of a page that shows what was done on a date.

    :param until: the day that the time filter shows; another one is chosen where that is too early
    """
    start = base() if date <= until else base(time=None if date <= today() else date.isoformat())
    return f"{_with(start, page)}&{DONE}={quote(done)}"


def links(base: str) -> Callable[[str], Callable[[str], Markup]]:
    """Links between the extension's pages, which keep Fava's filters."""
    start = Markup.escape(base + ("&" if "?" in base else "?") + PAGE + "=")
    return lambda _path: lambda address: start + Markup(address)  # noqa: S704 - addresses are of our own making


def slug() -> str:
    """By what name Fava's addresses call the ledger."""
    return str(g.beancount_file_slug)
