"""Customers from and for other programs: what goes out comes back, and what is wrong is refused by its row."""

import csv
import datetime
import io
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billtext.ledger import load, write
from billtext.outside import register_import as outside
from billtext.outside import vcard_file
from billtext.rendering import register_files
from billtext.rules import book, register_import
from billtext.rules.register_import import Row
from test_cli import DEMO
from test_cli import here as run

DAY = datetime.date(2026, 11, 23)


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new ledger without customers, with the demo's terms."""
    root = tmp_path_factory.mktemp("begun") / "books"
    run("init", str(root), "--name", "Fjordlys Elektro AS", "--country", "NO", "--start", "2020-01-01", "--yes",
        ledger=None)  # fmt: skip
    terms = "\n".join(f'2020-01-01 custom "terms" "{n}"\n  days: {d}' for n, d in TERMS.items())
    with (root / "company.beancount").open("a", encoding="utf-8") as file:
        file.write(f"\n{terms}\n")
    return root


@pytest.fixture
def books(begun: Path, tmp_path: Path) -> Path:
    """A copy of it: its top file."""
    return Path(shutil.copytree(begun, tmp_path / "books"), "main.beancount")


TERMS = {"cash": 0, "net-30": 30, "net-30-2": 30, "eom-15": 15}  # `init` makes net-14


def cards(top: str | Path, day: datetime.date = DAY) -> Mapping[str, Any]:
    """What the register says of each customer on a day."""
    loaded = load.load(Path(top))
    made = book.build(loaded.entries, load.sources)
    assert not [*loaded.errors, *made.errors]
    return {name: dict(record.at(day) or {}) for name, record in made.register.of("customer").items()}


