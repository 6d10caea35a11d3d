"""What the tests share: ledgers written in the docstrings of tests, and the settings of hypothesis."""

import inspect
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from beancount import loader
from hypothesis import HealthCheck, settings

from billtext.ledger import load
from billtext.rules import book
from billtext.rules.book import Book
from site_room import CHROMIUM, FLAGS, window

Read = Callable[[str], Book]

# The same examples every time, so that a change alone makes a test fail; other ones with `make fuzz`.
SLOW = [HealthCheck.too_slow]
settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=SLOW)
settings.register_profile("fuzz", deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture
def read() -> Read:
    """Read a ledger from its text."""

    def read_text(text: str) -> Book:
        entries, _, _ = loader.load_string(text, dedent=True)
        return book.build(entries, load.sources)

    return read_text


@pytest.fixture
def told(request: pytest.FixtureRequest, read: Read) -> Book:
    """The ledger in the docstring of the test, after its first paragraph and the `BEGIN` of its module."""
    _, _, text = inspect.cleandoc(request.function.__doc__).partition("\n\n")
    return read(getattr(request.module, "BEGIN", "") + text)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, where the machine has it; what it shows is tested on the text of the pages too."""
    if not CHROMIUM.exists():
        pytest.skip("no chromium here; the same pages are read by a parser")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as found:
        launched = found.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """An empty page in a browser."""
    with window(browser) as empty:
        yield empty
