"""PDF of documents: PDF/A-3b with tags, the same bytes, all that the law asks for, and no ledger text is ever code."""

import gzip
import io
import os
import re
import shutil
import socket
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import zxingcpp
from PIL import Image, ImageFont
from pypdf import PdfReader

import pdf_room
from billtext.errors import Refused
from billtext.ledger import load
from billtext.model import Date
from billtext.outside import forms, pdf, typesetting
from billtext.rendering import cii, document_pages, mail_text, pdf_data, statement_pages, ubl
from billtext.rendering.language import Language
from billtext.rules import book, core_invoice, presenting, statements
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice

ROOT = Path(__file__).parents[1]
D = Decimal
HOSTILE = (
    '#panic("no")', "#import \"@preview/x:1.0.0\": *", "$x^2$ *bold* _it_ `raw` = Heading", "\\#\\$ \\u{202e}",
    "a\u202eb\u200f", "../../etc/passwd", "<script>alert(1)</script>", "x" * 500, "line\nbreak\r\nhere\ttab", "\0\x07",
    "{{ 7 * 7 }} {% raw %}", '"; read("/etc/passwd")',
)  # fmt: skip

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'

LONG = "Nordlys Interiør og Håndverkstjenester med Datterselskaper "


@pytest.fixture(scope="module")
def demo() -> Book:
    return book.build(load.load(ROOT / "ledger" / "main.beancount").entries, load.sources)


def shown(demo: Book, number: str) -> CoreInvoice:
    return presenting.document(demo, demo.ledger.documents[number])


def squeezed(made: bytes) -> str:
    return " ".join(pdf_room.pages(made))


def long_one(demo: Book, count: int) -> CoreInvoice:
    """So many lines of 100.00 each."""
    one = shown(demo, "2026-0075")
    line = replace(
        one.lines[0], text="Cable", net=D("100.00"), quantity=D(1), price=D("100.00"), adjustments=(), seller_item=""
    )
    lines = tuple(replace(line, id=str(n), text=f"Cable {n}") for n in range(1, count + 1))
    return replace(one, lines=lines, adjustments=())


def test_it_is_a_pdf_a_3b_with_tags_and_embedded_fonts(demo: Book) -> None:
    with pikepdf.open(io.BytesIO(pdf.document(shown(demo, "2026-0075")))) as file:
        found = file.open_metadata()
        assert (found["pdfaid:part"], found["pdfaid:conformance"]) == ("3", "B")
        assert found["dc:title"] == "Faktura 2026-0075"
        assert file.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert file.Root.MarkInfo.Marked
        assert str(file.Root.Lang) == "nb"
        fonts = [font for page in file.pages for font in page.Resources.Font.values()]
        assert fonts
        for font in fonts:
            (inner,) = font.DescendantFonts
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner.FontDescriptor.keys())
        assert "/AcroForm" not in file.Root
        assert "/JavaScript" not in file.Root.get("/Names", {})


def test_the_face_is_the_one_that_comes_with_the_package(demo: Book) -> None:
    """On the Swiss payment part too, which asks for a face without serifs."""
    for each in (shown(demo, "2026-0076"), swiss_one(demo)):
        with pikepdf.open(io.BytesIO(pdf.document(each))) as file:
            names = {str(font.BaseFont) for page in file.pages for font in page.Resources.Font.values()}
        assert {name.split("+")[1].split("-")[0] for name in names} == {"BilltextSans"}


@pytest.mark.parametrize("number", ["2026-0075", "2026-0076", "K2026-0003"])
def test_a_second_run_gives_the_same_bytes(demo: Book, number: str) -> None:
    one = shown(demo, number)
    typesetting._compiler.cache_clear()
    first = pdf.document(one)
    typesetting._compiler.cache_clear()
    assert pdf.document(one) == first


def test_an_invoice_carries_what_the_law_asks_for(demo: Book) -> None:
    """Bokføringsforskriften §§ 5-1-1 and 5-1-2."""
    found = squeezed(pdf.document(shown(demo, "2026-0075")))
    for wanted in (
        "Faktura 2026-0075", "18. nov. 2026", "18. des. 2026", "Levert", "13. nov. 2026", "Fjordlys Elektro AS",
        "310000019 MVA", "Foretaksregisteret", "Sørfjorden sykehus HF", "314002334", "Electrician", "11", "timer",
        "940,00", "25 %", "18 140,00", "4 535,00", "22 675,00", "KID", "00013202600758", "8601 11 17947", "Side 1 / 1",
    ):  # fmt: skip
        assert wanted in found, wanted


def test_a_credit_note_names_its_invoice_and_asks_for_no_money(demo: Book) -> None:
    found = squeezed(pdf.document(shown(demo, "K2026-0003")))
    assert "Kreditnota K2026-0003" in found
    assert "2026-0012" in found
    assert "3 125,00" in found
    assert "IBAN" not in found


DOT = 300 / 25.4  # of a picture, in a millimetre


def scanned(made: bytes) -> bytes:
    """What a bank's programme reads from the code on the last page."""
    codes = zxingcpp.read_barcodes(pdf_room.picture(made, -1, 300), formats=zxingcpp.BarcodeFormat.QRCode)
    assert [code.ec_level for code in codes] == ["M"]
    return codes[0].bytes


def test_euro_comes_with_its_rate_and_a_code_to_scan(demo: Book) -> None:
    """EPC069-12: service tag, version, UTF-8, credit transfer, BIC, name, IBAN, amount, purpose, reference, text."""
    made = pdf.document(shown(demo, "2026-0076"))
    assert "1 EUR = 11,379 NOK" in squeezed(made)
    assert scanned(made).decode() == (
        "BCD\n002\n1\nSCT\nDNBANOKK\nFjordlys Elektro AS\nNO4986011117963\nEUR4180.00\n\nRF060001920260076\n"
    )


def test_account_numbers_are_grouped_for_people_and_not_for_machines(tmp_path: Path) -> None:
    """ISO 13616 prints an IBAN in groups of four, Norway an account as 4-2-5 digits; however the register has them."""
    shutil.copytree(ROOT / "ledger", tmp_path / "ledger")
    register = tmp_path / "ledger" / "company.beancount"
    text = register.read_text("utf-8").replace('"86011117963"', '"8601.11.17963"')
    register.write_text(text.replace('"NO4986011117963"', '"NO49 8601 1117963"'), "utf-8")
    found = book.build(load.load(tmp_path / "ledger" / "main.beancount").entries, load.sources)
    one = shown(found, "2026-0076")
    for text in (
        squeezed(pdf.document(one)),
        document_pages.render(one, "html"),
        document_pages.render(one, "markdown"),
    ):
        assert "NO49 8601 1117 963" in text
        assert "8601 11 17963" in text
    for xml in (ubl.render(one), cii.render(one)):
        assert b">NO4986011117963<" in xml
    assert "\nNO4986011117963\n" in scanned(pdf.document(one)).decode()


