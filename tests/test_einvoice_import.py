"""E-invoices of other systems become documents of the ledger, and are given out again with every business term."""

import base64
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from billtext.errors import Refused, Unreadable
from billtext.ledger import load
from billtext.model import Date
from billtext.outside import attachments, einvoice_files
from billtext.outside.desk import Desk
from billtext.outside.einvoice_import import Brought, Import
from billtext.rendering import cii, ubl
from billtext.rendering.language import Language
from billtext.rules import book, core_invoice, core_terms, presenting
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.incoming_work import Wishes
from office import Done, Office

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "tests" / "examples" / "cen"
D = Decimal

# Published examples whose own figures are wrong: which of our rules refuses them.
REFUSED = {
    "ubl/BIS3_Invoice_negativ.xml": "comes to -782179.43 DKK",
    "ubl/guide-example1.xml": "the line is -109.98, but 6 × 18.33 = 109.98 EUR",
    "ubl/guide-example2.xml": "the line is 1273.00, but 2 × 1273 less 12 plus 12 = 2546.00 NOK",
    "ubl/guide-example3.xml": "the line is 400.00, but 2 × 800 = 1600.00 DKK",
    "ubl/ubl-tc434-example1.xml": "the line is -109.98, but 6 × 18.33 = 109.98 EUR",
    "ubl/ubl-tc434-example10.xml": "the line is -109.98, but 6 × 18.33 = 109.98 EUR",
    "ubl/ubl-tc434-example2.xml": "the line is 1273.00, but 2 × 1273 less 12 plus 12 = 2546.00 NOK",
    "ubl/ubl-tc434-example3.xml": "the line is 800.00, but 2 × 800 = 1600.00 DKK",
    "cii/CII_business_example_01.xml": "1 × 1273 / 1273",
    "cii/CII_business_example_02.xml": "is due 2013-05-10, before its own date",
    "cii/CII_business_example_Z.xml": "the line is 177.41, but 1 × 1.5 = 1.50 EUR",
    "cii/CII_example1.xml": "the line is -109.98, but 6 × 18.33 = 109.98 EUR",
    "cii/CII_example2.xml": "1 × 1273 / 1273",
    "cii/CII_example8.xml": "16000 × 0.0088 / 0.0088",
    "cii/CII_example9.xml": "3 × 49 / 49",
    "cii/XRechnung-O.xml": "is due 2021-01-01, before its own date",
    "cii/huf_example_cii.xml": "the line is 23440.00, but 64 × 36109 / 100 plus 330 = 23439.76 HUF",
}
# The same with the wrong figure put right: pattern, what stands there instead.
_NO_BASIS = (r"<ram:BasisQuantity[^>]*>[^<]*</ram:BasisQuantity>", "")
_NEGATIVE = (r">6(<(?:/cbc:InvoicedQuantity>|/ram:BilledQuantity>)[\s\S]{0,400}?-109\.98)", r">-6\1")
RIGHTED = {
    "ubl/ubl-tc434-example1.xml": [_NEGATIVE],
    "ubl/ubl-tc434-example10.xml": [_NEGATIVE],
    "ubl/ubl-tc434-example2.xml": [(r'">2(</cbc:InvoicedQuantity>\s*<cbc:LineExtensionAmount[^>]*>1273)', r'">1\1')],
    "ubl/ubl-tc434-example3.xml": [(r">2(</cbc:InvoicedQuantity>)", r">1\1")],
    "cii/CII_example2.xml": [_NO_BASIS],
    "cii/CII_example9.xml": [_NO_BASIS],
}  # fmt: skip
NAMES = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.xml"))

# Terms that a form adds, which the file does not have, by their names; each with its reason.
ADDED = {
    "BT-20": "BR-CO-25: a credit note without due date and terms says what it credits",
}


def fresh(root: Path) -> Path:
    """A ledger with nothing in it."""
    top = root / "main.beancount"
    top.write_text('option "title" "Imported"\n', "utf-8")
    return top


def imported(top: Path, found: CoreInvoice, wishes: Wishes | None = None) -> Brought:
    """Import a document alone."""
    with Desk(top) as desk:
        brought = Import(desk, wishes or Wishes()).bring(found)
        desk.commit()
    return brought


def bring(top: Path, found: CoreInvoice, **wishes: object) -> CoreInvoice:
    """Import a document; the ledger is right after it, and shows it."""
    done = imported(top, found, Wishes(**wishes))  # type: ignore[arg-type]
    loaded = load.load(top)
    made = book.build(loaded.entries, load.sources)
    assert [error.message for error in [*loaded.errors, *made.errors]] == []
    there = made.ledger.documents[done.incoming.number]
    assert list(done.differs) == core_terms.differences(found, shown(made, there, top)) or not done.differs
    return shown(made, there, top)


def shown(made: book.Book, there: object, top: Path) -> CoreInvoice:
    files = attachments.read(made, top.parent, there.entry.meta)  # type: ignore[attr-defined]
    return presenting.document(made, there, attachments=files)  # type: ignore[arg-type]


def left(found: CoreInvoice, other: CoreInvoice) -> list[tuple[str, str, str]]:
    """Differences that have no reason."""
    return [one for one in core_terms.differences(found, other) if one[1] or one[0] not in ADDED]


def righted(name: str) -> bytes:
    text = (EXAMPLES / name).read_text("utf-8")
    for pattern, right in RIGHTED[name]:
        text, count = re.subn(pattern, right, text)
        assert count, f"{name} is not wrong any more"
    return text.encode()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in REFUSED] + sorted(f"+{n}" for n in RIGHTED))
