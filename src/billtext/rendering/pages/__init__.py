"""The pages that people browse, in the site and in Fava. Pure: a book and a day in, HTML out; `render` yields all.

`frame` is what all pages share, `leads` where a page may lead besides, and the `menu` leads to the pages that all
others lead to. The kinds of page: `overview`, with `attention`; `aged`, which are the ageing and the open items;
`customers` with `card`, `account`, `paying` and `papers`; `documents` by month and each `document`; `credit_notes`;
`faults`. A face that answers questions has `periods`, the statement that is asked for, and `unissued`: drafts and
quotes. `charts` draws, `figures` writes numbers and `addresses` names the files. The templates are in
`rendering/templates/pages`.

A page is HTML, in which Jinja2 escapes every value. The site puts it into Markdown as one block, a section of class
`bt`: nothing in it is ever read as Markdown, and no HTML of the ledger ever runs.
"""

from collections.abc import Callable, Iterator, Mapping

from billtext.rendering.pages import (
    addresses,
    aged,
    attention,
    credit_notes,
    customers,
    document,
    documents,
    faults,
    overview,
    periods,
    unissued,
)
from billtext.rendering.pages.frame import Frame, Page
from billtext.rules import ageing


def render(frame: Frame, part: int = 0, parts: int = 1) -> Iterator[Page]:
    """Yield every page, or those of one of several parts of them."""
    if part == 0:
        for address in _single(frame):
            yield _SINGLE[address](frame)
        for column in aged.columns(frame):
            yield aged.items(frame, column)
    for month in frame.months[part::parts]:
        for n in range(1, documents.parts(frame, month) + 1):
            yield documents.month(frame, month, n)
    for customer in frame.customers[part::parts]:
        yield customers.page(frame, customer)
    for number in frame.linked[part::parts]:
        yield document.page(frame, number)


def count(frame: Frame) -> int:
    """How many pages `render` yields."""
    single = len(_single(frame)) + len(aged.columns(frame))
    months = sum(documents.parts(frame, month) for month in frame.months)
    return single + months + len(frame.customers) + len(frame.linked)


_SINGLE: dict[str, Callable[[Frame], Page]] = {
    "index": overview.page,
    "ageing": aged.page,
    "open-items": aged.items,
    "customers": customers.index,
    "documents": documents.index,
    "credit-notes": credit_notes.page,
    "unsent": attention.unsent,
    "errors": faults.page,
}
# Of a face that answers questions; the site has none of them.
_ASKED: dict[str, Callable[[Frame], Page]] = {"drafts": unissued.drafts, "quotes": unissued.quotes}
_NOTHING: Mapping[str, str] = {}


def _single(frame: Frame) -> list[str]:
    """Pages that there is one of; those that tell what is wrong only where anything is."""
    holds = {"unsent": bool(frame.unsent), "errors": bool(frame.errors)}
    return [address for address in _SINGLE if holds.get(address, True)]


def find(frame: Frame, address: str, query: Mapping[str, str] = _NOTHING) -> Page | None:
    """The page of an address; None if the ledger has none on the day.

    :param query: what else is asked, such as the period of a statement
    """
    kind, _, part = address.partition("/")
    if not part:
        found = _SINGLE.get(kind) or (_ASKED.get(kind) if frame.leads.asks else None)
        return None if found is None else found(frame)
    if kind == "months":
        return _month(frame, part)
    if kind == "open-items":
        names = {addresses.column(name): name for name in (*frame.report.buckets, ageing.UNAPPLIED)}
        return aged.items(frame, names[part]) if part in names else None
    if kind == "customers":
        customer = _named(part, frame.names)
        return None if customer is None else customers.page(frame, customer)
    if kind == "documents":
        number = _named(part, frame.book.ledger.documents)
        return document.page(frame, number) if number is not None and frame.document(number) else None
    return _asked(frame, kind, part, query) if frame.leads.asks else None


def _asked(frame: Frame, kind: str, part: str, query: Mapping[str, str]) -> Page | None:
    if kind == "statements":
        customer = _named(part, frame.names)
        return None if customer is None else periods.page(frame, customer, query)
    if kind == "files":
        return customers.of_file(frame, part)
    if kind == "drafts":
        name = _named(part, unissued.names(frame))
        return None if name is None else unissued.draft(frame, name)
    if kind == "quotes":
        name = _named(part, unissued.offers(frame))
        return None if name is None else unissued.quote(frame, name)
    return None


def _month(frame: Frame, part: str) -> Page | None:
    month = part.partition("/")[0]
    if month not in frame.months:
        return None
    every = range(1, documents.parts(frame, month) + 1)
    wanted = next((n for n in every if addresses.month(month, n) == f"months/{part}"), None)
    return None if wanted is None else documents.month(frame, month, wanted)


def _named(part: str, names: Mapping[str, object]) -> str | None:
    """The id or number whose page an address names.

    A digest is only in the address of a name that is no safe one. Who knows no digests, as a link in Fava's journal,
    may use the name itself.
    """
    if "~" in part:
        found = next((name for name in names if addresses.part(name) == part), None)
        if found is not None:
            return found
    return part if part in names else None
