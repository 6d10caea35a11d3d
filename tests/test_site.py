"""The site: what its pages show, that text of the ledger never becomes anything else, and that a build keeps its directory."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billtext import dates
from billtext.ledger import load
from billtext.outside import page_files, web_server
from billtext.rendering import pages
from billtext.rendering.language import Language, languages
from billtext.rendering.pages import addresses, charts
from billtext.rendering.pages.figures import Figures
from billtext.rendering.pages.frame import Frame
from billtext.rules import ageing, book, invoices, statements
from billtext.rules.book import Book

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "ledger" / "main.beancount"
DAY = date(2026, 11, 23)
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def billtext(directory: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in a directory."""
    return subprocess.run([sys.executable, "-m", "billtext", *words], cwd=directory, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def demo() -> Book:
    """The demo ledger."""
    return book.build(load.load(DEMO).entries, load.sources)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the demo ledger and its site."""
    directory = tmp_path_factory.mktemp("demo")
    shutil.copytree(ROOT / "ledger", directory / "ledger")
    done = billtext(directory, "site", "build", "--as-of", str(DAY))
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\d+ pages \(\d+ new or changed\) in [\d.]+ s: public/receivables/index.html\n", done.stdout)
    assert not done.stderr
    return directory


class Tags(HTMLParser):
    """The elements of a page with their attributes, the text of its scripts, and its other text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.scripts = ""
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            self.scripts += data
        else:
            self.text += data

    def values(self, name: str) -> list[str]:
        return [value or "" for _, attributes in self.found for key, value in attributes if key == name]


def read(path: Path) -> Tags:
    return Tags(path.read_text("utf-8"))


# --- figures ------------------------------------------------------------------------------------------------


def test_the_customers_page_shows_the_figures_of_the_ageing_report(demo: Book, built: Path) -> None:
    page = (built / "public/receivables/customers.html").read_text()
    shown = re.findall(r'<td>(\w+)</td><td>[^<]*</td><td>([A-Z]{3})</td><td[^>]*data-v="([^"]*)"[^>]*>[^<]*</td><td[^>]*data-v="([^"]*)"', page)
    expected = {(r.customer, r.currency): (r.total, r.overdue) for r in ageing.report(demo, DAY).rows}
    assert {(c, cur): (Decimal(o), Decimal(v)) for c, cur, o, v in shown if (c, cur) in expected} == expected
    assert all(Decimal(owed) == 0 for c, cur, owed, _ in shown if (c, cur) not in expected)


def test_the_statements_of_a_customer_tie_out_with_the_statement_report(demo: Book) -> None:
    frame = Frame(demo, DAY, revision="")
    for customer in frame.customers:
        _, text = pages.customers.page(frame, customer)
        months = dict(re.findall(r'<article class="r-month" id="m([\d-]+)">(.*?)</article>', text, re.DOTALL))
        for month, part in months.items():
            first = date.fromisoformat(f"{month}-01")
            report = statements.report(demo, customer, first, min(DAY, dates.month_end(first)))
            assert part.count("<table") - ("<h3>Åpne poster" in part) == len(report.sections)
            for section in report.sections:
                assert f'<td class="r-num">{frame.f.amount(section.opening, section.currency)}</td>' in part
                for line in section.lines:
                    assert f'<td class="r-num">{frame.f.amount(line.balance, section.currency)}</td>' in part


def test_the_overview_opens_and_closes_the_month_with_what_was_owed(demo: Book) -> None:
    frame = Frame(demo, DAY, revision="")
    text = pages.overview.page(frame)
    for row in ageing.report(demo, date(2026, 10, 31)).totals:
        assert f'<td>{row.currency}</td><td class="r-num">{frame.f.amount(row.total, row.currency)}</td>' in text
    for row in frame.report.totals:
        assert f'<td class="r-num"><b>{frame.f.amount(row.total, row.currency)}</b></td></tr>' in text


def test_what_comes_later_is_not_on_an_earlier_day(demo: Book) -> None:
    frame = Frame(demo, date(2026, 3, 15), revision="")
    names = [name for name, _ in pages.render(frame)]
    assert "documents/2026-0012.md" in names
    assert "documents/K2026-0003.md" not in names
    assert "months/2026-04.md" not in names
    assert len(names) == pages.count(frame)


@pytest.mark.parametrize(("choice", "count"), [("all", 154), ("open", 33), ("none", 0)])
def test_documents_get_pages_by_choice(demo: Book, choice: str, count: int) -> None:
    frame = Frame(demo, DAY, revision="", choice=choice)
    if choice == "open":
        count = sum(bool(row.open) for row in invoices.rows(demo, DAY))
    texts = dict(pages.render(frame))
    assert sum(name.startswith("documents/") for name in texts) == count
    linked = {link for text in texts.values() for link in re.findall(r'href="(?:\.\./)?(documents/[^"]*)\.html"', text)}
    assert all(f"{link}.md" in texts for link in linked)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4), st.sampled_from(["NOK", "JPY", "BHD"]))
