"""Figures that other systems' own tests and bug reports state, worked out again by hand.

Each test bears the name of its case. Its docstring says where the case comes from and holds the ledger,
which begins with `BEGIN`; the figures below it are those of the case, not of a run.
"""

import datetime
from decimal import Decimal

import pytest

from billtext import dates, money
from billtext.rules import ageing, invoices, statements
from billtext.rules.book import Book
from conftest import Read

BEGIN = """
option "operating_currency" "EUR"
1980-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "EUR"
1980-01-01 custom "vat" "R19" 19
  account: Liabilities:VAT:R19
1980-01-01 custom "vat" "R7" 7
  account: Liabilities:VAT:R7
1980-01-01 custom "vat" "R22" 22
  account: Liabilities:VAT:R22
1980-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
1980-01-01 open Assets:Receivable:C1
1980-01-01 open Assets:Bank
1980-01-01 open Income:Sales
1980-01-01 open Income:Exchange
1980-01-01 open Expenses:Losses
1980-01-01 open Liabilities:VAT:R19
1980-01-01 open Liabilities:VAT:R7
1980-01-01 open Liabilities:VAT:R22
"""

D = datetime.date.fromisoformat


def open_items(book: Book, day: str) -> dict[str, str]:
    """What is open on a day, by number (with the instalment)."""
    return {found.item.name: str(found.open) for found in ageing.open_items(book, D(day))}


def columns(book: Book, day: str) -> dict[str, str]:
    """The one row of the ageing of a day, without its empty columns."""
    (row,) = ageing.report(book, D(day)).rows
    return {name: str(amount) for name, amount in row.columns.items() if amount} | {"total": str(row.total)}


def total(book: Book, day: str) -> str:
    """What the customer owes on a day, which every report must say."""
    found = ageing.report(book, D(day)).rows
    closing = statements.report(book, "C1", D("1980-01-01"), D(day)).sections[0].closing
    sums = {row.total for row in found} or {Decimal(0)}
    assert sums == {closing}
    return str(closing)


def status(book: Book, day: str) -> dict[str, str]:
    """Status of each document on a day."""
    return {row.document.number: row.status for row in invoices.rows(book, D(day))}


# --- ageing, statements, past dates ---------------------------------------------------------------


def test_an_open_credit_note_ages_by_its_date_whatever_its_due_date_says(told: Book) -> None:
    """A credit note of 2026-03-01 is due 2026-05-01; on 2026-04-10 it is 40 days old, and in the column 31-60.

    2026-03-01 * "Credited"
      credit-note: "K1"
      reason: "goodwill"
      due: 2026-05-01
      Assets:Receivable:C1  -10.00 EUR
      Income:Sales           10.00 EUR
    """
    (found,) = ageing.report(told, D("2026-04-10")).rows
    assert {name: str(value) for name, value in found.columns.items() if value} == {"31-60": "-10.00"}


