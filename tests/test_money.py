"""Money that goes out, is written off, stands as a liability, or is a guest's.

The figures of C2 and C5 are those of the acceptance scenarios.
"""

import datetime
import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from billtext.rules import corrections, relief
from money_room import Office, last
from money_room import office as office

HUNDRED = """2026-01-05 * "Nordlys Interiør AS" "Work"
  invoice: "2026-0001"
  due: 2026-01-19
  Assets:Receivable:C1   100.00 NOK
  Income:Sales          -100.00 NOK
"""
WITH_VAT = """2026-01-05 * "Nordlys Interiør AS" "Goods"
  invoice: "2026-0001"
  due: 2026-01-19
  Assets:Receivable:C1     240.00 NOK
  Income:Sales            -100.00 NOK
    vat: "S25"
  Income:Sales            -100.00 NOK
    vat: "S15"
  Liabilities:VAT:S25      -25.00 NOK
    vat: "S25"
  Liabilities:VAT:S15      -15.00 NOK
    vat: "S15"
"""


ROOT = Path(__file__).parent.parent


def test_the_guide_works_on_the_demo_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of the page, one after the other on a copy of the demo, says what the page shows."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "ledger", "demo")
    office = Office.at(tmp_path / "demo" / "main.beancount")
    Path("demo/drafts/nordlys.beancount").write_text(
        '2026-11-27 ! "Consulting"\n  invoice:\n  customer: "C00017"\n'
        '  Income:Consulting\n    item: "CONS-SR"\n    quantity: 9\n'
    )
    page = (ROOT / "site" / "guide" / "money.md").read_text("utf-8").replace("\\\n", "")
    commands = 0
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for told in block.removeprefix("$ ").split("\n$ "):
            line, _, shown = told.partition("\n")
            words = shlex.split(line)
            if words[0] == "echo":
                with Path(words[-1]).open("a", encoding="utf-8") as file:
                    file.write(words[1] + "\n")
            elif words[0] == "billtext":
                commands += 1
                said = office.do(*words[1:])
                assert shown.strip() in said, line
    assert commands > 20


# --- allocate, refund, write-off ------------------------------------------------------------------------------


def test_c2_part_of_a_credit_note_is_used(office: Office) -> None:
    """C2: invoice 100, credit note 100, 80 of it allocated: 20 of each is open; not more can be allocated than that.

    2026-01-05 * "Nordlys Interiør AS" "Work"
      invoice: "2026-0001"
      Assets:Receivable:C1   100.00 NOK
      Income:Sales          -100.00 NOK
    2026-01-06 * "Nordlys Interiør AS" "Bonus"
      credit-note: "K1"
      reason: "bonus"
      Assets:Receivable:C1  -100.00 NOK
      Income:Sales           100.00 NOK
    """
    office.do("allocate", "K1", "2026-0001", "80", "--date", "2026-01-10")
    assert office.open() == {"2026-0001": "20.00", "K1": "-20.00"}
    assert "20.00 NOK is open of K1, less than 20.01 NOK" in office.refused(
        "allocate", "K1", "2026-0001", "20.01", "--date", "2026-01-11"
    )
    assert "80.00 NOK of K1 is allocated to 2026-0001, less than 90.00 NOK" in office.refused(
        "allocate", "K1", "2026-0001", "90", "--undo", "--date", "2026-01-11"
    )
    office.do("allocate", "2026-0001", "K1", "--date", "2026-01-12")
    assert office.open() == {}
    office.do("allocate", "--undo", "2026-0001", "K1", "--date", "2026-01-13")
    assert office.open() == {"2026-0001": "100.00", "K1": "-100.00"}
    assert "nothing of K1 is allocated to 2026-0001 on 2026-01-13" in office.refused(
        "allocate", "--undo", "K1", "2026-0001", "--date", "2026-01-13"
    )


TWO_RATES = """2026-01-05 * "Nordlys Interiør AS" "Work"
  invoice: "2026-0001"
  Assets:Receivable:C1   100.00 USD @ 50 INR
  Income:Sales          -100.00 USD @ 50 INR
2026-02-01 * "Nordlys Interiør AS" "Bank transfer"
  payment: "B2026-0001"
  Assets:Dollar           80.00 USD @ 55 INR
  Assets:Receivable:C1   -80.00 USD @ 55 INR
"""