def test_figures_are_written_as_babel_writes_them(number: Decimal, currency: str) -> None:
    for code in (*languages(), "", "sv", "de-CH", "fr", "hi", "es"):
        language = Language(code)
        figures = Figures(language)
        for each in (number, round(number, 2), round(number, 0), number.normalize()):
            each = each or Decimal(0)  # noqa: PLW2901 - nothing is not negative
            assert figures.amount(each, currency) == language.amount(each, currency)
            assert figures.number(each) == language.number(each)
            assert figures.price(each, currency) == language.price(each, currency)


def test_pictures_say_what_they_show() -> None:
    parts = [charts.Part(amount=Decimal(n), style="r-b0", label=f"<{n}>") for n in (30, -10, 60)]
    tags = Tags(charts.bar(parts, name="a", title="<b>", description="30, 60"))
    assert tags.found[0] == ("svg", (("class", "r-bar"), ("height", "26"), ("role", "img"), ("aria-labelledby", "a-t a-d")))
    assert [dict(a)["width"] for tag, a in tags.found if tag == "rect"] == ["10.00%", "30.00%", "60.00%"]
    assert "b" not in {tag for tag, _ in tags.found}
    assert charts.bar([], name="a", title="", description="") == ""


# --- the built site -----------------------------------------------------------------------------------------


def test_every_link_leads_somewhere(built: Path) -> None:
    public = built / "public"
    anchors: dict[Path, set[str]] = {}
    for path in public.rglob("*.html"):
        tags = read(path)
        anchors[path.resolve()] = {*tags.values("id"), *tags.values("name")}
    for path in public.rglob("*.html"):
        if path.name == "404.html":
            continue
        for link in read(path).values("href"):
            target, _, anchor = link.partition("#")
            if ":" in target or target == ".":
                continue
            found = (path.parent / target).resolve() if target else path.resolve()
            assert found.exists(), f"{path}: {link}"
            if anchor and found in anchors:
                assert anchor in anchors[found] or anchor.startswith("__"), f"{path}: {link}"


def test_nothing_comes_from_elsewhere(built: Path) -> None:
    for path in (built / "public").rglob("*.html"):
        for tag, attributes in read(path).found:
            for name, value in attributes:
                if name in {"src", "srcset"} or (tag == "link" and name == "href"):
                    assert not re.match(r"(https?:)?//", value or ""), f"{path}: {value}"


def test_every_page_tells_its_day_and_revision(built: Path) -> None:
    for path in (built / "site/receivables").rglob("*.md"):
        assert '<p class="r-stamp">Per 23. nov. 2026 · hovedboken er ikke i git</p>' in path.read_text("utf-8")


