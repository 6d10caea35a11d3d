"""Attempts to send that come to nothing: what is written of them, how they are shown, and when the next one is made."""

import datetime
import errno
import hashlib
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from aiosmtpd.smtp import SMTP

from billtext.model import Delivery, Document
from billtext.outside import mail, right_forms
from billtext.outside.forms import Made
from billtext.rules import attempts
from billtext.rules.book import Book
from mail_room import Room
from test_send import AT, LAID, Sending, invoice

NOW = datetime.datetime(2026, 11, 25, 10, 15, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "wait", lambda _: None)


def closed(tmp_path: Path) -> Sending:
    """An office whose mail server does not listen."""
    with Room(tmp_path) as room:
        return Sending(tmp_path / "books", room)


def row(office: Sending, number: str, as_of: str = "2026-11-25") -> dict[str, object]:
    found = json.loads(office.get("outbox", "--state", "all", "--as-of", as_of, "--format", "json"))
    return next(one for one in found if one["number"] == number)


def test_one_directive_tells_of_all_that_a_server_refused(tmp_path: Path) -> None:
    """Three hundred documents, one refused connection: one directive, and each document shows it."""
    office = closed(tmp_path)
    (office.root / "templates").mkdir()
    office.invoices(*(invoice(n) for n in range(1, 301)))
    assert office.send().status == 1
    assert office.told.count('custom "delivery"') == 1
    shown = row(office, "2026-0300")
    assert (shown["state"], shown["attempts"], shown["time"]) == ("waiting", 1, AT)
    assert str(shown["reason"]).endswith(": Connection refused")
    office.book()


def test_what_waits_stays_due_until_it_is_sent(tmp_path: Path) -> None:
    """Long after `send-days`; `outbox` tells reason, time and number of attempts; then the server is there."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1))
        port = f'"smtp-port" {room.port}'
        path = office.root / "company.beancount"
        right = path.read_text("utf-8")
        path.write_text(right.replace(port, '"smtp-port" 1'), "utf-8")
        assert office.send().status == 1
        assert office.run("send", "--due", "--at", "2026-11-26T09:05:00+00:00").status == 1
        shown = row(office, "2026-0001", "2027-02-01")
        assert (shown["state"], shown["attempts"], shown["when"]) == ("waiting", 2, "2026-11-26")
        table = office.get("outbox", "--as-of", "2027-02-01")
        line = next(line for line in table.splitlines() if line.startswith("2026-0001"))
        assert line.split()[-9:] == ["09:05", "+00:00", "2", "the", "mail", "server", "127.0.0.1:1:",
                                     "Connection", "refused"]  # fmt: skip
        path.write_text(right, "utf-8")
        assert office.run("send", "--due", "--at", "2027-02-01T08:00:00+00:00").status == 0
    assert row(office, "2026-0001", "2027-02-01")["state"] == "sent"
    assert row(office, "2026-0001", "2027-02-01")["attempts"] == 0
    assert "@" not in office.told


def test_sending_once_more_that_fails_is_told(tmp_path: Path) -> None:
    """It was sent on the 25th; --again came to nothing, so it waits to go once more, until somebody cancels that."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1))
        assert office.send().status == 0
    assert office.send("2026-0001", "--again").status == 1
    assert office.told.count('outcome: "waiting"') == 1
    assert office.states() == {"2026-0001": "waiting"}
    assert office.run("outbox", "cancel", "2026-0001", "--at", AT).status == 0
    assert office.states() == {"2026-0001": "cancelled"}
    assert office.send().out == "no documents to send\n"
    assert "2026-0001 was cancelled on 2026-11-25; say --again to send it all the same" in office.send("2026-0001").err
    assert "2026-0001" in office.get("outbox", "--as-of", "2026-11-25")
    assert office.run("outbox", "retry", "2026-0001", "--at", AT).status == 0
    assert office.states() == {"2026-0001": "waiting"}
    office.book()


