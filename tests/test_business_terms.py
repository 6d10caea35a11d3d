"""Keys of the ledger language for business terms: they are known, change no figure, and are shown as what they are."""

from decimal import Decimal
from pathlib import Path

import pytest

from billtext.ledger import schema
from billtext.ledger.load import parse
from billtext.model import Date
from billtext.rules import book, core_invoice, presenting
from billtext.rules.book import Book
from billtext.rules.core_invoice import Account, Adjustment, CoreInvoice, Identifier

D = Decimal

HEAD = """\
2026-01-01 open Assets:Receivable:C1
2026-01-01 open Income:Sales
2026-01-01 open Liabilities:VAT
2026-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2026-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT
2026-01-01 custom "vat" "E0" 0
  category: "E"
2026-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
  email: "post@nordlys.example"
"""


def books(text: str) -> Book:
    entries, errors = parse(HEAD + text, "test.beancount")
    assert not errors
    return book.build(entries, lambda _: {"test.beancount": HEAD + text})


def shown(text: str, number: str = "1") -> CoreInvoice:
    found = books(text)
    assert [error.message for error in found.errors] == []
    return presenting.document(found, found.ledger.documents[number])


def test_discounts_and_charges_of_a_line() -> None:
    """2 at 100.00 less 10 % (20.00), less 5.00 and 1.50, and 25.00 and 4.00 for freight: 180 - 6.50 + 29 = 202.50."""
    one = shown("""
2026-03-02 * "Two" ^1
  invoice: "1"
  Assets:Receivable:C1   253.13 NOK
  Income:Sales          -202.50 NOK
    quantity: 2
    price: 100.00 NOK
    discount: 10
    discount-amount: 5.00 NOK
    discount-amount-2: 1.50 NOK
    discount-reason-2: "Loyalty"
    discount-code-2: "64"
    charge-amount: 25.00 NOK
    charge-reason: "Freight"
    charge-code: "FC"
    charge-amount-2: 4.00 NOK
    charge-reason-2: "Packing"
    charge-base-2: 200.00 NOK
    charge-percent-2: 2
    vat: "S25"
  Liabilities:VAT        -50.63 NOK
    vat: "S25"
""")
    assert one.lines[0].adjustments == (
        Adjustment(charge=False, amount=D("20.00"), base=D("200.00"), percent=D(10), reason="Discount",
                   reason_code="95"),
        Adjustment(charge=False, amount=D("5.00"), reason="Discount", reason_code="95"),
        Adjustment(charge=False, amount=D("1.50"), reason="Loyalty", reason_code="64"),
        Adjustment(charge=True, amount=D("25.00"), reason="Freight", reason_code="FC"),
        Adjustment(charge=True, amount=D("4.00"), base=D("200.00"), percent=D(2), reason="Packing"),
    )  # fmt: skip
    assert one.totals.net == D("202.50")


@pytest.mark.parametrize(
    ("more", "reasons"),
    [("", ["Scratched"]), ("    discount-amount: 6.50 NOK\n", ["Discount", "Scratched"])],
)
def test_the_reason_of_a_discount_is_told_once(more: str, reasons: list[str]) -> None:
    """It is that of the discount in money where there is one, else of that in percent: 180.00, or 173.50."""
    net = "173.50" if more else "180.00"
    one = shown(f"""
2026-03-02 * "Lamps" ^1
  invoice: "1"
  Assets:Receivable:C1   {net} NOK
  Income:Sales          -{net} NOK
    quantity: 2
    price: 100.00 NOK
    discount: 10
    discount-reason: "Scratched"
{more}    vat: "E0"
""")
    assert [each.reason for each in one.lines[0].adjustments] == reasons


def test_a_line_that_is_not_what_its_charge_says() -> None:
    """1 at 100.00 and 25.00 for freight is 125.00."""
    found = books("""
2026-03-02 * "One" ^1
  invoice: "1"
  Assets:Receivable:C1   100.00 NOK
  Income:Sales          -100.00 NOK
    price: 100.00 NOK
    charge-amount: 25.00 NOK
    vat: "E0"
""")
    assert [error.message for error in found.errors] == [
        "the line is 100.00, but 1 × 100 plus 25 = 125.00 NOK; correct the amount, the quantity or the price"
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("charge-amount: 25.00 EUR", "document 1 is in NOK, but `charge-amount` is in EUR"),
        ("charge-amount: 25", "`charge-amount: 25` is a number"),
        ("charge-amont: 25.00 NOK", "charge-amount"),
        ("discount-amount-2: -1.00 NOK", "`discount-amount-2: -1.00 NOK`"),
    ],
)
def test_a_wrong_charge(line: str, says: str) -> None:
    """Currency, type, spelling and sign are looked at as those of `discount-amount` are."""
    found = books(f"""
2026-03-02 * "One" ^1
  invoice: "1"
  Assets:Receivable:C1   100.00 NOK
  Income:Sales          -100.00 NOK
    price: 100.00 NOK
    {line}
    vat: "E0"
""")
    assert any(says in error.message for error in found.errors), [error.message for error in found.errors]


