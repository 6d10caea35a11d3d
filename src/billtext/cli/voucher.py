"""`billtext voucher`: gift cards and vouchers."""

import datetime
import secrets
from decimal import Decimal

import click

from billtext.cli.common import Face, Group, as_of, example, form, say
from billtext.cli.writing import Number, changing, done, force, on, trial

_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 1 I O, which are taken for one another
_LENGTH = 12  # of 32 signs: 60 bits


@click.group(
    cls=Group,
    epilog=example("billtext voucher sell G00001 500.00 --method card", "billtext voucher list --as-of 2026-12-31"),
)
def command() -> None:
    """Vouchers and gift cards: a liability from the sale until they are redeemed.

    They are redeemed by `billtext pay --method voucher --code CODE`.
    """


@command.command(epilog=example("billtext voucher sell G00001 500.00 --method card"))
@click.argument("customer")
@click.argument("amount", type=Number())
@on
@click.option("--method", type=click.Choice(["bank", "card", "cash"]), default="bank", show_default=True,
              help="How it was paid.")  # fmt: skip
@click.option("--currency", metavar="CODE", help="Else that of the customer.")
@click.option("--account", metavar="ACCOUNT", help="Where the money is. Else the bank account of its currency.")
@click.option("--code", metavar="CODE", help="The code on the card. Else the next free one.")
@click.option("--draw", is_flag=True, help="Draw a code that nobody can guess.")
@trial
@force
@click.pass_obj
def sell(
    face: Face, customer: str, amount: Decimal, date: datetime.date, method: str, currency: str | None,
    account: str | None, code: str | None, draw: bool, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Sell a voucher. Its code is the next free one, or that of a card that is printed already, or drawn by lot."""
    from billtext.outside import paying, treasury

    if draw:
        if code is not None:
            raise click.UsageError("--code gives a code, and --draw draws one; say one of them")
        code = "GC-" + "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    with changing(face, force=force) as desk:
        till = paying.Till(desk)
        code, text = treasury.sell_voucher(till, customer, amount, date, method=method, currency=currency,
                                           account=account, code=code)  # fmt: skip
        say(text, nl=False)
        if not trial:
            desk.commit(about=[customer])
        done(desk)


@command.command("list", epilog=example("billtext voucher list --as-of 2026-12-31"))
@as_of
@click.option("--all", "every", is_flag=True, help="Those that are used up as well.")
@form
@click.pass_obj
def list_(face: Face, as_of: datetime.date, every: bool, form: str) -> None:
    """List vouchers with what is left of each on a day."""
    from billtext.rendering import vouchers as sheets
    from billtext.rules import vouchers

    account = str(face.book.register.options.of("vouchers"))
    known = [v for v in vouchers.read(face.loaded.entries, account).values() if v.date <= as_of]
    shown = [voucher for voucher in known if every or voucher.left(as_of)]
    face.show(sheets.listed(shown, as_of), sheets.data(shown, as_of), form)
    face.finish()
