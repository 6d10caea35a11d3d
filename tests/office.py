"""A small billing office to write in: a ledger in a directory of its own, and the program run in this process."""

import contextlib
import gc
import io
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from billtext.cli import main as program
from billtext.ledger import load
from billtext.rules import book
from billtext.rules.book import Book

MAIN = """\
option "title" "Fjordlys Elektro AS"
option "operating_currency" "NOK"
option "use_precise_interpolation" "TRUE"

include "company.beancount"
include "customers/*.beancount"
include "invoices/*.beancount"
include "payments/*.beancount"
include "follow-up/*.beancount"
"""

COMPANY = """\
; Who we are. This comment and the blank lines stay as they are.

2020-01-01 custom "billtext-option" "rounding" Expenses:Rounding
2020-01-01 custom "billtext-option" "kid" "mod10"
2020-01-01 custom "billtext-option" "kid-layout" "{customer:03}{number:08}"
2020-01-01 custom "billtext-option" "rf-layout" "{customer:03}{number:08}"
2020-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2020-01-01 custom "bank-account" "drift"
  account: Assets:Bank
  currency: "NOK"
2020-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT:S25
2020-01-01 custom "vat" "S19" 19
  account: Liabilities:VAT:S19
2020-01-01 custom "vat" "S22" 22
  account: Liabilities:VAT:S22
2020-01-01 custom "vat" "S7" 7
  account: Liabilities:VAT:S7
2020-01-01 custom "vat" "Z0" 0
  category: "Z"
2020-01-01 custom "terms" "net-14"
  days: 14
2020-01-01 custom "series" "INV" "{year}-{number:04}"
  kind: "invoice"
2020-01-01 custom "series" "CN" "K{year}-{number:04}"
  kind: "credit-note"
2020-01-01 custom "item" "CONS"
  text: "Consultant"
  unit: "HUR"
  price: 1000.00 NOK
  vat: "S25"
  account: Income:Sales
2026-07-01 custom "item" "CONS"
  price: 1200.00 NOK

2020-01-01 open Assets:Bank
2020-01-01 open Income:Sales
2020-01-01 open Expenses:Rounding
2020-01-01 open Liabilities:VAT:S25
2020-01-01 open Liabilities:VAT:S19
2020-01-01 open Liabilities:VAT:S22
2020-01-01 open Liabilities:VAT:S7
2020-01-01 price EUR 11.50 NOK
"""

CUSTOMERS = """\
2020-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
  terms: "net-14"
2020-01-01 custom "customer" "C2"
  name: "Müller GmbH"
  currency: "EUR"
  vat: "Z0"
2020-01-01 custom "customer" "P1"
  name: "Kari Nordmann"
  kind: "person"
"""


# An English reader who has named no ledger.
ENGLISH = {k: v for k, v in os.environ.items() if k not in {"BILLTEXT_LEDGER", "BEANCOUNT_FILE"}} | {
    "LC_ALL": "C", "PYTHONUTF8": "1",
}  # fmt: skip


def run_here(
    args: Sequence[str], cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run the program in this process, which need not start and import it again; it never ends with a traceback."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
    status = 0
    with (
        mock.patch.dict(os.environ, environment or {}, clear=environment is not None),
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            program(list(args))
        except SystemExit as end:
            status = int(end.code or 0)
        finally:
            gc.enable()
    said = []
    for stream in (out, err):
        stream.seek(0)
        said.append(stream.read())
    assert "Traceback" not in said[1]
    return subprocess.CompletedProcess(list(args), status, *said)


@dataclass(frozen=True)
class Done:
    """What the program said, and its exit status."""

    status: int
    out: str
    err: str


class Office:
    """A ledger in a directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.main = root / "main.beancount"
        for name in ("customers", "invoices", "payments", "follow-up", "drafts"):
            (root / name).mkdir(parents=True)
        self.main.write_text(MAIN, "utf-8")
        (root / "company.beancount").write_text(COMPANY, "utf-8")
        (root / "customers" / "register.beancount").write_text(CUSTOMERS, "utf-8")
        for name in ("invoices", "payments", "follow-up"):
            (root / name / "2026.beancount").write_text(f"; {name} of 2026, by hand\n", "utf-8")

    def draft(self, name: str, text: str) -> Path:
        """Write a draft."""
        path = self.root / "drafts" / f"{name}.beancount"
        path.write_text(text, "utf-8")
        return path

    def run(self, *args: str) -> Done:
        """Run the program; it never ends with a traceback."""
        done = run_here(["-f", str(self.main), *args])
        return Done(done.returncode, done.stdout, done.stderr)

    def get(self, *args: str) -> str:
        """Run a command that ends well."""
        done = self.run(*args)
        assert (done.status, done.err) == (0, ""), done
        return done.out

    def book(self) -> Book:
        """The ledger as it stands, which must have no error."""
        loaded = load.load(self.main)
        made = book.build(loaded.entries, load.sources)
        assert not loaded.errors
        assert not made.errors, [error.message for error in made.errors]
        return made

    def files(self) -> dict[str, str]:
        """Text of all files, by name."""
        return {
            str(path.relative_to(self.root)): path.read_bytes().decode("utf-8", "replace")
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }
