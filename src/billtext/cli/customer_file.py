"""`billtext customer import|export`: the register from and for other programs."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from billtext.cli.common import Face, as_of, counted, echo, example, relative, say
from billtext.cli.writing import changing, done, force, on, trial

if TYPE_CHECKING:
    from billtext.rules.register_import import Decision

SHOWN = 10


@click.command(
    "import",
    epilog=example(
        "billtext customer import customers.csv --dry-run",
        "billtext customer import kunder.csv --map imports/kunder.toml",
        "billtext customer import contacts.vcf --date 2026-12-01",
    ),
)
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--map", "mapping", metavar="MAP.toml", type=click.Path(path_type=Path), help="Which column is what.")
@click.option(
    "--refused",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where refused rows go. Else imports/refused-NAME.csv beside the ledger.",
)
@on
@trial
@force
@click.pass_obj
def import_(face: Face, source: Path, mapping: Path | None, refused: Path | None, date: datetime.date, trial: bool,
            force: bool) -> None:  # fmt: skip
    """Import customers from FILE: CSV whose columns are the ledger's keys, or vCards (.vcf).

    New customers are added, and what differs of those that are there becomes a dated change; an empty cell changes
    nothing. Rows that cannot be taken go to a file with the reason on each. A second run changes nothing. Exit status 1
    if every row was refused.
    """
    from billtext.errors import Refused
    from billtext.outside import register_import

    with changing(face, force=force) as desk:
        decision, text, place = register_import.put(desk, source, mapping, date, refused)
        if not trial:
            desk.commit(about=[change.id for change in (*decision.new, *decision.changed)])
        elif text:
            say(text)
        say(_summary(decision, trial))
        for pair in decision.pairs[:SHOWN]:
            say(f"note: {pair.first} may be {pair.second}: {', '.join(pair.reasons)}", err=True)
        if len(decision.pairs) > SHOWN:
            say(f"note: and {len(decision.pairs) - SHOWN} more; `billtext customer duplicates`", err=True)
        for line, reason in list(decision.refused.items())[:SHOWN]:
            say(f"row {line}: {reason}", err=True)
        if decision.refused and not trial:
            say(f"refused rows, with reasons: {relative(str(place))}")
        if len(desk.written) <= SHOWN:
            done(desk)
        else:
            say(f"wrote {len(desk.written)} files")
    if decision.refused and not (decision.new or decision.changed or decision.same):
        line, reason = next(iter(decision.refused.items()))
        raise Refused(f"every row was refused; the first is row {line}: {reason}")


def _summary(decision: "Decision", trial: bool) -> str:
    parts = [counted(len(decision.new), "new customer"), f"{len(decision.changed)} changed",
             f"{decision.same} as they were", f"{len(decision.refused)} refused"]  # fmt: skip
    text = ", ".join(parts)
    return f"Trial: {text}; nothing was written." if trial else f"{text[:1].upper()}{text[1:]}."


@click.command(
    epilog=example(
        "billtext customer export --out customers.csv", "billtext customer export --format vcard --out customers.vcf"
    )
)
@as_of
@click.option("--format", "form", type=click.Choice(["csv", "vcard"]), default="csv", show_default=True,
              help="CSV with the ledger's keys as columns, or vCard 3.0.")  # fmt: skip
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="Where to. Else it is printed.")
@click.pass_obj
def export(face: Face, as_of: datetime.date, form: str, out: Path | None) -> None:
    """Export the customers with what the register says of them on a day, as `customer import` reads it."""
    from billtext.errors import Refused
    from billtext.outside import files
    from billtext.rendering import register_files

    cards = register_files.cards(face.book.register.of("customer").values(), as_of)
    text = register_files.as_csv(cards) if form == "csv" else register_files.as_vcards(cards)
    if out is None:
        echo(text.encode("utf-8", "backslashreplace"), nl=False)
    else:
        try:
            files.replace(out, text)
        except OSError as error:
            raise Refused(f"{out}: cannot be written ({error.strerror})") from None
        say(f"wrote {relative(str(out))}: {counted(len(cards), 'customer')}")
    face.finish()
