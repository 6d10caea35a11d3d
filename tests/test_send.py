"""Sending by mail, with a real server: what was sent, what was refused, and what nobody knows."""

import dataclasses
import email
import email.policy
import errno
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from billtext.outside import mail, mail_server, outbox
from mail_room import Letters, Room
from office import Done, Office

AT = "2026-11-25T10:15:00+00:00"
COMPANY = """
2020-01-01 custom "company" "Fjordlys Elektro AS"
  email: "faktura@fjordlys.example"
  endpoint: "0192:310000019"
  org-number: "310000019"
  vat-number: "NO310000019MVA"
  address: "Kaigata 4"
  postal-code: "5003"
  city: "Bergen"
  country: "NO"
2020-01-01 custom "customer" "C1"
  email: "post@nordlys.example"
  channel: "email"
  language: "nb"
2020-01-01 custom "contact" "C1" "billing"
  name: "Ola Berg"
  email: "regnskap@nordlys.example"
2020-01-01 custom "customer" "C2"
  email: "office@muller.example"
  channel: "email"
  language: "de"
"""
INVOICE = """
2026-11-{day:02} * "{name}" "Lamps" ^2026-{n:04}
  invoice: "2026-{n:04}"
  due: 2026-12-20
  Assets:Receivable:{customer}       1250.00 {currency}{rate}
  Income:Sales                 -1250.00 {currency}{rate}
    vat: "Z0"
"""


def invoice(n: int, customer: str = "C1", day: int = 20) -> str:
    foreign = customer == "C2"
    name = {"C1": "Nordlys Interiør AS", "C2": "Müller GmbH"}.get(customer, customer)
    return INVOICE.format(
        n=n, customer=customer, day=day, name=name, currency="EUR" if foreign else "NOK",
        rate=" @ 11.50 NOK" if foreign else "",
    )  # fmt: skip


