"""What `send` and `outbox` do besides mail: e-invoices, the portal, paper, statements, and what comes back."""

import csv
import hashlib
import io
import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from billtext.outside import outbox
from mail_room import Room
from test_pdf import one_shape
from test_send import AT, LAID, Sending, invoice, parsed
from test_validation import RULES

EHF = """
2026-01-01 custom "customer" "C1"
  channel: "ehf"
  endpoint: "0192:310000205"
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


def channel(name: str, customer: str = "C1") -> str:
    return f'2026-01-01 custom "customer" "{customer}"\n  channel: "{name}"\n'


def test_an_answer_that_says_nothing_is_doubtful(tmp_path: Path) -> None:
    """A server that answers neither yes (250) nor no (4xx, 5xx) may have the mail: it is not tried again."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1))
        room.letters.on_data = lambda *_: "299 perhaps"
        done = office.send()
        assert (done.status, "says neither yes nor no (299)" in done.err) == (1, True)
        assert room.letters.tried == 1
    assert office.states() == {"2026-0001": "doubtful"}


def test_an_e_invoice_is_laid_out_and_its_receipt_read(tmp_path: Path) -> None:
    """The file with its envelope, whose hash the ledger has; then what the access point says."""
    office = Sending(tmp_path / "books", more=EHF)
    office.invoices(invoice(1))
    done = office.send()
    assert (done.status, done.err) == (0, "")
    place = office.root / "outbox" / "ehf"
    content = (place / "2026-0001.xml").read_bytes()
    envelope = json.loads((place / "2026-0001.json").read_text("utf-8"))
    assert envelope["sha256"] == hashlib.sha256(content).hexdigest()
    assert (envelope["sender"], envelope["receiver"]) == (
        "iso6523-actorid-upis::0192:310000019", "iso6523-actorid-upis::0192:310000205"
    )  # fmt: skip
    assert f'  sha256: "{envelope["sha256"]}"\n' in office.told
    (place / "receipts").mkdir()
    told = {"document": "2026-0001", "outcome": "failed", "reason": "no such receiver"}
    (place / "receipts" / "1.json").write_text(json.dumps(told), "utf-8")
    before = office.told
    assert "1 new outcome" in office.get("outbox", "receipts", "--dry-run", "--at", AT).replace("one ", "1 ")
    assert office.told == before
    assert office.run("outbox", "receipts", "--at", AT).status == 0
    assert office.states() == {"2026-0001": "failed"}
    assert '  reason: "no such receiver"\n' in office.told
    office.book()


def test_an_e_invoice_with_an_error_is_not_sent(tmp_path: Path) -> None:
    """Without a city and country of the buyer it breaks EN 16931 (BR-11): told with the rule, and it keeps waiting."""
    office = Sending(tmp_path / "books", more=EHF.replace('  country: "NO"\n', ""))
    office.invoices(invoice(1))
    done = office.send()
    assert (done.status, "its e-invoice is not right" in done.err, "BR-11" in done.err) == (1, True, True), done.err
    assert not list((office.root / "outbox").rglob("*.xml"))
    assert office.states() == {"2026-0001": "waiting"}
    assert office.told.endswith('  outcome: "waiting"\n  reason: "its e-invoice is not right: BR-11"\n')


def test_an_e_invoice_goes_only_where_it_says_itself(tmp_path: Path) -> None:
    """The buyer is in Peppol a day after the invoice, which so has no BT-49 and is no Peppol invoice: it waits."""
    office = Sending(tmp_path / "books", more=EHF.replace('  endpoint: "0192:310000205"\n', ""))
    office.invoices(invoice(1))
    office.add("company.beancount", '2026-11-24 custom "customer" "C1"\n  endpoint: "0192:310000205"\n')
    done = office.send()
    assert "its e-invoice has no address in Peppol: C1 had no `endpoint:` in the register on 2026-11-" in done.err
    assert "; date it on that day or before" in done.err
    assert not list((office.root / "outbox").rglob("*.xml"))
    office.add("company.beancount", '2026-01-02 custom "customer" "C1"\n  endpoint: "0192:310000205"\n')
    assert office.send().status == 0
    content = (office.root / "outbox" / "ehf" / "2026-0001.xml").read_text("utf-8")
    assert "urn:fdc:peppol.eu:2017:poacc:billing:3.0" in content


def test_what_was_filed_without_an_address_in_peppol_is_told_with_what_is_left_to_do(tmp_path: Path) -> None:
    """Filed as the customer got it then, by mail: the file stays, so no date in the register helps."""
    way = EHF.replace('  endpoint: "0192:310000205"\n', "").replace('"ehf"', '"email"\n  attach: "pdf+xml"')
    office = Sending(tmp_path / "books", more=way)
    office.invoices(invoice(1))
    (office.root / "documents").mkdir()
    office.add("main.beancount", 'option "documents" "documents"\n')
    assert "one document filed in 2 files" in office.get("archive", "file", "2026-0001").replace("1 doc", "one doc")
    office.add(
        "company.beancount", '2026-01-02 custom "customer" "C1"\n  channel: "ehf"\n  endpoint: "0192:310000205"\n'
    )
    done = office.send()
    told = "it was filed so, and stays: send it by another `channel:`, or credit it and issue it anew"
    assert (done.status, told in done.err, "date it on" in done.err) == (1, True, False), done.err


