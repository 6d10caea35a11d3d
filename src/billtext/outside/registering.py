"""Write changes of the register: each in the file in which its record stands, a new customer in a file of its own."""

from collections.abc import Iterable
from pathlib import Path

from beancount.core.data import Open

from billtext.errors import Refused
from billtext.ledger import write
from billtext.ledger.register import place
from billtext.model import Record
from billtext.outside.desk import Desk
from billtext.rendering import merge_text, register_text
from billtext.rules.merging import Merge
from billtext.rules.register_changes import Change


def opened(desk: Desk) -> dict[str, Open]:
    """The accounts that the ledger opens, by name."""
    return {entry.account: entry for entry in desk.loaded.entries if isinstance(entry, Open)}


def home(desk: Desk, directive: str, id: str) -> Path:  # noqa: A002 - the field's word
    """The file for a record: that in which it stands, a contact's customer's, else the one in which its like stand."""
    register = desk.book.register
    if directive == "contact":
        directive, id = "customer", id.partition(" ")[0]  # noqa: A001
    file = _file(register.get(directive, id))
    if file is not None:
        return file
    if directive == "customer":
        return desk.path(f"customers/{id}.beancount")
    files = [found for found in map(_file, register.of(directive).values()) if found is not None]
    return max(sorted(set(files)), key=files.count, default=desk.path(f"{directive}s.beancount"))


def _file(record: Record | None) -> Path | None:
    name = None if record is None else record.versions[-1].meta.get("filename")
    path = Path(str(name))
    return path if name and path.is_file() else None


def add(desk: Desk, changes: Iterable[Change]) -> str:
    """Put changes on the desk; nothing is written before `Desk.commit`.

    With a customer's first directive, the receivable account is opened unless it is.

    :return: the text that is added, file by file
    :raises Refused: a change names an account that is not open
    """
    accounts, register = opened(desk), desk.book.register
    texts: dict[Path, list[str]] = {}
    heads: dict[Path, str] = {}
    for change in changes:
        account = change.values.get("account")
        if change.directive == "item" and account is not None and str(account) not in accounts:
            raise Refused(f"the account {account} is not open; open it in the chart of accounts, or correct it")
        text = register_text.change(change)
        path = home(desk, change.directive, change.id)
        if change.directive == "customer" and register.get("customer", change.id) is None:
            heads.setdefault(path, register_text.head(change))
            receivable = f"{register.options.receivable}:{change.id}"
            if receivable not in accounts:
                text += write.opening(change.date, receivable)
        texts.setdefault(path, []).append(text)
    for path, parts in texts.items():
        desk.append(path, "\n".join(parts), head=heads.get(path, ""))
    return "\n".join(part for parts in texts.values() for part in parts)


def merge(desk: Desk, found: Merge) -> str:
    """Put a merge on the desk: what moves goes to the payments of its year, the closing to the old customer's file.

    :return: the text that is added
    :raises Refused: the new customer's account cannot hold a currency that would move there
    """
    texts = []
    moves = merge_text.transaction(desk.book, found)
    account = f"{desk.book.register.options.receivable}:{found.new}"
    open_ = opened(desk).get(account)
    for one in found.moved:
        if open_ is not None and open_.currencies and one.item.currency not in open_.currencies:
            raise Refused(
                f"{account} is opened for {', '.join(open_.currencies)} only ({place(open_.meta)}), and "
                f"{one.item.currency} would move there; add {one.item.currency} to that line"
            )
    if moves and open_ is None:
        texts.append(write.opening(found.date, account))
        desk.append(home(desk, "customer", found.new), texts[0])
    if moves:
        texts.append(moves)
        head = f"; Payments and what else moves on customers' accounts, {found.date.year}.\n"
        desk.append(f"payments/{found.date.year:04}.beancount", moves, head=head)
    texts.append(add(desk, [found.closing]))
    return "\n".join(texts)
