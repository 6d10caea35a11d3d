"""Attachments from the draft to the customer: what was issued is what goes, whatever became of the files since."""

import base64
import csv
import hashlib
import json
import re
from pathlib import Path

import lxml.etree
import pytest
from beancount import loader
from beancount.core.data import Open
from pypdf import PdfReader, PdfWriter

from billtext.outside import mail
from billtext.outside.switching import STAGE
from mail_room import Letters, Room
from office import Done
from test_outbox import EHF
from test_send import Sending, invoice, parsed

DRAFT = """
2026-11-24 ! "{title}"
  {kind}:
  customer: "{customer}"
{keys}  delivery: 2026-11-20
  Income:Sales
    quantity: 2
    price: 625.00 {currency}
    vat: "Z0"
"""
C1 = "documents/Assets/Receivable/C1"
COPY = f"{C1}/2026-11-24.attachment-2026-0001.csv"
HOURS = b"8\n"
HASH = hashlib.sha256(HOURS).hexdigest()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "wait", lambda _: None)


def office(root: Path, room: Room | None = None, *, attach: str = "pdf+xml", archive: bool = True) -> Sending:
    """An office with an archive and a timesheet; C1 gets mail with the e-invoice."""
    made = Sending(root, room, more=EHF.replace('"ehf"', f'"email"\n  attach: "{attach}"'))
    made.add(
        "company.beancount", '2020-01-01 custom "company" "Fjordlys Elektro AS"\n  register: "Foretaksregisteret"\n'
    )
    made.add("company.beancount", '2020-01-02 custom "customer" "C2"\n  city: "Kiel"\n  language: "en"\n')
    if archive:
        (root / "documents").mkdir()
        made.add("main.beancount", 'option "documents" "documents"\n')
    (root / "work").mkdir()
    (root / "work" / "hours.csv").write_bytes(HOURS)
    return made


def attach(file: str = "work/hours.csv", end: str = "") -> str:
    return f'  attachment{end}: "hours{end}"\n  attachment-file{end}: "{file}"\n'


def draft(made: Sending, name: str, keys: str, *, customer: str = "C1", kind: str = "invoice") -> None:
    currency = "EUR" if customer == "C2" else "NOK"
    made.draft(name, DRAFT.format(title=name, keys=keys, customer=customer, kind=kind, currency=currency))


def issue(made: Sending, *names: str, date: str = "2026-11-24") -> None:
    done = made.run("issue", *names, "--date", date)
    assert done.status == 0, done.err


def below(made: Sending) -> list[str]:
    """Names of the attachments in the archive."""
    return sorted(path.name for path in (made.root / "documents").rglob("*.attachment-*"))


def mailed(letters: Letters, n: int = 0) -> dict[str, bytes]:
    """What is attached to a mail, by name."""
    found = {}
    for part in parsed(letters, n).iter_attachments():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[str(part.get_filename())] = content
    return found


def embedded(xml: bytes) -> dict[str, bytes]:
    """The files inside an e-invoice, by name."""
    found = lxml.etree.fromstring(xml).iter("{*}EmbeddedDocumentBinaryObject")
    return {each.get("filename"): base64.b64decode(each.text) for each in found}


def test_what_was_issued_goes_though_the_file_has_changed_since(tmp_path: Path) -> None:
    """By mail and inside the filed e-invoice it is one content; the ledger has its hash, and the seal covers which."""
    with Room(tmp_path) as room:
        made = office(tmp_path / "books", room)
        draft(made, "a", attach())
        issue(made, "a")
        (made.root / "work" / "hours.csv").write_bytes(b"80\n")
        done = made.send()
        assert (done.status, done.err) == (0, "")
    got = mailed(room.letters)
    assert list(got) == ["2026-0001.pdf", "2026-0001.ubl.xml", "hours.csv"]
    assert got["hours.csv"] == HOURS
    assert embedded(got["2026-0001.ubl.xml"]) == {"hours.csv": HOURS}
    assert HASH in made.told.rpartition('custom "delivery"')[2]
    text = (made.root / "invoices" / "2026.beancount").read_text("utf-8")
    assert f'  attachment: "hours"\n  attachment-file: "{COPY}"\n  attachment-name: "hours.csv"\n' in text
    assert made.told.startswith(f'''\
; follow-up of 2026, by hand

2026-11-24 custom "filed" "{COPY.removeprefix("documents/")}"
  kind: "attachment"
  customer: "C1"
  document: "2026-0001"
  label: "hours"
  sha256: "{HASH}"
''')
    assert made.get("archive", "verify") == "3 files as filed\n"
    assert made.run("verify").status == 0
    made.book()