def test_an_allocation_at_two_rates_books_the_gain(tmp_path: Path) -> None:
    """USD 80 that came at 55 settle a claim at 50: a gain of 400. Taken back, 30 of it (150), then the other 50 (250).

    A date before the money is refused, since a transaction would stand before what it settles.
    """
    office = Office(tmp_path, TWO_RATES, currency="INR")
    assert "B2026-0001 is dated 2026-02-01, after 2026-01-31" in office.refused(
        "allocate", "B2026-0001", "2026-0001", "--date", "2026-01-31"
    )
    office.do("allocate", "B2026-0001", "2026-0001", "--date", "2026-02-05")
    assert last(office.text("payments/2026.beancount")) == (
        '2026-02-05 * "Nordlys Interiør AS" "B2026-0001 set against 2026-0001"\n'
        '  payment: "B2026-0002"\n'
        "  Assets:Receivable:C1                   80.00 USD @ 55 INR\n"
        '    settles: "B2026-0001"\n'
        "  Assets:Receivable:C1                  -80.00 USD @ 50 INR\n"
        '    settles: "2026-0001"\n'
        "  Income:ExchangeGain                  -400.00 INR"
    )
    assert office.open() == {"2026-0001": "20.00"}
    assert office.balance("Income:ExchangeGain") == {"INR": "-400.00"}
    undo = ["allocate", "--undo", "B2026-0001", "2026-0001"]
    assert "nothing of B2026-0001 is allocated to 2026-0001 on 2026-02-04" in office.refused(
        *undo, "--date", "2026-02-04"
    )
    assert "80.00 USD of B2026-0001 is allocated to 2026-0001, less than 81.00 USD" in office.refused(
        *undo, "81", "--date", "2026-02-06"
    )
    office.do(*undo, "30", "--date", "2026-02-06")
    assert office.open() == {"2026-0001": "50.00", "B2026-0001": "-30.00"}
    assert office.open(datetime.date(2026, 2, 5)) == {"2026-0001": "20.00"}
    net = {a: office.balance(a).get("INR", "0.00") for a in ("Income:ExchangeGain", "Expenses:ExchangeLoss")}
    assert net == {"Income:ExchangeGain": "-400.00", "Expenses:ExchangeLoss": "150.00"}
    office.do(*undo, "--date", "2026-02-07")
    assert office.open() == {"2026-0001": "100.00", "B2026-0001": "-80.00"}
    assert office.balance("Expenses:ExchangeLoss") == {"INR": "400.00"}
    assert "nothing of B2026-0001 is allocated to 2026-0001" in office.refused(*undo, "--date", "2026-02-08")
    office.do("allocate", "2026-0001", "B2026-0001", "10", "--date", "2026-02-09")
    assert office.open() == {"2026-0001": "90.00", "B2026-0001": "-70.00"}


def test_a_foreign_credit_note_is_allocated_at_its_own_rate(tmp_path: Path) -> None:
    """A bonus of USD 40 at 48 against a claim at 50: a loss of 80. At one rate there is nothing to book."""
    text = (
        TWO_RATES
        + """2026-03-01 * "Nordlys Interiør AS" "Bonus"
  credit-note: "K1"
  reason: "bonus"
  Assets:Receivable:C1  -40.00 USD @ 48 INR
  Income:Sales           40.00 USD @ 48 INR
2026-03-01 * "Nordlys Interiør AS" "Bonus"
  credit-note: "K2"
  reason: "bonus"
  Assets:Receivable:C1  -10.00 USD @ 50 INR
  Income:Sales           10.00 USD @ 50 INR
"""
    )
    office = Office(tmp_path, text, currency="INR")
    office.do("allocate", "K2", "2026-0001", "--date", "2026-03-05")
    assert last(office.text("payments/2026.beancount")).endswith('"allocate" "K2" "2026-0001" 10.00 USD')
    office.do("allocate", "K1", "2026-0001", "--date", "2026-03-05")
    assert office.balance("Expenses:ExchangeLoss") == {"INR": "80.00"}
    assert office.open() == {"2026-0001": "50.00", "B2026-0001": "-80.00"}


def test_instalments_at_another_rate_are_allocated_one_by_one(tmp_path: Path) -> None:
    """USD 80 at 55 against instalments of 60 and 40 at 50: named together they are refused, one at a time booked."""
    parts = """  Assets:Receivable:C1    60.00 USD @ 50 INR
    due: 2026-02-19
  Assets:Receivable:C1    40.00 USD @ 50 INR
    due: 2026-03-19
"""
    text = TWO_RATES.replace("  Assets:Receivable:C1   100.00 USD @ 50 INR\n", parts)
    office = Office(tmp_path, text, currency="INR")
    assert "allocate to one of them at a time, such as 2026-0001/2" in office.refused(
        "allocate", "B2026-0001", "2026-0001", "--date", "2026-02-05"
    )
    office.do("allocate", "B2026-0001", "2026-0001/1", "--date", "2026-02-05")
    assert office.balance("Income:ExchangeGain") == {"INR": "-300.00"}
    assert office.open() == {"2026-0001/2": "40.00", "B2026-0001": "-20.00"}
    office.do("allocate", "--undo", "B2026-0001", "2026-0001", "--date", "2026-02-06")
    assert office.open() == {"2026-0001/1": "60.00", "2026-0001/2": "40.00", "B2026-0001": "-80.00"}


