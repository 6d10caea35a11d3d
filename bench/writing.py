"""Writing: issue drafts on a ledger, and one more on a large one, beside `bean-check` of the same ledger."""

import shutil
from pathlib import Path

from bench import ledgers
from bench.measure import Figure, in_turn, once

_DRAFT = """\
2026-11-23 ! "Consulting {n}"
  invoice:
  customer: "C{c:05}"
  Income:Consulting
    text: "Senior consultant"
    quantity: {hours}
    unit: "HUR"
    price: 1250.00 NOK
    vat: "S25"
  Income:Consulting
    text: "Travel"
    price: 450.00 NOK
    vat: "S25"
"""


def copy(generated: Path, place: Path) -> Path:
    """A copy of a generated ledger to write in; its top file."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in ("register", "invoices", "payments", "main", "plain"):
        shutil.copy(generated.parent / f"{name}.beancount", place)
    return place / "main.beancount"


def bare(main: Path) -> Path:
    """The ledger as it has become, without plugins."""
    ledgers.with_and_without(main.parent, main.read_text("utf-8"))
    return main.parent / "plain.beancount"


def drafts(main: Path, count: int) -> None:
    """Write drafts, a file each."""
    directory = main.parent / "drafts"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    for n in range(count):
        text = _DRAFT.format(n=n, c=n % 20, hours=n % 40 + 1)
        (directory / f"d{n:04}.beancount").write_text(text, "utf-8")


def issue(generated: Path, place: Path, count: int, bin_: Path, runs: int) -> tuple[Figure, Figure]:
    """Issue a number of drafts in one run, beside `bean-check` of what comes of it; the best of some runs."""
    found: list[float] = []
    memory = 0.0
    for _ in range(runs):
        main = copy(generated, place)
        drafts(main, count)
        run = once([bin_ / "billtext", "-f", main, "issue", "--all", "--date", "2026-11-23"])
        found.append(run.seconds)
        memory = max(memory, run.memory)
    (theirs,) = in_turn([[bin_ / "bean-check", "--no-cache", bare(main)]], runs)
    return Figure(seconds=min(found), memory=memory, runs=runs), theirs


def pay(generated: Path, place: Path, bin_: Path) -> tuple[Figure, Figure]:
    """Book one receipt, beside one `bean-check` of the ledger."""
    main = copy(generated, place)
    command = [
        bin_ / "billtext",
        "-f",
        main,
        "pay",
        "C00003",
        "100.00",
        "--date",
        "2026-11-23",
        "--account",
        "Assets:Bank",
    ]
    run = once(command)
    (theirs,) = in_turn([[bin_ / "bean-check", "--no-cache", bare(main)]], 1)
    return Figure(seconds=run.seconds, memory=run.memory, runs=1), theirs
