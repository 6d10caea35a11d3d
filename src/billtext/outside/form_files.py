"""Write the forms of many documents into a directory, by several processes where that is wanted."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from billtext.errors import Refused
from billtext.outside import files, forked
from billtext.outside.forms import Made

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A document that is to be made.

    :param label: by which it is told of
    :param name: of its file, without the ending
    """

    label: str
    name: str
    make: Callable[[], Made]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of the jobs: how many files are new, changed and the same, and what was refused, by label."""

    counts: Mapping[str, int]
    refused: tuple[tuple[str, str], ...]


def check_names(jobs: Sequence[Job]) -> None:
    """See that no two documents would be one file.

    :raises Refused: two numbers differ in capitals alone, which many systems do not tell apart in names of files
    """
    known: dict[str, Job] = {}
    for job in jobs:
        other = known.setdefault(job.name.casefold(), job)
        if other is not job:
            raise Refused(f"{other.label} and {job.label} would be one file, {other.name}; make one of them at a time")


def write(jobs: Sequence[Job], out: Path, *, processes: int = 1, step: Callable[[], None]) -> Written:
    """Make documents and write each to a file; one that would not change is left alone, one that is refused is told.

    :param step: called once for each document
    :raises Refused: two documents would be one file, or a process was ended from outside
    """
    check_names(jobs)
    parts = max(1, min(processes, len(jobs))) if forked.CAN else 1

    def part(n: int) -> list[tuple[str, str, str]]:
        found = []
        for done, job in enumerate(jobs[n::parts]):
            found.append((job.label, *_one(job, out)))
            if n == 0:  # the others are as far as this one
                for _ in range(min(parts, len(jobs) - done * parts)):
                    step()
        return found

    outcomes = [each for found in forked.share(part, parts) for each in found]
    refused = sorted((label, why) for label, outcome, why in outcomes if outcome == REFUSED)
    return Written(counts=Counter(outcome for _, outcome, _ in outcomes), refused=tuple(refused))


def _one(job: Job, out: Path) -> tuple[str, str]:
    path = out
    try:
        made = job.make()
        path = out / made.name
        old = path.read_bytes() if path.is_file() else None
        if old == made.content:
            return SAME, ""
        files.replace(path, made.content, durable=False)
    except Refused as why:
        return REFUSED, str(why)
    except OSError as error:
        return REFUSED, f"{error.filename or path}: cannot be read ({error.strerror or error})"
    return (NEW if old is None else CHANGED), ""
