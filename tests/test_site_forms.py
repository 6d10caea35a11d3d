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
                (row[0].text_content(), row[-1].text_content())
                for row in page.xpath(f"//table[@data-table='{name}']//tr")
            ]
            for name in ("lines", "sums")
        )
        nets = [number(text, frame.t.code) for _, text in lines[1:]]
        assert nets == [line.net for line in core.lines], found.number
        whole = [part.amount if part.charge else -part.amount for part in core.adjustments]
        wanted = [("Sum linjer", core.totals.lines)] * bool(whole) + [("", amount) for amount in whole]
        wanted += [("Netto", core.totals.net), ("MVA", core.totals.vat), ("Sum", core.totals.gross)]
        wanted += [("Avrunding", core.totals.rounding)] * bool(core.totals.rounding)
        wanted += [("Allerede betalt", -core.totals.prepaid)] * bool(core.totals.prepaid)
        wanted += [("", core.totals.payable)] * (core.totals.payable != core.totals.gross)
        wanted += [("MVA NOK", core.totals.home_vat)] * (core.totals.home_vat is not None)
        shown = [(word, number(text, frame.t.code)) for word, text in sums if word != "Kurs"]
        assert [amount for _, amount in shown] == [amount for _, amount in wanted], found.number
        assert all(word.startswith(start) for (word, _), (start, _) in zip(shown, wanted, strict=True)), found.number
        text = re.sub(r"\s+", " ", page.text_content())
        reference = core.payment.reference if core.totals.payable > 0 else ""
        for said in (core.buyer.name, *core.buyer.address.lines, reference, *core.references.values()):
            assert re.sub(r"\s+", " ", said) in text, (found.number, said)
