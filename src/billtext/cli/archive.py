"""`billtext archive`: the files of issued documents and of papers that came in."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from billtext.cli import archive_change
from billtext.cli.common import Day, Face, Group, as_of, counted, example, form, say

if TYPE_CHECKING:
    from billtext.model import Filed

KINDS = ("invoice", "credit-note", "attachment", *archive_change.INCOMING)


@click.group(cls=Group, epilog=example("billtext archive file --all", "billtext archive find rammeavtale"))
def command() -> None:
    """The archive: file documents and papers, find them again, see that they are as they were.

    Files lie below documents/, where Fava shows them at their customer; the ledger has the hash of each.
    """


command.add_command(archive_change.file)
command.add_command(archive_change.add)


@command.command(epilog=example("billtext archive verify"))
@form
@click.pass_obj
def verify(face: Face, form: str) -> None:
    """Find files that are missing, changed or cannot be read, and those at a customer that nobody filed."""
    from billtext.cli.progress import Progress
    from billtext.outside import archive
    from billtext.rendering import archive as shown

    filed = face.book.ledger.filed
    with Progress() as progress:
        found = archive.verify(face.path.parent, face.book, step=progress.stage("Files", len(filed)))
    data = [{"state": one.state, "file": one.file, "why": one.why} for one in found]
    if form != "table" or found:
        face.show(shown.findings(data), data, form)
    if form == "table":
        wrong = {one.file for one in found if one.filed is not None}
        right = counted(len(filed) - len(wrong), "file")
        foreign = sum(one.filed is None for one in found)
        more = (f", {len(wrong):,} not" if wrong else "") + (f", {foreign:,} that nobody filed" if foreign else "")
        say(f"{f'{right} as filed' if filed else 'nothing is filed yet'}{more}")
    face.finish()
    if found:
        raise click.exceptions.Exit(1)


def _asked(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--document", metavar="NUMBER", help="What is, or belongs to, an invoice or credit note."),
        click.option("--to", "end", type=Day(), metavar="DATE", help="Until a day."),
        click.option("--from", "start", type=Day(), metavar="DATE", help="From a day on."),
        click.option("--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="Of a kind; several may be."),
        click.option("--customer", metavar="ID", help="Of a customer."),
    ):
        command = option(command)
    return command


def _found(face: Face, asked: dict[str, Any], text: str = "") -> "list[Filed]":
    from billtext.errors import Refused
    from billtext.rules import filing

    if asked["customer"]:
        asked["customer"] = face.customer(asked["customer"])
    found, number = filing.find(face.book, text=text, **asked), asked["document"]
    if number and number not in face.book.ledger.documents and not filing.find(face.book, document=number):
        raise Refused(f"there is no document {number}; `billtext invoice list` shows them")
    return found


@command.command(
    "list",
    epilog=example(
        "billtext archive list --customer C00017", "billtext archive list --kind contract --from 2026-01-01",
        "billtext archive list --document 2026-0012 --format json",
    ),
)  # fmt: skip
@_asked
@click.option("--label", "text", default="", metavar="TEXT", help="With a text in label, number, name or file.")
@form
@click.pass_obj
def list_(face: Face, /, text: str, form: str, **asked: Any) -> None:
    """List the files of the archive by what is asked of them."""
    from billtext.rendering import archive as shown

    found = _found(face, asked, text)
    face.show(shown.files(face.book, found), [shown.data(one) for one in found], form)
    face.finish()


@command.command(epilog=example("billtext archive find rammeavtale", "billtext archive find nordlys --kind contract"))
@click.argument("text")
@_asked
@form
@click.pass_obj
def find(face: Face, /, text: str, form: str, **asked: Any) -> None:
    """Find files by a text in their label, number, customer's name or file's name."""
    from billtext.rendering import archive as shown

    found = _found(face, asked, text)
    face.show(shown.files(face.book, found), [shown.data(one) for one in found], form)
    face.finish()


@command.command(
    epilog=example("billtext archive catalogue --out catalogue.md", "billtext archive catalogue --out catalogue.csv")
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Where it goes: .md or .csv. Else it is printed as Markdown.")  # fmt: skip
@click.pass_obj
def catalogue(face: Face, out: Path | None) -> None:
    """Write the catalogue of all files, with names and hashes."""
    from billtext.outside import files
    from billtext.rendering import archive as shown
    from billtext.rendering import sheets
    from billtext.rules import filing

    forms = {".md": "markdown", ".csv": "csv"}
    if out is not None and out.suffix not in forms:
        raise click.UsageError(f"{out} ends in neither .md nor .csv; call it so")
    if out is not None and out.resolve().is_relative_to((face.path.parent / filing.ROOT).resolve()):
        raise click.UsageError(f"{out} is in the archive, where nothing is written over; choose another place")
    found = filing.find(face.book)
    sheet = shown.files(face.book, found, title="Archive", names=True)
    text = sheets.render(sheet, "markdown" if out is None else forms[out.suffix], face.language)
    if out is None:
        say(text, nl=False)
    else:
        files.replace(out, text)
        say(f"{counted(len(found), 'file')} in {out}")
    face.finish()


@command.command(epilog=example("billtext archive retention --as-of 2031-01-01"))
@as_of
@form
@click.pass_obj
def retention(face: Face, as_of: datetime.date, form: str) -> None:
    """List how long each file is kept by law, and whether it may be destroyed; nothing is destroyed."""
    from billtext.outside import archive
    from billtext.rendering import archive as shown
    from billtext.rules import filing

    country = str(face.book.register.company(as_of).get("country") or "NO")
    found = filing.retention(face.book, archive.periods(country, as_of), as_of)
    face.show(shown.retention(found), [shown.kept_data(one) for one in found], form)
    face.finish()
