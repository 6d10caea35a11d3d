"""Close a customer, and open it again: a closed one gets no further document, and its history stays."""

from typing import Any

from billtext.errors import Refused
from billtext.ledger.accounts import Receivables
from billtext.model import Date, Draft, Register
from billtext.money import exact
from billtext.rules import ageing, register_changes
from billtext.rules.book import Book
from billtext.rules.register_changes import Change


def close(book: Book, customer: str, date: Date, reason: str, *, forced: bool = False) -> Change:
    """The directive that closes a customer.

    :param forced: although something is open
    :raises Refused: it is closed, has something open, or a document on that day or later
    """
    register_changes.record(book.register, "customer", customer)
    if book.register.values("customer", customer, date).get("closed") is True:
        raise Refused(f"customer {customer} is closed on {date} already")
    left = ageing.open_items(book, Date.max, customers=[customer])
    if left and not forced:
        told = ", ".join(f"{one.item.name or one.kind} {exact(one.open, one.item.currency)} {one.item.currency}"
                         for one in left[:3])  # fmt: skip
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        raise Refused(
            f"customer {customer} has something open: {told}{more}; settle it, merge the customer into another, "
            "or say --force"
        )
    return _change(book, customer, date, {"closed": True, "reason": reason})


def free(book: Book, customer: str, date: Date) -> None:
    """Refuse a day on which a customer cannot be closed.

    :raises Refused: a document of the customer is dated then or later
    """
    last = max((document.date for document in book.documents_of.get(customer, ())), default=None)
    if last is not None and last >= date:
        raise Refused(f"customer {customer} has a document dated {last}; close it on a later day than that")


def _change(book: Book, customer: str, date: Date, values: dict[str, Any]) -> Change:
    free(book, customer, date)
    change = register_changes.edit(book.register, "customer", customer, date, values)
    if change is None or "closed" not in change.values:
        raise Refused(f"customer {customer} is closed on {date} already")
    return change


def reopen(book: Book, customer: str, date: Date, reason: str | None) -> Change:
    """The directive that opens a closed customer again.

    :raises Refused: it is not closed
    """
    register_changes.record(book.register, "customer", customer)
    values: dict[str, Any] = {"closed": False} | ({"reason": reason} if reason else {})
    if book.register.values("customer", customer, date).get("closed") is not True:
        raise Refused(f"customer {customer} is not closed on {date}")
    change = register_changes.edit(book.register, "customer", customer, date, values)
    assert change is not None  # noqa: S101 - for the type checker: `closed` differs
    return change


def waiting(register: Register, drafts: list[Draft], customer: str) -> list[Draft]:
    """Drafts of a customer."""
    customer_of = Receivables(register)
    return [
        draft
        for draft in drafts
        if customer in {draft.entry.meta.get("customer"), *(customer_of[p.account] for p in draft.entry.postings)}
    ]
