"""`billtext budget`: invoiced income against budget."""

import datetime

import click

from billtext.cli.common import Day, Face, example, form, relative, say


@click.command(
    epilog=example("billtext budget --year 2026", "billtext budget --from 2026-07-01 --to 2026-09-30 --format csv")
)
@click.option("--from", "start", type=Day(), metavar="DATE", help="First day.")
@click.option("--to", "end", type=Day(), metavar="DATE", help="Last day, included.")
@click.option("--year", type=click.IntRange(1, 9999), metavar="YEAR", help="Instead: the whole of a year.")
@form
@click.pass_obj
def command(face: Face, start: datetime.date | None, end: datetime.date | None, year: int | None, form: str) -> None:
    """Compare invoiced income with Fava's `custom "budget"` directives, by account and month.

    Income is what the lines of invoices come to without VAT, less those of credit notes, in the company's currency. It
    counts for the account with a budget that it is on or below.
    """
    from billtext.rendering import budgets as rendering
    from billtext.rules import budgets

    if year is not None:
        if start is not None or end is not None:
            raise click.UsageError("say --year, or --from and --to")
        start, end = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    if start is None or end is None:
        raise click.UsageError("say which days: --year, or --from and --to")
    if end < start:
        raise click.UsageError(f"--to {end} is before --from {start}")
    known, errors = budgets.read(face.loaded.entries, face.book.register.currency)
    report = budgets.report(face.book, known, start, end)
    face.show(rendering.sheet(report, face.language), rendering.data(report), form)
    for error in errors:
        say(f"{relative(error.file)}:{error.line}: {error.message}", err=True)
    if errors:
        raise click.exceptions.Exit(1)
    face.finish()
