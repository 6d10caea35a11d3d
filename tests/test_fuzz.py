"""The reader survives what it is given: mangled ledgers are read, and reported on, without an exception.

Ledgers of `tests/errors` and a part of the demo are broken in the ways in which text breaks: lines lost, doubled or
swapped, values of another type, numbers huge and tiny, control characters, letters of all the world. What is wrong may
be told or not; that something is told of everything is the matter of `test_errors`.
"""

import datetime
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from beancount import loader
from hypothesis import given, settings
from hypothesis import strategies as st

from billtext.errors import Unreadable
from billtext.ledger import load
from billtext.options import SETTINGS
from billtext.rules import ageing, book, invoices, statements

ROOT = Path(__file__).parents[1]
ERRORS = [path.read_text("utf-8") for path in sorted((ROOT / "tests" / "errors").glob("*.beancount"))]


def demo() -> list[str]:
    """The demo company's register with ten documents, as ledgers of their own."""
    ledger = ROOT / "ledger"
    names = ["company", "accounts", "items"]
    base = "\n".join((ledger / f"{name}.beancount").read_text("utf-8") for name in names)
    base += "\n".join(path.read_text("utf-8") for path in sorted(ledger.glob("customers/*.beancount")))
    found = []
    for name in ("invoices/2026", "payments/2026"):
        entries = (ledger / f"{name}.beancount").read_text("utf-8").split("\n\n")
        found += ["\n\n".join(entries[n : n + 10]) for n in range(0, len(entries), 40)]
    return [base + "\n\n" + text for text in found]


LEDGERS = ERRORS + demo()

HOSTILE = (
    "\x00", "\x07", "\x1b[31m", "\u202e", "\u200b", "\ufeff", "\u2028", "😀", "İ", "ß", "ﬁ", "²", "١٢", "−", "\t", "\r",
    '"', "\\", "{", "}", "{number}", "../..", "%s", "<script>", "=1+1", ";", ":", "/", "^", "#", "@", "@@", "|",
)  # fmt: skip
VALUES = (
    "TRUE", "FALSE", "NULL", "", '""', '"x"', "0", "-1", "1.5", "0.000000000000000000001", "9" * 40, "-" + "9" * 80,
    "1 NOK", "0.00 NOK", "-5.001 EUR", "9" * 60 + " JPY", "2026-01-01", "0001-01-01", "9999-12-31", "Assets:Bank",
    "#tag", "^link", "NOK", '"2026-0001"', '"NO"', '"S25"', '"{number}"', '"\u202e"', "1/3", "(1 + 2) * 3", '"C00017"',
)  # fmt: skip
TYPES = ("TRUE", '"x"', "1.5", "1 NOK", "2026-01-01", "Assets:Bank", "")
NUMBERS = ("0", "0.00", "-0", "0.001", "1e5", "9" * 30, "9" * 400, "1." + "3" * 300, "1,000.00", "00012")
KEYS = (
    "invoice", "credit-note", "payment", "settles", "corrects", "customer", "due", "vat", "price", "price-per",
    "quantity", "discount", "discount-amount", "terms", "kid", "reference", "allowance", "item", "unit", "closed",
    "country", "rate", "format", "kind", "reset", "first", "gapless", "days", "end-of-month", "currency", "account",
    "name", "channel", "outcome",
)  # fmt: skip

Mutation = Callable[[list[str], random.Random], None]


def any_line(lines: list[str], draw: random.Random, what: str = "") -> int:
    """A line, of those that match an expression if there are any."""
    found = [n for n, line in enumerate(lines) if re.search(what, line)] or range(len(lines))
    return draw.choice(list(found))


def lose(lines: list[str], draw: random.Random) -> None:
    del lines[any_line(lines, draw)]


def double(lines: list[str], draw: random.Random) -> None:
    n = any_line(lines, draw)
    lines.insert(draw.randrange(len(lines)), lines[n])


def swap(lines: list[str], draw: random.Random) -> None:
    n, m = any_line(lines, draw), any_line(lines, draw)
    lines[n], lines[m] = lines[m], lines[n]