def test_what_could_not_be_made_is_told_without_its_place(tmp_path: Path) -> None:
    """The filed PDF is gone: the reason names it below the ledger, not where the ledger is."""
    office = Sending(tmp_path / "books", more=LAID)
    text = office.main.read_text("utf-8")
    office.main.write_text(text.replace("\ninclude", '\noption "documents" "documents"\n\ninclude', 1), "utf-8")
    (office.root / "documents").mkdir()
    office.invoices(invoice(1), invoice(2))
    assert office.run("archive", "file", "--all").status == 0
    next((office.root / "documents").rglob("*2026-0001.pdf")).unlink()
    done = office.send()
    assert (done.status, "it is not there, and 2026-0001 was filed there" in done.err) == (1, True)
    assert office.states() == {"2026-0001": "waiting", "2026-0002": "sent"}
    assert (
        '  reason: "documents/Assets/Receivable/C1/2026-11-20.2026-0001.pdf: it is not there, and 2026-0001 was filed'
        in office.told
    )
    assert str(tmp_path) not in office.told
    office.book()


def locked(content: bytes) -> bytes:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as file:
        file.save(made, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return made.getvalue()


def empty(_content: bytes) -> bytes:
    made = io.BytesIO()
    pikepdf.new().save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda content: content[:9] + b"no more of it", "damaged, or locked with a password"),
        (lambda content: content.replace(b"/Pages", b"/Sages"), "damaged, or locked with a password|without pages"),
        (lambda content: content[: len(content) // 2], "damaged, or locked with a password|without pages"),
        (locked, "damaged, or locked with a password"),
        (empty, "a PDF without pages"),
    ],
)
def test_a_filed_pdf_that_cannot_be_printed_stops_nobody_else(
    tmp_path: Path, damage: Callable[[bytes], bytes], why: str
) -> None:
    """Its digest is right: it was filed so."""
    print_ = '2026-01-01 custom "customer" "C1"\n  channel: "print"\n'
    office = Sending(tmp_path / "books", more=f"{LAID}{print_}")
    text = office.main.read_text("utf-8")
    office.main.write_text(text.replace("\ninclude", '\noption "documents" "documents"\n\ninclude', 1), "utf-8")
    (office.root / "documents").mkdir()
    office.invoices(invoice(1), invoice(2))
    assert office.run("archive", "file", "--all").status == 0
    path = next((office.root / "documents").rglob("*2026-0001.pdf"))
    whole = path.read_bytes()
    broken = damage(whole)
    path.write_bytes(broken)
    before, after = (hashlib.sha256(content).hexdigest() for content in (whole, broken))
    ledger = next(file for file in office.root.rglob("*.beancount") if before in file.read_text("utf-8"))
    ledger.write_text(ledger.read_text("utf-8").replace(before, after), "utf-8")
    done = office.send()
    assert done.status == 1
    assert re.search(rf"2026-0001\.pdf: ({why})", done.err)
    assert office.states() == {"2026-0001": "waiting", "2026-0002": "sent"}


ATTACHED = '  attachment: "x"\n  attachment-file: "documents/{}"\n  due:'


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("a" * 300, "File name too long"),
        ("loop", "it is no name of a file|Too many levels of symbolic links"),  # by the version of Python
        ("a\0b", "it is no name of a file"),
        ("gone/x.csv", "is not there"),
        ("../../../etc/passwd", "is not below the ledger's directory"),
        ("", "is no file"),
    ],
)
def test_an_attachment_that_cannot_be_read_stops_nobody_else(tmp_path: Path, file: str, why: str) -> None:
    """Its document waits, and is refused as a form too; the two beside it go."""
    office = Sending(tmp_path / "books", more=LAID)
    (office.root / "documents").mkdir()
    (office.root / "documents" / "loop").symlink_to("loop")
    office.invoices(invoice(1), invoice(2).replace("  due:", ATTACHED.format(file)), invoice(3))
    done = office.send()
    assert done.status == 1
    why = why if why.startswith("is") else rf"cannot be read \(({why})\)"
    assert re.search(rf"the attachment documents/.* {why}; put the file there, or mend `attachment-file`", done.err)
    assert office.states() == {"2026-0001": "sent", "2026-0002": "waiting", "2026-0003": "sent"}
    assert re.search(rf'  reason: "an attachment {why}"\n', office.told)
    done = office.run("render", "2026-0002", "--as", "pdf", "--out", str(tmp_path / "out"))
    assert (done.status, "the attachment documents/" in done.err) == (1, True)


