"""Keep a directory of generated pages: write what changed, whole or not at all, and remove what is no longer.

What is known of the last time is in `STATE`: digests of what each page was made of, and how each file looked. A page
whose digest is as it was, and whose file nobody has touched since, is not made anew.
"""

import json
import os
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from billtext.outside import files, forked
from billtext.rules.fingerprints import Fingerprints, Piece

MARK = b"---\ngenerator: billtext\n"
STATE = ".made.json"  # MkDocs leaves hidden files out of the site
ROWS = ".rows"  # a directory of what is kept of tables, a file for each page
_DRAFT = ".billtext-draft"

Look = tuple[int, int]  # of a file: when it was written, in nanoseconds, and its size
_SETTLED = 2_000_000_000  # nanoseconds in which a file may be written twice with one time, on the coarsest of disks


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What is known of the pages that are there.

    :param looks: of the files that are as they were left, by path within the directory
    :param papers: digests of what other files were made of, by path
    :param ledger: marks of the ledger's files, by name
    """

    made_of: Fingerprints = field(default_factory=lambda: Fingerprints(common="", customers={}, months={}))
    looks: Mapping[str, Look] = field(default_factory=dict)
    papers: Mapping[str, str] = field(default_factory=dict)
    ledger: Mapping[str, str] = field(default_factory=dict)

    def known(self, ledger: Mapping[str, str]) -> dict[str, Piece]:
        """The digests of the ledger's files that are as they were.

        :param ledger: their marks now
        """
        files = self.made_of.files
        return {name: files[name] for name, mark in ledger.items() if name in files and self.ledger.get(name) == mark}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was done, and the files that are there now with how they look."""

    written: int
    removed: int
    looks: Mapping[str, Look]


def before(directory: Path) -> Before:
    """What is known of the pages of a directory; nothing, if it is not known."""
    try:
        found = json.loads((directory / STATE).read_text("utf-8"))
        made_of = _made_of(found["made_of"])
        looks = {name: (int(when), int(size)) for name, (when, size) in found["looks"].items()}
        papers, ledger = _marks(found["papers"]), _marks(found["ledger"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Before()
    root = str(directory)
    return Before(
        made_of=made_of, papers=papers, ledger=ledger,
        looks={name: look for name, look in looks.items() if _look(root, name) == look},
    )  # fmt: skip


def _made_of(found: Mapping[str, Any]) -> Fingerprints:
    files = {
        str(name): Piece(common=str(each["common"]), **{key: _marks(each[key]) for key in ("cards", "items", "months")})
        for name, each in found["files"].items()
    }
    return Fingerprints(
        common=str(found["common"]), customers=_marks(found["customers"]), months=_marks(found["months"]), files=files
    )


def _marks(found: Mapping[str, str]) -> dict[str, str]:
    if not all(type(mark) is str for mark in found.values()):
        raise TypeError("a digest or a row is text")
    return dict(found)


def marks(names: Iterable[str], now: int) -> dict[str, str]:
    """What tells whether files are as they were, by name: a file that was written just now has no such mark.

    :param now: in nanoseconds
    """
    found = {}
    for name in names:
        stat = os.stat(name)  # noqa: PTH116 - as below
        if max(stat.st_mtime_ns, stat.st_ctime_ns) < now - _SETTLED:
            found[name] = f"{stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_size} {stat.st_ino}"
    return found


def remember(directory: Path, known: Before) -> None:
    """Keep what is known for the next time; the last thing that is done."""
    made_of = known.made_of
    made = {**_fields(made_of), "files": {name: _fields(piece) for name, piece in made_of.files.items()}}
    text = json.dumps({**_fields(known), "made_of": made})
    files.replace(directory / STATE, text, durable=False)


def _fields(value: Before | Fingerprints | Piece) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def keep(
    directory: Path, pages: Callable[[int], Iterable[tuple[str, str]]], parts: int = 1,
    untouched: Mapping[str, Look] | None = None,
) -> Kept:  # fmt: skip
    """Write the pages, and remove generated pages that are not among them. Files of other origin are left alone.

    :param pages: gives the pages of a part: path within the directory and text; each text begins with `MARK`
    :param parts: each is written by a process
    :param untouched: pages that are as they should be, by path
    """
    looks: dict[str, Look] = dict(untouched or {})
    done = forked.share(lambda part: _part(directory, pages(part), f"{_DRAFT}-{part}"), parts)
    for _, found in done:
        looks |= found
    return Kept(written=sum(written for written, _ in done), removed=_prune(directory, looks), looks=looks)


def _part(directory: Path, pages: Iterable[tuple[str, str]], draft: str) -> tuple[int, dict[str, Look]]:
    written: int = 0
    looks: dict[str, Look] = {}
    made: set[Path] = set()
    for name, text in pages:
        path = directory / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        written += _write(path, text.encode(), draft)
        look = _look(str(directory), name)
        if look is not None:
            looks[name] = look
    return written, looks


def _look(directory: str, name: str) -> Look | None:
    try:
        found = os.stat(f"{directory}/{name}")  # noqa: PTH116 - thirty thousand times
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _write(path: Path, data: bytes, name: str) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - twenty thousand times
            if file.read() == data:
                return False
    except FileNotFoundError:
        pass
    draft = path.with_name(name)
    with open(draft, "wb") as file:  # noqa: PTH123
        file.write(data)
    os.replace(draft, path)  # noqa: PTH105
    return True


def _prune(directory: Path, kept: Container[str]) -> int:
    removed, root = 0, str(directory)
    for parent, _, names in os.walk(root):
        below = parent[len(root) + 1 :].replace(os.sep, "/")
        start = f"{below}/" if below else ""
        for name in names:
            if name.startswith(_DRAFT):
                Path(parent, name).unlink()
            elif name.endswith(".md") and start + name not in kept and _ours(f"{parent}/{name}"):
                Path(parent, name).unlink()
                removed += 1
            elif start.startswith(f"{ROWS}/") and f"{start}{name}".removeprefix(f"{ROWS}/")[:-5] + ".md" not in kept:
                Path(parent, name).unlink()
    return removed


def _ours(path: str) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read(len(MARK)) == MARK


def rows(directory: Path, page: str) -> dict[str, str]:
    """The rows of tables that were kept of a page, by name; none, if none can be read.

    :param page: its path within the directory, without `.md`
    """
    try:
        return _marks(json.loads((directory / ROWS / f"{page}.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def keep_rows(directory: Path, page: str, found: Mapping[str, str]) -> None:
    """Keep the rows of a page for the next time."""
    files.replace(directory / ROWS / f"{page}.json", json.dumps(found), durable=False)


def other(directory: Path, name: str, data: bytes) -> None:
    """Write another file beside the pages, if it is not there as it should be."""
    path = directory / name
    if not path.is_file() or path.read_bytes() != data:
        files.replace(path, data)


def looks(directory: Path, known: Mapping[str, Look], others: Iterable[str]) -> dict[str, Look]:
    """How the pages look, and other files beside them."""
    found = {name: look for name in others if (look := _look(str(directory), name)) is not None}
    return {**known, **found}
