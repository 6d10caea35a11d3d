"""The static site: generate its Markdown pages from a ledger, and have MkDocs build them.

What a page is made of has a digest (`rules/fingerprints.py`): a page whose digest is as it was is neither written nor
built again, and stays the very file that it was. The revision of the ledger, which changes with every commit, stands in
a style sheet that all pages share.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from billtext.errors import Refused
from billtext.ledger import load
from billtext.model import Date
from billtext.outside import files as disk
from billtext.outside import forked, mkdocs_build, page_files, page_templates, program, revision, site_papers, tray
from billtext.outside import looks as file_looks
from billtext.outside.site_papers import Papers
from billtext.rendering import pages
from billtext.rendering.pages import addresses, faults, finding
from billtext.rendering.pages.frame import Frame, Links, files
from billtext.rendering.pages.rows import Kept
from billtext.rules import fingerprints
from billtext.rules.book import Book
from billtext.rules.fingerprints import Fingerprints, Piece

PAGES = "receivables"
SHEET, INDEX = "revision.css", "search.js"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a site is made.

    :param site: MkDocs sources; the generated pages are in `receivables` below it
    :param out: the built site
    """

    site: Path
    out: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a site is to have.

    :param documents: which of them get a page: `all`, `open` or `none`
    :param language: code of that of its readers; the company's if empty
    :param pdf: whether statements and filed documents are beside it as PDF
    :param customer: id of the one whom it is given to, and whom alone it is about; empty if it is the office's
    """

    documents: str = "all"
    language: str = ""
    pdf: bool = False
    customer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was built.

    :param pages: all pages of the ledger
    :param written: those that changed
    :param removed: those of an earlier build that are no longer
    :param papers: PDF files that were made
    :param errors: how many the ledger has
    :param seconds: for billtext's own work and for MkDocs
    """

    pages: int
    written: int
    removed: int
    papers: int
    errors: int
    warnings: Sequence[str]
    seconds: tuple[float, float]


def build(
    loaded: load.Loaded,
    book: Book,
    place: Place,
    as_of: Date,
    wish: Wish | None = None,
    *,
    progress: Callable[[str, int], Callable[[], Any]] | None = None,
) -> Result:
    """Generate the pages and build the site.

    :param progress: called with the name and the length of a stage; returns what to call at each of its steps
    :raises Refused: the site cannot be built there
    """
    wish, progress = wish or Wish(), progress or (lambda _name, _count: lambda: None)
    start = time.monotonic()
    root = loaded.path.resolve().parent
    with _sources(place, wish) as sources:
        page_templates.keep_compiled()
        directory = sources / PAGES
        frame = _frame(loaded, book, as_of, wish, root)
        told = [error["message"] for error in frame.errors]  # Beancount's are on pages of documents too
        also = (program.digest(), site_papers.templates(root), wish, told)

        before, leaves = page_files.before(directory), pages.leaves(frame)
        ledger = page_files.marks(loaded.options.get("include", ()), time.time_ns())
        known = before.known(ledger)

        def taken(known: Mapping[str, Piece]) -> Fingerprints:
            texts = {name: Path(name).read_bytes() for name in loaded.options.get("include", ()) if name not in known}
            return fingerprints.of(book, loaded.entries, texts, loaded.options, as_of, *also, known=known)

        made_of = taken(known)
        if known and made_of.common != before.made_of.common:
            made_of = taken({})
        same = made_of.common == before.made_of.common

        def fresh(kind: str, name: str) -> bool:
            return same and made_of.of(kind, name) == before.made_of.of(kind, name)

        papers = site_papers.Made(files={}, written=0, wrong=())
        if wish.pdf:
            papers = site_papers.keep(
                directory, frame, root, before.papers, lambda customer: fresh("customer", customer), progress
            )
            frame.leads = Papers(papers.files)
        untouched, stale = {}, []
        unchanged = {of for of in {leaf.of for leaf in leaves} if fresh(*of)}
        for leaf in leaves:
            name = f"{leaf.path}.md"
            look = before.looks.get(name) if leaf.of in unchanged else None
            if look is None:
                stale.append(leaf)
            else:
                untouched[name] = look
        count = len(leaves) + len(pages.singles(frame)) + len(pages.columns(frame))
        if not wish.customer and not load.changed(loaded):  # else the digests may be of another ledger
            frame.kept = Kept(lambda page: page_files.rows(directory, page), made_of.mark)
        kept = _pages(frame, directory, untouched, stale, count, progress("Pages", count))
        words = "" if wish.customer else revision.text(root, frame.t)
        page_files.other(directory, SHEET, revision.sheet(words).encode())
        others = dict(papers.files)
        if frame.finder(""):
            others[INDEX] = finding.mark(frame, names=frame.named)
            if not same or INDEX not in before.looks or before.papers.get(INDEX) != others[INDEX]:
                page_files.other(directory, INDEX, finding.index(frame, names=frame.named).encode())
        else:  # also where nothing is known of the last time
            (directory / INDEX).unlink(missing_ok=True)
        site_papers.prune(directory, before.papers, others)
        looks = {**kept.looks, **file_looks.of(str(directory), (INDEX,))}
        left = page_files.Before(made_of=made_of, looks=looks, papers=others, ledger=ledger)
        # What was written while we read and built is in the digests and may not be on the pages.
        page_files.remember(directory, page_files.Before(papers=others) if load.changed(loaded) else left)
        middle = time.monotonic()
        site = _site(frame, sources, place.out, wish, {**looks, **file_looks.of(str(directory), papers.files)})
        warnings, seconds = mkdocs_build.build(site, progress("MkDocs", count))
    return Result(
        pages=count,
        written=kept.written,
        removed=kept.removed,
        papers=papers.written,
        errors=len(frame.errors),
        warnings=[
            *papers.wrong,
            *(f"{each['file']}:{each['line']}: {each['message']}" for each in frame.unread),
            *(f"MkDocs: {warning}" for warning in warnings),
        ],
        seconds=(middle - start + time.monotonic() - middle - seconds, seconds),
    )