def test_a1_ageing_of_a_customer_report(told: Book) -> None:
    """GnuCash's customer report: six invoices, a credit note, receipts in part and in full.

    1980-01-13 * "One" ^I1
      invoice: "I1"
      due: 1980-03-18
      Assets:Receivable:C1   11.50 EUR
      Income:Sales          -11.50 EUR
    1980-02-13 * "Two"
      invoice: "I2"
      due: 1980-04-18
      Assets:Receivable:C1    7.50 EUR
      Income:Sales           -7.50 EUR
    1980-03-13 * "Three"
      invoice: "I3"
      due: 1980-05-18
      Assets:Receivable:C1    8.50 EUR
      Income:Sales           -8.50 EUR
    1980-03-18 * "Receipt"
      payment: "P1"
      Assets:Bank             1.50 EUR
      Assets:Receivable:C1   -1.50 EUR
        settles: "I1"
    1980-03-20 * "Receipt"
      payment: "P2"
      Assets:Bank             2.00 EUR
      Assets:Receivable:C1   -2.00 EUR
        settles: "I1"
    1980-04-13 * "Four"
      invoice: "I4"
      due: 1980-06-18
      Assets:Receivable:C1    4.00 EUR
      Income:Sales           -4.00 EUR
    1980-04-18 * "Five"
      invoice: "I5"
      due: 1980-04-18
      Assets:Receivable:C1  200.00 EUR
      Income:Sales         -200.00 EUR
    1980-04-19 * "Receipt" ^I5
      payment: "P3"
      Assets:Bank           200.00 EUR
      Assets:Receivable:C1 -200.00 EUR
    1980-05-13 * "Six"
      invoice: "I6"
      due: 1980-07-18
      Assets:Receivable:C1    6.75 EUR
      Income:Sales           -6.75 EUR
    1980-06-22 * "Credit"
      credit-note: "CN1"
      reason: "goodwill"
      Assets:Receivable:C1   -3.00 EUR
      Income:Sales            3.00 EUR
    """
    assert not told.errors
    # The credit note is negative in the column of its own date (9 days): 4.00 - 3.00 = 1.00.
    assert columns(told, "1980-07-01") == {
        "not-due": "6.75", "1-30": "1.00", "31-60": "8.50", "61-90": "7.50", "91+": "8.00", "total": "31.75",
    }  # fmt: skip
    (section,) = statements.report(told, "C1", D("1980-01-01"), D("1980-07-01")).sections
    assert [str(line.balance) for line in section.lines] == [
        "11.50", "19.00", "27.50", "26.00", "24.00", "28.00", "228.00", "28.00", "34.75", "31.75",
    ]  # fmt: skip

    assert [
        (found.item.number, str(found.open), found.days_overdue) for found in ageing.open_items(told, D("1980-04-18"))
    ] == [("I1", "8.00", 31), ("I2", "7.50", 0), ("I3", "8.50", 0), ("I4", "4.00", 0), ("I5", "200.00", 0)]
    assert total(told, "1980-04-18") == "228.00"
    assert open_items(told, "1980-03-18") == {"I1": "10.00", "I2": "7.50", "I3": "8.50"}
    assert total(told, "1980-03-18") == "26.00"


def test_a3_instalments_are_settled_in_the_order_of_their_due_dates(told: Book) -> None:
    """ERPNext: 200 in three instalments, a receipt of 40, then a credit note of 100.

    2026-01-01 * "In three parts"
      invoice: "I1"
      Assets:Receivable:C1   60.00 EUR
        due: 2026-02-01
      Assets:Receivable:C1  100.00 EUR
        due: 2026-03-01
      Assets:Receivable:C1   40.00 EUR
        due: 2026-04-01
      Income:Sales         -200.00 EUR
    2026-01-10 * "Receipt"
      payment: "P1"
      Assets:Bank            40.00 EUR
      Assets:Receivable:C1  -40.00 EUR
        settles: "I1"
    2026-01-20 * "Credit"
      credit-note: "CN1"
      corrects: "I1"
      Assets:Receivable:C1 -100.00 EUR
        settles: "I1"
      Income:Sales          100.00 EUR
    """
    assert not told.errors
    assert open_items(told, "2026-01-01") == {"I1/1": "60.00", "I1/2": "100.00", "I1/3": "40.00"}
    assert open_items(told, "2026-01-10") == {"I1/1": "20.00", "I1/2": "100.00", "I1/3": "40.00"}
    # 20 + 80 of the credit: the first part is done, the second has 20 left.
    assert open_items(told, "2026-01-20") == {"I1/2": "20.00", "I1/3": "40.00"}
    assert total(told, "2026-01-20") == "60.00"


