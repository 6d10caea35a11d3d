"""Names and texts of the ledger are data on the site: none of them ever becomes HTML, Markdown, a script or a path."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billtext.outside import mkdocs_config
from billtext.rendering.pages import addresses
from browser_room import paper
from site_room import HARMLESS, billtext, built, read, write

__all__ = ["built"]  # a fixture

TEXTS = (
    "<script>pwned=1</script>",
    "<img src=x onerror=pwned=1>",
    '"><svg onload=pwned=1>',
    "' onmouseover='pwned=1",
    "</section></div></title><script>pwned=1</script>",
    '</section>\n<script>pwned=1</script>\n<section class="bt">\n# pwned',
    "&lt;script&gt;pwned=1&lt;/script&gt;",
    "[pwned](javascript:pwned=1)",
    "![pwned](//pwned.example/x.png)",
    "<http://pwned.example>",
    "https://pwned.example/?a=1&b=2",
    "{{ config.pwned }}{% raw %}pwned",
    "{: onclick=pwned=1 }",
    "::: pwned\n!!! pwned",
    "---\ntitle: pwned\n---\n# pwned",
    "a | pwned | b",
    "pwned\u202e\u2066gnp\u200f\u0002wzxhzdk:0\u0003",
    "```\npwned\n```",
    "--><!-- pwned",
    "--8<-- '/etc/pwned'",
    "[TOC] *pwned* _x_ `y` \\",
    "$(pwned) ${pwned} =pwned()",
    "pwned\ufffe\uffff\U000e0001",
)
NUMBERS = (
    *("A/1", "A_1", "a/1", "a_1", "../../../pwned", "<script>pwned=2</script>", "index", "README", "CON"),
    *("x" * 300, "é", 'a"onclick=pwned', "2026-03", "N1 ", "C:\\pwned", "a\nb", "%2e%2e%2fpwned", "~root"),
    *(".pwned", "pwned.html", "a?b#c", "\u202epwned", ""),
)
ONE = """
2020-01-01 open Assets:Receivable:X{n}
2020-01-01 custom "customer" "X{n}"
  name: TEXT
  kind: TEXT
  city: TEXT
  terms: TEXT
  currency: "NOK"
  own-key: TEXT
2020-01-01 custom "contact" "X{n}" "one"
  name: TEXT
  role: TEXT
  email: TEXT
2026-03-02 * TEXT TEXT
  invoice: NUMBER
  kid: TEXT
  reason: TEXT
  contract: TEXT
  Assets:Receivable:X{n}  80.00 NOK
    due: 2026-04-01
  Assets:Receivable:X{n}  20.00 NOK
    due: 2026-05-01
  Income:Sales  -110.00 NOK
    text: TEXT
    unit: TEXT
    vat: TEXT
  Income:Sales  10.00 NOK
    allowance: TEXT
2026-03-05 * TEXT
  payment: TEXT
  Assets:Bank  30.00 NOK
  Assets:Receivable:X{n}  -30.00 NOK
    settles: NUMBER
2026-03-06 * TEXT
  Assets:Bank  1.00 NOK
  Assets:Receivable:X{n}  -1.00 NOK
    customer: TEXT
"""
SAFE_NAME = re.compile(r"[a-z0-9_.-]*~[0-9a-f]{16}")


def quoted(text: str) -> str:
    """A string of a ledger."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two sites of one ledger: with the hostile texts, and with harmless words in their place."""
    assert len(NUMBERS) == len(TEXTS)
    found = {}
    for name in ("hostile", "harmless"):
        text = HARMLESS.replace('"TEXT"', quoted(TEXTS[0] if name == "hostile" else "harmless"))
        for n, (number, words) in enumerate(zip(NUMBERS, TEXTS, strict=True)):
            one = ONE.replace("{n}", str(n)).replace("NUMBER", quoted(number))
            text += one.replace("TEXT", quoted(words if name == "hostile" else "harmless"))
        found[name] = tmp_path_factory.mktemp(name) / "here"
        write(found[name], text)
        done = billtext(found[name], "site", "build", "--as-of", "2026-06-30")
        assert "pages (" in done.stdout, done.stderr
        assert "Traceback" not in done.stderr
    return found


def structure(path: Path) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(name for name, _ in attributes)) for tag, attributes in read(path).found]


def test_no_attribute_and_no_script_holds_text_of_the_ledger(sites: dict[str, Path]) -> None:
    for path in (sites["hostile"] / "public").rglob("*.html"):
        tags = read(path)
        assert "pwned" not in tags.scripts
        for tag, attributes in tags.found:
            for name, value in attributes:
                assert not name.startswith("on"), f"{path}: {tag} {name}"
                if name not in {"aria-label", "title"}:
                    assert "pwned" not in SAFE_NAME.sub("", value or ""), f"{path}: {name}={value}"