class Sending(Office):
    """An office with documents to send, and its mail server."""

    def __init__(
        self, root: Path, room: Room | None = None, security: str = "none", more: str = "", user: str = ""
    ) -> None:
        super().__init__(root)
        text = COMPANY + more
        if room is not None:
            text += f"""
2020-01-01 custom "billtext-option" "smtp-host" "127.0.0.1"
2020-01-01 custom "billtext-option" "smtp-port" {room.port}
2020-01-01 custom "billtext-option" "smtp-security" "{security}"
"""
            if user:
                text += f'2020-01-01 custom "billtext-option" "smtp-user" "{user}"\n'
        for customer in ("C1", "C2", "P1"):
            text += f"2020-01-01 open Assets:Receivable:{customer}\n"
        self.add("company.beancount", text)

    def add(self, name: str, text: str) -> None:
        with (self.root / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def invoices(self, *texts: str) -> None:
        self.add("invoices/2026.beancount", "".join(texts))

    def send(self, *args: str) -> Done:
        return self.run("send", *(args or ("--due",)), "--at", AT)

    @property
    def told(self) -> str:
        """What the ledger tells of deliveries."""
        return (self.root / "follow-up" / "2026.beancount").read_text("utf-8")

    def states(self) -> dict[str, str]:
        found = json.loads(self.get("outbox", "--state", "all", "--as-of", "2026-11-30", "--format", "json"))
        return {one["number"]: one["state"] for one in found}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits in a test; how long they would have is kept."""
    waited: list[float] = []
    monkeypatch.setattr(mail, "wait", waited.append)
    return waited


def parsed(letters: Letters, n: int = 0) -> EmailMessage:
    found = email.message_from_bytes(letters.all[n][2], policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_mail_has_its_document_and_the_ledger_its_hash(tmp_path: Path) -> None:
    """The PDF is attached, the text is the customer's language, and no address is written down."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1))
        done = office.send()
        assert (done.status, done.err) == (0, "")
    sender, recipients, _ = room.letters.all[0]
    assert (sender, recipients) == ("faktura@fjordlys.example", ["regnskap@nordlys.example"])
    found = parsed(room.letters)
    assert found["From"] == "Fjordlys Elektro AS <faktura@fjordlys.example>"
    assert found["To"] == "Ola Berg <regnskap@nordlys.example>"
    assert found["Subject"] == "Faktura 2026-0001 fra Fjordlys Elektro AS"
    assert found["Date"] == "Wed, 25 Nov 2026 10:15:00 +0000"
    text, html = found.get_body(("plain",)), found.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "- Å betale: 1 250,00 NOK" in text.get_content()
    assert "<li>Å betale: 1 250,00 NOK</li>" in html.get_content()
    attached = list(found.iter_attachments())
    assert [part.get_filename() for part in attached] == ["2026-0001.pdf"]
    pdf = attached[0].get_content()
    assert pdf.startswith(b"%PDF")
    hash_ = hashlib.sha256(pdf).hexdigest()
    message = re.search(r"billtext\.([0-9a-f]{32})@fjordlys\.example", found["Message-ID"])
    assert message is not None
    assert office.told.endswith(f'''
2026-11-25 custom "delivery" "2026-0001"
  channel: "email"
  time: "2026-11-25T10:15:00+00:00"
  outcome: "sent"
  sha256: "{hash_}"
  message: "{message[1]}"
''')
    assert "@" not in office.told
    office.book()
    assert not (office.root / outbox.PLACE / outbox.JOURNAL).exists()


def test_a_mail_has_the_files_that_its_document_names(tmp_path: Path) -> None:
    """A timesheet with the PDF, and the hash of both; a type that is none, or a message of its own, is bytes."""
    files = (("hours.csv", ""), ("PLAN.PNG", ""), ("x.txt", "message/rfc822"), ("y.txt", "text/plain\r\nX: y"))
    keys = "".join(
        f'  attachment{end}: "{name}"\n  attachment-file{end}: "{name}"\n  attachment-mime{end}: "{mime}"\n'
        for end, (name, mime) in zip(("", "-2", "-3", "-4"), files, strict=True)
    )
    link = '  attachment-5: "drawing"\n  attachment-url-5: "https://fjordlys.example/d"\n'
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        for name, _ in files:
            (office.root / name).write_bytes(f"of {name}".encode())
        office.invoices(invoice(1).replace("  due:", f"{keys}{link}  due:"))
        done = office.send()
        assert (done.status, done.err) == (0, "")
    parts = list(parsed(room.letters).iter_attachments())
    assert [(part.get_filename(), part.get_content_type()) for part in parts] == [
        ("2026-0001.pdf", "application/pdf"), ("hours.csv", "text/csv"), ("PLAN.PNG", "image/png"),
        ("x.txt", "application/octet-stream"), ("y.txt", "application/octet-stream"),
    ]  # fmt: skip
    contents = [part.get_payload(decode=True) for part in parts]
    assert contents[1:] == [b"of hours.csv", b"of PLAN.PNG", b"of x.txt", b"of y.txt"]
    digests = " ".join(hashlib.sha256(content).hexdigest() for content in contents)  # type: ignore[arg-type]
    assert f'  sha256: "{digests}"\n' in office.told
    office.book()


def test_each_is_sent_once(tmp_path: Path) -> None:
    """What was sent is not due any more; --again sends it with another Message-ID, and to others with yet another."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1), invoice(2, "C2"))
        assert office.send().status == 0
        assert office.send().out == "no documents to send\n"
        done = office.send("2026-0001")
        assert done.status == 1
        assert "2026-0001 was sent on 2026-11-25 by email; say --again" in done.err
        assert office.send("2026-0001", "--again").status == 0
    ids = [parsed(room.letters, n)["Message-ID"] for n in range(3)]
    assert len(set(ids)) == 3
    assert parsed(room.letters, 1)["Subject"] == "Rechnung 2026-0002 von Fjordlys Elektro AS"


def test_the_same_document_makes_the_same_mail(tmp_path: Path) -> None:
    """Byte by byte, once the first was taken back as doubtful: the other side can tell a double."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1))
        room.letters.on_data = lambda _, n: "cut" if n == 1 else None
        assert office.send().status == 1
        assert office.states() == {"2026-0001": "doubtful"}
        assert office.run("outbox", "retry", "2026-0001", "--at", AT).status == 0
        assert office.states() == {"2026-0001": "waiting"}
        assert office.send().status == 0
    assert room.letters.all[0] == room.letters.all[1]


def test_nothing_is_sent_by_a_dry_run(tmp_path: Path) -> None:
    """It says what would go to whom by which channel, and changes nothing, the outbox's own directory included."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1), invoice(2, "C2"))
        before = office.files()
        assert office.get("send", "--due", "--dry-run", "--at", AT) == (
            "2026-0001  email  C1  regnskap@nordlys.example  1250.00 NOK\n"
            "2026-0002  email  C2  office@muller.example  1250.00 EUR\n"
            "2 documents: 2 ready (2 by email); nothing was sent\n"
        )
        assert (office.files(), room.letters.tried) == (before, 0)


def test_what_is_old_or_unwanted_is_not_due(tmp_path: Path) -> None:
    """An imported history is not sent; --since takes it, and `none` is never sent."""
    office = Sending(tmp_path / "books", more=LAID)
    office.add("invoices/2026.beancount", invoice(1).replace("2026-11-20", "2026-10-24") + invoice(2))
    office.add("company.beancount", '2026-11-01 custom "customer" "C1"\n  channel: "none"\n')
    assert office.states() == {"2026-0001": "none", "2026-0002": "none"}
    office.add("company.beancount", '2026-11-24 custom "customer" "C1"\n  channel: "email"\n')
    assert office.states() == {"2026-0001": "old", "2026-0002": "waiting"}
    table = office.get("outbox", "--as-of", "2026-11-25")
    assert table.endswith("\n1 waiting; 1 older than 2026-10-25 and never sent: see --state old\n")
    dry = office.get("send", "--due", "--dry-run", "--at", AT)
    assert "2026-0001" not in dry
    assert dry.endswith(
        "\none document older than 2026-10-25 never sent: see `billtext outbox --state old`; "
        "`billtext send --due --since 2026-10-24` sends them\n"
    )
    assert "2026-0001" in office.get("send", "--due", "--since", "2026-10-01", "--dry-run", "--at", AT)


# --- the server ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_over_tls_with_a_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str) -> None:
    with Room(tmp_path, security, password="hemmelig") as room:  # noqa: S106
        office = Sending(tmp_path / "books", room, security, user="fjordlys")
        office.invoices(invoice(1))
        monkeypatch.setenv("BILLTEXT_SMTP_PASSWORD", "hemmelig")
        done = office.send()
        assert "certificate is not trusted (self-signed certificate); ask who runs it, or name a file" in done.err
        assert office.states() == {"2026-0001": "waiting"}
        monkeypatch.setenv("SSL_CERT_FILE", str(room.pem))
        monkeypatch.setenv("BILLTEXT_SMTP_PASSWORD", "galt")
        done = office.send()
        assert (done.status, "does not take the user and password (535)" in done.err) == (1, True)
        assert "galt" not in done.err
        assert (office.states(), room.letters.all) == ({"2026-0001": "waiting"}, [])
        monkeypatch.setenv("BILLTEXT_SMTP_PASSWORD", "hemmelig")
        assert office.send().status == 0
    assert len(room.letters.all) == 1
    assert "hemmelig" not in str(office.files())


@pytest.mark.parametrize(
    ("security", "why", "remedy"),
    [
        ("starttls", "it offers no encryption", 'try `smtp-security` "tls" with its port for that, mostly 465'),
        ("tls", "it does not begin with TLS", 'try `smtp-security` "starttls", or port 465'),
        ("down", "Connection refused", "see that it runs, and that `smtp-host` and `smtp-port` name it"),
    ],
)
def test_a_mail_server_that_is_set_up_otherwise_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str, why: str, remedy: str
) -> None:
    """In plain words on the screen, and without the remedy in the ledger."""
    monkeypatch.setattr(mail, "wait", lambda _seconds: None)
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room, "none" if security == "down" else security)
        office.invoices(invoice(1))
        if security != "down":
            told = office.send().err
    if security == "down":
        told = office.send().err
    place = f"the mail server 127.0.0.1:{room.port}: {why}"
    assert f"2026-0001  email  waiting: {place}; {remedy}\n" in told
    assert f'  reason: "{place}"\n' in office.told


@pytest.mark.parametrize("usual", [False, True], ids=["another port", "the port of TLS"])
def test_a_mail_server_that_waits_for_tls_is_told_and_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, usual: bool
) -> None:
    """It says nothing: after one wait we see whether it begins with TLS, and on the port of TLS before."""
    with Room(tmp_path, "tls") as room:
        office = Sending(tmp_path / "books", room, "none")
        office.invoices(invoice(1))
        if usual:
            monkeypatch.setitem(mail_server.PORTS, "tls", room.port)
        server = mail_server.server
        monkeypatch.setattr(mail_server, "server", lambda register: dataclasses.replace(server(register), timeout=0.5))
        done = office.send()
    place = f"the mail server 127.0.0.1:{room.port}: it begins with TLS"
    assert (done.status, f'{place}; set `smtp-security` to "tls"\n' in done.err) == (1, True), done.err


def test_a_mail_server_that_knows_no_way_of_ours_to_log_in_is_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_waiting: list[float]
) -> None:
    class Other(Letters):
        async def auth_XOAUTH2(self, _server: Any, _args: Any) -> None:  # noqa: N802
            raise AssertionError

    room = Room(tmp_path, "tls", password="hemmelig")  # noqa: S106
    room.letters = Other()
    room._options["auth_exclude_mechanism"] = ["LOGIN", "PLAIN"]
    monkeypatch.setenv("BILLTEXT_SMTP_PASSWORD", "hemmelig")
    with room:
        monkeypatch.setenv("SSL_CERT_FILE", str(room.pem))
        office = Sending(tmp_path / "books", room, "tls", user="fjordlys")
        office.invoices(invoice(1))
        done = office.send()
    told = "it offers no way to log in that we know; ask who runs it for one of CRAM-MD5, PLAIN or LOGIN"
    assert (done.status, told in done.err, no_waiting) == (1, True, []), done.err


def test_no_password_goes_in_the_clear(tmp_path: Path) -> None:
    """A server without STARTTLS gets nothing, and `none` with a password is for this machine alone."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room, "starttls")
        office.invoices(invoice(1))
        assert "it offers no encryption" in office.send().err
        assert room.letters.all == []
    other = Sending(tmp_path / "others", more='2020-01-01 custom "billtext-option" "smtp-host" "mail.example.com"\n'
                    '2020-01-01 custom "billtext-option" "smtp-security" "none"\n'
                    '2020-01-01 custom "billtext-option" "smtp-user" "fjordlys"\n')  # fmt: skip
    other.invoices(invoice(1))
    assert "would go to mail.example.com in the clear" in other.send().err


@pytest.mark.parametrize(("user", "password"), [("fjordlys", "blåbær"), ("fjørdlys", "secret")])
def test_a_password_that_cannot_be_handed_over_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user: str, password: str
) -> None:
    """Outside ASCII: the mails wait, and neither user nor password is written down."""
    monkeypatch.setenv(mail_server.PASSWORD, password)
    with Room(tmp_path, password="secret") as room:  # noqa: S106 - of the test's own server
        office = Sending(tmp_path / "books", room, user=user)
        office.invoices(invoice(1))
        done = office.send()
    assert done.status == 1
    assert "user or password at 127.0.0.1 have letters outside ASCII, which cannot be handed over" in done.err
    assert '  reason: "user or password at 127.0.0.1 cannot be handed over"\n' in office.told
    assert password not in done.out + done.err + office.told


