"""What is laid out and what comes back, each without a command: e-invoices and receipts, bounced mail, paper."""

import base64
import datetime
import hashlib
import io
import json
import mailbox
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from billtext.errors import Unreadable
from billtext.model import Date, Delivery, Ledger
from billtext.outside import bounces, einvoice_outbox, print_outbox
from billtext.outside.print_outbox import Sheet
from billtext.rules.deliveries import Log, Parcel
from conftest import Read

NOW = datetime.datetime(2026, 11, 25, 10, 15, tzinfo=datetime.UTC)
HASH = hashlib.sha256(b"<Invoice/>").hexdigest()
MARK = "5d41402abc4b2a76b9719d911017c592"


@pytest.fixture
def ledger(read: Read) -> Ledger:
    return read('2020-01-01 custom "company" "Fjordlys Elektro AS"\n  currency: "NOK"\n').ledger


def sent(ledger: Ledger, channel: str = "ehf", outcome: str = "sent", number: str = "2026-0012", **more: str) -> Log:
    """The log of an office that has sent one document."""
    day = Date(2026, 11, 20)
    return Log(ledger, [Delivery(date=day, number=number, channel=channel, outcome=outcome, sha256=HASH, **more)])


# --- e-invoices ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "root"), [("invoice", "Invoice"), ("credit-note", "CreditNote")])
def test_an_envelope_says_between_whom_it_goes(tmp_path: Path, kind: str, root: str) -> None:
    """Identifiers as the Peppol policy for identifiers writes them, of BIS Billing 3.0 as specified there."""
    einvoice_outbox.put(
        tmp_path / "ehf", "2026-0012", b"<Invoice/>", number="2026-0012", kind=kind, sha256=HASH,
        sender="0192:310000019", receiver="0192:310000205",
    )  # fmt: skip
    assert (tmp_path / "ehf" / "2026-0012.xml").read_bytes() == b"<Invoice/>"
    assert json.loads((tmp_path / "ehf" / "2026-0012.json").read_text("utf-8")) == {
        "document": "2026-0012",
        "file": "2026-0012.xml",
        "sha256": HASH,
        "sender": "iso6523-actorid-upis::0192:310000019",
        "receiver": "iso6523-actorid-upis::0192:310000205",
        "document_type": f"busdox-docid-qns::urn:oasis:names:specification:ubl:schema:xsd:{root}-2::{root}##"
        "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0::2.1",
        "process": "cenbii-procid-ubl::urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
    }


def receipt(place: Path, **told: object) -> Path:
    path = place / "receipt.json"
    path.write_text(json.dumps(told), "utf-8")
    return path


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("delivered", "delivered"),
        (" Delivered ", "delivered"),
        ("AP", "delivered"),
        ("RE", "failed"),
        ("rejected", "failed"),
    ],
)
def test_a_receipt_tells_the_outcome(tmp_path: Path, ledger: Ledger, word: str, outcome: str) -> None:
    """AP and RE are the codes of an invoice response (UNCL4343): accepted and rejected. Our zone here is UTC."""
    path = receipt(tmp_path, document="2026-0012", status=word, sha256=HASH, time="2026-11-24T08:00:00+01:00")
    found = einvoice_outbox.receipts([path], sent(ledger), NOW)
    assert [(d.number, d.channel, d.outcome, d.sha256, d.time) for d in found.new] == [
        ("2026-0012", "ehf", outcome, HASH, "2026-11-24T07:00:00+00:00")
    ]
    assert einvoice_outbox.receipts([path], sent(ledger, outcome=outcome), NOW).known == 1


def test_a_reason_has_no_address(tmp_path: Path, ledger: Ledger) -> None:
    """It goes into the ledger, where no address may stand, and on one line."""
    path = receipt(
        tmp_path, document="2026-0012", outcome="failed", reason="no\nreceiver kari@nordlys.example \x1b[1m!"
    )
    found = einvoice_outbox.receipts([path], sent(ledger), NOW).new
    assert [d.reason for d in found] == ["no receiver [1m!"]
    path = receipt(tmp_path, document="2026-0012", outcome="failed", reason={"contact": "kari"})
    assert [d.reason for d in einvoice_outbox.receipts([path], sent(ledger), NOW).new] == [""]


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"document": "2026-9999", "outcome": "delivered"}, "no such document was sent"),
        ({"document": "2026-0012", "outcome": "perhaps"}, "the outcome is neither delivered nor failed, but perhaps"),
        ({"document": "2026-0012"}, "the outcome is neither delivered nor failed, but missing"),
        ({"document": "2026-0012", "outcome": "delivered", "sha256": "0" * 64}, "of another file"),
        ({"outcome": "delivered"}, "no document"),
    ],
)
def test_a_receipt_of_something_else_is_told_and_not_taken(
    tmp_path: Path, ledger: Ledger, told: dict[str, str], why: str
) -> None:
    found = einvoice_outbox.receipts([receipt(tmp_path, **told)], sent(ledger), NOW)
    assert found.new == ()
    assert [why in ": ".join(told) for told in found.strange] == [True]


