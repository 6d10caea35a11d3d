"""Credit notes: the invoice's prices and VAT, applied as far as it is open, never more than it."""

from pathlib import Path

import pytest

from office import Office

DRAFT = """\
2026-11-10 ! "Work"
  invoice:
  customer: "C1"
  order: "PO 1"
  Income:Sales
    item: "CONS"
    quantity: 8
    discount-amount: 100.00 NOK
  Income:Sales
    text: "Goods"
    quantity: 3
    price: 33.33 NOK
    vat: "S7"
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An invoice over 8 × 1200.00 - 100.00 = 9500.00 at 25 %, 3 × 33.33 = 99.99 at 7 %.

    VAT 2375.00 and 7.00 (6.9993), gross 9599.99 + 2382.00 = 11981.99.
    """
    made = Office(tmp_path / "books")
    made.draft("d", DRAFT)
    assert "11981.99 NOK" in made.get("issue", "d", "--date", "2026-11-10")
    return made


def credit(office: Office, *options: str) -> str:
    """Draft and issue a credit note; the text that it added."""
    before = office.files()["invoices/2026.beancount"]
    office.get("credit", "2026-0001", *options, "--reason", "agreed", "--date", "2026-11-20")
    office.get("issue", "--all", "--date", "2026-11-20")
    return office.files()["invoices/2026.beancount"][len(before) :]


def test_all_of_an_invoice(office: Office) -> None:
    text = credit(office, "--all")
    assert '^K2026-0001 ^2026-0001\n  credit-note: "K2026-0001"\n  corrects: "2026-0001"\n  reason: "agreed"\n' in text
    assert '  order: "PO 1"\n' in text
    assert '  Assets:Receivable:C1               -11981.99 NOK\n    settles: "2026-0001"\n' in text
    assert "    discount-amount: 100.00 NOK\n" in text
    assert '"open": "0.00"' in office.get("invoice", "show", "2026-0001", "--as-of", "2026-11-20", "--format", "json")


BY_HAND = """\
2026-11-20 ! "Two hours too many"
  credit-note:
  customer: "C1"
  corrects: "2026-0001"
  reason: "agreed"
  {said}
  Income:Sales
    item: "CONS"
    quantity: 2
"""


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('note: "Sorry"', 'corrects: "2026-0001"\n  reason: "agreed"\n  note: "Sorry"\n  order: "PO 1"\n  seal'),
        ('order: "PO 2"', 'corrects: "2026-0001"\n  reason: "agreed"\n  order: "PO 2"\n  seal'),
    ],
)
def test_one_typed_by_hand_has_the_references_of_its_invoice(office: Office, said: str, expected: str) -> None:
    """What it says itself stays."""
    office.draft("by-hand", BY_HAND.format(said=said))
    office.get("issue", "by-hand", "--date", "2026-11-20")
    assert expected in office.files()["invoices/2026.beancount"]


def test_part_of_a_line(office: Office) -> None:
    """2 of 8 hours: 2400.00 less a quarter of the discount of 100.00 are 2375.00, VAT 593.75."""
    text = credit(office, "--line", "1", "--quantity", "2")
    assert "  Assets:Receivable:C1                -2968.75 NOK\n" in text
    assert "    quantity: 2\n" in text
    assert "    discount-amount: 25.00 NOK\n" in text


def test_an_amount_is_shared_among_the_vat_codes(office: Office) -> None:
    """1000.00 with VAT: 25 % has 11875.00 of 11981.99, so 991.07; 7 % the rest, 8.93.

    991.07 / 1.25 = 792.86 (792.856), VAT 198.21 (198.215 down to fit? 792.86 × 25 % = 198.215, half up 198.22): the
    sum is 991.08, so 0.01 is rounding. 8.93 / 1.07 = 8.35 (8.3458), VAT 0.58 (0.5845), together 8.93.
    """
    text = credit(office, "--amount", "1000.00")
    assert "  Assets:Receivable:C1                -1000.00 NOK\n" in text
    assert "  Income:Sales                          792.86 NOK\n" in text
    assert "  Liabilities:VAT:S25                   198.22 NOK\n" in text
    assert "  Income:Sales                            8.35 NOK\n" in text
    assert "  Liabilities:VAT:S7                      0.58 NOK\n" in text
    assert "  Expenses:Rounding                      -0.01 NOK\n" in text