def test_the_draft_s_file_may_be_gone(tmp_path: Path) -> None:
    """All forms are made as they were; the name and type of the attachment too."""
    made = office(tmp_path / "books")
    (made.root / "work" / "PLAN.PNG").write_bytes(b"\x89PNG")
    draft(made, "a", attach() + attach("work/PLAN.PNG", "-2"))
    issue(made, "a")
    for path in (made.root / "work").iterdir():
        path.unlink()
    (made.root / "work").rmdir()
    made.get("render", "2026-0001", "--as", "ubl", "--out", str(tmp_path))
    xml = (tmp_path / "2026-0001.ubl.xml").read_bytes()
    assert embedded(xml) == {"hours.csv": HOURS, "PLAN.PNG": b"\x89PNG"}
    assert b'mimeCode="text/csv"' in xml
    assert b'mimeCode="image/png"' in xml
    assert xml == (made.root / C1 / "2026-11-24.2026-0001.ubl.xml").read_bytes()
    made.get("render", "2026-0001", "--as", "pdf", "--out", str(tmp_path))
    assert (tmp_path / "2026-0001.pdf").read_bytes() == (made.root / C1 / "2026-11-24.2026-0001.pdf").read_bytes()
    assert below(made) == ["2026-11-24.attachment-2026-0001.csv", "2026-11-24.attachment-2026-0001.png"]


def _changed(path: Path) -> None:
    path.write_bytes(b"80\n")


def _linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere.csv"))
    path.symlink_to("elsewhere.csv")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [(_changed, "its hash is another"), (Path.unlink, "it is not there"), (_linked, "it is a link now, or behind one")],
)
@pytest.mark.parametrize("way", ["email", "ehf", "portal", "print"])
def test_a_copy_that_is_not_as_it_was_goes_to_nobody(tmp_path: Path, spoil, why: str, way: str) -> None:  # type: ignore[no-untyped-def]
    """Its document waits with the reason, the one beside it goes; brought back, it goes as it was issued."""
    made = office(tmp_path / "books", archive=True)
    made.add(
        "company.beancount",
        f'2026-11-02 custom "customer" "C1"\n  channel: "{way}"\n2020-01-01 custom "billtext-option" "mail" "outbox"\n',
    )
    draft(made, "a", attach())
    draft(made, "b", "")
    issue(made, "a", "b")
    if way == "ehf":  # the filed e-invoice has it inside; one that is made anew needs the copy
        for path in (made.root / C1).glob("*2026-0001.*xml"):
            path.unlink()
        _forget(made, "2026-0001.ubl.xml")
    spoil(made.root / COPY)
    done = made.send()
    told = f"{why}, and an attachment of 2026-0001 was filed there; see `billtext archive verify`, and bring it back"
    assert (done.status, told in done.err) == (1, True), done.err
    assert made.states() == {"2026-0001": "waiting", "2026-0002": "sent"}
    assert (made.root / COPY).exists() == (spoil is not Path.unlink)
    assert f'reason: "{COPY}: {why}' in made.told
    done = made.run("render", "2026-0001", "--as", "ubl", "--out", str(tmp_path / "out"))
    assert (done.status, told in done.err) == (1, True)
    assert why in made.run("archive", "verify").out
    (made.root / COPY).unlink(missing_ok=True)
    (made.root / COPY).write_bytes(HOURS)
    assert made.run("send", "2026-0001", "--at", "2026-11-25T12:00:00+00:00").status == 0
    made.book()


