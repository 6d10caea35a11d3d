"""A folder for one customer alone; PDF files beside the pages; the archive's catalogue; the language of a site."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from billtext.ledger import load
from billtext.outside import pdf, site_papers
from billtext.rendering import pages
from billtext.rendering.pages.frame import Frame
from billtext.rules import book, statements
from billtext.rules.book import Book
from site_room import DAY, DEMO, HARMLESS, ROOT, billtext, read, write

ID = "C00017"


@pytest.fixture(scope="module")
def demo() -> Book:
    return book.build(load.load(DEMO).entries, load.sources)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the demo ledger and a folder for one of its customers, which it makes with PDF files."""
    directory = tmp_path_factory.mktemp("given")
    shutil.copytree(ROOT / "ledger", directory / "ledger")
    (directory / "site").mkdir()
    (directory / "site/index.md").write_text("# Of the office\n")
    done = billtext(directory, "site", "build", "--as-of", str(DAY), "--customer", ID, "--pdf", "--language", "en")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"public-{ID}/receivables/customers/{ID}.html\n")
    return directory


def test_a_customers_folder_holds_nothing_about_another(given: Path, demo: Book) -> None:
    """No id, name, number of the register or document of another, in no file, nor in the name of one."""
    register = demo.register
    strange: set[str] = set()
    for record in register.of("customer").values():
        if record.id == ID:
            continue
        strange.add(record.id)
        for version in record.versions:
            for key in ("name", "org-number", "email", "endpoint", "address"):
                strange.add(str(version.values.get(key) or ""))
    strange |= {item.number for item in demo.items if item.customer != ID}
    strange |= {str(d.entry.meta.get("kid") or "") for d in demo.documents if d.customer != ID}
    strange |= {void.number for void in demo.ledger.voids}
    card = {str(value) for version in register.get("customer", ID).versions for value in version.values.values()}  # type: ignore[union-attr]
    own = card | {item.number for item in demo.items if item.customer == ID}
    strange = {text for text in strange if text and text not in own}
    assert len(strange) > 200
    words = {text: re.compile(rf"(?<![\w-]){re.escape(text)}(?![\w-])") for text in sorted(strange)}

    def found(text: str) -> list[str]:
        return [word for word, alone in words.items() if word in text and alone.search(text)]

    files = [path for path in (given / f"public-{ID}").rglob("*") if path.is_file()]
    assert len(files) > 50
    for path in files:
        name = str(path.relative_to(given))
        assert found(name) == [], name
        if "/assets/" not in name:  # Material's own
            assert found(path.read_bytes().decode("utf-8", "replace")) == [], name


def test_a_customers_folder_has_their_documents_and_statements(given: Path, demo: Book) -> None:
    public = given / f"public-{ID}/receivables"
    mine = {d.number for d in demo.documents if d.customer == ID and d.date <= DAY}
    assert {path.stem for path in (public / "documents").glob("*.html")} == mine
    months = {f"{s.start:%Y-%m}.pdf" for s in statements.by_month(demo, ID, DAY)}
    assert {path.name for path in (public / f"statements/{ID}").iterdir()} == months
    page = (public / f"customers/{ID}.html").read_text("utf-8")
    assert f'href="../statements/{ID}/2026-10.pdf">PDF</a>' in page
    assert (given / f"public-{ID}/index.html").read_text().count(f"receivables/customers/{ID}.html") == 3
    page = (public / f"customers/{ID}.html").read_text("utf-8")
    assert ' aria-current="true">Overview</a>' in page  # it is where the menu begins, so nothing leads back to it
    assert "r-crumbs" not in page


def test_a_customers_folder_says_nothing_of_the_office(given: Path) -> None:
    """Neither the credit limit, nor the ledger's revision, nor pages of the office's own."""
    public = given / f"public-{ID}"
    for path in public.rglob("*.html"):
        text = path.read_text("utf-8")
        assert "Credit limit" not in text
        assert "Of the office" not in text
    assert (public / "receivables/revision.css").read_text().endswith('content: ""; }\n')
    for name in ("index", "customers", "errors", "archive"):
        assert not (public / f"receivables/{name}.html").exists()
    assert {path.name for path in given.iterdir()} == {"ledger", "site", f"public-{ID}"}
    assert [path.name for path in (given / "site").iterdir()] == ["index.md"]


def test_every_link_of_a_customers_folder_leads_somewhere(given: Path) -> None:
    for path in (given / f"public-{ID}/receivables").rglob("*.html"):
        for link in [*read(path).values("href"), *read(path).values("src")]:
            target = link.partition("#")[0]
            if target and ":" not in target and target != ".":
                assert (path.parent / target).resolve().exists(), f"{path}: {link}"


