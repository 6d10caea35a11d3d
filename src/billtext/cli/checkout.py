"""`billtext checkout`: a guest's running account is issued and paid."""

import datetime
from decimal import Decimal

import click

from billtext.cli.common import Face, example, say
from billtext.cli.writing import Number, archive, changing, done, force, on, tell_wrong, trial


@click.command(
    epilog=example("billtext checkout G00002 --method card", "billtext checkout G00002 --method cash --dry-run")
)
@click.argument("guest")
@click.option("--method", type=click.Choice(["bank", "card", "cash", "voucher"]), required=True, help="How it is paid.")
@on
@click.option("--account", metavar="ACCOUNT", help="Where the money is. Else the one of the method.")
@click.option(
    "--fee", type=Number(), default=Decimal(0), metavar="AMOUNT", help="What the card's acquirer keeps of it."
)
@click.option("--code", metavar="CODE", help="The voucher that is redeemed.")
@click.option("--id", "number", metavar="PAYMENT", help="Number of the payment. Else the next free one.")
@click.option("--text", metavar="TEXT", help="What the receipt says.")
@trial
@force
@click.pass_obj
def command(
    face: Face, guest: str, method: str, date: datetime.date, account: str | None, fee: Decimal, code: str | None,
    number: str | None, text: str | None, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Issue a guest's running account and book its payment, both or neither."""
    from billtext.outside import guests, paying
    from billtext.rendering import escape, money_text
    from billtext.rules.claims import told

    if (method == "voucher") != (code is not None):
        raise click.UsageError("a voucher is redeemed with --method voucher and its --code")
    with changing(face, force=force) as desk:
        till = paying.Till(desk)
        way = paying.Way(method=method, account=account, fee=fee, code=code, number=number, text=text)
        found = guests.checkout(till, guest, date, way)
        one = found.issued.prepared
        say(f"{found.issued.number}  {escape.one_line(one.payee)}  {told(one.gross, one.currency)}")
        written = "" if found.receipt is None else till.write(found.receipt.movement)
        for line in () if found.receipt is None else money_text.receipt(found.receipt):
            say(line)
        if trial:
            say(f"\n{found.issued.text}\n{written}", nl=False)
        else:
            tell_wrong(archive(desk, [found.issued], date).whole())
            desk.commit(about=[guest])
        done(desk)
