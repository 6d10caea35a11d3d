"""What the overview tells, on a ledger small enough to be reckoned by hand."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billtext.ledger import drafts
from billtext.rendering import pages, sheets
from billtext.rendering.pages import attention, charts, overview, tables
from billtext.rendering.pages.frame import Frame, Page
from billtext.rules import deliveries, dso, flows
from billtext.rules.book import Book
from conftest import Read
from site_room import Tags

DAY = date(2026, 10, 15)
LEDGER = """
option "operating_currency" "NOK"
2020-01-01 open Assets:Bank
2020-01-01 open Assets:Receivable:C1
2020-01-01 open Assets:Receivable:C2
2020-01-01 open Income:Sales
2020-01-01 open Expenses:Lost
2020-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2020-01-01 custom "vat" "Z0" 0
2020-01-01 custom "customer" "C1"
  name: "Nordlys AS"
  credit-limit: 1200.00 NOK
2026-09-01 custom "customer" "C1"
  credit-limit: 1000.00 NOK
2020-01-01 custom "customer" "C2"
  name: "Kari Nordmann"
  credit-limit: 100.00 EUR
2026-07-17 * "" "Work"
  invoice: "A1"
  due: 2026-07-31
  Assets:Receivable:C1  900.00 NOK
  Income:Sales  -900.00 NOK
    vat: "Z0"
2026-08-10 * "" "Work"
  invoice: "A2"
  due: 2026-09-09
  Assets:Receivable:C1  600.00 NOK
  Income:Sales  -600.00 NOK
    vat: "Z0"
2026-08-11 custom "delivery" "A2"
  channel: "print"
  outcome: "sent"
2026-08-20 * "" "Work"
  invoice: "A3"
  due: 2026-10-20
  Assets:Receivable:C2  400.00 NOK
  Income:Sales  -400.00 NOK
    vat: "Z0"
2026-08-25 * "" "Less work"
  credit-note: "K1"
  corrects: "A2"
  reason: "too many hours"
  Assets:Receivable:C1  -100.00 NOK
    settles: "A2"
  Income:Sales  100.00 NOK
    vat: "Z0"
2026-09-05 * "" "Paid"
  payment: "B1"
  Assets:Bank  300.00 NOK
  Assets:Receivable:C1  -300.00 NOK
    settles: "A1"
2026-09-10 * "" "Lost"
  write-off: "W1"
  Expenses:Lost  50.00 NOK
  Assets:Receivable:C1  -50.00 NOK
    settles: "A1"
2026-09-12 * "" "Paid, for what?"
  payment: "B2"
  Assets:Bank  70.00 NOK
  Assets:Receivable:C2  -70.00 NOK
2026-10-05 * "" "Work"
  invoice: "A4"
  due: 2026-11-04
  Assets:Receivable:C2  200.00 EUR @ 11.00 NOK
  Income:Sales  -200.00 EUR @ 11.00 NOK
    vat: "Z0"
2026-10-06 custom "delivery" "A4"
  channel: "email"
  outcome: "failed"
  reason: "550"
2026-10-20 * "" "Work"
  invoice: "A5"
  due: 2026-11-20
  Assets:Receivable:C2  1000.00 NOK
  Income:Sales  -1000.00 NOK
    vat: "Z0"
2026-10-21 * "" "Paid back"
  credit-note: "K2"
  reason: "yearly bonus"
  Assets:Receivable:C1  -10.00 NOK
  Income:Sales  10.00 NOK
    vat: "Z0"
"""
DRAFT = """
2026-10-14 ! "Work"
  invoice:
  customer: "C2"
  Income:Sales  -100.00 NOK
    vat: "Z0"
"""


@pytest.fixture
def book(read: Read) -> Book:
    """The ledger."""
    found = read(LEDGER)
    assert [error.message for error in found.errors] == []
    return found


def frame(book: Book, day: date = DAY, **values: Any) -> Frame:
    return Frame(book, day, revision="", language="en", **values)


def cells(html: str) -> list[str]:
    """The text of each cell of a piece of a table."""
    return [
        " ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", html, re.DOTALL)
    ]


def rows(page: Page | None, table: str) -> list[list[str]]:
    """The cells of a table's rows."""
    assert page is not None
    body = page.body[page.body.index(f'id="{table}"') :]
    return [cells(row) for row in body[: body.index("</tbody>")].split("<tr")[2:]]


# --- days sales outstanding -----------------------------------------------------------------------------------


def outstanding(found: Frame) -> dict[str, str]:
    text = overview.page(found).body
    currencies = re.findall(r"<dt>Owed</dt><dd><b>[^<]*</b> <small>(\w+)</small>", text)
    days = re.findall(r"<dt>Days sales outstanding</dt><dd><b>([^<]*)</b> <small>days</small>", text)
    return dict(zip(currencies, days, strict=True))