@pytest.mark.parametrize("host", ["smtp..example.com", f"{'x' * 64}.example.com"])
def test_a_host_that_is_none_is_an_error_of_the_ledger(tmp_path: Path, host: str) -> None:
    office = Sending(tmp_path / "books", more=f'2020-01-01 custom "billtext-option" "smtp-host" "{host}"\n')
    office.invoices(invoice(1))
    done = office.send()
    assert (done.status, "cannot be used; write the name of a mail server" in done.err) == (1, True)


def test_a_password_that_is_nowhere_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BILLTEXT_SMTP_PASSWORD", raising=False)
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room, user="fjordlys")
        office.invoices(invoice(1))
        assert "BILLTEXT_SMTP_PASSWORD" in office.send().err
        assert office.states() == {"2026-0001": "waiting"}


KEYRING = """
import json, os
from pathlib import Path
from keyring.backend import KeyringBackend

class Book(KeyringBackend):
    priority = 1
    path = Path(os.environ["KEYS"])

    def _keys(self):
        if self.path.is_dir():
            raise RuntimeError("it is locked")
        return json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}

    def get_password(self, service, username):
        return self._keys().get(f"{service}/{username}")

    def set_password(self, service, username, password):
        self.path.write_text(json.dumps({**self._keys(), f"{service}/{username}": password}), "utf-8")

    def delete_password(self, service, username):
        raise NotImplementedError
"""