def test_a_receipt_of_a_mail_is_none(tmp_path: Path, ledger: Ledger) -> None:
    path = receipt(tmp_path, document="2026-0012", outcome="delivered")
    found = einvoice_outbox.receipts([path], sent(ledger, "email"), NOW)
    assert (found.new, len(found.strange)) == ((), 1)


def test_receipts_in_every_shape(tmp_path: Path, ledger: Ledger) -> None:
    """A list, an object a line, and our own envelope beside them, which is no receipt."""
    one = {"document": "2026-0012", "outcome": "delivered"}
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(one)}\n\n{json.dumps(one)}\n", "utf-8")
    (tmp_path / "b.json").write_text(json.dumps([one]), "utf-8-sig")
    (tmp_path / "c.json").write_text(json.dumps({"document": "2026-0012", "sender": "x", "receiver": "y"}), "utf-8")
    found = einvoice_outbox.receipts([tmp_path], sent(ledger), NOW)
    assert (len(found.new), found.known, found.strange) == (1, 2, ())


def test_what_is_no_receipt_at_all_is_told_and_keeps_back_no_other(tmp_path: Path, ledger: Ledger) -> None:
    """Not JSON, such as half of a receipt that is being written, nested without an end, or as large as none is."""
    (tmp_path / "z.json").write_text(json.dumps({"document": "2026-0012", "outcome": "delivered"}), "utf-8")
    texts = (
        ("<xml/>", "is no JSON"), ("[" * 100_000, "is no JSON"), ("\0" * 10_000_001, "larger than 10 MB"),
        ("", "is empty"), (" \n", "is empty"),
        ('"delivered"', "holds JSON that is no receipt"), ("17", "holds JSON that is no receipt"),
    )  # fmt: skip
    for text, why in texts:
        (tmp_path / "x.json").write_text(text, "utf-8")
        found = einvoice_outbox.receipts([tmp_path], sent(ledger), NOW)
        assert ([each.outcome for each in found.new], found.strange) == (["delivered"], ())
        assert [why in words for words in found.unread] == [True]
    with pytest.raises(Unreadable, match="there is no such file"):
        einvoice_outbox.receipts([tmp_path / "y.json"], sent(ledger), NOW)


@pytest.mark.parametrize(
    ("told", "time"),
    [
        ("2026-11-24T08:00:00", "2026-11-24T08:00:00+00:00"),
        ("2099-01-01T00:00:00+00:00", "2026-11-25T10:15:00+00:00"),
        ("yesterday", "2026-11-25T10:15:00+00:00"),
        (None, "2026-11-25T10:15:00+00:00"),
    ],
)
def test_a_time_is_never_in_the_future(told: object, time: str) -> None:
    """Where no zone is told it is ours, and what is no time is now."""
    assert einvoice_outbox.time_of(told, NOW) == time


# --- mail that came back ------------------------------------------------------------------------------------

# As in RFC 3464, appendix E.1.
BOUNCE = """\
From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>
To: faktura@fjordlys.example
Date: Tue, 24 Nov 2026 08:00:00 +0000
Subject: Returned mail: Cannot send message
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

<regnskap@nordlys.example>: mailbox full

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; regnskap@nordlys.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 regnskap@nordlys.example unknown

--b
Content-Type: {kind}

{original}
--b--
"""
ORIGINAL = f"Message-ID: <billtext.{MARK}@fjordlys.example>\nSubject: Faktura\n\n"


def bounce(
    action: str = "failed", status: str = "5.1.1", kind: str = "message/rfc822", original: str = ORIGINAL
) -> str:
    return BOUNCE.format(action=action, status=status, kind=kind, original=original or ORIGINAL)


def mailed(ledger: Ledger, outcome: str = "sent") -> Log:
    return sent(ledger, "email", outcome, message=MARK)


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_bounce_is_known_by_its_message_id(tmp_path: Path, ledger: Ledger, kind: str) -> None:
    """What is kept of it is the status code alone: its words name a person."""
    (tmp_path / "bounce.eml").write_text(bounce(kind=kind), "utf-8")
    found = bounces.read([tmp_path / "bounce.eml"], mailed(ledger), NOW)
    assert [(d.number, d.outcome, d.reason, d.time, d.message) for d in found.new] == [
        ("2026-0012", "bounced", "5.1.1", "2026-11-24T08:00:00+00:00", MARK)
    ]
    assert "@" not in str(found.new)
    again = bounces.read([tmp_path / "bounce.eml"], mailed(ledger, "bounced"), NOW)
    assert (again.new, again.known) == ((), 1)


