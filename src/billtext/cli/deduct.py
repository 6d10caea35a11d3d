"""`billtext deduct`: a deposit comes off the final invoice."""

import datetime
from decimal import Decimal

import click

from billtext.cli.common import Face, example, say
from billtext.cli.writing import Number, changing, done, force, on, trial


@click.command(epilog=example("billtext deduct nordlys", "billtext deduct nordlys 4000.00 --of 2026-0077"))
@click.argument("draft")
@click.argument("amount", type=Number(), required=False)
@click.option("--of", "of", metavar="NUMBER", help="The deposit's invoice. Else all deposits of the customer.")
@on
@trial
@force
@click.pass_obj
def command(
    face: Face, draft: str, amount: Decimal | None, of: str | None, date: datetime.date, trial: bool, force: bool
) -> None:
    """Deduct deposits on the draft of the final invoice, VAT code by VAT code, as far as the invoice goes.

    The amount is without VAT. Each deduction is a line that names the deposit's invoice, so none is deducted twice.
    """
    from billtext.outside import depositing, paying
    from billtext.rules.claims import told

    with changing(face, force=force) as desk:
        till = paying.Till(desk)
        lines, one = depositing.deduct(till, draft, date, of=of, amount=amount)
        say(lines, nl=False)
        say(f"{told(one.gross, one.currency)} is left to pay")
        if not trial:
            desk.commit(about=[one.customer])
        done(desk)
