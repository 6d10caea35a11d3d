"""What Norwegian law asks of a sales document is asked of the draft, before it has a number."""

import re
from pathlib import Path

import pytest

from office import Office

COMPANY = """\
  country: "NO"
  org-number: "310000019"
  vat-number: "NO310000019MVA"
  register: "Foretaksregisteret"
  language: "nb"
"""
CUSTOMERS = """\
2020-01-01 custom "vat" "AE0" 0
  category: "AE"
2020-01-01 custom "customer" "B1"
  name: "Nordlys Interiør AS"
  org-number: "310000205"
  city: "Oslo"
2020-01-01 custom "customer" "B2"
  name: "Kari Nordmann"
  kind: "person"
  address: "Storgata 1"
  postal-code: "0155"
  city: "Oslo"
2020-01-01 custom "customer" "B3"
  name: "Ola Nordmann"
  kind: "person"
2020-01-01 custom "customer" "B4"
  name: "Room 12"
  kind: "guest"
2020-01-01 custom "customer" "B5"
  name: "Müller GmbH"
  vat-number: "DE136695976"
  city: "Hamburg"
  country: "DE"
  language: "de"
2020-01-01 custom "customer" "B6"
  name: "Havblikk AS"
  org-number: "312000458"
"""
ON = ("--date", "2026-11-25")


def office(root: Path, *, company: str = COMPANY, customer: str = "B1", vat: str = "S25", title: str = "Work",
           text: str = "", keys: str = "", kind: str = "invoice",
           delivered: str = "  delivery: 2026-11-24\n") -> Office:  # fmt: skip
    """An office of an AS in Norway with one draft."""
    made = Office(root)
    path = made.root / "company.beancount"
    head = '"company" "Fjordlys Elektro AS"\n'
    path.write_text(path.read_text("utf-8").replace(head, head + company), "utf-8")
    register = made.root / "customers" / "register.beancount"
    register.write_text(register.read_text("utf-8") + CUSTOMERS, "utf-8")
    made.draft(
        "d", f'2026-11-25 ! "{title}"\n  {kind}:\n  customer: "{customer}"\n{delivered}{keys}  Income:Sales\n'
             f'    price: 100.00 NOK\n    vat: "{vat}"\n{text}',
    )  # fmt: skip
    return made


def without(*keys: str) -> str:
    """The company's card without some keys."""
    return re.sub(f"  ({'|'.join(keys)}): .*\n", "", COMPANY)


