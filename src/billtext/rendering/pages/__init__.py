"""The pages that people browse, in the site and in Fava. Pure: a book and a day in, HTML out; `render` yields all.

`frame` is what all pages share, `leads` where a page may lead besides, and the `menu` leads to the pages that all
others lead to; `finding` is what a search looks through. The kinds of page: `overview`, with `attention`; `aged`, which
are the ageing and the open items; `customers` with `card`, `account`, `paying` and `papers`; `documents` by month and
each `document`; `credit_notes`; `archive`; `faults`. A face that answers questions has `periods`, the statement that is
asked for, and `unissued`: drafts and quotes. `charts` draws, `figures` writes numbers and `addresses` names the files.
`tables` lists the tables of all pages, which a face may give away: those of one page each are `office_tables`, of many
`leaf_tables`. `rows` keeps what was made of a customer about whom nothing has changed.
The templates are in `rendering/templates/pages`; `environment` is the Jinja2 that fills them.

A page is HTML, in which Jinja2 escapes every value. The site puts it into Markdown as one block, a section of class
`bt`: nothing in it is ever read as Markdown, and no HTML of the ledger ever runs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from billtext.rendering.pages import (
    addresses,
    aged,
    archive,
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


class Leaf(NamedTuple):
    """A page that is one of many.

    :param of: what it is made of, as `Fingerprints` knows it: `customer` or `month`, and which
    :param kind: one of `_LEAVES`
    :param name: which one of them
    :param path: its address
    """

    of: tuple[str, str]
    kind: str
    name: str
    path: str


def _month(frame: Frame, name: str) -> Page:
    month, _, part = name.partition("/")
    return documents.month(frame, month, int(part or 1))


_SINGLE: dict[str, Callable[[Frame], Page]] = {
    "index": overview.page,
    "ageing": aged.page,
    "open-items": aged.items,
    "customers": customers.index,
    "documents": documents.index,
    "credit-notes": credit_notes.page,
    "archive": archive.index,
    "unsent": attention.unsent,
    "errors": faults.page,
}
_LEAVES: dict[str, Callable[[Frame, str], Page]] = {
    "months": _month,
    "customers": customers.page,
    "documents": document.page,
    "archive": archive.month,
}
# Of a face that answers questions; the site has none of them.
_ASKED: dict[str, Callable[[Frame], Page]] = {"drafts": unissued.drafts, "quotes": unissued.quotes}
_NOTHING: Mapping[str, str] = {}


def singles(frame: Frame) -> list[str]:
    """Addresses of the pages of which there is one. Who is given the own pages alone has no table of all customers."""
    if frame.given:
        return ["documents"]
    there = {"archive": bool(frame.archive), "unsent": bool(frame.unsent), "errors": bool(frame.errors)}
    return [name for name in _SINGLE if there.get(name, True)]


def leaves(frame: Frame) -> list[Leaf]:
    """The pages that are many."""
    found = []
    for month in frame.months:
        for n in range(1, documents.parts(frame, month) + 1):
            path = addresses.month(month, n)
            found.append(Leaf(("month", month), "months", path.partition("/")[2], path))
    owners = {id_: ("customer", id_) for id_ in frame.customers}
    found += [Leaf(of, "customers", id_, addresses.customer(id_)) for id_, of in owners.items()]
    known, numbers = frame.book.ledger.documents, frame.linked
    found += [
        Leaf(owners.setdefault(customer, ("customer", customer)), "documents", number, path)
        for number, path in zip(numbers, addresses.documents(numbers), strict=True)
        for customer in (known[number].customer,)
    ]
    if not frame.given:
        found += [Leaf(("month", name), "archive", name, name) for name in map(addresses.archive, frame.archive)]
    return found


def columns(frame: Frame) -> list[str]:
    """Columns of the ageing that have a page of what is open in them; each is made anew, as a table of all is."""
    return [] if frame.given else list(frame.report.items)


def render(frame: Frame, part: int = 0, parts: int = 1, *, wanted: Sequence[Leaf] | None = None) -> Iterator[Page]:
    """Yield every page, or those of one of several parts of them.

    :param wanted: those of the many pages that are to be made; all of them if None
    """
    for name in singles(frame)[part::parts]:
        yield _SINGLE[name](frame)
    for column in columns(frame)[part::parts]:
        yield aged.items(frame, column)
    for leaf in (leaves(frame) if wanted is None else wanted)[part::parts]:
        yield _LEAVES[leaf.kind](frame, leaf.name)


def count(frame: Frame) -> int:
    """How many pages `render` yields."""
    return len(singles(frame)) + len(columns(frame)) + len(leaves(frame))


def find(frame: Frame, address: str, query: Mapping[str, str] = _NOTHING) -> Page | None:
    """The page of an address; None if the ledger has none on the day.

    :param query: what else is asked, such as the period of a statement
    """
    kind, _, part = address.partition("/")
    if not part:
        found = _SINGLE.get(kind) or (_ASKED.get(kind) if frame.leads.asks else None)
        return None if found is None else found(frame)
    if kind == "months":
        return _of_month(frame, part)
    if address == addresses.AGEING_BY_DATE:
        return aged.page(frame, "date") if frame.leads.asks else None
    if kind == "open-items":
        names = {addresses.open_items(name): name for name in (*frame.buckets, ageing.UNAPPLIED)}
        by_date = {addresses.open_items(name, by_date=True): name for name in frame.buckets if frame.leads.asks}
        if address in by_date:
            return aged.items(frame, by_date[address], by_date=True)
        return aged.items(frame, names[address]) if address in names else None
    if kind == "archive":
        return archive.month(frame, address) if part in frame.archive else None
    if kind == "customers":
        customer = addresses.named(part, frame.names)
        return None if customer is None else customers.page(frame, customer)
    if kind == "documents":
        number = addresses.named(part, frame.book.ledger.documents)
        return document.page(frame, number) if number is not None and frame.document(number) else None
    return _asked(frame, kind, part, query) if frame.leads.asks else None


def _asked(frame: Frame, kind: str, part: str, query: Mapping[str, str]) -> Page | None:
    if kind == "statements":
        customer = addresses.named(part, frame.names)
        return None if customer is None else periods.page(frame, customer, query)
    if kind == "files":
        return customers.of_file(frame, part)
    if kind == "drafts":
        name = addresses.named(part, unissued.names(frame))
        return None if name is None else unissued.draft(frame, name)
    if kind == "quotes":
        name = addresses.named(part, unissued.offers(frame))
        return None if name is None else unissued.quote(frame, name)
    return None


def _of_month(frame: Frame, part: str) -> Page | None:
    month = part.partition("/")[0]
    if month not in frame.months:
        return None
    every = range(1, documents.parts(frame, month) + 1)
    wanted = next((n for n in every if addresses.month(month, n) == f"months/{part}"), None)
    return None if wanted is None else documents.month(frame, month, wanted)
