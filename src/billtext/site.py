"""The static site: generate its Markdown pages from a ledger, and have MkDocs build them."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billtext.model import Date
from billtext.outside import draft_files, forked, mkdocs_build, page_files, revision
from billtext.rendering import pages
from billtext.rendering.language import Language
from billtext.rendering.pages import faults
from billtext.rendering.pages.frame import Frame
from billtext.rules.book import Book

if TYPE_CHECKING:
    from billtext.ledger.load import Loaded

PAGES = "receivables"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a site is made.

    :param site: MkDocs sources; the generated pages are in `receivables` below it
    :param out: the built site
    """

    site: Path
    out: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was built.

    :param pages: all pages of the ledger
    :param written: those that changed
    :param removed: those of an earlier build that are no longer
    :param errors: how many the ledger has
    :param seconds: for the generating and for MkDocs
    """

    pages: int
    written: int
    removed: int
    errors: int
    warnings: Sequence[str]
    seconds: tuple[float, float]


def build(
    loaded: "Loaded",
    book: Book,
    place: Place,
    as_of: Date,
    *,
    documents: str = "all",
    progress: Callable[[str, int], Callable[[], Any]] | None = None,
) -> Result:
    """Generate the pages and build the site.

    :param documents: which documents get a page: `all`, `open` or `none`
    :param progress: called with the name and the length of a stage; returns what to call at each of its steps
    :raises Refused: the site cannot be built there
    """
    progress = progress or (lambda _name, _count: lambda: None)
    start = time.monotonic()
    root = loaded.path.resolve().parent
    language = Language(str(book.register.company(as_of).get("language") or ""))
    frame = Frame(
        book,
        as_of,
        revision=revision.text(root, language),
        errors=faults.errors([*loaded.errors, *book.errors], root),
        choice=documents,
        drafts=tuple(draft for found in draft_files.every(root) for draft in found.drafts),
    )
    count = pages.count(frame)
    step = progress("Pages", count)

    parts = forked.parts(count)

    def made(part: int) -> Iterator[tuple[str, str]]:
        for page in pages.render(frame, part, parts):
            yield f"{page.path}.md", frame.markdown(page)
            if part == 0:
                for _ in range(parts):  # the others are as far as this one
                    step()

    written, removed = page_files.keep(place.site / PAGES, made, parts)
    middle = time.monotonic()
    name = str(frame.company.get("name") or frame.t("Receivables"))
    warnings = mkdocs_build.build(
        place.site, place.out, name=name, language=language.code, step=progress("MkDocs", count), parts=parts
    )
    seconds = (middle - start, time.monotonic() - middle)
    return Result(
        pages=count, written=written, removed=removed, errors=len(frame.errors), warnings=warnings, seconds=seconds
    )
