"""`billtext card`: what the acquirer of card payments settles."""

import datetime
from decimal import Decimal

import click

from billtext.cli.common import Face, Group, example, say
from billtext.cli.writing import Number, changing, done, force, on, trial


@click.group(cls=Group, epilog=example("billtext card settlement 2952.62 --fee 37.38 --date 2026-11-04"))
def command() -> None:
    """Card money: it waits on a clearing account from the sale until the acquirer pays it to the bank."""


@command.command(epilog=example("billtext card settlement 2952.62 --fee 37.38 --date 2026-11-04"))
@click.argument("amount", type=Number())
@click.option("--fee", type=Number(), default=Decimal(0), metavar="AMOUNT", help="What the acquirer kept.")
@on
@click.option("--currency", metavar="CODE", help="Else the company's.")
@click.option("--account", metavar="ACCOUNT", help="The bank account. Else that of the register.")
@click.option("--payee", metavar="NAME", default="", help="The acquirer.")
@click.option("--text", metavar="TEXT", help="What the bank statement says.")
@trial
@force
@click.pass_obj
def settlement(
    face: Face, amount: Decimal, fee: Decimal, date: datetime.date, currency: str | None, account: str | None,
    payee: str, text: str | None, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Book what the acquirer paid to the bank: card money moves there, less the fee that he kept."""
    from billtext.outside import paying, treasury

    with changing(face, force=force) as desk:
        till = paying.Till(desk)
        written = treasury.settle_card(
            till, amount, fee, date, currency=currency, account=account, payee=payee, text=text
        )
        say(written, nl=False)
        if not trial:
            desk.commit()
        done(desk)
