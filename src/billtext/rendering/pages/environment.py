"""Jinja2 for the pages, quick enough for a site of half a million lines."""

from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator
from markupsafe import Markup

from billtext.model import Date
from billtext.rendering import escape


class _Environment(Environment):
    """Looks for a name in what is a dictionary first: nearly all that a page shows comes in one."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@cache
def environment() -> Environment:
    """The templates. Each value is escaped text on one line; a date or an amount has to be written first."""
    found = _Environment(
        loader=PackageLoader("billtext.rendering", "templates/pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
        auto_reload=False,
    )
    found.filters["yaml"] = lambda text: Markup(escape.yaml(text))  # noqa: S704 - it is not HTML there
    return found


_PLAIN = {"t", "link"}  # functions that want nothing of the template that calls them, and `f` has more


class _Code(CodeGenerator):
    """Writes no second call around each value that is shown: `_shown` has escaped it already.

    Nor does it look in each call of a word, a link or a figure whether the function wants the context.
    """

    def visit_Call(self, node: Any, frame: Any, forward_caller: bool = False) -> None:  # noqa: N802 - Jinja's name
        of = node.node
        plain = (isinstance(of, nodes.Name) and of.name in _PLAIN) or (
            isinstance(of, nodes.Getattr) and isinstance(of.node, nodes.Name) and of.node.name == "f"
        )
        if not plain or node.kwargs or node.dyn_args or node.dyn_kwargs:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(of, frame)
        self.write("(")
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
        self.write(finalize.src)

    def _output_child_post(self, node: Any, frame: Any, finalize: Any) -> None:
        self.write(")")


_Environment.code_generator_class = _Code
_MOST = 50_000  # texts to remember: most of what a page shows stands on others too
_known: dict[str, Markup] = {}


def _shown(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        found = _known.get(value)
        if found is None:
            found = Markup.escape(value if value.isprintable() else escape.one_line(value))
            if len(_known) > _MOST:
                _known.clear()
            _known[value] = found
        return found
    if kind is Markup:
        return value
    if value is None:
        return ""
    if kind is Decimal or isinstance(value, Date):
        raise TypeError(f"{value!r} is not written in the reader's language")
    return Markup.escape(value)