def test_c5_the_rest_is_written_off(tmp_path: Path) -> None:
    """C5: invoice 100, receipt 95 with a write-off of 5: nothing is open."""
    office = Office(tmp_path, HUNDRED)
    office.do("pay", "C1", "95", "--invoice", "2026-0001", "--date", "2026-01-10")
    assert "5.00 NOK is open of 2026-0001, less than 5.01 NOK" in office.refused(
        "write-off", "2026-0001", "5.01", "--reason", "bank charges", "--date", "2026-01-11"
    )
    office.do("write-off", "2026-0001", "--reason", "bank charges", "--date", "2026-01-11")
    assert office.open() == {}
    assert last(office.text("payments/2026.beancount")) == (
        '2026-01-11 * "Nordlys Interiør AS" "Small difference" ^2026-0001\n'
        '  write-off: "W2026-0001"\n'
        '  reason: "bank charges"\n'
        "  Assets:Receivable:C1                   -5.00 NOK\n"
        '    settles: "2026-0001"\n'
        "  Expenses:SmallDifferences               5.00 NOK"
    )


def test_what_was_paid_too_much_is_paid_back(tmp_path: Path) -> None:
    """Receipt 110 on an invoice of 100: 10 can be paid back, not more, and only once."""
    office = Office(tmp_path, HUNDRED)
    office.do("pay", "C1", "110", "--invoice", "2026-0001", "--date", "2026-01-10")
    assert "10.00 NOK is open of B2026-0001, less than 11.00 NOK" in office.refused(
        "refund", "C1", "11", "--of", "B2026-0001", "--date", "2026-01-11"
    )
    office.do("refund", "C1", "10", "--of", "B2026-0001", "--date", "2026-01-11")
    assert (office.open(), office.balance("Assets:Bank")) == ({}, {"NOK": "100.00"})
    assert 'refund: "R2026-0001"' in office.text("payments/2026.beancount")
    assert "nothing of B2026-0001 can be paid back" in office.refused(
        "refund", "C1", "10", "--of", "B2026-0001", "--date", "2026-01-12"
    )


def test_a_refund_before_its_receipt_is_refused(tmp_path: Path) -> None:
    """Money cannot be paid back before it came."""
    office = Office(tmp_path, HUNDRED)
    office.do("pay", "C1", "110", "--invoice", "2026-0001", "--date", "2026-01-10")
    assert "B2026-0001 is dated 2026-01-10, after 2026-01-09" in office.refused(
        "refund", "C1", "10", "--of", "B2026-0001", "--date", "2026-01-09"
    )


def test_an_invoice_cannot_be_paid_back(tmp_path: Path) -> None:
    """Only a receipt or a credit note can."""
    office = Office(tmp_path, HUNDRED)
    assert "nothing of 2026-0001 can be paid back" in office.refused(
        "refund", "C1", "10", "--of", "2026-0001", "--date", "2026-01-12"
    )


# --- bad debts ------------------------------------------------------------------------------------------------


def test_vat_relief_is_posted_by_code(tmp_path: Path) -> None:
    """Of 240, 120 is lost: 62.50 of S25, 12.50 of it VAT, and 57.50 of S15, 7.50 of it VAT."""
    office = Office(tmp_path, WITH_VAT)
    office.do("write-off", "2026-0001", "120", "--bad-debt", "--reason", "estate closed", "--vat-relief", "insolvency",
              "--evidence", "letter of the trustee", "--date", "2026-06-01")  # fmt: skip
    assert last(office.text("payments/2026.beancount")) == (
        '2026-06-01 * "Nordlys Interiør AS" "Bad debt" ^2026-0001\n'
        '  write-off: "W2026-0001"\n'
        '  reason: "estate closed"\n'
        '  vat-relief: "insolvency"\n'
        '  evidence: "letter of the trustee"\n'
        "  Assets:Receivable:C1                 -120.00 NOK\n"
        '    settles: "2026-0001"\n'
        "  Expenses:BadDebt                       50.00 NOK\n"
        '    vat: "S25"\n'
        "  Liabilities:VAT:S25                    12.50 NOK\n"
        '    vat: "S25"\n'
        "  Expenses:BadDebt                       50.00 NOK\n"
        '    vat: "S15"\n'
        "  Liabilities:VAT:S15                     7.50 NOK\n"
        '    vat: "S15"'
    )


CREDITED = """2026-01-05 * "Nordlys Interiør AS" "Goods"
  invoice: "2026-0001"
  terms: "net-30-2"
  Assets:Receivable:C1    2400.00 NOK
  Income:Sales           -1000.00 NOK
    vat: "S25"
  Income:Sales           -1000.00 NOK
    vat: "S15"
  Liabilities:VAT:S25     -250.00 NOK
    vat: "S25"
  Liabilities:VAT:S15     -150.00 NOK
    vat: "S15"
2026-01-06 * "Nordlys Interiør AS" "Returned"
  credit-note: "K1"
  corrects: "2026-0001"
  reason: "returned"
  Assets:Receivable:C1   -1150.00 NOK
    settles: "2026-0001"
  Income:Sales            1000.00 NOK
    vat: "S15"
  Liabilities:VAT:S15      150.00 NOK
    vat: "S15"
"""


