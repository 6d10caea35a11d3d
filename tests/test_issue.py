"""Drafts to issued documents: what is left out is worked out, to the cent, and nothing that is there is touched.

The figures B1 to B11 are those of other systems' own tests (see test_acceptance.py); each was worked out again by hand.
"""

import json
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billtext.money import ZERO, rounded
from billtext.outside import switching
from billtext.rules import prices, vat
from office import Office
from test_cli import run as program

HOUR = """\
2026-11-25 ! "Consulting, November"
  invoice:
  customer: "C1"
  Income:Sales
    item: "CONS"
    quantity: 8
"""


ATTACHED = '  attachment: "hours"\n  attachment-file: "hours.csv"\n'
SHARES = "  Assets:Receivable:C1\n    share: 30\n  Assets:Receivable:C1\n    share: 60\n"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "books")


def drafted(office: Office, *lines: str, keys: str = "", kind: str = "invoice", customer: str = "C1") -> None:
    """A draft of lines, each written as the keys of a posting."""
    text = f'2026-11-25 ! "Draft"\n  {kind}:\n  customer: "{customer}"\n{keys}'
    for line in lines:
        text += "  Income:Sales\n" + "".join(f"    {key.strip()}\n" for key in line.split(";"))
    office.draft("d", text)


def shown(office: Office) -> dict[str, object]:
    """What the draft will become, then what it has become: they are the same."""
    before = json.loads(office.get("draft", "show", "d", "--as-of", "2026-11-25", "--format", "json"))
    office.get("issue", "d", "--date", "2026-11-25")
    number = office.book().documents[-1].number
    after = json.loads(office.get("invoice", "show", number, "--as-of", "2026-11-25", "--format", "json"))
    assert {key: before[key] for key in ("net", "vat", "gross")} == {key: after[key] for key in ("net", "vat", "gross")}
    return after


@pytest.mark.parametrize("code", ["XQ", "ZZ", "se", "Sweden"])
def test_a_country_of_delivery_that_is_none_is_told_at_its_line(office: Office, code: str) -> None:
    """In a draft as in the ledger: an e-invoice with it would be refused (BR-CL-14). XI is Northern Ireland."""
    told = f'`delivery-country: "{code}"` cannot be used; write an ISO 3166 code of two letters, such as "NO"'
    drafted(
        office, 'quantity: 1; price: 100 NOK; vat: "S25"', keys='  delivery-city: "Malmö"\n  delivery-country: "XQ"\n'
    )
    text = (office.root / "drafts" / "d.beancount").read_text("utf-8").replace('"XQ"', f'"{code}"')
    office.draft("d", text)
    for words in (("draft", "check"), ("draft", "list"), ("draft", "show", "d")):
        done = office.run(*words, "--as-of", "2026-11-25")
        assert (done.status, f"drafts/d.beancount:5: {told}\n" in done.err) == (1, True), (words, done)
    office.draft("d", text.replace(f'"{code}"', '"XI"'))
    office.get("issue", "d", "--date", "2026-11-25")
    invoices = office.root / "invoices" / "2026.beancount"
    written = invoices.read_text("utf-8")
    invoices.write_text(written.replace('"XI"', f'"{code}"'), "utf-8")
    line = next(n for n, found in enumerate(written.split("\n"), 1) if "delivery-country" in found)
    done = office.run("check")
    assert (done.status, f"invoices/2026.beancount:{line}: {told}" in done.err + done.out) == (1, True), done


def test_a_draft_whose_attachment_is_not_there_is_told_and_stops_no_other(office: Office) -> None:
    """The first of two names a timesheet; it gets a number when that is there."""
    office.draft("a", HOUR.replace("  customer", f"{ATTACHED}  customer"))
    office.draft("b", HOUR)
    told = "the attachment hours.csv is not there; put the file there, or mend `attachment-file`"
    why = f"{office.root}/drafts/a.beancount:1: {told}\n"
    done = office.run("draft", "check", "--as-of", "2026-11-25")
    assert (done.status, done.out, done.err) == (1, "1 of 2 drafts can be issued\n", why)
    done = office.run("issue", "--all", "--date", "2026-11-25")
    assert (done.status, done.err) == (1, f"{why}billtext: 1 of 2 drafts were refused, 1 issued\n")
    (office.root / "hours.csv").write_text("8\n", "utf-8")
    assert office.run("draft", "check", "--as-of", "2026-11-25").status == 0
    office.get("issue", "a", "--date", "2026-11-25")
    assert [found.number for found in office.book().documents] == ["2026-0001", "2026-0002"]


@pytest.mark.parametrize(
    ("name", "size", "why"),
    [
        (".billtext/secret", 8, "is hidden, and hidden files go to nobody"),
        ("work/.env", 8, "is hidden, and hidden files go to nobody"),
        ("hours.csv", 20_000_001, "is larger than 20 MB"),
    ],
)
def test_what_is_meant_for_nobody_or_too_large_is_not_attached(office: Office, name: str, size: int, why: str) -> None:
    office.draft("a", HOUR.replace("  customer", f"{ATTACHED}  customer".replace("hours.csv", name)))
    path = office.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x" * size)
    done = office.run("issue", "a", "--date", "2026-11-25")
    assert (done.status, f"the attachment {name} {why}" in done.err) == (1, True)


NOTES = """\
2026-11-25 ! "Consulting" ; "one
  invoice:
  customer: "C1"
  note: "Ring \\"twice\\"; wait.

Door 2,
; first floor \\\\"
  Income:Sales
    ; a comment within
    item: "CONS"
    quantity: 8
"""


def test_a_draft_with_a_text_of_several_lines_goes_whole(office: Office) -> None:
    """Two such drafts in a file, one issued after the other: of the first nothing is left but what is a comment."""
    office.draft("d", f"{NOTES}\n{NOTES.replace('one', 'two')}")
    office.get("issue", "d:1", "--date", "2026-11-25")
    path = office.root / "drafts" / "d.beancount"
    assert path.read_text("utf-8") == f"; a comment within\n\n{NOTES.replace('one', 'two')}"
    office.get("issue", "--all", "--date", "2026-11-25")
    assert path.read_text("utf-8") == "; a comment within\n\n; a comment within\n"
    notes = [document.entry.meta["note"] for document in office.book().documents]
    assert notes == ['Ring "twice"; wait.\n\nDoor 2,\n; first floor \\'] * 2