@pytest.mark.parametrize("way", ["email", "print", "portal"])
def test_a_file_that_cannot_be_read_stops_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """A disk that fails over the logo of the second of three."""
    office = Sending(tmp_path / "books", more=f'{LAID}2026-01-01 custom "customer" "C1"\n  channel: "{way}"\n')
    office.invoices(invoice(1), invoice(2), invoice(3))
    whole = right_forms.document

    def document(book: Book, found: Document, form: str, *, root: Path, rules: Path | None = None) -> Made:
        if found.number == "2026-0002":
            raise OSError(errno.EIO, "Input/output error", str(root / "templates" / "logo.png"))
        return whole(book, found, form, root=root, rules=rules)

    monkeypatch.setattr(right_forms, "document", document)
    done = office.send()
    assert (done.status, "templates/logo.png cannot be read (Input/output error)" in done.err) == (1, True)
    assert office.states() == {"2026-0001": "sent", "2026-0002": "waiting", "2026-0003": "sent"}
    assert '  reason: "a file cannot be read (Input/output error)"\n' in office.told


def test_a_trial_counts_what_the_real_run_counts(tmp_path: Path) -> None:
    """Of five, one lacks an address, one its filed PDF, and one breaks EN 16931: the trial says so, and exits alike."""
    more = """
2020-01-01 custom "customer" "P1"
  city: "Oslo"
2020-01-01 open Assets:Receivable:C3
2020-01-01 open Assets:Receivable:C4
2020-01-01 custom "customer" "C3"
  name: "Uten adresse AS"
  channel: "email"
2020-01-01 custom "customer" "C4"
  name: "EHF AS"
  channel: "ehf"
  endpoint: "0192:310000205"
"""
    office = Sending(tmp_path / "books", more=LAID + more)
    text = office.main.read_text("utf-8")
    office.main.write_text(text.replace("\ninclude", '\noption "documents" "documents"\n\ninclude', 1), "utf-8")
    (office.root / "documents").mkdir()
    office.invoices(*(invoice(n, customer) for n, customer in enumerate(("C1", "C1", "P1", "C3", "C4"), 1)))
    assert office.run("archive", "file", "2026-0001").status == 0
    next((office.root / "documents").rglob("*2026-0001.pdf")).unlink()
    before = office.files()
    trial = office.send("--due", "--dry-run")
    assert trial.out.endswith("5 documents: 2 ready (1 by email, 1 by print), 3 waiting; nothing was sent\n")
    assert (office.files(), trial.status, trial.out.count("  ! ")) == (before, 1, 3)
    assert "3 of 5 cannot be sent" in trial.err
    real = office.send()
    assert "\n5 documents: 2 sent, 3 waiting\n" in real.out
    assert real.status == 1


@pytest.mark.parametrize("channel", ["ehf", "print", "portal", "mail"])
def test_a_trial_sees_what_stands_in_the_way(tmp_path: Path, channel: str) -> None:
    """A file where the channel's directory would be, and a mistake of the ledger, are told before anything is sent."""
    office = Sending(tmp_path / "books", more=LAID)
    if channel != "mail":
        office.add(
            "company.beancount",
            f'2026-01-01 custom "customer" "C1"\n  channel: "{channel}"\n  endpoint: "0192:310000205"\n',
        )
    office.invoices(invoice(1))
    (office.root / "outbox").mkdir()
    (office.root / "outbox" / channel).write_text("in the way", "utf-8")
    trial, real = office.send("--due", "--dry-run"), office.send()
    assert "1 waiting" in trial.out
    assert "1 waiting" in real.out
    assert trial.status == real.status == 1