def _forget(made: Sending, name: str) -> None:
    """Take the directive of a file out of the ledger."""
    path = made.root / "follow-up" / "2026.beancount"
    parts = path.read_text("utf-8").split("\n\n")
    path.write_text("\n\n".join(part for part in parts if name not in part.split("\n")[0]), "utf-8")


def test_one_file_of_several_documents_is_filed_once(tmp_path: Path) -> None:
    """For each customer; a file with another content since is another; a credit note has it too."""
    made = office(tmp_path / "books")
    for name in ("a", "b"):
        draft(made, name, attach())
    draft(made, "c", attach(), customer="C2")
    issue(made, "a", "b", "c")
    assert below(made) == ["2026-11-24.attachment-2026-0001.csv", "2026-11-24.attachment-2026-0003.csv"]
    draft(made, "d", attach() + '  reason: "hours"\n', kind="credit-note")
    issue(made, "d", date="2026-11-25")
    assert len(below(made)) == 2
    (made.root / "work" / "hours.csv").write_bytes(b"80\n")
    draft(made, "e", attach())
    draft(made, "f", attach())
    issue(made, "e", "f", date="2026-11-26")
    assert below(made)[2:] == ["2026-11-26.attachment-2026-0004.csv"]
    documents = made.book().ledger.documents
    where = {number: str(found.entry.meta["attachment-file"]) for number, found in documents.items()}
    theirs, other = "documents/Assets/Receivable/C2/2026-11-24.attachment-2026-0003.csv", f"{C1}/2026-11-26"
    assert where == {
        "2026-0001": COPY, "2026-0002": COPY, "2026-0003": theirs, "K2026-0001": COPY,
        "2026-0004": f"{other}.attachment-2026-0004.csv", "2026-0005": f"{other}.attachment-2026-0004.csv",
    }  # fmt: skip
    assert {str(found.entry.meta["attachment-name"]) for found in documents.values()} == {"hours.csv"}
    for number in ("2026-0002", "K2026-0001"):  # each shows what goes with it, though it was filed with another
        found = json.loads(made.get("archive", "list", "--document", number, "--format", "json"))
        assert [one["file"] for one in found if one["kind"] == "attachment"] == [COPY.removeprefix("documents/")]
    # Eleven forms: a PDF of six documents, the e-invoices of C1's five; and three attachments.
    assert made.get("archive", "verify") == "14 files as filed\n"


def test_an_attachment_is_kept_as_long_as_the_last_document_that_names_it(tmp_path: Path) -> None:
    """Five years after 2026 for the first, after 2027 for the second (bokføringsloven § 13), and while one is open."""
    made = office(tmp_path / "books")
    draft(made, "a", attach())
    issue(made, "a")

    def until(as_of: str) -> tuple[str, bool, str]:
        found = json.loads(made.get("archive", "retention", "--as-of", as_of, "--format", "json"))
        (one,) = (each for each in found if each["kind"] == "attachment")
        return one["until"], one["may_be_destroyed"], one["why"]

    law = "bokføringsloven § 13, five years"
    assert until("2027-01-01") == ("2031-12-31", False, f"{law}: until 2031-12-31")
    assert until("2032-01-01") == ("2031-12-31", False, "2026-0001 is still open")
    draft(made, "b", attach())
    issue(made, "b", date="2027-01-04")
    assert below(made) == ["2026-11-24.attachment-2026-0001.csv"]
    assert until("2027-01-01") == ("2031-12-31", False, f"{law}: until 2031-12-31")  # of a day before the second
    assert until("2032-01-01") == ("2032-12-31", False, f"{law}: until 2032-12-31")
    for one in made.book().documents:
        made.get("pay", "--reference", str(one.entry.meta["kid"]), "1250", "--date", "2027-02-01")
    assert until("2033-01-01") == ("2032-12-31", True, f"{law}: until 2032-12-31")


