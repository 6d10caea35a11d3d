"""Write drafts: a file for each, under a name that is free."""

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core.amount import Amount

from billtext.errors import Refused
from billtext.ledger import drafts as draft_reader
from billtext.model import Date, Register
from billtext.outside.desk import Desk
from billtext.outside.draft_files import DIRECTORY
from billtext.outside.issuing import rates
from billtext.rendering import ledger_text
from billtext.rules import drafts
from billtext.rules.drafts import Prepared


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
        prepared, more = drafts.prepare(draft, desk.book.register, rates(desk.loaded.entries), date)
        wrong += more
        if prepared is not None and not wrong:
            return prepared
    told = dict.fromkeys(
        f"{path.name}:{error.source['lineno']}: {error.message}" if placed else error.message for error in wrong
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
