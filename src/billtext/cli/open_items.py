"""`billtext open-items`."""

import datetime

import click

from billtext.cli.common import Face, as_of, example, form


@click.command(epilog=example("billtext open-items --customer C00017 --as-of 2026-10-31"))
@click.option("--customer", metavar="ID", help="Of this customer only.")
@as_of
@form
@click.pass_obj
def command(face: Face, customer: str | None, as_of: datetime.date, form: str) -> None:
    """List what is open on a day, item by item: documents, instalments and unapplied money."""
    from billtext.rendering import reports, shapes
    from billtext.rules import ageing

    customers = None if customer is None else [face.customer(customer)]
    found = ageing.open_items(face.book, as_of, customers=customers)
    face.show(reports.open_items(face.book, found, as_of), [shapes.open_item(item) for item in found], form)
    face.finish()
