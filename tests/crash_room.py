"""Kill the program in the middle: at every change that it makes to the file system, and within what it writes.

The program runs in a child of this process. Before it renames, deletes, makes or opens a file for writing, brings one
to disk or writes text, it counts; at the count that was given, it is killed as `kill -9` kills. Half of a text may have
been written then.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from billtext.cli import main as program
from billtext.outside import files

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
        writing = files.Switch.writing

        @contextlib.contextmanager
        def torn(switch: files.Switch, *arguments: Any, **options: Any) -> Iterator[Any]:
            with writing(switch, *arguments, **options) as file:
                yield _Torn(file, self)

        files.Switch.writing = torn  # type: ignore[method-assign,assignment]
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


def recover(root: Path, kill_at: int) -> bool:
    """What every command begins with, alone; return whether it was killed before it was done."""
    return _killed(lambda: files.recover(root), kill_at)


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
