"""Rows of tables as HTML. A row of a customer about whom nothing has changed is the same as when it was made before."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from markupsafe import Markup

from billtext.rendering.pages.environment import environment

Texts = Mapping[str, Mapping[str, str]]  # by table and row


class Kept:
    """Rows that were made before, for tables that are made anew whenever any customer has changed.

    :param before: of the last time
    :param fresh: whether all that there is of a customer is as it was then
    """

    def __init__(self, before: Texts, fresh: Callable[[str], bool]) -> None:
        self._before, self.fresh = before, cache(fresh)
        self.now: dict[str, dict[str, str]] = {}

    def of(self, table: str) -> tuple[Mapping[str, str], dict[str, str]]:
        """The rows of a table that were made before, and those of now, to be filled."""
        return self._before.get(table, {}), self.now.setdefault(table, {})


# Makes a row, of the customer that alone it hangs on, its name among that customer's rows, and what gives its values.
Row = Callable[[str, str, Callable[[], Mapping[str, Any]]], Markup]


def of(macro: str, t: Any, link: Any, table: str = "", kept: Kept | None = None) -> Row:
    """What makes the rows of a table.

    :param macro: one of `_rows.html.j2`
    :param table: name of the table among those whose rows are kept
    """
    fill: Callable[..., Markup] = getattr(environment().get_template("_rows.html.j2").module, macro)

    if kept is None:
        return lambda _customer, _name, values: fill(t, link, values())
    (before, now), fresh = kept.of(table), kept.fresh

    def row(customer: str, name: str, values: Callable[[], Mapping[str, Any]]) -> Markup:
        key = f"{len(customer)} {customer} {name}"  # no two are the same, whatever is in an id
        text = before.get(key) if fresh(customer) else None
        now[key] = fill(t, link, values()) if text is None else text
        return Markup(now[key])  # noqa: S704 - the template has escaped it, now or then

    return row
