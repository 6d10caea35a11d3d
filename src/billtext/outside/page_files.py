"""Keep a directory of generated pages: write what changed, whole or not at all, and remove what is no longer."""

import os
from collections.abc import Callable, Container, Iterable
from pathlib import Path

from billtext.outside import forked

MARK = b"---\ngenerator: billtext\n"
_DRAFT = ".billtext-draft"


def keep(directory: Path, pages: Callable[[int], Iterable[tuple[str, str]]], parts: int = 1) -> tuple[int, int]:
    """Write the pages, and remove generated pages that are not among them. Files of other origin are left alone.

    :param pages: gives the pages of a part: path within the directory and text; each text begins with `MARK`
    :param parts: each is written by a process
    :return: how many pages were written, how many removed
    """
    done = forked.share(lambda part: _part(directory, pages(part), f"{_DRAFT}-{part}"), parts)
    return sum(written for written, _ in done), _prune(directory, set().union(*(kept for _, kept in done)))


def _part(directory: Path, pages: Iterable[tuple[str, str]], draft: str) -> tuple[int, set[str]]:
    written, kept = 0, set()
    made: set[Path] = set()
    for name, text in pages:
        path = directory / name
        if path.parent not in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            made.add(path.parent)
        kept.add(str(path))
        written += _write(path, text.encode(), draft)
    return written, kept


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
    removed = 0
    for parent, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(parent, name)  # noqa: PTH118
            if name.startswith(_DRAFT):
                Path(path).unlink()
            elif name.endswith(".md") and path not in kept and _ours(path):
                Path(path).unlink()
                removed += 1
    return removed


def _ours(path: str) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123
        return file.read(len(MARK)) == MARK
