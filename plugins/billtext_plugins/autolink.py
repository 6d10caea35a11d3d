"""Add the links that join a document with what settles it and with its filed documents.

From::

    2026-03-02 * "Nordlys Interiør AS" "Consulting"
      invoice: "2026-0012"
      …

    2026-03-25 * "Nordlys Interiør AS" "Bank giro"
      payment: "B2026-0041"
      Assets:Bank                1000.00 NOK
      Assets:Receivable:C00017  -1000.00 NOK
        settles: "2026-0012"

both get the link ``^2026-0012``, and so does a file of that customer's account in the documents folder whose name holds
the number. Amounts stay as they are, and so do allocations: a link that was added here is marked in the hidden metadata
``__autolinks__`` (numbers separated by spaces), and the link rule takes no notice of it.
"""

import re
from collections import defaultdict
from pathlib import PurePath
from typing import Any

from beancount.core.data import Document as Filed
from beancount.core.data import Transaction

from billtext.ledger import load
from billtext.ledger.accounts import Receivables
from billtext.model import DOCUMENTS
from billtext.outside.last_load import read
from billtext.rendering.escape import file_name
from billtext.rules.book import Book

__plugins__ = ("autolink",)


def autolink(entries: list[Any], options_map: dict[str, Any], config: str | None = None) -> tuple[list[Any], list[Any]]:
    """Add links; no errors."""
    if load.loading.get():
        return entries, []
    current = read(entries, options_map)
    book = current.book
    wanted = _of_transactions(book)
    found = []
    for entry in entries:
        if isinstance(entry, Filed):
            links = _of_file(book, entry)
        elif isinstance(entry, Transaction):
            links = wanted.get(id(entry), set())
        else:
            links = set()
        added = links - (entry.links or frozenset()) if links else links
        found.append(_linked(entry, added) if added else entry)
    current.entries = found  # links that are marked as added change nothing that is read
    return found, []


def _linked(entry: Any, added: set[str]) -> Any:
    before = str(entry.meta.get("__autolinks__", "")).split()
    marked = " ".join(sorted({*before, *added}))
    links = frozenset((entry.links or frozenset()) | added)
    return entry._replace(links=links, meta={**entry.meta, "__autolinks__": marked})


def _of_transactions(book: Book) -> dict[int, set[str]]:
    """Numbers to link, by the identity of the transaction."""
    links: dict[int, set[str]] = defaultdict(set)
    for document in book.documents:
        links[id(document.entry)].add(document.number)
    for allocation in book.allocations.all:
        for item, other in ((allocation.source, allocation.target), (allocation.target, allocation.source)):
            if item.kind in DOCUMENTS and item.number:
                links[id(other.entry)].add(item.number)
    return links


def _of_file(book: Book, filed: Filed) -> set[str]:
    """Numbers that stand in the name of a file on a customer's account."""
    customer = Receivables(book.register)[filed.account]
    name = PurePath(filed.filename).name
    return {
        document.number
        for document in book.documents_of.get(customer or "", ())
        if re.search(rf"(?<![A-Za-z0-9]){re.escape(file_name(document.number))}(?![A-Za-z0-9])", name)
    }
