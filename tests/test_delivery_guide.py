"""The guide's page about delivery: its example works on a copy of the demo, with a real mail server."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from billtext.options import SETTINGS
from mail_room import Room

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "site" / "guide" / "delivery.md").read_text("utf-8")


def test_every_option_is_told() -> None:
    """Each setting of mail stands in the table."""
    names = [name for name in SETTINGS if name.startswith(("smtp-", "mail-"))]
    assert len(names) >= 7
    assert [name for name in names if f"| `{name}` |" not in PAGE] == []


def test_the_example_works(tmp_path: Path) -> None:
    """Typed as it stands, in a shell: each command ends well, and the mail server gets the mails."""
    shutil.copytree(ROOT / "ledger", tmp_path / "ledger")
    block = PAGE.partition("```console\n")[2].partition("```")[0]
    assert block.count("$ billtext ") == 6
    script = "set -e\n" + re.sub(r"^\$ ", "", block, flags=re.MULTILINE)
    clean = {k: v for k, v in os.environ.items() if k not in {"BILLTEXT_LEDGER", "BEANCOUNT_FILE"}}
    with Room(tmp_path) as room:
        script = script.replace("8025", str(room.port)).replace("billtext ", f"'{sys.executable}' -m billtext ")
        done = subprocess.run(
            ["bash", "-c", script],
            capture_output=True, text=True, cwd=tmp_path, check=False, env={**clean, "LC_ALL": "C", "PYTHONUTF8": "1"},
        )  # fmt: skip
    assert done.returncode == 0, (done.stdout, done.stderr)
    subjects = [data.count(b"Subject: ") for _, _, data in room.letters.all]
    assert len(subjects) >= 7
    assert set(subjects) == {1}
    told = (tmp_path / "ledger" / "follow-up" / "2026.beancount").read_text("utf-8")
    assert told.count('"delivery" "2026-0067"') == 2
    assert 'statement: "2026-10"' in told