@pytest.mark.parametrize(
    ("code", "how", "said"),
    [
        ("59", {"mandate": ("M-1", "DE98ZZZ09999999999", "DE89370400440532013000")},
         ["wird per Lastschrift eingezogen", "M-1", "DE98ZZZ09999999999", "DE89 3704 0044 0532 0130 00"]),
        ("49", {}, ["wird per Lastschrift eingezogen"]),
        ("48", {"card": ("1234", "Kari Nordmann")}, ["wird von der Karte abgebucht", "1234 Kari Nordmann"]),
        ("54", {}, ["wird von der Karte abgebucht"]), ("55", {}, ["wird von der Karte abgebucht"]),
    ],
)  # fmt: skip
def test_what_is_collected_asks_for_no_transfer(demo: Book, code: str, how: dict[str, Any], said: list[str]) -> None:
    """UNTDID 4461: a direct debit or a card in BT-81. Who would pay to our account besides would pay twice."""
    one = shown(demo, "2026-0076")
    one = replace(one, payment=replace(one.payment, code=code, **how))
    made = pdf.document(one)
    assert zxingcpp.read_barcodes(pdf_room.picture(made, -1, 300)) == []
    mail = mail_text.document(one, "", lambda _: None).text
    for text in (squeezed(made), document_pages.render(one, "html"), document_pages.render(one, "markdown")):
        assert all(word in text for word in said), text
        assert "NO49" not in text
    assert said[0] in mail
    assert "NO49" not in mail
    assert "Konto" not in mail


def test_the_code_names_the_payee_whose_account_it_is(demo: Book) -> None:
    """EPC069-12: the name of the beneficiary, which the bank of who pays compares with the account's."""
    one = shown(demo, "2026-0076")
    made = pdf.document(replace(one, payee=replace(one.seller, name="Factoring Finans GmbH")))
    assert scanned(made).decode().split("\n")[5] == "Factoring Finans GmbH"


@pytest.mark.parametrize("name", ["", "Ħal Qormi Ġugarelli og Lysdesign Bergen AS", "W" * 100])
@pytest.mark.parametrize(
    "iban",
    [
        "NO93 8601 1117 947", "DE89 3704 0044 0532 0130 00", "FR14 2004 1010 0505 0001 3M02 606",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
    ],
)  # fmt: skip
def test_an_iban_stands_on_one_line(demo: Book, iban: str, name: str) -> None:
    """Of 15 signs, of 22 as Germany's, and of 31: examples of the registry (ISO 13616); whatever stands beside it."""
    one = shown(demo, "2026-0076")
    account = replace(one.payment.accounts[0], iban=iban.replace(" ", ""), name=name)
    one = replace(one, payment=replace(one.payment, accounts=(account,)))
    made = pdf.document(one)
    pages = pdf_room.lines(made)
    assert any(iban in line for page in pages for line in page)
    assert len(pages) == 1 or iban.startswith("MT")
    assert f"\n{iban.replace(' ', '')}\n" in scanned(made).decode()
    home = pdf_room.lines(pdf.document(replace(one, currency="NOK", exchange_rate=None)))
    assert any(iban in line for page in home for line in page)


@pytest.mark.parametrize(
    ("reference", "end"),
    [("RF18539007547034", "\nRF18539007547034\n"), ("", "\n\n2026-0076"), ("Æ\n" + "x" * 200, "\n\nÆ " + "x" * 138)],
)
def test_the_code_carries_a_creditor_reference_or_a_text(demo: Book, reference: str, end: str) -> None:
    """A text has 140 letters at most, and no line of its own."""
    one = shown(demo, "2026-0076")
    one = replace(one, payment=replace(one.payment, reference=reference))
    assert scanned(pdf.document(one)).decode().endswith("\n" + end)


def test_what_a_code_cannot_hold_has_none(demo: Book) -> None:
    """331 bytes: letters of four bytes each fill them early. The words beside it say all."""
    one = shown(demo, "2026-0076")
    seller = replace(one.seller, name="\N{MUSICAL SYMBOL G CLEF}" * 70)
    assert pdf._epc(replace(one, seller=seller)) is None


def swiss_one(demo: Book, **buyer: Any) -> CoreInvoice:
    """An invoice in francs to a Swiss IBAN, its buyer with other values of `Party` or of `Address`."""
    one = shown(demo, "2026-0076")
    account = core_invoice.Account(iban="CH5604835012345678009")
    seller = replace(one.seller, address=replace(one.seller.address, country="CH", postal_code="8001", city="Zürich"))
    name = buyer.pop("name", one.buyer.name)
    to = replace(one.buyer, name=name, address=replace(one.buyer.address, **buyer))
    return replace(one, currency="CHF", seller=seller, buyer=to, payment=replace(one.payment, accounts=(account,)))


def test_a_swiss_invoice_gets_its_payment_part(demo: Book) -> None:
    """SIX: a QR-IBAN or IBAN of CH or LI, with a creditor reference, in francs."""
    one = swiss_one(demo)
    assert pdf._swiss(one) is not None
    assert pdf._epc(one) is None
    with pikepdf.open(io.BytesIO(pdf.document(one))) as file:
        assert len(file.pages) == 2


@pytest.mark.parametrize(
    ("field", "ledger", "code"),
    [
        ("city", "Bern\nCH\nNON\n\nPay 9", "Bern CH NON Pay 9"),
        ("postal_code", "3000\nBern\nCH\nNON", "3000 Bern CH NON"),
        ("lines", ("Gasse 1\r\n2",), "Gasse 1 2"),
        ("name", "A\rB AG", "A B AG"),
        ("name", "A\u202eB\x07 AG", "AB AG"),
        ("name", "A\ufffe AG", "A? AG"),
        ("name", "Blume 🌸👍🏽 AG", "Blume ? AG"),
        ("name", "Jo\u0308rg’s – “Café”", 'Jörg\'s - "Café"'),
        ("name", "W" * 71, "W" * 70),
    ],
)
def test_no_text_moves_the_fields_of_a_swiss_code(
    demo: Book, field: str, ledger: str | tuple[str, ...], code: str
) -> None:
    """SIX: 31 lines in their order, of letters and signs of the Latin blocks."""
    places = {"name": 21, "lines": 22, "postal_code": 24, "city": 25}
    debtor = ["Müller Lichttechnik GmbH", "Speicherstraße 22", "", "20457", "Hamburg", "DE"]
    debtor[places[field] - 21] = code
    found = scanned(pdf.document(swiss_one(demo, **{field: ledger}))).decode().split("\r\n")
    assert found == [
        "SPC", "0200", "1", "CH5604835012345678009",
        "S", "Fjordlys Elektro AS", "Kaigata 4", "", "8001", "Zürich", "CH", *[""] * 7, "4180.00", "CHF", "S", *debtor,
        "SCOR", "RF060001920260076", "2026-0076", "EPD",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "buyer",
    [
        {"name": "\u0395\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ae \u0395\u03c4\u03b1\u03b9\u03c1\u03b5\u03af\u03b1"},
        {"city": "\u041c\u043e\u0441\u043a\u0432\u0430"}, {"city": ""}, {"postal_code": ""},
    ],
)  # fmt: skip
def test_who_pays_a_swiss_bill_is_left_open_where_the_code_cannot_say_it(demo: Book, buyer: dict[str, str]) -> None:
    """SIX, 4.1.1: Latin letters alone; the debtor is optional, and needs name, postal code and town."""
    found = scanned(pdf.document(swiss_one(demo, **buyer))).decode().split("\r\n")
    assert found[18:] == ["4180.00", "CHF", *[""] * 7, "SCOR", "RF060001920260076", "2026-0076", "EPD"]


