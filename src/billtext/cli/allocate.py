"""`billtext allocate`: set money that is there against what is open, later."""

import datetime
from decimal import Decimal

import click

from billtext.cli.common import Face, example, say
from billtext.cli.writing import Number, changing, done, force, on, trial


@click.command(
    epilog=example("billtext allocate B2025-0016 2025-0017 100000.00", "billtext allocate --undo B2026-0041 2026-0012")
)
@click.argument("by", metavar="BY")
@click.argument("name", metavar="NUMBER")
@click.argument("amount", type=Number(), required=False)
@click.option("--undo", is_flag=True, help="Take the allocation back, by a counter-entry of the date.")
@on
@trial
@force
@click.pass_obj
def command(
    face: Face, by: str, name: str, amount: Decimal | None, undo: bool, date: datetime.date, trial: bool, force: bool
) -> None:
    """Set a receipt or a credit note against a document from a date on, as far as both are open.

    Nothing that was written before is touched: the allocation, and its undoing, are directives of their own date.
    """
    from billtext.outside import paying, settling

    with changing(face, force=force) as desk:
        till = paying.Till(desk)
        text, _, customer = (settling.undo if undo else settling.allocate)(till, by, name, amount, date)
        till.append(date, text)
        say(text, nl=False)
        if not trial:
            desk.commit(about=[customer])
        done(desk)
