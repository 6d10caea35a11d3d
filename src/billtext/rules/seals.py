"""Seals: whether an issued document was changed, removed or inserted after it was sealed.

A seal has two halves of 32 hexadecimal digits: the digest of the document's content, and the digest of that and of the
seal before it in its series. So a changed document is told from one whose neighbour is gone. The digests are SHA-256,
shortened. Due date, note, allocations and links are not part of the content: they stay editable.

Source of the duty: bokføringsforskriften §§ 5-1-3 and 5-2-9.
"""

import datetime
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount
from beancount.core.data import Transaction

from billtext.errors import SealBrokenError, SealChangedError, SealError, SealFormError, SealMissingError
from billtext.ledger.register import place, values_of
from billtext.ledger.schema import written
from billtext.model import Document, Ledger
from billtext.money import plain
from billtext.rules import numbering

_SEAL = re.compile(r"[0-9a-f]{32}-[0-9a-f]{32}")
_HALF = 32

# What may be changed after issue, of a transaction and of its postings.
EDITABLE = frozenset({"due", "note", "settles", "seal"})


def content(entry: Transaction) -> str:
    """The canonical text of a document: what its seal covers, in an order that hangs on nothing but itself."""
    lines = [f"{entry.date} {_text(entry.payee)} {_text(entry.narration)}", *_keys(entry.meta)]
    for posting in entry.postings:
        units, price = posting.units, posting.price
        rate = f" @ {_value(price)}" if isinstance(price, Amount) else ""
        lines.append(f"{posting.account} {_value(units)}{rate}")
        lines += [f"  {line}" for line in _keys(posting.meta or {})]
    return "\n".join(lines)


def _keys(meta: Mapping[str, Any]) -> list[str]:
    return [f"{key}: {_value(value)}" for key, value in sorted(values_of(meta).items()) if key not in EDITABLE]


def _text(value: str | None) -> str:
    return written(value or "")


def _value(value: object) -> str:
    """A value so that equal amounts are written equally: 12500.00 and 12500 are one."""
    if isinstance(value, Amount) and isinstance(value.number, Decimal):
        return f"{plain(value.number)} {value.currency}"
    return value.isoformat() if isinstance(value, datetime.date) else written(value)


def seal(entry: Transaction, before: str) -> str:
    """The seal of a document after the one with the seal `before` in its series, which is empty for the first."""
    own = _digest(content(entry))
    return f"{own}-{_digest(own + before)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HALF]


def chains(ledger: Ledger) -> dict[str, list[Document]]:
    """The documents of each series in the order of their numbers; of a kind without series, in the order of dates."""
    found: dict[str, list[tuple[tuple[int, int], Document]]] = {}
    for n, document in enumerate(ledger.documents.values()):
        where = numbering.place_of(ledger, document)
        name, order = (document.kind, (0, n)) if where is None else (where[0], where[1:])
        found.setdefault(name, []).append((order, document))
    return {name: [d for _, d in sorted(pairs, key=lambda pair: pair[0])] for name, pairs in sorted(found.items())}


def of(document: Document) -> str | None:
    """The seal that a document carries, or None."""
    value = document.entry.meta.get("seal")
    return value if isinstance(value, str) else None


def head(documents: Iterable[Document]) -> str:
    """The seal that the next document of a chain follows; empty if the last one has none."""
    last = None
    for document in documents:
        last = document
    return (of(last) or "") if last is not None else ""


def check(ledger: Ledger) -> Iterator[SealError]:
    """Yield what is wrong with the seals of a ledger: of each series the first document where its chain breaks.

    Documents before the first seal of a series are older than sealing, and pass.
    """
    for name, documents in chains(ledger).items():
        before: Document | None = None
        last = max((n for n, document in enumerate(documents) if of(document) is not None), default=-1)
        began = False
        for n, document in enumerate(documents[: last + 1]):
            own = of(document)
            error: SealError | None = None
            if own is None:
                if began and n < last:
                    error = SealMissingError.at(
                        document.entry.meta, document.entry, number=document.number, series=name
                    )
            else:
                began = True
                error = _broken(document, own, before, name)
            if error is not None:
                yield error
                break
            before = document


def _broken(document: Document, own: str, before: Document | None, series: str) -> SealError | None:
    meta, entry, number = document.entry.meta, document.entry, document.number
    if _SEAL.fullmatch(own) is None:
        return SealFormError.at(meta, entry, number=number, seal=written(own))
    digest = _digest(content(entry))
    if own[:_HALF] != digest:
        return SealChangedError.at(meta, entry, number=number)
    if own[_HALF + 1 :] == _digest(digest + ((of(before) or "") if before is not None else "")):
        return None
    after = "the beginning" if before is None else f"{before.number} ({place(before.entry.meta)})"
    return SealBrokenError.at(meta, entry, number=number, after=after, series=series)


def state(document: Document) -> str:
    """Whether a document is as it was sealed, seen by itself: `unsealed`, `unchanged` or `changed`.

    That none before it is gone, only its series can tell: `check`.
    """
    own = of(document)
    if own is None:
        return "unsealed"
    return "unchanged" if _SEAL.fullmatch(own) and matches(document.entry, own) else "changed"


def matches(entry: Transaction, own: str) -> bool:
    """Whether a document has the content that a seal was made for."""
    return own[:_HALF] == _digest(content(entry))