def test_a_trial_refuses_where_the_real_run_does(tmp_path: Path) -> None:
    """A ledger with errors sends nothing."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1), invoice(2).replace("-1250.00", "-1240.00", 1))
    trial, real = office.send("--due", "--dry-run"), office.send()
    assert "the ledger has errors" in trial.err
    assert (trial.status, trial.out, trial.err) == (real.status, real.out, real.err)


def test_attempts_in_vain_grow_rarer(tmp_path: Path) -> None:
    """Five at once; then --due leaves a quarter of an hour, half an hour; a name, --now or `retry` tries at once."""
    office = closed(tmp_path)
    office.invoices(invoice(1))

    def at(time: str, *args: str) -> bool:
        """Whether it was tried."""
        return office.run("send", *(args or ("--due",)), "--at", f"2026-11-25T{time}:00+00:00").status == 1

    assert all(at(f"10:0{n}") for n in range(5))
    done = office.run("send", "--due", "--at", "2026-11-25T10:18:00+00:00")
    assert done.status == 0
    assert done.out == (
        "no documents to send\none document failed 5 times or more, to be tried again from 2026-11-25 10:19 on; "
        "`billtext send --due --now` tries at once\n"
    )
    assert at("10:19")
    assert not at("10:48")
    assert at("10:48", "--due", "--now")
    assert at("10:49", "2026-0001")
    assert row(office, "2026-0001")["attempts"] == 8
    assert not at("10:50")
    assert office.run("outbox", "retry", "2026-0001", "--at", "2026-11-25T10:51:00+00:00").status == 0
    assert at("10:52")
    assert row(office, "2026-0001")["attempts"] == 1


def attempt(n: int, hour: int = 0, **more: str) -> Delivery:
    time = NOW.replace(hour=hour).isoformat()
    keys = {"channel": "email", "outcome": "waiting", "reason": "Connection refused", "time": time} | more
    return Delivery(date=NOW.date(), number=f"2026-{n:04}", **keys)


@pytest.mark.parametrize(("count", "hours"), [(5, 0.25), (6, 0.5), (7, 1), (8, 2), (9, 4), (10, 8), (11, 8), (99, 8)])
def test_the_pause_doubles_up_to_eight_hours(count: int, hours: float) -> None:
    found = [attempt(1)] * count
    last = NOW.replace(hour=0)
    assert attempts.again(found, last) == last + datetime.timedelta(hours=hours)
    assert attempts.again(found, last + datetime.timedelta(hours=hours)) is None


def test_a_time_that_is_none_or_to_come_is_no_pause() -> None:
    for time in ("", "soon", "9999-12-31T23:59:00+00:00", (NOW + datetime.timedelta(minutes=1)).isoformat()):
        assert attempts.again([attempt(1, time=time)] * 9, NOW) is None
    assert attempts.again([attempt(1, time="2026-11-25T10:10:00")] * 9, NOW) is not None


def test_reasons_tell_no_address_and_no_place() -> None:
    assert attempts.reason("550 <ola@nordlys.example> in /home/ola/books/x.pdf:\n is\u202e gone") == (
        "550 in x.pdf: is gone"
    )
    assert attempts.reason("to ola @ nordlys.example, <ola%40nordlys.example> ola\uff20nordlys.example: no") == "to no"
    assert len(attempts.reason("x" * 500)) == 200


NAMED = """2026-11-01 custom "customer" "P1"
  name: "Kari ”Rosa” Nordmann{}"
  email: "kari@x.example"
  channel: "email"
"""


def test_a_letter_that_no_font_has_is_told_without_the_name(tmp_path: Path) -> None:
    """Whoever sends reads in which text it is; follow-up/ has the letter's code (U+4E2D is 中)."""
    office = Sending(tmp_path / "books", more=LAID + NAMED.format(" 中"))
    office.invoices(invoice(1, "P1"))
    assert "no font has “中” of “Kari ”Rosa” Nordmann 中”" in office.send().err
    assert '  reason: "Invoice 2026-0001: no font has the letter U+4E2D; put a font file that has them' in office.told
    assert "Rosa" not in office.told
    assert "Nordmann" not in office.told


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("invoice.typ", "#panic(data.buyer.name)", "templates/invoice.typ: Typst cannot make the PDF"),
        (
            "mail/document.en.md",
            "Subject: x\n\n{{ {}[name].x }}",
            "the mail template templates/mail/document.en.md cannot be used (UndefinedError)",
        ),
    ],
)
def test_a_mistake_in_a_template_is_told_without_the_name(tmp_path: Path, file: str, text: str, reason: str) -> None:
    """What Typst and Jinja say of a mistake may have a name of the ledger in it."""
    office = Sending(tmp_path / "books", more=LAID + NAMED.format(""))
    path = office.root / "templates" / file
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    office.invoices(invoice(1, "P1"))
    done = office.send()
    assert (done.status, "Nordmann" in done.err) == (1, True)
    assert f'  reason: "{reason}' in office.told
    assert "Nordmann" not in office.told