def test_the_password_from_a_keyring(tmp_path: Path) -> None:
    """Both programs with a keyring that is a file: locked, without the user, wrong, and right as the guide sets it."""
    pytest.importorskip("keyring")
    (tmp_path / "keyring_of_a_book.py").write_text(KEYRING, "utf-8")
    keys = tmp_path / "keys.json"
    with Room(tmp_path, "starttls", password="hemmelig") as room:  # noqa: S106
        office = Sending(tmp_path / "books", room, "starttls", user="fjordlys")
        office.invoices(invoice(1))
        here = {name: value for name, value in os.environ.items() if name != mail_server.PASSWORD} | {
            "PYTHONPATH": os.pathsep.join((str(tmp_path), *sys.path)), "SSL_CERT_FILE": str(room.pem),
            "PYTHON_KEYRING_BACKEND": "keyring_of_a_book.Book", "KEYS": str(keys),
        }  # fmt: skip

        def told(*command: str, typed: str = "") -> str:
            done = subprocess.run(
                [sys.executable, "-m", *command], env=here, input=typed, capture_output=True, text=True, check=False
            )
            assert "Traceback" not in done.stderr
            return done.stderr

        def send() -> str:
            return told("billtext", "-f", str(office.main), "send", "--due", "--at", AT)

        keys.mkdir()
        assert "gives no password of fjordlys at 127.0.0.1 (it is locked); set BILLTEXT_SMTP_PASSWORD" in send()
        keys.rmdir()
        assert "say `keyring set 'billtext 127.0.0.1' fjordlys`" in send()
        assert told("keyring", "set", "billtext 127.0.0.1", "fjordlys", typed="galt\n") == ""
        assert "does not take the user and password (535)" in send()
        assert room.letters.all == []
        assert told("keyring", "set", "billtext 127.0.0.1", "fjordlys", typed="hemmelig\n") == ""
        assert send() == ""
    assert len(room.letters.all) == 1
    assert "hemmelig" not in str(office.files())


def test_nobody_listens(tmp_path: Path, no_waiting: list[float]) -> None:
    """Tried four times with growing pauses; then all keep waiting, and one directive tells it of both."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
    office.invoices(invoice(1), invoice(2))
    before = office.told
    done = office.send()
    assert (done.status, office.told) == (
        1,
        before
        + f"""
2026-11-25 custom "delivery" "2026-0001" "2026-0002"
  channel: "email"
  time: "2026-11-25T10:15:00+00:00"
  outcome: "waiting"
  reason: "the mail server 127.0.0.1:{room.port}: Connection refused"
""",
    )
    assert office.states() == {"2026-0001": "waiting", "2026-0002": "waiting"}
    assert no_waiting == [1, 2, 4]
    office.book()


def test_a_refused_recipient_has_failed(tmp_path: Path) -> None:
    """The code is kept, the words with the address are not; the others go on."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1), invoice(2, "C2"))
        room.letters.on_rcpt = lambda to: f"550 5.1.1 <{to}> is unknown" if "nordlys" in to else None
        done = office.send()
        assert done.status == 1
        assert "550 5.1.1 <regnskap@nordlys.example> is unknown" in done.err
        assert office.states() == {"2026-0001": "failed", "2026-0002": "sent"}
        assert '  outcome: "failed"\n' in office.told
        assert '  reason: "550 5.1.1"\n' in office.told
        assert "@" not in office.told
        assert office.send().out == "no documents to send\n"
        room.letters.on_rcpt = lambda _: None
        assert office.send("2026-0001").status == 0
    assert office.states() == {"2026-0001": "sent", "2026-0002": "sent"}


def test_a_mail_that_is_larger_than_the_server_takes_has_failed(tmp_path: Path) -> None:
    """The server says how much it takes, so the mail is not begun; the smaller one goes. What is too large is told."""
    with Room(tmp_path, most=250_000) as room:
        office = Sending(tmp_path / "books", room)
        (office.root / "scan.bin").write_bytes(bytes(300_000))
        large = invoice(1).replace("  due:", '  attachment: "scan"\n  attachment-file: "scan.bin"\n  due:')
        office.invoices(large, invoice(2, "C2"))
        done = office.send()
        assert done.status == 1
        assert ", and the server takes 0.25 MB at most; send it by another channel, or with less attached" in done.err
        assert office.states() == {"2026-0001": "failed", "2026-0002": "sent"}
        assert re.search(r'reason: "the mail has 0\.[45]\d MB, and the server takes 0\.25 MB at most"\n', office.told)
        assert room.letters.tried == 1


