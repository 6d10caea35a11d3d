"""The pages of the site and of Fava show what the commands tell as JSON, on several days of the demo ledger."""

import contextlib
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billtext.cli import main as program
from billtext.ledger import load
from billtext.rendering import pages
from billtext.rendering.pages import addresses
from billtext.rendering.pages.frame import Frame
from billtext.rendering.pages.leads import Leads
from billtext.rules import ageing, book
from billtext.rules.book import Book
from site_room import DEMO

DAYS = (date(2025, 1, 31), date(2025, 12, 31), date(2026, 6, 30), date(2026, 11, 24), date(2027, 6, 30))


@pytest.fixture(scope="module")
def demo() -> Book:
    """The demo ledger."""
    return book.build(load.load(DEMO).entries, load.sources)


def told(day: date, *words: str) -> Any:
    """What a command says as JSON."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        program(["-f", str(DEMO), *words, "--as-of", str(day), "--format", "json"])
    return json.loads(out.getvalue())


def rows(frame: Frame, address: str, table: str) -> Iterator[str]:
    """The rows of a table."""
    page = pages.find(frame, address)
    assert page is not None
    body = page.body[page.body.index(f'id="{table}"') :]
    yield from re.findall("<tr.*?</tr>", body[body.index("<tbody>") : body.index("</tbody>")], re.DOTALL)


def raw(row: str) -> list[str]:
    """The values by which the cells of a row are sorted."""
    return re.findall(r'data-sort-value="([^"]*)"', row)


class Asking(Leads):
    """A face that answers questions, and so has the ageing by document date too."""

    @property
    def asks(self) -> bool:
        return True


@pytest.mark.parametrize(("address", "basis"), [("ageing", "due"), ("ageing/date", "date")])
@pytest.mark.parametrize("day", DAYS)
def test_the_ageing_is_that_of_the_command(demo: Book, day: date, address: str, basis: str) -> None:
    data = told(day, "aging", "--by", basis)
    columns = (*data["buckets"], "unapplied", "total")
    expected = {
        (row["customer"], row["currency"]): [Decimal(row[name]) for name in columns] for row in data["rows"]
    }  # fmt: skip
    shown = {}
    frame = Frame(demo, day, revision="", language="en", leads=Asking())
    for row in rows(frame, address, "ageing"):
        customer, currency = re.findall(r"<small>(\w+)</small>.*?<td>([A-Z]{3})</td>", row)[0]
        shown[customer, currency] = [Decimal(value) for value in raw(row)]
    assert shown == expected
    page = pages.find(frame, address)
    assert page is not None
    foot = page.body[page.body.index("<tfoot>") :]
    for row in data["totals"]:
        total = foot[foot.index(f"<td>{row['currency']}</td>") :].partition("</tr>")[0]
        texts = [re.sub("<[^>]*>", "", cell) for cell in re.findall(r'<td class="r-num.*?</td>', total)]
        assert texts == [frame.f.amount(Decimal(row[name]), row["currency"]) for name in columns]


def test_the_site_has_no_ageing_by_document_date(demo: Book) -> None:
    """It answers no questions. Each figure leads to the items behind it, by the date that it counts from."""
    frame = Frame(demo, DAYS[3], revision="", language="en")
    assert pages.find(frame, "ageing/date") is None
    page, asked = pages.find(frame, "ageing"), Frame(demo, DAYS[3], revision="", language="en", leads=Asking())
    by_date = pages.find(asked, "ageing/date")
    assert page is not None
    assert by_date is not None
    assert "ageing/date" not in page.body
    assert 'href="open-items/31-60.html"' in page.body
    assert 'href="../open-items/31-60.html"' not in by_date.body
    assert 'href="../open-items/date/31-60.html"' in by_date.body
    assert '#open=31-60"' not in by_date.body
    assert '#open=date-31-60"' in by_date.body
    assert pages.find(frame, "open-items/date/31-60") is None
    assert '<th class="r-num" data-sort="num">0 days</th>' in by_date.body


@pytest.mark.parametrize("day", DAYS)
def test_the_items_of_a_column_by_document_date_add_up_to_it(demo: Book, day: date) -> None:
    """On its page, and on the pages of the customers, where a table is told to show them."""
    data = told(day, "aging", "--by", "date")
    frame = Frame(demo, day, revision="", language="en", leads=Asking())
    for name in data["buckets"]:
        column = addresses.column(name)
        expected = {row["currency"]: Decimal(row[name]) for row in data["totals"] if Decimal(row[name])}
        sums: dict[str, Decimal] = {}
        own: dict[str, Decimal] = {}
        for row in rows(frame, f"open-items/date/{column}", "open") if expected else ():
            several = re.search(r"<td>([A-Z]{3})</td>", row)
            currency = several[1] if several else data["totals"][0]["currency"]
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(raw(row)[-2])
        for customer in {row["customer"] for row in data["rows"]}:
            for row in rows(frame, f"customers/{customer}", "open"):
                if f" date-{column}" in row.partition(">")[0].replace('"', " "):
                    mine = re.search(r"<td>([A-Z]{3})</td>", row)
                    currency = (
                        mine[1] if mine else next(r["currency"] for r in data["rows"] if r["customer"] == customer)
                    )
                    own[currency] = own.get(currency, Decimal(0)) + Decimal(raw(row)[-2])
        assert {currency: total for currency, total in sums.items() if total} == expected
        assert {currency: total for currency, total in own.items() if total} == expected


def test_the_totals_of_several_days_are_those_of_each_day(demo: Book) -> None:
    for day, rows_ in zip(DAYS, ageing.totals(demo, DAYS), strict=True):
        assert rows_ == ageing.report(demo, day).totals
    for day, rows_ in zip(DAYS, ageing.totals(demo, DAYS, customers={"C00028"}), strict=True):
        assert rows_ == ageing.report(demo, day, customers=["C00028"]).totals


@pytest.mark.parametrize("day", DAYS)
def test_the_open_items_are_those_of_the_command(demo: Book, day: date) -> None:
    keys = ("date", "due", "amount", "open")
    expected = sorted(
        (*(str(item[key]) for key in keys), str(item["days_overdue"])) for item in told(day, "open-items")
    )
    frame = Frame(demo, day, revision="", language="en")
    assert sorted(tuple(raw(row)) for row in rows(frame, "open-items", "open")) == expected
    parts = [
        tuple(raw(row))
        for column in frame.report.items
        for row in rows(frame, f"open-items/{pages.addresses.column(column)}", "open")
    ]
    assert sorted(parts) == expected


def test_the_figures_of_a_column_are_those_of_its_items(demo: Book) -> None:
    frame = Frame(demo, DAYS[3], revision="", language="en")
    for total in frame.report.totals:
        for column, amount in total.columns.items():
            own = [e.open for e in frame.open if frame.column(e) == column and e.item.currency == total.currency]
            assert sum(own, Decimal(0)) == amount


@pytest.mark.parametrize("day", DAYS)
def test_credit_notes_are_those_of_the_command(demo: Book, day: date) -> None:
    expected = {
        each["number"]: (each["date"], Decimal(each["gross"]), -Decimal(each["open"]))
        for each in told(day, "invoice", "list")
        if each["kind"] == "credit-note"
    }
    if not expected:
        page = pages.find(Frame(demo, day, revision="", language="en"), "credit-notes")
        assert page is not None
        assert "There are no credit notes." in page.body
        return
    shown = {}
    for row in rows(Frame(demo, day, revision="", language="en"), "credit-notes", "credits"):
        number = re.sub("<[^>]*>", "", row[row.index("<td>") : row.index("</td>")])
        written, amount, open_ = raw(row)
        shown[number] = (written, Decimal(amount), Decimal(open_))
    assert {number: (day_, abs(gross), open_) for number, (day_, gross, open_) in expected.items()} == shown


@pytest.mark.parametrize("day", DAYS)
def test_the_documents_of_the_months_are_those_of_the_command(demo: Book, day: date) -> None:
    frame = Frame(demo, day, revision="", language="en")
    expected = sorted((each["number"], each["status"]) for each in told(day, "invoice", "list"))
    shown = []
    for month in frame.months:
        for row in rows(frame, f"months/{month}", "documents"):
            number = re.sub("<[^>]*>", "", row[row.index("<td>") : row.index("</td>")])
            shown += [(number, mark) for mark in re.findall(r"r-status--([\w-]+)", row)]
    assert sorted(shown) == expected


def test_what_months_bill_and_credit_is_what_their_documents_say(demo: Book) -> None:
    frame = Frame(demo, DAYS[3], revision="", language="en")
    sums: dict[tuple[str, str, str], Decimal] = {}
    for each in told(DAYS[3], "invoice", "list"):
        if each["kind"] in {"invoice", "credit-note"}:
            key = (each["date"][:7], each["currency"], each["kind"])
            sums[key] = sums.get(key, Decimal(0)) + abs(Decimal(each["gross"]))
    for month, found in frame.flows.items():
        for currency, flow in found.items():
            assert flow.column("invoiced") == sums.get((month, currency, "invoice"), 0)
            assert flow.column("credited") == -sums.get((month, currency, "credit-note"), 0)


def test_months_end_with_what_the_command_says_is_owed(demo: Book) -> None:
    frame = Frame(demo, DAYS[3], revision="", language="en")
    for day in (date(2025, 8, 31), date(2026, 5, 31), date(2026, 10, 31), DAYS[3]):
        owed = {row["currency"]: Decimal(row["total"]) for row in told(day, "aging")["totals"]}
        flows = {currency: flow.closing for currency, flow in frame.flows[f"{day:%Y-%m}"].items() if flow.closing}
        assert flows == {currency: amount for currency, amount in owed.items() if amount}


@pytest.mark.parametrize("address", ["index", "ageing", "open-items", "documents", "credit-notes", "unsent"])
def test_pages_of_a_customer_tell_of_no_other(demo: Book, address: str) -> None:
    frame = Frame(demo, DAYS[3], revision="", language="en", customers={"C00028"})
    page = pages.find(frame, address)
    assert page is not None
    assert set(re.findall(r"C000\d\d", page.body)) <= {"C00028"}
    own = {document.number for document in demo.documents if document.customer == "C00028"}
    assert set(re.findall(r"documents/([^.\"]+)\.html", page.body)) <= own
