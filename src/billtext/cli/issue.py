"""`billtext issue`: drafts become documents."""

import datetime

import click

from billtext.cli.common import Day, Face, counted, example, relative, say
from billtext.cli.writing import Filing, changing, done, force, on, refused, tell_wrong, trial


@click.command(
    epilog=example(
        "billtext issue nordlys",
        "billtext issue --all --date 2026-11-30",
        "billtext issue --all --dry-run",
        "billtext issue nordlys --delivery 2026-11-20",
        'billtext issue nordlys --place "Kaigata 4, 5003 Bergen"',
    )
)
@click.argument("names", metavar="[DRAFT]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="All drafts.")
@on
@click.option("--delivery", type=Day(), metavar="DATE", help="Day of delivery, for drafts that do not say it.")
@click.option(
    "--place",
    default="",
    metavar="PLACE",
    help="Place of delivery, for drafts that name none, where it is not the customer's address: street and town, or "
    "the town alone. A country follows as two letters, and has to where the customer is abroad.",
)
@click.option("--collect", is_flag=True, help="One invoice of a customer's drafts for a month.")
@click.option("--atomic", is_flag=True, help="All of them, or none where one is wrong.")
@trial
@force
@click.pass_obj
def command(
    face: Face, names: tuple[str, ...], every: bool, date: datetime.date, delivery: datetime.date | None, place: str,
    collect: bool, atomic: bool, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Issue drafts: each gets its number, date, due date and payment reference, and is appended to the ledger.

    A draft with a mistake is refused by name, and the others go through. In a ledger with an archive, each document is
    filed there with copies of its attachments, and those are what is sent.
    """
    from billtext.errors import Refused
    from billtext.ledger import write
    from billtext.money import exact
    from billtext.outside import draft_files, issuing
    from billtext.rendering import escape

    if bool(names) == every:
        raise click.UsageError("name the drafts to issue, or say --all")
    with changing(face, force=force) as desk:
        files, unread = draft_files.readable(desk.root) if every else ([], [])
        wanted = [(file, draft) for file in files for draft in file.drafts]
        wanted += draft_files.named(desk.root, names)
        filing = Filing(desk, date, trial=trial)
        outcome = issuing.issue(
            desk, wanted, date, atomic=atomic, collect=collect, checked=True, delivery=delivery,
            place=write.clean(place), file=filing,
        )  # fmt: skip
        for sentence in unread:
            say(sentence, err=True)
        for file in files:
            for error in file.errors:
                where = f"{relative(str(error.source['filename']))}:{error.source['lineno']}"
                say(f"{where}: {error.message}", err=True)
        if outcome.issued and filing.done:
            tell_wrong(filing.done)
        if not trial and outcome.issued:
            desk.commit(about=[one.prepared.customer for one in outcome.issued])
        for one in outcome.issued:
            prepared = one.prepared
            reference = "".join(f", {key} {value}" for key, value in one.reference.items())
            amount = f"{exact(prepared.gross, prepared.currency)} {prepared.currency}"
            due = f"  due {prepared.instalments[-1][0]}" if prepared.draft.kind == "invoice" else ""
            say(f"{one.number}  {escape.one_line(prepared.payee)}  {amount}{due}{reference}")
            if trial:
                say(one.text)
        for sentence in refused(outcome):
            say(sentence, err=True)
        done(desk)
    mistakes = sum(len(file.errors) for file in files)
    if outcome.refused or unread or mistakes:
        well = f"{len(outcome.issued)} {'would be issued' if trial else 'issued'}"
        told = [f"{len(outcome.refused)} of {len(wanted)} drafts {'would be' if trial else 'were'} refused, {well}"]
        told += [f"{counted(mistakes, 'mistake')} in the files of drafts, told above"] if mistakes else []
        told += [f"{len(unread)} of the files cannot be read"] if unread else []
        raise Refused("; ".join(told if wanted else ["nothing was issued", *told[1:]]))
    if not wanted:
        say("There are no drafts.")