def test_an_example_of_the_standard_comes_out_as_it_went_in(name: str, tmp_path: Path) -> None:
    """File → ledger → UBL and CII → read again: equal in every business term. `+` are those with a figure put right."""
    data = righted(name[1:]) if name[0] == "+" else (EXAMPLES / name).read_bytes()
    found = einvoice_files.parse(data, name)
    there = bring(fresh(tmp_path), found)
    assert left(found, there) == []
    for render in (ubl.render, cii.render):
        assert left(found, einvoice_files.parse(render(there), name)) == []


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_an_example_with_a_wrong_figure_is_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    """Nothing is written then."""
    top = fresh(tmp_path)
    found, _ = einvoice_files.read(EXAMPLES / name)
    with pytest.raises(Refused) as refused:
        imported(top, found)
    assert REFUSED[name] in str(refused.value)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".beancount"] == ["main.beancount"]


def test_the_demo_comes_back_from_ubl_and_cii() -> None:
    """Every document of the demo ledger: written, read, equal."""
    loaded = load.load(ROOT / "ledger" / "main.beancount")
    demo = book.build(loaded.entries, load.sources)
    for there in demo.documents:
        one = presenting.document(demo, there)
        one = replace(one, buyer=replace(one.buyer, identifiers=one.buyer.identifiers[:1]))  # UBL-SR-16
        t = Language(one.language)  # in which it says why there is no VAT
        one = replace(one, vat=tuple(replace(part, reason=part.reason and t(part.reason)) for part in one.vat))
        if any(part.category == "O" for part in one.vat):  # BR-O-02: nobody has a VAT number then
            one = replace(one, seller=replace(one.seller, vat_number=""), buyer=replace(one.buyer, vat_number=""))
        for render in (ubl.render, cii.render):
            back = einvoice_files.parse(render(one), there.number)
            odd = core_terms.differences(one, back)
            # Why a credit note was written stands in a note, instalments in the terms; a BIC only beside an IBAN.
            assert [d for d in odd if not d[0].startswith(("BT-22", "BT-20"))] == [], there.number


# --- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "office")


UBL = """<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
  xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <cbc:ID>{number}</cbc:ID><cbc:IssueDate>{date}</cbc:IssueDate><cbc:DueDate>{due}</cbc:DueDate>
  <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:Note>{note}</cbc:Note>
  <cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>
  <cac:AdditionalDocumentReference><cbc:ID>{attachment}</cbc:ID><cac:Attachment>
    <cbc:EmbeddedDocumentBinaryObject mimeCode="text/csv" filename="{file}">{data}</cbc:EmbeddedDocumentBinaryObject>
  </cac:Attachment></cac:AdditionalDocumentReference>
  <cac:AccountingSupplierParty><cac:Party><cac:PartyLegalEntity>
    <cbc:RegistrationName>{seller}</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingSupplierParty>
  <cac:AccountingCustomerParty><cac:Party><cac:PartyLegalEntity>
    <cbc:RegistrationName>{buyer}</cbc:RegistrationName></cac:PartyLegalEntity>
    <cac:Contact><cbc:ElectronicMail>{email}</cbc:ElectronicMail></cac:Contact></cac:Party></cac:AccountingCustomerParty>
  <cac:TaxTotal><cbc:TaxAmount currencyID="{currency}">{vat}</cbc:TaxAmount><cac:TaxSubtotal>
    <cbc:TaxableAmount currencyID="{currency}">200.00</cbc:TaxableAmount>
    <cbc:TaxAmount currencyID="{currency}">{vat}</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID>
    <cbc:Percent>25</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory>
  </cac:TaxSubtotal></cac:TaxTotal>
  <cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="{currency}">200.00</cbc:LineExtensionAmount>
    <cbc:TaxExclusiveAmount currencyID="{currency}">200.00</cbc:TaxExclusiveAmount>
    <cbc:TaxInclusiveAmount currencyID="{currency}">{gross}</cbc:TaxInclusiveAmount>
    <cbc:PrepaidAmount currencyID="{currency}">{paid}</cbc:PrepaidAmount>
    <cbc:PayableAmount currencyID="{currency}">{payable}</cbc:PayableAmount></cac:LegalMonetaryTotal>
  <cac:InvoiceLine><cbc:ID>{line}</cbc:ID><cbc:InvoicedQuantity unitCode="{unit}">{quantity}</cbc:InvoicedQuantity>
    <cbc:LineExtensionAmount currencyID="{currency}">200.00</cbc:LineExtensionAmount>
    <cac:Item><cbc:Name>{text}</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>25</cbc:Percent>
    <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
    <cac:Price><cbc:PriceAmount currencyID="{currency}">100.00</cbc:PriceAmount></cac:Price></cac:InvoiceLine>
</Invoice>
"""
VALUES = {
    "number": "A-17", "date": "2026-03-02", "due": "2026-03-16", "note": "As agreed", "currency": "NOK",
    "attachment": "hours", "file": "hours.csv", "data": base64.b64encode(b"a;b\n").decode(),
    "seller": "Fjordlys Elektro AS", "buyer": "Havblikk AS", "email": "post@havblikk.example", "vat": "50.00",
    "gross": "250.00", "paid": "0", "payable": "250.00", "line": "1", "unit": "HUR", "quantity": "2",
    "text": "Consulting",
}  # fmt: skip