@contextmanager
def _sources(place: Place, wish: Wish) -> Iterator[Path]:
    """Where the pages are written: for a customer alone where nothing else is, and nothing stays.

    :raises Refused: nothing can be written there
    """
    try:
        with _directory(place, wish) as directory:
            yield directory
    except OSError as error:
        where = error.filename2 or error.filename or place.site
        raise Refused(
            f"{where}: cannot be written ({error.strerror or error}); make room, or choose another place"
        ) from error


@contextmanager
def _directory(place: Place, wish: Wish) -> Iterator[Path]:
    if not wish.customer:
        place.site.mkdir(parents=True, exist_ok=True)
        handle = disk.hold(place.site, f"another build of {place.site} is at work; wait until it is done")
        try:
            yield place.site
        finally:
            os.close(handle)
        return
    place.out.resolve().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".billtext-", dir=place.out.resolve().parent) as directory:
        yield Path(directory) / "site"


def _frame(loaded: load.Loaded, book: Book, as_of: Date, wish: Wish, root: Path) -> Frame:
    search = book.register.options.of("site-search")
    beside = None if wish.customer else tray.read(root, tray.state(root))
    frame = Frame(
        book,
        as_of,
        revision="" if wish.customer else None,
        errors=() if wish.customer else faults.errors([*loaded.errors, *book.errors], root),
        choice=wish.documents,
        customers={wish.customer} if wish.customer else None,
        language=wish.language,
        links=_own(addresses.customer(wish.customer)) if wish.customer else files,
        finder=lambda path: "../" * path.count("/") + INDEX if search != "none" else None,
        named=bool(wish.customer) or search == "names",
        given=bool(wish.customer),
        drafts=() if beside is None else beside.drafts,
        unread=() if beside is None else beside.unread,
    )
    if wish.customer and wish.customer not in frame.names:
        raise Refused(f"there is no customer {wish.customer} on {as_of}; `billtext customer list` lists them")
    return frame


def _own(page: str) -> Links:
    """Links of a site that is about one customer: who asks for all of them is led to that one."""

    def links(path: str) -> Callable[[str], Markup]:
        usual = files(path)
        return lambda address: usual(page if address in {"index", "customers"} else address)

    return links


def _pages(
    frame: Frame, directory: Path, untouched: Any, stale: Any, count: int, step: Callable[[], Any]
) -> page_files.Kept:
    parts = forked.parts(count - len(untouched))
    for _ in untouched:
        step()

    def made(part: int) -> Iterator[tuple[str, str]]:
        for page in pages.render(frame, part, parts, wanted=stale):
            yield f"{page.path}.md", frame.markdown(page)
            rows = None if frame.kept is None else frame.kept.taken(page.path)
            if rows is not None:
                page_files.keep_rows(directory, page.path, rows)
            if part == 0:
                for _ in range(parts):  # the others are as far as this one
                    step()

    return page_files.keep(directory, made, parts, untouched)


def _site(frame: Frame, sources: Path, out: Path, wish: Wish, looks: Any) -> mkdocs_build.Site:
    first = addresses.customer(wish.customer) if wish.customer else "index"
    words = {"lost": frame.t("There is no such page."), "back": frame.t("To the first page")}
    if frame.finder(""):
        words |= {"find": frame.sought, "found": frame.t("Nothing is found.")}
    others = [name for name in pages.singles(frame) if name not in {"index", "errors"}]
    return mkdocs_build.Site(
        sources=sources,
        out=out,
        name=str(frame.company.get("name") or frame.t("Receivables")),
        language=frame.t.code,
        wanted=bool(wish.language),
        first=first,
        others=tuple(others),
        words=words,
        # Of a folder that is given away nothing is known later.
        looks={} if wish.customer else {f"{PAGES}/{name}": look for name, look in looks.items()},
    )
