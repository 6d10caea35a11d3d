"""The guide's page about quotes, recurring invoices and budgets: its examples work on a copy of the demo."""

import re
from pathlib import Path

import guide_room as room
from billtext.ledger.schema import QUOTE, QUOTE_EVENTS, QUOTE_POSTING, SCHEDULE, SCHEDULE_POSTING

PAGE = room.page("before-the-invoice")


def test_every_key_is_told() -> None:
    """Each key of templates and quotes is on the page."""
    keys = {*SCHEDULE, *SCHEDULE_POSTING, *QUOTE, *QUOTE_POSTING, *QUOTE_EVENTS}
    assert [key for key in sorted(keys) if f"`{key}" not in PAGE] == []


def test_the_examples_work(tmp_path: Path) -> None:
    """The files are written as they stand, then the commands run in order: each ends well, and the ledger is right."""
    room.demo(tmp_path)
    for name, text in re.findall(r"```beancount\n; (\S+\.beancount)\n(.*?)```", PAGE, re.DOTALL):
        (tmp_path / "ledger" / name).write_text(text, "utf-8")
    commands = room.commands(PAGE)
    assert len(commands) > 12
    for command in [*commands, "check"]:
        room.typed(room.billtext(command), tmp_path)
    quote = (tmp_path / "ledger/quotes/garage.beancount").read_text("utf-8")
    told = re.search(r"```beancount\n(2026-11-10 custom.*?)```", PAGE, re.DOTALL)
    assert told is not None
    assert quote.endswith(f"\n{told[1]}")


def test_a_later_text_of_a_template_may_be_added(tmp_path: Path) -> None:
    """The second text of the page goes below the first, as it stands."""
    room.demo(tmp_path)
    first, second = re.findall(r"```beancount\n(?:; \S+\n)?(\S+ ! \"Service agreement.*?)```", PAGE, re.DOTALL)
    (tmp_path / "ledger/recurring/a.beancount").write_text(f"{first}\n{second}", "utf-8")
    done = room.typed(room.billtext("recurring list --as-of 2026-12-31 --format csv"), tmp_path)
    assert "2027-01-31,2027-01-01,2027-01-31,to-come,C00017,Nordlys Interiør AS,NOK,2700.00,675.00" in done.stdout
