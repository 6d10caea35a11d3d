"""`billtext import`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from billtext.cli.common import Face, Group, counted, echo, example, say
from billtext.cli.import_ubl import command as ubl
from billtext.cli.progress import Progress

if TYPE_CHECKING:
    from billtext.outside.invoice_import import Outcome

SHOWN = 10


@click.group(
    cls=Group, name="import", epilog=example("billtext import invoices history.csv --map imports/history.toml")
)
def command() -> None:
    """Bring history over from another system."""


command.add_command(ubl)


@command.command(
    epilog=example(
        "billtext import invoices history.csv.gz --map imports/history.toml --dry-run",
        "billtext import invoices history.csv.gz --map imports/history.toml",
    )
)
@click.argument("table", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--map", "mapping", required=True, metavar="MAP.toml", type=click.Path(path_type=Path), help="Which column is what."
)
@click.option(
    "--refused",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where rows go that cannot be booked. Else imports/refused-NAME.csv beside the ledger.",
)
@click.option("--dry-run", "trial", is_flag=True, help="Print the control totals and write nothing.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="The first N documents only.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print the control totals.",
)
@click.pass_obj
def invoices(
    face: Face, table: Path, mapping: Path, refused: Path | None, trial: bool, limit: int | None, form: str
) -> None:
    """Import invoices and credit notes from FILE: CSV, plain or gzip, of lines or of documents.

    Customers and items are created, rows that cannot be booked go to a file with the reason on each, and the control
    totals are printed: read = booked + already in the ledger + refused. A second run books nothing twice, and an
    interrupted run leaves the ledger as it was. Exit status 1 if every row was refused.
    """
    from billtext.errors import Refused
    from billtext.outside import invoice_import

    with Progress() as bar:
        done = invoice_import.run(
            face.path, table, mapping, refused=refused, limit=limit, trial=trial, progress=bar.show
        )
    if form == "json":
        import json

        echo(json.dumps(_data(done), ensure_ascii=False, indent=2))
    else:
        say(done.tally.table(), nl=False)
        say(_summary(done, trial))
    for warning in done.warnings[:SHOWN]:
        say(f"warning: {warning}", err=True)
    if len(done.warnings) > SHOWN:
        say(f"warning: and {len(done.warnings) - SHOWN} more of this kind", err=True)
    if done.futile:
        raise Refused(f"every row was refused; the first is {done.futile}")


def _summary(done: "Outcome", trial: bool) -> str:
    counts = ((done.documents, "document"), (done.customers, "new customer"), (done.items, "new item"))
    new = ", ".join(counted(number, noun) for number, noun in counts)
    lines = [f"Trial: {new}; nothing was written." if trial else f"{new}."]
    lines += [f"{'would date' if trial else 'dated'} back {dated}" for dated in done.dated[:SHOWN]]
    if len(done.dated) > SHOWN:
        lines.append(f"and {len(done.dated) - SHOWN} more of this kind")
    lines += [f"wrote {path}" for path in done.written]
    if done.refused is not None:
        lines.append(f"refused rows, with reasons: {done.refused}")
    return "\n".join(lines)


def _data(done: "Outcome") -> dict[str, Any]:
    return {
        "totals": done.tally.data(), "documents": done.documents, "customers": done.customers, "items": done.items,
        "dated": [
            {"directive": dated.what[0], "id": dated.what[1], "from": dated.before.isoformat(),
             "to": dated.after.isoformat(), "file": str(dated.place.file), "line": dated.place.line}
            for dated in done.dated
        ],
        "written": [str(path) for path in done.written], "refused": None if done.refused is None else str(done.refused),
        "warnings": list(done.warnings),
    }  # fmt: skip