def test_what_is_paid_already_stays_open_for_the_customer(office: Office) -> None:
    """11000.00 of 11981.99 are paid: 981.99 is settled, and 11000.00 of the credit note stays open."""
    with (office.root / "payments" / "2026.beancount").open("a") as file:
        file.write(
            '2026-11-15 * "Bank giro" ^2026-0001\n  payment: "B1"\n  Assets:Bank  11000.00 NOK\n'
            '  Assets:Receivable:C1  -11000.00 NOK\n    settles: "2026-0001"\n'
        )
    text = credit(office, "--all")
    assert '  Assets:Receivable:C1                 -981.99 NOK\n    settles: "2026-0001"\n' in text
    assert "  Assets:Receivable:C1               -11000.00 NOK\n  Income:Sales" in text
    office.book()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--amount", "12000.00"], "12000.00 NOK cannot be credited: 11981.99 NOK of 2026-0001 is left to credit"),
        (["--amount", "0"], "0 NOK is nothing to credit"),
        (["--amount", "1.005"], "1.005 NOK has too many decimals; write 1.01"),
        (["--line", "3"], "2026-0001 has no line 3; it has 2"),
        (["--line", "1", "--quantity", "9"], "line 1 of 2026-0001 is 8 HUR, so 9 cannot be credited"),
    ],
)
def test_more_than_there_is_is_refused(office: Office, options: list[str], why: str) -> None:
    before = office.files()
    done = office.run("credit", "2026-0001", *options, "--reason", "agreed", "--date", "2026-11-20")
    assert (done.status, why in done.err) == (1, True), done.err
    assert office.files() == before


def test_two_credit_notes_never_come_to_more_than_the_invoice(office: Office) -> None:
    credit(office, "--amount", "11000.00")
    done = office.run("credit", "2026-0001", "--amount", "982.00", "--reason", "x", "--date", "2026-11-20")
    assert "981.99 NOK of 2026-0001 is left to credit" in done.err
    done = office.run("credit", "2026-0001", "--all", "--reason", "x", "--date", "2026-11-20")
    assert "11000.00 NOK of 2026-0001 is credited already" in done.err
    credit(office, "--amount", "981.99")
    office.book()


def test_what_is_left_of_an_invoice_is_credited_under_the_codes_that_it_is_left_under(office: Office) -> None:
    """After the first line is credited, 106.99 are left, 99.99 net and 7.00 VAT, all of it at 7 %."""
    credit(office, "--line", "1")
    text = credit(office, "--amount", "106.99")
    assert "  Income:Sales                           99.99 NOK\n" in text
    assert "  Liabilities:VAT:S7                      7.00 NOK\n" in text
    assert "S25" not in text


def test_a_line_is_not_credited_twice(office: Office) -> None:
    """The second line once more would be within the whole invoice, but nothing is left at 7 %."""
    credit(office, "--line", "2")
    done = office.run("credit", "2026-0001", "--line", "2", "--reason", "x", "--date", "2026-11-20")
    why = "99.99 NOK net under VAT code S7 cannot be credited: 0.00 NOK of 2026-0001 is left under it"
    assert (done.status, why in done.err) == (1, True), done.err


def test_a_void_number_is_skipped(office: Office) -> None:
    office.get("void", "2026-0002", "--reason", "spoilt", "--date", "2026-11-20")
    office.draft("d", DRAFT)
    assert office.get("issue", "d", "--date", "2026-11-20").startswith("2026-0003 ")
    office.book()


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("2026-0001", "2026-0001 is a document already"),
        ("X-1", "X-1 fits no series of 2026"),
        ("2026-0009", "series INV has no 2026-0002 to 2026-0008 before 2026-0009"),
    ],
)
def test_a_number_that_cannot_be_void(office: Office, number: str, why: str) -> None:
    done = office.run("void", number, "--reason", "x", "--date", "2026-11-20")
    assert (done.status, why in done.err) == (1, True), done.err


