"""A document as a core invoice: its sums, its parties on its day, and what people read and machines check."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from billtext.ledger import load
from billtext.model import Date
from billtext.money import ZERO, rounded
from billtext.rendering import cii, ubl
from billtext.rules import book, presenting
from billtext.rules.book import Book
from billtext.rules.core_invoice import CashDiscount, CoreInvoice, Identifier

ROOT = Path(__file__).parents[1]
D = Decimal


@pytest.fixture(scope="module")
def demo() -> Book:
    return book.build(load.load(ROOT / "ledger" / "main.beancount").entries, load.sources)


def shown(demo: Book, number: str) -> CoreInvoice:
    return presenting.document(demo, demo.ledger.documents[number])


def test_every_document_of_the_demo_adds_up(demo: Book) -> None:
    """BR-CO-10 to BR-CO-16, and the lines from quantity, price and discounts (PEPPOL-EN16931-R120)."""
    assert demo.documents
    for found in demo.documents:
        one = presenting.document(demo, found)
        totals = one.totals
        assert totals.lines == sum(line.net for line in one.lines)
        assert totals.net == totals.lines - totals.allowances + totals.charges == found.net
        assert sum(part.base for part in one.vat) == found.net
        rates = [part.rate or ZERO for part in one.vat]
        assert rates == sorted(rates), "what has no VAT stands first, of whatever category"
        assert sum(part.amount for part in one.vat) == totals.vat == found.vat
        assert totals.payable == totals.gross + totals.rounding - totals.prepaid
        for line in one.lines:
            assert line.price >= 0
            off = sum((a.amount * (-1 if a.charge else 1) for a in line.adjustments), ZERO)
            assert rounded(line.quantity * line.price / line.price_per, one.currency) - off == line.net


def test_an_invoice_in_euro(demo: Book) -> None:
    """Export by a Norwegian seller: category G with its VATEX code, the rate, VAT in kroner, the RF reference, SEPA."""
    one = shown(demo, "2026-0076")
    assert (one.currency, one.home_currency, one.exchange_rate, one.totals.home_vat) == ("EUR", "NOK", D("11.3790"), 0)
    assert [(part.category, part.rate, part.reason_code) for part in one.vat] == [("G", 0, "VATEX-EU-G")]
    assert one.payment.code == "58"
    assert one.payment.reference == "RF060001920260076"
    assert one.seller.org_number == Identifier(id="310000019", scheme="0192")
    assert one.seller.tax_registration == "Foretaksregisteret"
    assert (one.language, one.due) == ("de", Date(2026, 12, 20))


def test_a_cash_discount_is_told(demo: Book) -> None:
    """2 % within 8 days of 20 November: 83.60 of 4 180.00 euro until the 28th; a credit note has none."""
    assert shown(demo, "2026-0076").cash_discount == CashDiscount(
        percent=D(2), amount=D("83.60"), until=Date(2026, 11, 28)
    )
    told = {
        found.number: shown(demo, found.number).cash_discount for found in demo.documents if found.customer == "C00019"
    }
    assert [number for number, off in told.items() if off is None] == [n for n in told if n.startswith("K")]
    assert shown(demo, "2026-0075").cash_discount is None


DISCOUNT = """
2020-01-01 custom "terms" "early"
  days: 30
  discount: 3
  discount-days: 10
{text}
2026-04-02 * "Work" ^1
  invoice: "1"
  terms: "early"
{keys}
  Assets:Receivable:C1   400.00 NOK
    due: 2026-05-02
  Income:Sales          -400.00 NOK
    vat: "E0"
