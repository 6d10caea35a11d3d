"""The forms of a document: every one says the same figures, and the ledger's text is harmless in each."""

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import lxml.html
import markdown
import pytest

import pdf_room
from billtext.ledger import load
from billtext.ledger import quotes as quote_reader
from billtext.outside import forms
from billtext.rendering import document_view, mail_text
from billtext.rendering.language import Language
from billtext.rules import book, presenting, quotes
from billtext.rules.book import Book
from billtext.rules.core_invoice import Address, Adjustment, CoreInvoice
from small_office import LEDGER as SMALL

ROOT = Path(__file__).parents[1]
LEDGER = ROOT / "ledger"
D = Decimal


@pytest.fixture(scope="module")
def demo() -> Book:
    return book.build(load.load(LEDGER / "main.beancount").entries, load.sources)


def made(demo: Book, number: str, form: str) -> str:
    return forms.document(demo, demo.ledger.documents[number], form, root=LEDGER).content.decode()


def test_names_are_safe_and_of_one_number_only() -> None:
    """A path, a long number and a changed character get a hash: no two numbers have one name."""
    assert forms.stem("2026-0012") == "2026-0012"
    names = [forms.stem(number) for number in ("A/1", "A_1", "../../A/1", "A" * 100, "A" * 101, "A" * 102, "/", "..")]
    assert len(set(names)) == len(names)
    assert all("/" not in name and not name.startswith(".") and len(name) < 120 for name in names)


def test_an_export_invoice_in_euro_for_a_german_customer(demo: Book) -> None:
    """44 lamps at 95.00: 4 180 euro, no VAT, written as Germans write numbers and dates."""
    for form in ("html", "markdown"):
        text = made(demo, "2026-0076", form)
        for words in ("4.180,00", "20.12.2026", "11,379", "RF060001920260076", "NO49 8601 1117 963", "310000019 MVA"):
            assert words in text, (form, words)
    data = json.loads(made(demo, "2026-0076", "json"))
    assert data["totals"]["payable"] == "4180.00"
    assert data["due"] == "2026-12-20"
    assert data["vat"][0]["reason_code"] == "VATEX-EU-G"


@pytest.mark.parametrize(
    ("language", "shown"),
    [("nb", "Rabatt: 7,5\N{NO-BREAK SPACE}%"), ("en", "Discount: 7.5%"), ("de", "Rabatt: 7,5\N{NO-BREAK SPACE}%")],
)
def test_a_discount_on_the_whole_is_written_as_its_reader_writes_numbers(demo: Book, language: str, shown: str) -> None:
    """`discount: 7.5` of a draft is an allowance of that name; other words of the ledger stay as they are."""
    core = presenting.document(demo, demo.ledger.documents["2026-0075"])
    off = [Adjustment(charge=False, amount=D("10.00"), reason=reason) for reason in ("7.5 %", "Campaign, 7.5 %")]
    one = document_view.view(replace(core, adjustments=tuple(off)), Language(language))
    assert [label for label, _, _ in one.sums][1:3] == [shown, f"{shown[: shown.index(':')]}: Campaign, 7.5 %"]


@pytest.mark.parametrize("form", forms.FORMS)
def test_the_same_bytes_on_every_run(demo: Book, form: str) -> None:
    """Nothing in a form depends on when or how often it is made."""
    for found in demo.documents[:10]:
        assert forms.document(demo, found, form, root=LEDGER) == forms.document(demo, found, form, root=LEDGER)


def offered(text: str) -> CoreInvoice:
    """A quote of the small office's as a core invoice."""
    register = book.build(load.parse(SMALL, "main.beancount")[0]).register
    (one,), wrong = quote_reader.read(text, "quotes/one.beancount")
    found, errors = quotes.estimate(one, register, lambda *_: None)
    assert not wrong
    assert not errors
    assert found is not None
    return presenting.quote(register, found)


