"""`billtext void`: explain a number that is not used."""

import datetime

import click

from billtext.cli.common import Face, example
from billtext.cli.writing import changing, done, force, on


@click.command(epilog=example('billtext void 2026-0078 --reason "printed on the wrong paper"'))
@click.argument("number")
@click.option("--reason", required=True, help="Why the number is not used.")
@on
@force
@click.pass_obj
def command(face: Face, number: str, reason: str, date: datetime.date, force: bool) -> None:
    """Make a number void: it is never given to a document, and the series has no gap."""
    from billtext.errors import Refused
    from billtext.ledger import write
    from billtext.rules import numbering

    if not write.clean(reason):
        raise click.UsageError("the reason is empty")
    with changing(face, force=force) as desk:
        if number in desk.book.ledger.documents:
            raise Refused(f"{number} is a document already; credit it with `billtext credit {number}`")
        if not numbering.fits(desk.book.ledger, number, date):
            raise Refused(f"{number} fits no series of {date.year}; correct the number")
        text = write.custom(date, "void", number, meta={"reason": write.clean(reason)})
        desk.append(f"invoices/{date.year:04}.beancount", text)
        desk.commit()
        done(desk)
