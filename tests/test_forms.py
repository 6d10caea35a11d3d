"""The forms of a document: every one says the same figures, and the ledger's text is harmless in each."""

import json
from pathlib import Path

import pytest

from billtext.ledger import load
from billtext.outside import forms
from billtext.rules import book
from billtext.rules.book import Book

ROOT = Path(__file__).parents[1]
LEDGER = ROOT / "ledger"


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
