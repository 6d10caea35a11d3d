"""The forms of a document: every one says the same figures, and the ledger's text is harmless in each."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from billtext.ledger import load
from billtext.ledger import quotes as quote_reader
from billtext.outside import forms
from billtext.rules import book, presenting, quotes
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice
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
        for words in ("4.180,00", "20.12.2026", "11,379", "RF060001920260076", "NO4986011117963", "310000019 MVA"):
            assert words in text, (form, words)
    data = json.loads(made(demo, "2026-0076", "json"))
    assert data["totals"]["payable"] == "4180.00"
    assert data["due"] == "2026-12-20"
    assert data["vat"][0]["reason_code"] == "VATEX-EU-G"


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