def test_vat_that_a_credit_note_took_back_is_not_relieved_again(tmp_path: Path) -> None:
    """The S15 line is credited as a whole: the 1250 that are lost are all S25, 250 of them VAT."""
    office = Office(tmp_path, CREDITED)
    office.do("write-off", "2026-0001", "--bad-debt", "--reason", "estate closed", "--vat-relief", "insolvency",
              "--evidence", "letter of the trustee", "--date", "2026-06-01")  # fmt: skip
    assert office.balance("Expenses:BadDebt") == {"NOK": "1000.00"}
    assert office.balance("Liabilities:VAT:S25") == {}
    assert office.balance("Liabilities:VAT:S15") == {}


def test_a_discount_is_on_what_credit_notes_left(tmp_path: Path) -> None:
    """2 % of the 1250 that are left are 25, all S25, 5 of it VAT: S25 goes from 250 to 245, S15 stays at nothing."""
    office = Office(tmp_path, CREDITED)
    office.do("pay", "C1", "1225", "--invoice", "2026-0001", "--date", "2026-01-13")
    assert office.balance("Expenses:CashDiscount") == {"NOK": "20.00"}
    assert office.balance("Liabilities:VAT:S25") == {"NOK": "-245.00"}
    assert office.balance("Liabilities:VAT:S15") == {}


def test_what_is_left_of_an_invoice_by_code(tmp_path: Path) -> None:
    """Half of the S25 line is credited too, 500 and 125 VAT: 500 and 125 are left of it, nothing of S15."""
    half = (
        CREDITED
        + """2026-01-07 * "Nordlys Interiør AS" "Half of it"
  credit-note: "K2"
  corrects: "2026-0001"
  reason: "half of it"
  Assets:Receivable:C1    -625.00 NOK
    settles: "2026-0001"
  Income:Sales             500.00 NOK
    vat: "S25"
  Liabilities:VAT:S25      125.00 NOK
    vat: "S25"
"""
    )
    book = Office(tmp_path, half).book()
    assert corrections.left_by_code(book, book.ledger.documents["2026-0001"]) == {"S25": (500, 125), "S15": (0, 0)}


def test_without_relief_the_vat_stays(tmp_path: Path) -> None:
    """All 240 are a loss."""
    office = Office(tmp_path, WITH_VAT)
    office.do("write-off", "2026-0001", "--bad-debt", "--reason", "gone", "--date", "2026-06-01")
    assert office.balance("Expenses:BadDebt") == {"NOK": "240.00"}
    assert office.balance("Liabilities:VAT:S25") == {"NOK": "-25.00"}


def test_the_loss_of_a_foreign_claim_is_in_the_companys_currency(tmp_path: Path) -> None:
    """An account of losses for INR alone: two instalments of USD 33.33 at 50.005 are 1666.66665 each, 3333.33 together.

    Rounded one by one they would be 1666.67 each, a cent too much. Of the USD 10 too much that are kept, 500.05.
    """
    text = """2026-01-05 * "Nordlys Interiør AS" "Work"
  invoice: "2026-0001"
  Assets:Receivable:C1   33.33 USD @ 50.005 INR
    due: 2026-01-19
  Assets:Receivable:C1   33.33 USD @ 50.005 INR
    due: 2026-02-19
  Income:Sales          -66.66 USD @ 50.005 INR
2026-02-01 * "Nordlys Interiør AS" "Too much"
  payment: "B2026-0001"
  Assets:Dollar           10.00 USD @ 50.005 INR
  Assets:Receivable:C1   -10.00 USD @ 50.005 INR
2019-01-01 open Expenses:Lost  INR
"""
    office = Office(tmp_path, text, currency="INR")
    words = ["--reason", "gone", "--account", "Expenses:Lost", "--date", "2026-06-01"]
    office.do("write-off", "2026-0001", "--bad-debt", *words)
    assert office.balance("Expenses:Lost") == {"INR": "3333.33"}
    office.do("write-off", "B2026-0001", *words)
    assert office.balance("Expenses:Lost") == {"INR": "2833.28"}
    assert office.open() == {}


def test_vat_of_a_foreign_bad_debt_is_taken_back_as_it_was_posted(tmp_path: Path) -> None:
    """Of USD 125 at 50, 100 is the loss, 5000 INR; the VAT of USD 25 goes back in USD."""
    text = """2026-01-05 * "Nordlys Interiør AS" "Work"
  invoice: "2026-0001"
  Assets:Receivable:C1   125.00 USD @ 50 INR
  Income:Sales          -100.00 USD @ 50 INR
    vat: "S25"
  Liabilities:VAT:S25    -25.00 USD @ 50 INR
    vat: "S25"
"""
    office = Office(tmp_path, text, currency="INR")
    office.do("write-off", "2026-0001", "--bad-debt", "--reason", "gone", "--vat-relief", "insolvency", "--evidence",
              "letter", "--date", "2026-06-01")  # fmt: skip
    assert office.balance("Expenses:BadDebt") == {"INR": "5000.00"}
    assert office.balance("Liabilities:VAT:S25") == {}