@pytest.mark.parametrize(
    ("day", "days"),
    [
        # Owed 900 - 300 - 50 of A1, 600 - 100 of A2, 400 of A3, less 70: 1380. Billed from 18 July: 600 + 400 - 100.
        (DAY, {"NOK": "138", "EUR": "90"}),
        # From 17 July, A1 is among it: 1380 / 1800 × 90.
        (date(2026, 10, 14), {"NOK": "69", "EUR": "90"}),
        (date(2026, 7, 17), {"NOK": "90"}),
        # In the ninety days until 31 January nothing was billed: 1380 + 1000 - 10 are owed all the same.
        (date(2027, 1, 31), {"NOK": "–", "EUR": "–"}),
    ],
)
def test_days_sales_outstanding(book: Book, day: date, days: dict[str, str]) -> None:
    assert outstanding(frame(book, day)) == days


def test_no_days_where_no_more_is_billed_than_credited(book: Book) -> None:
    found = {document.number: document for document in book.documents}
    owed = {"NOK": Decimal(500)}
    assert dso.days(owed, [found["K1"]]) == {}
    assert dso.days(owed, [found["A2"], found["K1"]]) == {"NOK": 90}
    assert dso.days({"NOK": Decimal(-5)}, [found["A2"]]) == {"NOK": 0}
    assert dso.days(owed, [found["A1"]]) == {"NOK": 50}


# --- months ---------------------------------------------------------------------------------------------------


def test_the_flows_of_months(book: Book) -> None:
    found = {
        (month, currency): (int(flow.opening), *(int(flow.column(name)) for name in flows.COLUMNS), int(flow.closing))
        for month, each in frame(book).flows.items()
        for currency, flow in each.items()
    }
    assert found == {
        ("2026-07", "NOK"): (0, 900, 0, 0, 0, 0, 900),
        ("2026-08", "NOK"): (900, 1000, -100, 0, 0, 0, 1800),
        ("2026-09", "NOK"): (1800, 0, 0, -370, -50, 0, 1380),
        ("2026-10", "NOK"): (1380, 0, 0, 0, 0, 0, 1380),
        ("2026-10", "EUR"): (0, 200, 0, 0, 0, 0, 200),
    }


def test_an_earlier_day_knows_nothing_of_later_ones(book: Book, read: Read) -> None:
    """As if what is dated later were not in the ledger."""
    day = date(2026, 8, 31)
    kept = LEDGER[: LEDGER.index("2026-09-05 *")]
    before = kept.replace('2026-09-01 custom "customer" "C1"\n  credit-limit: 1000.00 NOK\n', "")
    then, now = frame(read(before), day), frame(book, day)
    for page in pages.render(then):
        assert pages.find(now, page.path) == page
    assert pages.count(then) == pages.count(now)


def test_months_of_some_customers(book: Book) -> None:
    found = frame(book, customers={"C2"})
    assert found.months == ["2026-10", "2026-09", "2026-08"]
    assert {currency: int(flow.closing) for currency, flow in found.flows["2026-10"].items()} == {
        "EUR": 200,
        "NOK": 330,
    }


def test_a_month_page_tells_what_moved_before_its_documents(book: Book) -> None:
    page = pages.find(frame(book), "months/2026-09")
    assert page is not None
    assert cells(page.body)[:8] == ["NOK", "1,800.00", "0.00", "0.00", "-370.00", "-50.00", "0.00", "1,380.00"]


def test_a_long_month_has_several_pages(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages.documents, "LONGEST", 2)
    found = frame(book)
    first, second = pages.find(found, "months/2026-08"), pages.find(found, "months/2026-08/2")
    assert first is not None
    assert second is not None
    assert [row[0] for row in rows(first, "documents")] == ["A2", "A3"]
    assert [row[0] for row in rows(second, "documents")] == ["K1"]
    assert "3 to 3 of 3" in second.body
    assert "months/2026-08/2.html" in first.body
    assert "../../months/2026-08.html" in second.body
    assert [pages.find(found, f"months/2026-08/{n}") for n in ("1", "3", "02", "x", "")] == [None] * 5
    assert pages.count(found) == len(list(pages.render(found)))


# --- what needs attention -------------------------------------------------------------------------------------


def lines(found: Frame) -> list[tuple[str, int, str, str | None]]:
    return [(each["word"], each["count"], each["note"], each["href"]) for each in attention.lines(found)]


