"""The register from the command line: customers, contacts and items are added and changed by dated directives."""

import datetime
import itertools
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core.amount import Amount

from billtext.cli.register import KEYS
from billtext.errors import Refused
from billtext.ledger import load
from billtext.ledger.lines import within
from billtext.ledger.schema import REGISTER
from billtext.model import Register
from billtext.rules import book, customer_closing, duplicates, register_changes
from test_cli import ROOT
from test_cli import here as run

DAY = datetime.date(2026, 11, 23)
ON = ("--date", "2026-11-23")


def register(text: str) -> Register:
    """The register of a ledger given as text."""
    return book.build(load.parse(text, "test.beancount")[0]).register


def git(root: Path, *args: str) -> str:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@t.example", *args]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """A copy of the demo ledger under git: its top file."""
    root = Path(shutil.copytree(ROOT / "ledger", tmp_path / "ledger"))
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "begin")
    return root / "main.beancount"


def test_a_key_given_twice_is_told_below_a_text_of_several_lines() -> None:
    """Lines of the text are no keys, whatever they look like; Beancount would keep the last city silently."""
    text = """\
2026-01-01 custom "customer" "Z1"
  name: "Zed"
  note: "One

Two: three
name: four"
  city: "Oslo"
  city: "Bergen"
"""
    found = book.build(load.parse(text, "test.beancount")[0], lambda names: dict.fromkeys(names, text)).errors
    assert [(error.line, error.message.split(";")[0]) for error in found if "twice" in error.message] == [
        (8, "`city:` is given twice in this customer (first in line 7)")
    ]


def faults(text: str) -> list[tuple[int, str]]:
    """The errors of a ledger given as text, after a company: the line of each, and what it says first."""
    text = '2020-01-01 custom "company" "Fjordlys AS"\n  currency: "NOK"\n' + text
    found = book.build(load.parse(text, "test.beancount")[0], lambda names: dict.fromkeys(names, text)).errors
    return [(error.line, error.message.split(";")[0]) for error in found]


class Counted(list[str]):
    """Lines that count how many of them are read."""

    read = 0

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        self.read += len(found) if isinstance(at, slice) else 1
        return found

    def __iter__(self) -> Iterator[str]:
        for line in super().__iter__():
            self.read += 1
            yield line


def test_the_end_of_a_directive_is_found_without_the_rest_of_the_file() -> None:
    """Two lines and the one that shows where they end, whatever stands before and after them."""
    lines = Counted([*["; before"] * 100, '2020-01-01 custom "customer" "C1"', '  name: "A"', *["; after"] * 100])
    assert within(lines, 101) == [False, False]
    assert lines.read == 3


def test_a_key_given_three_times_is_told_at_each_line() -> None:
    """The customer begins on line 3, its first address stands on 5."""
    text = """\
2020-01-01 custom "customer" "C4"
  name: "A"
  email: "a@b.no"
  email: "b@b.no"
  email: "c@b.no"
"""
    assert faults(text) == [
        (6, "`email:` is given twice in this customer (first in line 5)"),
        (7, "`email:` is given twice in this customer (first in line 5)"),
    ]


def test_an_error_stands_at_its_key_and_not_within_a_text() -> None:
    """The invoice begins on line 8, its note on 10; what looks like a key on 11 is the note's second line."""
    text = """\
2020-01-01 custom "series" "INV" "{year}-{number:04}"
  kind: "invoice"
2020-01-01 custom "customer" "C1"
  name: "Nordlys AS"
  phone: "22"
2026-03-02 * "Nordlys AS" "Work"
  invoice: "2026-0001"
  note: "we said
  due: 2026-01-01 or so"
  due: 2026-02-01
  Assets:Receivable:C1   100.00 NOK
  Income:Sales  -100.00 NOK
"""
    assert [line for line, _ in faults(text)] == [12]


