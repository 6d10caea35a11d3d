"""The other channels: e-invoices with receipts, paper, the portal; mail that came back; statements."""

import csv
import datetime
import hashlib
import io
import json
import os
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from billtext.outside import validation
from mail_room import Room
from office import Done
from test_send import AT, Sending, invoice, parsed

EHF = """
2026-11-01 custom "customer" "C1"
  channel: "ehf"
  endpoint: "0192:310000205"
  org-number: "310000205"
  vat-number: "NO310000205MVA"
  address: "Storgata 1"
  postal-code: "0155"
  city: "Oslo"
  country: "NO"
  buyer-reference: "Ola"
2026-11-01 custom "bank-account" "drift"
  number: "86011117947"
  iban: "NO9386011117947"
"""


REGISTERED = '2026-11-01 custom "company" "Fjordlys Elektro AS"\n  register: "Foretaksregisteret"\n'


def ehf(root: Path) -> Sending:
    office = Sending(root, more=EHF)
    office.invoices(invoice(1).replace("  due:", "  delivery: 2026-11-20\n  due:"))
    return office


def receipt(office: Sending, name: str, text: str) -> None:
    place = office.root / "outbox" / "ehf" / "receipts"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text, "utf-8")


# --- e-invoices ---------------------------------------------------------------------------------------------


def test_an_einvoice_lies_beside_its_envelope(tmp_path: Path) -> None:
    """The file keeps to the rules; the envelope says between whom and by which process it goes."""
    office = ehf(tmp_path / "books")
    done = office.send()
    assert (done.status, done.err) == (0, ""), done
    place = office.root / "outbox" / "ehf"
    content = (place / "2026-0001.xml").read_bytes()
    assert [found for found in validation.findings(content, "2026-0001.xml") if found.severity == "error"] == []
    hash_ = hashlib.sha256(content).hexdigest()
    assert json.loads((place / "2026-0001.json").read_text("utf-8")) == {
        "document": "2026-0001",
        "file": "2026-0001.xml",
        "sha256": hash_,
        "sender": "iso6523-actorid-upis::0192:310000019",
        "receiver": "iso6523-actorid-upis::0192:310000205",
        "document_type": "busdox-docid-qns::urn:oasis:names:specification:ubl:schema:xsd:Invoice-2::Invoice##urn:cen.eu"
        ":en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0::2.1",
        "process": "cenbii-procid-ubl::urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
    }
    assert f'  outcome: "sent"\n  sha256: "{hash_}"\n' in office.told
    assert (office.root / "outbox" / ".gitignore").read_text("utf-8").endswith("*\n")


def test_an_einvoice_with_an_error_is_not_sent(tmp_path: Path) -> None:
    """Without a seller's VAT number nothing bears VAT (BR-Z-02)."""
    office = ehf(tmp_path / "books")
    path = office.root / "company.beancount"
    path.write_text(path.read_text("utf-8").replace('  vat-number: "NO310000019MVA"\n', ""), "utf-8")
    done = office.send()
    assert (done.status, "its e-invoice is not right" in done.err) == (1, True)
    assert office.states() == {"2026-0001": "waiting"}
    assert not (office.root / "outbox" / "ehf" / "2026-0001.xml").exists()


def test_a_draft_whose_einvoice_would_not_be_right_is_told(tmp_path: Path) -> None:
    """BR-65: a class of goods without its scheme. It can be issued, for the paper is right."""
    office = Sending(tmp_path / "books", more=EHF + REGISTERED)
    line = '  Income:Sales\n    text: "Lamp"\n    price: 100.00 NOK\n    vat: "Z0"\n    classification: "12345"\n'
    office.draft("d", f'2026-11-25 ! "Lamp"\n  invoice:\n  customer: "C1"\n  delivery: 2026-11-20\n{line}')
    done = office.run("draft", "check", "--as-of", "2026-11-25")
    assert (done.status, done.out) == (1, "1 of 1 drafts can be issued\n")
    assert done.err.startswith(f"{office.root}/drafts/d.beancount:1: its e-invoice is not right: BR-65: ")
    assert done.err.count("\n") == 1
    office.draft("d", (office.root / "drafts" / "d.beancount").read_text("utf-8").replace('"12345"', '"STI:12345"'))
    assert office.run("draft", "check", "--as-of", "2026-11-25").status == 0


def test_without_an_endpoint_there_is_no_einvoice(tmp_path: Path) -> None:
    office = Sending(tmp_path / "books", more='2026-11-01 custom "customer" "C1"\n  channel: "ehf"\n')
    office.invoices(invoice(1))
    assert "C1 has no `endpoint:` in the register" in office.send().err