def test_a_refusal_for_the_time_being_is_tried_again(tmp_path: Path, no_waiting: list[float]) -> None:
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1))
        room.letters.on_data = lambda _, n: "451 4.7.1 later" if n < 3 else None
        assert office.send().status == 0
        assert (room.letters.tried, no_waiting) == (3, [1, 2])
        office.invoices(invoice(2))
        room.letters.on_data = lambda *_: "451 4.7.1 later"
        done = office.send()
        assert "451 4.7.1 later" in done.err
    assert office.states() == {"2026-0001": "sent", "2026-0002": "waiting"}
    assert office.told.endswith("""
2026-11-25 custom "delivery" "2026-0002"
  channel: "email"
  time: "2026-11-25T10:15:00+00:00"
  outcome: "waiting"
  reason: "451 4.7.1"
""")


def test_a_line_cut_after_the_text_is_doubtful(tmp_path: Path) -> None:
    """The server has it, and we do not know: it is not sent again by itself, and a person says what became of it."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1), invoice(2))
        room.letters.on_data = lambda _, n: "cut" if n == 1 else None
        done = office.send()
        assert (done.status, "no answer came after the message was sent" in done.err) == (1, True)
        assert office.states() == {"2026-0001": "doubtful", "2026-0002": "sent"}
        assert office.send().out == "no documents to send\n"
        done = office.send("2026-0001")
        assert (done.status, "may have been sent already" in done.err) == (1, True)
        assert len(room.letters.all) == 2
    assert office.run("outbox", "sent", "2026-0001", "--at", AT).status == 0
    assert office.states() == {"2026-0001": "sent", "2026-0002": "sent"}
    office.book()


def test_a_server_may_take_long_to_look_at_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second, where any other answer is waited for half a second: it has been sent, and is not doubtful."""
    found = mail_server.server
    monkeypatch.setattr(mail_server, "server", lambda register: dataclasses.replace(found(register), timeout=0.5))
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1))
        room.letters.on_data = lambda *_: time.sleep(1)
        assert office.send().status == 0
    assert office.states() == {"2026-0001": "sent"}


@pytest.mark.parametrize("step", [1, 2])
def test_a_server_that_answers_no_message_gets_four(tmp_path: Path, step: int) -> None:
    """Four in a row are doubtful, and the other two wait; where every second is answered, it goes on."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(*(invoice(n) for n in range(1, 7)))
        room.letters.on_data = lambda _, n: "cut" if n % step == 0 else None
        done = office.send()
    assert done.status == 1
    if step == 1:
        assert list(office.states().values()) == ["doubtful"] * 4 + ["waiting"] * 2
        assert len(room.letters.all) == 4
        assert office.told.endswith(f"""
2026-11-25 custom "delivery" "2026-0005" "2026-0006"
  channel: "email"
  time: "2026-11-25T10:15:00+00:00"
  outcome: "waiting"
  reason: "the mail server 127.0.0.1:{room.port}: it answers to no message that it is sent"
""")
    else:
        assert list(office.states().values()) == ["sent", "doubtful"] * 3
    office.book()


def test_the_rate_is_kept(tmp_path: Path, no_waiting: list[float]) -> None:
    """30 a minute: two seconds from one to the next."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room, more='2020-01-01 custom "billtext-option" "mail-rate" 30\n')
        office.invoices(invoice(1), invoice(2), invoice(3))
        assert office.send().status == 0
    assert len(no_waiting) == 2
    assert all(1 < seconds <= 2 for seconds in no_waiting)


# --- without a server ---------------------------------------------------------------------------------------

LAID = '2020-01-01 custom "billtext-option" "mail" "outbox"\n'


def test_mails_are_laid_into_the_outbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes as a server gets, in a file that is told; the ledger says that no server was given it."""
    monkeypatch.setenv(outbox.SECRET_VARIABLE, "of the office, and long enough to be one")
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1), invoice(2, "C2"))
    done = office.send()
    assert (done.status, done.err) == (0, "")
    assert "2026-0001  email  sent to " in done.out
    assert "books/outbox/mail/2026-0001.eml\n" in done.out
    assert "no mail server was given a mail: 2 mails in " in done.out
    place = office.root / "outbox" / "mail"
    assert sorted(path.name for path in place.iterdir()) == ["2026-0001.eml", "2026-0002.eml"]
    assert office.told.count('  outcome: "sent"\n') == 2
    assert office.told.count('  reason: "laid into the outbox"\n') == 2
    assert office.states() == {"2026-0001": "sent", "2026-0002": "sent"}
    with Room(tmp_path) as room:
        other = Sending(tmp_path / "others", room)
        other.invoices(invoice(1), invoice(2, "C2"))
        assert other.send().status == 0
    laid = [(place / f"2026-000{n}.eml").read_bytes() for n in (1, 2)]
    assert [data for _, _, data in room.letters.all] == laid
    office.book()


def test_a_mail_that_goes_once_more_is_another_file(tmp_path: Path) -> None:
    """So does a statement get a file; and whatever took the first is not given it anew by the next run."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1))
    assert office.send().status == 0
    place = office.root / "outbox" / "mail"
    (place / "2026-0001.eml").unlink()
    assert office.send().out == "no documents to send\n"
    assert office.send("2026-0001", "--again").status == 0
    assert office.send("C1/2026-11").status == 0
    again, statement = sorted(path.name for path in place.iterdir())
    assert re.fullmatch(r"2026-0001-[0-9a-f]{8}\.eml", again)
    assert statement == "statement-C1-2026-11-30.eml"


