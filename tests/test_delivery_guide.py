"""The guide's page about delivery: its example works on a copy of the demo, with a real mail server."""

import re
import sys
from pathlib import Path

import guide_room as room
from billtext.options import SETTINGS
from mail_room import Room

PAGE = room.page("delivery")


def test_every_option_is_told() -> None:
    """Each setting of mail stands in the table."""
    names = [name for name in SETTINGS if name.startswith(("smtp-", "mail"))]
    assert len(names) >= 8
    assert [name for name in names if f"| `{name}` |" not in PAGE] == []


def test_the_example_works(tmp_path: Path) -> None:
    """Typed as it stands, in a shell: each command ends well. The mails are files; then a mail server gets one."""
    room.demo(tmp_path)
    block = PAGE.partition("```console\n")[2].partition("```")[0]
    assert block.count("$ billtext ") == 6
    script = re.sub(r"^\$ ", "", block, flags=re.MULTILINE)
    script += PAGE.partition("in another terminal")[2].partition("```sh\n")[2].partition("```")[0]
    with Room(tmp_path) as post:
        script = script.replace("8025", str(post.port)).replace("billtext ", f"'{sys.executable}' -m billtext ")
        room.typed(["bash", "-c", f"set -e\n{script}"], tmp_path)
    laid = {path.name for path in (tmp_path / "ledger" / "outbox" / "mail").iterdir()}
    assert {"2026-0067.eml", "statement-C00014-2026-10-31.eml"} < laid
    assert any(re.fullmatch(r"2026-0067-[0-9a-f]{8}\.eml", name) for name in laid)
    assert [data.count(b"Subject: Faktura 2026-0067 ") for _, _, data in post.letters.all] == [1]
    told = (tmp_path / "ledger" / "follow-up" / "2026.beancount").read_text("utf-8")
    assert told.count('"delivery" "2026-0067"') == 3
    assert 'statement: "2026-10"' in told
