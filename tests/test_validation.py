"""E-invoices of every kind go through schema and EN 16931 rules without an error, and what is wrong is caught."""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from billtext.cli import group
from billtext.errors import Unreadable
from billtext.ledger import load
from billtext.outside import pdf as paper
from billtext.outside import xml_files
from billtext.outside.validation import Finding, findings
from billtext.rendering import cii, ubl
from billtext.rules import book, einvoice_checks, presenting
from billtext.rules.book import Book
from billtext.rules.core_invoice import Account, CoreInvoice, Identifier, Line
from billtext.rules.einvoice_checks import Field
from einvoice_room import BUYER, DOCUMENTS, PAY, SELLER, D, cents, invoice, line, off, on, whole
from test_xml_files import BOMB, OUTSIDE, REMOTE, pdf

ROOT = Path(__file__).parents[1]
FORMS = {"ubl": ubl, "cii": cii}


@pytest.fixture(scope="module")
def demo() -> Book:
    return book.build(load.load(ROOT / "ledger" / "main.beancount").entries, load.sources)


def found(core: CoreInvoice, form: ModuleType = ubl) -> tuple[Finding, ...]:
    return findings(form.render(core), core.number)


def rules(data: bytes) -> set[str]:
    """Rules that a document breaks."""
    return {each.rule for each in findings(data, "a.xml") if each.severity == "error"}


# --- what is right ----------------------------------------------------------------------------------------


def test_there_are_enough_documents() -> None:
    """At least sixty, all different in both forms."""
    assert len(DOCUMENTS) >= 60
    for form in FORMS.values():
        assert len({form.render(core) for core in DOCUMENTS.values()}) == len(DOCUMENTS)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_has_no_error(name: str, form: str) -> None:
    """By schema, EN 16931 and our own rules; and a second run gives the same bytes."""
    if (name, form) == ("split payment in Italy", "cii"):
        pytest.skip("Factur-X knows no category B")
    core = DOCUMENTS[name]
    written = FORMS[form].render(core)
    assert written == FORMS[form].render(core)
    assert [each for each in findings(written, name) if each.severity == "error"] == []


@pytest.mark.parametrize("form", FORMS)
def test_every_document_of_the_demo_has_no_error(demo: Book, form: str) -> None:
    assert len(demo.documents) > 100
    for document in demo.documents:
        assert found(presenting.document(demo, document), FORMS[form]) == ()


# --- hypothesis -------------------------------------------------------------------------------------------

RATES = st.sampled_from([("S", "25"), ("S", "15"), ("S", "12"), ("S", "11.11"), ("E", "0"), ("Z", "0")])
MONEY = st.decimals(D("0.01"), D("99999.99"), places=2)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    category, rate = draw(RATES)
    price = draw(st.decimals(D("0.0001"), D(50000), places=4))
    quantity = draw(st.decimals(D("-99.999"), D("999.999"), places=3).filter(lambda number: number != 0))
    per = draw(st.sampled_from([D(1), D(1), D(10), D(100), D(1000)]))
    gross = abs(cents(quantity * price / per))
    adjustments = []
    percent = draw(st.sampled_from([None, D("2.5"), D(10), D(33)]))
    if percent:
        amount = cents(gross * percent / 100)
        adjustments.append(replace((off if quantity > 0 else on)(str(amount)), base=gross, percent=percent))
    if draw(st.booleans()):
        adjustments.append(draw(st.sampled_from([off, on]))(str(draw(MONEY))))
    return line(
        str(price), str(quantity), rate, category, adjustments=tuple(adjustments), price_per=per,
        text=draw(st.text(min_size=1, max_size=20).map(lambda text: f"x{text}")),
    )  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> CoreInvoice:
    """Random lines, rates, discounts, currencies; in the sum not negative."""
    own = draw(st.lists(lines(), min_size=1, max_size=5))
    parts = []
    for each in own:
        made = draw(st.sampled_from([None, None, None, off, on]))
        if made:
            parts.append(whole(made, str(draw(MONEY)), each.category, str(each.rate)))
    currency = draw(st.sampled_from(["NOK", "NOK", "EUR", "USD", "GBP"]))
    home = "" if currency == "NOK" else str(draw(st.decimals(D("0.0001"), D(20), places=4)))
    core = invoice(*own, adjustments=tuple(parts), currency=currency, home=home)
    if core.totals.gross < 0:
        short = cents(-core.totals.gross) + 1
        core = invoice(*own, line(str(short), rate="0", category="Z"), adjustments=tuple(parts), currency=currency,
                       home=home)  # fmt: skip
    prepaid = draw(st.sampled_from([D(0), D(0), core.totals.gross]))
    totals = replace(core.totals, prepaid=prepaid, payable=core.totals.gross - prepaid)
    return replace(core, totals=totals)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(core=documents())
