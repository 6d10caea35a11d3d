"""Nothing is lost, doubled or half done when the program is killed, or the disk is full, in the middle of writing."""

import contextlib
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from billtext.model import Date
from billtext.outside import switching
from crash_room import recoveries, run
from office import Office

DRAFT = """\
; about draft {n}
2026-11-25 ! "Draft {n}"
  invoice:
  customer: "C{c}"
  Income:Sales
    price: {n}.00 {currency}
    quantity: 2
    vat: "Z0"
"""

# How often each test kills, at least: `every_kill` counts.
KILLS = {"issue 1": 300, "issue 2": 390, "issue 6": 850, "pay": 95, "close": 95, "seal": 95}


def test_there_are_a_thousand_kills_and_more() -> None:
    """Of the commands that issue, take money and close a month; those that seal come on top."""
    assert sum(count for name, count in KILLS.items() if name != "seal") >= 1000


def office(root: Path, drafts: int) -> Office:
    """An office with drafts of two customers."""
    made = Office(root)
    for n in range(1, drafts + 1):
        customer = n % 2 + 1
        made.draft(f"d{n}", DRAFT.format(n=n, c=customer, currency="NOK" if customer == 1 else "EUR"))
    return made


def work_done(made: Office, drafts: int) -> int:
    """Check that every draft is either waiting or issued, once, the numbers without gap; return how many are issued."""
    book = made.book()
    issued = [document.entry.narration for document in book.documents]
    waiting = re.findall(
        r'! "(Draft \d+)"', "\n".join(text for name, text in made.files().items() if "drafts/" in name)
    )
    assert Counter([*issued, *waiting]) == Counter(f"Draft {n}" for n in range(1, drafts + 1))
    assert [document.number for document in book.documents] == [f"2026-{n:04}" for n in range(1, len(issued) + 1)]
    assert not (made.root / switching.STAGE).exists()
    comments = {n for text in made.files().values() for n in re.findall(r"; about draft (\d+)", text)}
    assert comments == {str(n) for n in range(1, drafts + 1)}
    return len(issued)


State = tuple[tuple[Path, bytes | None], ...]


def state(root: Path) -> State:
    """All that is in a directory, to the byte."""
    return tuple((path, path.read_bytes() if path.is_file() else None) for path in sorted(root.rglob("*")))


MEMORY = Path("/dev/shm")  # noqa: S108 - where a ledger is copied and brought to disk in a tenth of the time


def every_kill(
    tmp_path: Path, make: Callable[[Path], Office], command: list[str], check: Callable[[Office], bool]
) -> int:
    """Kill a command at every step, and the recovery after it at every step too; return how often it was killed.

    :param check: checks the ledger after it was recovered, and says whether the command has had its effect
    """
    template = make(tmp_path / "template")
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as room:
        made = Office.__new__(Office)
        made.root, made.main = Path(room) / "cut", Path(room) / "cut" / "main.beancount"
        with recoveries(made.root) as recover:
            return _every_kill(made, template.root, command, check, recover)


def _every_kill(
    made: Office, template: Path, command: list[str], check: Callable[[Office], bool], recover: Callable[[], int]
) -> int:
    kills = step = 0
    ended: dict[State, bool] = {}  # what `check` said of each state: of the same files it would say the same again
    shutil.copytree(template, made.root)
    made.run(*command)  # once in this process, whose copies then need not import what it needs
    while True:
        step += 1
        shutil.rmtree(made.root)
        shutil.copytree(template, made.root)
        if not run(["-f", str(made.main), *command], step):
            break
        kills += 1 + recover()  # the next command recovers, and may be killed while it does
        if (there := state(made.root)) not in ended:
            ended[there] = check(made)
    assert set(ended.values()) == {False, True}, "killed on both sides of the decision"
    assert len(ended) == 2
    return kills


@pytest.mark.parametrize("drafts", [1, 2, 6])
def test_issue_killed_at_every_step(tmp_path: Path, drafts: int) -> None:
    def check(made: Office) -> bool:
        issued = work_done(made, drafts)
        assert issued in (0, drafts)
        assert made.run("verify").status == 0
        return bool(issued)

    command = ["issue", "--all", "--date", "2026-11-25"]
    assert every_kill(tmp_path, lambda root: office(root, drafts), command, check) >= KILLS[f"issue {drafts}"]


def test_pay_killed_at_every_step(tmp_path: Path) -> None:
    """One receipt over two invoices: booked once, whole, or not at all."""

    def make(root: Path) -> Office:
        made = office(root, 4)
        made.get("issue", "--all", "--date", "2026-11-25")
        return made

    def check(made: Office) -> bool:
        receipts = made.files()["payments/2026.beancount"].count('  payment: "')
        assert receipts in (0, 1)
        open_ = sum(made.book().allocations.open(item, Date(2026, 12, 31)) for item in made.book().items_of["C1"])
        assert open_ == (2 if receipts else 12)  # 2 × 2.00 + 2 × 4.00, of which 10.00 are paid
        return bool(receipts)

    assert every_kill(tmp_path, make, ["pay", "C1", "10.00", "--invoice", "2026-0002", "--invoice", "2026-0004",
                                       "--date", "2026-12-01"], check) >= KILLS["pay"]  # fmt: skip


def test_close_killed_at_every_step(tmp_path: Path) -> None:
    def make(root: Path) -> Office:
        made = office(root, 2)
        made.get("issue", "--all", "--date", "2026-11-25")
        return made

    def check(made: Office) -> bool:
        assert made.run("verify").status == 0
        return bool(made.book().ledger.closings)

    assert every_kill(tmp_path, make, ["close", "2026-11", "--date", "2026-12-01"], check) >= KILLS["close"]


def test_seal_killed_at_every_step(tmp_path: Path) -> None:
    def make(root: Path) -> Office:
        made = office(root, 2)
        made.get("issue", "--all", "--date", "2026-11-25")
        path = made.root / "invoices" / "2026.beancount"
        path.write_text(re.sub(r"  seal: .*\n", "", path.read_text("utf-8")), "utf-8")
        return made

    def check(made: Office) -> bool:
        sealed = made.files()["invoices/2026.beancount"].count("seal:")
        assert sealed in (0, 2)
        assert made.run("verify").status == 0
        return bool(sealed)

    assert every_kill(tmp_path, make, ["seal"], check) >= KILLS["seal"]


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """On a file system of 400 KiB that is filled up, `issue` is refused, and works once there is room."""
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", place], check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        made = office(place / "books", 3)
        filler = place / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 512)
        before = made.files()
        done = made.run("issue", "--all", "--date", "2026-11-25")
        assert done.status == 1
        assert "No space left on device" in done.err
        assert {name: text for name, text in made.files().items() if switching.STAGE not in name} == before
        filler.unlink()
        assert made.run("issue", "--all", "--date", "2026-11-25").status == 0
        assert work_done(made, 3) == 3
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_directory_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Read-only for everybody, root included: nothing is changed."""
    place = tmp_path / "fixed"
    place.mkdir()
    made = office(place / "books", 1)
    if subprocess.run(["mount", "--bind", "-o", "ro", made.root, made.root], check=False).returncode:
        pytest.skip("a read-only file system needs root")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", made.root], check=True)
        done = made.run("issue", "--all", "--date", "2026-11-25")
        assert (done.status, "Read-only file system" in done.err) == (1, True)
        assert work_done(made, 1) == 0
    finally:
        subprocess.run(["umount", made.root], check=True)
