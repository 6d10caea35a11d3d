"""The guide tells the truth: every key and option stands in it, and its page of errors is that of the tests."""

import re
from pathlib import Path

from billtext.ledger.schema import BUSINESS_TERMS, FORMS, POSTING, REGISTER, TRANSACTION
from billtext.options import SETTINGS

GUIDE = Path(__file__).parent.parent / "site" / "guide"


def test_every_key_and_option_is_in_the_guide() -> None:
    """The pages of the ledger language name each directive, key and option that billtext knows."""
    names = ("ledger.md", "business-terms.md", "delivery.md", "archive.md")
    page = "".join((GUIDE / name).read_text("utf-8") for name in names)
    words = set(re.findall(r"[a-z][a-z0-9-]+", page))
    keys = {key for keys in REGISTER.values() for key in keys} | set(TRANSACTION) | set(POSTING)
    keys -= BUSINESS_TERMS  # by families, see test_business_terms.py
    assert (keys - {"rate", "format"}) - words == set()
    assert set(SETTINGS) - words == set()
    assert [form for form, _ in FORMS.values() if form.split('"')[1] not in page] == []


def test_the_page_of_errors_is_current() -> None:
    """`python tests/error_page.py` has been run since the last change of the errors."""
    import error_page

    assert error_page.PAGE.read_text("utf-8") == error_page.page()
