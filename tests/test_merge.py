"""Two customers become one: earlier reports stay, what is open moves to the cent, and can be settled there by name."""

import datetime
import shutil
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billtext.errors import Refused
from billtext.ledger import load
from billtext.money import ZERO
from billtext.outside import registering
from billtext.outside.desk import Desk
from billtext.rendering import merge_text, register_text
from billtext.rules import ageing, book, invoices, merging, statements
from billtext.rules.book import Book
from conftest import Read
from test_laws import CUSTOMERS, DAY, FIRST, Chunk, Event, chunks, days, events, read, snapshot, whole

BEGIN = """
    option "operating_currency" "NOK"
    2020-01-01 custom "company" "Fjordlys Elektro AS"
      currency: "NOK"
    2020-01-01 custom "customer" "C1"
      name: "Nordlys Interiør AS"
    2020-01-01 custom "customer" "C2"
      name: "Nordlys Interior"
    2020-01-01 open Assets:Receivable:C1
    2020-01-01 open Assets:Receivable:C2
    2020-01-01 open Assets:Bank
    2020-01-01 open Income:Sales
    2026-03-02 * "Nordlys Interiør AS" "Consulting"
      invoice: "2026-0001"
      due: 2026-03-16
      Assets:Receivable:C1   1000.00 NOK
      Income:Sales          -1000.00 NOK
    2026-03-20 * "Nordlys Interiør AS" "Bank giro"
      payment: "B1"
      Assets:Bank             400.00 NOK
      Assets:Receivable:C1   -400.00 NOK
        settles: "2026-0001"
    2026-03-21 * "Nordlys Interiør AS" "Bank giro"
      payment: "B2"
      Assets:Bank              50.00 NOK
      Assets:Receivable:C1    -50.00 NOK
"""
MERGED = """
    2026-05-15 * "Nordlys Interiør AS" "C1 merged into C2" ^2026-0001
      merges: "C1"
      reason: "typed twice"
      Assets:Receivable:C1   -600.00 NOK
        settles: "2026-0001"
        name: "2026-0001-C1"
      Assets:Receivable:C2    600.00 NOK
        name: "2026-0001-C1"
        due: 2026-03-16
      Assets:Receivable:C1     50.00 NOK
        settles: "B2"
        name: "B2-C1"
      Assets:Receivable:C2    -50.00 NOK
        name: "B2-C1"
"""
MAY_15 = datetime.date(2026, 5, 15)


def words(text: str) -> str:
    """A text without the widths of its spaces."""
    return " ".join(text.split())


def test_what_a_merge_writes(read: Read) -> None:
    """600.00 is left of the invoice and 50.00 unapplied: each is settled on the old account and stands on the new."""
    made = read(BEGIN)
    found = merging.merge(made, "C1", "C2", MAY_15, "typed twice")
    assert words(merge_text.transaction(made, found)) == words(MERGED)
    assert register_text.change(found.closing) == (
        '2026-05-15 custom "customer" "C1"\n  closed: TRUE\n  merged-into: "C2"\n  reason: "typed twice"\n'
    )


def test_a_moved_claim_is_aged_from_its_own_due_date_and_settled_by_its_name(read: Read) -> None:
    """On 15 May the claim is 60 days overdue, as it was; 600.00 settles it, and the 50.00 stays unapplied."""
    made = read(BEGIN + MERGED)
    assert not made.errors
    assert [
        (row.customer, {k: v for k, v in row.columns.items() if v}) for row in ageing.report(made, MAY_15).rows
    ] == [("C2", {"31-60": Decimal(600), "unapplied": Decimal(-50)})]
    first = ageing.open_items(made, MAY_15)[0]
    assert (first.kind, first.item.name, first.days_overdue) == ("invoice", "2026-0001-C1", 60)
    paid = """
    2026-05-20 * "Nordlys Interior" "Bank giro"
      payment: "B3"
      Assets:Bank             600.00 NOK
      Assets:Receivable:C2   -600.00 NOK
        settles: "2026-0001-C1"
    """
    made = read(BEGIN + MERGED + paid)
    assert not made.errors
    assert [(one.item.name, one.open) for one in ageing.open_items(made, MAY_15 + 5 * DAY)] == [("B2-C1", Decimal(-50))]