def test_what_a_document_says_of_itself() -> None:
    """Every kind of key on the transaction; the register's e-mail address is another one by now, and stays so."""
    one = shown("""
2026-03-02 * "Two" ^1
  invoice: "1"
  document-number: "Rechnung 1"
  type-code: "384"
  due-stated: FALSE
  project: "P7"
  sales-order: "SO1"
  note: "First"
  note-code: "AAI"
  note-2: "Second"
  preceding: "OLD 5"
  preceding-date: 2025-12-01
  preceding-2: "OLD 6"
  tax-point: 2026-02-28
  terms-text: "30 days"
  object: "ABZ:meter 7"
  buyer-email: "old@nordlys.example"
  buyer-party-id: "0088:7300010000001"
  seller-contact-name: "Ola"
  delivery-name: "The yard"
  delivery-city: "Oslo"
  payee-name: "Factor AS"
  payee-id: "F1"
  representative-name: "Rep AS"
  representative-vat-number: "NO999999999MVA"
  payment-means: "59"
  payment-reference: "pay me"
  payment-iban: "DE12500105170648489890"
  payment-bic: "INGDDEFF"
  payment-account-2: "1234"
  payment-account-name-2: "Us"
  card-number: "1234"
  card-holder: "K. N."
  mandate: "M-1"
  mandate-creditor: "DE98ZZZ09999999999"
  mandate-account: "DE12500105170648489890"
  exemption-e: "Article 132"
  vatex-e: "VATEX-EU-132"
  Assets:Receivable:C1   100.00 NOK
  Income:Sales          -100.00 NOK
    line-id: "10"
    description: "Long"
    buyer-item: "B1"
    gtin: "0160:7300010000001"
    classification: "STI:98"
    classification-2: "TST 19.05:09"
    attribute: "Colour: Black: deep"
    origin: "NO"
    order-line: "3"
    period-start: 2026-02-01
    vat: "E0"
""")
    assert (one.number, one.type_code, one.due, one.terms) == ("Rechnung 1", "384", None, "30 days")
    assert one.references == {"project": "P7", "sales-order": "SO1"}
    assert one.notes == (("AAI", "First"), ("", "Second"))
    assert one.preceding == (("OLD 5", Date(2025, 12, 1)), ("OLD 6", None))
    assert (one.tax_point, one.object) == (Date(2026, 2, 28), Identifier(id="meter 7", scheme="ABZ"))
    assert one.buyer.contact.email == "old@nordlys.example"
    assert one.buyer.identifiers == (Identifier(id="7300010000001", scheme="0088"),)
    assert (one.seller.contact.name, one.delivery.name, one.delivery.address.city) == ("Ola", "The yard", "Oslo")
    assert one.payee is not None
    assert (one.payee.name, one.payee.identifiers) == ("Factor AS", (Identifier(id="F1"),))
    assert one.representative is not None
    assert one.representative.vat_number == "NO999999999MVA"
    pay = one.payment
    assert (pay.code, pay.reference, pay.card) == ("59", "pay me", ("1234", "K. N."))
    assert pay.mandate == ("M-1", "DE98ZZZ09999999999", "DE12500105170648489890")
    assert pay.accounts == (
        Account(iban="DE12500105170648489890", bic="INGDDEFF"), Account(number="1234", name="Us"),
    )  # fmt: skip
    assert [(part.reason, part.reason_code) for part in one.vat] == [("Article 132", "VATEX-EU-132")]
    line = one.lines[0]
    assert (line.id, line.description, line.buyer_item, line.origin, line.order_line) == ("10", "Long", "B1", "NO", "3")
    assert line.standard_item == Identifier(id="7300010000001", scheme="0160")
    assert line.classifications == (
        Identifier(id="98", scheme="STI"), Identifier(id="09", scheme="TST", version="19.05"),
    )  # fmt: skip
    assert line.attributes == (("Colour", "Black: deep"),)
    assert line.period == (Date(2026, 2, 1), None)


def test_no_business_term_looks_like_a_misspelt_key() -> None:
    """Known where they belong, and elsewhere no slip of the pen for another key."""
    for keys in (schema.TRANSACTION, schema.POSTING, schema.DRAFT, schema.DRAFT_POSTING):
        for name in keys:
            for other in (schema.TRANSACTION, schema.POSTING, schema.CLAIM, schema.MONEY, *schema.REGISTER.values()):
                assert schema.close(name, other.words) is None
    assert set(core_invoice.REFERENCES) <= schema.TRANSACTION.keys()


@pytest.mark.parametrize(
    "word", ["original", "sender", "gender", "percentage", "bases", "notes-1", "product", "subject"]
)
def test_words_of_their_own_are_no_misspelt_business_terms(word: str) -> None:
    """A bookkeeper's own keys stay theirs."""
    assert schema.close(word, schema.TRANSACTION.words) is None
    assert schema.close(word, schema.POSTING.words) is None


def test_the_guide_has_every_key() -> None:
    """The table in the guide is the one place where they are written down."""
    page = (Path(__file__).parents[1] / "site" / "guide" / "business-terms.md").read_text("utf-8")
    for key in {*schema.TRANSACTION, *schema.POSTING} - {*schema.numbers("x")}:
        base = key.rstrip("0123456789").removesuffix("-") if key[-1].isdigit() else key
        if base.startswith(("seller-", "buyer-", "delivery-", "payee-", "representative-")) and base not in {
            "buyer-reference", "buyer-account", "buyer-item", "delivery-location",
        }:  # fmt: skip
            base = base.partition("-")[2]
        if base.startswith(("exemption-", "vatex-")):
            base = base.partition("-")[0]
        if base in {"settles", "name", "customer", "seal", "method", "reason", "due", "contract", "terms", "text"}:
            continue
        assert base in page, base