def test_receipts_say_what_became_of_it(tmp_path: Path) -> None:
    """Objects, lists and lines; other keys are passed over; what is known is not written twice.

    Times are in our zone.
    """
    office = ehf(tmp_path / "books")
    office.invoices(invoice(2).replace("  due:", "  delivery: 2026-11-20\n  due:"))
    assert office.send().status == 0
    receipt(office, "a.json", '{"document": "2026-0001", "outcome": "delivered", "time": "2026-11-25T10:20:00+01:00"}')
    receipt(office, "b.jsonl", '{"number": "2026-0002", "status": "ERROR", "reason": "unknown a@b.example", "x": 1}\n')
    receipt(office, "c.json", '[{"document": "2026-0009", "outcome": "delivered"}, 7, {"document": "2026-0001"}]')
    done = office.run("outbox", "receipts", "--at", "2026-11-26T08:00:00+00:00")
    assert done.status == 0
    assert "c.json: 2026-0009: no such document was sent" in done.err
    assert "2 new outcomes" in done.out
    assert office.states() == {"2026-0001": "delivered", "2026-0002": "failed"}
    assert (
        '2026-11-25 custom "delivery" "2026-0001"\n  channel: "ehf"\n  time: "2026-11-25T09:20:00+00:00"\n'
        '  outcome: "delivered"\n' in office.told
    )
    assert '  reason: "unknown"\n' in office.told
    before = office.told
    assert "no new outcomes, 2 known already" in office.run("outbox", "receipts", "--at", AT).out
    assert office.told == before
    office.book()


def test_times_of_one_list_are_in_one_zone(tmp_path: Path) -> None:
    """That of the latest, which each says: 23:40 by UTC is 0:40 of the next day beside 10:15 by UTC+1."""
    office = ehf(tmp_path / "books")
    office.invoices(invoice(2).replace("  due:", "  delivery: 2026-11-20\n  due:"))
    assert office.send().status == 0
    receipt(office, "1.json", '{"document": "2026-0001", "outcome": "failed", "time": "2026-11-25T23:40:00Z"}')
    assert office.run("outbox", "receipts", "--at", "2026-11-26T08:00:00+00:00").status == 0
    office.add(
        "follow-up/2026.beancount",
        """
2026-11-26 custom "delivery" "2026-0002"
  channel: "ehf"
  time: "2026-11-26T10:15:00+01:00"
  outcome: "delivered"
""",
    )
    listed = office.run("outbox", "--as-of", "2026-11-26", "--format", "csv").out
    assert [line.split(",")[5:8] for line in listed.splitlines()[1:]] == [
        ["failed", "2026-11-26", "00:40 +01:00"], ["delivered", "2026-11-26", "10:15 +01:00"]
    ]  # fmt: skip


def test_a_receipt_is_known_by_its_moment_in_whatever_zone(tmp_path: Path) -> None:
    office = ehf(tmp_path / "books")
    assert office.send().status == 0
    receipt(office, "1.json", '{"document": "2026-0001", "outcome": "failed", "time": "2026-11-25T11:00:00Z"}')
    receipt(office, "2.json", '{"document": "2026-0001", "outcome": "delivered", "time": "2026-11-25T12:00:00+01:00"}')
    assert "2 new outcomes" in office.run("outbox", "receipts", "--at", "2026-11-25T12:00:00+00:00").out
    path = office.root / "follow-up" / "2026.beancount"
    written = path.read_text("utf-8")
    assert written.count("11:00:00+00:00") == 2
    path.write_text(written.replace("11:00:00+00:00", "12:00:00+01:00"), "utf-8")
    read = office.run("outbox", "receipts", "--at", "2026-11-25T13:00:00+00:00")
    assert read.out == "no new outcomes, 2 known already\n"


def test_a_receipt_of_another_file_is_not_believed(tmp_path: Path) -> None:
    office = ehf(tmp_path / "books")
    assert office.send().status == 0
    receipt(office, "a.json", json.dumps({"document": "2026-0001", "outcome": "delivered", "sha256": "0" * 64}))
    assert "the receipt is of another file" in office.run("outbox", "receipts", "--at", AT).err
    assert office.states() == {"2026-0001": "sent"}
    receipt(office, "a.json", "{")
    receipt(office, "b.json", json.dumps({"document": "2026-0001", "outcome": "delivered"}))
    done = office.run("outbox", "receipts", "--at", AT)
    assert (done.status, "a.json: is no JSON" in done.err) == (2, True)
    assert done.err.endswith("billtext: one file could not be read; the others were\n")
    assert office.states() == {"2026-0001": "delivered"}