def test_a4_a_receipt_of_tomorrow_changes_nothing_today(told: Book) -> None:
    """ERPNext: an invoice and an open credit note today, tomorrow one receipt set against both.

    2026-05-01 * "Sale"
      invoice: "I1"
      due: 2026-05-15
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2026-05-01 * "Credit"
      credit-note: "CN1"
      reason: "goodwill"
      Assets:Receivable:C1  -10.00 EUR
      Income:Sales           10.00 EUR
    2026-05-02 * "Receipt of 80, which takes the credit with it"
      payment: "P1"
      Assets:Bank            80.00 EUR
      Assets:Receivable:C1  -90.00 EUR
        settles: "I1"
      Assets:Receivable:C1   10.00 EUR
        settles: "CN1"
    """
    assert not told.errors
    assert open_items(told, "2026-05-01") == {"I1": "100.00", "CN1": "-10.00"}
    assert open_items(told, "2026-05-02") == {"I1": "10.00"}
    assert total(told, "2026-05-01") == "90.00"
    assert total(told, "2026-05-02") == "10.00"
    # A statement has a line for each transaction: two on the first day, and one of two postings on the second.
    (section,) = statements.report(told, "C1", D("2026-05-01"), D("2026-05-02")).sections
    assert [str(line.amount) for line in section.lines] == ["100.00", "-10.00", "-80.00"]


def test_a5_a_cent_stays_open_and_visible(told: Book) -> None:
    """ERPNext: 100.00 billed, 99.99 received.

    2026-05-01 * "Sale"
      invoice: "I1"
      due: 2026-05-15
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2026-05-10 * "Receipt"
      payment: "P1"
      Assets:Bank            99.99 EUR
      Assets:Receivable:C1  -99.99 EUR
        settles: "I1"
    """
    assert not told.errors
    assert open_items(told, "2026-05-10") == {"I1": "0.01"}
    assert columns(told, "2026-05-16") == {"1-30": "0.01", "total": "0.01"}
    assert status(told, "2026-05-10") == {"I1": "partly-paid"}
    assert status(told, "2026-05-16") == {"I1": "overdue"}


def test_a8_money_received_before_the_invoice_does_not_age_on_its_own(told: Book) -> None:
    """Odoo: three receipts, the first before the invoice that it is allocated to.

    2016-11-09 * "In advance"
      payment: "P1"
      Assets:Bank           1500.00 EUR
      Assets:Receivable:C1 -1500.00 EUR
        settles: "I1"
    2016-11-30 * "Sale"
      invoice: "I1"
      due: 2017-02-28
      Assets:Receivable:C1 10000.00 EUR
      Income:Sales        -10000.00 EUR
    2016-11-30 * "Receipt"
      payment: "P2"
      Assets:Bank           1000.00 EUR
      Assets:Receivable:C1 -1000.00 EUR
        settles: "I1"
    2017-01-30 * "Receipt"
      payment: "P3"
      Assets:Bank           2000.00 EUR
      Assets:Receivable:C1 -2000.00 EUR
        settles: "I1"
    """
    assert not told.errors
    # 2017-02-28 to 2017-04-04: 35 days.
    assert columns(told, "2017-04-04") == {"31-60": "5500.00", "total": "5500.00"}
    # Until the invoice there is nothing to settle, and the money stands unapplied.
    assert columns(told, "2016-11-29") == {"unapplied": "-1500.00", "total": "-1500.00"}


def test_a10_an_invoice_paid_later_was_open_before(told: Book) -> None:
    """OCA: an invoice of April paid at the end of June, seen at the end of May.

    2020-04-30 * "Sale"
      invoice: "I1"
      due: 2020-05-14
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2020-06-30 * "Receipt"
      payment: "P1"
      Assets:Bank           100.00 EUR
      Assets:Receivable:C1 -100.00 EUR
        settles: "I1"
    """
    assert not told.errors
    assert open_items(told, "2020-05-31") == {"I1": "100.00"}
    assert open_items(told, "2020-06-30") == {}
    assert status(told, "2020-05-31") == {"I1": "overdue"}
    assert status(told, "2020-06-30") == {"I1": "paid"}


# --- VAT and rounding -----------------------------------------------------------------------------


B1 = """
2026-05-01 * "Sale"
  invoice: "I1"
  Assets:Receivable:C1    6.96 EUR
  Income:Sales           -5.85 EUR
    quantity: 2.5
    price: 2.34 EUR
    vat: "R19"
  Liabilities:VAT:R19    -1.11 EUR
    vat: "R19"
"""

