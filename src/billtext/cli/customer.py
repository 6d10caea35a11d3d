"""`billtext customer`: the register. What changes it stands in modules of its own."""

import datetime
from typing import Any

import click

from billtext.cli import customer_change, customer_file, customer_merge
from billtext.cli.common import Face, Group, as_of, example, form


@click.group(cls=Group, epilog=example("billtext customer show C00017"))
def command() -> None:
    """Customers: list them, show a card, add one, change it from a day on."""


for change in (
    customer_change.new,
    customer_change.edit,
    customer_change.close,
    customer_change.reopen,
    customer_merge.merge,
    customer_file.import_,
    customer_file.export,
):
    command.add_command(change)


@command.command(
    "list", epilog=example("billtext customer list --format csv", "billtext customer list --as-of 2026-06-30")
)
@as_of
@form
@click.pass_obj
def list_(face: Face, as_of: datetime.date, form: str) -> None:
    """List the customers of the register with their balances."""
    from billtext.rendering import reports, shapes

    records = [r for r in face.book.register.of("customer").values() if r.first <= as_of]
    data = [shapes.customer(face.book, record, as_of) for record in records]
    face.show(reports.customers(face.book, records, as_of), data, form)
    face.finish()


@command.command(epilog=example("billtext customer show C00017 --as-of 2025-12-31"))
@click.argument("customer")
@as_of
@form
@click.pass_obj
def show(face: Face, customer: str, as_of: datetime.date, form: str) -> None:
    """Show a customer's card as it stood on a day."""
    from billtext.errors import Refused
    from billtext.rendering import reports, shapes

    record = face.book.register.get("customer", customer)
    if record is None:
        face.customer(customer)
        raise Refused(f"customer {customer} has money on the account but is not in the register")
    if record.first > as_of:
        raise Refused(
            f"customer {customer} is in the register from {record.first}, after {as_of}; ask as of that day or later"
        )
    data: dict[str, Any] = shapes.customer(face.book, record, as_of)
    face.show(reports.card(face.book, record, as_of), data, form)
    face.finish()


@command.command(epilog=example("billtext customer history C00017"))
@click.argument("customer")
@form
@click.pass_obj
def history(face: Face, customer: str, form: str) -> None:
    """Show what the register says of a customer, and since when."""
    from billtext.errors import Refused
    from billtext.rendering import reports, shapes

    record = face.book.register.get("customer", customer)
    if record is None:
        face.customer(customer)
        raise Refused(f"customer {customer} has money on the account but is not in the register")
    face.show(reports.history(record), shapes.history(record), form)
    face.finish()


@command.command(epilog=example("billtext customer duplicates --format json"))
@as_of
@form
@click.pass_obj
def duplicates(face: Face, as_of: datetime.date, form: str) -> None:
    """Customers that are likely the same, each pair with the reasons. Merge them, or let them stand."""
    from billtext.rendering import registers
    from billtext.rules import duplicates

    pairs = duplicates.report(face.book.register, as_of)
    face.show(registers.duplicates(face.book, pairs, as_of), registers.duplicates_data(face.book, pairs, as_of), form)
    face.finish()