def test_a_name_does_not_steer_the_terminal(office: Office) -> None:
    """A name that turns the text around, or begins a colour: its letters are printed, and nothing else of it."""
    customers = office.root / "customers" / "register.beancount"
    text = customers.read_text("utf-8")
    customers.write_text(text.replace("Nordlys Interiør AS", "Nord\u202elys\u001b[31m\u2066 AS"), "utf-8")
    assert "\u202e" in customers.read_text("utf-8")
    drafted(office, 'item: "CONS"; quantity: 8')
    for command in (
        ["draft", "show", "d"], ["issue", "d", "--date", "2026-11-25", "--dry-run"],
        ["issue", "d", "--date", "2026-11-25"], ["pay", "C1", "100.00", "--date", "2026-11-26", "--dry-run"],
        ["credit", "2026-0001", "--all", "--reason", "x", "--dry-run"],
        ["invoice", "show", "2026-0001", "--as-of", "2026-11-26"],
        ["customer", "list"], ["customer", "show", "C1"], ["archive", "catalogue"],
    ):  # fmt: skip
        done = office.run(*command)
        assert done.status == 0, done.err
        assert not {"\u202e", "\u001b", "\u2066"} & {*done.out, *done.err}, command
    assert "Nordlys[31m AS" in office.get("customer", "list")


def test_a_name_of_two_lines_makes_no_line_of_its_own(office: Office) -> None:
    customers = office.root / "customers" / "register.beancount"
    text = customers.read_text("utf-8")
    customers.write_text(text.replace("Nordlys Interiør AS", "Nordlys\n2026-0009  Ola  1.00 NOK"), "utf-8")
    drafted(office, 'item: "CONS"; quantity: 8')
    first = office.get("issue", "d", "--date", "2026-11-25").splitlines()[0]
    assert first.startswith("2026-0001  Nordlys 2026-0009 Ola 1.00 NOK  12000.00 NOK  due 2026-12-09, kid ")


def test_everything_that_a_draft_leaves_out_comes_from_the_register(office: Office) -> None:
    """8 hours at 1200.00 (the price since July) are 9600.00, VAT 2400.00; due in 14 days; KID 001, 20260001 and 9.

    Luhn from the right: 2 + 0 + 0 + 0 + 3 + 2 + 0 + 2 + 2 = 11, to 20 lack 9.
    """
    office.draft("nordlys", HOUR)
    out = office.get("issue", "nordlys", "--date", "2026-11-25")
    assert out.startswith("2026-0001  Nordlys Interiør AS  12000.00 NOK  due 2026-12-09, kid 001202600019\n")
    text = (office.root / "invoices" / "2026.beancount").read_text("utf-8")
    before, seal, after = text.partition("  seal: ")
    assert seal
    assert before == (
        "; invoices of 2026, by hand\n"
        "\n"
        '2026-11-25 * "Nordlys Interiør AS" "Consulting, November" ^2026-0001\n'
        '  invoice: "2026-0001"\n'
        "  due: 2026-12-09\n"
        '  kid: "001202600019"\n'
    )
    assert after.partition("\n")[2] == (
        "  Assets:Receivable:C1                12000.00 NOK\n"
        "  Income:Sales                        -9600.00 NOK\n"
        '    item: "CONS"\n'
        '    text: "Consultant"\n'
        "    quantity: 8\n"
        '    unit: "HUR"\n'
        "    price: 1200.00 NOK\n"
        '    vat: "S25"\n'
        "  Liabilities:VAT:S25                 -2400.00 NOK\n"
        '    vat: "S25"\n'
    )
    assert not (office.root / "drafts" / "nordlys.beancount").exists()
    office.book()


@pytest.mark.parametrize("text", ["", "  "])
def test_a_blank_text_is_none(office: Office, text: str) -> None:
    """The line has the text of its item, as one that says nothing."""
    item = '    item: "CONS"\n'
    assert item in HOUR
    office.draft("nordlys", HOUR.replace(item, f'{item}    text: "{text}"\n'))
    office.get("issue", "nordlys", "--date", "2026-11-25")
    assert '    text: "Consultant"\n' in (office.root / "invoices" / "2026.beancount").read_text("utf-8")


def test_only_text_is_added_and_an_account_is_opened_where_it_is_missing(office: Office) -> None:
    """Comments, blank lines and order of every file stay."""
    before = office.files()
    office.draft("nordlys", HOUR)
    office.get("issue", "--all", "--date", "2026-11-25")
    after = office.files()
    assert after.keys() == before.keys()
    for name, text in before.items():
        assert after[name].startswith(text)
    assert after["customers/register.beancount"].endswith("\n2026-11-25 open Assets:Receivable:C1\n")


def test_a_new_year_has_a_new_file_that_the_ledger_includes(office: Office) -> None:
    main = office.main.read_text("utf-8").replace('"invoices/*.beancount"', '"invoices/2026.beancount"')
    office.main.write_text(main, "utf-8")
    office.draft("nordlys", HOUR)
    office.get("issue", "nordlys", "--date", "2027-01-04")
    assert office.main.read_text("utf-8") == main + '\ninclude "invoices/2027.beancount"\n'
    assert [document.number for document in office.book().documents] == ["2027-0001"]