def run(office: Office, *args: str, **values: str) -> Done:
    path = office.root / "in.xml"
    path.write_text(UBL.format(**{**VALUES, **values}), "utf-8")
    return office.run("import", "ubl", str(path), *args)


@pytest.mark.parametrize(
    ("file", "attachment", "name"),
    [
        ("../../evil.pdf", "1", "evil.pdf"),
        ("", "../../evil.sh", "evil.sh"),
        ("..", "hours", "hours"),
        ("a\\..", "b/.", "attachment"),
        ("x/&#x200E;..", "", "1"),  # a text-direction character before it
    ],
)
@pytest.mark.parametrize("form", ["ubl", "cii"])
def test_an_attachment_has_a_name_without_a_directory(
    office: Office, tmp_path: Path, form: str, file: str, attachment: str, name: str
) -> None:
    """What another system called a file leads out of no directory once it is exported again; its number is its id."""
    assert run(office, file=file, attachment=attachment).status == 0
    assert office.run("render", "A-17", "--as", form, "--out", str(tmp_path / "out")).status == 0
    assert f'filename="{name}"' in (tmp_path / "out" / f"A-17.{form}.xml").read_text("utf-8")


def test_a_file_becomes_a_customer_and_a_document(office: Office) -> None:
    """200.00 and 25 % VAT; numbers of the other system stand in a series of their own; the attachment is a file."""
    done = run(office)
    assert (done.status, done.err.count("warning")) == (0, 0), done.err
    text = (office.root / "invoices" / "imported-2026.beancount").read_text("utf-8")
    assert (
        text.split("\n\n", 1)[1]
        == """\
2026-03-02 * "Havblikk AS" "Consulting" ^A-17
  invoice: "A-17"
  due: 2026-03-16
  note: "As agreed"
  payment-iban: ""
  attachment: "hours"
  attachment-file: "documents/Assets/Receivable/C3/2026-03-02.A-17.1.hours.csv"
  attachment-name: "hours.csv"
  attachment-mime: "text/csv"
  Assets:Receivable:C3                  250.00 NOK
  Income:Sales                         -200.00 NOK
    text: "Consulting"
    quantity: 2
    unit: "HUR"
    price: 100.00 NOK
    vat: "S25"
  Liabilities:VAT:S25                   -50.00 NOK
    vat: "S25"

2026-03-02 custom "delivery" "A-17"
  channel: "imported"
  outcome: "sent"

2026-03-02 custom "filed" "Assets/Receivable/C3/2026-03-02.A-17.1.hours.csv"
  kind: "attachment"
  customer: "C3"
  document: "A-17"
  sha256: "9a8be2eb1604c06722f17a9bbdb1160123efa0dcf87979013ead941593977af2"
"""
    )
    due = office.run("send", "--due", "--since", "2026-01-01", "--dry-run", "--at", "2026-03-03T10:00")
    assert "A-17" not in due.out
    assert office.run("archive", "verify").status == 0
    office.run("render", "A-17", "--as", "ubl", "--out", str(office.root / "out"))
    assert 'filename="hours.csv"' in next((office.root / "out").glob("*.xml")).read_text("utf-8")
    assert (office.root / "documents/Assets/Receivable/C3/2026-03-02.A-17.1.hours.csv").read_bytes() == b"a;b\n"
    assert office.run("check").status == 0
    again = run(office)
    assert again.status == 1
    assert "A-17 is in the ledger already" in again.err


def test_what_no_business_term_holds_is_told_and_not_dropped_in_silence(office: Office) -> None:
    """A second delivery and a second id; not a version, nor what is said elsewhere in the same words, nor a zero."""
    more = """<cac:Delivery><cbc:ActualDeliveryDate>2026-03-01</cbc:ActualDeliveryDate></cac:Delivery>
  <cac:Delivery><cbc:ActualDeliveryDate>2026-02-27</cbc:ActualDeliveryDate></cac:Delivery>
  <cac:Delivery><cbc:ActualDeliveryDate>2026-03-01</cbc:ActualDeliveryDate></cac:Delivery>"""
    text = UBL.format(**VALUES).replace("<cac:TaxTotal>", f"{more}<cac:TaxTotal>", 1)
    text = text.replace("<cbc:ID>A-17", "<cbc:UBLVersionID>2.1</cbc:UBLVersionID><cbc:ID>A-17").replace(
        "<cbc:IssueDate>", "<cbc:UUID>\u200f5f3c-1b</cbc:UUID><cbc:IssueDate>"
    )
    path = office.root / "in.xml"
    path.write_text(text, "utf-8")
    others = []
    for number in ("A-18", "A-19"):
        others.append(office.root / f"{number}.xml")
        others[-1].write_text(text.replace("A-17", number).replace("5f3c", "77"), "utf-8")
    done = office.run("import", "ubl", str(path), *map(str, others))
    term = "which is left out: EN 16931 has no such term, or not so many"
    assert [line for line in done.err.splitlines() if term in line] == [
        f"note: in.xml says UUID ' 5f3c-1b', and 2 more in that place, {term}",
        f"note: in.xml says Delivery/ActualDeliveryDate '2026-02-27', and 2 more in that place, {term}",
    ]
    assert done.status == 0


