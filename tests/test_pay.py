"""Money that comes in: allocation, numbers, cash, cards, cash discount, foreign currency.

The figures of C1, C4, C5, E1, E2 and G1 are those of the acceptance scenarios.
"""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.parser import parser
from hypothesis import given, settings
from hypothesis import strategies as st

from billtext.money import cash, cash_unit
from billtext.rules import book, receipt_numbers, receipts
from billtext.rules.claims import Claim
from billtext.rules.discounts import Offer
from billtext.rules.receipts import Tender, unapplied
from money_room import END, Office, last
from money_room import office as office

EMPTY = book.build(
    parser.parse_string("""
2019-01-01 custom "billtext-option" "rounding" Expenses:Rounding
2019-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
""")[0]
)
INVOICE = """2026-01-05 * "Nordlys Interiør AS" "Work"
  invoice: "2026-0001"
  Assets:Receivable:C1   200.00 NOK
  Income:Sales          -200.00 NOK
"""


def test_c1_two_receipts_and_one_taken_back(office: Office) -> None:
    """C1: invoice 200; receipts 55 and 35 leave 110; the receipt of 55 taken back leaves 165.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      Assets:Receivable:C1   200.00 NOK
      Income:Sales          -200.00 NOK
    """
    office.do("pay", "C1", "55", "--invoice", "2026-0001", "--date", "2026-01-10")
    office.do("pay", "C1", "35", "--invoice", "2026-0001", "--date", "2026-01-12")
    assert office.open() == {"2026-0001": "110.00"}
    office.do("allocate", "B2026-0001", "2026-0001", "--undo", "--date", "2026-01-20")
    assert office.open() == {"2026-0001": "165.00", "B2026-0001": "-55.00"}
    assert office.open(datetime.date(2026, 1, 19)) == {"2026-0001": "110.00"}
    assert last(office.text("payments/2026.beancount")) == (
        '2026-01-20 custom "allocate" "B2026-0001" "2026-0001" -55.00 NOK'
    )


def test_c4_one_receipt_over_two_invoices(office: Office) -> None:
    """C4: invoices 150 and 400, receipt 400 over both, earliest due first: 0 and 150.

    2026-01-05 * "Nordlys Interiør AS" "Second"
      invoice: "2026-0001"
      due: 2026-02-28
      Assets:Receivable:C1   400.00 NOK
      Income:Sales          -400.00 NOK
    2026-01-06 * "Nordlys Interiør AS" "First"
      invoice: "2026-0002"
      due: 2026-01-31
      Assets:Receivable:C1   150.00 NOK
      Income:Sales          -150.00 NOK
    """
    said = office.do("pay", "C1", "400", "--invoice", "2026-0001", "--invoice", "2026-0002", "--date", "2026-01-20")
    assert said.splitlines()[:3] == [
        "B2026-0001  Nordlys Interiør AS  400.00 NOK  2026-01-20",
        "  150.00 NOK settles 2026-0002, due 2026-01-31",
        "  250.00 NOK settles 2026-0001, due 2026-02-28, leaves 150.00",
    ]
    assert office.open() == {"2026-0001": "150.00"}
    assert last(office.text("payments/2026.beancount")) == (
        '2026-01-20 * "Nordlys Interiør AS" "Bank giro" ^2026-0002 ^2026-0001\n'
        '  payment: "B2026-0001"\n'
        '  method: "bank"\n'
        "  Assets:Bank                           400.00 NOK\n"
        "  Assets:Receivable:C1                 -150.00 NOK\n"
        '    settles: "2026-0002"\n'
        "  Assets:Receivable:C1                 -250.00 NOK\n"
        '    settles: "2026-0001"'
    )


def test_c5_too_much_stays_unapplied(office: Office) -> None:
    """C5: invoice 100, receipt 110: the invoice is settled, 10 stands unapplied.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    """
    said = office.do("pay", "C1", "110", "--invoice", "2026-0001", "--date", "2026-01-10")
    assert "  10.00 NOK stays unapplied\n" in said
    assert office.open() == {"B2026-0001": "-10.00"}


def test_money_that_names_nothing_stands_unapplied(office: Office) -> None:
    """Without an invoice or a reference nothing is settled.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    """
    office.do("pay", "C1", "100", "--date", "2026-01-10")
    assert office.open() == {"2026-0001": "100.00", "B2026-0001": "-100.00"}