WHOLE = """\
2026-11-10 ! "Work"
  invoice:
  customer: "C1"
  discount: 5
  Income:Sales
    item: "CONS"
    quantity: 8
  Income:Sales
    text: "Goods"
    quantity: 3
    price: 33.33 NOK
    vat: "S7"
  Income:Sales
    text: "Freight"
    charge: "Freight"
    price: 80.00 NOK
    vat: "S25"
"""


def test_a_line_has_its_share_of_the_discount_on_the_whole(tmp_path: Path) -> None:
    """Under S25 9600.00 + 80.00 - 484.00 = 9196.00, VAT 2299.00; under S7 99.99 - 5.00 = 94.99, VAT 6.65.

    All of it is 11596.64. 2 of 8 hours are 2400.00 - 120.00 = 2280.00, VAT 570.00. The goods are all there is under S7.
    What is left: 6 hours and the freight, 7200.00 + 80.00 - 364.00 = 6916.00, VAT 1729.00. 2850.00 + 101.64 + 8645.00
    are 11596.64 again.
    """
    office = Office(tmp_path / "books")
    office.draft("d", WHOLE)
    assert "11596.64 NOK" in office.get("issue", "d", "--date", "2026-11-10")
    text = credit(office, "--line", "1", "--quantity", "2")
    assert "  Assets:Receivable:C1                -2850.00 NOK\n" in text
    assert '    price: 120.00 NOK\n    allowance: "5 %"\n    vat: "S25"\n' in text
    text = credit(office, "--line", "2")
    assert "  Assets:Receivable:C1                 -101.64 NOK\n" in text
    assert '    price: 5.00 NOK\n    allowance: "5 %"\n    vat: "S7"\n' in text
    text = credit(office, "--line", "1", "--quantity", "6", "--line", "3", "--quantity", "1")
    assert "  Assets:Receivable:C1                -8645.00 NOK\n" in text
    assert '"open": "0.00"' in office.get("invoice", "show", "2026-0001", "--as-of", "2026-11-20", "--format", "json")


def test_a_discount_that_is_credited_itself_is_not_shared(tmp_path: Path) -> None:
    """Line 5 is the discount under S7: the goods less all of it, once. The freight alone has 4.00 of 484.00."""
    office = Office(tmp_path / "books")
    office.draft("d", WHOLE)
    office.get("issue", "d", "--date", "2026-11-10")
    text = credit(office, "--line", "2", "--line", "5")
    assert text.count("allowance") == 1
    assert "  Assets:Receivable:C1                 -101.64 NOK\n" in text
    assert "  Assets:Receivable:C1                  -95.00 NOK\n" in credit(office, "--line", "3")


def test_three_thirds_of_a_line_are_the_whole(tmp_path: Path) -> None:
    """3 x 100.00 less 1.00 are 299.00, VAT 74.75, 373.75. A third has a third of the 1.00: 0.33, 0.33, and 0.34.

    99.67, 99.67 and 99.66 have a VAT of 24.92 each (24.9175, 24.915), which is 0.01 too much in the end: rounding.
    """
    office = Office(tmp_path / "books")
    draft = (
        WHOLE.partition("  discount: 5")[0]
        + """\
  Income:Sales
    text: "Goods"
    quantity: 3
    price: 100.00 NOK
    vat: "S25"
  Income:Sales
    allowance: "Goodwill"
    price: 1.00 NOK
    vat: "S25"
"""
    )
    office.draft("d", draft)
    assert "373.75 NOK" in office.get("issue", "d", "--date", "2026-11-10")
    found = [credit(office, "--line", "1", "--quantity", "1") for _ in range(3)]
    assert ["price: 0.33 NOK" in text for text in found] == [True, True, False]
    assert "price: 0.34 NOK" in found[2]
    assert ["-124.59 NOK" in text for text in found] == [True, True, False]
    assert "  Assets:Receivable:C1                 -124.57 NOK\n" in found[2]
    assert '"open": "0.00"' in office.get("invoice", "show", "2026-0001", "--as-of", "2026-11-20", "--format", "json")
