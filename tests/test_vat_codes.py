"""VAT of a document whose lines have several codes of one category and rate."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from billtext.money import ZERO
from billtext.rules import presenting
from office import Office

D = Decimal


@pytest.mark.parametrize(
    ("first", "second"), [("10.02", "10.02"), ("10.01", "0.01"), ("10.02", "10.03"), ("0.02", "0.02")]
)
def test_codes_of_one_category_and_rate_are_one_sum_of_vat(tmp_path: Path, first: str, second: str) -> None:
    """EN 16931, BR-CO-17: 25 % of 20.04 is 5.01, though that of 10.02 is 2.51, twice. Credited, it is as much again.

    What was booked by each code alone stays right; what is off by more is told.
    """
    office = Office(tmp_path / "books")
    company = office.root / "company.beancount"
    company.write_text(
        company.read_text("utf-8") + '\n2020-01-01 custom "vat" "S25B" 25\n  account: Liabilities:VAT:S25B\n'
        "2020-01-01 open Liabilities:VAT:S25B\n",
        "utf-8",
    )
    line = '  Income:Sales\n    text: "Lamp"\n    price: {} NOK\n    vat: "{}"\n'
    office.draft("d", '2026-11-24 ! "Lamps"\n  invoice:\n  customer: "C1"\n  delivery: 2026-11-20\n'
                 + line.format(first, "S25") + line.format(second, "S25B"))  # fmt: skip
    office.get("issue", "d", "--date", "2026-11-24")
    made = office.book()
    net = D(first) + D(second)
    vat = (net / 4).quantize(D("0.01"), ROUND_HALF_UP)
    assert (made.ledger.documents["2026-0001"].net, made.ledger.documents["2026-0001"].vat) == (net, vat)
    (part,) = presenting.document(made, made.ledger.documents["2026-0001"]).vat
    assert (part.base, part.amount) == (net, vat)
    office.get("credit", "2026-0001", "--all", "--reason", "x", "--date", "2026-11-25")
    office.get("issue", "--all", "--date", "2026-11-25")
    assert office.book().ledger.documents["K2026-0001"].gross == net + vat
    path = office.root / "invoices" / "2026.beancount"
    text = path.read_text("utf-8")
    alone = [(D(each) / 4).quantize(D("0.01"), ROUND_HALF_UP) for each in (first, second)]
    path.write_text(_typed(first, second, alone), "utf-8")
    assert office.get("check").endswith("no errors\n")
    path.write_text(_typed(first, second, [alone[0] + D("0.02"), alone[1] - D("0.02")]), "utf-8")
    assert "VatAmountError" in office.run("check").out
    near = [alone[0] + D("0.01"), alone[1] - D("0.01")]  # of which no cent lies between
    path.write_text(_typed(first, second, near), "utf-8")
    assert "VatAmountError" in office.run("check").out
    path.write_text(text, "utf-8")
    office.book()


def _typed(first: str, second: str, vats: list[Decimal]) -> str:
    gross = D(first) + D(second) + sum(vats, ZERO)
    return f"""
2026-11-24 * "Nordlys Interiør AS" "Lamps"
  invoice: "2026-0001"
  due: 2026-12-08
  Assets:Receivable:C1   {gross} NOK
  Income:Sales          -{first} NOK
    vat: "S25"
  Income:Sales          -{second} NOK
    vat: "S25B"
""" + "".join(
        f'  Liabilities:VAT:{code} {-amount} NOK\n    vat: "{code}"\n'
        for code, amount in zip(("S25", "S25B"), vats, strict=True) if amount
    )  # fmt: skip