def test_a_category_that_goes_ill_with_the_rate_is_told_once() -> None:
    """X1 on line 3 bears VAT as if it had none; X2 on 9 has no category at all; X3 loses its rate on line 17."""
    text = """\
2020-01-01 custom "vat" "X1" 25.00
  category: "Z"
  account: Liabilities:VAT
2024-01-01 custom "vat" "X1" 24
2025-01-01 custom "vat" "X1" 23
  text: "x"
2020-01-01 custom "vat" "X2" 25.00
  category: "Q"
  account: Liabilities:VAT
2024-01-01 custom "vat" "X2" 0
2020-01-01 custom "vat" "X3" 25
  category: "S"
  account: Liabilities:VAT
2023-01-01 custom "vat" "X3" 24
2024-01-01 custom "vat" "X3" 0.00
2025-01-01 custom "vat" "X3" 0
"""
    assert faults(text) == [
        (4, '`category: "Z"` cannot be used'),
        (10, '`category: "Q"` cannot be used'),
        (17, '`category: "S"` cannot be used'),
    ]
    (wrong, *_) = book.build(load.parse(text, "test.beancount")[0]).errors
    assert wrong.message.endswith("write one of S, L, M, as the rate is 25")


UNSOLD = """\
2020-01-01 open Assets:Bank
2020-01-01 custom "item" "NEW"
  text: "Not sold yet"
  account: Income:New
2020-01-01 custom "bank-account" "savings"
  account: Assets:Savings
2020-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT
2026-03-02 * "Coffee"
  Assets:Bank     -10.00 NOK
  Expenses:Coffee  10.00 NOK
"""


def test_what_a_plugin_opens_when_it_is_used_is_not_missed_before() -> None:
    """Items and banks may wait for their first posting; without the plugin they are told on lines 6 and 8."""
    told = "is no account that the ledger opens"
    plugin = 'plugin "beancount.plugins.auto_accounts"\n'
    opened, errors, _ = loader.load_string(plugin + UNSOLD)
    assert errors == []
    assert [error.line for error in book.build(opened).errors if told in error.message] == [8]  # the VAT code
    assert [line for line, message in faults(UNSOLD) if told in message] == [6, 8, 10]


def test_an_account_whose_name_begins_another_hides_no_error() -> None:
    """The item's account is not opened; the VAT of 250.00 stands on an account of another code all the same."""
    text = """\
2020-01-01 custom "series" "INV" "{year}-{number:04}"
  kind: "invoice"
2020-01-01 custom "customer" "C1"
  name: "Nordlys AS"
2020-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT:Out
2020-01-01 custom "vat" "S15" 15
  account: Liabilities:VAT:Outp2
2020-01-01 custom "item" "X"
  text: "X"
  account: Liabilities:VAT:Outp
2020-01-01 open Assets:Receivable:C1
2020-01-01 open Income:Sales
2020-01-01 open Liabilities:VAT:Out
2020-01-01 open Liabilities:VAT:Outp2
2026-03-02 * "Nordlys AS" "Work"
  invoice: "2026-0001"
  Assets:Receivable:C1   1250.00 NOK
  Income:Sales  -1000.00 NOK
    vat: "S25"
  Liabilities:VAT:Outp2  -250.00 NOK
    vat: "S25"
"""
    posted = "VAT code S25 is posted to Liabilities:VAT:Outp2, but its account is Liabilities:VAT:Out"
    unopened = "`account: Liabilities:VAT:Outp` is no account that the ledger opens"
    assert faults(text) == [(13, unopened), (23, posted)]
    # The account of the code itself not opened: that is the mistake, and the posting follows from it.
    text = text.replace("2020-01-01 open Liabilities:VAT:Out\n", "")
    assert [line for line, _ in faults(text)] == [8, 13]


