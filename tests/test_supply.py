"""When and where was delivered: a draft says it, or its lines, or who issues it."""

from pathlib import Path

import pytest

from office import Office

COMPANY = """\
  country: "NO"
  org-number: "310000019"
  vat-number: "NO310000019MVA"
  register: "Foretaksregisteret"
"""
CUSTOMERS = """\
2020-01-01 custom "customer" "G1"
  name: "Cabin 4"
  kind: "guest"
"""
ON = ("--date", "2026-11-25")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An AS in Norway, whose drafts must say when was delivered."""
    made = Office(tmp_path / "books")
    path = made.root / "company.beancount"
    head = '"company" "Fjordlys Elektro AS"\n'
    path.write_text(path.read_text("utf-8").replace(head, head + COMPANY), "utf-8")
    register = made.root / "customers" / "register.beancount"
    text = register.read_text("utf-8").replace('"Nordlys Interiør AS"\n', '"Nordlys Interiør AS"\n  city: "Oslo"\n')
    register.write_text(text + CUSTOMERS, "utf-8")
    return made


def draft(name: str = "d", keys: str = "", line: str = "", kind: str = "invoice") -> tuple[str, str]:
    text = f'2026-11-25 ! "{name}"\n  {kind}:\n  customer: "C1"\n{keys}  Income:Sales\n    price: 100.00 NOK\n{line}'
    return name, text


def issued(office: Office) -> str:
    """What was issued, as the ledger has it."""
    return (office.root / "invoices" / "2026.beancount").read_text("utf-8")


def test_who_issues_names_the_day_for_what_says_nothing(office: Office) -> None:
    office.draft(*draft("a"))
    office.draft(*draft("b", "  delivery: 2026-11-20\n"))
    office.draft(*draft("c", "  period-start: 2026-11-01\n"))
    office.draft(*draft("d", '  reason: "A mistake"\n', kind="credit-note"))
    office.get("issue", "--all", *ON, "--delivery", "2026-11-24")
    lines = [line.strip() for line in issued(office).splitlines() if "delivery:" in line or "period" in line]
    assert lines == ["delivery: 2026-11-24", "delivery: 2026-11-20", "period-start: 2026-11-01"]


def test_who_issues_names_the_place_for_what_names_none(office: Office) -> None:
    """A place that a draft names stays; its country is the company's, if it says no other and nobody is abroad."""
    office.draft(*draft("a", "  delivery: 2026-11-20\n"))
    office.draft(*draft("b", '  delivery: 2026-11-20\n  delivery-city: "Voss"\n'))
    office.draft(*draft("c", '  reason: "A mistake"\n', kind="credit-note"))
    office.get("issue", "--all", *ON, "--place", "Kaigata 4, 5003 Bergen")
    places = [line.strip() for line in issued(office).splitlines() if line.startswith("  delivery-")]
    assert places == [
        'delivery-address: "Kaigata 4"',
        'delivery-postal-code: "5003"',
        'delivery-city: "Bergen"',
        'delivery-country: "NO"',
        'delivery-city: "Voss"',
    ]
    office.draft(*draft("d", "  delivery: 2026-11-20\n"))
    office.get("issue", "d", *ON, "--place", ' Kungsgatan "1", 111 43 Stockholm,  SE ')
    found = issued(office)
    for line in ('address: "Kungsgatan \\"1\\""', 'postal-code: "111 43"', 'city: "Stockholm"', 'country: "SE"'):
        assert f"  delivery-{line}\n" in found
    office.get("render", "2026-0003", "--as", "ubl", "--out", str(office.root / "papers"))
    assert "<cbc:CityName>Stockholm</cbc:CityName>" in next(office.root.glob("papers/**/*2026-0003*")).read_text(
        "utf-8"
    )


@pytest.mark.parametrize(
    ("abroad", "keys", "place", "country"),
    [
        ("", "", "Voss", "NO"),
        ("DE", "", "Voss", None),
        ("DE", "", "Voss, NO", "NO"),
        ("DE", '  delivery-country: "SE"\n', "Lund", "SE"),
        ("", '  delivery-country: "SE"\n', "Lund", "SE"),
        ("", "", "London, UK", None),
        ("", "", "London, GB", "GB"),
    ],
)
def test_a_place_is_in_a_country_that_is_known(
    office: Office, abroad: str, keys: str, place: str, country: str | None
) -> None:
    if abroad:
        register = office.root / "customers" / "register.beancount"
        card = '  city: "Oslo"\n'
        register.write_text(register.read_text("utf-8").replace(card, f'{card}  country: "{abroad}"\n'), "utf-8")
    office.draft(*draft("d", f"  delivery: 2026-11-20\n{keys}"))
    done = office.run("issue", "d", *ON, "--place", place)
    if country is None:
        assert done.status == 1
        assert f"the place of delivery {place!r} is in no country that is known; write the country after it" in done.err
        assert "delivery-" not in issued(office)
    else:
        assert done.status == 0
        assert issued(office).count(f'delivery-country: "{country}"') == 1


