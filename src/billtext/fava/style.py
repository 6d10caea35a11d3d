"""The style sheet of the pages and their script: the site's own, and what makes them look at home in Fava."""

import hashlib
import re
from functools import cache
from pathlib import Path

_DARK = re.compile(r'\[data-md-color-scheme="slate"\] (\{[^}]*\})')
_SITE = Path(__file__).parent.parent / "site_template" / "theme" / "assets"


@cache
def sheet() -> str:
    """The style sheet. The site's dark colours are used where the machine is dark, as Fava uses its own."""
    shared, own = (_SITE / "billtext.css").read_text("utf-8"), Path(__file__).with_name("fava.css").read_text("utf-8")
    found = _DARK.search(shared)
    dark = f"\n@media screen and (prefers-color-scheme: dark) {{ :root {found[1]} }}\n" if found else ""
    return shared + dark + own


@cache
def script() -> str:
    """The script."""
    return (_SITE / "billtext.js").read_text("utf-8")


@cache
def version() -> str:
    """Changes whenever the style sheet or the script does."""
    return hashlib.sha256((sheet() + script()).encode()).hexdigest()[:12]
