"""The site's search finds a customer or a number, knows no more than the option allows, and the policy lets it work."""

import base64
import hashlib
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billtext.ledger import load
from billtext.rendering.pages import addresses, finding
from billtext.rendering.pages.frame import Frame
from billtext.rules import book
from billtext.rules.book import Book
from site_room import DAY, DEMO, HARMLESS, billtext, built, read, write

__all__ = ["built"]  # a fixture


@pytest.fixture(scope="module")
def demo() -> Book:
    return book.build(load.load(DEMO).entries, load.sources)


def unfold(texts: str) -> list[str]:
    """What the script on the page does."""
    found, before = [], ""
    for each in texts.split(" ") if texts else []:
        before = before[: int(each[0], 36)] + each[1:]
        found.append(before)
    return found


def held(script: str) -> list[dict[str, object]]:
    """What an index holds."""
    match = re.fullmatch(r"billtext\.index\((.*)\);\n", script)
    assert match is not None
    found: list[dict[str, object]] = json.loads(match[1])
    return found


# --- the index ----------------------------------------------------------------------------------------------


@given(st.lists(st.text("AB-0129", min_size=1, max_size=40), unique=True))
def test_texts_come_out_of_the_index_as_they_went_in(texts: list[str]) -> None:
    assert unfold(" ".join(finding.front(sorted(texts)))) == sorted(texts)


SAFE = st.from_regex(r"[A-Z0-9._-]{1,6}", fullmatch=True)
ANY = st.text("AB1a/._- \n\r\x00", max_size=6) | st.sampled_from(["CON", "CON.A", "CONA", "INDEX", "A" * 80, "A" * 81])


@given(st.lists(SAFE, max_size=8) | st.lists(SAFE | ANY, max_size=8))
def test_names_of_pages_are_the_same_told_of_one_or_of_many(texts: list[str]) -> None:
    assert list(addresses.parts(texts)) == [addresses.part(text) for text in texts]


def test_the_index_has_all_customers_and_documents_and_no_names(demo: Book, built: Path) -> None:
    script = (built / "public/receivables/search.js").read_text("utf-8")
    customers, invoices, notes = held(script)
    assert (customers["word"], invoices["word"], notes["word"]) == ("Kunde", "Faktura", "Kreditnota")
    frame = Frame(demo, DAY, revision="")
    assert unfold(str(customers["texts"])) == sorted(frame.names)
    numbers = {document.number for document in demo.documents if document.date <= DAY}
    assert {*unfold(str(invoices["texts"])), *unfold(str(notes["texts"]))} == numbers
    assert "K2026-0003" in unfold(str(notes["texts"]))
    for name in frame.names.values():
        assert json.dumps(name)[1:-1] not in script


def test_names_are_in_the_index_if_the_option_says_so(demo: Book) -> None:
    customers, *_ = held(finding.index(Frame(demo, DAY, revision=""), names=True))
    texts, names = unfold(str(customers["texts"])), customers["names"]
    assert isinstance(names, list)
    assert names[texts.index("C00017")] == "Nordlys Interiør AS"


@pytest.mark.parametrize(("value", "name", "there"), [("none", False, False), ("names", True, True)])
def test_the_option_decides_whether_there_is_a_search(tmp_path: Path, value: str, name: bool, there: bool) -> None:
    option = f'2020-01-01 custom "billtext-option" "site-search" "{value}"\n'
    write(tmp_path, HARMLESS.replace('name: "TEXT"', 'name: "Sought"', 1) + option)
    assert billtext(tmp_path, "site", "build").returncode == 0
    index = tmp_path / "public/receivables/search.js"
    assert index.exists() is there
    assert ("Sought" in (index.read_text("utf-8") if there else "")) is name
    page = (tmp_path / "public/receivables/index.html").read_text("utf-8")
    assert ('class="r-find"' in page) is there
    assert ("<span>Customer or number</span>" in page) is there


def test_the_search_says_what_it_looks_through(built: Path) -> None:
    """Names are left out where the option does not say otherwise, so they are not asked for."""
    for page in ("index", "customers/C00017"):
        text = (built / f"public/receivables/{page}.html").read_text("utf-8")
        assert "<span>Kunde- eller dokumentnummer</span>" in text
        assert "Kunde eller nummer" not in text


def test_an_option_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, HARMLESS + '2020-01-01 custom "billtext-option" "site-search" "all"\n')
    done = billtext(tmp_path, "check")
    assert done.returncode == 1
    assert '"numbers", "names" or "none"' in done.stdout + done.stderr


def test_fifty_thousand_numbers_are_a_small_index() -> None:
    numbers = [f"{year}-{n:05}" for year in range(2021, 2026) for n in range(10_000)]
    start = time.monotonic()
    text = " ".join(finding.front(numbers))
    assert time.monotonic() - start < 5
    assert len(text) < 4 * len(numbers)
    assert unfold(text) == numbers


