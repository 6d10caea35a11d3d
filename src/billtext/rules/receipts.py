"""Receipts: which claims the money of a customer settles, and the movement that says so.

Named claims first, earliest due first; then, where that is the policy, the oldest due; what is left stands unapplied.
Credits that are named are used as far as the claims need them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from billtext.model import Date
from billtext.money import CONTEXT, ZERO, cash, rounded
from billtext.rules import corrections
from billtext.rules.book import Book
from billtext.rules.claims import Claim
from billtext.rules.discounts import Offer
from billtext.rules.movements import Leg, Movement, exchange


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a receipt does to a claim.

    :param amount: of the claim that is settled; below zero of a credit that is used
    :param discount: the part of it that is cash discount, not money
    """

    claim: Claim
    amount: Decimal
    discount: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How money is set against claims.

    :param rest: what stays unapplied
    :param rounding: what the customer gave more than that in cash; below zero, less
    """

    parts: tuple[Part, ...]
    rest: Decimal = ZERO
    rounding: Decimal = ZERO

    @property
    def money(self) -> Decimal:
        """What the customer gave."""
        return sum((part.amount - part.discount for part in self.parts), ZERO) + self.rest + self.rounding


def plan(amount: Decimal, claims: Iterable[Claim], offers: Mapping[str, Offer], *, in_cash: bool = False) -> Plan:
    """Set an amount against claims in their order.

    A cash discount is taken where the amount is just what the first of the claims come to without it.

    :param amount: of money, positive
    :param claims: in the order in which they are settled; those below zero are credit that is used
    :param offers: cash discounts by the claims' names
    :param in_cash: the amount is paid in cash, in coins that there are
    """
    claims = [claim for claim in claims if claim.open]
    owed = [claim for claim in claims if claim.open > 0]
    credit = [claim for claim in claims if claim.open < 0]
    given = cash(amount, claims[0].currency) if in_cash and claims else amount
    for count in range(len(owed), 0, -1):
        for taken in ({}, offers) if in_cash else (offers,):
            found = _just(given, owed[:count], credit, taken, in_cash=in_cash)
            if found is not None:
                return found
    left = amount
    needed = max(ZERO, sum((claim.open for claim in owed), ZERO) - amount)
    used: list[Part] = []
    for claim in credit:
        part = min(-claim.open, needed)
        if part:
            used.append(Part(claim=claim, amount=-part))
            needed -= part
            left += part
    parts: list[Part] = []
    for claim in owed:
        part = min(claim.open, left)
        if part:
            parts.append(Part(claim=claim, amount=part))
            left -= part
    return Plan(parts=(*parts, *used), rest=left, rounding=given - amount)


def unapplied(amount: Decimal, currency: str) -> Plan:
    """Cash that settles nothing."""
    return Plan(parts=(), rest=amount, rounding=cash(amount, currency) - amount)


def _just(
    given: Decimal, owed: Sequence[Claim], credit: Sequence[Claim], offers: Mapping[str, Offer], *, in_cash: bool
) -> Plan | None:
    """The plan that settles all of these claims with discounts, if the money is just what that takes."""
    taken = [claim for claim in owed if claim.name in offers]
    if not taken and not in_cash:
        return None
    discounts = {claim.name: offers[claim.name].amount for claim in taken}
    target = sum((claim.open for claim in (*owed, *credit)), ZERO) - sum(discounts.values(), ZERO)
    odd = ZERO
    if in_cash:
        if target <= 0 or cash(target, owed[0].currency) != given:
            return None
    else:
        odd = target - given
        if target <= 0 or abs(odd) > sum((offers[claim.name].tolerance for claim in taken), ZERO):
            return None
        last = taken[-1]
        discounts[last.name] += odd
        if not 0 <= discounts[last.name] <= last.open:
            return None
    parts = [Part(claim=c, amount=c.open, discount=discounts.get(c.name, ZERO)) for c in (*owed, *credit)]
    return Plan(parts=tuple(parts), rounding=given - target if in_cash else ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tender:
    """Where the money stands.

    :param currency: in which the account has it: that of the claims, or the company's
    :param rate: on the day, from the currency of the claims to the company's; None where they are the same
    :param received: what came of it in the company's currency, where that is another and known
    :param fee: what the acquirer keeps of it, in its currency
    :param keys: what the posting says besides
    """

    account: str
    currency: str
    rate: Decimal | None = None
    received: Decimal | None = None
    fee: Decimal = ZERO
    keys: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt that is decided: its plan and the transaction."""

    customer: str
    currency: str
    plan: Plan
    movement: Movement


