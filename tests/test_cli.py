"""The command line as a user meets it: the real program, its formats, its exit status, its words for bad input."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core.amount import Amount

from billtext.cli import COMMANDS, group
from billtext.model import Date
from billtext.rendering import sheets
from billtext.rendering.language import Language
from office import ENGLISH, run_here

ROOT = Path(__file__).parent.parent
DEMO = str(ROOT / "ledger" / "main.beancount")
DAY = ["--as-of", "2026-10-31"]
REPORTS = {
    "customer list": ["customer", "list", *DAY],
    "customer show": ["customer", "show", "C00017", *DAY],
    "customer history": ["customer", "history", "C00017"],
    "invoice list": ["invoice", "list", *DAY],
    "invoice show": ["invoice", "show", "2026-0012", *DAY],
    "open-items": ["open-items", *DAY],
    "aging": ["aging", *DAY],
    "statement": ["statement", "C00028", "--month", "2026-10"],
}


def run(
    *args: str, ledger: str | None = DEMO, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own, in English, and never let it end with a traceback."""
    command = [sys.executable, "-m", "billtext", *(["-f", ledger] if ledger else []), *args]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        env={**ENGLISH, **environment},
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def here(*args: str, ledger: str | None = DEMO, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The same in this process, where what the program does is looked at, and not how it starts."""
    return run_here([*(["-f", ledger] if ledger else []), *args], cwd, ENGLISH)


def get(*args: str, ledger: str = DEMO) -> str:
    """Output of a command that ends well."""
    done = here(*args, ledger=ledger)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# --- help -----------------------------------------------------------------------------------------------------


def commands() -> list[list[str]]:
    """Every command and subcommand."""
    found: list[list[str]] = []
    for name in COMMANDS:
        command = group.get_command(None, name)  # type: ignore[attr-defined]
        found.append([name])
        found += [[name, sub] for sub in getattr(command, "commands", {})]
    return found


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_help_ends_with_an_example(command: list[str]) -> None:
    """Every command says what it does, and ends with an example that begins with its own name."""
    text = get(*command, "--help")
    head, _, example = text.partition("Example:\n")
    assert len(head) > 100
    assert all(line.strip().startswith("billtext") for line in example.strip().splitlines())
    assert " ".join(command) in example


def test_readme_names_every_command() -> None:
    """The README's table has each command of the program, and none that is not there."""
    table = (ROOT / "README.md").read_text("utf-8").partition("| command | |")[2].partition("\n\n")[0]
    assert {match[0] for match in re.findall(r"`([a-z-]+)( [a-z]+)?`", table) if match[0] in COMMANDS} == set(COMMANDS)


# --- formats --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_four_formats(name: str) -> None:
    """Table, JSON, CSV and Markdown; JSON parses, and CSV has as many cells in each row as in its head."""
    command = REPORTS[name]
    assert get(*command)
    json.loads(get(*command, "--format", "json"))
    head, *rows = csv.reader(io.StringIO(get(*command, "--format", "csv")))
    assert rows
    assert all(len(row) == len(head) for row in rows)
    assert "| --- |" in get(*command, "--format", "markdown")


def test_aging_json_has_the_shape_of_the_design() -> None:
    """The keys of the report, its rows and its totals; amounts are strings."""
    found = json.loads(get("aging", *DAY, "--format", "json"))
    assert list(found)[:4] == ["as_of", "basis", "buckets", "rows"]
    assert (found["as_of"], found["basis"]) == ("2026-10-31", "due")
    assert found["buckets"] == ["not-due", "1-30", "31-60", "61-90", "91+"]
    row = next(row for row in found["rows"] if row["customer"] == "C00013")
    assert row == {
        "customer": "C00013", "name": "Sørfjorden sykehus HF | Teknisk drift", "currency": "NOK", "not-due": "9600.00",
        "1-30": "0.00", "31-60": "0.00", "61-90": "0.00", "91+": "0.01", "unapplied": "-0.99", "total": "9599.02",
    }  # fmt: skip
    assert {total["currency"]: total["total"] for total in found["totals"]} == {
        "NOK": "391317.77", "EUR": "10141.90", "SEK": "28630.00",
    }  # fmt: skip


def test_invoice_json_has_the_shape_of_the_design() -> None:
    """The design's example: 12 500.00, of which 3125.00 was credited and 9375.00 paid."""
    found = json.loads(get("invoice", "show", "2026-0012", "--as-of", "2026-10-31", "--format", "json"))
    assert (found["net"], found["vat"], found["gross"], found["open"]) == ("10000.00", "2500.00", "12500.00", "0.00")
    assert (found["status"], found["days_overdue"], found["kind"]) == ("paid", 0, "invoice")
    line = found["lines"][0]
    assert (line["text"], line["quantity"], line["unit"], line["price"], line["net"], line["vat"]) == (
        "Senior consultant", "8", "HUR", "1250.00", "10000.00", "S25",
    )  # fmt: skip
    assert found["vat_breakdown"] == [{"code": "S25", "rate": "25", "base": "10000.00", "amount": "2500.00"}]
    assert [(part["date"], part["amount"]) for part in found["allocations"]] == [
        ("2026-03-20", "3125.00"), ("2026-03-25", "9375.00"),
    ]  # fmt: skip


def test_an_invoice_on_a_day_before_it_was_paid() -> None:
    """Between the credit note and the payment 9375.00 is open, and it is overdue by six days."""
    found = json.loads(get("invoice", "show", "2026-0012", "--as-of", "2026-03-22", "--format", "json"))
    assert (found["open"], found["status"], found["days_overdue"]) == ("9375.00", "overdue", 6)


def test_void_number_is_listed() -> None:
    """A void number stands in the list with its reason; it is of the kind of the series that it fits."""
    found = json.loads(get("invoice", "list", "--status", "void", *DAY, "--format", "json"))
    (row,) = found
    assert (row["number"], row["kind"], row["status"], row["gross"]) == ("2026-0015", "invoice", "void", "0.00")
    assert None not in row.values()


def test_the_documents_of_a_month_or_a_kind_are_listed() -> None:
    """As `ledger/invoices/2026.beancount` has them: ten invoices in October, one credit note since July."""

    def numbers(*args: str) -> list[str]:
        return [row["number"] for row in json.loads(get("invoice", "list", *DAY, *args, "--format", "json"))]

    october = [f"2026-00{n}" for n in range(59, 69)]
    assert numbers("--month", "2026-10") == october
    assert numbers("--from", "2026-10-01", "--to", "2026-10-31") == october
    assert numbers("--from", "2026-10-27", "--to", "2026-10-29") == ["2026-0067", "2026-0068"]
    assert numbers("--kind", "credit-note", "--from", "2026-07-01") == ["K2026-0007"]  # the next is of November
    assert numbers("--kind", "credit-note", "--month", "2026-10") == []
    assert numbers("--kind", "invoice", "--status", "void") == ["2026-0015"]
    done = here("invoice", "list", "--month", "2026-10", "--from", "2026-10-01")
    assert (done.returncode, "ask for --month, or for --from and --to" in done.stderr) == (2, True)


def test_figures_in_markdown_are_not_escaped() -> None:
    """A number, an amount or a date begins no list within a table; a text keeps its backslashes."""
    shown = get("invoice", "list", *DAY, "--format", "markdown")
    shown += get("invoice", "show", "2026-0001", *DAY, "--format", "markdown")
    shown += get("customer", "show", "C00017", *DAY, "--format", "markdown")
    assert "| -" in shown
    assert re.search(r"\d\\\.|\\-", shown) is None
    assert "\\*Verksted\\*" in shown


@pytest.mark.parametrize("command", [["invoice", "list"], ["open-items"]], ids=lambda words: words[0])
def test_days_overdue_are_the_same_in_csv_and_json(command: list[str]) -> None:
    """What is not overdue is overdue by 0 days in both."""
    rows = list(csv.DictReader(io.StringIO(get(*command, *DAY, "--format", "csv"))))
    found = json.loads(get(*command, *DAY, "--format", "json"))
    assert [row["days_overdue"] for row in rows] == [str(one["days_overdue"]) for one in found]
    assert "0" in {row["days_overdue"] for row in rows}


def test_statement_json_ties_out() -> None:
    """Opening + movements = closing = what is open, in each currency."""
    found = json.loads(get("statement", "C00028", "--from", "2026-01-01", "--to", "2026-10-31", "--format", "json"))
    assert (found["customer"], found["from"], found["to"]) == ("C00028", "2026-01-01", "2026-10-31")
    assert {s["currency"]: s["closing"] for s in found["sections"]} == {"EUR": "4125.00", "NOK": "71462.50"}
    for section in found["sections"]:
        cents = [round(float(line["amount"]) * 100) for line in section["lines"]]
        assert round(float(section["opening"]) * 100) + sum(cents) == round(float(section["closing"]) * 100)
        assert sum(round(float(item["open"]) * 100) for item in section["open_items"]) == round(
            float(section["closing"]) * 100
        )
        assert section["aging"]["total"] == section["closing"]


def test_what_is_included_and_not_there_is_told_at_its_line(tmp_path: Path) -> None:
    """Beancount tells it at line 0 of `<load>`; a bookkeeper looks for the line that names it."""
    (tmp_path / "main.beancount").write_text('include "years.beancount"\n\nplugin "nope.x"\n', "utf-8")
    (tmp_path / "years.beancount").write_text('; by year\ninclude "payments/*.beancount"\n', "utf-8")
    done = run("check", "--format", "json", ledger=str(tmp_path / "main.beancount"))
    found = [(Path(error["file"]).name, error["line"], error["type"]) for error in json.loads(done.stdout)]
    assert (done.returncode, sorted(found)) == (
        1,
        [("main.beancount", 3, "LoadError"), ("years.beancount", 2, "LoadError")],
    )


def test_a_statement_on_the_screen_ends_with_what_is_open() -> None:
    """Movements, then the open items with their ageing, in each currency: 84 337.50 = 91 837.50 - 7 500.00."""
    lines = get("statement", "C00028", "--month", "2026-10").splitlines()
    assert [n for n, line in enumerate(lines) if line == "Open items"] == [8, 27]
    assert [line.split() for line in lines[31:35]] == [
        ["2025-11-26", "2025-11-26", "unapplied", "B2025-0061", "-28,500.00", "-375.00"],
        ["2026-08-20", "2026-09-19", "invoice", "2026-0048", "91,837.50", "91,837.50"],
        ["2026-09-10", "2026-09-10", "credit", "note", "K2026-0007", "-7,500.00", "-7,500.00"],
        ["2026-10-19", "2026-10-19", "unapplied", "B2026-0051", "-12,500.00", "-12,500.00"],
    ]
    assert lines[-1] == "31-60: 84,337.50 · unapplied: -12,875.00"


def test_open_items_are_those_of_a_day() -> None:
    """A statement of open items has no first day to speak of."""
    first = get("statement", "C00017", "--kind", "open-items", "--to", "2026-10-31").splitlines()[0]
    assert first == "C00017 Nordlys Interiør AS · NOK · 2026-10-31"


def test_open_items_of_instalments_have_their_own_numbers() -> None:
    """2026-0064 has three instalments, of which one is overdue and two are not due on 2026-11-23."""
    found = json.loads(get("open-items", "--as-of", "2026-11-23", "--format", "json"))
    mine = [row for row in found if row["number"].startswith("2026-0064/")]
    assert [row["number"] for row in mine] == ["2026-0064/1", "2026-0064/2", "2026-0064/3"]
    assert [row["days_overdue"] > 0 for row in mine] == [True, False, False]


def test_ageing_by_document_date_with_own_edges() -> None:
    """`--by date --edges` count from the document's date, in columns of one's own; the totals stay."""
    by_due = json.loads(get("aging", *DAY, "--format", "json"))
    by_date = json.loads(get("aging", *DAY, "--by", "date", "--edges", "15 45", "--format", "json"))
    assert by_date["buckets"] == ["not-due", "1-15", "16-45", "46+"]
    assert [row["total"] for row in by_date["rows"]] == [row["total"] for row in by_due["rows"]]
    assert by_date["rows"] != by_due["rows"]


def test_the_readers_locale() -> None:
    """In bokmål a comma, spaces and Norwegian words; JSON is the same for everybody."""
    text = run("aging", *DAY, "--summary", LC_ALL="nb_NO.UTF-8").stdout
    assert "391\u00a0317,77" in text
    assert "Ikke forfalt" in text
    assert "Sum" in text
    plain = get("aging", *DAY, "--format", "json")
    assert run("aging", *DAY, "--format", "json", LC_ALL="nb_NO.UTF-8").stdout == plain


def test_a_locale_that_there_is_not() -> None:
    """A slip would otherwise show English without a word; an environment may have any."""
    for wrong in ("xx", "../nb", "nb_XX"):
        done = run("--locale", wrong, "aging", *DAY, "--summary")
        assert (done.returncode, f"{wrong!r} is no locale" in done.stderr) == (2, True)
    for known in ("nb_NO.UTF-8", "no_NO", "no", "nb"):
        assert "Ikke forfalt" in get("--locale", known, "aging", *DAY, "--summary")


def test_same_input_same_bytes() -> None:
    """Two runs in processes with different hash seeds print the same bytes."""
    for command in REPORTS.values():
        one, two = (run(*command, "--format", "json", PYTHONHASHSEED=seed).stdout for seed in ("1", "2"))
        assert one == two


def test_statements_of_a_month(tmp_path: Path) -> None:
    """A statement for each customer with movements or a balance.

    As Markdown and HTML, each in the customer's language.
    """
    done = run("statement", "--all", "--month", "2026-10", "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stderr) == (0, "")
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert "C00011-2026-10-31.html" in names
    assert "C00011-2026-10-31.md" in names
    assert not [name for name in names if name.startswith("C00018")]  # closed, and owes nothing
    norwegian = (tmp_path / "out" / "C00011-2026-10-31.md").read_text("utf-8")
    english = (tmp_path / "out" / "C00028-2026-10-31.md").read_text("utf-8")
    assert norwegian.startswith("# Kontoutskrift")
    assert english.startswith("# Statement of account")


BALANCED = """
2026-01-01 open Assets:Receivable:C1
2026-01-01 open Assets:Bank
2026-01-01 open Income:Sales
2026-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2026-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
2026-01-02 * "Sale"
  invoice: "I1"
  Assets:Receivable:C1  100.00 NOK
  Income:Sales         -100.00 NOK
2026-01-03 * "Bank giro, which says nothing of the invoice"
  payment: "P1"
  Assets:Bank           100.00 NOK
  Assets:Receivable:C1 -100.00 NOK
"""


def test_a_statement_for_whom_open_items_come_to_nothing(tmp_path: Path) -> None:
    """100.00 owed and 100.00 unapplied: nothing moves in February, and both are open."""
    ledger = tmp_path / "main.beancount"
    ledger.write_text(BALANCED, "utf-8")
    get("statement", "--all", "--month", "2026-02", "--out", str(tmp_path / "out"), ledger=str(ledger))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["C1-2026-02-28.html", "C1-2026-02-28.md"]


# --- exit status and bad input ----------------------------------------------------------------------------------


def test_a_report_of_a_ledger_with_errors(tmp_path: Path) -> None:
    """The report is printed all the same, the errors go to standard error, the exit status is 1."""
    ledger = tmp_path / "main.beancount"
    ledger.write_text((ROOT / "tests" / "errors" / "vat-amount.beancount").read_text("utf-8"), "utf-8")
    done = run("aging", "--as-of", "2026-04-01", "--format", "json", ledger=str(ledger))
    assert done.returncode == 1
    assert json.loads(done.stdout)["totals"][0]["total"] == "12.74"
    assert done.stderr.startswith(f"{ledger}:32: VAT S25 is 2.54, but 25 % of 10.20 is 2.55 NOK")


def test_check_as_json(tmp_path: Path) -> None:
    """Each error with type, file, line and message."""
    ledger = tmp_path / "main.beancount"
    ledger.write_text((ROOT / "tests" / "errors" / "vat-amount.beancount").read_text("utf-8"), "utf-8")
    done = run("check", "--format", "json", ledger=str(ledger))
    assert done.returncode == 1
    rounded = "VAT S25 is 2.54, but 25 % of 10.20 is 2.55 NOK; correct the VAT posting"
    credited = "VAT S25 is 240.00, but 25 % (the rate of 2026-06-15) of 1000.00 is 250.00 NOK; correct the VAT posting"
    assert json.loads(done.stdout) == [
        {"type": "VatAmountError", "file": str(ledger), "line": line, "message": message}
        for line, message in ((32, rounded), (51, credited))
    ]


BAD = {
    "missing file": (None, 2, "there is no such ledger"),
    "broken UTF-8": (b'option "title" "ok"\n\xff\xfe\n', 2, ":2: byte 0xff is not UTF-8"),
    "binary": (bytes(range(256)), 2, "is not UTF-8"),
    "syntax error": (b"2026-01-01 opne Assets:Bank\n", 1, ":1: Invalid token"),
    "byte order mark": (b"\xef\xbb\xbf2026-01-01 open Assets:Bank\n", 2, ":1: begins with a byte order mark"),
    "not a ledger": (b"dear customer, please pay\n", 1, ":1:"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_ledgers(name: str, tmp_path: Path) -> None:
    """One clear sentence with the place and the right exit status."""
    data, status, words = BAD[name]
    ledger = tmp_path / "main.beancount"
    if data is not None:
        ledger.write_bytes(data)
    done = run("aging", *DAY, ledger=str(ledger))
    assert done.returncode == status
    assert words in done.stderr
    assert str(ledger) in done.stderr


@pytest.mark.parametrize("command", [["pay", "C00017", "1", "--text"], ["void", "2026-9999", "--reason"], ["aging"]])
def test_an_argument_that_is_not_utf8(command: list[str]) -> None:
    """It is named, with the byte that is wrong, before anything is read."""
    done = run(*command, "bl\udcff")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "billtext: the argument 'bl\\xff' is not UTF-8 text; write it as UTF-8\n"


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("31.10.2026", "'31.10.2026' is not a date; write it as 2026-10-31"),
        ("0206-10-31", "'0206-10-31' is not of the years 1900 to 2199"),
        ("9999-12-31", "'9999-12-31' is not of the years 1900 to 2199"),
    ],
)
def test_an_option_that_is_no_day_of_a_billing_office(day: str, why: str) -> None:
    """A slip in the year is told before it stands in the ledger."""
    done = run("aging", "--as-of", day)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr


def test_broken_utf8_in_an_included_file(tmp_path: Path) -> None:
    """The file that is broken is named with its line, not the one that includes it."""
    (tmp_path / "main.beancount").write_text('include "part.beancount"\n', "utf-8")
    for text, words in (
        (b"2026-01-01 open Assets:Bank\n; bl\xe5b\xe6r\n", "part.beancount:2: byte 0xe5 is not UTF-8"),
        (b'2026-01-01 open Assets:Bank\n2026-01-01 note Assets:Bank "\xe5"\n', "part.beancount:2: byte 0xe5"),
        (b"\xef\xbb\xbf2026-01-01 open Assets:Bank\n", "part.beancount:1: begins with a byte order mark"),
    ):
        (tmp_path / "part.beancount").write_bytes(text)
        done = run("check", ledger=str(tmp_path / "main.beancount"))
        assert (done.returncode, done.stdout) == (2, "")
        assert words in done.stderr


def test_a_directory_that_is_included(tmp_path: Path) -> None:
    """An include that means the files in a directory has to say so."""
    (tmp_path / "main.beancount").write_text('include "part"\n', "utf-8")
    (tmp_path / "part").mkdir()
    done = run("check", ledger=str(tmp_path / "main.beancount"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "the include 'part' names the directory" in done.stderr


@pytest.mark.parametrize("out", ["main.beancount/sub", "/proc/x"], ids=["a file", "no place"])
def test_statements_where_nothing_can_be_written(out: str, tmp_path: Path) -> None:
    """A file in the place of a directory, and a directory that nobody writes to."""
    ledger = tmp_path / "main.beancount"
    ledger.write_text(BALANCED, "utf-8")
    done = run("statement", "--all", "--month", "2026-02", "--out", str(tmp_path / out), ledger=str(ledger))
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be written" in done.stderr


def test_a_directory_instead_of_a_ledger(tmp_path: Path) -> None:
    done = run("aging", ledger=str(tmp_path))
    assert (done.returncode, "a directory, not a ledger" in done.stderr) == (2, True)


def test_no_ledger_at_all(tmp_path: Path) -> None:
    done = run("aging", ledger=None, cwd=tmp_path)
    assert done.returncode == 2
    assert "name one with -f" in done.stderr


def test_the_ledger_is_found(tmp_path: Path) -> None:
    """By -f, else $BILLTEXT_LEDGER, else $BEANCOUNT_FILE, else ledger/main.beancount, else main.beancount."""
    (tmp_path / "ledger").mkdir()
    for name in ("a", "b", "ledger/main", "main"):
        (tmp_path / f"{name}.beancount").write_text('2026-01-01 custom "void"\n', "utf-8")

    def place(**environment: str) -> str:
        return run("check", ledger=None, cwd=tmp_path, **environment).stdout.partition(":")[0]

    assert place(BILLTEXT_LEDGER="a.beancount", BEANCOUNT_FILE="b.beancount").endswith("a.beancount")
    assert place(BEANCOUNT_FILE="b.beancount").endswith("b.beancount")
    assert place().endswith("ledger/main.beancount")
    (tmp_path / "ledger" / "main.beancount").unlink()
    assert place() == "main.beancount"


@pytest.mark.parametrize(
    "command",
    [c for name, c in REPORTS.items() if "show" not in name and "history" not in name and name != "statement"],
    ids=lambda c: c[0] + c[1],
)
def test_an_empty_ledger_and_one_without_a_register(command: list[str], tmp_path: Path) -> None:
    """Nothing to report is no mistake; money without a register is told once for each customer."""
    empty = tmp_path / "empty.beancount"
    empty.write_text("", "utf-8")
    done = run(*command, ledger=str(empty))
    assert (done.returncode, done.stderr) == (0, "")
    bare = tmp_path / "bare.beancount"
    bare.write_text(
        "2026-01-01 open Assets:Receivable:C1\n2026-01-01 open Income:Sales\n"
        '2026-01-02 * "X" "One"\n  invoice: "1"\n  Assets:Receivable:C1  10.00 NOK\n  Income:Sales  -10.00 NOK\n'
        '2026-01-03 * "X" "Two"\n  invoice: "2"\n  Assets:Receivable:C1  10.00 NOK\n  Income:Sales  -10.00 NOK\n',
        "utf-8",
    )
    done = run(*command, ledger=str(bare))
    assert done.returncode == 1
    assert done.stderr.count("customer C1 is not in the register") == 1


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["customer", "show", "C0017"], "did you mean C00017?"),
        (["invoice", "show", "2026-9999"], "there is no document 2026-9999"),
        (["invoice", "show", "2026-0015"], "is a void number since"),
        (["statement", "../etc"], "is not in the register"),
        (
            ["invoice", "show", "2026-0001", "--as-of", "2025-12-31"],
            "2026-0001 is issued on 2026-01-05, after 2025-12-31",
        ),
        (["invoice", "show", "2026-0015", "--as-of", "2026-03-08"], "2026-0015 is made void on 2026-03-09, after"),
        (["customer", "show", "C00011", "--as-of", "2020-03-01"], "in the register from 2020-03-02, after 2020-03-01"),
    ],
)
def test_refusals_are_one_sentence(args: list[str], words: str) -> None:
    done = run(*args)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "args",
    [
        ["aging", "--as-of", "31.10.2026"], ["aging", "--edges", "90 30"], ["statement"], ["statement",
        "--all"], ["nonsense"],
        ["statement", "C00017", "--from", "2026-02-01", "--to", "2026-01-01"], ["statement", "C00017",
        "--month", "2026-13"],
        ["aging", "--format", "xml"], ["statement", "C00017", "--out", "x"],
        ["statement", "--all", "--out", "x", "--format", "json"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_status_2(args: list[str]) -> None:
    done = run(*args)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Error:" in done.stderr


def test_an_invoice_of_1114_lines(tmp_path: Path) -> None:
    """As long as the longest document of the real year: it is read, checked and shown."""
    lines = "".join(
        f'  Income:Sales  -1.25 GBP\n    text: "Line {n}"\n    quantity: 1\n    price: 1.25 GBP\n' for n in range(1114)
    )
    ledger = tmp_path / "main.beancount"
    ledger.write_text(
        "2010-01-01 open Assets:Receivable:C1\n2010-01-01 open Income:Sales\n"
        '2010-01-01 custom "company" "One"\n  currency: "GBP"\n'
        '2010-01-01 custom "customer" "C1"\n  name: "One"\n'
        f'2010-12-01 * "One" "Many things"\n  invoice: "1"\n  Assets:Receivable:C1  1392.50 GBP\n{lines}',
        "utf-8",
    )
    found = json.loads(get("invoice", "show", "1", "--as-of", "2010-12-01", "--format", "json", ledger=str(ledger)))
    assert len(found["lines"]) == 1114
    assert found["gross"] == "1392.50"


HOSTILE = "=cmd|' /C calc'!A0 <script>alert(1)</script> **bold** [x](javascript:alert) \x1b[31mred | pipe \u202e"


def test_hostile_names_in_every_format(tmp_path: Path) -> None:
    """No terminal codes, no HTML or Markdown of theirs, no formula for a spreadsheet, no path out of the directory."""
    ledger = tmp_path / "main.beancount"
    name = HOSTILE.replace('"', '\\"')
    ledger.write_text(
        "2026-01-01 open Assets:Receivable:C1\n2026-01-01 open Income:Sales\n"
        f'2026-01-01 custom "customer" "C1"\n  name: "{name}"\n  country: "NO"\n'
        f'2026-01-02 * "X" "{name}"\n  invoice: "1/../2"\n  Assets:Receivable:C1  10.00 NOK\n'
        f"  Income:Sales  -10.00 NOK\n",
        "utf-8",
    )
    table = run("aging", *DAY, ledger=str(ledger)).stdout
    assert "\x1b" not in table
    assert "\u202e" not in table
    cells = list(csv.reader(io.StringIO(run("aging", *DAY, "--format", "csv", ledger=str(ledger)).stdout)))
    assert cells[1][1].startswith("'=")
    page = run("statement", "C1", "--month", "2026-01", "--format", "markdown", ledger=str(ledger)).stdout
    assert "<script>" not in page
    assert "**bold**" not in page
    assert "[x](" not in page
    page = run("statement", "C1", "--month", "2026-01", "--format", "html", ledger=str(ledger)).stdout
    assert "<script>" not in page
    out = tmp_path / "out" / "deep"
    run("statement", "--all", "--month", "2026-01", "--out", str(out), ledger=str(ledger))
    assert sorted(path.name for path in tmp_path.rglob("*.html")) == ["C1-2026-01-31.html"]


def test_a_table_that_is_wider_than_the_terminal_wraps_its_texts_within_their_columns() -> None:
    """Of 40 characters a date takes 10 and an amount 8, with two between: 18 are left. Each row stays together."""
    columns = (sheets.column("date"), sheets.column("what"), sheets.column("amount", right=True))
    sum_ = Amount(Decimal("1250.00"), "NOK")
    rows = [[Date(2026, 3, 2), "Lamps and what goes with them, ordered by Nordlys", sum_], [Date(2026, 3, 3), "x", 0]]
    sheet = sheets.Sheet(title="", columns=columns, rows=rows, totals=[["", "Total", sum_]])
    wide = sheets.Sheet(title="", columns=columns[1:2], rows=[["\u682a\u5f0f\u4f1a\u793e " * 4]])
    assert (
        sheets.render(wide, "table", Language(""), width=20).splitlines()[2:]
        == ["\u682a\u5f0f\u4f1a\u793e \u682a\u5f0f\u4f1a\u793e"] * 2
    )
    assert sheets.render(sheet, "table", Language(""), width=40).splitlines() == [
        "Date        What                  Amount",
        "──────────  ──────────────────  ────────",
        "2026-03-02  Lamps and what      1,250.00",
        "            goes with them,",
        "            ordered by Nordlys",
        "2026-03-03  x                          0",
        "──────────  ──────────────────  ────────",
        "            Total               1,250.00",
    ]


@pytest.mark.parametrize(
    ("shell", "status", "out"),
    [
        ("{} aging --as-of 2026-10-31 | true", 0, ""), ("{} -f tests/errors/vat-amount.beancount check | true", 1, ""),
        ("{} invoice list --format json | head -1", 0, "[\n"),
        ("PYTHONIOENCODING=latin-1 {} aging --as-of 2026-10-31 | iconv -f latin1 -t utf8 | sed -n 2,3p | cut -c1-15", 0,
         "????????  ?????\nC00011    Ræde\n"),  # cut counts bytes
    ],
)  # fmt: skip
def test_what_reads_the_output_may_end_first_or_have_few_letters(shell: str, status: int, out: str) -> None:
    """Whoever has seen enough of a pipe is no error; a letter that an encoding lacks is a question mark."""
    command = shell.format(f"{sys.executable} -m billtext -f {DEMO}")
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, check=False, env=ENGLISH)
    assert (done.returncode, done.stdout.decode(), done.stderr.decode()) == (status, out, "")


def test_what_a_command_is_to_do_is_done_though_nobody_reads_what_it_says(tmp_path: Path) -> None:
    """Each says first and writes then; a pipe that nobody reads keeps back neither."""
    shutil.copytree(Path(DEMO).parent, tmp_path / "ledger")
    main = tmp_path / "ledger" / "main.beancount"
    for words in ("pay C00012 10.00 --date 2026-11-28", "write-off 2025-0057 --date 2026-11-28 --reason small",
                  "credit 2026-0076 --all --reason x --date 2026-11-28"):  # fmt: skip
        before = {path: path.read_bytes() for path in main.parent.rglob("*.beancount")}
        command = f"{sys.executable} -m billtext -f {main} {words} | true"
        done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, check=False, env=ENGLISH)
        assert (done.returncode, done.stderr) == (0, b"")
        assert before != {path: path.read_bytes() for path in main.parent.rglob("*.beancount")}, words


@pytest.mark.parametrize(("country", "number"), [("NO", "310000019MVA"), ("DE", "x"), ("GR", "GR094259216")])
def test_a_vat_number_of_our_own_begins_as_those_of_its_country(tmp_path: Path, country: str, number: str) -> None:
    done = here("init", str(tmp_path / "a"), "--name", "A", "--country", country, "--vat-number", number, "--yes")
    assert (done.returncode, f"{number!r} does not begin with " in done.stderr) == (2, True), done.stderr
