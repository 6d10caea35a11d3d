"""`billtext revalue`: unrealised gain and loss of open foreign items."""

import datetime

import click

from billtext.cli.common import Face, as_of, example, say
from billtext.cli.writing import changing, done, force, trial


@click.command(epilog=example("billtext revalue --as-of 2026-10-31 --dry-run"))
@as_of
@trial
@force
@click.pass_obj
def command(face: Face, as_of: datetime.date, trial: bool, force: bool) -> None:
    """Value what is open in foreign currencies at the rates of a day, and reverse that on the next.

    The customers' accounts are not touched: the difference stands on the account of the option "revaluation".
    """
    from billtext.money import exact, plain
    from billtext.outside import paying, treasury

    with changing(face, force=force) as desk:
        till = paying.Till(desk)
        found, text = treasury.revalue(till, as_of)
        for one in found:
            say(
                f"{exact(one.open, one.currency)} {one.currency} at {plain(one.rate)}: "
                f"{exact(one.worth, till.company)}, booked {exact(one.booked, till.company)} {till.company}"
            )
        if not found:
            say("Nothing is open in another currency at another rate.")
        elif trial:
            say()
            say(text, nl=False)
        else:
            desk.commit()
        done(desk)
