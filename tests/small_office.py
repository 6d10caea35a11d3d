"""A small ledger in a directory of its own, and the real program on it."""

import subprocess
import sys
from pathlib import Path

from office import ENGLISH, run_here

LEDGER = """\
option "operating_currency" "NOK"

2020-01-01 custom "billtext-option" "receivable" Assets:Receivable
2020-01-01 custom "billtext-option" "rounding" Expenses:Rounding
2020-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
  language: "nb"
2020-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT
2020-01-01 custom "vat" "S15" 15
  account: Liabilities:VAT
2020-01-01 custom "vat" "E0" 0
  category: "E"
2020-01-01 custom "terms" "net-14"
  days: 14
2020-01-01 custom "series" "INV" "{year}-{number:04}"
  kind: "invoice"
2020-01-01 custom "series" "CN" "K{year}-{number:04}"
  kind: "credit-note"
2020-01-01 custom "item" "SERV"
  text: "Service agreement"
  unit: "MON"
  price: 1000.00 NOK
  vat: "S25"
  account: Income:Service
2026-07-01 custom "item" "SERV"
  price: 1100.00 NOK
2020-01-01 custom "item" "HOUR"
  text: "Electrician"
  unit: "HUR"
  price: 900.00 NOK
  vat: "S25"
  account: Income:Electrical
2020-01-01 custom "customer" "C1"
  name: "Nordlys AS"
  kind: "company"
  terms: "net-14"
  language: "en"
2020-01-01 custom "customer" "C2"
  name: "Kari Nordmann"
  kind: "person"
  terms: "net-14"

2020-01-01 open Assets:Receivable:C1
2020-01-01 open Assets:Receivable:C2
2020-01-01 open Income:Service
2020-01-01 open Income:Electrical
2020-01-01 open Liabilities:VAT
2020-01-01 open Expenses:Rounding
"""

# The program, killed at its rename number n, counted from 0.
KILLED = """
import os, pathlib, sys
from billtext.cli import main
left, replace = {n}, pathlib.Path.replace
def stop(self, target):
    global left
    if left == 0:
        os._exit(9)
    left -= 1
    return replace(self, target)
pathlib.Path.replace = stop
main(sys.argv[1:])
"""


class Office:
    """The ledger of a test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.top = self.write("main.beancount", LEDGER)

    def write(self, name: str, text: str) -> Path:
        """Write a file of the ledger."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def read(self, name: str) -> str:
        """Text of a file of the ledger."""
        return (self.root / name).read_text("utf-8")

    def files(self) -> dict[str, str]:
        """All files of the ledger."""
        return {
            path.relative_to(self.root).as_posix(): path.read_text("utf-8")
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    def drafts(self) -> list[str]:
        """Names of the drafts."""
        return sorted(path.stem for path in (self.root / "drafts").glob("*"))

    def run(self, *args: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run billtext, or another program that takes its arguments; a traceback is a defect."""
        given = ["-f", str(self.top), *args]
        if code is None:
            return run_here(given, self.root, ENGLISH)
        done = subprocess.run(
            [sys.executable, "-c", code, *given],
            capture_output=True,
            text=True,
            cwd=self.root,
            check=False,
            env=ENGLISH,
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done

    def get(self, *args: str) -> str:
        """Output of a command that ends well."""
        done = self.run(*args)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    def refused(self, *args: str) -> str:
        """What a command says that refuses; it has changed nothing."""
        before = self.files()
        done = self.run(*args)
        assert done.returncode == 1, done.stdout
        assert self.files() == before
        return done.stderr
