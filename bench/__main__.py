"""Run all benchmarks, or those that are named, and write their sections of `bench/RESULTS.md`."""

import datetime
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import documents, ledgers, reviewing, sites, writing
from bench.measure import Figure, beside, in_turn, once

ROOT = Path(__file__).parent.parent
WORK = ROOT / "bench" / "work"
BIN = Path(sys.executable).parent
DAY = "2026-11-23"
RETAIL = ROOT.parent / "shared" / "data" / "online-retail" / "online_retail.csv.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A figure beside another, as a ratio; `limit` is what it may be at most, None where it is for the record."""

    what: str
    ours: str
    theirs: str
    ratio: float
    limit: float | None

    @property
    def verdict(self) -> str:
        """Whether the ratio is within its limit."""
        return "–" if self.limit is None else "yes" if self.ratio <= self.limit else "**no**"


def timed(what: str, ours: Figure, theirs: Figure, limit: float | None) -> Result:
    """Compare times."""
    return Result(
        what=what,
        ours=f"{ours.seconds:.2f} s",
        theirs=f"{theirs.seconds:.2f} s",
        ratio=ours.seconds / theirs.seconds,
        limit=limit,
    )


def weighed(what: str, ours: Figure, theirs: Figure, limit: float | None) -> Result:
    """Compare peak memory."""
    return Result(
        what=what,
        ours=f"{ours.memory:.0f} MiB",
        theirs=f"{theirs.memory:.0f} MiB",
        ratio=ours.memory / theirs.memory,
        limit=limit,
    )


def reading(name: str, main: Path, runs: int) -> Iterator[tuple[Result, Figure]]:
    """Plugin and ageing beside bare `bean-check` on one ledger, and hledger for the record."""
    plain = main.parent / "plain.beancount"
    commands: list[list[str | Path]] = [
        [BIN / "bean-check", "--no-cache", plain],
        [BIN / "bean-check", "--no-cache", main],
        [BIN / "billtext", "-f", main, "aging", "--as-of", DAY],
    ]
    hledger = shutil.which("hledger")
    if hledger:
        commands.append([hledger, "-f", ledgers.for_hledger(main), "bal"])
    bare, plugin, aging, *other = in_turn(commands, runs)
    yield timed(f"{name}: `bean-check` with the plugin / without", plugin, bare, 1.20), plugin
    yield timed(f"{name}: `billtext aging` / bare `bean-check`", aging, bare, 1.20), aging
    yield weighed(f"{name}: memory of `billtext aging` / bare `bean-check`", aging, bare, 1.25), aging
    for figure in other:
        yield timed(f"{name}: `billtext aging` / `hledger bal`", aging, figure, None), figure


def limited(what: str, ours: Figure, seconds: float) -> Result:
    """Compare a time with the seconds that it may take."""
    return Result(
        what=what, ours=f"{ours.seconds:.2f} s", theirs=f"{seconds:g} s", ratio=ours.seconds / seconds, limit=1.0
    )


def generated() -> Iterator[Result]:
    """Ledgers of 10 000 and 100 000 invoices with payments, and how one grows to the other."""
    for count, runs in ((10_000, 9), (100_000, 8)):
        main = ledgers.generate(WORK / f"generated-{count}", count)
        yield from (result for result, _ in reading(f"{count:,} invoices".replace(",", " "), main, runs))
    yield from growth(2)


_SMALL = 10  # runs of 10 000 invoices, which take about as long as one of 100 000


def growth(runs: int) -> Iterator[Result]:
    """How the time grows from 10 000 to 100 000 invoices, and that of bare `bean-check` for the record.

    Of the small ledger there are ten runs, half of them before that of the large one, half after it: so both take as
    long, and the machine is as fast for both. (The best of short runs beside the best of long ones compares moments
    that no long run has.) The round that took least counts.
    """
    small, large = (ledgers.generate(WORK / f"generated-{count}", count) for count in (10_000, 100_000))

    def check(main: Path) -> list[str | Path]:
        return [BIN / "bean-check", "--no-cache", main]

    def aging(main: Path) -> list[str | Path]:
        return [BIN / "billtext", "-f", main, "aging", "--as-of", DAY]

    for what, command, name, limit in (
        ("`bean-check` with the plugin", check, "main", 11.0),
        ("`billtext aging`", aging, "main", 11.0),
        ("bare `bean-check`", check, "plain", None),
    ):
        few, many = (command(main.with_name(f"{name}.beancount")) for main in (small, large))
        rounds = [beside(many, few, _SMALL) for _ in range(runs)]
        ours, theirs = min(rounds, key=lambda pair: pair[0].seconds + _SMALL * pair[1].seconds)
        yield timed(f"100 000 / 10 000 invoices: {what}", ours, theirs, limit)


