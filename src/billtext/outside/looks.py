"""How files look: when each was written, and its size. Who has left one is told by that whether anybody touched it."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Look = tuple[int, int]  # of a file: when it was written, in nanoseconds, and its size


def of(directory: str, names: Iterable[str]) -> dict[str, Look]:
    """How files look, by their path below a directory; those that are not there are left out."""
    found: dict[str, Look] = {}
    for name in names:
        try:
            now = os.stat(f"{directory}/{name}")  # noqa: PTH116 - thirty thousand times
        except OSError:
            continue
        found[name] = now.st_mtime_ns, now.st_size
    return found


def columns(looks: Mapping[str, Look]) -> dict[str, Sequence[Any]]:
    """Looks as JSON holds them: a list for each file takes twice as long to read."""
    times, sizes = zip(*looks.values(), strict=True) if looks else ((), ())
    return {"names": list(looks), "times": times, "sizes": sizes}


def read(found: Mapping[str, Sequence[Any]]) -> dict[str, Look]:
    """Looks from their columns.

    :raises ValueError: they are not of the same length
    :raises KeyError, TypeError: they are none
    """
    times = zip(found["times"], found["sizes"], strict=True)
    return dict(zip(found["names"], times, strict=True))