@pytest.mark.parametrize(("country", "lines"), [("SE", []), ("NO", [6])])
def test_a_bank_account_is_of_the_country_of_the_company(country: str, lines: list[int]) -> None:
    """5001-1234567 may be an account in Sweden; in Norway its last digit would be 6.

    5 × 5 + 0 × 4 + 0 × 3 + 1 × 2 + 1 × 7 + 2 × 6 + 3 × 5 + 4 × 4 + 5 × 3 + 6 × 2 = 104, and 11 - 104 % 11 = 6 (MOD11).
    """
    card = f'2020-01-01 custom "company" "Fjordlys AS"\n  country: "{country}"\n'
    text = '2019-01-01 custom "bank-account" "main"\n  number: "5001-1234567"\n'
    assert [line for line, message in faults(card + text) if "bank account number" in message] == lines


def change(top: Path, *args: str) -> str:
    """Run a command that ends well; return what it says."""
    done = run(*args, ledger=str(top))
    assert done.returncode == 0, done.stderr
    return done.stdout


def added(top: Path) -> list[str]:
    """The lines that git sees as added; none is taken away or changed."""
    root = top.parent
    git(root, "add", "-N", ".")
    lines = git(root, "diff", "--no-color", "--unified=0").splitlines()
    assert not [line for line in lines if line.startswith("-") and not line.startswith("---")]
    return [line[1:] for line in lines if line.startswith("+") and not line.startswith("+++")]


# --- what a change is -----------------------------------------------------------------------------------------


def test_every_key_of_the_register_has_its_option() -> None:
    """`closed` has commands of its own, which look at what is open."""
    for directive, words in KEYS.items():
        assert set(words) == set(REGISTER[directive]) - {"closed"}


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("credit-limit", "50000.00 NOK", Amount(Decimal("50000.00"), "NOK")),
        ("credit-limit", "1200.50", Amount(Decimal("1200.50"), "EUR")),
        ("hold", "yes", True),
        ("hold", "FALSE", False),
        ("name", " Nordlys\tAS\u202e ", "Nordlys AS"),
        ("my-key", "0047", "0047"),
    ],
)
def test_texts_become_values(key: str, text: str, value: object) -> None:
    """An amount without a currency is in the company's; of an unknown key it is text."""
    found = register_changes.parse("customer", key, text, "EUR")
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("credit-limit", "5.000,00 NOK", "is not understood; write an amount"),
        ("credit-limit", "NaN NOK", "is not understood; write an amount"),
        ("hold", "maybe", "is not understood; write TRUE or FALSE"),
        ("name", "Two\nlines", "has a line break"),
        ("name", "A" * 1001, "has 1,001 characters"),
        ("filename", "x", "cannot be a key"),
        ("Own key", "x", "cannot be a key"),
        ("org-number", "12345678901", "looks like a national identity number"),
        ("note", "15108695088", "looks like a national identity number"),
    ],
)
def test_texts_that_are_no_values(key: str, text: str, words: str) -> None:
    """A national identity number is not repeated in what is told."""
    with pytest.raises(Refused) as told:
        register_changes.parse("customer", key, text, "NOK")
    assert words in str(told.value)
    assert "15108695088" not in str(told.value)


@pytest.mark.parametrize(
    ("known", "taken", "kind", "wanted"),
    [
        ([], [], "company", ["C00001", "C00002"]),
        ([], [], "guest", ["G00001"]),
        ([("C00017", "company"), ("C00009", "person"), ("G00004", "guest")], ["C00018"], "public", ["C00019"]),
        ([("C00017", "company"), ("G00004", "guest")], [], "guest", ["G00005"]),
        ([("K99", "company"), ("K7", "company"), ("K12", "company"), ("Odd", "company")], [], "company", ["K100"]),
    ],
)
def test_the_next_free_id(known: list[tuple[str, str]], taken: list[str], kind: str, wanted: list[str]) -> None:
    """In the style of those that are there; guests count for themselves, and an id with money is not free."""
    text = "".join(f'2020-01-01 custom "customer" "{n}"\n  name: "X"\n  kind: "{k}"\n' for n, k in known)
    found = register_changes.free_ids(register(text), taken, kind)
    assert list(itertools.islice(found, len(wanted))) == wanted


