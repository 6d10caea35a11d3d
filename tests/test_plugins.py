"""The plugins under Beancount's own loader: they check and link, and never change an amount."""

import datetime
import importlib
import inspect
import io
import random
import re
import textwrap
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Transaction
from beancount.scripts import example

from billtext.ledger import load
from billtext.rules import book
from billtext.rules.book import Book

ROOT = Path(__file__).parents[1]
ERRORS = sorted((ROOT / "tests" / "errors").glob("*.beancount"))
PARTS = ("customers", "invoices", "numbering", "allocation")
PLUGINS = ("billing", *PARTS, "autolink")

BEGIN = """
option "operating_currency" "NOK"
2026-01-01 open Assets:Receivable:C1
2026-01-01 open Assets:Receivable:C2
2026-01-01 open Assets:Bank
2026-01-01 open Income:Sales
2026-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2026-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
2026-01-01 custom "customer" "C2"
  name: "Bergen Bakeri AS"
"""

SETTLED = """
2026-03-02 * "Sale"
  invoice: "I1"
  Assets:Receivable:C1   100.00 NOK
  Income:Sales          -100.00 NOK
2026-03-10 * "Sale"
  invoice: "I2"
  Assets:Receivable:C1   100.00 NOK
  Income:Sales          -100.00 NOK
2026-03-12 * "Bank giro"
  payment: "P1"
  Assets:Bank            150.00 NOK
  Assets:Receivable:C1   -50.00 NOK
    settles: "I2"
  Assets:Receivable:C1  -100.00 NOK
"""


def run(text: str, *plugins: str) -> tuple[list[Any], list[Any]]:
    """Entries and errors of a ledger loaded with plugins."""
    lines = "".join(f'\nplugin "billtext_plugins.{name}"' for name in plugins)
    entries, errors, _ = loader.load_string(textwrap.dedent(text) + lines)
    return entries, errors


def said(errors: list[Any]) -> Counter[tuple[str, str]]:
    """Errors by class and message."""
    return Counter((type(error).__name__, error.message) for error in errors)


def amounts(entries: list[Any]) -> list[Any]:
    """All that counts of the entries: dates, accounts, amounts, prices, in order."""
    return [
        (entry.date, entry.flag, entry.narration, [(p.account, p.units, p.cost, p.price) for p in entry.postings])
        for entry in entries
        if isinstance(entry, Transaction)
    ]


def links(entries: list[Any]) -> dict[str, set[str]]:
    """Links of the transactions, by their narration and number."""
    found = {}
    for entry in entries:
        if isinstance(entry, Transaction):
            number = entry.meta.get("invoice") or entry.meta.get("payment") or entry.meta.get("credit-note")
            found[str(number)] = set(entry.links or ())
    return found


def allocations(made: Book) -> list[tuple[datetime.date, str, str, Decimal]]:
    """What settles what, in plain values."""
    return [(one.date, one.source.name, one.target.name, one.amount) for one in made.allocations.all]


# --- checking -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_the_parts_together_tell_what_billing_tells(path: Path, tmp_path: Path) -> None:
    """Each kind of mistake belongs to one of the four parts, and to one only."""

    def told(*plugins: str) -> Counter[tuple[str, str]]:
        lines = "".join(f'\nplugin "billtext_plugins.{name}"' for name in plugins)
        copy = tmp_path / path.name  # a file, as keys given twice are seen in the source only
        copy.write_text(path.read_text("utf-8") + lines, "utf-8")
        return said(loader.load_file(str(copy))[1])

    whole = told("billing")
    assert whole
    assert sum((told(name) for name in PARTS), Counter()) == whole
    assert told(*PARTS) == whole


@pytest.mark.parametrize(
    ("mistake", "part"),
    [
        ("check-digit", "customers"),
        ("customer-unknown", "customers"),
        ("option-unknown", "customers"),
        ("vat-amount", "invoices"),
        ("corrects-unknown", "invoices"),
        ("number-gap", "numbering"),
        ("number-void", "numbering"),
        ("settles-beyond", "allocation"),
        ("allocate-undo", "allocation"),
    ],
)
def test_a_mistake_is_told_by_its_part(mistake: str, part: str) -> None:
    """Who names one part only is told of its mistakes, and of no other's."""
    text = (ROOT / "tests" / "errors" / f"{mistake}.beancount").read_text("utf-8")
    for name in PARTS:
        assert bool(run(text, name)[1]) is (name == part)


def test_a_wrong_key_belongs_to_the_part_in_which_it_stands() -> None:
    """A due date in quotes is a mistake of the invoice, a rate of 125 % one of the register."""
    due = BEGIN + SETTLED.replace('invoice: "I1"\n', 'invoice: "I1"\n  due: "2026-04-01"\n')
    assert [bool(run(due, name)[1]) for name in PARTS] == [False, True, False, False]
    rate = BEGIN + '2026-01-01 custom "vat" "S125" 125\n  account: Income:Sales\n'
    assert [bool(run(rate, name)[1]) for name in PARTS] == [True, False, False, False]


