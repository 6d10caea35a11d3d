"""`billtext statement`."""

import datetime
from pathlib import Path

import click

from billtext.cli.common import FORMATS, Day, Face, Month, counted, echo, example, say
from billtext.cli.progress import Progress

Period = tuple[datetime.date, datetime.date]


@click.command(
    epilog=example(
        "billtext statement C00017 --from 2026-01-01 --to 2026-10-31",
        "billtext statement C00017 --kind open-items --to 2026-10-31",
        "billtext statement --all --month 2026-10 --out statements",
    )
)
@click.argument("customer", required=False)
@click.option(
    "--all",
    "everyone",
    is_flag=True,
    help="For every customer who had movements or a balance, as Markdown and HTML files.",
)
@click.option("--from", "start", type=Day(), metavar="DATE", help="First day. Else the first of the last day's year.")
@click.option("--to", "end", type=Day(), metavar="DATE", help="Last day. Else today.")
@click.option("--month", type=Month(), metavar="YYYY-MM", help="From the first to the last day of a month.")
@click.option(
    "--kind",
    type=click.Choice(["activity", "open-items"]),
    default="activity",
    show_default=True,
    help="All movements, or just what is open.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Where the files of --all go."
)
@click.option(
    "--format",
    "form",
    type=click.Choice([*FORMATS, "html"]),
    default="table",
    show_default=True,
    help="How to print it. Markdown and HTML are in the customer's language.",
)
@click.pass_obj
def command(
    face: Face, customer: str | None, everyone: bool, start: datetime.date | None, end: datetime.date | None,
    month: Period | None, kind: str, out: Path | None, form: str,
) -> None:  # fmt: skip
    """Make a statement of account for one customer, or with --all for every customer.

    An activity statement has the opening balance, every movement with a running balance, the closing balance, what is
    open and its ageing; one section a currency.
    """
    if everyone == bool(customer):
        raise click.UsageError("name one customer, or ask for --all")
    if everyone and out is None:
        raise click.UsageError("--all writes files: say where with --out DIR")
    if customer and out is not None:
        raise click.UsageError("--out is where the files of --all go: one customer's statement is printed")
    if everyone and form != "table":
        raise click.UsageError("--all writes Markdown and HTML: leave out --format")
    if month and (start or end):
        raise click.UsageError("--month says both days: leave out --from and --to")
    first, last = _period(start, end, month)
    if everyone and out is not None:
        _all(face, first, last, kind, out)
    elif customer is not None:
        _one(face, face.customer(customer), first, last, kind, form)
    face.finish()


def _period(start: datetime.date | None, end: datetime.date | None, month: Period | None) -> Period:
    if month:
        return month
    last = end or datetime.date.today()
    first = start or last.replace(month=1, day=1)
    if first > last:
        raise click.UsageError(f"--from {first} is after --to {last}")
    return first, last


def _one(face: Face, customer: str, first: datetime.date, last: datetime.date, kind: str, form: str) -> None:
    from billtext.rendering import reports, shapes, statement_pages
    from billtext.rules import statements

    report = statements.report(face.book, customer, first, last, kind=kind)
    if form in {"markdown", "html"}:
        echo(statement_pages.render(face.book, report, form), nl=False)
    elif form == "json":
        face.show(reports.statement_lines(report), shapes.statement(report), form)
    elif form == "csv":
        face.show(reports.statement_lines(report), None, form)
    else:
        sheets = [sheet for section in report.sections for sheet in reports.statement(report, section, face.language)]
        for n, sheet in enumerate(sheets):
            say("\n" if n else "", nl=False)
            face.show(sheet, None, form)


def _all(face: Face, first: datetime.date, last: datetime.date, kind: str, out: Path) -> None:
    from billtext.outside import files
    from billtext.rendering import escape, statement_pages
    from billtext.rules import statements

    count = 0
    with Progress() as progress:
        step = progress.stage("Statements", len(face.book.items_of))
        for customer in face.book.items_of:
            step()
            report = statements.report(face.book, customer, first, last, kind=kind)
            if report.empty:
                continue
            for form, ending in (("markdown", "md"), ("html", "html")):
                text = statement_pages.render(face.book, report, form)
                files.replace(out / f"{escape.file_name(customer)}-{last.isoformat()}.{ending}", text, durable=False)
            count += 1
    say(f"{counted(count, 'statement')} from {first} to {last} in {out}, each as Markdown and HTML")
