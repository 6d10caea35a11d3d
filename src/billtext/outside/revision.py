"""The revision of a ledger, asked of git, and whether it may have changed. Nothing that a repository names is run."""

import os
import subprocess
from pathlib import Path

from billtext.rendering.language import Language

State = tuple[object, ...]


def of(directory: Path) -> tuple[str, bool] | None:
    """Short revision of a directory's repository, and whether the directory has uncommitted changes; None outside git.

    The revision is empty before the first commit.
    """
    command = [
        "git",
        "-c",
        "core.fsmonitor=false",
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "submodule.recurse=false",
        "status",
        "--porcelain=v2",
        "--branch",
        "--ignore-submodules=all",
        "--",
        ".",
    ]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - our own words only
            command,
            cwd=directory,
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode:
        return None
    lines = done.stdout.splitlines()
    revision = next((line.split()[2] for line in lines if line.startswith("# branch.oid ")), "(initial)")
    changed = any(not line.startswith("#") for line in lines)
    return ("" if revision == "(initial)" else revision[:7]), changed


def state(directory: Path) -> State:
    """Another one after each commit, checkout or `git add` in a directory's repository; git itself is not asked.

    What is changed in the directory and not told to git is not seen by it.
    """
    git = next((each / ".git" for each in (directory, *directory.parents) if (each / ".git").exists()), None)
    if git is None:
        return ()
    try:
        if git.is_file():  # of a worktree or a submodule: it names the place
            git = git.parent / git.read_text("utf-8").removeprefix("gitdir:").strip()
        shared = git / "commondir"
        common = git / shared.read_text("utf-8").strip() if shared.exists() else git
        head = (git / "HEAD").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ()
    files = (git / "index", common / head.removeprefix("ref:").strip(), common / "packed-refs",
             common / "reftable" / "tables.list")  # fmt: skip
    return (str(git), head, *map(_written, files))


def _written(path: Path) -> tuple[int, ...]:
    """When a file was written, as far as there is one; git writes each anew, so it gets another number as well."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_size, found.st_ino


def text(directory: Path, language: Language) -> str:
    """The revision of a ledger in words."""
    found = of(directory)
    if found is None:
        return language("ledger not in git")
    name, changed = found
    words = f"{language('ledger')} {name}" if name else language("ledger without a commit")
    return f"{words}, {language('with uncommitted changes')}" if changed else words


def sheet(words: str) -> str:
    """The style sheet that puts the revision into all pages of a site, which stay as they are when it changes.

    :param words: ours; empty if the pages are to say nothing of it
    """
    safe = words.replace("\\", "").replace('"', "").replace("\n", " ")
    return f'@charset "utf-8";\n.r-revision::after {{ content: "{safe}"; }}\n'
