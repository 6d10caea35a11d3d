"""The guide's page about quotes, recurring invoices and budgets: its examples work on a copy of the demo."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from billtext.ledger.schema import QUOTE, QUOTE_EVENTS, QUOTE_POSTING, SCHEDULE, SCHEDULE_POSTING

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "site" / "guide" / "before-the-invoice.md").read_text("utf-8")


def test_every_key_is_told() -> None:
    """Each key of templates and quotes is on the page."""
    keys = {*SCHEDULE, *SCHEDULE_POSTING, *QUOTE, *QUOTE_POSTING, *QUOTE_EVENTS}
    assert [key for key in sorted(keys) if f"`{key}" not in PAGE] == []


def test_the_examples_work(tmp_path: Path) -> None:
    """The files are written as they stand, then the commands run in order: each ends well, and the ledger is right."""
    shutil.copytree(ROOT / "ledger", tmp_path / "ledger")
    for name, text in re.findall(r"```beancount\n; (\S+\.beancount)\n(.*?)```", PAGE, re.DOTALL):
        (tmp_path / "ledger" / name).write_text(text, "utf-8")
    commands = re.findall(r"^\$ billtext (.*)$", PAGE, re.MULTILINE)
    assert len(commands) > 12
    clean = {k: v for k, v in os.environ.items() if k not in {"BILLTEXT_LEDGER", "BEANCOUNT_FILE"}}
    for command in [*commands, "check"]:
        done = subprocess.run(
            [sys.executable, "-m", "billtext", *shlex.split(command)],
            capture_output=True, text=True, cwd=tmp_path, check=False, env={**clean, "LC_ALL": "C", "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    quote = (tmp_path / "ledger/quotes/garage.beancount").read_text("utf-8")
    told = re.search(r"```beancount\n(2026-11-10 custom.*?)```", PAGE, re.DOTALL)
    assert told is not None
    assert quote.endswith(f"\n{told[1]}")


def test_a_later_text_of_a_template_may_be_added(tmp_path: Path) -> None:
    """The second text of the page goes below the first, as it stands."""
    shutil.copytree(ROOT / "ledger", tmp_path / "ledger")
    first, second = re.findall(r"```beancount\n(?:; \S+\n)?(\S+ ! \"Service agreement.*?)```", PAGE, re.DOTALL)
    (tmp_path / "ledger/recurring/a.beancount").write_text(f"{first}\n{second}", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "billtext", "recurring", "list", "--as-of", "2026-12-31", "--format", "csv"],
        capture_output=True, text=True, cwd=tmp_path, check=True,
    )  # fmt: skip
    assert "2027-01-31,2027-01-01,2027-01-31,to-come,C00017,Nordlys Interiør AS,NOK,2700.00,675.00" in done.stdout
