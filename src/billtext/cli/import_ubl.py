"""`billtext import ubl`."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from billtext.cli.common import Face, counted, example, say
from billtext.cli.writing import Number, changing, done, force, trial
from billtext.errors import shown

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from billtext.errors import Refused
    from billtext.outside.einvoice_import import Brought, Waiting
    from billtext.rules.incoming import There

SHOWN = 20
_LONGEST = 78  # characters of a place, of which the end is told


@click.command(
    name="ubl",
    epilog=example("billtext import ubl invoice.xml --dry-run", "billtext import ubl old/*.xml --income Income:Sales"),
)
@click.argument("names", metavar="FILE…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--customer", metavar="ID", help="Whose it is. Else the buyer is recognised, or becomes a new customer.")
@click.option(
    "--kind", type=click.Choice(["company", "person", "public", "guest"]), default="company", show_default=True,
    help="What a new customer is.",
)  # fmt: skip
@click.option("--income", metavar="ACCOUNT", help="Where lines go whose item has no account.")
@click.option("--prepaid", metavar="ACCOUNT", help="Where money went that was paid before. Else the bank account.")
@click.option("--rate", type=Number(), metavar="RATE", help="Of a foreign currency to ours, where nothing tells it.")
@trial
@force
@click.pass_obj
def command(
    face: Face, names: tuple[Path, ...], customer: str | None, kind: str, income: str | None, prepaid: str | None,
    rate: Decimal | None, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Import e-invoices that we sent from another system: UBL, CII, or a Factur-X PDF with one in it.

    Each FILE becomes a document of the ledger that shows every business term of the file, and a customer where the
    buyer is not in the register yet. The seller must be our company; a ledger without one gets it from the first file.
    A file that cannot be booked is told with the reason, and the others are booked in one change; exit status 1 then.
    Files that follow a missing number of a series wait for it, and are told in one line: once the file with that number
    is mended, all of them can be imported.
    """
    from billtext.errors import Refused
    from billtext.outside import einvoice_files, einvoice_import
    from billtext.rules.incoming import There, texts
    from billtext.rules.incoming_work import Wishes

    wishes = Wishes(customer=customer, income=income, prepaid=prepaid, rate=rate, kind=kind)
    found = []
    lost: dict[Path, list[tuple[str, str]]] = {}
    reasons = []
    for path in names:
        try:
            one, beside = einvoice_files.read(path)
            found.append((path, one))
            lost[path] = beside
        except Refused as error:
            if len(names) == 1:
                raise
            reasons.append(str(error))
    found.sort(key=lambda pair: (pair[1].date, pair[1].number))
    brought: list[tuple[Path, Brought]] = []
    others: list[Refused] = []
    wrong: set[str] = set()
    with changing(face, force=force) as desk:
        work = einvoice_import.Import(desk, wishes)
        for path, one in found:
            try:
                brought.append((path, work.bring(one)))
            except Refused as error:
                if len(names) == 1:
                    raise
                if isinstance(error, einvoice_import.Waiting | There):
                    others.append(error)
                else:
                    reasons.append(f"{path}: {error}")
                    wrong.add(one.number)
        if brought and not trial:
            desk.commit()
        for path, each in brought:
            if trial:
                say(texts([each.incoming]), nl=False)
            else:
                say(f"{each.incoming.number} of {each.incoming.date} for {each.incoming.customer}, from {path.name}")
            _tell(each)
        _tell_lost({path: lost[path] for path, _ in brought})
        done(desk)
    for reason in reasons:
        say(f"refused: {reason}", err=True)
    for line in _together(others, wrong):
        say(line, err=True)
    left = len(reasons) + len(others)
    if left:
        raise Refused(f"{left:,} of {counted(len(names), 'file')} not imported")


def _together(several: "Sequence[Refused]", wrong: "Container[str]") -> list[str]:
    """A sentence for all documents that are in the ledger already, and one for those that wait for the same number.

    :param wrong: numbers of documents that were refused themselves
    """
    from billtext.outside.einvoice_import import GAPLESS, Waiting
    from billtext.rules.incoming import There

    there = [one for one in several if isinstance(one, There)]
    told = [str(one) for one in there if len(there) == 1]
    if len(there) > 1:
        told.append(f"{len(there):,} files are in the ledger already and not imported twice: {_span(there)}")
    waiting: dict[str, list[Waiting]] = {}
    for one in several:
        if isinstance(one, Waiting):
            waiting.setdefault(one.missing, []).append(one)
    for number, each in waiting.items():
        head = f"{counted(len(each), 'file')} {'waits' if len(each) == 1 else 'wait'} for number {number}"
        void = f'explain it with `custom "void" "{number}"`'
        told.append(
            f"{head}, which was refused: {_span(each)}; mend it and import all of them" if number in wrong else
            f"{head}: {_span(each)}; import it with them, or {void}, {GAPLESS}"
        )  # fmt: skip
    return told


def _span(several: "Sequence[There | Waiting]") -> str:
    """The number of the only one, or the first and the last."""
    first, last = several[0].number, several[-1].number
    return first if len(several) == 1 else f"{first} to {last}"


def _tell(brought: "Brought") -> None:
    for text in brought.incoming.told:
        say(f"note: {text}", err=True)
    for name, file, ledger in brought.differs[:SHOWN]:
        say(f"warning: {name} is {_short(file)} in the file and {_short(ledger)} in the ledger", err=True)
    if len(brought.differs) > SHOWN:
        say(f"warning: and {len(brought.differs) - SHOWN} more of this kind", err=True)


def _tell_lost(lost: "Mapping[Path, Sequence[tuple[str, str]]]") -> None:
    """Say what files tell beside the business terms of a document: the first of each place, and how many more."""
    first: dict[str, tuple[str, Path]] = {}
    count: Counter[str] = Counter()
    for path, several in lost.items():
        for place, text in several:
            first.setdefault(place, (text, path))
            count[place] += 1
    for place, (text, path) in list(first.items())[:SHOWN]:
        others = f", and {count[place] - 1:,} more in that place" if count[place] > 1 else ""
        told = f"{path.name} says {_end(place)} {_short(text)}{others}"
        say(f"note: {told}, which is left out: EN 16931 has no such term, or not so many", err=True)
    if len(first) > SHOWN:
        say(f"note: and {len(first) - SHOWN:,} more places of this kind", err=True)


def _end(place: str) -> str:
    return place if len(place) <= _LONGEST else f"…{place[-_LONGEST:]}"


def _short(text: str) -> str:
    return repr(shown(text)) if text else "nothing"
