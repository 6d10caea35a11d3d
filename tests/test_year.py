"""A year in the life of one company, by the command line alone: it checks clean, ties out, and reads as if typed.

The figures were worked out by hand beside the commands, and add up there:

=====================  ==========  =====================================================================
money in the bank        69558.00  12500 + 3958 + 12500 + 34375 + 2475 + 5000 - 1250
owed at the year's end    1562.50  the last invoice
fees, small difference      25.33
income                   56916.66  10000 + 3499.99 - 333.33 + 12500 + 3000 + 25000 + 2000 + 1250
VAT                      14229.17  2500 + 875 - 83.33 + 3125 + 750 + 2500 + 3750 + 500 + 312.50
=====================  ==========  =====================================================================
"""

import json
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from beancount.core.data import Transaction

from billtext.ledger import load
from office import Office

TEMPLATE = """\
; Monitoring by the week, billed for a month in one invoice.
2026-07-06 ! "Monitoring, {month}"
  invoice:
  customer: "C00002"
  every: "week"
  until: 2026-07-20
  Income:Sales
    text: "Monitoring, {month}"
    price: 1000.00 NOK
    vat: "S25"
"""

# A command, and words of what it says.
YEAR = """
customer new --name "Nordlys Interiør AS" --org-number 310000205 --city Oslo --terms net-14 --date 2026-01-02 | C00001
customer new --name "Havblikk AS" --kind company --city Bergen --terms net-14 --date 2026-01-02 | C00002
customer new G00001 --name "Kari Nordmann" --kind guest --date 2026-01-02 | G00001
item new CONS --text "Consultant" --unit HUR --price 1250 --vat S25 --account Income:Sales --date 2026-01-02 | CONS
invoice new C00001 --item CONS 8 --delivery 2026-01-15 --date 2026-01-15 | 12500.00 NOK
issue --all --date 2026-01-15 | 2026-0001  Nordlys Interiør AS  12500.00 NOK  due 2026-01-29
pay C00001 12500.00 --invoice 2026-0001 --date 2026-01-29 | settles 2026-0001
invoice new C00002 --line "Goods" 3 333.33 S25 --item CONS 2 --delivery 2026-02-10 --date 2026-02-10 | 4374.99 NOK
issue --all --date 2026-02-10 | 2026-0002  Havblikk AS  4374.99 NOK
credit 2026-0002 --line 2 --quantity 1 --reason "one was broken" --date 2026-02-20 | -416.66 NOK
issue --all --date 2026-02-20 | K2026-0001  Havblikk AS  416.66 NOK
close 2026-01 --date 2026-03-01 | volume: "25000.00 NOK"
pay C00002 3958.00 --invoice 2026-0002 --date 2026-03-05 | leaves 0.33
write-off 2026-0002 --reason "below the limit" --date 2026-03-31 | 0.33
quote new C00001 --item CONS 10 --date 2026-04-01 | Q2026-0001
quote accept Q2026-0001 --date 2026-04-10 | 15625.00
issue --all --date 2026-04-10 --delivery 2026-04-08 | 2026-0003  Nordlys Interiør AS  15625.00 NOK
recurring run --as-of 2026-07-31 |
recurring run --as-of 2026-07-31 |
issue --all --collect --date 2026-07-31 | 2026-0004  Havblikk AS  3750.00 NOK
deposit C00001 10000.00 --vat S25 --date 2026-08-01 | 12500.00
issue --all --date 2026-08-01 | 2026-0005  Nordlys Interiør AS  12500.00 NOK
pay C00001 12500.00 --invoice 2026-0005 --date 2026-08-03 | settles 2026-0005
invoice new C00001 --item CONS 20 --delivery 2026-09-10 --date 2026-09-10 | 31250.00 NOK
deduct C00001-2026-09-10 --date 2026-09-10 | 10000.00
issue --all --date 2026-09-10 | 2026-0006  Nordlys Interiør AS  18750.00 NOK
pay C00001 34375.00 --invoice 2026-0003 --invoice 2026-0006 --date 2026-09-20 | settles 2026-0006
charge G00001 HOUR 2 --date 2026-10-01 | G00001
checkout G00001 --method card --date 2026-10-02 | 2026-0007
card settlement 2475.00 --fee 25.00 --date 2026-10-05 | 2475.00
pay C00002 5000.00 --date 2026-11-02 | 5000.00 NOK stays unapplied
allocate B2026-0006 2026-0004 3750.00 --date 2026-11-05 | 3750.00
refund C00002 1250.00 --of B2026-0006 --date 2026-11-06 | 1250.00
customer edit C00001 --email regnskap@nordlys.example --date 2026-11-10 | C00001
close 2026-11 --date 2026-12-05 | 2026-11
invoice new C00001 --item CONS 1 --delivery 2026-12-20 --date 2026-12-20 | 1562.50 NOK
issue --all --date 2026-12-20 | 2026-0008  Nordlys Interiør AS  1562.50 NOK  due 2027-01-03
"""


