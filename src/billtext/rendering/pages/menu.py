"""The menu: the pages that all others lead to, in one list for the site and Fava."""

from collections.abc import Container
from dataclasses import dataclass

# Address and word of each. A page whose address begins with one of them belongs to it: `customers/C00017`.
ENTRIES = (
    ("index", "Overview"),
    ("ageing", "Ageing"),
    ("open-items", "Open items"),
    ("customers", "Customers"),
    ("documents", "Documents"),
    ("credit-notes", "Credit notes"),
    ("drafts", "Drafts"),
    ("quotes", "Quotes"),
    ("archive", "Archive"),
)
_BELOW = {
    "months": "documents", "errors": "index", "unsent": "index", "statements": "customers", "pay": "customers",
    "allocate": "customers", "issue": "drafts",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page of the menu; `here` where it is the one that is shown, or one that belongs to it."""

    address: str
    word: str
    here: bool


def of(path: str, left_out: Container[str] = ()) -> list[Entry]:
    """The menu of a page.

    :param left_out: addresses of pages that there are not; what would belong to one of them belongs to the first

    >>> [entry.word for entry in of("months/2026-10", {"quotes"}) if entry.here]
    ['Documents']
    >>> [entry.word for entry in of("customers/C00017", {"customers"}) if entry.here]
    ['Overview']
    """
    first = path.partition("/")[0]
    here = _BELOW.get(first, first)
    here = "index" if here in left_out else here
    return [
        Entry(address=address, word=word, here=address == here) for address, word in ENTRIES if address not in left_out
    ]


def has(address: str, left_out: Container[str] = ()) -> bool:
    """Whether the menu leads to a page."""
    return any(address == known for known, _ in ENTRIES) and address not in left_out