B2 = """
2026-05-01 * "Sale"
  invoice: "I1"
  Assets:Receivable:C1   19.44 EUR
  Income:Sales           -5.85 EUR
    quantity: 2.5
    price: 2.34 EUR
    vat: "R19"
  Income:Sales          -11.66 EUR
    quantity: 1.2
    price: 9.714 EUR
    vat: "R7"
  Liabilities:VAT:R19    -1.11 EUR
    vat: "R19"
  Liabilities:VAT:R7     -0.82 EUR
    vat: "R7"
"""

B3 = """
2026-05-01 * "Sale"
  invoice: "I1"
  Assets:Receivable:C1   18.15 EUR
  Income:Sales           -5.27 EUR
    price: 5.55 EUR
    discount: 5
    vat: "R19"
  Income:Sales           -5.23 EUR
    price: 5.50 EUR
    discount: 5
    vat: "R19"
  Income:Sales           -4.75 EUR
    price: 5.00 EUR
    discount: 5
    vat: "R19"
  Liabilities:VAT:R19    -2.90 EUR
    vat: "R19"
"""

B9 = """
2026-05-01 * "Sale"
  invoice: "I1"
  Assets:Receivable:C1  6527.81 EUR
  Income:Sales         -5350.66 EUR
    quantity: 16
    price: 348.35 EUR
    discount: 4
    vat: "R22"
  Liabilities:VAT:R22  -1177.15 EUR
    vat: "R22"
"""


def b4(quantity: str, price: str, discount: str, net: str, vat: str, gross: str) -> str:
    """A document of one line at 19 %."""
    return f"""
2026-05-01 * "Sale"
  invoice: "I1"
  Assets:Receivable:C1  {gross} EUR
  Income:Sales         -{net} EUR
    quantity: {quantity}
    price: {price} EUR
    discount: {discount}
    vat: "R19"
  Liabilities:VAT:R19  -{vat} EUR
    vat: "R19"
"""


B4 = [
    b4("6", "0.60", "3", "3.49", "0.66", "4.15"),
    b4("10001", "0.007", "3.5", "67.56", "12.84", "80.40"),
    b4("3", "2790", "25", "6277.50", "1192.73", "7470.23"),
]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        pytest.param(B1, ("5.85", "1.11", "6.96"), id="B1"),
        pytest.param(B2, ("17.51", "1.93", "19.44"), id="B2"),
        pytest.param(B3, ("15.25", "2.90", "18.15"), id="B3"),
        pytest.param(B4[0], ("3.49", "0.66", "4.15"), id="B4 six at 0.60"),
        pytest.param(B4[1], ("67.56", "12.84", "80.40"), id="B4 ten thousand screws"),
        pytest.param(B4[2], ("6277.50", "1192.73", "7470.23"), id="B4 half up"),
        pytest.param(B9, ("5350.66", "1177.15", "6527.81"), id="B9"),
    ],
)
def test_b_a_document_with_the_right_figures_checks_clean(text: str, figures: tuple[str, str, str], read: Read) -> None:
    """Net of the lines, VAT and gross, as other systems' tests have them."""
    book = read(BEGIN + text)
    assert not book.errors
    (document,) = book.documents
    assert (str(document.net), str(document.vat), str(document.gross)) == figures