def test_both_accounts_tell_where_the_claim_went(read: Read) -> None:
    """The invoice's rest was settled by what now stands on the other account; the movement itself has no one number."""
    made = read(BEGIN + MERGED)
    detail = invoices.detail(made, made.ledger.documents["2026-0001"], MAY_15)
    assert [(part.by, part.amount) for part in detail.allocations] == [
        ("B1", Decimal(400)), ("2026-0001-C1", Decimal(600)),
    ]  # fmt: skip
    for customer, moved in (("C1", Decimal(-550)), ("C2", Decimal(550))):
        last = statements.report(made, customer, MAY_15, MAY_15).sections[0].lines[-1]
        assert (last.number, last.text, last.amount) == ("", "C1 merged into C2", moved)


def test_the_name_of_a_moved_claim_is_taken(read: Read) -> None:
    """A name of a posting is a number like others: given twice it is an error, and so is one of a wrong form."""
    twice = MERGED + MERGED.replace("05-15", "05-16").replace("600.00", "0.00").replace("50.00", "0.00")
    assert {type(error).__name__ for error in read(BEGIN + twice).errors} >= {"NumberDuplicateError"}
    wrong = read(BEGIN + MERGED.replace('"B2-C1"', '"../B2"', 1)).errors
    assert [type(error).__name__ for error in wrong] == ["NumberFormError"]


@pytest.mark.parametrize(
    ("old", "new", "date", "words"),
    [
        ("C1", "C1", MAY_15, "cannot be merged into itself"),
        ("C1", "C3", MAY_15, "customer C3 is not in the register"),
        ("../C1", "C2", MAY_15, "customer ../C1 is not in the register"),
        ("C1", "C2", datetime.date(2019, 12, 31), "customer C1 begins on 2020-01-01"),
        ("C1", "C2", datetime.date(2026, 3, 2), "has a document dated 2026-03-02; close it on a later day"),
        ("C1", "C2", datetime.date(2026, 3, 20), "has something dated 2026-03-21; merge on that day or later"),
    ],
)
def test_what_cannot_be_merged(old: str, new: str, date: datetime.date, words: str, read: Read) -> None:
    with pytest.raises(Refused) as told:
        merging.merge(read(BEGIN), old, new, date, "typed twice")
    assert words in str(told.value)


def test_a_customer_is_merged_once(read: Read) -> None:
    """Whatever the second merge says: into another, or the same with another reason. Opened again, it can be merged."""
    closed = """
    2026-05-15 custom "customer" "C1"
      closed: TRUE
      merged-into: "C2"
      reason: "typed twice"
    """
    made = read(BEGIN + MERGED + closed)
    assert not made.errors
    with pytest.raises(Refused, match=r"customer C1 is merged into C2 already; `billtext customer reopen C1`"):
        merging.merge(made, "C1", "C2", MAY_15 + DAY, "another reason")
    opened = '\n    2026-06-01 custom "customer" "C1"\n      closed: FALSE\n'
    again = merging.merge(read(BEGIN + MERGED + closed + opened), "C1", "C2", MAY_15 + 30 * DAY, "typed twice")
    assert again.closing.values["closed"] is True


def test_money_without_a_name_is_told_where_it_stands(read: Read) -> None:
    """Nothing can settle it by name: the bookkeeper gives it one first."""
    with pytest.raises(Refused, match=r"-50\.00 NOK of C1 stands open without a name"):
        merging.merge(read(BEGIN.replace('      payment: "B2"\n', "")), "C1", "C2", MAY_15, "typed twice")


# --- for every ledger -----------------------------------------------------------------------------------------


def named(drawn: list[Event]) -> Iterator[Event]:
    """Events without slips, and without money that has no name."""
    for one in drawn:
        kind = "payment" if one.kind == "entry" else one.kind
        how = "settles" if one.how in {"stranger", "unknown"} else one.how
        yield replace(one, kind=kind, how=how, share=min(one.share, 4), twice=False)


