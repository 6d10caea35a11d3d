"""The collection of mistakes: for each kind of error a ledger with it, and the exact words of the check."""

import re
import shutil
from pathlib import Path

import pytest
from beancount import loader

from billtext import errors
from billtext.errors import LedgerError
from billtext.ledger import load
from billtext.rules import book

ERRORS = Path(__file__).parent / "errors"
LEDGERS = sorted(ERRORS.glob("*.beancount"))
NAMES = [path.stem for path in LEDGERS]


def kinds(cls: type[LedgerError] = LedgerError) -> set[type[LedgerError]]:
    """All kinds of error: classes with a sentence of their own; those without group others."""
    found = {cls} if cls.sentence else set()
    return found.union(*(kinds(sub) for sub in cls.__subclasses__()))


def file_name(cls: type[LedgerError]) -> str:
    """`VatAmountError` → `vat-amount`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__.removesuffix("Error")).lower()


def told(found: list[LedgerError]) -> str:
    """Errors as `FILE:LINE: message (Class)`, a line each."""
    lines = []
    for error in found:
        place = f"{Path(error.source['filename']).name}:{error.source['lineno']}"
        lines.append(f"{place}: {error.message} ({type(error).__name__})\n")
    return "".join(lines)


@pytest.mark.parametrize("path", LEDGERS, ids=NAMES)
def test_the_mistake_is_told_in_these_words(path: Path) -> None:
    """The check of `NAME.beancount` says what stands in `NAME.txt`, no more and no less."""
    entries, _, _ = loader.load_file(str(path))
    assert told(list(book.build(entries, load.sources).errors)) == path.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("path", LEDGERS, ids=NAMES)
def test_the_plugin_tells_the_same(path: Path, tmp_path: Path) -> None:
    """With the plugin `billing`, Beancount's own loader reports the same errors at the same lines."""
    copy = Path(shutil.copy(path, tmp_path))
    with copy.open("a", encoding="utf-8") as file:
        file.write('\nplugin "billtext_plugins.billing"\n')
    _, found, _ = loader.load_file(str(copy))
    assert told(found) == path.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("path", LEDGERS, ids=NAMES)
def test_beancount_alone_has_nothing_to_say(path: Path) -> None:
    """Each of these ledgers is one that Beancount lets pass: it is why billtext checks."""
    _, found, _ = loader.load_file(str(path))
    assert not found


@pytest.mark.parametrize("path", LEDGERS, ids=NAMES)
def test_one_ledger_shows_one_kind_of_mistake(path: Path) -> None:
    """A ledger is named after the kind of mistake it holds, and holds no other."""
    lines = path.with_suffix(".txt").read_text("utf-8").splitlines()
    assert lines
    for line in lines:
        name = re.search(r"\((\w+)\)$", line)
        assert name is not None
        assert file_name(getattr(errors, name[1])) == path.stem


def test_every_kind_of_mistake_has_its_ledger() -> None:
    """No kind of error is without an example, and no example without its kind."""
    assert {file_name(cls) for cls in kinds()} == set(NAMES)
    assert {path.stem for path in ERRORS.glob("*.txt")} == set(NAMES)


@pytest.mark.parametrize("cls", sorted(kinds(), key=lambda cls: cls.__name__))
def test_a_message_says_what_is_wrong_and_what_to_do(cls: type[LedgerError]) -> None:
    """A message is one sentence in two halves: what is wrong, with the value seen; what to do."""
    message = cls.sentence
    assert ";" in message, "no remedy"
    assert not message.endswith("."), "ends like prose"
    assert "{" in message, "shows no value"
    assert cls.__doc__, "does not say why it matters"


@pytest.mark.parametrize("path", LEDGERS, ids=NAMES)
def test_a_ledger_begins_with_what_went_wrong(path: Path) -> None:
    """The first line tells the story in a bookkeeper's words, and the error is below it."""
    first, _, rest = path.read_text("utf-8").partition("\n")
    assert first.startswith("; ")
    assert first.count(" ") > 3
    assert 'option "operating_currency"' in rest


def test_a_hostile_value_stays_on_one_line() -> None:
    """A value of many lines, with control characters or without end, does not break the report."""
    error = errors.OptionUnknownError.at({}, name="a\nb\x1b[31m\u202e" + "x" * 500, known="receivable")
    assert "\n" not in error.message
    assert "\x1b" not in error.message
    assert "\u202e" not in error.message
    assert len(error.message) < 200
