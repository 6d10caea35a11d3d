"""Write an import: new text beside the old, read back and compared, and put in place all at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path

from billtext.errors import Refused
from billtext.model import Date
from billtext.outside import files, import_dates, import_text, ledger_scan, switching
from billtext.outside.import_book import Document
from billtext.outside.import_dates import Dated
from billtext.outside.import_mapping import Series
from billtext.outside.import_register import NewRecord
from billtext.outside.ledger_scan import Known

# What is told of the work in progress: what is being done, how much is done, of how much.
Progress = Callable[[str, int, int], None]
_EVERY = 2000  # documents between two reports


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be written: documents, and what of the register and the accounts they need."""

    source: str
    documents: list[Document]
    customers: list[NewRecord]
    items: list[NewRecord]
    series: list[Series]
    accounts: dict[str, Date]
    dated: list[Dated]
    payee: Callable[[Document], str]


def write(
    top: Path, known: Known, plan: Plan, refused: tuple[Path, str | None, str], progress: Progress
) -> tuple[Path, ...]:
    """Write everything beside the ledger, read it back, and put it in place at once.

    :param refused: file of the refused rows, its text (None: leave it alone) and its encoding
    :return: the ledger's files that were written, in order
    :raises Refused: something cannot be written, or was not written as it was decided
    """
    try:
        return _write(top, known, plan, refused, progress)
    except OSError as error:
        raise Refused(
            f"{error.filename or top.parent}: cannot be written ({error.strerror}); mend that and run the command "
            "again, which books all or nothing"
        ) from None


def _write(
    top: Path, known: Known, plan: Plan, refused: tuple[Path, str | None, str], progress: Progress
) -> tuple[Path, ...]:
    place, text, encoding = refused
    inside = place.is_relative_to(top.parent)
    with switching.Switch(top.parent) as switch:
        dated = _dates(switch, plan)
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
    return tuple(dict.fromkeys([*dated, *paths]))


def _dates(switch: switching.Switch, plan: Plan) -> list[Path]:
    """Date back what documents need; what is appended to one of these files comes after it."""
    changes = import_dates.by_file(plan.dated)
    for path, own in changes.items():
        with switch.writing(path) as file, path.open(encoding="utf-8", newline="") as old:
            file.write(import_dates.rewritten(old, own))
    return list(changes)


def _register(switch: switching.Switch, root: Path, known: Known, plan: Plan) -> list[Path]:
    """Write accounts, series and items, and the customers apart from them."""
    receivable = known.register.options.receivable
    first = plan.documents[0].date if plan.documents else None
    rest: Iterator[str] = iter(())
    if first is not None and (plan.accounts or plan.series or plan.items):
        rest = chain(
            [f"\n; ---- from {plan.source}\n\n"], import_text.accounts(plan.accounts),
            import_text.series(plan.series, first), import_text.items(plan.items),
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


def _documents(switch: switching.Switch, root: Path, known: Known, plan: Plan, progress: Progress) -> list[Path]:
    """Write the documents, one file a year, and read them back."""
    register = known.register
    customers = {**register.of("customer"), **{new.id: new.record("customer") for new in plan.customers}}
    writer = import_text.Writer(register.options.receivable, register.currency, plan.payee, customers)
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
    with path.open(encoding="utf-8") as file:
        file.seek(start)
        count = 0
        for number, amounts in import_text.read_back(file):
            document = next(wanted, None)
            if document is None or number != document.number or amounts[0] != document.total or sum(amounts) != 0:
                raise Refused(
                    f"document {number} was not written as it was decided; nothing was changed, please report it"
                )
            count += len(amounts) - 1 - len(document.vats)
    if next(wanted, None) is not None or count != sum(len(document.lines) for document in documents):
        raise Refused("not all documents were written; nothing was changed, please report it")