ONE = """
2024-01-15 custom "customer" "C1"
  name: "Nordlys Interiør AS"
  city: "Oslo"
2026-06-01 custom "customer" "C1"
  city: "Tromsø"
"""


def edit(date: str, **values: Any) -> register_changes.Change | None:
    return register_changes.edit(register(ONE), "customer", "C1", datetime.date.fromisoformat(date), values)


def test_only_what_differs_on_the_day_is_changed() -> None:
    """Between two directives the earlier holds, and a later one still changes the key again."""
    assert edit("2026-05-01", name="Nordlys Interiør AS", city="Oslo") is None
    found = edit("2026-05-01", name="Nordlys Interiør AS", city="Bodø")
    assert found is not None
    assert dict(found.values) == {"city": "Bodø"}
    assert register_changes.later(register(ONE), found) == [("city", datetime.date(2026, 6, 1))]


def test_a_contradiction_on_one_day_is_refused_with_its_place() -> None:
    """Another key of that day may change, and the same value is no contradiction."""
    with pytest.raises(Refused, match=r'given `city: "Tromsø"` on 2026-06-01 already \(test.beancount:5\)'):
        edit("2026-06-01", city="Bodø")
    assert edit("2026-06-01", city="Tromsø") is None
    found = edit("2026-06-01", email="a@b.example")
    assert found is not None
    assert dict(found.values) == {"email": "a@b.example"}


def test_a_change_before_the_first_day_is_refused() -> None:
    with pytest.raises(Refused, match="customer C1 begins on 2024-01-15; date the change on that day or later"):
        edit("2024-01-14", city="Bodø")


def test_what_can_be_emptied() -> None:
    """A text can; a name, a word or a number cannot."""
    assert register_changes.emptied("customer", ["phone", "my-key"]) == {"phone": "", "my-key": ""}
    for key in ("name", "terms", "credit-limit"):
        with pytest.raises(Refused, match=f"`{key}` cannot be empty"):
            register_changes.emptied("customer", [key])


# --- likely duplicates ----------------------------------------------------------------------------------------

ALIKE = """
2020-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
  org-number: "310000205"
  address: "Storgata 1"
  postal-code: "0155"
2020-01-01 custom "customer" "C2"
  name: "Belysning Vest"
  vat-number: "NO310000019MVA"
  email: "Post@vest.example"
2020-01-01 custom "customer" "C3"
  name: "NORDLYS INTERIOR A/S"
  address: "storgata 1,"
  postal-code: "0155"
2020-01-01 custom "customer" "C4"
  name: "Vestlys"
  vat-number: "NO 310 000 019 MVA"
  email: "post@vest.example"
2020-01-01 custom "customer" "C5"
  name: "Nordlys Eiendom AS"
2020-01-01 custom "customer" "C6"
  name: "Nordlys Interiør AS"
  closed: TRUE
"""


def test_likely_duplicates_and_their_reasons() -> None:
    """Names without accents, case and legal form; numbers without spaces; a closed customer is passed over."""
    assert [(pair.first, pair.second, pair.reasons) for pair in duplicates.report(register(ALIKE), DAY)] == [
        ("C1", "C3", ("same address and postal code", "similar name")),
        ("C2", "C4", ("same VAT number", "same e-mail address")),
    ]
    card = {"name": "Nordlys Interior", "org-number": "310 000 205"}
    assert duplicates.like(card, duplicates.cards(register(ALIKE), DAY)) == (
        ("C1", ("same organisation number", "similar name")),
        ("C3", ("similar name",)),
    )


