"""The guide's page about e-invoices: its examples work on a copy of the demo, and it tells of every rule of ours."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from billtext.rules import einvoice_checks

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "site" / "guide" / "e-invoices.md").read_text("utf-8")


def test_every_rule_of_ours_is_told() -> None:
    source = Path(einvoice_checks.__file__).read_text("utf-8")
    rules = set(re.findall(r'"((?:BILLTEXT|NO|PEPPOL)-[A-Z0-9-]+)"', source)) | {"BILLTEXT-PDF-XML"}
    assert len(rules) > 14
    assert [rule for rule in rules if rule not in PAGE and f"`-{rule.rpartition('-')[2]}`" not in PAGE] == []


def test_the_examples_work(tmp_path: Path) -> None:
    """The commands run in order, and say what the page says."""
    shutil.copytree(ROOT / "ledger", tmp_path / "ledger")
    clean = {k: v for k, v in os.environ.items() if k not in {"BILLTEXT_LEDGER", "BEANCOUNT_FILE"}}
    said = []
    for command in re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE):
        ours = command.startswith("billtext ")
        words = shlex.split(command.removeprefix("billtext ").replace("ehf/*", " ".join(_files(tmp_path))))
        done = subprocess.run(
            [sys.executable, "-m", "billtext", *words] if ours else ["/bin/sh", "-c", command],
            capture_output=True, text=True, cwd=tmp_path, check=False, env={**clean, "LC_ALL": "C", "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert done.returncode == (1 if "wrong.xml --format" in command else 0), (command, done.stdout, done.stderr)
        said.append(done.stdout)
    assert said[3] == "3 files: no errors, no warnings\n"
    assert said[5] == PAGE.partition("```csv\n")[2].partition("```")[0]


def _files(top: Path) -> list[str]:
    return sorted(f"ehf/{path.name}" for path in (top / "ehf").glob("*"))
