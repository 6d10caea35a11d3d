"""Documents: e-invoices written and validated, PDF by Typst and by WeasyPrint, each figure in a process of its own.

Seconds are the processor's, of one core: what else the machine does is not in them. Start-up is not counted. The demo
ledger's documents in turn: `python -m bench.documents write 1000 DIRECTORY`, or `validate`, `pdf`, `weasyprint`.
"""

import gc
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
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
    command = [sys.executable, "-m", "bench.documents", what, str(count), str(place)]
    found = []
    for _ in range(runs):
        run = subprocess.run(command, capture_output=True, text=True, check=True, env=ENVIRONMENT, cwd=ROOT)
        said = json.loads(run.stdout)
        found.append((said["seconds"], said["memory"]))
    seconds, memory = min(found)
    return Figure(seconds=seconds, memory=memory, runs=runs)


def _made(make: Callable[[Any, Any], bytes], count: int, place: Path, ending: str) -> float:
    """Make and write files of the demo's documents, over and over; the seconds that it took, after a first one."""
    from billtext.ledger import load
    from billtext.rules import book

    built = book.build(load.load(ROOT / "ledger" / "main.beancount").entries, load.sources)
    place.mkdir(parents=True, exist_ok=True)
    make(built, built.documents[0])
    begun = time.process_time()
    for n, document in enumerate(islice(cycle(built.documents), count)):
        (place / f"{n}.{ending}").write_bytes(make(built, document))
    return time.process_time() - begun


def write(count: int, place: Path) -> float:
    """UBL files: view of the document, XML, file."""
    from billtext.rendering import ubl
    from billtext.rules import presenting

    return _made(lambda built, document: ubl.render(presenting.document(built, document)), count, place, "xml")


def validate(count: int, place: Path) -> float:
    """Validate files in turn; the seconds it took after the first, which loads schema and rules.

    :raises RuntimeError: one has an error
    """
    from billtext.outside import validation

    files = sorted(place.glob("*.xml"))
    validation.warm("Invoice")
    validation.warm("CreditNote")
    begun = time.process_time()
    for path in islice(cycle(files), count):
        found = validation.findings(path.read_bytes(), path.name)
        if any(each.severity == "error" for each in found):
            raise RuntimeError(f"{path}: {found}")
    return time.process_time() - begun


def pdf(count: int, place: Path) -> float:
    """PDF/A-3 files: view of the document, words, pages, file."""
    from billtext.outside import pdf as engine
    from billtext.rules import presenting

    return _made(lambda built, document: engine.document(presenting.document(built, document)), count, place, "pdf")


def weasyprint(count: int, place: Path) -> float:
    """The same invoices by WeasyPrint, from our HTML of them."""
    from weasyprint import HTML

    from billtext.rendering import document_pages
    from billtext.rules import presenting

    def make(built: Any, document: Any) -> bytes:
        text = document_pages.render(presenting.document(built, document), "html")
        made: bytes = HTML(string=text).write_pdf(pdf_variant="pdf/a-3b")
        return made

    return _made(make, count, place, "w.pdf")


def shared(work: Path, bin_: Path, count: int) -> tuple[Figure, Figure]:
    """`billtext render` of a number of invoices as PDF by one process, and by two."""
    main = generate(work / f"generated-{count}", count)
    found = []
    for processes in (1, 2):
        out = work / "papers"
        shutil.rmtree(out, ignore_errors=True)
        run = once(
            [bin_ / "billtext", "-f", main, "render", "--all", "--as", "pdf", "--out", out, "-j", str(processes)]
        )
        found.append(Figure(seconds=run.seconds, memory=run.memory, runs=1))
    return found[0], found[1]


PARTS = {"write": write, "validate": validate, "pdf": pdf, "weasyprint": weasyprint}

if __name__ == "__main__":
    gc.disable()  # as the command line does
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    seconds = PARTS[sys.argv[1]](int(sys.argv[2]), Path(sys.argv[3]))
    print(json.dumps({"seconds": seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