def test_what_is_read_and_not_kept_is_told_too(office: Office) -> None:
    """A second VAT id of the buyer, another registration, and numbers that are those of a line or of another place."""
    taxes = "".join(
        f"<cac:PartyTaxScheme><cbc:CompanyID>{number}</cbc:CompanyID><cac:TaxScheme><cbc:ID>{scheme}</cbc:ID>"
        "</cac:TaxScheme></cac:PartyTaxScheme>"
        for number, scheme in (("SE556000475501", "VAT"), ("SE999", "VAT"), ("TIN-9", "TAX"))
    )
    object_ = (
        "<cac:AdditionalDocumentReference><cbc:ID>{}</cbc:ID><cbc:DocumentTypeCode>130</cbc:DocumentTypeCode>"
        "</cac:AdditionalDocumentReference>"
    )
    text = UBL.format(**VALUES)
    head, buyer, rest = text.partition("<cac:AccountingCustomerParty><cac:Party>")
    text = head + buyer + taxes + rest
    text = text.replace(
        "<cac:AdditionalDocumentReference>",
        "<cac:DespatchDocumentReference><cbc:ID>9</cbc:ID></cac:DespatchDocumentReference>"
        "<cac:DespatchDocumentReference><cbc:ID>1</cbc:ID></cac:DespatchDocumentReference>"
        f"{object_.format('METER1')}{object_.format('METER2')}<cac:AdditionalDocumentReference>", 1,
    )  # fmt: skip
    path = office.root / "in.xml"
    path.write_text(text, "utf-8")
    _, left = einvoice_files.read(path)
    assert left == [
        ("DespatchDocumentReference/ID", "1"), ("AdditionalDocumentReference/ID", "METER2"),
        ("AccountingCustomerParty/Party/PartyTaxScheme/CompanyID", "SE999"),
        ("AccountingCustomerParty/Party/PartyTaxScheme/CompanyID", "TIN-9"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_of_an_example_of_the_standard_nothing_is_left_over(name: str) -> None:
    """All that the examples say has a business term, but for the quantity of a gross price beside that of the net."""
    _, left = einvoice_files.read(EXAMPLES / name)
    assert all(place.endswith("/GrossPriceProductTradePrice/BasisQuantity") for place, _ in left), left


def test_a_dry_run_writes_nothing(office: Office) -> None:
    before = sorted(office.root.rglob("*"))
    done = run(office, "--dry-run")
    assert (done.status, 'invoice: "A-17"' in done.out) == (0, True)
    (office.root / "in.xml").unlink()
    assert sorted(office.root.rglob("*")) == before


def test_a_customer_is_recognised_and_keeps_what_the_register_says(office: Office) -> None:
    """The e-mail address of the file stands on the document."""
    done = run(office, buyer="Nordlys Interiør AS", email="old@nordlys.example")
    assert done.status == 0, done.err
    assert "customer C1 has another email in the register" in done.err
    assert 'buyer-email: "old@nordlys.example"' in (office.root / "invoices/imported-2026.beancount").read_text("utf-8")
    assert "old@" not in (office.root / "customers/register.beancount").read_text("utf-8")


def test_terms_of_the_register_are_not_those_of_the_file(office: Office) -> None:
    """The customer's terms offer a cash discount today; the file says nothing of one, and nor does its document."""
    early = '2020-01-01 custom "terms" "early"\n  days: 30\n  discount: 2\n  discount-days: 8\n'
    path = office.root / "customers/register.beancount"
    path.write_text(f'{path.read_text("utf-8")}\n{early}2026-01-01 custom "customer" "C1"\n  terms: "early"\n', "utf-8")
    done = run(office, buyer="Nordlys Interiør AS")
    assert (done.status, "BT-20" in done.err) == (0, False), done.err
    assert 'terms-text: ""' in (office.root / "invoices/imported-2026.beancount").read_text("utf-8")


def test_a_person_stands_in_the_register_only(office: Office) -> None:
    """The transaction carries the id, and a national identity number is kept nowhere."""
    path = office.root / "in.xml"
    text = UBL.format(**{**VALUES, "buyer": "Kari Nordmann", "note": "Hi"}).replace(
        "Kari Nordmann</cbc:RegistrationName>",
        "Kari Nordmann</cbc:RegistrationName><cbc:CompanyID>15108695088</cbc:CompanyID>",
    )
    path.write_text(text, "utf-8")
    done = office.run("import", "ubl", str(path), "--kind", "person")
    assert done.status == 0, done.err
    assert "a national identity number of the buyer was left out" in done.err
    path.unlink()
    for file in office.root.rglob("*.beancount"):
        text = file.read_text("utf-8")
        assert "15108695088" not in text
        assert ("Kari" in text) == (file.parent.name == "customers"), file


def test_a_line_that_names_a_person_keeps_its_text_and_the_transaction_has_the_number(office: Office) -> None:
    """The first file writes the customer, the second finds it in the register."""
    for number in ("A-17", "A-18"):
        done = run(office, "--kind", "person", number=number, buyer="Ola Lie", text="Room, Ola Lie")
        assert done.status == 0, done.err
    text = (office.root / "invoices" / "imported-2026.beancount").read_text("utf-8")
    assert re.findall(r"^2026-03-02 \* (.*)", text, re.MULTILINE) == ['"C3" "A-17" ^A-17', '"C3" "A-18" ^A-18']
    assert text.count('    text: "Room, Ola Lie"\n') == 2
    assert office.run("check").status == 0
    company = run(office, number="A-19", buyer="Havblikk AS", text="Room, Havblikk AS")
    assert company.status == 0, company.err
    text = (office.root / "invoices" / "imported-2026.beancount").read_text("utf-8")
    assert '"Havblikk AS" "Room, Havblikk AS" ^A-19' in text


def test_several_files_in_the_order_of_their_dates(office: Office) -> None:
    """One that cannot be booked is told, and the others are booked."""
    paths = []
    for n, (number, date, quantity) in enumerate(
        (("A-3", "2026-03-04", "2"), ("A-1", "2026-03-02", "2"), ("A-2", "2026-03-03", "5"))
    ):
        paths.append(office.root / f"{n}.xml")
        paths[-1].write_text(UBL.format(**{**VALUES, "number": number, "date": date, "quantity": quantity}), "utf-8")
    done = office.run("import", "ubl", *map(str, paths))
    assert done.status == 1
    assert done.err.endswith("billtext: 1 of 3 files not imported\n")
    assert "5 × 100 = 500.00" in done.err
    text = (office.root / "invoices" / "imported-2026.beancount").read_text("utf-8")
    assert re.findall(r'invoice: "(.*)"', text) == ["A-1", "A-3"]
    assert len(list((office.root / "customers").iterdir())) == 2  # the second is for the same customer
    assert office.run("check").status == 0


def test_files_after_a_missing_number_are_told_in_one_line(office: Office) -> None:
    """2026-0002 is refused; three of its series wait for it, and a number of no series does not."""
    paths = []
    for n, number in enumerate(("2026-0001", "2026-0002", "2026-0003", "2026-0004", "2026-0005", "A-17"), 1):
        paths.append(office.root / f"{n}.xml")
        quantity = "5" if n == 2 else "2"
        values = {**VALUES, "number": number, "date": f"2026-03-{n:02}", "quantity": quantity}
        paths[-1].write_text(UBL.format(**values), "utf-8")
    done = office.run("import", "ubl", *map(str, paths))
    refused, waiting, last = done.err.splitlines()[-3:]
    assert (done.status, last) == (1, "billtext: 4 of 6 files not imported")
    assert refused.startswith(f"refused: {paths[1]}: ")
    assert "5 × 100 = 500.00" in refused
    assert waiting == (
        "3 files wait for number 2026-0002, which was refused: 2026-0003 to 2026-0005; mend it and import all of them"
    )
    assert [one.number for one in office.book().documents] == ["2026-0001", "A-17"]
    alone = office.run("import", "ubl", *map(str, paths[2:4]))
    assert alone.err == (
        "2 files wait for number 2026-0002: 2026-0003 to 2026-0004; import it with them, or explain it with "
        '`custom "void" "2026-0002"`, or say `gapless: FALSE` of the series, if nobody can explain the gaps of the '
        "other system\nbilltext: 2 of 2 files not imported\n"
    )
    paths[1].write_text(paths[1].read_text("utf-8").replace(">5</cbc:Inv", ">2</cbc:Inv"), "utf-8")
    again = office.run("import", "ubl", *map(str, paths))
    assert again.err.endswith(
        "2 files are in the ledger already and not imported twice: 2026-0001 to A-17\n"
        "billtext: 2 of 6 files not imported\n"
    )
    assert len(office.book().documents) == 6


def test_many_files_are_one_change_of_a_ledger_that_is_loaded_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second names the number of the first, the fourth is in a closed month: both are refused alone."""
    made = (("A-1", "2026-03-02"), ("A-1", "2026-03-03"), ("A-3", "2026-03-04"), ("A-4", "2026-01-04"))
    paths = []
    for n, (number, date) in enumerate(made):
        paths.append(str(office.root / f"{n}.xml"))
        Path(paths[-1]).write_text(UBL.format(**{**VALUES, "number": number, "date": date}), "utf-8")
    office.get("close", "2026-01", "--date", "2026-02-01")
    read, loads = load.load, []
    monkeypatch.setattr(load, "load", lambda path: loads.append(path) or read(path))
    done = office.run("import", "ubl", *paths)
    assert (done.status, len(loads)) == (1, 1)
    assert "A-1 is in the ledger already" in done.err
    assert "2026-01-04 is in a closed month" in done.err
    assert done.out.splitlines()[:2] == [
        "A-1 of 2026-03-02 for C3, from 0.xml", "A-3 of 2026-03-04 for C3, from 2.xml"
    ]  # fmt: skip
    assert done.out.count("invoices/imported-2026.beancount") == 1
    assert len([path for path in (office.root / "documents").rglob("*") if path.is_file()]) == 2
    assert office.run("check").status == 0


def test_vat_that_is_off_by_a_cent_is_refused_with_what_to_do(office: Office) -> None:
    """The official rules let 1.00 pass; the ledger's VAT is base × rate, and the return is made of it."""
    done = run(office, vat="50.01", gross="250.01", payable="250.01")
    assert done.err == (
        "billtext: A-17 would be an error in the ledger: "
        "it says that its VAT is 50.01, but 25 % of 200.00 is 50.00 NOK; credit it and "
        "issue it anew, or book it by hand with 50.00 as VAT and 0.01 on Expenses:Rounding\n"
    )


def test_what_was_paid_before_is_a_receipt(office: Office) -> None:
    """100.00 of 250.00 leave 150.00."""
    done = run(office, paid="100.00", payable="150.00")
    assert done.status == 0, done.err
    assert "100.00 NOK was paid before: booked on Assets:Bank as payment A-17-PAID" in done.err
    assert '"open": "150.00"' in office.run("invoice", "show", "A-17", "--as-of", "2026-03-02", "--format", "json").out


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"seller": "Somebody Else AS"}, "the company of this ledger is Fjordlys Elektro AS"),
        ({"quantity": "3"}, "3 × 100 = 300.00 NOK"),
        ({"vat": "50.01", "gross": "250.01", "payable": "250.01"}, "25 % of 200.00 is 50.00"),
        ({"payable": "249.00"}, "says that 249.00 NOK is to pay, but its total less what was paid comes to 250.00"),
        ({"paid": "100.00"}, "says that 250.00 NOK is to pay, but its total less what was paid comes to 150.00"),
        ({"currency": "XQX"}, "the currency 'XQX' is not known"),
        ({"currency": "USD"}, "--rate"),
        ({"date": "2026-02-30"}, "is not a day"),
        ({"date": "0001-01-01"}, "is out of all time"),
        ({"quantity": "1e400"}, "is not a number"),
        ({"quantity": "9" * 30}, "is not a number"),
        ({"vat": "NaN"}, "is not a number"),
        ({"number": "…"}, "cannot name a document"),
        ({"data": "%%%"}, "is not base64"),
        ({"unit": "kilometres"}, "UN/ECE"),
    ],
)
def test_what_cannot_be_booked_is_refused_in_a_sentence(office: Office, values: dict[str, str], says: str) -> None:
    done = run(office, **values)
    assert done.status in {1, 2}
    assert says in done.err
    assert not (office.root / "invoices" / "imported-2026.beancount").exists()


