"""Seals and closed months: what was issued is not changed, removed or inserted unseen; the rest stays editable."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from beancount import loader

from office import Office

DRAFT = """\
2026-{month:02}-10 ! "Part {n}"
  invoice:
  customer: "C1"
  Income:Sales
    price: {n}00.00 NOK
    quantity: 2
    vat: "S25"
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Four sealed invoices, two in October and two in November."""
    made = Office(tmp_path / "books")
    for n, month in enumerate((10, 10, 11, 11), 1):
        made.draft("d", DRAFT.format(n=n, month=month))
        made.get("issue", "d", "--date", f"2026-{month}-1{n}")
    return made


def invoices(office: Office) -> Path:
    return office.root / "invoices" / "2026.beancount"


def change(office: Office, edit: Callable[[str], str]) -> None:
    text = invoices(office).read_text("utf-8")
    new = edit(text)
    assert new != text
    invoices(office).write_text(new, "utf-8")


def block(text: str, number: int) -> str:
    """The text of a document."""
    start = text.index(f'2026-1{0 if number < 3 else 1}-1{number} * "Nordlys')
    end = text.find("\n\n", start)
    return text[start:] if end < 0 else text[start : end + 2]


def told(office: Office) -> list[tuple[str, int, str]]:
    """The faults that `verify` finds: class, line, and beginning of the sentence."""
    done = office.run("verify", "--format", "json")
    found = json.loads(done.out)
    assert done.status == (1 if found else 0)
    return [(one["type"], one["line"], one["message"].split(";")[0]) for one in found]


def test_what_was_issued_verifies(office: Office) -> None:
    assert told(office) == []
    assert "4 of 4 documents sealed, no closed months: as they were" in office.get("verify")


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("  due: 2026-10-26\n", "  due: 2026-11-26\n"),
        lambda text: text.replace('  invoice: "2026-0002"\n', '  invoice: "2026-0002"\n  note: "by telephone"\n'),
        lambda text: text.replace("^2026-0003", "^2026-0003 ^B12 "),
        lambda text: text.replace("400.00 NOK", "400 NOK"),
        lambda text: f"; a comment\n\n{text}; another\n",
    ],
)
def test_due_dates_notes_links_comments_and_zeros_are_free(office: Office, edit: Callable[[str], str]) -> None:
    change(office, edit)
    assert told(office) == []


def test_money_that_settles_leaves_the_seal_alone(office: Office) -> None:
    with (office.root / "payments" / "2026.beancount").open("a") as file:
        file.write(
            '2026-11-20 * "Bank giro" ^2026-0001\n  payment: "B1"\n  Assets:Bank  250.00 NOK\n'
            '  Assets:Receivable:C1  -250.00 NOK\n    settles: "2026-0001"\n'
        )
    assert told(office) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Part 2"', '"Part two"'),
        ('"Nordlys Interiør AS" "Part 2"', '"Nordlys AS" "Part 2"'),
        ('  kid: "001202600027"\n', ""),
        ("2026-10-12 *", "2026-10-13 *"),
    ],
)
def test_a_changed_document_is_named(office: Office, old: str, new: str) -> None:
    line = invoices(office).read_text("utf-8").split("2026-10-12")[0].count("\n") + 1
    change(office, lambda text: text.replace(old, new))
    assert told(office) == [("SealChangedError", line, "2026-0002 was changed after it was sealed")]


def test_the_first_changed_document_of_a_series_is_named(office: Office) -> None:
    change(office, lambda text: text.replace('"Part 2"', '"x"').replace('"Part 4"', '"x"'))
    assert [kind for kind, *_ in told(office)] == ["SealChangedError"]


def test_a_removed_document_is_missed_by_the_next(office: Office) -> None:
    change(office, lambda text: text.replace(block(text, 2), ""))
    found = [(kind, message) for kind, _, message in told(office)]
    assert found == [
        (
            "SealBrokenError",
            (
                "2026-0003 was not sealed after 2026-0001 (2026.beancount:3): a document of the series INV was "
                "removed, inserted or sealed anew before it"
            ),
        )
    ]


def test_a_document_inserted_later_has_no_seal(office: Office) -> None:
    """The new one takes the number of one that is taken out."""

    def forge(text: str) -> str:
        own = block(text, 2)
        lines = [line for line in own.replace('"Part 2"', '"Gift"').split("\n") if "seal:" not in line]
        return text.replace(own, "\n".join(lines))

    change(office, forge)
    found = [(kind, message) for kind, _, message in told(office)]
    assert found == [("SealMissingError", "2026-0002 has no seal, but later documents of the series INV have")]


def test_a_seal_that_is_none_is_told(office: Office) -> None:
    change(office, lambda text: text.replace("  seal: ", '  seal: "x" ; ', 1))
    assert [kind for kind, *_ in told(office)] == ["SealFormError"]


def test_what_changed_is_shown_from_git(office: Office) -> None:
    git = ["git", "-C", str(office.root), "-c", "user.name=a", "-c", "user.email=a@firma.example"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Issued"]):
        subprocess.run([*git, *arguments], check=True)
    change(office, lambda text: text.replace('"Part 2"', '"Part two"'))
    subprocess.run([*git, "commit", "-qam", "Tampered"], check=True)
    found = json.loads(office.run("verify", "--format", "json").out)
    kid = '   invoice: "2026-0002"'
    assert found[0]["diff"][3:6] == [
        '-2026-10-12 * "Nordlys Interiør AS" "Part 2" ^2026-0002',
        '+2026-10-12 * "Nordlys Interiør AS" "Part two" ^2026-0002',
        kid,
    ]
    assert found[0]["commit"] == subprocess.check_output([*git, "rev-parse", "--short", "HEAD~1"], text=True).strip()


def test_what_was_typed_by_hand_can_be_sealed(office: Office) -> None:
    text = invoices(office).read_text("utf-8")
    typed = block(text, 4).replace("2026-0004", "2026-0005").replace("2026-11-14", "2026-11-24")
    typed = "\n".join(line for line in typed.split("\n") if "seal:" not in line and "kid:" not in line)
    invoices(office).write_text(f"{text}\n; by hand\n{typed}", "utf-8")
    assert told(office) == []
    before = office.files()["invoices/2026.beancount"].split("\n")
    assert "one document sealed: 2026-0005" in office.get("seal")
    after = office.files()["invoices/2026.beancount"].split("\n")
    added = [line for line in after if line not in before]
    assert [line[:9] for line in added] == ['  seal: "']
    assert [line for line in after if line not in added] == before
    assert "5 of 5 documents sealed" in office.get("verify")


def test_the_seal_stands_below_a_title_of_several_lines(tmp_path: Path) -> None:
    """Within the title it would be part of it, and the file could not be read any more."""
    made = Office(tmp_path / "books")
    made.draft("d", DRAFT.format(n=1, month=10))
    made.get("issue", "d", "--date", "2026-10-11")
    change(made, lambda text: re.sub('  seal: ".*"\n', "", text).replace('"Part 1"', '"Part 1,\n\nand; more"'))
    made.get("seal")
    head = re.search(r'"Part 1,\n\nand; more" \^2026-0001\n(.*?)"', invoices(made).read_text("utf-8"))
    assert head is not None
    assert head[1] == "  seal: "
    assert told(made) == []
    assert [document.entry.narration for document in made.book().documents] == ["Part 1,\n\nand; more"]


def test_the_plugin_tells_the_same_and_billing_leaves_seals_alone(office: Office) -> None:
    change(office, lambda text: text.replace('"Part 2"', '"Part two"'))
    for plugin, count in (("billing", 0), ("seal", 1)):
        top = office.root / f"{plugin}.beancount"
        top.write_text(f'plugin "billtext_plugins.{plugin}"\n' + office.main.read_text("utf-8"), "utf-8")
        _, errors, _ = loader.load_file(str(top))
        assert [type(error).__name__ for error in errors] == ["SealChangedError"] * count


# --- closed months ----------------------------------------------------------------------------------


def test_a_closed_month_carries_what_stood_in_it(office: Office) -> None:
    """October: 200.00 + 400.00 with 25 % VAT are 250.00 + 500.00."""
    out = office.get("close", "2026-10", "--date", "2026-11-15")
    assert out.split("digest")[0] == ('2026-11-15 custom "close" "2026-10"\n  movements: 2\n  volume: "750.00 NOK"\n  ')
    assert "one closed month: as they were" in office.get("verify")
    assert "no errors" in office.get("check")


@pytest.mark.parametrize(
    "text",
    [
        '2026-10-31 * "Bank giro"\n  payment: "B1"\n  Assets:Bank  1.00 NOK\n  Assets:Receivable:C1  -1.00 NOK\n',
        '2026-09-30 * "Bank giro"\n  payment: "B1"\n  Assets:Bank  1.00 NOK\n  Assets:Receivable:C1  -1.00 NOK\n',
    ],
)
def test_what_is_added_by_hand_to_a_closed_month_is_told_by_every_check(office: Office, text: str) -> None:
    office.get("close", "2026-10", "--date", "2026-11-15")
    with (office.root / "payments" / "2026.beancount").open("a") as file:
        file.write(text)
    done = office.run("check")
    assert done.status == 1
    assert "was closed on 2026-11-15 with 750.00 NOK in movements (2 of them), and has 751.00 NOK (3) now" in done.out


def test_a_word_that_is_changed_in_a_closed_month_is_told_by_verify(office: Office) -> None:
    with (office.root / "payments" / "2026.beancount").open("a") as file:
        file.write(
            '2026-10-31 * "Bank giro"\n  payment: "B1"\n  Assets:Bank  1.00 NOK\n  Assets:Receivable:C1  -1.00 NOK\n'
        )
    office.get("close", "2026-10", "--date", "2026-11-15")
    path = office.root / "payments" / "2026.beancount"
    path.write_text(path.read_text("utf-8").replace("Bank giro", "Cash"), "utf-8")
    assert [kind for kind, *_ in told(office)] == ["CloseChangedError"]


def test_commands_write_nothing_into_a_closed_month(office: Office) -> None:
    office.get("close", "2026-11", "--date", "2026-12-01")
    office.draft("d", DRAFT.format(n=5, month=11))
    before = office.files()
    done = office.run("issue", "d", "--date", "2026-11-30")
    assert (done.status, "2026-11-30 is in a closed month" in done.err) == (1, True)
    assert office.files() == before
    assert office.run("issue", "d", "--date", "2026-12-01").status == 0


@pytest.mark.parametrize(
    ("month", "day", "why"),
    [
        ("2026-10", "2026-10-31", "2026-10 ends on 2026-10-31; close it when it is over"),
        ("2026-09", "2026-12-01", "2026-09 is closed already; the last closed day is 2026-10-31"),
    ],
)
def test_a_month_is_closed_once_and_when_it_is_over(office: Office, month: str, day: str, why: str) -> None:
    if month == "2026-09":
        office.get("close", "2026-10", "--date", "2026-11-15")
    done = office.run("close", month, "--date", day)
    assert (done.status, why in done.err) == (1, True)


@pytest.mark.parametrize("month", ["February", "2026-13"])
def test_a_closing_that_says_no_month_is_told(office: Office, month: str) -> None:
    with (office.root / "follow-up" / "2026.beancount").open("a") as file:
        file.write(f'2026-11-15 custom "close" "{month}"\n  movements: 1\n2026-11-16 custom "close" "2026-09"\n')
    done = office.run("check")
    assert done.status == 1
    assert done.out.count("let `billtext close` write it") == 2


def test_verify_shows_what_changed_in_words(office: Office) -> None:
    committed(office)
    change(office, lambda text: text.replace('"Part 2"', '"Part two"'))
    done = office.run("verify")
    assert done.status == 1
    assert "2026-0002 was changed after it was sealed" in done.out
    assert '\n    -2026-10-12 * "Nordlys Interiør AS" "Part 2" ^2026-0002\n' in done.out
    assert "4 of 4 documents sealed, no closed months: " in done.out


# --- what git knows ---------------------------------------------------------------------------------


def committed(office: Office) -> None:
    git = ["git", "-C", str(office.root), "-c", "user.name=a", "-c", "user.email=a@firma.example"]
    if not (office.root / ".git").exists():
        subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "As it is"], check=True)


@pytest.mark.parametrize("commit", [False, True])
def test_the_last_document_sealed_anew_or_gone_is_named_from_git(office: Office, commit: bool) -> None:
    """In the seals that remain nothing is wrong, but git remembers the one that was there."""
    committed(office)
    own = block(invoices(office).read_text("utf-8"), 4)
    unsealed = "\n".join(line for line in own.split("\n") if "seal:" not in line).replace('"Part 4"', '"Part five"')
    change(office, lambda text: text.replace(own, unsealed))
    if commit:
        committed(office)
    found = [(kind, message.split(" (")[0]) for kind, _, message in told(office)]
    assert found == [("SealLostError", "2026-0004 was sealed otherwise")]
    done = office.run("seal")
    assert (done.status, "nothing was sealed" in done.err) == (1, True)
    change(office, lambda text: text.replace(unsealed, ""))
    if commit:
        committed(office)
    assert [(kind, "2026-0004" in message and "is gone" in message) for kind, _, message in told(office)] == [
        ("SealLostError", True)
    ]


def test_what_changed_in_a_closed_month_is_shown_from_git(office: Office) -> None:
    office.get("close", "2026-10", "--date", "2026-11-15")
    committed(office)
    with (office.root / "payments" / "2026.beancount").open("a") as file:
        file.write(
            '2026-10-31 * "Bank giro"\n  payment: "B1"\n  Assets:Bank  1.00 NOK\n  Assets:Receivable:C1  -1.00 NOK\n'
        )
    found = json.loads(office.run("verify", "--format", "json").out)
    assert [one["type"] for one in found] == ["CloseChangedError"]
    assert '+2026-10-31 * "Bank giro"' in found[0]["diff"]


def test_a_change_of_the_register_and_of_a_voucher_in_a_closed_month_is_told(office: Office) -> None:
    """Neither moves anything on a customer's account."""
    register = office.root / "customers" / "register.beancount"
    with register.open("a") as file:
        file.write('2026-10-05 custom "customer" "C1"\n  phone: "1"\n')
    with (office.root / "payments" / "2026.beancount").open("a") as file:
        file.write(
            '2026-10-26 * "Gift card"\n  payment: "B1"\n  Assets:Bank  437.00 NOK\n  Income:Sales  -437.00 NOK\n'
        )
    office.get("close", "2026-10", "--date", "2026-11-15")
    assert told(office) == []
    text = register.read_text("utf-8")
    register.write_text(text.replace('phone: "1"', 'phone: "2"'), "utf-8")
    assert [kind for kind, *_ in told(office)] == ["CloseChangedError"]
    register.write_text(text, "utf-8")
    payments = office.root / "payments" / "2026.beancount"
    payments.write_text(payments.read_text("utf-8").replace("437.00", "937.00"), "utf-8")
    assert [kind for kind, *_ in told(office)] == ["CloseChangedError"]


def test_what_lies_before_the_first_seal_is_told(tmp_path: Path) -> None:
    """Twelve typed by hand, then one issued: `seal` names ten before, and says afterwards what stays without."""
    made = Office(tmp_path / "books")
    typed = "\n".join(
        f'2026-11-{n:02} * "Nordlys Interiør AS" "Part {n}"\n  invoice: "2026-00{n:02}"\n  due: 2026-12-09\n'
        '  Assets:Receivable:C1  100.00 NOK\n  Income:Sales  -100.00 NOK\n    vat: "Z0"\n'
        for n in range(1, 13)
    )
    path = made.root / "invoices" / "2026.beancount"
    path.write_text(f"2020-01-01 open Assets:Receivable:C1\n{typed}", "utf-8")
    names = ", ".join(f"2026-00{n:02}" for n in range(1, 11))
    assert made.get("seal", "--dry-run") == f"12 documents to seal: {names} and 2 more\n"
    made.draft("d", DRAFT.format(month=11, n=1))
    made.get("issue", "d", "--date", "2026-11-24")
    assert made.get("seal") == (
        "no documents sealed\n12 documents stay without a seal: each lies before the last sealed one of its series\n"
    )