def test_a_quote_with_an_optional_line() -> None:
    """10 h at 900.00 and 30 m at 118.30 + 22.5 % = 144.92: 13 347.60, VAT 3 336.90; the lift is in no sum."""
    one = offered("""
2026-11-02 ! "Charging boxes"
  quote: "Q2026-0001"
  customer: "C1"
  valid-until: 2026-12-02
  order: "PO 7"
  Income:Electrical
    item: "HOUR"
    quantity: 10
  Income:Electrical
    text: "Cable tray"
    quantity: 30
    unit: "MTR"
    cost: 118.30 NOK
    markup: 22.5
    vat: "S25"
  Income:Electrical
    text: "Lift"
    price: 2500.00 NOK
    vat: "S25"
    optional: TRUE

2026-11-20 custom "reissue" "Q2026-0001"
  valid-until: 2027-01-31
""")
    assert (one.kind, one.number, str(one.valid_until), one.due) == ("quote", "Q2026-0001", "2027-01-31", None)
    assert [(line.text, line.net, line.optional) for line in one.lines] == [
        ("Electrician", D("9000.00"), False), ("Cable tray", D("4347.60"), False), ("Lift", D("2500.00"), True),
    ]  # fmt: skip
    totals = one.totals
    assert (totals.net, totals.vat, totals.payable) == (D("13347.60"), D("3336.90"), D("16684.50"))
    assert [(part.base, part.amount) for part in one.vat] == [(D("13347.60"), D("3336.90"))]
    text = forms.make(one, "markdown", root=LEDGER).decode()
    assert "118" not in text  # what it costs us
    assert "## Optional" in text
    assert "| PO 7 |" in text


def test_a_quote_with_vat_in_its_prices_and_a_discount_on_the_whole() -> None:
    """1 250.00 with VAT less 10 %: 900.00 + 225.00. Optional: 500.00 with VAT is 400.00 without."""
    one = offered("""
2026-11-02 ! "Charging boxes"
  quote:
  customer: "C2"
  prices: "gross"
  discount: 10
  Income:Electrical
    text: "Box"
    price: 1250.00 NOK
    vat: "S25"
  Income:Electrical
    text: "Lamp"
    price: 500.00 NOK
    vat: "S25"
    optional: TRUE
""")
    totals = one.totals
    assert (totals.lines, totals.allowances, totals.net) == (D(1000), D(100), D(900))
    assert (totals.vat, totals.payable) == (D(225), D(1125))
    assert [(line.net, line.optional) for line in one.lines] == [(D(1000), False), (D(400), True)]
    assert [(a.amount, a.reason, a.charge) for a in one.adjustments] == [(D(100), "10 %", False)]


HOSTILE = (
    '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "<svg onload=alert(1)>", "[a](javascript:alert(1))",
    "![p](http://evil.example/x.png)", "<http://evil.example>", "{{ 7*7 }}{% raw %}", "#set page(fill: red)",
    "| a | b |", "# heading\n\n- list", "\u202egnirts", "a\u0000b\u0007c", "*bold* _it_ `code` ~~s~~", "&lt;b&gt;",
    "</bdi></td></table>", "{: onclick=alert(1) }", "[^1]: note", "https://evil.example/", "-\u2028-",
)  # fmt: skip


def poisoned(one: CoreInvoice, text: str) -> CoreInvoice:
    """A document that has a text wherever text of a ledger may stand."""
    party = replace(
        one.buyer, name=text, id=text, vat_number=text, legal_form=text,
        address=replace(one.buyer.address, lines=(text, text), city=text),
        contact=replace(one.buyer.contact, name=text),
    )  # fmt: skip
    line = replace(
        one.lines[0], text=text, description=text, note=text, unit=text, seller_item=text, buyer_item=text,
        attributes=((text, text),), order_line=text, optional=False,
    )  # fmt: skip
    return replace(
        one, number=text, title=text, buyer=party, seller=replace(party, tax_registration=text), payee=party,
        lines=(line, replace(line, optional=True)), reason=text, terms=text, notes=(("", text),),
        references={"order": text, "buyer-reference": text}, preceding=((text, None),),
        payment=replace(one.payment, reference=text, text=text),
        vat=tuple(replace(part, reason=text) for part in one.vat),
    )  # fmt: skip


