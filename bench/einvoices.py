"""E-invoices: write them and validate them, in a process of its own for each figure; start-up is not counted.

Seconds are the processor's, of one core: what else the machine does is not in them.

The demo ledger's documents in turn, as UBL: `python -m bench.einvoices write 1000 DIRECTORY`.
"""

import gc
import json
import resource
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path

from bench.measure import ENVIRONMENT, Figure

ROOT = Path(__file__).parent.parent


def measured(what: str, count: int, place: Path, runs: int, *, module: str = "bench.einvoices") -> Figure:
    """Run a part in a process of its own; the best time of some runs, and its peak memory.

    :param what: a part of the module, such as `write` or `validate`
    """
    command = [sys.executable, "-m", module, what, str(count), str(place)]
    found = []
    for _ in range(runs):
        run = subprocess.run(command, capture_output=True, text=True, check=True, env=ENVIRONMENT, cwd=ROOT)
        said = json.loads(run.stdout)
        found.append((said["seconds"], said["memory"]))
    seconds, memory = min(found)
    return Figure(seconds=seconds, memory=memory, runs=runs)


def write(count: int, place: Path) -> float:
    """Write files; the seconds it took, from the book on: view of the document, XML, file."""
    from billtext.ledger import load
    from billtext.rendering import ubl
    from billtext.rules import book, presenting

    built = book.build(load.load(ROOT / "ledger" / "main.beancount").entries, load.sources)
    place.mkdir(parents=True, exist_ok=True)
    ubl.render(presenting.document(built, built.documents[0]))
    begun = time.process_time()
    for n, document in enumerate(islice(cycle(built.documents), count)):
        (place / f"{n}.xml").write_bytes(ubl.render(presenting.document(built, document)))
    return time.process_time() - begun


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


if __name__ == "__main__":
    gc.disable()  # as the command line does
    what, count, place = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    seconds = {"write": write, "validate": validate}[what](count, place)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "memory": memory}))
