"""Plugin, command line and site show the same figures of the demo ledger: one core answers them all."""

import datetime
import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader

from billtext.outside import last_load
from billtext.rendering.language import Language
from billtext.rules import ageing

DEMO = Path(__file__).parent.parent / "ledger" / "main.beancount"
DAY = "2026-11-23"

COLUMNS = ("not-due", "1-30", "31-60", "61-90", "91+", "unapplied")
NB = Language("nb")

Figures = dict[tuple[str, str], tuple[Decimal, ...]]


def billtext(*args: str) -> str:
    command = [sys.executable, "-m", "billtext", "-f", str(DEMO), *args]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def aging() -> Any:
    """What `billtext aging` says as JSON."""
    return json.loads(billtext("aging", "--as-of", DAY, "--format", "json"))


@pytest.fixture(scope="module")
def command(aging: Any) -> Figures:
    """Every column by customer and currency, and the total, as the command line says."""
    return {
        (row["customer"], row["currency"]): tuple(Decimal(row[name]) for name in (*COLUMNS, "total"))
        for row in aging["rows"]
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the receivables on the built site."""
    place = tmp_path_factory.mktemp("site")
    billtext("site", "build", "--as-of", DAY, "--site", str(place / "site"), "--out", str(place / "public"))
    return place / "public" / "receivables"


def test_the_plugin(command: Figures) -> None:
    """What the plugin read while Beancount's own loader loaded the ledger."""
    entries, errors, options = loader.load_file(str(DEMO))
    assert errors == []
    report = ageing.report(last_load.read(entries, options).book, datetime.date.fromisoformat(DAY))
    shown = {(r.customer, r.currency): (*(r.columns[name] for name in COLUMNS), r.total) for r in report.rows}
    assert shown == command


def test_the_statements(command: Figures) -> None:
    """Closing balances of the statements, and the ageing at their end."""
    closing = {}
    for customer in {customer for customer, _ in command}:
        found = json.loads(billtext("statement", customer, "--from", "2024-01-01", "--to", DAY, "--format", "json"))
        for section in found["sections"]:
            columns = tuple(Decimal(section["aging"][name]) for name in COLUMNS)
            closing[customer, section["currency"]] = (*columns, Decimal(section["closing"]))
    assert {key: figures for key, figures in closing.items() if any(figures)} == command


def legends(page: str) -> list[dict[str, str]]:
    """Amounts beside the pictures of an ageing, by the words of the columns."""
    return [
        dict(re.findall(r"<span>([^<]*)</span><b>([^<]*)</b>", legend))
        for legend in re.findall(r'<ul class="r-legend">.*?</ul>', page, re.DOTALL)
    ]


def legend(currency: str, figures: tuple[Decimal, ...]) -> dict[str, str]:
    """What a legend has to say, in Norwegian."""
    words = ("ikke forfalt", "1–30 dager", "31–60 dager", "61–90 dager", "91+ dager", "ikke fordelt", f"Sum {currency}")
    return {word: NB.amount(figure, currency) for word, figure in zip(words, figures, strict=True)}


def cards(page: str) -> list[tuple[str, str, str]]:
    """The figures at the head of a page: what, amount and currency."""
    return re.findall(r"<dt>([^<]*)</dt><dd><b>([^<]*)</b> <small>([A-Z]{3})</small>", page)


def head(currency: str, figures: tuple[Decimal, ...]) -> set[tuple[str, str, str]]:
    """What the head of a page has to say of owed, overdue and unapplied."""
    values = (figures[-1], sum(figures[1:5], Decimal(0)), figures[5])
    words = ("Utestående", "Forfalt", "Ikke fordelt")
    return {(word, NB.amount(value, currency), currency) for word, value in zip(words, values, strict=True)}


def test_the_overview(aging: Any, site: Path) -> None:
    """Totals of each currency: the head, the ageing, and the largest debtors."""
    page = (site / "index.html").read_text("utf-8")
    totals = {row["currency"]: tuple(Decimal(row[name]) for name in (*COLUMNS, "total")) for row in aging["totals"]}
    assert len(totals) == 3
    assert {card for card in cards(page) if not card[0].startswith(("Forfaller", "Utestående i"))} == {
        card for currency, figures in totals.items() for card in head(currency, figures)
    }
    for currency, figures in totals.items():
        assert legend(currency, figures) in legends(page)
    assert len(legends(page)) == len(totals)
    for row in aging["rows"]:
        owed, overdue = Decimal(row["total"]), sum((Decimal(row[name]) for name in COLUMNS[1:5]), Decimal(0))
        cells = rf"{row['customer']}</small>(?:<svg.*?</svg>)?</td><td[^>]*>{NB.amount(owed, row['currency'])}</td>"
        assert re.search(rf"{cells}<td[^>]*>{NB.amount(overdue, row['currency'])}</td>", page)


def test_the_table_of_customers(command: Figures, site: Path) -> None:
    """Owed, overdue and unapplied; a customer who owes nothing stands there too."""
    page = (site / "customers.html").read_text("utf-8")
    shown = {}
    for row in re.findall(r"<tr data-is=.*?</tr>", page, re.DOTALL):
        customer, _, currency = re.findall(r"<td>([^<]*)</td>", row)[:3]
        shown[customer, currency] = tuple(Decimal(value) for value in re.findall(r'data-sort-value="([^"]*)"', row)[:3])
    expected = {key: (each[-1], sum(each[1:5], Decimal(0)), each[5]) for key, each in command.items()}
    assert {key: figures for key, figures in shown.items() if any(figures)} == expected


def test_the_customers_pages(command: Figures, site: Path) -> None:
    """Head, ageing and open items of every customer who has something open."""
    items = json.loads(billtext("open-items", "--as-of", DAY, "--format", "json"))
    for customer in {customer for customer, _ in command}:
        page = (site / "customers" / f"{customer}.html").read_text("utf-8")
        own = {currency: figures for (owner, currency), figures in command.items() if owner == customer}
        for currency, figures in own.items():
            assert head(currency, figures) <= set(cards(page))
            assert legend(currency, figures) in legends(page)
        table = page[page.index("data-sort>") : page.index("</table>")]
        shown = re.findall(
            r'<tr data-is="[^"]*"><td>(?:<a [^>]*>)?([^<]*).*?data-sort-value="([\d-]+)".*?'
            r'data-sort-value="([\d-]+)".*?data-sort-value="([\d.-]+)".*?data-sort-value="([\d.-]+)".*?data-sort-value="(\d+)"',
            table,
        )
        assert sorted(shown) == sorted(
            (item["number"], item["date"], item["due"], item["amount"], item["open"], str(item["days_overdue"]))
            for item in items
            if item["customer"] == customer
        )


def test_beancount_itself(command: Figures) -> None:
    """Beancount's own balance of each customer's account, until the day."""
    from beancount.core.data import Transaction

    entries, _, _ = loader.load_file(str(DEMO))
    sums: dict[tuple[str, str], Decimal] = {}
    for entry in entries:
        if isinstance(entry, Transaction) and entry.date.isoformat() <= DAY:
            for posting in entry.postings:
                if posting.account.startswith("Assets:Receivable:"):
                    key = (posting.account.rpartition(":")[2], posting.units.currency)
                    sums[key] = sums.get(key, Decimal(0)) + posting.units.number
    assert {key: total for key, total in sums.items() if total} == {key: each[-1] for key, each in command.items()}
