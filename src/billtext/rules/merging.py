"""Merge a customer into another: what is open moves by one dated transaction, and the history stays where it was.

On the old account each open item is settled under its name. On the new account it stands open again under a name of its
own, the old one with the old customer's id behind it, with its due date: `2026-0012-C00017`. So the ageing of the new
account says what that of the old one said, a later payment can settle the item by name, and nothing that is dated
earlier changes. What settles it on the old account carries the same name: an invoice tells where its rest went.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.errors import Refused
from billtext.ledger.accounts import Receivables
from billtext.ledger.register import place
from billtext.model import Date, Item, postings
from billtext.rules import ageing, customer_closing, register_changes
from billtext.rules.book import Book
from billtext.rules.register_changes import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An open item that moves.

    :param account: on which it stands
    :param amount: what is open of it, with its sign
    :param name: under which it stands open on the new account
    :param rate: of its currency to the company's, as it was booked, or None
    """

    item: Item
    account: str
    amount: Decimal
    name: str
    rate: Amount | None

    @property
    def due(self) -> Date | None:
        """When it falls due; None for unapplied money."""
        return None if self.item.stands is None else self.item.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merge of a customer (`old`) into another (`new`).

    :param payee: what the transaction calls the old customer: the id of a person
    :param closing: what the register says of the old customer from then on
    """

    old: str
    new: str
    date: Date
    reason: str
    payee: str
    moved: tuple[Moved, ...]
    closing: Change


def merge(book: Book, old: str, new: str, date: Date, reason: str) -> Merge:
    """Decide on a merge.

    :raises Refused: one of the two is not there on that day or the new one is closed; or the old one has something on
        that day or later, or something open that has no name
    """
    register = book.register
    for name in (old, new):
        first = register_changes.record(register, "customer", name).first
        if first > date:
            raise Refused(f"customer {name} begins on {first}; merge on that day or later, not on {date}")
    if old == new:
        raise Refused(f"customer {old} cannot be merged into itself; name two")
    if register.values("customer", new, date).get("closed") is True:
        raise Refused(f"customer {new} is closed on {date}; open it again with `billtext customer reopen {new}`")
    into = register.values("customer", old, date).get("merged-into")
    if into and register.values("customer", old, date).get("closed") is True:
        raise Refused(f"customer {old} is merged into {into} already; `billtext customer reopen {old}` opens it again")
    customer_closing.free(book, old, date)
    last = max((day for item in book.items_of.get(old, ()) for day in _days(book, item)), default=date)
    if last > date:
        raise Refused(f"customer {old} has something dated {last}; merge on that day or later, not on {date}")
    values = {"closed": True, "merged-into": new, "reason": reason}
    closing = register_changes.edit(register, "customer", old, date, values)
    if closing is None:
        raise Refused(f"customer {old} is merged into {new} already")
    card = register.values("customer", old, date)
    return Merge(
        old=old, new=new, date=date, reason=reason, closing=closing, moved=_moved(book, old),
        payee=old if card.get("kind") in {"person", "guest"} else str(card.get("name") or old),
    )  # fmt: skip


def _days(book: Book, item: Item) -> list[Date]:
    return [item.date, *(allocation.date for allocation in book.allocations.of.get(item, ()))]


def _moved(book: Book, old: str) -> tuple[Moved, ...]:
    taken = {name for item in book.items for name in (item.number, item.name)} | book.ledger.documents.keys()
    names: dict[str, str] = {}
    found = []
    for one in ageing.open_items(book, Date.max, customers=[old]):
        item = one.item
        if not item.number:
            raise Refused(
                f"{place(item.entry.meta)}: {item.amount} {item.currency} of {old} stands open without a name; give "
                'that transaction one, such as `payment: "B2026-0041"`, and merge again'
            )
        if item.name not in names:
            names[item.name] = _name(f"{item.name}-{old}", taken)
            taken.add(names[item.name])
        account, rate = _posting(item)
        found.append(Moved(item=item, account=account, amount=one.open, name=names[item.name], rate=rate))
    return tuple(found)


def _name(wanted: str, taken: set[str]) -> str:
    name, n = wanted, 1
    while name in taken:
        n += 1
        name = f"{wanted}-{n}"
    return name


def _posting(item: Item) -> tuple[str, Amount | None]:
    for posting in postings(item.entry):
        if (posting.meta or item.entry.meta) is item.meta:
            price = posting.price
            return posting.account, None if price is None else Amount(price.number, price.currency)
    raise AssertionError(item)  # an item is always one of its entry's postings


def owner(book: Book, moved: Moved) -> Mapping[str, Any]:
    """`customer:` for a posting to an account that does not tell whose it is."""
    told = Receivables(book.register)[moved.account]
    return {} if told == moved.item.customer else {"customer": moved.item.customer}