def real_year() -> Path | None:
    """A ledger for the real year; None where its data are not there."""
    if RETAIL.is_file():
        return sites.new_ledger(WORK / "retail", BIN)
    print(f"left out: the real year is not there ({RETAIL.relative_to(ROOT.parent)})")
    return None


def imported(main: Path) -> list[str | Path]:
    """The command that imports the real year."""
    mapping = ROOT / "imports" / "online-retail.toml"
    return [BIN / "billtext", "-f", main, "import", "invoices", RETAIL, "--map", mapping]


def retail() -> Iterator[Result]:
    """The year of real invoices: import it, read it."""
    main = real_year()
    if main is None:
        return
    made = once(imported(main))
    checked = once([BIN / "bean-check", "--no-cache", main])
    ours = Figure(seconds=made.seconds, memory=made.memory, runs=1)
    theirs = Figure(seconds=checked.seconds, memory=checked.memory, runs=1)
    yield timed("real year: import / `bean-check` on what it made", ours, theirs, 1.0)
    ledgers.with_and_without(main.parent, main.read_text("utf-8"))
    yield from (result for result, _ in reading("real year", main, 3))


def site() -> Iterator[Result]:
    """The site of the real year beside MkDocs alone on the same pages, and once more after one customer has paid."""
    main = real_year()
    if main is None:
        return
    once(imported(main))
    for what, options, limit in (
        ("customers' pages", ["--documents", "none"], 1.5),
        ("customers' and documents' pages", ["--documents", "all"], 1.5),
    ):
        ours, theirs, pages = sites.build(main, options, WORK / "site", BIN, DAY)
        yield timed(f"site, {what} ({pages} pages): `site build` / MkDocs alone on them", ours, theirs, limit)
        yield limited(f"site, {what}: seconds / 60", ours, 60)
    own = sites.again(main, WORK / "site", BIN, DAY)
    yield limited("site once more after one customer paid: own seconds beyond loading and MkDocs / 1", own, 1)


def written() -> Iterator[Result]:
    """Drafts issued, and one more on a large ledger, beside one `bean-check` of the same ledger."""
    small = ledgers.generate(WORK / "generated-10000", 10_000)
    ours, theirs = writing.issue(small, WORK / "writing", 1000, BIN, 3)
    yield timed("1 000 drafts issued on 10 000 invoices / `bean-check` of what it made", ours, theirs, 1.5)
    large = ledgers.generate(WORK / "generated-100000", 100_000)
    ours, theirs = writing.issue(large, WORK / "writing", 1, BIN, 1)
    yield timed("one draft issued on 100 000 invoices / `bean-check` of it", ours, theirs, 2)
    ours, theirs = writing.pay(large, WORK / "writing", BIN)
    yield timed("`billtext pay` on 100 000 invoices / `bean-check` of it", ours, theirs, 2)


def starting() -> Iterator[Result]:
    """The start of a command."""
    ours, theirs = in_turn([[BIN / "billtext", "--help"], [sys.executable, "-c", "import click"]], 21)
    yield timed("`billtext --help` / `import click`", ours, theirs, 2.5)


def e_invoices() -> Iterator[Result]:
    """E-invoices written and validated, in seconds of one core, and whether memory grows with their number."""
    place = WORK / "einvoices"
    written = documents.measured("write", 1000, place, 3)
    yield limited("1 000 UBL files written: seconds / 1.5", written, 1.5)
    valid = documents.measured("validate", 1000, place, 3)
    yield limited("1 000 UBL files validated: seconds / 10", valid, 10)
    tenth, whole = documents.growing("write", 10_000, place)
    yield weighed("10 000 / 1 000 UBL files written: memory", whole, tenth, 1.10)
    tenth, whole = documents.growing("validate", 10_000, place)
    yield weighed("10 000 / 1 000 UBL files validated: memory", whole, tenth, 1.10)