@pytest.mark.parametrize("name", ["billing", *PARTS])
def test_a_plugin_tells_what_its_docstring_says(name: str, tmp_path: Path) -> None:
    """The ledger in the docstring is run, and the words below it are those of the check, with file and line."""
    text = inspect.getdoc(importlib.import_module(f"billtext_plugins.{name}"))
    assert text is not None
    ledger, words = re.findall(r"::\n\n((?:    .*\n|\n)+)", text)
    path = tmp_path / "main.beancount"
    path.write_text(textwrap.dedent(ledger), "utf-8")
    _, errors, _ = loader.load_file(str(path))
    told = [f"{Path(error.source['filename']).name}:{error.source['lineno']}: {error.message}" for error in errors]
    assert " ".join(words.split()) in told


def test_what_is_wrong_with_a_void_number_or_an_allocation_belongs_to_who_reads_it() -> None:
    """A void number without a reason is told by `numbering`, half an øre allocated by `allocation`."""
    void = BEGIN + '2026-03-03 custom "void" "I9"\n'
    assert [bool(run(void, name)[1]) for name in PARTS] == [False, False, True, False]
    part = BEGIN + SETTLED + '2026-03-13 custom "allocate" "P1" "I1" 0.005 NOK\n'
    assert [bool(run(part, name)[1]) for name in PARTS] == [False, False, False, True]


# --- harmless -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PLUGINS)
@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_no_plugin_changes_an_amount(path: Path, name: str) -> None:
    """A ledger has the same entries with and without a plugin, wrong or right."""
    text = path.read_text("utf-8")
    plain, _ = run(text)
    checked, _ = run(text, name)
    assert amounts(checked) == amounts(plain)
    assert [type(entry) for entry in checked] == [type(entry) for entry in plain]
    assert [(entry.date, entry.meta["lineno"]) for entry in checked] == [
        (entry.date, entry.meta["lineno"]) for entry in plain
    ]


@pytest.mark.parametrize("name", PLUGINS)
@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_a_plugin_may_be_named_twice(path: Path, name: str) -> None:
    """The second time nothing is added to the entries, and nothing is told again."""
    text = path.read_text("utf-8")
    once, errors = run(text, name)
    twice, again = run(text, name, name)
    assert repr(twice) == repr(once)
    assert said(again) == said(errors)


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_all_plugins_together_tell_each_mistake_once(path: Path) -> None:
    """In whatever order they are named, `billing` beside its parts and `autolink` says no more than `billing`."""
    text = path.read_text("utf-8")
    expected = sorted(said(run(text, "billing")[1]))
    assert sorted(said(run(text, *PLUGINS)[1])) == expected
    assert sorted(said(run(text, *reversed(PLUGINS))[1])) == expected


def test_two_ledgers_are_not_mixed_up() -> None:
    """What is remembered of one ledger is not told of the next."""
    wrong = (ROOT / "tests" / "errors" / "kid.beancount").read_text("utf-8")
    assert run(wrong, "billing")[1]
    assert not run(BEGIN + SETTLED, "billing")[1]
    assert run(wrong, "billing")[1]


@pytest.fixture(scope="module")
def beancounts_example() -> str:
    """Beancount's own example: five years of somebody's private ledger."""
    random.seed(1)
    file = io.StringIO()
    born, begin, end = datetime.date(1980, 5, 12), datetime.date(2022, 1, 1), datetime.date(2023, 12, 31)
    example.write_example_file(born, begin, end, True, file)
    return file.getvalue()


@pytest.mark.parametrize("name", PLUGINS)
def test_beancounts_example_is_nothing_to_us(name: str, beancounts_example: str) -> None:
    """A ledger without invoices comes back as it was, and no error is ours."""
    plain, before = run(beancounts_example)
    checked, after = run(beancounts_example, name)
    assert len(plain) > 500
    assert said(after) == said(before)
    assert repr(checked) == repr(plain)


OTHERS = {
    "a receivable of another scheme": """
        2026-01-01 open Assets:Receivable
        2026-01-01 open Assets:Receivable:Friends:Kari
        2026-01-01 open Assets:Bank
        2026-01-02 * "Lent to Kari"
          Assets:Receivable:Friends:Kari  500.00 NOK
          Assets:Bank
        2026-01-03 ! "Lent, to whom?"
          Assets:Receivable  100.001 NOK
          Assets:Bank
        2026-02-01 * "Kari paid too much" ^loan
          Assets:Bank  600.00 NOK
          Assets:Receivable:Friends:Kari
    """,
    "a pad into it": """
        2026-01-01 open Assets:Receivable
        2026-01-01 open Equity:Opening-Balances
        2026-01-01 pad Assets:Receivable Equity:Opening-Balances
        2026-01-02 balance Assets:Receivable 5000.00 NOK
    """,
    "custom directives of others": """
        2026-01-01 custom "fava-option" "language" "en"
        2026-01-01 custom "budget" Expenses:Food "daily" 20.00 EUR
        2026-01-01 custom "note-to-self" TRUE 5 2026-01-01
    """,
    "a payee's invoice as a document": """
        2026-01-01 open Liabilities:Payable
        2026-01-01 open Expenses:Rent
        2026-01-02 * "Landlord" "Rent" ^rent-01
          order: "PO 1"
          note: 5
          Expenses:Rent  1000.00 NOK
          Liabilities:Payable
        2026-01-03 document Liabilities:Payable "rent.pdf" ^rent-01
    """,
}


