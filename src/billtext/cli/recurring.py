"""`billtext recurring`: drafts that come again."""

import datetime
from collections.abc import Iterable
from typing import Any

import click

from billtext.cli.common import Face, Group, as_of, counted, example, form, relative, say
from billtext.cli.writing import changing, done, force, trial


@click.group(cls=Group, epilog=example("billtext recurring run --as-of 2026-11-30"))
def command() -> None:
    """Recurring invoices: list their next dates, draft what is due.

    A template is a draft in recurring/ that says how often it comes: `every: "month"`, or day, week, quarter or year.
    """


@command.command("list", epilog=example("billtext recurring list --as-of 2026-11-30 --next 12"))
@as_of
@click.option("--next", "count", type=click.IntRange(1, 400), default=3, show_default=True, metavar="N",
              help="How many dates to come.")  # fmt: skip
@form
@click.pass_obj
def list_(face: Face, as_of: datetime.date, count: int, form: str) -> None:
    """List the templates with what is due on a day, what comes next, and what it comes to."""
    from billtext.outside import recurring as files
    from billtext.outside.issuing import rates
    from billtext.rendering import recurring as rendering
    from billtext.rules import drafts, recurring

    register, known = face.book.register, rates(face.loaded.entries)
    rows: list[rendering.Row] = []
    errors: list[Any] = []
    for found in files.every(face.path.resolve().parent):
        errors += found.errors
        template = found.template
        if template is None:
            continue
        due, wrong = files.waiting(template, as_of)
        errors += wrong
        turns = [(turn, "due") for turn in due]
        turns += [(turn, "to-come") for turn in recurring.coming(template, as_of, count)]
        for turn, status in turns:
            draft = recurring.draft(template, turn, register)
            prepared, wrong = drafts.prepare(
                draft, register, known, max(turn.date, as_of), corrected=face.book.ledger.documents
            )
            errors += wrong
            rows.append((template, turn, prepared, status))
    face.show(rendering.listed(rows), [rendering.data(*row) for row in rows], form)
    if _told(errors):
        raise click.exceptions.Exit(1)
    face.finish()


@command.command(epilog=example("billtext recurring run", "billtext recurring run --as-of 2026-11-30 --dry-run"))
@as_of
@trial
@force
@click.pass_obj
def run(face: Face, as_of: datetime.date, trial: bool, force: bool) -> None:
    """Write a draft for each date until a day that has none yet: once, however often it runs.

    What has been drafted stands in the template as `drafted:`. A template with a mistake is refused by name, and the
    others go through.
    """
    from billtext.errors import Refused
    from billtext.money import exact
    from billtext.outside import recurring

    with changing(face, force=force) as desk:
        found = recurring.every(desk.root)
        outcome = recurring.run(desk, as_of, found)
        if outcome.drafted and not trial:
            desk.commit(about=[one.prepared.customer for one in outcome.drafted])
        for one in outcome.drafted:
            prepared = one.prepared
            amount = f"{exact(prepared.gross, prepared.currency)} {prepared.currency}"
            say(f"{one.template.name}  {one.turn.date}  {prepared.payee}  {amount}")
            if trial:
                say(one.text)
        done(desk)
    _told(outcome.errors)
    if outcome.refused:
        names = ", ".join(outcome.refused)
        made = counted(len(outcome.drafted), "draft")
        raise Refused(f"{names}: refused with the mistakes above; {made} written from the other templates")
    if not outcome.drafted:
        say(f"Nothing is due on {as_of} that has not been drafted.")


def _told(errors: Iterable[Any]) -> bool:
    lines = [f"{relative(str(e.source['filename']))}:{e.source['lineno']}: {e.message}" for e in errors]
    for line in dict.fromkeys(lines):
        say(line, err=True)
    return bool(lines)
