"""Bring invoices over from another system: read a table, book what can be booked, tell why the rest cannot.

`run` does it: it scans the ledger, sorts the rows, decides about each document, writes the new ledger text beside the
old, reads it back and compares, and then puts all files in place at once.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from billtext.errors import Refused, shown
from billtext.ledger import write
from billtext.model import Date
from billtext.outside import (
    import_dates,
    import_register,
    import_rows,
    import_toml,
    import_write,
    ledger_scan,
    switching,
)
from billtext.outside.import_book import Document, decide
from billtext.outside.import_dates import Dated
from billtext.outside.import_documents import Sorter
from billtext.outside.import_mapping import ImportMapping
from billtext.outside.import_totals import ALREADY, BOOKED, Tally
from billtext.outside.import_write import Progress
from billtext.outside.ledger_scan import Known
from billtext.rendering import escape

_EVERY = 2000  # rows between two reports of progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an import did.

    :param futile: the first refusal, where rows were read and all of them were refused; else empty
    :param dated: what the ledger knew only from a later day, and was dated back
    :param written: files of the ledger that were written, in order; empty on a trial
    :param refused: file of the refused rows, or None where there are none or on a trial
    """

    tally: Tally
    warnings: tuple[str, ...]
    documents: int
    customers: int
    items: int
    futile: str = ""
    dated: tuple[Dated, ...] = ()
    written: tuple[Path, ...] = ()
    refused: Path | None = None


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
        switching.recover(top.parent)
    known = ledger_scan.scan(top)
    sorter = _sort(table, mapping, known, limit, progress)
    documents = decide(sorter)
    sorter.tally.prove()
    customers, warnings = import_register.customers(documents, sorter)
    plan = import_write.Plan(
        source=f"{shown(table.name)}, by {shown(mapping_file.name)}", documents=documents, customers=customers,
        items=import_register.items(documents, sorter), accounts=_accounts(documents, customers, known),
        series=[one for one in mapping.series if documents and known.register.get("series", one.id) is None],
        payee=_payee(sorter), dated=import_dates.earlier(documents, customers, known),
    )  # fmt: skip
    done = Outcome(
        tally=sorter.tally, warnings=tuple(warnings), documents=len(documents), customers=len(customers),
        items=len(plan.items), futile=_futile(sorter), dated=tuple(plan.dated),
    )  # fmt: skip
    if trial:
        return done
    place = (refused or top.parent / "imports" / f"refused-{_stem(table)}.csv").resolve()
    if place == table.resolve():
        raise Refused(f"{table} is read and would be overwritten by the refused rows; name another file with --refused")
    text = _refused(table, mapping, sorter.refused) if sorter.refused or place.exists() else None
    written = import_write.write(top, known, plan, (place, text, mapping.encoding), progress)
    return replace(done, written=written, refused=place if sorter.refused else None)


def _futile(sorter: Sorter) -> str:
    done = {ALREADY, *BOOKED.values()}
    if not sorter.refused or any(category in done for category, _ in sorter.tally.counts):
        return ""
    first = min(sorter.refused)
    return f"row {first}: {sorter.refused[first]}"


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
    """The name on a transaction; for a person or a guest the id, since names of people stand in the register only."""
    mapping, register = sorter.mapping, sorter.known.register
    name = sorter.get(mapping.customer.fields["name"])

    def payee(document: Document) -> str:
        values = register.values("customer", document.customer, document.date)
        kind = values.get("kind", "company") if values else mapping.customer.kind
        if kind in {"person", "guest"} or (mapping.walk_in is not None and document.customer == mapping.walk_in[0]):
            return document.customer
        return str(values.get("name", "")) if values else write.clean(name(document.cells))

    return payee


def _accounts(
    documents: Iterable[Document], customers: Iterable[import_register.NewRecord], known: Known
) -> dict[str, Date]:
    """Accounts that are not open yet, with the day of their first use; a new customer's stands beside the customer."""
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

    The cells are those of the source, but for a guard against formulas, which `import_rows` takes off again.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=mapping.delimiter, lineterminator="\n")
    with import_rows.opened(table, mapping) as source:
        writer.writerow([*import_rows.REFUSED, *map(escape.guarded, source.header)])
        for line, cells in source.rows if reasons else ():
            reason = reasons.get(line)
            if reason is not None:
                writer.writerow([line, escape.csv_cell(reason), *map(escape.guarded, cells)])
    return text.getvalue()