REMINDERS = "".join(f'2026-0{month}-20 custom "reminder" "2026-0001"\n' for month in (2, 3, 4))
OVERDUE = ["write-off", "2026-0001", "--bad-debt", "--reason", "no answer", "--vat-relief", "overdue"]


def test_six_months_and_three_reminders_are_a_ground(tmp_path: Path) -> None:
    """Due 19 January: on 18 July it is too early, on the 19th not; the evidence is written beside the loss."""
    office = Office(tmp_path, WITH_VAT + REMINDERS)
    assert "wait until 2026-07-19" in office.refused(*OVERDUE, "--date", "2026-07-18")
    office.do(*OVERDUE, "--date", "2026-07-19")
    assert 'evidence: "due 2026-01-19, reminded 2026-02-20, 2026-03-20, 2026-04-20"' in office.text(
        "payments/2026.beancount"
    )
    assert office.balance("Liabilities:VAT:S25") == {}


def test_two_reminders_are_not_enough(tmp_path: Path) -> None:
    """The third is of after the write-off."""
    late = REMINDERS.replace("2026-04-20", "2026-08-20")
    office = Office(tmp_path, WITH_VAT + late)
    assert "2026-0001 was reminded of 2 times until 2026-07-19, and VAT relief needs 3" in office.refused(
        *OVERDUE, "--date", "2026-07-19"
    )


@pytest.mark.parametrize("ground", ["failed-collection", "insolvency"])
def test_the_other_grounds_need_their_proof(tmp_path: Path, ground: str) -> None:
    """Without --evidence nothing is written; nor for a small difference."""
    office = Office(tmp_path, WITH_VAT)
    words = ["write-off", "2026-0001", "--reason", "gone", "--vat-relief", ground, "--date", "2026-06-01"]
    assert f"VAT relief for {ground} needs its proof" in office.refused(*words, "--bad-debt")
    assert "VAT relief is for bad debts" in office.refused(*words, "--evidence", "letter")
    assert "needs its reason" in office.refused("write-off", "2026-0001", "--reason", " ", "--date", "2026-06-01")


def test_six_months_from_the_end_of_august() -> None:
    """31 August and six months is the last of February."""
    assert relief.months_after(datetime.date(2025, 8, 31), 6) == datetime.date(2026, 2, 28)
    assert relief.months_after(datetime.date(2026, 6, 30), 6) == datetime.date(2026, 12, 30)


# --- vouchers -------------------------------------------------------------------------------------------------


def test_a_voucher_is_a_liability_until_it_is_used(tmp_path: Path) -> None:
    """Sold for 150, 100 of it used: 50 is left, and not more can be used."""
    office = Office(tmp_path, HUNDRED)
    office.do("voucher", "sell", "G1", "150", "--method", "card", "--date", "2026-01-02")
    assert office.balance("Liabilities:GiftCards") == {"NOK": "-150.00"}
    use = ["--method", "voucher", "--code", "GC2026-0001", "--date"]
    assert "is sold on 2026-01-02, after 2026-01-01" in office.refused("pay", "C1", "100", *use, "2026-01-01")
    office.do("pay", "C1", "100", "--invoice", "2026-0001", *use, "2026-01-10")
    assert office.open() == {}
    assert "50.00 NOK is left of the voucher GC2026-0001" in office.refused("pay", "C1", "50.01", *use, "2026-01-11")
    assert "50.00 NOK is left of the voucher GC2026-0001" in office.refused("pay", "C1", "60", *use, "2026-01-09")
    found = json.loads(office.do("voucher", "list", "--as-of", "2026-01-31", "--format", "json"))
    assert found == [{
        "code": "GC2026-0001", "date": "2026-01-02", "customer": "G1", "currency": "NOK", "amount": "150.00",
        "left": "50.00",
    }]  # fmt: skip


def test_a_code_is_sold_once(tmp_path: Path) -> None:
    """The code of a printed card may be given; the next free one skips none that is there."""
    office = Office(tmp_path, HUNDRED)
    office.do("voucher", "sell", "G1", "150", "--code", "RED-17", "--date", "2026-01-02")
    assert "the voucher RED-17 has been sold on 2026-01-02" in office.refused(
        "voucher", "sell", "G1", "150", "--code", "RED-17", "--date", "2026-01-03"
    )
    assert "is no code" in office.refused("voucher", "sell", "G1", "150", "--code", "../x", "--date", "2026-01-03")


# --- deposits -------------------------------------------------------------------------------------------------