def test_the_policy_oldest_is_written_out(office: Office) -> None:
    """With `allocation: "oldest"` the receipt names what it settles, the oldest due first.

    2019-01-01 custom "billtext-option" "allocation" "oldest"
    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      due: 2026-03-01
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    2026-01-06 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0002"
      due: 2026-02-01
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    """
    office.do("pay", "C1", "130", "--date", "2026-01-10")
    assert office.text("payments/2026.beancount").count("settles:") == 2
    assert office.open() == {"2026-0001": "70.00"}


def test_a_reference_names_customer_and_document(office: Office) -> None:
    """The KID of an invoice is enough; money beyond it is not set against the customer's other invoice.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      kid: "12345678903"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0002"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    """
    assert "the reference 12345678903 is of customer C1, not of C2" in office.refused(
        "pay", "C2", "120.00", "--reference", "12345678903", "--date", "2026-01-10"
    )
    office.do("pay", "--reference", "1234567 8903", "120.00", "--date", "2026-01-10")
    assert office.open() == {"2026-0002": "100.00", "B2026-0001": "-20.00"}


def test_the_reference_of_a_merged_customer_pays_on_the_new_account(office: Office) -> None:
    """The KID of an invoice of C1, who was merged into C2 and then into G1, settles what stands on G1's account.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      kid: "12345678903"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    """
    office.do("customer", "merge", "C1", "C2", "--reason", "typed twice", "--date", "2026-01-10")
    office.do("pay", "--reference", "12345678903", "30.00", "--date", "2026-01-12")
    assert office.open() == {"2026-0001-C1": "70.00"}
    office.do("customer", "merge", "C2", "G1", "--reason", "typed twice", "--date", "2026-01-13")
    office.do("pay", "--reference", "12345678903", "70.00", "--date", "2026-01-14")
    assert office.open() == {}
    assert "Assets:Receivable:G1                  -70.00 NOK" in office.text("payments/2026.beancount")


def test_an_instalment_is_settled_by_its_own_name(office: Office) -> None:
    """`--invoice N/2` settles the second instalment; what is too much does not flow to the others.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      Assets:Receivable:C1    60.00 NOK
        due: 2026-02-01
      Assets:Receivable:C1   100.00 NOK
        due: 2026-03-01
      Assets:Receivable:C1    40.00 NOK
        due: 2026-04-01
      Income:Sales          -200.00 NOK
    """
    office.do("pay", "C1", "110", "--invoice", "2026-0001/2", "--date", "2026-01-10")
    assert office.open() == {"2026-0001/1": "60.00", "2026-0001/3": "40.00", "B2026-0001": "-10.00"}
    office.do("pay", "C1", "70", "--invoice", "2026-0001", "--date", "2026-01-11")
    assert office.open() == {"2026-0001/3": "30.00", "B2026-0001": "-10.00"}


def test_a_credit_note_that_is_named_is_used(office: Office) -> None:
    """A4: invoice 100, credit note 10, receipt 80 over both: 10 of the invoice is open, nothing of the credit note.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    2026-01-06 * "Nordlys Interiør AS" "Bonus"
      credit-note: "K1"
      reason: "bonus"
      Assets:Receivable:C1   -10.00 NOK
      Income:Sales            10.00 NOK
    """
    office.do("pay", "C1", "80", "--invoice", "2026-0001", "--invoice", "K1", "--date", "2026-01-07")
    assert office.open() == {"2026-0001": "10.00"}
    assert office.open(datetime.date(2026, 1, 6)) == {"2026-0001": "100.00", "K1": "-10.00"}


def test_a_later_allocation_is_not_taken_from(office: Office) -> None:
    """A receipt that is dated back takes what no later one has taken, and the rest does not go there by a link.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    2026-01-20 * "Nordlys Interiør AS" "Bank giro" ^2026-0001
      payment: "B2026-0007"
      Assets:Bank             60.00 NOK
      Assets:Receivable:C1   -60.00 NOK
        settles: "2026-0001"
    """
    office.do("pay", "C1", "100", "--invoice", "2026-0001", "--date", "2026-01-10")
    assert office.open() == {"B2026-0008": "-60.00"}


# --- numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "year", "expected"),
    [
        ([], 2026, "B2026-0001"),
        (["B2025-0098", "B2025-0099"], 2025, "B2025-0100"),
        (["B2025-0099"], 2026, "B2026-0001"),
        (["B2026-9999"], 2026, "B2026-10000"),
        (["bank-2025-007"], 2026, "bank-2026-001"),
        (["bank-2026-007"], 2026, "bank-2026-008"),
        (["abc"], 2026, "B2026-0001"),
        (["778", "B2026-0003"], 2026, "B2026-0004"),
    ],
)
def test_the_next_number_follows_the_ledgers_own(mine: list[str], year: int, expected: str) -> None:
    """Written as the ledger's own are."""
    assert receipt_numbers.after(mine, mine, "B", datetime.date(year, 3, 1)) == expected


