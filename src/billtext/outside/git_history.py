"""What git remembers of a document: the text that its seal was made for."""

import difflib
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from beancount.core.data import Transaction

from billtext.ledger import load
from billtext.model import Document
from billtext.rules import seals

_MOST = 500  # revisions of a file that are looked through


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A document as it was when it was sealed.

    :param commit: the last commit that has it so, shortened
    :param diff: what changed since, as lines of a unified diff
    """

    commit: str
    diff: tuple[str, ...]


def sealed(document: Document) -> Sealed | None:
    """Find the text of a changed document as it was sealed; None where git has no such text, or is not there."""
    own, path = seals.of(document), Path(str(document.entry.meta.get("filename")))
    git = shutil.which("git")
    if own is None or git is None or not path.is_file():
        return None
    now = block(path.read_text("utf-8"), document.number)
    for commit in _run(git, path, "log", f"--max-count={_MOST}", "--format=%h", "--", path.name).split():
        old = block(_run(git, path, "show", f"{commit}:./{path.name}"), document.number)
        entries, errors = load.parse(old, str(path))
        if not errors and len(entries) == 1 and isinstance(entries[0], Transaction) and seals.matches(entries[0], own):
            lines = difflib.unified_diff(old.splitlines(), now.splitlines(), commit, path.name, n=1, lineterm="")
            return Sealed(commit=commit, diff=tuple(lines))
    return None


def _run(git: str, path: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - git itself, with arguments that no shell reads
        [git, "-C", path.parent, *arguments], capture_output=True, check=False, encoding="utf-8", errors="replace"
    )
    return done.stdout if done.returncode == 0 else ""


def block(text: str, number: str) -> str:
    """The lines of a document in ledger text; empty if it is not there."""
    lines = text.split("\n")
    key = re.compile(rf'\s+(?:invoice|credit-note):\s*"{re.escape(number)}"\s*(?:;.*)?')
    for n, line in enumerate(lines):
        if key.fullmatch(line):
            start = n
            while start and lines[start][:1] in (" ", "\t", ""):
                start -= 1
            end = n
            while end < len(lines) and lines[end][:1] in (" ", "\t"):
                end += 1
            return "\n".join(lines[start:end]) + "\n"
    return ""
