"""Share work among copies of this process: each does a part, and what it found comes back.

A copy has the whole ledger at once, which no other way of starting a process gives. Where a system cannot copy
processes, has one processor, or other threads run, all is done here.
"""

import os
import pickle
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from billtext.errors import Refused

T = TypeVar("T")
_KILLED = "a process that did a part of the work was ended from outside; run the command again"
ENOUGH = 2000  # pieces of work below which a copy costs more than it saves
MOST = 4  # each copy takes memory
CAN = hasattr(os, "fork")


def parts(pieces: int) -> int:
    """In how many parts to do so many pieces of work."""
    if pieces < ENOUGH or not CAN or threading.active_count() > 1:
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors, MOST)


def share(work: Callable[[int], T], count: int) -> list[T]:
    """Call `work` with 0 here and with 1, 2, … in copies of this process; return all results in their order.

    :param work: gives back what can be pickled
    :raises Exception: that of the first part that failed
    """
    copies = Copies(count)
    try:
        found = work(copies.part)
    except BaseException as error:
        copies.join(wrong=error)
        raise
    return copies.join(found)


class Copies:
    """This process and copies of it, which are made when this is.

    :param count: of all of them
    """

    def __init__(self, count: int) -> None:
        self.part = 0  # which of them this is
        self._pipes: list[tuple[int, int]] = []
        sys.stdout.flush()
        sys.stderr.flush()
        for part in range(1, count):
            reading, writing = os.pipe()
            copy = os.fork()
            if not copy:
                os.close(reading)
                self.part, self._pipes = part, [(0, writing)]
                return
            os.close(writing)
            self._pipes.append((copy, reading))

    def join(self, found: Any = None, *, wrong: BaseException | None = None) -> list[Any]:
        """Be one process again: a copy ends here, the original gets what all of them found.

        :param wrong: what went wrong in this one, in place of what it found
        :raises Exception: that of a copy
        """
        if self.part:
            self._answer(found, wrong)
        all_found = [found]
        for copy, pipe in self._pipes:
            with os.fdopen(pipe, "rb") as file:
                text = file.read()
            os.waitpid(copy, 0)
            theirs, error = pickle.loads(text) if text else (None, Refused(_KILLED))  # noqa: S301 - our own
            wrong = wrong or error
            all_found.append(theirs)
        self._pipes = []
        if wrong is not None:
            raise wrong
        return all_found

    def _answer(self, found: Any, wrong: BaseException | None) -> None:
        """Tell the original, and end at once: nothing of the original's is closed or cleared away by its copy."""
        try:
            try:
                text = pickle.dumps((found, wrong))
            except Exception:
                text = pickle.dumps((None, RuntimeError(repr(wrong or found))))
            with os.fdopen(self._pipes[0][1], "wb") as file:
                file.write(text)
        finally:
            os._exit(0)
