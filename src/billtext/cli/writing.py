"""What the writing commands share: the ledger that is changed, amounts that are typed, and what is said in the end."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from billtext.cli.common import Day, Face, relative, say
from billtext.cli.progress import Progress
from billtext.errors import Refused

if TYPE_CHECKING:
    from billtext.outside.archive import Done
    from billtext.outside.desk import Desk
    from billtext.outside.issuing import Issued, Outcome

_SOON = 1.0  # seconds for which another writer is nothing to speak of
_FEW = 10  # files of a directory that are told one by one
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
    """The ledger, held while a command changes it; who has to wait for that is told."""
    from billtext.outside.desk import Desk
    from billtext.outside.files import Busy

    with ExitStack() as stack:
        try:
            desk = stack.enter_context(Desk(face.path, force=force, wait=_SOON))
        except Busy:
            say("billtext: waiting for another billtext, which is writing this ledger", err=True)
            desk = stack.enter_context(Desk(face.path, force=force))
        face.tell_recovered(desk.recovered)
        yield desk


def archive(desk: "Desk", issued: Iterable["Issued"], date: datetime.date, *, trial: bool = False) -> "Done":
    """File documents in the change that issues them, in a ledger that has an archive and does not say otherwise.

    In another, see whether they could be sent.

    :param trial: see what would come of it, PDFs too, and write nothing
    """
    from billtext.outside import archive, filed_files

    with Progress() as progress:
        stage = partial(progress.stage, "Documents")
        if filed_files.wanted(desk, date):
            return archive.issued(desk, issued, date, trial=trial, stage=stage)
        return archive.Done(wrong=archive.unfit(desk, issued, date, every=trial, stage=stage))


class Filing:
    """Files documents as they are issued, for `issuing.issue`: it asks again where some of them cannot be filed.

    :param trial: see what would come of it, and write nothing
    """

    def __init__(self, desk: "Desk", date: datetime.date, *, trial: bool = False) -> None:
        self._desk, self._date, self._trial = desk, date, trial
        self.done: Done | None = None  # what came of it at last

    def __call__(self, issued: Iterable["Issued"]) -> "Mapping[str, Refused]":
        """File documents; why some cannot be, by their numbers."""
        self.done = archive(self._desk, issued, self._date, trial=self._trial)
        return self.done.refused


def tell_wrong(done: "Done") -> None:
    """Say which documents have no e-invoice that could be sent, and why."""
    from billtext.rendering import escape

    how = "filed as PDF alone" if done.filed else "cannot be sent as it is"
    for number, why in done.wrong.items():
        say(escape.one_line(f"{number}: {how}, since {why}"), err=True)


def done(desk: "Desk") -> None:
    """Say which files were written, one by one unless there are many of a directory."""
    kinds = {path: ("wrote" if path.exists() else "removed", _directory(desk, path)) for path in desk.written}
    counts = Counter(kinds.values())
    for path, kind in kinds.items():
        if counts[kind] <= _FEW:
            say(f"{kind[0]} {relative(str(path))}")
    for (verb, directory), count in counts.items():
        if count > _FEW:
            say(f"{verb} {count:,} files in {relative(str(directory))}")


def _directory(desk: "Desk", path: Path) -> Path:
    """The directory of the ledger, such as `documents`, in which a file is."""
    return desk.root / path.relative_to(desk.root).parts[0] if path.is_relative_to(desk.root) else path.parent


def refused(outcome: "Outcome") -> list[str]:
    """Why drafts were refused, each reason at its file and line."""
    return [
        f"{relative(draft.file)}:{getattr(reason, 'line', draft.first)}: {getattr(reason, 'message', str(reason))}"
        for draft, reasons in outcome.refused
        for reason in reasons
    ]