def changed(text: str, *figures: tuple[str, str]) -> str:
    """A document with other figures, each of which it must have had."""
    for right, wrong in figures:
        assert right in text
        text = text.replace(right, wrong)
    return text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            changed(B1, ("1.11", "1.12"), ("6.96", "6.97")),
            "VAT R19 is 1.12, but 19 % of 5.85 is 1.11 EUR",
            id="B1 a cent too much VAT",
        ),
        pytest.param(  # 1.2 × 9.714 = 11.6568: cut off instead of rounded, it is 11.65
            changed(B2, ("11.66", "11.65"), ("19.44", "19.43")),
            "the line is 11.65, but 1.2 × 9.714 = 11.66 EUR",
            id="B2 line cut off",
        ),
        pytest.param(  # VAT on each line: 1.00 + 0.99 + 0.90 = 2.89
            changed(B3, ("2.90", "2.89"), ("18.15", "18.14")),
            "VAT R19 is 2.89, but 19 % of 15.25 is 2.90 EUR",
            id="B3 VAT by line",
        ),
        pytest.param(  # 19 % of 6277.50 is 1192.725: half to even makes it 1192.72
            changed(B4[2], ("1192.73", "1192.72"), ("7470.23", "7470.22")),
            "VAT R19 is 1192.72, but 19 % of 6277.50 is 1192.73 EUR",
            id="B4 half even",
        ),
        pytest.param(  # 22 % of the unrounded line, 5350.656, is 1177.14432
            changed(B9, ("1177.15", "1177.14"), ("6527.81", "6527.80")),
            "VAT R22 is 1177.14, but 22 % of 5350.66 is 1177.15 EUR",
            id="B9 VAT of the unrounded line",
        ),
    ],
)
def test_b_a_document_with_a_wrong_cent_is_refused(text: str, told: str, read: Read) -> None:
    """What another way to round makes of it balances in Beancount, and is told with the right figure."""
    (error,) = read(BEGIN + text).errors
    assert error.message.startswith(told + "; correct the ")


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("1.045", "1.05"), ("33.675", "33.68"), ("64.475", "64.48"), ("19610.975", "19610.98")],
)
def test_b7_half_a_cent_is_rounded_away_from_zero(exact: str, rounded: str) -> None:
    """The halves that binary fractions and rounding half to even get wrong; negatives mirror."""
    assert str(money.rounded(Decimal(exact), "EUR")) == rounded
    assert str(money.rounded(Decimal(f"-{exact}"), "EUR")) == f"-{rounded}"


# --- allocation -----------------------------------------------------------------------------------


def test_c1_a_receipt_taken_back_opens_the_invoice_again(told: Book) -> None:
    """Two receipts; the bank takes the first back, and the reversal names it.

    2026-01-01 * "Sale"
      invoice: "I1"
      due: 2026-01-15
      Assets:Receivable:C1  200.00 EUR
      Income:Sales         -200.00 EUR
    2026-01-10 * "Receipt"
      payment: "P1"
      Assets:Bank            55.00 EUR
      Assets:Receivable:C1  -55.00 EUR
        settles: "I1"
    2026-01-11 * "Receipt"
      payment: "P2"
      Assets:Bank            35.00 EUR
      Assets:Receivable:C1  -35.00 EUR
        settles: "I1"
    2026-01-20 custom "allocate" "P1" "I1" -55.00 EUR
    2026-01-20 * "Returned by the bank"
      refund: "R1"
      Assets:Receivable:C1   55.00 EUR
        settles: "P1"
      Assets:Bank           -55.00 EUR
    """
    assert not told.errors
    assert open_items(told, "2026-01-11") == {"I1": "110.00"}
    assert open_items(told, "2026-01-19") == {"I1": "110.00"}
    assert open_items(told, "2026-01-20") == {"I1": "165.00"}
    assert total(told, "2026-01-20") == "165.00"


def test_c2_part_of_a_credit_note_is_allocated(told: Book) -> None:
    """An invoice and a credit note of 100 each, and 80 of the credit set against the invoice.

    2026-01-01 * "Sale"
      invoice: "I1"
      due: 2026-01-15
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2026-01-05 * "Credit"
      credit-note: "CN1"
      corrects: "I1"
      Assets:Receivable:C1 -100.00 EUR
      Income:Sales          100.00 EUR
    2026-01-10 custom "allocate" "CN1" "I1" 80.00 EUR
    """
    assert not told.errors
    assert open_items(told, "2026-01-09") == {"I1": "100.00", "CN1": "-100.00"}
    assert open_items(told, "2026-01-10") == {"I1": "20.00", "CN1": "-20.00"}
    assert status(told, "2026-01-10") == {"I1": "partly-paid", "CN1": "partly-paid"}


