"""Invoiced income against Fava's budget directives."""

import csv
import datetime
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from hypothesis import given
from hypothesis import strategies as st

from billtext.rules import budgets
from small_office import LEDGER, Office

Date = datetime.date

# Two invoices, a credit note and one in euro (100.00 × 11.50 = 1150.00).
BOOKED = """
2026-01-01 open Income:Electrical:Cable
2026-01-01 open Income:Electricity

2026-01-10 * "Nordlys AS" "Work" ^2026-0001
  invoice: "2026-0001"
  Assets:Receivable:C1        10000.00 NOK
  Income:Electrical           -9000.00 NOK
  Income:Electrical:Cable     -1000.00 NOK

2026-01-31 * "Nordlys AS" "Less work" ^K2026-0001 ^2026-0001
  credit-note: "K2026-0001"
  corrects: "2026-0001"
  Assets:Receivable:C1        -1500.00 NOK
  Income:Electrical            1500.00 NOK

2026-02-05 * "Nordlys AS" "Abroad" ^2026-0002
  invoice: "2026-0002"
  Assets:Receivable:C1          100.00 EUR @ 11.50 NOK
  Income:Electrical            -100.00 EUR @ 11.50 NOK

2026-02-20 * "Nordlys AS" "Power" ^2026-0003
  invoice: "2026-0003"
  Assets:Receivable:C1          700.00 NOK
  Income:Electricity           -700.00 NOK
"""
PLAN = """
2026-01-01 custom "budget" Income:Electrical "monthly" 10000.00 NOK
2026-02-15 custom "budget" Income:Electrical "monthly" -14000.00 NOK
2026-01-01 custom "budget" Income:Service "yearly" 36500.00 NOK
2026-01-01 custom "budget" Expenses:Travel "monthly" 99.00 NOK
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.write("main.beancount", LEDGER + BOOKED + PLAN)
    return made


def test_by_account_and_month(office: Office) -> None:
    """By hand.

    January 10000 - 1500 = 8500 of 10000, 85 %. February has 14 days of 10000 / 28 and 14 of 14000 / 28: 12000, of which
    1150 is invoiced, 9.6 %. A year of 36500 is 3100 in January, 2800 in February. Electricity is not below Electrical.
    """
    found = json.loads(office.get("budget", "--from", "2026-01-01", "--to", "2026-02-28", "--format", "json"))
    rows = [tuple(row.values()) for row in found["rows"]]
    assert rows == [
        ("Income:Electrical", "2026-01", "10000.00", "8500.00", "-1500.00", "85"),
        ("Income:Electrical", "2026-02", "12000.00", "1150.00", "-10850.00", "9.6"),
        ("Income:Electricity", "2026-02", None, "700.00", None, None),
        ("Income:Service", "2026-01", "3100.00", "0.00", "-3100.00", "0"),
        ("Income:Service", "2026-02", "2800.00", "0.00", "-2800.00", "0"),
    ]
    assert found["total"] == {
        "budget": "27900.00", "invoiced": "9650.00", "difference": "-18250.00", "percent": "34.6",
    }  # fmt: skip
    assert found["without_budget"] == "700.00"
    assert found["accounts"][0] == {
        "account": "Income:Electrical", "budget": "22000.00", "invoiced": "9650.00", "difference": "-12350.00",
        "percent": "43.9",
    }  # fmt: skip


def test_parts_of_months(office: Office) -> None:
    """Ten days of January: 10 × 10000 / 31 = 3225.81, and what was invoiced in them."""
    found = json.loads(office.get("budget", "--from", "2026-01-01", "--to", "2026-01-10", "--format", "json"))
    assert found["rows"][0]["budget"] == "3225.81"
    assert found["rows"][0]["invoiced"] == "10000.00"


def test_parts_add_up_to_the_whole(office: Office) -> None:
    """65,000.00 in a year of 365 days are 5520.55 in January, and 10,506.85 until the end of February.

    65000 × 31 / 365 = 5520.5479, 65000 × 59 / 365 = 10506.8493: February is 4986.30. Twelve months are the year, and
    two halves of any month are the month.
    """
    office.write("main.beancount", LEDGER + '2026-01-01 custom "budget" Income:Service "yearly" 65000.00 NOK\n')

    def read(*args: str) -> list[Decimal]:
        found = json.loads(office.get("budget", *args, "--format", "json"))
        return [Decimal(row["budget"]) for row in found["rows"]] + [Decimal(found["total"]["budget"])]

    *months, total = read("--year", "2026")
    assert months[:2] == [Decimal("5520.55"), Decimal("4986.30")]
    assert sum(months) == total == Decimal("65000.00")
    halves = [read("--from", "2026-02-01", "--to", "2026-02-13"), read("--from", "2026-02-14", "--to", "2026-02-28")]
    assert sum(half[-1] for half in halves) == months[1]


def test_formats(office: Office) -> None:
    """A table, CSV and Markdown; a year is all of its months."""
    rows = list(csv.DictReader(io.StringIO(office.get("budget", "--year", "2026", "--format", "csv"))))
    assert len([row for row in rows if row["account"] == "Income:Service"]) == 12
    assert "9,650.00" in office.get("budget", "--year", "2026")
    assert "| --- | --- | --- | ---: |" in office.get("budget", "--year", "2026", "--format", "markdown")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('Income:Service "often" 1.00 NOK', 'the budget is "often"; write daily, weekly, monthly, quarterly or yearly'),
        ('Income:Service "monthly" 1.00 EUR', "the budget is in EUR, and income is compared in NOK; write it in NOK"),
        ("Income:Service 1.00 NOK", 'this is no budget; write `custom "budget" Income:Sales'),
    ],
)
def test_a_wrong_budget_is_told_and_the_report_is_printed(office: Office, line: str, told: str) -> None:
    """At its file and line, with status 1."""
    office.write("main.beancount", f'{LEDGER}{BOOKED}{PLAN}2026-01-01 custom "budget" {line}\n')
    done = office.run("budget", "--year", "2026")
    assert done.returncode == 1
    assert "9,650.00" in done.stdout
    assert f"main.beancount:{(LEDGER + BOOKED + PLAN).count(chr(10)) + 1}: {told}" in done.stderr


def test_wrong_usage(office: Office) -> None:
    """Days are said once, and in order."""
    assert office.run("budget").returncode == 2
    assert office.run("budget", "--year", "2026", "--from", "2026-01-01").returncode == 2
    assert office.run("budget", "--from", "2026-02-01", "--to", "2026-01-01").returncode == 2


DAYS = st.dates(Date(2023, 12, 1), Date(2025, 3, 31))


@given(
    st.lists(
        st.tuples(DAYS, st.sampled_from(["daily", "weekly", "Monthly", "quarterly", "yearly"]), st.integers(1, 10**6)),
        min_size=1, max_size=4,
    ),
    DAYS, DAYS,
)  # fmt: skip
def test_the_same_as_fava(plan: list[tuple[Date, str, int]], one: Date, other: Date) -> None:
    """Fava adds up days, each with its rounding; we divide once: the two agree to a millionth."""
    from fava.core.budgets import calculate_budget, parse_budgets

    start, end = sorted((one, other))
    text = "".join(f'{day} custom "budget" Income:Service "{how}" {n}.00 NOK\n' for day, how, n in plan)
    entries, errors, _ = loader.load_string(text)
    assert not errors
    ours, wrong = budgets.read(entries, "NOK")
    assert not wrong
    theirs = calculate_budget(parse_budgets(entries)[0], "Income:Service", start, end + datetime.timedelta(days=1))
    found = budgets.planned(ours["Income:Service"], start, end)
    assert abs(found - theirs.get("NOK", Decimal(0))) < Decimal("0.000001")