"""


@pytest.mark.parametrize(
    ("text", "keys", "amount"),
    [
        ("", "", "12.00"),
        ('  text: "3 % within 10 days"\n', "", None),
        ("", '  terms-text: "Net"', None),
        ("", '  terms-text: ""', None),
    ],
)
def test_terms_in_words_tell_their_cash_discount_themselves(
    tmp_path: Path, text: str, keys: str, amount: str | None
) -> None:
    """3 % of 400.00 are 12.00."""
    ledger = DISCOUNT.format(text=text, keys=keys).replace("\n\n  ", "\n  ")
    off = one(tmp_path, ledger).cash_discount
    assert (off and off.amount) == (D(amount) if amount else None)


@pytest.mark.parametrize(
    ("file", "said", "mime"),
    [
        ("scans/hours.pdf", "", "application/pdf"), ("Photo.JPG", "", "image/jpeg"), ("photo.jpeg", "", "image/jpeg"),
        ("plan.png", "", "image/png"), ("hours.csv", "", "text/csv"),
        ("hours.xlsx", "", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("hours.ods", "", "application/vnd.oasis.opendocument.spreadsheet"),
        ("hours.csv", "application/pdf", "application/pdf"), ("letter.docx", "", ""), ("pdf", "", ""), ("", "", ""),
    ],
)  # fmt: skip
def test_the_type_of_an_attachment_is_told_by_the_ending_of_its_file(file: str, said: str, mime: str) -> None:
    """The types of BT-125-1, where the document says none; of others the rules tell."""
    keys = {"attachment": "A1", "attachment-file": file, "attachment-mime": said}
    assert [(found.mime, name) for found, name in presenting.attachments(keys)] == [(mime, file)]


def test_a_credit_note_has_no_instalments(demo: Book) -> None:
    """K2026-0002 credits an invoice in two halves: that is how it is applied, and no term of payment."""
    assert len(demo.ledger.documents["K2026-0002"].items) > 1
    assert shown(demo, "K2026-0002").instalments == ()


REGISTER = """\
option "operating_currency" "NOK"

2020-01-01 custom "billtext-option" "receivable" Assets:Receivable
2020-01-01 custom "company" "Fjordlys"
  currency: "NOK"
2020-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT
2020-01-01 custom "vat" "E0" 0
  category: "E"
2020-01-01 custom "vat" "O0" 0
  category: "O"
  vatex: "VATEX-EU-O"
2020-01-01 custom "vat" "K0" 0
  category: "K"
2020-01-01 custom "customer" "C1"
  name: "Nordlys AS"
2020-01-01 open Assets:Receivable:C1
2020-01-01 open Assets:Bank
2020-01-01 open Income:Sales
2020-01-01 open Liabilities:VAT
"""


def one(tmp_path: Path, text: str) -> CoreInvoice:
    """The document `1` of a small ledger."""
    path = tmp_path / "main.beancount"
    path.write_text(f"{REGISTER}{text}")
    built = book.build(load.load(path).entries, load.sources)
    assert not built.errors
    return shown(built, "1")


PAID = """
2026-04-01 * "Paid beforehand" ^1
  payment: "B1"
  Assets:Bank              {paid} NOK
  Assets:Receivable:C1    -{paid} NOK

2026-04-02 * "Work" ^1
  invoice: "1"
  Assets:Receivable:C1     400.00 NOK
    due: 2026-05-16
  Assets:Receivable:C1     850.00 NOK
    due: 2026-06-16
  Income:Sales           -1000.00 NOK
    vat: "S25"
  Liabilities:VAT         -250.00 NOK
    vat: "S25"
"""


@pytest.mark.parametrize(
    ("paid", "left"),
    [
        ("150.00", [("1/1", 5, "250.00"), ("1/2", 6, "850.00")]), ("400.00", [("1/2", 6, "850.00")]),
        ("500.00", [("1/2", 6, "750.00")]), ("1250.00", []),
    ],
)  # fmt: skip
def test_instalments_are_what_is_left_to_pay_of_each(
    tmp_path: Path, paid: str, left: list[tuple[str, int, str]]
) -> None:
    """1 250 in two parts: what came beforehand settles the earlier first, and nobody is asked for it once more."""
    found = one(tmp_path, PAID.format(paid=paid))
    assert [(part.name, part.due.month, part.amount) for part in found.instalments] == [
        (n, m, D(a)) for n, m, a in left
    ]
    assert found.totals.payable == D("1250.00") - D(paid) == sum(part.amount for part in found.instalments)


BESIDE = """
2026-04-02 * "Work" ^1
  invoice: "1"
  due: 2026-04-16
  Assets:Receivable:C1  {total} NOK
  Income:Sales          -100.00 NOK
    text: "Damages"
    vat: "O0"