def test_what_needs_attention(book: Book) -> None:
    """C1 owes 1050 of 1000, C2 200 EUR of 100; the mail of A4 failed; B2 is applied to nothing; a draft waits."""
    waiting, wrong = drafts.read(DRAFT, "drafts/x.beancount")
    assert wrong == []
    assert lines(frame(book, drafts=tuple(waiting), errors=[{}])) == [
        ("Errors in the ledger", 1, "Figures may be wrong until they are mended.", "errors"),
        ("Credit limits passed", 2, "50.00 NOK · 100.00 EUR", "ageing"),
        ("Documents not sent", 1, "", "unsent"),
        ("Money not applied", 1, "70.00 NOK", "open-items/unapplied"),
        ("Drafts waiting", 1, "", None),  # the site has no page of them
    ]
    assert lines(frame(book, date(2026, 10, 13), drafts=tuple(waiting)))[-1][0] != "Drafts waiting"
    assert lines(frame(book, drafts=tuple(waiting), customers={"C1"})) == [
        ("Credit limits passed", 1, "50.00 NOK", "ageing")
    ]
    assert lines(frame(book, date(2026, 7, 31))) == []


def test_a_credit_limit_counts_from_its_day_on(book: Book) -> None:
    """1200 until August: C1 owes 1400 on the 31st. 1000 from September on: 1050 since the 10th."""
    beyond = {day: [(each.customer, int(each.beyond)) for each in frame(book, day).passed] for day in (
        date(2026, 8, 9), date(2026, 8, 31), date(2026, 9, 4), date(2026, 9, 10),
    )}  # fmt: skip
    assert list(beyond.values()) == [[], [("C1", 200)], [("C1", 400)], [("C1", 50)]]


def test_what_was_not_sent(book: Book) -> None:
    found = {
        day: [(each.parcel.title, each.state) for each in deliveries.unsent(book, day)]
        for day in (date(2026, 8, 10), date(2026, 8, 20), date(2026, 10, 5), DAY)
    }
    # Until the first delivery the office sends in its own way; A3 is new on its day, and old in October.
    assert list(found.values()) == [[], [("A3", "waiting")], [("A4", "waiting")], [("A4", "failed")]]


# --- ageing and open items --------------------------------------------------------------------------------------


OCTOBER = date(2026, 10, 31)


def developed(book: Book) -> list[list[str]]:
    """The table below the first picture of what was owed at the ends of months: its heads, and the last four rows."""
    page = pages.find(frame(book, OCTOBER), "index")
    assert page is not None
    table = page.body[page.body.index('data-table="twelve-months"') :]
    table = table[: table.index("</table>")]
    heads = re.findall(r"<th(?: [^>]*)?>(.*?)</th>", table)
    return [heads, *[cells(row) for row in table.split("<tr")[2:]][-4:]]


def test_what_was_owed_at_the_ends_of_months_by_age(book: Book) -> None:
    """A1 of 900, due on 31 July, from September on 550; A2 of 500 after its credit note, due on 9 September; A3 of 400,
    due on 20 October; A5 of 1000 is not due; 70 of B2 stand unapplied, and K2 of 10 in the column of its own date."""
    assert developed(book) == [
        ["Date", "not due", "1–30 days", "31–60 days", "61–90 days", "91+ days", "unapplied", "Total"],
        ["31 Jul 2026", "900.00", "0.00", "0.00", "0.00", "0.00", "0.00", "900.00"],
        ["31 Aug 2026", "900.00", "0.00", "900.00", "0.00", "0.00", "0.00", "1,800.00"],
        ["30 Sept 2026", "400.00", "500.00", "0.00", "550.00", "0.00", "-70.00", "1,380.00"],
        ["31 Oct 2026", "1,000.00", "390.00", "500.00", "0.00", "550.00", "-70.00", "2,370.00"],
    ]


def test_where_the_edges_of_the_ageing_changed_what_is_overdue_is_one_column(read: Read) -> None:
    """500 + 550 in September, 390 + 500 + 550 in October."""
    book = read(f'{LEDGER}2026-10-01 custom "billtext-option" "aging-edges" "14"\n')
    heads, *found = developed(book)
    assert heads == ["Date", "not due", "overdue", "unapplied", "Total"]
    assert found[-2:] == [
        ["30 Sept 2026", "400.00", "1,050.00", "-70.00", "1,380.00"],
        ["31 Oct 2026", "1,000.00", "1,440.00", "-70.00", "2,370.00"],
    ]
    made = tables.sheet(frame(book, OCTOBER), "index", "twelve-months")
    assert made is not None
    head, *sheet = sheets.as_csv(made).splitlines()
    assert head == "date,currency,not-due,overdue,unapplied,total"
    assert "2026-10-31,NOK,1000.00,1440.00,-70.00,2370.00" in sheet