def receive(
    book: Book, plan: Plan, tender: Tender, *, date: Date, number: str, customer: str, payee: str, currency: str,
    account: str, method: str, narration: str, keys: Mapping[str, Any] | None = None,
) -> Receipt:  # fmt: skip
    """The transaction of a receipt: the money, one posting for each claim that is settled, the rest, and what is left.

    :param account: of the customer's claims
    :param narration: without what follows from the plan
    """
    options = book.register.options
    legs = list(money(tender, plan.money, currency, options.of("card-fees")))
    for part in plan.parts:
        legs.append(Leg(account=part.claim.account, amount=-part.amount, currency=currency, rate=part.claim.rate,
                        keys={"settles": part.claim.name}))  # fmt: skip
    if plan.rest:
        legs.append(Leg(account=account, amount=-plan.rest, currency=currency, rate=tender.rate))
    for part in plan.parts:
        if part.discount:
            legs += discount(book, part)
    if plan.rounding:
        rounding = options.rounding or ""
        legs.append(Leg(account=rounding, amount=-plan.rounding, currency=currency, rate=tender.rate))
    legs += exchange(legs, book.register.currency, options.of("exchange-gain"), options.of("exchange-loss"))
    taken = any(part.discount for part in plan.parts)
    return Receipt(customer=customer, currency=currency, plan=plan, movement=Movement(
        date=date, kind="payment", number=number, payee=payee, links=_links(plan),
        narration=f"{narration}, cash discount taken" if taken else narration,
        keys={"method": method, **_owner(legs, customer, book), **(keys or {})}, legs=tuple(legs),
    ))  # fmt: skip


def money(tender: Tender, amount: Decimal, currency: str, fees: str) -> Iterator[Leg]:
    """The posting of the money, and of the fee that is kept of it.

    :param amount: in the currency of the claims; below zero where it is paid out
    :param fees: account of the fee
    """
    home = tender.currency != currency
    rate = None if home else tender.rate
    whole = amount
    if home and tender.received is not None:
        whole = tender.received if amount > 0 else -tender.received
    elif home and tender.rate is not None:
        whole = rounded(CONTEXT.multiply(amount, tender.rate), tender.currency)
    yield Leg(account=tender.account, amount=whole - tender.fee, currency=tender.currency, rate=rate, keys=tender.keys)
    if tender.fee:
        yield Leg(account=fees, amount=tender.fee, currency=tender.currency, rate=rate)


def discount(book: Book, part: Part) -> list[Leg]:
    """Postings of a cash discount: on its account alone, or with the VAT of each code corrected."""
    claim, document, options = part.claim, part.claim.document, book.register.options
    account = options.of("cash-discount")
    like: dict[str, Any] = {"currency": claim.currency, "rate": claim.rate}
    if document is None or options.at("cash-discount-vat", document.date) != "when-taken":
        return [Leg(account=account, amount=part.discount, currency=claim.currency, rate=claim.rate)]
    slices = corrections.split(book, document, part.discount)
    return corrected(slices, account, like)


def corrected(slices: Iterable[corrections.Slice], account: str, like: Mapping[str, Any]) -> list[Leg]:
    """Postings of what falls away of a document, by VAT code.

    :param account: takes the nets
    :param like: currency and rate of the postings
    """
    legs: list[Leg] = []
    for one in slices:
        keys = {} if one.code is None else {"vat": one.code}
        if one.net:
            legs.append(Leg(account=account, amount=one.net, keys=keys, **like))
        if one.vat and one.account:
            legs.append(Leg(account=one.account, amount=one.vat, keys=keys, **like))
    return legs


def _links(plan: Plan) -> tuple[str, ...]:
    """Links to what is settled; none where the link rule would set the rest against one of them."""
    if plan.rest:
        for part in plan.parts:
            document = part.claim.document
            if part.claim.now != part.amount or (document is not None and len(document.items) > 1):
                return ()
    return tuple(dict.fromkeys(part.claim.number for part in plan.parts))


def _owner(legs: Iterable[Leg], customer: str, book: Book) -> dict[str, str]:
    """The key that names the customer where the accounts do not."""
    root = book.register.options.receivable
    ours = [leg.account for leg in legs if leg.account == root or leg.account.startswith(f"{root}:")]
    return {} if all(account.rpartition(":")[2] == customer for account in ours) else {"customer": customer}