def test_duplicates_as_json(demo: Path) -> None:
    """The demo has none; a customer typed twice is one, and is pointed out when it is typed."""
    assert json.loads(change(demo, "customer", "duplicates", "--as-of", "2026-11-23", "--format", "json")) == []
    done = run("customer", "new", "--name", "Nordlys Interior", "--org-number", "310000205", *ON, ledger=str(demo))
    assert done.stderr == "note: C00029 may be C00017: same organisation number, similar name\n"
    assert json.loads(change(demo, "customer", "duplicates", "--as-of", "2026-11-23", "--format", "json")) == [
        {"customers": ["C00017", "C00029"], "names": ["Nordlys Interiør AS", "Nordlys Interior"],
         "reasons": ["same organisation number", "similar name"]}
    ]  # fmt: skip


# --- the commands ---------------------------------------------------------------------------------------------


WRITTEN = """\
; Havblikk AS

2026-11-23 custom "customer" "C00029"
  name: "Havblikk AS"
  kind: "company"
  org-number: "310000019"
  terms: "net-14"
  credit-limit: 5000.00 NOK
  our-contact: "Per"
2026-11-23 open Assets:Receivable:C00029
; Ola "Olli" Ås

2026-11-23 custom "customer" "G00003"
  name: "Ola \\"Olli\\" Ås"
  kind: "guest"
2026-11-23 open Assets:Receivable:G00003

2026-11-23 custom "customer" "C00017"
  email: "ny@nordlys.example"

2026-11-23 custom "customer" "C00017"
  terms: "net-14"

2026-11-23 custom "contact" "C00017" "projects"
  name: "Per Ås"

2026-12-01 custom "contact" "C00017" "projects"
  phone: "+47 22"

2027-01-01 custom "item" "CONS-SR"
  price: 1350.00 NOK

2026-11-23 custom "item" "PANEL"
  text: "Panel"
  price: 90.50 NOK
  vat: "S25"
  account: Income:Webshop
"""


def test_what_the_commands_write(demo: Path) -> None:
    """As a bookkeeper would have typed it, in the file in which the record stands; every other line stays."""
    change(demo, "customer", "new", "--name", "Havblikk AS", "--terms", "net-14", "--org-number", "310000019",
           "--credit-limit", "5000", "--set", "our-contact=Per", *ON)  # fmt: skip
    change(demo, "customer", "new", "--name", 'Ola "Olli" Ås', "--kind", "guest", *ON)
    change(demo, "customer", "edit", "C00017", "--email", "ny@nordlys.example", "--city", "Tromsø", *ON)
    change(demo, "customer", "edit", "C00017", "--terms", "net-14", *ON)
    change(demo, "contact", "new", "C00017", "projects", "--name", "Per Ås", *ON)
    change(demo, "contact", "edit", "C00017", "projects", "--phone", "+47 22", "--date", "2026-12-01")
    change(demo, "item", "edit", "CONS-SR", "--price", "1350", "--date", "2027-01-01")
    change(demo, "item", "new", "PANEL", "--text", "Panel", "--price", "90.5", "--vat", "S25", "--account",
           "Income:Webshop", *ON)  # fmt: skip
    assert sorted(added(demo)) == sorted(WRITTEN.splitlines())
    assert json.loads(change(demo, "check", "--format", "json")) == []


def test_a_trial_writes_nothing(demo: Path) -> None:
    """It shows what it would write."""
    for args in (
        ["customer", "edit", "C00017", "--city", "Bodø"],
        ["customer", "merge", "C00013", "C00012", "--reason", "one office"],
        ["item", "edit", "KM", "--price", "8"],
    ):
        assert 'custom "' in change(demo, *args, "--dry-run", *ON)
    assert added(demo) == []


def test_nothing_to_change(demo: Path) -> None:
    assert change(demo, "customer", "edit", "C00017", "--city", "Tromsø", *ON) == "There is nothing to change.\n"
    assert added(demo) == []


