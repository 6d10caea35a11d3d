"""`billtext archive file` and `archive add`: what puts files into the archive."""

import datetime
from pathlib import Path

import click

from billtext.cli.common import Day, Face, Month, counted, example, say
from billtext.cli.progress import Progress
from billtext.cli.writing import changing, done, force, on, tell_wrong, trial

INCOMING = ("order", "contract", "letter", "other")


@click.command(
    epilog=example(
        "billtext archive file 2026-0076", "billtext archive file --month 2026-10", "billtext archive file --all"
    )
)
@click.argument("numbers", nargs=-1, metavar="[NUMBER]...")
@click.option("--month", type=Month(), metavar="YYYY-MM", help="Documents dated in a month.")
@click.option("--all", "everything", is_flag=True, help="All documents.")
@click.option("--as", "as_", type=click.Choice(["pdf", "facturx"]),
              help="As PDF, or as PDF with the e-invoice in it. Else in the forms that the customer gets.")  # fmt: skip
@trial
@force
@click.pass_obj
def file(
    face: Face, numbers: tuple[str, ...], month: tuple[datetime.date, datetime.date] | None, everything: bool,
    as_: str | None, trial: bool, force: bool,
) -> None:  # fmt: skip
    """File issued documents that are not filed yet; the ledger gets the hash of each file.

    Each is filed as PDF, and with its e-invoice where the customer gets that: what was filed is what is sent. One that
    cannot be made is told with the reason, and the others are filed. Attachments are filed by `issue` alone.
    """
    from billtext.errors import Refused
    from billtext.outside import archive, filed_files
    from billtext.rendering import escape
    from billtext.rules import filing

    if sum([bool(numbers), month is not None, everything]) != 1:
        raise click.UsageError("name documents by their numbers, or ask for --month or --all, not both")
    with changing(face, force=force) as desk:
        documents = desk.book.ledger.documents
        unknown = next((number for number in numbers if number not in documents), None)
        if unknown is not None:
            raise Refused(f"there is no document {unknown}; `billtext invoice list` shows them")
        wanted = [documents[number] for number in dict.fromkeys(numbers)] if numbers else [
            one for one in desk.book.documents if month is None or month[0] <= one.date <= month[1]
        ]  # fmt: skip
        new = filing.missing(desk.book, wanted)
        for number in numbers:
            for one in filing.of(desk.book, documents[number]):
                filed_files.content(desk.root, one)  # filed before, and lost since
        desk.refuse_errors(one.customer for one in new)
        with Progress() as progress:
            filed = archive.file(desk, desk.book, new, form=as_, step=progress.stage("Documents", len(new)))
        if not trial and filed.filed:
            desk.commit(about=[one.customer for one in filed.filed])
        for one in filed.filed if trial or numbers else ():
            say(filed_files.text(one), nl=False)
        tell_wrong(filed)
        for number, why in filed.refused.items():
            say(escape.one_line(f"{number}: {why}"), err=True)
        count = len(new) - len(filed.refused)
        before = len(wanted) - len(new)
        was = "was" if before == 1 else "were"
        where = f" in {len(filed.filed):,} files" if len(filed.filed) > count else ""
        told = f"{counted(count, 'document')} {'to be ' if trial else ''}filed{where}"
        say(f"{told}{f', {before:,} {was} filed before' if before else ''}")
        if trial or len(desk.written) < 10:
            done(desk)
    if filed.refused:
        raise Refused(
            f"{len(filed.refused):,} of {counted(len(new), 'document')} cannot be filed; mend what is said above"
        )


@click.command(
    epilog=example(
        'billtext archive add scan.pdf --customer C00017 --kind contract --label "Rammeavtale 2026"',
        'billtext archive add po.pdf --customer C00017 --kind order --label "PO 4711" --document 2026-0076',
    )
)
@click.argument("source", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--customer", required=True, metavar="ID", help="Whose it is.")
@click.option("--kind", type=click.Choice(INCOMING), required=True, help="What it is.")
@click.option("--label", required=True, metavar="TEXT", help="A few words by which it is found again.")
@click.option("--document", metavar="NUMBER", help="The invoice or credit note that it belongs to.")
@on
@click.option(
    "--as-of", type=Day(), default="today", show_default=True, metavar="DATE",
    help="The day on which it is filed; no paper is of a later one.",
)  # fmt: skip
@trial
@force
@click.pass_obj
def add(
    face: Face, source: Path, customer: str, kind: str, label: str, document: str | None, date: datetime.date,
    as_of: datetime.date, trial: bool, force: bool,
) -> None:  # fmt: skip
    """File a paper that came in, such as a scan, at its customer. --date is the day of the paper.

    The file is copied; its new name is made of date, kind and document. It is never overwritten. A day to come is
    refused, since it is nearly always a slip, and the file would be kept, and found, by it.
    """
    from billtext.errors import Refused
    from billtext.outside import archive, filed_files

    if date > as_of:
        raise Refused(
            f"{date} is after {as_of}, the day on which the paper is filed; correct --date, or say "
            f"--as-of {date} if it is right"
        )
    with changing(face, force=force) as desk:
        if desk.book.register.get("customer", customer) is None:
            raise Refused(f"customer {customer} is not in the register; `billtext customer list` shows them")
        one = archive.add(desk, source, customer=customer, kind=kind, label=label, date=date, document=document)
        if not trial:
            desk.commit(about=[customer])
        say(filed_files.text(one), nl=False)
        done(desk)