def test_a_scanned_order_that_goes_with_an_invoice_is_kept_with_it(tmp_path: Path) -> None:
    """It is in the archive already, where the document names it; nothing is filed again. An order alone: 3½ years."""
    made = office(tmp_path / "books")
    scan = tmp_path / "po.pdf"
    scan.write_bytes(b"%PDF-1.4 order\n")
    made.get("archive", "add", str(scan), "--customer", "C1", "--kind", "order", "--label", "PO 1",
             "--date", "2026-11-20", "--as-of", "2026-11-24")  # fmt: skip

    def until() -> str:
        (one, *_) = json.loads(made.get("archive", "retention", "--as-of", "2027-01-01", "--format", "json"))
        assert one["kind"] == "order"
        return str(one["until"])

    assert until() == "2030-06-30"
    order = f"{C1}/2026-11-20.order.pdf"
    for name, file in (("a", order), ("b", f"./documents/../{order}"), ("c", "po.pdf")):
        (made.root / "po.pdf").write_bytes(scan.read_bytes())
        draft(made, name, attach(file))
    issue(made, "a", "b", "c")
    assert below(made) == []
    meta = [found.entry.meta for found in made.book().documents]
    assert [(each["attachment-file"], each.get("attachment-name")) for each in meta] == [
        (order, None), (order, "2026-11-20.order.pdf"), (order, "po.pdf"),
    ]  # fmt: skip
    assert until() == "2031-12-31"


def test_a_paper_of_the_archive_may_be_too_large_to_go(tmp_path: Path) -> None:
    """The archive takes 100 MB, a mail 20."""
    made = office(tmp_path / "books")
    scan = tmp_path / "plan.pdf"
    scan.write_bytes(b"%" * 20_000_001)
    made.get("archive", "add", str(scan), "--customer", "C1", "--kind", "other", "--label", "Plan",
             "--date", "2026-11-20", "--as-of", "2026-11-24")  # fmt: skip
    draft(made, "a", attach(f"{C1}/2026-11-20.other.pdf"))
    done = made.run("issue", "a", "--date", "2026-11-24")
    assert (done.status, "2026-11-20.other.pdf is larger than 20 MB" in done.err) == (1, True)


def test_a_spoilt_copy_is_not_used_again(tmp_path: Path) -> None:
    """The next document that names the content gets a good one."""
    made = office(tmp_path / "books")
    draft(made, "a", attach())
    issue(made, "a")
    (made.root / COPY).write_bytes(b"80\n")
    draft(made, "b", attach())
    issue(made, "b")
    assert below(made) == ["2026-11-24.attachment-2026-0001.csv", "2026-11-24.attachment-2026-0002.csv"]
    assert (made.root / C1 / "2026-11-24.attachment-2026-0002.csv").read_bytes() == HOURS


@pytest.mark.parametrize("option", [False, True])
def test_without_an_archive_the_file_itself_goes(tmp_path: Path, option: bool) -> None:
    """In a ledger that has none, or whose option says so; so does that of a document that was issued before."""
    with Room(tmp_path) as room:
        made = office(tmp_path / "books", room, archive=option)
        if option:
            made.add("company.beancount", '2026-01-01 custom "billtext-option" "archive" FALSE\n')
        draft(made, "a", attach())
        issue(made, "a")
        assert 'attachment-file: "work/hours.csv"\n  delivery' not in made.told
        assert made.book().ledger.documents["2026-0001"].entry.meta["attachment-file"] == "work/hours.csv"
        (made.root / "work" / "hours.csv").write_bytes(b"80\n")
        if option:
            (made.root / "company.beancount").write_text(
                (made.root / "company.beancount").read_text("utf-8").replace('"archive" FALSE', '"archive" TRUE'),
                "utf-8",
            )
        assert made.send().status == 0
    assert mailed(room.letters)["hours.csv"] == b"80\n"


