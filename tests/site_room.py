"""What the tests of the site share: the command, a parser of pages, a small ledger, and a browser."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "ledger" / "main.beancount"
DAY = date(2026, 11, 23)
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def window(browser: Any) -> Iterator[Any]:
    """An empty page of a browser, which knows nothing of what others remember."""
    context = browser.new_context(locale="en-GB")
    try:
        yield context.new_page()
    finally:
        context.close()


# Every place that holds free text, for a test to fill.
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


def billtext(directory: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in a directory."""
    return subprocess.run(
        [sys.executable, "-m", "billtext", *words], cwd=directory, capture_output=True, text=True, check=False
    )


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


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the demo ledger and its site."""
    directory = tmp_path_factory.mktemp("demo")
    shutil.copytree(ROOT / "ledger", directory / "ledger")
    done = billtext(directory, "site", "build", "--as-of", str(DAY))
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        r"\d+ pages \(\d+ new or changed\) in [\d.]+ s and [\d.]+ s for MkDocs: public/receivables/index.html\n",
        done.stdout,
    )
    assert not done.stderr
    return directory
