"""Draft files of a ledger: find them by name, and read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from billtext.errors import Refused, Unreadable
from billtext.ledger import drafts
from billtext.model import Draft
from billtext.outside.files import read as read_text

DIRECTORY = "drafts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Drafts of one file.

    :param errors: what is wrong with their form, Beancount's or ours
    """

    path: Path
    text: str
    drafts: tuple[Draft, ...]
    errors: tuple[Any, ...]


def every(root: Path, directory: str = DIRECTORY) -> list[Found]:
    """All drafts of a ledger, in the order of their files' names.

    :param root: directory of the ledger's top file
    :raises Unreadable: a file cannot be read
    """
    return [read(path) for path in _paths(root, directory)]


def readable(root: Path) -> tuple[list[Found], list[str]]:
    """The drafts of the files that can be read, and why the others cannot, a sentence each."""
    found, unread = [], []
    for path in _paths(root, DIRECTORY):
        try:
            found.append(read(path))
        except Unreadable as error:
            unread.append(str(error))
    return found, unread


def _paths(root: Path, directory: str) -> list[Path]:
    return sorted((root / directory).rglob("*.beancount"), key=lambda path: path.with_suffix("").parts)


def read(path: Path) -> Found:
    """The drafts of a file.

    :raises Unreadable: it cannot be read
    """
    text = read_text(path)
    found, errors = drafts.read(text, str(path))
    return Found(path=path, text=text, drafts=tuple(found), errors=tuple(errors))


def named(root: Path, names: Iterable[str], directory: str = DIRECTORY) -> list[tuple[Found, Draft]]:
    """Drafts by name: `nordlys`, `nordlys:12` for the one on line 12, or the path of a file.

    :raises Refused: there is no such draft
    """
    found: list[tuple[Found, Draft]] = []
    for name in names:
        stem, _, line = name.rpartition(":") if name.rpartition(":")[2].isdigit() else (name, "", "")
        place = Path(stem)
        path = place if place.suffix == ".beancount" and place.is_file() else root / directory / f"{stem}.beancount"
        inside = path.resolve().is_relative_to((root / directory).resolve())
        if not inside or not path.is_file():
            raise Refused(f"there is no draft {name}; `billtext draft list` shows them")
        file = read(path)
        mine = [draft for draft in file.drafts if not line or draft.first == int(line)]
        if not mine and not file.errors:
            raise Refused(f"{path} has no draft{f' on line {line}' if line else ''}; `billtext draft list` shows them")
        found += [(file, draft) for draft in mine if (file, draft) not in found]
        if file.errors:
            first = file.errors[0]
            raise Refused(f"{path.name}:{first.source['lineno']}: {first.message}")
    return found
