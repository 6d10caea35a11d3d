"""Jinja2 for our pages: HTML escapes by itself, Markdown by a filter; an undefined name is an error.

Filters for Markdown: `md` for text that begins a line, `within` after other text, `cell` in a table. For HTML: `line`.
"""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from billtext.rendering import escape


@cache
def environment() -> Environment:
    """The one environment; templates ending in `.html.j2` are HTML, whose values are escaped wherever they stand."""
    found = Environment(
        loader=PackageLoader("billtext.rendering"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        keep_trailing_newline=True, autoescape=lambda name: bool(name) and str(name).endswith(".html.j2"),  # noqa: S701 - it is, by name
    )  # fmt: skip
    found.filters["md"] = lambda value: _markdown(str(value).lstrip())
    found.filters["within"] = lambda value: _markdown(str(value), begins=False)
    found.filters["cell"] = lambda value: _markdown(str(value), begins=False, cell=True)
    found.filters["line"] = lambda value: escape.one_line(str(value))
    return found


def _markdown(text: str, *, begins: bool = True, cell: bool = False) -> Markup:
    return Markup(escape.markdown(text, begins=begins, cell=cell))  # noqa: S704 - this is what escapes it


def render(template: str, **values: Any) -> str:
    """Fill a template."""
    return environment().get_template(template).render(**values)