def test_odd_numbers_are_found_at_their_own_address(tmp_path: Path) -> None:
    path = write(
        tmp_path, HARMLESS.replace('invoice: "N1"', 'invoice: "a/1 <b>"').replace('settles: "N1"', 'settles: "a/1 <b>"')
    )
    frame = Frame(book.build(load.load(path).entries, load.sources), DAY, revision="")
    _, invoices, _ = held(finding.index(frame, names=False))
    assert invoices["odd"] == [["a/1 <b>", frame.document("a/1 <b>").partition("/")[2]]]  # type: ignore[union-attr]
    assert invoices["texts"] == ""


def test_the_nearest_is_found_first(demo: Book) -> None:
    frame = Frame(demo, DAY, revision="")
    assert [each["text"] for each in finding.find(frame, "k2026-0003")] == ["K2026-0003"]
    assert finding.find(frame, "2026-0003")[0]["text"] == "2026-0003"  # before K2026-0003, which has it in it
    (one,) = finding.find(frame, "interiør nordlys")
    assert one == {"word": "Kunde", "text": "C00017", "name": "Nordlys Interiør AS", "href": "customers/C00017.html"}
    assert len(finding.find(frame, "2026")) == finding.MOST
    assert finding.find(frame, "  ") == finding.find(frame, "nothing at all") == []


def test_a_search_of_some_customers_knows_no_others(demo: Book) -> None:
    frame = Frame(demo, DAY, revision="", customers={"C00017"})
    assert finding.find(frame, "C00028") == []
    assert {each["text"] for each in finding.find(frame, "C000")} == {"C00017"}


# --- the policy ---------------------------------------------------------------------------------------------


def test_every_page_has_the_policy_and_nothing_that_it_forbids(built: Path) -> None:
    for path in (built / "public").rglob("*.html"):
        tags = read(path)
        policies = [
            dict(a).get("content") or ""
            for tag, a in tags.found
            if tag == "meta" and ("http-equiv", "Content-Security-Policy") in a
        ]
        assert len(policies) == 1, path
        assert policies[0].startswith("default-src 'none'")
        assert "unsafe" not in policies[0]
        assert "http" not in policies[0]
        assert not tags.values("style"), path
        assert not [name for _, attributes in tags.found for name, _ in attributes if name.startswith("on")]
        for tag, attributes in tags.found:
            values = dict(attributes)
            if tag == "style" or (
                tag == "script" and not ("src" in values or values.get("type") == "application/json")
            ):
                assert path.name == "404.html"  # which loads nothing
        inline = re.findall(r"<(style|script)>(.*?)</", path.read_text("utf-8")) if path.name == "404.html" else []
        for tag, text in inline:
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{tag}-src 'sha256-{digest}'" in policies[0]
        assert len(inline) == 2 * (path.name == "404.html")


def test_mkdocs_search_knows_no_customer(tmp_path: Path) -> None:
    write(tmp_path, HARMLESS)
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.md").write_text("# Us\n\nwords of our own\n\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n")
    assert billtext(tmp_path, "site", "build").returncode == 0
    text = (tmp_path / "public/search/search_index.json").read_text("utf-8")
    assert "words of our own" in text
    for word in ("harmless", "C1", "N1", "125"):
        assert word not in text, word
    billtext(tmp_path, "site", "build")  # with the pages that are there already
    assert (tmp_path / "public/search/search_index.json").read_text("utf-8") == text
    home = (tmp_path / "public/index.html").read_text("utf-8")
    assert 'data-find="receivables/search.js"' in home
    assert "style=" not in home


# --- in a browser -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_number_is_found_from_any_page_opened_from_a_disk(built: Path, page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    told: list[str] = []
    loaded: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: loaded.append(request.url))
    for name in ("index", "customers/C00028", "months/2026-03"):
        page.goto((built / f"public/receivables/{name}.html").as_uri())
        assert not [url for url in loaded if url.endswith("search.js")]  # only when somebody searches
        page.fill(".r-find input", "k2026-0003")
        page.wait_for_selector(".r-find li a")
        assert page.inner_text(".r-find ul").split() == ["K2026-0003", "Kreditnota"]
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.textContent") == "K2026-0003"
        page.keyboard.press("Escape")
        assert not page.is_visible(".r-find ul")
        page.fill(".r-find input", "no such thing")
        assert page.inner_text(".r-find ul") == "Ingenting er funnet."
        page.fill(".r-find input", "C00017")
        page.keyboard.press("Enter")
        page.wait_for_url("**/customers/C00017.html")
        loaded.clear()
    assert told == []


def test_no_page_offends_against_the_policy_and_the_colours_can_be_switched(built: Path, browser: object) -> None:
    page = browser.new_page(color_scheme="light")  # type: ignore[attr-defined]
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else told.append(request.url))
    for path in sorted((built / "public/receivables").rglob("*.html"))[::9]:
        page.goto(path.as_uri())
        page.wait_for_load_state("networkidle")
    page.goto((built / "public/receivables/index.html").as_uri())
    page.click("label[for='__palette_1']")
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
    page.goto((built / "public/receivables/customers.html").as_uri())  # kept, and there before the page is seen
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
    assert told == []
    page.close()