def test_names_are_harmless(tmp_path: Path) -> None:
    """Nothing of a file's own name is in that of its copy; the customer gets it without what leads elsewhere."""
    made = office(tmp_path / "books")
    names = ['a"\n2026-01-01 open Assets:Evil ;.csv', "$(touch x);.csv", "=1+1.csv", "x\\..\\y.CSV", "y.p df"]
    keys = ""
    for n, name in enumerate(names, 1):
        (made.root / "work" / name).write_bytes(f"{n}\n".encode())
        end = "" if n == 1 else f"-{n}"
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        keys += (
            f'  attachment{end}: "n{n}"\n  attachment-file{end}: "work/{quoted}"\n  attachment-mime{end}: "text/csv"\n'
        )
    draft(made, "a", keys)
    issue(made, "a")
    stem = "2026-11-24.attachment-2026-0001"
    assert below(made) == [f"{stem}.bin", f"{stem}.csv", f"{stem}_2.csv", f"{stem}_3.csv", f"{stem}_4.csv"]
    entries, errors, _ = loader.load_file(str(made.main))
    assert (errors, "Assets:Evil" in {entry.account for entry in entries if isinstance(entry, Open)}) == ([], False)
    meta = made.book().ledger.documents["2026-0001"].entry.meta
    assert [meta[f"attachment-name{end}"] for end in ("", "-2", "-3", "-4", "-5")] == names
    made.get("render", "2026-0001", "--as", "ubl", "--out", str(tmp_path))
    inside = embedded((tmp_path / "2026-0001.ubl.xml").read_bytes())
    assert sorted(inside.values()) == [b"1\n", b"2\n", b"3\n", b"4\n", b"5\n"]
    assert not any("/" in name or "\\" in name for name in inside)
    assert made.run("check").status == 0


def test_a_link_and_an_absolute_name_are_as_the_file_itself(tmp_path: Path) -> None:
    """A file of the archive is compared with its hash by whatever name a document has for it."""
    made = office(tmp_path / "books", archive=True)
    draft(made, "a", attach())
    issue(made, "a")
    (made.root / "work" / "link.csv").symlink_to(made.root / COPY)
    path = made.root / "invoices" / "2026.beancount"
    text = path.read_text("utf-8")
    (made.root / COPY).write_bytes(b"80\n")
    for name in ("work/link.csv", str(made.root / COPY), f"work/../{COPY}"):
        path.write_text(text.replace(COPY, name), "utf-8")
        done = made.run("render", "2026-0001", "--as", "ubl", "--out", str(tmp_path / "out"))
        assert (done.status, "its hash is another" in done.err) == (1, True), name


def test_a_refused_draft_leaves_no_copy(tmp_path: Path) -> None:
    """Of three, the second has letters that no face has; a trial and a check leave nothing at all."""
    made = office(tmp_path / "books")
    (made.root / "work" / "other.csv").write_bytes(b"9\n")
    for name, file in (("a", "work/hours.csv"), ("b", "work/other.csv"), ("c", "work/hours.csv")):
        draft(made, name, attach(file))
    path = made.root / "drafts" / "b.beancount"
    path.write_text(path.read_text("utf-8").replace('"b"', '"\u65e5\u672c"'), "utf-8")
    before = made.files()
    made.run("issue", "--all", "--date", "2026-11-24", "--dry-run")
    assert made.run("draft", "check", "a", "c", "--as-of", "2026-11-24").status == 0
    assert made.files() == before
    done = made.run("issue", "--all", "--date", "2026-11-24")
    assert (done.status, "it cannot be filed" in done.err) == (1, True)
    assert below(made) == ["2026-11-24.attachment-2026-0001.csv"]
    assert made.get("archive", "verify") == "5 files as filed\n"  # two documents as PDF and XML, and their attachment
    assert not (made.root / STAGE).exists()


def test_a_document_s_page_leads_to_what_goes_with_it(tmp_path: Path) -> None:
    """In Fava: both documents that name a file, and the file as it was filed."""
    from fava.application import create_app

    made = office(tmp_path / "books")
    made.add("main.beancount", '2020-01-01 custom "fava-extension" "billtext.fava"\n')
    for name in ("a", "b"):
        draft(made, name, attach())
    issue(made, "a", "b")
    client = create_app([made.main], load=True).test_client()
    at = "/fjordlys-elektro-as/extension/Receivables/"
    for number in ("2026-0001", "2026-0002"):
        page = client.get(f"{at}?time=2026-11-30&page=documents/{number}").get_data(as_text=True)
        (address,) = set(re.findall(r'href="([^"]*filed\?[^"]*attachment-2026-0001\.csv)"', page))
        assert "Attachment</td>" in page.replace("\n", "") or "Attachment" in page
    found = client.get(address.replace("&amp;", "&"))
    assert (found.status_code, found.data) == (200, HOURS)
    (made.root / COPY).write_bytes(b"80\n")
    assert client.get(address.replace("&amp;", "&")).status_code == 409


