"""Languages: bokmål is complete, and every language that Babel knows can be asked for."""

import datetime
import re
from decimal import Decimal
from pathlib import Path

import pytest

from billtext.model import KINDS
from billtext.rendering import units
from billtext.rendering.language import CATALOGUES, Language, _words
from billtext.rules.invoices import STATUSES
from billtext.rules.presenting import EXEMPT

SOURCE = Path(__file__).parent.parent / "src" / "billtext"


def texts() -> set[str]:
    """Texts that templates and modules ask a reader's language for, and the words of the ledger language."""
    found = {*KINDS, *STATUSES, "unapplied", "not-due"} | units.words()
    found |= {reason for category, (_, reason) in EXEMPT.items() if category != "AE"}  # AE: Norwegian law has the words
    for path in [*SOURCE.rglob("*.j2"), *(SOURCE / "rendering").rglob("*.py")]:
        found |= set(re.findall(r"""\b(?:t|language)\(["']([^"']+)["']\)""", path.read_text("utf-8")))
    return found


def test_bokmal_is_complete() -> None:
    """No text of ours is without its bokmål."""
    assert texts() - set(_words("nb")) == set()


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