def paper() -> Iterator[Result]:
    """PDF/A-3 by Typst beside WeasyPrint, by one process and by two, and whether memory grows with their number."""
    place = WORK / "papers-pdf"
    made, other = documents.in_turn([("pdf", 1000, place), ("weasyprint", 50, place)], 5)
    yield limited("1 000 PDF/A-3 invoices: seconds / 8", made, 8)
    others = Figure(seconds=other.seconds * 1000 / 50, memory=other.memory, runs=other.runs)
    yield timed("1 000 PDF/A-3 invoices / by WeasyPrint (50, times 20)", made, others, 1 / 25)
    tenth, whole = documents.growing("pdf", 10_000, place)
    yield weighed("10 000 / 1 000 PDF/A-3 invoices: memory", whole, tenth, 1.10)
    alone, two = documents.shared(WORK, BIN, 2000, 11)
    yield timed("2 000 PDF by `render -j 2` / by one process", two, alone, 1 / 1.7)


def fava() -> Iterator[Result]:
    """Fava's pages on 100 000 invoices, each the slowest of its kind, and the first after a reload."""
    main = ledgers.generate(WORK / "generated-100000", 100_000)
    for what, seconds in reviewing.pages(main, "2026-05-31").items():
        name, most = (
            ("first page after a reload, beyond Fava's load", 1.5) if what == "reload" else (f"page {what}", 0.3)
        )
        yield limited(
            f"Fava, 100 000 invoices, {name}: seconds / {most:g}", Figure(seconds=seconds, memory=0, runs=1), most
        )


BENCHMARKS: dict[str, Callable[[], Iterator[Result]]] = {
    "starting": starting, "generated": generated, "written": written, "retail": retail, "site": site,
    "einvoices": e_invoices, "papers": paper, "fava": fava,
}  # fmt: skip


HEAD = (
    "# Results of `make bench`\n\n"
    "Whole processes run in turn, the best time of each and the median of its memory, without Beancount's cache; "
    "of `-j 2` the pair with the median ratio, and of memory that may grow one process after a tenth and after all. "
    f"CPython {platform.python_version()}, {platform.system()} on {platform.machine()}, two cores. "
    "A ratio is what counts; a time says more of the machine. "
    "How time grows: one run of the large ledger between ten of the small one, and their mean.\n\n"
)


def table(results: list[Result]) -> str:
    """The results as a Markdown table."""
    lines = ["| | billtext | beside | ratio | at most | met |", "| --- | ---: | ---: | ---: | ---: | --- |"]
    for found in results:
        limit = "" if found.limit is None else f"{found.limit:.2f}"
        lines.append(
            f"| {found.what} | {found.ours} | {found.theirs} | {found.ratio:.2f} | {limit} | {found.verdict} |"
        )
    return "\n".join(lines) + "\n"


def sections(text: str) -> dict[str, str]:
    """The sections of a file of results, by name."""
    return {part.split("\n", 1)[0]: part for part in re.split(r"(?m)^## ", text)[1:]}


def main(names: list[str]) -> None:
    """Run, print and keep: a section for each benchmark, which says of which day it is."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        sys.exit(f"{unknown[0]}: there is no such benchmark; the benchmarks are {', '.join(BENCHMARKS)}")
    path = ROOT / "bench" / "RESULTS.md"
    kept = sections(path.read_text("utf-8")) if path.is_file() else {}
    for name in names or BENCHMARKS:
        results: list[Result] = []
        for result in BENCHMARKS[name]():
            results.append(result)
            print(f"{result.what}: {result.ours} / {result.theirs} = {result.ratio:.2f} ({result.verdict})", flush=True)
        if results:
            kept[name] = f"{name}\n\nRun on {datetime.date.today()}.\n\n{table(results)}\n"
            body = "\n\n".join(f"## {kept[each].strip()}" for each in BENCHMARKS if each in kept)
            path.write_text(HEAD + body.rstrip("\n") + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
