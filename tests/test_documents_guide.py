"""The guide's page about documents: its examples work on a copy of the demo, and it tells of every form."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from billtext.outside import forms

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "site" / "guide" / "documents.md").read_text("utf-8")


def test_every_form_is_told() -> None:
    """Each form stands in the table."""
    assert [form for form in forms.FORMS if f"| `{form}` |" not in PAGE] == []
    assert forms.stem("A/1") in PAGE


def test_the_examples_work(tmp_path: Path) -> None:
    """The commands run in order, each ends well, and the JSON that is shown is a part of what is made."""
    shutil.copytree(ROOT / "ledger", tmp_path / "ledger")
    commands = re.findall(r"^\$ billtext (.*)$", PAGE, re.MULTILINE)
    assert len(commands) > 8
    clean = {k: v for k, v in os.environ.items() if k not in {"BILLTEXT_LEDGER", "BEANCOUNT_FILE"}}
    for command in [*commands, "render 2026-0076 --as json --out out"]:
        done = subprocess.run(
            [sys.executable, "-m", "billtext", *shlex.split(command)],
            capture_output=True, text=True, cwd=tmp_path, check=False, env={**clean, "LC_ALL": "C", "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert (tmp_path / "out" / "quote-Q2026-0001.html").is_file()
    told = json.loads(PAGE.partition("```json\n")[2].partition("```")[0])
    made = json.loads((tmp_path / "out" / "2026-0076.json").read_text("utf-8"))
    assert told["totals"].items() <= made["totals"].items()
    assert {**told, "totals": None}.items() <= {**made, "totals": None}.items()
