"""The mkdocs.yml of a site: the user's own, or one that billtext writes beside the sources.

What it inherits from, and the theme's additions, lie with the generated pages: no path of the machine that wrote it is
in it, and whoever has the directory builds the site with MkDocs alone.
"""

import os
from html import escape as html
from pathlib import Path
from typing import TYPE_CHECKING

from billtext.errors import Refused
from billtext.rendering import escape
from billtext.rendering.language import Language

if TYPE_CHECKING:
    from billtext.outside.mkdocs_build import Site

TEMPLATE = Path(__file__).parent.parent / "site_template"
PAGES = "receivables"
COPY = f"{PAGES}/.template"  # of the template, below the sources; MkDocs leaves hidden files out of the site
_MARK = "# Written by `billtext site build`, each time that it has changed. Without this line the file is yours.\n"


def place(wanted: "Site") -> tuple[Path, bool]:
    """The mkdocs.yml to build with, and whether it is ours.

    A mkdocs.yml beside the sources is taken as it stands if it names them. Otherwise one is written there; where the
    name is taken by that of another site, under a name of its own.

    :raises Refused: there is a mkdocs.yml that cannot be read
    """
    site = wanted.sources
    for source in sorted(TEMPLATE.rglob("*")):
        if source.is_file():
            _keep(site / COPY / source.relative_to(TEMPLATE), source.read_text("utf-8"))
    path = site.resolve().parent / "mkdocs.yml"
    if path.is_file() and not path.read_text("utf-8", errors="replace").startswith(_MARK):
        if _docs_dir(path) == site.resolve():
            return path, False
        path = path.with_name(f"{PAGES}.mkdocs.yml")
    _keep(path, _text(wanted))
    return path, True


def _keep(path: Path, text: str) -> None:
    """Write a file, if it does not say so already."""
    if not path.is_file() or path.read_text("utf-8", errors="replace") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.new")
        draft.write_text(text, "utf-8")
        draft.replace(path)


def _text(wanted: "Site") -> str:
    site = wanted.sources
    root = site.resolve().parent
    first = ["  - index.md"] if (site / "index.md").is_file() else []
    lines = [
        f"INHERIT: {_path(site.resolve() / COPY / 'mkdocs.yml', root)}",
        f"site_name: {escape.yaml(html(escape.one_line(wanted.name)))}  # MkDocs writes it as it stands",
        f"docs_dir: {_path(site.resolve(), root)}",
        f"site_dir: {_path(wanted.out.resolve(), root)}",
        "theme:",
        f"  custom_dir: {_path(site.resolve() / COPY / 'theme', root)}",
        f"  language: {escape.yaml(wanted.language)}",
        "extra:",
        f"  homepage: {PAGES}/{wanted.first}.html",
        *(f"  {key}: {escape.yaml(text)}" for key, text in sorted(wanted.words.items())),
        # The generated pages are not in the search: without others it would find nothing.
        f"plugins: {'[search]' if _others(site) else '[]'}",
        "nav:",
        *first,
        f"  - {escape.yaml(Language(wanted.language)('Receivables'))}:",  # one tab: the pages have a menu of their own
        *(f"      - {PAGES}/{page}.md" for page in (wanted.first, *wanted.others)),
    ]
    return _MARK + "\n".join(lines) + "\n"


def _others(site: Path) -> bool:
    """Whether the sources have pages besides ours."""
    for parent, directories, names in os.walk(site):
        if Path(parent) == site and PAGES in directories:
            directories.remove(PAGES)
        if any(name.endswith(".md") for name in names):
            return True
    return False


def _path(path: Path, root: Path) -> str:
    """A path as YAML: from the file's directory if it is below, else in full."""
    return escape.yaml(str(path.relative_to(root) if path.is_relative_to(root) else path).replace(os.sep, "/"))


def _docs_dir(path: Path) -> Path:
    """Sources that a mkdocs.yml names, itself or the one that it inherits from."""
    from mkdocs.utils.yaml import yaml_load

    try:
        with path.open("rb") as file:
            found = yaml_load(file)
    except Exception as error:  # YAML's, the system's and MkDocs' own, such as an INHERIT that is missing
        raise Refused(f"{path}: {' '.join(str(error).split())}") from error
    return (path.parent / str((found or {}).get("docs_dir", "docs"))).resolve()
