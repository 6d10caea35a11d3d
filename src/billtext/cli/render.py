"""`billtext render`."""

import datetime
import difflib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from billtext.cli.common import Face, Month, counted, echo, example, say
from billtext.cli.progress import Progress

if TYPE_CHECKING:
    from billtext.outside.form_files import Job
    from billtext.rules.quotes import Estimate

Period = tuple[datetime.date, datetime.date]
AS = ("pdf", "html", "markdown", "ubl", "cii", "facturx", "json")
KINDS = ("invoice", "credit-note", "quote")


@click.command(
    epilog=example(
        "billtext render 2026-0076 --as html",
        "billtext render --month 2026-10 --as ubl --out ehf",
        "billtext render --all --kind invoice --as html --out pages -j 2",
        "billtext render --statements 2026-10 --as html --out statements",
        "billtext render C00017 --statements 2026-10 --as markdown",
    )
)
@click.argument("names", nargs=-1, metavar="[NUMBER]...")
@click.option("--month", type=Month(), metavar="YYYY-MM", help="Documents dated in a month.")
@click.option("--all", "everything", is_flag=True, help="All documents.")
@click.option(
    "--statements",
    type=Month(),
    metavar="YYYY-MM",
    help="Statements of account of a month: of the customers named, else of all who moved or owed something.",
)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(KINDS),
    multiple=True,
    help="With --month or --all: these only. Else invoices and credit notes.",
)
@click.option("--as", "form", type=click.Choice(AS), required=True, help="The form.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Where the files go, each called after its number. Else the text of one document is printed.",
)  # fmt: skip
@click.option("-j", "processes", type=click.IntRange(1, 64), default=1, metavar="N", help="Processes that share it.")
@click.pass_obj
def command(
    face: Face, names: tuple[str, ...], month: Period | None, everything: bool, statements: Period | None,
    kinds: tuple[str, ...], form: str, out: Path | None, processes: int,
) -> None:  # fmt: skip
    """Make documents in any form: PDF, web page, Markdown, e-invoice or JSON.

    A NUMBER is of an invoice, a credit note or a quote; with --statements it is a customer. All forms are made from one
    view of the document and say the same. Pages are in the customer's language.
    """
    from billtext.outside import form_files, forms

    _usage(names, month, everything, statements, kinds)
    known = forms.OF_STATEMENTS if statements else forms.FORMS
    if form not in known:
        what = "a statement" if statements else "a document"
        raise click.UsageError(f"--as {form}: {what} is not made as that; choose {_or(known)}")
    if statements is not None:
        jobs = list(_statements(face, names, statements, form))
    else:
        jobs = list(_documents(face, names, None if everything else month, kinds, form))
    noun = "statement" if statements is not None else "document"
    if out is None:
        _print(jobs, form, noun)
        face.finish()
        return
    with Progress() as progress:
        step = progress.stage(f"{noun.capitalize()}s", len(jobs))
        written = form_files.write(jobs, out, processes=processes, step=step)
    for label, why in written.refused:
        say(why if why.startswith(label) else f"{label}: {why}", err=True)
    made = len(jobs) - len(written.refused)
    say(f"{counted(made, noun)} as {form} in {out}{_told(written.counts)}")
    face.finish()
    if written.refused:
        raise click.exceptions.Exit(1)


def _usage(
    names: tuple[str, ...], month: Period | None, everything: bool, statements: Period | None, kinds: tuple[str, ...]
) -> None:
    said = [bool(names) and statements is None, month is not None, everything, statements is not None]
    if sum(said) != 1:
        raise click.UsageError("name documents by their numbers, or ask for --month, --all or --statements, not both")
    if kinds and not (month or everything):
        raise click.UsageError("--kind goes with --month or --all")