def test_a_number_of_another_kind_is_not_given_again() -> None:
    """Numbers are unique over all kinds."""
    assert receipt_numbers.after([], ["B2026-0001"], "B", datetime.date(2026, 3, 1)) == "B2026-0002"


# --- cash and card --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", ["631.50", "632", "632.00"])
def test_cash_is_rounded_to_coins(tmp_path: Path, amount: str) -> None:
    """631.50 is paid with 632 kroner, whichever of the two is typed; half a krone goes to the rounding account."""
    office = Office(tmp_path, INVOICE.replace("200.00", "631.50"))
    office.do("pay", "C1", amount, "--method", "cash", "--invoice", "2026-0001", "--date", "2026-01-10")
    assert office.open() == {}
    assert office.balance("Assets:Cash") == {"NOK": "632.00"}
    assert office.balance("Expenses:Rounding") == {"NOK": "-0.50"}


def test_cash_for_nothing_in_particular_is_rounded_too() -> None:
    """10.49 is paid with 10 kroner: the customer has 10.49 to his credit, and 0.49 is lost."""
    plan = unapplied(Decimal("10.49"), "NOK")
    assert (plan.rest, plan.rounding, plan.money) == (Decimal("10.49"), Decimal("-0.49"), Decimal(10))


def test_card_money_waits_for_its_settlement(office: Office) -> None:
    """200 by card with a fee of 2.50: 197.50 waits on the clearing account until the acquirer pays it.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      Assets:Receivable:C1   200.00 NOK
      Income:Sales          -200.00 NOK
    """
    pay = ["pay", "C1", "200", "--method", "card", "--invoice", "2026-0001", "--date", "2026-01-10"]
    office.do(*pay, "--fee", "2.50")
    assert office.balance("Assets:Card:Clearing") == {"NOK": "197.50"}
    assert office.balance("Expenses:BankFees") == {"NOK": "2.50"}
    assert "197.50 NOK waits on" in office.refused("card", "settlement", "197.51", "--date", "2026-01-12")
    assert "0.00 NOK waits on" in office.refused("card", "settlement", "10", "--date", "2026-01-09")
    office.do("card", "settlement", "195", "--fee", "2.50", "--date", "2026-01-12")
    assert office.balance("Assets:Card:Clearing") == {}
    assert (office.balance("Assets:Bank"), office.balance("Expenses:BankFees")) == ({"NOK": "195.00"}, {"NOK": "5.00"})


# --- cash discount --------------------------------------------------------------------------------------------

TWO_CODES = """2026-01-05 * "Nordlys Interiør AS" "Goods"
  invoice: "2026-0001"
  terms: "net-30-2"
  Assets:Receivable:C1     182.79 NOK
  Income:Sales            -100.00 NOK
    vat: "S25"
  Income:Sales             -50.25 NOK
    vat: "S15"
  Liabilities:VAT:S25      -25.00 NOK
    vat: "S25"
  Liabilities:VAT:S15       -7.54 NOK
    vat: "S15"
"""


@pytest.mark.parametrize(
    ("given", "discount", "s25"),
    [("179.13", "3.66", "2.00"), ("179.12", "3.67", "2.01"), ("179.15", "3.64", "1.99")],
    ids=["exact", "a cent less", "two cents more"],
)
def test_the_vat_of_a_discount_is_corrected_by_code(tmp_path: Path, given: str, discount: str, s25: str) -> None:
    """2 % of 182.79 is 3.66: 2.50 of S25, 0.50 of it VAT, and 1.16 of S15, 0.15 of it VAT (1.16 x 15 / 115).

    A cent less is 3.67 = 2.51 + 1.16; two cents more 3.64 = 2.49 + 1.15, with VAT 0.50 and 0.15 each time.
    """
    office = Office(tmp_path, TWO_CODES)
    said = office.do("pay", "C1", given, "--invoice", "2026-0001", "--date", "2026-01-13")
    assert f"of which {discount} NOK cash discount" in said
    assert office.open() == {}
    assert office.balance("Liabilities:VAT:S25") == {"NOK": "-24.50"}
    assert office.balance("Liabilities:VAT:S15") == {"NOK": "-7.39"}
    net = Decimal(discount) - Decimal("0.65")
    assert office.balance("Expenses:CashDiscount") == {"NOK": f"{net}"}
    assert f'  Expenses:CashDiscount                   {s25} NOK\n    vat: "S25"\n' in office.text(
        "payments/2026.beancount"
    )


