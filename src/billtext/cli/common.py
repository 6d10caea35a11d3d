"""What the commands share: the ledger, the reader's language, common options, and how a report is printed."""

import datetime
import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from billtext.ledger.load import Loaded
    from billtext.outside.switching import Recovered
    from billtext.rendering.language import Language
    from billtext.rendering.sheets import Sheet
    from billtext.rules.book import Book

F = TypeVar("F", bound=Callable[..., Any])
_SENTENCE = 1000  # characters of a command's first sentence at most
FORMATS = ("table", "json", "csv", "markdown")
PLACES = ("ledger/main.beancount", "main.beancount")


def harmless(text: str) -> str:
    """Lines for a terminal, without the control and text-direction characters that the ledger may have."""
    if text.isprintable():
        return text
    from billtext.rendering import escape

    # The hard spaces of amounts stay: a reader's locale asks for them.
    parts = re.split("([\n\u00a0\u202f])", text)
    return "".join(part if part in "\n\u00a0\u202f" else escape.one_line(part) for part in parts)


def styled() -> bool:
    """Whether a terminal shows bold letters, and its user wants them (https://no-color.org)."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Print text with what the ledger says; nothing of it steers the terminal.

    :param err: to standard error
    :param nl: with a line end after it
    """
    echo(harmless(text), err=err, nl=nl)


def echo(content: str | bytes, *, err: bool = False, nl: bool = True) -> None:
    """Write something as it is, such as JSON or a document; what the ledger says goes through `say`."""
    try:
        click.echo(content, err=err, nl=nl)
    except BrokenPipeError:
        # Whoever reads a pipe has seen enough, as in `billtext aging | head`. The command goes on: what it is to do is
        # done, and its exit status tells how it ended.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, (sys.stderr if err else sys.stdout).fileno())
        os.close(nowhere)


class Group(click.Group):
    """A group whose help says of each command its whole first sentence."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands."""
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(_SENTENCE)) for name, one in commands if one is not None])


class Face:
    """The command line's view of one ledger; what it needs is loaded when it is first asked for."""

    def __init__(self, path: str | None, locale: str | None = None) -> None:
        self._path, self._locale = path, locale

    @cached_property
    def path(self) -> Path:
        """The ledger's top file.

        :raises Unreadable: none is named and none is found
        """
        for named in (self._path, os.environ.get("BILLTEXT_LEDGER"), os.environ.get("BEANCOUNT_FILE")):
            if named:
                return Path(named)
        for place in PLACES:
            if Path(place).is_file():
                return Path(place)
        from billtext.errors import Unreadable

        raise Unreadable(f"no ledger here ({' or '.join(PLACES)}); name one with -f, or make one with `billtext init`")

    @cached_property
    def loaded(self) -> "Loaded":
        """The ledger as Beancount gives it. A change that was interrupted is finished or cleared away before."""
        from billtext.ledger import load
        from billtext.outside import switching

        self.tell_recovered(switching.recover(self.path.parent))
        return load.load(self.path)

    def tell_recovered(self, found: "Recovered | None") -> None:
        """Say what became of a change that was interrupted."""
        if found is not None:
            say(f"billtext: {found}", err=True)

    @cached_property
    def book(self) -> "Book":
        """The ledger with the rules applied."""
        from billtext.ledger import load
        from billtext.rules import book

        return book.build(self.loaded.entries, load.sources)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """All errors, Beancount's and ours, in the order of file and line."""
        from billtext.rendering import shapes

        return shapes.errors([*self.loaded.errors, *self.book.errors])

    @cached_property
    def language(self) -> "Language":
        """The reader's language: `--locale`, else the environment's, else English with ISO dates."""
        from billtext.rendering.language import Language

        code = self._locale
        if code is None:
            for name in ("LC_ALL", "LC_NUMERIC", "LC_TIME", "LANG"):
                found = os.environ.get(name, "").partition(".")[0]
                if found:
                    code = "" if found in {"C", "POSIX"} else found
                    break
        return Language(code or "")

    def customer(self, name: str) -> str:
        """An id that is in the register or has money on its account.

        :raises Refused: it has neither
        """
        if self.book.register.get("customer", name) is None and name not in self.book.items_of:
            from billtext.errors import Refused

            raise Refused(f"customer {_close(name, self.book.register.of('customer'))}")
        return name

    def show(self, sheet: "Sheet", data: Any, form: str) -> None:
        """Print a report: its JSON, or its sheet in another format."""
        if form == "json":
            echo(json.dumps(data, ensure_ascii=False, indent=2))
            return
        from billtext.rendering import sheets

        width = _width() if sys.stdout.isatty() else None
        say(sheets.render(sheet, form, self.language, width=width), nl=False)

    def finish(self) -> None:
        """End a report: the ledger's errors go to standard error, and make the exit status 1."""
        errors = self.errors
        for error in errors[:20]:
            say(f"{relative(error['file'])}:{error['line']}: {error['message']}", err=True)
        if errors:
            more = f", the first {20} of them above" if len(errors) > 20 else ""
            say(f"The ledger has {counted(len(errors), 'error')}{more}; `billtext check` tells more.", err=True)
            raise click.exceptions.Exit(1)


def _width() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def _close(name: str, known: Iterable[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(known), 1)
    hint = f"; did you mean {close[0]}?" if close else "; `billtext customer list` shows them"
    return f"{name} is not in the register{hint}"


def counted(number: int, noun: str) -> str:
    """How many there are of something, in words where they are few.

    >>> counted(0, "error"), counted(1, "new customer"), counted(4372, "document")
    ('no errors', 'one new customer', '4,372 documents')
    """
    if number == 1:
        return f"one {noun}"
    return f"{number:,} {noun}s" if number else f"no {noun}s"


def relative(file: str) -> str:
    """A file's path from here, if it is below."""
    try:
        return str(Path(file).relative_to(Path.cwd()))
    except ValueError:
        return file


class Day(click.ParamType[datetime.date]):
    """A date written 2026-10-31, or `today`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.date:
        """Read a date."""
        if isinstance(value, datetime.date):
            return value
        if value == "today":
            return datetime.date.today()
        from billtext import dates

        try:
            return dates.typed(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Month(click.ParamType[tuple[datetime.date, datetime.date]]):
    """A month written 2026-10; its first and last day."""

    name = "month"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[datetime.date, datetime.date]:
        """Read a month."""
        from billtext import dates

        if isinstance(value, tuple):
            return value
        try:
            found = dates.month(value)
        except ValueError:
            self.fail(f"{value!r} is not a month; write it as 2026-10", param, ctx)
        if found[0].year not in dates.YEARS:
            self.fail(f"{value!r} is not of the years {dates.YEARS[0]} to {dates.YEARS[-1]}", param, ctx)
        return found


def as_of(command: F) -> F:
    """Option `--as-of`: the day of a report. Only here does a day default to today."""
    option = click.option(
        "--as-of", type=Day(), default="today", show_default=True, metavar="DATE", help="The day of the report."
    )
    return option(command)


def form(command: F) -> F:
    """Option `--format`."""
    option = click.option(
        "--format", "form", type=click.Choice(FORMATS), default="table", show_default=True, help="How to print it."
    )
    return option(command)


def rules(command: F) -> F:
    """Option `--rules`: rules that an e-invoice keeps to besides, for every command that looks at one."""
    option = click.option(
        "--rules", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False),
        envvar="BILLTEXT_RULES", help="Directory with further rules as XSLT, such as Peppol's. Else $BILLTEXT_RULES.",
    )  # fmt: skip
    return option(command)


def example(*lines: str) -> str:
    """The example that ends a command's help."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
