"""`billtext deposit`: prepayments."""

import datetime
from decimal import Decimal

import click

from billtext.cli.common import Day, Face, example, say
from billtext.cli.writing import Number, changing, done, force, on, trial


@click.command(
    epilog=example("billtext deposit C00017 10000.00 --vat S25", "billtext issue C00017-deposit --date 2026-11-25")
)
@click.argument("customer")
@click.argument("amount", type=Number())
@click.option("--vat", "code", metavar="CODE", help="VAT code of what will be delivered. Else that of the customer.")
@click.option("--no-vat", is_flag=True, help="The deposit bears no VAT.")
@click.option("--gross", is_flag=True, help="The amount is with VAT.")
@click.option("--currency", metavar="CODE", help="Else that of the customer.")
@click.option("--text", metavar="TEXT", help="What the invoice says.")
@click.option(
    "--delivery",
    type=Day(),
    metavar="DATE",
    help="When it will be delivered. Else the day of the deposit.",
)
@click.option("--draft", "name", metavar="NAME", help="Name of the draft. Else CUSTOMER-deposit.")
@on
@trial
@force
@click.pass_obj
def command(
    face: Face, customer: str, amount: Decimal, code: str | None, no_vat: bool, gross: bool, currency: str | None,
    text: str | None, delivery: datetime.date | None, name: str | None, date: datetime.date, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Draft the invoice of a deposit, with its VAT; it stands as a liability until a final invoice deducts it.

    Issue it as any draft, book the money with `billtext pay`, and take it off the final invoice with
    `billtext deduct`.
    """
    from billtext.outside import depositing, paying
    from billtext.rules.claims import told

    if no_vat and code is not None:
        raise click.UsageError("say --vat or --no-vat, not both")
    with changing(face, force=force) as desk:
        till = paying.Till(desk)
        name, written, one = depositing.request(
            till,
            customer,
            amount,
            date,
            code="" if no_vat else code,
            currency=currency,
            gross=gross,
            text=text,
            name=name,
            delivery=delivery,
        )
        say(written, nl=False)
        say(f"{told(one.gross, one.currency)} with VAT; issue it with `billtext issue {name}`")
        if not trial:
            desk.commit(about=[customer])
        done(desk)