def test_hostile_text_adds_no_element_and_no_attribute(sites: dict[str, Path]) -> None:
    """A page of a customer or a document is built of the same elements whatever the ledger's texts are."""
    public = {name: directory / "public/receivables" for name, directory in sites.items()}
    checked = 0
    for path in [*public["hostile"].glob("customers/X*.html"), *public["hostile"].glob("documents/*.html")]:
        other = public["harmless"] / path.relative_to(public["hostile"])
        if path.name != "C1.html":
            assert structure(path) == structure(other), path
            checked += 1
    assert checked == 2 * len(TEXTS) + 1


def test_what_was_written_is_what_is_read(sites: dict[str, Path]) -> None:
    for n, text in enumerate(TEXTS):
        shown = " ".join(read(sites["hostile"] / f"public/receivables/customers/X{n}.html").text.split())
        visible = re.sub("[\u202e\u2066\u200f\u0002\u0003\ufffe\uffff\U000e0001]", "", text)
        assert " ".join(visible.split()) in re.sub("[\ufffe\uffff]", "", shown)


def test_hostile_text_stands_only_in_blocks_of_html(sites: dict[str, Path]) -> None:
    for path in (sites["hostile"] / "site/receivables").rglob("*.md"):
        head, _, body = path.read_text("utf-8").partition("\n---\n")
        assert "pwned" not in re.sub(r'<section class="bt" lang="en">\n.*?\n</section>\n', "", body, flags=re.DOTALL)
        keys = [line.split(":")[0] for line in head.splitlines()[1:] if not line.startswith("leaf")]
        assert keys == ["generator", "title", "heading", "template", "hide", "search"]
        assert "pwned" not in SAFE_NAME.sub("", head.split("heading:")[0])
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u0002\u0003]", head + body)


def test_hostile_numbers_name_no_file_outside_and_share_none(sites: dict[str, Path]) -> None:
    found = list((sites["hostile"] / "site/receivables/documents").rglob("*"))
    assert len(found) == len(NUMBERS) + 1
    assert len({path.name.lower() for path in found}) == len(found)
    everything = {
        path.relative_to(sites["hostile"]).parts[0] for path in sites["hostile"].parent.rglob("*") if path.is_file()
    }
    assert everything == {"main.beancount", "mkdocs.yml", "site", "public"}


@given(st.lists(st.text(), min_size=2, max_size=20, unique=True))
def test_no_two_texts_share_an_address_whatever_the_case_of_letters(texts: list[str]) -> None:
    found = [addresses.part(text) for text in texts]
    assert len({name.lower() for name in found}) == len(found)
    assert all(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._~-]*", name) for name in found)


