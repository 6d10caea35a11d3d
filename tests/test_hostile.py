"""Two hundred hostile names and texts in one ledger: none is ever more than text on a page of Fava or the site."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from fava.application import create_app

from browser_room import EXTENSION, fava, opened
from site_room import Tags, billtext

# What would run, load or break out, were it not text.
PAYLOADS = (
    "<script>pwned=1</script>",
    "<script src=//pwned.example/x.js></script>",
    "<img src=x onerror=pwned=1>",
    "<svg onload=pwned=1>",
    "<svg><script>pwned=1</script></svg>",
    '<a href="javascript:pwned=1">x</a>',
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<body onload=pwned=1>",
    "<details open ontoggle=pwned=1>",
    "<input autofocus onfocus=pwned=1>",
    "<style>@import '//pwned.example/x.css'</style>",
    "<base href=//pwned.example/>",
    "<meta http-equiv=refresh content=0;url=//pwned.example>",
    "<template><script>pwned=1</script></template>",
    "<svelte-component type=charts></svelte-component>",
    "[pwned](javascript:pwned=1)",
    "![pwned](//pwned.example/x.png)",
    "<http://pwned.example>",
    "{{ config.pwned }}{{ 7*7 }}",
    "{% include '/etc/passwd' %}",
    "${pwned=1} #{pwned=1}",
    "{: onclick=pwned=1 }",
    "<!--#exec cmd=pwned --><!-- x -- >",
    "]]><script>pwned=1</script><![CDATA[",
    "pwned\u202egnp\u2066\u200f\u0000".replace("\u0000", "\u0007"),
)
WRAPPERS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: f'">{text}',
    lambda text: f"'>{text}",
    lambda text: f"</title></section></table></script>{text}",
    lambda text: f"\n\n{text}\n\n",
    lambda text: "&#60;" + text.replace("<", "&lt;").replace(">", "&gt;"),
    lambda text: f"`{text}` *{text}*",
    lambda text: "".join(c.upper() if n % 2 else c for n, c in enumerate(text)),
)
TEXTS = [wrap(text) for text, wrap in itertools.product(PAYLOADS, WRAPPERS)]

HEAD = """
option "operating_currency" "NOK"
plugin "billtext_plugins.billing"
2020-01-01 open Assets:Bank
2020-01-01 open Income:Sales
2020-01-01 open Liabilities:VAT
2020-01-01 custom "company" TEXT
  currency: "NOK"
  city: TEXT
2020-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT
"""
ONE = """
2020-01-01 open Assets:Receivable:X{n}
2020-01-01 custom "customer" "X{n}"
  name: TEXT
  address: TEXT
  city: TEXT
  note: TEXT
  own-key: TEXT
2020-01-01 custom "contact" "X{n}" "one"
  name: TEXT
  role: TEXT
2021-01-01 custom "customer" "X{n}"
  city: TEXT
2026-03-02 * TEXT TEXT
  invoice: "N{n}"
  due: 2026-03-16
  order: TEXT
  note: TEXT
  Assets:Receivable:X{n}  125.00 NOK
  Income:Sales  -100.00 NOK
    text: TEXT
    unit: TEXT
    vat: "S25"
  Liabilities:VAT  -25.00 NOK
    vat: "S25"
2026-03-05 * TEXT TEXT
  payment: "P{n}"
  Assets:Bank  30.00 NOK
  Assets:Receivable:X{n}  -30.00 NOK
    settles: "N{n}"
2026-03-09 * TEXT TEXT
  credit-note: "K{n}"
  reason: TEXT
  Assets:Receivable:X{n}  -10.00 NOK
  Income:Sales  10.00 NOK
    text: TEXT
