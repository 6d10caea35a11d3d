"""`billtext close`: close a month."""

import datetime

import click

from billtext.cli.common import Face, Month, example, say
from billtext.cli.writing import changing, done, force, on, trial


@click.command(epilog=example("billtext close 2026-02"))
@click.argument("month", type=Month())
@on
@trial
@force
@click.pass_obj
def command(
    face: Face, month: tuple[datetime.date, datetime.date], date: datetime.date, trial: bool, force: bool
) -> None:
    """Close a month, and all before it: what is dated there no longer changes, and nothing is added to it.

    Corrections go to an open month. Due dates and notes stay editable.
    """
    from billtext.outside import sealing

    with changing(face, force=force) as desk:
        say(sealing.close(desk, f"{month[0]:%Y-%m}", date), nl=False)
        if not trial:
            desk.commit()
            done(desk)
