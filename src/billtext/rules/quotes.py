"""Cost estimates and quotes: what they come to, and what became of them. Pure.

The price of a line with `cost:` and `markup:` is cost × (1 + markup / 100), rounded half away from zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount
from beancount.core.data import Posting

from billtext.errors import DraftLineError, LedgerError
from billtext.ledger.accounts import Receivables
from billtext.ledger.quotes import Quote
from billtext.ledger.schema import QUOTE, QUOTE_POSTING
from billtext.model import Date, Draft, Register
from billtext.money import CONTEXT, HUNDRED, ZERO, nearest, number, rounded
from billtext.rules import drafts, prepared
from billtext.rules.prepared import Prepared, Rates

KINDS = ("labour", "materials", "other")
DISCOUNT = "discount"
STATUSES = ("open", "expired", "accepted", "declined")
MARK = "quote-line"  # on a line of a draft or an invoice: the line of the quote that it bills

# UN/ECE Rec 20: hours and minutes are labour; pieces, lengths, areas, volumes and weights are materials.
_LABOUR = {"HUR", "MIN"}
_MATERIALS = {"H87", "MTR", "MTK", "MTQ", "LTR", "KGM", "TNE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a quote.

    :param n: its number, counted from 1
    :param amount: with VAT where the quote's prices have it
    :param net: without VAT
    :param taxed: the line as an invoice would have it, without VAT in its price
    :param cost: what it costs us; None if that is not known
    """

    n: int
    kind: str
    optional: bool
    line: prepared.Line
    net: Decimal
    taxed: prepared.Line
    cost: Decimal | None
    markup: Decimal | None

    @property
    def amount(self) -> Decimal:
        """What it comes to in the prices of the quote."""
        return self.line.net


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a quote comes to.

    :param base: the document that it would be without its optional lines
    :param lines: all of them, in order
    """

    quote: Quote
    base: Prepared
    lines: tuple[Line, ...]

    @property
    def currency(self) -> str:
        """Its currency."""
        return self.base.currency

    @property
    def required(self) -> tuple[Line, ...]:
        """The lines that are not optional."""
        return tuple(line for line in self.lines if not line.optional)

    @property
    def whole(self) -> tuple[prepared.Line, ...]:
        """The lines that the discount on the whole of it makes, one for each VAT code."""
        return tuple(line for line in self.base.lines if _mark(line) < 0)

    @property
    def discount(self) -> Decimal:
        """Percent off the whole of it."""
        percent = self.quote.draft.entry.meta.get("discount")
        return percent if isinstance(percent, Decimal) else ZERO

    @property
    def costs(self) -> Decimal:
        """Cost of the lines that have one and are not optional."""
        return sum((line.cost for line in self.required if line.cost is not None), ZERO)

    @property
    def margin(self) -> Decimal:
        """What the lines that have a cost bring beyond it, optional ones and a discount on the whole apart."""
        return sum((line.net - line.cost for line in self.required if line.cost is not None), ZERO)

    @property
    def margin_percent(self) -> Decimal | None:
        """The margin in percent of the price of these lines, to a tenth."""
        price = self.costs + self.margin
        if not price:
            return None
        return nearest(CONTEXT.divide(self.margin * HUNDRED, price), Decimal("0.1"))


def estimate(quote: Quote, register: Register, rates: Rates) -> tuple[Estimate | None, list[LedgerError]]:
    """Work out what a quote comes to, in the prices of its day.

    :return: None if a mistake stands in the way, and the mistakes
    """
    entry, date = quote.draft.entry, quote.date
    marked = [_marked(posting, n) for n, posting in enumerate(entry.postings)]
    optional = {n for n, posting in enumerate(entry.postings) if (posting.meta or {}).get("optional") is True}
    header = {key: value for key, value in entry.meta.items() if key not in QUOTE} | {"invoice": None}
    bare = {key: value for key, value in header.items() if key not in {"prices", DISCOUNT}}
    plain_, errors = drafts.prepare(_draft(quote, bare, _without_shares(marked, register)), register, rates, date,
        corrected={},
    )  # fmt: skip
    base, more = drafts.prepare(
        _draft(quote, header, [p for n, p in enumerate(marked) if n not in optional]), register, rates, date,
        corrected={},
    )  # fmt: skip
    known = {(error.line, error.message) for error in errors}
    errors += [error for error in more if (error.line, error.message) not in known]
    if plain_ is None or base is None or errors:
        return None, errors
    taxed = {_mark(line): line for line in base.lines}
    if optional:
        rest = [posting for n, posting in enumerate(marked) if n in optional]
        alone = {key: value for key, value in header.items() if key != DISCOUNT} | {"customer": base.customer}
        extra, errors = drafts.prepare(_draft(quote, alone, rest), register, rates, date, corrected={})
        if extra is None:
            return None, errors
        taxed |= {_mark(line): line for line in extra.lines}
    lines = []
    for n, line in enumerate(plain_.lines, 1):
        index = _mark(line)
        meta = entry.postings[index].meta or {}
        unit, without = line.keys.get("unit"), taxed.get(index, line)
        lines.append(Line(
            n=n, kind=_kind(meta, unit), optional=index in optional, line=line, net=without.net, taxed=without,
            cost=_cost(meta, line, plain_.currency), markup=meta.get("markup"),
        ))  # fmt: skip
    found = Estimate(quote=quote, base=base, lines=tuple(lines))
    errors = [*_foreign_costs(quote, base.currency), *_wrong_events(found)]
    return (None if errors else found), errors


def _draft(quote: Quote, meta: Mapping[str, Any], postings: list[Posting]) -> Draft:
    of = quote.draft
    entry = of.entry._replace(meta=dict(meta), postings=postings)
    return Draft(name=of.name, kind="invoice", file=of.file, first=of.first, last=of.last, entry=entry)


def _marked(posting: Posting, n: int) -> Posting:
    """A posting with its price worked out, and its place among the postings."""
    meta = {key: value for key, value in (posting.meta or {}).items() if key not in QUOTE_POSTING}
    cost = (posting.meta or {}).get("cost")
    markup = (posting.meta or {}).get("markup")
    priced = bool({"price", "item"} & meta.keys()) or isinstance(posting.units, Amount)
    if isinstance(cost, Amount) and (isinstance(markup, Decimal) or not priced):
        meta["price"] = Amount(price(number(cost), markup or ZERO, cost.currency), cost.currency)
    return posting._replace(meta={**meta, MARK: Decimal(n)})


def price(cost: Decimal, markup: Decimal, currency: str) -> Decimal:
    """The price of a cost with its mark-up.

    :param markup: percent

    >>> price(Decimal("118.30"), Decimal("22.5"), "NOK")
    Decimal('144.92')
    """
    return rounded(CONTEXT.divide(CONTEXT.multiply(cost, HUNDRED + markup), HUNDRED), currency)


def _without_shares(postings: Iterable[Posting], register: Register) -> list[Posting]:
    """Without the instalments, but one that names the customer."""
    owners = Receivables(register)
    found, seen = [], False
    for posting in postings:
        if owners[posting.account] is not None:
            if seen:
                continue
            seen = True
            posting = posting._replace(meta={k: v for k, v in (posting.meta or {}).items() if k != "share"})
        found.append(posting)
    return found


def _mark(line: prepared.Line) -> int:
    mark = line.keys.get(MARK)
    return int(mark) if isinstance(mark, Decimal) else -1


def _kind(meta: Mapping[str, Any], unit: object) -> str:
    said = meta.get("kind")
    if isinstance(said, str):
        return said
    if unit in _LABOUR:
        return "labour"
    return "materials" if unit in _MATERIALS or "cost" in meta else "other"


def _cost(meta: Mapping[str, Any], line: prepared.Line, currency: str) -> Decimal | None:
    cost = meta.get("cost")
    if not isinstance(cost, Amount):
        return None
    per = line.keys.get("price-per") or Decimal(1)
    return rounded(CONTEXT.divide(CONTEXT.multiply(line.quantity or Decimal(1), number(cost)), per), currency)


def _foreign_costs(quote: Quote, currency: str) -> Iterable[LedgerError]:
    for posting in quote.draft.entry.postings:
        cost = (posting.meta or {}).get("cost")
        if isinstance(cost, Amount) and cost.currency != currency:
            why, remedy = f"the cost is in {cost.currency}, the quote in {currency}", f"give it in {currency}"
            yield DraftLineError.at(posting.meta or {}, quote.draft.entry, why=why, remedy=remedy)


# --- what became of it --------------------------------------------------------------------------------------


def _wrong_events(found: Estimate) -> list[LedgerError]:
    """Acceptances that name lines which are not there, or more than all of one."""
    errors: list[LedgerError] = []
    known = {line.n for line in found.lines}
    shares: dict[int, Decimal] = {}
    for event in found.quote.events:
        if event.kind != "accept":
            continue
        for n in event.lines:
            if n not in known:
                why, remedy = f"line {n} is not in the quote, which has {len(known)}", "correct `lines:`"
                errors.append(DraftLineError.at(event.meta, why=why, remedy=remedy))
            total = HUNDRED if event.share is None else shares.get(n, ZERO) + event.share
            if total > HUNDRED or shares.get(n, ZERO) == HUNDRED:
                why = f"line {n} is accepted beyond the whole of it"
                errors.append(DraftLineError.at(event.meta, why=why, remedy="correct `lines:` or `share:`"))
            shares[n] = total
    return errors


def accepted(quote: Quote, as_of: Date) -> dict[int, Decimal]:
    """Percent of each line that has been accepted and drafted until a day."""
    shares: dict[int, Decimal] = {}
    for event in quote.events:
        if event.kind == "accept" and event.date <= as_of:
            for n in event.lines:
                shares[n] = HUNDRED if event.share is None else shares.get(n, ZERO) + event.share
    return shares


def status(quote: Quote, as_of: Date) -> str:
    """Open, expired, accepted or declined on a day."""
    until = [event for event in quote.events if event.date <= as_of]
    if any(event.kind == "accept" for event in until):
        return "accepted"
    if until and until[-1].kind == "decline":
        return "declined"
    valid = quote.valid_until(as_of)
    return "expired" if valid is not None and valid < as_of else "open"