@pytest.mark.parametrize(
    ("lines", "net", "tax", "gross"),
    [
        pytest.param(["quantity: 2.5; price: 2.34 NOK; vat: \"S19\""], "5.85", "1.11", "6.96", id="B1"),
        pytest.param(
            ["quantity: 2.5; price: 2.34 NOK; vat: \"S19\"", "quantity: 1.2; price: 9.714 NOK; vat: \"S7\""],
            "17.51", "1.93", "19.44", id="B2",
        ),
        pytest.param(
            [f'price: {price} NOK; discount: 5; vat: "S19"' for price in ("5.55", "5.50", "5.00")],
            "15.25", "2.90", "18.15", id="B3",
        ),
        pytest.param(['quantity: 6; price: 0.60 NOK; discount: 3; vat: "S19"'], "3.49", "0.66", "4.15", id="B4a"),
        pytest.param(
            ['quantity: 10001; price: 0.007 NOK; discount: 3.5; vat: "S19"'], "67.56", "12.84", "80.40", id="B4b"
        ),
        pytest.param(
            ['quantity: 3; price: 2790 NOK; discount: 25; vat: "S19"'], "6277.50", "1192.73", "7470.23", id="B4c"
        ),
        pytest.param(
            ['quantity: 16; price: 348.35 NOK; discount: 4; vat: "S22"'], "5350.66", "1177.15", "6527.81", id="B9"
        ),
    ],
)  # fmt: skip
def test_amounts_of_other_systems_tests(office: Office, lines: list[str], net: str, tax: str, gross: str) -> None:
    drafted(office, *lines)
    found = shown(office)
    assert (found["net"], found["vat"], found["gross"]) == (net, tax, gross)


def test_prices_with_vat_come_back(office: Office) -> None:
    """B11: 2 × 50.00 with 19 % VAT: 15.97 on the document, 84.03 without, and the customer pays 100.00."""
    drafted(office, 'quantity: 2; price: 50.00 NOK; vat: "S19"', keys='  prices: "gross"\n')
    found = shown(office)
    assert (found["net"], found["vat"], found["gross"]) == ("84.03", "15.97", "100.00")


def test_prices_with_vat_that_no_net_fits_have_rounding(office: Office) -> None:
    """0.02 with 25 %: net 0.02 has VAT 0.01 (0.005 up), so 0.01 is taken off."""
    drafted(office, 'price: 0.02 NOK; vat: "S25"', keys='  prices: "gross"\n')
    found = shown(office)
    assert (found["net"], found["vat"], found["gross"]) == ("0.02", "0.01", "0.02")
    assert "  Expenses:Rounding                       0.01 NOK" in office.files()["invoices/2026.beancount"]


def test_a_price_of_the_price_list_stays_without_vat(office: Office) -> None:
    """1200.00 of the list has 300.00 of VAT; 100.00 with VAT is 80.00 and 20.00: in all 1280.00, 320.00 and 1600.00."""
    drafted(office, 'item: "CONS"', 'price: 100.00 NOK; vat: "S25"', keys='  prices: "gross"\n')
    found = shown(office)
    assert (found["net"], found["vat"], found["gross"]) == ("1280.00", "320.00", "1600.00")
    text = office.files()["invoices/2026.beancount"]
    assert "  Income:Sales                        -1200.00 NOK\n" in text
    assert "    price: 1200.00 NOK\n" in text
    assert "Rounding" not in text


def test_a_discount_on_prices_of_both_kinds(office: Office) -> None:
    """10 % off: 120.00 of 1200.00, and 10.00 of 100.00 with VAT, which is 8.00: net 1152.00, VAT 288.00."""
    drafted(office, 'item: "CONS"', 'price: 100.00 NOK; vat: "S25"', keys='  prices: "gross"\n  discount: 10\n')
    found = shown(office)
    assert (found["net"], found["vat"], found["gross"]) == ("1152.00", "288.00", "1440.00")


def test_prices_with_vat_where_the_cash_discount_lowers_the_vat(office: Office) -> None:
    """With 2 % for quick payment VAT is 25 % of 98 %, which is 24.5 % of the net: 125.00 / 1.245 is 100.40.

    98 % of it is 98.39 (98.392), with VAT of 24.60 (24.5975); 100.40 and 24.60 are 125.00.
    """
    with (office.root / "company.beancount").open("a") as file:
        file.write(
            '2020-01-01 custom "billtext-option" "cash-discount-vat" "always"\n'
            '2020-01-01 custom "terms" "quick"\n  days: 30\n  discount: 2\n  discount-days: 10\n'
        )
    drafted(office, 'price: 125.00 NOK; vat: "S25"', keys='  prices: "gross"\n  terms: "quick"\n')
    found = shown(office)
    assert (found["net"], found["vat"], found["gross"]) == ("100.40", "24.60", "125.00")


amounts = st.integers(1, 10_000_000).map(lambda units: Decimal(units).scaleb(-2))


@given(st.lists(amounts, min_size=1, max_size=8), st.sampled_from(["0", "7", "11.11", "12", "15", "19", "22", "25"]))
def test_prices_with_vat_are_split_without_loss(found: list[Decimal], rate: str) -> None:
    """Nets, VAT and rounding add up to the prices; VAT is right for the nets; rounding is at most a smallest unit."""
    split = prices.split(found, Decimal(rate), "NOK")
    base = sum(split.nets, ZERO)
    assert base + split.vat + split.rounding == sum(found, ZERO)
    assert split.vat == vat.amount(base, Decimal(rate), "NOK")
    assert abs(split.rounding) <= Decimal("0.01")
    for amount, net in zip(found, split.nets, strict=True):
        assert abs(net - rounded(amount * 100 / (100 + Decimal(rate)), "NOK")) <= Decimal("0.01") * len(found)


@given(amounts, st.integers(1, 5000), st.sampled_from([1, 10, 100, 1000]), st.sampled_from(["0", "2.5", "10", "33.3"]))
def test_a_price_without_vat_gives_its_net_again(net: Decimal, quantity: int, per: int, discount: str) -> None:
    keys = {
        "quantity": Decimal(quantity), "price_per": Decimal(per),
        "discount": Decimal(discount), "discount_amount": ZERO,
    }  # fmt: skip
    price = prices.price(net, "NOK", **keys)
    assert price is not None
    again = vat.net(
        Decimal(quantity), price, "NOK", price_per=Decimal(per), discount=Decimal(discount), discount_amount=ZERO
    )
    assert again == net