def test_a_mail_that_cannot_be_laid_out_waits(tmp_path: Path) -> None:
    """A file stands where the directory would be: nothing is called sent or doubtful."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1), invoice(2))
    (office.root / "outbox").mkdir()
    (office.root / "outbox" / "mail").write_text("in the way", "utf-8")
    done = office.send()
    assert (done.status, "cannot be written" in done.err) == (1, True)
    assert office.states() == {"2026-0001": "waiting", "2026-0002": "waiting"}
    assert '"delivery" "2026-0001" "2026-0002"\n  channel: "email"\n' in office.told
    assert str(tmp_path) not in office.told


@pytest.mark.parametrize("place", [".", "documents", "invoices"])
def test_an_outbox_among_the_ledgers_files_is_refused(tmp_path: Path, place: str) -> None:
    """It would keep out of git what lies there; a trial says the same."""
    office = Sending(tmp_path / "books", more=f'{LAID}2020-01-01 custom "billtext-option" "outbox" "{place}"\n')
    office.invoices(invoice(1))
    for arguments in (["--due", "--dry-run"], ["--due"]):
        done = office.send(*arguments)
        assert (done.status, "holds files of the ledger; set the option `outbox`" in done.out + done.err) == (1, True)
    assert not (office.root / place / ".gitignore").exists()


# --- hostile text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "begin",
    [
        "Nordlys\\nBcc: evil@evil.example\\r\\n\\r\\n",
        "=?utf-8?q?=0D=0ABcc:_evil@evil.example?=",  # encoded words, RFC 2047
        "x =\u200b?utf-8?b?DQpCY2M6IGV2aWxAZXZpbC5leGFtcGxlDQoNCng=?=",  # that is whole where the invisible is gone
        "Nordlys Interior AS, lamps and lights for Bergen, Oslo and the rest of the country, <z@evil.example>, ",
        "Ørjan Ødegård og sønner, <z@evil.example>, ",
    ],
)
def test_names_make_no_headers(tmp_path: Path, begin: str) -> None:
    """Line breaks, plain or encoded, quotes and commas stay within their own header, and name no other recipient."""
    evil = f'{begin}<b>hi</b>, \\"x\\" <y@evil.example>'
    with Room(tmp_path) as room:
        more = f'2026-01-01 custom "contact" "C1" "billing"\n  name: "{evil}"\n'
        more += f'2026-01-01 custom "company" "{evil}"\n'
        office = Sending(tmp_path / "books", room, more=more)
        office.invoices(invoice(1))
        assert office.send().status == 0
    _, recipients, data = room.letters.all[0]
    assert recipients == ["regnskap@nordlys.example"]
    found = parsed(room.letters)
    assert "Bcc" not in found
    assert not re.search(rb"(?mi)^bcc:", data)
    assert [address.addr_spec for address in found["To"].addresses] == ["regnskap@nordlys.example"]
    assert [address.addr_spec for address in found["From"].addresses] == ["faktura@fjordlys.example"]
    assert all(len(line) <= 78 for line in data.split(b"\r\n"))
    html = found.get_body(("html",))
    assert html is not None
    assert "<b>" not in html.get_content()
    assert "&lt;b&gt;hi&lt;/b&gt;" in html.get_content()


@pytest.mark.parametrize(
    "address", ["bjørn@nordlys.example", "faktura@straße.example", "=?utf-8?b?DQpCY2M6IGU=?=@x.example"]
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    """Letters that mail servers do not take; a ß, of which Python makes another's domain; an encoded line break."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.add("company.beancount", f'2026-11-01 custom "contact" "C1" "billing"\n  email: "{address}"\n')
        office.invoices(invoice(1))
        done = office.send()
        assert (done.status, "cannot be used in a mail" in done.err) == (1, True)
    assert room.letters.all == []
    assert address not in office.told


def test_a_template_of_the_ledgers_own(tmp_path: Path) -> None:
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        place = office.root / "templates" / "mail"
        place.mkdir(parents=True)
        (place / "document.nb.md").write_text("Subject: Regning {{ number }}\n\n**Hei** {{ name }}!\n", "utf-8")
        office.invoices(invoice(1))
        assert office.send().status == 0
        found = parsed(room.letters)
        html = found.get_body(("html",))
        assert html is not None
        assert found["Subject"] == "Regning 2026-0001"
        assert "<p><strong>Hei</strong> Ola Berg!</p>" in html.get_content()
        (place / "document.nb.md").write_text("Subject: {{ nubmer }}\n\nHei\n", "utf-8")
        office.invoices(invoice(2))
        done = office.send()
        told = "the mail template templates/mail/document.nb.md cannot be used: 'nubmer' is undefined; the guide"
        assert (done.status, told in done.err) == (1, True), done.err
        (place / "document.nb.md").write_text("Subject: x\n\nHei\n{% if name %}\n", "utf-8")
        done = office.send()
        assert (done.status, "templates/mail/document.nb.md:4 cannot be used: " in done.err) == (1, True), done.err
        (place / "document.nb.md").write_text("Subject: x\n\nHei\n\n{{ name | uper }}\n", "utf-8")
        done = office.send()
        told = "templates/mail/document.nb.md:5 cannot be used: No filter named 'uper'"
        assert (done.status, told in done.err) == (1, True), done.err
        (place / "document.nb.md").write_text("Hei\n", "utf-8")
        done = office.send()
        told = "templates/mail/document.nb.md does not begin with `Subject:`; write the subject in its first line"
        assert (done.status, told in done.err) == (1, True), done.err


