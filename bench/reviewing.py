"""Fava with the extension on a large ledger: seconds of each kind of page, and of the first after a reload.

    python -m bench.reviewing LEDGER DAY

A program of its own, so that its memory and its collector are those of Fava. What it prints is JSON: the seconds of
each kind of page, the slowest of several that nobody has asked for before, as Fava's own navigation asks for it; and,
under `reload`, those of the first page after a file has changed, less what Fava took to load the ledger.
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlparse

from bench.measure import ENVIRONMENT

EXTENSION = '2020-01-01 custom "fava-extension" "billtext.fava"\n'
OF_A_KIND = 3


def pages(main: Path, day: str) -> dict[str, float]:
    """Run this module on a ledger; the seconds by kind of page."""
    top = main.with_name("fava.beancount")
    top.write_text(main.read_text("utf-8") + EXTENSION, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "bench.reviewing", str(top), day],
        check=True,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


class Desk:
    """Fava on a ledger, asked as its own pages ask."""

    def __init__(self, top: Path, day: str) -> None:
        from fava.application import create_app

        self.day, self.top = day, top
        app = create_app([str(top)], load=True)
        self.client = app.test_client()
        slug = self.client.get("/").headers["Location"].split("/")[1]
        self.base = f"/{slug}/extension/Receivables/"

    def seconds(self, address: str) -> tuple[float, str]:
        """Seconds that a page takes, and its text."""
        start = time.perf_counter()
        answer = self.client.get(self.base, query_string={"page": address, "partial": "true", "time": self.day})
        taken = time.perf_counter() - start
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        return taken, answer.text

    def reload(self, address: str) -> float:
        """Seconds of the first page after a file has changed, beyond Fava's own load."""
        from fava.core import FavaLedger

        loads = []
        load_file = FavaLedger.load_file

        def timed(ledger: FavaLedger) -> None:
            start = time.perf_counter()
            load_file(ledger)
            loads.append(time.perf_counter() - start)

        FavaLedger.load_file = timed  # type: ignore[method-assign]
        time.sleep(1.1)
        with self.top.open("a", encoding="utf-8") as file:
            file.write("; changed\n")
        taken, _ = self.seconds(address)
        if not loads:
            raise RuntimeError("Fava has not seen that the file changed")
        return taken - sum(loads)


def kind(address: str) -> str:
    """What a page is of."""
    return address.partition("/")[0] + ("/…" if "/" in address else "")


def measure(top: Path, day: str) -> dict[str, float]:
    """The slowest of the first pages of each kind, as links lead to them."""
    desk = Desk(top, day)
    found: dict[str, float] = {"reload": desk.reload("index")}
    waiting, seen = ["index"], {"index": 1}
    while waiting:
        address = waiting.pop(0)
        taken, text = desk.seconds(address)
        found[kind(address)] = max(found.get(kind(address), 0.0), taken)
        for href in re.findall(r'href="([^"#]*)', text):
            asked = parse_qs(urlparse(href.replace("&amp;", "&")).query).get("page", [""])[0]
            known = asked in seen or seen.get(kind(asked), 0) >= OF_A_KIND
            if asked and "/extension/Receivables/?" in href and not known:
                seen[kind(asked)] = seen.get(kind(asked), 0) + 1
                seen[asked] = 1
                waiting.append(asked)
    return found


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])))