REFUSED = [
    (["customer", "new"], "a customer needs `name`"),
    (["customer", "new", "../etc", "--name", "X"], "the id '../etc' cannot be used"),
    (["customer", "new", "C00017", "--name", "X"], "customer C00017 is in the register since 2024-01-15"),
    (["customer", "new", "--name", "X", "--org-number", "310000206"], "is not a valid organisation number"),
    (["customer", "new", "--name", "X", "--org-number", "15108695088"], "national identity number"),
    (["customer", "new", "--name", "X", "--kind", "firm"], "write one of company, person, public, guest"),
    (["customer", "edit", "C0017", "--city", "X"], "is not in the register; did you mean C00017?"),
    (["customer", "edit", "C00017", "--terms", "net-15"], "there are cash, eom-15, net-14, net-30, net-30-2"),
    (["customer", "edit", "C00017", "--email", "nobody"], "write one e-mail address"),
    (["customer", "edit", "C00017", "--unset", "name"], "`name` cannot be empty"),
    (["customer", "edit", "C00017", "--city", "X", "--date", "2020-01-01"], "customer C00017 begins on 2024-01-15"),
    (["customer", "close", "C00017", "--reason", "X"], "customer C00017 has something open: K2025-0005 -2000.00 NOK"),
    (["customer", "reopen", "C00017"], "customer C00017 is not closed on 2026-11-23"),
    (["customer", "merge", "C00017", "C00099", "--reason", "X"], "customer C00099 is not in the register"),
    (["contact", "new", "C00017", "billing", "--name", "X"], "contact C00017 billing is in the register since"),
    (["contact", "new", "C00017", "a b", "--name", "X"], "the id 'a b' cannot be used"),
    (["contact", "new", "C00017", "x"], "a contact needs a name or an e-mail address"),
    (["contact", "edit", "C00017", "bill", "--name", "X"], "did you mean C00017 billing?"),
    (["item", "new", "X", "--text", "X", "--account", "Income:Nothing"], "the account Income:Nothing is not open"),
    (["item", "new", "X", "--text", "X", "--price", "1.000,00"], "is not understood; write an amount"),
    (["item", "edit", "CONS", "--price", "1"], "item CONS is not in the register"),
    (["item", "show", "../x"], "item ../x is not in the register"),
]