def test_deliveries_are_written_together_where_they_are_alike() -> None:
    """Whatever was sent stands alone; the order of one document's deliveries stays."""
    sent = attempt(2, outcome="sent", reason="")
    groups = attempts.together(
        [attempt(1, 1), sent, attempt(3, 2), attempt(4, reason="gone"), attempt(1, 3), attempt(2)]
    )
    assert [[each.number[-1] for each in group] for group in groups] == [["1", "3"], ["2"], ["4"], ["1", "2"]]
    assert {each.time[11:13] for each in groups[0]} == {"02"}


def test_a_message_that_is_deferred_waits_for_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Greylisting: three are put off, and tried again together after the fourth has gone; seven seconds, not 21."""
    waited: list[float] = []
    monkeypatch.setattr(mail, "wait", waited.append)
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1), invoice(2), invoice(3), invoice(4, "C2"))
        room.letters.on_rcpt = lambda to: "451 4.7.1 later" if "nordlys" in to and len(waited) < 2 else None
        assert office.send().status == 0
        assert waited == [1, 2]
        assert [b"Subject: Rechnung 2026-0004" in data for _, _, data in room.letters.all] == [
            True,
            False,
            False,
            False,
        ]
        office.invoices(invoice(5), invoice(6), invoice(7))
        room.letters.on_rcpt = lambda _: "451 4.7.1 later"
        waited.clear()
        assert office.send().status == 1
    assert waited == [1, 2, 4]
    assert office.told.count('"delivery" "2026-0005" "2026-0006" "2026-0007"\n') == 1
    assert row(office, "2026-0005")["attempts"] == 1
    office.book()


@pytest.mark.parametrize(("pause", "codes"), [(1, ["451 4.7.1"]), (2, ["450 4.2.0", "452 4.3.1"])])
def test_what_was_deferred_is_told_where_the_pause_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pause: int, codes: list[str]
) -> None:
    """Ctrl-C before the second round, or before the third: one attempt is told, with the server's last code."""
    answers = [f"{code} later" for code in codes for _ in range(2)]

    def interrupted(seconds: float) -> None:
        if seconds == pause:
            raise KeyboardInterrupt

    monkeypatch.setattr(mail, "wait", interrupted)
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1), invoice(2))
        room.letters.on_rcpt = lambda _: answers.pop(0)
        before = office.told
        assert office.send().status == 130
        assert (
            office.told
            == f"""{before}
2026-11-25 custom "delivery" "2026-0001" "2026-0002"
  channel: "email"
  time: "2026-11-25T10:15:00+00:00"
  outcome: "waiting"
  reason: "{codes[-1]}"
"""
        )
    office.book()


def to_domains(room: Room, tmp_path: Path, count: int) -> Sending:
    """An office with one invoice to each of several customers, each at a domain of its own."""
    register = "".join(
        f'2020-01-01 open Assets:Receivable:D{n}\n2020-01-01 custom "customer" "D{n}"\n'
        f'  name: "D{n}"\n  kind: "company"\n  country: "NO"\n  email: "post@d{n}.example"\n  channel: "email"\n'
        for n in range(1, count + 1)
    )
    office = Sending(tmp_path / "books", room, more=register)
    office.invoices(*(invoice(n, f"D{n}") for n in range(1, count + 1)))
    return office


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_a_recipient_that_costs_the_line_stops_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """421 about the first of three: the line is made anew, the others go, and it alone waits, with its own reason."""
    waited: list[float] = []
    monkeypatch.setattr(mail, "wait", waited.append)
    with Room(tmp_path) as room:
        office = to_domains(room, tmp_path, 3)
        if step == "rcpt":
            room.letters.on_rcpt = lambda to: "421 4.7.0 later" if to == "post@d1.example" else None
        else:
            room.letters.on_data = lambda _, n: None if n in {2, 3} else "421 4.7.0 later"
        done = office.send()
        assert (done.status, waited, len(room.letters.all)) == (1, [1, 2, 4], 2)
        assert office.states() == {"2026-0001": "waiting", "2026-0002": "sent", "2026-0003": "sent"}
        assert '  reason: "421 4.7.0"\n' in office.told
        room.letters.on_rcpt, room.letters.on_data = (lambda _: None), (lambda *_: None)
        assert office.send().status == 0
    office.book()