"""


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def ledger(directory: Path, words: Callable[[str], str], extension: bool) -> Path:
    text = HEAD.replace("TEXT", quoted(words(TEXTS[0])))
    for n, hostile in enumerate(TEXTS):
        text += ONE.replace("{n}", str(n)).replace("TEXT", quoted(words(hostile)))
    path = directory / "main.beancount"
    path.write_text(text + (EXTENSION if extension else ""), "utf-8")
    return path


def test_they_are_two_hundred() -> None:
    assert len(set(TEXTS)) == 200


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ledger(tmp_path_factory.mktemp("hostile"), lambda text: text, extension=True)


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ledger(tmp_path_factory.mktemp("harmless"), lambda _: "harmless", extension=True)


def shape(tags: Tags) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page with the names of their attributes, in the order of their names."""
    return sorted((tag, tuple(sorted(name for name, _ in attributes))) for tag, attributes in tags.found)


def reached(client: Any, base: str) -> Iterator[tuple[str, str]]:
    """Address and text of all pages of the extension, from link to link."""
    waiting, seen = ["index"], {"index"}
    while waiting:
        address = waiting.pop()
        answer = client.get(base, query_string={"page": address, "partial": "true", "time": "2026-06-30"})
        assert answer.status_code == 200, address
        yield address, answer.text
        for href in re.findall(r'href="([^"#]*)', answer.text):
            found = parse_qs(urlparse(href.replace("&amp;", "&")).query).get("page", [""])[0]
            if found and found not in seen and "/extension/Receivables/?" in href:
                seen.add(found)
                waiting.append(found)


def test_no_page_of_fava_gets_an_element_or_an_attribute_of_theirs(hostile: Path, harmless: Path) -> None:
    shapes: list[dict[str, list[tuple[str, tuple[str, ...]]]]] = []
    for path in (hostile, harmless):
        client = create_app([str(path)], load=True).test_client()
        base = client.get("/").headers["Location"].rsplit("/", 2)[0] + "/extension/Receivables/"
        pages = dict(reached(client, base))
        assert len(pages) > 600  # a page for each customer and document
        shapes.append({})
        for address, text in pages.items():
            tags = Tags(text)
            assert "pwned" not in tags.scripts, address
            for tag, attributes in tags.found:
                for name, value in attributes:
                    assert not name.startswith("on"), (address, tag, name)
                    assert "pwned" not in (value or "") or name not in {"href", "src", "style", "action"}, (
                        address,
                        value,
                    )
            shapes[-1][address] = shape(tags)
    ours, theirs = shapes
    assert ours.keys() == theirs.keys()
    assert [address for address in ours if ours[address] != theirs[address]] == []


def test_nothing_runs_in_favas_pages(hostile: Path, browser: Any) -> None:
    """The pages that show all the texts, and some customers and documents; the rest are read above."""
    told: list[str] = []
    with fava(hostile) as address:
        origin = address.rpartition("/")[0]
        with opened(browser, told=told, host=origin) as page:
            many = ["index", "customers", "documents", "months/2026-03"]
            single = [f"{kind}/{letter}{n}" for n in range(0, 200, 29) for kind, letter in
                      (("customers", "X"), ("documents", "N"), ("documents", "K"))]  # fmt: skip
            for name in many + single:
                page.goto(f"{address}/extension/Receivables/?page={name}&time=2026-06-30")
                page.wait_for_selector("section.bt .r-stamp", state="attached")
                assert page.evaluate("typeof pwned") == "undefined", name
                assert (
                    page.evaluate("document.querySelectorAll('section.bt :is(script, img, iframe, style)').length") == 0
                )
    assert told == []


def test_nothing_runs_in_the_sites_pages(hostile: Path, browser: Any) -> None:
    done = billtext(hostile.parent, "-f", str(hostile), "site", "build", "--as-of", "2026-06-30")
    assert "Traceback" not in done.stderr
    told: list[str] = []
    root = hostile.parent / "public" / "receivables"
    paths = sorted(root.rglob("*.html"))
    assert len(paths) > 600
    with opened(browser, told=told, host="file:") as page:
        for path in [
            each for each in paths if each.parent == root or each.stem.endswith(("00", "31", "57", "2026-03"))
        ]:
            page.goto(path.as_uri())
            assert page.evaluate("typeof pwned") == "undefined", path
            assert page.evaluate("document.querySelectorAll('section.bt :is(script, img, iframe, style)').length") == 0
    assert told == []
