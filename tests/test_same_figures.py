"""Plugin, command line and site show the same figures of the demo ledger: one core answers them all."""

import datetime
import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader

from billtext.rules import ageing
from billtext_plugins import checking

DEMO = Path(__file__).parent.parent / "ledger" / "main.beancount"
DAY = "2026-11-23"

Figures = dict[tuple[str, str], tuple[Decimal, Decimal]]


def billtext(*args: str) -> str:
    command = [sys.executable, "-m", "billtext", "-f", str(DEMO), *args]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def command() -> Figures:
    """Owed and unapplied by customer and currency, as the command line says."""
    rows = json.loads(billtext("aging", "--as-of", DAY, "--format", "json"))["rows"]
    return {(r["customer"], r["currency"]): (Decimal(r["total"]), Decimal(r["unapplied"])) for r in rows}


def test_the_plugin(command: Figures) -> None:
    """What the plugin read while Beancount's own loader loaded the ledger."""
    entries, errors, options = loader.load_file(str(DEMO))
    assert errors == []
    report = ageing.report(checking.read(entries, options).book, datetime.date.fromisoformat(DAY))
    assert {(r.customer, r.currency): (r.total, r.columns["unapplied"]) for r in report.rows} == command


def test_the_statements(command: Figures) -> None:
    """Closing balances of the statements."""
    closing = {}
    for customer in {customer for customer, _ in command}:
        found = json.loads(billtext("statement", customer, "--from", "2024-01-01", "--to", DAY, "--format", "json"))
        for section in found["sections"]:
            figures = (Decimal(section["closing"]), Decimal(section["aging"]["unapplied"]))
            closing[customer, section["currency"]] = figures
    assert {key: figures for key, figures in closing.items() if any(figures)} == command


def test_the_site(command: Figures, tmp_path: Path) -> None:
    """The table of customers on the built site; a customer who owes nothing stands there too."""
    billtext("site", "build", "--as-of", DAY, "--site", str(tmp_path / "site"), "--out", str(tmp_path / "public"))
    page = (tmp_path / "public" / "receivables" / "customers.html").read_text("utf-8")
    shown = {}
    for row in re.findall(r"<tr data-is=.*?</tr>", page, re.DOTALL):
        customer, _, currency = re.findall(r"<td>([^<]*)</td>", row)[:3]
        owed, _, unapplied = re.findall(r'data-v="([^"]*)"', row)[:3]
        shown[customer, currency] = (Decimal(owed), Decimal(unapplied))
    assert {key: figures for key, figures in shown.items() if any(figures)} == command


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
    assert {key: total for key, total in sums.items() if total} == {key: total for key, (total, _) in command.items()}
