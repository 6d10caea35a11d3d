"""Write drafts: a file for each, under a name that is free."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core.amount import Amount

from billtext.errors import Refused
from billtext.ledger import drafts as draft_reader
from billtext.ledger import write
from billtext.ledger.schema import ACCOUNT, DRAFT, DRAFT_POSTING
from billtext.model import Date, Register
from billtext.outside import files
from billtext.outside.desk import Desk
from billtext.outside.draft_files import DIRECTORY
from billtext.outside.issuing import rates
from billtext.rendering import ledger_text
from billtext.rules import drafts, register_changes
from billtext.rules.prepared import Prepared


def free(desk: Desk, stem: str, taken: Collection[Path] = ()) -> Path:
    """A file in the drafts directory that is not there yet.

    :param taken: files that will be there
    """
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-") or "draft"
    for n in range(1, 10_000):
        path = desk.path(Path(DIRECTORY) / f"{stem}{'' if n == 1 else f'-{n}'}.beancount")
        if not path.exists() and path not in taken:
            return path
    raise Refused(f"there are too many drafts named {stem}; issue or delete some")


def add(
    desk: Desk, stem: str, date: Date, kind: str, narration: str, keys: Mapping[str, Any],
    postings: Sequence[tuple[str, Amount | None, Mapping[str, Any]]],
) -> tuple[Path, Prepared]:  # fmt: skip
    """Decide on a draft; it is written by `Desk.commit`.

    :raises Refused: it could not be issued as it stands
    """
    text = ledger_text.draft(date, kind, narration, keys, postings)
    path = free(desk, stem)
    prepared = check(desk, text, path, date)
    desk.replace(path, text)
    return path, prepared


def check(desk: Desk, text: str, path: Path, date: Date, *, placed: bool = False) -> Prepared:
    """What the text of one draft becomes.

    :param placed: tell mistakes with file and line, since the text will be there
    :raises Refused: it has a mistake
    """
    found, errors = draft_reader.read(text, str(path))
    wrong: list[Any] = list(errors)
    for draft in found:
        prepared, more = drafts.prepare(
            draft, desk.book.register, rates(desk.loaded.entries), date, corrected=desk.book.ledger.documents
        )
        wrong += more
        if prepared is not None and not wrong:
            return prepared
    told = dict.fromkeys(
        f"{files.below(desk.root, path)}:{error.source['lineno']}: {error.message}" if placed else error.message
        for error in wrong
    )
    raise Refused("; ".join(told) or "the draft is empty")


def income_account(register: Register, date: Date, code: str | None) -> str:
    """The account of a line that names none: that of most items of the price list with its VAT code.

    :raises Refused: no item has it
    """
    counts: dict[str, int] = {}
    for record in register.of("item").values():
        values = record.at(date) or {}
        account = values.get("account")
        if account is not None and code in (None, values.get("vat")):
            counts[account] = counts.get(account, 0) + 1
    if not counts:
        raise Refused(f"no item with VAT code {code} tells the account of the line; name one with --account")
    return max(counts.items(), key=lambda pair: (pair[1], pair[0]))[0]


def item_posting(register: Register, date: Date, code: str, quantity: Decimal) -> tuple[str, None, dict[str, Any]]:
    """The posting of an item of the price list.

    :raises Refused: there is no such item, or it has no account
    """
    record = register.get("item", code)
    values = None if record is None else record.at(date)
    if values is None:
        raise Refused(f"item {code} is not in the price list on {date}; correct the code, or add the item")
    if values.get("account") is None:
        raise Refused(f"item {code} has no account; add `account:` to it")
    return str(values["account"]), None, {"item": code, "quantity": quantity}


Posting = tuple[str, Amount | None, dict[str, Any]]

# Keys of a posting to a customer's account, which no line has.
_NOT_OF_LINES = frozenset({"due", "settles", "name", "customer", "share", "days"})


def with_key(posting: Posting, key: str, text: str, currency: str) -> Posting:
    """The posting of a line with another key, or with another account.

    :param text: as it was typed, of the type of the key
    :raises Refused: it is no such value, or no key of a line
    """
    account, amount, keys = posting
    if key in _NOT_OF_LINES:
        raise Refused(f"`{key}` is no key of a line; leave it out")
    if key == "account":
        return str(register_changes.meant(ACCOUNT, key, text)), amount, keys
    return account, amount, {**keys, key: register_changes.meant(DRAFT_POSTING.get(key), key, text, currency)}


def of_document(kind: str, reason: str, price: Decimal, code: str, currency: str) -> dict[str, Any]:
    """Keys of an allowance or a charge on the whole document, which is a line of its own.

    :param kind: `allowance` or `charge`
    """
    about = write.clean(reason)
    return {"text": about, "price": Amount(price, currency), "vat": code, kind: about}


_TAKEN = {"invoice", "credit-note", "seal", "corrects"}
_OPTIONS = {"customer", "due", "delivery", "order", "currency", "rate", "prices", "discount"}


def keys_of(others: Iterable[str]) -> dict[str, Any]:
    """Keys of a draft, each typed as KEY=VALUE.

    :raises Refused: one cannot be a key there, or its text is no such value
    """
    found: dict[str, Any] = {}
    for other in others:
        key, sign, text = other.partition("=")
        if not sign:
            raise Refused(f"--set {other!r} is no key with its value; write KEY=VALUE")
        if key in _TAKEN:
            raise Refused(f"--set {key}: a draft of an invoice has no such key of its own; leave it out")
        if key in _OPTIONS:
            raise Refused(f"--set {key}: the command has an argument or option for it; use that")
        if key in found:
            raise Refused(f"--set {key}: it is given twice; leave one out")
        found[key] = register_changes.meant(DRAFT.get(key), key, text)
    return found
