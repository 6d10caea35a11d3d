"""`billtext invoice`: invoices and credit notes."""

import datetime

import click

from billtext.cli.common import Face, as_of, example, form


@click.group(epilog=example("billtext invoice show 2026-0012"))
def command() -> None:
    """Invoices and credit notes: list them, show one."""


@command.command(
    "list", epilog=example("billtext invoice list --customer C00017", "billtext invoice list --status overdue")
)
@click.option("--customer", metavar="ID", help="Of this customer only.")
@click.option(
    "--status",
    type=click.Choice(["open", "partly-paid", "paid", "overdue", "credited", "written-off", "void"]),
    help="With this status only.",
)
@as_of
@form
@click.pass_obj
def list_(face: Face, customer: str | None, status: str | None, as_of: datetime.date, form: str) -> None:
    """List the documents issued until a day, with what is open of them."""
    from billtext.rendering import reports, shapes
    from billtext.rules import invoices

    customers = None if customer is None else [face.customer(customer)]
    rows = [row for row in invoices.rows(face.book, as_of, customers=customers) if status in {None, row.status}]
    voids = invoices.voids(face.book, as_of) if customer is None and status in {None, "void"} else ()
    data = [*map(shapes.invoice, rows), *(shapes.void(face.book, void) for void in voids)]
    data.sort(key=lambda found: (found["date"], found["kind"] == "credit-note", found["number"]))
    face.show(reports.invoices(face.book, rows, voids, as_of), data, form)
    face.finish()


@command.command(epilog=example("billtext invoice show 2026-0012 --format json"))
@click.argument("number")
@as_of
@form
@click.pass_obj
def show(face: Face, number: str, as_of: datetime.date, form: str) -> None:
    """Show a document: its lines, its VAT, what settled it and what is open."""
    from billtext.errors import Refused
    from billtext.rendering import reports, shapes
    from billtext.rules import invoices

    document = face.book.ledger.documents.get(number)
    if document is None:
        void = next((void for void in face.book.ledger.voids if void.number == number), None)
        if void is None:
            raise Refused(f"there is no document {number}; `billtext invoice list` shows them")
        if void.date > as_of:
            raise Refused(f"{number} is made void on {void.date}, after {as_of}; ask as of that day or later")
        raise Refused(f"{number} is a void number since {void.date}: {void.reason}")
    if document.date > as_of:
        raise Refused(f"{number} is issued on {document.date}, after {as_of}; ask as of that day or later")
    detail = invoices.detail(face.book, document, as_of)
    if form == "table":
        click.echo(reports.document_head(face.book, detail, face.language))
    face.show(reports.document(detail, face.language), shapes.invoice_detail(detail), form)
    if form == "table":
        click.echo(reports.document_foot(detail, face.language))
    face.finish()