def at(top: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a ledger."""
    return run("customer", *args, ledger=str(top))


@pytest.mark.parametrize("form", ["csv", "vcard"])
def test_what_is_exported_comes_back(form: str, books: Path, tmp_path: Path) -> None:
    """All customers of the demo ledger, into an empty one: the same on that day; a second time nothing changes."""
    file = tmp_path / ("customers.vcf" if form == "vcard" else "customers.csv")
    day = ("--date", "2026-11-23")
    assert run("customer", "export", "--as-of", "2026-11-23", "--format", form, "--out", str(file)).returncode == 0
    done = at(books, "import", str(file), *day)
    assert (done.returncode, done.stderr) == (0, "")
    assert "15 new customers, 0 changed, 0 as they were, 0 refused." in done.stdout
    assert cards(books) == cards(DEMO)
    files = {path: path.read_bytes() for path in books.parent.rglob("*.*") if path.is_file()}
    assert "No new customers, 0 changed, 15 as they were" in at(books, "import", str(file), *day).stdout
    assert {path: path.read_bytes() for path in books.parent.rglob("*.*") if path.is_file()} == files


def test_changed_rows_become_dated_changes(books: Path, tmp_path: Path) -> None:
    """Without an id a row is matched by its number; only what differs is written, and an empty cell changes nothing."""
    first, second = tmp_path / "one.csv", tmp_path / "two.csv"
    first.write_text("name,org-number,email,city\nNordlys Interiør AS,310000205,a@nordlys.example,Oslo\n", "utf-8")
    second.write_text("name,org-number,email,city\nNordlys Interiør AS,310000205,b@nordlys.example,\n", "utf-8")
    assert at(books, "import", str(first), "--date", "2026-01-01").returncode == 0
    done = at(books, "import", str(second), "--date", "2026-06-01")
    assert "No new customers, 1 changed" in done.stdout
    assert (books.parent / "customers" / "C00001.beancount").read_text("utf-8") == (
        "; Nordlys Interiør AS\n\n"
        '2026-01-01 custom "customer" "C00001"\n'
        '  name: "Nordlys Interiør AS"\n'
        '  org-number: "310000205"\n'
        '  city: "Oslo"\n'
        '  email: "a@nordlys.example"\n'
        "2026-01-01 open Assets:Receivable:C00001\n\n"
        '2026-06-01 custom "customer" "C00001"\n'
        '  email: "b@nordlys.example"\n'
    )


WRONG = """id,name,org-number,email,terms,credit-limit
C1,Right AS,,,,
../C2,Climber AS,,,,
C3,Digits AS,310000206,,,
C4,Person,15108695088,,,
C5,Mail AS,,no-address,,
C6,Terms AS,,,net-99,
C7,Limit AS,,,,"5.000,00"
C8,"Two
lines AS",,,,
C1,Again AS,,,,
C9,,,,,
C10,=1+1,,,,
"""
REASONS = {
    3: "the id '../C2' cannot be used", 4: "is not a valid organisation number", 5: "a national identity number",
    6: "write one e-mail address", 7: "is not in the register on 2026-11-23; there are", 8: "is not understood; write",
    9: "has a line break", 11: "customer C1 stands in row 2 already", 12: "a customer needs `name`",
}  # fmt: skip


def test_refused_rows_go_to_a_file_and_can_be_corrected(books: Path, tmp_path: Path) -> None:
    """Each with its reason, without the national identity number, and no formula; the others are taken."""
    file = tmp_path / "wrong.csv"
    file.write_text(WRONG, "utf-8")
    done = at(books, "import", str(file), "--date", "2026-11-23")
    assert (done.returncode, "2 new customers, 0 changed, 0 as they were, 9 refused." in done.stdout) == (0, True)
    refused = books.parent / "imports" / "refused-wrong.csv"
    rows = list(csv.DictReader(io.StringIO(refused.read_text("utf-8"))))
    assert [int(row["row"]) for row in rows] == list(REASONS)
    for row, words in zip(rows, REASONS.values(), strict=True):
        assert words in row["reason"]
    assert "15108695088" not in done.stdout + done.stderr + refused.read_text("utf-8")
    assert {name: card["name"] for name, card in cards(books).items()} == {"C1": "Right AS", "C10": "=1+1"}
    # Corrected, it is read again without the two columns that the import added.
    lines = "".join(f"{row['row']},wrong,C{n},Right {n},,,,\n" for n, row in enumerate(rows, 20))
    refused.write_text(f"row,reason,id,name,org-number,email,terms,credit-limit\n{lines}", "utf-8")
    assert "Trial: 9 new customers" in at(books, "import", str(refused), "--dry-run").stdout
    assert len(cards(books)) == 2


def test_every_row_refused_is_status_1(books: Path, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("id,name\n../C2,Climber AS\n", "utf-8")
    done = at(books, "import", str(file))
    assert done.returncode == 1
    assert "every row was refused; the first is row 2: the id '../C2'" in done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty; a table begins with a line of column names"),
        (b"Navn,By\nA,B\n", "the column 'Navn' is no key of the register"),
        (b"name,name\nA,B\n", "there twice"),
        (b"name\nR\xe6der\n", "is not utf-8"),
        (b'name\n"A\n', "not CSV"),
        (b"name\n" + b"A" * 200_000, "not CSV"),
        (b"\x1f\x8bbroken", "damaged gzip"),
    ],
)
def test_what_is_no_table_is_told_in_a_sentence(content: bytes, words: str, books: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_bytes(content)
    done = at(books, "import", str(file))
    assert (done.returncode, words in done.stderr) == (2, True), done.stderr


def test_a_mapping_says_which_column_is_what(books: Path, tmp_path: Path) -> None:
    """Another system's words, encoding and delimiter; its number is kept, and matches a second time."""
    file, how = tmp_path / "kunder.csv", tmp_path / "kunder.toml"
    file.write_bytes("Kundenr;Navn;Gate;Nr;Land\n17;Ræder & Sønn AS;Storgata;1;Norge\n".encode("cp1252"))
    how.write_text(
        '[file]\nencoding = "cp1252"\ndelimiter = ";"\n[customer]\nimported-id = "{Kundenr}"\nname = "{Navn}"\n'
        'address = "{Gate} {Nr}"\ncountry = "{Land}"\nkind = "company"\n',
        "utf-8",
    )
    assert at(books, "import", str(file), "--map", str(how), "--date", "2026-11-23").returncode == 0
    assert cards(books) == {
        "C00001": {"name": "Ræder & Sønn AS", "kind": "company", "address": "Storgata 1", "country": "NO",
                   "imported-id": "17"}
    }  # fmt: skip
    assert "1 as they were" in at(books, "import", str(file), "--map", str(how), "--date", "2026-11-24").stdout
    how.write_text('[customer]\nname = "{Name}"\n', "utf-8")
    file.write_text("Navn\nA\n", "utf-8")
    done = at(books, "import", str(file), "--map", str(how))
    assert "name names the column 'Name', which" in done.stderr


# --- vCards ---------------------------------------------------------------------------------------------------

APPLE = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iOS 26//EN
N:Nordby;Siri;;;
FN:Siri Nordby
ORG:Nordlys Interiør AS;
item1.EMAIL;type=INTERNET;type=pref:siri@nordlys.example
TEL;type=CELL:+47 22 00 00 17
item2.ADR;type=WORK;type=pref:;;Storgata 1;Oslo;;0155;Norway
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD
 AAAAAAAAAAAAAAAAAAAAAAAAAAA
UID:5f0e
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=85se;Kari;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Kari =C3=85se
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:org
FN:Bergen Bakeri AS
END:VCARD
"""


def test_cards_of_other_programs(tmp_path: Path) -> None:
    """A firm's card is the firm, a person's the person; old encodings are read, and pictures passed over."""
    file = tmp_path / "contacts.vcf"
    file.write_text(APPLE, "utf-8")
    assert [dict(row.texts) for row in vcard_file.read(file)] == [
        {"name": "Nordlys Interiør AS", "kind": "company", "email": "siri@nordlys.example", "phone": "+47 22 00 00 17",
         "address": "Storgata 1", "postal-code": "0155", "city": "Oslo", "country": "Norway", "imported-id": "5f0e"},
        {"name": "Kari Åse", "kind": "person"},
        {"name": "Bergen Bakeri AS", "kind": "company"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "card",
    [
        "BEGIN:VCARD\nFN:No end\n",
        "BEGIN:VCARD\nno colon\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=nonsense:=C3=85\nEND:VCARD\n",
        "BEGIN:VCARD\nADR:\nEND:VCARD\n",
        "BEGIN:VCARD\nORG:\nUID:\nEND:VCARD\n",
        "BEGIN:VCARD\nFN:" + "A" * 70_000 + "\nEND:VCARD\n",
        "BEGIN:VCARD\nADR:" + ";" * 50 + "\nEND:VCARD\n",
        "BEGIN:VCARD\n" + "BEGIN:X\n" * 5_000 + "END:VCARD\n",
        "BEGIN:VCARD\nFN:Two\\nlines\nEND:VCARD\n",
        "BEGIN:VCARD\nVERSION:3.0\nFN;ENCODING=b:!!!\nEND:VCARD\n",
        "BEGIN:VCARD\nEND:VCARD\n",
    ],
)
def test_hostile_cards_are_refused_and_the_others_taken(card: str, books: Path, tmp_path: Path) -> None:
    """Never a traceback; the card after it goes through."""
    file = tmp_path / "hostile.vcf"
    file.write_text(card + "BEGIN:VCARD\nVERSION:3.0\nFN:Kari Åse\nEND:VCARD\n", "utf-8")
    done = at(books, "import", str(file), "--dry-run")
    assert done.returncode == 0
    assert "Trial: one new customer, 0 changed, 0 as they were, 1 refused" in done.stdout
    assert len(done.stderr.splitlines()) == 1


def test_what_is_no_file_of_cards(books: Path, tmp_path: Path) -> None:
    file = tmp_path / "bad.vcf"
    for content, words in ((b"FN:R\xe6der\n", "not UTF-8 text"), (b"hello\n", "holds no vCard")):
        file.write_bytes(content)
        done = at(books, "import", str(file))
        assert (done.returncode, words in done.stderr) == (2, True)


# Any text that a ledger may hold.
anything = st.text(max_size=40).map(write.clean).filter(lambda text: text and "\n" not in text)


@given(st.dictionaries(st.sampled_from(["name", "address", "city", "phone", "buyer-reference", "my-key"]), anything))
def test_any_text_survives_cards_and_tables(tmp_path_factory: pytest.TempPathFactory, texts: dict[str, str]) -> None:
    """Commas, semicolons, backslashes, formulas and quotes come back as they were."""
    values = {"name": "A", **texts}
    directory = tmp_path_factory.mktemp("any")
    for name, text in (
        ("c.csv", register_files.as_csv([("C1", values)])),
        ("c.vcf", register_files.as_vcards([("C1", values)])),
    ):
        (directory / name).write_text(text, "utf-8", newline="")
        _, rows, _ = outside.read(directory / name, None)
        assert [dict(row.texts) for row in rows] == [{"id": "C1", **values}]


def test_a_table_runs_no_formula() -> None:
    """A spreadsheet that opens the table sees text."""
    text = register_files.as_csv([("C1", {"name": '=HYPERLINK("http://evil.example")', "phone": "+47 22"})])
    assert text == 'id,name,phone\nC1,"\'=HYPERLINK(""http://evil.example"")",\'+47 22\n'


def test_rows_that_may_be_about_two_customers_are_refused() -> None:
    """The ledger has two of one name: the row has to say which, unless its e-mail address does."""
    made = book.build(load.parse(TWO, "two.beancount")[0])
    rows = [
        Row(line=2, texts={"name": "Bakeri", "city": "Bergen"}),
        Row(line=3, texts={"name": "Bakeri", "email": "b@b.example", "city": "Voss"}),
        Row(line=4, texts={"name": "Bakeri", "email": "c@b.example"}),
    ]
    decision = register_import.decide(made.register, rows, DAY)
    assert decision.refused == {2: "it may be about C1 or C2; give the row an id"}
    assert [(change.id, dict(change.values)) for change in decision.changed] == [("C2", {"city": "Voss"})]
    assert [change.id for change in decision.new] == ["C3"]
    assert {(pair.first, pair.second) for pair in decision.pairs} == {("C1", "C3"), ("C2", "C3")}


TWO = """
2020-01-01 custom "customer" "C1"
  name: "Bakeri"
  email: "a@b.example"
2020-01-01 custom "customer" "C2"
  name: "Bakeri"
  email: "b@b.example"
"""
