"""The site beside MkDocs alone: the same pages, ready made, built by MkDocs and nothing else."""

import shutil
from pathlib import Path

from bench.measure import Figure, once


def new_ledger(directory: Path, bin_: Path) -> Path:
    """Make a fresh ledger in pounds for the real year; return its top file."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.parent.mkdir(parents=True, exist_ok=True)
    once(
        [bin_ / "billtext", "init", directory, "--name", "Online Retail Ltd", "--country", "GB", "--vat-rate", "0",
         "--start", "2010-01-01", "--yes"]
    )  # fmt: skip
    return directory / "main.beancount"


def build(main: Path, options: list[str], work: Path, bin_: Path, day: str) -> tuple[Figure, Figure, int]:
    """Build the site of a ledger from nothing, then its ready pages by MkDocs alone.

    Both figures and the number of pages.
    """
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    ours = once(
        [
            bin_ / "billtext",
            "-f",
            main,
            "site",
            "build",
            "--as-of",
            day,
            "--site",
            work / "site",
            "--out",
            work / "public",
            *options,
        ]
    )
    pages = sum(1 for _ in (work / "site").rglob("*.md"))
    config = work / "mkdocs.yml"
    theirs = once([bin_ / "mkdocs", "build", "--quiet", "-f", config, "-d", work / "public-2"])
    return _figure(ours.seconds, ours.memory), _figure(theirs.seconds, theirs.memory), pages


def _figure(seconds: float, memory: float) -> Figure:
    return Figure(seconds=seconds, memory=memory, runs=1)
