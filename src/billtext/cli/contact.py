"""`billtext contact`: who to write to at a customer."""

import datetime
from typing import Any

import click

from billtext.cli.common import Face, Group, example
from billtext.cli.register import edited, keys, texts, unsetting, values, write
from billtext.cli.writing import force, on, trial


@click.group(
    cls=Group, epilog=example("billtext contact new C00017 billing --name 'Siri Nordby' --email siri@nordlys.example")
)
def command() -> None:
    """Contacts of customers: add one, change it from a day on. `billtext customer show` is the customer's own card."""


@command.command(
    epilog=example("billtext contact new C00017 billing --name 'Siri Nordby' --email siri@nordlys.example")
)
@click.argument("customer")
@click.argument("contact", metavar="ID")
@keys("contact")
@on
@trial
@force
@click.pass_obj
def new(face: Face, /, customer: str, contact: str, others: tuple[str, ...], date: datetime.date, trial: bool,
        force: bool, **given: Any) -> None:  # fmt: skip
    """Add a contact to a customer, under an ID such as billing, in the customer's file."""
    found = texts(given, others)

    def decide(desk: Any) -> Any:
        from billtext.errors import Refused
        from billtext.rules import register_changes

        register = desk.book.register
        if not found.get("name") and not found.get("email"):
            raise Refused("a contact needs a name or an e-mail address; give --name or --email")
        wanted = values(register, "contact", found)
        return [register_changes.new(register, "contact", f"{customer} {contact}", date, wanted)]

    write(face, decide, trial=trial, force=force)


@command.command(epilog=example("billtext contact edit C00017 billing --name 'Ánte Balto' --date 2026-06-01"))
@click.argument("customer")
@click.argument("contact", metavar="ID")
@keys("contact")
@unsetting
@on
@trial
@force
@click.pass_obj
def edit(face: Face, /, customer: str, contact: str, others: tuple[str, ...], unset: tuple[str, ...],
         date: datetime.date, trial: bool, force: bool, **given: Any) -> None:  # fmt: skip
    """Change a contact from a day on: only what differs is written."""
    edited(face, "contact", f"{customer} {contact}", date, texts(given, others), unset, trial=trial, force=force)
