"""PDF: by Typst, and the same invoices by WeasyPrint from our HTML, in a process of its own for each figure.

Seconds are the processor's, of one core; start-up and the first document are not counted. The invoices of the demo
ledger in turn: `python -m bench.papers pdf 1000 DIRECTORY`.
"""

import gc
import json
import os
import resource
import shutil
import sys
import time
from itertools import cycle, islice
from pathlib import Path

from bench.ledgers import generate
from bench.measure import Figure, once

ROOT = Path(__file__).parent.parent


def pdf(count: int, place: Path) -> float:
    """Make and write PDF/A-3 files: view of the document, words, pages, file."""
    from billtext.ledger import load
    from billtext.outside import pdf as engine
    from billtext.rules import book, presenting

    built = book.build(load.load(ROOT / "ledger" / "main.beancount").entries, load.sources)
    place.mkdir(parents=True, exist_ok=True)
    engine.document(presenting.document(built, built.documents[0]))
    begun = time.process_time()
    for n, document in enumerate(islice(cycle(built.documents), count)):
        (place / f"{n}.pdf").write_bytes(engine.document(presenting.document(built, document)))
    return time.process_time() - begun


def weasyprint(count: int, place: Path) -> float:
    """Make PDF files of the same invoices by WeasyPrint, from our HTML of them."""
    from weasyprint import HTML

    from billtext.ledger import load
    from billtext.rendering import document_pages
    from billtext.rules import book, presenting

    built = book.build(load.load(ROOT / "ledger" / "main.beancount").entries, load.sources)
    place.mkdir(parents=True, exist_ok=True)

    def make(n: int) -> None:
        core = presenting.document(built, built.documents[n % len(built.documents)])
        HTML(string=document_pages.render(core, "html")).write_pdf(place / f"{n}.w.pdf", pdf_variant="pdf/a-3b")

    make(0)
    begun = time.process_time()
    for n in range(count):
        make(n)
    return time.process_time() - begun


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


if __name__ == "__main__":
    gc.disable()  # as the command line does
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})
    what, count, place = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    seconds = {"pdf": pdf, "weasyprint": weasyprint}[what](count, place)
    print(json.dumps({"seconds": seconds, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
