"""What movements mention beside their amounts: documents by links, people by name."""

from billtext.rules.book import Book
from test_additions import judged

BEGIN = """
2020-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2020-01-01 custom "customer" "C1"
  name: "Kari Nordmann"
  kind: "person"
2022-01-01 custom "customer" "C1"
  name: "Kari Nordmann Berg"
2020-01-01 custom "customer" "C2"
  name: "Bergen Bakeri AS"
  kind: "company"
2020-01-01 open Assets:Receivable:C1
2020-01-01 open Assets:Receivable:C2
2020-01-01 open Assets:Bank
2020-01-01 open Income:Sales
"""

SERIES = """
2020-01-01 custom "series" "INV" "{year}-{number:04}"
  kind: "invoice"
"""

SALE = """
2026-03-02 * "Sale"
  invoice: "2026-0001"
  Assets:Receivable:C2   100.00 NOK
  Income:Sales          -100.00 NOK
"""

PAID = """
2026-03-10 * "Bank giro" ^{link}
  payment: "P1"
  Assets:Bank            100.00 NOK
  Assets:Receivable:{customer}  -100.00 NOK
"""


def messages(text: str) -> list[str]:
    """What the check tells of a ledger."""
    return judged(BEGIN + text, "")[1]


def test_a_link_that_only_a_document_can_have_names_one() -> None:
    """The form of a series tells it; without a series a link may be anything, and so may digits alone."""
    slip = PAID.format(link="2026-0010", customer="C2")
    nothing = ["the link ^2026-0010 looks like a document's number, and the ledger has no such document; correct it"]
    assert messages(SERIES + SALE + slip) == nothing
    assert messages(SALE + slip) == []
    assert messages(SERIES + SALE + PAID.format(link="trip-2026-0010", customer="C2")) == []
    digits = SERIES.replace("{year}-{number:04}", "{number}")
    assert messages(digits + PAID.format(link="20260310", customer="C2")) == []


def test_money_whose_link_names_another_customers_document_only() -> None:
    wrong = ["2026-0001 is of customer C2, and this is money of C1; correct the number or the customer"]
    assert messages(SALE + PAID.format(link="2026-0001", customer="C1")) == wrong


def test_one_movement_for_two_customers_names_a_document_of_each(told: Book) -> None:
    """A batch of the bank: each posting finds its own.

    2026-03-02 * "Sale"
      invoice: "2026-0001"
      Assets:Receivable:C2   100.00 NOK
      Income:Sales          -100.00 NOK
    2026-03-03 * "Sale"
      invoice: "2026-0002"
      Assets:Receivable:C1    50.00 NOK
      Income:Sales           -50.00 NOK
    2026-03-10 * "Bank giro" ^2026-0001 ^2026-0002
      payment: "P1"
      Assets:Bank            150.00 NOK
      Assets:Receivable:C2  -100.00 NOK
      Assets:Receivable:C1   -50.00 NOK
    """
    assert not told.errors
    assert [(a.source.customer, a.target.number, a.amount) for a in told.allocations.all] == [
        ("C2", "2026-0001", 100), ("C1", "2026-0002", 50),
    ]  # fmt: skip


def test_a_document_may_turn_a_link_of_before_into_a_mistake() -> None:
    """What is added is not found harmless for its own text alone."""
    paid = BEGIN + PAID.format(link="2026-0001", customer="C1")
    assert judged(paid, SALE) == (
        False, ["2026-0001 is of customer C2, and this is money of C1; correct the number or the customer"],
    )  # fmt: skip
    assert judged(paid, SALE.replace("0001", "0002"))[0]


def test_a_person_is_named_by_the_id() -> None:
    """Whatever name the register ever had, in payee or narration; a company's name is nobody's secret."""
    named = "of this transaction has the name of customer C1, a person; write C1 instead"
    text = SALE.replace("C2", "C1")
    assert messages(text.replace('"Sale"', '"kari nordmann berg" "Sale"')) == [f"the payee {named}"]
    assert messages(text.replace('"Sale"', '"C1" "Giro, Kari Nordmann, Bergen"')) == [f"the narration {named}"]
    assert messages(text.replace('"Sale"', '"C1" "Kari Nordmanns"')) == []
    assert messages(SALE.replace('"Sale"', '"Bergen Bakeri AS" "Sale"')) == []


def test_a_name_of_one_word_may_be_a_word() -> None:
    """It has to be the whole text; of two words it may be anywhere."""
    named = "of this transaction has the name of customer C1, a person; write C1 instead"
    begin = BEGIN.replace("Kari Nordmann Berg", "May")
    text = begin + SALE.replace("C2", "C1")
    assert judged(text.replace('"Sale"', '"C1" "Rent of May"'), "")[1] == []
    assert judged(text.replace('"Sale"', '" may " "Rent"'), "")[1] == [f"the payee {named}"]
    assert judged(text.replace('"Sale"', '"C1" "Rent of Kari Nordmann"'), "")[1] == [f"the narration {named}"]


def test_who_is_a_person_is_judged_on_the_day_and_not_in_what_is_closed() -> None:
    """A company that became a person was named rightly before; what is closed cannot be written anew."""
    became = '2026-04-01 custom "customer" "C2"\n  kind: "person"\n'
    before = SALE.replace('"Sale"', '"Bergen Bakeri AS" "Sale"')
    after = before.replace("2026-03-02", "2026-04-02").replace("0001", "0002")
    assert messages(became + before) == []
    told = ["the payee of this transaction has the name of customer C2, a person; write C2 instead"]
    assert messages(became + before + after) == told
    closed = '2026-05-02 custom "close" "2026-04"\n  movements: 2\n  volume: "200.00 NOK"\n'
    assert not [message for message in messages(became + before + after + closed) if "a person" in message]


def test_a_month_is_no_number_of_a_document() -> None:
    short = SERIES.replace("{number:04}", "{number}")
    assert messages(short + PAID.format(link="2026-03", customer="C2")) == []