def test_discount_allowance_charge_and_instalments(office: Office) -> None:
    """1000.00 less 10 % of the document, less an allowance of 50.00, plus freight 100.00.

    The discount is 10 % of 1050.00 = 105.00; net 945.00, VAT 236.25, gross 1181.25. 30 % of it is 354.38 (354.375 up),
    the rest 826.87.
    """
    text = (
        '2026-11-25 ! "Draft"\n  invoice:\n  customer: "C1"\n  discount: 10\n'
        '  Income:Sales\n    price: 1000.00 NOK\n    vat: "S25"\n'
        '  Income:Sales\n    allowance: "Bonus"\n    price: 50.00 NOK\n    vat: "S25"\n'
        '  Income:Sales\n    charge: "Freight"\n    price: 100.00 NOK\n    vat: "S25"\n'
        "  Assets:Receivable:C1\n    share: 30\n    days: 14\n"
        "  Assets:Receivable:C1\n    days: 30\n"
    )
    office.draft("d", text)
    found = shown(office)
    assert (found["net"], found["vat"], found["gross"]) == ("945.00", "236.25", "1181.25")
    assert found["instalments"] == [
        {"number": "2026-0001/1", "due": "2026-12-09", "amount": "354.38"},
        {"number": "2026-0001/2", "due": "2026-12-25", "amount": "826.87"},
    ]


def test_foreign_currency_has_the_rate_of_the_ledger_and_an_rf_reference(office: Office) -> None:
    """The price directive says 11.50; the customer's own VAT code Z0 holds; RF for 002 20260001 (ISO 11649).

    Check digits: 00220260001 and RF00 as digits 0022026000127 15 00; 98 less its remainder by 97.
    """
    digits = 98 - int("00220260001" + "2715" + "00") % 97
    office.draft(
        "d",
        '2026-11-25 ! "Lamps"\n  invoice:\n  customer: "C2"\n  Income:Sales\n    price: 95.00 EUR\n    quantity: 4\n',
    )
    out = office.get("issue", "d", "--date", "2026-11-25")
    assert out.startswith(f"2026-0001  Müller GmbH  380.00 EUR  due 2026-11-25, reference RF{digits:02}00220260001\n")
    assert (
        "  Assets:Receivable:C2                  380.00 EUR @ 11.5 NOK\n" in office.files()["invoices/2026.beancount"]
    )


def test_a_person_is_named_in_the_register_only(office: Office) -> None:
    office.draft("d", HOUR.replace('"C1"', '"P1"'))
    office.get("issue", "d", "--date", "2026-11-25")
    assert "Kari" not in office.files()["invoices/2026.beancount"]


def test_drafts_of_a_month_become_one_invoice(office: Office) -> None:
    """VAT is worked out once, on the sum: 25 % of 0.02 is 0.01 (0.005 up)."""
    for name in "ab":
        office.draft(
            name,
            '2026-11-25 ! "Part"\n  invoice:\n  customer: "C1"\n  Income:Sales\n    price: 0.01 NOK\n    vat: "S25"\n',
        )
    out = office.get("issue", "--all", "--collect", "--date", "2026-11-25")
    assert out.splitlines()[0].startswith("2026-0001  Nordlys Interiør AS  0.03 NOK")
    assert len(office.book().documents) == 1
    assert not list((office.root / "drafts").iterdir())


def part(office: Office, name: str, *, price: str = "100.00", keys: str = "", rest: str = "", text: str = "") -> None:
    """A draft of one line with 25 % VAT."""
    office.draft(
        name,
        f'2026-11-25 ! "{text or name}"\n  invoice:\n  customer: "C1"\n{keys}'
        f'  Income:Sales\n    price: {price} NOK\n    vat: "S25"\n{rest}',
    )


def collected(office: Office) -> list[str]:
    """The documents that all drafts together become, each with its sum."""
    out = office.get("issue", "--all", "--collect", "--date", "2026-11-25")
    office.book()
    return [
        line.partition("  Nordlys Interiør AS  ")[2].partition("  due")[0] for line in out.splitlines() if "due" in line
    ]


def test_prices_with_vat_come_back_from_several_drafts(office: Office) -> None:
    """Four times 10.00: 40.00 is 32.00 and 8.00. At 0.01 each, 0.04 is 0.03 and 0.01."""
    for name in "abcd":
        part(office, name, price="10.00", keys='  prices: "gross"\n')
        part(office, name + "2", price="0.01", keys='  prices: "gross"\n  order: "2"\n')
    assert collected(office) == ["40.00 NOK", "0.04 NOK"]


def test_roundings_of_several_drafts_are_added_up(office: Office) -> None:
    """Each is 125.00 less 0.30, the customer's gain: together 249.40."""
    for name in "ab":
        part(office, name, rest="  Expenses:Rounding  0.30 NOK\n")
    assert collected(office) == ["249.40 NOK"]
    assert "  Expenses:Rounding                       0.60 NOK\n" in office.files()["invoices/2026.beancount"]


@pytest.mark.parametrize(
    "keys",
    [
        "delivery: 2026-10-31", "period-end: 2026-10-31", "due: 2026-12-24", 'order: "PO 2"', 'note: "By hand"',
        'terms: "net-14"', 'contract: "K-9"', 'buyer-reference: "Ola"',
    ],
)  # fmt: skip
def test_drafts_that_say_something_else_stay_apart(office: Office, keys: str) -> None:
    """Two are alike, 250.00; the third has a key of its own, 125.00."""
    part(office, "a")
    part(office, "b", keys=f"  {keys}\n")
    part(office, "c")
    assert collected(office) == ["250.00 NOK", "125.00 NOK"]


def test_a_collective_invoice_keeps_what_its_drafts_say(office: Office) -> None:
    part(office, "a", keys="  delivery: 2026-11-20\n", text="Lamps")
    part(office, "b", keys="  period-start: 2026-11-03\n  period-end: 2026-11-09\n", text="Hours")
    a = office.root / "drafts" / "a.beancount"
    a.write_text(a.read_text("utf-8").replace('"Lamps"', '"Lamps" #site-7 ^offer-1'), "utf-8")
    assert collected(office) == ["250.00 NOK"]
    text = office.files()["invoices/2026.beancount"]
    assert '"Nordlys Interiør AS" "Lamps, Hours" #site-7 ^2026-0001 ^offer-1\n' in text
    assert "  period-start: 2026-11-03\n  period-end: 2026-11-20\n" in text
    assert "  delivery:" not in text
    assert '    text: "Lamps"\n' in text
    assert '    text: "Hours"\n' in text