@pytest.mark.parametrize(
    "values",
    [
        {"buyer": 'A "quoted" \\ name', "text": "Line\n2020-01-01 open Assets:Evil\n", "note": 'x"\n  due: 1999-01-01'},
        {"number": "../../etc/passwd", "file": "../../../etc/cron.d/x", "attachment": "../../x"},
        {"buyer": "\u202eevil\u2066", "text": "\u200f\u202etxt", "line": "../1"},
        {"file": "..\\..\\boot.ini", "buyer": "{{{}}} #let x = &lt;script&gt;"},
        {"file": "con\u202egpj.exe", "number": "Rechnung Nr. 7 / ä"},
        {"buyer": "x" * 5000, "text": "y" * 20000},
    ],
)
def test_hostile_text_stays_text(office: Office, values: dict[str, str]) -> None:
    """Ledger syntax, paths and marks that turn the direction: the ledger is right, and no file lies outside it."""
    before = sorted(office.root.parent.iterdir())
    done = run(office, **values)
    assert done.status == 0, done.err
    assert office.run("check").status == 0
    assert "Traceback" not in done.err
    loaded = load.load(office.main)
    assert not any(getattr(entry, "account", "") == "Assets:Evil" for entry in loaded.entries)
    assert sorted(office.root.parent.iterdir()) == before
    made = [path for path in (office.root / "documents").rglob("*") if path.is_file()]
    assert len(made) == 1
    assert made[0].parent.parent.name == "Receivable"