def test_many_documents_to_one_domain_that_costs_the_line_stop_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five to one customer come first, each answered with 421; the sixth goes all the same."""
    monkeypatch.setattr(mail, "wait", lambda _: None)
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(*(invoice(n) for n in range(1, 6)), invoice(6, "C2"))
        room.letters.on_rcpt = lambda to: "421 later" if "nordlys" in to else None
        assert office.send().status == 1
    assert [to for _, to, _ in room.letters.all] == [["office@muller.example"]]


def closing_line(asked: list[str]) -> Callable[[str], str]:
    """A server's answer to every recipient; it notes who was asked for."""

    def closing(to: str) -> str:
        asked.append(to)
        return "421 4.3.2 shutting down"

    return closing


def test_a_server_that_closes_the_line_to_everyone_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After four domains in a row the other two are not tried; one directive tells the server's answer of all six."""
    waited: list[float] = []
    monkeypatch.setattr(mail, "wait", waited.append)
    asked: list[str] = []
    closing = closing_line(asked)
    with Room(tmp_path) as room:
        office = to_domains(room, tmp_path, 6)
        room.letters.on_rcpt = closing
        done = office.send()
    assert (done.status, waited) == (1, [])
    assert asked == [f"post@d{n}.example" for n in range(1, 5)]
    assert office.told.endswith(f"""
2026-11-25 custom "delivery" "2026-0004" "2026-0005" "2026-0006" "2026-0001" "2026-0002" "2026-0003"
  channel: "email"
  time: "2026-11-25T10:15:00+00:00"
  outcome: "waiting"
  reason: "the mail server 127.0.0.1:{room.port}: 421 4.3.2"
""")


@pytest.mark.parametrize(
    ("answers", "states"),
    [
        (["554 5.7.1"] * 6, ["failed"] * 4 + ["waiting"] * 2),  # relay access denied
        (["554 5.7.1"] * 3 + ["550 5.1.1"] + ["554 5.7.1"] * 2, ["failed"] * 6),
        (["554 5.7.1"] * 3 + [""] + ["554 5.7.1"] * 2, ["failed"] * 3 + ["sent"] + ["failed"] * 2),
    ],
)
def test_a_server_that_refuses_everybody_is_not_asked_for_each_mail(
    tmp_path: Path, answers: list[str], states: list[str]
) -> None:
    """It means us and not the recipients: after four domains in a row, refused by the same code, the others wait."""
    with Room(tmp_path) as room:
        office = to_domains(room, tmp_path, 6)
        room.letters.on_rcpt = lambda to: f"{answers[int(to[6]) - 1]} <{to}>: no" if answers[int(to[6]) - 1] else None
        done = office.send()
    assert done.status == 1
    assert list(office.states().values()) == states
    refuses = f'  reason: "the mail server 127.0.0.1:{room.port}: it refuses mail to everybody (554 5.7.1)"\n'
    assert (refuses in office.told) == ("waiting" in states)
    office.book()