def test_comments_within_a_draft_stay_in_its_file(office: Office) -> None:
    path = office.draft("d", HOUR.replace("  Income", "  ; ask Ola first\n  Income"))
    office.get("issue", "d", "--date", "2026-11-25")
    assert path.read_text("utf-8").strip() == "; ask Ola first"
    assert office.get("draft", "check") == "0 of 0 drafts can be issued\n"


# --- mistakes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (HOUR.replace("! ", "* "), "d.beancount:1: a draft is a transaction flagged `!`, and this is flagged `*`"),
        (HOUR.replace("invoice:", 'invoice: "2026-0001"'), 'd.beancount:1: the draft has the number "2026-0001"'),
        (HOUR.replace('"C1"', '"C9"'), "d.beancount:1: customer C9 is not in the register"),
        (HOUR.replace('  customer: "C1"\n', ""), "d.beancount:1: the draft names no customer"),
        (HOUR.replace("CONS", "CNS"), 'd.beancount:5: `item: "CNS"`'),
        (HOUR.replace("quantity: 8", "quantity: -8"), "d.beancount:4: the quantity is -8; write it positive"),
        (HOUR.replace("quantity: 8", "quantity: 0"), "d.beancount:4: the quantity is 0, so there is nothing to bill"),
        (HOUR.replace("quantity: 8", 'quantity: "8"'), "d.beancount:6: `quantity: \"8\"` is text in quotes"),
        (HOUR.replace('    item: "CONS"\n', ""), "d.beancount:4: the line has neither a price nor an amount"),
        (HOUR[: HOUR.index("  Income")], 'd.beancount:1: the draft "Consulting, November" has no line'),
        (HOUR.replace("  Income:Sales\n", "  Income:Sales  -100.00 NOK\n"), "come to -9600.00; leave the amount out"),
        (HOUR + SHARES, "the instalments are 10800.00 of 12000.00 NOK"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_line_and_the_others_go_through(office: Office, draft: str, told: str) -> None:
    office.draft("d", draft)
    office.draft("e", HOUR)
    done = office.run("issue", "--all", "--date", "2026-11-25")
    assert done.status == 1
    assert told in done.err
    assert [document.number for document in office.book().documents] == ["2026-0001"]
    assert (office.root / "drafts" / "d.beancount").read_text("utf-8") == draft


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (
            HOUR.replace("Income:Sales", "Income:Nowhere"),
            "c.beancount:1: the ledger has no account Income:Nowhere; add `2026-11-25 open Income:Nowhere`, or correct",
        ),
        (HOUR.replace("  Income", '  kid: "2026001202"\n  Income'), "d.beancount:1: "),
    ],
)
@pytest.mark.parametrize("trial", [True, False])
def test_what_only_the_ledger_sees_keeps_back_its_own_draft(office: Office, draft: str, told: str, trial: bool) -> None:
    """Of two with one KID, the first goes through; numbers have no gap."""
    for name in "cd":
        office.draft(name, draft)
    office.draft("e", HOUR)
    done = office.run("issue", "--all", "--date", "2026-11-25", *(["--dry-run"] if trial else []))
    assert done.status == 1
    assert told in done.err
    assert "e.beancount" not in done.err
    count = 2 if "kid" in draft else 1
    would, well = ("would be", f"{count} would be issued") if trial else ("were", f"{count} issued")
    assert f"{3 - count} of 3 drafts {would} refused, {well}" in done.err
    numbers = [] if trial else [f"2026-{n + 1:04}" for n in range(count)]
    assert [document.number for document in office.book().documents] == numbers


@pytest.mark.parametrize(
    ("account", "told"),
    [
        ("Income:Later", "is opened on 2027-01-01, after 2026-11-25; give its `open` directive an earlier date, or"),
        ("Income:Gone", "was closed on 2026-01-01, before 2026-11-25; take its `close` directive out, or correct"),
    ],
)
def test_an_account_that_is_not_open_on_the_day_is_told_with_its_days(office: Office, account: str, told: str) -> None:
    """Beancount says "inactive" of both."""
    company = office.root / "company.beancount"
    more = "2027-01-01 open Income:Later\n2020-01-01 open Income:Gone\n2026-01-01 close Income:Gone\n"
    company.write_text(company.read_text("utf-8") + more, "utf-8")
    office.draft("d", HOUR.replace("Income:Sales", account))
    done = office.run("issue", "d", "--date", "2026-11-25")
    assert (done.status, f"drafts/d.beancount:1: the account {account} {told}" in done.err) == (1, True), done


def test_a_draft_file_that_cannot_be_read_keeps_back_no_other(office: Office) -> None:
    """It is told by name, in the list and the check of the drafts too, and stays as it is."""
    office.draft("nordlys", HOUR)
    broken = office.root / "drafts" / "broken.beancount"
    broken.write_bytes(b'2026-06-01 ! "Caf\xe9"\n')
    why = f"{broken}: not UTF-8 text; save it as UTF-8\n"
    done = office.run("draft", "list", "--format", "json")
    assert (done.status, done.err, [one["draft"] for one in json.loads(done.out)]) == (1, why, ["nordlys"])
    assert (office.run("draft", "check").status, office.run("draft", "check").err) == (1, why)
    done = office.run("issue", "--all", "--date", "2026-11-25")
    assert done.status == 1
    assert "2026-0001" in done.out
    assert done.err == why + "billtext: 0 of 1 drafts were refused, 1 issued; 1 of the files cannot be read\n"
    assert broken.read_bytes() == b'2026-06-01 ! "Caf\xe9"\n'


