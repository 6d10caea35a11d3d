"""Rows of tables as HTML. A row of a customer about whom nothing has changed is the same as when it was made before."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from markupsafe import Markup

from billtext.rendering.pages.environment import environment


class Kept:
    """Rows that were made before, for tables that are made anew whenever any customer has changed.

    :param before: gives the rows that a page had, by name
    :param mark: of a customer: a digest of all that rows of that customer hang on
    """

    def __init__(self, before: Callable[[str], Mapping[str, str]], mark: Callable[[str], str]) -> None:
        self._before, self.mark = before, cache(mark)
        self._now: dict[str, dict[str, str]] = {}

    def of(self, page: str) -> tuple[Mapping[str, str], dict[str, str]]:
        """The rows that a page had, and those of now, to be filled."""
        return self._before(page), self._now.setdefault(page, {})

    def taken(self, page: str) -> dict[str, str] | None:
        """The rows that a page that was made has now; None if it is none whose rows are kept."""
        return self._now.pop(page, None)


# Makes a row, of the customer that alone it hangs on, its name among that customer's rows, and what gives its values.
Row = Callable[[str, str, Callable[[], Mapping[str, Any]]], Markup]


def alone(macro: str, t: Any, link: Any) -> Callable[[Mapping[str, Any]], Markup]:
    """What makes rows that hang on no customer.

    :param macro: one of `_rows.html.j2`
    """
    fill: Callable[..., Markup] = getattr(environment().get_template("_rows.html.j2").module, macro)
    return lambda values: fill(t, link, values)


def of(macro: str, t: Any, link: Any, page: str = "", kept: Kept | None = None) -> Row:
    """What makes the rows of the table of a page.

    :param macro: one of `_rows.html.j2`
    :param page: address of one whose rows are kept
    """
    fill = alone(macro, t, link)

    if kept is None:
        return lambda _customer, _name, values: fill(values())
    (before, now), mark = kept.of(page), kept.mark

    def row(customer: str, name: str, values: Callable[[], Mapping[str, Any]]) -> Markup:
        key = f"{mark(customer)} {name}"
        text = before.get(key)
        now[key] = fill(values()) if text is None else text
        return Markup(now[key])  # noqa: S704 - the template has escaped it, now or then

    return row
