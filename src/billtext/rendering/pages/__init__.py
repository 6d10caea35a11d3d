"""The pages that people browse, in the site and in Fava. Pure: a book and a day in, HTML out; `render` yields all.

`frame` is what all pages share; `overview`, `customers` with `account`, `documents` and `faults` are the kinds of page;
`flows` sums up a month, `charts` draws, `figures` writes numbers and `addresses` names the files. The templates are in
`rendering/templates/pages`.

A page is HTML, in which Jinja2 escapes every value. The site puts it into Markdown as one block, a section of class
`bt`: nothing in it is ever read as Markdown, and no HTML of the ledger ever runs.
"""

from collections.abc import Callable, Iterator, Mapping

from billtext.rendering.pages import addresses, customers, documents, faults, overview
from billtext.rendering.pages.frame import Frame, Page


def render(frame: Frame, part: int = 0, parts: int = 1) -> Iterator[Page]:
    """Yield every page, or those of one of several parts of them."""
    if part == 0:
        yield overview.page(frame)
        yield customers.index(frame)
        yield documents.index(frame)
        if frame.errors:
            yield faults.page(frame)
    for month in frame.months[part::parts]:
        yield documents.month(frame, month)
    for customer in frame.customers[part::parts]:
        yield customers.page(frame, customer)
    for number in frame.linked[part::parts]:
        yield documents.page(frame, number)


def count(frame: Frame) -> int:
    """How many pages `render` yields."""
    return 3 + bool(frame.errors) + len(frame.months) + len(frame.customers) + len(frame.linked)


_SINGLE: dict[str, Callable[[Frame], Page]] = {
    "index": overview.page,
    "customers": customers.index,
    "documents": documents.index,
    "errors": faults.page,
}


def find(frame: Frame, address: str) -> Page | None:
    """The page of an address; None if the ledger has none on the day."""
    kind, _, part = address.partition("/")
    if not part:
        return _SINGLE[kind](frame) if kind in _SINGLE else None
    if kind == "months":
        return documents.month(frame, part) if part in frame.months else None
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
