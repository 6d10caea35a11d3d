"""The style sheet of the pages and their script: the site's own, and what makes them look at home in Fava."""

import hashlib
from functools import cache
from pathlib import Path

_SITE = Path(__file__).parent.parent / "site_template" / "theme" / "assets"


@cache
def sheet() -> str:
    """The style sheet."""
    own = Path(__file__).with_name("fava.css")
    return (_SITE / "billtext.css").read_text("utf-8") + own.read_text("utf-8")


@cache
def script() -> str:
    """The script."""
    return (_SITE / "billtext.js").read_text("utf-8")


@cache
def version() -> str:
    """Changes whenever the style sheet or the script does."""
    return hashlib.sha256((sheet() + script()).encode()).hexdigest()[:12]