def test_a_server_that_closes_the_line_is_not_asked_for_each_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten to each of two domains, in four turns: each domain is tried four times in a turn, so 2 × 4 × 4, not 80."""
    waited: list[float] = []
    monkeypatch.setattr(mail, "wait", waited.append)
    asked: list[str] = []
    closing = closing_line(asked)
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(*(invoice(n, "C1" if n <= 10 else "C2") for n in range(1, 21)))
        room.letters.on_rcpt = closing
        done = office.send()
        assert (done.status, waited, len(asked)) == (1, [1, 2, 4], 32)
        assert set(office.states().values()) == {"waiting"}
        assert office.told.count('custom "delivery"') == office.told.count('  reason: "421 4.3.2"\n') == 1
        room.letters.on_rcpt = lambda to: closing(to) if len(asked) < 40 else None
        assert office.send().status == 0  # the second turn brings all of them
        assert len(room.letters.all) == 20
    office.book()


@pytest.mark.parametrize("step", ["connect", "EHLO", "MAIL"])
def test_a_server_that_closes_the_line_before_any_recipient_ends_the_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """421 to whoever comes: it is tried four times over the first of six, and for no other."""
    waited: list[float] = []
    monkeypatch.setattr(mail, "wait", waited.append)
    came: list[str] = []

    async def ehlo(self: SMTP, hostname: str) -> None:
        came.append(hostname)
        await self.push("421 4.3.2 shutting down")

    async def sender(self: SMTP, arg: str) -> None:
        came.append(arg)
        await self.push("421 4.3.2 shutting down")

    async def greeting(self: SMTP) -> None:
        came.append("")
        await self.push("421 4.3.2 shutting down")
        self.transport.close()

    if step == "connect":
        monkeypatch.setattr(SMTP, "_handle_client", greeting)
    elif step == "EHLO":
        monkeypatch.setattr(SMTP, "smtp_EHLO", ehlo)
        monkeypatch.setattr(SMTP, "smtp_HELO", ehlo)
    else:
        monkeypatch.setattr(SMTP, "smtp_MAIL", sender)
    with Room(tmp_path) as room:
        office = to_domains(room, tmp_path, 6)
        done = office.send()
    assert (done.status, waited) == (1, [1, 2, 4])
    assert len(came) == (8 if step == "EHLO" else 4)  # and by HELO, which older servers know
    assert office.told.count('custom "delivery"') == 1
    assert f'  reason: "the mail server 127.0.0.1:{room.port}: 421 4.3.2"\n' in office.told


def test_what_is_not_written_down_is_not_shown_as_if_it_were(tmp_path: Path) -> None:
    """One of two cannot be said, so neither is; nor where the ledger would have an error."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1), invoice(2))
    assert office.send("2026-0002").status == 0
    before = office.told
    done = office.run("outbox", "cancel", "2026-0001", "2026-0002", "--at", AT)
    assert (done.status, done.out, "2026-0002 is sent" in done.err) == (1, "", True)
    done = office.run("outbox", "cancel", "2026-0001", "--at", "2026-11-01T10:00")  # before its date
    assert (done.status, done.out, "correct the date of the delivery" in done.err) == (1, "", True)
    assert office.told == before


def test_a_clock_that_goes_back_sends_nothing_twice(tmp_path: Path) -> None:
    """The attempt in vain is of the 27th, the sending and what a person says of the 26th: told after it."""
    yesterday = ("--at", "2026-11-26T10:00:00+00:00")
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1), invoice(2))
        room.letters.on_rcpt = lambda _: "451 4.7.1 later"
        assert office.run("send", "--due", "--at", "2026-11-27T10:00:00+00:00").status == 1
        assert office.run("outbox", "cancel", "2026-0002", *yesterday).status == 0
        room.letters.on_rcpt = lambda _: None
        assert office.run("send", "--due", *yesterday).status == 0
        assert office.states() == {"2026-0001": "sent", "2026-0002": "cancelled"}
        assert '2026-11-27 custom "delivery" "2026-0001"\n  channel: "email"\n  time: "2026-11-26T' in office.told
        assert office.run("send", "--due", *yesterday).out == "no documents to send\n"
        assert len(room.letters.all) == 1
    office.book()


@pytest.mark.parametrize("month", ["oktober", "2026-13", "0000-10", "0001-01", "2026-1"])
def test_a_statement_of_no_month_is_an_error_and_stops_no_report(tmp_path: Path, month: str) -> None:
    """As somebody writes it by hand: told at its line, and what was sent is listed all the same."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1))
    assert office.send().status == 0
    office.add(
        "follow-up/2026.beancount",
        f'\n2026-11-25 custom "delivery" "C1"\n  statement: "{month}"\n  channel: "portal"\n',
    )
    done = office.run("outbox", "--as-of", "2026-11-26")
    assert (done.status, f'`statement: "{month}"` cannot be used; write a month in quotes' in done.err) == (1, True)
    assert "2026-0001" in done.out
    assert office.run("send", "C1/2026-10", "--force", "--at", AT).status == 1
    assert office.run("send", "--statements", month).status == 2


def test_a_statement_that_could_not_be_sent_is_due_too(tmp_path: Path) -> None:
    """C1 and C2 get theirs of November when the server is there, by --due like documents."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1), invoice(2, "C2"))
        assert office.send().status == 0
        room.letters.on_rcpt = lambda _: "451 4.7.1 later"
        over = ("--at", "2026-12-01T08:00:00+00:00")
        assert office.run("send", "--statements", "2026-11", *over).status == 1
        assert '"delivery" "C1" "C2"\n  statement: "2026-11"\n' in office.told
        room.letters.on_rcpt = lambda _: None
        assert "2 documents: 2 sent" in office.run("send", "--due", "--at", "2027-03-01T08:00:00+00:00").out
    assert office.run("send", "--due", "--at", "2027-03-01T09:00:00+00:00").out == "no documents to send\n"
    office.book()


