"""Tables of Fava's pages as CSV: each one, with plain figures; where the command line prints it, its very bytes."""

import csv as reader
import io
import re
import shutil
from pathlib import Path

import lxml.html
import pytest

from billtext.rendering.pages import tables
from fava_office import EXTENSION, FavaOffice
from guide_room import ROOT

DAY = "2026-11-24"
SOME = 8  # pages of a kind


FILED = """
2026-03-05 custom "filed" "Assets/Receivable/C1/2026-03-05.contract.pdf"
  kind: "contract"
  customer: "C1"
  label: "=cmd"
  sha256: "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
"""
SENT = """
2026-03-02 custom "filed" "Assets/Receivable/C00017/2026-03-02.2026-0012.pdf"
  kind: "invoice"
  customer: "C00017"
  document: "2026-0012"
  label: "Consulting"
  sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
2026-03-03 custom "delivery" "2026-0012"
  channel: "email"
  outcome: "bounced"
  time: "2026-03-03T10:15:00+01:00"
  reason: "5.1.1 unknown"
2026-04-02 custom "delivery" "C00017"
  statement: "2026-03"
  channel: "email"
"""
UNKNOWN = """
2026-03-06 custom "delivery" "2026-0099"
  channel: "print"
"""
QUOTE = """
2025-11-03 ! "Charging boxes"
  quote: "Q2025-0001"
  customer: "C00017"
  Income:Consulting
    item: "CONS-SR"
    quantity: 10
  Income:Consulting
    text: "Lift"
    price: 2500.00 NOK
    vat: "S25"
    optional: TRUE
"""


class Demo(FavaOffice):
    """The demo company with a quote, and what is filed and sent, in Fava and on the command line."""

    def __init__(self, root: Path, **how: bool) -> None:
        self.root = root
        shutil.copytree(ROOT / "ledger", root)
        self.main = root / "main.beancount"
        (root / "quotes" / "boxes.beancount").write_text(QUOTE, "utf-8")
        with self.main.open("a", encoding="utf-8") as file:
            file.write(FILED.replace("/C1/", "/C00017/").replace('"C1"', '"C00017"'))
            file.write(SENT)
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
        ("documents", "invoice list"),
        ("customers/C00028", "open-items --customer C00028"),
        ("drafts", "draft list"),
        ("quotes", "quote list"),
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


def test_figures_of_a_document_are_plain(demo: Demo) -> None:
    """2593.00 EUR of VAT at 11.912 are 30887.82 NOK."""
    assert csv(demo, "documents/2025-0036") == (
        "line,kind,item,text,quantity,unit,price,price_per,discount_percent,discount,charge,vat,rate,net,currency\n"
        '1,line,CONS-SR,"Senior consultant, offshore rate",64,HUR,108.00,1,,,,S25,25,6912.00,EUR\n'
        "2,line,CONS-JR,Consultant,40,HUR,86.50,1,,,,S25,25,3460.00,EUR\n"
    )
    assert csv(demo, "documents/2025-0036", table="sums") == (
        "sum,amount,currency\nlines,10372.00,EUR\nallowances,0.00,EUR\ncharges,0.00,EUR\nnet,10372.00,EUR\n"
        "vat,2593.00,EUR\ngross,12965.00,EUR\nrounding,0.00,EUR\nprepaid,0.00,EUR\npayable,12965.00,EUR\n"
        "home_vat,30887.82,NOK\nexchange_rate,11.912,NOK\n"
    )
    assert csv(demo, "documents/2025-0036", table="vat") == (
        "category,rate,base,amount,currency,reason,codes\nS,25,10372.00,2593.00,EUR,,S25\n"
    )
    assert csv(demo, "documents/2026-0012", table="settlement", time=DAY) == (
        "date,kind,by,amount,currency\n2026-03-20,settled,K2026-0003,3125.00,NOK\n"
        "2026-03-25,settled,B2026-0014,9375.00,NOK\n2026-11-24,open,,0.00,NOK\n"
    )


def test_the_documents_of_a_month(demo: Demo) -> None:
    """They are lines of the list of all documents, in its order."""
    head, *lines = demo.get("invoice", "list", "--as-of", DAY, "--format", "csv").splitlines(keepends=True)
    month = [line for line in lines if line.split(",")[2].startswith("2026-10-")]
    assert len(month) > 5
    assert csv(demo, "months/2026-10", time=DAY) == csv(demo, "months/2026-10/2", time=DAY) == head + "".join(month)