@pytest.mark.parametrize(("given", "left"), [("179.10", "3.69"), ("179.16", "3.63"), ("150.00", "32.79")])
def test_what_is_not_the_discount_stays_open(tmp_path: Path, given: str, left: str) -> None:
    """Beyond a cent for each of the two VAT codes it is not the discount: 179.11 to 179.15 are near to 179.13."""
    office = Office(tmp_path, TWO_CODES)
    office.do("pay", "C1", given, "--invoice", "2026-0001", "--date", "2026-01-13")
    assert office.open() == {"2026-0001": left}


def test_after_the_last_day_there_is_no_discount(tmp_path: Path) -> None:
    """Eight days from 5 January end on the 13th: on the 14th the 3.66 stays open."""
    office = Office(tmp_path, TWO_CODES)
    office.do("pay", "C1", "179.13", "--invoice", "2026-0001", "--date", "2026-01-14")
    assert office.open() == {"2026-0001": "3.66"}


def test_a_discount_can_be_left_open(tmp_path: Path) -> None:
    """`--no-discount` books the money alone."""
    office = Office(tmp_path, TWO_CODES)
    office.do("pay", "C1", "179.13", "--invoice", "2026-0001", "--date", "2026-01-13", "--no-discount")
    assert office.open() == {"2026-0001": "3.66"}


def test_the_discount_is_on_what_is_open(office: Office) -> None:
    """Invoice 100, 40 of it credited: 2 % of the 60 that are open is 1.20.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      terms: "net-30-2"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    2026-01-06 * "Nordlys Interiør AS" "Less"
      credit-note: "K1"
      corrects: "2026-0001"
      Assets:Receivable:C1   -40.00 NOK
        settles: "2026-0001"
      Income:Sales            40.00 NOK
    """
    office.do("pay", "C1", "58.80", "--invoice", "2026-0001", "--date", "2026-01-10")
    assert office.open() == {}
    assert office.balance("Expenses:CashDiscount") == {"NOK": "1.20"}


def test_one_receipt_for_two_invoices_less_their_discounts(office: Office) -> None:
    """Invoices of 100 and 200, the second with 2 % off until the 13th: 296 settles both.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0002"
      terms: "net-30-2"
      Assets:Receivable:C1   200.00 NOK
      Income:Sales          -200.00 NOK
    """
    office.do("pay", "C1", "296", "--invoice", "2026-0001", "--invoice", "2026-0002", "--date", "2026-01-13")
    assert office.open() == {}
    assert office.balance("Expenses:CashDiscount") == {"NOK": "4.00"}


def test_an_odd_cent_goes_to_the_first_code(tmp_path: Path) -> None:
    """2 % of 52.80 is 1.06; shares 0.38, 0.35 and 0.34 add up to 1.07, so the first is 0.37.

    Gross 18.75 (S25), 17.25 (S15), 16.80 (S12); 1.06 x 18.75 / 52.80 = 0.376, x 17.25 / 52.80 = 0.346,
    x 16.80 / 52.80 = 0.337. VAT 0.37 / 5 = 0.07, 0.35 x 15 / 115 = 0.05, 0.34 x 12 / 112 = 0.04.
    """
    office = Office(tmp_path, """2026-01-05 * "Nordlys Interiør AS" "Goods"
  invoice: "2026-0001"
  terms: "net-30-2"
  Assets:Receivable:C1      52.80 NOK
  Income:Sales             -15.00 NOK
    vat: "S25"
  Income:Sales             -15.00 NOK
    vat: "S15"
  Income:Sales             -15.00 NOK
    vat: "S12"
  Liabilities:VAT:S25       -3.75 NOK
    vat: "S25"
  Liabilities:VAT:S15       -2.25 NOK
    vat: "S15"
  Liabilities:VAT:S12       -1.80 NOK
    vat: "S12"
""")  # fmt: skip
    office.do("pay", "C1", "51.74", "--invoice", "2026-0001", "--date", "2026-01-10")
    assert office.open() == {}
    nets = [line.split()[1] for line in office.text("payments/2026.beancount").splitlines() if "CashDiscount" in line]
    assert nets == ["0.30", "0.30", "0.30"]
    assert [office.balance(f"Liabilities:VAT:{code}")["NOK"] for code in ("S25", "S15", "S12")] == [
        "-3.68", "-2.20", "-1.76",
    ]  # fmt: skip