@pytest.mark.parametrize("plugin", PLUGINS)
@pytest.mark.parametrize("name", OTHERS)
def test_ledgers_of_other_people_are_nothing_to_us(name: str, plugin: str) -> None:
    """Accounts and directives that look like ours, in a ledger that is none of billtext's, are left alone."""
    plain, before = run(OTHERS[name])
    checked, after = run(OTHERS[name], plugin)
    assert said(after) == said(before)
    assert repr(checked) == repr(plain)


# --- autolink -------------------------------------------------------------------------------------


def test_autolink_joins_a_document_with_what_settles_it() -> None:
    """I2 and the receipt that settles it get its number; of I1 the receipt knows nothing."""
    entries, errors = run(BEGIN + SETTLED, "autolink")
    assert not errors
    assert links(entries) == {"I1": {"I1"}, "I2": {"I2"}, "P1": {"I2"}}


def test_a_link_that_was_added_settles_nothing() -> None:
    """The second posting of the receipt names nothing: it stays unapplied, before autolink and after it."""
    plain, _ = run(BEGIN + SETTLED)
    linked, _ = run(BEGIN + SETTLED, "autolink")
    before, after = book.build(plain, load.sources), book.build(linked, load.sources)
    assert allocations(before) == [(datetime.date(2026, 3, 12), "P1", "I2", Decimal("50.00"))]
    assert allocations(after) == allocations(before)


def test_a_link_of_the_bookkeeper_still_settles() -> None:
    """What was written stays a link of the link rule, beside those that were added."""
    text = BEGIN + SETTLED.replace('"Bank giro"', '"Bank giro" ^I1')
    plain, _ = run(text)
    linked, _ = run(text, "autolink")
    assert links(linked)["P1"] == {"I1", "I2"}
    day = datetime.date(2026, 3, 12)
    expected = [(day, "P1", "I2", Decimal("50.00")), (day, "P1", "I1", Decimal("100.00"))]
    assert allocations(book.build(plain, load.sources)) == expected
    assert allocations(book.build(linked, load.sources)) == expected


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: path.stem)
def test_the_same_is_told_before_autolink_and_after_it(path: Path) -> None:
    """The order of the plugins changes no error, and no allocation."""
    text = path.read_text("utf-8")
    assert said(run(text, "autolink", "billing")[1]) == said(run(text, "billing", "autolink")[1])
    plain, linked = run(text)[0], run(text, "autolink")[0]
    assert allocations(book.build(linked, load.sources)) == allocations(book.build(plain, load.sources))


def test_autolink_changes_no_allocation_of_the_demo_company() -> None:
    """Two years of Fjordlys: linked, with the same allocations, and without an error."""
    top = (ROOT / "ledger" / "main.beancount").read_text("utf-8")
    assert 'plugin "billtext_plugins.autolink"' in top
    linked, errors, _ = loader.load_file(str(ROOT / "ledger" / "main.beancount"))
    assert not errors
    plain = load.load(ROOT / "ledger" / "main.beancount").entries
    before, after = (allocations(book.build(entries, load.sources)) for entries in (plain, linked))
    assert len(before) > 50
    assert after == before
    assert amounts(linked) == amounts(plain)
    added = [entry for entry in linked if isinstance(entry, Transaction) and "__autolinks__" in entry.meta]
    assert len(added) > 10


def test_autolink_joins_a_filed_document(tmp_path: Path) -> None:
    """A file on the customer's account whose name holds the number; not another's, not a longer number."""
    for place, name in (
        ("Assets/Receivable/C1", "2026-03-02.I1.pdf"),
        ("Assets/Receivable/C1", "2026-03-02.I10.pdf"),
        ("Assets/Receivable/C2", "2026-03-02.I1.pdf"),
        ("Assets/Bank", "2026-03-02.I1.pdf"),
    ):
        (tmp_path / "documents" / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / "documents" / place / name).touch()
    top = tmp_path / "main.beancount"
    head = 'option "documents" "documents"\nplugin "billtext_plugins.autolink"\n'
    top.write_text(head + BEGIN + SETTLED, "utf-8")
    entries, errors, _ = loader.load_file(str(top))
    assert not errors
    filed = {
        (entry.account, Path(entry.filename).name): set(entry.links or ())
        for entry in entries
        if type(entry).__name__ == "Document"
    }
    assert filed == {
        ("Assets:Receivable:C1", "2026-03-02.I1.pdf"): {"I1"},
        ("Assets:Receivable:C1", "2026-03-02.I10.pdf"): set(),
        ("Assets:Receivable:C2", "2026-03-02.I1.pdf"): set(),
        ("Assets:Bank", "2026-03-02.I1.pdf"): set(),
    }
