"""The site: what its pages show, and that a build keeps its directory in order."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billtext import dates
from billtext.ledger import load
from billtext.outside import page_files, web_server
from billtext.rendering import pages
from billtext.rendering.language import Language, languages
from billtext.rendering.pages import charts
from billtext.rendering.pages.figures import Figures
from billtext.rendering.pages.frame import Frame
from billtext.rules import ageing, book, invoices, statements
from billtext.rules.book import Book
from site_room import DAY, DEMO, HARMLESS, Tags, billtext, built, read, write

__all__ = ["built"]  # a fixture


@pytest.fixture(scope="module")
def demo() -> Book:
    """The demo ledger."""
    return book.build(load.load(DEMO).entries, load.sources)


# --- figures ------------------------------------------------------------------------------------------------


def test_the_customers_page_shows_the_figures_of_the_ageing_report(demo: Book, built: Path) -> None:
    page = (built / "public/receivables/customers.html").read_text()
    shown = re.findall(
        r'<td>(\w+)</td><td>[^<]*</td><td>([A-Z]{3})</td><td[^>]*data-sort-value="([^"]*)"[^>]*>[^<]*</td><td[^>]*data-sort-value="([^"]*)"',
        page,
    )
    expected = {(r.customer, r.currency): (r.total, r.overdue) for r in ageing.report(demo, DAY).rows}
    assert {(c, cur): (Decimal(o), Decimal(v)) for c, cur, o, v in shown if (c, cur) in expected} == expected
    assert all(Decimal(owed) == 0 for c, cur, owed, _ in shown if (c, cur) not in expected)


def articles(frame: Frame, customer: str) -> dict[tuple[str, str], tuple[str, str]]:
    """First and last month of each statement on a customer's page, with its language and its text."""
    text = pages.customers.page(frame, customer).body
    found = re.findall(
        r'<article class="r-month" id="m([\d-]+)"(?: data-until="([\d-]+)")? lang="(\w+)">(.*?)</article>',
        text,
        re.DOTALL,
    )
    return {(first, last or first): (language, part) for first, last, language, part in found}


def test_the_statements_of_a_customer_are_those_of_the_command_and_tie_out(demo: Book) -> None:
    frame = Frame(demo, DAY, revision="")
    codes = set()
    for customer in frame.customers:
        found = articles(frame, customer)
        assert list(found) == sorted(found, reverse=True)
        wanted = set()
        for month in dates.months(demo.items[0].date, DAY):
            first, last = dates.month(month)
            report = statements.report(demo, customer, first, min(DAY, last))
            if not any(section.opening or section.lines or section.closing for section in report.sections):
                continue
            wanted.add((month, month))
            code, part = found[month, month]
            codes.add(code)
            card = demo.register.values("customer", customer, min(DAY, last))
            language = Language(str(card.get("language", "nb")))
            assert code == language.code
            assert part.count('class="r-table r-statement"') == len(report.sections)
            for section in report.sections:
                for amount in (section.opening, section.closing, *(line.balance for line in section.lines)):
                    assert f'<td class="r-num">{language.amount(amount, section.currency)}</td>' in part
                for item in section.open_items:
                    cells = (language.date(item.item.due), item.days_overdue or "")
                    open_ = language.amount(item.open, section.currency)
                    assert "".join(f"<td>{cell}</td>" for cell in cells) in part
                    assert f"<td>{open_}</td></tr>" in part
            assert part.count("<tr><td>") - part.count("<tr><td></td>") == sum(
                len(section.lines) + len(section.open_items) for section in report.sections
            )
        assert set(found) == wanted
    assert {"nb", "en"} < codes