def test_a_discount_that_never_corrects_vat(tmp_path: Path) -> None:
    """With "never" all of it is a cost."""
    office = Office(tmp_path, '2019-01-01 custom "billtext-option" "cash-discount-vat" "never"\n' + TWO_CODES)
    office.do("pay", "C1", "179.13", "--invoice", "2026-0001", "--date", "2026-01-13")
    assert office.balance("Expenses:CashDiscount") == {"NOK": "3.66"}
    assert office.balance("Liabilities:VAT:S25") == {"NOK": "-25.00"}


ALWAYS = """2019-01-01 custom "billtext-option" "cash-discount-vat" "always"
2026-01-05 * "Nordlys Interiør AS" "Goods"
  invoice: "2026-0001"
  terms: "net-30-2"
  Assets:Receivable:C1    1245.00 NOK
  Income:Sales           -1000.00 NOK
    vat: "S25"
  Liabilities:VAT:S25     -245.00 NOK
    vat: "S25"
"""


def test_a_discount_that_the_vat_always_reckons_with(tmp_path: Path) -> None:
    """With "always" 1000 less 2 % bears VAT on 980, 245; who takes the 20 pays 1225, and the VAT stays."""
    office = Office(tmp_path, ALWAYS)
    office.do("pay", "C1", "1225", "--invoice", "2026-0001", "--date", "2026-01-13")
    assert office.open() == {}
    assert office.balance("Expenses:CashDiscount") == {"NOK": "20.00"}
    assert office.balance("Liabilities:VAT:S25") == {"NOK": "-245.00"}


def test_a_draft_under_always_bears_vat_on_the_discounted_base(tmp_path: Path) -> None:
    """The draft of such an invoice comes to 1245."""
    office = Office(tmp_path, ALWAYS)
    (tmp_path / "drafts").mkdir()
    (tmp_path / "drafts" / "a.beancount").write_text(
        '2026-01-06 ! "Goods"\n  invoice:\n  customer: "C1"\n  terms: "net-30-2"\n'
        '  Income:Sales  -1000.00 NOK\n    vat: "S25"\n'
    )
    assert "  1245.00 NOK  due 2026-02-05" in office.do("issue", "a", "--date", "2026-01-06")


def test_g1_the_discount_of_45_days_from_the_months_end(office: Office) -> None:
    """G1: of 2019-01-01 with 10 days, the discount can be taken on 2019-01-11, and not on the 12th; due 2019-03-17.

    2019-01-01 * "Nordlys Interiør AS" "Work"
      invoice: "2019-0001"
      terms: "eom-45-2"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    2019-01-01 * "Nordlys Interiør AS" "Work"
      invoice: "2019-0002"
      terms: "eom-45-2"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    """
    said = office.do("pay", "C1", "98", "--invoice", "2019-0001", "--date", "2019-01-11")
    assert "100.00 NOK settles 2019-0001, due 2019-03-17, of which 2.00 NOK cash discount" in said
    office.do("pay", "C1", "98", "--invoice", "2019-0002", "--date", "2019-01-12")
    assert office.open() == {"2019-0002": "2.00"}


# --- foreign currency -----------------------------------------------------------------------------------------

DOLLARS = """2026-01-05 * "Nordlys Interiør AS" "Work"
  invoice: "2026-0001"
  Assets:Receivable:C1   100.00 USD @ 50 INR
  Income:Sales          -100.00 USD @ 50 INR
"""


@pytest.mark.parametrize("how", [["--rate", "55"], ["--received", "5500"]])
def test_e1_a_gain_at_the_payment(tmp_path: Path, how: list[str]) -> None:
    """E1: USD 100 at 50; received USD 100 at 55: receivable -5000, bank +5500, gain 500; nothing is open."""
    office = Office(tmp_path, DOLLARS, currency="INR")
    office.do("pay", "C1", "100", "--invoice", "2026-0001", "--account", "Assets:Bank", "--date", "2026-02-01", *how)
    assert office.balance("Assets:Bank") == {"INR": "5500.00"}
    assert office.balance("Income:ExchangeGain") == {"INR": "-500.00"}
    assert office.open() == {}
    assert "Assets:Receivable:C1                 -100.00 USD @ 50 INR" in office.text("payments/2026.beancount")


