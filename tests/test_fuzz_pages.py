"""What is wrong in a ledger or a draft is told on its pages and in its forms, and stops none of them from being made.

The ledgers are mangled as those of `test_fuzz`. All pages, the tables that they give away, and every form of a document
but the PDF are made of what is left; a form may be refused, in a sentence.
"""

import contextlib
import datetime
import random
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from hypothesis import given, settings
from hypothesis import strategies as st

from billtext.errors import Refused
from billtext.ledger import drafts, load
from billtext.outside import forms
from billtext.rendering import pages, sheets
from billtext.rendering.language import Language
from billtext.rendering.pages import addresses, faults, finding, tables, unissued
from billtext.rendering.pages.frame import Frame
from billtext.rendering.pages.leads import Leads
from billtext.rules import book, fingerprints
from billtext.rules.book import Book
from test_fuzz import BY_NOTHING, LEDGERS, ROOT, mangled

DAY = datetime.date(2026, 6, 30)
DRAFTS = (ROOT / "ledger" / "drafts" / "2026-11.beancount").read_text("utf-8").split("\n\n")[1:]
DRAFTS += ["\n".join([*DRAFTS[0].split("\n"), *DRAFTS[1].split("\n")])]
BOKMAAL = Language("nb")


class Asked(Leads):
    """As a face that answers questions."""

    asks = True


def show(text: str) -> None:
    """Make all pages, tables and forms of a ledger."""
    if BY_NOTHING.search(text):
        return
    try:
        entries, errors, options = loader.load_string(text)
    except ArithmeticError:  # Beancount's own, as in `test_fuzz`
        return
    made = book.build(entries, load.sources)
    frame = Frame(made, DAY, revision="", errors=faults.errors([*errors, *made.errors], Path("/")))
    for page in pages.render(frame):
        frame.markdown(page)
        for table in tables.every(page.path):
            sheet = tables.sheet(frame, page.path, table.name)
            if sheet is not None:
                for form in ("table", "csv", "markdown"):
                    sheets.render(sheet, form, BOKMAAL)
    finding.index(frame, names=True)
    fingerprints.of(made, entries, {}, options, DAY)
    for document in made.documents[:2]:
        for form in sorted(forms.TEXT):
            with contextlib.suppress(Refused):
                forms.document(made, document, form, root=Path("/nowhere"))


@given(st.sampled_from(LEDGERS), st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=100)
def test_pages_and_forms_of_a_mangled_ledger_are_made(text: str, draw: random.Random, times: int) -> None:
    show(mangled(text, draw, times))


@pytest.mark.parametrize("value", ["TRUE", "2026-03-01", "1 NOK", "Assets:Bank", "#tag", "3"])
def test_what_a_credit_note_corrects_may_be_of_any_type(value: str) -> None:
    text = (ROOT / "tests" / "errors" / "credit-vat.beancount").read_text("utf-8")
    lines = text.split("\n")
    at = next(n for n, line in enumerate(lines) if line.strip().startswith("corrects:"))
    show("\n".join([*lines[:at], f"  corrects: {value}", *lines[at + 1 :]]))


def test_prices_and_days_of_huge_amounts_are_told() -> None:
    """Far beyond the digits that `Decimal` rounds to: the error is told elsewhere."""
    huge = Decimal(10) ** 60
    assert Language("en").price(huge, "NOK").replace(",", "") == f"{huge:f}.00"
    assert BOKMAAL.price(Decimal("0.12345"), "NOK") == "0,12345"
    assert BOKMAAL.price(Decimal("7.5"), "NOK") == "7,50"
    show(f"""
2020-01-01 open Assets:Receivable:C1
2020-01-01 open Income:Sales
2020-01-01 custom "company" "The Company"
  currency: "NOK"
2020-01-01 custom "customer" "C1"
  name: "One"
2025-01-02 * "One"
  invoice: "1"
  Assets:Receivable:C1  {"9" * 40}.00 NOK
  Income:Sales  -{"9" * 40}.00 NOK
2026-06-02 * "One"
  invoice: "2"
  Assets:Receivable:C1  1.00 NOK
  Income:Sales  -1.00 NOK
""")


@pytest.fixture(scope="module")
def office() -> Book:
    """The demo company's."""
    return book.build(load.load(ROOT / "ledger" / "main.beancount").entries, load.sources)


@given(st.sampled_from(DRAFTS), st.randoms(use_true_random=False), st.integers(1, 4))
@settings(max_examples=100)
def test_a_mangled_draft_is_read_and_shown(office: Book, text: str, draw: random.Random, times: int) -> None:
    text = mangled(text, draw, times)
    if BY_NOTHING.search(text):
        return
    found, _ = drafts.read(text, "drafts/x.beancount")
    drafts.without(text, found)
    frame = Frame(office, DAY, revision="", drafts=tuple(found), leads=Asked())
    for address in ("drafts", *map(addresses.draft, unissued.names(frame))):
        page = pages.find(frame, address)
        assert page is not None
        frame.markdown(page)
        for table in tables.every(address):
            tables.sheet(frame, address, table.name)


@pytest.mark.parametrize("value", ["1 NOK", "FALSE", "2026-01-01", '"2026-0001"', "#tag"])
def test_a_draft_with_a_number_of_any_type_is_refused(value: str) -> None:
    text = DRAFTS[0].replace("invoice:", f"invoice: {value}")
    found, errors = drafts.read(text, "drafts/x.beancount")
    assert found == []
    assert [type(error).__name__ for error in errors] == ["DraftNumberError"]


def test_a_draft_is_taken_out_though_what_follows_the_next_one_is_stray() -> None:
    one = '2026-11-24 ! "One"\n  invoice:\n  customer: "C1"'
    found, _ = drafts.read(f"{one}\n{one}\n\n    item: 3\n", "drafts/x.beancount")
    assert len(found) == 2
    assert drafts.without(f"{one}\n{one}\n\n    item: 3\n", found) == "    item: 3\n"