def test_the_ageing_table(book: Book) -> None:
    """A1 is 76 days overdue and A2 36; A3 is due in five days."""
    page = pages.find(frame(book), "ageing")
    assert page is not None
    beyond = "beyond the credit limit"
    zero = "0.00"
    assert rows(page, "ageing") == [
        [f"Nordlys AS C1 {beyond}", "NOK", zero, zero, "500.00", "550.00", zero, zero, "1,050.00"],
        ["Kari Nordmann C2", "NOK", "400.00", zero, zero, zero, zero, "-70.00", "330.00"],
        [f"Kari Nordmann C2 {beyond}", "EUR", "200.00", zero, zero, zero, zero, zero, "200.00"],
    ]
    assert 'href="customers/C1.html#open=31-60">500.00<' in page.body
    assert 'href="open-items/31-60.html">500.00<' in page.body
    assert 'href="open-items/from-91.html"' not in page.body


def test_open_items_of_a_column(book: Book) -> None:
    found = frame(book)
    shown = {}
    for column in ("not-due", "31-60", "61-90", "unapplied"):
        page = pages.find(found, f"open-items/{column}")
        assert page is not None
        shown[column] = [row[1] for row in rows(page, "open")]
    assert shown == {"not-due": ["A3", "A4"], "31-60": ["A2"], "61-90": ["A1"], "unapplied": ["B2"]}
    assert pages.find(found, "open-items/91+") is None
    empty = pages.find(found, "open-items/from-91")
    assert empty is not None
    assert "Nothing is open." in empty.body


def test_too_many_open_items_are_those_of_the_largest_debtors(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """C1 owes most; of C2's three items none is shown rather than one of them."""
    monkeypatch.setattr(pages.aged, "LONGEST", 3)
    page = pages.find(frame(book), "open-items")
    assert page is not None
    assert [row[1] for row in rows(page, "open")] == ["A1", "A2"]
    assert "2 of 5: those of the customers who owe most." in page.body
    monkeypatch.setattr(pages.aged, "LONGEST", 1)
    page = pages.find(frame(book), "open-items")
    assert page is not None
    assert "1 of 5" in page.body


def test_who_is_beyond_the_limit_is_among_the_first(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages.aged, "LONGEST", 2)
    page = pages.find(frame(book), "ageing")
    assert page is not None
    assert [row[1] for row in rows(page, "ageing")] == ["NOK", "EUR"]
    assert "The 2 who owe most, of 3." in page.body


def test_credit_notes(book: Book) -> None:
    page = pages.find(frame(book, date(2026, 10, 21)), "credit-notes")
    assert page is not None
    assert rows(page, "credits") == [
        ["K2", "21 Oct 2026", "Nordlys AS", "", "yearly bonus", "10.00", "10.00", "open"],
        ["K1", "25 Aug 2026", "Nordlys AS", "A2", "too many hours", "100.00", "0.00", "applied"],
    ]


# --- pictures ---------------------------------------------------------------------------------------------------


def test_slim_bars_share_a_scale() -> None:
    parts = [charts.Part(amount=Decimal(n), style="r-b0", label=str(n)) for n in (30, -10, 60)]
    tags = Tags(charts.bar(parts, name="a", title="t", description="d", longest=Decimal(200)))
    rects = [dict(attributes) for tag, attributes in tags.found if tag == "rect"]
    assert [(each["x"], each["width"]) for each in rects] == [
        ("0.00%", "5.00%"),
        ("5.00%", "15.00%"),
        ("20.00%", "30.00%"),
    ]
    assert not [tag for tag, _ in tags.found if tag == "line"]


def test_columns_beside_each_other() -> None:
    parts = [charts.Part(amount=Decimal(n), style="r-b0", label=str(n)) for n in (100, 50)]
    steps = [(Decimal(0), "0"), (Decimal(100), "100")]
    columns = [charts.Column(name="Oct", parts=parts)]
    tags = Tags(charts.columns(columns, steps, name="a", title="t", description="d", beside=True))
    rects = [dict(attributes) for tag, attributes in tags.found if tag == "rect"]
    assert [(each["x"], each["width"], each["height"]) for each in rects] == [
        ("20.00%", "30.00%", "168.0"), ("50.00%", "30.00%", "84.0"),
    ]  # fmt: skip
    assert {each["y"] for each in rects} == {"8.0", "92.0"}


ONE = """
option "operating_currency" "NOK"
2020-01-01 open Assets:Receivable:C1
2020-01-01 open Income:Sales
2020-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2020-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
2026-03-02 * "Nordlys" "Lamps"
  invoice: "1"
  due: 2026-03-16
  Assets:Receivable:C1  100.00 NOK
  Income:Sales         -100.00 NOK
"""


def test_one_is_told_in_the_singular(read: Read) -> None:
    frame = Frame(read(ONE), date(2026, 3, 17), revision="", language="en")
    for page, words in (
        ("customers", "1 customer ·"), ("open-items", "1 open item ·"), ("documents", "1 invoice or credit note ·"),
        ("credit-notes", "0 credit notes ·"), ("customers/C1", "open, 1 day late<"),
    ):  # fmt: skip
        found = pages.find(frame, page)
        assert found is not None
        assert words in found.body, page
