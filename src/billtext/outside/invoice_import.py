"""Bring invoices over from another system: read a table, book what can be booked, tell why the rest cannot.

`run` does it: it scans the ledger, sorts the rows, decides about each document, writes the new ledger text beside the old,
reads it back and compares, and then puts all files in place at once.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path

from billtext.errors import Refused, shown
from billtext.ledger import write
from billtext.model import Date
from billtext.outside import files, import_register, import_rows, import_text, import_toml, ledger_scan
from billtext.outside.import_book import Document, decide
from billtext.outside.import_documents import Sorter
from billtext.outside.import_mapping import ImportMapping, Series
from billtext.outside.import_totals import Tally
from billtext.outside.ledger_scan import Known
from billtext.rendering import escape

# What is told of the work in progress: what is being done, how much is done, of how much.
Progress = Callable[[str, int, int], None]
_EVERY = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an import did.

    :param written: files of the ledger that were written, in order; empty on a trial
    :param refused: file of the refused rows, or None where there are none or on a trial
    """

    tally: Tally
    warnings: tuple[str, ...]
    documents: int
    customers: int
    items: int
    written: tuple[Path, ...] = ()
    refused: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is to be written: documents, and what of the register and the accounts they need."""

    source: str
    documents: list[Document]
    customers: list[import_register.NewRecord]
    items: list[import_register.NewRecord]
    series: list[Series]
    accounts: dict[str, Date]
    payee: Callable[[Document], str]


def run(ledger: Path, table: Path, mapping_file: Path, *, refused: Path | None = None, limit: int | None = None,
        trial: bool = False, progress: Progress = lambda *_: None) -> Outcome:  # fmt: skip
    """Import a table into a ledger.

    :param ledger: the ledger's top file
    :param refused: where refused rows go; else `imports/refused-NAME.csv` beside the ledger
    :param limit: stop before the document after this many
    :param trial: decide and count, and write nothing
    :raises Unreadable: ledger, table or mapping cannot be read
    :raises Refused: the ledger cannot be written, or the totals do not agree; nothing is changed then
    """
    mapping = import_toml.read(mapping_file)
    top = ledger.resolve()
    if not trial:
        files.recover(top.parent)
    known = ledger_scan.scan(top)
    sorter = _sort(table, mapping, known, limit, progress)
    documents, warnings = decide(sorter)
    sorter.tally.prove()
    customers, left_out = import_register.customers(documents, sorter)
    plan = _Plan(
        source=f"{shown(table.name)}, by {shown(mapping_file.name)}", documents=documents, customers=customers,
        items=import_register.items(documents, sorter), accounts=_accounts(documents, customers, known),
        series=[one for one in mapping.series if documents and known.register.get("series", one.id) is None],
        payee=_payee(sorter),
    )  # fmt: skip
    done = Outcome(
        tally=sorter.tally, warnings=(*warnings, *left_out), documents=len(documents), customers=len(customers),
        items=len(plan.items),
    )  # fmt: skip
    if trial:
        return done
    place = (refused or top.parent / "imports" / f"refused-{_stem(table)}.csv").resolve()
    text = _refused(table, mapping, sorter.refused) if sorter.refused or place.exists() else None
    written = _write(top, known, plan, (place, text, mapping.encoding), progress)
    return replace(done, written=written, refused=place if sorter.refused else None)


def _stem(table: Path) -> str:
    return escape.file_name(table.name.removesuffix(".gz").removesuffix(".csv"))


def _sort(table: Path, mapping: ImportMapping, known: Known, limit: int | None, progress: Progress) -> Sorter:
    """Read all rows; with a limit, up to the first row of the document after it."""
    numbers: set[str] = set()
    with import_rows.opened(table, mapping) as source:
        places = mapping.columns(source.header, table)
        sorter = Sorter(mapping, places, known)
        number = sorter.get(mapping.number)
        for count, (line, cells) in enumerate(source.rows):
            if limit is not None:
                numbers.add(number([cell.strip() for cell in cells] + [""] * len(places)))
                if len(numbers) > limit:
                    break
            sorter.row(line, cells)
            if count % _EVERY == 0:
                progress("Reading", source.position(), source.size)
        progress("Reading", source.size, source.size)
    return sorter


def _payee(sorter: Sorter) -> Callable[[Document], str]:
    """The name on a transaction; the id of a customer who is a person or a guest: names of people stand in the register."""
    mapping, register = sorter.mapping, sorter.known.register
    name = sorter.get(mapping.customer.fields["name"])

    def payee(document: Document) -> str:
        values = register.values("customer", document.customer, document.date)
        kind = values.get("kind", "company") if values else mapping.customer.kind
        if kind in {"person", "guest"} or (mapping.walk_in is not None and document.customer == mapping.walk_in[0]):
            return document.customer
        return str(values.get("name", "")) if values else write.clean(name(document.cells))

    return payee


def _accounts(documents: Iterable[Document], customers: Iterable[import_register.NewRecord], known: Known) -> dict[str, Date]:
    """Accounts that are not open yet, with the day of their first use; a new customer's is opened beside the customer."""
    root, new = known.register.options.receivable, {record.id for record in customers}
    found: dict[str, Date] = {}
    for document in documents:
        used = {line.account for line in document.lines} | {str(vat.account) for vat, _ in document.vats}
        if document.customer not in new:
            used.add(f"{root}:{document.customer}")
        for account in sorted(used - known.opened.keys() - found.keys()):
            found[account] = document.date
    return found


