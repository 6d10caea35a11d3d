"""Sending killed at every step, by all channels that lay files: nothing is lost, nothing goes twice unsaid."""

import io
import json
import re
import secrets
import shutil
from pathlib import Path

import pytest
from pypdf import PdfWriter

from billtext.outside import pdf, right_forms
from crash_room import run
from test_crash import State, state
from test_send import AT, LAID, Sending, invoice

CHANNELS = """
2020-01-01 open Assets:Receivable:C3
2020-01-01 custom "customer" "C3"
  name: "Åge D'Amico"
  channel: "print"
2026-11-01 custom "customer" "C2"
  channel: "ehf"
  endpoint: "9930:DE123456788"
2026-11-01 custom "customer" "P1"
  channel: "portal"
2020-01-01 custom "billtext-option" "archive" FALSE
"""
BUYER = """
2026-11-01 custom "customer" "C2"
  org-number: "310000205"
  buyer-reference: "Berg"
  address: "Storgata 1"
  postal-code: "9008"
  city: "Tromsø"
  country: "NO"
2020-01-01 custom "bank-account" "drift"
  account: Assets:Bank
  currency: "NOK"
  iban: "NO9386011117947"
"""
WAYS = {"2026-0001": "email", "2026-0002": "ehf", "2026-0003": "portal", "2026-0004": "print"}
KILLS = 60


def page() -> bytes:
    """A PDF that is made without threads, as the copies of this process that are killed must."""
    made, out = PdfWriter(), io.BytesIO()
    made.add_blank_page(200, 300)
    made.write(out)
    return out.getvalue()


def laid(root: Path) -> set[str]:
    """Documents whose file is where their channel takes it from."""
    box = root / "outbox"
    lists = "".join(path.read_text("utf-8") for path in box.glob("print/*.csv") if path.with_suffix(".pdf").exists())
    return {
        *(path.stem for path in (*box.glob("mail/*.eml"), *box.glob("ehf/*.xml"), *box.glob("portal/*/2*.html"))),
        *re.findall(r"2026-\d{4}", lists),
    }


@pytest.mark.parametrize(("channel", "number"), [("ehf", "2026-0002"), ("portal", "2026-0003"), ("print", "2026-0004")])
def test_what_cannot_be_laid_out_waits(tmp_path: Path, channel: str, number: str) -> None:
    """A file stands where the channel's directory would be: the others go, and this is neither sent nor doubtful."""
    office = Sending(tmp_path / "books", more=LAID + CHANNELS.replace("9930:DE123456788", "0192:310000205") + BUYER)
    office.invoices(*(invoice(n, customer) for n, customer in enumerate(("C1", "C2", "P1", "C3"), 1)))
    (office.root / "outbox").mkdir()
    (office.root / "outbox" / channel).write_text("in the way", "utf-8")
    done = office.send()
    assert done.status == 1
    assert f"{number}  {channel}  waiting: " in done.err
    assert "cannot be written" in done.err
    assert office.states() == {each: "waiting" if each == number else "sent" for each in WAYS}
    (office.root / "outbox" / channel).unlink()
    assert office.send().status == 0
    assert set(office.states().values()) == {"sent"}


def sent_once(office: Sending, command: list[str], *, killed: bool) -> set[str]:
    """Check what a run left that may have been killed, and what the next one does; return the states of before it."""
    states = office.states()
    assert states.keys() == WAYS.keys()
    there = laid(office.root)
    assert {number for number, state in states.items() if state == "sent"} <= there
    assert not {number for number, state in states.items() if state == "waiting"} & there
    assert list(states.values()).count("doubtful") <= 1
    if killed:
        doubtful = {number for number, state in states.items() if state == "doubtful"}
        waiting = {number for number, state in states.items() if state == "waiting"}
        done = office.run(*command)
        assert done.status == 0
        assert set(re.findall(r"^(2026-\d{4})  ", done.out, re.MULTILINE)) == waiting
        assert office.states() == {number: "doubtful" if number in doubtful else "sent" for number in WAYS}
        told = json.loads(office.get("outbox", "--state", "all", "--as-of", "2026-11-25", "--format", "json"))
        assert {one["number"]: one["channel"] for one in told} == WAYS
        assert office.told.count('custom "delivery"') == len(WAYS)
        office.book()
    return set(states.values())


def test_send_killed_at_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told as sent lies there whole, what waits does not; the next run sends the rest and no doubtful one."""
    whole = page()
    monkeypatch.setattr(pdf, "document", lambda *_, **__: whole)
    monkeypatch.setattr(pdf, "listing", lambda *_, **__: whole)
    monkeypatch.setattr(right_forms, "check", lambda *_, **__: None)  # the rules' engine has threads too
    monkeypatch.setattr(secrets, "token_hex", lambda size: "5e" * size)  # drawn anew, no two runs were alike
    template = Sending(tmp_path / "template", more=LAID + CHANNELS)
    template.invoices(*(invoice(n, customer) for n, customer in enumerate(("C1", "C2", "P1", "C3"), 1)))
    command = ["send", "--due", "--at", AT]
    seen: set[str] = set()
    checked: set[State] = set()  # of the same files all that is asked below would be answered the same
    step, killed = 0, True
    while killed:
        step += 1
        office = Sending.__new__(Sending)
        office.root = Path(shutil.copytree(template.root, tmp_path / "cut"))
        office.main = office.root / "main.beancount"
        killed = run(["-f", str(office.main), *command], step)
        assert office.run("outbox", "--as-of", "2026-11-25").status == 0  # finishes or undoes a change of the ledger
        if (there := state(office.root)) not in checked:
            checked.add(there)
            seen |= sent_once(office, command, killed=killed)
        shutil.rmtree(office.root)
    assert seen == {"sent", "waiting", "doubtful"}
    assert step > KILLS
