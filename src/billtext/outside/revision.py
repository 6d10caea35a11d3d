"""The revision of a ledger, asked of git once. Nothing that a repository can name is run: no hook, no monitor."""

import os
import subprocess
from pathlib import Path

from billtext.rendering.language import Language


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
