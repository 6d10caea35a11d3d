"""Issue drafts: give each its number, its date and its payment reference, and append it to the ledger."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from billtext.errors import LedgerError, Refused
from billtext.ledger import drafts as draft_reader
from billtext.ledger import key_lines, load, write
from billtext.model import Date, Draft, Register
from billtext.money import ZERO
from billtext.outside import attachments
from billtext.outside.attachment_copies import Copies
from billtext.outside.desk import Desk
from billtext.outside.draft_files import Found
from billtext.rendering import drafts as drafts_text
from billtext.rendering import ledger_text
from billtext.rules import collecting, drafts, legal, references, seals, supply
from billtext.rules.numbering import Given, Numbers
from billtext.rules.prepared import Prepared, Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A document that has been issued.

    :param reference: `kid` or `reference` with its value, or nothing
    :param void: numbers that were skipped for it
    """

    number: str
    prepared: Prepared
    reference: dict[str, str]
    void: tuple[str, ...]
    text: str


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of an issue: documents in the order of their numbers, and the drafts refused with their reasons."""

    issued: list[Issued] = field(default_factory=list)
    refused: list[tuple[Draft, list[LedgerError | Refused]]] = field(default_factory=list)


def rates(entries: Sequence[Any]) -> Rates:
    """Rates of a ledger by its `price` directives: the latest on or before a day."""
    from beancount.core import prices

    known: Any = prices.build_price_map(entries)

    def rate(currency: str, company: str, date: Date) -> Decimal | None:
        try:
            found: tuple[Any, Decimal | None] = prices.get_price(known, (currency, company), date)
        except KeyError:
            return None
        return found[1]

    return rate


Group = tuple[list[tuple[Found, Draft]], Prepared]


def issue(desk: Desk, wanted: Sequence[tuple[Found, Draft]], date: Date, *, atomic: bool = False,
          collect: bool = False, checked: bool = False, delivery: Date | None = None,
          place: str = "",
          file: Callable[[Sequence[Issued]], Mapping[str, Refused]] | None = None) -> Outcome:  # fmt: skip
    """Issue drafts on a day, as far as they are right; what is decided is not written before `Desk.commit`.

    :param atomic: all of them or none
    :param collect: one invoice of the drafts of a customer for a month
    :param checked: what only the ledger sees is looked for here too, so that it keeps back its own draft alone
    :param delivery: day on which was delivered what drafts do not say it of
    :param place: where was delivered what drafts do not say it of, if not at the customer's address
    :param file: puts documents into the archive, and tells why some cannot be there, by their numbers
    :raises Refused: with `atomic`, a draft is wrong; or the ledger has no number for one
    """
    register = desk.book.register
    known_rates = rates(desk.loaded.entries)
    wrong: list[tuple[Draft, list[LedgerError | Refused]]] = []
    right: list[Group] = []
    for found, draft in wanted:
        one, mistakes = drafts.prepare(
            draft, register, known_rates, date, delivery, place, corrected=desk.book.ledger.documents
        )
        errors: list[LedgerError | Refused] = [*told_at(found, mistakes)]
        if one is not None:
            errors += [*legal.check(one, register), *_missing(desk, draft)]
        if one is None or errors:
            wrong.append((draft, errors))
        else:
            right.append(([(found, draft)], one))
    groups = list(_collected(right, register) if collect else right)
    before = desk.mark()
    outcome, places = _batch(desk, groups, date)
    while groups:
        if checked and (seen := desk.check()):
            why = _blamed(seen, places, str(desk.path(_file(date))))
            if not why:  # told elsewhere, as at a document that was there before: the first draft with which it comes
                n = _first_wrong(desk, groups, date, before)
                why = {n: [Refused(str(error.message)) for error in seen]}
        elif file is not None and (unfiled := file(outcome.issued)):
            of = {one.number: n for one, (n, _, _) in zip(outcome.issued, reversed(places), strict=True)}
            why = {of[number]: [_unfiled(number, told)] for number, told in unfiled.items()}
        else:
            break
        for n, reasons in why.items():
            wrong += [(draft, list(reasons)) for _, draft in groups[n][0]]
        groups = [group for n, group in enumerate(groups) if n not in why]
        desk.back(before)
        outcome, places = _batch(desk, groups, date)
    outcome.refused = wrong + outcome.refused
    if atomic and outcome.refused:
        desk.back(before)
        return replace(outcome, issued=[])
    return outcome


def told_at(found: Found, mistakes: Iterable[LedgerError]) -> list[LedgerError]:
    """Mistakes of drafts of a file, those about a key at the line of that key."""
    return key_lines.at_their_keys(mistakes, lambda names: dict.fromkeys(names, found.text))


def _missing(desk: Desk, draft: Draft) -> list[Refused]:
    """Why a draft could go to nobody once it has a number: a file that it names is not there."""
    try:
        attachments.read(desk.book, desk.root, draft.entry.meta)
    except Refused as why:
        return [why]
    return []


def _unfiled(number: str, why: Refused) -> Refused:
    """Why a draft cannot be filed, without the number that another one has now.

    It stands at the end of the sentence's first part, as in `Invoice 1: no font has “1日”`, and nowhere else.

    >>> str(_unfiled("1", Refused("Invoice 1: no font has \u201c1\u65e5\u201d")))
    'it cannot be filed: Invoice NUMBER: no font has \u201c1\u65e5\u201d'
    """
    first, colon, rest = str(why).partition(": ")
    if first == number or first.endswith(f" {number}"):
        first = first.removesuffix(number) + drafts_text.NUMBER
    return Refused(f"it cannot be filed: {first}{colon}{rest}")


def _file(date: Date) -> str:
    return f"invoices/{date.year:04}.beancount"


def _blamed(errors: Iterable[Any], places: Sequence[tuple[int, int, int]], file: str) -> dict[int, list[Refused]]:
    """Errors by the number of the group in whose text they are.

    :param places: of each document its group, and its first line and the one after its last
    """
    found: dict[int, list[Refused]] = {}
    for error in errors:
        source = error.source or {}
        line = source.get("lineno", 0)
        for n, first, end in places:
            if first <= line < end and str(source.get("filename")) == file:
                found.setdefault(n, []).append(Refused(str(error.message)))
    # Of drafts that cannot be issued both, the first may be right: what is told of it alone counts.
    if len(found) > 1:
        return {n: found[n] for n in sorted(found)[1:]} if _same(found) else found
    return found


def _same(found: dict[int, list[Refused]]) -> bool:
    """Whether errors of several documents are of one kind that only comes of their being together: equal sentences."""
    return len({str(reasons[0]) for reasons in found.values()}) == 1


def _first_wrong(desk: Desk, groups: Sequence[Group], date: Date, before: Any) -> int:
    """The number of the first group with which, after those before it, the ledger has an error."""
    low, high = 0, len(groups) - 1  # the errors come with one of these
    while low < high:
        middle = (low + high) // 2
        desk.back(before)
        _batch(desk, groups[: middle + 1], date)
        if desk.check():
            high = middle
        else:
            low = middle + 1
    return low


def _batch(desk: Desk, groups: Sequence[Group], date: Date) -> tuple[Outcome, list[tuple[int, int, int]]]:
    """Give documents their numbers and texts, and put them on the desk.

    :return: and of each document the number of its group, and its first line and the one after its last
    """
    outcome = Outcome()
    register = desk.book.register
    numbers = Numbers(register, known=desk.book.numbers)
    opened = {entry.account for entry in desk.loaded.entries if type(entry).__name__ == "Open"}
    credited, copies = _Credits(desk), Copies(desk, date)
    done: list[tuple[Found, Draft]] = []
    writers: list[tuple[Callable[..., str], str]] = []
    voids: list[str] = []
    mine: list[int] = []
    for n, (origins, prepared) in enumerate(groups):
        try:
            attached = copies.read(prepared)
            settles = credited.settles(prepared)
            given, reference = _number(desk, prepared, numbers)
        except Refused as error:
            outcome.refused += [(draft, [error]) for _, draft in origins]
            continue
        account = f"{register.options.receivable}:{prepared.customer}"
        if account not in opened:
            opened.add(account)
            desk.append(_home(desk, prepared.customer), write.opening(date, account))
        prepared = copies.file(prepared, given.number, attached)
        writer = partial(
            ledger_text.issued, prepared, given.number, receivable=register.options.receivable,
            company=register.currency, rounding=register.options.rounding, reference=reference, settles=settles,
        )  # fmt: skip
        writers.append((writer, given.series))
        mine.append(n)
        reason = {"reason": "no MOD11 check digit for its KID"}
        voids += [write.custom(date, "void", number, meta=reason) for number in given.void]
        outcome.issued.append(
            Issued(number=given.number, prepared=prepared, reference=reference, void=given.void, text="")
        )
        done += origins
    texts = _sealed(desk, writers)
    outcome.issued = [replace(one, text=text) for one, text in zip(outcome.issued, texts, strict=True)]
    places: list[tuple[int, int, int]] = []
    if texts:
        desk.append(
            _file(date),
            "\n".join([*voids, *texts]),
            head=f"; Invoices and credit notes of {date.year}, in the order of issue.\n",
        )
        end = desk.next_line(_file(date))
        for n, text in zip(reversed(mine), reversed(texts), strict=True):
            first = end - text.count("\n")
            places.append((n, first, end))
            end = first - 1
    _remove(desk, done)
    return outcome, places


def _sealed(desk: Desk, writers: Sequence[tuple[Callable[..., str], str]]) -> list[str]:
    """Texts of documents with their seals, each of which follows the last one of its series.

    :param writers: of each document what writes it, and its series
    """
    if not writers:
        return []
    heads = {name: seals.head(documents) for name, documents in seals.chains(desk.book.ledger).items()}
    parts, places = [writer() for writer, _ in writers], [1]
    for part in parts:
        places.append(places[-1] + part.count("\n"))
    entries, _ = load.parse("".join(parts), "")
    found = {entry.meta["lineno"]: entry for entry in entries}
    texts = []
    for (writer, series), place in zip(writers, places, strict=False):
        heads[series] = seals.seal(found[place], heads.get(series, ""))
        texts.append(writer(seal=heads[series]))
    return texts


def _collected(right: Iterable[Group], register: Register) -> list[Group]:
    """Invoices of a customer for a month made one (bokføringsforskriften § 5-2-3); credit notes stay alone.

    So does what says something else of the whole: its order, terms, due date, note or any other key; and what was
    delivered at other rates of VAT.
    """
    groups: dict[tuple[Any, ...], list[Group]] = {}
    for n, (origins, one) in enumerate(right):
        alone = one.draft.kind != "invoice" or len(one.instalments) > 1
        key = (n,) if alone else (
            one.customer, one.currency, one.rate, one.draft.entry.meta.get("series"), one.instalments[0][0],
            collecting.month(one), bisect_right(register.rate_changes, one.tax_point),
            frozenset((k, v) for k, v in one.keys.items() if k not in supply.KEYS),
        )  # fmt: skip
        groups.setdefault(key, []).append((origins, one))
    collected = []
    for group in groups.values():
        one = collecting.together([one for _, one in group], register)
        if one.gross < 0 or (one.rounding and register.options.rounding is None):
            collected += group  # each comes to a document, and all of them do not
        else:
            collected.append(([origin for origins, _ in group for origin in origins], one))
    return collected


def _number(desk: Desk, prepared: Prepared, numbers: Numbers) -> tuple[Given, dict[str, str]]:
    options, date = desk.book.register.options, prepared.date
    kid_layout, rf_layout = options.at("kid-layout", date), options.at("rf-layout", date)
    home = prepared.rate is None
    series = prepared.draft.entry.meta.get("series")
    kind = prepared.draft.kind
    if kind == "invoice" and "kid" not in prepared.keys and "reference" not in prepared.keys:
        if home and kid_layout is not None:
            method = options.at("kid", date)[0]

            def kid(number: str) -> str | None:
                return references.kid(kid_layout, method, prepared.customer, number)

            given = numbers.give(kind, date, series, lambda number: kid(number) is not None)
            return given, {"kid": kid(given.number) or ""}
        if not home and rf_layout is not None:
            given = numbers.give(kind, date, series)
            reference = references.creditor_reference(rf_layout, prepared.customer, given.number)
            return given, {} if reference is None else {"reference": reference}
    return numbers.give(kind, date, series), {}


def _home(desk: Desk, customer: str) -> Path:
    """The file in which the register has a customer."""
    record = desk.book.register.get("customer", customer)
    name = None if record is None else record.versions[0].meta.get("filename")
    return Path(str(name)) if name and Path(str(name)).is_file() else desk.path(f"customers/{customer}.beancount")


class _Credits:
    """How far the invoices that credit notes correct are open, as the credit notes are issued one after the other."""

    def __init__(self, desk: Desk) -> None:
        self.book = desk.book
        self._open: dict[str, Decimal] = {}

    def settles(self, prepared: Prepared) -> list[tuple[str | None, Decimal]]:
        """What a credit note settles: its invoice as far as that is open; the rest stays open itself."""
        corrects = prepared.keys.get("corrects")
        if prepared.draft.kind == "invoice" or corrects is None:
            return []
        invoice = self.book.ledger.documents.get(corrects)
        if invoice is None:
            raise Refused(f"it corrects {corrects}, which is not in the ledger; correct the number")
        if corrects not in self._open:
            self._open[corrects] = sum((self.book.allocations.open(i, Date.max) for i in invoice.items), ZERO)
        part = min(prepared.gross, self._open[corrects])
        self._open[corrects] -= part
        parts: list[tuple[str | None, Decimal]] = [(corrects, part)] if part else []
        return parts + ([(None, prepared.gross - part)] if prepared.gross != part or not parts else [])


def _remove(desk: Desk, done: Iterable[tuple[Found, Draft]]) -> None:
    """Take drafts out of their files."""
    files: dict[Path, tuple[Found, list[Draft]]] = {}
    for found, draft in done:
        files.setdefault(found.path, (found, []))[1].append(draft)
    for path, (found, drafts_) in files.items():
        desk.replace(path.resolve(), draft_reader.without(found.text, drafts_), was=found.text)