def test_an_e_invoice_keeps_to_rules_of_a_directory_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --rules DIR, or $BILLTEXT_RULES for all commands alike: HOUSE-1 wants a note, which there is none."""
    office = Sending(tmp_path / "books", more=EHF)
    office.invoices(invoice(1))
    house = tmp_path / "rules"
    house.mkdir()
    done = office.send("--due", "--rules", str(house))
    assert (done.status, "has no rules as XSLT" in done.err) == (2, True)
    (house / "house.xslt").write_text(RULES.replace("{flag}", "fatal"), "utf-8")
    done = office.send("--due", "--rules", str(house))
    assert (done.status, "its e-invoice is not right: HOUSE-1: Write a note." in done.err) == (1, True), done.err
    monkeypatch.setenv("BILLTEXT_RULES", str(house))
    assert "HOUSE-1" in office.send("--due").err
    assert not list((office.root / "outbox").rglob("*.xml"))
    assert office.states() == {"2026-0001": "waiting"}
    monkeypatch.delenv("BILLTEXT_RULES")
    assert office.send("--due").status == 0
    rules = ("--rules", str(house))
    assert office.run("validate", str(office.root / "outbox" / "ehf" / "2026-0001.xml"), *rules).status == 1


def test_paper_is_one_pdf(tmp_path: Path) -> None:
    """Both documents behind their list, and each document's hash is its own PDF's."""
    office = Sending(tmp_path / "books", more=channel("print") + channel("print", "C2"))
    office.invoices(invoice(1), invoice(2, "C2"))
    assert office.send().status == 0
    path = office.root / "outbox" / "print" / "print-20261125-101500.pdf"
    assert len(PdfReader(path).pages) == 3
    rows = list(csv.DictReader(io.StringIO(path.with_suffix(".csv").read_text("utf-8"))))
    assert {row["document"] for row in rows} == {"2026-0001", "2026-0002"}
    assert len(set(re.findall(r'sha256: "([0-9a-f]{64})"', office.told))) == 2
    assert office.states() == {"2026-0001": "sent", "2026-0002": "sent"}


def test_a_print_on_both_sides_puts_no_two_customers_on_a_sheet(tmp_path: Path) -> None:
    """The list, and an invoice of one page to each of two customers: pages 1, 3 and 5, and two empty ones between."""
    duplex = '2020-01-01 custom "billtext-option" "duplex" TRUE\n'
    office = Sending(tmp_path / "books", more=channel("print") + channel("print", "C2") + duplex)
    office.invoices(invoice(1), invoice(2, "C2"))
    assert office.send().status == 0
    pages = PdfReader(office.root / "outbox" / "print" / "print-20261125-101500.pdf").pages
    assert [bool(page.extract_text()) for page in pages] == [True, False, True, False, True]
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages} == {(595, 842)}


def test_the_cover_list_has_the_ledgers_fonts_and_paper(tmp_path: Path) -> None:
    """A name in letters of a font in templates/fonts stands on the list, which is on the paper of the documents."""
    more = channel("print", "C2") + '2020-01-01 custom "billtext-option" "paper" "letter"\n'
    office = Sending(tmp_path / "books", more=channel("print") + '  name: "Lotus 中 AS"\n' + more)
    fonts = office.root / "templates" / "fonts"
    fonts.mkdir(parents=True)
    one_shape(fonts / "own.ttf", "Own Face", "中")
    office.invoices(invoice(1), invoice(2, "C2"))
    done = office.run("send", "--due", "--at", AT, "--dry-run")
    assert (done.status, done.out.count("\n"), done.err) == (0, 3, "")
    assert office.send().status == 0
    cover = PdfReader(office.root / "outbox" / "print" / "print-20261125-101500.pdf").pages[0]
    assert (cover.mediabox.width, cover.mediabox.height) == (612, 792)
    assert "Lotus 中 AS" in cover.extract_text()
    assert office.states() == {"2026-0001": "sent", "2026-0002": "sent"}


def test_a_cover_list_that_cannot_be_made_lets_its_sheets_wait(tmp_path: Path) -> None:
    """A mistake in the ledger's own list: both are told as waiting with the reason, by the trial too."""
    office = Sending(tmp_path / "books", more=channel("print") + channel("print", "C2"))
    (office.root / "templates").mkdir()
    (office.root / "templates" / "listing.typ").write_text("#unknown\n", "utf-8")
    office.invoices(invoice(1), invoice(2, "C2"))
    trial = office.run("send", "--due", "--at", AT, "--dry-run")
    assert (trial.status, trial.out.count("listing.typ: Typst cannot make the PDF")) == (1, 2)
    assert office.send().status == 1
    assert '"delivery" "2026-0001" "2026-0002"\n  channel: "print"\n' in office.told
    assert (
        '  outcome: "waiting"\n  reason: "templates/listing.typ: Typst cannot make the PDF (line 1)"\n' in office.told
    )
    assert office.states() == {"2026-0001": "waiting", "2026-0002": "waiting"}


