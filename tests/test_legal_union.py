"""What art. 226 of the VAT Directive asks of an invoice of a seller in the European Union is asked of the draft."""

from pathlib import Path

import pytest

from office import Office

CODES = """\
2020-01-01 custom "vat" "AE0" 0
  category: "AE"
2020-01-01 custom "vat" "K0" 0
  category: "K"
2020-01-01 custom "vat" "E0" 0
  category: "E"
2020-01-01 custom "customer" "NOBODY"
  name: "Müller GmbH"
2020-01-01 custom "customer" "HOME"
  name: "Müller GmbH"
  country: "DE"
  org-number: "HRB 123"
2020-01-01 custom "customer" "KNOWN"
  name: "Dupont SARL"
  vat-number: "FR40303265045"
"""
OURS = '  vat-number: "DE136695976"\n'
ON = ("--date", "2026-11-25")


def office(root: Path, *, company: str = OURS, country: str = "DE", customer: str = "NOBODY", vat: str = "S19",
           keys: str = "") -> Office:  # fmt: skip
    """An office in the Union with one draft."""
    made = Office(root)
    path = made.root / "company.beancount"
    head = '"company" "Fjordlys Elektro AS"\n'
    path.write_text(path.read_text("utf-8").replace(head, f'{head}  country: "{country}"\n{company}'), "utf-8")
    register = made.root / "customers" / "register.beancount"
    register.write_text(register.read_text("utf-8") + CODES, "utf-8")
    made.draft(
        "d", f'2026-11-25 ! "Work"\n  invoice:\n  customer: "{customer}"\n{keys}  Income:Sales\n'
             f'    price: 100.00 NOK\n    vat: "{vat}"\n',
    )  # fmt: skip
    return made


REFUSED = {
    "VAT, and no number": (
        {"company": ""}, "the document charges VAT, and the seller has no VAT number; write `vat-number:`", "(3)",
    ),
    "goods to another state, and no number": (
        {"company": "", "customer": "KNOWN", "vat": "K0"}, "and the seller has no VAT number", "(3)",
    ),
    "goods to another state, to nobody": (
        {"vat": "K0"}, "and the buyer has no VAT number; write `vat-number:` for customer NOBODY", "(4)",
    ),
    "a number at home is none in another state": ({"vat": "K0", "customer": "HOME"}, "the buyer has no VAT", "(4)"),
    "reverse charge to nobody": ({"vat": "AE0"}, "the VAT is reverse-charged, and the buyer has no VAT", "(4)"),
    "exempt without a reason": (
        {"vat": "E0", "keys": '  exemption-e: ""\n'}, "does not say why there is no VAT under the VAT code E0", "(11)",
    ),
    "reverse charge without saying so": (
        {"vat": "AE0", "customer": "KNOWN", "keys": '  exemption-ae: ""\n'}, "or `exemption-ae:` in the draft", "(11a)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_missing_is_told_and_nothing_is_issued(tmp_path: Path, case: str) -> None:
    given, words, law = REFUSED[case]
    made = office(tmp_path / "books", **given)
    done = made.run("issue", "--all", *ON)
    told = done.err.splitlines()
    assert (done.status, len(told)) == (1, 2)
    assert "/drafts/d.beancount:1: " in told[0]
    assert words in told[0]
    assert told[0].endswith(f"(VAT Directive 2006/112/EC, art. 226 {law})")


ISSUED = {
    "VAT with a number": {},
    "no VAT, as a small enterprise": {"company": "", "vat": "E0"},
    "exempt by its code": {"vat": "E0", "keys": '  vatex-e: "VATEX-EU-132-1I"\n'},
    "reverse charge at home": {"vat": "AE0", "customer": "HOME"},
    "goods to another state": {"vat": "K0", "customer": "KNOWN"},
    "goods to a place in another state": {
        "vat": "K0",
        "customer": "KNOWN",
        "keys": '  delivery-city: "Paris"\n  delivery-country: "FR"\n',
    },
    "a place at home": {"keys": '  delivery-city: "Kiel"\n'},
    "the document says it itself": {"vat": "K0", "keys": '  buyer-vat-number: "FR40303265045"\n'},
    "in neither the Union nor Norway": {"company": "", "country": "GB"},
}


@pytest.mark.parametrize("case", ISSUED)
def test_what_has_all_is_issued(tmp_path: Path, case: str) -> None:
    """The day of delivery may be that of issue (art. 226 (7)), so it is not asked for."""
    made = office(tmp_path / "books", **ISSUED[case])
    assert made.get("issue", "--all", *ON).startswith("2026-0001  ")


def test_goods_to_another_state_say_to_which(tmp_path: Path) -> None:
    """BR-IC-12: once it is issued and sealed, no e-invoice of it would ever be right."""
    made = office(tmp_path / "books", vat="K0", customer="KNOWN", keys='  delivery-city: "Paris"\n')
    done = made.run("issue", "--all", *ON)
    assert done.status == 1
    assert "the place of delivery has no country; write `delivery-country:` below that place" in done.err
    assert "(VAT Directive 2006/112/EC, art. 138; BR-IC-12 of EN 16931)" in done.err
