"""What the site keeps from one build to the next: never more than is still so.

A site that is built again has the same sources, to the byte, as one that is built from nothing. MkDocs is left out.
"""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from billtext import site
from billtext.ledger import load
from billtext.outside import mkdocs_build, page_files, page_templates
from billtext.rendering.pages import aged, credit_notes, customers, documents, environment
from billtext.rules import book
from billtext.site import Place, Wish
from test_site_again import PAYMENT

DAY = date(2026, 6, 30)
COMPANY = """
option "operating_currency" "NOK"
2020-01-01 open Assets:Bank
2020-01-01 open Income:Sales
2020-01-01 custom "company" "The Company"
  currency: "NOK"
include "*.txt"
"""
FIRST = """
2020-01-01 open Assets:Receivable:C1
2020-01-01 custom "customer" "C1"
  name: "First"
  city: "Oslo"

2026-03-02 * "First"
  invoice: "N1"
  Assets:Receivable:C1  125.00 NOK
  Income:Sales  -125.00 NOK

2026-06-20 * "First"
  invoice: "N3"
  Assets:Receivable:C1  20.00 NOK
  Income:Sales  -20.00 NOK

2026-06-21 * "First" "Too much"
  credit-note: "K1"
  corrects: "N1"
  Assets:Receivable:C1  -5.00 NOK
  Income:Sales  5.00 NOK
"""
SECOND = """
2020-01-01 open Assets:Receivable:C2
2020-01-01 custom "customer" "C2"
  name: "Second"
  credit-limit: 100.00 NOK

2026-04-02 * "Second"
  invoice: "N2"
  Assets:Receivable:C2  50.00 NOK
  Income:Sales  -50.00 NOK

2026-04-03 * "Second" "Returned"
  credit-note: "K2"
  corrects: "N2"
  Assets:Receivable:C2  -10.00 NOK
  Income:Sales  10.00 NOK
"""
THIRD = """
2020-01-01 open Assets:Receivable:C3
2020-01-01 custom "customer" "C3"
  name: "Between"
"""
FOREIGN = """
2026-05-04 * "Second"
  invoice: "N4"
  Assets:Receivable:C2  70.00 EUR @ 11 NOK
  Income:Sales  -70.00 EUR @ 11 NOK
"""
FOREIGN_CREDIT = """
2026-05-05 * "Second" "Returned"
  credit-note: "K5"
  corrects: "N4"
  Assets:Receivable:C2  -7.00 EUR @ 11 NOK
  Income:Sales  7.00 EUR @ 11 NOK
"""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No MkDocs; and a file that was written just now is relied on: the tests write none twice at once."""
    monkeypatch.setattr(mkdocs_build, "build", lambda _site, _step: ([], 0.0))
    monkeypatch.setattr(page_files, "_SETTLED", -3_600_000_000_000)


def ledger(directory: Path, **texts: str) -> Path:
    """The ledger in a directory, of whose files only those are written that are others now."""
    directory.mkdir(exist_ok=True)
    files = {"first.txt": FIRST, "second.txt": SECOND, "main.beancount": COMPANY}
    files |= {f"{name}.{'beancount' if name == 'main' else 'txt'}": text for name, text in texts.items()}
    for name, text in files.items():
        path = directory / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    return directory / "main.beancount"


def build(main: Path, to: Path, day: date = DAY, wish: Wish | None = None) -> dict[str, bytes]:
    """Build a site, and give its sources."""
    loaded = load.load(main)
    site.build(loaded, book.build(loaded.entries, load.sources), Place(site=to, out=to / "out"), day, wish)
    return {str(path.relative_to(to)): path.read_bytes() for path in to.rglob("*") if path.suffix in {".md", ".js"}}


CHANGES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a payment": {"second": SECOND + PAYMENT},
    "a name": {"second": SECOND.replace('"Second"', '"Aaa"')},
    "a city": {"first": FIRST.replace("Oslo", "Moss")},
    "an amount": {"second": SECOND.replace("50.00", "60.00")},
    "a limit": {"second": SECOND.replace("100.00", "30.00")},
    "a customer more": {"third": THIRD},
    "a customer less": {"second": ""},
    "another number": {"second": SECOND.replace('"C2"', '"C9"').replace(":C2", ":C9")},
    "another currency": {"second": SECOND + FOREIGN},
    "a credit note in another currency": {"second": SECOND + FOREIGN + FOREIGN_CREDIT},
    "another day": {"day": date(2026, 7, 21)},
    "an earlier day": {"day": date(2026, 4, 2)},
    "another language": {"wish": Wish(language="de")},
    "fewer documents": {"wish": Wish(documents="none")},
    "an option": {"main": COMPANY + '2020-01-01 custom "billtext-option" "aging-edges" "10 20"\n'},
    "the company": {"main": COMPANY.replace('"NOK"\ninc', '"EUR"\ninc')},
    "the order of what is open": {"second": SECOND.replace("invoice", "due: 2026-03-01\n  invoice")},
    "the receivables": {"main": COMPANY + '2020-01-01 custom "billtext-option" "receivable" Assets:Owed\n'},
    "a number of another kind": {
        "second": SECOND.replace('invoice: "N2"', 'credit-note: "N2"').replace('  corrects: "N2"\n', "")
    },
    "no search": {"main": COMPANY + '2020-01-01 custom "billtext-option" "site-search" "none"\n'},
    "names in the search": {"main": COMPANY + '2020-01-01 custom "billtext-option" "site-search" "names"\n'},
    "a credit note more": {"second": SECOND.replace("K2", "K4") + SECOND[SECOND.index("\n2026-04-03") :]},
}


@pytest.mark.parametrize("line", [1, 2])
def test_what_is_pushed_anywhere_is_for_all_that_follows(tmp_path: Path, line: int) -> None:
    """Even on the first line of a file, where no empty line is before it."""
    head = "\n" * (line - 1) + 'pushmeta reason: "{}"\n'
    end = "\npopmeta reason:\n"
    build(ledger(tmp_path / "ledger", second=head.format("Broken") + SECOND + end), tmp_path / "site")
    main = ledger(tmp_path / "ledger", second=head.format("Too large") + SECOND + end)
    again = build(main, tmp_path / "site")
    assert again == build(main, tmp_path / "new")
    assert b"Too large" in again["receivables/credit-notes.md"]


@pytest.mark.parametrize("longest", [1000, 2])
@pytest.mark.parametrize("change", CHANGES)
def test_a_site_built_again_is_as_one_built_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, longest: int
) -> None:
    for module in (aged, customers, credit_notes, documents):
        monkeypatch.setattr(module, "LONGEST", longest)
    rest = dict(CHANGES[change])
    day, wish = rest.pop("day", DAY), rest.pop("wish", Wish())
    before = build(ledger(tmp_path / "ledger"), tmp_path / "site")
    main = ledger(tmp_path / "ledger", **rest)
    again = build(main, tmp_path / "site", day, wish)
    assert again == build(main, tmp_path / "new", day, wish)
    assert (again == before) is (change == "nothing")
    # And back: what is kept by now is that of the change.
    assert build(ledger(tmp_path / "ledger", third=""), tmp_path / "site") == before


def test_a_key_may_be_called_as_one_of_beancounts_own(tmp_path: Path) -> None:
    """Then Beancount does not say where the document is, and its page tells nothing of what is wrong there."""
    odd = FIRST.replace('invoice: "N3"', 'invoice: "N3"\n  lineno: 5').replace('corrects: "N1"', 'corrects: "N0"')
    made = build(ledger(tmp_path / "ledger", first=odd), tmp_path / "site")
    assert b"N0" in made["receivables/errors.md"]
    assert b"r-warning" in made["receivables/documents/K1.md"]
    assert b"r-warning" not in made["receivables/documents/N3.md"]


def test_a_credit_note_on_another_customers_invoice_leads_to_it_as_long_as_it_has_a_page(tmp_path: Path) -> None:
    """It is a mistake, which the site shows too."""
    wrong, wish = FIRST.replace('corrects: "N1"', 'corrects: "N2"'), Wish(documents="open")
    before = build(ledger(tmp_path / "ledger", first=wrong), tmp_path / "site", DAY, wish)
    main = ledger(tmp_path / "ledger", first=wrong, second=SECOND + PAYMENT)
    again = build(main, tmp_path / "site", DAY, wish)
    assert again == build(main, tmp_path / "new", DAY, wish)
    table = "receivables/credit-notes.md"
    assert [b"documents/N2.html" in each[table] for each in (before, again)] == [True, False]


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The customers whose rows are made in the table of all."""
    made: list[str] = []
    row = customers._row

    def spied(frame: Any, customer: str, owed: Any) -> dict[str, Any]:
        made.append(customer)
        return row(frame, customer, owed)

    monkeypatch.setattr(customers, "_row", spied)
    return made