MERGE_DAY = FIRST + 40 * DAY


def merged(found: list[Chunk], oldest: bool) -> tuple[Book, Book]:
    """A ledger before and after C1 is merged into C2."""
    text = whole(found, oldest=oldest)
    _, before = read(text)
    merge = merging.merge(before, "C1", "C2", MERGE_DAY, "typed twice")
    _, after = read(f"{text}\n{merge_text.transaction(before, merge)}\n{register_text.change(merge.closing)}")
    return before, after


@given(events.map(lambda drawn: list(named(drawn))), st.booleans())
@settings(max_examples=200)
def test_a_merge_changes_no_earlier_report_and_no_total(drawn: list[Event], oldest: bool) -> None:
    """Every report of every earlier day is the same; on the day of the merge the sums are, and C1 has nothing left."""
    found = chunks(drawn)
    before, after = merged(found, oldest)
    assert {error.message for error in after.errors} <= {error.message for error in before.errors}
    for day in [day for day in days(found) if day < MERGE_DAY]:
        assert snapshot(before, day) == snapshot(after, day)
    for day in (MERGE_DAY, MERGE_DAY + 400 * DAY):
        assert not ageing.open_items(after, day, customers=["C1"])
        assert not ageing.balances(after, "C1", day)
        for currency in ("NOK", "EUR", "JPY"):
            old = sum((ageing.balances(before, name, day).get(currency, ZERO) for name in ("C1", "C2")), ZERO)
            assert ageing.balances(after, "C2", day).get(currency, ZERO) == old
        assert ageing.balances(after, "C3", day) == ageing.balances(before, "C3", day)
        for name in CUSTOMERS:
            for section in statements.report(after, name, FIRST, day).sections:
                assert section.closing == section.aging.total == sum((i.open for i in section.open_items), ZERO)


@given(events.map(lambda drawn: [one for one in named(drawn) if one.kind != "register"]))
@settings(max_examples=200)
def test_a_merge_moves_each_column_of_the_ageing(drawn: list[Event]) -> None:
    """Where money is not set against the oldest claim by itself, all columns of the two are those of the one."""
    before, after = merged(chunks(drawn), oldest=False)
    for day in (MERGE_DAY, MERGE_DAY + 60 * DAY):
        rows = ageing.report(before, day).rows, ageing.report(after, day).rows
        for currency in ("NOK", "EUR", "JPY"):
            old, new = (
                [row.columns for row in some if row.currency == currency and row.customer in {"C1", "C2"}]
                for some in rows
            )
            for column in {column for columns in (*old, *new) for column in columns}:
                assert sum((c[column] for c in old), ZERO) == sum((c[column] for c in new), ZERO)


# --- the demo ledger ------------------------------------------------------------------------------------------


def test_a_merge_in_the_demo_ledger(tmp_path: Path) -> None:
    """Two accounts with two currencies: the receivables of each currency are the same afterwards.

    C00019 is opened for EUR only, which the command says before anything is written.
    """
    shutil.copytree(Path(__file__).parent.parent / "ledger", tmp_path / "ledger")
    top = tmp_path / "ledger" / "main.beancount"
    day = datetime.date(2026, 12, 31)
    with Desk(top) as desk:
        old = {row.currency: row.total for row in ageing.report(desk.book, day).totals}
        with pytest.raises(Refused, match="C00019 is opened for EUR only"):
            registering.merge(desk, merging.merge(desk.book, "C00028", "C00019", day, "one group"))
    with Desk(top) as desk:
        registering.merge(desk, merging.merge(desk.book, "C00019", "C00028", day, "one group"))
        desk.commit()
    loaded = load.load(top)
    made = book.build(loaded.entries, load.sources)
    assert not [*loaded.errors, *made.errors]
    assert {row.currency: row.total for row in ageing.report(made, day).totals} == old
    assert not ageing.open_items(made, day, customers=["C00019"])