def test_an_invoice_without_a_reference_says_what_to_mark_the_payment_with(demo: Book) -> None:
    """Its number; where it has a reference that is asked for alone, and where nothing is paid to an account nothing."""
    one = presenting.document(demo, demo.ledger.documents["2026-0075"])
    for language, words in (
        ("en", "Mark the payment with"), ("nb", "Merk betalingen med"), ("nn", "Merk betalinga med"),
        ("sv", "Märk betalningen med"), ("da", "Mærk betalingen med"), ("de", "Bei Zahlung angeben"),
    ):  # fmt: skip
        asked = replace(one, language=language)
        bare = replace(asked, payment=replace(one.payment, reference=""))
        nowhere = replace(bare, payment=replace(bare.payment, accounts=()))
        page, *others = (
            lxml.html.fromstring(forms.make(each, "html", root=LEDGER)).text_content()
            for each in (bare, asked, nowhere, replace(bare, number=""))
        )
        assert re.search(rf"{words}\s*2026-0075\b", page), language
        assert not any(words in other for other in others), language
        mail = mail_text.document(bare, "", lambda _: None)
        assert f"- {words}: 2026-0075\n" in mail.text
        assert words not in mail_text.document(asked, "", lambda _: None).text
        for form in ("ubl", "cii"):
            assert b"PaymentID" not in forms.make(bare, form, root=LEDGER)
            assert b"PaymentReference" not in forms.make(bare, form, root=LEDGER)


def elements(page: str) -> set[str]:
    """Kinds of elements in a page."""
    return {str(each.tag) for each in lxml.html.fromstring(page).iter() if isinstance(each.tag, str)}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_does_nothing(demo: Book, text: str) -> None:
    """No text of the ledger becomes an element, an attribute, a link or a row, and none turns the line around."""
    one = presenting.document(demo, demo.ledger.documents["2026-0076"])
    plain, bad = poisoned(one, "plain"), poisoned(one, text)
    for form in ("html", "markdown"):
        calm, page = (forms.make(each, form, root=LEDGER).decode() for each in (plain, bad))
        if form == "markdown":
            shown = [markdown.markdown(each, extensions=["tables", "attr_list", "footnotes"]) for each in (calm, page)]
            calm, page = (f"<html><body>{each}</body></html>" for each in shown)
        before, after = lxml.html.fromstring(calm), lxml.html.fromstring(page)
        assert elements(page) == elements(calm)
        assert [each.tag for each in after.iter("tr", "td", "h1", "h2", "li", "a")] == [
            each.tag for each in before.iter("tr", "td", "h1", "h2", "li", "a")
        ]
        names = {name for each in after.iter() for name in each.attrib}
        assert names <= {name for each in before.iter() for name in each.attrib}
        assert not set("\u202e\u0000\u0007\u2028") & set(page)
        wanted = re.sub(r"\s+", " ", re.sub("[\u202e\u0000\u0007]", "", text.replace("\u2028", " ")))
        assert wanted in re.sub(r"\s+", " ", after.text_content())
    assert json.loads(forms.make(bad, "json", root=LEDGER))["buyer"]["name"] == text


NOTED = """
2026-11-20 * "Nord AS" "Lamps" ^2026-0001
  invoice: "2026-0001"
  due: 2026-12-04
  note: "Ring the bell,
door <b>2</b>.

- Thank you for | buying from us"
  Assets:Receivable:C1    125.00 NOK
  Income:Electrical      -100.00 NOK
    text: "Lamp"
    note: "Left at
the gate"
    vat: "S25"
  Liabilities:VAT         -25.00 NOK
    vat: "S25"
"""