def test_no_text_of_the_ledger_runs_in_a_browser(sites: dict[str, Path], page: Any) -> None:
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("dialog", lambda dialog: told.append(dialog.message))
    page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else told.append(request.url))
    for path in sorted((sites["hostile"] / "public/receivables").rglob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate("typeof pwned") == "undefined", path
        assert page.evaluate("document.querySelectorAll('section.bt script, section.bt img').length") == 0
    assert told == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name",
    [
        "index",
        "ageing",
        "open-items",
        "customers",
        "documents",
        "credit-notes",
        "customers/C00028",
        "documents/2026-0012",
        "months/2026-03",
    ],
)
def test_pages_fit_a_telephone_and_no_text_of_a_picture_overlaps(
    built: Path, page: Any, name: str, scheme: str
) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto((built / f"public/receivables/{name}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    boxes = page.evaluate(
        "[...document.querySelectorAll('.r-chart')].map(c => [...c.querySelectorAll('text')]"
        ".map(t => t.getBoundingClientRect()).filter(b => b.width).map(b => [b.left, b.top, b.right, b.bottom]))"
    )
    for chart in boxes:
        for n, (left, top, right, bottom) in enumerate(chart):
            assert left >= 0
            assert all(right <= x or r <= left or bottom <= y or b <= top for x, y, r, b in chart[n + 1 :])
    assert (page.evaluate("getComputedStyle(document.body).getPropertyValue('--r-b0').trim()") == "#5ba3c2") == (
        scheme == "dark"
    )


def test_a_figure_of_the_ageing_leads_to_the_items_behind_it(built: Path, page: Any) -> None:
    """Of Havkraft 84 337.50 is 61 to 90 days old: an invoice of 91 837.50 less a credit note of 7 500."""
    page.goto((built / "public/receivables/ageing.html").as_uri())
    page.click("#ageing a[href='customers/C00028.html#open=61-90']")
    page.wait_for_selector(".r-filter select >> nth=0")
    page.wait_for_function("document.querySelector('.r-filter select').value === '61-90'")
    rows = "[...document.querySelectorAll('#open tbody tr:not([hidden])')]"
    shown = f"{rows}.map(r => r.cells[6].dataset.sortValue).join(' ')"
    assert page.evaluate(shown) == "91837.50 -7500.00"
    page.evaluate("location.hash = '#open=1-30'")
    page.wait_for_function("document.querySelector('#open tbody').rows.length && location.hash === '#open=1-30'")
    page.wait_for_function(f"{shown} === '2125.00'")
    page.evaluate("location.hash = '#open='")
    page.wait_for_function(f"{shown}.split(' ').length === 6")


def test_the_table_of_customers_sorts_and_filters(built: Path, page: Any) -> None:
    page.goto((built / "public/receivables/customers.html").as_uri())
    owed = (
        "[...document.querySelectorAll('#customers tbody tr:not([hidden])')]"
        ".map(r => parseFloat(r.cells[4].dataset.sortValue))"
    )
    before = page.evaluate(owed)
    page.focus("#customers th:nth-child(5) button")
    page.keyboard.press("Enter")
    assert page.evaluate(owed) == sorted(before, reverse=True)
    assert page.get_attribute("#customers th:nth-child(5)", "aria-sort") == "descending"
    page.keyboard.press("Enter")
    assert page.evaluate(owed) == sorted(before)
    page.click("#customers th:nth-child(5)", position={"x": 2, "y": 2})  # beside the word of the heading
    assert page.evaluate(owed) == sorted(before, reverse=True)
    page.fill(".r-filter input", "nordlys")
    assert page.inner_text("#customers tbody tr:not([hidden])").startswith("Nordlys Interiør AS")
    count = re.search(r"(\d+) kunder", page.inner_text(".r-lead"))
    assert count is not None
    assert int(count[1]) < len(before)  # two currencies of one are two rows: of these the table tells
    assert page.inner_text(".r-filter output") == f"1 av {len(before)} rader"
    page.fill(".r-filter input", "")
    assert page.inner_text(".r-filter output") == f"{len(before)} av {len(before)} rader"
    page.select_option(".r-filter select", "unapplied")
    assert len(page.evaluate(owed)) == 2


def test_what_is_folded_stays_folded_on_paper(built: Path, page: Any) -> None:
    page.goto((built / "public/receivables/index.html").as_uri())
    folds = page.locator(".r-figure-chart details")
    assert folds.count() > 1
    folds.nth(1).locator("summary").click()
    page.wait_for_function("document.documentElement.classList.contains('js')")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")  # as the theme does
    page.emulate_media(media="print")
    assert [folds.nth(n).is_visible() for n in range(folds.count())] == [n == 1 for n in range(folds.count())]


def test_a_norwegian_table_sorts_the_norwegian_way_in_an_english_site(tmp_path: Path, page: Any) -> None:
    names = ("Aase", "Ås", "Zoo")
    cards = "".join(f'2020-01-01 custom "customer" "D{n}"\n  name: "{name}"\n' for n, name in enumerate(names))
    write(tmp_path, HARMLESS.replace('  currency: "NOK"\n', '  currency: "NOK"\n  language: "nb"\n', 1) + cards)
    template = Path(mkdocs_config.__file__).parents[1] / "site_template"
    (tmp_path / "mkdocs.yml").write_text(
        f"INHERIT: {template}/mkdocs.yml\nsite_name: x\ntheme:\n  custom_dir: {template}/theme\n  language: en\n"
    )
    assert billtext(tmp_path, "site", "build").returncode == 0
    page.goto((tmp_path / "public/receivables/customers.html").as_uri())
    assert page.evaluate("document.documentElement.lang") == "en"
    page.click("#customers th:nth-child(1) button")
    shown = page.evaluate("[...document.querySelectorAll('#customers tbody tr')].map(r => r.cells[0].innerText.trim())")
    assert [name for name in shown if name in names] == ["Aase", "Ås", "Zoo"]  # descending: aa is å


def test_a_month_has_on_the_screen_what_it_has_on_paper(built: Path, page: Any) -> None:
    """All but the heads of the letter: what is open at its end, and where to pay."""
    page.goto((built / "public/receivables/customers/C00017.html").as_uri() + "#m2026-10")
    shown = page.inner_text("article:target")
    page.emulate_media(media="print")
    paper = page.inner_text("article:target")
    for words in ("Åpne poster NOK", "Bankkonto", "Kunde C00017"):
        assert words in shown
        assert words in paper
    assert "Kaigata 4" not in shown
    assert "Kaigata 4" in paper
    links = [each.get_attribute("href") for each in page.query_selector_all("article:target .r-open td a")]
    assert links == ["../documents/K2025-0005.html", "../documents/2026-0062.html"]


def test_a_statement_prints_alone_on_one_sheet(built: Path, page: Any) -> None:
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
    assert paper(page, "article:target h3", "article:target th", "article:target .r-sum td", ".r-stamp") == []
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")  # that of the margins too
    assert ground == "rgb(255, 255, 255)"


def test_a_page_that_is_not_there_is_told_at_any_depth_and_on_a_disk(built: Path, page: Any) -> None:
    """It loads nothing, so it has its style wherever it is shown; on a disk, its link leads to its neighbour."""
    public = built / "public"
    told: list[str] = []
    page.on("console", lambda said: told.append(said.text))
    page.goto((public / "404.html").as_uri())
    assert "Den siden finnes ikke." in page.inner_text("body")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontWeight") == "400"
    with page.expect_navigation():
        page.click("a")
    assert page.url.startswith((public / "receivables/index.html").as_uri())
    assert told == []
    links = [link for name in ("href", "src") for link in read(public / "404.html").values(name)]
    assert links == ["data:,", "/receivables/index.html"]
