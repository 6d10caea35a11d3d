"""Tables of Fava's pages as CSV: the same bytes that the command line prints for the day and the customers."""

import shutil
from pathlib import Path

import pytest

from fava_office import EXTENSION, FavaOffice
from guide_room import ROOT

DAY = "2026-11-24"


class Demo(FavaOffice):
    """The demo company, in Fava and on the command line."""

    def __init__(self, root: Path, **how: bool) -> None:
        self.root = root
        shutil.copytree(ROOT / "ledger", root)
        self.main = root / "main.beancount"
        self.start(**how)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return Demo(tmp_path_factory.mktemp("demo") / "ledger")


def csv(office: FavaOffice, page: str, **query: str) -> str:
    """The table of a page."""
    answer = office.ask(page, "csv", **query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "text/csv"
    return answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("page", "command"),
    [
        ("index", "aging"),
        ("ageing", "aging"),
        ("ageing/date", "aging --by date"),
        ("open-items", "open-items"),
        ("customers", "customer list"),
        ("documents", "invoice list"),
        ("customers/C00028", "open-items --customer C00028"),
    ],
)
@pytest.mark.parametrize("day", [DAY, "2025-12-31"])
def test_the_command_lines_bytes(demo: Demo, page: str, command: str, day: str) -> None:
    done = demo.run(*command.split(), "--as-of", day, "--format", "csv")
    assert csv(demo, page, time=day) == done.out
    assert done.out.count("\n") > 1


@pytest.mark.parametrize("kind", ["activity", "open-items"])
def test_a_statement(demo: Demo, kind: str) -> None:
    """Of the days and the kind that are asked for; else of the year until the day."""
    command = ["statement", "C00028", "--from", "2026-09-01", "--to", "2026-10-31", "--kind", kind, "--format", "csv"]
    found = demo.ask("statements/C00028", "csv", **{"from": "2026-09-01", "to": "2026-10-31", "kind": kind})
    assert found.get_data(as_text=True) == demo.get(*command)
    whole = demo.get("statement", "C00028", "--from", "2026-01-01", "--to", DAY, "--format", "csv")
    assert csv(demo, "statements/C00028", time=DAY) == whole


def test_a_document(demo: Demo) -> None:
    assert csv(demo, "documents/2026-0075") == demo.get("invoice", "show", "2026-0075", "--format", "csv")


def test_the_documents_of_a_month_and_the_credit_notes(demo: Demo) -> None:
    """They are lines of the list of all documents, in its order: those dated then, and those of that kind."""
    head, *lines = demo.get("invoice", "list", "--as-of", DAY, "--format", "csv").splitlines(keepends=True)
    month = [line for line in lines if line.split(",")[2].startswith("2026-10-")]
    credit = [line for line in lines if line.split(",")[1] == "credit-note" and not line.endswith(",void,0\n")]
    assert len(month) > 5
    assert len(credit) > 5
    assert csv(demo, "months/2026-10", time=DAY) == csv(demo, "months/2026-10/2", time=DAY) == head + "".join(month)
    assert csv(demo, "credit-notes", time=DAY) == head + "".join(credit)


def test_only_the_customers_of_the_filter(demo: Demo) -> None:
    """Fava's account filter narrows a table as `--customer` does."""
    account = {"account": "Assets:Receivable:C00028", "time": DAY}
    command = ("--customer", "C00028", "--as-of", DAY, "--format", "csv")
    assert csv(demo, "index", **account) == demo.get("aging", *command)
    assert csv(demo, "open-items", **account) == demo.get("open-items", *command)
    assert csv(demo, "documents", **account) == demo.get("invoice", "list", *command)


def test_a_page_leads_to_its_table(demo: Demo) -> None:
    """With Fava's filters; a page without a table has no link."""
    page = demo.shown("customers", time=DAY)
    assert f'href="{demo.base}csv?time={DAY}&amp;page=customers"' in page
    assert "/csv?" not in demo.shown("errors")


def test_it_is_a_file_and_may_run_nothing(demo: Demo) -> None:
    headers = demo.ask("customers/C00028", "csv", time=DAY).headers
    assert headers["Content-Disposition"] == f"attachment; filename=customers-C00028-{DAY}.csv"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Content-Security-Policy"].endswith("sandbox")


@pytest.mark.parametrize(
    "page", ["nothing", "customers/X", "months/2026-99", "documents/../x", "errors", "statements/"]
)
def test_what_has_no_table_is_not_found(demo: Demo, page: str) -> None:
    assert demo.ask(page, "csv").status_code == 404


def test_text_of_the_ledger_is_no_formula(tmp_path: Path) -> None:
    office = FavaOffice(tmp_path, more=EXTENSION)
    card = tmp_path / "customers" / "register.beancount"
    card.write_text(card.read_text("utf-8").replace("Nordlys Interiør AS", "=HYPERLINK(1)"), "utf-8")
    assert "'=HYPERLINK(1)" in csv(office, "index")


def test_where_figures_are_hidden_there_are_no_tables(tmp_path: Path) -> None:
    office = FavaOffice(tmp_path, incognito=True)
    assert office.ask("customers", "csv").status_code == 403
    assert "/csv?" not in office.shown("customers")
