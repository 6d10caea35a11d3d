"""The demo ledger: it checks clean.

Shows every feature, and has the figures that were worked out apart from billtext.
"""

import datetime
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader

from billtext.ledger import load
from billtext.rules import ageing, book, invoices
from billtext.rules.book import Book

DEMO = Path(__file__).parent.parent / "ledger" / "main.beancount"


@pytest.fixture(scope="module")
def demo() -> Book:
    loaded = load.load(DEMO)
    assert loaded.errors == []
    return book.build(loaded.entries, load.sources)


# By an independent reckoning over the ledger's text when it was written: customer, currency, 2026-10-31, 2026-11-23.
OWED = """
C00011 NOK  44046.25  44046.25
C00012 NOK  25115.00  25115.00
C00013 NOK   9599.02  22674.02
C00014 NOK  26608.00  25745.50
C00017 NOK  17425.00  30375.00
C00019 EUR   5141.40   8321.40
C00021 SEK  28630.00  28630.00
C00022 EUR    875.50   1991.50
C00023 NOK  10152.50  10152.50
C00024 NOK   6415.75  10278.25
C00026 NOK 180493.75 155493.75
C00028 EUR   4125.00   2125.00
C00028 NOK  71462.50 151900.00
"""
# As of, currency, not due, 1-30, 31-60, 61-90, 91+, unapplied.
AGED = """
2026-10-31 NOK 252720.00 13057.00 111005.00  21140.50  6271.26 -12875.99
2026-10-31 EUR   3573.40  4125.00   2443.50      0.00     0.00      0.00
2026-10-31 SEK  10480.00     0.00  20630.00      0.00 -2480.00      0.00
2026-11-23 NOK 262479.75 74702.75  13057.00 111005.00 27411.76 -12875.99
2026-11-23 EUR   5296.00  4698.40      0.00   2443.50     0.00      0.00
2026-11-23 SEK      0.00 10480.00      0.00  20630.00 -2480.00      0.00
"""


def rows(text: str) -> Iterator[list[str]]:
    return (line.split() for line in text.strip().splitlines())


def test_checks_clean(demo: Book) -> None:
    """No error of Beancount's or ours."""
    assert demo.errors == ()


def test_bean_check_with_the_plugins_is_clean() -> None:
    """Beancount's own loader runs our plugins on it and finds nothing."""
    _, errors, _ = loader.load_file(str(DEMO))
    assert errors == []


@pytest.mark.parametrize(("column", "day"), [(2, datetime.date(2026, 10, 31)), (3, datetime.date(2026, 11, 23))])
def test_what_each_customer_owes(demo: Book, column: int, day: datetime.date) -> None:
    """The ageing's totals are the figures worked out apart."""
    expected = {(row[0], row[1]): Decimal(row[column]) for row in rows(OWED)}
    assert {(r.customer, r.currency): r.total for r in ageing.report(demo, day).rows} == expected


@pytest.mark.parametrize("row", list(rows(AGED)), ids=lambda row: f"{row[0]}-{row[1]}")
def test_ageing_columns(demo: Book, row: list[str]) -> None:
    """Each column's total is the figure worked out apart."""
    report = ageing.report(demo, datetime.date.fromisoformat(row[0]))
    total = next(total for total in report.totals if total.currency == row[1])
    assert list(total.columns.values()) == [Decimal(figure) for figure in row[2:]]


def test_shows_every_status_and_kind(demo: Book) -> None:
    """Every status of a document, every kind of customer, all three currencies, and a void number."""
    listed = invoices.rows(demo, datetime.date(2026, 11, 23))
    assert {row.status for row in listed} == set(invoices.STATUSES) - {"void"}
    assert {r.latest["kind"] for r in demo.register.of("customer").values()} == {"company", "person", "public", "guest"}
    assert {row.document.currency for row in listed} == {"NOK", "EUR", "SEK"}
    assert [void.number for void in invoices.voids(demo, datetime.date(2026, 11, 23))] == ["2026-0015"]
    assert len(listed) == 154


def test_the_register_as_it_stood(demo: Book) -> None:
    """C00017 moved to Tromsø and went from 14 to 30 days on 2026-06-01: an invoice before is due by the old terms."""
    before = demo.register.values("customer", "C00017", datetime.date(2026, 5, 31))
    after = demo.register.values("customer", "C00017", datetime.date(2026, 6, 1))
    assert (before["terms"], after["terms"]) == ("net-14", "net-30")
    assert (before["city"], after["city"]) == ("Oslo", "Tromsø")


def test_people_stand_in_the_register_only() -> None:
    """The name of a person or guest stands in customers/ and nowhere else: transactions carry the id."""
    loaded = load.load(DEMO)
    found = book.build(loaded.entries)
    people = [r for r in found.register.of("customer").values() if r.latest["kind"] in {"person", "guest"}]
    assert people
    for path in DEMO.parent.rglob("*.beancount"):
        if path.parent.name != "customers":
            text = path.read_text("utf-8")
            assert not [r.id for r in people if r.latest["name"] in text], path
