"""How a customer pays, and what the register said before: figures by hand."""

from datetime import date
from decimal import Decimal

from beancount import loader

from billtext.rules import behaviour, book, card_history, seals
from billtext.rules.book import Book

REGISTER = """
2020-01-01 open Assets:Bank
2020-01-01 open Assets:Receivable:C1
2020-01-01 open Income:Sales
2020-01-01 open Expenses:Lost
2020-01-01 custom "billtext-option" "receivable" Assets:Receivable
2020-01-01 custom "company" "Fjordlys"
  currency: "NOK"
2024-01-15 custom "customer" "C1"
  name: "Nordlys"
  email: "faktura@nordlys.example"
  terms: "net-14"
2025-06-01 custom "customer" "C1"
  email: "regnskap@nordlys.example"
  phone: "+47 77 00 00 17"
2026-06-01 custom "customer" "C1"
  phone: "+47 77 00 00 18"
"""
INVOICE = """
{date} * "Nordlys" "x"
  invoice: "{number}"
  due: {due}
  Assets:Receivable:C1  {amount} NOK
  Income:Sales  -{amount} NOK
"""
PAID = """
{date} * "Nordlys" "giro"
  payment: "{name}"
  Assets:Bank  {amount} NOK
  Assets:Receivable:C1  -{amount} NOK
    settles: "{number}"
"""


def invoice(number: str, day: str, due: str, amount: str = "100.00") -> str:
    return INVOICE.format(number=number, date=day, due=due, amount=amount)


def paid(name: str, number: str, day: str, amount: str = "100.00") -> str:
    return PAID.format(name=name, number=number, date=day, amount=amount)


def built(text: str) -> Book:
    entries, errors, _ = loader.load_string(REGISTER + text)
    assert not errors
    return book.build(entries)


HISTORY = (
    invoice("1", "2026-01-02", "2026-01-16")  # paid 9 days late, in two parts
    + paid("P1", "1", "2026-01-20", "60.00")
    + paid("P2", "1", "2026-01-25", "40.00")
    + invoice("2", "2026-01-05", "2026-01-19")  # paid on the day
    + paid("P3", "2", "2026-01-19")
    + invoice("3", "2026-02-01", "2026-02-15", "900000.00")  # paid 3 days before; its amount weighs nothing
    + paid("P4", "3", "2026-02-12", "900000.00")
    + invoice("4", "2026-02-02", "2026-02-16")  # 20 days late
    + paid("P5", "4", "2026-03-08")
    + invoice("5", "2026-03-01", "2026-03-15")  # open, partly paid
    + paid("P6", "5", "2026-03-10", "10.00")
    + invoice("6", "2026-03-02", "2026-04-30")  # open and not due yet
    + invoice("7", "2026-03-03", "2026-03-10")  # written off: it was not paid
    + """
2026-03-20 * "Nordlys" "lost"
  write-off: "W1"
  Expenses:Lost  100.00 NOK
  Assets:Receivable:C1  -100.00 NOK
    settles: "7"
2026-03-05 * "Nordlys" "two instalments"
  invoice: "8"
  Assets:Receivable:C1  50.00 NOK
    due: 2026-03-12
  Assets:Receivable:C1  50.00 NOK
    due: 2026-04-12
  Income:Sales  -100.00 NOK
"""
    + paid("P7", "8/1", "2026-03-13", "50.00")
)


def test_each_invoice_counts_from_its_due_date_to_the_day_on_which_nothing_was_open() -> None:
    found = behaviour.report(built(HISTORY), "C1", date(2026, 3, 31))
    assert [(one.item.name, one.settled.isoformat(), one.late) for one in found.paid] == [
        ("2", "2026-01-19", 0),
        ("1", "2026-01-25", 9),
        ("3", "2026-02-12", -3),
        ("4", "2026-03-08", 20),
        ("8/1", "2026-03-13", 1),
    ]
    assert found.average == Decimal("5.4")  # (0 + 9 - 3 + 20 + 1) / 5
    assert found.worst is not None
    assert (found.worst.item.name, found.worst.late) == ("4", 20)
    assert found.in_time == 2
    assert [(one.item.name, one.late) for one in found.waiting] == [("5", 16)]


def test_the_months_are_those_of_payment() -> None:
    found = behaviour.report(built(HISTORY), "C1", date(2026, 3, 31))
    assert [(one.name, one.count, str(one.average), one.worst) for one in found.months] == [
        ("2026-01", 2, "4.5", 9),  # (0 + 9) / 2
        ("2026-02", 1, "-3.0", -3),
        ("2026-03", 2, "10.5", 20),  # (20 + 1) / 2
    ]


def test_what_came_later_was_not_known_on_the_day() -> None:
    found = behaviour.report(built(HISTORY), "C1", date(2026, 1, 22))
    assert [(one.item.name, one.late) for one in found.paid] == [("2", 0)]
    assert [(one.item.name, one.late) for one in found.waiting] == [("1", 6)]  # P2 is three days away
    nothing = behaviour.report(built(HISTORY), "C1", date(2025, 12, 31))
    assert (nothing.average, nothing.worst, nothing.months, nothing.waiting) == (None, None, (), ())


def test_what_was_taken_back_is_open_again() -> None:
    text = (
        invoice("1", "2026-01-02", "2026-01-16")
        + paid("P1", "1", "2026-01-20")
        + '2026-02-01 custom "allocate" "P1" "1" -100.00 NOK\n'
    )
    found = behaviour.report(built(text), "C1", date(2026, 2, 5))
    assert found.paid == ()
    assert [(one.item.name, one.late) for one in found.waiting] == [("1", 20)]


def test_a_change_tells_what_held_before() -> None:
    record = built("").register.of("customer")["C1"]
    found = [(one.date.isoformat(), one.key, one.old, one.new) for one in card_history.changes(record, date.max)]
    assert found == [
        ("2025-06-01", "email", "faktura@nordlys.example", "regnskap@nordlys.example"),
        ("2025-06-01", "phone", None, "+47 77 00 00 17"),
        ("2026-06-01", "phone", "+47 77 00 00 17", "+47 77 00 00 18"),
    ]
    assert len(card_history.changes(record, date(2026, 5, 31))) == 2
    assert [(one.key, one.old, one.new) for one in card_history.entered(record)] == [
        ("name", None, "Nordlys"),
        ("email", None, "faktura@nordlys.example"),
        ("terms", None, "net-14"),
    ]


def test_a_seal_is_told_by_the_document_alone() -> None:
    plain = built(invoice("1", "2026-01-02", "2026-01-16"))
    document = plain.ledger.documents["1"]
    assert seals.state(document) == "unsealed"
    sealed = invoice("1", "2026-01-02", "2026-01-16").replace(
        "  due", f'  seal: "{seals.seal(document.entry, "")}"\n  due'
    )
    assert seals.state(built(sealed).ledger.documents["1"]) == "unchanged"
    changed = sealed.replace("100.00", "101.00")
    assert seals.state(built(changed).ledger.documents["1"]) == "changed"
