"""Which day's VAT rates a document has: those of its supply, and a credit note those of its invoice.

The rate of S25 is 25 % until 30 June 2026, and 24 % from 1 July on. 1000.00 net are 1250.00 before and 1240.00 after.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader

from billtext.model import Date
from billtext.outside import einvoice_files, invoice_import
from billtext.outside.desk import Desk
from billtext.outside.einvoice_import import Import
from billtext.rules import core_terms, presenting
from billtext.rules.incoming_work import Wishes
from fava_office import EXTENSION, WRITE, FavaOffice, section, token_of
from office import Office
from test_import import MAIN, checked, refused

D = Decimal
CHANGE = '2026-07-01 custom "vat" "S25" 24\n'


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path / "books")
    changed(made, CHANGE)
    return made


def changed(office: Office, text: str) -> None:
    """Add to the register."""
    with (office.root / "company.beancount").open("a", encoding="utf-8") as file:
        file.write(text)


def draft(keys: str = "", line: str = "    price: 1000.00 NOK\n", kind: str = "invoice") -> str:
    return f'2026-05-01 ! "Work"\n  {kind}:\n  customer: "C1"\n{keys}  Income:Sales\n{line}    vat: "S25"\n'


def issued(office: Office, date: str, keys: str = "", *options: str, **more: str) -> dict[str, Any]:
    """Issue a draft on a day; the ledger is right after it, and this is the document."""
    office.draft("d", draft(keys, **more))
    office.get("issue", "d", "--date", date, *options)
    found = list(office.book().documents)[-1]
    assert str(found.date) == date
    shown: dict[str, Any] = json.loads(office.get("invoice", "show", found.number, "--format", "json"))
    return shown


def credited(office: Office, *options: str, of: str = "2026-0001", date: str = "2026-09-10") -> str:
    """Credit an invoice; the text that it added."""
    before = office.files()["invoices/2026.beancount"]
    office.get("credit", of, *options, "--reason", "agreed", "--date", date)
    office.get("issue", "--all", "--date", date)
    office.book()
    return office.files()["invoices/2026.beancount"][len(before) :]


def wrong(office: Office, text: str) -> list[str]:
    """What the check says of text at the end of the invoices."""
    with (office.root / "invoices" / "2026.beancount").open("a", encoding="utf-8") as file:
        file.write("2026-01-01 open Assets:Receivable:C1\n" + text)
    return [f"{one['type']}: {one['message']}" for one in json.loads(office.run("check", "--format", "json").out)]


def posted(kind: str, date: str, keys: str, net: str, vat: str) -> str:
    """A document as it stands in the ledger, with its net and VAT."""
    sign = 1 if kind == "invoice" else -1
    claim, income, tax = sign * (D(net) + D(vat)), -sign * D(net), -sign * D(vat)
    return (
        f'{date} * "Nordlys Interiør AS" "Work"\n  {kind}: {keys}'
        f"  Assets:Receivable:C1  {claim} NOK\n"
        f'  Income:Sales  {income} NOK\n    vat: "S25"\n  Liabilities:VAT:S25  {tax} NOK\n    vat: "S25"\n'
    )


# --- credit notes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "gross", "net", "vat"),
    [
        (("--all",), "1250.00", "1000.00", "250.00"),
        (("--line", "1"), "1250.00", "1000.00", "250.00"),
        (("--amount", "500.00"), "500.00", "400.00", "100.00"),  # 500 / 1.25
        (("--amount", "1250.00"), "1250.00", "1000.00", "250.00"),
    ],
)
def test_a_credit_note_after_a_change_gives_back_what_was_charged(
    office: Office, options: tuple[str, ...], gross: str, net: str, vat: str
) -> None:
    assert issued(office, "2026-05-04")["gross"] == "1250.00"
    text = credited(office, *options)
    assert f"Assets:Receivable:C1 {f'-{gross}':>23} NOK\n" in text
    assert f"Income:Sales {net:>31} NOK\n" in text
    assert f"Liabilities:VAT:S25 {vat:>24} NOK\n" in text
    shown = json.loads(office.get("invoice", "show", "K2026-0001", "--format", "json"))
    assert shown["vat_breakdown"] == [{"code": "S25", "rate": "25", "base": net, "amount": vat}]


def test_what_has_been_credited_before_leaves_the_rest_at_its_rate(office: Office) -> None:
    """625.00 of 1250.00 before the change, 625.00 after it: 500.00 and 125.00 each."""
    issued(office, "2026-05-04")
    credited(office, "--amount", "625.00", date="2026-06-10")
    assert f"Liabilities:VAT:S25 {'125.00':>24} NOK\n" in credited(office, "--amount", "625.00")
    assert '"open": "0.00"' in office.get("invoice", "show", "2026-0001", "--as-of", "2026-09-10", "--format", "json")


def test_a_credit_note_written_by_hand_at_the_rate_of_its_own_day_is_told(office: Office) -> None:
    """And at that of its invoice it is right: nothing more is said of it."""
    one = posted("invoice", "2026-06-15", '"2026-0001"\n', "1000.00", "250.00")
    two = posted("credit-note", "2026-07-10", '"K2026-0001"\n  corrects: "2026-0001"\n', "100.00", "25.00")
    three = posted("credit-note", "2026-07-11", '"K2026-0002"\n  corrects: "2026-0001"\n', "100.00", "24.00")
    (only,) = wrong(office, one + two + three)
    seen = "VAT S25 is 24.00, but 25 % (the rate of 2026-06-15) of 100.00 is 25.00 NOK"
    assert only == f"VatAmountError: {seen}; correct the VAT posting"


def test_the_order_of_the_text_is_of_no_matter(office: Office) -> None:
    """Credit note before invoice, and both of a day: a second invoice of the number does not count."""
    changed(office, '2026-08-01 custom "vat" "S25" 23\n')
    texts = [
        posted("credit-note", "2026-07-10", '"K2026-0001"\n  corrects: "2026-0002"\n', "100.00", "25.00"),
        posted("invoice", "2026-07-10", '"2026-0002"\n  delivery: 2026-06-30\n', "100.00", "25.00"),
        posted("credit-note", "2026-08-02", '"K2026-0002"\n  corrects: "2026-0001"\n', "1000.00", "250.00"),
        posted("invoice", "2026-06-15", '"2026-0001"\n', "1000.00", "250.00"),
    ]
    assert wrong(office, "".join(texts)) == []


def test_what_corrects_nothing_that_is_known_has_the_rate_of_its_own_day(office: Office) -> None:
    """The number is told alone; a stand-alone credit note says nothing of another day, or of its delivery."""
    lost = posted("credit-note", "2026-07-10", '"K2026-0001"\n  corrects: "2026-0009"\n', "100.00", "24.00")
    alone = posted("credit-note", "2026-07-11", '"K2026-0002"\n  reason: "Bonus"\n', "100.00", "24.00")
    june = posted(
        "credit-note", "2026-07-12", '"K2026-0003"\n  reason: "Bonus"\n  period-end: 2026-06-30\n', "100.00", "25.00"
    )
    (only,) = wrong(office, lost + alone + june)
    assert only.startswith("CorrectsUnknownError: credit note K2026-0001 corrects 2026-0009")


def test_a_code_that_began_after_the_delivery_stays_known(office: Office) -> None:
    """Its rate did not change in between, so the invoice has that of its own day, and its credit note too."""
    changed(office, '2026-03-01 custom "vat" "S12" 12\n  account: Liabilities:VAT:S7\n')
    one = posted("invoice", "2026-03-10", '"2026-0001"\n  delivery: 2026-02-20\n', "100.00", "12.00")
    two = posted("credit-note", "2026-09-10", '"K2026-0001"\n  corrects: "2026-0001"\n', "100.00", "12.00")
    assert wrong(office, (one + two).replace('"S25"', '"S12"').replace(":S25", ":S7")) == []


def test_another_account_of_the_code_is_no_other_rate(office: Office) -> None:
    """A credit note goes to the account of its own day, unless its rate has changed with it."""
    changed(office, '2026-05-01 custom "vat" "S22" 22\n  account: Liabilities:VAT:S19\n')
    one = posted("invoice", "2026-03-10", '"2026-0001"\n', "100.00", "22.00").replace("VAT:S25", "VAT:S22")
    two = posted("credit-note", "2026-06-10", '"K2026-0001"\n  corrects: "2026-0001"\n', "100.00", "22.00")
    assert wrong(office, (one + two.replace("VAT:S25", "VAT:S19")).replace('"S25"', '"S22"')) == []


# --- invoices -------------------------------------------------------------------------------------------------

BILLED = [
    ("2026-07-03", "", "240.00"),
    ("2026-07-03", "  delivery: 2026-06-28\n", "250.00"),
    ("2026-07-03", "  delivery: 2026-07-02\n", "240.00"),
    ("2026-07-03", "  period-start: 2026-06-01\n  period-end: 2026-06-30\n", "250.00"),
    ("2026-07-03", "  period-start: 2026-06-01\n  period-end: 2026-07-01\n", "240.00"),
    ("2026-06-25", "  delivery: 2026-07-05\n", "250.00"),  # billed before it is delivered
    ("2026-06-25", "  delivery: 2026-07-05\n  tax-point: 2026-07-05\n", "240.00"),
    ("2026-07-03", "  delivery: 2026-06-28\n  tax-point: 2026-07-03\n", "240.00"),
]


@pytest.mark.parametrize(("date", "keys", "vat"), BILLED)
def test_the_day_of_delivery_decides_the_rate(office: Office, date: str, keys: str, vat: str) -> None:
    """Issued and read again; and the credit note of September gives back just that."""
    shown = issued(office, date, keys)
    assert (shown["vat"], shown["vat_breakdown"][0]["rate"]) == (vat, vat[:2])
    assert f"Liabilities:VAT:S25 {vat:>24} NOK\n" in credited(office, "--all")


def test_who_issues_names_the_day_of_delivery(office: Office) -> None:
    """On the command line, or with the days of the lines, as `billtext charge` writes them."""
    assert issued(office, "2026-07-03", "", "--delivery", "2026-06-28")["vat"] == "250.00"
    assert issued(office, "2026-07-04", "", "--delivery", "2026-07-02")["vat"] == "240.00"
    dated = "    price: 1000.00 NOK\n    date: 2026-06-29\n"
    assert issued(office, "2026-07-05", line=dated)["vat"] == "250.00"


def test_prices_with_vat_have_that_of_the_delivery_in_them(office: Office) -> None:
    """1250.00 with 25 % are 1000.00 net; with 24 % they would be 1008.06."""
    gross = "    price: 1250.00 NOK\n"
    shown = issued(office, "2026-07-03", '  prices: "gross"\n  delivery: 2026-06-28\n', line=gross)
    assert (shown["net"], shown["vat"]) == ("1000.00", "250.00")


def test_a_code_that_was_not_known_on_the_day_of_delivery_is_told(office: Office) -> None:
    changed(office, '2026-07-01 custom "vat" "S12" 12\n  account: Liabilities:VAT:S7\n')
    office.draft("d", draft("  delivery: 2026-06-28\n").replace("S25", "S12"))
    done = office.run("issue", "d", "--date", "2026-07-03")
    assert done.status == 1
    assert '`vat: "S12"` is not in the register on 2026-06-28' in done.err
    text = posted("invoice", "2026-07-03", '"2026-0001"\n  delivery: 2026-06-28\n', "100.00", "12.00")
    (only,) = wrong(office, text.replace('"S25"', '"S12"').replace(":S25", ":S7"))
    assert only.startswith('RegisterUnknownError: `vat: "S12"` is not in the register on 2026-06-28')


def test_a_collective_invoice_has_one_rate(office: Office) -> None:
    """The rate changes on 15 July: two deliveries before it are one invoice, that after it is another."""
    changed(office, '2026-07-15 custom "vat" "S25" 20\n')
    for name, day in (("a", "2026-07-02"), ("b", "2026-07-14"), ("c", "2026-07-15")):
        office.draft(name, draft(f"  delivery: {day}\n"))
    office.get("issue", "--all", "--collect", "--date", "2026-07-31")
    assert [(d.net, d.vat, d.tax_point) for d in office.book().documents] == [
        (D("2000.00"), D("480.00"), Date(2026, 7, 14)),
        (D("1000.00"), D("200.00"), Date(2026, 7, 31)),
    ]


def test_a_template_bills_the_month_that_has_passed(office: Office) -> None:
    """On the first of July for June: 25 %; on the first of August for July: 24 %."""
    (office.root / "recurring").mkdir()
    text = draft('  every: "month"\n  period: "last"\n').replace("2026-05-01", "2026-07-01")
    (office.root / "recurring" / "service.beancount").write_text(text, "utf-8")
    listed = json.loads(office.get("recurring", "list", "--as-of", "2026-07-01", "--format", "json"))
    assert [one["vat"] for one in listed[:2]] == ["250.00", "240.00"]
    office.get("recurring", "run", "--as-of", "2026-07-01")
    drafts = json.loads(office.get("draft", "list", "--as-of", "2026-07-02", "--format", "json"))
    assert [one["vat"] for one in drafts] == ["250.00"]


# --- the same everywhere --------------------------------------------------------------------------------------


@pytest.fixture
def both(office: Office) -> Office:
    """An invoice at 25 %, and its credit note after the change; in euros, at 11.50 kroner."""
    text = draft('  delivery: 2026-05-02\n  currency: "EUR"\n', line="    price: 100.00 EUR\n").replace('"C1"', '"C2"')
    office.draft("d", text)
    office.get("issue", "d", "--date", "2026-05-04")
    credited(office, "--all")
    return office


def test_every_form_of_a_credit_note_has_the_rate(both: Office) -> None:
    """100.00 EUR at 25 % are 25.00, and 25.00 × 11.50 = 287.50 NOK."""
    for form, said in (
        ("ubl", ("<cbc:Percent>25</cbc:Percent>", ">25.00</cbc:TaxAmount>", ">287.50</cbc:TaxAmount>")),
        ("cii", ("RateApplicablePercent>25<", "CalculatedAmount>25.00<")),
        ("json", ('"rate": "25"', '"287.50"')),
        ("markdown", ("25", "25.00", "287.50")),
        ("html", ("25", "287.50")),
    ):
        out = both.root / form
        both.get("render", "K2026-0001", "--as", form, "--out", str(out))
        (text,) = [path.read_text("utf-8") for path in out.rglob("*") if path.is_file()]
        assert [word for word in said if word not in text] == [], text
        assert "24.00" not in text


def test_what_was_given_out_is_imported_at_its_rate(both: Office, tmp_path: Path) -> None:
    """Into a ledger with the same codes: none is new, and every business term is there again."""
    forms = {}
    for number in ("2026-0001", "K2026-0001"):
        both.get("render", number, "--as", "ubl", "--out", str(tmp_path / number))
        (forms[number],) = (tmp_path / number).rglob("*.xml")
    other = Office(tmp_path / "other")
    changed(other, CHANGE)
    for path in forms.values():
        found, _ = einvoice_files.read(path)
        with Desk(other.main) as desk:
            brought = Import(desk, Wishes(customer="C2")).bring(found)
            desk.commit()
        assert not [told for told in brought.incoming.told if "VAT code" in told]
        made = other.book()
        there = presenting.document(made, made.ledger.documents[brought.incoming.number])
        assert [one for one in core_terms.differences(found, there) if one[0] in {"BT-110", "BT-117", "BT-119"}] == []
    assert [(str(d.tax_point), d.vat) for d in made.documents] == [("2026-05-04", 25), ("2026-05-04", 25)]


def test_the_plugin_and_the_check_agree(both: Office) -> None:
    text = (both.root / "main.beancount").read_text("utf-8")
    (both.root / "main.beancount").write_text(text + 'plugin "billtext_plugins.billing"\n', "utf-8")
    _, errors, _ = loader.load_file(str(both.root / "main.beancount"))
    assert not errors
    assert json.loads(both.get("check", "--format", "json")) == []


def test_a_draft_is_shown_as_it_will_be(office: Office) -> None:
    issued(office, "2026-05-04")
    office.get("credit", "2026-0001", "--all", "--reason", "agreed", "--date", "2026-09-10")
    (listed,) = json.loads(office.get("draft", "list", "--as-of", "2026-09-10", "--format", "json"))
    assert (listed["vat"], listed["gross"]) == ("250.00", "1250.00")
    assert "1250.00 NOK" in office.get("draft", "show", listed["draft"], "--as-of", "2026-09-10")


def test_fava_issues_at_the_rate_of_the_delivery(tmp_path: Path) -> None:
    """3 hours at 1200.00 are 3600.00: VAT 900.00 in June, 864.00 in July, as the form shows before it is issued."""
    office = FavaOffice(tmp_path, more=EXTENSION + WRITE + CHANGE)
    asked = {"date": "2026-07-03", "delivery": "2026-06-28"}
    seen = section(office.send("issue/nordlys", {"date": "2026-07-03"}, token="0" * 64))
    assert "864.00" in seen
    assert "900.00" not in seen
    office.follow(office.send("issue/nordlys", asked, token=token_of(seen)))
    assert list(office.book().documents)[-1].vat == D("900.00")


# --- history from another system ------------------------------------------------------------------------------

MAP = """\
[file]
rows = "documents"
[document]
number = "{N}"
date = "{Date}"
delivery = "{Delivered}"
due-days = 14
currency = "NOK"
total = "{Total}"
[credit-note]
column = "Kind"
matches = "C"
signs = "positive"
corrects = "{Of}"
[line]
amount = "{Net}"
vat = "S25"
account = "Income:Sales"
[customer]
id = "K1"
name = "Hansen AS"
"""
ROWS = """\
N,Date,Delivered,Kind,Of,Net,Total
1,2026-06-10,,I,,1000,1250
2,2026-07-02,2026-06-30,I,,1000,1250
3,2026-07-02,2026-07-01,I,,1000,1240
K1,2026-08-01,,C,1,400,500
K2,2026-08-02,,C,2,100,125
K3,2026-08-03,,C,1,1000,1250
K4,2026-08-04,,C,,100,124
4,2026-07-02,2026-06-30,I,,1000,1240
"""


def test_history_has_the_rates_that_the_other_system_charged(tmp_path: Path) -> None:
    """K3 takes more than is left of 1, so it stands alone, with the tax point of what it named."""
    path = tmp_path / "main.beancount"
    path.write_text(MAIN.format(currency="NOK") + CHANGE, "utf-8")
    mapping, table = tmp_path / "m.toml", tmp_path / "t.csv"
    mapping.write_text(MAP)
    table.write_text(ROWS)
    invoice_import.run(path, table, mapping)
    assert refused(tmp_path / "imports/refused-t.csv") == {
        9: "another total: 4 comes to 1250.00 with VAT, and to 1240 in the source"
    }
    documents = {d.number: d for d in checked(path).documents}
    assert {number: (str(d.vat), d.corrects) for number, d in documents.items()} == {
        "1": ("250.00", None), "2": ("250.00", None), "3": ("240.00", None), "K1": ("100.00", "1"),
        "K2": ("25.00", "2"), "K3": ("250.00", None), "K4": ("24.00", None),
    }  # fmt: skip
    assert documents["K3"].entry.meta["tax-point"] == Date(2026, 6, 10)