def test_c4_money_that_names_nothing_goes_to_the_oldest_where_the_ledger_says_so(told: Book) -> None:
    """Two invoices and one receipt of 400 over both.

    1980-01-01 custom "billtext-option" "allocation" "oldest"
    2026-01-02 * "The larger, due later"
      invoice: "I2"
      due: 2026-02-28
      Assets:Receivable:C1  400.00 EUR
      Income:Sales         -400.00 EUR
    2026-01-03 * "The smaller, due first"
      invoice: "I1"
      due: 2026-01-31
      Assets:Receivable:C1  150.00 EUR
      Income:Sales         -150.00 EUR
    2026-03-01 * "Receipt"
      payment: "P1"
      Assets:Bank           400.00 EUR
      Assets:Receivable:C1 -400.00 EUR
    """
    assert not told.errors
    assert open_items(told, "2026-02-28") == {"I2": "400.00", "I1": "150.00"}
    assert open_items(told, "2026-03-01") == {"I2": "150.00"}
    assert status(told, "2026-03-01") == {"I2": "overdue", "I1": "paid"}


def test_c5_what_is_paid_too_much_stays_unapplied(told: Book) -> None:
    """110 received for 100: the link settles the invoice, the rest stands under the receipt's name.

    2026-01-01 * "Sale"
      invoice: "I1"
      due: 2026-01-15
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2026-01-10 * "Receipt" ^I1
      payment: "P1"
      Assets:Bank           110.00 EUR
      Assets:Receivable:C1 -110.00 EUR
    """
    assert not told.errors
    assert open_items(told, "2026-01-10") == {"P1": "-10.00"}
    assert columns(told, "2026-01-10") == {"unapplied": "-10.00", "total": "-10.00"}
    assert status(told, "2026-01-10") == {"I1": "paid"}


def test_c5_a_write_off_closes_what_is_short(told: Book) -> None:
    """95 received for 100, and 5 given up.

    2026-01-01 * "Sale"
      invoice: "I1"
      due: 2026-01-15
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2026-01-10 * "Receipt"
      payment: "P1"
      Assets:Bank            95.00 EUR
      Assets:Receivable:C1  -95.00 EUR
        settles: "I1"
    2026-02-10 * "Given up"
      write-off: "W1"
      Expenses:Losses         5.00 EUR
      Assets:Receivable:C1   -5.00 EUR
        settles: "I1"
    """
    assert not told.errors
    assert open_items(told, "2026-02-09") == {"I1": "5.00"}
    assert open_items(told, "2026-02-10") == {}
    assert total(told, "2026-02-10") == "0.00"


def test_c11_five_movements_matched_together_leave_nothing(told: Book) -> None:
    """1000, -300, -400, -500 and +200 settle each other to the last cent.

    2026-01-01 * "Sale"
      invoice: "I1"
      due: 2026-01-15
      Assets:Receivable:C1  1000.00 EUR
      Income:Sales         -1000.00 EUR
    2026-01-10 * "Receipt"
      payment: "P1"
      Assets:Bank            300.00 EUR
      Assets:Receivable:C1  -300.00 EUR
        settles: "I1"
    2026-01-11 * "Receipt"
      payment: "P2"
      Assets:Bank            400.00 EUR
      Assets:Receivable:C1  -400.00 EUR
        settles: "I1"
    2026-01-12 * "Receipt" ^I1
      payment: "P3"
      Assets:Bank            500.00 EUR
      Assets:Receivable:C1  -500.00 EUR
    2026-01-13 * "Sale"
      invoice: "I2"
      due: 2026-01-27
      Assets:Receivable:C1   200.00 EUR
        settles: "P3"
      Income:Sales          -200.00 EUR
    """
    assert not told.errors
    assert open_items(told, "2026-01-12") == {"P3": "-200.00"}
    assert open_items(told, "2026-01-13") == {}
    assert columns_of_nothing(told, "2026-01-13")


def columns_of_nothing(book: Book, day: str) -> bool:
    """Whether the ageing of a day has no row at all."""
    return ageing.report(book, D(day)).rows == () == ageing.report(book, D(day)).totals


