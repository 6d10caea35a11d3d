"""Run MkDocs in this process: quiet, into a new directory that takes the old one's place when it is whole.

The same pages build with `mkdocs build` or `properdocs build`, to the same site. Here it is quicker, because
Python-Markdown is spared from taking the pages' blocks of HTML to pieces twice, and Material from filling its frame for
each page; and a reader of the old site keeps it until the new one is ready.
"""

import gc
import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from markupsafe import Markup

from billtext.errors import Refused
from billtext.outside import forked, mkdocs_config

os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")  # Material's notice about the plans of others

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_MARK = ".billtext-site"
_DOOR = """<!doctype html>
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=receivables/index.html">
<a href="receivables/index.html">receivables/index.html</a>
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


def build(site: Path, out: Path, *, name: str, language: str, step: Callable[[], Any], parts: int = 1) -> list[str]:
    """Build the site.

    :param site: the Markdown pages
    :param name: of the site, where it has no mkdocs.yml of its own; text of the ledger
    :param language: code of a language, likewise
    :param step: called once a page
    :param parts: how many processes write the pages
    :return: what MkDocs warns of
    :raises Refused: MkDocs cannot build it, or `out` holds something else than a site
    """
    _check(site, out)
    draft = out.with_name(f".{out.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    warnings = _Warnings()
    logger = logging.getLogger("mkdocs")
    level, propagate = logger.level, logger.propagate
    logger.addHandler(warnings)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    try:
        path, ours = mkdocs_config.place(site, out, name=name, language=language)
        config = _load(path, site, draft)
        if ours:
            config.site_name = Markup(config.site_name)  # noqa: S704 - it was escaped when it was written
        _run(config, step, parts)
        (draft / _MARK).touch()
        if not (draft / "index.html").exists():
            (draft / "index.html").write_text(_DOOR, "utf-8")
        _switch(draft, out)
    except Refused as error:
        raise Refused(" ".join([str(error), *warnings.found])) from error
    finally:
        logger.removeHandler(warnings)
        logger.setLevel(level)
        logger.propagate = propagate
        shutil.rmtree(draft, ignore_errors=True)
    return warnings.found


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
        and not (out / _MARK).exists()
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


def _run(config: "MkDocsConfig", step: Callable[[], Any], parts: int) -> None:
    from mkdocs.commands.build import build as run
    from mkdocs.exceptions import Abort, MkDocsException
    from mkdocs.plugins import BasePlugin, event_priority

    from billtext.outside import page_bodies, page_shells

    plain = all(key.endswith("search") for key in config.plugins)  # other plugins may have a word to say on each page
    copies: list[forked.Copies] = []  # as soon as there are some

    class Quick(BasePlugin):  # type: ignore[type-arg, no-untyped-call]
        """Spares time and memory, and counts the pages for who waits."""

        leaves = 0

        def on_files(self, files: Any, config: Any, **_: Any) -> Any:
            if plain:
                page_bodies.use(files, config, f"{mkdocs_config.PAGES}/")
            return files

        def on_page_content(self, html: str, page: Any, **_: Any) -> str:
            page.markdown = ""
            return html

        def on_env(self, env: Environment, **_: Any) -> Environment:
            if plain:
                page_shells.use(env)
            return env

        @event_priority(100)  # before a search looks into the page
        def on_page_context(self, context: Any, page: Any, **_: Any) -> Any:
            if plain and parts > 1 and not copies:  # all is read, and all but the pages is written
                copies.append(forked.Copies(parts))
            if isinstance(page, page_bodies.Leaf):
                self.leaves += 1
                if copies and self.leaves % parts != copies[0].part:
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

    config.markdown_extensions.append(_Aside())  # type: ignore[arg-type]
    config.plugins["billtext"] = Quick()
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
    except Exception as error:  # a fault of a page, a plugin or a theme that we do not know
        raise Refused(
            f"MkDocs cannot build the site: {type(error).__name__}: {' '.join(str(error).split())}"
        ) from error
    finally:
        if not collecting:
            gc.disable()
        config.plugins.on_shutdown()


def _switch(draft: Path, out: Path) -> None:
    """Put the new site in the old one's place; what the old one had in hidden files, such as `.git`, moves along."""
    if out.is_dir():
        for path in out.iterdir():
            if path.name.startswith(".") and not (draft / path.name).exists():
                path.rename(draft / path.name)
        old = out.with_name(f".{out.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        out.rename(old)
        draft.rename(out)
        shutil.rmtree(old)
    else:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft.rename(out)
