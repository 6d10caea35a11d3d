"""Bringing history over: what is booked, what is refused and why, and that nothing is ever half done."""

# ruff: noqa: E501 - a table of mistakes and messages is read line by line

import csv
import gzip
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from beancount.core.data import Transaction
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from billtext.cli import check, import_
from billtext.cli.common import Face
from billtext.errors import Refused, Unreadable
from billtext.ledger import load, write
from billtext.outside import files, import_names, import_toml, invoice_import, ledger_scan, switching
from billtext.rendering import escape
from billtext.rules import book, statements

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data"
RETAIL = ROOT.parent / "shared/data/online-retail/online_retail.csv.gz"
RETAIL_MAP = ROOT / "imports/online-retail.toml"
needs_retail = pytest.mark.skipif(not RETAIL.is_file(), reason="the data set Online Retail is not beside the checkout")

MAIN = """option "title" "Test"
option "operating_currency" "{currency}"
option "use_precise_interpolation" "TRUE"
plugin "billtext_plugins.billing"

2000-01-01 custom "company" "Test Ltd"
  currency: "{currency}"
2000-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT
2000-01-01 custom "vat" "Z0" 0
2000-01-01 open Liabilities:VAT
"""


def ledger(directory: Path, text: str = "", currency: str = "NOK") -> Path:
    """A small ledger to import into."""
    path = directory / "main.beancount"
    path.write_text(MAIN.format(currency=currency) + text, "utf-8")
    return path


def checked(path: Path) -> book.Book:
    """The book of a ledger that has no errors."""
    loaded = load.load(path)
    found = book.build(loaded.entries, load.sources)
    assert [error.message for error in (*loaded.errors, *found.errors)] == []
    return found


def snapshot(directory: Path) -> dict[str, bytes]:
    """All files below a directory."""
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}


def refused(path: Path, **form: str) -> dict[int, str]:
    """Reasons by row in a file of refused rows."""
    with path.open(encoding=form.pop("encoding", "utf-8"), newline="") as file:
        return {int(row[0]): row[1] for row in list(csv.reader(file, **form))[1:]}


def totals(outcome: invoice_import.Outcome) -> dict[str, tuple[int, int, str]]:
    """Rows, documents and amount by category."""
    return {name: (rows, documents, amount) for name, rows, documents, amount, _ in outcome.tally.lines()}


