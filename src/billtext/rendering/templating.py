"""Jinja2 for our pages: HTML escapes by itself, Markdown by the filter `md`; an undefined name is an error."""

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
    found.filters["md"] = lambda value: Markup(escape.markdown(str(value)))  # noqa: S704 - this is what escapes it
    # In a table or after other text, where no list can begin: 12.50 stays as it is.
    found.filters["cell"] = lambda value: Markup(escape.markdown(str(value), begins=False))  # noqa: S704 - likewise
    found.filters["line"] = lambda value: escape.one_line(str(value))
    return found


def render(template: str, **values: Any) -> str:
    """Fill a template."""
    return environment().get_template(template).render(**values)