def test_receipts_that_still_lie_there_are_read_once(tmp_path: Path) -> None:
    """Failed, sent again, delivered: neither old receipt is taken for an answer to what was sent since."""
    office = ehf(tmp_path / "books")
    assert office.send().status == 0
    failed = '{"document": "2026-0001", "outcome": "failed", "time": "2026-11-25T11:00:00+00:00", "reason": "closed"}'
    receipt(office, "1.json", failed)

    def read(hour: int) -> str:
        return office.run("outbox", "receipts", "--at", f"2026-11-25T{hour}:00:00+00:00").out

    assert "one new outcome\n" in read(12)
    assert office.run("outbox", "retry", "2026-0001", "--at", "2026-11-25T12:10:00+00:00").status == 0
    assert read(13) == "no new outcomes, 1 known already\n"
    assert office.states() == {"2026-0001": "waiting"}
    assert office.run("send", "2026-0001", "--at", "2026-11-25T13:10:00+00:00").status == 0
    assert read(14) == "no new outcomes, 1 known already\n"
    assert office.states() == {"2026-0001": "sent"}
    receipt(office, "2.json", '{"document": "2026-0001", "outcome": "delivered", "time": "2026-11-25T14:10:00+00:00"}')
    assert "one new outcome, 1 known already\n" in read(15)
    assert read(16) == "no new outcomes, 2 known already\n"
    assert office.states() == {"2026-0001": "delivered"}
    assert office.told.count('custom "delivery"') == 5


def test_receipts_without_a_time_are_known_by_that_of_their_file(tmp_path: Path) -> None:
    """One from before the document was sent again says nothing of that; a later one does."""
    office = ehf(tmp_path / "books")
    assert office.send().status == 0
    receipt(office, "1.json", '{"document": "2026-0001", "outcome": "failed"}')
    path = office.root / "outbox" / "ehf" / "receipts" / "1.json"

    def touched(time: str) -> str:
        when = datetime.datetime.fromisoformat(time).timestamp()
        os.utime(path, (when, when))
        return office.run("outbox", "receipts", "--at", "2026-11-25T18:00:00+00:00").out

    assert "one new outcome\n" in touched("2026-11-25T11:00:00+00:00")
    for command in (("outbox", "retry", "2026-0001"), ("send", "2026-0001")):
        assert office.run(*command, "--at", "2026-11-25T12:00:00+00:00").status == 0
    assert touched("2026-11-25T11:00:00+00:00") == "no new outcomes, 1 known already\n"
    assert "one new outcome\n" in touched("2026-11-25T13:00:00+00:00")


@pytest.mark.parametrize(
    ("time", "state"),
    [
        ("2026-11-25T10:20:00+00:00", "sent"),  # of the first, which went at 10:15
        ("2026-11-25T12:54:59+00:00", "sent"),
        ("2026-11-25T12:56:00+00:00", "failed"),  # a clock that is four minutes slow
        ("2026-11-25T14:20:00+01:00", "failed"),  # 13:20 by UTC
    ],
)
def test_a_late_receipt_of_the_first_sending_is_none_of_the_second(tmp_path: Path, time: str, state: str) -> None:
    """Sent at 10:15 and once more at 13:00; then the access point's answer comes, of one or of the other."""
    office = ehf(tmp_path / "books")
    assert office.send().status == 0
    assert office.run("send", "2026-0001", "--again", "--at", "2026-11-25T13:00:00+00:00").status == 0
    receipt(office, "1.json", json.dumps({"document": "2026-0001", "outcome": "failed", "time": time}))
    done = office.run("outbox", "receipts", "--at", "2026-11-25T15:00:00+00:00")
    assert (done.status, "1 known already" in done.out) == (0, state == "sent")
    assert office.states() == {"2026-0001": state}


def test_a_receipt_of_what_was_doubtful_is_of_when_it_went(tmp_path: Path) -> None:
    """Sent at 10:15; the one at 13:00 doubtful, at 16:00 a person says that it was sent: 13:05 answers it."""
    office = ehf(tmp_path / "books")
    assert office.send().status == 0
    office.add(
        "follow-up/2026.beancount",
        """
2026-11-25 custom "delivery" "2026-0001"
  channel: "ehf"
  time: "2026-11-25T13:00:00+00:00"
  outcome: "doubtful"
""",
    )
    assert office.run("outbox", "sent", "2026-0001", "--at", "2026-11-25T16:00:00+00:00").status == 0
    told = {"document": "2026-0001", "outcome": "delivered", "time": "2026-11-25T13:05:00+00:00"}
    receipt(office, "1.json", json.dumps(told))
    assert office.run("outbox", "receipts", "--at", "2026-11-25T17:00:00+00:00").status == 0
    assert office.states() == {"2026-0001": "delivered"}


# --- paper --------------------------------------------------------------------------------------------------

PAPER = """
2026-11-01 custom "customer" "C1"
  channel: "print"
  country: "NO"
  postal-code: "5003"
  city: "Bergen"
2026-11-01 custom "customer" "C2"
  name: "=Müller #strong[GmbH] <b>"
  channel: "print"
  country: "DE"
  postal-code: "20095"
  city: "Hamburg"
2026-11-01 custom "customer" "P1"
  channel: "print"
  country: "NO"
  postal-code: "0155"
  city: "Oslo"
"""