def test_the_portal_is_behind_a_name_that_nobody_guesses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for each customer, which stays; the page lists what came before; the secret is out of git."""
    office = Sending(tmp_path / "books", more=channel("portal") + channel("portal", "C2"))
    office.invoices(invoice(1), invoice(2, "C2"))
    assert office.send().status == 0
    place = office.root / "outbox" / "portal"
    folders = {path.parent.name for path in place.glob("*/index.html")}
    assert len(folders) == 2
    assert all(re.fullmatch(r"[0-9a-f]{40}", name) for name in folders)
    assert not any(name in (place / "index.html").read_text("utf-8") for name in folders)
    office.invoices(invoice(3))
    assert office.send().status == 0
    assert {path.parent.name for path in place.glob("*/index.html")} == folders
    mine = next(path.parent for path in place.glob("*/2026-0003.html"))
    assert {path.name for path in mine.iterdir()} == {"index.html", "2026-0001.html", "2026-0003.html"}
    page = (mine / "index.html").read_text("utf-8")
    assert page.index("2026-0003.html") < page.index("2026-0001.html")
    assert "2026-0002" not in page
    assert not any(name in office.told for name in folders)
    secret = office.root / outbox.PLACE / outbox.SECRET
    assert secret.stat().st_mode & 0o077 == 0
    assert (secret.parent / ".gitignore").read_text("utf-8").splitlines()[-1] == "*"
    monkeypatch.setenv(outbox.SECRET_VARIABLE, "another secret of the office, long enough")
    office.invoices(invoice(4))
    assert office.send().status == 0
    assert len(list(place.glob("*/index.html"))) == 3


def test_statements_go_once_a_month(tmp_path: Path) -> None:
    """1250.00 of the invoice is owed at the end of November; the second time there is nothing to send."""
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1))
        over = ("send", "--statements", "2026-11", "--at", "2026-12-01T08:00:00+00:00")
        assert office.run(*over).status == 0
        assert office.run(*over).out == "no documents to send\n"
    mail = parsed(room.letters)
    assert mail["Subject"] == "Kontoutskrift november 2026 fra Fjordlys Elektro AS"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "1 250,00 NOK" in text.get_content()
    assert [part.get_content()[:4] for part in mail.iter_attachments()] == [b"%PDF"]
    assert '"delivery" "C1"\n  statement: "2026-11"\n' in office.told
    office.book()


def test_a_statement_of_a_month_that_was_not_over_does_not_take_the_place_of_the_whole(tmp_path: Path) -> None:
    """Named on the 25th, it went as it stood; --statements sends it in December, once, and --due never."""
    office = Sending(tmp_path / "books", more=LAID)
    office.invoices(invoice(1))
    assert office.send("C1/2026-11").status == 0
    assert office.send().status == 0
    assert office.send().out == "no documents to send\n"
    december = ("--at", "2026-12-01T08:00:00+00:00")
    assert office.run("send", "--due", *december).out == "no documents to send\n"
    assert "C1/2026-11  email  sent" in office.run("send", "--statements", "2026-11", *december).out
    assert office.run("send", "--statements", "2026-11", *december).out == "no documents to send\n"
    office.book()


def test_mail_that_came_back_is_written_down(tmp_path: Path) -> None:
    with Room(tmp_path) as room:
        office = Sending(tmp_path / "books", room)
        office.invoices(invoice(1))
        assert office.send().status == 0
    bounce = (
        'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/delivery-status\n\n'
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; regnskap@nordlys.example\nAction: failed\n"
        f"Status: 5.1.1\n\n--b\nContent-Type: message/rfc822\n\nMessage-ID: {parsed(room.letters)['Message-ID']}\n\n"
        "x\n--b--\n"
    )
    (tmp_path / "bounce.eml").write_text(bounce, "utf-8")
    assert office.run("outbox", "bounces", str(tmp_path / "bounce.eml"), "--at", AT).status == 0
    assert office.states() == {"2026-0001": "bounced"}
    assert '  outcome: "bounced"\n' in office.told
    assert "@" not in office.told
    assert office.send().out == "no documents to send\n"
    assert office.run("outbox", "retry", "2026-0001", "--at", AT).status == 0
    assert office.states() == {"2026-0001": "waiting"}
    office.book()


def test_the_outbox_in_every_form(tmp_path: Path) -> None:
    office = Sending(tmp_path / "books")
    office.invoices(invoice(1))
    for form in ("table", "csv", "markdown", "json"):
        assert "2026-0001" in office.get("outbox", "--as-of", "2026-11-25", "--format", form)
