"""`billtext customer new|edit|close|reopen`: the register is added to, never rewritten."""

import datetime
import sys
from typing import Any

import click

from billtext.cli.common import Face, example
from billtext.cli.register import edited, keys, texts, unsetting, values, write
from billtext.cli.writing import force, on, trial


@click.command(
    epilog=example(
        "billtext customer new --name 'Nordlys Interiør AS' --org-number 310000205 --terms net-14",
        "billtext customer new G00003 --name 'Kari Nordmann' --kind guest",
    )
)
@click.argument("customer", metavar="[ID]", required=False)
@keys("customer")
@on
@trial
@force
@click.pass_obj
def new(face: Face, /, customer: str | None, others: tuple[str, ...], date: datetime.date, trial: bool, force: bool,
        **given: Any) -> None:  # fmt: skip
    """Add a customer to the register, in a file of its own, and open the receivable account.

    Without an ID it gets the next free one. A customer that looks like one that is there already is pointed out.
    """
    found = texts(given, others)
    if not found.get("name") and sys.stdin.isatty():
        found["name"] = click.prompt("Name")
    found.setdefault("kind", "company")

    def decide(desk: Any) -> Any:
        from billtext.rules import register_changes

        register = desk.book.register
        wanted = values(register, "customer", found)
        name = customer or register_changes.next_id(register, desk.book.items_of, wanted["kind"])
        return [register_changes.new(register, "customer", name, date, wanted)]

    write(face, decide, trial=trial, force=force)


@click.command(
    epilog=example(
        "billtext customer edit C00017 --email regnskap@nordlys.example",
        "billtext customer edit C00017 --terms net-30 --date 2026-06-01 --dry-run",
    )
)
@click.argument("customer", metavar="ID")
@keys("customer")
@unsetting
@on
@trial
@force
@click.pass_obj
def edit(face: Face, /, customer: str, others: tuple[str, ...], unset: tuple[str, ...], date: datetime.date, trial: bool,
         force: bool, **given: Any) -> None:  # fmt: skip
    """Change what the register says of a customer from a day on: only what differs is written."""
    edited(face, "customer", customer, date, texts(given, others), unset, trial=trial, force=force)