"""
TAXED = """\
  Income:Sales         -1000.00 NOK
    text: "Work"
    vat: "S25"
  Liabilities:VAT       -250.00 NOK
    vat: "S25"
"""
EXEMPT = """\
  Income:Sales          -400.00 NOK
    text: "Course"
    vat: "E0"
"""


@pytest.mark.parametrize(
    ("total", "others", "parts"),
    [
        ("100.00", "", [("O", None, "100.00", "0", "Not subject to VAT", "VATEX-EU-O")]),
        ("1350.00", TAXED, [("E", 0, "100.00", "0", "Not subject to VAT", ""), ("S", 25, "1000.00", "250.00", "", "")]),
        ("500.00", EXEMPT, [("E", 0, "500.00", "0", "Exempt from VAT", "")]),
    ],
)  # fmt: skip
def test_what_is_outside_vat_is_exempt_beside_what_is_not(
    tmp_path: Path, total: str, others: str, parts: list[tuple[str, int | None, str, str, str, str]]
) -> None:
    """Damages on the invoice for the work: category O may have nothing beside it (BR-O-11, BR-O-12), so it is E.

    The words stay true, and the code VATEX-EU-O goes with category O only, as Peppol has it.
    """
    found = one(tmp_path, BESIDE.format(total=total) + others)
    assert [(p.category, p.rate, p.base, p.amount, p.reason, p.reason_code) for p in found.vat] == [
        (category, rate, D(base), D(amount), *reason) for category, rate, base, amount, *reason in parts
    ]
    assert {line.text: (line.category, line.rate) for line in found.lines}["Damages"] == parts[0][:2]


PLACED = """
2026-04-02 * "Work" ^1
  invoice: "1"
  due: 2026-04-16
  seller-country: "NO"
{keys}
  Assets:Receivable:C1   100.00 NOK
  Income:Sales          -100.00 NOK
    vat: "E0"
"""


@pytest.mark.parametrize(
    ("keys", "country"),
    [
        ('  delivery-city: "Voss"\n  buyer-country: "NO"', "NO"),
        ('  delivery-city: "Voss"\n  buyer-country: "SE"', ""),
        ('  delivery-city: "Ski"\n  delivery-country: "SI"\n  buyer-country: "NO"', "SI"),
        ('  buyer-country: "NO"', ""),
    ],
)
def test_a_place_of_no_country_is_in_that_of_both(tmp_path: Path, keys: str, country: str) -> None:
    """An e-invoice names the country of its place of delivery (BR-57); where the buyer is abroad, nobody knows it."""
    assert one(tmp_path, PLACED.format(keys=keys)).delivery.address.country == country


WITHIN = """
2026-04-02 * "Lamps" ^0
  invoice: "0"
  due: 2026-04-16
  delivery: 2026-04-01
  seller-country: "SE"
  buyer-country: "DE"
  Assets:Receivable:C1   100.00 NOK
  Income:Sales          -100.00 NOK
    vat: "K0"

2026-04-20 * "Lamps came back" ^1 ^0
  credit-note: "1"
  corrects: "0"
  reason: "broken"
  seller-country: "SE"
  buyer-country: "DE"
{keys}  Assets:Receivable:C1  -100.00 NOK
    settles: "0"
  Income:Sales           100.00 NOK
    vat: "K0"
