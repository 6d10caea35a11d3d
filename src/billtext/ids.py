"""Numbers with check digits, and the form of ids. The rules are python-stdnum's; KID's MOD11 is Norway's own.

Imports of python-stdnum are inside the functions: a ledger without such a number does not pay for them.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache

_ID = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")
_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_./-]*[A-Za-z0-9_-])?")

_ACCOUNT = re.compile(r"[0-9]+|[A-Z]{2}[0-9]{2}[A-Z0-9]+")
# Two letters of CLDR that are no country, and codes for Northern Ireland and Kosovo in the list of BR-CL-14.
_NO_COUNTRIES, _BESIDES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}), frozenset({"XI", "1A"})


def is_id(text: str) -> bool:
    """Whether a text can be a register id: letters, digits and `-`, beginning with a capital or a digit."""
    return _ID.fullmatch(text) is not None


def is_number(text: str) -> bool:
    """Whether a text can be a document number.

    It begins with a letter or digit and holds no `..`: it names files too.
    """
    if text.isascii() and text.replace("-", "0").isalnum():  # as nearly all are
        return text[0] != "-"
    return _NUMBER.fullmatch(text) is not None and ".." not in text and "//" not in text


def _valid(module: str, number: str) -> bool:
    from importlib import import_module

    return bool(import_module(f"stdnum.{module}").is_valid(number))


def is_org_number(number: str, country: str) -> bool:
    """Organisation number of a country's business register; countries without a known rule pass.

    Source: python-stdnum; Norway: nine digits, MOD11 (Enhetsregisteret).
    """
    module = {"NO": "no.orgnr", "SE": "se.orgnr", "DK": "dk.cvr", "FI": "fi.ytunnus"}.get(country)
    return module is None or _valid(module, number)


def is_national_identity(number: str) -> bool:
    """Norwegian national identity number or D-number, which a billing office does not need (fødselsnummer).

    >>> is_national_identity("15108695088"), is_national_identity("310000205")
    (True, False)
    """
    return re.fullmatch(r"\d{11}", number) is not None and _valid("no.fodselsnummer", number)


def is_vat_number(number: str) -> bool:
    """VAT id with its country's prefix, such as `NO310000019MVA` (NO-R-001) or an id of the European Union."""
    from importlib import import_module

    if number.startswith("NO"):
        return number.endswith("MVA") and _valid("no.mva", number)
    if number.startswith("CHE"):
        return _valid("ch.vat", number)
    if number.startswith("GB"):
        return _valid("gb.vat", number)
    vat = import_module("stdnum.eu.vat")
    return number[:2].lower() not in {*vat.MEMBER_STATES, "el"} or bool(vat.is_valid(number))


def is_iban(number: str) -> bool:
    """International bank account number (ISO 13616)."""
    return _valid("iban", number)


def compact_account(number: str) -> str:
    """An account number or IBAN without what groups it, as machines read it; other text as it is.

    >>> compact_account("NO93 8601 1117 947"), compact_account("8601.11.17947"), compact_account("on request")
    ('NO9386011117947', '86011117947', 'on request')
    """
    found = re.sub(r"[ .\u00a0]", "", number)
    return found if _ACCOUNT.fullmatch(found) else number


def is_bic(number: str) -> bool:
    """Business identifier code of a bank (ISO 9362)."""
    return _valid("bic", number)


def is_gln(number: str) -> bool:
    """Global location number: 13 digits (GS1)."""
    return len(number) == 13 and _valid("ean", number)


def is_bank_account(number: str, country: str) -> bool:
    """Domestic account number; Norway: eleven digits, MOD11."""
    return country != "NO" or _valid("no.kontonr", number)


def is_creditor_reference(number: str) -> bool:
    """Structured creditor reference, `RF…` (ISO 11649)."""
    return _valid("iso11649", number)


def kid_mod10(payload: str) -> str:
    """MOD10 (Luhn) check digit of a KID.

    >>> [kid_mod10(p) for p in ("12345678", "1234", "2345678", "001001")]
    ['2', '4', '3', '7']
    """
    from stdnum import luhn

    return str(luhn.calc_check_digit(payload))


def kid_mod11(payload: str) -> str:
    """MOD11 check digit of a KID: weights 2 to 7 from the right; `-` where the remainder leaves 10.

    Source: Nets, Systemspesifikasjon OCR giro; Mastercard Payment Services.

    >>> [kid_mod11(p) for p in ("12345678", "1234", "2345678", "40")]
    ['5', '3', '8', '-']
    """
    total = sum(int(digit) * (2 + i % 6) for i, digit in enumerate(reversed(payload)))
    check = 11 - total % 11
    return {11: "0", 10: "-"}.get(check, str(check))


KID_CHECKS: dict[str, Callable[[str], str]] = {"mod10": kid_mod10, "mod11": kid_mod11}


def kid_fault(kid: str, methods: Iterable[str]) -> str | None:
    """What is wrong with a KID under all of the methods given (`mod10`, `mod11`), or None.

    A KID has 4 to 25 characters with the check digit, digits only but for a final `-` under MOD11.
    """
    methods = tuple(methods)
    if not 4 <= len(kid) <= 25:
        return f"it has {len(kid)} characters instead of 4 to 25"
    if not re.fullmatch(r"[0-9]+[0-9-]", kid):
        return "it holds something else than digits"
    wanted = [KID_CHECKS[method](kid[:-1]) for method in methods]
    if kid[-1] in wanted:
        return None
    return " or ".join(
        f"the {name.upper()} check digit is {digit}" for name, digit in zip(methods, wanted, strict=True)
    )


@cache
def is_language(code: str) -> bool:
    """Whether a code names a language that Babel (Unicode CLDR) knows, such as `nb`."""
    from babel.localedata import exists

    return bool(exists(code.replace("-", "_")))


@cache
def is_country(code: str) -> bool:
    """Whether a code is a country's (ISO 3166 alpha-2, by Unicode CLDR), or one that e-invoices have too (BR-CL-14).

    >>> [is_country(code) for code in ("NO", "XI", "no", "NOR", "ZZ", "EU")]
    [True, True, False, False, False, False]
    """
    from babel import Locale

    return len(code) == 2 and code not in _NO_COUNTRIES and (code in _BESIDES or code in Locale("en").territories)


_EMAIL = re.compile(r"[^\s@<>,;:\"\\()\[\]]+@[^\s@<>,;:\"\\()\[\]]+\.[^\s@<>,;:\"\\()\[\]]+")


def is_email(text: str) -> bool:
    """Whether a text is one e-mail address, with a domain that has a point.

    >>> is_email("faktura@firma.example"), is_email("faktura@firma"), is_email("Kari <kari@firma.example>")
    (True, False, False)
    """
    return _EMAIL.fullmatch(text) is not None


@cache
def is_currency(code: str) -> bool:
    """Whether a code is a currency's (ISO 4217, by Unicode CLDR)."""
    from babel import Locale

    return code in Locale("en").currencies
