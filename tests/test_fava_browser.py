"""The extension in Fava, in a browser: every kind of page in light, dark and on a telephone; figures; what readers do.

Pages are found as a reader finds them, from link to link, so that a new one is looked at without being named here.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from browser_room import PHONE, accessible, fava, opened, with_extension
from fava_office import FavaOffice
from site_room import DAY, billtext

EACH = 2  # pages of a kind that are opened
TIME = f"&time={DAY}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the extension's page in Fava, on the demo ledger."""
    ledger = with_extension(tmp_path_factory.mktemp("desk"))
    with fava(ledger) as address:
        yield f"{address}/extension/Receivables/"


def origin(address: str) -> str:
    """Scheme, host and port."""
    found = urlparse(address)
    return f"{found.scheme}://{found.netloc}"


def kind(address: str) -> str:
    """What a page is of: the first part of its address."""
    return address.partition("/")[0]


@pytest.fixture(scope="module")
def pages(desk: str, browser: Any) -> dict[str, list[str]]:
    """Addresses of pages by kind, a few of each, as they are reached from the first by links."""
    found: dict[str, list[str]] = {"index": ["index"]}
    waiting = ["index"]
    told: list[str] = []
    with opened(browser, told=told, host=origin(desk)) as page:
        while waiting:
            answer = page.request.get(f"{desk}?page={waiting.pop(0)}&partial=true{TIME}")
            assert answer.ok, answer.url
            for href in re.findall(r'href="([^"#]*)', answer.text()):
                asked = parse_qs(urlparse(href.replace("&amp;", "&")).query)
                if "/extension/Receivables/?" not in href or "page" not in asked:
                    continue
                assert asked["time"] == [str(DAY)], f"{href} forgets the filter"
                address = asked["page"][0]
                known = found.setdefault(kind(address) + ("/" if "/" in address else ""), [])
                if address not in known and len(known) < EACH:
                    known.append(address)
                    waiting.append(address)
    assert told == []
    return found


def test_the_sidebar_leads_to_the_receivables(desk: str, browser: Any) -> None:
    told: list[str] = []
    with opened(browser, told=told, host=origin(desk)) as page:
        page.goto(desk.replace("extension/Receivables/", "income_statement/"))
        page.get_by_role("link", name="Receivables", exact=True).click()
        page.wait_for_selector("section.bt h1")
        assert page.inner_text("section.bt h1") == "Receivables"
    assert told == []


@pytest.mark.parametrize("phone", [False, True])
def test_every_kind_of_page_is_right_to_look_at(
    desk: str, pages: dict[str, list[str]], browser: Any, phone: bool
) -> None:
    """No error, no request off the machine, nothing beside the page, and nothing that axe has against it.

    On a screen both by day and by night: colours are the style sheet's, so a page need not be loaded again for them.
    """
    told: list[str] = []
    with opened(browser, told=told, host=origin(desk), phone=phone) as page:
        for addresses in pages.values():
            for address in addresses:
                page.goto(f"{desk}?page={address}{TIME}")
                page.wait_for_selector("section.bt .r-stamp", state="attached")
                page.wait_for_function("document.fonts.status === 'loaded'")
                for scheme in ["light"] if phone else ["light", "dark"]:
                    page.emulate_media(color_scheme=scheme)
                    width = page.evaluate("[document.querySelector('article').scrollWidth, window.innerWidth]")
                    assert width[0] <= width[1], f"{address} is wider than the window"
                    assert phone or address != addresses[0] or accessible(page, "section.bt") == [], (address, scheme)
                assert told == [], address


def cells(page: Any, table: str) -> list[list[str]]:
    """The rows of a table, each cell by its raw value where it has one, else by its text."""
    found = page.evaluate(
        "t => [...document.querySelectorAll(t + ' tbody tr')].filter(r => !r.hidden)"
        ".map(r => [...r.cells].map(c => c.dataset.sortValue ?? c.innerText.trim()))",
        table,
    )
    return list(found)


def test_sorting_is_favas_and_filtering_tells_how_many_are_left(desk: str, browser: Any) -> None:
    told: list[str] = []
    with opened(browser, told=told, host=origin(desk)) as page:
        page.goto(f"{desk}?page=customers{TIME}")
        page.wait_for_selector(".r-filter input")
        before = [float(row[4]) for row in cells(page, "#customers")]
        page.click("#customers th:nth-child(5)")
        assert [float(row[4]) for row in cells(page, "#customers")] == sorted(before)
        page.click("#customers th:nth-child(5)")
        assert [float(row[4]) for row in cells(page, "#customers")] == sorted(before, reverse=True)
        page.fill(".r-filter input", "nordlys")
        assert [row[0] for row in cells(page, "#customers")] == ["Nordlys Interiør AS"]
        assert re.fullmatch(r"1 of \d+ rows", page.inner_text(".r-filter output"))
    assert told == []