@pytest.mark.parametrize(
    ("args", "words"), REFUSED, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_bad_input_is_one_sentence_and_writes_nothing(args: list[str], words: str, tmp_path: Path) -> None:
    """Exit status 1; no file of the ledger is touched."""
    root = Path(shutil.copytree(ROOT / "ledger", tmp_path / "ledger"))
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    dated = [] if "--date" in args or args[1] == "show" else list(ON)
    done = run(*args, *dated, ledger=str(root / "main.beancount"))
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert words in done.stderr
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before


def test_closing_has_its_own_command(demo: Path) -> None:
    """It looks at what is open, which a mere change of a key would not."""
    done = run("customer", "edit", "C00017", "--set", "closed=TRUE", *ON, ledger=str(demo))
    assert (done.returncode, "say `billtext customer close`" in done.stderr) == (2, True)
    assert added(demo) == []


def test_the_price_list_of_a_day(demo: Path) -> None:
    """The price of 1 July holds from 1 July on."""
    for day, price in (("2026-06-30", "1250.00 NOK"), ("2026-07-01", "1295.00 NOK")):
        found = json.loads(change(demo, "item", "list", "--as-of", day, "--format", "json"))
        item = next(item for item in found if item["id"] == "CONS-SR")
        assert (item["price"], item["changes"]) == (price, ["2020-01-01", "2026-07-01"])
    shown = json.loads(change(demo, "item", "show", "CONS-SR", "--format", "json"))
    assert shown[-1]["date"] == "2026-07-01"


def test_close_and_reopen(demo: Path) -> None:
    """Closed with a reason, no draft can be issued; a draft that waits is pointed out, and it can be opened again."""
    for draft in (demo.parent / "drafts").iterdir():
        draft.unlink()
    (demo.parent / "drafts" / "one.beancount").write_text(
        '2026-11-20 ! "Work"\n  invoice:\n  customer: "C00017"\n  Income:Consulting\n    item: "CONS-SR"\n', "utf-8"
    )
    done = run("customer", "close", "C00017", "--reason", "bankrupt", "--force", *ON, ledger=str(demo))
    assert done.returncode == 0
    assert done.stderr == "note: draft one of C00017 cannot be issued then; bill another, or delete it\n"
    assert 'closed: TRUE\n  reason: "bankrupt"\n' in done.stdout
    assert "customer C00017 is closed" in run("issue", "one", *ON, ledger=str(demo)).stderr
    again = run("customer", "close", "C00017", "--reason", "bankrupt", "--force", *ON, ledger=str(demo))
    assert "is closed on 2026-11-23 already" in again.stderr
    change(demo, "customer", "reopen", "C00017", "--date", "2026-11-24")
    assert "2026-" in change(demo, "issue", "one", "--date", "2026-11-24", "--delivery", "2026-11-20")


def test_no_document_may_follow_the_closing() -> None:
    """An invoice of 2 March: the customer can be closed from the 3rd on."""
    made = book.build(load.parse(BILLED, "test.beancount")[0])
    with pytest.raises(Refused, match="has a document dated 2026-03-02; close it on a later day"):
        customer_closing.close(made, "C1", datetime.date(2026, 3, 2), "gone", forced=True)
    closed = customer_closing.close(made, "C1", datetime.date(2026, 3, 3), "gone", forced=True)
    assert dict(closed.values) == {"closed": True, "reason": "gone"}


BILLED = """
2020-01-01 custom "customer" "C1"
  name: "Nordlys"
2026-03-02 * "Work"
  invoice: "1"
  Assets:Receivable:C1   10.00 NOK
  Income:Sales          -10.00 NOK
"""


def test_a_person_is_merged_by_id_alone(demo: Path) -> None:
    """C00023 is a person: the transaction carries the id, and the name stands in the register only."""
    text = change(demo, "customer", "merge", "C00023", "C00024", "--reason", "one household", "--date", "2026-11-24")
    assert '2026-11-24 * "C00023" "C00023 merged into C00024"' in text
    assert "Tveit" not in text
    lines = added(demo)
    assert '  merged-into: "C00024"' in lines
    assert json.loads(change(demo, "check", "--format", "json")) == []


# --- the guide ------------------------------------------------------------------------------------------------

GUIDE = (ROOT / "site" / "guide" / "register.md").read_text("utf-8")
BLOCKS = [
    [line.removeprefix("$ billtext ") for line in block.splitlines() if line.startswith("$ billtext ")]
    for block in re.findall(r"```console\n(.*?)```", GUIDE, re.DOTALL)
]
KUNDER = "Kundenr;Navn;Gate;Nr;Land\n17;Bergen Bakeri AS;Storgata;1;Norge\n"


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block[0])
def test_the_examples_of_the_guide_work(block: list[str], tmp_path: Path) -> None:
    """Each on the demo ledger with the customer that the first example adds."""
    shutil.copytree(ROOT / "ledger", tmp_path / "ledger")
    mapping = re.search(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert mapping is not None
    (tmp_path / "imports").mkdir()
    (tmp_path / "imports" / "kunder.toml").write_text(mapping[1], "utf-8")
    (tmp_path / "kunder.csv").write_text(KUNDER, "cp1252")
    first = [] if block is BLOCKS[0] else [f"{BLOCKS[0][0]} --date 2026-01-01"]
    for line in (*first, *block):
        done = run(*shlex.split(line), ledger=None, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert json.loads(run("check", "--format", "json", ledger=None, cwd=tmp_path).stdout) == []
