"""The site beside MkDocs alone: the same pages, ready made, built by MkDocs and nothing else."""

import re
import shutil
import subprocess
from pathlib import Path

from bench.measure import ENVIRONMENT, Figure, once


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


def again(main: Path, work: Path, bin_: Path, day: str) -> Figure:
    """Build the site of the real year once more after one customer has paid: billtext's own time.

    That is what the command tells: from the loaded ledger to the finished site, without MkDocs.
    """
    invoices = (main.parent / "invoices" / "imported-2011.beancount").read_text("utf-8")
    found = re.search(r'invoice: "(.+)"\n.*\n  (Assets:Receivable:\S+) +([\d.]+ GBP)', invoices)
    if found is None:
        raise RuntimeError("the real year has no invoice")
    number, account, amount = found.groups()
    payments = main.parent / "payments" / "2010.beancount"
    before = payments.read_bytes()
    receipt = (
        f'\n2011-12-09 * "Bank giro"\n  payment: "BENCH-1"\n  Assets:Bank  {amount}\n'
        f'  {account}  -{amount}\n    settles: "{number}"\n'
    )
    options = ["--as-of", day, "--site", work / "site", "--out", work / "public"]
    try:
        payments.write_bytes(before + receipt.encode())
        done = subprocess.run(
            [bin_ / "billtext", "-f", main, "site", "build", *options],
            capture_output=True, text=True, check=True, env=ENVIRONMENT,
        )  # fmt: skip
    finally:
        payments.write_bytes(before)
    told = re.search(r" in ([\d.]+) s and", done.stdout)
    if told is None:
        raise RuntimeError(done.stdout)
    return _figure(float(told[1]), 0)


def _figure(seconds: float, memory: float) -> Figure:
    return Figure(seconds=seconds, memory=memory, runs=1)
