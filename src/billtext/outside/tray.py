"""Drafts and quotes, which lie beside a ledger: no load has them, and none tells when they change."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billtext.errors import Refused
from billtext.outside import draft_files, quotes
from billtext.rendering.pages import faults

if TYPE_CHECKING:
    from billtext.ledger.quotes import Quote
    from billtext.model import Draft

State = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tray:
    """What lies beside the ledger and is in no load of it.

    :param state: name, time and size of each file
    :param unread: what is wrong with the form of the files
    """

    state: State
    drafts: "tuple[Draft, ...]"
    quotes: "tuple[Quote, ...]"
    unread: list[dict[str, Any]]


def state(root: Path) -> State:
    """The files as they are now, told apart by time and size.

    :param root: directory of the ledger's top file
    """
    found = []
    for directory in (draft_files.DIRECTORY, quotes.DIRECTORY):
        for path in sorted((root / directory).rglob("*.beancount")):
            try:
                stat = path.stat()
            except OSError:  # it was issued, and is gone
                continue
            found.append((str(path), stat.st_mtime_ns, stat.st_size))
    return tuple(found)


def read(root: Path, files: State) -> Tray:
    """Read the files; one that cannot be read is told in the place of its drafts."""
    found: list[Draft] = []
    offered: list[Quote] = []
    unread: list[dict[str, Any]] = []
    for name, _, _ in files:
        path = Path(name)
        own = path.is_relative_to(root / draft_files.DIRECTORY)
        try:
            if own:
                drafted = draft_files.read(path)
                found += drafted.drafts
                unread += faults.errors(drafted.errors, root)
            else:
                quoted = quotes.read(path)
                offered += quoted.quotes
                unread += faults.errors(quoted.errors, root)
        except Refused as error:
            unread.append({"type": "Unreadable", "file": name, "line": 0, "message": str(error)})
    return Tray(state=files, drafts=tuple(found), quotes=tuple(offered), unread=unread)