def gone(made: Sending, *channels: str) -> Done:
    """Have the drafts d1 and d2, of C1 and C2, issued and sent by a channel each."""
    for n, channel in enumerate(channels, 1):
        made.add("company.beancount", f'2026-11-02 custom "customer" "C{n}"\n  channel: "{channel}"\n')
    issue(made, "d1", "d2")
    return made.send()


def test_attachments_go_by_print_and_portal_too(tmp_path: Path) -> None:
    """A PDF is printed behind its document; what is none is to be enclosed by hand, and in the portal both lie."""
    made = office(tmp_path / "books")
    paper = PdfWriter()
    for _ in range(2):
        paper.add_blank_page(200, 300)
    paper.write(made.root / "work" / "plan <1>.pdf")
    keys = attach() + attach("work/plan <1>.pdf", "-2")
    draft(made, "d1", keys)
    draft(made, "d2", keys, customer="C2")
    done = gone(made, "print", "portal")
    assert (done.status, done.err) == (0, ""), done
    (printed,) = (made.root / "outbox" / "print").glob("*.pdf")
    sizes = [round(float(page.mediabox.width)) for page in PdfReader(printed).pages]
    assert sizes == [595, 595, 200, 200]
    assert "hours.csv" in PdfReader(printed).pages[0].extract_text()
    with printed.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        assert [(row["pages"], row["enclose"]) for row in csv.DictReader(file)] == [("3", "hours.csv")]
    (index,) = (made.root / "outbox" / "portal").glob("*/index.html")
    page = index.read_text("utf-8")
    assert '<a class="more" href="2026-0002-1.csv" download="hours.csv">hours.csv</a>' in page
    assert '<a class="more" href="2026-0002-2.pdf" download="plan &lt;1&gt;.pdf">plan &lt;1&gt;.pdf</a>' in page
    assert (index.parent / "2026-0002-1.csv").read_bytes() == HOURS
    assert made.told.count(HASH) == 3  # filed twice, and gone to the portal
    made.add("invoices/2026.beancount", invoice(3, "C2", 25))
    assert made.run("send", "2026-0003", "--at", "2026-11-25T11:00:00+00:00").status == 0
    assert '"2026-0002-2.pdf"' in index.read_text("utf-8")  # what was there stays on the list
    for one in (made.root / "documents").rglob("*attachment*.csv"):
        one.unlink()
    for number in ("2026-0001", "2026-0002"):
        done = made.run("send", number, "--again", "--at", "2026-11-25T11:00:00+00:00")
        assert (done.status, "is not there" in done.err) == (1, True), done


def test_attachments_of_any_name_lie_in_the_portal_and_what_cannot_be_printed_is_told(tmp_path: Path) -> None:
    """A name of 246 letters, one of none that file names have, and a PDF that is none."""
    made = office(tmp_path / "books")
    (made.root / "work" / "broken.pdf").write_bytes(b"%PDF-1.4 hello")
    keys = attach("work/broken.pdf") + f'  attachment-name: "{"n" * 246}.pdf"\n'
    keys += attach("work/broken.pdf", "-2") + '  attachment-name-2: "\u00c5.pdf"\n'
    draft(made, "d1", keys)
    draft(made, "d2", keys.replace("n" * 246, "plan"), customer="C2")
    done = gone(made, "portal", "print")
    assert (done.status, done.err) == (0, ""), done
    (folder,) = (made.root / "outbox" / "portal").glob("*/")
    assert sorted(path.name for path in folder.iterdir()) == [
        "2026-0001-1.pdf", "2026-0001-2.pdf", "2026-0001.html", "index.html",
    ]  # fmt: skip
    assert 'download="\u00c5.pdf"' in (folder / "index.html").read_text("utf-8")
    (listed,) = (made.root / "outbox" / "print").glob("*.csv")
    assert "plan.pdf (damaged, or locked)" in listed.read_text("utf-8")