def test_words_as_a_reference_of_a_swiss_bill(demo: Book) -> None:
    """SIX: without QR reference or one of ISO 11649 (NON), what it says is the message; never for a QR-IBAN."""
    one = swiss_one(demo)
    payment = replace(one.payment, reference="Freitext <b> & äöü")
    found = scanned(pdf.document(replace(one, payment=payment))).decode().split("\r\n")
    assert found[27:] == ["NON", "", "Freitext <b> & äöü, 2026-0076", "EPD"]
    account = core_invoice.Account(iban="CH4431999123000889012")
    assert pdf._swiss(replace(one, payment=replace(payment, accounts=(account,)))) is None


@pytest.mark.parametrize(("language", "words"), [("de-CH", "Zahlteil"), ("fr", "Section paiement"), ("nb", "Payment")])
def test_an_invoice_has_one_code_to_pay_with(demo: Book, language: str, words: str) -> None:
    """In euro to a Swiss account the Swiss payment part, in its language, and no SEPA code besides."""
    one = replace(swiss_one(demo), currency="EUR", language=language)
    made = pdf.document(one)
    codes = [
        code.text for page in range(1, len(pdf_room.pages(made)) + 1)
        for code in zxingcpp.read_barcodes(pdf_room.picture(made, page, 300))
    ]  # fmt: skip
    assert [code.split()[0] for code in codes] == ["SPC"]
    assert words in squeezed(made)


@pytest.mark.parametrize("letters", ["W", "MØBEL ", "Zimmerei "])
def test_long_names_stay_in_the_fields_of_a_swiss_bill(demo: Book, letters: str) -> None:
    """SIX: a receipt of 52 mm, the code, and 87 mm beside it, which ends 5 mm before the paper does."""
    text = (letters * 70)[:70].strip()
    one = swiss_one(demo, name=text, lines=(text,), city=text[:35], postal_code=text[:16])
    one = replace(one, seller=replace(one.seller, name=text, address=replace(one.buyer.address, country="CH")))
    made = pdf.document(one)
    assert scanned(made).decode().count(text) == 4
    found = pdf_room.words(made, 2)
    long = [word for word in found if text[:3] in word[0]]
    assert {round(word[1]) for word in long} >= {5, 118}
    assert all(word[3] <= 57 or (word[1] > 117 and word[3] <= 205) for word in long)
    lowest = min(word[2] for word in found if word[0] == "Währung")
    assert all(word[4] < lowest + 0.5 for word in long if word[3] <= 57)


@pytest.mark.parametrize(("count", "pages", "times"), [(1, 1, 1), (25, 2, 2), (160, 5, 1)])
def test_a_document_of_one_page_is_laid_out_once(
    demo: Book, monkeypatch: pytest.MonkeyPatch, count: int, pages: int, times: int
) -> None:
    """And again where that was not enough, but not where nobody expects it to be; a name that says it is no matter."""
    compiler = typesetting._compiler(typesetting.PACKAGE)
    made: list[bytes] = []

    class Counting:
        def compile(self, **given: Any) -> bytes:
            made.append(compiler.compile(**given))
            return made[-1]

    monkeypatch.setattr(typesetting, "_compiler", lambda place: Counting())
    one = long_one(demo, count)
    name = "1 0 obj <</Type/Pages/Count 1/"
    found = pdf_room.pages(pdf.document(replace(one, seller=replace(one.seller, name=name))))
    assert len(made) == times
    assert [re.findall(r"Side (\d+) / (\d+)", page) for page in found] == [
        [(str(n), str(pages))] for n in range(1, pages + 1)
    ]


def test_eighty_lines_carry_their_sum_over_three_pages(demo: Book) -> None:
    made = pdf.document(long_one(demo, 80))
    pages = pdf_room.pages(made)
    assert len(pages) == 3
    for before, after in pairwise(pages):
        count = max(n for n in range(1, 81) if f"Cable {n} " in before)
        carried = f"{count // 10} {count % 10}00,00" if count >= 10 else f"{count}00,00"
        assert f"Overføres NOK {carried}" in before
        assert f"Overført NOK {carried}" in after
        assert f"Cable {count + 1} " in after
    assert "Overføres" not in pages[-1]
    assert "Overført" not in pages[0]
    assert [f"Side {n} / 3" in page for n, page in enumerate(pages, 1)] == [True] * 3


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("language", ["nb", "en"])
def test_the_sums_are_on_the_page_of_the_last_lines(demo: Book, paper: str, language: str) -> None:
    """However many lines there are, and none is lost or there twice."""
    total = {"nb": "Sum NOK", "en": "Total NOK"}[language]
    broken = 0
    for count in (1, 2, 3, *range(18, 36), *range(56, 78)):
        pages = pdf_room.pages(pdf.document(replace(long_one(demo, count), language=language), paper=paper))
        lines = [[int(n) for n in re.findall(r"Cable (\d+) 1 ", page)] for page in pages]
        assert [n for page in lines for n in page] == list(range(1, count + 1))
        (at,) = [n for n, page in enumerate(pages) if total in page]
        assert lines[at][-2:] == list(range(max(1, count - 1), count + 1)), count
        broken += len(lines[at]) == 2 < count
    assert broken  # at some count they went over to the next page together


@pytest.mark.parametrize("note", ["", "Takk for handelen.", "\n\n".join(["Takk."] * 5)])
def test_the_payment_part_never_stands_alone(demo: Book, note: str) -> None:
    """However many lines there are, the VAT table and a short note are on its page."""
    moved = 0
    for count in range(8, 26):
        one = long_one(demo, count)
        pages = pdf_room.pages(pdf.document(replace(one, notes=(("", note),) if note else ())))
        (at,) = [n for n, page in enumerate(pages) if "Å betale" in page]
        assert "MVA-grunnlag" in pages[at], count
        assert pages[at].count("Takk") == note.count("Takk"), count
        moved += at > 0 and "Sum NOK" not in pages[at]
    assert moved  # at some counts they went over to the next page together