def test_a_month_has_statements_of_the_customers_of_whom_the_command_writes_one(demo: Book, tmp_path: Path) -> None:
    frame = Frame(demo, DAY, revision="")
    for month in ("2025-08", "2026-02"):
        done = billtext(tmp_path, "-f", str(DEMO), "statement", "--all", "--month", month, "--out", month)
        assert done.returncode == 0
        written = {path.name[: -len("-2026-01-31.md")] for path in (tmp_path / month).glob("*.md")}
        assert {c for c in frame.customers if (month, month) in articles(frame, c)} == written


def test_a_printed_statement_has_the_sender_and_the_accounts_of_the_commands_statement(demo: Book) -> None:
    _, part = articles(Frame(demo, DAY, revision=""), "C00028")["2026-10", "2026-10"]
    for text in (
        "5003 Bergen<br>Org. no. 310000019<br>faktura@fjordlys.example",
        "Bank account NOK 8601 11 17947 · IBAN NO93 8601 1117 947 · BIC DNBANOKK<br>",  # there are euros on it too
    ):
        assert text in part


def test_a_number_stands_under_its_own_name(demo: Book) -> None:
    text = pages.document.page(Frame(demo, DAY, revision=""), "2026-0012").body
    assert "<br><bdi>Org.nr. 310000019 MVA</bdi><br><bdi>Foretaksregisteret</bdi>" in text


def test_years_in_which_nothing_changes_are_one_statement(tmp_path: Path) -> None:
    """Each month of a long silence would say what the one statement for all of them says, but for days overdue."""
    path = write(tmp_path, HARMLESS + '2027-11-01 custom "customer" "C1"\n  name: "New name"\n')
    found = book.build(load.load(path).entries, load.sources)
    day = date(2031, 5, 20)
    ranges = [(f"{s.start:%Y-%m}", f"{s.end:%Y-%m}") for s in statements.by_month(found, "C1", day)]
    single = dates.months(date(2026, 3, 1), date(2026, 6, 1))
    assert ranges == [
        *((month, month) for month in single),
        ("2026-07", "2027-10"),
        ("2027-11", "2027-11"),
        ("2027-12", "2031-05"),
    ]
    assert list(articles(Frame(found, day, revision=""), "C1")) == ranges[::-1]
    for whole in statements.by_month(found, "C1", day):
        for month in dates.months(whole.start, whole.end):
            first, last = dates.month(month)
            each = statements.report(found, "C1", first, min(last, day))
            assert each.name == whole.name
            for one, all_ in zip(each.sections, whole.sections, strict=True):
                assert (one.opening, one.lines, one.closing) == (all_.opening, all_.lines, all_.closing)
                assert one.aging.columns == all_.aging.columns
                assert [(o.item, o.open) for o in one.open_items] == [(o.item, o.open) for o in all_.open_items]


def test_the_overview_opens_and_closes_the_month_with_what_was_owed(demo: Book) -> None:
    frame = Frame(demo, DAY, revision="")
    text = pages.overview.page(frame).body
    for row in ageing.report(demo, date(2026, 10, 31)).totals:
        assert f'<td>{row.currency}</td><td class="r-num">{frame.f.amount(row.total, row.currency)}</td>' in text
    for row in frame.report.totals:
        assert f'<td class="r-num"><b>{frame.f.amount(row.total, row.currency)}</b></td></tr>' in text


def test_what_comes_later_is_not_on_an_earlier_day(demo: Book) -> None:
    frame = Frame(demo, date(2026, 3, 15), revision="")
    names = [page.path for page in pages.render(frame)]
    assert "documents/2026-0012" in names
    assert "documents/K2026-0003" not in names
    assert "months/2026-04" not in names
    assert len(names) == pages.count(frame)


