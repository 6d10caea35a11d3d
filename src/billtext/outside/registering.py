"""Write changes of the register: each in the file in which its record stands, a new customer in a file of its own."""

from collections.abc import Iterable
from pathlib import Path

from beancount.core.data import Open

from billtext.errors import Refused
from billtext.ledger import write
from billtext.model import Record
from billtext.outside.desk import Desk
from billtext.rendering import register_text
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
