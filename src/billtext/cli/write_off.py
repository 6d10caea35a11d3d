"""`billtext write-off`: claims that are given up."""

import datetime
from decimal import Decimal

import click

from billtext.cli.common import Face, example, say
from billtext.cli.writing import Number, changing, done, force, on, trial


@click.command(
    epilog=example(
        'billtext write-off 2025-0057 --reason "below the limit of 10 kroner"',
        'billtext write-off 2025-0042 --bad-debt --reason "estate closed" --vat-relief insolvency --evidence "letter"',
    )
)
@click.argument("name", metavar="NUMBER")
@click.argument("amount", type=Number(), required=False)
@click.option("--reason", metavar="TEXT", required=True, help="Why it is given up.")
@click.option("--bad-debt", is_flag=True, help="The debtor cannot pay; else it is a small difference.")
@click.option("--vat-relief", "ground", type=click.Choice(["failed-collection", "overdue", "insolvency"]),
              help="Take the VAT of a bad debt back (mval. § 4-7), on this ground.")  # fmt: skip
@click.option("--evidence", metavar="TEXT", help="What proves the ground, such as the letter of a collection agency.")
@on
@click.option("--account", metavar="ACCOUNT", help="Takes the loss. Else that of the options.")
@click.option("--id", "number", metavar="WRITE-OFF", help="Its number. Else the next free one.")
@trial
@force
@click.pass_obj
def command(
    face: Face, name: str, amount: Decimal | None, reason: str, bad_debt: bool, ground: str | None,
    evidence: str | None, date: datetime.date, account: str | None, number: str | None, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Write off what is open of a document, all of it or an amount: a small difference, or a bad debt.

    The VAT of a bad debt is taken back where collection failed, the debtor is insolvent, or the claim is six months
    past due and was reminded of three times (`custom "reminder"`). An overpayment that is kept is written off likewise.
    """
    from billtext.outside import paying, settling

    with changing(face, force=force) as desk:
        till = paying.Till(desk)
        movement = settling.write_off(till, name, amount, date, reason=reason, bad_debt=bad_debt, ground=ground,
                                      evidence=evidence, number=number, account=account)  # fmt: skip
        say(till.write(movement), nl=False)
        if not trial:
            desk.commit(about=[leg.account.rpartition(":")[2] for leg in movement.legs])
        done(desk)