def test_e2_a_loss_on_a_part(tmp_path: Path) -> None:
    """E2: USD 20 received as 900: a loss of 100; USD 80 is open."""
    office = Office(tmp_path, DOLLARS, currency="INR")
    office.do("pay", "C1", "20", "--invoice", "2026-0001", "--received", "900", "--date", "2026-02-01")
    assert office.balance("Expenses:ExchangeLoss") == {"INR": "100.00"}
    assert office.open() == {"2026-0001": "80.00"}


def test_the_rate_of_the_day_comes_from_the_price_directives(tmp_path: Path) -> None:
    """USD 100 at 50, paid into the dollar account on a day of 47.5: a loss of 250."""
    office = Office(tmp_path, "2026-01-20 price USD 47.5 INR\n" + DOLLARS, currency="INR")
    office.do("pay", "C1", "100", "--invoice", "2026-0001", "--date", "2026-02-01")
    assert office.balance("Assets:Dollar") == {"USD": "100.00"}
    assert office.balance("Expenses:ExchangeLoss") == {"INR": "250.00"}


def test_a_rate_that_nobody_knows_is_asked_for(tmp_path: Path) -> None:
    """Without a price and without --rate nothing is written."""
    office = Office(tmp_path, DOLLARS, currency="INR")
    assert "no rate from USD to INR is known on 2026-02-01; give it with --rate" in office.refused(
        "pay", "C1", "100", "--invoice", "2026-0001", "--date", "2026-02-01"
    )


def test_revaluing_what_is_open(tmp_path: Path) -> None:
    """USD 80 booked at 50 is worth 52 each on 31 December: 160 unrealised gain, reversed the next day; once only."""
    text = "2026-12-31 price USD 52 INR\n" + DOLLARS
    office = Office(tmp_path, text, currency="INR")
    office.do("pay", "C1", "20", "--invoice", "2026-0001", "--received", "900", "--date", "2026-02-01")
    office.do("revalue", "--as-of", "2026-12-31")
    assert "  Assets:Revaluation                    160.00 INR\n" in office.text("payments/2026.beancount")
    assert "  Assets:Revaluation                   -160.00 INR\n" in office.text("payments/2027.beancount")
    assert office.balance("Assets:Revaluation") == {}
    assert office.open() == {"2026-0001": "80.00"}
    assert "2026-12-31 has its revaluation already" in office.refused("revalue", "--as-of", "2026-12-31")


def test_less_than_a_cent_of_difference_still_balances(tmp_path: Path) -> None:
    """USD 1 at 50.001, received at 50.002 into the dollar account: 0.001 is no gain, and the ledger accepts it."""
    text = DOLLARS.replace("100.00 USD @ 50 ", "1.00 USD @ 50.001 ")
    office = Office(tmp_path, text, currency="INR")
    office.do("pay", "C1", "1", "--invoice", "2026-0001", "--rate", "50.002", "--date", "2026-02-01")
    assert (office.open(), office.balance("Assets:Dollar")) == ({}, {"USD": "1.00"})


# --- bad input ------------------------------------------------------------------------------------------------

BAD = [
    (["C1", "1,00"], 1, "'1,00' is not a number"),
    (["C1", "10.001"], 1, "the amount is 10.001 NOK, but NOK has 2 decimals"),
    (["C1", "0"], 1, "it must be above zero"),
    (["C9", "10"], 1, "customer C9 is not in the register"),
    (["C1", "10", "--invoice", "2026-0099"], 1, "2026-0099 is not in the ledger"),
    (["C2", "10", "--invoice", "2026-0001"], 1, "2026-0001 is of customer C1, not of C2"),
    (["10", "--reference", "99"], 1, "no document has the reference 99"),
    (["10"], 2, "give the customer and the amount"),
    (["C1", "10", "--account", "Assets:Old"], 1, "the account Assets:Old was closed on 2019-06-30"),
    (["C1", "10", "--account", "Assets:Nowhere"], 1, "the ledger has no account Assets:Nowhere"),
    (["C1", "10", "--id", "B 1"], 1, "is no number"),
    (["C1", "10", "--id", "2026-0001"], 1, "the ledger has 2026-0001 already"),
    (["C1", "10", "--fee", "1"], 1, "a fee is of card receipts"),
    (["C1", "10", "--fee", "10", "--method", "card"], 1, "is not below the amount"),
    (["C1", "0.40", "--method", "cash"], 1, "cannot be paid in cash"),
    (["C1", "10", "--method", "voucher", "--code", "X"], 1, "there is no voucher X"),
    (["C1", "10", "--method", "voucher"], 2, "--code"),
    (["C1", "10", "--invoice", "2026-0001", "--currency", "USD"], 1, "2026-0001 is in NOK, not in USD"),
    (["C1", "10", "--received", "10"], 1, "leave --received out"),
]


