"""Keep a directory of generated pages: write what changed, whole or not at all, and remove what is no longer.

What is known of the last time is in `STATE`: digests of what each page was made of, and how each file looked. A page
whose digest is as it was, and whose file nobody has touched since, is not made anew.
"""

import json
import os
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, fields
from itertools import accumulate
from pathlib import Path
from typing import Any

from billtext.outside import files, forked, looks
from billtext.outside.looks import Look
from billtext.rules.fingerprints import Fingerprints, Piece

MARK = b"---\ngenerator: billtext\n"
STATE = ".made.json"  # MkDocs leaves hidden files out of the site
ROWS = ".rows"  # a directory of what is kept of tables, a file for each page
_BELOW, _KEPT = f"{ROWS}/", ".rows"
_DRAFT = ".billtext-draft"

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
        left = looks.read(found["looks"])
        now = looks.of(str(directory), left)
        papers, ledger = _marks(found["papers"]), _marks(found["ledger"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Before()
    untouched = {name: look for name, look in now.items() if left[name] == look}
    return Before(made_of=made_of, looks=untouched, papers=papers, ledger=ledger)


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
    text = json.dumps({**_fields(known), "made_of": made, "looks": looks.columns(known.looks)})
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
    found: dict[str, Look] = dict(untouched or {})
    done = forked.share(lambda part: _part(directory, pages(part), f"{_DRAFT}-{part}"), parts)
    for _, part in done:
        found |= part
    return Kept(written=sum(written for written, _ in done), removed=_prune(directory, found), looks=found)


def _part(directory: Path, pages: Iterable[tuple[str, str]], draft: str) -> tuple[int, dict[str, Look]]:
    written: int = 0
    found: dict[str, Look] = {}
    made: set[Path] = set()
    for name, text in pages:
        path = directory / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        written += _write(path, text.encode(), draft)
        found |= looks.of(str(directory), (name,))
    return written, found


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
            if start + name in kept:
                continue
            if name.startswith(_DRAFT):
                Path(parent, name).unlink()
            elif name.endswith(".md") and _ours(f"{parent}/{name}"):
                Path(parent, name).unlink()
                removed += 1
            elif start.startswith(_BELOW) and f"{start}{name}"[len(_BELOW) :].removesuffix(_KEPT) + ".md" not in kept:
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
        head, _, text = _rows(directory, page).read_bytes().decode().partition("\n")
        lengths = json.loads(head)
        ends = list(accumulate(lengths.values()))
        if ends[-1:] not in ([], [len(text)]) or any(length < 0 for length in lengths.values()):
            return {}
        return {name: text[end - length : end] for (name, length), end in zip(lengths.items(), ends, strict=True)}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def keep_rows(directory: Path, page: str, found: Mapping[str, str]) -> None:
    """Keep the rows of a page for the next time: on the first line how long each is, then all of them."""
    head = json.dumps({name: len(text) for name, text in found.items()})
    files.replace(_rows(directory, page), "\n".join([head, "".join(found.values())]), durable=False)


def _rows(directory: Path, page: str) -> Path:
    return directory / ROWS / f"{page}{_KEPT}"


def other(directory: Path, name: str, data: bytes) -> None:
    """Write another file beside the pages, if it is not there as it should be."""
    path = directory / name
    if not path.is_file() or path.read_bytes() != data:
        files.replace(path, data)