def test_only_the_rows_of_who_changed_are_made_anew(
    tmp_path: Path, rows: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build(ledger(tmp_path / "ledger"), tmp_path / "site")
    assert rows == ["C1", "C2"]
    build(ledger(tmp_path / "ledger", second=SECOND + PAYMENT), tmp_path / "site")
    assert rows[2:] == ["C2"]
    monkeypatch.setattr(site.program, "digest", lambda: "another program")
    build(tmp_path / "ledger" / "main.beancount", tmp_path / "site")
    assert rows[3:] == ["C1", "C2"]


def test_rows_that_copies_of_the_process_made_are_kept_too(
    tmp_path: Path, rows: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.forked, "parts", lambda _pieces: 3)
    main = ledger(tmp_path / "ledger")
    first = build(main, tmp_path / "site")
    rows.clear()
    monkeypatch.setattr(site.forked, "parts", lambda _pieces: 1)
    assert build(main, tmp_path / "site") == first
    assert rows == []


def test_a_ledger_that_is_written_while_it_is_built_is_gone_through_again(tmp_path: Path, rows: list[str]) -> None:
    """The pages are of what was loaded, the digests of what is there now."""
    main = ledger(tmp_path / "ledger")
    loaded = load.load(main)
    ledger(tmp_path / "ledger", second=SECOND.replace("50.00", "60.00"))
    site.build(
        loaded, book.build(loaded.entries, load.sources), Place(site=tmp_path / "site", out=tmp_path / "out"), DAY
    )
    assert build(main, tmp_path / "site") == build(main, tmp_path / "new")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"a": 1}', "\xff", '{"a": "<script>', '{"a": -1, "b": 3}\nhi', '{"a": "x"}\nx', '{"a": 3}\nhi']
)
def test_kept_rows_that_cannot_be_read_are_made_anew(tmp_path: Path, text: str, rows: list[str]) -> None:
    main, kept = ledger(tmp_path / "ledger"), tmp_path / "site" / "receivables" / page_files.ROWS
    before = build(main, tmp_path / "site")
    assert rows == ["C1", "C2"]
    (kept / "customers.rows").write_bytes(text.encode("latin-1"))
    assert build(main, tmp_path / "site") == before
    assert rows[2:] == ["C1", "C2"]


