"""Refunds, write-offs and later allocations: what becomes of claims and money that are open."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from beancount.core.amount import Amount

from billtext.errors import Refused
from billtext.ledger import write
from billtext.model import Allocation, Date, Item
from billtext.money import ZERO, rounded
from billtext.outside.paying import Till
from billtext.rules import claims, outgoing, receipt_numbers, relief
from billtext.rules.claims import Claim, told
from billtext.rules.movements import Leg, Movement
from billtext.rules.receipts import Tender

ONE = Decimal(1)


def refund(
    till: Till, customer: str, amount: Decimal | None, of: str, date: Date, *, method: str = "bank",
    account: str | None = None, rate: Decimal | None = None, number: str | None = None, text: str | None = None,
    reason: str | None = None,
) -> Movement:  # fmt: skip
    """Decide a refund of what is open of a receipt or a credit note.

    :raises Refused: less is open, or it is nothing that can be paid back
    """
    till.customer(customer)
    owed = [claim for claim in claims.named(till.book, of, date, customer) if claim.open < 0]
    if not owed:
        raise Refused(f"nothing of {of} can be paid back; name a receipt or a credit note of which something is open")
    _there(owed, of, date)
    currency = owed[0].currency
    if amount is not None:
        till.amount(amount, currency)
    parts = outgoing.portions(owed, amount, of)
    place, there = till.place(method, currency, date, account)
    return outgoing.refund(
        till.book, parts, Tender(account=place, currency=there, rate=till.rate(currency, date, rate)), date=date,
        number=receipt_numbers.following(till.book, "refund", date, number), payee=till.payee(customer, date),
        method=method, narration=text or "Paid back", keys={"reason": reason} if reason else {},
    )  # fmt: skip


def write_off(
    till: Till, name: str, amount: Decimal | None, date: Date, *, reason: str, bad_debt: bool = False,
    ground: str | None = None, evidence: str | None = None, number: str | None = None, account: str | None = None,
) -> Movement:  # fmt: skip
    """Decide what is given up of a document, or kept of what a customer paid too much.

    :param bad_debt: the debtor cannot pay; else it is a small difference
    :param ground: of VAT relief, one of `relief.GROUNDS`
    :param evidence: what proves the ground
    :raises Refused: less is open, or the ground does not hold
    """
    if not reason.strip():
        raise Refused("a write-off needs its reason; say it with --reason")
    options = till.register.options
    owed = claims.named(till.book, name, date)
    open_ = [claim for claim in owed if claim.open]
    _there(open_, name, date)
    if open_ and any((claim.open > 0) != (open_[0].open > 0) for claim in open_):
        raise Refused(f"{name} has open amounts of both sides; allocate them first")
    if amount is not None:
        till.amount(amount, owed[0].currency)
    parts = outgoing.portions(open_, amount, name)
    if not bad_debt:
        _small(till, sum((abs(part) for _, part in parts), ZERO), owed[0].currency, date)
    keys = {"reason": reason.strip()}
    if bad_debt and open_[0].open < 0:
        raise Refused(f"{name} is owed to the customer, so it is no bad debt; leave --bad-debt out")
    if ground is not None:
        document = open_[0].document
        if not bad_debt or document is None:
            raise Refused("VAT relief is for bad debts; say --bad-debt, and name an invoice")
        reminded = relief.reminders(till.desk.loaded.entries, document.number, date)
        keys |= {"vat-relief": ground, "evidence": relief.evidence(document, ground, date, evidence, reminded)}
    elif evidence:
        keys["evidence"] = evidence
    return outgoing.write_off(
        till.book, parts, account=account or options.of("bad-debt" if bad_debt else "small-differences"),
        relief=ground is not None, date=date, number=receipt_numbers.following(till.book, "write-off", date, number),
        payee=till.payee(owed[0].customer, date), narration="Bad debt" if bad_debt else "Small difference", keys=keys,
    )  # fmt: skip


def _small(till: Till, amount: Decimal, currency: str, date: Date) -> None:
    """Refuse what is no small difference, where the ledger has a limit: in its currency, or reckoned in it."""
    limit = till.register.options.at("small-difference-limit", date)
    if limit is None:
        return
    seen = amount
    if currency != limit.currency:
        seen = rounded(amount * (till.rate(currency, date) or ONE), till.company)
        if limit.currency != till.company:
            raise Refused(
                f"the option small-difference-limit is in {limit.currency}; write it in {currency} or {till.company}"
            )
    if seen > limit.number:
        raise Refused(
            f"{told(amount, currency)} is above the limit of {told(limit.number, limit.currency)} for a small "
            "difference; say --bad-debt where the debtor cannot pay, or write a credit note"
        )


def _there(open_: Sequence[Claim], name: str, date: Date) -> None:
    for claim in open_:
        if claim.date > date:
            raise Refused(f"{name} is dated {claim.date}, after {date}; correct the date")


def allocate(till: Till, by: str, name: str, amount: Decimal | None, date: Date) -> tuple[str, Amount, str]:
    """Decide to set money or a credit against a document; return the ledger text, the amount and the customer.

    It is a directive. Where the two were booked at different rates, it is a transaction that settles both and has the
    gain or loss on exchange.

    :param amount: None for as much as both have open
    :raises Refused: less is open of one of them
    """
    credit = [claim for claim in claims.named(till.book, by, date) if claim.open]
    if not credit:
        raise Refused(f"nothing is open of {by}; `billtext open-items` shows what is")
    owed = [claim for claim in claims.named(till.book, name, date, credit[0].customer) if claim.open]
    if not owed:
        raise Refused(f"nothing is open of {name}; `billtext open-items` shows what is")
    if credit[0].currency != owed[0].currency:
        raise Refused(f"{by} is in {credit[0].currency}, and {name} in {owed[0].currency}; refund one of them instead")
    if (credit[0].open > 0) == (owed[0].open > 0):
        raise Refused(f"{by} and {name} stand on the same side of the account; name money and what it is for")
    if owed[0].open < 0:  # the bookkeeper named them the other way round
        by, name, credit, owed = name, by, owed, credit
    currency = owed[0].currency
    money, claim = (abs(sum((c.open for c in side), ZERO)) for side in (credit, owed))
    if amount is None:
        amount = min(money, claim)
    till.amount(amount, currency)
    for number, open_ in ((by, money), (name, claim)):
        if amount > open_:
            raise Refused(f"{told(open_, currency)} is open of {number}, less than {told(amount, currency)}")
    found = Amount(amount, currency)
    parts = [part for side, of in ((credit, by), (owed, name)) for part in outgoing.portions(side, amount, of)]
    legs = outgoing.crossing(till.book, parts)
    if not legs:
        return write.custom(date, "allocate", by, name, found), found, owed[0].customer
    for one, _ in parts:
        _there([one], one.name, date)
    if len(parts) > 2:
        several = next(number for number, side in ((by, credit), (name, owed)) if len(side) > 1)
        raise Refused(
            f"{by} and {name} are at different rates, and {several} is open in {len(parts) - 1} parts; allocate to one "
            f"of them at a time, such as {parts[-1][0].name}, with its amount"
        )
    return till.text(_crossing(till, legs, date, owed[0].customer, f"{by} set against {name}")), found, owed[0].customer


def _crossing(till: Till, legs: Sequence[Leg], date: Date, customer: str, narration: str) -> Movement:
    return Movement(
        date=date, kind="payment", number=receipt_numbers.following(till.book, "payment", date, None), links=(),
        payee=till.payee(customer, date), narration=narration, keys={}, legs=tuple(legs),
    )  # fmt: skip


def _between(till: Till, by: str, name: str) -> list[Allocation]:
    """The allocations of one number to another."""
    return [
        found for found in till.book.allocations.all
        if by in (found.source.number, found.source.name) and name in (found.target.number, found.target.name)
    ]  # fmt: skip


def undo(till: Till, by: str, name: str, amount: Decimal | None, date: Date) -> tuple[str, Amount, str]:
    """Decide to take an allocation back by counter-entries of a day; return their text, the amount and the customer.

    With an allocation at two rates goes its gain or loss on exchange.

    :param amount: None for all of it
    :raises Refused: less is allocated between the two
    """
    between = _between(till, by, name)
    if not between:
        by, name, between = name, by, _between(till, name, by)
    if not between:
        by, name = name, by
        crossed = _crossed(till, by, name) or _crossed(till, name, by)
        if crossed:
            return _uncross(till, crossed, by, name, amount, date)
        for number in (by, name):
            claims.named(till.book, number, date)
        raise Refused(f"nothing of {by} is allocated to {name}; `billtext invoice show {name}` shows what is")
    currency = between[0].target.currency
    amount = _taken(till, _left(between, date), amount, currency, by, name, date)
    taken = Amount(-amount, currency)
    return write.custom(date, "allocate", by, name, taken), taken, between[0].target.customer


def _left(between: Sequence[Allocation], date: Date) -> Decimal:
    """What of allocations can be taken back on a day."""
    days = [date, *(found.date for found in between if found.date > date)]
    return min(sum((found.amount for found in between if found.date <= day), ZERO) for day in days)


def _taken(
    till: Till, there: Decimal, amount: Decimal | None, currency: str, by: str, name: str, date: Date
) -> Decimal:
    """What is taken back of an allocation: an amount, or all that is there."""
    if amount is None:
        amount = there
    if there <= 0:
        raise Refused(f"nothing of {by} is allocated to {name} on {date}; give a later date")
    till.amount(amount, currency)
    if amount > there:
        raise Refused(f"{told(there, currency)} of {by} is allocated to {name}, less than {told(amount, currency)}")
    return amount


def _crossed(till: Till, by: str, name: str) -> list[tuple[Item, Item]]:
    """The postings by which transactions that move no money set one number against another, the last one first."""
    entries: dict[int, list[Item]] = {}
    for item in till.book.items:
        if item.number and item.settles is not None:
            entries.setdefault(id(item.entry), []).append(item)
    found = []
    for items in entries.values():
        if len(items) != 2 or sum((item.amount for item in items), ZERO):
            continue
        up, down = sorted(items, key=lambda item: item.amount, reverse=True)
        if up.settles == by and name in (down.settles, str(down.settles).rpartition("/")[0]):
            found.append((up, down))
    return sorted(found, key=lambda pair: (pair[0].date, pair[0].number), reverse=True)


def _uncross(
    till: Till, crossed: Sequence[tuple[Item, Item]], by: str, name: str, amount: Decimal | None, date: Date
) -> tuple[str, Amount, str]:
    """Take back what transactions set against each other, with its gain or loss on exchange."""
    there = [min(_left(_between(till, o.number, str(o.settles)), date) for o in pair) for pair in crossed]
    first = crossed[0][0]
    whole = _taken(till, sum(there, ZERO), amount, first.currency, by, name, date)
    left, text, parts = whole, "", []
    for pair, most in zip(crossed, there, strict=True):
        part = min(most, left)
        if part > 0:
            left -= part
            for one in pair:
                text += write.custom(date, "allocate", one.number, str(one.settles), Amount(-part, one.currency))
                parts.append((replace(claims.of(till.book, one, date), open=one.amount), part))
    legs = outgoing.crossing(till.book, parts)
    movement = _crossing(till, legs, date, first.customer, f"{by} no longer set against {name}")
    return f"{text}\n{till.text(movement)}", Amount(-whole, first.currency), first.customer