def _refused(table: Path, mapping: ImportMapping, reasons: dict[int, str]) -> str:
    """The refused rows as CSV, to be corrected and imported again by the same mapping.

    The cells are exactly those of the source: a guard against formulas in them would be imported as text the second time, and
    hide what was wrong the first time. Only the reason, which is new here, is guarded.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=mapping.delimiter, lineterminator="\n")
    with import_rows.opened(table, mapping) as source:
        writer.writerow(["row", "reason", *source.header])
        for line, cells in source.rows if reasons else ():
            reason = reasons.get(line)
            if reason is not None:
                writer.writerow([line, escape.csv_cell(reason), *cells])
    return text.getvalue()


def _write(top: Path, known: Known, plan: _Plan, refused: tuple[Path, str | None, str], progress: Progress) -> tuple[Path, ...]:
    """Write everything beside the ledger, read it back, and put it in place."""
    place, text, encoding = refused
    inside = place.is_relative_to(top.parent)
    with files.Switch(top.parent) as switch:
        paths = _register(switch, top.parent, known, plan)
        paths += _documents(switch, top.parent, known, plan, progress)
        new = [path for path in paths if not known.includes(path)]
        if new:
            with switch.writing(top, append=True) as file:
                file.write(import_text.includes(new, top, "".join(ledger_scan.lines(top))))
            paths.append(top)
        if text is not None and inside:
            with switch.writing(place, encoding=encoding) as file:
                file.write(text)
        switch.commit()
    if text is not None and not inside:
        files.replace(place, text, encoding=encoding)
    return tuple(paths)


def _register(switch: files.Switch, root: Path, known: Known, plan: _Plan) -> list[Path]:
    """Write accounts, series and items, and the customers apart from them."""
    receivable = known.register.options.receivable
    first = plan.documents[0].date if plan.documents else None
    rest: Iterator[str] = iter(())
    if first is not None and (plan.accounts or plan.series or plan.items):
        rest = chain(
            [f"\n; ---- from {plan.source}\n\n"], import_text.accounts(plan.accounts), import_text.series(plan.series, first),
            import_text.items(plan.items),
        )  # fmt: skip
    people = chain([f"\n; ---- from {plan.source}\n"], import_text.customers(plan.customers, receivable, known.opened))
    paths = []
    for path, about, parts in (
        (root / "imported.beancount", "accounts, series and items of imported documents", rest),
        (root / "customers" / "imported.beancount", "imported customers", people if plan.customers else iter(())),
    ):
        begin = next(parts, None)
        if begin is None:
            continue
        with switch.writing(path, append=True) as file:
            if not path.exists():
                file.write(f"; Written by `billtext import invoices`: {about}. Yours to edit.\n")
            file.write(begin)
            file.writelines(parts)
        paths.append(path)
    return paths


def _documents(switch: files.Switch, root: Path, known: Known, plan: _Plan, progress: Progress) -> list[Path]:
    """Write the documents, one file a year, and read them back."""
    register = known.register
    writer = import_text.Writer(register.options.receivable, register.currency, plan.payee)
    paths = []
    done = 0
    for year, documents in groupby(plan.documents, key=lambda document: document.date.year):
        path = root / "invoices" / f"imported-{year:04}.beancount"
        own = list(documents)
        with switch.writing(path, append=True) as file:
            if not path.exists():
                file.write(f"; Written by `billtext import invoices`: invoices and credit notes of {year}.\n")
            file.write(f"\n; ---- from {plan.source}\n")
            file.flush()
            start = file.tell()
            for document in own:
                file.write(writer.document(document))
                done += 1
                if done % _EVERY == 0:
                    progress("Writing", done, len(plan.documents))
        _verify(switch.staged(path), start, own)
        paths.append(path)
    progress("Writing", len(plan.documents), len(plan.documents))
    return paths


def _verify(path: Path, start: int, documents: list[Document]) -> None:
    """Read written documents back: each number once and in order, balanced, with its total on its first posting.

    :param start: byte at which they begin
    :raises Refused: the text is not what was decided
    """
    wanted = iter(documents)
    with path.open(encoding="utf-8", newline="\n") as file:
        file.seek(start)
        count = 0
        for number, amounts in import_text.read_back(file):
            document = next(wanted, None)
            if document is None or number != document.number or amounts[0] != document.total or sum(amounts) != 0:
                raise Refused(f"document {number} was not written as it was decided; nothing was changed, please report it")
            count += len(amounts) - 1 - len(document.vats)
    if next(wanted, None) is not None or count != sum(len(document.lines) for document in documents):
        raise Refused("not all documents were written; nothing was changed, please report it")
