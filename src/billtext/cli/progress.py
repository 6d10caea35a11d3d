"""How far long work is, on a terminal's standard error; nothing elsewhere."""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import click

from billtext.cli.common import say

_FEW = 50  # steps after which the bar is drawn anew
_CLEAR = "\r\x1b[K"  # back to the line's begin, and nothing on it


class Progress(AbstractContextManager["Progress"]):
    """A progress bar for each stage of the work."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._stage, self._done = "", 0
        self._bar: Any = None

    def show(self, stage: str, done: int, total: int) -> None:
        """Show that so much of a stage is done, of so much."""
        if not self._on:
            return
        if stage != self._stage:
            self._close()
            self._stage, self._done = stage, 0
            self._bar = click.progressbar(length=max(total, 1), label=f"{stage:<10}", file=sys.stderr)
            self._bar.__enter__()
        self._bar.update(done - self._done)
        self._done = done

    def stage(self, name: str, total: int) -> Callable[[], None]:
        """Begin a stage of so many steps; what comes back is called at each of them."""
        done = 0

        def step() -> None:
            nonlocal done
            done += 1
            if total <= _FEW or done % _FEW == 0 or done == total:
                self.show(name, done, total)

        return step

    def say(self, text: str, *, err: bool = False) -> None:
        """Print a line; a bar that stands there makes room for it, and is drawn anew with the next step."""
        if self._bar is not None:
            click.echo(_CLEAR, nl=False, err=True)
        say(text, err=err)

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None

    def __exit__(self, *error: object) -> None:
        self._close()
