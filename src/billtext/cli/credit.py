"""`billtext credit`: draft a credit note."""

import datetime
from decimal import Decimal

import click

from billtext.cli.common import Face, example, say
from billtext.cli.writing import Number, changing, done, force, on, trial


@click.command(
    epilog=example(
        'billtext credit 2026-0012 --all --reason "sent twice"',
        'billtext credit 2026-0012 --line 1 --quantity 2 --reason "hours billed twice"',
        'billtext credit 2026-0012 --amount 500.00 --reason "goodwill"',
    )
)
@click.argument("number")
@click.option("--all", "every", is_flag=True, help="The whole invoice.")
@click.option("--line", "lines", type=int, multiple=True, metavar="N", help="A line, counted from 1; may be repeated.")
@click.option("--quantity", "quantities", type=Number(), multiple=True, metavar="Q",
              help="How much of the line; once for each --line.")  # fmt: skip
@click.option("--amount", type=Number(), metavar="A", help="An amount with VAT.")
@click.option("--reason", required=True, help="Why, for the customer.")
@on
@trial
@force
@click.pass_obj
def command(
    face: Face, number: str, every: bool, lines: tuple[int, ...], quantities: tuple[Decimal, ...],
    amount: Decimal | None, reason: str, date: datetime.date, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Draft the credit note of an invoice, with its prices and VAT; `billtext issue` makes it a document.

    Issued, it settles the invoice as far as that is open; the rest stays open for the customer.
    """
    from billtext.errors import Refused
    from billtext.ledger import write
    from billtext.outside import drafting
    from billtext.rendering import drafts
    from billtext.rules import crediting

    if sum((every, bool(lines), amount is not None)) != 1:
        raise click.UsageError("say what to credit: --all, --line or --amount")
    if quantities and len(quantities) != len(lines):
        raise click.UsageError("give --quantity once for each --line, or not at all")
    if not write.clean(reason):
        raise click.UsageError("the reason is empty")
    with changing(face, force=force) as desk:
        invoice = desk.book.ledger.documents.get(number)
        if invoice is None or invoice.kind != "invoice":
            raise Refused(f"there is no invoice {number}; `billtext invoice list` shows them")
        if every:
            credit = crediting.whole(desk.book, invoice, write.clean(reason))
        elif amount is not None:
            credit = crediting.amount(desk.book, invoice, amount, write.clean(reason))
        else:
            wanted = list(zip(lines, quantities or [None] * len(lines), strict=True))
            credit = crediting.some(desk.book, invoice, wanted, write.clean(reason))
        path, prepared = drafting.add(
            desk, f"credit-{number}", date, "credit-note", credit.narration, credit.keys, credit.postings
        )
        crediting.fits(desk.book, invoice, prepared)
        say(drafts.preview(prepared, desk.book.register), nl=False)
        if not trial:
            desk.commit(about=[invoice.customer])
            done(desk)
            say(f"issue it with: billtext issue {path.stem}")
