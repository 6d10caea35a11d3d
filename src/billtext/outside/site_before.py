"""The site that is there already, of which a new one keeps what is the same: the very file, with its time.

A built page that would become the same again is not built. Which these are stands in the site's mark: how each source
looked when the site was made of it, and the digest of the frame around its pages.

Where most stays, what changed is moved in file by file, each whole, and the mark last: whatever interrupts, all pages
are there, and the next build makes those again that are not as the mark says. Else a whole site takes the old's place.
"""

import contextlib
import filecmp
import json
import os
import shutil
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from billtext.outside import files, looks
from billtext.outside.looks import Look

MARK = ".billtext-site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a site was made of.

    :param frame: digest of what is around the pages' own
    :param looks: of the sources, by their path below the site's sources
    """

    frame: str = ""
    looks: Mapping[str, Look] = field(default_factory=dict)


def read(out: Path) -> Built:
    """What a site was made of; nothing where it is not known."""
    try:
        found = json.loads((out / MARK).read_text("utf-8"))
        return Built(frame=str(found["frame"]), looks=looks.read(found["looks"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Built()


def write(site: Path, built: Built) -> None:
    """Mark a new site."""
    text = json.dumps({"frame": built.frame, "looks": looks.columns(built.looks)})
    files.replace(site / MARK, text, durable=False)


def merge(new: Path, old: Path, same: Iterable[str]) -> None:
    """Move into a site what of a new one is not the same, and remove what is no longer.

    :param same: files that are not built anew, by their path
    """
    kept = set(same)
    for name in _names(new):
        kept.add(name)
        if not _equal(f"{old}/{name}", f"{new}/{name}"):
            (old / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).replace(old / name)
    for name in [name for name in _names(old, kept) if not name.startswith(".")]:
        (old / name).unlink()
        with contextlib.suppress(OSError):
            (old / name).parent.rmdir()  # if nothing else is in it


def _names(directory: Path, but: Container[str] = ()) -> Iterator[str]:
    """Files of a directory and below, by their path.

    :param but: those that are not wanted
    """
    root = str(directory)
    for parent, _, names in os.walk(root):
        below = parent[len(root) + 1 :].replace(os.sep, "/")
        start = f"{below}/" if below else ""
        for name in names:
            if start + name not in but:
                yield start + name


def adopt(new: Path, old: Path, same: Iterable[str]) -> None:
    """Put into a new site what of the old one is the same.

    :param same: files that are not built anew, by their path
    """
    made: set[str] = set()
    for name in same:
        target = f"{new}/{name}"
        directory = os.path.dirname(target)  # noqa: PTH120 - thirty thousand times
        if directory not in made:
            os.makedirs(directory, exist_ok=True)  # noqa: PTH103
            made.add(directory)
        _link(f"{old}/{name}", target)
    kept = set(same)
    for name in list(_names(new)):
        if name not in kept and _equal(f"{old}/{name}", f"{new}/{name}"):
            os.unlink(f"{new}/{name}")  # noqa: PTH108
            _link(f"{old}/{name}", f"{new}/{name}")


def _equal(old: str, new: str) -> bool:
    try:
        return not os.path.islink(old) and filecmp.cmp(old, new, shallow=False)  # noqa: PTH114
    except OSError:
        return False


def _link(old: str, new: str) -> None:
    """Make a file be in a second place; where a system cannot, a copy with the same time."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)