@pytest.mark.parametrize("coded", [False, True])
@pytest.mark.parametrize("kind", ["message/delivery-status", "message/global-delivery-status"])
def test_a_bounce_to_an_address_in_other_letters(tmp_path: Path, ledger: Ledger, kind: str, coded: bool) -> None:
    """RFC 6533: the status is another type, and may be in base64."""
    head, fields, rest = bounce(kind="message/global-headers").partition("Reporting-MTA")
    status, mark, rest = rest.partition("\n--b\n")
    text = f"{fields}{status}".replace("rfc822; regnskap@", "utf-8; bj\u00f8rg@")
    if coded:
        head = head.replace("delivery-status\n\n", "delivery-status\nContent-Transfer-Encoding: base64\n\n")
        text = base64.encodebytes(text.encode()).decode()
    head = head.replace("Content-Type: message/delivery-status", f"Content-Type: {kind}")
    (tmp_path / "bounce.eml").write_text(f"{head}{text}{mark}{rest}", "utf-8")
    found = bounces.read([tmp_path / "bounce.eml"], mailed(ledger), NOW)
    assert [(d.number, d.outcome, d.reason) for d in found.new] == [("2026-0012", "bounced", "5.1.1")]


def test_a_bounce_that_quotes_nothing_is_known_by_what_it_answers(tmp_path: Path, ledger: Ledger) -> None:
    """Exchange names the mail in the header of its own; it holds only where the notification quotes no other."""
    answers = f"References: <x@y>\n <billtext.{MARK}@fjordlys.example>\n"
    (tmp_path / "1.eml").write_text(answers + bounce(kind="text/plain"), "utf-8")
    assert [d.outcome for d in bounces.read([tmp_path], mailed(ledger), NOW).new] == ["bounced"]
    (tmp_path / "1.eml").write_text(answers + bounce(original=f"Message-ID: <billtext.{'0' * 32}@z>\n\n"), "utf-8")
    assert bounces.read([tmp_path], mailed(ledger), NOW).strange == (("1.eml", "no mail of ours has its Message-ID"),)


def test_what_may_still_arrive_has_not_bounced(tmp_path: Path, ledger: Ledger) -> None:
    (tmp_path / "a.eml").write_text(bounce("delayed", "4.4.1"), "utf-8")
    assert bounces.read([tmp_path], mailed(ledger), NOW) == einvoice_outbox.Read(new=(), known=0, strange=(), unread=())


def test_bounces_of_a_mailbox_and_a_maildir(tmp_path: Path, ledger: Ledger) -> None:
    """Each with the bounce, somebody's letter, and the bounce of a mail that is not ours."""
    letters = [bounce(), "From: x@example.org\nSubject: Hei\n\nHei!\n", bounce(original="Message-ID: <x@y>\n\n")]
    box, folder = mailbox.mbox(tmp_path / "box"), mailbox.Maildir(tmp_path / "dir")
    for letter in letters:
        box.add(letter)
        folder.add(letter)
    box.close()
    for place in (tmp_path / "box", tmp_path / "dir"):
        found = bounces.read([place], mailed(ledger), NOW)
        assert [d.outcome for d in found.new] == ["bounced"]
        assert sorted(words for _, words in found.strange) == [
            "it is no notification of a delivery (RFC 3464)", "no mail of ours has its Message-ID"
        ]  # fmt: skip


def test_a_letter_within_letters_is_told(tmp_path: Path, ledger: Ledger) -> None:
    """Five thousand parts in one another, as a file and in a mailbox, stop none of the bounces beside them."""
    parts = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(5000))
    deep = f"Subject: x\nMIME-Version: 1.0\n{parts}Content-Type: text/plain\n\nHei!\n"
    (tmp_path / "1.eml").write_text(deep, "utf-8")
    (tmp_path / "2.eml").write_text(bounce(), "utf-8")
    (tmp_path / "3").write_text(f"From MAILER-DAEMON\n{deep}\nFrom MAILER-DAEMON\n{bounce()}", "utf-8")
    found = bounces.read([tmp_path], mailed(ledger), NOW)
    assert ([d.outcome for d in found.new], found.known) == (["bounced"], 1)
    says = "its parts lie too deep in one another to be read"
    assert found.strange == (("1.eml", says), ("3, message 1", says))