def test_a_customer_whom_nobody_knows_is_refused(given: Path) -> None:
    done = billtext(given, "site", "build", "--customer", "C99999")
    assert done.returncode == 1
    assert "C99999" in done.stderr
    assert not (given / "public-C99999").exists()


def test_a_statements_pdf_is_the_commands(given: Path, demo: Book) -> None:
    report = statements.report(demo, ID, date(2026, 10, 1), date(2026, 10, 31))
    there = (given / f"public-{ID}/receivables/statements/{ID}/2026-10.pdf").read_bytes()
    assert there == pdf.statement(demo, report, root=given / "ledger")


def test_the_site_speaks_the_language_that_is_asked_for(given: Path) -> None:
    page = (given / f"public-{ID}/receivables/customers/{ID}.html").read_text("utf-8")
    assert '<html lang="en"' in page
    assert '<section class="bt" lang="en">' in page
    assert "Statements by month" in page
    assert "Kontoutskrift · Oktober 2026" in page  # what was sent was sent in the customer's language
    done = billtext(given, "site", "build", "--language", "xx")
    assert done.returncode == 2
    assert "there are no words in 'xx'; name one of da, de, en, nb, nn, sv" in done.stderr


# --- PDF ----------------------------------------------------------------------------------------------------


def test_only_changed_pdf_files_are_made_again(demo: Book, tmp_path: Path) -> None:
    frame = Frame(demo, DAY, revision="", customers={ID, "C00028"})

    def keep(before: dict[str, str], fresh: bool) -> site_papers.Made:
        return site_papers.keep(tmp_path, frame, DEMO.parent, before, lambda _: fresh, lambda *_: lambda: None)

    made = keep({}, False)
    assert made.written == len(made.files) > 20
    assert made.wrong == ()
    before = dict(made.files)
    assert keep(before, True).written == keep(before, False).written == 0
    first, second, *_ = sorted(before)
    (tmp_path / first).unlink()
    again = keep(before, True)
    assert (again.written, dict(again.files)) == (1, before)
    assert keep({**before, second: "another"}, False).written == 1
    site_papers.prune(tmp_path, before, {first})
    assert [str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.pdf")] == [first]


def test_a_template_of_ones_own_makes_other_pdf_files(tmp_path: Path) -> None:
    before = site_papers.templates(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/logo.svg").write_text("<svg/>")
    assert site_papers.templates(tmp_path) != before


# --- the archive --------------------------------------------------------------------------------------------


FILED = """
2026-05-05 custom "filed" "Assets/Receivable/C1/2026-05-05.letter.pdf"
  sha256: "aaaaaaaaaaaabcdef0123456789abcdef0123456789abcdef0123456789abcde"
  kind: "letter"
  customer: "C1"
2026-03-05 custom "filed" "Assets/Receivable/C1/2026-03-05.contract.pdf"
  sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  kind: "contract"
  customer: "C1"
  label: "<b>Frame agreement</b>"
"""


def test_a_filed_paper_has_its_row_and_is_not_copied(tmp_path: Path) -> None:
    path = write(tmp_path, HARMLESS + FILED)
    (tmp_path / "documents/Assets/Receivable/C1").mkdir(parents=True)
    (tmp_path / "documents/Assets/Receivable/C1/2026-03-05.contract.pdf").write_text("secret")
    frame = Frame(book.build(load.load(path).entries, load.sources), DAY, revision="", language="en")
    index, month = pages.find(frame, "archive"), pages.find(frame, "archive/2026-03")
    assert index is not None
    assert month is not None
    rows = re.findall(r'<tr><td data-sort-value="([\d-]+)">.*?</td>(.*?)</tr>', index.body)
    assert [(month, re.findall(r">(\d+)<", cells)) for month, cells in rows] == [
        ("2026-05", ["0", "1", "1"]),  # contracts, letters, all
        ("2026-03", ["1", "0", "1"]),
    ]
    assert '<a href="archive/2026-03.html">March 2026</a>' in index.body
    assert "&lt;b&gt;Frame agreement&lt;/b&gt;" in month.body
    assert '<a href="../customers/C1.html"><bdi>harmless</bdi></a>' in month.body
    assert pages.find(frame, "archive/2026-04") is None
    done = billtext(tmp_path, "site", "build", "--pdf", "--as-of", "2026-06-30")
    assert "Traceback" not in done.stderr
    assert (tmp_path / "public/receivables/archive/2026-03.html").exists()
    assert not [p for p in (tmp_path / "public").rglob("*.pdf") if "statements" not in str(p)]