def test_the_items_of_a_column(demo: Demo) -> None:
    """They are the lines of all open items that are late by so many days."""
    head, *lines = demo.get("open-items", "--as-of", DAY, "--format", "csv").splitlines(keepends=True)
    late = [line for line in lines if line.split(",")[3] == "invoice" and 1 <= int(line.rsplit(",", 1)[1]) <= 30]
    assert len(late) > 1
    assert csv(demo, "open-items/1-30", time=DAY) == head + "".join(late)
    assert demo.ask("open-items/9-9", "csv").status_code == 404


# --- every table of every page ------------------------------------------------------------------------------


def pages_of(office: FavaOffice, day: str) -> list[str]:
    """The pages that lead to one another; of customers, documents and other kinds of which there are many, some."""
    found = ["index", "errors", "unsent", "documents/2026-0012", "customers/C00017", "archive/2026-03"]
    for page in found:  # which grows
        for each in re.findall(r"[?;]page=([^\"&#]+)", office.shown(page, time=day)):
            kind, _, part = each.partition("/")
            few = not part or sum(other.startswith(f"{kind}/") for other in found) < SOME
            if each not in found and few and kind not in {"pay", "allocate", "issue"}:
                found.append(each)
    return found


def test_every_table_of_every_page_is_given_away(demo: Demo) -> None:
    """A table that has no export fails here; one that has has all its rows and all its figures in it.

    Figures are those by which a row is sorted, else the last one of the row, as it is written.
    """
    seen = pages_of(demo, DAY)
    kinds = {page.partition("/")[0] + "/" * ("/" in page) for page in seen}
    assert kinds >= {
        "index", "ageing", "open-items", "open-items/", "customers", "customers/", "statements/", "documents",
        "months/", "documents/", "archive", "archive/", "credit-notes", "drafts", "drafts/", "quotes", "quotes/",
        "unsent", "errors",
    }  # fmt: skip
    found = set()
    for page in seen:
        root = lxml.html.fromstring(demo.shown(page, time=DAY) + "</section>")
        offered = [link.get("href") for link in root.xpath("//*[@download][contains(@href, '/csv?')]")]
        for table in root.iter("table"):
            name = table.get("data-table")
            assert name, (page, lxml.html.tostring(table)[:200])
            rows = list(reader.reader(io.StringIO(csv(demo, page, table=name, time=DAY))))[1:]
            shown = [row for row in table.xpath("tbody/tr") if "r-sum" not in (row.get("class") or "")]
            assert rows or not shown, (page, name)
            if name not in {"lines", "history"}:  # which a page has as several tables
                assert len(shown) <= len(rows), (page, name)
            cells = {cell for row in rows for cell in row}
            if name == "documents":  # `invoice list` tells what a credit note credits without a sign
                cells |= {f"-{cell}" for cell in cells}
            for row in shown:
                raw = [each.get("data-sort-value") for each in row if each.get("data-sort-value")]
                figures = [each for each in raw if re.fullmatch(r"-?\d+\.\d\d", each)]
                last = row[-1].text_content().replace(",", "").replace("\N{MINUS SIGN}", "-").strip()
                figures += [last] if re.fullmatch(r"-?\d+\.\d\d", last) else []
                assert set(figures) <= cells, (page, name, set(figures) - cells)
            first = tables.every(page)[0].name == name  # what an address without a name gives
            assert any(href.endswith(f"table={name}") or (first and "table=" not in href) for href in offered), (
                page,
                name,
            )
            found.add(name)
        for href in offered:
            assert demo.client.get(href).status_code == 200, href
    assert len(found) >= 22


def test_the_customers_are_those_of_the_page(demo: Demo) -> None:
    rows = list(reader.DictReader(io.StringIO(csv(demo, "customers", time=DAY))))
    root = lxml.html.fromstring(demo.shown("customers", time=DAY) + "</section>")
    shown = [
        [row[1].text_content(), *(cell.get("data-sort-value") for cell in row[4:])]
        for row in root.xpath("//table[@id='customers']/tbody/tr")
    ]
    keys = ("customer", "owed", "overdue", "unapplied", "days_overdue")
    assert [[row[key] for key in keys] for row in rows] == shown
    assert list(rows[0]) == ["customer", "name", "city", "currency", *keys[1:]]


