"""`billtext charge`: a line on a guest's running account."""

import datetime
from decimal import Decimal

import click

from billtext.cli.common import Face, example, say
from billtext.cli.writing import Number, changing, done, force, on, trial


@click.command(epilog=example("billtext charge G00002 LUNCH 2", "billtext charge G00002 CABIN --date 2026-11-24"))
@click.argument("guest")
@click.argument("item")
@click.argument("quantity", type=Number(), required=False, default="1")
@click.option("--price", type=Number(), metavar="AMOUNT", help="Per unit, without VAT. Else that of the price list.")
@click.option("--text", metavar="TEXT", help="What the invoice says. Else the text of the price list.")
@on
@trial
@force
@click.pass_obj
def command(
    face: Face, guest: str, item: str, quantity: Decimal, price: Decimal | None, text: str | None,
    date: datetime.date, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Charge an item to a guest: it is added to the running account, at the price of the day."""
    from billtext.outside import guests, paying
    from billtext.rules.claims import told

    with changing(face, force=force) as desk:
        till = paying.Till(desk)
        line, one = guests.charge(till, guest, item, quantity, date, price=price, text=text)
        say(line, nl=False)
        say(f"{guest} has {told(one.gross, one.currency)} on account")
        if not trial:
            desk.commit(about=[guest])
        done(desk)