def test_a_deposit_is_deducted_once(tmp_path: Path) -> None:
    """Deposit 400 and VAT 100; the final invoice of 1000 comes to (1000 - 400) x 1.25 = 750; nothing is left of it.

    It is no discount on paper, and has the words of the customer's language.
    """
    office = Office(tmp_path, HUNDRED + '2026-01-05 custom "customer" "C1"\n  language: "nb"\n')
    office.do("deposit", "C1", "400", "--vat", "S25", "--date", "2026-01-06")
    assert "2026-0002  Nordlys Interiør AS  500.00 NOK" in office.do("issue", "C1-deposit", "--date", "2026-01-06")
    office.do("pay", "C1", "500", "--invoice", "2026-0002", "--date", "2026-01-07")
    assert office.balance("Liabilities:Deposits") == {"NOK": "-400.00"}
    final = (
        '; the last one\n2026-02-01 ! "Kitchen"\n  invoice:\n  customer: "C1"\n'
        '  Income:Sales  -1000.00 NOK\n    vat: "S25"\n'
    )
    (tmp_path / "drafts" / "final.beancount").write_text(final + "; end\n")
    assert "750.00 NOK is left to pay" in office.do("deduct", "final", "--date", "2026-02-01")
    draft = office.text("drafts/final.beancount")
    assert draft.startswith(final)
    assert draft.endswith('    deducts: "2026-0002"\n; end\n')
    assert "nothing is left to deduct" in office.refused("deduct", "final", "--date", "2026-02-01")
    office.do("issue", "final", "--date", "2026-02-01")
    assert office.balance("Liabilities:Deposits") == {}
    assert "| Forskudd, faktura 2026-0002 | -400,00 |" in office.do("render", "2026-0003", "--as", "markdown")
    assert "| Forskudd | 1 | stk. | 400,00 |" in office.do("render", "2026-0002", "--as", "markdown")
    assert office.open() == {"2026-0001": "100.00", "2026-0003": "750.00"}
    assert office.balance("Liabilities:VAT:S25") == {"NOK": "-250.00"}


def test_a_deposit_makes_no_discount_smaller(tmp_path: Path) -> None:
    """5 % of 10000 are 500; (10000 - 500 - 4000) x 1.25 = 6875.00 are left: 11875.00 less 5000.00 that were paid.

    When the final invoice is credited, its deposit is there again under its own number.
    """
    office = Office(tmp_path, HUNDRED)
    office.do("deposit", "C1", "4000", "--vat", "S25", "--date", "2026-01-06")
    office.do("issue", "--all", "--date", "2026-01-06")
    final = (
        '2026-02-01 ! "Kitchen"\n  invoice:\n  customer: "C1"\n  discount: 5\n'
        '  Income:Sales  -10000.00 NOK\n    vat: "S25"\n'
    )
    for number, day in (("2026-0003", "2026-02-01"), ("2026-0004", "2026-02-03")):
        (tmp_path / "drafts" / "final.beancount").write_text(final)
        assert "6875.00 NOK is left to pay" in office.do("deduct", "final", "--of", "2026-0002", "--date", day)
        office.do("issue", "final", "--date", day)
        assert office.open()[number] == "6875.00"
        assert 'deducts: "2026-0002"' in office.text("invoices/2026.beancount").rpartition(number)[2]
        assert office.balance("Liabilities:Deposits") == {}
        if number == "2026-0003":
            office.do("credit", "2026-0003", "--all", "--reason", "wrong kitchen", "--date", "2026-02-02")
            office.do("issue", "credit-2026-0003", "--date", "2026-02-02")
            assert office.balance("Liabilities:Deposits") == {"NOK": "-4000.00"}


def test_a_deposit_is_deducted_as_far_as_the_invoice_goes(tmp_path: Path) -> None:
    """Of a deposit of 400, an invoice of 300 takes 300, and the 100 wait; an amount beyond what is left is refused."""
    office = Office(tmp_path, HUNDRED)
    office.do("deposit", "C1", "500", "--gross", "--vat", "S25", "--date", "2026-01-06")
    office.do("issue", "--all", "--date", "2026-01-06")
    for name in ("one", "two"):
        (tmp_path / "drafts" / f"{name}.beancount").write_text(
            '2026-02-01 ! "Kitchen"\n  invoice:\n  customer: "C1"\n  Income:Sales  -300.00 NOK\n    vat: "S25"\n'
        )
    assert "0.00 NOK is left to pay" in office.do("deduct", "one", "--date", "2026-02-01")
    assert "100.00 NOK is left to deduct of" in office.refused("deduct", "two", "101", "--date", "2026-02-01")
    assert "250.00 NOK is left to pay" in office.do("deduct", "two", "--date", "2026-02-01")