def test_the_payment_part_stands_below_the_end_of_a_long_note(demo: Book) -> None:
    """Which is not moved for it: the page before it is filled. Each of 56 paragraphs is there once, in order."""
    note = "\n\n".join(f"Paragraph {n}." for n in range(1, 57))
    for count in range(1, 9):
        pages = pdf_room.pages(pdf.document(replace(long_one(demo, count), notes=(("", note),))))
        assert [int(n) for n in re.findall(r"Paragraph (\d+)\.", " ".join(pages))] == list(range(1, 57))
        assert "Paragraph 1." in pages[0]
        assert len(pages) == 2


def test_the_payment_part_of_a_statement_stands_with_the_ageing(demo: Book) -> None:
    report = statements.report(demo, "C00017", Date(2026, 1, 1), Date(2026, 10, 31))
    (section,) = report.sections
    for count in range(10, 30):
        lines = tuple(replace(section.lines[0], number=f"N{n}.") for n in range(count))
        pages = pdf_room.pages(pdf.statement(demo, replace(report, sections=(replace(section, lines=lines),))))
        (page,) = [page for page in pages if "Bankkonto" in page]
        assert "Aldersfordeling" in page, count


def test_more_sums_than_a_page_holds_go_over_several(demo: Book) -> None:
    one = long_one(demo, 3)
    off = core_invoice.Adjustment(charge=False, amount=D(1), reason="")
    many = tuple(replace(off, reason=f"Reason {n}.") for n in range(100))
    pages = pdf_room.pages(pdf.document(replace(one, adjustments=many)))
    assert [n for n in range(100) if not any(f"Reason {n}." in page for page in pages)] == []
    assert len(pages) >= 3
    assert all("Reason" in page for page in pages)  # none is left empty before them


def test_what_follows_the_optional_lines_of_a_quote_is_near(demo: Book) -> None:
    """1.5 mm within the row, 0.1 for its rule and 5 mm to the note."""
    one = shown(demo, "2026-0075")
    first, second, *_ = one.lines
    optional = replace(second, text="Besides", seller_item="", optional=True)
    quote = replace(one, kind=core_invoice.QUOTE, lines=(first, optional), notes=(("", "Notable"),))
    found = pdf_room.words(pdf.document(quote))
    (last,) = [word for word in found if word[0] == "Besides"]
    (note,) = [word for word in found if word[0] == "Notable"]
    assert 5 < note[2] - last[4] < 8


def test_a_line_breaks_only_where_it_is_longer_than_a_page(demo: Book) -> None:
    """A note of 9 000 letters goes over pages, one of 1 500 stays on one."""
    one = shown(demo, "2026-0075")
    for words, whole in ((50, True), (300, False)):
        note = " ".join(f"word{n:03} and what more there is." for n in range(words))
        lines = (*long_one(demo, 24).lines[:20], replace(one.lines[0], note=note), *long_one(demo, 3).lines)
        pages = pdf_room.pages(pdf.document(replace(one, lines=lines)))
        found = [[n for n in range(words) if f"word{n:03}" in page] for page in pages]
        assert sorted(n for page in found for n in page) == list(range(words))
        assert any(len(page) == words for page in found) == whole


def lost(made: bytes, wanted: list[str]) -> list[str]:
    """The words that are on no page above its foot, which begins 27 mm above the end of A4."""
    with pikepdf.open(io.BytesIO(made)) as file:
        count = len(file.pages)
    found = {word[0] for page in range(count) for word in pdf_room.words(made, page + 1) if word[4] < 271}
    return [word for word in wanted if word not in found]


WORDS = [f"w{n:03}x" for n in range(700)]
CAPITALS = [f"MW{n:03}WM" for n in range(200)]


@pytest.mark.parametrize("where", ["reason of VAT", "payment", "account", "instalment", "sum"])
def test_a_text_longer_than_a_page_goes_over_pages(demo: Book, where: str) -> None:
    one, text = shown(demo, "2026-0075"), " ".join(WORDS)
    if where == "reason of VAT":
        one = replace(one, vat=tuple(replace(part, reason=text) for part in one.vat))
    elif where == "payment":
        one = replace(one, payment=replace(one.payment, text=text))
    elif where == "account":
        accounts = tuple(replace(account, name=text) for account in one.payment.accounts)
        one = replace(one, payment=replace(one.payment, accounts=accounts))
    elif where == "instalment":
        part = core_invoice.Instalment(name=text, due=one.date, amount=one.totals.payable)
        one = replace(one, instalments=(part,))
    else:
        one = replace(one, adjustments=(core_invoice.Adjustment(charge=False, amount=D(1), reason=text),))
    assert lost(pdf.document(one), WORDS) == []


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("count", [30, 60, 90, 120, 200])
def test_capitals_in_a_narrow_column_go_over_pages(demo: Book, count: int, at: int) -> None:
    """Discounts and long numbers leave the text a quarter of the page."""
    one = shown(demo, "2026-0075")
    lines = [one.lines[0]] * 3
    lines[at] = replace(
        one.lines[0], text=" ".join(CAPITALS[:count]), quantity=D("1234567.123"), price=D("1234567.1234"),
        net=D("123456789012.00"),
        adjustments=(core_invoice.Adjustment(charge=False, amount=D("1234567.25"), reason=""),),
    )  # fmt: skip
    made = pdf.document(replace(one, lines=tuple(lines), adjustments=()))
    assert lost(made, CAPITALS[:count]) == []


@pytest.mark.parametrize("at", [0, 1, -1])
def test_a_movement_longer_than_a_page_goes_over_pages(demo: Book, at: int) -> None:
    report = statements.report(demo, "C00017", Date(2026, 1, 1), Date(2026, 10, 31))
    (section,) = report.sections
    lines = list(section.lines)
    lines[at] = replace(lines[at], text=" ".join(WORDS))
    made = pdf.statement(demo, replace(report, sections=(replace(section, lines=tuple(lines)),)))
    assert lost(made, WORDS) == []


def test_the_closing_balance_of_a_statement_is_on_the_page_of_the_last_movement(demo: Book) -> None:
    report = statements.report(demo, "C00017", Date(2026, 1, 1), Date(2026, 10, 31))
    (section,) = report.sections
    for count in range(24, 40):
        lines = tuple(replace(section.lines[0], number=f"N{n}.") for n in range(count))
        pages = pdf_room.pages(pdf.statement(demo, replace(report, sections=(replace(section, lines=lines),))))
        (page,) = [page for page in pages if "Utgående saldo" in page and "31. okt. 2026 Utgående" in page]
        assert f"N{count - 1}." in page, count


@pytest.mark.parametrize("name", [LONG * 3, "W" * 200])
def test_the_number_of_the_page_stays_at_the_right_of_the_foot(demo: Book, name: str) -> None:
    one = shown(demo, "2026-0075")
    made = pdf.document(
        replace(one, seller=replace(one.seller, name=name, contact=replace(one.seller.contact, email=name)))
    )
    (side,) = [word for word in pdf_room.words(made) if word[0] == "Side"]
    assert side[1] > 170