@pytest.mark.parametrize("text", ["", "\x00\xff\n", "Content-Type: message/delivery-status\n\nAction:\n", "From "])
def test_a_letter_of_rubbish_is_told(tmp_path: Path, ledger: Ledger, text: str) -> None:
    (tmp_path / "x.eml").write_text(text, "latin-1")
    assert bounces.read([tmp_path], mailed(ledger), NOW).new == ()


# --- paper --------------------------------------------------------------------------------------------------


def page(width: int, count: int = 1) -> bytes:
    """A PDF whose pages are known by their width."""
    writer, out = PdfWriter(), io.BytesIO()
    for _ in range(count):
        writer.add_blank_page(width=width, height=842)
    writer.write(out)
    return out.getvalue()


def sheet(number: str, customer: str, country: str, code: str, width: int, count: int = 1, name: str = "Navn") -> Sheet:
    parcel = Parcel(number=number, customer=customer, date=Date(2026, 11, 20))
    content = page(width, count)
    return Sheet(
        parcel=parcel, name=name, country=country, postal_code=code, city="By", contents=[content],
        pages=print_outbox.pages(content, number),
    )  # fmt: skip


def test_paper_is_sorted_as_the_post_wants_it(tmp_path: Path) -> None:
    """Country, postal code, customer, number; the list on top, and the same as CSV that no table reckons with."""
    sheets = sorted(
        [
            sheet("2026-0003", "C2", "NO", "9008", 203),
            sheet("2026-0002", "C1", "NO", "0150", 202, 2),
            sheet("2026-0001", "C1", "NO", "0150", 201, name="=cmd()"),
            sheet("2026-0004", "C3", "DE", "99999", 204),
        ],
        key=Sheet.sort_key,
    )
    path = print_outbox.put(tmp_path, NOW, print_outbox.batch(sheets, NOW))
    reader = PdfReader(path)
    assert [int(p.mediabox.width) for p in reader.pages][1:] == [204, 201, 202, 202, 203]
    cover = reader.pages[0].extract_text()
    assert [cover.index(n) for n in ("2026-0004", "2026-0001", "2026-0002", "2026-0003")] == sorted(
        cover.index(n) for n in ("2026-0004", "2026-0001", "2026-0002", "2026-0003")
    )
    rows = path.with_suffix(".csv").read_text("utf-8").splitlines()
    assert rows[0] == "no,document,customer,name,postal_code,city,country,pages,enclose"
    assert rows[1] == "1,2026-0004,C3,Navn,99999,By,DE,1,"
    assert rows[2].startswith("2,2026-0001,C1,'=cmd()")
    assert rows[3].endswith(",2,")


def test_on_both_sides_each_document_begins_on_a_front() -> None:
    """The list and documents of one, two, three and one page: an empty page after each odd number but the last."""
    sheets = [
        sheet(f"2026-000{n}", "C1", "NO", "0150", 200 + n, count) for n, count in ((1, 1), (2, 2), (3, 3), (4, 1))
    ]
    made, table = print_outbox.batch(sheets, NOW, duplex=True)
    pages = PdfReader(io.BytesIO(made)).pages
    widths = [round(page.mediabox.width) for page in pages]
    assert widths == [595, 595, 201, 201, 202, 202, 203, 203, 203, 203, 204]
    assert pages[1].extract_text() == ""
    assert [line.split(",")[-2] for line in table.decode().splitlines()[1:]] == ["1", "2", "3", "1"]
    assert "4 documents on 7 pages" in pages[0].extract_text()
    assert print_outbox.batch(sheets, NOW, duplex=True)[0] == made


def test_a_print_writes_over_no_other(tmp_path: Path) -> None:
    made = print_outbox.batch([sheet("2026-0001", "C1", "NO", "0150", 201)], NOW)
    names = [print_outbox.put(tmp_path, NOW, made).name for _ in range(2)]
    assert names == ["print-20261125-101500.pdf", "print-20261125-101500-2.pdf"]


def test_the_cover_marks_letters_that_no_font_has() -> None:
    """The document itself says the name; sixty unknown letters of one, and a letter that is none, stop no print."""
    name = "".join(map(chr, range(0x4E00, 0x4E00 + 60)))
    pdf, table = print_outbox.batch([sheet("2026-0001", "C1", "NO", "0150", 201, name=f"Li \ufffe {name} AS")], NOW)
    cover = PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert ("\ufffd" in cover, "\u4e00" in cover, "AS" in cover) == (True, False, True)
    assert name in table.decode()


def test_the_cover_shows_names_as_they_are(tmp_path: Path) -> None:
    """A name is never Typst code."""
    one = sheet("2026-0001", "C1", "NO", "0150", 201, name='#panic("x") *b* $x$ \\ [a')
    pdf, _ = print_outbox.batch([one], NOW)
    assert '#panic("x")' in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert print_outbox.batch([one], NOW)[0] == pdf