"""


@pytest.mark.parametrize(
    ("keys", "day", "country"),
    [
        ("", 1, "DE"), ("  delivery: 2026-04-18\n", 18, "DE"), ('  delivery-country: "DK"\n', 1, "DK"),
        ('  delivery-city: "Aarhus"\n', 1, ""),
    ],
)  # fmt: skip
def test_an_intra_community_supply_says_when_and_whereto(tmp_path: Path, keys: str, day: int, country: str) -> None:
    """BR-IC-11 and BR-IC-12, on a credit note too: the buyer's country, and the day of the invoice that it corrects."""
    place = one(tmp_path, WITHIN.format(keys=keys)).delivery
    assert (place.date, place.address.country) == (Date(2026, 4, day), country)


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\u00a0"])
def test_a_line_of_a_blank_text_says_what_the_document_is_about(tmp_path: Path, text: str) -> None:
    """BR-25: each line has a name (BT-153)."""
    line = "  Income:Sales           -1000.00 NOK\n"
    assert line in PAID
    said = PAID.replace(line, f'{line}    text: "{text}"\n')
    assert one(tmp_path, said.format(paid="150.00")).lines[0].text == "Work"


def test_a_credit_note_has_the_place_of_its_invoice(tmp_path: Path) -> None:
    """To Aarhus for a German buyer, and back: the country of the supply is Denmark (BT-80)."""
    supplied = WITHIN.format(keys="").replace(
        "  delivery: 2026-04-01\n", '  delivery: 2026-04-01\n  delivery-city: "Aarhus"\n  delivery-country: "DK"\n'
    )
    assert (place := one(tmp_path, supplied).delivery.address).country == "DK"
    assert place.city == "Aarhus"


WHY = """
2020-01-01 custom "vat" "E1" 0
  category: "E"
  text: "Health"
  vatex: "VATEX-EU-132-1C"
2020-01-01 custom "vat" "E2" 0
  category: "E"
  text: "Education"
  vatex: "{second}"

2026-04-02 * "Work" ^1
  invoice: "1"
  due: 2026-04-16
  Assets:Receivable:C1   200.00 NOK
  Income:Sales          -100.00 NOK
    vat: "E1"
  Income:Sales          -100.00 NOK
    vat: "{code}"
"""


@pytest.mark.parametrize(
    ("code", "second", "reason", "vatex"),
    [
        ("E1", "VATEX-EU-132-1I", "Health", "VATEX-EU-132-1C"),
        ("E2", "VATEX-EU-132-1I", "Health; Education", ""),
        ("E2", "VATEX-EU-132-1C", "Health; Education", "VATEX-EU-132-1C"), ("O0", "", "Health", ""),
    ],
)  # fmt: skip
def test_a_reason_is_that_of_each_code_in_it(tmp_path: Path, code: str, second: str, reason: str, vatex: str) -> None:
    """One breakdown for a category and rate (BG-23): it has each reason, and a VATEX code that is true of all of it."""
    (found,) = one(tmp_path, WHY.format(code=code, second=second)).vat
    assert (found.category, found.base, found.reason, found.reason_code) == ("E", D("200.00"), reason, vatex)


def test_an_e_invoice_says_why_there_is_no_vat_in_its_language(demo: Book) -> None:
    """As its pages do; what a document says itself is said to the letter."""
    export = shown(demo, "2026-0076")
    assert export.language == "de"
    for render in (ubl.render, cii.render):
        assert b">Steuerfreie Ausfuhrlieferung<" in render(export)
        said = replace(export, vat=tuple(replace(part, said=True) for part in export.vat))
        assert b">Export outside the EU<" in render(said)


def test_a_code_that_a_category_has_anyway_is_that_of_all(tmp_path: Path) -> None:
    """Two codes of reverse charge, of which one says VATEX-EU-AE itself: it is true of both (BR-AE-10)."""
    both = WHY.replace('"E1" 0\n  category: "E"', '"E1" 0\n  category: "AE"').replace(
        '"E2" 0\n  category: "E"', '"E2" 0\n  category: "AE"'
    )
    said = both.replace('  vatex: "VATEX-EU-132-1C"\n', '  vatex: "VATEX-EU-AE"\n').replace('  vatex: "{second}"\n', "")
    (found,) = one(tmp_path, said.format(code="E2")).vat
    assert (found.category, found.base, found.reason_code) == ("AE", D("200.00"), "VATEX-EU-AE")