def test_a_deposit_asks_for_its_vat(tmp_path: Path) -> None:
    """Nobody can guess which VAT the later delivery bears."""
    office = Office(tmp_path, HUNDRED)
    assert "which VAT does the deposit bear?" in office.refused("deposit", "C1", "400", "--date", "2026-01-06")
    assert "is no name of a draft" in office.refused(
        "deposit", "C1", "400", "--no-vat", "--draft", "../out", "--date", "2026-01-06"
    )


# --- guests ---------------------------------------------------------------------------------------------------


def test_a_guest_is_charged_and_checks_out(tmp_path: Path) -> None:
    """Two lunches at 165 in 2025 and one at 175 in 2026: 505, VAT 15 % 75.75, in all 580.75; 581 kroner in cash."""
    office = Office(tmp_path, "")
    office.do("charge", "G1", "LUNCH", "2", "--date", "2025-12-31")
    office.do("charge", "G1", "LUNCH", "--date", "2026-01-01")
    folio = json.loads(office.do("folio", "G1", "--as-of", "2026-01-02", "--format", "json"))
    assert (folio["net"], folio["vat"], folio["gross"]) == ("505.00", "75.75", "580.75")
    assert [line["date"] for line in folio["lines"]] == ["2025-12-31", "2026-01-01"]
    office.do("checkout", "G1", "--method", "cash", "--date", "2026-01-02")
    assert office.open() == {}
    assert not (tmp_path / "drafts" / "G1.beancount").exists()
    assert office.balance("Assets:Cash") == {"NOK": "581.00"}
    assert last(office.text("payments/2026.beancount")) == (
        '2026-01-02 * "G1" "Cash" ^2026-0001\n'
        '  payment: "B2026-0001"\n'
        '  method: "cash"\n'
        "  Assets:Cash                           581.00 NOK\n"
        "  Assets:Receivable:G1                 -580.75 NOK\n"
        '    settles: "2026-0001"\n'
        "  Expenses:Rounding                      -0.25 NOK"
    )


def test_a_checkout_that_cannot_be_paid_issues_nothing(tmp_path: Path) -> None:
    """Both or neither: a voucher that does not reach leaves the draft and the ledger as they were."""
    office = Office(tmp_path, "")
    office.do("voucher", "sell", "G1", "100", "--date", "2026-01-01")
    office.do("charge", "G1", "LUNCH", "--date", "2026-01-01")
    assert "100.00 NOK is left of the voucher" in office.refused(
        "checkout", "G1", "--method", "voucher", "--code", "GC2026-0001", "--date", "2026-01-02"
    )
    office.do("checkout", "G1", "--method", "card", "--fee", "2.00", "--date", "2026-01-02")
    assert office.balance("Assets:Card:Clearing") == {"NOK": "199.25"}


def test_a_checkout_files_the_invoice_where_there_is_an_archive(tmp_path: Path) -> None:
    """In the same change as the invoice and its payment."""
    office = Office(tmp_path, "")
    (tmp_path / "documents").mkdir()
    office.top.write_text(f'option "documents" "documents"\n{office.text("main.beancount")}', "utf-8")
    office.do("charge", "G1", "LUNCH", "--date", "2026-01-01")
    said = office.do("checkout", "G1", "--method", "cash", "--date", "2026-01-02")
    (path,) = (tmp_path / "documents" / "Assets" / "Receivable" / "G1").iterdir()
    assert path.name == "2026-01-02.2026-0001.pdf"
    assert path.name in said
    assert office.do("archive", "verify") == "one file as filed\n"


def test_a_charge_in_a_closed_month_is_refused(tmp_path: Path) -> None:
    """The last closed day is closed, the day after it is open."""
    office = Office(tmp_path, "")
    office.do("close", "2026-01", "--date", "2026-02-01")
    said = office.refused("charge", "G1", "LUNCH", "--date", "2026-01-31")
    assert said == "2026-01-31 is in a closed month; date the charge in an open month, after 2026-01-31"
    office.do("charge", "G1", "LUNCH", "--date", "2026-02-01")


def test_bad_charges_write_nothing(tmp_path: Path) -> None:
    """An unknown item, an item of no day yet, nothing at all, an unknown guest."""
    office = Office(tmp_path, "")
    assert "the price list has no item LUNC on 2026-01-01; did you mean LUNCH?" in office.refused(
        "charge", "G1", "LUNC", "--date", "2026-01-01"
    )
    assert "has no item LUNCH on 2018-01-01" in office.refused("charge", "G1", "LUNCH", "--date", "2018-01-01")
    assert "it must be above zero" in office.refused("charge", "G1", "LUNCH", "0", "--date", "2026-01-01")
    assert "customer G9 is not in the register" in office.refused("charge", "G9", "LUNCH", "--date", "2026-01-01")
    assert "G1 has no running account" in office.refused("checkout", "G1", "--method", "card", "--date", "2026-01-01")
    assert "G1 has no running account" in office.refused("folio", "G1", "--as-of", "2026-01-01")


# --- accounts and currencies ----------------------------------------------------------------------------------