def test_a_document_of_1114_lines_is_made(demo: Book) -> None:
    with pikepdf.open(io.BytesIO(pdf.document(long_one(demo, 1114)))) as file:
        assert 20 < len(file.pages) < 60


@pytest.mark.parametrize("what", HOSTILE)
def test_ledger_text_is_never_code(demo: Book, what: str) -> None:
    one = shown(demo, "2026-0075")
    line = replace(one.lines[0], text=what, description=what, note=what)
    buyer = replace(one.buyer, name=what, address=replace(one.buyer.address, lines=(what,), city=what))
    one = replace(one, title=what, buyer=buyer, lines=(line, *one.lines[1:]), notes=(("", what),), number=what)
    made = pdf.document(one)
    found = "\n".join(pdf_room.pages(made))
    found += PdfReader(io.BytesIO(made)).pages[0].extract_text()  # it shows what PDFium leaves out
    for char in "\u202e\u200f\0\x07":
        assert char not in found
    assert "root:" not in found
    plain = "".join(c for c in what if c.isalnum())[:12]
    assert plain in "".join(c for c in found if c.isalnum())


def test_factur_x_holds_the_very_xml(demo: Book) -> None:
    one = shown(demo, "2026-0076")
    xml = cii.render(one)
    made = pdf.document(one, xml=xml)
    assert made == pdf.document(one, xml=xml)
    with pikepdf.open(io.BytesIO(made)) as file:
        assert file.attachments["factur-x.xml"].get_file().read_bytes() == xml
        assert file.Root.AF[0].AFRelationship == "/Alternative"
        found = file.open_metadata()
        fx = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
        assert found[f"{fx}ConformanceLevel"] == "EN 16931"
        assert found[f"{fx}DocumentFileName"] == "factur-x.xml"
        assert (found["pdfaid:part"], found["pdfaid:conformance"]) == ("3", "B")
        assert str(file.Root.Metadata.read_bytes().decode()).count("<pdfaExtension:schemas>") == 1
        assert file.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert file.Root.MarkInfo.Marked


def test_a_statement(demo: Book) -> None:
    report = statements.report(demo, "C00017", Date(2026, 1, 1), Date(2026, 10, 31))
    made = pdf.statement(demo, report)
    assert made == pdf.statement(demo, report)
    found = squeezed(made)
    assert "Kontoutskrift" in found
    for section in report.sections:
        assert section.currency in found
    assert "Inngående saldo -5 000,00" in found.replace("−", "-")
    assert "17 425,00" in found


def test_a_template_of_the_ledgers_own(demo: Book, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "logo.svg").write_bytes(SVG)
    own = (
        '#import "@local/billtext:1.0.0": *\n#show: document-page.with(data)\n#head(data)\nThank you, #data.buyer.name!'
    )
    (templates / "invoice.typ").write_text(own)
    found = squeezed(pdf.document(shown(demo, "2026-0075"), root=tmp_path))
    assert "Thank you, Sørfjorden sykehus HF" in found
    assert "KID" not in found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.svg", b""), ("logo.svg", b"no picture"), ("logo.svg", SVG[:-6]),
        ("logo.svg", gzip.compress(SVG, mtime=0)),
        ("logo.svg", SVG.replace(b"<rect", b"<text>\xe6</text><rect")),
        ("logo.svg", SVG.replace(b"<rect", b'<image href="file:///etc/hostname"/><rect')),
        ("logo.svg", SVG.replace(b"<rect", b'<image href="beside.png" width="9" height="9"/><rect')),
        ("logo.svg", SVG.replace(b"<rect", "<text>A \U0001f600 \u6f22</text><rect".encode())),
        ("logo.png", b"GIF89a"), ("logo.png", b"\x89PNG\r\n\x1a\n"),
        ("logo.png", b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\0\0\x09" * 2 + b"\x08\x02\0\0\0"),
    ],
)  # fmt: skip
def test_a_logo_that_cannot_be_shown_is_told_by_its_name(demo: Book, tmp_path: Path, name: str, content: bytes) -> None:
    """Cut off, of another format, not UTF-8, or with a picture from elsewhere: its file is told, not our template."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / name).write_bytes(content)
    Image.new("L", (9, 9)).save(tmp_path / "templates" / "beside.png")
    kind = "an SVG" if name.endswith("svg") else "a PNG"
    with pytest.raises(Refused, match=rf"^\S+/templates/{re.escape(name)}: it is not {kind} picture\b.*; save it "):
        pdf.document(shown(demo, "2026-0075"), root=tmp_path)


@pytest.mark.parametrize("name", ["logo.svg", "logo.png"])
def test_a_logo_is_at_the_right_above_the_seller(demo: Book, tmp_path: Path, name: str) -> None:
    (tmp_path / "templates").mkdir()
    if name.endswith("svg"):
        (tmp_path / "templates" / name).write_bytes(SVG)
    else:
        Image.new("L", (9, 9)).save(tmp_path / "templates" / name)
    made = pdf.document(shown(demo, "2026-0075"), root=tmp_path)
    (seller, *_) = [word for word in pdf_room.words(made) if word[0] == "Fjordlys"]
    above = pdf_room.picture(made, 1, 300).crop((int(150 * DOT), 0, int(200 * DOT), int(seller[2] * DOT)))
    assert above.point(lambda grey: 255 * (grey < 128)).getbbox() is not None


@pytest.mark.parametrize(("width", "height", "room"), [(1200, 120, 68), (300, 300, 16), (100, 800, 2)])
def test_a_logo_is_whole(demo: Book, tmp_path: Path, width: int, height: int, room: int) -> None:
    """As high as 16 mm and no wider than the seller's column of 68 mm, which ends at the right edge of the text."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "logo.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<rect width="{width}" height="{height}"/></svg>', "utf-8",
    )  # fmt: skip
    made = pdf.document(shown(demo, "2026-0075"), root=tmp_path)
    seller = min((word for word in pdf_room.words(made) if word[0] == "Fjordlys"), key=lambda word: word[2])
    above = pdf_room.picture(made, 1, 300).crop((0, 0, int(209 * DOT), int((seller[2] - 0.5) * DOT)))
    box = above.point(lambda grey: 255 * (grey < 128)).getbbox()
    assert box is not None
    assert [round(edge / DOT) for edge in (box[0], box[2])] == [190 - room, 190]
    assert round((box[3] - box[1]) / DOT) == min(16, round(68 * height / width))


def test_a_long_line_of_an_address_goes_on_in_the_next(demo: Book) -> None:
    """Bokføringsforskriften § 5-1-2, and the postman: what the window has no room for stands below it whole."""
    long = "c/o Bygg- og eiendomsforvaltning Midt-Norge AS, Postboks 1234 Sentrum"
    one = shown(demo, "2026-0075")

    def lines(*street: str) -> list[str]:
        buyer = replace(one.buyer, address=replace(one.buyer.address, lines=street))
        return pdf_room.lines(pdf.document(replace(one, buyer=buyer)))[0]

    found = lines(long)
    at = found.index("c/o Bygg- og eiendomsforvaltning Midt-Norge AS,")
    assert found[at + 1 : at + 3] == ["Postboks 1234 Sentrum", "5750 Odda"]
    many = [f"{n}. {long}" for n in range(1, 5)]
    found = lines(*many)
    assert found[found.index("5750 Odda") - 1] == "4. c/o Bygg- og eiendomsforvaltning Midt-Norge…"
    assert all(line in " ".join(found) for line in many)