def test_a_link_settles_the_earliest_due_first_and_each_document_when_it_exists(told: Book) -> None:
    """Money that links three invoices: two that exist, and one that is issued later.

    2026-01-01 * "Due last"
      invoice: "I1"
      due: 2026-03-01
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2026-01-02 * "Due first"
      invoice: "I2"
      due: 2026-02-01
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2026-01-10 * "Receipt" ^I1 ^I2 ^I3
      payment: "P1"
      Assets:Bank           250.00 EUR
      Assets:Receivable:C1 -250.00 EUR
    2026-01-20 * "Issued later"
      invoice: "I3"
      due: 2026-01-21
      Assets:Receivable:C1   70.00 EUR
      Income:Sales          -70.00 EUR
    """
    assert not told.errors
    assert open_items(told, "2026-01-10") == {"P1": "-50.00"}
    assert open_items(told, "2026-01-19") == {"P1": "-50.00"}
    # What was settled stays settled, though I3 is due before the others.
    assert open_items(told, "2026-01-20") == {"I3": "20.00"}
    detail = invoices.detail(told, told.ledger.documents["I3"], D("2026-01-31"))
    assert [(str(one.date), one.by, str(one.amount)) for one in detail.allocations] == [("2026-01-20", "P1", "50.00")]


def test_a_link_never_settles_beyond_and_never_another_customers(told: Book) -> None:
    """What is named before the link rule comes goes first; a stranger's number in the links is nothing.

    1980-01-01 custom "customer" "C2"
      name: "Bergen Bakeri AS"
    1980-01-01 open Assets:Receivable:C2
    2026-01-01 * "Sale"
      invoice: "I1"
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2026-01-01 * "Sale"
      invoice: "I2"
      Assets:Receivable:C2  100.00 EUR
      Income:Sales         -100.00 EUR
    2026-01-10 * "By link" ^I1 ^I2
      payment: "P1"
      Assets:Bank            80.00 EUR
      Assets:Receivable:C1  -80.00 EUR
    2026-01-10 * "By name"
      payment: "P2"
      Assets:Bank            40.00 EUR
      Assets:Receivable:C1  -40.00 EUR
        settles: "I1"
    """
    assert not told.errors
    # On one day, what is named goes before what is linked: 40 of P2, then 60 of P1.
    assert open_items(told, "2026-01-10") == {"P1": "-20.00", "I2": "100.00"}


def test_an_allocation_is_later_made_and_taken_back_without_touching_the_receipt(told: Book) -> None:
    """The receipt of January is set against the invoice in March, and taken back in May.

    2026-01-10 * "Receipt"
      payment: "P1"
      Assets:Bank           100.00 EUR
      Assets:Receivable:C1 -100.00 EUR
    2026-01-20 * "Sale"
      invoice: "I1"
      due: 2026-02-03
      Assets:Receivable:C1   60.00 EUR
      Income:Sales          -60.00 EUR
    2026-03-01 custom "allocate" "P1" "I1" 60.00 EUR
    2026-05-01 custom "allocate" "P1" "I1" -25.00 EUR
    """
    assert not told.errors
    assert open_items(told, "2026-02-28") == {"P1": "-100.00", "I1": "60.00"}
    assert open_items(told, "2026-03-01") == {"P1": "-40.00"}
    assert open_items(told, "2026-05-01") == {"P1": "-65.00", "I1": "25.00"}
    assert status(told, "2026-03-01") == {"I1": "paid"}
    assert status(told, "2026-05-01") == {"I1": "overdue"}
    detail = invoices.detail(told, told.ledger.documents["I1"], D("2026-05-01"))
    assert [(str(one.date), one.by, str(one.amount)) for one in detail.allocations] == [
        ("2026-03-01", "P1", "60.00"),
        ("2026-05-01", "P1", "-25.00"),
    ]


# --- money of other currencies --------------------------------------------------------------------


def balance(book: Book, account: str) -> dict[str, str]:
    """What the postings of a ledger leave on an account, in the company's currency where they have a rate."""
    sums: dict[str, Decimal] = {}
    entries = {id(item.entry): item.entry for item in book.items}
    for entry in entries.values():
        for posting in entry.postings:
            if posting.account == account:
                weight = posting.units if posting.price is None else posting.price
                number = posting.units.number * (1 if posting.price is None else posting.price.number)
                sums[weight.currency] = sums.get(weight.currency, Decimal(0)) + number
    return {currency: str(number.quantize(Decimal("0.01"))) for currency, number in sums.items()}


