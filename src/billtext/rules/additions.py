"""Whether directives can be added to a ledger that is right, told from what they touch: no new book is built.

A ledger without an error gets one only through what is new: its own text, its numbers, and the accounts of the
customers that it is about. So those are looked at, and nothing else. The answer is *yes* or *not sure*: where there is
an error, and where the register or the closed months change, the whole book is to be built, which tells what is wrong.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from beancount.core.data import Custom, Open, Transaction

from billtext.ledger import filed as filed_reader
from billtext.ledger import key_lines
from billtext.ledger import register as register_reader
from billtext.ledger.accounts import Receivables
from billtext.ledger.schema import REFERENCES
from billtext.model import Directive, Document, Item, Ledger, Void
from billtext.rules import allocation, book, closing, filing_checks, mentions, numbering
from billtext.rules.book import Book

# Directives that are about numbers, and change neither the register nor a month.
_PLAIN = register_reader.NUMBERED | {"filed"}


def harmless(known: Book, new: Iterable[Any], sources: Any = None) -> bool:
    """Whether a ledger without errors surely has none with these directives either.

    :param known: the ledger's book; Beancount has no error in it either
    :param new: booked directives
    :param sources: as of `book.build`
    """
    transactions: list[Transaction] = []
    customs: list[Custom] = []
    closed = closing.until(known.ledger)
    if known.errors or known.register.currency is None:
        return False
    for entry in new:
        if isinstance(entry, Open):
            if not known.items:  # before an account is opened, Beancount and we check none
                return False
            continue
        if closed is not None and entry.date <= closed and getattr(entry, "type", "") not in closing.OF_PAPERS:
            return False
        if isinstance(entry, Transaction) and entry.flag != "P":
            transactions.append(entry)
        elif isinstance(entry, Custom) and entry.type in _PLAIN:
            customs.append(entry)
        else:
            return False
    good, errors = register_reader.well_formed(customs)
    if sources is not None and customs:
        files = sorted({str(entry.meta.get("filename")) for entry in customs})
        errors.extend(key_lines.duplicate_keys(customs, sources(files)))
    voids, directives, found = register_reader.directives(good)
    filed, unread = filed_reader.read(good, known.register)
    if errors or found or unread:
        return False
    documents, items, referred, wrong = book.read(transactions, known.register, known.ledger.billed)
    if filed:
        whole = {**known.ledger.documents, **{document.number: document for document in documents}}
        wrong = [*wrong, *filing_checks.check(known.register, [*known.ledger.filed, *filed], whole)]
    return not wrong and _apart(known.ledger, items, referred) and _in_series(known, documents, voids) and (
        _settled(known, documents, items, directives)
    )  # fmt: skip


def _apart(ledger: Ledger, items: Sequence[Item], referred: Sequence[Document]) -> bool:
    """Whether numbers and payment references are those of nobody else, and links name nobody else's document."""
    owners: dict[str, int] = {}
    for item in items:
        for name in {item.number, item.name} - {""}:
            if owners.setdefault(name, id(item.entry)) != id(item.entry):
                return False
    if any(item.number in owners or (item.instalment and item.name in owners) for item in ledger.items):
        return False
    # A link that named nothing so far may name somebody else's document now.
    if any(not owners.keys().isdisjoint(item.entry.links or ()) for item in ledger.items if item.settles is None):
        return False
    if _astray(ledger, items):
        return False
    given = [
        (key, document.entry.meta[key]) for document in referred for key in REFERENCES if key in document.entry.meta
    ]
    taken = set(given)
    if len(taken) < len(given):
        return False
    keys = {key for key, _ in given}
    return not any(
        (key, document.entry.meta.get(key)) in taken for document in ledger.documents.values() for key in keys
    )


def _astray(ledger: Ledger, items: Sequence[Item]) -> bool:
    """Whether a link of new money names a document of a customer who has no part in its transaction."""
    customers: dict[int, set[str]] = {}
    for item in items:
        customers.setdefault(id(item.entry), set()).add(item.customer)
    return any(
        link in ledger.documents and ledger.documents[link].customer not in customers[id(item.entry)]
        for item in items if item.settles is None for link in allocation.links_of(item)
    )  # fmt: skip


def _in_series(known: Book, documents: Sequence[Document], voids: Sequence[Void]) -> bool:
    """Whether numbers follow those of their series."""
    ledger = known.ledger
    spoilt = {void.number for void in (*ledger.voids, *voids)}
    if len(spoilt) < len(ledger.voids) + len(voids) or not spoilt.isdisjoint(
        [*(document.number for document in documents), *(ledger.documents if voids else ())]
    ):
        return False
    return numbering.follows(known.register, known.numbers, documents, voids)


def _settled(
    known: Book, documents: Sequence[Document], items: Sequence[Item], directives: Sequence[Directive]
) -> bool:
    """Whether the accounts of the customers concerned have no error with what is new."""
    of_number = {
        number for directive in directives for name in (directive.by, directive.number) for number in _both(name)
    }
    named = [item for item in known.items if item.number in of_number] if of_number else []
    customers = _together(known, {item.customer for item in (*items, *named)})
    theirs = [item for customer in customers for item in known.items_of.get(customer, ())]
    numbers = {item.number for item in (*theirs, *items)}
    there = [d for d in known.ledger.directives if any(n in numbers for name in (d.by, d.number) for n in _both(name))]
    found = [document for customer in customers for document in known.documents_of.get(customer, ())]
    whole = [*theirs, *items]
    book.put_in_order(whole)
    of_numbers, names, wrong = book.by_number([*found, *documents], whole)
    ledger = replace(known.ledger, items=tuple(whole), documents=of_numbers)
    if (
        wrong
        or any(True for _ in book.credits_(ledger))
        or any(True for _ in mentions.check(items, names, known.register))
    ):
        return False
    _, errors = allocation.allocate(whole, names, [*there, *directives], known.register.options)
    return not errors


def _both(name: str) -> tuple[str, str]:
    """A number as it is, and without what may be the count of an instalment."""
    return name, name.rpartition("/")[0] or name


def _together(known: Book, customers: set[str]) -> list[str]:
    """Customers, with those who share a transaction with them, and so on."""
    customer_of = Receivables(known.register)
    found, waiting = set(customers), list(customers)
    while waiting:
        for item in known.items_of.get(waiting.pop(), ()):
            if sum(customer_of[posting.account] is not None for posting in item.entry.postings) < 2:
                continue
            more = {other.customer for other in known.entries_of[id(item.entry)]} - found
            found |= more
            waiting += more
    return sorted(found)