def test_credit_notes_with_their_reasons(demo: Demo) -> None:
    rows = list(reader.DictReader(io.StringIO(csv(demo, "credit-notes", time=DAY))))
    assert next(row for row in rows if row["number"] == "K2026-0003") == {
        "number": "K2026-0003", "date": "2026-03-20", "customer": "C00017", "name": "Nordlys Interiør AS",
        "corrects": "2026-0012", "reason": "hours billed twice", "currency": "NOK", "amount": "3125.00",
        "open": "0.00", "status": "applied",
    }  # fmt: skip


def test_what_the_register_said(demo: Demo) -> None:
    """The latest first; a value is as the ledger has it."""
    assert csv(demo, "customers/C00017", table="history", time="2025-07-01").splitlines()[:3] == [
        "date,key,before,since",
        "2025-06-01,email,faktura@nordlys.example,regnskap@nordlys.example",
        "2024-01-15,name,,Nordlys Interiør AS",
    ]


def test_errors_and_files(tmp_path: Path) -> None:
    """A delivery of no document is an error at its line; a label that looks like a formula is none in the CSV."""
    office = FavaOffice(tmp_path, more=EXTENSION + FILED + UNKNOWN)
    (error,) = reader.DictReader(io.StringIO(csv(office, "errors")))
    assert (error["file"], error["type"]) == ("company.beancount", "DeliveryUnknownError")
    assert error["line"].isdigit()
    assert csv(office, "archive", time="2026-06-01") == (
        "month,invoice,credit-note,attachment,order,contract,letter,other,total\n2026-03,0,0,0,0,1,0,0,1\n"
    )
    files = csv(office, "archive/2026-03", time="2026-06-01")
    assert files.startswith("date,kind,customer,name,document,label,file,sha256\n2026-03-05,contract,C1,")
    assert ",'=cmd," in files
    assert "/csv?" in office.shown("errors")


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
    page = demo.shown("customers/C00028", time=DAY)
    assert f'href="{demo.base}csv?time={DAY}&amp;page=customers/C00028&amp;table=months"' in page
    assert "table=filed" not in page


def test_the_first_table_of_a_page_may_be_another_than_that_of_its_kind(demo: Demo) -> None:
    """Nothing is open of customer C00018: the first link is that of the account, and not of open items."""
    page = demo.shown("customers/C00018", time=DAY)
    assert 'data-table="year"' in page
    assert 'data-table="open-items"' not in page
    assert f'href="{demo.base}csv?time={DAY}&amp;page=customers/C00018&amp;table=year"' in page
    assert f'href="{demo.base}csv?time={DAY}&amp;page=customers/C00018"' not in page


def test_it_is_a_file_and_may_run_nothing(demo: Demo) -> None:
    headers = demo.ask("customers/C00028", "csv", time=DAY).headers
    assert headers["Content-Disposition"] == f"attachment; filename=customers-C00028-{DAY}.csv"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Content-Security-Policy"].endswith("sandbox")


@pytest.mark.parametrize(
    "page", ["nothing", "customers/X", "months/2026-99", "documents/../x", "statements/", "drafts/x"]
)
def test_what_has_no_table_is_not_found(demo: Demo, page: str) -> None:
    assert demo.ask(page, "csv").status_code == 404
    assert demo.ask("index", "csv", table=page or "x").status_code == 404


def test_text_of_the_ledger_is_no_formula(tmp_path: Path) -> None:
    office = FavaOffice(tmp_path, more=EXTENSION)
    card = tmp_path / "customers" / "register.beancount"
    card.write_text(card.read_text("utf-8").replace("Nordlys Interiør AS", "=HYPERLINK(1)"), "utf-8")
    assert "'=HYPERLINK(1)" in csv(office, "index")


def test_where_figures_are_hidden_there_are_no_tables(tmp_path: Path) -> None:
    office = FavaOffice(tmp_path, incognito=True)
    assert office.ask("customers", "csv").status_code == 403
    assert "/csv?" not in office.shown("customers")