# --- killed -------------------------------------------------------------------------------------------------


def test_killed_in_the_middle_of_five_hundred(tmp_path: Path) -> None:
    """`kill -9` while mails go out: each of 500 is sent once, waits, or is doubtful; the next run sends the rest."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(*(invoice(n) for n in range(1, 501)))
        place = office.root / "templates"
        place.mkdir()
        # The PDF is not what is tested here: a page of one word is made quickly.
        (place / "invoice.typ").write_text("Faktura\n", "utf-8")
        child = subprocess.Popen(
            [sys.executable, "-m", "billtext", "-f", str(office.main), "send", "--due", "--at", AT],
            stdout=subprocess.DEVNULL, stderr=(tmp_path / "err").open("w"),
        )  # fmt: skip
        end = time.monotonic() + 60
        while len(room.letters.all) < 120 and time.monotonic() < end and child.poll() is None:
            time.sleep(0.005)
        assert child.poll() is None, (tmp_path / "err").read_text()
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        time.sleep(0.1)  # what was in the line comes in
        first = len(room.letters.all)
        assert 120 <= first < 500
        states = office.states()
        doubtful = {number for number, state in states.items() if state == "doubtful"}
        assert len(doubtful) <= 1
        assert sum(state == "sent" for state in states.values()) + len(doubtful) >= first
        done = office.send()
        assert "a run before was interrupted" in done.err
        states = office.states()
        assert {state for number, state in states.items() if number not in doubtful} == {"sent"}
        assert {number for number, state in states.items() if state == "doubtful"} == doubtful
    subjects = [re.search(rb"Subject: Faktura (2026-\d{4})", data)[1].decode() for _, _, data in room.letters.all]  # type: ignore[index]
    assert len(subjects) == len(set(subjects)), "none was sent twice"
    assert set(subjects) | doubtful == {f"2026-{n:04}" for n in range(1, 501)}, "none was lost"
    office.book()


def test_stopped_by_ctrl_c_says_how_far_it_came(tmp_path: Path) -> None:
    """What went is written down, what was on its way is doubtful, and the next run sends the rest."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(*(invoice(n) for n in range(1, 201)))
        (office.root / "templates").mkdir()
        (office.root / "templates" / "invoice.typ").write_text("Faktura\n", "utf-8")
        child = subprocess.Popen(
            [sys.executable, "-m", "billtext", "-f", str(office.main), "send", "--due", "--at", AT],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        end = time.monotonic() + 60
        while len(room.letters.all) < 20 and time.monotonic() < end and child.poll() is None:
            time.sleep(0.005)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=60)
        told = re.search(r"\nstopped after (\d+) of 200; see `billtext outbox` for what was on its way\n", err)
        assert (child.returncode, told is not None) == (130, True), err
        states = list(office.states().values())
        assert told is not None
        assert states.count("sent") - int(told[1]) in {0, 1}  # one may be written down and not counted yet
        assert states.count("doubtful") <= 1
        assert not (office.root / ".billtext" / "outbox.jsonl").exists()
        assert office.send().status == 0
    came = {re.search(rb"Subject: Faktura (2026-\d{4})", data)[1] for _, _, data in room.letters.all}  # type: ignore[index]
    assert len(came) == len(room.letters.all) >= 200 - states.count("doubtful")


def test_what_has_no_parcel_is_told_with_how_statements_are_named(tmp_path: Path) -> None:
    office = Sending(tmp_path / "books")
    hint = "name a statement by customer and month, as C1/2026-10, or a document by its number"
    for title, told in (
        ("C1", f"C1 is a customer; {hint}"), ("C1/2026-13", f"2026-13 is no month; {hint}"),
        ("2026-0009", "there is no document 2026-0009; `billtext invoice list` shows them"),
    ):  # fmt: skip
        assert office.send(title).err == f"billtext: {told}\n"
        assert told.partition("`")[0] in office.run("outbox", "sent", title, "--at", AT).err


def test_who_has_no_address_at_all_gets_paper_only_where_the_register_says_so(tmp_path: Path) -> None:
    office = Sending(tmp_path / "books")
    office.invoices(invoice(1, "P1"))
    done = office.send()
    why = "no address of P1 is in the register, neither for mail nor for paper"
    assert (done.status, f"2026-0001  print  waiting: {why}" in done.err) == (1, True), done
    assert not (office.root / "outbox" / "print").exists()
    place = '  buyer-address: "Hytteveien 9"\n  buyer-city: "Voss"\n  due:'
    office.invoices(invoice(2, "P1").replace("  due:", place, 1))
    assert office.send().out.startswith("2026-0002  print  sent")  # it says itself where it goes
    office.add("company.beancount", '2026-11-01 custom "customer" "P1"\n  channel: "print"\n')
    assert office.send().status == 0
    assert set(office.states().values()) == {"sent"}


