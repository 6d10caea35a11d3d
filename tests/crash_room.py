"""Kill the program in the middle: at every change that it makes to the file system, and within what it writes.

The program runs in a child of this process. Before it renames, deletes, makes or opens a file for writing, brings one
to disk or writes text, it counts; at the count that was given, it is killed as `kill -9` kills. Half of a text may have
been written then. What every command begins with, the recovery, runs in children of a process that has nothing else in
it: a copy of that is made in a tenth of the time.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from billtext.cli import main as program
from billtext.outside import switching

EVENTS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.copyfile"}


class Killer:
    """Counts what is done, and kills at a count."""

    def __init__(self, at: int) -> None:
        self.left = at

    def step(self) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in EVENTS or (event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wa+x")):
            self.step()

    def install(self) -> None:
        """Watch this process from now on."""
        fsync = os.fsync

        def syncing(handle: int) -> None:
            self.step()
            fsync(handle)
            self.step()

        os.fsync = syncing
        writing = switching.Switch.writing

        @contextlib.contextmanager
        def torn(switch: switching.Switch, *arguments: Any, **options: Any) -> Iterator[Any]:
            with writing(switch, *arguments, **options) as file:
                yield _Torn(file, self)

        switching.Switch.writing = torn  # type: ignore[method-assign,assignment]
        sys.addaudithook(self.audit)


class _Torn:
    """A file of which half a text is on its way to disk when the killer may come."""

    def __init__(self, file: Any, killer: Killer) -> None:
        self._file, self._killer = file, killer

    def write(self, text: str) -> int:
        half = len(text) // 2
        self._file.write(text[:half])
        self._file.flush()
        self._killer.step()
        self._file.write(text[half:])
        self._killer.step()
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def run(arguments: list[str], kill_at: int) -> bool:
    """Run the program in a child; return whether it was killed before it was done."""
    return _killed(lambda: program(arguments), kill_at)


@contextlib.contextmanager
def recoveries(root: Path) -> Iterator[Callable[[], int]]:
    """Gives a function that kills the recovery of a ledger at every step, and tells how often that was.

    At the end the ledger is recovered.
    """
    command = [sys.executable, __file__, str(root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as small:
        assert small.stdin
        assert small.stdout
        asked, told = small.stdin, small.stdout

        def walk() -> int:
            print("recover", file=asked, flush=True)
            return int(told.readline())

        yield walk


def _recovery_killed(root: Path) -> int:
    """Kill the recovery at its first step, then on a fresh copy at its second, until it comes to its end."""
    broken = root.with_name("broken")
    shutil.copytree(root, broken)
    kills = 0
    while _killed(lambda: switching.recover(root), kills + 1):
        kills += 1
        shutil.rmtree(root)
        shutil.copytree(broken, root)
    shutil.rmtree(broken)
    return kills


def _killed(work: Callable[[], object], kill_at: int) -> bool:
    child = os.fork()
    if not child:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        Killer(kill_at).install()
        try:
            work()
            os._exit(0)
        except SystemExit as end:
            os._exit(int(end.code or 0))
        except BaseException:
            os._exit(70)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, f"ended with {os.WEXITSTATUS(status)}"
    return False


if __name__ == "__main__":
    for _ in sys.stdin:
        print(_recovery_killed(Path(sys.argv[1])), flush=True)  # noqa: T201 - the answer