def flip(lines: list[str], draw: random.Random) -> None:
    n = any_line(lines, draw, r"\S")
    at = draw.randrange(len(lines[n]) + 1)
    lines[n] = lines[n][:at] + draw.choice(HOSTILE) + lines[n][at + draw.randrange(2) :]


def in_quotes(lines: list[str], draw: random.Random) -> None:
    n = any_line(lines, draw, '"')
    lines[n] = re.sub('"(.*?)"', lambda match: f'"{draw.choice(HOSTILE)}{match[1]}"', lines[n])


def other_value(lines: list[str], draw: random.Random) -> None:
    n = any_line(lines, draw, r"^\s+[a-z-]+:")
    lines[n] = lines[n].partition(":")[0] + ": " + draw.choice(VALUES)


def other_number(lines: list[str], draw: random.Random) -> None:
    n = any_line(lines, draw, r"\d")
    lines[n] = re.sub(r"(?<![\d\w-])-?\d+(\.\d+)?(?![\d-])", lambda _: draw.choice(NUMBERS), lines[n], count=1)


def other_argument(lines: list[str], draw: random.Random) -> None:
    n = any_line(lines, draw, "custom")
    head, *rest = re.findall(r'custom ".*?"|"[^"]*"|\S+', lines[n]) or [""]
    if rest:
        rest[draw.randrange(len(rest))] = draw.choice(VALUES)
    lines[n] = " ".join([head, *rest])


def new_key(lines: list[str], draw: random.Random) -> None:
    n = any_line(lines, draw, r"^\d{4}|^\s+[A-Z]")
    indent = "  " if lines[n][:1].isdigit() else "    "
    lines.insert(n + 1, f"{indent}{draw.choice(KEYS)}: {draw.choice(VALUES)}")


def lose_postings(lines: list[str], draw: random.Random) -> None:
    n = any_line(lines, draw, r"^\s+[A-Z]")
    lines[n] = draw.choice(["", "  Assets:Receivable:C00017", "  Assets:Bank:Drift  0 NOK", lines[n].split("  0")[0]])


def far_date(lines: list[str], draw: random.Random) -> None:
    n = any_line(lines, draw, r"\d{4}-\d\d-\d\d")
    lines[n] = re.sub(
        r"\d{4}-\d\d-\d\d", draw.choice(["0001-01-01", "1000-01-01", "9999-12-31", "2026-02-30"]), lines[n]
    )


MUTATIONS: tuple[Mutation, ...] = (
    lose, double, swap, flip, in_quotes, other_value, other_value, other_number, other_number, other_argument, new_key,
    lose_postings, far_date,
)  # fmt: skip


def mangled(text: str, draw: random.Random, times: int) -> str:
    """A text in which some things are broken."""
    lines = text.split("\n")
    for _ in range(times):
        draw.choice(MUTATIONS)(lines, draw)
    return "\n".join(lines)


# Beancount 3.2's parser ends the whole process at `250.00 / 0`, before anything of ours is asked.
BY_NOTHING = re.compile(r"/[\s(+-]*0[0.,]*(?!\d)")


def survive(text: str) -> int:
    """Read a ledger and make every report of it; return how many errors it has."""
    if BY_NOTHING.search(text):
        return 0
    try:
        entries, _, _ = loader.load_string(text)
    except ArithmeticError:  # Beancount's own, at an amount left out beside one of more than 28 digits
        return 0
    made = book.build(entries, load.sources)
    days = {datetime.date.min, datetime.date(2026, 6, 30), datetime.date.max}
    days |= {item.date for item in made.items[:3]}
    for day in sorted(days):
        for basis in ageing.BASES:
            ageing.report(made, day, basis=basis)
        for customer in [*made.items_of, "nobody"]:
            for kind in statements.KINDS:
                statements.report(made, customer, datetime.date.min, day, kind=kind)
        for row in invoices.rows(made, day):
            invoices.detail(made, row.document, day)
        invoices.voids(made, day)
    for error in made.errors:
        assert error.message.isprintable()
        assert error.line >= 0
    return len(made.errors)


