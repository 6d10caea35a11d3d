"""`billtext item`: the price list."""

import datetime
from typing import Any

import click

from billtext.cli.common import Face, Group, as_of, example, form
from billtext.cli.register import edited, keys, texts, unsetting, values, write
from billtext.cli.writing import force, on, trial


@click.group(
    cls=Group, epilog=example("billtext item list", "billtext item edit CONS-SR --price 1295.00 --date 2026-07-01")
)
def command() -> None:
    """The price list: list it, show an item with its history, add one, change it from a day on."""


@command.command("list", epilog=example("billtext item list --as-of 2026-06-30"))
@as_of
@form
@click.pass_obj
def list_(face: Face, as_of: datetime.date, form: str) -> None:
    """List the items with what holds on a day."""
    from billtext.rendering import registers

    records = [record for record in face.book.register.of("item").values() if record.first <= as_of]
    face.show(registers.items(records, as_of), [registers.item(record, as_of) for record in records], form)
    face.finish()


@command.command(epilog=example("billtext item show CONS-SR"))
@click.argument("item", metavar="CODE")
@form
@click.pass_obj
def show(face: Face, item: str, form: str) -> None:
    """Show what the price list says of an item, and since when."""
    from billtext.rendering import reports, shapes
    from billtext.rules import register_changes

    record = register_changes.record(face.book.register, "item", item)
    face.show(reports.history(record), shapes.history(record), form)
    face.finish()


@command.command(
    epilog=example("billtext item new CONS-JR --text Consultant --price 985.00 --vat S25 --account Income:Consulting")
)
@click.argument("item", metavar="CODE")
@keys("item")
@on
@trial
@force
@click.pass_obj
def new(face: Face, /, item: str, others: tuple[str, ...], date: datetime.date, trial: bool, force: bool,
        **given: Any) -> None:  # fmt: skip
    """Add an item to the price list, from a day on."""
    found = texts(given, others)

    def decide(desk: Any) -> Any:
        from billtext.errors import Refused
        from billtext.rules import register_changes

        register = desk.book.register
        if not found.get("text"):
            raise Refused("an item needs a text, which invoice lines show; give --text")
        return [register_changes.new(register, "item", item, date, values(register, "item", found))]

    write(face, decide, trial=trial, force=force)


@command.command(epilog=example("billtext item edit CONS-SR --price 1295.00 --date 2026-07-01"))
@click.argument("item", metavar="CODE")
@keys("item")
@unsetting
@on
@trial
@force
@click.pass_obj
def edit(face: Face, /, item: str, others: tuple[str, ...], unset: tuple[str, ...], date: datetime.date, trial: bool,
         force: bool, **given: Any) -> None:  # fmt: skip
    """Change an item from a day on: earlier documents keep what they were billed at."""
    edited(face, "item", item, date, texts(given, others), unset, trial=trial, force=force)
