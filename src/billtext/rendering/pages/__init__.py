"""The pages that people browse, in the site and in Fava. Pure: a book and a day in, HTML out; `render` yields all.

`frame` is what all pages share; `overview`, `customers` with `account`, `documents`, `archive` and `faults` are the
kinds of page; `flows` sums up a month, `charts` draws, `figures` writes numbers, `addresses` names the files, `leads`
is where else a face may lead, `finding` what a search looks through. The templates are in `rendering/templates/pages`.

A page is HTML, in which Jinja2 escapes every value. The site puts it into Markdown as one block, a section of class
`bt`: nothing in it is ever read as Markdown, and no HTML of the ledger ever runs.
"""

from collections.abc import Callable, Container, Iterator, Mapping
from typing import NamedTuple

from billtext.rendering.pages import addresses, archive, customers, documents, faults, overview
from billtext.rendering.pages.frame import Frame, Page


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


_SINGLE: dict[str, Callable[[Frame], Page]] = {
    "index": overview.page,
    "customers": customers.index,
    "documents": documents.index,
    "archive": archive.index,
    "errors": faults.page,
}
_LEAVES: dict[str, Callable[[Frame, str], Page]] = {
    "months": documents.month,
    "customers": customers.page,
    "documents": documents.page,
    "archive": archive.month,
}


def singles(frame: Frame) -> list[str]:
    """Addresses of the pages of which there is one. Who is given the own pages alone has no table of all customers."""
    if frame.given:
        return ["documents"]
    there = {"archive": bool(frame.archive), "errors": bool(frame.errors)}
    return [name for name in _SINGLE if there.get(name, True)]


def leaves(frame: Frame) -> list[Leaf]:
    """The pages that are many."""
    found = [Leaf(("month", month), "months", month, addresses.month(month)) for month in frame.months]
    found += [Leaf(("customer", id_), "customers", id_, addresses.customer(id_)) for id_ in frame.customers]
    known = frame.book.ledger.documents
    found += [
        Leaf(("customer", known[number].customer), "documents", number, addresses.document(number))
        for number in frame.linked
    ]
    if not frame.given:
        found += [Leaf(("month", name), "archive", name, name) for name in map(addresses.archive, frame.archive)]
    return found


def render(
    frame: Frame, part: int = 0, parts: int = 1, *, stale: Container[tuple[str, str]] | None = None
) -> Iterator[Page]:
    """Yield every page, or those of one of several parts of them.

    :param stale: what those of the many pages are made of that are to be made; all of them if None
    """
    for name in singles(frame)[part::parts]:
        yield _SINGLE[name](frame)
    wanted = [leaf for leaf in leaves(frame) if stale is None or leaf.of in stale]
    for leaf in wanted[part::parts]:
        yield _LEAVES[leaf.kind](frame, leaf.name)


def find(frame: Frame, address: str) -> Page | None:
    """The page of an address; None if the ledger has none on the day."""
    kind, _, part = address.partition("/")
    if not part:
        return _SINGLE[kind](frame) if kind in _SINGLE else None
    if kind == "months":
        return documents.month(frame, part) if part in frame.months else None
    if kind == "archive":
        return archive.month(frame, address) if part in frame.archive else None
    if kind == "customers":
        customer = _named(part, frame.names)
        return None if customer is None else customers.page(frame, customer)
    if kind == "documents":
        number = _named(part, frame.book.ledger.documents)
        return documents.page(frame, number) if number is not None and frame.document(number) else None
    return None


def _named(part: str, names: Mapping[str, object]) -> str | None:
    """The id or number whose page an address names."""
    if part in names and addresses.part(part) == part:
        return part
    return next((name for name in names if addresses.part(name) == part), None)