@given(st.sampled_from(LEDGERS), st.randoms(use_true_random=False), st.integers(1, 5))
@settings(max_examples=400)
def test_a_mangled_ledger_is_read_and_reported_on(text: str, draw: random.Random, times: int) -> None:
    """One to five things are broken in a ledger; reading and reports go on."""
    survive(mangled(text, draw, times))


@pytest.mark.parametrize("key", KEYS)
def test_every_known_key_survives_every_type_of_value(key: str) -> None:
    """A key is given a value of every type on the transaction, on each of its postings and on register directives."""
    ledger = Path(ROOT / "tests" / "errors" / "allocate-undo.beancount").read_text("utf-8")
    ledger += '\n2026-01-01 custom "series" "INV" "{year}-{number:04}"\n  kind: "invoice"\n'
    ledger += '\n2026-01-01 custom "terms" "net-14"\n  days: 14\n'
    ledger += '\n2026-01-01 custom "delivery" "2026-0001"\n  channel: "email"\n'
    for value in VALUES:
        lines = []
        for line in ledger.split("\n"):
            if not line.strip().startswith(f"{key}:"):
                lines.append(line)
            if re.match(r"\d{4}-\d\d-\d\d (\*|custom)", line):
                lines.append(f"  {key}: {value}")
            elif re.match(r"  [A-Z]", line):
                lines.append(f"    {key}: {value}")
        survive("\n".join(lines))


@pytest.mark.parametrize("option", SETTINGS)
def test_every_option_survives_every_type_of_value(option: str) -> None:
    """An option of the ledger is given a value of every type, in a ledger with accounts."""
    ledger = (ROOT / "tests" / "errors" / "allocate-undo.beancount").read_text("utf-8")
    for value in VALUES:
        survive(f'{ledger}\n2026-01-01 custom "billtext-option" "{option}" {value}\n')


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "errors").glob("*.beancount")), ids=lambda path: path.stem)
def test_every_argument_survives_every_type_of_value(path: Path) -> None:
    """Each argument of each `custom` is given a value of every type."""
    lines = path.read_text("utf-8").split("\n")
    for n, line in enumerate(lines):
        head, *arguments = re.findall(r'^\d.*? custom "[^"]*"|"[^"]*"|\S+', line) or [""]
        for at in range(len(arguments) if "custom" in head else 0):
            for value in TYPES:
                changed = [*arguments[:at], value, *arguments[at + 1 :]]
                survive("\n".join([*lines[:n], " ".join([head, *changed]), *lines[n + 1 :]]))


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "errors").glob("*.beancount")), ids=lambda path: path.stem)
def test_a_ledger_cut_short_anywhere_is_read(path: Path) -> None:
    """A ledger that ends in the middle of a line, as after a crash of the editor."""
    text = path.read_text("utf-8")
    for end in range(0, len(text), 97):
        survive(text[:end])


def test_a_ledger_of_another_kind_of_bookkeeping_has_no_errors_of_ours() -> None:
    """Nothing at all, text that is no ledger, and a ledger without customers."""
    for text in ("", "\n" * 100, "Dear sirs,\nplease find enclosed", "2026-01-01 open Assets:Receivable\n"):
        assert survive(text) == 0


def test_a_number_that_beancount_cannot_reckon_with_makes_a_ledger_unreadable(tmp_path: Path) -> None:
    """Where Beancount's loader gives up with an exception, the ledger is unreadable, in a sentence."""
    path = tmp_path / "main.beancount"
    path.write_text(f"""
option "use_precise_interpolation" "TRUE"
2026-01-01 open Assets:Bank
2026-01-01 open Income:Sales
2026-01-02 * "Left out beside a huge one"
  Assets:Bank  {"9" * 30}.00 NOK
  Income:Sales
""")
    with pytest.raises(Unreadable, match="more digits than Beancount can reckon with"):
        load.load(path)