def test_entities_and_files_that_are_none(office: Office) -> None:
    """External entities, bombs, other XML and no XML: one sentence, exit status 2."""
    path = office.root / "in.xml"
    for text, says in (
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document type declaration"),
        ('<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>', "document type declaration"),
        ("<svg/>", "is no UBL Invoice"),
        ("hello", "is not XML"),
    ):
        path.write_text(text, "utf-8")
        done = office.run("import", "ubl", str(path))
        assert done.status == 2
        assert says in done.err
    with path.open("wb") as file:
        file.truncate(100 << 20)
    done = office.run("import", "ubl", str(path))
    assert done.status == 2
    assert "has more than 32 MiB, the most that an e-invoice may have" in done.err
    assert office.run("import", "ubl", str(office.root / "none.xml")).status == 2


def test_a_pdf_with_an_invoice_in_it(tmp_path: Path) -> None:
    """Factur-X: the XML of the PDF is read."""
    from io import BytesIO

    import pikepdf

    pdf = pikepdf.new()
    pdf.add_blank_page()
    data = (EXAMPLES / "cii" / "CII_example4.xml").read_bytes()
    pdf.attachments["factur-x.xml"] = pikepdf.AttachedFileSpec(pdf, data, filename="factur-x.xml")
    out = BytesIO()
    pdf.save(out)
    assert einvoice_files.parse(out.getvalue(), "a.pdf") == einvoice_files.parse(data, "a.xml")
    del pdf.attachments["factur-x.xml"]
    blank = BytesIO()
    pdf.save(blank)
    with pytest.raises(Unreadable, match="should have one e-invoice"):
        einvoice_files.parse(blank.getvalue(), "b.pdf")


def test_documents_of_the_demo_go_into_another_ledger_and_are_the_same(tmp_path: Path) -> None:
    """Ours, written as UBL and CII by turns, and imported in order: instalments, credit notes, euros, prepayments."""
    loaded = load.load(ROOT / "ledger" / "main.beancount")
    demo = book.build(loaded.entries, load.sources)
    rare = [d for d in demo.documents if d.kind == "credit-note" or d.currency != "NOK" or len(d.items) > 1]
    some = {d.number: d for d in [*rare[:12], *demo.documents[::25]]}
    top = fresh(tmp_path)
    for n, there in enumerate(sorted(some.values(), key=lambda d: (d.date, d.number))):
        render = (ubl.render, cii.render)[n % 2]
        found = einvoice_files.parse(render(presenting.document(demo, there)), there.number)
        done = imported(top, found, Wishes(rate=D("11.40")))
        assert done.differs == (), there.number
    again = load.load(top)
    made = book.build(again.entries, load.sources)
    assert [error.message for error in [*again.errors, *made.errors]] == []
    for number, there in some.items():
        assert (made.ledger.documents[number].gross, made.ledger.documents[number].vat) == (there.gross, there.vat)