def _or(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _told(counts: "Mapping[str, int]") -> str:
    words = {"new": "new", "changed": "changed", "same": "as before", "refused": "refused"}
    found = [f"{counts[name]:,} {word}" for name, word in words.items() if counts.get(name)]
    return f": {', '.join(found)}" if found else ""


def _print(jobs: "list[Job]", form: str, noun: str) -> None:
    """Print the text of one document."""
    from billtext.errors import Refused
    from billtext.outside import forms

    if not jobs:
        raise Refused(f"there is no {noun} then; ask for another month")
    if len(jobs) > 1:
        raise click.UsageError(f"{len(jobs):,} {noun}s are files: say where with --out DIR")
    if form not in forms.TEXT:
        raise click.UsageError(f"{form} is no text: say where its file goes with --out DIR")
    echo(jobs[0].make().content, nl=False)


# --- which ------------------------------------------------------------------------------------------------


def _statements(face: Face, names: tuple[str, ...], period: Period, form: str) -> "Iterator[Job]":
    from billtext.outside import forms
    from billtext.outside.form_files import Job
    from billtext.rules import statements

    start, end = period
    for customer in dict.fromkeys(face.customer(name) for name in names) or face.book.items_of:
        report = statements.report(face.book, customer, start, end)
        if names or not report.empty:
            make = partial(forms.statement, face.book, report, form, root=face.path.parent)
            yield Job(label=customer, name=forms.statement_name(customer, end), make=make)


def _documents(
    face: Face, names: tuple[str, ...], month: Period | None, kinds: tuple[str, ...], form: str
) -> "Iterator[Job]":
    from billtext.outside import forms
    from billtext.outside.form_files import Job

    book, root = face.book, face.path.parent
    if names:
        quotes = _Quotes(face, form)
        for name in dict.fromkeys(names):
            found = book.ledger.documents.get(name)
            if found is None:
                yield quotes.job(name)
            else:
                make = partial(forms.document, book, found, form, root=root)
                yield Job(label=name, name=forms.document_name(found), make=make)
        return
    wanted = set(kinds or ("invoice", "credit-note"))
    for found in book.documents:
        if found.kind in wanted and (month is None or month[0] <= found.date <= month[1]):
            make = partial(forms.document, book, found, form, root=root)
            yield Job(label=found.number, name=forms.document_name(found), make=make)
    if "quote" in wanted:
        yield from _Quotes(face, form).jobs(month)


class _Quotes:
    """The quotes beside the ledger, read when one is asked for."""

    def __init__(self, face: Face, form: str) -> None:
        from billtext.outside import quotes
        from billtext.outside.issuing import rates

        self.face, self.form, self.root = face, form, face.path.parent
        self.files = quotes.every(self.root)
        self.rates: Callable[..., Any] = rates(face.loaded.entries)

    def job(self, name: str) -> "Job":
        """The quote of a number, or of a file's name.

        :raises Refused: there is none, or it has a mistake
        """
        from billtext.outside import quotes

        known = {each for file in self.files for one in file.quotes for each in (one.number, one.name) if each}
        if name not in known:
            self._unknown(name, known)
        return self._job(self._estimate(quotes.find(self.files, name)[1]))

    def _unknown(self, name: str, quotes: set[str]) -> None:
        from billtext.errors import Refused

        void = next((found for found in self.face.book.ledger.voids if found.number == name), None)
        if void is not None:
            raise Refused(f"{name} is void, so there is nothing to make of it; `billtext invoice list` shows it")
        if self.face.book.register.get("customer", name) is not None:
            raise Refused(f"{name} is a customer; for a statement add --statements with a month, such as 2026-10")
        close = difflib.get_close_matches(name, [*self.face.book.ledger.documents, *sorted(quotes)], 3)
        hint = f"did you mean {_or(tuple(close)) if len(close) > 1 else close[0]}?" if close else ""
        raise Refused(f"there is no document {name}; {hint or '`billtext invoice list` shows them'}")

    def jobs(self, month: Period | None) -> "Iterator[Job]":
        """All quotes, or those dated in a month.

        :raises Refused: one has a mistake
        """
        from billtext.errors import Refused
        from billtext.outside import quotes

        for file in self.files:
            if file.errors:
                raise Refused(quotes.told(file.errors))
            for one in file.quotes:
                if month is None or month[0] <= one.date <= month[1]:
                    yield self._job(self._estimate(one))

    def _estimate(self, quote: Any) -> "Estimate":
        from billtext.errors import Refused
        from billtext.outside.quotes import told
        from billtext.rules import quotes

        found, errors = quotes.estimate(quote, self.face.book.register, self.rates)
        if found is None:
            raise Refused(told(errors))
        return found

    def _job(self, found: "Estimate") -> "Job":
        from billtext.outside import forms
        from billtext.outside.form_files import Job

        make = partial(forms.quote, self.face.book, found, self.form, root=self.root)
        return Job(label=found.quote.number or found.quote.name, name=forms.quote_name(found), make=make)
