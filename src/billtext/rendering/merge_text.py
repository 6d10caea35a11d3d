"""The transaction of a merge as ledger text."""

from billtext.ledger import write
from billtext.model import DOCUMENTS
from billtext.money import exact
from billtext.rules import merging
from billtext.rules.book import Book
from billtext.rules.merging import Merge, Moved


def transaction(book: Book, merge: Merge) -> str:
    """What moves; empty where nothing does."""
    if not merge.moved:
        return ""
    root = book.register.options.receivable
    lines = []
    for one in merge.moved:
        settles = {**merging.owner(book, one), "settles": one.item.name}
        lines.append(_posting(one, one.account, -1, settles))
        lines.append(_posting(one, f"{root}:{merge.new}", 1, {"name": one.name, "due": one.due}))
    links = dict.fromkeys(one.item.number for one in merge.moved if one.item.kind in DOCUMENTS)
    return write.transaction(
        merge.date, merge.payee, f"{merge.old} merged into {merge.new}", links=links,
        meta={"merges": merge.old, "reason": merge.reason}, postings=lines,
    )  # fmt: skip


def _posting(one: Moved, account: str, sign: int, meta: dict[str, object]) -> str:
    currency = one.item.currency
    rate = "" if one.rate is None or one.rate.number is None else f"{one.rate.number:f} {one.rate.currency}"
    return write.posting(account, exact(sign * one.amount, currency), currency, rate=rate, meta=meta)
