"""A small ledger in a directory of its own, and the program at work on it, for the tests of commands about money."""

import datetime
import inspect
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import click
import pytest
from beancount.core.data import Transaction
from click.testing import CliRunner

from billtext.cli import group
from billtext.errors import Refused, Unreadable
from billtext.ledger import load
from billtext.rules import book
from billtext.rules.book import Book

END = datetime.date(2100, 1, 1)

BEGIN = """
option "use_precise_interpolation" "TRUE"
plugin "billtext_plugins.billing"

include "invoices.beancount"

2019-01-01 custom "billtext-option" "rounding" Expenses:Rounding
2019-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "CURRENCY"
2019-01-01 custom "bank-account" "main"
  account: Assets:Bank
2019-01-01 custom "bank-account" "dollar"
  currency: "USD"
  account: Assets:Dollar
2019-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT:S25
2019-01-01 custom "vat" "S15" 15
  account: Liabilities:VAT:S15
2019-01-01 custom "vat" "S12" 12
  account: Liabilities:VAT:S12
2019-01-01 custom "terms" "net-14"
  days: 14
2019-01-01 custom "terms" "net-30-2"
  days: 30
  discount: 2
  discount-days: 8
2019-01-01 custom "terms" "eom-45-2"
  days: 45
  end-of-month: TRUE
  discount: 2
  discount-days: 10
2019-01-01 custom "series" "INV" "{year}-{number:04}"
  kind: "invoice"
2019-01-01 custom "series" "CN" "K{number}"
  kind: "credit-note"
  reset: "never"
2019-01-01 custom "item" "LUNCH"
  text: "Lunch"
  price: 165.00 CURRENCY
  vat: "S15"
  account: Income:Sales
2026-01-01 custom "item" "LUNCH"
  price: 175.00 CURRENCY
2019-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
2019-01-01 custom "customer" "C2"
  name: "Ingrid Tveit"
  kind: "person"
2019-01-01 custom "customer" "G1"
  name: "Guest"
  kind: "guest"
2019-01-01 open Assets:Receivable:C1
2019-01-01 open Assets:Receivable:C2
2019-01-01 open Assets:Receivable:G1
2019-01-01 open Assets:Bank             CURRENCY
2019-01-01 open Assets:Dollar           USD
2019-01-01 open Assets:Cash             CURRENCY
2019-01-01 open Assets:Card:Clearing    CURRENCY
2019-01-01 open Assets:Revaluation      CURRENCY
2019-01-01 open Assets:Old              CURRENCY
2019-06-30 close Assets:Old
2019-01-01 open Liabilities:GiftCards
2019-01-01 open Liabilities:Deposits
2019-01-01 open Liabilities:VAT:S25
2019-01-01 open Liabilities:VAT:S15
2019-01-01 open Liabilities:VAT:S12
2019-01-01 open Income:Sales
2019-01-01 open Income:ExchangeGain
2019-01-01 open Expenses:ExchangeLoss
2019-01-01 open Expenses:Rounding
2019-01-01 open Expenses:BankFees
2019-01-01 open Expenses:CashDiscount
2019-01-01 open Expenses:SmallDifferences
2019-01-01 open Expenses:BadDebt
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the program said, and its exit status."""

    status: int
    out: str
    err: str


class Office:
    """A ledger that commands change."""

    def __init__(self, root: Path, text: str, *, currency: str = "NOK") -> None:
        self.root, self.top = root, root / "main.beancount"
        self.top.write_text(BEGIN.replace("CURRENCY", currency), "utf-8")
        (root / "invoices.beancount").write_text(text, "utf-8")
        assert self.errors() == []

    @classmethod
    def at(cls, top: Path) -> "Office":
        """A ledger that is there."""
        found = cls.__new__(cls)
        found.root, found.top = top.parent, top
        return found

    def run(self, *args: str) -> Answer:
        """Run a command in this process, with the exit status that the program gives."""
        done = CliRunner().invoke(group, ["-f", str(self.top), *args], standalone_mode=False, obj=None)
        error = done.exception
        if isinstance(error, Refused):
            return Answer(2 if isinstance(error, Unreadable) else 1, done.stdout, f"billtext: {error}\n")
        if isinstance(error, click.ClickException):
            return Answer(error.exit_code, done.stdout, error.format_message())
        if error is not None and not isinstance(error, SystemExit):
            raise error
        return Answer(done.return_value if isinstance(done.return_value, int) else 0, done.stdout, done.stderr)

    def do(self, *args: str) -> str:
        """Run a command that must succeed, and leave a ledger without errors; return what it says."""
        answer = self.run(*args)
        assert (answer.status, answer.err) == (0, "")
        assert self.errors() == []
        return answer.out

    def refused(self, *args: str, status: int = 1) -> str:
        """Run a command that must refuse in one sentence, and leave every file as it was; return the sentence."""
        before = self.files()
        answer = self.run(*args)
        assert answer.status == status, answer
        assert answer.err.count("\n") <= 1
        assert self.files() == before
        return answer.err.removeprefix("billtext: ").rstrip("\n")

    def files(self) -> dict[str, bytes]:
        """All files of the ledger."""
        return {str(p.relative_to(self.root)): p.read_bytes() for p in sorted(self.root.rglob("*")) if p.is_file()}

    def text(self, name: str) -> str:
        """Text of a file."""
        return (self.root / name).read_text("utf-8")

    def book(self) -> Book:
        """The ledger as it is now."""
        return book.build(load.load(self.top).entries, load.sources)

    def errors(self) -> list[str]:
        """What is wrong with the ledger, Beancount's errors and ours."""
        loaded = load.load(self.top)
        return [str(e.message) for e in [*loaded.errors, *book.build(loaded.entries, load.sources).errors]]

    def open(self, day: datetime.date = END) -> dict[str, str]:
        """What is open on a day: the amount of each number."""
        found: dict[str, Decimal] = {}
        now = self.book()
        for item in now.items:
            left = now.allocations.open(item, day)
            if left:
                found[item.name] = found.get(item.name, Decimal(0)) + left
        return {name: f"{left:f}" for name, left in found.items()}

    def balance(self, account: str) -> dict[str, str]:
        """Balance of an account by currency, as Beancount adds it up; what is zero is left out."""
        sums: dict[str, Decimal] = {}
        for entry in load.load(self.top).entries:
            if isinstance(entry, Transaction):
                for posting in entry.postings:
                    if posting.account == account and posting.units is not None and posting.units.number is not None:
                        currency = posting.units.currency
                        sums[currency] = sums.get(currency, Decimal(0)) + posting.units.number
        return {currency: f"{number:f}" for currency, number in sums.items() if number}


@pytest.fixture
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    """The ledger in the docstring of the test, after its first paragraph; one with INR in it is an Indian company's."""
    _, _, text = inspect.cleandoc(request.function.__doc__).partition("\n\n")
    return Office(tmp_path, text + "\n", currency="INR" if " INR" in text else "NOK")


def last(text: str) -> str:
    """The last directive of a file."""
    return text.rstrip("\n").rpartition("\n\n")[2]
