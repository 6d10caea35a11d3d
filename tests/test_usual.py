"""What is taken for usual is read as it is read in full, and nothing is wrong with it."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core.data import Transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from billtext.ledger import load
from billtext.ledger.documents import Reader
from billtext.ledger.schema import TRANSACTION
from billtext.model import DOCUMENTS, Register
from billtext.rules import book, vat
from billtext.rules.usual import Usual

HERE = Path(__file__).parent
DEMO = HERE.parent / "ledger/main.beancount"
# What nobody can know to be right without taking it apart, or without the register's terms.
SELDOM = {"KidError", "PeriodError", "RegisterUnknownError"}


def values(of: Any) -> tuple[Any, ...]:
    """What a document or an item says; what it is made of by its identity."""
    found = (getattr(of, field.name) for field in fields(of) if field.name not in {"entry", "meta", "items"})
    return (*found, id(of.entry))


def both(entries: list[Any]) -> tuple[int, int]:
    """Read each transaction as a usual one and in full, and compare; how many are usual, and how many there are."""
    known = book.build(entries).register
    of = {True: 0, False: 0}
    for entry in entries:
        if type(entry) is Transaction and TRANSACTION.shapes[tuple(entry.meta)].kinds:
            of[compared(entry, known)] += 1
    return of[True], of[True] + of[False]


def compared(entry: Transaction, known: Register) -> bool:
    """Whether a transaction is usual; then it must be what it is in full."""
    quick, full = Reader(known), Reader(known)
    shape = TRANSACTION.shapes[tuple(entry.meta)]
    if len(shape.kinds) > 1:
        return False
    usual, document = Usual(quick), None
    if shape.kinds[0] in DOCUMENTS:
        document = usual.document(entry, shape)
        if document is None:
            assert (quick.items, quick.errors) == ([], [])
            return False
    elif not usual.money(entry, shape):
        assert (quick.items, quick.errors) == ([], [])
        return False
    parsed = full.transaction(entry, shape)
    errors = list(full.errors)
    if parsed is not None:
        errors += vat.check(*parsed, known)
        assert document is not None
        assert values(document) == values(parsed[0])
        assert [values(item) for item in document.items] == [values(item) for item in parsed[0].items]
    assert [values(item) for item in quick.items] == [values(item) for item in full.items]
    assert [error.message for error in quick.errors] == [error.message for error in errors]
    assert {type(error).__name__ for error in errors} <= SELDOM
    assert len(quick.referred) == len(full.referred)
    assert not full.unsure
    return True


def test_of_the_demo_ledger_most_is_usual_and_the_same() -> None:
    usual, there = both(load.load(DEMO).entries)
    assert there > 200
    assert usual > there / 2


@pytest.mark.parametrize("path", sorted((HERE / "errors").glob("*.beancount")), ids=lambda path: path.stem)
def test_of_a_ledger_with_a_mistake_nothing_wrong_is_usual(path: Path) -> None:
    both(loader.load_file(str(path))[0])


LEDGER = """
2020-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2020-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT:S25
2020-01-01 custom "vat" "S15" 15
  account: Liabilities:VAT:S15
2020-01-01 custom "vat" "Z0" 0
2020-01-01 custom "terms" "net-14"
  days: 14
2020-01-01 custom "item" "CONS"
2026-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
2020-01-01 custom "customer" "C2"
  name: "Bergen Bakeri AS"
2026-03-01 custom "customer" "C2"
  closed: TRUE
"""
INVOICE = """
2026-02-02 * "Nordlys" "Consulting"
  invoice: "2026-0012"
  due: 2026-02-16
  Assets:Receivable:C1  1365.00 NOK
  Income:Sales  -1000.00 NOK
    item: "CONS"
    quantity: 4
    unit: "HUR"
    price: 250.00 NOK
    vat: "S25"
  Income:Food  -100.00 NOK
    vat: "S15"
  Liabilities:VAT:S25  -250.00 NOK
    vat: "S25"
  Liabilities:VAT:S15  -15.00 NOK
    vat: "S15"
"""
CREDIT_NOTE = """
2026-02-03 * "Nordlys" "Too much"
  credit-note: "K2026-0001"
  corrects: "2026-0012"
  due: 2026-02-16
  Assets:Receivable:C1  -125.00 NOK
    settles: "2026-0012"
  Income:Sales  100.00 NOK
    vat: "S25"
  Liabilities:VAT:S25  25.00 NOK
    vat: "S25"
"""
PAYMENT = """
2026-02-20 * "Nordlys" "Bank giro"
  payment: "B-17"
  method: "bank"
  Assets:Bank  1240.00 NOK
  Assets:Receivable:C1  -1240.00 NOK
    settles: "2026-0012"