def test_a_customers_account_is_opened_with_his_first_money(tmp_path: Path) -> None:
    """Money of a customer who has no account yet: it is opened beside him in the register."""
    office = Office(tmp_path, '2026-01-01 custom "customer" "C3"\n  name: "New"\n')
    office.do("pay", "C3", "10", "--date", "2026-01-10")
    assert office.text("invoices.beancount").endswith("\n\n2026-01-10 open Assets:Receivable:C3\n")
    assert office.open() == {"B2026-0001": "-10.00"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["voucher", "sell", "G1", "10.50", "--method", "cash"], "10.50 NOK cannot be paid in cash"),
        (["voucher", "sell", "G1", "10", "--currency", "USD", "--account", "Assets:Bank"], "does not take USD"),
        (["card", "settlement", "10", "--account", "Assets:Dollar"], "Assets:Dollar does not take NOK"),
        (["card", "settlement", "10.005"], "NOK has 2 decimals"),
        (["pay", "C1", "10", "--account", "Assets:Receivable:C2"], "holds claims on a customer, not money"),
        (["pay", "C1", "10", "--currency", "USD", "--method", "cash"], "Assets:Cash does not take USD"),
        (["allocate", "2026-0001", "2026-0001"], "stand on the same side of the account"),
        (["allocate", "B9", "2026-0001"], "B9 is not in the ledger"),
        (["allocate", "--undo", "B9", "2026-0001"], "B9 is not in the ledger"),
        (["write-off", "2026-0001", "--reason", "x", "--account", "Assets:Old"], "was closed on 2019-06-30"),
        (["refund", "C2", "10", "--of", "2026-0001"], "2026-0001 is of customer C1, not of C2"),
        (["deduct", "nothing"], "there is no draft nothing"),
        (["deposit", "C1", "10.001", "--no-vat"], "NOK has 2 decimals"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_refused_in_one_sentence(tmp_path: Path, words: list[str], sentence: str) -> None:
    """Exit status 1, and every file is as it was."""
    office = Office(tmp_path, HUNDRED)
    assert sentence in office.refused(*words, "--date", "2026-01-10")


def test_money_of_a_currency_without_a_bank_account_is_changed(tmp_path: Path) -> None:
    """EUR 10 at 11.50 on the account in kroner: 115; paid back at 12.00 it is 120, a loss of 5."""
    office = Office(tmp_path, HUNDRED)
    office.do("pay", "C1", "10", "--currency", "EUR", "--rate", "11.50", "--date", "2026-01-10")
    assert office.balance("Assets:Bank") == {"NOK": "115.00"}
    office.do("refund", "C1", "10", "--of", "B2026-0001", "--rate", "12", "--date", "2026-01-11")
    assert office.balance("Assets:Bank") == {"NOK": "-5.00"}
    assert office.balance("Expenses:ExchangeLoss") == {"NOK": "5.00"}


def test_an_overpayment_that_is_kept(tmp_path: Path) -> None:
    """Receipt 100.40: the 0.40 too much is written off as a gain; it is no bad debt."""
    office = Office(tmp_path, HUNDRED)
    office.do("pay", "C1", "100.40", "--invoice", "2026-0001", "--date", "2026-01-10")
    words = ["write-off", "B2026-0001", "--reason", "not asked back", "--date", "2026-01-11"]
    assert "it is no bad debt" in office.refused(*words, "--bad-debt")
    office.do(*words)
    assert (office.open(), office.balance("Expenses:SmallDifferences")) == ({}, {"NOK": "-0.40"})


def test_a_small_difference_has_its_limit(tmp_path: Path) -> None:
    """100.00 are no small difference where the limit is 10.00; 10.00 are, and 10.01 are a bad debt at best."""
    limit = '2026-01-01 custom "billtext-option" "small-difference-limit" 10.00 NOK\n'
    office = Office(tmp_path, limit + HUNDRED)
    words = ["--reason", "rounded off", "--date", "2026-01-11"]
    for amount in ([], ["10.01"]):
        told = office.refused("write-off", "2026-0001", *amount, *words)
        assert "is above the limit of 10.00 NOK for a small difference; say --bad-debt" in told
    office.do("write-off", "2026-0001", "10.00", *words)
    office.do("write-off", "2026-0001", "--bad-debt", *words)
    assert office.open() == {}


def test_a_voucher_code_that_is_drawn_cannot_be_guessed(tmp_path: Path) -> None:
    """Two draws differ, and have no sign that is taken for another."""
    office = Office(tmp_path, HUNDRED)
    for _ in range(2):
        office.do("voucher", "sell", "G1", "150", "--draw", "--method", "card", "--date", "2026-01-02")
    codes = set(re.findall(r'^  voucher: "GC-([2-9A-HJ-NP-Z]{12})"', office.text("payments/2026.beancount"), re.M))
    assert len(codes) == 2
    assert "say one of them" in office.refused("voucher", "sell", "G1", "9", "--draw", "--code", "X1", status=2)