@pytest.mark.parametrize("length", [24, 36, 42, 50, 100])
def test_a_long_number_leaves_room_for_text_and_amounts(demo: Book, length: int) -> None:
    report = statements.report(demo, "C00017", Date(2026, 1, 1), Date(2026, 10, 31))
    section = report.sections[0]
    lines = tuple(replace(line, number=("7F3A-" * 20)[:length], amount=D("12345678.90")) for line in section.lines)
    made = pdf.statement(demo, replace(report, sections=(replace(section, lines=lines),)))
    for page in range(1, len(pdf_room.pages(made)) + 1):
        assert over_one_another(made, page) == []


def test_what_is_offered_besides_says_so_on_each_page(demo: Book) -> None:
    """The VAT of what is offered stands before it, with its sums."""
    one = long_one(demo, 3)
    optional = tuple(replace(one.lines[0], text=f"Part {n}", optional=True) for n in range(60))
    one = replace(one, kind=core_invoice.QUOTE, lines=(*one.lines, *optional), language="en")
    pages = pdf_room.pages(pdf.document(one))
    assert len(pages) > 1
    assert all("Optional: Text" in page for page in pages if "Part " in page)
    assert pages[0].index("VAT rate") < pages[0].index("Part 0")


def test_a_template_that_is_no_text_is_told(demo: Book, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "invoice.typ").write_bytes("= Fin\n".encode("utf-16"))
    with pytest.raises(Refused, match=r"invoice\.typ: not UTF-8 text; save the template as UTF-8"):
        pdf.document(shown(demo, "2026-0075"), root=tmp_path)


def test_a_mistake_in_a_template_is_told_with_its_line(demo: Book, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "invoice.typ").write_text("= Fine\n\n#wrong\n")
    with pytest.raises(Refused, match=r"invoice\.typ.*unknown variable: wrong.*line 3"):
        pdf.document(shown(demo, "2026-0075"), root=tmp_path)


def test_a_template_that_leaves_the_e_invoice_out_is_refused(demo: Book, tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "invoice.typ").write_text("= Fine\n")
    with pytest.raises(Refused, match=r"^2026-0075: .*no e-invoice into the PDF; add #attach-invoice\(data\)$"):
        pdf.document(shown(demo, "2026-0075"), root=tmp_path, xml=b"<x/>")
    assert pdf.document(shown(demo, "2026-0075"), root=tmp_path)


def test_a_template_sees_nothing_outside_its_directory(demo: Book, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "templates").mkdir()
    for name in ("../secret.txt", str(tmp_path / "secret.txt"), "/etc/passwd"):
        (tmp_path / "templates" / "invoice.typ").write_text(f'#read("{name}")\n')
        with pytest.raises(Refused):
            pdf.document(shown(demo, "2026-0075"), root=tmp_path)


def test_a_template_gets_no_package_from_the_network(
    demo: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where a proxy would answer, or where the name is put together; other programmes keep their proxy."""
    (tmp_path / "templates").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        monkeypatch.setenv("HTTPS_PROXY", address)
        for name in ('"@preview/tablex:0.0.8"', '"@pre" + "view/tablex:0.0.8"'):
            (tmp_path / "templates" / "invoice.typ").write_text(f"#import {name}: *\n")
            with pytest.raises(Refused, match=r"invoice\.typ: a template has no packages but @local/billtext:1\.0\.0"):
                pdf.document(shown(demo, "2026-0075"), root=tmp_path)
        with pytest.raises(BlockingIOError):  # nobody called
            proxy.accept()
        assert os.environ["HTTPS_PROXY"] == address


def test_a_link_out_of_the_templates_is_refused(demo: Book, tmp_path: Path) -> None:
    """A file, a directory, one in the fonts, or the directory of templates itself."""
    outside, ledger = tmp_path / "outside", tmp_path / "ledger"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (ledger / "templates" / "fonts").mkdir(parents=True)
    (ledger / "templates" / "inside.txt").write_text("fine")
    (ledger / "templates" / "link.txt").symlink_to(ledger / "templates" / "inside.txt")
    pdf.document(shown(demo, "2026-0075"), root=ledger)
    for link, target in (("a.txt", outside / "secret.txt"), ("a", outside), ("fonts/a.ttf", outside / "secret.txt")):
        path = ledger / "templates" / link
        path.symlink_to(target)
        with pytest.raises(Refused, match="it is a link to a place outside templates/"):
            pdf.document(shown(demo, "2026-0075"), root=ledger)
        path.unlink()
    other = tmp_path / "other"
    other.mkdir()
    (other / "templates").symlink_to(outside)
    with pytest.raises(Refused, match="it is a link to a place outside templates/"):
        pdf.document(shown(demo, "2026-0075"), root=other)


def test_a_letter_that_no_font_has_is_told_with_its_document_and_text(demo: Book) -> None:
    """A name that nobody can read is not sent."""
    one = shown(demo, "2026-0075")
    told = re.escape("Faktura 2026-0075: no font has “中” of “Lotus 中村 AS”; put a font file")
    with pytest.raises(Refused, match=told + r".*templates/fonts/"):
        pdf.document(replace(one, buyer=replace(one.buyer, name="Lotus 中村 AS")))


def test_a_sign_that_no_font_has_and_what_is_no_character_get_a_mark(demo: Book) -> None:
    one = replace(shown(demo, "2026-0075"), title="Takk 🙂 og 👍🏽, a\ufffeb")
    assert "Takk \ufffd og \ufffd, a\ufffdb" in squeezed(pdf.document(one))


def test_the_e_invoice_in_a_pdf_keeps_a_sign_that_no_font_has(demo: Book) -> None:
    one = replace(shown(demo, "2026-0076"), title="Takk 🙂")
    xml = cii.render(one) + "<!-- 🙂 -->".encode()
    with pikepdf.open(io.BytesIO(pdf.document(one, xml=xml))) as file:
        assert file.attachments["factur-x.xml"].get_file().read_bytes() == xml


def test_a_font_of_the_ledgers_own_is_used(demo: Book, tmp_path: Path) -> None:
    """Here it is one of fontTools, with nothing but the letter 中."""
    fonts = tmp_path / "templates" / "fonts"
    fonts.mkdir(parents=True)
    one_shape(fonts / "own.ttf", "Own Face", "中")
    one = shown(demo, "2026-0075")
    made = pdf.document(replace(one, buyer=replace(one.buyer, name="Lotus 中 AS")), root=tmp_path)
    assert "Lotus 中 AS" in squeezed(made)


def test_a_swiss_payment_part_takes_a_face_of_the_guidelines(demo: Book, tmp_path: Path) -> None:
    """SIX Implementation Guidelines QR-bill 3.4: Arial, Frutiger, Helvetica or Liberation Sans."""
    fonts = tmp_path / "templates" / "fonts"
    fonts.mkdir(parents=True)
    one_shape(fonts / "own.ttf", "Liberation Sans", "".join(map(chr, range(0x20, 0x180))))
    with pikepdf.open(io.BytesIO(pdf.document(swiss_one(demo), root=tmp_path))) as file:
        names = {str(font.BaseFont) for page in file.pages for font in page.Resources.Font.values()}
    assert any("LiberationSans" in name for name in names)


def one_shape(path: Path, family: str, letters: str) -> None:
    """A font file with a square for each letter."""
    pytest.importorskip("fontTools")
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    for n, corner in enumerate(((0, 0), (0, 700), (700, 700), (700, 0))):
        (pen.lineTo if n else pen.moveTo)(corner)
    pen.closePath()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder([".notdef", "square"])
    font.setupCharacterMap(dict.fromkeys(map(ord, letters), "square"))
    font.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "square": pen.glyph()})
    font.setupHorizontalMetrics({".notdef": (800, 0), "square": (800, 0)})
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")})
    font.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    font.setupPost()
    font.save(path)


@pytest.mark.parametrize(("window", "top", "end"), [("c5", 44, 79), ("din", 45, 90)])
@pytest.mark.parametrize("name", ["Sørfjorden sykehus", LONG * 8, "W" * 300])
def test_the_address_stands_in_the_window(
    demo: Book, tmp_path: Path, window: str, top: int, end: int, name: str
) -> None:
    """Norway: 35 x 105 mm, 44 mm and 15 mm off; DIN 5008, form B: 45 x 85 mm, 45 mm and 20 mm off."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "invoice.typ").write_text(
        f'#import "@local/billtext:1.0.0": *\n#show: document-page.with(data)\n#head(data, window: {window})\n'
    )
    one = shown(demo, "2026-0075")
    one = replace(one, buyer=replace(one.buyer, name=name))
    found = pdf_room.words(pdf.document(one, root=tmp_path))
    left = [word for word in found if word[1] < 105]
    inside = [word for word in left if top < word[2] and word[4] < end]
    assert {"Sykehusveien", "40", "5750", "Odda"} <= {word[0] for word in inside}
    assert all(word[1] > 15 and word[3] < 120 for word in inside)
    (number,) = [word for word in left if word[0] == "314002334"]
    assert number[2] > end
    (heading,) = [word for word in left if word[0] == "Faktura"]
    assert heading[2] > number[4] - 1


