"""The site's page of a document says what every other form of it says."""

import re
from pathlib import Path

import lxml.html
import pytest

from billtext.ledger import load
from billtext.rendering.pages import document
from billtext.rendering.pages.frame import Frame
from billtext.rules import book, presenting
from billtext.rules.book import Book
from test_same_forms import number

LEDGER = Path(__file__).parents[1] / "ledger"


@pytest.fixture(scope="module")
def demo() -> Book:
    return book.build(load.load(LEDGER / "main.beancount").entries, load.sources)


def test_the_page_and_the_core_invoice_agree(demo: Book) -> None:
    """Nets of the lines and of the allowances, net, VAT by code, rounding and total, of all documents of the demo."""
    frame = Frame(demo, demo.documents[-1].date, revision="")
    for found in demo.documents:
        core = presenting.document(demo, found)
        page = lxml.html.fromstring(document.page(frame, found.number).body)
        lines, sums = (
            [
                number(row[-1].text_content(), frame.t.code)
                for row in page.xpath(f"//table[contains(@class, '{name}')]/tbody/tr")
            ]
            for name in ("r-lines", "r-totals")
        )
        whole = [part.amount if part.charge else -part.amount for part in core.adjustments]
        assert sorted(lines) == sorted([*(line.net for line in core.lines), *whole]), found.number
        assert sums[0] == core.totals.net
        assert sum(sums[1 : len(sums) - 1 - bool(core.totals.rounding)]) == core.totals.vat
        assert sums[-1] == core.totals.gross + core.totals.rounding
        text = re.sub(r"\s+", " ", page.text_content())
        for said in (core.buyer.name, *core.buyer.address.lines, core.payment.reference, *core.references.values()):
            assert re.sub(r"\s+", " ", said) in text, (found.number, said)
