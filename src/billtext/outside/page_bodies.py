"""The Markdown of a generated page, converted once for all pages that differ only in their blocks of HTML.

A customer's or document's page is a few headings between blocks that hold no Markdown. Python-Markdown is made anew for
each page, and takes longer for that than for all else; the headings come out the same each time. What a page becomes is
what MkDocs alone would make of it, to the byte.

MkDocs keeps the content of all pages until it writes the first. Here a page is read again when its turn comes, which is
quick, and saves the memory of the whole site. A page that is built already, and would become the same, is not read.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mkdocs.structure.pages import Page
from mkdocs.structure.toc import TableOfContents

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import File, Files

# What the front matter of a generated page says besides its names.
META: dict[str, Any] = {"template": "receivables.html", "leaf": True, "search": {"exclude": True}}
BLOCK = re.compile(r'(^<section class="bt" lang="[a-z]+">\n(?:.*\n)*?</section>$)', re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What MkDocs made of a page: the text before, between and after its blocks, and what it found in the headings."""

    pieces: tuple[str, ...]
    toc: TableOfContents
    anchors: set[str] | None


class Bodies:
    """The bodies of one build, by the Markdown around the blocks."""

    def __init__(self) -> None:
        """Begin without any."""
        self._known: dict[str, _Body | None] = {}

    def render(self, page: "Leaf", config: "MkDocsConfig", files: "Files") -> None:
        """Make the content of a page."""
        assert page.markdown is not None  # noqa: S101 - MkDocs has read it
        parts = BLOCK.split(page.markdown)
        around = "\0".join(parts[::2])
        body = self._known.get(around)
        if body is None:
            page.convert(config, files)
            if around not in self._known:
                self._known[around] = _body(page, parts[1::2])
                found = self._known[around]
                page.pieces = found.pieces if found else ()
            return
        page.pieces, page.content = body.pieces, ""
        page.toc, page.present_anchor_ids = body.toc, body.anchors


def _body(page: Page, blocks: list[str]) -> _Body | None:
    """Take a finished page to pieces; None if its blocks are not in it as they were written."""
    pieces, rest = [], page.content or ""
    for block in blocks:
        piece, found, rest = rest.partition(block)
        if not found:
            return None
        pieces.append(piece)
    return _Body(pieces=(*pieces, rest), toc=page.toc, anchors=page.present_anchor_ids)


class Leaf(Page):
    """A page that is one of many like it."""

    def __init__(self, file: "File", config: "MkDocsConfig", bodies: Bodies) -> None:
        """Take the place of MkDocs' own page of a file."""
        super().__init__(None, file, config)
        self._bodies = bodies
        self.pieces: tuple[str, ...] = ()
        self.elsewhere = False  # it is not written here: another process does, or it is there
        self.built = False  # it is there

    def read_source(self, config: "MkDocsConfig") -> None:
        """Read the source, of a page that is to be built."""
        if self.built:
            self.markdown, self.content, self.meta = "", "", dict(META)
        else:
            super().read_source(config)

    def build(self, config: "MkDocsConfig", files: "Files") -> None:
        """Read it after all."""
        self.built = self.elsewhere = False
        self.read_source(config)
        self.render(config, files)
        self.markdown = ""

    def render(self, config: "MkDocsConfig", files: "Files") -> None:
        """Convert the source, as far as it is not known yet what becomes of it."""
        if self.built:
            return
        self._bodies.render(self, config, files)

    def convert(self, config: "MkDocsConfig", files: "Files") -> None:
        """Convert the source by Python-Markdown."""
        super().render(config, files)

    def fill(self) -> None:
        """Put the content together, if it waits for that."""
        if self.pieces:
            parts = BLOCK.split(self.file.content_string)
            parts[::2] = self.pieces
            self.content = "".join(parts)

    def empty(self) -> None:
        """Let go of the content, which has been written."""
        self.content = ""


def is_elsewhere(page: Page) -> bool:
    """Whether another process writes a page."""
    return isinstance(page, Leaf) and page.elsewhere


def use(files: "Files", config: "MkDocsConfig", below: str, built: Container[str]) -> list[Leaf]:
    """Give the files in the directories below one pages of this kind, except those that have a place in the `nav`.

    The first of each directory is built in any case: it shows what is around the others.

    :param below: a directory of the sources, with a slash at its end
    :param built: sources whose pages are there already, by their path
    :return: the pages
    """
    bodies = Bodies()
    named = str(config.nav or "")
    found: list[Leaf] = []
    seen: set[str] = set()
    for file in files.documentation_pages():
        leaf = file.src_uri.startswith(below) and file.src_uri.count("/") > 1
        if leaf and file.page is None and file.src_uri not in named:
            page = Leaf(file, config, bodies)
            directory = file.src_uri.rpartition("/")[0]
            page.built = page.elsewhere = directory in seen and file.src_uri in built
            seen.add(directory)
            found.append(page)
    return found