@pytest.mark.parametrize("count", [14, 15, 16, 17, 18, 19, 20, 21, 22])
def test_a_head_below_other_parts_stays_on_one_page(demo: Book, tmp_path: Path, count: int) -> None:
    """A template may have it last, at any height of the page."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "invoice.typ").write_text(
        '#import "@local/billtext:1.0.0": *\n#show: document-page.with(data)\n#payment(data)\n#vat-table(data)\n'
        "#line-table(data, data.lines, end: sums(data))\n#facts(data)\n#head(data, window: din)\n"
    )
    made = pdf.document(long_one(demo, count), root=tmp_path)
    assert over_one_another(made) == []
    (page,) = [page for page in pdf_room.pages(made) if "Sykehusveien 40" in page]
    assert "Kaigata 4" in page


@pytest.mark.parametrize(("window", "address"), [("c5", 51), ("din", 62.7)])
def test_the_ring_of_the_first_letter_in_the_window_is_whole(
    demo: Book, tmp_path: Path, window: str, address: float
) -> None:
    """In the bold face of 9.6 pt, H is 0.652 and Å is 0.894 of its size high: 2.21 and 3.03 mm."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "invoice.typ").write_text(
        f'#import "@local/billtext:1.0.0": *\n#show: document-page.with(data)\n#head(data, window: {window})\n'
    )
    one = shown(demo, "2026-0075")
    heights = []
    for name in ("HH", "ÅÅ"):
        made = pdf.document(replace(one, buyer=replace(one.buyer, name=name)), root=tmp_path)
        picture = pdf_room.picture(made, -1, 300).crop(
            (20 * DOT, (address - 1.8) * DOT, 60 * DOT, (address + 2.8) * DOT)
        )
        box = picture.point(lambda grey: 255 * (grey < 128)).getbbox()
        assert box is not None
        heights.append((box[3] - box[1]) / DOT)
    assert heights == pytest.approx([2.21, 3.03], abs=0.15)


@pytest.mark.parametrize("letters", ["W", "MØBEL ", "snekker "])
@pytest.mark.parametrize("length", [16, 26, 40, 90])
def test_a_line_of_more_than_one_row_never_runs_into_the_next(demo: Book, letters: str, length: int) -> None:
    """Heights are given where a text is short enough; wide amounts leave it little room."""
    one = shown(demo, "2026-0075")
    text = (letters * length)[:length].strip()
    line = replace(
        one.lines[0], text=text, seller_item=text, quantity=D("1234.5"), price=D("123456.00"), net=D("152406432.00")
    )
    found = pdf_room.words(pdf.document(replace(one, lines=(line, replace(line, text="Next")))))
    (second,) = [word for word in found if word[0] == "Next"]
    before = [word for word in found if word[1] < 80 and 115 < word[2] < second[2]]
    assert any(word[0].startswith(text[:3]) for word in before)
    assert max(word[4] for word in before) <= second[2] + 0.5


def over_one_another(made: bytes, page: int = 1) -> list[tuple[str, str]]:
    """Words of a page that stand over others; the upper and lower third of a word's box is air."""
    found = [(word[0], word[1], word[2] + (word[4] - word[2]) / 3, word[3], word[4] - (word[4] - word[2]) / 3)
             for word in pdf_room.words(made, page)]  # fmt: skip
    return [
        (one[0], other[0]) for n, one in enumerate(found) for other in found[n + 1 :]
        if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["W" * 18, "M" * 15, "MMMMMM MMMMM MMMMM", "MMMMMMMMM MMMMMMMM", "m" * 20, "W" * 30])
def test_capitals_stay_in_their_column(demo: Book, text: str) -> None:
    """References beside one another, and an account with a code to scan beside it."""
    one = shown(demo, "2026-0076")
    references = {**dict(one.references), "order": text, "buyer-reference": text, "project": text, "contract": text}
    accounts = tuple(replace(account, name=text, bic=text) for account in one.payment.accounts)
    made = pdf.document(
        replace(one, references=references, payment=replace(one.payment, accounts=accounts, reference=text))
    )
    pages = pdf_room.pages(made)
    assert sum(page.count(text[0]) for page in pages) > 6 * text.count(text[0])
    assert [over_one_another(made, page) for page in range(1, len(pages) + 1)] == [[]] * len(pages)