@pytest.mark.parametrize(("words", "status", "sentence"), BAD, ids=[" ".join(words) for words, _, _ in BAD])
def test_bad_input_is_one_sentence_and_writes_nothing(
    tmp_path: Path, words: list[str], status: int, sentence: str
) -> None:
    """Exit status 1 for what is refused, 2 for wrong usage."""
    office = Office(tmp_path, INVOICE)
    assert sentence in office.refused("pay", *words, "--date", "2026-01-10", status=status)


def test_a_dry_run_shows_and_writes_nothing(tmp_path: Path) -> None:
    """`--dry-run` prints the transaction, and leaves the ledger as it was."""
    office = Office(tmp_path, INVOICE)
    before = office.files()
    said = office.do("pay", "C1", "10", "--invoice", "2026-0001", "--date", "2026-01-10", "--dry-run")
    assert '  payment: "B2026-0001"\n' in said
    assert office.files() == before


# --- laws -----------------------------------------------------------------------------------------------------

CENTS = st.integers(1, 40000)


CLAIMS = st.lists(
    st.tuples(st.integers(-5000, 50000).filter(bool), st.integers(1, 999), st.booleans()), min_size=1, max_size=5
)


@given(
    claims=CLAIMS, cents=st.integers(1, 100000), rate=st.integers(1, 99999), in_cash=st.booleans(), fits=st.booleans()
)
def test_every_receipt_balances(
    claims: list[tuple[int, int, bool]], cents: int, rate: int, in_cash: bool, fits: bool
) -> None:
    """Money + discounts + rounding + exchange = claims + rest, to the cent; no claim or offer is exceeded.

    Claims are drawn in dollars, each with its own rate and some with an offer of 2 %; half of the receipts fit these.
    """
    unit = Decimal("0.01")
    owed = [
        Claim(
            name=f"I{n}", number=f"I{n}", customer="C1", currency="USD", open=number * unit, now=number * unit,
            date=END, due=END, account="Assets:Receivable:C1", rate=Decimal(one) / 7,
        )
        for n, (number, one, _) in enumerate(claims)
    ]  # fmt: skip
    offers = {
        claim.name: Offer(amount=(claim.open / 50).quantize(unit), tolerance=unit, last=END)
        for claim, (number, _, offered) in zip(owed, claims, strict=True)
        if offered and number >= 50
    }
    amount = cents * unit
    if fits:
        whole = sum((claim.open for claim in owed), Decimal(0)) - sum((o.amount for o in offers.values()), Decimal(0))
        amount = whole if whole > 1 else amount
    plan = receipts.plan(amount, owed, offers, in_cash=in_cash)
    assert plan.money == (cash(amount, "USD") if in_cash else amount)
    assert plan.rest >= 0
    assert abs(plan.rounding) <= cash_unit("USD") / 2 if in_cash else not plan.rounding
    for part in plan.parts:
        assert 0 < part.amount / part.claim.open <= 1
        offer = offers.get(part.claim.name)
        most = Decimal(0) if offer is None else offer.amount + sum((o.tolerance for o in offers.values()), Decimal(0))
        assert 0 <= part.discount <= most
        assert not part.discount or part.amount == part.claim.open
    if fits and amount == whole and offers and not in_cash:
        assert sum((part.discount for part in plan.parts), Decimal(0)) == sum(
            (o.amount for o in offers.values()), Decimal(0)
        )
    tender = Tender(account="Assets:Dollar", currency="USD", rate=Decimal(rate) / 999)
    movement = receipts.receive(
        EMPTY, plan, tender, date=END, number="B1", customer="C1", payee="C1", currency="USD",
        account="Assets:Receivable:C1", method="bank", narration="Bank",
    ).movement  # fmt: skip
    assert abs(movement.difference) <= Decimal("0.005")
    assert sum((leg.amount for leg in movement.legs if leg.currency == "USD"), Decimal(0)) == 0