"""
# One thing in one line becomes another.
CHANGES = (
    (r"\.00 NOK", ".01 NOK"), (r"\.00 NOK", ".001 NOK"), (r"\.00 NOK", " NOK"), (r"  -?\d+\.00 NOK", ""),
    ("1365", "1364"), ("4$", "5"), ("NOK", "EUR"), ("-", ""), (" 2026", " 2025"), ("C1", "C2"), ("C1", "C3"),
    ('"S15"', '""'), (":C1", ""),
    ("S25", "S15"), ("S25", "Z0"), ("S25", "X"), ("CONS", "NONE"), ("Sales", "Rounding"), ('"', ""), (r"\*", "!"),
    ("quantity", "qty"), ("price", "list-price"), ("vat:", "discount:"), ("unit: .*", "discount: 10"),
    ("unit: .*", "price-per: 100"), ("unit: .*", "discount-amount: 5.00 NOK"), ("unit: .*", "charge-amount: 5.00 NOK"),
    ("unit: .*", 'unit: "hour"'), ("unit: .*", 'allowance: "bulk"'), ("due: .*", 'terms: "net-14"'),
    ("due: .*", 'kid: "12345"'), ("due: .*", 'customer: "C2"'), ("invoice", "credit-note"), ("credit-note", "invoice"),
    ("payment", "refund"), ("payment", "fee"), ("settles", "name"), ("settles", "corrects"), ("B-17", "B 17"),
    ("corrects.*", "period-end: 2026-01-01"), ("^.*$", ""),
)  # fmt: skip


@st.composite
def written(draw: st.DrawFn) -> str:
    """A ledger of which a line or two are not as they should be."""
    lines = draw(st.sampled_from((INVOICE, CREDIT_NOTE, PAYMENT))).strip().split("\n")
    for _ in range(draw(st.integers(0, 2))):
        n = draw(st.integers(0, len(lines) - 1))
        fitting = [change for change in CHANGES if re.search(change[0], lines[n])]
        pattern, new = draw(st.sampled_from(fitting or [("$", "")]))
        lines[n] = re.sub(pattern, new, lines[n], count=1)
    option = (
        '2020-01-01 custom "billtext-option" "cash-discount-vat" "always"\n' if draw(st.integers(0, 9)) == 0 else ""
    )
    option += '2020-01-01 custom "billtext-option" "rounding" Income:Rounding\n'
    return LEDGER + option + "\n".join(line for line in lines if line)


@given(written())
@settings(deadline=None, max_examples=400)
def test_what_is_changed_is_usual_only_if_it_is_right(text: str) -> None:
    both(loader.load_string(text)[0])


@pytest.mark.parametrize(
    "text", [INVOICE, CREDIT_NOTE, PAYMENT, INVOICE.replace("  due", '  kid: "2026001202"\n  due')]
)
def test_the_right_ones_are_usual(text: str) -> None:
    assert both(loader.load_string(LEDGER + text)[0]) == (1, 1)


@pytest.mark.parametrize("text", [
    INVOICE.replace("1365.00", "1365.01"), INVOICE.replace("-250.00", "-250.01"),
    INVOICE.replace("quantity: 4", "quantity: 3"), INVOICE.replace("due: 2026-02-16", "due: 2026-02-01"),
    INVOICE.replace("2026-02-02", "2025-12-31"), INVOICE.replace("C1", "C2"), INVOICE.replace("* ", "! "),
    INVOICE.replace("price: 250.00 NOK", "price: 250.00 EUR"),
    INVOICE.replace("  Liabilities:VAT:S25", '  Liabilities:VAT:S25  0.00 NOK\n    vat: "S25"\n  Liabilities:VAT:S25'),
    CREDIT_NOTE.replace("credit-note", "invoice").replace("  corrects", "  note"), PAYMENT.replace("C1", "C9"),
    PAYMENT.replace("1240.00", "1240.005"), PAYMENT.replace('payment: "B-17"', 'fee: "B-17"\n  due: 2026-03-01'),
    INVOICE.replace("1365", "1350").replace('"S15"', '""', 1).partition("  Liabilities:VAT:S15")[0],
    PAYMENT.replace("C1", "C9").replace("2026-02-20", "9999-12-31"),
    f"{INVOICE}  Income:Sales  0.00 NOK\n    price: 0.004{'9' * 60} NOK\n",
    PAYMENT.replace("  1240.00 NOK", '  1240.00 NOK\n    settles: "2026-0012"'),
])  # fmt: skip
def test_wrong_ones_are_not(text: str) -> None:
    assert both(loader.load_string(LEDGER + text)[0])[0] == 0


def test_where_a_cash_discount_lowers_vat_from_the_beginning_no_document_is_usual() -> None:
    option = '2020-01-01 custom "billtext-option" "cash-discount-vat" "always"'
    assert both(loader.load_string(f"{LEDGER}{option}\n{INVOICE}{PAYMENT}")[0]) == (1, 2)