def test_the_revision_is_that_of_the_ledger(tmp_path: Path) -> None:
    ledger = write(tmp_path, HARMLESS)
    git = ["git", "-c", "user.name=T", "-c", "user.email=t@t.example", "-C", str(tmp_path)]
    for words in (["init", "-q"], ["add", "main.beancount"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    revision = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout[:7]
    from billtext.site import revision_text

    assert revision_text(tmp_path, Language()) == f"ledger {revision}"
    ledger.write_text(ledger.read_text() + "\n; more\n")
    assert revision_text(tmp_path, Language()) == f"ledger {revision}, with uncommitted changes"


def test_plain_mkdocs_builds_the_same_pages(built: Path) -> None:
    (built / "plain.yml").write_text(
        f"INHERIT: {ROOT}/src/billtext/site_template/mkdocs.yml\nsite_name: Fjordlys Elektro AS\n"
        f"theme:\n  language: nb\n  custom_dir: {ROOT}/src/billtext/site_template/theme\n"
        "extra: {homepage: receivables/index.html}\nplugins: []\nsite_dir: plain\n"
        "nav: [receivables/index.md, receivables/customers.md, receivables/documents.md]\n"
    )
    subprocess.run([sys.executable, "-m", "mkdocs", "-q", "build", "-f", "plain.yml"], cwd=built, check=True, capture_output=True)
    for path in (built / "plain/receivables").rglob("*.html"):
        ours = (built / "public" / path.relative_to(built / "plain")).read_text("utf-8")
        assert [line for line in path.read_text("utf-8").splitlines() if line] == [line for line in ours.splitlines() if line]


# --- the directory ------------------------------------------------------------------------------------------


def test_the_same_ledger_gives_the_same_bytes_and_writes_nothing_anew(built: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (built / "site").rglob("*.md")}
    done = billtext(built, "site", "build", "--as-of", str(DAY))
    assert "(0 new or changed)" in done.stdout
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (built / "site").rglob("*.md")} == before


def test_pages_of_a_former_build_go_and_files_of_others_stay(tmp_path: Path) -> None:
    texts = {name: f"{page_files.MARK.decode()}---\n{name}\n" for name in ("a.md", "x/b.md", "x/c.md")}
    assert page_files.keep(tmp_path, texts.items()) == (3, 0)
    (tmp_path / "x/mine.md").write_text("# Mine\n")
    (tmp_path / "x/.billtext-draft").write_text("half a p")
    assert page_files.keep(tmp_path, [("a.md", texts["a.md"])]) == (0, 2)
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a.md", "mine.md"]


def test_an_interrupted_page_is_never_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = page_files.MARK.decode() + "---\n"
    page_files.keep(tmp_path, [("a.md", text)])

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        page_files.keep(tmp_path, [("a.md", text + "new")])
    assert (tmp_path / "a.md").read_text() == text


@pytest.mark.parametrize("out", [".", "site", "mine"])
def test_a_site_never_takes_the_place_of_something_else(tmp_path: Path, out: str) -> None:
    write(tmp_path, HARMLESS)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/file").write_text("mine")
    done = billtext(tmp_path, "site", "build", "--out", out)
    assert (done.returncode, done.stdout) == (1, "")
    assert "name another directory with --out" in done.stderr
    assert (tmp_path / "mine/file").read_text() == "mine"


def test_a_broken_configuration_is_told_in_a_sentence_and_the_old_site_stays(tmp_path: Path) -> None:
    write(tmp_path, HARMLESS)
    assert billtext(tmp_path, "site", "build").returncode == 0
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ndocs_dir: site\ntheme: nosuch\n")
    done = billtext(tmp_path, "site", "build")
    assert done.returncode == 1
    assert done.stderr.startswith("billtext: ")
    assert "nosuch" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "public/receivables/index.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["main.beancount", "mkdocs.yml", "public", "site"]


def test_pages_of_ones_own_are_built_along_and_what_mkdocs_warns_of_is_told(tmp_path: Path) -> None:
    write(tmp_path, HARMLESS)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.md").write_text("# Us\n\n[All](receivables/index.md) [gone](gone.md)\n")
    done = billtext(tmp_path, "site", "build")
    assert done.returncode == 0
    assert "MkDocs: Doc file 'index.md' contains a link 'gone.md'" in done.stderr
    assert 'href="receivables/index.html"' in (tmp_path / "public/index.html").read_text()


def test_errors_have_a_page_and_the_exit_status(tmp_path: Path) -> None:
    write(tmp_path, HARMLESS.replace("Assets:Receivable:C1  125.00 NOK", "Assets:Receivable:C1  126.00 NOK"))
    done = billtext(tmp_path, "site", "build")
    assert done.returncode == 1
    assert "pages (" in done.stdout
    told = json.loads(billtext(tmp_path, "check", "--format", "json").stdout)
    page = read(tmp_path / "public/receivables/errors.html")
    for error in told:
        assert f"main.beancount:{error['line']}" in page.text
        assert error["message"] in page.text
    assert "errors.html" in (tmp_path / "public/receivables/index.html").read_text()


# --- hostile text -------------------------------------------------------------------------------------------

TEXTS = (
    "<script>pwned=1</script>", "<img src=x onerror=pwned=1>", '"><svg onload=pwned=1>', "' onmouseover='pwned=1", "</section></div></title><script>pwned=1</script>",
    "&lt;script&gt;pwned=1&lt;/script&gt;", "[pwned](javascript:pwned=1)", "![pwned](//pwned.example/x.png)", "<http://pwned.example>",
    "{{ config.pwned }}{% raw %}pwned", "{: onclick=pwned=1 }", "::: pwned\\n!!! pwned", "---\\ntitle: pwned\\n---\\n# pwned", "a | pwned | b",
    "pwned\\u202e\\u2066gnp\\u200f", "</section>\\n<script>pwned=1</script>\\n<section class=\\\"bt\\\">", "```\\npwned\\n```", "--><!-- pwned", "\\u0002wzxhzdk:0\\u0003pwned",
    "--8<-- '/etc/pwned'", "[TOC] *pwned* _x_ `y` \\\\", "$(pwned) ${pwned} =pwned()", "https://pwned.example/?a=1&b=2",
)  # fmt: skip
NUMBERS = ("A/1", "A_1", "a/1", "a_1", "../../../pwned", "<script>pwned=1</script>", "index", "README", "CON", "x" * 300, "é", "a\\\"onclick=pwned", "2026-03")

HARMLESS = """
option "operating_currency" "NOK"
2020-01-01 open Assets:Bank
2020-01-01 open Assets:Receivable:C1
2020-01-01 open Income:Sales
2020-01-01 open Liabilities:VAT
2020-01-01 custom "company" "TEXT"
  currency: "NOK"
  city: "TEXT"
  website: "TEXT"
2020-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT
2020-01-01 custom "customer" "C1"
  name: "TEXT"
  address: "TEXT"
  note: "TEXT"
  own-key: "TEXT"
2020-01-01 custom "contact" "C1" "one"
  name: "TEXT"
  role: "TEXT"
2026-03-02 * "TEXT" "TEXT"
  invoice: "NUMBER"
  order: "TEXT"
  note: "TEXT"
  Assets:Receivable:C1  125.00 NOK
  Income:Sales  -100.00 NOK
    text: "TEXT"
    vat: "S25"
  Liabilities:VAT  -25.00 NOK
    vat: "S25"
2026-03-03 * "TEXT" "TEXT"
  payment: "P-NUMBER"
  Assets:Bank  25.00 NOK
  Assets:Receivable:C1  -25.00 NOK
    settles: "NUMBER"
2026-03-04 custom "void" "N9"
  reason: "TEXT"
""".replace("NUMBER", "N1")


def write(directory: Path, text: str) -> Path:
    directory.mkdir(exist_ok=True)
    path = directory / "main.beancount"
    path.write_text(text.replace("TEXT", "harmless"), "utf-8")
    return path


def unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text).replace("\\\\n", "\n").replace("\\n", "\n")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Sites of the same ledger, once for all hostile texts and numbers, once with harmless words in their place."""
    found = {}
    for name in ("hostile", "harmless"):
        directory = tmp_path_factory.mktemp(name)
        text = HARMLESS.replace("TEXT", unescaped(TEXTS[0]) if name == "hostile" else "harmless")
        for n, each in enumerate(TEXTS):
            words = unescaped(each) if name == "hostile" else "harmless"
            words = words if "\\\"" in words else words.replace('"', '\\"')
            text += (
                f'2020-01-01 open Assets:Receivable:X{n}\n2020-01-01 custom "customer" "X{n}"\n  name: "{words}"\n  kind: "{words}"\n  city: "{words}"\n'
                f'  terms: "{words}"\n  currency: "NOK"\n  own-key: "{words}"\n2020-01-01 custom "contact" "X{n}" "one"\n  name: "{words}"\n  role: "{words}"\n  email: "{words}"\n'
            )  # fmt: skip
            number = NUMBERS[n % len(NUMBERS)] + (f"-{n}" if n >= len(NUMBERS) else "")
            kid = f"  kid: \"{words}\"\n  reason: \"{words}\"\n  contract: \"{words}\"\n"
            text += (
                f'2026-03-02 * "{words}" "{words}"\n  invoice: "{number}"\n{kid}  Assets:Receivable:X{n}  80.00 NOK\n    due: 2026-04-01\n'
                f'  Assets:Receivable:X{n}  20.00 NOK\n    due: 2026-05-01\n  Income:Sales  -110.00 NOK\n    text: "{words}"\n    unit: "{words}"\n'
                f'    vat: "{words}"\n  Income:Sales  10.00 NOK\n    allowance: "{words}"\n2026-03-05 * "{words}"\n  payment: "{words}{n}"\n  Assets:Bank  30.00 NOK\n  Assets:Receivable:X{n}  -30.00 NOK\n'
                f'    settles: "{number}"\n2026-03-06 * "{words}"\n  Assets:Bank  1.00 NOK\n  Assets:Receivable:X{n}  -1.00 NOK\n    customer: "{"<script>pwned=1</script>" if name == "hostile" else "harmless"}"\n'
            )  # fmt: skip
        write(directory, text)
        done = billtext(directory, "site", "build", "--as-of", "2026-06-30")
        assert "pages (" in done.stdout, done.stderr
        found[name] = directory
    return found


def structure(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(name for name, _ in attributes)) for tag, attributes in read(path).found]


def test_hostile_text_adds_no_element_and_no_attribute(hostile: dict[str, Path]) -> None:
    public = {name: directory / "public/receivables" for name, directory in hostile.items()}
    checked = 0
    for path in public["hostile"].rglob("*.html"):
        other = public["harmless"] / path.relative_to(public["hostile"])
        tags = read(path)
        assert "pwned" not in tags.scripts
        for tag, attributes in tags.found:
            for name, value in attributes:
                assert not name.startswith("on"), f"{path}: {tag} {name}"
                assert "javascript:" not in (value or "")
                assert "pwned" not in (value or "") or name in {"aria-label", "title"} or re.search(r"pwned[\w-]*~[0-9a-f]{16}", value or ""), f"{path}: {name}={value}"
        if other.exists() and path.parent.name in {"customers", "documents"}:
            assert structure(path) == structure(other), path
            checked += 1
    assert checked > 40


def test_hostile_text_stands_only_in_blocks_of_html(hostile: dict[str, Path]) -> None:
    for path in (hostile["hostile"] / "site/receivables").rglob("*.md"):
        text = path.read_text("utf-8")
        head, _, body = text.partition("\n---\n")
        assert not re.search("pwned", re.sub(r'<section class="bt">\n.*?\n</section>\n', "", body, flags=re.DOTALL))
        assert [line.split(":")[0] for line in head.splitlines()[1:]] in (
            ["generator", "title", "heading", "template", "leaf", "hide", "search"], ["generator", "title", "heading", "template", "hide", "search"],
        )  # fmt: skip
        assert "pwned" not in re.sub(r"pwned[\w-]*~[0-9a-f]{16}", "", head.split("heading:")[0])
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u0002\u0003]", text)


def test_hostile_numbers_name_no_file_outside_and_share_none(hostile: dict[str, Path]) -> None:
    pages_ = list((hostile["hostile"] / "site/receivables/documents").rglob("*"))
    assert len(pages_) == len(TEXTS) + 1
    assert len({page.name.lower() for page in pages_}) == len(pages_)
    assert not list(hostile["hostile"].parent.rglob("pwned*.md")) or all("receivables" in str(p) for p in hostile["hostile"].parent.rglob("pwned*.md"))


@given(st.lists(st.text(), min_size=2, max_size=20, unique=True))
def test_no_two_texts_share_an_address(texts: list[str]) -> None:
    found = [addresses.part(text).lower() for text in texts]
    plain = {text.lower() for text in texts if addresses.part(text) == text}
    assert len(set(found)) == len(found) - (sum(addresses.part(t) == t for t in texts) - len(plain))
    assert all(re.fullmatch(r"[a-z0-9_][a-z0-9._~-]*", name) and ".." not in name.split("/") for name in found)


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Chromium, where the machine has it; what it shows is tested on the text of the pages too."""
    if not CHROMIUM.exists():
        pytest.skip("no chromium here; the same pages are read by a parser")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as found:
        yield found.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)


