"""The pages that people browse, in the site and in Fava. Pure: a book and a day in, HTML out; `render` yields all.

`frame` is what all pages share, the `menu` leads to the pages that all others lead to. The kinds of page: `overview`,
with `attention`; `aged`, which are the ageing and the open items; `customers` with `account`; `documents` by month and
each; `credit_notes`; `faults`. `charts` draws, `figures` writes numbers and `addresses` names the files. The templates
are in `rendering/templates/pages`.

A page is HTML, in which Jinja2 escapes every value. The site puts it into Markdown as one block, a section of class
`bt`: nothing in it is ever read as Markdown, and no HTML of the ledger ever runs.
"""

from collections.abc import Callable, Iterator, Mapping

from billtext.rendering.pages import addresses, aged, attention, credit_notes, customers, documents, faults, overview
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
        yield documents.page(frame, number)


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


def _single(frame: Frame) -> list[str]:
    """Pages that there is one of; those that tell what is wrong only where anything is."""
    holds = {"unsent": bool(frame.unsent), "errors": bool(frame.errors)}
    return [address for address in _SINGLE if holds.get(address, True)]


def find(frame: Frame, address: str) -> Page | None:
    """The page of an address; None if the ledger has none on the day."""
    kind, _, part = address.partition("/")
    if not part:
        return _SINGLE[kind](frame) if kind in _SINGLE else None
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
        return documents.page(frame, number) if number is not None and frame.document(number) else None
    return None


def _month(frame: Frame, part: str) -> Page | None:
    month = part.partition("/")[0]
    if month not in frame.months:
        return None
    every = range(1, documents.parts(frame, month) + 1)
    wanted = next((n for n in every if addresses.month(month, n) == f"months/{part}"), None)
    return None if wanted is None else documents.month(frame, month, wanted)


def _named(part: str, names: Mapping[str, object]) -> str | None:
    """The id or number whose page an address names."""
    if part in names and addresses.part(part) == part:
        return part
    return next((name for name in names if addresses.part(name) == part), None)
