"""Write the forms of many documents into a directory, by several processes where that is wanted."""

import multiprocessing
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from billtext.errors import Refused
from billtext.outside import files
from billtext.outside.forms import Made

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"
_PART = 8  # documents that a process is given at a time


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

    :param step: called after each document
    :raises Refused: two documents would be one file, or a process was ended from outside
    """
    check_names(jobs)
    counts: Counter[str] = Counter()
    refused = []
    for job, (outcome, why) in zip(jobs, _outcomes(jobs, out, processes), strict=True):
        counts[outcome] += 1
        if outcome == REFUSED:
            refused.append((job.label, why))
        step()
    return Written(counts=counts, refused=tuple(refused))


def _outcomes(jobs: Sequence[Job], out: Path, processes: int) -> Iterator[tuple[str, str]]:
    # A process that is forked has the ledger and the jobs; where there is no fork, one process does it all.
    if processes < 2 or len(jobs) < 2 or "fork" not in multiprocessing.get_all_start_methods():
        for job in jobs:
            yield _one(job, out)
        return
    global _work
    _work = (jobs, out)
    executor: Executor = ProcessPoolExecutor(
        min(processes, len(jobs)), multiprocessing.get_context("fork"), initializer=_deaf
    )
    try:
        yield from executor.map(_numbered, range(len(jobs)), chunksize=_PART)
    except BrokenProcessPool:
        raise Refused("a process that was making documents was ended from outside; run the command again") from None
    finally:
        executor.shutdown(cancel_futures=True)


_work: tuple[Sequence[Job], Path] = ((), Path())


def _deaf() -> None:
    """Ctrl-C is for the first process, which ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _numbered(n: int) -> tuple[str, str]:
    jobs, out = _work
    return _one(jobs[n], out)


def _one(job: Job, out: Path) -> tuple[str, str]:
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
        return REFUSED, f"{path}: cannot be read ({error.strerror}); choose another place"
    return (NEW if old is None else CHANGED), ""
