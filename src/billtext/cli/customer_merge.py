"""`billtext customer merge`: two records of one customer become one, from a day on."""

import datetime

import click

from billtext.cli.common import Face, example, say
from billtext.cli.customer_change import tell_drafts
from billtext.cli.register import values
from billtext.cli.writing import changing, done, force, on, trial


@click.command(epilog=example("billtext customer merge C00021 C00017 --reason 'typed twice' --dry-run"))
@click.argument("old", metavar="FROM")
@click.argument("new", metavar="INTO")
@on
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@trial
@force
@click.pass_obj
def merge(face: Face, old: str, new: str, date: datetime.date, reason: str, trial: bool, force: bool) -> None:
    """Merge customer FROM into customer INTO: what is open moves by one dated transaction, and FROM is closed.

    Documents and payments stay with FROM, so no report of an earlier day changes. Each open item stands on INTO's
    account under its old name with FROM's id behind it, as in 2026-0012-C00021, and payments can settle it there.
    """
    from billtext.outside import registering
    from billtext.rules import merging

    with changing(face, force=force) as desk:
        why = values(desk.book.register, "customer", {"reason": reason})["reason"]
        found = merging.merge(desk.book, old, new, date, why)
        text = registering.merge(desk, found)
        tell_drafts(desk, old)
        if not trial:
            desk.commit(about=[old, new])
        say(text, nl=False)
        done(desk)
