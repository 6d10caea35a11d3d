"""Run MkDocs in this process: quiet, into a new directory, from which the site is renewed when all is made.

The same pages build with `mkdocs build` or `properdocs build`, to the same site. Here it is quicker, because
Python-Markdown is spared from taking the pages' blocks of HTML to pieces twice, and Material from filling its frame for
each page; and a reader of the old site keeps it until the new one is ready. What did not change is not built again, and
stays the file that it was (`site_before`).
"""

import gc
import logging
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markupsafe import Markup

from billtext.errors import Refused
from billtext.outside import forked, mkdocs_config, site_before
from billtext.outside.looks import Look
from billtext.outside.site_before import Built

os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")  # Material's notice about the plans of others

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_DOOR = """<!doctype html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<meta http-equiv="refresh" content="0; url=receivables/PAGE">
<a href="receivables/PAGE">receivables/PAGE</a>
"""
_BEFORE = 30  # MkDocs looks for anchors at 21, Python-Markdown for HTML at 20


class _Blocks(Preprocessor):
    """Puts our blocks aside as they are; they hold no Markdown."""

    def run(self, lines: list[str]) -> list[str]:
        from billtext.outside import page_bodies

        text = "\n".join(lines)
        if '<section class="bt"' not in text:
            return lines
        return page_bodies.BLOCK.sub(lambda match: self.md.htmlStash.store(match[0] + "\n"), text).split("\n")


class _Aside(Extension):
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name is Python-Markdown's
        md.preprocessors.register(_Blocks(md), "billtext_blocks", _BEFORE)


class _Warnings(logging.Handler):
    """Keeps what MkDocs warns of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(" ".join(record.getMessage().split()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is to be built.

    :param sources: the Markdown pages
    :param out: the built site
    :param name: of the site, where it has no mkdocs.yml of its own; text of the ledger
    :param language: code of a language, likewise
    :param wanted: whether that language is to be MkDocs' in any case
    :param first: the page that the site opens with, where it has no index of its own
    :param others: generated pages with a place in the navigation, likewise
    :param words: for what the theme says of the receivables
    :param looks: how the generated files look, by their path below the sources
    """

    sources: Path
    out: Path
    name: str
    language: str
    wanted: bool
    first: str
    others: tuple[str, ...]
    words: Mapping[str, str]
    looks: Mapping[str, Look]


