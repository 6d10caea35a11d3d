"""`billtext render`: documents by number, month or all of them, as text or as files that change only when they must."""

import json
from pathlib import Path

import pytest

from small_office import Office

BOXES = """\
2026-11-02 ! "Charging boxes"
  quote: "Q2026-0001"
  customer: "C1"
  Income:Electrical
    item: "HOUR"
    quantity: 10
"""
# 8 h at 900.00: 7 200.00, VAT 1 800.00.
INVOICES = """\
2026-10-05 * "Nordlys AS" "Repairs" ^2026-0001
  invoice: "2026-0001"
  due: 2026-10-19
  Assets:Receivable:C1   9000.00 NOK
  Income:Electrical     -7200.00 NOK
    item: "HOUR"
    text: "Electrician"
    quantity: 8
    unit: "HUR"
    price: 900.00 NOK
    vat: "S25"
  Liabilities:VAT       -1800.00 NOK
    vat: "S25"

2026-11-05 * "C2" "More repairs" ^2026-0002
  invoice: "2026-0002"
  due: 2026-11-19
  Assets:Receivable:C2   1000.00 NOK
  Income:Electrical      -800.00 NOK
    vat: "S25"
  Liabilities:VAT        -200.00 NOK
    vat: "S25"
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.write("quotes/boxes.beancount", BOXES)
    made.write("invoices.beancount", INVOICES)
    made.write("main.beancount", made.read("main.beancount") + 'include "invoices.beancount"\n')
    return made


def test_one_document_is_printed(office: Office) -> None:
    """An invoice and a quote by their numbers, in the customer's language; a quote by its file's name too."""
    found = office.run("render", "2026-0001", "--as", "markdown")
    assert found.returncode == 0
    assert found.stdout.startswith("# Invoice 2026-0001\n")
    assert "9,000.00" in found.stdout
    assert json.loads(office.run("render", "2026-0002", "--as", "json").stdout)["totals"]["payable"] == "1000.00"
    for name in ("Q2026-0001", "boxes"):
        assert office.run("render", name, "--as", "markdown").stdout.startswith("# Quote Q2026-0001\n")


def test_files_are_counted_and_left_alone_where_nothing_changes(office: Office, tmp_path: Path) -> None:
    """Two documents, then as they were; a file that was changed is made again, the others keep their time."""
    out = tmp_path / "out"
    told = office.run("render", "--all", "--as", "html", "--out", str(out)).stdout
    assert told == f"2 documents as html in {out}: 2 new\n"
    times = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    assert times.keys() == {"2026-0001.html", "2026-0002.html"}
    (out / "2026-0001.html").write_text("other", "utf-8")
    told = office.run("render", "--all", "--as", "html", "--out", str(out), "-j", "2").stdout
    assert told == f"2 documents as html in {out}: 1 changed, 1 as before\n"
    assert (out / "2026-0002.html").stat().st_mtime_ns == times["2026-0002.html"]
    assert "9,000.00" in (out / "2026-0001.html").read_text("utf-8")


def test_a_month_and_a_kind(office: Office, tmp_path: Path) -> None:
    """October has one document; quotes are asked for by their kind."""
    out = tmp_path / "out"
    office.run("render", "--month", "2026-10", "--as", "ubl", "--out", str(out))
    office.run("render", "--all", "--kind", "quote", "--as", "html", "--out", str(out))
    office.run("render", "--statements", "2026-11", "--as", "json", "--out", str(out))
    assert sorted(path.name for path in out.iterdir()) == [
        "2026-0001.ubl.xml", "quote-Q2026-0001.html", "statement-C1-2026-11-30.json", "statement-C2-2026-11-30.json",
    ]  # fmt: skip
    assert office.run("render", "C1", "--statements", "2026-11", "--as", "markdown").stdout.startswith("# Statement of")


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (("2026-001", "--as", "html"), 1, "no document 2026-001; did you mean 2026-0001, Q2026-0001 or 2026-0002?"),
        (("C1", "--as", "html"), 1, "C1 is a customer; for a statement add --statements with a month, such as 2026-10"),
        (("--month", "2030-01", "--as", "html"), 1, "there is no document then; ask for another month"),
        (("--all", "--as", "html"), 2, "2 documents are files: say where with --out DIR"),
        (("2026-0001", "--all", "--as", "html"), 2, "or ask for --month, --all or --statements, not both"),
        (("--statements", "2026-11", "--as", "ubl"), 2, "a statement is not made as that; choose pdf, html, markdown"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_told_in_one_sentence(office: Office, args: tuple[str, ...], status: int,
                                                     said: str) -> None:  # fmt: skip
    """Wrong numbers are refused with what is close, wrong usage with what to do."""
    found = office.run("render", *args)
    assert (found.returncode, found.stdout) == (status, "")
    assert said in found.stderr
    assert "Traceback" not in found.stderr


def test_what_is_refused_does_not_stop_the_others(office: Office, tmp_path: Path) -> None:
    """A quote has no e-invoice: it is named, the invoice beside it is written, and the exit status is 1."""
    found = office.run("render", "Q2026-0001", "2026-0001", "--as", "ubl", "--out", str(tmp_path / "out"))
    assert found.returncode == 1
    assert found.stderr.startswith("Q2026-0001 is a quote, which has no e-invoice; ")
    assert found.stdout.endswith("1 new, 1 refused\n")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["2026-0001.ubl.xml"]


def test_a_place_that_cannot_be_written(office: Office, tmp_path: Path) -> None:
    """A directory that stands where the file is to go is told, and stays."""
    (tmp_path / "out" / "2026-0001.html" / "inside").mkdir(parents=True)
    found = office.run("render", "2026-0001", "--as", "html", "--out", str(tmp_path / "out"))
    assert found.returncode == 1
    assert "cannot be written" in found.stderr
    assert (tmp_path / "out" / "2026-0001.html" / "inside").is_dir()