def test_two_never_send_at_once(tmp_path: Path) -> None:
    office = Sending(tmp_path / "books")
    office.invoices(invoice(1))
    with outbox.Outbox(office.root):
        assert "another billtext is sending" in office.send().err


def test_a_system_without_locks_sends_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no `fcntl`: there nobody is kept out, and nothing else changes."""
    monkeypatch.setitem(sys.modules, "fcntl", None)
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1))
        assert office.send().status == 0
    assert office.states() == {"2026-0001": "sent"}


@pytest.mark.parametrize(
    ("full", "states", "came"),
    [
        ({4}, ["sent", "doubtful", "sent", "sent"], [1, 2, 3, 4]),  # the outcome of the second, and then there is room
        ({4, 5, 6}, ["sent", "doubtful", "waiting", "waiting"], [1, 2]),
        ({3, 4}, ["sent", "waiting", "waiting", "waiting"], [1]),  # its intent
    ],
)
def test_a_disk_that_is_full_makes_nothing_go_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full: set[int], states: list[str], came: list[int]
) -> None:
    """Intent and outcome of each mail are brought to disk, eight times for four: some of the times there is no room."""
    fsync, times = os.fsync, 0

    def syncing(handle: int) -> None:
        nonlocal times
        if journal.exists() and os.fstat(handle).st_ino == journal.stat().st_ino:
            times += 1
            if times in full:
                raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    def subjects() -> list[int]:
        texts = b"".join(mail for _, _, mail in room.letters.all)
        return [int(n) for n in re.findall(rb"Subject: Faktura 2026-(\d+)", texts)]

    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(*(invoice(n) for n in range(1, 5)))
        journal = office.root / outbox.PLACE / outbox.JOURNAL
        monkeypatch.setattr(os, "fsync", syncing)
        done = office.send()
        monkeypatch.setattr(os, "fsync", fsync)
        assert done.status == 1
        assert list(office.states().values()) == states
        for n, state in enumerate(states, 1):
            assert f"2026-000{n}  email  {state}" in done.out + done.err
        assert subjects() == came
        office.send()
        assert sorted(subjects()) == [1, 2, 3, 4]
        assert list(office.states().values()) == ["doubtful" if state == "doubtful" else "sent" for state in states]
    office.book()


def test_a_directory_that_is_read_only_meanwhile_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was sent is kept beside the ledger, and the next run writes it down, once somebody has mended it."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1))
    place = office.root / "follow-up"
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != place and access(path, mode))
    done = office.send()
    assert done.status == 1
    assert f"nothing may be written into {place}; change its permissions; mend that and say" in done.err
    assert office.send().status == 1
    monkeypatch.setattr(os, "access", access)
    assert office.send().out == "no documents to send\n"
    assert office.told.count('custom "delivery"') == 1
    office.book()


def test_a_journal_of_a_document_that_is_gone_is_named(tmp_path: Path) -> None:
    """It may have been sent, so nothing else is until a person has looked; both commands say where that is told."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1))
    place = office.root / outbox.PLACE
    place.mkdir()
    line = json.dumps({"n": 1, "date": "2026-11-25", "number": "2026-0002", "channel": "email"})
    (place / outbox.JOURNAL).write_text(f"{line}\n", "utf-8")
    for done in (office.send(), office.run("outbox", "record")):
        assert done.status == 1
        assert f"what was sent is kept in {place / outbox.JOURNAL}, and not in the ledger yet: " in done.err
        assert "a delivery of 2026-0002 is written here, but no document has that number" in done.err
    assert office.states() == {"2026-0001": "waiting"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize(("end", "says"), [("> /dev/full", True), ("| head -n 0", False)])
def test_sending_goes_on_where_nobody_listens(tmp_path: Path, end: str, says: bool) -> None:
    """Its output goes to a disk that is full, or into a pipe that nobody reads: the mails go, and are written down."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(*(invoice(n) for n in range(1, 6)))
    command = f"'{sys.executable}' -m billtext -f '{office.main}' send --due --at {AT} {end}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == says
    told = "the output cannot be written (No space left on device); what the command did to the ledger stands"
    assert done.stderr == (f"billtext: {told}\n" if says else "")
    assert set(office.states().values()) == {"sent"}
    assert office.told.count('custom "delivery"') == 5


def test_a_torn_journal_is_read(tmp_path: Path) -> None:
    """A line that the disk has half of was no intent: nothing had gone out."""
    office = Sending(tmp_path / "books")
    office.invoices(invoice(1), invoice(2))
    place = office.root / outbox.PLACE
    place.mkdir()
    line = json.dumps({"n": 1, "date": "2026-11-25", "number": "2026-0001", "channel": "email"})
    (place / outbox.JOURNAL).write_text(f"{line}\n{line.replace('0001', '0002')[:40]}", "utf-8")
    assert office.states() == {"2026-0001": "doubtful", "2026-0002": "waiting"}
    assert "one sending written down, 1 of them doubtful" in office.get("outbox", "record")
    assert office.states() == {"2026-0001": "doubtful", "2026-0002": "waiting"}