def test_a_draft_with_a_mistake_of_form_is_told_beside_the_list(office: Office) -> None:
    """A text without its end: the list has the others, and says by its status that it is not whole."""
    office.draft("nordlys", HOUR)
    office.draft("open", '2026-11-25 ! "Consulting\n')
    done = office.run("draft", "list", "--format", "json")
    assert (done.status, [one["draft"] for one in json.loads(done.out)]) == (1, ["nordlys"])
    assert f"{office.root}/drafts/open.beancount:" in done.err


def test_with_atomic_one_mistake_keeps_all(office: Office) -> None:
    office.draft("d", HOUR.replace('"C1"', '"C9"'))
    office.draft("e", HOUR)
    before = office.files()
    assert office.run("issue", "--all", "--atomic", "--date", "2026-11-25").status == 1
    assert office.files() == before


def test_a_customer_on_hold_or_closed_is_not_billed(office: Office) -> None:
    office.draft("d", HOUR)
    with (office.root / "customers" / "register.beancount").open("a") as file:
        file.write('2026-11-01 custom "customer" "C1"\n  hold: TRUE\n')
    done = office.run("issue", "d", "--date", "2026-11-25")
    assert (done.status, "customer C1 is on hold" in done.err) == (1, True)


def test_a_ledger_with_errors_is_not_written_unless_they_are_elsewhere(office: Office) -> None:
    """An error of another customer is let pass with --force; one of the company is not."""
    office.draft("d", HOUR)
    register = office.root / "customers" / "register.beancount"
    text = register.read_text("utf-8")
    register.write_text(text + '2026-01-01 custom "customer" "C3"\n  name: "X"\n  org-number: "1"\n', "utf-8")
    done = office.run("issue", "d", "--date", "2026-11-25")
    assert done.status == 1
    assert "the ledger has errors, so nothing was changed: customers/register.beancount:" in done.err
    assert office.run("issue", "d", "--date", "2026-11-25", "--force").status == 0
    office.draft("e", HOUR)
    company = office.root / "company.beancount"
    company.write_text(company.read_text("utf-8") + '2026-01-01 custom "vat" "S9" 9\n', "utf-8")
    assert office.run("issue", "e", "--date", "2026-11-25", "--force").status == 1


def test_a_date_before_the_last_document_is_refused(office: Office) -> None:
    office.draft("d", HOUR)
    office.get("issue", "d", "--date", "2026-11-25")
    office.draft("e", HOUR)
    done = office.run("issue", "e", "--date", "2026-11-24")
    assert "e.beancount:1: 2026-0001 is dated 2026-11-25, and dates of the series INV never go backwards" in done.err


@pytest.mark.parametrize("name", ["../main", "nothing", "/etc/passwd", "d:99"])
def test_a_draft_that_is_not_there_is_told(office: Office, name: str) -> None:
    office.draft("d", HOUR)
    done = office.run("issue", name, "--date", "2026-11-25")
    assert done.status == 1
    assert "`billtext draft list` shows them" in done.err


@pytest.mark.parametrize("amount", ["1,5", "1 000", "1e3", "abc", "-1", "NaN", "١"])
def test_a_number_with_anything_else_is_refused(office: Office, amount: str) -> None:
    done = office.run("invoice", "new", "C1", "--item", "CONS", amount)
    assert done.status == 1
    assert amount in done.err
    assert "--item" in done.err


# --- draft list, show and check -----------------------------------------------------------------------


def test_the_list_of_drafts_in_every_format(office: Office) -> None:
    """8 hours at 1200.00 with 25 % VAT; one with a mistake stands there by its name, and is told."""
    office.draft("d", HOUR)
    day = ["--as-of", "2026-11-25"]
    assert "12,000.00" in office.get("draft", "list", *day)
    assert "d,invoice,2026-11-25,2026-12-09,C1,Nordlys Interiør AS,NOK,9600.00,2400.00,12000.00" in office.get(
        "draft", "list", *day, "--format", "csv"
    )
    office.draft("e", HOUR.replace('"C1"', '"C9"'))
    office.draft("f", HOUR.replace("! ", "* "))
    done = office.run("draft", "list", *day, "--format", "json")
    assert done.status == 1
    assert [(one["draft"], one["valid"]) for one in json.loads(done.out)] == [("d", True), ("e", False)]
    assert "e.beancount:1: customer C9 is not in the register" in done.err
    assert "f.beancount:1: a draft is a transaction flagged `!`" in done.err


def test_a_draft_is_shown_as_the_document_that_it_becomes(office: Office) -> None:
    office.draft("d", HOUR)
    text = office.get("draft", "show", "d", "--as-of", "2026-11-25")
    assert text.startswith('2026-11-25 * "Nordlys Interiør AS" "Consulting, November" ^NUMBER\n  invoice: "NUMBER"\n')
    assert "  Assets:Receivable:C1                12000.00 NOK\n" in text
    data = json.loads(office.get("draft", "show", "d", "--as-of", "2026-11-25", "--format", "json"))
    assert data["lines"] == [
        {"text": "Consultant", "quantity": "8", "unit": "HUR", "price": "1200.00", "net": "9600.00", "vat": "S25"}
    ]
    assert data["vat_breakdown"] == [{"code": "S25", "amount": "2400.00"}]
    assert data["instalments"] == [{"due": "2026-12-09", "amount": "12000.00"}]
    done = office.run("draft", "show", "d", "--as-of", "2019-12-31")
    assert (done.status, "customer C1 is in the register from 2020-01-01 on" in done.err) == (1, True)


def test_drafts_are_checked_by_name_or_all(office: Office) -> None:
    office.draft("d", HOUR)
    office.draft("e", HOUR.replace("CONS", "CNS"))
    assert office.get("draft", "check", "d", "--as-of", "2026-11-25").startswith("1 of 1 drafts can be issued")
    done = office.run("draft", "check", "--as-of", "2026-11-25")
    assert (done.status, done.out.startswith("1 of 2 drafts can be issued")) == (1, True)
    assert "e.beancount:5: " in done.err