def test_a_credit_note_settles_the_invoice_that_it_names(office: Office) -> None:
    """250.00 invoiced and 250.00 credited leave nothing open."""
    assert run(office).status == 0
    path = office.root / "credit.xml"
    text = UBL.format(**{**VALUES, "number": "K-1", "date": "2026-03-09", "note": "Wrong hours"})
    text = text.replace("Invoice xmlns=", "CreditNote xmlns=").replace("</Invoice>", "</CreditNote>")
    text = text.replace("xsd:Invoice-2", "xsd:CreditNote-2").replace(
        "cbc:InvoiceTypeCode>380<", "cbc:CreditNoteTypeCode>381<"
    )
    text = text.replace("/cbc:InvoiceTypeCode>", "/cbc:CreditNoteTypeCode>").replace(
        "InvoicedQuantity", "CreditedQuantity"
    )
    text = text.replace("cac:InvoiceLine", "cac:CreditNoteLine").replace("<cbc:DueDate>2026-03-16</cbc:DueDate>", "")
    text = text.replace(
        "<cac:AdditionalDocumentReference>",
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>A-17</cbc:ID></cac:InvoiceDocumentReference>"
        "</cac:BillingReference><cac:AdditionalDocumentReference>",
        1,
    )
    path.write_text(text, "utf-8")
    done = office.run("import", "ubl", str(path))
    assert (done.status, done.err.count("warning")) == (0, 0), done.err
    assert 'corrects: "A-17"' in (office.root / "invoices/imported-2026.beancount").read_text("utf-8")
    shown = office.run("invoice", "list", "--as-of", "2026-12-31", "--format", "json").out
    assert re.findall(r'"open": "([^"]*)"', shown) == ["0.00", "0.00"]


# --- laws -------------------------------------------------------------------------------------------------

WORDS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn"]), min_size=1, max_size=20
).map(lambda text: " ".join(text.split()) or "x")
AMOUNTS = st.integers(0, 99_999).map(lambda n: D(n).scaleb(-2))


def cents(number: Decimal) -> Decimal:
    return number.quantize(D("0.01"), ROUND_HALF_UP)


@st.composite
def lines(draw: st.DrawFn) -> core_invoice.Line:
    quantity = draw(st.integers(1, 50_000).map(lambda n: D(n).scaleb(-2)))
    price = draw(st.integers(0, 9_999_999).map(lambda n: D(n).scaleb(-4)))
    per = draw(st.sampled_from([D(1), D(1), D(100)]))
    adjustments = [
        core_invoice.Adjustment(
            charge=draw(st.booleans()), amount=draw(AMOUNTS), reason=draw(WORDS),
            reason_code=draw(st.sampled_from(["", "95", "FC"])), percent=draw(st.sampled_from([None, D("2.5")])),
            base=draw(st.none() | AMOUNTS),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]  # fmt: skip
    net = cents(quantity * price / per + sum((a.amount * (1 if a.charge else -1) for a in adjustments), D(0)))
    category, rate = draw(st.sampled_from([("S", D(25)), ("S", D("11.11")), ("Z", D(0)), ("E", D(0))]))
    return core_invoice.Line(
        id=draw(st.sampled_from(["", "A"])) + str(draw(st.integers(1, 999))), text=draw(WORDS), net=net,
        quantity=quantity, unit=draw(st.sampled_from(["HUR", "C62", "KGM"])), price=price, price_per=per,
        adjustments=tuple(sorted(adjustments, key=lambda a: a.charge)), category=category, rate=rate,
        description=draw(st.just("") | WORDS), note=draw(st.just("") | WORDS), buyer_item=draw(st.just("") | WORDS),
        seller_item=draw(st.just("") | WORDS), order_line=draw(st.sampled_from(["", "7"])),
        attributes=tuple((draw(WORDS).replace(":", ""), draw(WORDS)) for _ in range(draw(st.integers(0, 2)))),
    )  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> CoreInvoice:
    own = tuple(draw(st.lists(lines(), min_size=1, max_size=4)))
    net = sum((line.net for line in own), D(0))
    assume(net > 0)
    sums: dict[tuple[str, Decimal | None], Decimal] = {}
    for line in own:
        sums[line.category, line.rate] = sums.get((line.category, line.rate), D(0)) + line.net
    vat = tuple(
        core_invoice.VatBreakdown(category=category, rate=rate, base=base, amount=cents(base * (rate or 0) / 100),
                                  reason="By law" if category == "E" else "")
        for (category, rate), base in sums.items()
    )  # fmt: skip
    tax = sum((part.amount for part in vat), D(0))
    assume(net + tax > 0)
    paid = draw(st.sampled_from([D(0), cents((net + tax) / 2)]))
    return CoreInvoice(
        kind="invoice", number=draw(WORDS), date=Date(2026, 3, 2), due=draw(st.sampled_from([None, Date(2026, 3, 9)])),
        currency="NOK", home_currency="NOK", seller=core_invoice.Party(name=draw(WORDS)),
        buyer=core_invoice.Party(
            name=draw(WORDS), identifiers=(core_invoice.Identifier(id=draw(WORDS)),),
            contact=core_invoice.Contact(name=draw(st.just("") | WORDS), email=draw(st.just("") | WORDS)),
            address=core_invoice.Address(lines=tuple(draw(st.lists(WORDS, max_size=3))), country="DE"),
        ),
        lines=own, vat=vat, notes=tuple(("", draw(WORDS)) for _ in range(draw(st.integers(0, 2)))),
        terms=draw(st.just("") | WORDS), references={"order": draw(WORDS)},
        payment=core_invoice.Payment(reference=draw(WORDS)),
        totals=core_invoice.Totals(
            lines=net, allowances=D(0), charges=D(0), net=net, vat=tax, gross=net + tax, prepaid=paid,
            payable=net + tax - paid,
        ),
    )  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(), st.sampled_from([ubl.render, cii.render]))
