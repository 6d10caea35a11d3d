"""`billtext refund`: money that goes back."""

import datetime
from decimal import Decimal

import click

from billtext.cli.common import Face, example, say
from billtext.cli.writing import Number, changing, done, force, on, trial


@click.command(
    epilog=example("billtext refund C00024 2754.00 --of B2025-0018", "billtext refund G00001 --of K2026-0001")
)
@click.argument("customer")
@click.argument("amount", type=Number(), required=False)
@click.option("--of", "of", metavar="NUMBER", required=True, help="The receipt or credit note that is paid back.")
@on
@click.option("--method", type=click.Choice(["bank", "card", "cash"]), default="bank", show_default=True,
              help="How it is paid.")  # fmt: skip
@click.option("--account", metavar="ACCOUNT", help="Where the money comes from. Else the bank account of its currency.")
@click.option(
    "--rate", type=Number(), metavar="RATE", help="From the currency to the company's. Else by the ledger's prices."
)
@click.option("--reason", metavar="TEXT", help="Why it is paid back.")
@click.option("--id", "number", metavar="REFUND", help="Its number. Else the next free one.")
@click.option("--text", metavar="TEXT", help="What the bank statement says.")
@trial
@force
@click.pass_obj
def command(
    face: Face, customer: str, amount: Decimal | None, of: str, date: datetime.date, method: str, account: str | None,
    rate: Decimal | None, reason: str | None, number: str | None, text: str | None, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Pay back what is open of a receipt or a credit note, all of it or an amount."""
    from billtext.outside import paying, settling

    with changing(face, force=force) as desk:
        till = paying.Till(desk)
        movement = settling.refund(till, customer, amount, of, date, method=method, account=account, rate=rate,
                                   number=number, text=text, reason=reason)  # fmt: skip
        say(till.write(movement), nl=False)
        if not trial:
            desk.commit(about=[customer])
        done(desk)