def commands() -> Iterator[tuple[list[str], str]]:
    for line in YEAR.strip().splitlines():
        command, _, words = line.rpartition(" |")
        yield [part.strip('"') for part in re.findall(r'"[^"]*"|\S+', command)], words.strip()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The company at the end of the year."""
    made = Office.__new__(Office)
    made.root = tmp_path_factory.mktemp("year") / "books"
    made.main = made.root / "main.beancount"
    start = ["--start", "2026-01-01", "--org-number", "310000019", "--vat-number", "NO310000019MVA"]
    start += ["--bank-account", "86011117947", "--yes"]
    done = made.run("init", str(made.root), "--name", "Fjordlys Elektro AS", "--country", "NO", *start)
    assert done.status == 0, done
    (made.root / "recurring").mkdir(exist_ok=True)
    (made.root / "recurring" / "monitoring.beancount").write_text(TEMPLATE, "utf-8")
    for command, words in commands():
        done = made.run(*command)
        assert done.status == 0, (command, done)
        assert words in done.out, (command, done)
    return made


def test_it_checks_clean_and_is_sealed(office: Office) -> None:
    assert "9 documents of 3 customers: no errors" in office.get("check")
    assert "9 of 9 documents sealed, 2 closed months: as they were" in office.get("verify")
    assert not list((office.root / "drafts").glob("*.beancount"))


def test_every_account_has_the_balance_that_was_worked_out_by_hand(office: Office) -> None:
    balances: dict[str, Decimal] = {}
    for entry in load.load(office.main).entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            balances[posting.account] = balances.get(posting.account, Decimal(0)) + posting.units.number
    assert {account: total for account, total in balances.items() if total} == {
        "Assets:Bank": Decimal("69558.00"),
        "Assets:Receivable:C00001": Decimal("1562.50"),
        "Expenses:BankFees": Decimal("25.00"),
        "Expenses:SmallDifferences": Decimal("0.33"),
        "Income:Sales": Decimal("-56916.66"),
        "Liabilities:VAT:Output": Decimal("-14229.17"),
    }


def test_who_owes_what_at_the_years_end(office: Office) -> None:
    report = json.loads(office.get("aging", "--as-of", "2026-12-31", "--format", "json"))
    assert [(row["customer"], row["currency"], row["total"]) for row in report["rows"]] == [
        ("C00001", "NOK", "1562.50")
    ]
    assert report["rows"][0]["not-due"] == "1562.50"


def test_the_status_of_each_document(office: Office) -> None:
    found = json.loads(office.get("invoice", "list", "--as-of", "2026-12-31", "--format", "json"))
    assert {one["number"]: one["status"] for one in found} == {
        "2026-0001": "paid", "2026-0002": "paid", "K2026-0001": "credited", "2026-0003": "paid",
        "2026-0004": "paid", "2026-0005": "paid", "2026-0006": "paid", "2026-0007": "paid", "2026-0008": "open",
    }  # fmt: skip


def test_the_text_is_what_a_bookkeeper_would_have_typed(office: Office) -> None:
    """The receipt of 5 March, word by word, and nothing of a person outside the register."""
    files = office.files()
    assert (
        '2026-03-05 * "Havblikk AS" "Bank giro" ^2026-0002\n'
        '  payment: "B2026-0002"\n'
        '  method: "bank"\n'
        "  Assets:Bank                          3958.00 NOK\n"
        "  Assets:Receivable:C00002            -3958.00 NOK\n"
        '    settles: "2026-0002"\n'
    ) in files["payments/2026.beancount"]
    assert [name for name, text in files.items() if "Kari" in text] == ["customers/G00001.beancount"]