def test_one_print_in_the_order_of_the_post(tmp_path: Path) -> None:
    """By country, postal code, customer and number; a list on top, and the same as CSV."""
    office = Sending(tmp_path / "books", more=PAPER)
    office.invoices(invoice(1), invoice(2, "C2"), invoice(3, "P1"), invoice(4))
    done = office.send()
    assert (done.status, done.err) == (0, ""), done
    place = office.root / "outbox" / "print"
    assert sorted(path.name for path in place.iterdir()) == ["print-20261125-101500.csv", "print-20261125-101500.pdf"]
    rows = list(csv.DictReader(io.StringIO((place / "print-20261125-101500.csv").read_text("utf-8"))))
    assert [row["document"] for row in rows] == ["2026-0002", "2026-0003", "2026-0001", "2026-0004"]
    assert rows[0]["name"] == "'=Müller #strong[GmbH] <b>"
    pages = [page.extract_text() for page in PdfReader(place / "print-20261125-101500.pdf").pages]
    assert len(pages) == 5
    assert "=Müller #strong[GmbH] <b>" in pages[0]
    assert "4 documents on 4 pages" in pages[0]
    found = [re.search(r"2026-000\d", page) for page in pages[1:]]
    assert [match and match[0] for match in found] == ["2026-0002", "2026-0003", "2026-0001", "2026-0004"]
    assert set(office.states().values()) == {"sent"}


def filed_by_hand(office: Sending, tmp_path: Path, form: str, mark: bytes) -> tuple[Path, bytes]:
    """An invoice in a form with a mark in it that billtext would not make, filed; its file and content."""
    office.get("render", "2026-0001", "--as", form, "--out", str(tmp_path))
    (made,) = tmp_path.glob("2026-0001.*")
    content = made.read_bytes() + mark
    path = office.root / "documents" / "Assets" / "Receivable" / "C1" / f"2026-11-20.{made.name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    office.add("main.beancount", 'option "documents" "documents"\n')
    office.add(
        "invoices/2026.beancount",
        f'''
2026-11-20 custom "filed" "Assets/Receivable/C1/2026-11-20.{made.name}"
  sha256: "{hashlib.sha256(content).hexdigest()}"
  kind: "invoice"
  customer: "C1"
  document: "2026-0001"
''',
    )
    return path, content


PDF_MARK, XML_MARK = b"% as it was filed\n", b"<!-- as it was filed -->\n"


def test_what_was_filed_is_what_goes(tmp_path: Path) -> None:
    """The PDF of the archive, whatever the template has become since; one that was changed there goes nowhere."""
    office = Sending(tmp_path / "books", more=PAPER)
    office.invoices(invoice(1))
    path, content = filed_by_hand(office, tmp_path, "pdf", PDF_MARK)
    path.write_bytes(content + b"changed")
    done = office.send()
    assert (done.status, "see `billtext archive verify`" in done.err) == (1, True)
    assert office.states() == {"2026-0001": "waiting"}
    path.write_bytes(content)
    assert office.send().status == 0
    assert f'  sha256: "{hashlib.sha256(content).hexdigest()}"' in office.told


@pytest.mark.parametrize(
    ("attach", "form", "names", "which"),
    [
        ("facturx", "facturx", ["2026-0001.factur-x.pdf"], 0),
        ("pdf", "facturx", ["2026-0001.pdf"], 0),  # it is a PDF too, and what was issued
        ("pdf+xml", "ubl", ["2026-0001.pdf", "2026-0001.ubl.xml"], 1),
        ("pdf+xml", "pdf", ["2026-0001.pdf", "2026-0001.ubl.xml"], 0),
    ],
)
def test_each_form_goes_as_it_was_filed(tmp_path: Path, attach: str, form: str, names: list[str], which: int) -> None:
    """What goes with a mail is the archive's, byte by byte, in each form that is there."""
    mark = XML_MARK if form == "ubl" else PDF_MARK
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room, more=EHF.replace('"ehf"', f'"email"\n  attach: "{attach}"'))
        office.invoices(invoice(1))
        _, content = filed_by_hand(office, tmp_path, form, mark)
        done = office.send()
        assert (done.status, done.err) == (0, "")
    parts = list(parsed(room.letters).iter_attachments())
    assert [part.get_filename() for part in parts] == names
    got = parts[which].get_payload(decode=True)
    assert isinstance(got, bytes)
    assert got.replace(b"\r\n", b"\n") == content.replace(b"\r\n", b"\n")
    assert hashlib.sha256(content).hexdigest() in office.told


def test_an_e_invoice_goes_as_it_was_filed(tmp_path: Path) -> None:
    office = Sending(tmp_path / "books", more=EHF)
    office.invoices(invoice(1))
    _, content = filed_by_hand(office, tmp_path, "ubl", XML_MARK)
    assert office.send().status == 0
    assert (office.root / "outbox" / "ehf" / "2026-0001.xml").read_bytes() == content


