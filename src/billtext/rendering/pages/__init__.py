"""The pages of the site, as Markdown: `render` yields all of them. Pure: a book and a day in, texts out.

`frame` is what all pages share; `overview`, `customers` with `account`, `documents` and `faults` are the kinds of page;
`flows` sums up a month, `charts` draws, `figures` writes numbers and `addresses` names the files. The templates are in
`rendering/templates/site`.

Text of the ledger stands only within `<section class="bt" lang="…">` blocks of HTML, where Jinja2 escapes every value.
It never reaches the Markdown around them, so nothing in it is ever read as Markdown, and no HTML of it ever runs.
"""

from collections.abc import Iterator
from itertools import islice

from billtext.rendering.pages import customers, documents, faults, overview
from billtext.rendering.pages.frame import Frame


def render(frame: Frame, part: int = 0, parts: int = 1) -> Iterator[tuple[str, str]]:
    """Yield path and text of every page, or of one of several parts of them.

    Paths are relative to the directory of the receivables.
    """
    if part == 0:
        yield "index.md", overview.page(frame)
        yield "customers.md", customers.index(frame)
        yield "documents.md", documents.index(frame)
        if frame.errors:
            yield "errors.md", faults.page(frame)
    for month in frame.months[part::parts]:
        yield documents.month(frame, month)
    for customer in frame.customers[part::parts]:
        yield customers.page(frame, customer)
    for number in islice(frame.linked, part, None, parts):
        yield documents.page(frame, number)


def count(frame: Frame) -> int:
    """How many pages `render` yields."""
    return 3 + bool(frame.errors) + len(frame.months) + len(frame.customers) + len(frame.linked)