def test_no_text_of_the_ledger_runs_in_a_browser(hostile: dict[str, Path], browser: object) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else told.append(request.url))
    for path in sorted((hostile["hostile"] / "public/receivables").rglob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate("typeof pwned") == "undefined", path
        assert page.evaluate("document.querySelectorAll('section.bt script, section.bt img').length") == 0
    assert told == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index", "customers", "documents", "customers/C00028", "documents/2026-0012", "months/2026-03"])
def test_pages_fit_a_telephone_and_no_text_of_a_picture_overlaps(built: Path, browser: object, name: str, scheme: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800}, color_scheme=scheme)  # type: ignore[attr-defined]
    page.goto((built / f"public/receivables/{name}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    boxes = page.evaluate(
        "[...document.querySelectorAll('.r-chart')].map(c => [...c.querySelectorAll('text')].map(t => t.getBoundingClientRect())"
        ".filter(b => b.width).map(b => [b.left, b.top, b.right, b.bottom]))"
    )
    for chart in boxes:
        for n, (left, top, right, bottom) in enumerate(chart):
            assert left >= 0
            assert all(right <= x or r <= left or bottom <= y or b <= top for x, y, r, b in chart[n + 1 :])
    assert (page.evaluate("getComputedStyle(document.body).getPropertyValue('--r-b0').trim()") == "#5ba3c2") == (scheme == "dark")
    page.close()


def test_the_table_of_customers_sorts_and_filters(built: Path, browser: object) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto((built / "public/receivables/customers.html").as_uri())
    owed = "[...document.querySelectorAll('#customers tbody tr:not([hidden])')].map(r => parseFloat(r.cells[4].dataset.v))"
    before = page.evaluate(owed)
    page.focus("#customers th:nth-child(5) button")
    page.keyboard.press("Enter")
    assert page.evaluate(owed) == sorted(before, reverse=True)
    assert page.get_attribute("#customers th:nth-child(5)", "aria-sort") == "descending"
    page.keyboard.press("Enter")
    assert page.evaluate(owed) == sorted(before)
    page.fill(".r-filter input", "nordlys")
    assert page.inner_text("#customers tbody tr:not([hidden])").startswith("Nordlys Interiør AS")
    assert page.inner_text(".r-filter output") == f"1 av {len(before)}"
    page.fill(".r-filter input", "")
    page.select_option(".r-filter select", "unapplied")
    assert len(page.evaluate(owed)) == 2
    page.close()


def test_a_statement_prints_alone_on_one_sheet(built: Path, browser: object) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto((built / "public/receivables/customers/C00017.html").as_uri() + "#m2026-10")
    page.emulate_media(media="print")
    shown = page.inner_text("article:target")
    assert "Kontoutskrift · Oktober 2026" in shown
    assert "Fjordlys Elektro AS" in shown
    assert not page.is_visible("#m2026-09")
    assert not page.is_visible("h1")
    assert not page.is_visible(".md-header")
    assert page.is_visible(".r-stamp")
    data = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 59[45][.\d]* 84[12]", data)
    page.close()


# --- serve --------------------------------------------------------------------------------------------------


def test_the_server_answers_this_machine_only(built: Path) -> None:
    with web_server.serving(built / "public", 0) as address:
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
            assert "Kundefordringer" in answer.read().decode()
        request = urllib.request.Request(address, headers={"Host": "pwned.example"})  # noqa: S310
        with pytest.raises(urllib.error.HTTPError, match="421"):
            urllib.request.urlopen(request)  # noqa: S310


def test_a_changed_ledger_file_and_a_new_one_are_seen(tmp_path: Path) -> None:
    path = write(tmp_path, HARMLESS)
    seen = web_server.changes([path], pause=0.02)
    threading.Timer(0.1, lambda: path.write_text("; changed\n")).start()
    next(seen)
    threading.Timer(0.1, lambda: (tmp_path / "new.beancount").write_text("; new\n")).start()
    next(seen)