def test_e1_a_gain_on_exchange_is_no_part_of_what_is_owed(told: Book) -> None:
    """USD 100 billed at 50, received when it is worth 55.

    2026-01-01 * "Sale abroad"
      invoice: "I1"
      due: 2026-01-31
      Assets:Receivable:C1   100.00 USD @ 50.00 EUR
      Income:Sales          -100.00 USD @ 50.00 EUR
    2026-01-31 * "Receipt"
      payment: "P1"
      Assets:Bank           5500.00 EUR
      Assets:Receivable:C1  -100.00 USD @ 50.00 EUR
        settles: "I1"
      Income:Exchange       -500.00 EUR
    """
    assert not told.errors
    assert open_items(told, "2026-01-30") == {"I1": "100.00"}
    assert open_items(told, "2026-01-31") == {}
    assert balance(told, "Assets:Receivable:C1") == {"EUR": "0.00"}  # 5000 less 5000
    assert balance(told, "Assets:Bank") == {"EUR": "5500.00"}
    assert balance(told, "Income:Exchange") == {"EUR": "-500.00"}
    (section,) = statements.report(told, "C1", D("2026-01-01"), D("2026-01-31")).sections
    assert (section.currency, str(section.closing)) == ("USD", "0.00")
    assert [str(line.amount) for line in section.lines] == ["100.00", "-100.00"]


def test_e2_a_loss_on_exchange_leaves_the_foreign_rest_open(told: Book) -> None:
    """USD 20 of 100 received as 900 where it was billed at 50.

    2026-01-01 * "Sale abroad"
      invoice: "I1"
      due: 2026-01-31
      Assets:Receivable:C1   100.00 USD @ 50.00 EUR
      Income:Sales          -100.00 USD @ 50.00 EUR
    2026-01-31 * "Receipt"
      payment: "P1"
      Assets:Bank            900.00 EUR
      Expenses:Losses        100.00 EUR
      Assets:Receivable:C1   -20.00 USD @ 50.00 EUR
        settles: "I1"
    """
    assert not told.errors
    assert open_items(told, "2026-01-31") == {"I1": "80.00"}
    assert balance(told, "Assets:Receivable:C1") == {"EUR": "4000.00"}  # USD 80 at 50
    assert balance(told, "Expenses:Losses") == {"EUR": "100.00"}


# --- terms ----------------------------------------------------------------------------------------


def test_g1_due_dates_by_terms_from_the_end_of_the_month(told: Book) -> None:
    """45 days from the end of the month, for the first, the middle and the last of January.

    1980-01-01 custom "terms" "eom-45"
      days: 45
      end-of-month: TRUE
      discount: 2
      discount-days: 10
    1980-01-02 custom "customer" "C1"
      terms: "eom-45"
    2019-01-01 * "First"
      invoice: "I1"
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2019-01-15 * "Middle"
      invoice: "I2"
      terms: "eom-45"
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2019-01-31 * "Last"
      invoice: "I3"
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    2019-01-31 * "What is written goes before the terms"
      invoice: "I4"
      due: 2019-02-14
      Assets:Receivable:C1  100.00 EUR
      Income:Sales         -100.00 EUR
    """
    assert not told.errors
    assert {document.number: str(document.due) for document in told.documents} == {
        "I1": "2019-03-17", "I2": "2019-03-17", "I3": "2019-03-17", "I4": "2019-02-14",
    }  # fmt: skip
    # Due that day is not overdue; a day later it is.
    assert columns(told, "2019-03-17") == {"not-due": "300.00", "31-60": "100.00", "total": "400.00"}
    assert columns(told, "2019-03-18") == {"1-30": "300.00", "31-60": "100.00", "total": "400.00"}


def test_g1_the_last_day_of_a_cash_discount_is_counted_from_the_documents_date() -> None:
    """Ten days from the first of January end on the eleventh, that day included."""
    assert dates.after(D("2019-01-01"), 10) == D("2019-01-11")
