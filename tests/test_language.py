"""Languages: every catalogue is complete, and every language that Babel knows can be asked for."""

import datetime
import re
from decimal import Decimal
from pathlib import Path

import pytest
from babel import Locale
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from billtext.model import KINDS
from billtext.rendering import sheets, units
from billtext.rendering.language import CATALOGUES, Language, _words, languages
from billtext.rules.invoices import STATUSES
from billtext.rules.presented_lines import EXEMPT

SOURCE = Path(__file__).parent.parent / "src" / "billtext"


ASKED = re.compile(r"""(?<!def )\b(?:t|language|_words)\(([^()]*)\)""")  # both texts of `t("a" if x else "b")`
COLUMN = re.compile(r'\bcolumn\(\s*"([^"]+)"(?:,\s*"([^"]+)")?')
UNTOLD = {"SHA-256", "31 60", "91+"}  # heads of columns that are no words
TEXT = re.compile(r"""(["'])((?:(?!\1).)+)\1""")
# Norwegian law has words of its own for this, which are those of the ledger.
LAWS = {"nb": {EXEMPT["AE"][1]}}


def texts() -> set[str]:
    """Texts that templates and modules ask a reader's language for, and the words of the ledger language."""
    titles = {
        title or sheets.column(key).title
        for path in (SOURCE / "rendering").rglob("*.py")
        for key, title in COLUMN.findall(path.read_text("utf-8"))
    }
    found = (
        {*(title for title in titles if title not in UNTOLD), *KINDS, *STATUSES, "unapplied", "not-due"}
        | units.words()
        | {reason for _, reason in EXEMPT.values()}
    )
    modules = [path for part in ("rendering", "outside", "fava") for path in (SOURCE / part).rglob("*.py")]
    for path in [*SOURCE.rglob("*.j2"), *modules]:
        asked = ASKED.findall(path.read_text("utf-8"))
        found |= {text for each in asked for _, text in TEXT.findall(each)}
    return found


@pytest.mark.parametrize("code", ["nb", "nn", "sv", "da", "de"])
def test_a_catalogue_is_complete(code: str) -> None:
    """No text of ours is without its word in any of the languages."""
    assert texts() - set(_words(code)) - LAWS.get(code, set()) == set()


def test_a_translation_keeps_what_is_filled_in() -> None:
    """What stands in braces in a text stands in its translation."""
    for code in languages():
        for text, translated in _words(code).items():
            assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", translated)), (code, text)


def test_words_of_a_bookkeeper() -> None:
    """As an invoice is written in each country."""
    words = ("Invoice", "Credit note", "Due", "VAT basis", "Payment reference")
    assert [Language("de")(word) for word in words] == [
        "Rechnung", "Gutschrift", "Fälligkeit", "Bemessungsgrundlage", "Verwendungszweck"
    ]  # fmt: skip
    assert [Language("sv")(word) for word in words[:4]] == ["Faktura", "Kreditfaktura", "Förfallodatum", "Momsunderlag"]
    assert [Language("da")(word) for word in words[:4]] == ["Faktura", "Kreditnota", "Forfaldsdato", "Momsgrundlag"]
    assert Language("nn")("Paid already") == "Allereie betalt"


def test_no_two_catalogues_differ_in_what_they_have_to_say() -> None:
    """A catalogue has no text twice."""
    for path in CATALOGUES.glob("*.po"):
        found = re.findall(r'^msgid "(.+)"$', path.read_text("utf-8"), re.MULTILINE)
        assert len(found) == len(set(found)), path


@pytest.mark.parametrize(
    ("code", "amount", "date"),
    [
        ("nb", "-1\u00a0234,50", "16. mars 2026"),
        ("en", "-1,234.50", "16 Mar 2026"),
        ("en_US", "-1,234.50", "Mar 16, 2026"),
        ("de", "-1.234,50", "16.03.2026"),
        ("sv", "-1\u00a0234,50", "16 mars 2026"),
        ("", "-1,234.50", "2026-03-16"),
        ("tlh", "-1,234.50", "16 Mar 2026"),
    ],
)
def test_numbers_and_dates(code: str, amount: str, date: str) -> None:
    """As people write them where the language is spoken (Unicode CLDR); an unknown language is written as English."""
    language = Language(code)
    assert language.amount(Decimal("-1234.5"), "NOK") == amount
    assert language.date(datetime.date(2026, 3, 16)) == date


def test_decimals_of_the_currency() -> None:
    """Yen have none, a finer price keeps its digits, and nothing is ever written as minus zero."""
    language = Language("en")
    assert language.amount(Decimal("1234"), "JPY") == "1,234"
    assert language.price(Decimal("0.007"), "EUR") == "0.007"
    assert language.amount(Decimal("-0.00"), "NOK") == "0.00"


TONGUES = ("nb", "nn", "sv", "da", "de", "en_150", "en_US", "de_CH", "fr", "pl", "pt_PT", "hu", "ar", "hi")


@given(
    st.decimals(-(10**14), 10**14, places=2) | st.decimals(-(10**14), 10**14, places=4) | st.decimals(-9, 9),
    st.sampled_from(TONGUES),
)
@settings(deadline=None, max_examples=500)
def test_numbers_are_those_of_babel(number: Decimal, code: str) -> None:
    """However they are made: by Python with the locale's signs, or by Babel itself."""
    language, locale = Language(code), Locale.parse(code)
    number = number or abs(number)
    for currency, pattern in (("NOK", "#,##0.00"), ("JPY", "#,##0")):
        whole = format_decimal(number, pattern, locale=locale, decimal_quantization=False)
        assert language.amount(number, currency) == whole
    assert language.number(number) == format_decimal(number, "#,##0.##########", locale=locale)


def test_a_number_of_many_digits_is_written() -> None:
    """Babel alone cannot round it."""
    assert Language("de").number(Decimal(10) ** 18) == "1.000.000.000.000.000.000"


@pytest.mark.parametrize("code", ["bn_IN", "en_IN"])
def test_where_a_locale_groups_otherwise_babel_writes_the_number(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signs of Python's numbers are only taken for a locale whose numbers differ in nothing else."""
    from billtext.rendering import language

    def lakhs(number: Decimal, pattern: str, **_others: object) -> str:
        return "12,34,567.89"

    monkeypatch.setattr(language, "format_decimal", lakhs)
    language._signs.cache_clear()
    assert Language(code).amount(Decimal("1234567.89"), "INR") == "12,34,567.89"
    monkeypatch.undo()
    language._signs.cache_clear()


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("nb", "12,5\u00a0%"), ("sv", "12,5\u00a0%"), ("de", "12,5\u00a0%"), ("en", "12.5%"),
        ("de-CH", "12.5%"), ("tr", "%12,5"),
    ],
)  # fmt: skip
def test_a_percentage_has_its_sign_where_the_language_has_it(code: str, shown: str) -> None:
    """As CLDR has the pattern of each locale; no line breaks between number and sign."""
    assert Language(code).percent(Decimal("12.50")) == shown
