"""Material's frame around a generated page, filled once for all pages that share it.

Header, icons and settings are the same on every page of a directory; to write them for each takes as long as all the
rest. A shell is the page with marks in place of what is the page's own. What comes out is the same, to the byte.
"""

import copy
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import Environment, Template
from markupsafe import escape
from mkdocs.structure.pages import Page

from billtext.outside import page_bodies

TEMPLATE = "receivables.html"
_CONTENT, _TITLE, _HEADING = "billtext·content·", "billtext·title·", "billtext·heading·"


class Shells:
    """Stands for the template of generated pages."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._filled: dict[Any, list[tuple[str, str]]] = {}

    def render(self, context: Mapping[str, Any]) -> str:
        """Fill the template for a page, as Jinja2 would."""
        page = context["page"]
        if page_bodies.is_elsewhere(page):
            return ""
        if not page.meta.get("leaf") or page.canonical_url or page.edit_url:
            return self._template.render(context)
        key = (directory(page), *[anchor.url for anchor in page.toc][:1])
        if key not in self._filled:
            self._filled[key] = _parts(self.shell(context))
        own = {"": "", _CONTENT: page.content, _TITLE: page.meta["title"], _HEADING: str(escape(page.meta["heading"]))}
        return "".join([text + own[mark] for text, mark in self._filled[key]])

    def shell(self, context: Mapping[str, Any]) -> str:
        """The page with marks in place of what is its own."""
        page = copy.copy(context["page"])
        page.meta = {**page.meta, "title": _TITLE, "heading": _HEADING}
        page.content = _CONTENT
        return self._template.render({**context, "page": page})


def directory(page: Page) -> str:
    """The directory of a page; its pages have the same links around them."""
    return page.file.src_uri.rpartition("/")[0]


def _parts(shell: str) -> list[tuple[str, str]]:
    """Split a shell into pieces of text, each with the mark that follows it."""
    found: list[tuple[str, str]] = []
    start = 0
    while True:
        places = [(place, mark) for mark in (_CONTENT, _TITLE, _HEADING) if (place := shell.find(mark, start)) >= 0]
        if not places:
            return [*found, (shell[start:], "")]
        place, mark = min(places)
        found.append((shell[start:place], mark))
        start = place + len(mark)


def digest(environment: Environment, nav: Any, files: Any, config: Any, leaves: Iterable[page_bodies.Leaf]) -> str:
    """Digest of what is around the pages' own, on a page of each directory that has been read."""
    from mkdocs.commands.build import get_context

    found = hashlib.blake2b(digest_size=16)
    seen: set[str] = set()
    for leaf in leaves:
        place = directory(leaf)
        if not leaf.built and place not in seen:
            seen.add(place)
            context = get_context(nav, files, config, leaf)
            shells: Any = environment.get_template(TEMPLATE)
            found.update("\0".join([place, shells.shell(context), *leaf.pieces]).encode())
    return found.hexdigest()


def use(environment: Environment) -> None:
    """Have an environment give shells instead of the template."""
    original = environment.get_template
    shells: dict[str, Any] = {}

    def get_template(name: Any, *args: Any, **kwargs: Any) -> Any:
        if name != TEMPLATE:
            return original(name, *args, **kwargs)
        if name not in shells:
            shells[name] = Shells(original(name, *args, **kwargs))
        return shells[name]

    environment.get_template = get_template  # type: ignore[method-assign]
