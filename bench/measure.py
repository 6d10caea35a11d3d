"""Run whole processes in turn, and compare what the operating system says of them."""

import os
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# Beancount keeps no cache: each run reads the whole ledger.
ENVIRONMENT = {**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1", "PYTHONHASHSEED": "0", "LC_ALL": "C"}
# Those of Beancount are compiled when it is installed; without this ours would be compiled in each run.
ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One finished process: wall time in seconds, peak memory in MiB."""

    seconds: float
    memory: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The best time of several runs of one command, and the median of their memory."""

    seconds: float
    memory: float
    runs: int


def once(command: Sequence[str | Path], *, cwd: Path | None = None) -> Run:
    """Run a command to its end; its output is thrown away.

    :raises RuntimeError: it ended with something else than 0
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT, cwd=cwd
    )
    said = process.stderr.read() if process.stderr else b""
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {process.returncode}: {said[-2000:].decode()}")
    return Run(seconds=seconds, memory=usage.ru_maxrss / 1024)


def in_turn(commands: Sequence[Sequence[str | Path]], runs: int) -> list[Figure]:
    """Run commands in turn; one round before is not counted where there are several.

    Of the times the best counts: what else the machine does only ever adds to one (Python's `timeit` says the same).
    """
    if runs > 1:
        for command in commands:
            once(command)
    found: list[list[Run]] = [[] for _ in commands]
    for _ in range(runs):
        for mine, command in zip(found, commands, strict=True):
            mine.append(once(command))
    return [
        Figure(
            seconds=min(run.seconds for run in mine),
            memory=statistics.median(run.memory for run in mine),
            runs=runs,
        )
        for mine in found
    ]  # fmt: skip


def beside(long: Sequence[str | Path], short: Sequence[str | Path], times: int) -> tuple[Figure, Figure]:
    """Run one command between the halves of several runs of another.

    :return: what the one took, and what the other took on average
    """
    before = [once(short) for _ in range(times // 2)]
    one = once(long)
    others = [*before, *(once(short) for _ in range(times - len(before)))]
    return Figure(seconds=one.seconds, memory=one.memory, runs=1), Figure(
        seconds=statistics.mean(run.seconds for run in others),
        memory=statistics.median(run.memory for run in others),
        runs=times,
    )
