"""What a movement mentions: which texts name a person, and which only have a word in common with one."""

import pytest
from beancount import loader

from billtext.errors import PersonNamedError
from billtext.rules import book

LEDGER = """
option "operating_currency" "NOK"
2026-01-01 open Assets:Receivable:C1
2026-01-01 open Assets:Bank
2026-01-01 open Income:Sales
2026-01-01 custom "company" "The Company"
  currency: "NOK"
2026-01-01 custom "customer" "C1"
  name: "{name}"
  kind: "{kind}"

2026-03-02 * "C1" "Sale"
  invoice: "2026-0001"
  Assets:Receivable:C1   100.00 NOK
  Income:Sales          -100.00 NOK

2026-03-16 * "{payee}" "{narration}"
  payment: "B1"
  Assets:Bank            100.00 NOK
  Assets:Receivable:C1  -100.00 NOK
    settles: "2026-0001"
"""


@pytest.mark.parametrize(
    ("kind", "name", "payee", "narration", "wrong"),
    [
        ("person", "Kari Nordmann", "C1", "Giro from KARI NORDMANN, with thanks", ["narration"]),
        ("guest", "Kari Nordmann", "Kari Nordmann", "Giro", ["payee"]),
        ("company", "Kari Nordmann", "Kari Nordmann", "Giro", []),
        ("person", "Kari Nord", "C1", "Giro from Kari Nordmann", []),
        ("person", "May", "C1", "Rent of May", []),
        ("person", "May", "may", "Rent", ["payee"]),
        ("person", "C1", "C1", "Giro", []),
    ],
)
def test_a_person_is_named_by_the_id(kind: str, name: str, payee: str, narration: str, wrong: list[str]) -> None:
    text = LEDGER.format(kind=kind, name=name, payee=payee, narration=narration)
    entries, errors, _ = loader.load_string(text, dedent=False)
    assert errors == []
    found = [error for error in book.build(entries).errors if isinstance(error, PersonNamedError)]
    assert [error.message.split()[1] for error in found] == wrong