def test_whatever_is_written_is_read_and_kept(found: CoreInvoice, render: Callable[[CoreInvoice], bytes]) -> None:
    """Core invoice → XML → core invoice → ledger → core invoice: equal in every business term."""
    back = einvoice_files.parse(render(found), "x.xml")
    assert core_terms.differences(found, back) == []
    with tempfile.TemporaryDirectory() as directory:
        top = fresh(Path(directory))
        if not re.search("[A-Za-z0-9]", back.number):
            with pytest.raises(Refused, match="cannot name a document"):
                imported(top, back)
            return
        done = imported(top, back)
        assert done.differs == ()


def test_a_receipt_of_our_access_point_is_not_of_an_imported_document(office: Office) -> None:
    """Another system sent it: what our access point says of that number is of something else, and is told."""
    assert run(office).status == 0
    path = office.root / "receipt.json"
    path.write_text('{"document": "A-17", "outcome": "failed", "reason": "unknown receiver"}', "utf-8")
    done = office.run("outbox", "receipts", str(path), "--at", "2026-03-03T10:00:00+00:00")
    assert "receipt.json: A-17: it was not sent as an e-invoice by us" in done.err
    assert "no new outcomes" in done.out
    done = office.run("send", "A-17", "--at", "2026-03-03T10:00:00+00:00")
    assert (done.status, "A-17 was sent on 2026-03-02 by another system; say --again" in done.err) == (1, True)


@pytest.mark.parametrize(
    "name",
    [
        "hours.csv",
        "2026-01-02.A-17.1.hours.csv",
        "Rapport nr. 1 (æøå).csv",
        "2026-03-02.A-17.1..csv",
        ".csv",
        "noter",
        "",
    ],
)
def test_the_name_of_an_attachment_comes_back_to_the_letter(office: Office, name: str) -> None:
    """Also where it looks like what the archive puts before a name, and where there is none."""
    done = run(office, file=name)
    assert (done.status, done.err.count("warning")) == (0, 0), done.err
    made = office.book()
    (found,) = attachments.read(made, office.root, made.ledger.documents["A-17"].entry.meta)
    assert (found.filename, found.content) == (name, b"a;b\n")
    xml = office.get("render", "A-17", "--as", "ubl", "--out", str(office.root / "out"))
    assert "1 new" in xml
    written = (office.root / "out" / "A-17.ubl.xml").read_text("utf-8")
    assert f'filename="{name or "hours"}"' in written


@pytest.mark.parametrize(
    ("quantity", "price", "percent", "more", "net"),
    [
        ("0.5", "33.33", "100", "", "0.00"), ("-0.5", "33.33", "100", "", "0.00"), ("0.5", "33.33", "50", "", "8.33"),
        ("-0.5", "33.33", "50", "", "-8.33"), ("3", "0.55", "50", "", "0.83"),
        ("0.5", "33.33", "100", '    charge-amount: 0.30 NOK\n    charge-reason: "Box"\n', "0.30"),
    ],
)  # fmt: skip
def test_half_a_cent_comes_back_from_our_own_e_invoice(
    tmp_path: Path, quantity: str, price: str, percent: str, more: str, net: str
) -> None:
    """An e-invoice rounds quantity × price before a discount is taken off, and the ledger takes it off before.

    16.665 less all of it is 0.00, and less half of it 8.33; in the file it is 16.67 less 16.67, and less 8.34.
    """
    ours = Office(tmp_path / "ours")
    (ours.root / "invoices" / "2026.beancount").write_text(f"""
2020-01-01 open Assets:Receivable:C1
2026-11-24 * "Nordlys Interiør AS" "Lamps"
  invoice: "2026-0001"
  due: 2026-12-08
  Assets:Receivable:C1   {10 + D(net)} NOK
  Income:Sales           {-D(net)} NOK
    text: "Warranty"
    quantity: {quantity}
    price: {price} NOK
    discount: {percent}
{more}    vat: "Z0"
  Income:Sales          -10.00 NOK
    text: "Lamp"
    price: 10.00 NOK
    vat: "Z0"
""", "utf-8")  # fmt: skip
    made = ours.book()
    one = presenting.document(made, made.ledger.documents["2026-0001"])
    assert one.lines[0].net == D(net)
    for n, render in enumerate((ubl.render, cii.render)):
        (tmp_path / str(n)).mkdir()
        done = imported(fresh(tmp_path / str(n)), einvoice_files.parse(render(one), "a.xml"))
        assert done.differs == ()