def test_a_changed_pdf_stops_the_e_invoice_too(tmp_path: Path) -> None:
    office = Sending(tmp_path / "books", more=EHF)
    office.invoices(invoice(1))
    filed_by_hand(office, tmp_path, "ubl", XML_MARK)
    for made in tmp_path.glob("2026-0001.*"):
        made.unlink()
    path, _ = filed_by_hand(office, tmp_path, "pdf", PDF_MARK)
    path.write_bytes(path.read_bytes() + b" ")
    done = office.send()
    assert done.status == 1
    assert "was filed there; see `billtext archive verify`" in done.err
    assert not (office.root / "outbox" / "ehf" / "2026-0001.xml").exists()


# --- from the draft to the customer -------------------------------------------------------------------------

DRAFT = """
2026-11-24 ! "Lamps"
  invoice:
  customer: "C1"
  delivery: 2026-11-20
  Income:Sales
    quantity: 2
    price: 625.00 NOK
    vat: "Z0"
"""


def issued(office: Sending, *more: str) -> Done:
    """Issue the one draft of an office that has an archive."""
    (office.root / "documents").mkdir()
    office.add("main.beancount", 'option "documents" "documents"\n')
    office.add(
        "company.beancount", '2020-01-01 custom "company" "Fjordlys Elektro AS"\n  register: "Foretaksregisteret"\n'
    )
    office.draft("lamps", DRAFT)
    return office.run("issue", "lamps", "--date", "2026-11-24", *more)


@pytest.mark.parametrize(
    ("way", "endings"),
    [
        ('channel: "ehf"', ["pdf", "ubl.xml"]),
        ('channel: "email"', ["pdf"]),
        ('channel: "email"\n  attach: "pdf+xml"', ["pdf", "ubl.xml"]),
        ('channel: "email"\n  attach: "facturx"', ["factur-x.pdf"]),
        ('channel: "print"\n  attach: "facturx"', ["pdf"]),
        ('channel: "portal"', ["pdf"]),
        ('channel: "none"', ["pdf"]),
    ],
)
def test_issuing_files_what_the_customer_gets(tmp_path: Path, way: str, endings: list[str]) -> None:
    """A PDF for all, and the e-invoice where that is what goes; each with its own hash."""
    office = Sending(tmp_path / "books", more=EHF.replace('channel: "ehf"', way))
    done = issued(office)
    assert (done.status, done.err) == (0, "")
    place = office.root / "documents" / "Assets" / "Receivable" / "C1"
    assert sorted(path.name for path in place.iterdir()) == [f"2026-11-24.2026-0001.{ending}" for ending in endings]
    found = office.book().ledger.filed
    assert {(one.kind, one.document) for one in found} == {("invoice", "2026-0001")}
    assert [one.sha256 for one in found] == [
        hashlib.sha256((office.root / "documents" / one.file).read_bytes()).hexdigest() for one in found
    ]
    assert office.get("archive", "file", "--all") == "no documents filed, 1 was filed before\n"
    for ending in endings:  # the whole ledger makes what was made of it before it was written
        form = {"pdf": "pdf", "ubl.xml": "ubl", "factur-x.pdf": "facturx"}[ending]
        office.get("render", "2026-0001", "--as", form, "--out", str(tmp_path))
        made = tmp_path / f"2026-0001.{ending}"
        assert made.read_bytes() == (place / f"2026-11-24.{made.name}").read_bytes()


@pytest.mark.parametrize("way", ['channel: "ehf"', 'channel: "email"\n  attach: "facturx"'])
def test_an_e_invoice_that_is_not_right_is_not_filed(tmp_path: Path, way: str) -> None:
    """The document is issued and its plain PDF filed; what is wrong is told, and can be mended before it is sent."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room, more=EHF.replace('"ehf"', way[9:]).replace('  country: "NO"\n', ""))
        done = issued(office)
        assert (done.status, done.err.count("\n")) == (0, 1)
        assert done.err.startswith("2026-0001: filed as PDF alone, since its e-invoice is not right: ")
        assert "BR-11: " in done.err
        assert [Path(one.file).name for one in office.book().ledger.filed] == ["2026-11-24.2026-0001.pdf"]
        assert "BR-11: " in office.send().err
        office.add("company.beancount", '2026-11-01 custom "customer" "C1"\n  country: "NO"\n')
        assert office.send().status == 0
    assert office.states() == {"2026-0001": "sent"}


def test_an_e_invoice_that_is_not_right_is_told_where_nothing_is_filed(tmp_path: Path) -> None:
    """As in a ledger with an archive: by `issue`, its trial and `draft check`; and so is what has no place to go to."""
    option = """2020-01-01 custom "billtext-option" "archive" FALSE
2020-01-01 custom "company" "Fjordlys Elektro AS"
  register: "Foretaksregisteret"
