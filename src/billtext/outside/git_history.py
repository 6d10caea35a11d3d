"""What git remembers of a document: the text that its seal was made for."""

import difflib
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from beancount.core.data import Transaction

from billtext.errors import SealLostError
from billtext.ledger import load
from billtext.model import Closing, Document, Ledger
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


_SEAL = re.compile(r'-\s+seal: "([0-9a-f-]+)"')
_NUMBER = re.compile(r'[-+ ]\s+(?:invoice|credit-note): "([^"]*)"')


def lost(ledger: Ledger, root: Path) -> list[SealLostError]:
    """Documents that were sealed in git, and have another seal now, or none, or are gone; none where there is no git.

    :param root: directory of the ledger's top file
    """
    git = shutil.which("git")
    if git is None:
        return []
    present = {seals.of(document) for document in ledger.documents.values()}
    found: dict[str, SealLostError] = {}
    place = {"filename": str(root), "lineno": 0}
    log = ("log", "--format=commit %h", "--max-count=5000", "-p", "-U6", "-Gseal:", "--", ".")
    for text in (_run(git, root / "x", "diff", "-U6", "HEAD", "--", "."), _run(git, root / "x", *log)):
        commit, number = "HEAD", ""
        for line in text.splitlines():
            if line.startswith("commit "):
                commit = f"before {line[7:]}"
            elif (key := _NUMBER.match(line)) is not None:
                number = key[1]
            elif (seal := _SEAL.match(line)) is not None and seal[1] not in present and number:
                document = ledger.documents.get(number)
                own = None if document is None else seals.of(document)
                now = "is gone" if document is None else "has another seal" if own else "has no seal"
                meta, entry = (place, None) if document is None else (document.entry.meta, document.entry)
                found.setdefault(number, SealLostError.at(meta, entry, number=number, commit=commit, now=now))
    return list(found.values())


_DATED = re.compile(r"[-+](\d{4}-\d\d-\d\d) ")
_SHOWN = 60  # lines of a diff


def closed(month: Closing, root: Path) -> Sealed | None:
    """What changed since a month was closed, of what is dated in it, as far as git knows.

    :param root: directory of the ledger's top file
    """
    git = shutil.which("git")
    if git is None:
        return None
    commits = _run(git, root / "x", "log", "--format=%h", "-S", month.digest, "--", ".").split()
    if not commits:
        return None
    lines: list[str] = []
    hunk: list[str] = []
    for line in [*_run(git, root / "x", "diff", "-U1", commits[-1], "--", ".").splitlines(), "@@"]:
        if line.startswith(("@@", "diff ")):
            dates = [found[1] for found in map(_DATED.match, hunk) if found]
            if any(part.startswith("-") for part in hunk) or any(date <= str(month.end) for date in dates):
                lines += hunk
            hunk = []
        elif not line.startswith(("index ", "--- ", "+++ ")):
            hunk.append(line)
    return Sealed(commit=commits[-1], diff=tuple(lines[:_SHOWN]))


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