@pytest.mark.parametrize(("choice", "count"), [("all", 154), ("open", 33), ("none", 0)])
def test_documents_get_pages_by_choice(demo: Book, choice: str, count: int) -> None:
    frame = Frame(demo, DAY, revision="", choice=choice)
    if choice == "open":
        count = sum(bool(row.open) for row in invoices.rows(demo, DAY))
    texts = {page.path: page.body for page in pages.render(frame)}
    assert sum(name.startswith("documents/") for name in texts) == count
    linked = {link for text in texts.values() for link in re.findall(r'href="(?:\.\./)?(documents/[^"]*)\.html"', text)}
    assert all(link in texts for link in linked)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4),
    st.sampled_from(["NOK", "JPY", "BHD"]),
)
def test_figures_are_written_as_babel_writes_them(number: Decimal, currency: str) -> None:
    for code in (*languages(), "", "sv", "de-CH", "fr", "hi", "es"):
        language = Language(code)
        figures = Figures(code)
        for each in (number, round(number, 2), round(number, 0), number.normalize()):
            each = each or Decimal(0)
            assert figures.amount(each, currency) == language.amount(each, currency)
            assert figures.number(each) == language.number(each)
            assert figures.price(each, currency) == language.price(each, currency)


def test_pictures_say_what_they_show() -> None:
    parts = [charts.Part(amount=Decimal(n), style="r-b0", label=f"<{n}>") for n in (30, -10, 60)]
    tags = Tags(charts.bar(parts, name="a", title="<b>", description="30, 60"))
    assert tags.found[0] == (
        "svg",
        (("class", "r-bar"), ("height", "42"), ("role", "img"), ("aria-labelledby", "a-t a-d")),
    )
    assert [dict(a)["width"] for tag, a in tags.found if tag == "rect"] == ["10.00%", "30.00%", "60.00%"]
    assert "b" not in {tag for tag, _ in tags.found}
    # What is owed to the customer is left of the zero, and does not look like a debt.
    assert [dict(a)["class"] for tag, a in tags.found if tag == "rect"] == ["r-b0 r-credit", "r-b0", "r-b0"]
    assert [dict(a)["x"] for tag, a in tags.found if tag == "text"] == ["10.00%"]
    assert dict(next(a for tag, a in tags.found if tag == "line"))["x1"] == "10.00%"
    assert tags.text.endswith("0")
    debts = charts.bar([charts.Part(amount=Decimal(5), style="r-b4", label="5")], name="a", title="", description="")
    assert "r-credit" not in debts
    assert "<line" not in debts
    assert charts.bar([], name="a", title="", description="") == ""


# --- the built site -----------------------------------------------------------------------------------------


def test_every_link_leads_somewhere(built: Path) -> None:
    public = built / "public"
    anchors: dict[Path, set[str]] = {}
    for path in public.rglob("*.html"):
        tags = read(path)
        anchors[path.resolve()] = {*tags.values("id"), *tags.values("name")}
        tables = [f"{table}={value}" for table in tags.values("data-filter") for value in ("", *tags.values("value"))]
        anchors[path.resolve()].update(tables)  # such a link chooses what a table shows
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
    """The revision in a style sheet that all share: a commit leaves the pages as they are."""
    for path in (built / "public/receivables").rglob("*.html"):
        text = path.read_text("utf-8")
        assert '<p class="r-stamp">Per 23. nov. 2026 · <span class="r-revision"></span></p>' in text
        assert re.search(r'<link rel="stylesheet" href="(\.\./)*(receivables/)?revision\.css">', text)
    sheet = (built / "public/receivables/revision.css").read_text("utf-8")
    assert sheet == '@charset "utf-8";\n.r-revision::after { content: "hovedboken er ikke i git"; }\n'


def test_every_page_says_its_language_whatever_that_of_the_site_is(built: Path) -> None:
    for path in (built / "site/receivables").rglob("*.md"):
        text = path.read_text("utf-8")
        assert text.count("<section") == text.count('<section class="bt" lang="nb">') > 0


