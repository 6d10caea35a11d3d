"""`billtext aging`."""

import datetime

import click

from billtext.cli.common import Face, as_of, example, form


@click.command(
    epilog=example(
        "billtext aging --as-of 2026-10-31",
        "billtext aging --by date --edges '15 45' --summary",
        "billtext aging --format json",
    )
)
@click.option(
    "--by",
    "basis",
    type=click.Choice(["due", "date"]),
    default="due",
    show_default=True,
    help="Count days from the due date or the document's date.",
)
@click.option(
    "--edges", metavar="DAYS", help="Last day of each column but the last, such as '30 60 90'. Else the ledger's."
)
@click.option("--customer", metavar="ID", help="Of this customer only.")
@click.option("--summary", is_flag=True, help="Totals only, one row a currency.")
@as_of
@form
@click.pass_obj
def command(
    face: Face, basis: str, edges: str | None, customer: str | None, summary: bool, as_of: datetime.date, form: str
) -> None:
    """Show who owes what on a day, and for how long: columns of days overdue, and unapplied money apart."""
    from billtext import options
    from billtext.rendering import reports, shapes
    from billtext.rules import ageing

    try:
        days = None if edges is None else options.edges(edges)
    except ValueError:
        raise click.BadParameter(f"{edges!r} are not days in rising order; write them as '30 60 90'") from None
    customers = None if customer is None else [face.customer(customer)]
    report = ageing.report(face.book, as_of, basis=basis, edges=days, customers=customers)
    data = shapes.aging(report)
    if summary:
        data["rows"] = []
    face.show(reports.aging(report, summary=summary), data, form)
    face.finish()