"""
    office = Sending(tmp_path / "books", more=EHF.replace('  country: "NO"\n', "") + option)
    (office.root / "documents").mkdir()
    office.draft("lamps", DRAFT)
    why = "its e-invoice is not right: BR-11: "
    assert f"drafts/lamps.beancount:2: {why}" in office.run("draft", "check", "--as-of", "2026-11-24").err
    for more in (["--dry-run"], []):
        done = office.run("issue", "lamps", "--date", "2026-11-24", *more)
        assert (done.status, f"2026-0001: cannot be sent as it is, since {why}" in done.err) == (0, True), done
        assert "(by the register as it stood on 2026-11-24)" in done.err
    (office.root / "templates").mkdir()
    (office.root / "templates" / "logo.png").write_bytes(b"GIF89a")  # no page of ours goes to this customer
    office.draft("more", DRAFT)
    assert "logo" not in office.run("issue", "more", "--date", "2026-11-24").err
    other = Sending(tmp_path / "other", more=re.sub(r"  endpoint: .*\n", "", EHF) + option)
    other.draft("lamps", DRAFT)
    done = other.run("issue", "lamps", "--date", "2026-11-24")
    assert "had no `endpoint:` in the register on 2026-11-24" in done.err, done
    office.draft("wrong", DRAFT.replace("quantity: 2", "quantity: two").replace("Lamps", "Chairs"))
    done = office.run("issue", "--all", "--date", "2026-11-24")
    assert done.err.endswith("billtext: nothing was issued; one mistake in the files of drafts, told above\n"), done


# --- the portal ---------------------------------------------------------------------------------------------

PORTAL = """
2026-11-01 custom "customer" "C1"
  channel: "portal"
2026-11-01 custom "customer" "P1"
  channel: "portal"
"""


def test_each_customer_sees_its_own_documents_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for each, behind a name that hangs on a secret; the name stays, and leads to old and new."""
    monkeypatch.delenv("BILLTEXT_SECRET", raising=False)
    office = Sending(tmp_path / "books", more=PORTAL)
    office.invoices(invoice(1), invoice(2, "P1"))
    assert office.send().status == 0
    portal = office.root / "outbox" / "portal"
    folders = [path for path in sorted(portal.iterdir()) if path.is_dir()]
    assert all(re.fullmatch(r"[0-9a-f]{40}", path.name) for path in folders)
    by = {("C1" if (path / "2026-0001.html").exists() else "P1"): path for path in folders}
    assert sorted(path.name for path in by["C1"].iterdir()) == ["2026-0001.html", "index.html"]
    assert sorted(path.name for path in by["P1"].iterdir()) == ["2026-0002.html", "index.html"]
    for mine, other in (("C1", "P1"), ("P1", "C1")):
        text = "".join(path.read_text("utf-8") for path in by[mine].iterdir())
        assert by[other].name not in text
        assert {"C1": "Nordlys", "P1": "Kari"}[other] not in text
    assert office.run("send", "C1/2026-10", "--at", AT).status == 0
    for path in by["C1"].iterdir():  # the name of the folder is told to nobody else by whoever reads a page
        text = path.read_text("utf-8")
        assert '<meta name="robots" content="noindex, nofollow">' in text
        assert '<meta name="referrer" content="no-referrer">' in text
    assert not re.search(r"2026|[0-9a-f]{40}", (portal / "index.html").read_text("utf-8"))
    office.invoices(invoice(3))
    assert office.send().status == 0
    index = (by["C1"] / "index.html").read_text("utf-8")
    assert [n for n in ("2026-0001", "2026-0002", "2026-0003") if n in index] == ["2026-0001", "2026-0003"]
    assert "<td>Faktura</td><td>1 250,00 NOK</td>" in index  # as its reader writes amounts
    secret = office.root / ".billtext" / "secret"
    assert secret.stat().st_mode & 0o077 == 0
    assert (office.root / ".billtext" / ".gitignore").exists()


def test_a_document_whose_number_is_index_has_a_page_of_its_own(tmp_path: Path) -> None:
    """The list of the folder is written over neither of them; the hash is SHA-256 of the number."""
    office = Sending(tmp_path / "books", more='2026-11-01 custom "customer" "C1"\n  channel: "portal"\n')
    company = office.root / "company.beancount"
    series = re.compile(r'^2020-01-01 custom "series" .*\n(  .*\n)+', re.MULTILINE)
    company.write_text(series.sub("", company.read_text("utf-8")), "utf-8")
    office.invoices(invoice(1), invoice(2).replace("2026-0002", "index"), invoice(3).replace("2026-0003", "Index"))
    assert office.send().status == 0
    (page,) = (office.root / "outbox" / "portal").glob("*/index-1bc04b52.html")
    (other,) = page.parent.glob("Index-*.html")
    assert "1 250,00" in page.read_text("utf-8")
    overview = (page.parent / "index.html").read_text("utf-8")
    assert all(f'href="{name}"' in overview for name in (page.name, other.name, "2026-0001.html"))


def test_without_the_secret_the_name_is_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = []
    for n, secret in enumerate(("a" * 40, "b" * 40, "a" * 40)):
        monkeypatch.setenv("BILLTEXT_SECRET", secret)
        office = Sending(tmp_path / str(n), more=PORTAL)
        office.invoices(invoice(1))
        assert office.send().status == 0
        names.append(next(p.name for p in (office.root / "outbox" / "portal").iterdir() if p.is_dir()))
    assert names[0] == names[2] != names[1]