def test_rows_of_pages_that_are_no_longer_are_not_kept(tmp_path: Path) -> None:
    kept = tmp_path / "site" / "receivables" / page_files.ROWS
    build(ledger(tmp_path / "ledger"), tmp_path / "site")
    assert {path.stem for path in (kept / "months").iterdir()} == {"2026-03", "2026-04", "2026-06"}
    build(ledger(tmp_path / "ledger", second=""), tmp_path / "site")
    assert {path.stem for path in (kept / "months").iterdir()} == {"2026-03", "2026-06"}


def test_an_index_of_the_search_that_somebody_touched_is_made_anew(tmp_path: Path) -> None:
    main, index = ledger(tmp_path / "ledger"), tmp_path / "site" / "receivables" / "search.js"
    before = build(main, tmp_path / "site")
    when = index.stat().st_mtime_ns
    build(main, tmp_path / "site")
    assert index.stat().st_mtime_ns == when
    index.write_text("mine")
    assert build(main, tmp_path / "site") == before
    index.unlink()
    assert build(main, tmp_path / "site") == before


def test_a_search_that_is_turned_off_leaves_no_index_though_nothing_is_known_of_the_last_time(tmp_path: Path) -> None:
    directory = tmp_path / "site" / "receivables"
    build(ledger(tmp_path / "ledger"), tmp_path / "site")
    (directory / page_files.STATE).write_text("{}")
    assert (directory / "search.js").exists()
    off = '2020-01-01 custom "billtext-option" "site-search" "none"\n'
    build(ledger(tmp_path / "ledger", main=COMPANY + off), tmp_path / "site")
    assert not (directory / "search.js").exists()


