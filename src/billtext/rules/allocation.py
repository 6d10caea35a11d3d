"""Allocation: which money settles which claim, and from which day on.

Three sources, in this order: `settles:` on the posting (and `allocate` directives); else the transaction's links
that name
open documents, earliest due first; else, with the option `allocation: "oldest"`, the oldest due; else the money
stands unapplied.

Days are gone through in their order, so that what is added later never changes an allocation of an earlier day.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from operator import itemgetter

from billtext.errors import (
    AllocateCurrencyError,
    AllocateUndoError,
    LedgerError,
    Meta,
    MoneySignError,
    NamelessError,
    SettlesBeyondError,
    SettlesCurrencyError,
    SettlesCustomerError,
    SettlesSignError,
    SettlesUnknownError,
    Words,
)
from billtext.ledger.schema import POSTING
from billtext.model import DOCUMENTS, KINDS, Allocation, Date, Directive, Item, postings
from billtext.money import ZERO, exact
from billtext.options import Options

# The items of each number: the instalments of a document, or the postings of a payment.
Names = dict[str, list[Item]]

UNDO, EXPLICIT, LINKED, OLDEST = range(4)

# By kind of money, whether an amount that the customer owes is on the wrong side of the account.
_AGAINST = {"payment": True, "write-off": True, "deposit": True, "refund": False, "fee": False}

# Numbers such as a movement has that is given none, by whether the customer owes more after it.
_NUMBERS = {
    True: Words('`invoice: "2026-0001"` or `fee: "F2026-0001"`'),
    False: Words('`payment: "B2026-0001"` or `credit-note: "K2026-0001"`'),
}

# (day, rule, order within the day, what to do, and with which targets): later rules see what earlier ones left.
Event = tuple[Date, int, int, Item | Directive, list[Item]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Allocations:
    """All allocations of a ledger.

    :param all: in the order of their dates
    """

    all: tuple[Allocation, ...]

    @cached_property
    def of(self) -> Mapping[Item, Sequence[Allocation]]:
        """Allocations that touch an item, as source or target; an item without any is not there."""
        found: dict[Item, list[Allocation]] = {}
        for allocation in self.all:
            found.setdefault(allocation.source, []).append(allocation)
            found.setdefault(allocation.target, []).append(allocation)
        return found

    @cached_property
    def settled(self) -> Mapping[Item, Date]:
        """The day from which on nothing is open of an item any more; an item of which something stays is not there."""
        found = {}
        for item, touching in self.of.items():
            used = touching[0].amount if len(touching) == 1 else sum([a.amount for a in touching], ZERO)
            if used == item.amount or used == -item.amount:
                found[item] = touching[-1].date
        return found

    def open(self, item: Item, as_of: Date) -> Decimal:
        """What is open of an item on a day: its amount less the allocations until then; 0 before its date."""
        if item.date > as_of:
            return ZERO
        touching = self.of.get(item)
        if touching is None:
            return item.amount
        used = sum([a.amount for a in touching if a.date <= as_of], ZERO)
        return item.amount - used if item.amount > 0 else item.amount + used


@dataclass(slots=True, eq=False)
class _State:
    """The work in progress: what is open of each item, and the allocations made."""

    names: Names
    open: dict[Item, Decimal]
    made: list[Allocation] = field(default_factory=list)
    errors: list[LedgerError] = field(default_factory=list)
    between: dict[tuple[Item, Item], Decimal] | None = None  # kept only where something is taken back

    def apply(self, date: Date, source: Item, target: Item, limit: Decimal) -> Decimal:
        """Set one item against another as far as both are open and the limit goes; return how much that was."""
        left, claim = self.open[source], self.open[target]
        if not left or not claim or (left > 0) == (claim > 0):
            return ZERO
        amount = min(abs(left), abs(claim), limit)
        if amount > 0:
            self._book(date, source, target, amount)
        return amount

    def take_back(self, date: Date, source: Item, target: Item, limit: Decimal) -> Decimal:
        """Undo what was allocated between two items, up to the limit; return how much that was."""
        left = limit
        for pair in ((source, target), (target, source)):  # whichever of them was said to settle the other
            amount = min(self._between(*pair), left)
            if amount > 0:
                self._book(date, *pair, -amount)
                left -= amount
        return limit - left

    def allocated(self, source: Item, target: Item) -> Decimal:
        """What is allocated between two items so far, whichever of them settles the other."""
        return self._between(source, target) + self._between(target, source)

    def _between(self, source: Item, target: Item) -> Decimal:
        return (self.between or {}).get((source, target), ZERO)

    def _book(self, date: Date, source: Item, target: Item, amount: Decimal) -> None:
        self.open[source] += -amount if source.amount > 0 else amount
        self.open[target] += -amount if target.amount > 0 else amount
        if self.between is not None:
            self.between[source, target] = self._between(source, target) + amount
        self.made.append(Allocation(date, source, target, amount))


def allocate(
    items: Sequence[Item], names: Names, directives: Iterable[Directive], options: Options
) -> tuple[Allocations, list[LedgerError]]:
    """Allocate money and credits to claims.

    :param items: in the order of `Item.sort_key`
    :param names: the items of each number
    :param options: `allocation` says from which days on money that names nothing goes to the oldest due
    :return: the allocations, and the errors in what is written about them
    """
    # On one day, what is taken back comes first: it may be given to another document the same day.
    order = sorted(directives, key=_directive_order)
    undoing = any(directive.amount < 0 for directive in order)
    state = _State(names=names, open={item: item.amount for item in items}, between={} if undoing else None)
    events: list[Event] = []
    lost: list[Item] = []
    for n, item in enumerate(items):
        if item.settles is not None:
            targets = _targets(state, item, item.settles, item.meta)
            if targets:
                events.append((max(item.date, targets[0].date), EXPLICIT, n, item, targets))
        elif item.kind not in DOCUMENTS:
            linked = _linked(state, n, item, links_of(item)) if item.entry.links else []
            events.extend(linked)
            if not linked and (not item.number or (item.amount > 0) is _AGAINST.get(item.kind)):
                lost.append(item)
    for n, directive in enumerate(order, len(items)):
        event = _directed(state, n, directive)
        if event is not None:
            events.append(event)
            if directive.amount < 0:  # what is taken back can be paid out, or set elsewhere, on the same day
                events.append((event[0], UNDO, *event[2:]))
    events += _policy(items, events, options)
    state.errors += _nameless((item for item in lost if item.kind == "entry" and not item.number), options)
    state.errors += _turned((item for item in lost if item.number), names)
    events.sort(key=itemgetter(0, 1, 2))
    account_items = _by_account(items) if options.values.get("allocation") else {}
    undone: set[int] = set()
    for date, rule, n, what, targets in events:
        if isinstance(what, Directive):
            if rule == UNDO and _allocated(state, what, targets) >= -what.amount:
                undone.add(n)
            elif rule == UNDO or n in undone:
                continue
            _direct(state, date, what, targets)
        elif rule == EXPLICIT:
            _settle(state, date, what, targets)
        elif rule == LINKED:
            for target in targets:
                state.apply(date, what, target, abs(state.open[what]))
        else:
            _oldest(state, date, account_items[what.customer, what.currency])
    return Allocations(all=tuple(state.made)), state.errors


def _nameless(items: Iterable[Item], options: Options) -> Iterator[LedgerError]:
    """Tell of movements that nothing names and that name nothing: they would stand open for ever.

    Where the policy is to apply money to the oldest due, that of a customer is settled in the end. What has its key
    misspelt or in the wrong place is told of that only.
    """
    oldest = bool(options.since("allocation", "oldest"))
    told: set[int] = set()
    for item in items:
        if not item.amount or (oldest and item.amount < 0) or id(item.entry) in told:
            continue
        told.add(id(item.entry))
        if not _means_to_settle(item):
            amount = f"{exact(item.amount, item.currency)} {item.currency}"
            yield NamelessError.at(item.meta, item.entry, amount=amount, customer=item.customer or "unknown",
                                   example=_NUMBERS[item.amount > 0])  # fmt: skip


def _turned(items: Iterable[Item], names: Names) -> Iterator[LedgerError]:
    """Tell of money that stands on the wrong side of the account as a whole, and takes nothing back."""
    told: set[int] = set()
    for item in items:
        together = [other for other in names[item.number] if other.entry is item.entry]
        total = sum([other.amount for other in together], ZERO)
        wrong = total and (total > 0) is _AGAINST[item.kind] and all(other.settles is None for other in together)
        if not wrong or id(item.entry) in told or _means_to_settle(item):
            continue
        told.add(id(item.entry))
        amount = f"{exact(abs(total), item.currency)} {item.currency}"
        yield MoneySignError.at(
            item.entry.meta, item.entry, kind=item.kind, number=item.number, customer=item.customer, amount=amount,
            what="more" if total > 0 else "less",
        )  # fmt: skip


def _means_to_settle(item: Item) -> bool:
    """Whether a transaction has a key that says what it settles, or a number, be it misspelt or in the wrong place."""
    keys = ("settles",) if item.number else ("settles", *KINDS)
    metas = [item.entry.meta, *(posting.meta or {} for posting in postings(item.entry))]
    return any(POSTING.shapes[tuple(meta)].means(*keys) for meta in metas)


def _policy(items: Sequence[Item], events: list[Event], options: Options) -> Iterator[Event]:
    """Events after which unapplied money goes to the oldest due, on the days on which that is the policy."""
    begins = options.since("allocation", "oldest")
    if not begins:
        return
    accounts = {(item.customer, item.currency): item for item in reversed(items)}
    for n, item in enumerate(items):
        if options.at("allocation", item.date) == "oldest":
            yield item.date, OLDEST, n, item, []
    for date, rule, n, _, targets in list(events):
        if rule == EXPLICIT and targets and options.at("allocation", date) == "oldest":
            yield date, OLDEST, n, accounts[targets[0].customer, targets[0].currency], []
    for date in begins:
        for n, item in enumerate(accounts.values()):
            yield date, OLDEST, n, item, []


def _directive_order(directive: Directive) -> tuple[object, ...]:
    number, meta = directive.amount, directive.meta
    where = (str(meta.get("filename")), meta.get("lineno", 0))
    return (directive.date, number > 0, directive.by, directive.number, number, where)


def _find(state: _State, number: str) -> list[Item]:
    """Items of a number; `2026-0012/2` is the second instalment of 2026-0012."""
    found = state.names.get(number, [])
    if "/" in number:
        document, _, part = number.rpartition("/")
        parts = [item for item in state.names.get(document, ()) if str(item.instalment) == part and item.instalment]
        if parts and (
            not found or parts[0].sort_key() < found[0].sort_key()
        ):  # one of a number twice: the earlier has it
            return parts
    return found


def _targets(state: _State, item: Item, number: str, meta: Meta) -> list[Item]:
    """Items that a posting settles by name, earliest due first.

    Errors where there are none of its customer and currency.
    """
    found = _find(state, number)
    if len(found) == 1 and _can_settle(item, found[0]):  # as it nearly always is
        return found
    targets = [target for target in found if target.entry is not item.entry]
    if not targets:
        parts = re.split(r"[\s,;+&]+", number)
        several = len(parts) > 1 and all(_find(state, part) for part in parts)
        remedy = "write a posting for each of these numbers" if several else "correct it"
        state.errors.append(SettlesUnknownError.at(meta, item.entry, number=number, remedy=remedy))
        return []
    own = [target for target in targets if target.customer == item.customer]
    if not own:
        state.errors.append(
            SettlesCustomerError.at(meta, item.entry, number=number, other=targets[0].customer, customer=item.customer)
        )
        return []
    same = [target for target in own if target.currency == item.currency]
    if not same:
        state.errors.append(
            SettlesCurrencyError.at(meta, item.entry, number=number, other=own[0].currency, currency=item.currency)
        )
        return []
    opposite = [target for target in same if (target.amount > 0) != (item.amount > 0)]
    if not opposite and item.amount:
        amount = f"{exact(item.amount, item.currency)} {item.currency}"
        state.errors.append(SettlesSignError.at(meta, item.entry, number=number, amount=amount))
    return sorted(opposite, key=_due_order) if len(opposite) > 1 else opposite


def _can_settle(item: Item, target: Item) -> bool:
    """Whether both are of one customer and currency, in different transactions, on opposite sides of the account."""
    return (
        target.customer == item.customer
        and target.currency == item.currency
        and target.entry is not item.entry
        and (target.amount > 0) != (item.amount > 0)
    )


def _due_order(item: Item) -> tuple[Date, Date, str, int]:
    return item.due, item.date, item.number, item.instalment


def links_of(item: Item) -> frozenset[str]:
    """Links that the bookkeeper wrote: those that the plugin `autolink` added say what is known, not what to do."""
    added = str(item.entry.meta.get("__autolinks__", "")).split()
    return item.entry.links - frozenset(added)


def _linked(state: _State, n: int, item: Item, links: Iterable[str]) -> list[tuple[Date, int, int, Item, list[Item]]]:
    """Events by which money reaches the documents that its links name, as each of them exists."""
    targets = [target for link in links for target in state.names.get(link, ()) if _can_settle(item, target)]
    targets.sort(key=_due_order)
    days = sorted({max(item.date, target.date) for target in targets})
    return [(day, LINKED, n, item, [target for target in targets if target.date <= day]) for day in days]


def _settle(state: _State, date: Date, item: Item, targets: list[Item]) -> None:
    left = abs(item.amount)
    open_ = state.open[targets[0]] if len(targets) == 1 else sum([state.open[target] for target in targets], ZERO)
    for target in targets:
        left -= state.apply(date, item, target, left)
        if not left:
            return
    if left:
        amount = f"{exact(item.amount, item.currency)} {item.currency}"
        state.errors.append(
            SettlesBeyondError.at(
                item.meta,
                item.entry,
                amount=amount,
                number=item.settles,
                open=exact(abs(open_), item.currency),
                currency=item.currency,
            )
        )


def _directed(state: _State, n: int, directive: Directive) -> tuple[Date, int, int, Directive, list[Item]] | None:
    """The event of an `allocate` directive; its items are the sources, then the targets."""
    meta = directive.meta
    sources, targets = _find(state, directive.by), _find(state, directive.number)
    for number, found in ((directive.by, sources), (directive.number, targets)):
        if not found:
            state.errors.append(SettlesUnknownError.at(meta, number=number, remedy="correct it"))
            return None
    customers = {item.customer for item in sources}
    own = [item for item in targets if item.customer in customers]
    if not own:
        state.errors.append(
            SettlesCustomerError.at(
                meta, number=directive.number, other=targets[0].customer, customer=sources[0].customer
            )
        )
        return None
    currency = directive.currency
    same = [item for item in own if item.currency == currency]
    paying = [item for item in sources if item.currency == currency]
    if not same or not paying:
        other = own[0].currency if not same else sources[0].currency
        number = directive.number if not same else directive.by
        amount = f"{exact(directive.amount, currency)} {currency}"
        state.errors.append(AllocateCurrencyError.at(meta, number=number, other=other, amount=amount))
        return None
    if not any((s.amount > 0) != (t.amount > 0) and s.customer == t.customer for s in paying for t in same):
        state.errors.append(SettlesSignError.at(meta, number=directive.number, amount=directive.by))
        return None
    day = max(directive.date, min(item.date for item in paying), min(item.date for item in same))
    return day, EXPLICIT, n, directive, same


def _direct(state: _State, date: Date, directive: Directive, targets: list[Item]) -> None:
    currency = directive.currency
    sources = [item for item in _find(state, directive.by) if item.currency == currency]
    limit = abs(directive.amount)
    undo = directive.amount < 0
    left = limit
    for target in sorted(targets, key=_due_order, reverse=undo):
        for source in sources:
            if source.customer != target.customer or not left:
                continue
            if undo:
                left -= state.take_back(date, source, target, left)
            else:
                left -= state.apply(date, source, target, left)
    if not left:
        return
    amount = f"{exact(limit, currency)} {currency}"
    if undo:
        allocated = exact(limit - left, currency)
        state.errors.append(
            AllocateUndoError.at(directive.meta, amount=amount, by=directive.by, number=directive.number,
                                 allocated=allocated, currency=currency)
        )  # fmt: skip
    else:
        claim = abs(sum([state.open[t] for t in targets], ZERO))
        money = abs(sum([state.open[s] for s in sources], ZERO))
        number, rest = (directive.number, claim) if claim <= money else (directive.by, money)
        state.errors.append(
            SettlesBeyondError.at(directive.meta, amount=amount, number=number,
                                  open=exact(rest + limit - left, currency), currency=currency)
        )  # fmt: skip


def _allocated(state: _State, directive: Directive, targets: list[Item]) -> Decimal:
    """How much of what a directive names is allocated so far."""
    sources = _find(state, directive.by)
    return sum([state.allocated(source, target) for source in sources for target in targets], ZERO)


def _by_account(items: Iterable[Item]) -> dict[tuple[str, str], list[Item]]:
    found: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in items:
        found[item.customer, item.currency].append(item)
    return found


def _oldest(state: _State, date: Date, items: list[Item]) -> None:
    """Apply unapplied money of one customer to what has been due longest."""
    money = [
        item
        for item in items
        if item.date <= date and item.stands is None and item.settles is None and state.open[item]
    ]
    if not money:
        return
    claims = sorted(
        (item for item in items if item.date <= date and item.stands is not None and state.open[item]), key=_due_order
    )
    for source in money:
        for target in claims:
            state.apply(date, source, target, abs(state.open[source]))
