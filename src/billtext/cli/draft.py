"""`billtext draft`: documents before they are issued."""

import datetime
from typing import TYPE_CHECKING, Any

import click

from billtext.cli import writing
from billtext.cli.common import Face, Group, as_of, echo, example, form, relative, say

if TYPE_CHECKING:
    from billtext.model import Draft
    from billtext.rules.prepared import Prepared

    Prepareds = list[tuple[Draft, Prepared | None, list[Any]]]


@click.group(cls=Group, epilog=example("billtext draft list", "billtext draft show nordlys"))
def command() -> None:
    """Drafts: list them, show what they will become, check them.

    A draft is ledger text in drafts/ with flag `!`, without a number, and with everything left out that can be worked
    out from the register: texts, units, prices, VAT, due date and amounts.
    """


@command.command("list", epilog=example("billtext draft list --format json"))
@as_of
@form
@click.pass_obj
def list_(face: Face, as_of: datetime.date, form: str) -> None:
    """List the drafts with what they come to when they are issued on a day."""
    from billtext.rendering import drafts

    found, wrong = _all(face, as_of)
    prepared = [(draft, one) for draft, one, _ in found]
    face.show(drafts.listed(prepared), [drafts.data(draft, one) for draft, one in prepared], form)
    _finish(face, found, wrong)


@command.command(epilog=example("billtext draft show nordlys"))
@click.argument("name")
@as_of
@click.option("--format", "form", type=click.Choice(["ledger", "json"]), default="ledger", show_default=True,
              help="How to print it.")  # fmt: skip
@click.pass_obj
def show(face: Face, name: str, as_of: datetime.date, form: str) -> None:
    """Show the document that a draft becomes when it is issued on a day, to the cent."""
    import json

    from billtext.rendering import drafts

    found, wrong = _all(face, as_of, name)
    for draft, prepared, _ in found:
        if prepared is None:
            continue
        if form == "json":
            echo(json.dumps(drafts.data(draft, prepared), ensure_ascii=False, indent=2))
        else:
            say(drafts.preview(prepared, face.book.register), nl=False)
    _finish(face, found, wrong)


@command.command(epilog=example("billtext draft check"))
@click.argument("names", metavar="[DRAFT]...", nargs=-1)
@as_of
@click.pass_obj
def check(face: Face, names: tuple[str, ...], as_of: datetime.date) -> None:
    """Check drafts, all if none is named: each mistake at its file and line, those too that only the ledger sees.

    Each is made as it would be filed, and nothing is written. A draft can be issued though its e-invoice would not be
    right, and could not be sent: that is told too.
    """
    from billtext.outside import draft_files, issuing
    from billtext.outside.desk import Desk

    desk = Desk.reading(face.path, face.loaded, face.book)
    files, unread = ([], []) if names else draft_files.readable(desk.root)
    wanted = [(file, draft) for file in files for draft in file.drafts] + draft_files.named(desk.root, names)
    filing = writing.Filing(desk, as_of, trial=True)
    outcome = issuing.issue(desk, wanted, as_of, checked=True, file=filing)
    say(f"{len(wanted) - len(outcome.refused)} of {len(wanted)} drafts can be issued")
    wrong = [*unread, *(_told(error) for file in files for error in file.errors)]
    wrong += writing.refused(outcome)
    unfit = filing.done.wrong if filing.done and outcome.issued else {}
    drafts = {one.number: one.prepared.draft for one in outcome.issued}
    wrong += [f"{relative(drafts[number].file)}:{drafts[number].first}: {why}" for number, why in unfit.items()]
    for sentence in wrong:
        say(sentence, err=True)
    if wrong:
        raise click.exceptions.Exit(1)
    face.finish()


def _all(face: Face, date: datetime.date, *names: str) -> "tuple[Prepareds, list[str]]":
    """Drafts with what they become and their mistakes, and what is wrong with the files."""
    from billtext.outside import draft_files, issuing
    from billtext.rules import drafts

    root = face.path.resolve().parent
    rates = issuing.rates(face.loaded.entries)
    files, wrong = ([], []) if names else draft_files.readable(root)
    wrong = [*wrong, *(_told(error) for file in files for error in file.errors)]
    wanted = [(file, draft) for file in files for draft in file.drafts] + draft_files.named(root, names)
    found: Prepareds = []
    ledger = face.book.ledger
    for file, draft in wanted:
        prepared, mistakes = drafts.prepare(draft, ledger.register, rates, date, corrected=ledger.documents)
        found.append((draft, prepared, issuing.told_at(file, mistakes)))
    return found, wrong


def _told(error: Any) -> str:
    return f"{relative(str(error.source['filename']))}:{error.source['lineno']}: {error.message}"


def _finish(face: Face, found: "Prepareds", wrong: list[str]) -> None:
    wrong = [*wrong, *(_told(error) for _, _, errors in found for error in errors)]
    for sentence in wrong:
        say(sentence, err=True)
    if wrong:
        raise click.exceptions.Exit(1)
    face.finish()
