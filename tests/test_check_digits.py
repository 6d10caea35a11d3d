"""Numbers with check digits: each vector from its own source, and every slip of one digit is found."""

import doctest
import importlib
import pkgutil
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

import billtext
from billtext import ids
from billtext.rules import numbering

# --- KID ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "mod10", "mod11"),
    [("12345678", "2", "5"), ("1234", "4", "3"), ("2345678", "3", "8"), ("001001", "7", None), ("40", None, "-")],
)
def test_check_digits_of_a_kid(payload: str, mod10: str | None, mod11: str | None) -> None:
    """The vectors of the banks' specification: MOD10 is Luhn's, MOD11 weighs 2 to 7 from the right."""
    if mod10 is not None:
        assert ids.kid_mod10(payload) == mod10
    if mod11 is not None:
        assert ids.kid_mod11(payload) == mod11


def test_a_kid_passes_under_any_method_that_the_ledger_allows() -> None:
    """123456782 is MOD10, 123456785 is MOD11; neither passes under the other alone."""
    assert ids.kid_fault("123456782", ["mod10"]) is None
    assert ids.kid_fault("123456785", ["mod11"]) is None
    assert ids.kid_fault("123456785", ["mod10", "mod11"]) is None
    assert ids.kid_fault("123456785", ["mod10"]) == "the MOD10 check digit is 2"
    assert ids.kid_fault("123456782", ["mod11"]) == "the MOD11 check digit is 5"
    assert ids.kid_fault("123456780", ["mod10", "mod11"]) == "the MOD10 check digit is 2 or the MOD11 check digit is 5"


def test_a_kid_may_end_in_a_dash_under_mod11() -> None:
    """Where the remainder leaves 10, the check digit is `-`; nowhere else is there one."""
    assert ids.kid_fault("0040-", ["mod11"]) is None
    assert ids.kid_fault("0040-", ["mod10"]) is not None
    assert ids.kid_fault("00-40", ["mod11"]) is not None


@pytest.mark.parametrize("length", [0, 1, 2, 3, 26, 40])
def test_a_kid_has_4_to_25_characters(length: int) -> None:
    """With the check digit."""
    assert ids.kid_fault("1" * length, ["mod10", "mod11"]) == f"it has {length} characters instead of 4 to 25"


@pytest.mark.parametrize("kid", ["12a4", "١٢٣٤", "1234 ", "１２３４", "12.34"])
def test_a_kid_is_of_digits(kid: str) -> None:
    """No letters, no spaces, no digits of other scripts."""
    assert ids.kid_fault(kid, ["mod10", "mod11"]) is not None


@given(st.text("0123456789", min_size=3, max_size=24), st.integers(0, 23), st.integers(1, 9))
def test_a_slip_of_one_digit_in_a_kid_is_found(payload: str, place: int, by: int) -> None:
    """Either method finds one wrong digit."""
    place %= len(payload)
    slip = payload[:place] + str((int(payload[place]) + by) % 10) + payload[place + 1 :]
    for method, digit in (("mod10", ids.kid_mod10(payload)), ("mod11", ids.kid_mod11(payload))):
        assert ids.kid_fault(payload + digit, [method]) is None
        assert ids.kid_fault(slip + digit, [method]) is not None


# --- organisations, accounts, references ----------------------------------------------------------

TEST_COMPANIES = ("310000019", "310000205", "312000458", "313001121", "314002334")


@pytest.mark.parametrize("number", TEST_COMPANIES)
def test_organisation_numbers_of_norway(number: str) -> None:
    """The test companies of the register: nine digits, MOD11; the VAT id is the number with NO and MVA."""
    assert ids.is_org_number(number, "NO")
    assert ids.is_vat_number(f"NO{number}MVA")
    assert not ids.is_vat_number(f"NO{number}")
    assert not ids.is_org_number(number[1:], "NO")
    assert not ids.is_org_number(f"{number}0", "NO")