def test_random_documents_have_no_error_as_ubl(core: CoreInvoice) -> None:
    """Five hundred documents of random lines, rates, discounts and currencies; figures are there to the cent."""
    written = ubl.render(core)
    assert [each for each in findings(written, "a.xml") if each.severity == "error"] == []
    assert written == ubl.render(core)
    cbc = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
    root = etree.fromstring(written)
    nets = [D(each.text or "") for each in root.iter(f"{cbc}LineExtensionAmount")]
    assert nets == [core.totals.lines, *(each.net for each in core.lines)]
    taxes = [D(each.text or "") for each in root.iter(f"{cbc}TaxAmount")]
    home = [] if core.totals.home_vat is None else [core.totals.home_vat]
    assert taxes == [core.totals.vat, *(part.amount for part in core.vat), *home]
    assert [D(each.text or "") for each in root.iter(f"{cbc}PayableAmount")] == [core.totals.payable]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(core=documents())
def test_random_documents_have_no_error_as_cii(core: CoreInvoice) -> None:
    assert [each for each in found(core, cii) if each.severity == "error"] == []


# --- what is wrong ----------------------------------------------------------------------------------------

FINE = DOCUMENTS["standard rate"]
TOTAL = FINE.totals
_OF_FACTUR_X = {"BR-CL-14": "FX-SCH-A-000568", "BR-16": "XSD"}  # its rules have codes of their own
MUTATIONS = {
    "wrong VAT id": (replace(FINE, seller=replace(SELLER, vat_number="NO310000018MVA")), "NO-R-001"),
    "VAT id of another form": (replace(FINE, seller=replace(SELLER, vat_number="NO310000019")), "NO-R-001"),
    "VAT id without its country": (replace(FINE, seller=replace(SELLER, vat_number="310000019MVA")), "BR-CO-09"),
    "buyer's VAT id": (replace(FINE, buyer=replace(BUYER, vat_number="NO310000204MVA")), "BILLTEXT-VAT-ID"),
    "VAT off by 2": (
        replace(
            FINE, vat=(replace(FINE.vat[0], amount=FINE.vat[0].amount + 2),),
            totals=replace(TOTAL, vat=TOTAL.vat + 2, gross=TOTAL.gross + 2, payable=TOTAL.payable + 2),
        ),
        "BR-CO-17",
    ),
    "VAT total is not the sum": (replace(FINE, totals=replace(TOTAL, vat=TOTAL.vat + 2)), "BR-CO-14"),
    "payable wrong": (replace(FINE, totals=replace(TOTAL, payable=TOTAL.payable + 1)), "BR-CO-16"),
    "sum of lines wrong": (replace(FINE, totals=replace(TOTAL, lines=TOTAL.lines + 1)), "BR-CO-10"),
    "garbage KID": (replace(FINE, payment=replace(PAY, reference="garbage")), "BILLTEXT-KID"),
    "KID with a wrong digit": (replace(FINE, payment=replace(PAY, reference="123456789")), "BILLTEXT-KID"),
    "RF with a wrong digit": (replace(FINE, payment=replace(PAY, reference="RF19539007547034")), "BILLTEXT-RF"),
    "IBAN": (replace(FINE, payment=replace(PAY, accounts=(Account(iban="NO9486011117947"),))), "BILLTEXT-IBAN"),
    "account": (replace(FINE, payment=replace(PAY, accounts=(Account(number="86011117948"),))), "BILLTEXT-ACCOUNT"),
    "org number": (
        replace(FINE, buyer=replace(BUYER, org_number=Identifier(id="310000206", scheme="0192"))), "PEPPOL-COMMON-R041",
    ),
    "GLN": (
        replace(FINE, buyer=replace(BUYER, identifiers=(Identifier(id="7300010000002", scheme="0088"),))),
        "PEPPOL-COMMON-R040",
    ),
    "no lines": (replace(FINE, lines=()), "BR-16"),
    "a country that is none": (
        replace(FINE, buyer=replace(BUYER, address=replace(BUYER.address, country="XX"))), "BR-CL-14",
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mistake_is_caught(name: str, form: str) -> None:
    core, rule = MUTATIONS[name]
    caught = {each.rule: each for each in found(core, FORMS[form]) if each.severity == "error"}
    assert caught.keys() & {rule, _OF_FACTUR_X.get(rule)}
    assert all(each.text and each.place for each in caught.values())


def test_a_missing_buyer_reference_is_caught() -> None:
    """PEPPOL-EN16931-R003: neither the buyer's reference nor an order; not where it is no Peppol document."""
    core = replace(FINE, references={})
    assert rules(ubl.render(core)) == {"PEPPOL-EN16931-R003"}
    (told,) = findings(ubl.render(core), "a.xml")
    assert told.text.endswith("ask the buyer for one (`buyer-reference:`, `order:`)")
    assert rules(ubl.render(replace(core, buyer=replace(BUYER, endpoint=None)))) == set()


def test_peppol_addresses() -> None:
    """PEPPOL-EN16931-R010 and R020."""
    assert rules(ubl.render(replace(FINE, seller=replace(SELLER, endpoint=None)))) == {"PEPPOL-EN16931-R020"}
    without = re.sub(rb"<cbc:EndpointID.*?</cbc:EndpointID>", b"", ubl.render(FINE))
    assert rules(without) == {"PEPPOL-EN16931-R010", "PEPPOL-EN16931-R020"}


@pytest.mark.parametrize(
    ("code", "mandate", "missing"),
    [("59", None, True), ("49", ("", "DE98", ""), True), ("59", ("M-1", "", ""), False), ("30", None, False),
     ("48", None, False)],
)  # fmt: skip
def test_a_direct_debit_for_peppol_has_a_mandate(
    code: str, mandate: tuple[str, str, str] | None, missing: bool
) -> None:
    """PEPPOL-EN16931-R061; not where it is no Peppol document."""
    core = replace(FINE, payment=replace(FINE.payment, code=code, mandate=mandate))
    assert ("PEPPOL-EN16931-R061" in rules(ubl.render(core))) is missing
    assert "PEPPOL-EN16931-R061" not in rules(cii.render(core))


def test_peppol_takes_one_note() -> None:
    """PEPPOL-EN16931-R002: ours are put into one, with the subject code that all have; not between Germans."""
    notes = (("AAI", "Taken back"), ("AAI", "Thank you"), ("", "Ring the bell"))
    core = replace(FINE, notes=notes[:2])
    assert ubl.render(core).count(b"<cbc:Note>#AAI#Taken back\nThank you</cbc:Note>") == 1
    assert ubl.render(replace(FINE, notes=notes[1:])).count(b"<cbc:Note>Thank you\nRing the bell</cbc:Note>") == 1
    assert rules(ubl.render(core)) == set()
    twice = ubl.render(replace(FINE, notes=notes[2:])).replace(
        b"<cbc:Note>Ring the bell</cbc:Note>", b"<cbc:Note>Ring</cbc:Note><cbc:Note>Knock</cbc:Note>"
    )
    assert [(each.rule, each.place) for each in findings(twice, "a.xml")] == [
        ("PEPPOL-EN16931-R002", "Invoice/Note[2]")
    ]
    german = replace(
        core, seller=replace(SELLER, address=replace(SELLER.address, country="DE"), vat_number="DE136695976"),
        buyer=replace(BUYER, address=replace(BUYER.address, country="DE")),
    )  # fmt: skip
    assert len(re.findall(rb"<cbc:Note>#AAI#", ubl.render(german))) == 2
    assert "PEPPOL-EN16931-R002" not in rules(ubl.render(german))


def test_what_peppol_asks_for_is_taken_from_the_register(demo: Book) -> None:
    """A Norwegian seller's address is the organisation number; the buyer's reference is whom to bill there."""
    core = presenting.document(demo, demo.ledger.documents["2024-0001"])
    assert core.seller.endpoint == Identifier(id="310000019", scheme="0192")
    assert core.references == {"buyer-reference": "Gunnhild Ræder"}
    assert "buyer-reference" not in presenting.document(demo, demo.ledger.documents["2026-0076"]).references


def test_foreign_vat_ids_are_a_warning() -> None:
    """We may not know the newest form of another country's ids."""
    core = replace(FINE, buyer=replace(BUYER, vat_number="DE136695977"))
    assert [(each.rule, each.severity) for each in found(core)] == [("BILLTEXT-VAT-ID", "warning")]


@pytest.mark.parametrize("form", FORMS)
def test_a_vat_id_of_another_company_is_a_warning(form: str) -> None:
    """Both check, each for itself; companies that are registered for VAT as one may have it so."""
    seller = replace(FINE, seller=replace(SELLER, vat_number="NO310000205MVA"))
    buyer = replace(FINE, buyer=replace(BUYER, vat_number="NO310000019MVA"))
    for core, whose, number in ((seller, "seller", "310000019"), (buyer, "buyer", "310000205")):
        (told,) = found(core, FORMS[form])
        assert (told.rule, told.severity) == ("BILLTEXT-VAT-ORG", "warning")
        assert told.text.startswith(f"the {whose}'s VAT id NO")
        assert f"organisation number {number};" in told.text
    assert found(replace(FINE, buyer=replace(BUYER, vat_number="NO310000205MVA")), FORMS[form]) == ()


def test_the_business_register_is_a_warning() -> None:
    """NO-R-002: the text Foretaksregisteret."""
    core = replace(FINE, seller=replace(SELLER, tax_registration=""))
    assert [(each.rule, each.severity) for each in found(core)] == [("NO-R-002", "warning")]


def test_the_schema_tells_the_place() -> None:
    data = ubl.render(DOCUMENTS["two standard rates"]).replace(b"<cbc:DueDate>", b"<cbc:DueDate>x", 1)
    told = next(each for each in findings(data, "a.xml") if each.rule == "XSD")
    assert (told.place, told.source) == ("Invoice/DueDate", "schema")
    assert told.text == "Element 'DueDate': 'x2026-12-09' is not a valid value of the atomic type 'xs:date'."


def test_an_amount_in_another_currency_is_caught() -> None:
    """Peppol's R051, of any file; but for the total of VAT, which may be in the currency of accounting."""
    data = ubl.render(FINE)
    wrong = data.replace(b'<cbc:PayableAmount currencyID="NOK">', b'<cbc:PayableAmount currencyID="EUR">')
    assert wrong != data
    (told,) = findings(wrong, "a.xml")
    assert (told.rule, told.severity, told.place) == (
        "PEPPOL-EN16931-R051", "error", "Invoice/LegalMonetaryTotal/PayableAmount"
    )  # fmt: skip
    assert "is in EUR, and the document in NOK" in told.text
    paper = cii.render(FINE)
    wrong = re.sub(rb"<ram:DuePayableAmount>", b'<ram:DuePayableAmount currencyID="EUR">', paper)
    assert wrong != paper
    assert "PEPPOL-EN16931-R051" in {each.rule for each in findings(wrong, "a.xml")}
    wrong = re.sub(rb"(<cbc:DocumentCurrencyCode>)EUR", rb"\1SEK", ubl.render(DOCUMENTS["VAT in kroner"]))
    assert "PEPPOL-EN16931-R051" in {each.rule for each in findings(wrong, "a.xml")}


def test_the_rules_tell_the_line() -> None:
    core = DOCUMENTS["two standard rates"]
    wrong = replace(core, lines=(core.lines[0], replace(core.lines[1], unit="timer")))
    (told,) = found(wrong)
    assert told.rule == "BR-CL-23"
    assert told.place == "Invoice/InvoiceLine[2]/InvoicedQuantity"


# --- files of others --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [BOMB, OUTSIDE, REMOTE, b"", b"no xml", b"<Invoice/>", b"<a>" * 5000, b"%PDF-1.7 nothing", b"\xff\xfe<",
     b"<CrossIndustryDocument/>", b"<a>" + b" " * 100_000_000 + b"</a>"],
)  # fmt: skip
def test_what_is_no_e_invoice_is_refused_quickly(data: bytes) -> None:
    begun = time.perf_counter()
    with pytest.raises(Unreadable, match=r"^a\.xml[^\n]*$"):
        findings(data, "a.xml")
    assert time.perf_counter() - begun < 3