def test_a_secret_that_is_short_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody would guess it, and with it the folders of all customers."""
    monkeypatch.setenv("BILLTEXT_SECRET", "fjordlys 2026")
    office = Sending(tmp_path / "books", more=PORTAL)
    office.invoices(invoice(1))
    done = office.send()
    assert (done.status, "BILLTEXT_SECRET is too short to be a secret; give it at least 32" in done.err) == (1, True)
    assert not (office.root / "outbox" / "portal").exists()


# --- statements ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["markdown", "html", "pdf"])
def test_a_statement_has_the_address_of_the_invoice(tmp_path: Path, form: str) -> None:
    """Three lines of a street and a region, as on the invoice of the same customer, in the same order."""
    address = '  address: "Gate 1"\n  address-2: "Oppgang B"\n  address-3: "3. etasje"\n  region: "Vestland"\n'
    more = f'2026-11-01 custom "customer" "C1"\n{address}  postal-code: "6770"\n  city: "Eid"\n  country: "NO"\n'
    office = Sending(tmp_path / "books", more=more)
    office.invoices(invoice(1))
    out, lines = tmp_path / "out", ("Gate 1", "Oppgang B", "3. etasje", "6770 Eid", "Vestland")
    office.get("render", "2026-0001", "--as", form, "--out", str(out))
    office.get("render", "--statements", "2026-11", "C1", "--as", form, "--out", str(out))
    (paper, statement) = sorted(out.iterdir())
    assert (paper.name[:9], statement.name[:12]) == ("2026-0001", "statement-C1")
    for path in (paper, statement):
        plain = form != "pdf"
        text = path.read_text("utf-8").replace("\\", "") if plain else PdfReader(path).pages[0].extract_text()
        places = [text.find(line) for line in lines]
        assert -1 not in places, (path.name, places)
        assert places == sorted(places), path.name


def test_statements_of_a_month(tmp_path: Path) -> None:
    """Of those who owe something; each once; the ledger names the customer and the month."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1))
        done = office.send("--statements", "2026-11")
        assert (done.status, "2026-11 is not over on 2026-11-25; send its statements when it is" in done.err) == (
            1,
            True,
        )
        over = ("--at", "2026-12-01T08:00:00+00:00")
        done = office.run("send", "--statements", "2026-11", *over)
        assert (done.status, done.err) == (0, ""), done
        assert office.run("send", "--statements", "2026-11", *over).out == "no documents to send\n"
        assert "C1/2026-11 was sent on 2026-12-01" in office.run("send", "C1/2026-11", *over).err
    found = parsed(room.letters)
    assert found["Subject"] == "Kontoutskrift november 2026 fra Fjordlys Elektro AS"
    text = found.get_body(("plain",))
    assert text is not None
    assert "Saldo per 30. nov. 2026: 1 250,00 NOK" in text.get_content()
    assert '2026-12-01 custom "delivery" "C1"\n  statement: "2026-11"\n  channel: "email"\n' in office.told
    office.book()


# --- mail that came back ------------------------------------------------------------------------------------

DSN = """\
From: MAILER-DAEMON@mx.example
To: faktura@fjordlys.example
Date: Wed, 25 Nov 2026 09:20:00 +0000
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

regnskap@nordlys.example is unknown.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; regnskap@nordlys.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <regnskap@nordlys.example> unknown

--b
Content-Type: text/rfc822-headers

Message-ID: {id}
Subject: Faktura

--b--
"""