def test_what_only_the_ledger_sees_is_told_by_the_check_too(office: Office) -> None:
    """An account that is not open: nothing is written, and the other draft can be issued."""
    before = office.files()
    office.draft("d", HOUR)
    office.draft("e", HOUR.replace("Income:Sales", "Income:Nowhere"))
    done = office.run("draft", "check", "--as-of", "2026-11-25")
    assert (done.status, done.out.startswith("1 of 2 drafts can be issued")) == (1, True), done
    assert "e.beancount:1: " in done.err
    assert "Income:Nowhere" in done.err
    assert {name: text for name, text in office.files().items() if "drafts/" not in name} == before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"C1"', '"C1"\n  terms: "net-99"', "net-99"),
        ('    item: "CONS"\n', "    price: 10.00 EUR\n", "no rate from EUR"),
        ('    item: "CONS"\n', '    item: "CONS"\n    vat: "S99"\n', "S99"),
        ('"C1"', '"C1"\n  due: 2026-11-01', "it is due 2026-11-01, before its date 2026-11-25"),
        ('    item: "CONS"\n', "    price: 10.00 NOK\n    discount-amount: 1.00 EUR\n", "the discount is in EUR"),
        ('    item: "CONS"\n', "", "the line has neither a price nor an amount"),
        ('"C1"', '"C2"', "is in NOK, the draft in EUR"),
    ],
)
def test_what_cannot_be_worked_out_is_told(office: Office, old: str, new: str, told: str) -> None:
    company = office.root / "company.beancount"
    if told.startswith("no rate"):
        company.write_text(company.read_text("utf-8").replace("2020-01-01 price EUR 11.50 NOK\n", ""), "utf-8")
    office.draft("d", HOUR.replace(old, new))
    done = office.run("draft", "check", "--as-of", "2026-11-25")
    assert (done.status, told in done.err) == (1, True), done.err


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        ("invoice=X", "--set invoice: a draft of an invoice has no such key"),
        ("Foo=bar", "'Foo' cannot be a key"),
        ("note", "--set 'note' is no key with its value; write KEY=VALUE"),
        ("due=2026-12-01", "--set due: the command has an argument or option for it"),
        ("period-end=June", "`period-end: June` is not understood; write a date without quotes"),
    ],
)
def test_a_key_that_a_draft_cannot_have_is_wrong_usage(office: Office, pair: str, told: str) -> None:
    done = office.run("invoice", "new", "C1", "--item", "CONS", "1", "--set", pair)
    assert (done.status, told in done.err) == (2, True), done.err


def test_what_differs_on_one_line_is_said_with_its_number(office: Office) -> None:
    """Hours less 10 %, travel by kilometre, 100 for urgency: 2 160 + 350 + 100 = 2 610, with VAT 3 262.50."""
    office.get("invoice", "new", "C1", "--item", "CONS", "2", "--line", "Travel", "100", "3.50", "S25",
               "--on", "1", "discount=10", "--on", "2", "unit=KMT", "--on", "2", "account=Income:Sales",
               "--charge", "Urgency", "100.00", "S25", "--set", "period-start=2026-11-01",
               "--set", "period-end=2026-11-30", "--date", "2026-11-25")  # fmt: skip
    (name,) = (name for name in office.files() if name.startswith("drafts/"))
    text = office.files()[name]
    assert "    discount: 10\n" in text
    assert '    unit: "KMT"\n' in text
    assert "  period-start: 2026-11-01\n" in text
    assert '    charge: "Urgency"\n' in text
    office.get("issue", "--all", "--date", "2026-11-25")
    (document,) = office.book().documents
    assert (document.net, document.gross) == (Decimal("2610.00"), Decimal("3262.50"))


def test_an_allowance_is_taken_off(office: Office) -> None:
    """1 200 less 200 = 1 000, with VAT 1 250."""
    office.get("invoice", "new", "C1", "--item", "CONS", "1", "--allowance", "Loyal", "200.00", "S25",
               "--date", "2026-11-25")  # fmt: skip
    office.get("issue", "--all", "--date", "2026-11-25")
    assert office.book().documents[0].gross == Decimal(1250)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("2", "discount=10"), "--on 2: there is no line 2 of 1"),
        (("0", "discount=10"), "--on 0: there is no line 0 of 1"),
        (("1", "discount"), "--on 1 'discount' is no key with its value"),
        (("1", "discount=ten"), "`discount: ten` is not understood"),
        (("1", "discount=110"), "from 0 to 100"),
        (("1", "settles=2026-0001"), "`settles` is no key of a line"),
        (("1", "unit=HOURS"), "UN/ECE Rec 20"),
    ],
)
def test_a_change_of_a_line_that_cannot_be_is_refused(office: Office, change: tuple[str, str], told: str) -> None:
    done = office.run("invoice", "new", "C1", "--item", "CONS", "1", "--on", *change, "--date", "2026-11-25")
    assert (done.status, told in done.err) == (1, True), done.err


def _typed(err: str) -> str:
    found = re.search(r"what you typed is kept in (\S+)", err)
    assert found is not None
    path = Path(found[1])
    text = path.read_text("utf-8")
    path.unlink()
    return text


def test_what_was_typed_is_not_lost_with_dry_run(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "sed -i s/Consultant/Typed/")
    monkeypatch.delenv("VISUAL", raising=False)
    done = office.run("invoice", "new", "C1", "--item", "CONS", "1", "--edit", "--dry-run", "--date", "2026-11-25")
    assert done.status == 0
    assert 'Typed"' in _typed(done.out)
    assert not any(name.startswith("drafts/") for name in office.files())
    monkeypatch.setenv("EDITOR", "sed -i s/CONS/CNS/")
    done = office.run("invoice", "new", "C1", "--item", "CONS", "1", "--edit", "--dry-run", "--date", "2026-11-25")
    assert done.status == 1
    assert "CNS" in _typed(done.err)