def command(path: Path, *args: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(import_.command, ["invoices", *map(str, args)], obj=SimpleNamespace(path=path))


# --- the real year ----------------------------------------------------------------------------------------------


@needs_retail
def test_the_first_thousand_documents_are_accounted_for_row_by_row(tmp_path: Path) -> None:
    """The totals are reckoned here once more, straight from the table."""
    path = ledger(tmp_path, currency="GBP")
    outcome = invoice_import.run(path, RETAIL, RETAIL_MAP, limit=1000)
    rows, amounts, numbers = [], {}, set()
    with gzip.open(RETAIL, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            numbers.add(row["InvoiceNo"])
            if len(numbers) > 1000:
                break
            rows.append(row)
    for row in rows:
        amount = (Decimal(row["Quantity"]) * Decimal(row["UnitPrice"])).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for name in ("read", "credit" if row["InvoiceNo"][0] == "C" else "adjust" if amount < 0 else "invoice"):
            amounts[name] = amounts.get(name, Decimal(0)) + amount
    adjusted = [row for row in rows if row["InvoiceNo"][0] != "C" and row["Quantity"][0] == "-"]
    found = totals(outcome)
    assert found["read"] == (len(rows), 1000, str(amounts["read"])) == (21466, 1000, "361772.22")
    assert found["booked: invoices"] == (21124, 832, str(amounts["invoice"]))
    assert found["booked: credit notes"] == (284, 110, str(amounts["credit"]))
    assert found["refused: stock adjustment"] == (len(adjusted), len(adjusted), "0.00")
    known = [row for row in rows if row["CustomerID"]]
    assert found["  of them for known customers"][0] == len(known)

    ledger_book = checked(path)
    assert len(ledger_book.documents) == 942
    assert sum(document.gross * document.sign for document in ledger_book.documents) == Decimal("361772.22")
    assert set(ledger_book.register.of("customer")) == {row["CustomerID"] for row in known} | {"WALK-IN"}
    day = max(document.date for document in ledger_book.documents)
    balances = [statements.report(ledger_book, name, day, day).sections for name in ledger_book.items_of]
    assert sum(section.closing for sections in balances for section in sections) == Decimal("361772.22")
    assert set(refused(outcome.refused or tmp_path).values()) == {"stock adjustment"}


@needs_retail
def test_a_second_run_books_nothing_twice_and_changes_no_byte(tmp_path: Path) -> None:
    path = ledger(tmp_path, currency="GBP")
    invoice_import.run(path, RETAIL, RETAIL_MAP, limit=150)
    before = snapshot(tmp_path)
    again = totals(invoice_import.run(path, RETAIL, RETAIL_MAP, limit=150))
    assert snapshot(tmp_path) == before
    assert "booked: invoices" not in again
    assert again["read"][0] == again["already in the ledger"][0] + again.get("refused: stock adjustment", (0,))[0]


@needs_retail
def test_an_import_in_two_steps_is_complete_and_includes_each_file_once(tmp_path: Path) -> None:
    path = ledger(tmp_path, currency="GBP")
    invoice_import.run(path, RETAIL, RETAIL_MAP, limit=100)
    invoice_import.run(path, RETAIL, RETAIL_MAP, limit=300)
    whole = tmp_path / "whole"
    whole.mkdir()
    at_once = ledger(whole, currency="GBP")
    invoice_import.run(at_once, RETAIL, RETAIL_MAP, limit=300)
    assert {d.number: d.gross for d in checked(path).documents} == {
        d.number: d.gross for d in checked(at_once).documents
    }
    assert path.read_text().count('include "invoices/imported-2010.beancount"') == 1


def test_a_ledger_with_the_line_ends_of_windows_keeps_them(tmp_path: Path) -> None:
    """What is appended to the top file and to the files of the register and the year ends its lines as they do."""
    path = ledger(tmp_path)
    heads = {"imported.beancount": "; ours", "customers/imported.beancount": "; theirs",
             "invoices/imported-2024.beancount": "; documents"}  # fmt: skip
    for name, text in heads.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(f"{text}\r\n".encode())
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    invoice_import.run(path, DATA / "import-lines.csv", DATA / "import-lines.toml")
    assert len(checked(path).documents) == 5
    for name in ("main.beancount", *heads):
        found = (tmp_path / name).read_bytes()
        assert found.count(b"\n") == found.count(b"\r\n") > 1, name


# --- rows -------------------------------------------------------------------------------------------------------


def test_each_row_that_cannot_be_booked_has_its_reason(tmp_path: Path) -> None:
    path = ledger(tmp_path)
    outcome = invoice_import.run(path, DATA / "import-lines.csv", DATA / "import-lines.toml")
    assert refused(tmp_path / "imports/refused-import-lines.csv") == {
        5: "no document number: '' is not made of letters, digits, `-`, `_`, `.` and `/`",
        6: "no document number: '10 03' is not made of letters, digits, `-`, `_`, `.` and `/`",
        7: "bad date: '11/01/2024' does not read as %Y-%m-%d",
        8: "bad quantity: '' is not a number of at most 9 digits",
        9: "bad price: '5O' is not a number of at most 9 digits",
        12: "customer differs within the document: A1 here, B2 in the first row of 1006",
        13: "ambiguous customer id: 'B2' and '../b2' would both be B2; name one under [customer.ids]",
        15: "wrong sign: invoice 1008 would come to -100.00 NOK",
        16: "bad customer id: '…' has no letter or digit; give it an id under [customer.ids]",
        17: "stock adjustment",
        18: "wrong number of cells: 8, and the header has 9",
    }
    found = totals(outcome)
    # 123.45 + 2500.00 + 12.35 (12.345, half away from zero) + 0.00 + 100.00
    assert found["booked: invoices"] == (5, 4, "2735.80")
    assert found["booked: credit notes"] == (1, 1, "-24.69")
    assert found["refused: wrong sign"] == (1, 1, "-100.00")
    assert sum(rows for name, (rows, _, _) in found.items() if name.startswith(("booked", "refused"))) == 17
    documents = {document.number: document for document in checked(path).documents}
    assert str(documents["1002"].customer) == "GUEST"
    assert documents["C2001"].entry.meta["reason"] == "credited, imported"
    line = checked(path).lines(documents["C2001"])[0][0]
    assert (line.quantity, line.price, line.net) == (2, Decimal("12.345"), Decimal("24.69"))


def test_refused_rows_run_no_formula_and_are_read_again_as_they_were(tmp_path: Path) -> None:
    """A spreadsheet that opens the file calculates nothing; the same mapping reads from it what the source had."""
    table = tmp_path / "t.csv"
    header = "Invoice,Date,Client,Name,Country,Code,Text,Qty,Price,=cmd|' /C calc'!A0\n"
    row = "1,never,A,=1+1, x ,@C,\"-2+3\nand '=more\",-1,+1.5,'=1\n"
    table.write_text(header + row)
    path = ledger(tmp_path)
    invoice_import.run(path, table, DATA / "import-lines.toml", refused=tmp_path / "once.csv")
    assert (tmp_path / "once.csv").read_text() == (
        "row,reason,Invoice,Date,Client,Name,Country,Code,Text,Qty,Price,'=cmd|' /C calc'!A0\n"
        "2,bad date: 'never' does not read as %Y-%m-%d,"
        "1,never,A,'=1+1, x ,'@C,\"'-2+3\nand '=more\",-1,+1.5,''=1\n"
    )
    # Refused again, the file is the same: no second `row,reason`, no second guard.
    invoice_import.run(path, tmp_path / "once.csv", DATA / "import-lines.toml", refused=tmp_path / "twice.csv")
    assert (tmp_path / "twice.csv").read_text() == (tmp_path / "once.csv").read_text()
    mended = (tmp_path / "twice.csv").read_text().replace("never", "2024-01-01").replace(",-1,", ",1,")
    (tmp_path / "twice.csv").write_text(mended)
    invoice_import.run(path, tmp_path / "twice.csv", DATA / "import-lines.toml")
    found = checked(path)
    assert found.lines(found.documents[0])[0][0].text == "-2+3\nand '=more"
    assert found.register.of("customer")["A"].latest["name"] == "=1+1"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_guarded_cell_is_read_back_exactly_and_is_no_formula(text: str) -> None:
    assert escape.unguarded(escape.guarded(text)) == text
    assert escape.guarded(text)[:1] not in {"=", "@", "\t", "\r"}


def test_documents_of_one_row_with_vat_rate_and_totals(tmp_path: Path) -> None:
    path = ledger(tmp_path)
    outcome = invoice_import.run(path, DATA / "import-documents.csv", DATA / "import-documents.toml")
    assert refused(tmp_path / "imports/refused-import-documents.csv", encoding="cp1252", delimiter=";") == {
        5: "no rate: EUR needs one to NOK; name its column as `rate` under [document]",
        6: "another total: 2024-5 comes to 125.00 with VAT, and to 124,00 in the source",
        7: "unknown VAT code: 'S99' is not in the ledger on 2024-01-10",
        8: "second row of a document: 2024-1 is in row 2 already",
        9: "bad due date: 2024-01-01 is before the document's date 2024-01-12",
        12: "bad amount: 0,005 is finer than the smallest unit of NOK",
    }
    assert outcome.customers == 2
    found = checked(path)
    documents = {document.number: document for document in found.documents}
    assert {number: (d.net, d.vat, d.gross, d.currency) for number, d in documents.items()} == {
        "2024-1": (1000, 250, 1250, "NOK"),
        "2024-2": (Decimal("100.02"), Decimal("25.01"), Decimal("125.03"), "NOK"),
        "2024-3": (100, 0, 100, "EUR"),
        "K1": (1000, 250, 1250, "NOK"),
        "K2": (10, Decimal("2.50"), Decimal("12.50"), "NOK"),
    }
    assert documents["2024-1"].entry.narration == "Møterom"
    assert str(documents["2024-1"].due) == "2024-01-19"
    assert str(documents["2024-3"].entry.postings[0].price) == "11.5 NOK"
    # K1 takes all of the invoice; K2 would go beyond it, so it stands alone and says what it named.
    assert documents["K1"].corrects == "2024-1"
    assert (documents["K2"].corrects, documents["K2"].entry.meta["reason"]) == (None, "kreditert (of 2024-1)")
    # A person's name stands in the register only.
    assert documents["2024-1"].entry.payee == "K10"


def test_a_vat_code_that_begins_later_is_refused_with_the_remedy(tmp_path: Path) -> None:
    """Whether a rate held earlier is for the bookkeeper to say."""
    path = ledger(tmp_path, '2025-01-01 custom "vat" "S15" 15\n  account: Liabilities:VAT\n')
    mapping = tmp_path / "m.toml"
    mapping.write_text((DATA / "import-lines.toml").read_text().replace("[line]", '[line]\nvat = "S15"'))
    invoice_import.run(path, DATA / "import-lines.csv", mapping)
    assert refused(tmp_path / "imports/refused-import-lines.csv")[2] == (
        "unknown VAT code: 'S15' is not in the ledger on 2024-01-10 but from 2025-01-01; "
        "if its rate held then, date it back at main.beancount:12"
    )


def test_what_the_source_says_for_a_vat_code(tmp_path: Path) -> None:
    """Most systems write a rate or a word of their own: 25 % of 100 is 25, and nothing of the other two."""
    text = (DATA / "import-lines.toml").read_text().replace("[line]", '[line]\nvat = "{Rate}"')
    mapping, table = tmp_path / "m.toml", tmp_path / "t.csv"
    mapping.write_text(text + '[line.vat-codes]\n"25" = "S25"\n"free" = "Z0"\n"none" = ""\n')
    table.write_text(
        "Invoice,Date,Client,Name,Country,Code,Text,Qty,Price,Rate\n"
        "7,2024-01-01,A,A,,X,T,1,100,25\n7,2024-01-01,A,A,,X,T,1,10,free\n8,2024-01-01,A,A,,X,T,1,3,none\n"
        "9,2024-01-01,A,A,,X,T,1,3,15\n"
    )
    path = ledger(tmp_path)
    invoice_import.run(path, table, mapping)
    found = checked(path)
    assert [(d.number, d.net, d.vat) for d in found.documents] == [("7", 110, 25), ("8", 3, 0)]
    assert refused(tmp_path / "imports/refused-t.csv") == {
        5: "unknown VAT code: '15' is not in the ledger on 2024-01-01"
    }


@pytest.mark.parametrize(("old", "new", "reason"), [
    ("05.01.2024;19.01.2024", "31.12.9999;19.01.2024", "bad date: '31.12.9999' is not of the years 1900 to 2199"),
    ("05.01.2024;19.01.2024", "05.01.2024;9999-12-31", "bad due date: '9999-12-31' is not of the years 1900 to 2199"),
])  # fmt: skip
def test_a_date_that_reads_but_cannot_be_meant_says_so(tmp_path: Path, old: str, new: str, reason: str) -> None:
    table = tmp_path / "t.csv"
    text = (DATA / "import-documents.csv").read_text("cp1252")
    assert old in text
    table.write_text(text.replace(old, new, 1), "cp1252")
    invoice_import.run(ledger(tmp_path), table, DATA / "import-documents.toml")
    assert reason in refused(tmp_path / "imports/refused-t.csv", encoding="cp1252", delimiter=";").values()


def test_a_text_that_names_a_person_stands_on_the_line(tmp_path: Path) -> None:
    """K10 is "Kunde 10", a person; a room of that name beside another word, or `Kunde 101`, is not the customer's."""
    table = tmp_path / "t.csv"
    text = (DATA / "import-documents.csv").read_text("cp1252")
    for old, new in (("Møterom", "Rom, kunde 10"), ("Kaffe", "Rom, Kunde 101"), ("Bok", "Rom, Kunde 10")):
        assert f";{old}\n" in text
        text = text.replace(old, new)
    table.write_text(text, "cp1252")
    path = ledger(tmp_path)
    invoice_import.run(path, table, DATA / "import-documents.toml")
    found = checked(path)
    told = {d.number: (d.entry.payee, d.entry.narration, found.lines(d)[0][0].text) for d in found.documents}
    assert told["2024-1"] == ("K10", "2024-1", "Rom, kunde 10")
    assert told["2024-2"] == ("K10", "Rom, Kunde 101", "Rom, Kunde 101")
    assert told["2024-3"] == ("K11", "Rom, Kunde 10", "Rom, Kunde 10")  # another's name


def test_a_company_that_is_a_person_by_now_is_imported_by_its_id(tmp_path: Path) -> None:
    """Whatever name the register ever had, and on whatever day it says that the customer is a person."""
    path = ledger(tmp_path, """
2000-01-01 custom "customer" "K10"
  name: "Kari Nordmann"
  kind: "company"
2026-01-01 custom "customer" "K10"
  kind: "person"
  name: "Kari Berg"
2000-01-01 open Assets:Receivable:K10
""")  # fmt: skip
    invoice_import.run(path, DATA / "import-documents.csv", DATA / "import-documents.toml")
    entry = next(d for d in checked(path).documents if d.number == "2024-1").entry
    assert (entry.payee, entry.narration) == ("K10", "Møterom")


def test_a_due_date_of_another_life_is_refused(tmp_path: Path) -> None:
    """2034 is ten years after 2024, and is booked; 2042 has its digits in another order, and is not."""
    table = tmp_path / "t.csv"
    text = (DATA / "import-documents.csv").read_text("cp1252")
    assert "19.01.2024" in text
    assert "20.01.2024" in text
    table.write_text(text.replace("19.01.2024", "19.01.2042").replace("20.01.2024;10;F", "31.12.2034;10;F"), "cp1252")
    path = ledger(tmp_path)
    invoice_import.run(path, table, DATA / "import-documents.toml")
    assert refused(tmp_path / "imports/refused-t.csv", encoding="cp1252", delimiter=";")[2] == (
        "bad due date: 2042-01-19 is more than 10 years after the document's date 2024-01-05"
    )
    documents = {document.number: document for document in checked(path).documents}
    assert "2024-1" not in documents
    assert str(documents["2024-2"].due) == "2034-12-31"


def test_credit_notes_can_be_told_by_their_total(tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    text = (DATA / "import-lines.toml").read_text()
    mapping.write_text(text.replace('column = "Invoice"\nmatches = "C.*"', "negative-total = true"))
    table = tmp_path / "t.csv"
    table.write_text(
        "Invoice,Date,Client,Name,Country,Code,Text,Qty,Price\n7,2024-01-01,A,A,,X,T,-1,5\n7,2024-01-01,A,A,,X,T,1,2\n"
    )
    path = ledger(tmp_path)
    invoice_import.run(path, table, mapping)
    document = checked(path).documents[0]
    assert (document.kind, document.gross) == ("credit-note", 3)


def test_a_document_of_many_lines(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    rows = "".join(f"9,2024-01-01,A,A,,X{n},Line {n},{n},0.01\n" for n in range(1114))
    table.write_text("Invoice,Date,Client,Name,Country,Code,Text,Qty,Price\n" + rows)
    path = ledger(tmp_path)
    invoice_import.run(path, table, DATA / "import-lines.toml")
    found = checked(path)
    assert len(found.lines(found.documents[0])[0]) == 1114
    assert found.documents[0].gross == Decimal("6199.41")  # 1113 × 1114 / 2 pennies


# --- what the ledger has already --------------------------------------------------------------------------------


def test_a_number_that_the_ledger_has_is_not_booked_again_or_over_something_else(tmp_path: Path) -> None:
    path = ledger(
        tmp_path,
        """
2020-01-01 open Assets:Receivable:A1
2020-01-01 open Income:Sales
2020-01-01 open Assets:Bank
2020-01-01 custom "customer" "A1"
  name: "As it is"
2020-01-01 custom "void" "1005"
  reason: "spoilt"
2024-01-10 * "As it is" "Cable" ^1001
  invoice: "1001"
  Assets:Receivable:A1   2,623.45 NOK
  Income:Sales          -2623.45 NOK
2024-01-11 * "Guest" "Cable" ^1002
  payment: "1002"
  Assets:Bank            12.35 NOK
  Assets:Receivable:A1  -12.35 NOK
2024-02-01 * "As it is" "Cable" ^C2001
  credit-note: "C2001"
  reason: "other"
  Assets:Receivable:A1  -24.00 NOK
  Income:Sales           24.00 NOK
""",
    )
    outcome = invoice_import.run(path, DATA / "import-lines.csv", DATA / "import-lines.toml")
    reasons = refused(tmp_path / "imports/refused-import-lines.csv")
    assert totals(outcome)["already in the ledger"] == (2, 1, "2623.45")
    assert reasons[4] == "number taken: 1002 is a payment of the ledger"
    assert reasons[10] == "number taken: 1005 is void in the ledger"
    assert reasons[14] == "already there, but different: C2001 is in the ledger with -24.00 NOK, not -24.69 NOK"
    assert checked(path).register.of("customer")["A1"].latest == {"name": "As it is"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2020-01-01 open Income:Sales\n2024-01-05 close Income:Sales", "account not open: Income:Sales is closed on 2024-01-05"),
        ('2020-01-01 custom "customer" "A1"\n  name: "A"\n  closed: TRUE', "customer closed: A1 is closed on 2024-01-10"),
        ('2020-01-01 custom "series" "I" "{year}-{number}"\n  kind: "invoice"', "no series: 1001 fits none of kind invoice; add [series.invoice] to the mapping, such as format = \"{number}\""),
    ],
)  # fmt: skip
def test_what_the_ledger_would_not_accept_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    path = ledger(tmp_path, text + "\n")
    invoice_import.run(path, DATA / "import-lines.csv", DATA / "import-lines.toml")
    assert refused(tmp_path / "imports/refused-import-lines.csv")[2].startswith(reason)


def test_what_the_ledger_knows_only_from_a_later_day_is_dated_back(tmp_path: Path) -> None:
    """The date on the line is all that changes: of accounts, of the customer, and of the terms that it names."""
    books = tmp_path / "books"
    books.mkdir()
    path = ledger(
        books,
        """2025-01-01 open Assets:Receivable:A1 NOK  ; the first
2025/1/1 * "Not an invoice" "Nothing of this import"
2025-01-01 custom "terms" "net-14"
  days: 14
2025-02-01 custom "customer" "A1"
  name: "A one"
  kind: "company"
2025-02-01 custom "customer" "A1"
  terms: "net-14"
2025-03-01 custom "customer" "A1"
  name: "A two"
include "accounts.txt"
""",
    )
    (books / "accounts.txt").write_bytes(
        b"; accounts\r\n2025/1/1   open Income:Sales\r\n2020-01-01 open Assets:Bank\r\n"
    )
    before = path.read_text()
    outcome = invoice_import.run(path, DATA / "import-lines.csv", DATA / "import-lines.toml")
    assert [str(dated) for dated in outcome.dated] == [
        "customer A1 from 2025-02-01 to 2024-01-10 (main.beancount:16)",
        "customer A1 from 2025-02-01 to 2024-01-10 (main.beancount:19)",
        "Assets:Receivable:A1 from 2025-01-01 to 2024-01-10 (main.beancount:12)",
        "Income:Sales from 2025-01-01 to 2024-01-10 (accounts.txt:2)",
        "terms net-14 from 2025-01-01 to 2024-01-10 (main.beancount:14)",
    ]
    # Every date of 2025 but those of the transaction and of the customer's later name.
    wanted = before
    for day in ("2025-01-01", "2025-02-01"):
        wanted = wanted.replace(day, "2024-01-10")
    assert path.read_text().startswith(wanted)
    assert (books / "accounts.txt").read_bytes() == (
        b"; accounts\r\n2024-01-10   open Income:Sales\r\n2020-01-01 open Assets:Bank\r\n"
    )
    assert len(checked(path).documents) == 5
    assert set(outcome.written) >= {path, books / "accounts.txt"}


def test_older_history_can_follow_newer(tmp_path: Path) -> None:
    """What an import has opened is dated back by the next, in the file to which that appends as well."""
    path = ledger(tmp_path)
    header = "Invoice,Date,Client,Name,Country,Code,Text,Qty,Price\n"
    for number, day in (("2", "2024-05-01"), ("1", "2023-05-01")):
        table = tmp_path / f"{number}.csv"
        table.write_text(header + f"{number},{day},A,Ann,,X{number},T,1,5\n")
        invoice_import.run(path, table, DATA / "import-lines.toml")
    found = checked(path)
    assert [(d.number, str(d.date)) for d in found.documents] == [("1", "2023-05-01"), ("2", "2024-05-01")]
    assert set(found.register.of("item")) == {"X1", "X2"}


def test_a_file_outside_the_ledger_is_left_alone_and_the_refusal_names_the_line(tmp_path: Path) -> None:
    books = tmp_path / "books"
    books.mkdir()
    outside = tmp_path / "shared.beancount"
    outside.write_text('2025-01-01 open Income:Sales\n2025-01-01 custom "customer" "A1"\n  name: "A"\n')
    path = ledger(books, 'include "../shared.beancount"\n')
    before = outside.read_text()
    invoice_import.run(path, DATA / "import-lines.csv", DATA / "import-lines.toml")
    assert refused(books / "imports/refused-import-lines.csv")[2] == (
        "account not open: Income:Sales is opened on 2025-01-01 and the document is of 2024-01-10; "
        f"give it an earlier date at {outside}:1"
    )
    outside.write_text(before.replace("2025-01-01 open", "2024-01-01 open"))
    invoice_import.run(path, DATA / "import-lines.csv", DATA / "import-lines.toml")
    assert refused(books / "imports/refused-import-lines.csv")[2] == (
        "customer not yet known: A1 or its terms begin on 2025-01-01, and the document is of 2024-01-10; "
        f"give it an earlier date at {outside}:2"
    )


def test_included_files_are_not_included_again(tmp_path: Path) -> None:
    path = ledger(
        tmp_path, 'include "customers/*.beancount"\ninclude "**/imported-*.beancount"\ninclude "imported.beancount"\n'
    )
    invoice_import.run(path, DATA / "import-lines.csv", DATA / "import-lines.toml")
    assert path.read_text().count("include") == 3
    assert len(checked(path).documents) == 5


def test_the_scan_reads_what_the_loader_reads(tmp_path: Path) -> None:
    """The demo ledger, with all kinds of transactions, has the same numbers and amounts by both ways."""
    path = ROOT / "ledger/main.beancount"
    known, full = ledger_scan.scan(path), book.build(load.load(path).entries, load.sources)
    wanted: dict[str, Decimal] = {}
    for item in full.items:
        if item.number:
            wanted[item.number] = wanted.get(item.number, Decimal(0)) + item.amount
    assert {number: booked.amount for number, booked in known.numbers.items()} == wanted
    assert {n: b.kind for n, b in known.numbers.items()} == {i.number: i.kind for i in full.items if i.number}
    assert known.register.of("customer").keys() == full.register.of("customer").keys()


# --- customers and items ----------------------------------------------------------------------------------------


def test_a_customer_who_changes_gets_a_later_directive(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text(
        "Invoice,Date,Client,Name,Country,Code,Text,Qty,Price\n"
        "1,2024-01-01,A,Ann,Norway,X,T,1,5\n2,2024-02-01,A,Ann,Atlantis,X,T,1,5\n"
        "3,2024-03-01,A,Ann Ltd,se,X,T,1,5\n4,2024-04-01,A,,,X,T,1,6\n5,2024-05-01,A,Ann,Sweden,X,Other,1,6\n"
    )
    path = ledger(tmp_path)
    outcome = invoice_import.run(path, table, DATA / "import-lines.toml")
    assert len(outcome.warnings) == 2  # Atlantis, and se in small letters: a code is written in capitals
    assert "Atlantis" in outcome.warnings[0]
    register = checked(path).register
    versions = register.of("customer")["A"].versions
    assert [(str(v.date), v.changed) for v in versions][1:] == [
        ("2024-03-01", {"name": "Ann Ltd"}),
        ("2024-04-01", {"name": "A"}),
        ("2024-05-01", {"name": "Ann", "country": "SE"}),
    ]
    assert register.of("item")["X"].latest == {"text": "T", "account": "Income:Sales"}


def test_ids_are_made_safe_and_remembered(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    header = "Invoice,Date,Client,Name,Country,Code,Text,Qty,Price\n"
    table.write_text(header + "1,2024-01-01,../../etc/å,Ann,,../x,T,1,5\n")
    path = ledger(tmp_path)
    invoice_import.run(path, table, DATA / "import-lines.toml")
    register = checked(path).register
    assert register.of("customer")["Etc-a"].latest["imported-id"] == "../../etc/å"
    assert list(register.of("item")) == ["X"]
    # The same customer comes again, and another who would have the same id.
    table.write_text(header + "2,2024-01-02,../../etc/å,Ann,,../x,T,1,5\n3,2024-01-02,etc a,Bob,,y,T,1,5\n")
    invoice_import.run(path, table, DATA / "import-lines.toml")
    assert {d.number: d.customer for d in checked(path).documents} == {"1": "Etc-a", "2": "Etc-a"}
    assert refused(tmp_path / "imports/refused-t.csv")[3].startswith("ambiguous customer id: 'etc a' and '../../etc/å'")


def test_safe_ids() -> None:
    assert [import_names.safe(text) for text in ("C00017", "a b", "../", "Ærlig", "straße")] == [
        "C00017",
        "A-b",
        "",
        "Rlig",
        "Stra-e",
    ]


# --- text -------------------------------------------------------------------------------------------------------

HOSTILE = '"; \\" \\\\ \n2024-01-01 open Assets:Bad\n <script>alert(1)</script> {{x}} \x00\x1b\u202e =1+1 \t|*_` ø'


def test_hostile_text_comes_back_as_it_was(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Invoice", "Date", "Client", "Name", "Country", "Code", "Text", "Qty", "Price"])
        writer.writerow(["1", "2024-01-01", HOSTILE, HOSTILE, "", HOSTILE, HOSTILE, "1", "5"])
    path = ledger(tmp_path)
    invoice_import.run(path, table, DATA / "import-lines.toml")
    found = checked(path)
    clean = write.clean(HOSTILE)
    assert "\n" in clean
    assert "\x00" not in clean
    document = found.documents[0]
    assert (document.entry.payee, found.lines(document)[0][0].text) == (clean, clean)
    assert found.register.of("customer")[document.customer].latest["name"] == clean
    assert "Assets:Bad" not in {posting.account for posting in document.entry.postings}


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_string_is_read_back_exactly(text: str) -> None:
    from beancount.parser import parser

    entries, errors, _ = parser.parse_string(
        f"2024-01-01 * {write.string(text)}\n  kk: {write.string(text)}\n  Assets:A  1 NOK\n"
    )
    assert errors == []
    assert isinstance(entries[0], Transaction)
    assert (entries[0].narration, entries[0].meta["kk"]) == (text, text)


# --- mistakes in the mapping and the table ----------------------------------------------------------------------

BASE = (DATA / "import-lines.toml").read_text()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("due-days = 14", "duedays = 14", "[document] needs one of `due` (a column) and `due-days`; write for example due-days = 30"),
        ("due-days = 14", "due-days = 14\nduration = 1", "[document] duration is not known; there are due, due-days, order"),
        ("due-days = 14", 'due-days = "14"', "[document] due-days is '14'; write a whole number of days, without quotes"),
        ("due-days = 14", "due-days = 99999999", "[document] due-days is 99999999; write a whole number of days from 0 to 3650"),
        ("due-days = 14", "due-days = -3", "[document] due-days is -3; write a whole number of days from 0 to 3650"),
        ("due-days = 14", 'due-days = 14\ndate-format = "%Q"', "[document] date-format is '%Q', which reads no dates ('Q' is a bad directive in format '%Q'); write such as \"%d.%m.%Y\""),
        ("due-days = 14", 'due-days = 14\ndate-format = "%d%d%Y"', "[document] date-format is '%d%d%Y', which reads no dates (redefinition of group name 'd'"),
        ("due-days = 14", 'due-days = 14\ndate-format = "%m/%Y"', "[document] date-format is '%m/%Y', which reads no dates (has no year, month or day)"),
        ('"{Invoice}"', '"{Invoice"', "[document] number is '{Invoice', where a brace has no partner; write a column as '{Column}'"),
        ('"{Text}"', '"Text}"', "[line] text is 'Text}', where a brace has no partner"),
        ('"{Invoice}"', '"Invoice"', "[document] number is 'Invoice', the same for all rows; write a column such as '{InvoiceNo}'"),
        ('"{Date}"', '"Date"', "[document] date is 'Date', which is no date; write a column such as '{InvoiceDate}'"),
        ('"{Qty}"', '"Qty"', "[line] quantity is 'Qty', which is no number; write a column such as '{Column}'"),
        ("[walk-in]", "[walkin]", "walkin is not known (did you mean 'walk-in'?); there are file, document"),
        ('currency = "NOK"', 'currency = "kroner"', "[document] currency is 'kroner'; write an ISO 4217 code"),
        ('number = "{Invoice}"', "", '[document] number is missing; add number = "{InvoiceNo}"'),
        ('"{Qty}"', '"{Qt}"', "[line] quantity names the column 'Qt', which"),
        ('column = "Qty"', 'column = "qty"', "[[refuse]] when names the column 'qty', which"),
        ('matches = "C.*"', 'matches = "C("', "[credit-note] matches is 'C(', which is no regular expression"),
        ('matches = "C.*"', "", "[credit-note] needs `column` and `matches` together"),
        ("below = 0", 'below = "0"', "[refuse, number 1] below is '0'; write a number, without quotes"),
        (", below = 0", "", "[refuse, number 1] when has a condition on 'Qty' that asks nothing; add matches, below or above"),
        ('reason = "stock adjustment"', "", '[refuse, number 1] reason is missing; add reason = "stock adjustment"'),
        ('id = "GUEST"', 'id = "guest"', "[walk-in] id is 'guest'; an id is letters, digits and `-`"),
        ("[line]", '[line]\naccount = "Sales"', "[line] account is 'Sales'; write an account, such as \"Income:Sales\""),
        ("[walk-in]", '[line.vat-codes]\n25 = "S25"\n[walk-in]', "[line] vat-codes needs `vat`, the column of what they stand for"),
        ("[line]", '[line]\namount = "{Price}"', "[line] has `amount` and also `quantity`, `price` or `discount`"),
        ("[walk-in]", '[customer.countries]\nEire = "Ireland"\n[walk-in]', "[customer] countries.Eire is 'Ireland'; write an ISO 3166"),
        ("[walk-in]", '[series.invoice]\nformat = "x"\n[walk-in]', "[series.invoice] format is 'x'; write {number} once"),
        ("[document]", '[file]\nrows = "line"\n[document]', "[file] rows is 'line'; write one of lines, documents (did you mean 'lines'?)"),
        ("[document]", '[file]\nencoding = "x"\n[document]', "[file] encoding is 'x'; write an encoding such as"),
        ("[document]", "[document", "not TOML: "),
    ],
)  # fmt: skip
def test_a_mistake_in_the_mapping_is_one_clear_sentence(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in BASE
    mapping = tmp_path / "m.toml"
    mapping.write_text(BASE.replace(old, new, 1))
    path = ledger(tmp_path)
    before = snapshot(tmp_path)
    with pytest.raises(Unreadable) as caught:
        invoice_import.run(path, DATA / "import-lines.csv", mapping)
    assert str(caught.value).startswith(f"{mapping}: {message}")
    assert "\n" not in str(caught.value)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty; a table begins with a line of column names"),
        (b"A,B,A\n1,2,3\n", "the column 'A' is there twice; give each column its own name"),
        (b'Invoice,Date,Client,Name,Country,Code,Text,Qty,Price\n1,2,"3\n', "not CSV (unexpected end of data)"),
        (b"Invoice,Date,Client,Name,Country,Code,Text,Qty,Price\n1,2,\xe6\n", "something that is not utf-8"),
        (
            gzip.compress(b"Invoice,Date,Client,Name,Country,Code,Text,Qty,Price\n" * 99, mtime=0)[:-9],
            "damaged gzip after line",
        ),
    ],
)
def test_a_table_that_cannot_be_read(tmp_path: Path, data: bytes, message: str) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes(data)
    with pytest.raises(Unreadable) as caught:
        invoice_import.run(ledger(tmp_path), table, DATA / "import-lines.toml")
    assert message in str(caught.value)


def test_missing_files_are_told(tmp_path: Path) -> None:
    path = ledger(tmp_path)
    for table, mapping in (
        (tmp_path / "no.csv", DATA / "import-lines.toml"),
        (DATA / "import-lines.csv", tmp_path / "no.toml"),
    ):
        with pytest.raises(Unreadable):
            invoice_import.run(path, table, mapping)
    with pytest.raises(Unreadable):
        invoice_import.run(tmp_path / "no.beancount", DATA / "import-lines.csv", DATA / "import-lines.toml")


def test_the_table_is_never_overwritten_by_its_refused_rows(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="would be overwritten"):
        invoice_import.run(
            ledger(tmp_path), DATA / "import-lines.csv", DATA / "import-lines.toml", refused=DATA / "import-lines.csv"
        )


# --- the command ------------------------------------------------------------------------------------------------


def test_a_trial_prints_the_totals_and_writes_nothing(tmp_path: Path) -> None:
    path = ledger(tmp_path)
    before = snapshot(tmp_path)
    result = command(path, DATA / "import-lines.csv", "--map", DATA / "import-lines.toml", "--dry-run")
    assert result.exit_code == 0
    assert "read = booked + already in the ledger + refused" in result.stdout
    assert "Trial: 5 documents, 3 new customers, 3 new items; nothing was written." in result.stdout
    assert snapshot(tmp_path) == before


def test_one_document_of_one_customer_is_told_in_the_singular(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("Invoice,Date,Client,Name,Country,Code,Text,Qty,Price\n1,2024-01-01,A,A,,,T,1,5\n")
    path = ledger(tmp_path)
    result = command(path, table, "--map", DATA / "import-lines.toml")
    assert "\none document, one new customer, no new items.\n" in result.stdout
    assert CliRunner().invoke(check.command, [], obj=Face(str(path))).stdout == (
        "one document of one customer: no errors\n"
    )


def test_a_run_that_books_nothing_of_what_it_read_has_refused(tmp_path: Path) -> None:
    """Status 1, and the first reason; the totals are printed and the refused rows written all the same."""
    table, header = tmp_path / "t.csv", "Invoice,Date,Client,Name,Country,Code,Text,Qty,Price\n"
    path = ledger(tmp_path)
    for rows, status in (
        ("2,never,A,A,,,T,1,5\n", 1),
        ("", 0),  # nothing was read
        ("1,2024-01-01,A,A,,,T,1,5\n2,never,A,A,,,T,1,5\n", 0),
        ("1,2024-01-01,A,A,,,T,1,5\n2,never,A,A,,,T,1,5\n", 0),  # one was there already
        ("2,never,A,A,,,T,1,5\n", 1),
    ):
        table.write_text(header + rows)
        done = subprocess.run(
            [sys.executable, "-m", "billtext", "-f", path, "import", "invoices", table, "--map", DATA / "import-lines.toml"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == status
        assert "read = booked" in done.stdout
        assert done.stderr == (
            "billtext: every row was refused; the first is row 2: bad date: 'never' does not read as %Y-%m-%d\n"
            if status
            else ""
        )
    assert list(refused(tmp_path / "imports/refused-t.csv")) == [2]


def test_totals_as_json(tmp_path: Path) -> None:
    result = command(
        ledger(tmp_path), DATA / "import-lines.csv", "--map", DATA / "import-lines.toml", "--format", "json"
    )
    data = json.loads(result.stdout)
    assert data["totals"][0] == {
        "category": "read",
        "rows": 17,
        "documents": 12,
        "amount": "2926.11",
        "currency": "NOK",
    }
    assert [Path(name).name for name in data["written"]] == [
        "imported.beancount", "imported.beancount", "imported-2024.beancount", "main.beancount",
    ]  # fmt: skip


def test_help_ends_with_an_example() -> None:
    for args in (["--help"], ["invoices", "--help"]):
        text = CliRunner().invoke(import_.command, args).output
        assert "Example:" in text.strip().split("\n\n")[-1]


def test_the_guide_tells_of_every_key() -> None:
    """Each key that the reader asks for stands in the guide as `key`."""
    source = "\n".join(
        Path(import_toml.__file__).with_name(name).read_text() for name in ("import_toml.py", "import_mapping.py")
    )
    guide = (ROOT / "site/guide/import.md").read_text()
    import re

    keys = set(re.findall(r'section\.(?:text|word|flag|template|needed|texts|get|section)\("([a-z-]+)"', source))
    assert len(keys) > 25
    assert [key for key in sorted(keys) if f"`{key}`" not in guide] == []


def test_the_example_of_the_guide_can_be_pasted(tmp_path: Path) -> None:
    """Its files, and its commands as they stand, into a ledger that `init` made."""
    guide = (ROOT / "site/guide/import.md").read_text()
    blocks = dict(_blocks(guide))
    for name in ("history.csv", "history.toml"):
        (tmp_path / name).write_text(blocks[name], "utf-8")
    commands = [line.removeprefix("$ ") for line in guide.splitlines() if line.startswith("$ billtext ")]
    assert [line.split()[1] for line in commands] == ["init", "-f", "-f", "-f"]
    printed = [billtext(tmp_path, line) for line in commands]
    table = guide.partition("```text\n")[2].partition("```")[0]
    assert printed[1].startswith(table)
    assert "Trial: 3 documents" in printed[1]
    assert printed[2].startswith(table)
    assert printed[3] == "3 documents of 2 customers: no errors\n"
    checked(tmp_path / "books/main.beancount")


def test_the_readme_tells_the_same(tmp_path: Path) -> None:
    """Its `init` and its import, with the files of the guide."""
    blocks = dict(_blocks((ROOT / "site/guide/import.md").read_text()))
    (tmp_path / "mapping.toml").write_text(blocks["history.toml"], "utf-8")
    with gzip.open(tmp_path / "history.csv.gz", "wt", encoding="utf-8") as file:
        file.write(blocks["history.csv"])
    lines = [line.removeprefix("$ ").partition("#")[0] for line in (ROOT / "README.md").read_text().splitlines()]
    for line in lines:
        if line.startswith("billtext init ") or (line.startswith("billtext ") and "import invoices" in line):
            billtext(tmp_path, line)
    assert len(checked(tmp_path / "books/main.beancount").documents) == 3


@needs_retail
def test_the_real_year_goes_into_a_new_ledger_as_the_mapping_says(tmp_path: Path) -> None:
    """The commands in the head of the mapping, with the first documents only."""
    commands = [line.removeprefix("#").strip() for line in RETAIL_MAP.read_text().splitlines() if "billtext " in line]
    made, filled = (line.replace("online_retail.csv.gz", str(RETAIL)) for line in commands)
    billtext(tmp_path, made)
    billtext(tmp_path, filled.replace("imports/online-retail.toml", f"{RETAIL_MAP} --limit 100"))
    assert len(checked(tmp_path / "books/main.beancount").documents) == 100


def billtext(directory: Path, line: str) -> str:
    """What a command prints that ends well."""
    program, *args = shlex.split(line, comments=True)
    assert program == "billtext"
    done = subprocess.run(
        [sys.executable, "-m", "billtext", *args], cwd=directory, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def _blocks(text: str) -> list[tuple[str, str]]:
    import re

    return re.findall(r'```\w+ title="([^"]+)"\n(.*?)```', text, re.DOTALL)


# --- all or nothing ---------------------------------------------------------------------------------------------


def start(path: Path, *args: object) -> subprocess.Popen[bytes]:
    """Start the real program; it hears Ctrl-C also where the tests themselves run in the background, and do not.

    Its coverage is not taken: one that is interrupted while it has its lock waits for that for ever.
    """
    program = [sys.executable, "-m", "billtext", "-f", path, "import", "invoices", *args]
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    heard = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return subprocess.Popen(
            [str(part) for part in program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=plain
        )
    finally:
        signal.signal(signal.SIGINT, heard)


@needs_retail
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_the_ledger_as_it_was(tmp_path: Path, how: signal.Signals) -> None:
    path = ledger(tmp_path, currency="GBP")
    before = snapshot(tmp_path)
    process = start(path, RETAIL, "--map", RETAIL_MAP, "--limit", 3000)
    stage = tmp_path / switching.STAGE
    until = time.monotonic() + 60
    while not (stage / "2").exists() and time.monotonic() < until:  # it writes the invoices
        time.sleep(0.001)
    process.send_signal(how)
    assert process.wait(30) != 0
    kept = {name: data for name, data in snapshot(tmp_path).items() if not name.startswith(switching.STAGE)}
    assert kept == before
    assert how != signal.SIGINT or not stage.exists()
    invoice_import.run(path, RETAIL, RETAIL_MAP, limit=50)
    assert not stage.exists()
    assert len(checked(path).documents) == 50


KILLED = """
import os, signal, sys
from pathlib import Path
from billtext.outside import invoice_import
calls, limit, replace = [], int(sys.argv[1]), Path.replace
def killing(self, target):
    calls.append(target)
    if len(calls) > limit:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
Path.replace = killing
invoice_import.run(*map(Path, sys.argv[2:5]))
"""


@pytest.mark.parametrize("renames", range(7))
def test_killed_at_any_rename_the_next_run_finds_the_old_or_the_new_ledger(tmp_path: Path, renames: int) -> None:
    """The first rename is the journal's; five files follow."""
    arguments = [DATA / "import-lines.csv", DATA / "import-lines.toml"]
    (tmp_path / "whole").mkdir()
    whole = ledger(tmp_path / "whole")
    invoice_import.run(whole, *arguments)
    (tmp_path / "cut").mkdir()
    cut = ledger(tmp_path / "cut")
    old = snapshot(cut.parent)
    done = subprocess.run([sys.executable, "-c", KILLED, str(renames), cut, *arguments], check=False)
    assert done.returncode == (-signal.SIGKILL if renames < 6 else 0)
    found = switching.recover(cut.parent)
    assert (found is not None and found.finished) is (0 < renames < 6)
    assert snapshot(cut.parent) == (old if renames == 0 else snapshot(whole.parent))


def test_a_file_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with switching.Switch(tmp_path) as switch:
        with switch.writing(path) as file:
            file.write("new")
        path.write_text("somebody else's")
        with pytest.raises(Refused, match="changed by somebody else"):
            switch.commit()
    assert snapshot(tmp_path) == {"a": b"somebody else's"}


def test_two_at_once_are_refused_and_the_work_of_the_first_is_left_alone(tmp_path: Path) -> None:
    with switching.Switch(tmp_path) as first:
        with first.writing(tmp_path / "a") as file:
            file.write("new")
        with pytest.raises(Refused, match="another billtext"), switching.Switch(tmp_path):
            pass
        assert switching.recover(tmp_path) is None
        first.commit()
    assert snapshot(tmp_path) == {"a": b"new"}


def test_a_change_stays_within_the_ledger(tmp_path: Path) -> None:
    inside = tmp_path / "ledger"
    inside.mkdir()
    with (
        pytest.raises(Refused, match="outside the ledger's directory"),
        switching.Switch(inside) as switch,
        switch.writing(inside / "../a"),
    ):
        pass
    stage = inside / switching.STAGE
    stage.mkdir()
    (stage / "0").write_text("x")
    (stage / "journal.json").write_text('[["0", "../a"]]')
    with pytest.raises(Refused, match="outside the ledger's directory"):
        switching.recover(inside)
    assert not (tmp_path / "a").exists()


def test_what_is_in_the_way_is_told_before_anything_is_changed(tmp_path: Path) -> None:
    path = ledger(tmp_path)
    (tmp_path / "invoices").write_text("a file where a directory should be")
    before = snapshot(tmp_path)
    with pytest.raises(Refused, match="cannot be written"):
        invoice_import.run(path, DATA / "import-lines.csv", DATA / "import-lines.toml")
    assert snapshot(tmp_path) == before


def test_a_read_only_file_is_told_by_its_own_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ledger(tmp_path)
    before = snapshot(tmp_path)
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda where, how: allowed(where, how) and (how, where) != (os.W_OK, path))
    with pytest.raises(Refused, match=rf"^{path} cannot be written: it is read-only; change its permissions$"):
        invoice_import.run(path, DATA / "import-lines.csv", DATA / "import-lines.toml")
    assert snapshot(tmp_path) == before


def test_a_full_disk_is_told_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = ledger(tmp_path)
    before = snapshot(tmp_path)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="No space left on device"):
        invoice_import.run(path, DATA / "import-lines.csv", DATA / "import-lines.toml")
    assert snapshot(tmp_path) == before


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    files.replace(tmp_path / "d/a", "new")
    assert snapshot(tmp_path) == {"d/a": b"new"}