def build(site: Site, step: Callable[[], Any]) -> tuple[list[str], float]:
    """Build the site.

    :param step: called once a page
    :return: what MkDocs warns of, and its seconds
    :raises Refused: MkDocs cannot build it, or `out` holds something else than a site
    """
    out = site.out
    _check(site.sources, out)
    _recover(out)
    draft = out.with_name(f".{out.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    warnings = _Warnings()
    logger = logging.getLogger("mkdocs")
    level, propagate = logger.level, logger.propagate
    logger.addHandler(warnings)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    try:
        start = time.monotonic()
        path, ours = mkdocs_config.place(site)
        config = _load(path, site.sources, draft)
        if ours:
            config.site_name = Markup(config.site_name)  # noqa: S704 - it was escaped when it was written
        elif site.wanted:
            config.theme["language"] = site.language
        frame, same = _run(config, step, site)
        seconds = time.monotonic() - start
        if not (draft / "index.html").exists():
            (draft / "index.html").write_text(_DOOR.replace("PAGE", f"{site.first}.html"), "utf-8")
        built = Built(frame=frame, looks=site.looks)
        if any(name.endswith(".html") for name in same):
            site_before.merge(draft, out, same)
            site_before.write(out, built)
        else:
            site_before.adopt(draft, out, same)
            site_before.write(draft, built)
            _switch(draft, out)
    except Refused as error:
        raise Refused(" ".join([str(error), *warnings.found])) from error
    except OSError as error:
        where = error.filename2 or error.filename or out
        raise Refused(f"{where}: cannot be written ({error.strerror or error}); the site stays as it was") from error
    finally:
        logger.removeHandler(warnings)
        logger.setLevel(level)
        logger.propagate = propagate
        shutil.rmtree(draft, ignore_errors=True)
    return warnings.found, seconds


def _check(site: Path, out: Path) -> None:
    """Refuse to put a site in the place of what is none."""
    place = out.resolve()
    if (
        place == site.resolve()
        or place in site.resolve().parents
        or place in Path.cwd().resolve().parents
        or place == Path.cwd().resolve()
    ):
        raise Refused(f"{out} holds the sources of the site; name another directory with --out")
    if out.exists() and not out.is_dir():
        raise Refused(f"{out} is a file; name a directory with --out")
    if (
        out.is_dir()
        and any(out.iterdir())
        and not (out / site_before.MARK).exists()
        and not ((out / "404.html").exists() and (out / "sitemap.xml").exists())
    ):
        raise Refused(
            f"{out} holds something else than a site, which would be lost; "
            "empty it, or name another directory with --out"
        )


def _load(config: Path, site: Path, out: Path) -> "MkDocsConfig":
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    try:
        return load_config(
            str(config), docs_dir=str(site.resolve()), site_dir=str(out.resolve()), use_directory_urls=False
        )
    except MkDocsException as error:
        raise Refused(f"{config}: {' '.join(str(error).split())}") from error


def _run(config: "MkDocsConfig", step: Callable[[], Any], site: Site) -> tuple[str, list[str]]:
    """Have MkDocs build.

    :return: the digest of what is around the pages' own, and the files of the old site that are to stay
    """
    from mkdocs.commands.build import build as run
    from mkdocs.exceptions import Abort, MkDocsException
    from mkdocs.plugins import BasePlugin, event_priority

    from billtext.outside import page_bodies, page_shells

    # Other plugins, an address of the site or of its sources may have a word to say on each page.
    plain = all(key.endswith("search") for key in config.plugins)
    alone = plain and not config.site_url and not config.repo_url
    old = site_before.read(site.out) if alone else Built()
    copies: list[forked.Copies] = []  # as soon as there are some

    class Quick(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
        """Spares time and memory, and counts the pages for who waits."""

        written = 0
        parts = 1
        frame = ""
        leaves: list[page_bodies.Leaf] = []  # noqa: RUF012 - there is one of this
        static: list[str] = []  # noqa: RUF012

        def on_files(self, files: Any, config: Any, **_: Any) -> Any:
            if not plain:
                return files
            there = {
                name for name, look in site.looks.items() if old.looks.get(name) == look and _is_built(site.out, name)
            }
            self.leaves = page_bodies.use(files, config, f"{mkdocs_config.PAGES}/", there)
            for file in [file for file in files.static_pages() if file.src_uri in there]:
                files.remove(file)
                self.static.append(file.src_uri)
            return files

        def on_nav(self, nav: Any, **_: Any) -> Any:
            self.nav = nav
            return nav

        def on_page_content(self, html: str, page: Any, **_: Any) -> str:
            page.markdown = ""
            return html

        def on_env(self, env: Environment, config: Any, files: Any, **_: Any) -> Environment:
            if not plain:
                return env
            page_shells.use(env)
            self.frame = page_shells.digest(env, self.nav, files, config, self.leaves)
            if self.frame != old.frame:
                for leaf in self.leaves:
                    if leaf.built:
                        leaf.build(config, files)
            self.parts = forked.parts(sum(not leaf.built for leaf in self.leaves))
            return env

        @event_priority(100)  # before a search looks into the page
        def on_page_context(self, context: Any, page: Any, **_: Any) -> Any:
            if self.parts > 1 and not copies:  # all is read, and all but the pages is written
                copies.append(forked.Copies(self.parts))
            if isinstance(page, page_bodies.Leaf) and not page.built:
                self.written += 1
                if copies and self.written % self.parts != copies[0].part:
                    page.elsewhere = True
                else:
                    page.fill()
            return context

        def on_post_page(self, output: str, page: Any, **_: Any) -> str:
            if isinstance(page, page_bodies.Leaf):
                page.empty()
                if page.elsewhere:
                    output = ""  # which MkDocs does not write
            elif copies and copies[0].part:
                output = ""
            if not copies or copies[0].part == 0:
                step()
            return output

        def on_post_build(self, config: Any, **_: Any) -> None:
            if copies:
                copies.pop().join()

    quick = Quick()
    config.markdown_extensions.append(_Aside())  # type: ignore[arg-type]
    config.plugins["billtext"] = quick
    # Python-Markdown leaves rings of objects behind for each page: they have to be collected, whatever the caller does.
    # The ledger stays: no use to look for garbage in it. The count of what is old begins anew, else it would take
    # millions of new objects until anyone looks at all.
    collecting = gc.isenabled()
    gc.freeze()
    gc.collect()
    gc.enable()
    try:
        config.plugins.on_startup(command="build", dirty=False)
        try:
            run(config)
        except BaseException as error:
            if copies:
                copies[0].join(wrong=error)
            raise
    except (MkDocsException, Abort) as error:
        raise Refused(f"MkDocs cannot build the site: {' '.join(str(error).split())}") from error
    except OSError:
        raise  # the disk is told by its own words
    except Exception as error:  # a fault of a page, a plugin or a theme that we do not know
        raise Refused(
            f"MkDocs cannot build the site: {type(error).__name__}: {' '.join(str(error).split())}"
        ) from error
    finally:
        if not collecting:
            gc.disable()
        config.plugins.on_shutdown()
    same = [leaf.file.dest_uri for leaf in quick.leaves if leaf.built]
    return quick.frame, [*same, *quick.static]


def _is_built(out: Path, source: str) -> bool:
    """Whether a site has the file that a source becomes."""
    name = f"{source[:-3]}.html" if source.endswith(".md") else source
    return os.path.isfile(f"{out}/{name}")  # noqa: PTH113 - thirty thousand times


def _switch(draft: Path, out: Path) -> None:
    """Put the new site in the old one's place; what the old one had in hidden files, such as `.git`, moves along."""
    if out.is_dir():
        old = _old(out)
        out.rename(old)
        try:
            draft.rename(out)
        except OSError:
            old.rename(out)
            raise
        _recover(out)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(out)


def _old(out: Path) -> Path:
    return out.with_name(f".{out.name}.old")


def _recover(out: Path) -> None:
    """Finish a switch, be it one that was interrupted: nothing of the old site's hidden files is lost."""
    old = _old(out)
    if not old.is_dir():
        return
    if not out.exists():
        old.rename(out)
        return
    for path in old.iterdir():
        if path.name.startswith(".") and not (out / path.name).exists():
            path.rename(out / path.name)
    shutil.rmtree(old)