REFUSED = {
    "no MVA": ({"company": without("vat-number")}, "`vat-number: \"NO310000019MVA\"` below the `company`", "5-1-2"),
    "no organisation number": (
        {"company": without("org-number", "vat-number"), "vat": "Z0"}, "write `org-number:` below the `company`",
        "5-1-2",
    ),
    "MVA of another number": (
        {"company": COMPANY.replace('"NO310000019MVA"', '"NO310000205MVA"'), "vat": "Z0"},
        "VAT number NO310000205MVA is not that of its organisation number 310000019", "5-1-2",
    ),
    "a VAT number that is not MVA": (
        {"company": COMPANY.replace('"NO310000019MVA"', '"DE136695976"')}, "organisation number followed by MVA",
        "5-1-2",
    ),
    "another register": (
        {"company": COMPANY.replace('"Foretaksregisteret"', '"Brønnøysund"')}, "does not say Foretaksregisteret",
        "5-1-2",
    ),
    "no day of delivery": (
        {"delivered": ""}, "or `period-start:` and `period-end:`, or issue it with --delivery DATE", "5-1-1",
    ),
    "no place of delivery": ({"customer": "B6"}, "for customer B6, or issue it with --place PLACE", "5-1-1"),
    "no Foretaksregisteret": ({"company": without("register")}, "`register: \"Foretaksregisteret\"`", "5-1-2"),
    "NUF by its legal form": (
        {"company": without("register") + '  legal-form: "NUF"\n'}, "the seller is an NUF", "5-1-2",
    ),
    "a buyer without address": ({"customer": "B3"}, "or `org-number:`, for customer B3", "5-1-2"),
    "reverse charge to nobody": ({"customer": "B2", "vat": "AE0"}, "write `org-number:` for customer B2", "5-1-1"),
    "reverse charge in other words": (
        {"vat": "AE0", "keys": '  exemption-ae: "Climate quotas"\n'},
        'says "Climate quotas" of it; write `text: "Omvendt avgiftsplikt – Merverdiavgift ikke beregnet"`', "5-1-1",
    ),
    "nothing said of the line": ({"title": ""}, "the line on Income:Sales does not say", "5-1-1"),
    "German": ({"customer": "B5"}, 'write `language: "en"` for customer B5', "5-1-1a"),
    "a company that writes Finnish": (
        {"company": COMPANY.replace('"nb"', '"fi"')}, 'write `language: "en"` for the company', "5-1-1a",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_missing_is_told_and_nothing_is_issued(tmp_path: Path, case: str) -> None:
    """One sentence at the draft: what, where to put it, and the paragraph; `draft check` says the same."""
    given, words, law = REFUSED[case]
    made = office(tmp_path / "books", **given)
    before = made.files()
    done = made.run("issue", "--all", *ON)
    told = done.err.splitlines()
    assert done.status == 1
    assert words in told[0]
    assert told[0].endswith(f"(bokføringsforskriften § {law})")
    assert "/drafts/d.beancount:1: " in told[0]
    assert told[1:] == ["billtext: 1 of 1 drafts were refused, 0 issued"]
    assert made.files() == before
    checked = made.run("draft", "check", "--as-of", "2026-11-25")
    assert (checked.status, checked.err.splitlines()[0]) == (1, told[0])


ISSUED = {
    "all is there": {},
    "a person with an address": {"customer": "B2"},
    "a guest who pays on the spot": {"customer": "B4"},
    "reverse charge with a number": {"vat": "AE0"},
    "a line that says it itself": {"title": "", "text": '    text: "Work"\n'},
    "no VAT, no MVA": {"company": without("vat-number"), "vat": "Z0"},
    "a sole trader is in no Foretaksregister": {"company": without("register") + '  legal-form: "ENK"\n'},
    "the document says it itself": {"customer": "B3", "keys": '  buyer-address: "Kaigata 1"\n'},
    "not in Norway": {"customer": "B3", "company": without("country")},
    "from day to day": {"delivered": "  period-start: 2026-11-01\n  period-end: 2026-11-30\n"},
    "each line from day to day": {"delivered": "", "text": "    period-start: 2026-11-01\n"},
    "each line with its day": {"delivered": "", "text": "    date: 2026-11-23\n"},
    "a credit note does not repeat the day": {
        "delivered": "",
        "kind": "credit-note",
        "keys": '  reason: "A mistake"\n',
    },
    "VAT of another country": {"keys": '  seller-vat-number: "DE136695976"\n'},
    "delivered elsewhere": {"customer": "B6", "keys": '  delivery-city: "Voss"\n'},
    "a number with MVA is an organisation number": {"company": without("org-number")},
    "Nynorsk": {"company": COMPANY.replace('"Foretaksregisteret"', '"Føretaksregisteret"')},
    "reverse charge in own words": {"vat": "AE0", "keys": '  exemption-ae: "Snudd avrekning, mval. § 11-1"\n'},
}


@pytest.mark.parametrize("case", ISSUED)
def test_what_has_all_is_issued(tmp_path: Path, case: str) -> None:
    made = office(tmp_path / "books", **ISSUED[case])
    number = "K2026-0001" if "kind" in ISSUED[case] else "2026-0001"
    assert made.get("issue", "--all", *ON).startswith(f"{number}  ")


def test_vat_is_stated_in_kroner_whatever_the_currency(tmp_path: Path) -> None:
    """A company that keeps its accounts in kroner states it by its rate; one in euros says it in a note (§ 5-1-1)."""
    made = office(tmp_path / "books", text="    quantity: 1\n")
    company, draft = made.root / "company.beancount", made.root / "drafts" / "d.beancount"
    draft.write_text(draft.read_text("utf-8").replace("NOK", "EUR"), "utf-8")
    assert made.get("issue", "--all", "--dry-run", *ON).startswith("2026-0001  ")
    company.write_text(company.read_text("utf-8").replace('currency: "NOK"', 'currency: "EUR"'), "utf-8")
    done = made.run("issue", "--all", *ON)
    assert "the document does not state its VAT in kroner" in done.err
    assert "(bokføringsforskriften § 5-1-1)" in done.err
    note = '  invoice:\n  note: "VAT 287.50 NOK"\n'
    draft.write_text(draft.read_text("utf-8").replace("  invoice:\n", note), "utf-8")
    assert made.get("issue", "--all", *ON).startswith("2026-0001  ")


def test_only_the_draft_that_lacks_something_is_kept_back(tmp_path: Path) -> None:
    made = office(tmp_path / "books", customer="B3")
    made.draft("e", (made.root / "drafts" / "d.beancount").read_text("utf-8").replace("B3", "B1"))
    done = made.run("issue", "--all", *ON)
    assert (done.status, done.out.startswith("2026-0001  Nordlys Interiør AS")) == (1, True)
    assert (made.root / "drafts" / "d.beancount").is_file()


def test_what_was_issued_before_is_not_asked_again(tmp_path: Path) -> None:
    """A ledger of years ago stays right."""
    made = office(tmp_path / "books")
    made.get("issue", "--all", *ON)
    path = made.root / "company.beancount"
    path.write_text(path.read_text("utf-8").replace('  register: "Foretaksregisteret"\n', ""), "utf-8")
    assert made.run("check").status == 0
