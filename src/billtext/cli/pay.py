"""`billtext pay`: money that came in."""

import datetime
from decimal import Decimal

import click

from billtext.cli.common import Face, example, say
from billtext.cli.writing import Number, changing, done, force, on, trial

NUMBER = Number()


@click.command(
    epilog=example(
        "billtext pay C00017 9375.00 --invoice 2026-0012",
        "billtext pay --reference 00017202600023 15625.00 --date 2026-01-20",
        "billtext pay G00002 631.50 --method cash --invoice 2025-0008 --dry-run",
    )
)
@click.argument("words", metavar="[CUSTOMER] AMOUNT", nargs=-1, required=True)
@click.option(
    "--reference", metavar="KID", help="KID or RF reference that came with the money, instead of the customer."
)
@click.option("--invoice", "invoices", metavar="NUMBER", multiple=True,
              help="What it settles first; an instalment as 2026-0012/2, a credit note to use it.")  # fmt: skip
@click.option("--currency", metavar="CODE", help="Currency of the amount. Else that of the invoice or the customer.")
@on
@click.option("--method", type=click.Choice(["bank", "card", "cash", "voucher"]), default="bank", show_default=True,
              help="How it was paid.")  # fmt: skip
@click.option("--account", metavar="ACCOUNT", help="Where the money is. Else the bank account of its currency.")
@click.option(
    "--rate", type=Number(), metavar="RATE", help="From the currency to the company's. Else by the ledger's prices."
)
@click.option("--received", type=Number(), metavar="AMOUNT", help="What the bank made of it in the company's currency.")
@click.option(
    "--fee", type=Number(), default=Decimal(0), metavar="AMOUNT", help="What the card's acquirer keeps of it."
)
@click.option("--code", metavar="CODE", help="The voucher that is redeemed.")
@click.option("--no-discount", is_flag=True, help="Leave open what could be cash discount.")
@click.option("--id", "number", metavar="PAYMENT", help="Its number. Else the next free one.")
@click.option("--text", metavar="TEXT", help="What the bank statement says.")
@trial
@force
@click.pass_obj
def command(
    face: Face, words: tuple[str, ...], reference: str | None, invoices: tuple[str, ...], currency: str | None,
    date: datetime.date, method: str, account: str | None, rate: Decimal | None, received: Decimal | None, fee: Decimal,
    code: str | None, number: str | None, text: str | None, no_discount: bool, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Book money that a customer paid, and say what it settles.

    It settles the invoices that are named, earliest due first; else the document of the reference; else, with the
    option `allocation: "oldest"`, what has been due longest. The rest stands unapplied. A cash discount is taken
    where the terms allow it and the customer left it out; cash is rounded to the coins that there are.
    """
    from billtext.outside import paying
    from billtext.rendering import money_text

    if len(words) > 2 or (len(words) == 1 and reference is None):
        raise click.UsageError("give the customer and the amount, or --reference and the amount")
    amount = NUMBER.convert(words[-1], None, None)
    if (method == "voucher") != (code is not None):
        raise click.UsageError("a voucher is redeemed with --method voucher and its --code")
    with changing(face, force=force) as desk:
        till = paying.Till(desk)
        way = paying.Way(method=method, account=account, rate=rate, received=received, fee=fee, code=code,
                         number=number, text=text, discount=not no_discount)  # fmt: skip
        receipt = paying.pay(
            till, amount, date, way, customer=words[0] if len(words) == 2 else None, reference=reference,
            invoices=invoices, currency=currency,
        )  # fmt: skip
        written = till.write(receipt.movement)
        for line in money_text.receipt(receipt):
            say(line)
        if trial:
            say()
            say(written, nl=False)
        else:
            desk.commit(about=[receipt.customer])
        done(desk)