@pytest.mark.parametrize(
    ("valid", "number"),
    [
        pytest.param(lambda n: ids.is_org_number(n, "NO"), "310000019", id="org number"),
        pytest.param(ids.is_iban, "NO9386011117947", id="IBAN of Norway"),
        pytest.param(ids.is_iban, "DE89370400440532013000", id="IBAN of Germany"),
        pytest.param(lambda n: ids.is_bank_account(n, "NO"), "86011117947", id="account number"),
        pytest.param(ids.is_gln, "7080000000005", id="GLN"),
        pytest.param(ids.is_creditor_reference, "RF18539007547034", id="creditor reference (ISO 11649)"),
    ],
)
def test_a_slip_of_one_digit_is_found(valid: Callable[[str], bool], number: str) -> None:
    """The number passes, and none that differs from it in one digit."""
    assert valid(number)
    for place, digit in enumerate(number):
        if digit.isdigit():
            slips = [number[:place] + other + number[place + 1 :] for other in "0123456789" if other != digit]
            assert not any(valid(slip) for slip in slips), place


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("SE556703748501", True),
        ("SE556703748502", False),
        ("DE136695976", True),
        ("DE136695978", False),
        ("DK13585628", True),
        ("GB980780684", True),
        ("GB802311781", False),
        ("CHE107787577IVA", True),
        ("NO310000018MVA", False),
        ("US123", True),
    ],
)
def test_vat_numbers_of_other_countries(number: str, valid: bool) -> None:
    """Countries whose rule is known are checked, others pass (vectors of python-stdnum)."""
    assert ids.is_vat_number(number) is valid


def test_organisation_numbers_of_other_countries() -> None:
    """Sweden, Denmark and Finland have their rules; of other countries nothing is known, and nothing refused."""
    assert ids.is_org_number("1234567897", "SE")
    assert not ids.is_org_number("1234567891", "SE")
    assert ids.is_org_number("13585628", "DK")
    assert not ids.is_org_number("13585627", "DK")
    assert ids.is_org_number("2077474-0", "FI")
    assert not ids.is_org_number("2077474-1", "FI")
    assert ids.is_org_number("whatever", "US")


def test_bank_codes() -> None:
    """ISO 9362: eight or eleven characters."""
    assert ids.is_bic("DNBANOKK")
    assert ids.is_bic("DNBANOKKXXX")
    assert not ids.is_bic("DNBANOK")
    assert not ids.is_bic("DNB")


# --- ids and document numbers ---------------------------------------------------------------------


@pytest.mark.parametrize("good", ["C00017", "7", "A-1", "Ab"])
def test_ids_fit_into_an_account(good: str) -> None:
    """Letters, digits and `-`, beginning with a capital or a digit: a valid last part of a Beancount account."""
    assert ids.is_id(good)


@pytest.mark.parametrize("bad", ["", "c1", "-1", "C 1", "C_1", "C/1", "../C", "Å1", "C1\n", "C:1"])
def test_other_ids_are_refused(bad: str) -> None:
    """What would be another account, another directory or another line."""
    assert not ids.is_id(bad)


@pytest.mark.parametrize("good", ["2026-0012", "K2026-0003", "A/1", "a.b", "1_2", "7"])
def test_document_numbers(good: str) -> None:
    """Letters, digits, `-`, `_`, `.` and `/`."""
    assert ids.is_number(good)


@pytest.mark.parametrize(
    "bad", ["", " 1", "1 ", "1\n", "../1", "a/../b", "a//b", "/1", ".1", "1.", "1/", "-1", "№1", "1;2", "<1>"]
)
def test_other_document_numbers_are_refused(bad: str) -> None:
    """A number names files and links: no way out of a directory, no space, nothing of markup."""
    assert not ids.is_number(bad)


@given(
    st.integers(1, 99999),
    st.integers(1990, 2090),
    st.sampled_from(["{year}-{number:04}", "K{number}", "{number:06}/{year}"]),
)
def test_a_number_is_read_as_it_is_written(number: int, year: int, form: str) -> None:
    """`written` and `pattern` are each other's opposite."""
    match = numbering.pattern(form).fullmatch(numbering.written(form, year, number))
    assert match is not None
    assert int(match["number"]) == number
    assert match.groupdict().get("year") in {str(year), None}


# --- what the docstrings say ----------------------------------------------------------------------

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(billtext.__path__, "billtext.")
    if not module.name.startswith(("billtext.cli", "billtext.fava")) and not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name: str) -> None:
    """The examples of a module give what they say."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_docstrings_have_examples() -> None:
    """The doctests are found at all."""
    assert doctest.testmod(ids).attempted >= 2