def test_the_lines_of_a_note_stay_lines() -> None:
    """Of the document and of a line of it; an empty line ends a paragraph, and no line is mark-up."""
    built = book.build(load.parse(SMALL + NOTED, "main.beancount")[0])
    one = presenting.document(built, built.ledger.documents["2026-0001"])
    text = forms.make(one, "markdown", root=LEDGER).decode()
    assert "\nRing the bell,<br>\ndoor &lt;b>2&lt;/b>.\n\n\\- Thank you for | buying from us\n" in text
    assert "| Lamp<br>Left at<br>the gate |" in text
    page = lxml.html.fromstring(forms.make(one, "html", root=LEDGER).decode())
    paragraphs = [list(each.itertext()) for each in page.xpath("//div[@class='notes']/p")][:2]
    assert paragraphs == [["Ring the bell,", "door <b>2</b>."], ["- Thank you for | buying from us"]]
    assert [len(each.xpath(".//br")) for each in page.xpath("//div[@class='notes']/p")][:2] == [1, 0]
    (cell,) = [each for each in page.iter("td") if "Lamp" in each.text_content()]
    assert list(cell.itertext()) == ["Lamp", "Left at", "the gate"]
    (rows,) = pdf_room.lines(forms.make(one, "pdf", root=LEDGER))
    at = rows.index("Ring the bell,")
    assert rows[at : at + 3] == ["Ring the bell,", "door <b>2</b>.", "- Thank you for | buying from us"]
    assert {"Left at", "the gate"} <= set(rows)


def test_a_page_stands_alone(demo: Book) -> None:
    """No script, no request to anywhere, and a policy that forbids both."""
    page = made(demo, "2026-0076", "html")
    assert {"script", "link", "img", "iframe", "a"} & elements(page) == set()
    assert "default-src 'none'" in page
    assert not re.search(r"url\(|@import|src=|href=", page)
    assert "@page { size: A4" in page
    assert "prefers-color-scheme: dark" in page


def test_json_says_nothing_of_what_is_not_there(demo: Book) -> None:
    """No null, no empty text or list; amounts are texts; what goes with a document is told by its hash."""
    for found in demo.documents:
        text = forms.document(demo, found, "json", root=LEDGER).content.decode()
        assert not re.search(r'": (null|""|\[\]|{}|-?\d)', text), found.number


def test_json_says_why_there_is_no_vat_as_the_other_forms_do(demo: Book) -> None:
    """2026-0076 is an export to a German customer: the words of our German catalogue, in XML as in JSON."""
    (part,) = json.loads(made(demo, "2026-0076", "json"))["vat"]
    assert part["reason"] in made(demo, "2026-0076", "ubl")
    assert part["reason"] != "Export outside the EU"
    assert "said" not in part


@pytest.mark.parametrize(
    ("country", "code", "city", "region", "lines"),
    [
        ("NO", "5003", "Bergen", "", ["5003 Bergen"]), ("DE", "20457", "Hamburg", "", ["20457 Hamburg"]),
        ("US", "10001", "New York", "NY", ["New York, NY 10001"]), ("US", "10001", "New York", "", ["New York 10001"]),
        ("CA", "M5V 2T6", "Toronto", "ON", ["Toronto ON M5V 2T6"]),
        ("GB", "SW1A 1AA", "London", "", ["London", "SW1A 1AA"]),
        ("IT", "00100", "Roma", "RM", ["00100 Roma", "RM"]), ("GB", "", "London", "", ["London"]),
    ],
)  # fmt: skip
def test_a_town_stands_as_the_post_of_its_country_wants_it(
    country: str, code: str, city: str, region: str, lines: list[str]
) -> None:
    """Universal Postal Union, addressing by country."""
    place = Address(lines=("Street 1",), postal_code=code, city=city, region=region, country=country)
    assert document_view.address(place, country, Language("en")) == ["Street 1", *lines]
