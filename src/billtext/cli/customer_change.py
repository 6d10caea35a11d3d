"""`billtext customer new|edit|close|reopen`: the register is added to, never rewritten."""

import datetime
import sys
from typing import Any

import click

from billtext.cli.common import Face, example, say
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
        from billtext.rules import duplicates, register_changes

        register = desk.book.register
        wanted = values(register, "customer", found)
        name = customer or next(register_changes.free_ids(register, desk.book.items_of, wanted["kind"]))
        change = register_changes.new(register, "customer", name, date, wanted)
        for other, reasons in duplicates.like(wanted, duplicates.cards(register, date)):
            say(f"note: {name} may be {other}: {', '.join(reasons)}", err=True)
        return [change]

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
def edit(face: Face, /, customer: str, others: tuple[str, ...], unset: tuple[str, ...], date: datetime.date,
         trial: bool, force: bool, **given: Any) -> None:  # fmt: skip
    """Change what the register says of a customer from a day on: only what differs is written."""
    edited(face, "customer", customer, date, texts(given, others), unset, trial=trial, force=force)


@click.command(epilog=example("billtext customer close C00021 --reason 'out of business'"))
@click.argument("customer", metavar="ID")
@on
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@trial
@click.option("--force", is_flag=True, help="Although something is open, or the ledger has errors elsewhere.")
@click.pass_obj
def close(face: Face, customer: str, date: datetime.date, reason: str, trial: bool, force: bool) -> None:
    """Close a customer from a day on: it gets no further document. Refused while something is open."""

    def decide(desk: Any) -> Any:
        from billtext.rules import customer_closing

        text = values(desk.book.register, "customer", {"reason": reason})["reason"]
        change = customer_closing.close(desk.book, customer, date, text, forced=force)
        tell_drafts(desk, customer)
        return [change]

    write(face, decide, trial=trial, force=force)


@click.command(epilog=example("billtext customer reopen C00021 --reason 'back in business'"))
@click.argument("customer", metavar="ID")
@on
@click.option("--reason", metavar="TEXT", help="Why.")
@trial
@force
@click.pass_obj
def reopen(face: Face, customer: str, date: datetime.date, reason: str | None, trial: bool, force: bool) -> None:
    """Open a closed customer again, from a day on."""

    def decide(desk: Any) -> Any:
        from billtext.rules import customer_closing

        given = values(desk.book.register, "customer", {"reason": reason} if reason else {})
        return [customer_closing.reopen(desk.book, customer, date, given.get("reason"))]

    write(face, decide, trial=trial, force=force)


def tell_drafts(desk: Any, customer: str) -> None:
    """Point out drafts of a customer that can no longer be issued."""
    from billtext.outside import draft_files
    from billtext.rules import customer_closing

    drafts = [draft for file in draft_files.every(desk.root) for draft in file.drafts]
    for draft in customer_closing.waiting(desk.book.register, drafts, customer):
        say(f"note: draft {draft.name} of {customer} cannot be issued then; bill another, or delete it", err=True)