EXAMPLES = sorted((ROOT / "tests" / "examples" / "cen").rglob("*.xml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.name for path in EXAMPLES])
def test_the_examples_of_the_standard(path: Path) -> None:
    """They are right by schema and EN 16931. Ours finds the numbers in them that are made up.

    Some CII ones use what the profile EN 16931 of Factur-X leaves out: its rules, and no others of that source, say so.
    """
    told = [each for each in findings(path.read_bytes(), path.name) if each.severity == "error"]
    theirs = {each.rule for each in told if each.source != "billtext"}
    if path.parent.name == "ubl":
        assert theirs == set()
    assert {rule for rule in theirs if not rule.startswith("FX-SCH-A-")} <= {"EN 16931"}
    assert {each.rule for each in told} - theirs <= {
        "BILLTEXT-IBAN", "BILLTEXT-KID", "BILLTEXT-VAT-ID", "NO-R-001", "PEPPOL-COMMON-R040", "PEPPOL-EN16931-R003",
        "PEPPOL-EN16931-R010", "PEPPOL-EN16931-R020",
    }  # fmt: skip


def test_a_pdf_has_its_xml_inside() -> None:
    """Findings are those of the XML; and where the XML is given, it is compared."""
    xml = cii.render(FINE)
    data = paper.document(FINE, xml=xml)
    assert xml_files.xml_of_pdf(data) == xml
    assert findings(data, "a.pdf") == ()
    assert findings(data, "a.pdf", xml=xml) == ()
    (told,) = findings(data, "a.pdf", xml=cii.render(DOCUMENTS["notes"]))
    assert (told.rule, told.severity) == ("BILLTEXT-PDF-XML", "error")
    wrong = pdf({"factur-x.xml": cii.render(MUTATIONS["garbage KID"][0])})
    assert [each.rule for each in findings(wrong, "a.pdf")] == ["BILLTEXT-KID", "BILLTEXT-PDF-XMP"]


def test_the_pages_of_a_pdf_show_what_its_xml_says() -> None:
    """Number and amount are looked for; thousands may be set apart, and the decimal sign is the reader's."""
    for name in ("sixty lines", "credit note", "VAT in kroner", "prepaid"):
        core = DOCUMENTS[name]
        assert findings(paper.document(core, xml=cii.render(core)), name) == ()
    other = replace(FINE, number="2026-0002", totals=replace(TOTAL, prepaid=D(1), payable=TOTAL.payable - 1))
    told = findings(paper.document(FINE, xml=cii.render(other)), "a.pdf")
    assert [(each.rule, each.severity) for each in told] == [("BILLTEXT-PDF-TEXT", "warning")] * 2
    assert told[0].text == "the number 2026-0002 of the XML is not found on the pages of the PDF"


def test_a_pdf_says_which_profile_it_has() -> None:
    fields = [Field(term="BT-24", value="urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended")]
    assert list(einvoice_checks.check_pdf(fields, "EXTENDED", "")) == []
    (told,) = einvoice_checks.check_pdf(fields, "EN 16931", "")
    assert (told.rule, told.severity) == ("BILLTEXT-PDF-XMP", "error")
    assert told.text == "the PDF says that its XML has the profile EN 16931, and it has EXTENDED"


RULES = """<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns:svrl="http://purl.oclc.org/dsdl/svrl"
  xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <xsl:template match="/"><svrl:schematron-output>
    <xsl:if test="not(//cbc:Note)"><svrl:failed-assert id="HOUSE-1" flag="{flag}" location="/*:Invoice[1]">
      <svrl:text>[HOUSE-1]-Write a note.</svrl:text></svrl:failed-assert></xsl:if>
  </svrl:schematron-output></xsl:template>
</xsl:stylesheet>"""


def test_rules_of_a_directory(tmp_path: Path) -> None:
    """Any XSLT that writes SVRL, with its own severity; a new version of a file counts at once."""
    with pytest.raises(Unreadable, match="has no rules as XSLT"):
        findings(ubl.render(FINE), "a.xml", tmp_path)
    file = tmp_path / "house.xslt"
    file.write_text(RULES.replace("{flag}", "fatal"), "utf-8")
    (told,) = findings(ubl.render(FINE), "a.xml", tmp_path)
    assert told == Finding(rule="HOUSE-1", severity="error", place="Invoice", text="Write a note.", source="house.xslt")
    assert findings(ubl.render(DOCUMENTS["notes"]), "a.xml", tmp_path) == ()
    file.write_text(RULES.replace("{flag}", "warning"), "utf-8")
    os.utime(file, (1, 1))
    assert [each.severity for each in findings(ubl.render(FINE), "a.xml", tmp_path)] == ["warning"]
    file.write_text("<xsl:nothing", "utf-8")
    os.utime(file, (2, 2))
    with pytest.raises(Unreadable, match=r"house\.xslt cannot be used"):
        findings(ubl.render(FINE), "a.xml", tmp_path)


SHEET = (
    '<xsl:stylesheet version="2.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:svrl="http://purl.oclc.org/dsdl/svrl">'
    '<xsl:template match="/">{}</xsl:template></xsl:stylesheet>'
)


def test_rules_that_are_no_stylesheet_are_told_once(tmp_path: Path) -> None:
    """Saxon says it twice."""
    (tmp_path / "house.xslt").write_text("<html/>", "utf-8")
    with pytest.raises(Unreadable) as told:
        findings(ubl.render(FINE), "a.xml", tmp_path)
    assert str(told.value).count("XTSE0150") == 1


@pytest.mark.parametrize(
    ("writes", "why"),
    [
        ("<b>fine</b>", "the rules house.xslt write no report (SVRL), so nothing is known of this file by them"),
        ("<svrl:schematron-output/><svrl:failed-assert/>", "the report of the rules cannot be read: "),
        ("<xsl:value-of select='error()'/>", "the rules house.xslt stopped at this file: "),
    ],
)
def test_rules_that_say_nothing_of_a_file_do_not_find_it_fine(tmp_path: Path, writes: str, why: str) -> None:
    (tmp_path / "house.xslt").write_text(SHEET.format(writes), "utf-8")
    (told,) = findings(ubl.render(FINE), "a.xml", tmp_path)
    assert (told.rule, told.severity) == ("house.xslt", "error")
    assert told.text.startswith(why)


# --- the command ------------------------------------------------------------------------------------------


def test_the_command(tmp_path: Path) -> None:
    """Exit status 0 fine, 1 errors, 2 unreadable; needs no ledger."""
    fine, wrong, junk = tmp_path / "a.xml", tmp_path / "b.xml", tmp_path / "c.xml"
    fine.write_bytes(ubl.render(replace(FINE, seller=replace(SELLER, tax_registration=""))))
    wrong.write_bytes(cii.render(MUTATIONS["garbage KID"][0]))
    junk.write_bytes(BOMB)
    run = CliRunner().invoke(group, ["validate", str(fine)])
    assert (run.exit_code, run.stdout.splitlines()[-1]) == (0, "one file: no errors, one warning")
    assert "NO-R-002" in run.stdout
    run = CliRunner().invoke(group, ["validate", str(fine), str(wrong), "--format", "json"])
    assert run.exit_code == 1
    first, second = json.loads(run.stdout)
    assert (first["verdict"], second["verdict"]) == ("fine", "errors")
    assert [(each["rule"], each["severity"]) for each in second["findings"]] == [("BILLTEXT-KID", "error")]
    run = CliRunner().invoke(group, ["validate", str(junk), str(wrong), "--format", "csv"])
    assert run.exit_code == 2
    assert run.stdout.splitlines()[0] == "file,severity,rule,place,message,source"
    assert "BILLTEXT-KID" in run.stdout
    assert run.stderr.startswith("billtext: ")
    assert run.stderr.count("\n") == 1
    run = CliRunner().invoke(group, ["validate", str(junk)])
    assert (run.exit_code, run.stdout) == (2, "one file cannot be read\n")
    run = CliRunner().invoke(group, ["validate", str(junk), str(junk), str(fine)])
    assert run.stdout.splitlines()[-1] == "one file: no errors, one warning; 2 files cannot be read"
    run = CliRunner().invoke(group, ["validate", str(tmp_path / "none.xml"), "--format", "markdown"])
    assert run.exit_code == 2
    assert "cannot read" in run.stderr


def test_rules_that_cannot_be_used_are_told_once(tmp_path: Path) -> None:
    """Before any file: exit status 2, one sentence."""
    fine = tmp_path / "a.xml"
    fine.write_bytes(ubl.render(FINE))
    command = [sys.executable, "-m", "billtext", "validate", "a.xml", "a.xml", "--rules", "."]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert run.stderr.startswith("billtext: . has no rules as XSLT")
    (tmp_path / "broken.xslt").write_text("<xsl:nothing", "utf-8")
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert run.stderr.startswith("billtext: the rules broken.xslt cannot be used: ")


@pytest.mark.parametrize(
    ("xml", "sheet", "kept"),
    [
        ("a.xml", "a.pdf", {}),
        ("2026-0001.cii.xml", "2026-0001.factur-x.pdf", {}),
        ("2026-0001.xml", "2026-0001.factur-x.pdf", {}),
        ("from-them.xml", "scan-7.PDF", {}),  # by number and seller
        ("a.xml", "a.pdf", {"number": "2026-0002"}),  # by name: the PDF has another invoice in it
    ],
)
def test_the_command_compares_a_pdf_with_its_xml(tmp_path: Path, xml: str, sheet: str, kept: dict[str, str]) -> None:
    plain, other = tmp_path / xml, tmp_path / sheet
    plain.write_bytes(cii.render(FINE))
    other.write_bytes(pdf({"factur-x.xml": cii.render(replace(DOCUMENTS["notes"], **kept))}))
    assert CliRunner().invoke(group, ["validate", str(other)]).exit_code == 0
    for files in ([other, plain], [plain, other]):
        run = CliRunner().invoke(group, ["validate", *map(str, files)])
        assert run.exit_code == 1
        assert run.stdout.count("BILLTEXT-PDF-XML") == 1
    other.write_bytes(pdf({"factur-x.xml": cii.render(FINE)}))
    run = CliRunner().invoke(group, ["validate", str(other), str(plain)])
    assert (run.exit_code, "BILLTEXT-PDF-XML" in run.stdout) == (0, False)


@pytest.mark.parametrize("xml", [
    ubl.render(FINE), cii.render(replace(FINE, number="2026-0009")),
    cii.render(replace(FINE, seller=replace(SELLER, vat_number="NO310000205MVA", org_number=None))), b"junk",
])  # fmt: skip
def test_the_command_compares_a_pdf_with_nothing_else(tmp_path: Path, xml: bytes) -> None:
    """The UBL of the same invoice, another number, the same number of another seller, what is none."""
    plain, sheet = tmp_path / "b.xml", tmp_path / "a.pdf"
    plain.write_bytes(xml)
    sheet.write_bytes(pdf({"factur-x.xml": cii.render(FINE)}))
    assert "BILLTEXT-PDF-XML" not in CliRunner().invoke(group, ["validate", str(sheet), str(plain)]).stdout


def test_the_command_as_a_program(tmp_path: Path) -> None:
    """Saxon and the interpreter end together without a word."""
    file = tmp_path / "with space.xml"
    file.write_bytes(ubl.render(FINE))
    run = subprocess.run(
        [sys.executable, "-m", "billtext", "validate", file.name], capture_output=True, text=True, cwd=tmp_path
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "one file: no errors, no warnings\n", "")