def test_the_days_of_the_lines_are_those_of_the_document(office: Office) -> None:
    """2026-11-19 and 2026-11-22: from the first to the last. A line without a day leaves it open."""
    second = "  Income:Sales\n    price: 50.00 NOK\n"
    office.draft(*draft("a", line=f"    date: 2026-11-22\n{second}    date: 2026-11-19\n"))
    office.draft(*draft("b", line=f"    date: 2026-11-22\n{second}"))
    done = office.run("issue", "--all", *ON)
    assert "/drafts/b.beancount:1: the draft does not say when it was delivered" in done.err
    assert "  period-start: 2026-11-19\n  period-end: 2026-11-22\n" in issued(office)
    office.get("issue", "b", *ON, "--delivery", "2026-11-23")
    assert "  period-start: 2026-11-22\n  period-end: 2026-11-23\n" in issued(office)


def test_a_discount_on_the_whole_is_no_delivery(office: Office) -> None:
    """It is a line of its own, and has no day."""
    office.draft(*draft("a", keys="  discount: 10\n", line="    date: 2026-11-22\n"))
    office.get("issue", "--all", *ON)
    assert "  delivery: 2026-11-22\n" in issued(office)


def test_a_guest_was_served_on_the_days_of_the_charges(office: Office) -> None:
    office.get("charge", "G1", "CONS", "1", "--date", "2026-11-22")
    office.get("charge", "G1", "CONS", "1", "--date", "2026-11-24")
    office.get("checkout", "G1", "--method", "bank", *ON)
    assert "  period-start: 2026-11-22\n  period-end: 2026-11-24\n" in issued(office)


def test_a_guest_without_dated_charges_was_served_on_the_day_of_the_checkout(office: Office) -> None:
    office.draft("G1", draft()[1].replace('"C1"', '"G1"'))
    office.get("checkout", "G1", "--method", "bank", *ON)
    assert "  delivery: 2026-11-25\n" in issued(office)


def test_a_deposit_is_delivered_on_its_day_unless_another_is_known(office: Office) -> None:
    path = office.root / "company.beancount"
    path.write_text(path.read_text("utf-8") + "2020-01-01 open Liabilities:Deposits\n", "utf-8")
    office.get("deposit", "C1", "100", "--vat", "S25", *ON)
    office.get("deposit", "C1", "200", "--vat", "S25", "--draft", "later", "--delivery", "2027-03-01", *ON)
    office.get("issue", "C1-deposit", "later", *ON)
    assert issued(office).count("  delivery: 2026-11-25\n") == 1
    assert issued(office).count("  delivery: 2027-03-01\n") == 1


def test_a_collected_invoice_says_from_when_to_when(office: Office) -> None:
    """The day named for one draft counts beside that of the other."""
    office.draft(*draft("a", "  delivery: 2026-11-03\n"))
    office.draft(*draft("b"))
    office.get("issue", "--all", "--collect", *ON, "--delivery", "2026-11-24")
    assert "  period-start: 2026-11-03\n  period-end: 2026-11-24\n" in issued(office)


def test_a_recurring_draft_has_its_period(office: Office) -> None:
    (office.root / "recurring").mkdir()
    template = draft("a", '  every: "month"\n  period: "last"\n')[1]
    (office.root / "recurring" / "a.beancount").write_text(template, "utf-8")
    office.get("recurring", "run", "--as-of", "2026-11-25")
    office.get("issue", "--all", *ON)
    assert "  period-start: 2026-10-01\n  period-end: 2026-10-31\n" in issued(office)


def test_a_quote_that_is_accepted_is_issued_with_its_day(office: Office) -> None:
    path = office.root / "company.beancount"
    path.write_text(path.read_text("utf-8") + '2020-01-01 custom "series" "Q" "Q{number}"\n  kind: "quote"\n', "utf-8")
    office.get("quote", "new", "C1", "--item", "CONS", "1", *ON)
    office.get("quote", "accept", "Q1", *ON)
    assert "does not say when it was delivered" in office.run("issue", "Q1-1", *ON).err
    office.get("issue", "Q1-1", *ON, "--delivery", "2026-11-25")
    assert "  delivery: 2026-11-25\n" in issued(office)


def test_a_new_draft_says_what_is_still_asked_for(office: Office) -> None:
    asked = "before it is issued: the draft does not say when it was delivered"
    assert asked in office.get("invoice", "new", "C1", "--item", "CONS", "1", *ON)
    assert asked not in office.get("invoice", "new", "C1", "--item", "CONS", "1", "--delivery", "2026-11-24", *ON)
