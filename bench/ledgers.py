"""Ledgers to measure on: generated ones of any size, copies without the plugin, and the same data for hledger."""

import datetime
import subprocess
import sys
from pathlib import Path

DAYS = 2000
FIRST = datetime.date(2021, 1, 1)

_HEAD = """\
option "title" "Generated"
option "operating_currency" "NOK"
2019-01-01 custom "billtext-option" "receivable" Assets:Receivable
2019-01-01 custom "company" "Generated AS"
  currency: "NOK"
2019-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT:Output
2019-01-01 custom "terms" "net-14"
  days: 14
2019-01-01 custom "series" "INV" "{year}-{number:06}"
  kind: "invoice"
2019-01-01 custom "item" "CONS-SR"
  text: "Senior consultant"
2019-01-01 open Assets:Bank
2019-01-01 open Income:Consulting
2019-01-01 open Liabilities:VAT:Output
"""


def generate(directory: Path, count: int) -> Path:
    """Write a ledger of a number of invoices, each paid after twenty days, nine in ten in full.

    :return: its top file, with the plugin; `plain.beancount` beside it is without
    """
    directory.mkdir(parents=True, exist_ok=True)
    customers = max(20, count // 20)
    lines = [_HEAD]
    for c in range(customers):
        lines.append(
            f'2019-01-01 open Assets:Receivable:C{c:05}\n2019-01-01 custom "customer" "C{c:05}"\n'
            f'  name: "Customer {c}"\n  kind: "company"\n  country: "NO"\n  terms: "net-14"\n'
        )
    (directory / "register.beancount").write_text("".join(lines), "utf-8")
    invoices, payments = [], []
    number, year = 0, 0
    for i in range(count):
        date = FIRST + datetime.timedelta(days=i * DAYS // count)
        number, year = (number + 1, year) if date.year == year else (1, date.year)
        name = f"{year}-{number:06}"
        account = f"Assets:Receivable:C{i % customers:05}"
        hours = i % 40 + 1
        net, tax = hours * 1250, hours * 31250
        gross = f"{net + tax // 100}.{tax % 100:02}"
        paid = gross if i % 10 else f"{net // 2}.00"
        invoices.append(
            f'{date} * "Customer {i % customers}" "Consulting" ^{name}\n  invoice: "{name}"\n'
            f"  due: {date + datetime.timedelta(days=14)}\n  {account}  {gross} NOK\n"
            f"  Income:Consulting  -{net}.00 NOK\n"
            f'    item: "CONS-SR"\n    text: "Senior consultant"\n    quantity: {hours}\n    unit: "HUR"\n'
            f'    price: 1250.00 NOK\n    vat: "S25"\n'
            f'  Liabilities:VAT:Output  -{tax // 100}.{tax % 100:02} NOK\n    vat: "S25"\n\n'
        )
        payments.append(
            f'{date + datetime.timedelta(days=20)} * "Customer {i % customers}" "Bank giro"\n  payment: "B{i:07}"\n'
            f'  method: "bank"\n  Assets:Bank  {paid} NOK\n  {account}  -{paid} NOK\n    settles: "{name}"\n\n'
        )
    (directory / "invoices.beancount").write_text("".join(invoices), "utf-8")
    (directory / "payments.beancount").write_text("".join(payments), "utf-8")
    includes = "".join(f'include "{name}.beancount"\n' for name in ("register", "invoices", "payments"))
    return with_and_without(directory, 'option "operating_currency" "NOK"\n' + includes)


def with_and_without(directory: Path, text: str) -> Path:
    """Write `main.beancount` with the plugin `billing`, and `plain.beancount` without any plugin."""
    plain = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("plugin "))
    (directory / "plain.beancount").write_text(plain, "utf-8")
    main = directory / "main.beancount"
    main.write_text('plugin "billtext_plugins.billing"\n' + plain, "utf-8")
    return main


def for_hledger(main: Path) -> Path:
    """Write the transactions of a ledger as an hledger journal beside it: dates, accounts and amounts.

    In a process of its own: the system counts the memory of the one that starts a program as that of the program.
    """
    subprocess.run([sys.executable, "-m", "bench.ledgers", str(main)], check=True, cwd=Path(__file__).parent.parent)
    return _journal(main)


def _journal(main: Path) -> Path:
    return main.parent / "hledger.journal"


def _write_journal(main: Path) -> None:
    from beancount.core.data import Transaction

    from billtext.ledger import load

    with _journal(main).open("w", encoding="utf-8") as out:
        for entry in load.load(main).entries:
            if isinstance(entry, Transaction):
                out.write(f"{entry.date} * {(entry.narration or '').replace(';', ',')}\n")
                for posting in entry.postings:
                    price = f" @ {posting.price}" if posting.price else ""
                    out.write(f"    {posting.account}  {posting.units.number} {posting.units.currency}{price}\n")
                out.write("\n")


if __name__ == "__main__":
    _write_journal(Path(sys.argv[1]))
