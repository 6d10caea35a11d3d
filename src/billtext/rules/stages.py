"""Acceptance of a quote, whole or in stages: the draft of each, and the estimate beside what was invoiced. Pure.

A stage is the difference of what has been drafted in all before and after it, so that stages add up to the quote to
the cent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.errors import Refused
from billtext.ledger.accounts import Receivables
from billtext.ledger.register import values_of
from billtext.ledger.schema import QUOTE
from billtext.model import Date, Document, Register
from billtext.model import Line as IssuedLine
from billtext.money import CONTEXT, HUNDRED, ZERO, plain, rounded
from billtext.rules.book import Book
from billtext.rules.quotes import DISCOUNT, KINDS, MARK, Estimate, Line, accepted

# Percent of each line that has been drafted, by its number.
Shares = Mapping[int, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """An acceptance that is to be drafted.

    :param lines: of which it drafts something
    :param share: percent of them; None for all that is left
    """

    lines: tuple[int, ...]
    share: Decimal | None
    before: Shares
    after: Shares


def stage(
    found: Estimate, *, lines: Iterable[int] = (), optional: Iterable[int] = (), share: Decimal | None = None
) -> Stage:
    """What an acceptance drafts.

    :param lines: these, or all that are not optional and those that were accepted before
    :param optional: optional lines besides
    :param share: percent of them; None for all that is left
    :raises Refused: nothing is left, there is no such line, or it would be more than the quote
    """
    quote = found.quote
    before = accepted(quote, Date.max)
    known = {line.n: line for line in found.lines}
    lines, optional = list(lines), list(optional)
    for n in [*lines, *optional]:
        if n not in known:
            raise Refused(f"{quote.number} has no line {n}; `billtext quote show {quote.number}` counts them")
    for n in optional:
        if not known[n].optional:
            raise Refused(f"line {n} of {quote.number} is not optional; name it with --lines, or leave it out")
    wanted = set(lines or (n for n, line in known.items() if not line.optional or n in before)) | set(optional)
    left = tuple(n for n in sorted(wanted) if before.get(n, ZERO) < HUNDRED)
    done = sorted(set(lines) - set(left))
    if not left or done:
        what = f"line {done[0]} of {quote.number} is" if done and left else f"{quote.number} is"
        days = [
            event for event in quote.events if event.kind == "accept" and (not done or set(done) & set(event.lines))
        ]
        when = f" since {days[-1].date}" if days else ""
        raise Refused(f"{what} accepted and drafted whole{when}; nothing is left of it")
    after = dict(before)
    for n in left:
        after[n] = HUNDRED if share is None else before.get(n, ZERO) + share
        if after[n] > HUNDRED:
            rest = plain(HUNDRED - before.get(n, ZERO))
            raise Refused(
                f"{plain(share or ZERO)} % of line {n} is more than is left of it; say --share {rest}, or leave it out "
                "for the rest"
            )
    return Stage(lines=left, share=share, before=before, after=after)


def drafted(line: Line, shares: Shares, currency: str) -> Decimal:
    """What has been drafted of a line, in the prices of the quote."""
    return rounded(CONTEXT.divide(CONTEXT.multiply(line.amount, shares.get(line.n, ZERO)), HUNDRED), currency)


def _discounts(found: Estimate, shares: Shares) -> dict[tuple[str | None, str], Decimal]:
    """The discount on the whole, by VAT code and account, on what has been drafted."""
    sums: dict[str | None, Decimal] = {}
    accounts: dict[str | None, str] = {}
    for line in found.lines:
        code = line.line.vat
        accounts.setdefault(code, line.line.account)
        sums[code] = sums.get(code, ZERO) + drafted(line, shares, found.currency)
    return {
        (code, accounts[code]): rounded(CONTEXT.multiply(total, found.discount / HUNDRED), found.currency)
        for code, total in sums.items()
    }


def postings(found: Estimate, stage: Stage, register: Register) -> list[tuple[str, Amount | None, dict[str, Any]]]:
    """Account, amount if it is written, and keys of each posting of a stage's draft."""
    currency = found.currency
    made = []
    for line in found.lines:
        share = stage.after.get(line.n, ZERO) - stage.before.get(line.n, ZERO)
        if share == HUNDRED:
            made.append(_whole(line, currency))
        elif share:
            amount = drafted(line, stage.after, currency) - drafted(line, stage.before, currency)
            if amount:
                made.append(_part(line, amount, share, found))
    if found.discount and not _alone(stage):
        before, after = _discounts(found, stage.before), _discounts(found, stage.after)
        for (code, account), total in after.items():
            amount = total - before[code, account]
            if amount:
                text = f"{plain(found.discount)} %"
                key = "allowance" if amount > 0 else "charge"
                keys = {"text": text, "price": Amount(abs(amount), currency), key: text, "vat": code}
                made.append((account, None, keys))
    owners = Receivables(register)
    for posting in found.quote.draft.entry.postings:
        meta = values_of(posting.meta or {})
        if owners[posting.account] is not None and not isinstance(getattr(posting.units, "number", None), Decimal):
            made.append((posting.account, None, {k: v for k, v in meta.items() if k in {"share", "days", "customer"}}))
    return made