def test_the_revision_is_that_of_the_ledger(tmp_path: Path) -> None:
    ledger = write(tmp_path, HARMLESS)
    git = ["git", "-c", "user.name=T", "-c", "user.email=t@t.example", "-C", str(tmp_path)]
    for words in (["init", "-q"], ["add", "main.beancount"], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    revision = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout[:7]
    from billtext.outside.revision import text

    assert text(tmp_path, Language()) == f"ledger {revision}"
    ledger.write_text(ledger.read_text() + "\n; more\n")
    assert text(tmp_path, Language()) == f"ledger {revision}, with uncommitted changes"


def files(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


def test_plain_mkdocs_builds_the_same_bytes_elsewhere_too(built: Path, tmp_path: Path) -> None:
    """What billtext wrote, copied to a colleague's machine, needs nothing of the place or the program it came from."""
    place = tmp_path / "colleague"
    shutil.copytree(built, place, ignore=shutil.ignore_patterns("public"))
    assert not re.search(r"[\"' ]/", (place / "mkdocs.yml").read_text("utf-8"))
    command = [sys.executable, "-m", "mkdocs", "-q", "build", "-f", str(place / "mkdocs.yml")]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    ours, theirs = files(built / "public"), files(place / "public")
    assert set(ours) - set(theirs) == {".billtext-site", "index.html"}  # its mark, and the door at the root
    assert {name for name in theirs if theirs[name] != ours.get(name) and not name.endswith(".gz")} == set()


# --- the directory ------------------------------------------------------------------------------------------


def test_the_same_ledger_gives_the_same_bytes_and_writes_nothing_anew(built: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (built / "site").rglob("*.md")}
    done = billtext(built, "site", "build", "--as-of", str(DAY))
    assert "(0 new or changed)" in done.stdout
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (built / "site").rglob("*.md")} == before


def test_pages_of_a_former_build_go_and_files_of_others_stay(tmp_path: Path) -> None:
    texts = {name: f"{page_files.MARK.decode()}---\n{name}\n" for name in ("a.md", "x/b.md", "x/c.md")}
    kept = page_files.keep(tmp_path, lambda _: texts.items())
    assert (kept.written, kept.removed, set(kept.looks)) == (3, 0, set(texts))
    (tmp_path / "x/mine.md").write_text("# Mine\n")
    (tmp_path / "x/.billtext-draft").write_text("half a p")
    kept = page_files.keep(tmp_path, lambda _: [("a.md", texts["a.md"])])
    assert (kept.written, kept.removed, set(kept.looks)) == (0, 2, {"a.md"})
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["a.md", "mine.md"]


def test_an_interrupted_page_is_never_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = page_files.MARK.decode() + "---\n"
    page_files.keep(tmp_path, lambda _: [("a.md", text)])

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        page_files.keep(tmp_path, lambda _: [("a.md", text + "new")])
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
    assert (tmp_path / "mkdocs.yml").read_text().startswith("# Written by `billtext site build`")
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ndocs_dir: site\ntheme: nosuch\n")
    done = billtext(tmp_path, "site", "build")
    assert done.returncode == 1
    assert done.stderr.startswith("billtext: ")
    assert "nosuch" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "public/receivables/index.html").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["main.beancount", "mkdocs.yml", "public", "site"]


def test_a_configuration_of_another_site_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, HARMLESS)
    (tmp_path / "mkdocs.yml").write_text("site_name: x\ndocs_dir: elsewhere\n")
    assert billtext(tmp_path, "site", "build").returncode == 0
    assert (tmp_path / "mkdocs.yml").read_text() == "site_name: x\ndocs_dir: elsewhere\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("main.beancount", "mkdocs.yml", "public", "receivables.mkdocs.yml", "site")
    ]


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


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file where the pages belong: a sentence with the place, and no traceback."""
    write(tmp_path, HARMLESS)
    (tmp_path / "pages").write_text("mine", "utf-8")
    done = billtext(tmp_path, "site", "build", "--site", "pages/site")
    told = "billtext: pages/site: cannot be written (Not a directory); make room, or choose another place\n"
    assert (done.returncode, done.stderr) == (1, told)