@settings(max_examples=20)
@given(
    invoices=st.lists(st.tuples(CENTS, st.integers(0, 40), st.booleans()), min_size=1, max_size=4),
    payments=st.lists(
        st.tuples(CENTS, st.integers(0, 30), st.sets(st.integers(0, 3)), st.sampled_from(["bank", "cash", "card"]),
                  st.booleans()),
        min_size=1, max_size=4,
    ),
    oldest=st.booleans(),
)  # fmt: skip
def test_what_is_shown_is_what_the_book_computes(
    tmp_path_factory: pytest.TempPathFactory,
    invoices: list[tuple[int, int, bool]],
    payments: list[tuple[int, int, set[int], str, bool]],
    oldest: bool,
) -> None:
    """The parts of a receipt are the allocations that the ledger then has, and the ledger has no error.

    Money that settles a discount exactly is among them; so are receipts that are dated before earlier ones. With the
    policy "oldest" they come in order: there, money of an earlier day would take what a later receipt has settled.
    """
    if oldest:
        payments = sorted(payments, key=lambda payment: payment[1])
    text = '2019-01-01 custom "billtext-option" "allocation" "oldest"\n' if oldest else ""
    for n, (cents, days, discount) in enumerate(invoices, 1):
        net = Decimal(cents) / 100
        vat = (net / 4).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        terms = '\n  terms: "net-30-2"' if discount else ""
        text += (
            f'2026-01-{n:02} * "Nordlys Interiør AS" "Work"\n  invoice: "2026-{n:04}"\n  '
            f"due: {datetime.date(2026, 1, n) + datetime.timedelta(days=days)}{terms}\n"
            f'  Assets:Receivable:C1  {net + vat} NOK\n  Income:Sales  -{net} NOK\n    vat: "S25"\n'
            f'  Liabilities:VAT:S25  -{vat} NOK\n    vat: "S25"\n'
        )
    text = text.replace('  Liabilities:VAT:S25  -0.00 NOK\n    vat: "S25"\n', "")
    office = Office(tmp_path_factory.mktemp("law"), text)
    for cents, days, named, method, exact in payments:
        numbers = [f"2026-{n + 1:04}" for n in sorted(named) if n < len(invoices)]
        open_ = office.open()
        numbers = [number for number in numbers if number in open_]
        amount = Decimal(cents) / 100
        if exact and numbers:
            owed = sum(Decimal(open_[number]) for number in numbers)
            amount = owed - (owed / 50).quantize(Decimal("0.01"), "ROUND_HALF_UP") or owed
        if method == "cash" and amount < 1:
            amount += 1
        date = str(datetime.date(2026, 1, 5) + datetime.timedelta(days=days))
        words = [word for number in numbers for word in ("--invoice", number)]
        before = office.book()
        said = office.do("pay", "C1", f"{amount:.2f}", *words, "--method", method, "--date", date)
        after = office.book()
        new = {i.name for i in after.items if i.kind == "payment"} - {i.name for i in before.items}
        [number] = new
        shown = {
            line.split()[3].rstrip(","): Decimal(line.split()[0]) for line in said.splitlines() if " settles " in line
        }
        made: dict[str, Decimal] = {}
        for allocation in after.allocations.all:
            if allocation.source.name == number:
                made[allocation.target.name] = made.get(allocation.target.name, Decimal(0)) + allocation.amount
        assert made == shown
        assert [a.amount for a in after.allocations.all if a.source.name != number] == [
            a.amount for a in before.allocations.all
        ]
        for item in after.items:
            left = after.allocations.open(item, datetime.date.max)
            assert left * item.amount >= 0
            assert abs(left) <= abs(item.amount)


def test_what_a_bank_cannot_have_made_of_it_is_refused(tmp_path: Path) -> None:
    """USD 20 at 47.5 are 950; 90 is a slip of the pen, 900 is not; with --rate it is said to be so."""
    office = Office(tmp_path, "2026-01-20 price USD 47.5 INR\n" + DOLLARS, currency="INR")
    words = ["pay", "C1", "20", "--invoice", "2026-0001", "--date", "2026-02-01", "--received"]
    assert "is a rate of 4.5, and the ledger has 47.5; correct --received" in office.refused(*words, "90")
    assert "is a rate of 450, and" in office.refused(*words, "9000")
    office.do(*words, "90", "--rate", "4.5")
    office.do(*words, "900")


def test_money_stands_on_no_account_of_income_or_expenses(office: Office) -> None:
    """Such an account is a slip.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      Assets:Receivable:C1   200.00 NOK
      Income:Sales          -200.00 NOK
    """
    for account in ("Income:Sales", "Expenses:BankFees"):
        words = ["pay", "C1", "200", "--account", account, "--date", "2026-02-01"]
        assert f"{account} holds no money; name an account of assets" in office.refused(*words)