def _alone(stage: Stage) -> bool:
    """Whether a stage is the first, and drafts whole lines: the discount can stand as it does in the quote."""
    return not any(stage.before.values()) and all(share in (ZERO, HUNDRED) for share in stage.after.values())


def _whole(line: Line, currency: str) -> tuple[str, Amount | None, dict[str, Any]]:
    of = line.line
    keys = dict(of.keys)
    found: dict[str, Any] = {key: keys.pop(key, None) for key in ("item", "text")}
    amount = None if of.price is not None else Amount(-of.net, currency)
    if of.price is not None:
        found |= {"quantity": of.quantity, "unit": keys.pop("unit", None), "price": Amount(of.price, currency)}
    keys[MARK] = Decimal(line.n)
    found |= {**{key: value for key, value in keys.items() if key != MARK}, "vat": of.vat, MARK: keys[MARK]}
    return of.account, amount, found


def _part(line: Line, amount: Decimal, share: Decimal, found: Estimate) -> tuple[str, Amount | None, dict[str, Any]]:
    keys = line.line.keys
    text = f"{keys.get('text') or found.quote.draft.entry.narration}, {plain(share)} %"
    meta: dict[str, Any] = {"text": text, "price": Amount(abs(amount), found.currency)}
    meta |= {key: keys[key] for key in ("allowance", "charge") if keys.get(key) is not None}
    return line.line.account, None, {**meta, "vat": line.line.vat, MARK: Decimal(line.n)}


def keys(found: Estimate, stage: Stage) -> dict[str, Any]:
    """What the draft of a stage says of itself besides its kind, in order."""
    meta = values_of(found.quote.draft.entry.meta)
    kept = {key: value for key, value in meta.items() if key not in QUOTE}
    if not _alone(stage):
        kept.pop(DISCOUNT, None)
    return {"customer": found.base.customer, "quote": found.quote.number, **kept}


# --- estimate against invoiced ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A kind of lines: what was estimated, drafted and invoiced of it, without VAT.

    :param estimated: the lines that are not optional, and the optional ones that were accepted
    :param drafted: of which drafts were made, whatever became of these
    :param invoiced: issued in documents with `quote:`, less what was credited of them
    """

    kind: str
    estimated: Decimal
    drafted: Decimal
    invoiced: Decimal


def compare(found: Estimate, book: Book, as_of: Date) -> list[Compared]:
    """Estimate against invoiced by kind, on a day; kinds without any amount are left out."""
    shares = accepted(found.quote, as_of)
    currency = found.currency
    estimated = dict.fromkeys((*KINDS, DISCOUNT), ZERO)
    done = dict(estimated)
    whole = {line.n: HUNDRED for line in found.lines if not line.optional or line.n in shares}
    for line in found.lines:
        part = CONTEXT.divide(CONTEXT.multiply(line.net, shares.get(line.n, ZERO)), HUNDRED)
        done[line.kind] += rounded(part, currency)
        estimated[line.kind] += line.net if line.n in whole else ZERO
    for shares_, sums in ((whole, estimated), (shares, done)):
        sums[DISCOUNT] = -sum(_discounts(found, shares_).values(), ZERO)
        if found.quote.draft.entry.meta.get("prices") == "gross":
            sums[DISCOUNT] = ZERO if not found.discount else _discount_net(found, shares_)
    invoiced = dict.fromkeys(estimated, ZERO)
    kinds = {line.n: line.kind for line in found.lines}
    for document, billed in _invoiced(found.quote.number, book, as_of):
        mark = billed.meta.get(MARK) or _origin(document, billed, book)
        kind = kinds.get(int(mark)) if isinstance(mark, Decimal) else None
        if kind is None:
            kind = DISCOUNT if billed.allowance is not None else "other"
        invoiced[kind] += document.sign * billed.net
    return [
        Compared(kind=kind, estimated=estimated[kind], drafted=done[kind], invoiced=invoiced[kind])
        for kind in estimated
        if estimated[kind] or done[kind] or invoiced[kind]
    ]


def _discount_net(found: Estimate, shares: Shares) -> Decimal:
    """The discount on what has been drafted, without VAT, where the prices have it."""
    net = sum((CONTEXT.divide(line.net * shares.get(line.n, ZERO), HUNDRED) for line in found.lines), ZERO)
    return -rounded(CONTEXT.divide(CONTEXT.multiply(net, found.discount), HUNDRED), found.currency)


def _invoiced(quote: str, book: Book, as_of: Date) -> Iterable[tuple[Document, IssuedLine]]:
    """Lines of the documents of a quote, and of the credit notes that correct them, until a day."""
    own = {document.number for document in book.documents if document.entry.meta.get("quote") == quote}
    for document in book.documents:
        if document.date <= as_of and (document.number in own or document.corrects in own):
            for line in book.lines(document)[0]:
                yield document, line


def _origin(document: Document, line: IssuedLine, book: Book) -> Decimal | None:
    """The line of the quote that a credited line billed: that of its invoice with the same account and text."""
    invoice = None if document.corrects is None else book.ledger.documents.get(document.corrects)
    if invoice is None:
        return None
    same = (other for other in book.lines(invoice)[0] if (other.account, other.text) == (line.account, line.text))
    return next((other.meta.get(MARK) for other in same), None)
