"""The guide's page about documents: its examples work on a copy of the demo, and it tells of every form."""

import json
from pathlib import Path

import guide_room as room
from billtext.outside import forms

PAGE = room.page("documents")


def test_every_form_is_told() -> None:
    """Each form stands in the table."""
    assert [form for form in forms.FORMS if f"| `{form}` |" not in PAGE] == []
    assert forms.stem("A/1") in PAGE


def test_the_examples_work(tmp_path: Path) -> None:
    """The commands run in order, each ends well, and the JSON that is shown is a part of what is made."""
    room.demo(tmp_path)
    commands = room.commands(PAGE)
    assert len(commands) > 8
    for command in [*commands, "render 2026-0076 --as json --out out"]:
        room.typed(room.billtext(command), tmp_path)
    assert (tmp_path / "out" / "quote-Q2026-0001.html").is_file()
    told = json.loads(PAGE.partition("```json\n")[2].partition("```")[0])
    made = json.loads((tmp_path / "out" / "2026-0076.json").read_text("utf-8"))
    assert told["totals"].items() <= made["totals"].items()
    assert {**told, "totals": None}.items() <= {**made, "totals": None}.items()
