"""The guide's page about e-invoices: its examples work on a copy of the demo, and it tells of every rule of ours."""

import re
from pathlib import Path

import guide_room as room
from billtext.outside import validation
from billtext.rules import einvoice_checks, einvoice_sums

PAGE = room.page("e-invoices")


def test_every_rule_of_ours_is_told() -> None:
    source = "".join(Path(one.__file__).read_text("utf-8") for one in (einvoice_checks, einvoice_sums, validation))
    rules = set(re.findall(r'"((?:BILLTEXT|NO|PEPPOL)-[A-Z0-9-]+)"', source))
    rules.remove("PEPPOL-EN16931-R008")  # Peppol's own, which is left out in one place
    assert len(rules) > 18
    assert [rule for rule in rules if rule not in PAGE and f"`-{rule.rpartition('-')[2]}`" not in PAGE] == []


def test_the_examples_work(tmp_path: Path) -> None:
    """The commands run in order, and say what the page says."""
    room.demo(tmp_path)
    said = []
    for command in re.findall(r"^\$ (.*)$", PAGE, re.MULTILINE):
        ours = command.startswith("billtext ")
        words = room.billtext(command.removeprefix("billtext ").replace("ehf/*", " ".join(_files(tmp_path))))
        done = room.shell(words if ours else ["/bin/sh", "-c", command], tmp_path)
        assert done.returncode == (1 if "wrong.xml --format" in command else 0), (command, done.stdout, done.stderr)
        said.append(done.stdout)
    assert said[3] == "3 files: no errors, no warnings\n"
    assert said[5] == PAGE.partition("```csv\n")[2].partition("```")[0]


def _files(top: Path) -> list[str]:
    return sorted(f"ehf/{path.name}" for path in (top / "ehf").glob("*"))
