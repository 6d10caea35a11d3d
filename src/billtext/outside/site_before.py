"""The site that is there already, of which a new one keeps what is the same: the very file, with its time.

A built page that would become the same again is not built: it is linked into the new site. Which these are stands in
the site's mark: how each source looked when the site was made of it, and the digest of the frame around its pages.
"""

import filecmp
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MARK = ".billtext-site"

Look = tuple[int, int]  # of a source: when it was written, in nanoseconds, and its size


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
        looks = {name: (int(when), int(size)) for name, (when, size) in found["looks"].items()}
        return Built(frame=str(found["frame"]), looks=looks)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Built()


def write(site: Path, built: Built) -> None:
    """Mark a new site."""
    (site / MARK).write_text(json.dumps({"frame": built.frame, "looks": built.looks}, sort_keys=True), "utf-8")


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
    for parent, _, names in os.walk(new):
        below = parent[len(str(new)) + 1 :].replace(os.sep, "/")
        for name in names:
            path = f"{below}/{name}" if below else name
            if path not in kept and _equal(f"{old}/{path}", f"{parent}/{name}"):
                os.unlink(f"{parent}/{name}")  # noqa: PTH108
                _link(f"{old}/{path}", f"{parent}/{name}")


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