def test_a_ledger_with_errors_is_told_before_the_editor_opens(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", f"touch {office.root}/opened")
    monkeypatch.delenv("VISUAL", raising=False)
    company = office.root / "company.beancount"
    company.write_text(company.read_text("utf-8") + '2020-01-01 custom "vat" "X"\n', "utf-8")
    done = office.run("invoice", "new", "C1", "--item", "CONS", "1", "--edit", "--date", "2026-11-25")
    assert (done.status, "the ledger has errors" in done.err) == (1, True)
    assert not (office.root / "opened").exists()


def test_what_was_typed_in_the_editor_is_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "sed -i s/CONS/CNS/")
    monkeypatch.delenv("VISUAL", raising=False)
    done = office.run("invoice", "new", "C1", "--item", "CONS", "1", "--date", "2026-11-25", "--edit")
    assert done.status == 1
    assert 'C1-2026-11-25.beancount:4: `item: "CNS"`' in done.err
    assert 'item: "CNS"' in (office.root / "drafts" / "C1-2026-11-25.beancount").read_text("utf-8")
    monkeypatch.setenv("EDITOR", "false")
    done = office.run("invoice", "new", "C1", "--item", "CONS", "1", "--date", "2026-11-25", "--edit")
    assert (done.status, "so no draft was written; set EDITOR" in done.err) == (1, True)
    assert len(list((office.root / "drafts").iterdir())) == 1


# --- many at once -----------------------------------------------------------------------------------


def test_parallel_runs_give_gapless_numbers(office: Office) -> None:
    """20 processes issue 200 drafts: 200 numbers without gap, each draft once."""
    for n in range(200):
        office.draft(f"d{n:03}", HOUR.replace("Consulting, November", f"Draft {n}"))
    names = [[f"d{n:03}" for n in range(start, 200, 20)] for start in range(20)]
    with ThreadPoolExecutor(20) as pool:
        done = list(
            pool.map(lambda mine: program("issue", *mine, "--date", "2026-11-25", ledger=str(office.main)), names)
        )
    assert [one.returncode for one in done] == [0] * 20
    documents = office.book().documents
    assert [document.number for document in documents] == [f"2026-{n:04}" for n in range(1, 201)]
    assert {document.entry.narration for document in documents} == {f"Draft {n}" for n in range(200)}
    assert not list((office.root / "drafts").iterdir())
    assert "200 of 200 documents sealed, no closed months: as they were" in office.get("verify")


def test_marks_that_turn_text_are_taken_out_of_what_is_typed(office: Office) -> None:
    """In every command alike: the register, drafts and money."""
    office.get("customer", "new", "--name", "Kaf\u202ee AS", "--date", "2026-11-25")
    office.get("invoice", "new", "C1", "--line", "Wo\u202erk", "1", "10.00", "S25", "--order", "PO\u2066 7", "--date",
               "2026-11-25")  # fmt: skip
    office.get("pay", "C1", "10.00", "--text", "Gi\u202ero\x07", "--date", "2026-11-25")
    office.get("issue", "--all", "--date", "2026-11-25")
    text = "".join(office.files().values())
    assert not {sign for sign in text if sign != "\n" and not sign.isprintable()}
    assert all(f'"{word}"' in text for word in ("Kafe AS", "Work", "PO 7", "Giro"))


@pytest.mark.parametrize("command", [["pay", "C1", "-5"], ["refund", "C1", "-5.00", "--of", "B2026-0001"],
                                     ["charge", "P1", "CONS", "-2"]])  # fmt: skip
def test_an_amount_below_zero_is_told_as_such(office: Office, command: list[str]) -> None:
    done = office.run(*command)
    assert (done.status, "is below 0" in done.err) == (1, True), done.err


NOT_RUN = "so no draft was written; set EDITOR to one that runs"


@pytest.mark.parametrize(
    ("editor", "told", "kept"),
    [
        ("printf '    note: \"\\351\"\\n' >> \"$1\"", "not UTF-8 text; save it as UTF-8", True),
        ("printf '    text: \"typed\"\\n' >> \"$1\"; exit 3", NOT_RUN, True),
        ("exit 3", NOT_RUN, False),
        (": > \"$1\"", "the text is empty, so no draft was written", False),
        ("rm \"$1\"", "the editor has left no file, so no draft was written", False),
    ],
)  # fmt: skip
def test_what_is_typed_is_kept_whatever_the_editor_does(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, editor: str, told: str, kept: bool
) -> None:
    """Nothing is written into the ledger; what was there before it was typed is not kept for anybody."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    script = tmp_path / "editor"
    script.write_text(f"#!/bin/sh\n{editor}\n", "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.delenv("VISUAL", raising=False)
    before = office.files()
    done = office.run("invoice", "new", "C1", "--item", "CONS", "1", "--edit", "--date", "2026-11-25")
    assert (done.status, told in done.err, "what you typed is kept in" in done.err) == (1, True, kept), done
    assert office.files() == before
    assert len(list(tmp_path.glob("billtext-*"))) == kept


def test_nobody_waits_for_an_open_editor(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one types, another issues; the draft is written afterwards, under a name that is free then."""
    script = tmp_path / "editor"
    other = f"{sys.executable} -m billtext -f {office.main}"
    script.write_text(
        f"#!/bin/sh\n{other} invoice new C1 --item CONS 2 --date 2026-11-25 && {other} issue --all --date 2026-11-25\n"
        "printf '; typed\\n' >> \"$1\"\n", "utf-8",
    )  # fmt: skip
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.delenv("VISUAL", raising=False)
    done = office.run("invoice", "new", "C1", "--item", "CONS", "1", "--edit", "--date", "2026-11-25")
    assert done.status == 0, done
    assert [one.number for one in office.book().documents] == ["2026-0001"]
    assert (office.root / "drafts" / "C1-2026-11-25.beancount").read_text("utf-8").endswith("; typed\n")


def test_who_waits_for_another_writer_is_told(office: Office) -> None:
    """Not within the first second; what is to be done is done when the other lets go."""
    with switching.Switch(office.root), ThreadPoolExecutor(1) as pool:
        command = [sys.executable, "-m", "billtext", "-f", str(office.main), "void", "2026-0001", "--reason", "x"]
        child = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert child.stderr is not None
        told = pool.submit(child.stderr.readline).result(30)
        assert told == "billtext: waiting for another billtext, which is writing this ledger\n"
        assert child.poll() is None
    assert (child.wait(30), child.stderr.read()) == (0, "")
    assert [void.number for void in office.book().ledger.voids] == ["2026-0001"]