def test_a_folder_for_a_customer_keeps_no_rows(tmp_path: Path) -> None:
    build(ledger(tmp_path / "ledger"), tmp_path / "site", wish=Wish(customer="C1"))
    assert not list(tmp_path.rglob(page_files.ROWS))


def test_a_file_of_the_ledger_is_known_by_its_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "one.txt"
    file.write_text("one")
    stat = file.stat()
    name, now = str(file), max(stat.st_mtime_ns, stat.st_ctime_ns)
    monkeypatch.undo()
    assert page_files.marks([name], now + 1_900_000_000) == {}  # it may be written again, and look the same
    mark = page_files.marks([name], now + 2_100_000_000)
    assert mark.keys() == {name}
    file.write_text("two")
    os.utime(file, ns=(stat.st_mtime_ns, stat.st_mtime_ns))
    assert page_files.marks([name], now + 9_000_000_000) != mark


# --- the templates ------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the compiled templates of a new process are kept."""
    monkeypatch.setattr(page_templates, "cache_from_source", lambda _path: str(tmp_path / "module.pyc"))
    monkeypatch.setattr(page_templates.sys, "dont_write_bytecode", False)
    environment.environment.cache_clear()
    page_templates.keep_compiled()
    yield tmp_path
    environment.environment.cache_clear()


def new_process() -> None:
    environment.environment.cache_clear()
    page_templates.keep_compiled()


def test_a_template_is_compiled_once(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = environment.environment().get_template("_frame.html.j2")
    assert len(list(kept.iterdir())) == 1
    new_process()
    monkeypatch.setattr(environment._Environment, "compile", None)
    again = environment.environment().get_template("_frame.html.j2")
    assert again is not text


@pytest.mark.parametrize("other", ["its text", "Jinja2", "the file"])
def test_a_template_that_is_another_is_compiled_again(kept: Path, monkeypatch: pytest.MonkeyPatch, other: str) -> None:
    environment.environment().get_template("_frame.html.j2")
    (file,) = kept.iterdir()
    if other == "the file":
        file.write_bytes(file.read_bytes()[:30])
    if other == "Jinja2":
        monkeypatch.setattr(page_templates, "version", lambda _name: "9.9")
    new_process()
    loader: Any = environment.environment().loader
    if other == "its text":
        source = loader.get_source
        monkeypatch.setattr(loader, "get_source", lambda e, n: ("other", *source(e, n)[1:]))
    found: list[str] = []
    compile_ = environment._Environment.compile

    def compiling(self: Any, source: str, *args: Any, **rest: Any) -> Any:
        found.append(source)
        return compile_(self, source, *args, **rest)

    monkeypatch.setattr(environment._Environment, "compile", compiling)
    template = environment.environment().get_template("_frame.html.j2")
    assert len(found) == 1
    if other == "its text":
        assert template.render() == "other"


def test_who_may_not_keep_templates_compiles_them(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_templates.sys, "dont_write_bytecode", True)
    assert environment.environment().get_template("_frame.html.j2")
    monkeypatch.setattr(page_templates.sys, "dont_write_bytecode", False)
    monkeypatch.setattr(page_templates, "cache_from_source", lambda _path: str(kept / "not there" / "module.pyc"))
    new_process()
    assert environment.environment().get_template("_parts.html.j2")
    assert list(kept.iterdir()) == []
