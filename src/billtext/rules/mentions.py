"""What a movement mentions beside its amounts: documents, by its links, and people, by their names."""

import re
from collections.abc import Iterable, Iterator, Sequence

from billtext.errors import LedgerError, LinkUnknownError, PersonNamedError, SettlesCustomerError
from billtext.model import DOCUMENTS, Date, Item, Record, Register
from billtext.rules import numbering
from billtext.rules.allocation import Names, links_of

# Kinds of customer whose name is that of a person, or may be.
PRIVATE = ("person", "guest")


def check(items: Sequence[Item], names: Names, register: Register, closed: Date | None = None) -> Iterator[LedgerError]:
    """Check what movements mention.

    :param names: the items of each number that can be meant
    :param closed: the last day of what is closed
    """
    yield from _links(items, names, register)
    yield from _people(items, register, closed)


def _links(items: Sequence[Item], names: Names, register: Register) -> Iterator[LedgerError]:
    """Check that links of money that look like a document's number name one, and not another customer's alone.

    Else the link rule allocates nothing, and the money stands unapplied without a word. Other links are the
    bookkeeper's own: they may mean anything.
    """
    numbers = numbering.telling(register)
    doubtful: list[tuple[Item, str]] = []
    for item in items:
        if item.settles is not None or item.kind in DOCUMENTS:
            continue
        for link in item.entry.links or ():
            found = names.get(link)
            if found is None:
                if any(form.fullmatch(link) for form in numbers) and register.get("customer", link) is None:
                    doubtful.append((item, link))
            elif found[0].customer != item.customer and found[0].kind in DOCUMENTS:
                doubtful.append((item, link))
    if not doubtful:
        return
    customers: dict[int, set[str]] = {}
    for item in items:
        customers.setdefault(id(item.entry), set()).add(item.customer)
    told: set[tuple[int, str]] = set()
    for item, link in sorted(doubtful, key=lambda pair: (pair[0].sort_key(), pair[1])):
        found, mark = names.get(link), (id(item.entry), link)
        if mark in told or link not in links_of(item):
            continue
        told.add(mark)
        if found is None:
            yield LinkUnknownError.at(item.entry.meta, item.entry, number=link)
        elif not any(_owners(names, other) & customers[id(item.entry)] for other in item.entry.links):
            yield SettlesCustomerError.at(
                item.meta, item.entry, number=link, other=found[0].customer, customer=item.customer
            )


def _owners(names: Names, link: str) -> set[str]:
    return {item.customer for item in names.get(link, ()) if item.kind in DOCUMENTS}


def _people(items: Sequence[Item], register: Register, closed: Date | None) -> Iterator[LedgerError]:
    """Check that what is not issued under seal carries a person's id, not the name; what is closed stays as it is."""
    private = {
        name: names_of(record)
        for name, record in register.of("customer").items()
        if any(version.values.get("kind") in PRIVATE for version in record.versions)
    }
    told: set[int] = set()
    for item in items if private else ():
        named, entry = private.get(item.customer), item.entry
        if not named or id(entry) in told or "seal" in entry.meta or (closed is not None and entry.date <= closed):
            continue
        for where, text in (("payee", entry.payee), ("narration", entry.narration)):
            kind = register.values("customer", item.customer, entry.date).get("kind") if says(text, named) else None
            if kind in PRIVATE:
                told.add(id(entry))
                yield PersonNamedError.at(entry.meta, entry, where=where, customer=item.customer)
                break


def names_of(record: Record) -> frozenset[str]:
    """All names that the register has had for a customer, in small letters."""
    names = (str(version.values.get("name") or "").strip() for version in record.versions)
    return frozenset(name.casefold() for name in names if name not in {"", record.id})


def says(text: str | None, names: Iterable[str]) -> bool:
    """Whether a text has one of these names in it. One of one word (May, Bill) has to be all of it."""
    small = (text or "").casefold()
    for name in names:
        if name in small:
            found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", small) if " " in name else small.strip() == name
            if found:
                return True
    return False