@pytest.mark.parametrize("face", ["Regular", "Bold"])
def test_no_character_of_our_face_is_wider_than_it_is_reckoned(face: str) -> None:
    font = ImageFont.truetype(str(typesetting.PACKAGE / "fonts" / f"BilltextSans-{face}.ttf"), 1000)
    wide = {char: font.getlength(char) / 10 for char in pdf_data._ADVANCE if char != pdf_data.BREAK}
    assert {char: found for char, found in wide.items() if found > pdf_data._ADVANCE[char]} == {}
    # And none is so narrow that a column looks empty beside its figures.
    assert {char: found for char, found in wide.items() if found < pdf_data._ADVANCE[char] / 2.1} == {}


def test_kerning_makes_no_text_wider_than_it_is_reckoned() -> None:
    """The bold face sets “(j” and “r“” apart; each of a pair has half of that."""
    font = ImageFont.truetype(str(typesetting.PACKAGE / "fonts" / "BilltextSans-Bold.ttf"), 1000)
    known = {char: font.getlength(char) / 10 for char in pdf_data._ADVANCE if char != pdf_data.BREAK}
    spare = {char: pdf_data._ADVANCE[char] - wide for char, wide in known.items()}
    apart = {one + other: font.getlength(one + other) / 10 - known[one] - known[other]
             for one in known for other in "j:;r\"'‘“aŤîï"}  # fmt: skip
    assert max(apart.values()) > 5
    assert {pair: found for pair, found in apart.items() if found > (spare[pair[0]] + spare[pair[1]]) / 2} == {}


@pytest.mark.parametrize("language", ["nb", "nn", "sv", "da", "de", "en"])
@pytest.mark.parametrize("net", ["0.05", "12500.00", "987654321.00", "88888888888888.88"])
def test_figures_end_at_the_right_edge_of_their_column(demo: Book, language: str, net: str) -> None:
    """Each on one row: the last column ends where the page does, 20 mm from its edge; sums end there too."""
    one = long_one(demo, 3)
    amount = D(net)
    lines = tuple(replace(line, net=amount, price=amount) for line in one.lines)
    made = pdf.document(replace(one, language=language, lines=lines))
    found = pdf_room.words(made)
    decimals = amount % 1
    ends = [word for word in found if word[0].endswith(f"{decimals:.2f}"[2:]) and word[3] > 185]
    assert len(ends) >= 3
    assert all(abs(word[3] - 190) < 0.2 for word in ends), ends
    assert over_one_another(made) == []


def test_a_column_with_a_letter_of_another_script_is_measured(demo: Book) -> None:
    one = long_one(demo, 2)
    lines = (replace(one.lines[0], unit="шт", quantity=D("1234.5")), *one.lines[1:])
    data = pdf_data.document(replace(one, lines=lines))
    assert "unit" not in data["widths"]
    assert "net" in data["widths"]
    assert over_one_another(pdf.document(replace(one, lines=lines))) == []


def test_a_face_of_the_ledgers_own_gets_columns_that_are_measured(demo: Book, tmp_path: Path) -> None:
    """As wide as a square for each letter asks for."""
    (tmp_path / "templates" / "fonts").mkdir(parents=True)
    one_shape(tmp_path / "templates" / "fonts" / "square.ttf", "Square", "".join(map(chr, range(33, 127))) + " \xa0")
    (tmp_path / "templates" / "invoice.typ").write_text(
        '#import "@local/billtext:1.0.0": *\n#show: document-page.with(data, font: "Square")\n'
        "#line-table(data, data.lines, end: sums(data))\n"
    )
    one = replace(long_one(demo, 3), language="en")
    lines = tuple(replace(line, net=D("12500.00"), price=D("12500.00")) for line in one.lines)
    made = pdf.document(replace(one, lines=lines), root=tmp_path)
    assert [word[0] for word in pdf_room.words(made)].count("12,500.00") >= 3
    assert over_one_another(made) == []


@pytest.mark.parametrize("name", [LONG * 8, "W" * 500])
def test_a_long_name_of_the_seller_pushes_the_heading_down(demo: Book, name: str) -> None:
    one = shown(demo, "2026-0075")
    made = pdf.document(replace(one, seller=replace(one.seller, name=name)))
    found = pdf_room.words(made)
    (heading,) = [word for word in found if word[0] == "Faktura"]
    assert all(word[4] < heading[2] + 1 for word in found if word[1] > 105 and word[2] < heading[2])
    assert re.search(r"Side 1 / [12]", squeezed(made))


def test_letter_paper(demo: Book) -> None:
    with pikepdf.open(io.BytesIO(pdf.document(shown(demo, "2026-0075"), paper="letter"))) as file:
        assert [round(float(side)) for side in file.pages[0].MediaBox] == [0, 0, 612, 792]


def test_the_ledger_says_what_paper(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "ledger", tmp_path / "ledger")
    with (tmp_path / "ledger/company.beancount").open("a", encoding="utf-8") as file:
        file.write('\n2020-01-01 custom "billtext-option" "paper" "letter"\n')
    found = book.build(load.load(tmp_path / "ledger/main.beancount").entries, load.sources)
    report = statements.report(found, "C00017", Date(2026, 10, 1), Date(2026, 10, 31))
    invoice = found.ledger.documents["2026-0075"]
    for made in (
        forms.document(found, invoice, "pdf", root=tmp_path / "ledger"),
        forms.statement(found, report, "pdf", root=tmp_path / "ledger"),
    ):
        with pikepdf.open(io.BytesIO(made.content)) as file:
            assert [round(float(side)) for side in file.pages[0].MediaBox] == [0, 0, 612, 792]


def test_a_statement_names_the_accounts_of_its_currencies(demo: Book) -> None:
    """C00017 owes kroner alone, so the euro account is not on it; C00028 owes both, and each account its currency."""
    day = Date(2026, 10, 31)
    kroner = statements.report(demo, "C00017", Date(2026, 10, 1), day)
    assert statement_pages.payment(demo, kroner, Language("en")) == [
        "Bank account 8601 11 17947 · IBAN NO93 8601 1117 947 · BIC DNBANOKK"
    ]
    both = statements.report(demo, "C00028", Date(2026, 10, 1), day)
    labels = [line.split(" · ")[0] for line in statement_pages.payment(demo, both, Language("en"))]
    assert labels == ["Bank account NOK 8601 11 17947", "Bank account EUR 8601 11 17963"]
    shown = [
        [label for label, text in pdf_data.statement(demo, each)["payment"] if text.startswith("8601")]
        for each in (kroner, both)
    ]
    assert shown == [["Bankkonto"], ["Bank account NOK", "Bank account EUR"]]


def test_the_period_of_a_german_statement_is_no_supply_period() -> None:
    assert Language("de")("Statement period") == "Zeitraum"
    assert Language("de")("Period") == "Leistungszeitraum"
