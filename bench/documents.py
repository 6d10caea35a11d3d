"""Documents: e-invoices written and validated, PDF by Typst and by WeasyPrint, each figure in a process of its own.

Seconds are the processor's, of one core: what else the machine does is not in them. Start-up is not counted. The demo
ledger's documents in turn: `python -m bench.documents write 1000 DIRECTORY`, or `validate`, `pdf`, `weasyprint`.
"""

import gc
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench.ledgers import generate
from bench.measure import ENVIRONMENT, Figure, once

ROOT = Path(__file__).parent.parent


def measured(what: str, count: int, place: Path, runs: int) -> Figure:
    """Run a part in a process of its own; the best time of some runs, and its peak memory.

    :param what: one of `PARTS`
    """
    (found,) = in_turn([(what, count, place)], runs)
    return found


def in_turn(parts: Sequence[tuple[str, int, Path]], runs: int) -> list[Figure]:
    """Run parts in turn, as `measured` does each: what else the machine does for minutes meets all of them."""
    found: list[list[tuple[float, float]]] = [[] for _ in parts]
    for _ in range(runs):
        for mine, part in zip(found, parts, strict=True):
            said = _said(*part)
            mine.append((said["seconds"], said["memory"]))
    return [Figure(seconds=seconds, memory=memory, runs=runs) for seconds, memory in map(min, found)]


def growing(what: str, count: int, place: Path) -> tuple[Figure, Figure]:
    """The peak memory of a part after a tenth of the files and after all, in one process.

    Two processes that do the same differ by a tenth, with where the system has put what and has still in memory of
    their libraries. What the C library has free it gives back: else it keeps some 10 MB more or less as it happens.
    """
    said = _said(what, count, place, MALLOC_TRIM_THRESHOLD_="131072")
    tenth, whole = (Figure(seconds=said["seconds"], memory=said[key], runs=1) for key in ("tenth", "memory"))
    return tenth, whole


def _said(what: str, count: int, place: Path, **environment: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.documents", what, str(count), str(place)]
    environment = {**ENVIRONMENT, **environment}
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=ROOT)
    return dict(json.loads(run.stdout))


def _memory() -> float:
    """The most memory that this process has had, in MiB; what `getrusage` tells begins with its parent's."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise RuntimeError("this system does not say how much memory a process has had")
    return int(found[1]) / 1024


def _repeated(each: Callable[[int, Any], object], items: Sequence[Any], count: int) -> dict[str, float]:
    """Do something with a number of items, over and over; seconds, and memory after a tenth."""
    tenth, begun = 0.0, time.process_time()
    for n, item in enumerate(islice(cycle(items), count), 1):
        each(n, item)
        if n == count // 10:
            tenth = _memory()
    return {"seconds": time.process_time() - begun, "tenth": tenth}


def _made(make: Callable[[Any, Any], bytes], count: int, place: Path, ending: str) -> dict[str, float]:
    """Make and write files of the demo's documents; what it took, after a first one."""
    from billtext.ledger import load
    from billtext.rules import book

    built = book.build(load.load(ROOT / "ledger" / "main.beancount").entries, load.sources)
    place.mkdir(parents=True, exist_ok=True)
    make(built, built.documents[0])

    def each(n: int, document: Any) -> None:
        (place / f"{n}.{ending}").write_bytes(make(built, document))

    return _repeated(each, built.documents, count)


def write(count: int, place: Path) -> dict[str, float]:
    """UBL files: view of the document, XML, file."""
    from billtext.rendering import ubl
    from billtext.rules import presenting

    return _made(lambda built, document: ubl.render(presenting.document(built, document)), count, place, "xml")


def validate(count: int, place: Path) -> dict[str, float]:
    """Validate files in turn; what it took after schema and rules are loaded.

    :raises RuntimeError: one has an error
    """
    from billtext.outside import validation

    files = sorted(place.glob("*.xml"))
    validation.warm("Invoice")
    validation.warm("CreditNote")

    def each(_: int, path: Path) -> None:
        found = validation.findings(path.read_bytes(), path.name)
        if any(one.severity == "error" for one in found):
            raise RuntimeError(f"{path}: {found}")

    return _repeated(each, files, count)


def pdf(count: int, place: Path) -> dict[str, float]:
    """PDF/A-3 files: view of the document, words, pages, file."""
    from billtext.outside import pdf as engine
    from billtext.rules import presenting

    return _made(lambda built, document: engine.document(presenting.document(built, document)), count, place, "pdf")


def weasyprint(count: int, place: Path) -> dict[str, float]:
    """The same invoices by WeasyPrint, from our HTML of them."""
    from weasyprint import HTML

    from billtext.rendering import document_pages
    from billtext.rules import presenting

    def make(built: Any, document: Any) -> bytes:
        text = document_pages.render(presenting.document(built, document), "html")
        made: bytes = HTML(string=text).write_pdf(pdf_variant="pdf/a-3b")
        return made

    return _made(make, count, place, "w.pdf")


def shared(work: Path, bin_: Path, count: int, runs: int) -> tuple[Figure, Figure]:
    """`billtext render` of a number of invoices as PDF by one process and by two, in turn.

    Of the pairs, the one whose ratio is in the middle. Nothing of one run is left to do for the disk in another: all is
    written out before each, and no file is deleted before the end (ext4 is slow to make one where many were deleted in
    the last minutes); until then they take 60 MB a run.
    """
    main = generate(work / f"generated-{count}", count)
    papers = Path(tempfile.mkdtemp(prefix="papers-", dir=work))

    def figure(processes: int, n: int) -> Figure:
        os.sync()
        out = papers / f"{n}-{processes}"
        run = once(
            [bin_ / "billtext", "-f", main, "render", "--all", "--as", "pdf", "--out", out, "-j", str(processes)]
        )
        return Figure(seconds=run.seconds, memory=run.memory, runs=runs)

    try:
        pairs = [(figure(1, n), figure(2, n)) for n in range(runs)]
    finally:
        shutil.rmtree(papers)
    return sorted(pairs, key=lambda pair: pair[1].seconds / pair[0].seconds)[runs // 2]


PARTS = {"write": write, "validate": validate, "pdf": pdf, "weasyprint": weasyprint}

if __name__ == "__main__":
    gc.disable()  # as the command line does
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    said = PARTS[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
    print(json.dumps({**said, "memory": _memory()}))