def test_the_five_figures_fill_a_line_and_sums_are_no_paler_than_what_they_sum(desk: str, browser: Any) -> None:
    told: list[str] = []
    with opened(browser, told=told, host=origin(desk)) as page:
        page.goto(f"{desk}?page=index{TIME}")
        places = page.evaluate(
            "[...document.querySelectorAll('.r-figures')].map(line => ["
            "new Set([...line.children].map(one => one.offsetTop)).size,"
            "new Set([...line.querySelectorAll('small')].map(one => one.getBoundingClientRect().bottom)).size,"
            "Math.round(line.lastElementChild.getBoundingClientRect().right - line.getBoundingClientRect().right)])"
        )
        assert places == [[1, 1, 0]] * 3  # NOK, EUR and SEK: each in a line, its units too, to the edge
        for width, lines in ((1024, [3, 2]), (390, [2, 2, 1])):  # none alone but at the full width of a telephone
            page.set_viewport_size({"width": width, "height": 900})
            tops, right = page.evaluate(
                "[...document.querySelectorAll('.r-figures')].map(line => ["
                "[...line.children].map(one => one.offsetTop),"
                "Math.round(line.lastElementChild.getBoundingClientRect().right"
                " - line.getBoundingClientRect().right)])[0]"
            )
            assert [tops.count(top) for top in sorted(set(tops))] == lines
            assert right == 0
        page.set_viewport_size({"width": 1024, "height": 900})
        page.goto(f"{desk}?page=drafts{TIME}")
        assert page.evaluate("[...document.querySelectorAll('.r-scroll')].map(t => t.scrollWidth - t.clientWidth)") == [
            0
        ]
        page.goto(f"{desk}?page=ageing{TIME}")
        colour = "selector => getComputedStyle(document.querySelector(selector)).color"
        assert page.evaluate(colour, "#ageing tfoot tr td:last-child") == page.evaluate(colour, "section.bt h1")
        page.set_viewport_size(PHONE)
        name, total = (page.locator(f"#ageing tbody tr:first-child td:{which}-child") for which in ("first", "last"))
        total.scroll_into_view_if_needed()
        assert name.bounding_box()["x"] >= 0  # whose it is stays in sight
        assert total.bounding_box()["x"] >= name.bounding_box()["x"] + name.bounding_box()["width"]
    assert told == []


def test_a_time_filter_never_changes_what_was_owed(desk: str, browser: Any, tmp_path: Path) -> None:
    """Whatever day a filter begins on, what was owed at its end is what the command says of that day."""
    command = json.loads(
        billtext(tmp_path, "-f", str(with_extension(tmp_path / "here")), "aging", "--as-of", "2026-06-30",
                 "--format", "json").stdout
    )  # fmt: skip
    owed = {(row["customer"], row["currency"]): float(row["total"]) for row in command["rows"]}
    assert len(owed) > 5
    told: list[str] = []
    with opened(browser, told=told, host=origin(desk)) as page:
        for time in ("2026-06", "2026-Q2", "2025-01-01 to 2026-06-30", "2026-06-30", "2024 to 2026-06"):
            page.goto(f"{desk}?page=customers&time={time}")
            page.wait_for_selector("#customers")
            shown = {(row[1], row[3]): float(row[4]) for row in cells(page, "#customers")}
            assert {key: amount for key, amount in shown.items() if amount} == owed, time
            assert "30 Jun 2026" in page.inner_text(".r-stamp")
    assert told == []


def test_favas_other_filters_narrow_to_customers(desk: str, browser: Any) -> None:
    told: list[str] = []
    with opened(browser, told=told, host=origin(desk)) as page:
        for name in ("account=Assets:Receivable:C00017", 'filter=payee:"Nordlys"'):
            page.goto(f"{desk}?page=customers{TIME}&{name}")
            page.wait_for_selector("#customers")
            assert {row[1] for row in cells(page, "#customers")} == {"C00017"}, name
            page.goto(f"{desk}?page=index{TIME}&{name}")
            page.wait_for_selector("section.bt")
            assert "30,375.00" in page.inner_text(".r-figures")
    assert told == []


def test_a_form_that_was_refused_is_marked_in_the_sidebar_and_can_be_come_back_to(browser: Any, tmp_path: Path) -> None:
    office = FavaOffice(tmp_path)
    told: list[str] = []
    marked = "[...document.querySelectorAll('aside a.selected')].map(link => link.textContent.trim())"
    with fava(office.main) as address, opened(browser, told=told, host=origin(address)) as page:
        page.goto(f"{address}/extension/Receivables/?page=pay/C1")
        page.fill("[name=amount]", "1.250")
        page.click(".r-form button")
        page.wait_for_selector("section.bt [role=alert]")
        page.wait_for_function(f"{marked}.length")
        assert page.evaluate(marked) == ["Receivables"]
        assert page.input_value("[name=amount]") == "1.250"
        page.fill("[name=amount]", "1")
        page.click(".r-form button")
        page.wait_for_selector("section.bt [role=status]")
        page.go_back()  # to the form, not to a browser's question whether it is to be sent once more
        page.wait_for_selector(".r-form [name=amount]")
        assert page.input_value(".r-form [name=amount]") == ""
        page.get_by_role("link", name="Journal", exact=True).click()
        page.wait_for_selector(".journal")
        assert page.evaluate(marked) == ["Journal"]
        page.get_by_role("link", name="Receivables", exact=True).click()
        page.wait_for_selector("section.bt h1")
        assert page.evaluate(marked) == ["Receivables"]
    assert [each for each in told if "422" not in each] == []
