"""Issue drafts: give each its number, its date and its payment reference, and append it to the ledger."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from billtext.errors import LedgerError, Refused
from billtext.ledger import drafts as draft_reader
from billtext.ledger import load, write
from billtext.model import Date, Draft, Register
from billtext.money import ZERO
from billtext.outside.desk import Desk
from billtext.outside.draft_files import Found
from billtext.rendering import ledger_text
from billtext.rules import drafts, references, seals
from billtext.rules.drafts import Prepared, Rates
from billtext.rules.numbering import Given, Numbers


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


def issue(desk: Desk, wanted: Sequence[tuple[Found, Draft]], date: Date, *, atomic: bool = False,
          collect: bool = False) -> Outcome:  # fmt: skip
    """Issue drafts on a day, as far as they are right; what is decided is not written before `Desk.commit`.

    :param atomic: all of them or none
    :param collect: one invoice of the drafts of a customer for a month
    :raises Refused: with `atomic`, a draft is wrong; or the ledger has no number for one
    """
    outcome = Outcome()
    register = desk.book.register
    numbers = Numbers(desk.book.ledger)
    known_rates = rates(desk.loaded.entries)
    opened = {entry.account for entry in desk.loaded.entries if type(entry).__name__ == "Open"}
    credited = _Credits(desk)
    done: list[tuple[Found, Draft]] = []
    writers: list[tuple[Callable[..., str], str]] = []
    voids: list[str] = []
    right: list[tuple[list[tuple[Found, Draft]], Prepared]] = []
    for found, draft in wanted:
        one, errors = drafts.prepare(draft, register, known_rates, date)
        if one is None:
            outcome.refused.append((draft, list(errors)))
        else:
            right.append(([(found, draft)], one))
    for origins, prepared in _collected(right, register) if collect else right:
        draft = prepared.draft
        try:
            settles = credited.settles(prepared)
            given, reference = _number(desk, prepared, numbers)
        except Refused as error:
            outcome.refused.append((draft, [error]))
            continue
        writer = partial(
            ledger_text.issued, prepared, given.number, receivable=register.options.receivable,
            company=register.currency, rounding=register.options.rounding, reference=reference, settles=settles,
        )  # fmt: skip
        writers.append((writer, given.series))
        account = f"{register.options.receivable}:{prepared.customer}"
        if account not in opened:
            opened.add(account)
            desk.append(_home(desk, prepared.customer), write.opening(date, account))
        reason = {"reason": "no MOD11 check digit for its KID"}
        voids += [write.custom(date, "void", number, meta=reason) for number in given.void]
        outcome.issued.append(
            Issued(number=given.number, prepared=prepared, reference=reference, void=given.void, text="")
        )
        done += origins
    if atomic and outcome.refused:
        return replace(outcome, issued=[])
    texts = _sealed(desk, writers)
    outcome.issued = [replace(one, text=text) for one, text in zip(outcome.issued, texts, strict=True)]
    if texts:
        name = f"invoices/{date.year:04}.beancount"
        desk.append(
            name,
            "\n".join([*voids, *texts]),
            head=f"; Invoices and credit notes of {date.year}, in the order of issue.\n",
        )
    _remove(desk, done)
    return outcome


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


def _collected(
    right: Iterable[tuple[list[tuple[Found, Draft]], Prepared]], register: Register
) -> list[tuple[list[tuple[Found, Draft]], Prepared]]:
    """Invoices of a customer for a month made one (bokføringsforskriften § 5-2-3); credit notes stay alone.

    So does what says something else of the whole: its order, terms, due date, note or any other key.
    """
    groups: dict[tuple[Any, ...], list[tuple[list[tuple[Found, Draft]], Prepared]]] = {}
    for n, (origins, one) in enumerate(right):
        alone = one.draft.kind != "invoice" or len(one.instalments) > 1
        key = (n,) if alone else (
            one.customer, one.currency, one.rate, one.draft.entry.meta.get("series"), one.instalments[0][0],
            drafts.month(one), frozenset((k, v) for k, v in one.keys.items() if k not in drafts.DELIVERED),
        )  # fmt: skip
        groups.setdefault(key, []).append((origins, one))
    collected = []
    for group in groups.values():
        one = drafts.together([one for _, one in group], register)
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
