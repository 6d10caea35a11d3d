"""A page of the guide and a copy of the demo ledger, where its commands are typed."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from office import ENGLISH, run_here

ROOT = Path(__file__).parent.parent


def page(name: str) -> str:
    """The text of a page."""
    return (ROOT / "site" / "guide" / f"{name}.md").read_text("utf-8")


def demo(place: Path) -> Path:
    """A copy of the demo ledger in `ledger/` below a directory, which is given back."""
    shutil.copytree(ROOT / "ledger", place / "ledger")
    return place


def commands(text: str) -> list[str]:
    """What is typed on a page after `billtext`."""
    return re.findall(r"^\$ billtext (.*)$", text, re.MULTILINE)


def typed(words: Sequence[str], place: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in a directory, and see that it ends well."""
    done = shell(words, place)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done


def shell(words: Sequence[str], place: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in a directory, however it ends: ours in this process, as an English reader types it."""
    if words[0] == "billtext":
        return run_here(words[1:], place, ENGLISH)
    return subprocess.run(words, capture_output=True, text=True, cwd=place, check=False, env=ENGLISH)


def billtext(command: str) -> list[str]:
    """The program and its arguments for what is typed after `billtext`."""
    return ["billtext", *shlex.split(command)]