def test_mail_that_came_back_is_known_by_its_message_id(tmp_path: Path) -> None:
    """Message files, an mbox and a Maildir; a delay is no bounce, strangers are told, nothing is written twice."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1), invoice(2), invoice(3))
        assert office.send().status == 0
    ids = [parsed(room.letters, n)["Message-ID"] for n in range(3)]
    box = tmp_path / "box"
    box.mkdir()
    (box / "1.eml").write_text(DSN.format(action="failed", id=ids[0]), "utf-8")
    (box / "2.eml").write_text(DSN.format(action="delayed", id=ids[1]), "utf-8")
    (box / "3.eml").write_text(DSN.format(action="failed", id="<other@mx.example>"), "utf-8")
    (box / "4.eml").write_text("Subject: Re: Faktura\n\nJeg er på ferie\n", "utf-8")
    done = office.run("outbox", "bounces", str(box), "--at", "2026-11-26T08:00:00+00:00")
    assert done.status == 0
    assert "3.eml: no mail of ours has its Message-ID" in done.err
    assert "4.eml: it is no notification" in done.err
    assert office.states() == {"2026-0001": "bounced", "2026-0002": "sent", "2026-0003": "sent"}
    assert '  time: "2026-11-25T09:20:00+00:00"\n  outcome: "bounced"\n' in office.told
    assert '  reason: "5.1.1"\n' in office.told
    assert "@" not in office.told
    before = office.told
    assert "1 known already" in office.run("outbox", "bounces", str(box), "--at", AT).out
    assert office.told == before
    mbox = tmp_path / "bounces.mbox"
    mbox.write_text(f"From MAILER-DAEMON Wed Nov 25 09:20:00 2026\n{DSN.format(action='failed', id=ids[2])}\n", "utf-8")
    assert office.run("outbox", "bounces", str(mbox), "--dry-run", "--at", AT).status == 0
    assert office.states()["2026-0003"] == "sent"
    assert office.run("outbox", "bounces", str(mbox), "--at", AT).status == 0
    maildir = tmp_path / "Maildir"
    for part in ("cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True)
    (maildir / "new" / "1").write_text(DSN.format(action="failed", id=ids[1]), "utf-8")
    assert office.run("outbox", "bounces", str(maildir), "--at", AT).status == 0
    assert set(office.states().values()) == {"bounced"}
    assert office.run("outbox", "bounces", str(tmp_path / "none"), "--at", AT).status == 2
    office.book()


def test_a_bounce_is_one_for_any_recipient_and_in_any_words(tmp_path: Path) -> None:
    """An alias that failed for one of two has failed; plain words that quote our mail are told with its document."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1), invoice(2))
        assert office.send().status == 0
    ids = [parsed(room.letters, n)["Message-ID"] for n in range(2)]
    other = "\nFinal-Recipient: rfc822; arkiv@nordlys.example\nAction: delivered\nStatus: 2.0.0\n"
    head, _, tail = DSN.format(action="failed", id=ids[0]).rpartition("\n--b\nContent-Type: text/rfc822-headers")
    two = f"{head}{other}\n--b\nContent-Type: text/rfc822-headers{tail}"
    assert two.count("Final-Recipient") == 2
    (tmp_path / "two.eml").write_text(two, "utf-8")
    (tmp_path / "words.eml").write_text(f"Subject: failure notice\n\nSorry.\n\nMessage-ID: {ids[1]}\n", "utf-8")
    done = office.run("outbox", "bounces", str(tmp_path / "two.eml"), str(tmp_path / "words.eml"), "--at", AT)
    assert "one new outcome" in done.out
    assert (
        "words.eml: it is no notification of a delivery (RFC 3464), but quotes the mail of 2026-0002; read it"
        in done.err
    )
    assert office.states() == {"2026-0001": "bounced", "2026-0002": "sent"}


def test_a_wrong_directory_is_told_in_one_sentence(tmp_path: Path) -> None:
    """A thousand letters that are no bounces, and one that another system sent."""
    office = Sending(tmp_path / "books")
    box = tmp_path / "letters"
    box.mkdir()
    for n in range(1000):
        (box / f"{n:04}.eml").write_text("Subject: Hei\n\nHei!\n", "utf-8")
    (box / "x.eml").write_text(DSN.format(action="failed", id="<other@mx.example>"), "utf-8")
    done = office.run("outbox", "bounces", str(box), "--at", AT)
    assert (done.status, done.out) == (0, "no new outcomes\n")
    assert done.err == (
        "each of 1,000, such as 0000.eml, 0001.eml, 0002.eml: it is no notification of a delivery (RFC 3464)\n"
        "x.eml: no mail of ours has its Message-ID\n"
    )


# --- the report ---------------------------------------------------------------------------------------------


def test_outbox_in_every_format(tmp_path: Path) -> None:
    office = Sending(tmp_path / "books", more='\n2026-01-01 custom "customer" "P1"\n  city: "Oslo"\n')
    office.invoices(invoice(1), invoice(2, "P1"))
    office.add("follow-up/2026.beancount", '\n2026-11-21 custom "delivery" "2026-0001"\n  channel: "print"\n')
    args = ("outbox", "--as-of", "2026-11-25", "--format")
    assert office.get(*args, "csv") == (
        "number,date,customer,name,channel,state,when,time,attempts,reason\n"
        "2026-0001,2026-11-20,C1,Nordlys Interiør AS,print,sent,2026-11-21,,,\n"
        "2026-0002,2026-11-20,P1,Kari Nordmann,print,waiting,,,,\n"
    )
    assert json.loads(office.get(*args, "json"))[0]["state"] == "sent"
    assert "| 2026-0002 |" in office.get(*args, "markdown")
    assert "2026-0002" in office.get(*args, "table")
    assert json.loads(office.get("outbox", "--state", "failed", *args[1:], "json")) == []
    done = office.run("outbox", "retry", "2026-0001", "--at", AT)
    assert (
        done.status,
        "2026-0001 is sent, not doubtful, failed, bounced or cancelled; `billtext send" in done.err,
    ) == (1, True)
    assert office.run("outbox", "sent", "2026-0002", "--at", AT).status == 0
    assert office.states() == {"2026-0001": "sent", "2026-0002": "sent"}
