"""What the writing commands share: the ledger that is changed, amounts that are typed, and what is said in the end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

import click

from billtext.cli.common import Day, Face, relative
from billtext.errors import Refused

if TYPE_CHECKING:
    from billtext.outside.desk import Desk
    from billtext.outside.issuing import Outcome

F = TypeVar("F", bound=Callable[..., Any])


class Number(click.ParamType[Decimal]):
    """A number with a decimal point, such as 8 or 1250.00; anything else is refused, as a wrong amount is."""

    name = "number"

    def __init__(self, *, least: Decimal | None = Decimal(0)) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read a number."""
        if isinstance(value, Decimal):
            return value
        try:
            found = Decimal(value) if set(value) <= set("0123456789.-+") else Decimal("nan")
        except InvalidOperation:
            found = Decimal("nan")
        where = "" if param is None else f" for {param.opts[0] if param.opts[0].startswith('-') else param.name}"
        if not found.is_finite():
            raise Refused(
                f"{value!r}{where} is not a number; write it with a decimal point and nothing else, as 1250.00"
            )
        if self.least is not None and found < self.least:
            raise Refused(f"{value}{where} is below {self.least}; write a positive number")
        return found


def on(command: F) -> F:
    """Option `--date`: the day of what is written. Only here does it default to today."""
    option = click.option(
        "--date", type=Day(), default="today", show_default=True, metavar="DATE", help="The day it is dated."
    )
    return option(command)


def force(command: F) -> F:
    """Option `--force`."""
    option = click.option(
        "--force", is_flag=True, help="Go on although the ledger has errors, where they are about something else."
    )
    return option(command)


def trial(command: F) -> F:
    """Option `--dry-run`."""
    option = click.option("--dry-run", "trial", is_flag=True, help="Show what would be written, and write nothing.")
    return option(command)


@contextmanager
def changing(face: Face, *, force: bool = False) -> "Iterator[Desk]":
    """The ledger, held while a command changes it."""
    from billtext.outside.desk import Desk

    with Desk(face.path, force=force) as desk:
        face.tell_recovered(desk.recovered)
        yield desk


def done(desk: "Desk") -> None:
    """Say which files were written."""
    for path in desk.written:
        click.echo(f"wrote {relative(str(path))}" if path.exists() else f"removed {relative(str(path))}")


def refused(outcome: "Outcome") -> list[str]:
    """Why drafts were refused, each reason at its file and line."""
    return [
        f"{relative(draft.file)}:{getattr(reason, 'line', draft.first)}: {getattr(reason, 'message', str(reason))}"
        for draft, reasons in outcome.refused
        for reason in reasons
    ]