def test_an_attempt_in_vain_before_it_was_sent_brings_nothing_back(tmp_path: Path) -> None:
    """As git puts together what two machines wrote: one had sent at 10:00, and the other had tried in vain at 9:30.

    What a person says, and an attempt after it went, come after it wherever they stand.
    """
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1))

    def told(outcome: str, time: str, reason: str = "") -> str:
        why = f'  reason: "{reason}"\n' if reason else ""
        return (
            f'\n2026-11-25 custom "delivery" "2026-0001"\n  channel: "email"\n  time: "2026-11-25T{time}"\n'
            f'  outcome: "{outcome}"\n{why}'
        )

    office.add("follow-up/2026.beancount", told("sent", "10:00:00+00:00"))
    office.add("follow-up/2026.beancount", told("waiting", "10:30:00+01:00", "the mail server: refused"))
    assert row(office, "2026-0001")["state"] == "sent"
    assert office.send("--due").out == "no documents to send\n"
    office.add("follow-up/2026.beancount", told("waiting", "10:20:00+00:00", "the mail server: refused"))
    assert row(office, "2026-0001")["state"] == "waiting"
    office.add("follow-up/2026.beancount", told("sent", "11:00:00+00:00") + told("waiting", "10:50:00+00:00"))
    assert row(office, "2026-0001")["state"] == "waiting"  # a person's word has no reason
    office.book()


def test_a_statement_of_the_last_day_of_its_month_goes_again(tmp_path: Path) -> None:
    """The month is over when its last day is: what is issued that day is on the statement, too."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1))
    last = ("--at", "2026-11-30T09:00:00+00:00")
    done = office.run("send", "--statements", "2026-11", *last)
    assert (done.status, "2026-11 is not over on 2026-11-30; send its statements when it is" in done.err) == (1, True)
    assert office.run("send", "C1/2026-11", *last).status == 0
    office.invoices(invoice(2).replace("2026-11-20", "2026-11-30"))
    for out in ("one document: 1 sent", "no documents to send"):
        found = office.run("send", "--statements", "2026-11", "--at", "2026-12-01T09:00:00+00:00").out
        assert out in found.replace("1 document:", "one document:"), found


def test_a_sender_that_is_no_address_is_told(tmp_path: Path) -> None:
    """By the check, and where it is one that mail servers do not take, when mail is sent; other channels go on."""
    option = '2020-01-01 custom "billtext-option" "mail-from" "{}"\n'
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room, more=option.format("faktura@firma"))
        done = office.run("check")
        assert (done.status, "faktura@firma" in done.out, "KeyValueError" in done.out) == (1, True, True)
        other = Sending(tmp_path / "other", room, more=option.format("a..b@firma.example"))
        other.invoices(invoice(1), invoice(2, "P1"))
        other.add("company.beancount", '2026-01-01 custom "customer" "P1"\n  channel: "print"\n')
        for more in (["--dry-run"], []):
            done = other.send("--due", *more)
            assert "the address that mail comes from cannot be used: 'a..b@firma.example'; mend the option" in str(done)
        assert other.states() == {"2026-0001": "waiting", "2026-0002": "sent"}
        assert 'reason: "the address that mail comes from cannot be used"' in other.told


def test_a_delivery_of_a_closed_month_is_written_down(tmp_path: Path) -> None:
    """October is closed when a journal of its last day is found, and when a receipt of that day is read."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1).replace("2026-11-20", "2026-10-24"))
    assert office.run("close", "2026-10", "--date", "2026-11-10").status == 0
    assert office.run("send", "2026-0001", "--at", "2026-10-31T10:00:00+00:00").status == 0
    assert office.states() == {"2026-0001": "sent"}
    assert office.get("check").endswith("no errors\n")
    office.book()


def test_what_happens_later_changes_no_earlier_report(tmp_path: Path) -> None:
    """Waiting on the 24th, sent on the 25th: each day shows what was known then."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1))
    assert office.send().status == 0
    assert [row(office, "2026-0001", f"2026-11-{day}")["state"] for day in (24, 25, 26)] == ["waiting", "sent", "sent"]
