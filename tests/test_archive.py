"""The archive: files where Beancount finds them, their hashes in the ledger, and what became of them since."""

import csv
import datetime
import hashlib
import json
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Document

from billtext.outside import archive, files, pdf
from billtext.outside.switching import STAGE
from billtext.rules import filing
from office import Office
from test_crash import DRAFT, every_kill

PAGE = Path(__file__).parents[1] / "site" / "guide" / "archive.md"
HELLO = b"%PDF-1.4 hello\n"
HASH = hashlib.sha256(HELLO).hexdigest()
C1 = "Assets/Receivable/C1"


def office(root: Path, drafts: int = 2) -> Office:
    """An office with an archive, and with documents of two customers, dated 2026-11-25, that are not in it."""
    made = Office(root)
    for n in range(1, drafts + 1):
        customer = n % 2 + 1
        made.draft(f"d{n}", DRAFT.format(n=n, c=customer, currency="NOK" if customer == 1 else "EUR"))
    if drafts:
        made.get("issue", "--all", "--date", "2026-11-25")
    (root / "documents").mkdir()
    made.main.write_text('option "documents" "documents"\n' + made.main.read_text("utf-8"), "utf-8")
    return made


def scan(tmp_path: Path, name: str = "Kari Nordmann scan.PDF", content: bytes = HELLO) -> str:
    """A paper outside the ledger."""
    path = tmp_path / name
    path.write_bytes(content)
    return str(path)


def add(made: Office, paper: str, *more: str, kind: str = "contract", date: str = "2026-11-26") -> str:
    """File a paper of customer C1."""
    return made.get("archive", "add", paper, "--customer", "C1", "--kind", kind, "--label", "Frame", "--date", date,
                    "--as-of", "2027-12-31", *more)  # fmt: skip


def filed(made: Office) -> dict[str, bytes]:
    """Files below `documents/`."""
    root = made.root / "documents"
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_documents_are_filed_where_beancount_finds_them(tmp_path: Path) -> None:
    """Beancount's own loader has a `Document` under the customer's account, on the document's day."""
    made = office(tmp_path / "books")
    assert "2 documents filed" in made.get("archive", "file", "--all")
    entries, errors, _ = loader.load_file(str(made.main))
    assert not errors
    found = {(one.account, one.date, Path(one.filename).name) for one in entries if isinstance(one, Document)}
    day = datetime.date(2026, 11, 25)
    # Draft 1 is of C2, draft 2 of C1, as `office` numbers them.
    assert found == {
        ("Assets:Receivable:C2", day, "2026-11-25.2026-0001.pdf"),
        ("Assets:Receivable:C1", day, "2026-11-25.2026-0002.pdf"),
    }
    book = made.book()
    for one in book.ledger.filed:
        content = filed(made)[one.file]
        assert content.startswith(b"%PDF")
        assert hashlib.sha256(content).hexdigest() == one.sha256
    assert made.get("archive", "file", "--all") == "no documents filed, 2 were filed before\n"
    assert made.get("archive", "verify") == "2 files as filed\n"


def test_issuing_files_in_a_ledger_that_has_an_archive(tmp_path: Path) -> None:
    """Until the option says that it does not, from its day on."""
    made = office(tmp_path / "books", drafts=0)
    company = made.root / "company.beancount"
    option = '2026-11-25 custom "billtext-option" "archive" FALSE\n'
    company.write_text(company.read_text("utf-8") + option, "utf-8")
    for n, day in ((1, "2026-11-24"), (2, "2026-11-25")):
        made.draft("d", DRAFT.format(n=n, c=1, currency="NOK"))
        made.get("issue", "d", "--date", day)
    assert list(filed(made)) == [f"{C1}/2026-11-24.2026-0001.pdf"]
    assert [one.document for one in made.book().ledger.filed] == ["2026-0001"]
    assert made.get("archive", "verify") == "one file as filed\n"


def test_a_draft_that_cannot_be_filed_stops_no_other(tmp_path: Path) -> None:
    """Of four, the second has letters that no face has: the others have the first three numbers, and their files."""
    made = office(tmp_path / "books", drafts=0)
    for n in range(1, 5):
        text = "\u65e5\u672c" if n == 2 else f"Draft {n}"
        made.draft(f"d{n}", DRAFT.format(n=n, c=1, currency="NOK").replace(f"Draft {n}", text))
    done = made.run("issue", "--all", "--date", "2026-11-25")
    assert done.status == 1
    first, last = done.err.splitlines()
    told = "no font has \u201c\u65e5\u201d of \u201c\u65e5\u672c\u201d"
    assert f"drafts/d2.beancount:2: it cannot be filed: Invoice NUMBER: {told}" in first
    assert last == "billtext: 1 of 4 drafts were refused, 3 issued"
    left = [path.name for path in (made.root / "drafts").iterdir() if " ! " in path.read_text("utf-8")]
    assert left == ["d2.beancount"]
    assert [found.entry.narration for found in made.book().documents] == ["Draft 1", "Draft 3", "Draft 4"]
    assert list(filed(made)) == [f"{C1}/2026-11-25.2026-000{n}.pdf" for n in (1, 2, 3)]
    assert made.get("archive", "verify") == "3 files as filed\n"
    assert not (made.root / STAGE).exists()


def test_a_link_among_the_devices_stays_a_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`/dev/stdout` of somebody whose output goes into a file; elsewhere the file is made anew as a whole."""
    monkeypatch.setattr(files, "_DEVICES", tmp_path / "dev")
    for place in ("dev", "dev/shm", "home"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "out").symlink_to(tmp_path / "real")
        (tmp_path / "real").write_bytes(b"before")
        files.replace(tmp_path / place / "out", "after")
        link = place == "dev"
        assert (tmp_path / place / "out").read_bytes() == b"after"
        assert (tmp_path / place / "out").is_symlink() == link
        assert (tmp_path / "real").read_bytes() == (b"after" if link else b"before")


@pytest.mark.parametrize("keeps", [True, False], ids=["archive", "no archive"])
def test_a_letter_that_no_font_has_is_told_before_a_draft_is_issued(tmp_path: Path, keeps: bool) -> None:
    """By `draft check` and `issue --dry-run` as by `issue`, where documents are filed; nothing is written.

    Number 1 is neither the 1 of the text nor that of its line. Where none is filed, the draft can be issued, and it is
    told that it cannot be sent.
    """
    made = office(tmp_path / "books", drafts=0) if keeps else Office(tmp_path / "books")
    company = made.root / "company.beancount"
    company.write_text(company.read_text("utf-8").replace('"{year}-{number:04}"', '"{number}"'), "utf-8")
    made.draft("d1", DRAFT.format(n=1, c=1, currency="NOK").replace("Draft 1", "\u65e5 1"))
    made.draft("d2", DRAFT.format(n=2, c=1, currency="NOK"))
    before = made.files()
    day = "2026-11-25"
    told = "no font has \u201c\u65e5\u201d of \u201c\u65e5 1\u201d; put a font file that has them"
    why = f"drafts/d1.beancount:2: it cannot be filed: Invoice NUMBER: {told}"
    check, trial = made.run("draft", "check", "--as-of", day), made.run("issue", "--all", "--dry-run", "--date", day)
    assert made.files() == before
    if not keeps:
        assert (check.status, check.out) == (1, "2 of 2 drafts can be issued\n")
        assert f"drafts/d1.beancount:2: Invoice 1: {told}" in check.err
        assert (trial.status, f"1: cannot be sent as it is, since Invoice 1: {told}" in trial.err) == (0, True)
        return
    assert (check.status, check.out, why in check.err) == (1, "1 of 2 drafts can be issued\n", True), check
    assert (trial.status, why in trial.err, trial.out[:2]) == (1, True, "1 "), trial
    done = made.run("issue", "--all", "--date", day)
    assert (done.status, done.err) == (1, trial.err.replace("would be refused, 1 would be", "were refused, 1"))


def test_a_document_that_cannot_be_filed_keeps_back_no_other(tmp_path: Path) -> None:
    """Of three, the second names an attachment that is not there: it is filed when that is."""
    made = office(tmp_path / "books", drafts=3)
    path = made.root / "invoices" / "2026.beancount"
    attached = '  attachment: "hours"\n  attachment-file: "hours.csv"\n  due:'
    before, found, after = path.read_text("utf-8").partition('  invoice: "2026-0002"\n')
    path.write_text(before + found + after.replace("  due:", attached, 1), "utf-8")
    done = made.run("archive", "file", "--all")
    assert (done.status, done.out.splitlines()[0]) == (1, "2 documents filed")
    assert done.err == (
        "2026-0002: the attachment hours.csv is not there; put the file there, or mend `attachment-file`\n"
        "billtext: 1 of 3 documents cannot be filed; mend what is said above\n"
    )
    assert sorted(name[-13:] for name in filed(made)) == ["2026-0001.pdf", "2026-0003.pdf"]
    (made.root / "hours.csv").write_text("8\n", "utf-8")
    assert made.run("archive", "file", "--all").status == 0
    assert made.get("archive", "verify") == "3 files as filed\n"


def test_what_cannot_be_filed_is_not_issued(tmp_path: Path) -> None:
    """A template that is wrong, and a file that stands there already, leave the draft and the ledger as they were."""
    made = office(tmp_path / "books", drafts=0)
    made.draft("d", DRAFT.format(n=1, c=1, currency="NOK"))
    template = made.root / "templates" / "invoice.typ"
    template.parent.mkdir()
    template.write_text('#panic("no")\n', "utf-8")
    before = made.files()
    done = made.run("issue", "d", "--date", "2026-11-25")
    assert (done.status, "drafts/d.beancount:2: it cannot be filed: " in done.err) == (1, True), done
    assert made.files() == before
    template.unlink()
    there = made.root / "documents" / C1 / "2026-11-25.2026-0001.pdf"
    there.parent.mkdir(parents=True)
    there.write_bytes(b"mine")
    before = made.files()
    done = made.run("issue", "d", "--date", "2026-11-25")
    assert (done.status, "is there already and is not written over" in done.err) == (1, True), done
    assert made.files() == before


def test_issuing_files_nothing_in_a_ledger_without_an_archive(tmp_path: Path) -> None:
    """Neither where Beancount is not told to look, nor where the directory is not there."""
    for name, there in (("told", False), ("there", True)):
        made = Office(tmp_path / name)
        if there:
            (made.root / "documents").mkdir()
        made.draft("d", DRAFT.format(n=1, c=1, currency="NOK"))
        made.get("issue", "d", "--date", "2026-11-24")
        assert not (made.root / "documents" / C1).exists()
        assert made.book().ledger.filed == ()


def test_a_paper_gets_a_name_of_its_kind_and_document(tmp_path: Path) -> None:
    """No letter of the paper's own name is in it but its ending, and the next one gets a number."""
    made = office(tmp_path / "books")
    said = add(made, scan(tmp_path))
    assert said.startswith(f'2026-11-26 custom "filed" "{C1}/2026-11-26.contract.pdf"\n  kind: "contract"\n')
    add(made, scan(tmp_path, "b.pdf", b"other"))
    add(made, scan(tmp_path, "c.tar.gz", b"third"), "--document", "2026-0002", kind="order")
    add(made, scan(tmp_path, "d.b?d", b"fourth"), kind="letter")
    assert filed(made) == {
        f"{C1}/2026-11-26.contract.pdf": HELLO, f"{C1}/2026-11-26.contract_2.pdf": b"other",
        f"{C1}/2026-11-26.order-2026-0002.gz": b"third", f"{C1}/2026-11-26.letter.bin": b"fourth",
    }  # fmt: skip
    one = next(one for one in made.book().ledger.filed if one.kind == "contract" and one.sha256 == HASH)
    assert (one.label, one.customer, one.document, one.date) == ("Frame", "C1", "", datetime.date(2026, 11, 26))
    assert "Nordmann" not in "".join(made.files())


def test_a_file_that_nobody_filed_is_not_written_over(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    there = made.root / "documents" / C1 / "2026-11-26.contract.pdf"
    there.parent.mkdir(parents=True)
    there.write_bytes(b"mine")
    add(made, scan(tmp_path))
    assert there.read_bytes() == b"mine"
    assert filed(made)[f"{C1}/2026-11-26.contract_2.pdf"] == HELLO


def test_a_customer_without_an_account_gets_one(tmp_path: Path) -> None:
    """Beancount finds the paper of a customer who was never billed."""
    made = office(tmp_path / "books", drafts=0)
    add(made, scan(tmp_path))
    entries, errors, _ = loader.load_file(str(made.main))
    assert not errors
    assert [one.account for one in entries if isinstance(one, Document)] == ["Assets:Receivable:C1"]


def test_a_paper_may_be_of_a_closed_month(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    made.get("close", "2026-11", "--date", "2026-12-01")
    add(made, scan(tmp_path))
    assert "2 documents filed" in made.get("archive", "file", "--month", "2026-11")
    assert made.run("verify").status == 0
    assert made.run("check").status == 0


@pytest.mark.parametrize(
    ("args", "status", "words"),
    [
        (["--customer", "C9"], 1, "customer C9 is not in the register"),
        (["--document", "2026-0009"], 1, "there is no document 2026-0009"),
        (["--document", "2026-0001"], 1, "2026-0001 is of customer C2, not C1"),
        (["--date", "2026-11-24"], 1, "is opened on 2026-11-25, after 2026-11-24"),
        (["--label", "\u202e "], 1, "the label is empty"),
        (["--label", "x" * 201], 1, "the label has 201 characters; shorten it to 200"),
        (["--kind", "invoice"], 2, "'invoice' is not one of"),
        (
            ["--date", "2027-01-01"],
            1,
            "2027-01-01 is after 2026-12-31, the day on which the paper is filed; correct --date,",
        ),
    ],
)
def test_what_does_not_belong_is_refused(tmp_path: Path, args: list[str], status: int, words: str) -> None:
    made = office(tmp_path / "books")
    before = made.files()
    given = ["--customer", "C1", "--kind", "contract", "--label", "x", "--date", "2026-11-26",
             "--as-of", "2026-12-31", *args]  # fmt: skip
    done = made.run("archive", "add", scan(tmp_path), *given)
    assert (done.status, words in done.err) == (status, True), done
    assert made.files() == before


def test_a_label_is_one_line(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    given = ["--customer", "C1", "--kind", "contract", "--label", "Frame\nagreement \t 2026 ", "--date", "2026-11-26"]
    assert '  label: "Frame agreement 2026"\n' in made.get("archive", "add", scan(tmp_path), *given)


def test_a_day_to_come_is_refused_unless_it_is_said(tmp_path: Path) -> None:
    """Today where nothing is said; --as-of takes a contract that is dated ahead."""
    made = office(tmp_path / "books", drafts=0)
    command = ["archive", "add", scan(tmp_path), "--customer", "C1", "--kind", "contract", "--label", "Frame"]
    assert made.run(*command, "--date", "2199-12-31", "--dry-run").status == 1
    assert made.run(*command, "--date", "2020-01-01", "--dry-run").status == 0
    made.get(*command, "--date", "2027-01-01", "--as-of", "2027-01-01")
    assert list(filed(made)) == [f"{C1}/2027-01-01.contract.pdf"]


def test_a_paper_of_the_last_day_is_kept(tmp_path: Path) -> None:
    """Three years and a half from the end of 2199, the last that is typed; of 9999, by hand, to the end."""
    made = office(tmp_path / "books", drafts=0)
    made.get("archive", "add", scan(tmp_path), "--customer", "C1", "--kind", "contract", "--label", "Frame",
             "--date", "2199-12-31", "--as-of", "2199-12-31")  # fmt: skip
    kept = json.loads(made.get("archive", "retention", "--as-of", "2199-12-31", "--format", "json"))
    assert [one["until"] for one in kept] == ["2203-06-30"]
    paper = next(made.root.rglob("2199-12-31.contract.pdf"))
    paper.rename(paper.with_name("9999-12-31.contract.pdf"))
    text = made.root / "follow-up" / "2199.beancount"
    text.write_text(text.read_text("utf-8").replace("2199-12-31", "9999-12-31"), "utf-8")
    found = filing.retention(made.book(), archive.periods("NO", datetime.date(2026, 1, 1)), datetime.date.max)
    assert [(one.until, one.free) for one in found] == [(datetime.date.max, False)]


def test_hostile_files_are_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = office(tmp_path / "books")
    before = made.files()
    monkeypatch.setattr(archive, "LARGEST", 1 << 20)
    link, pipe, sparse = tmp_path / "link", tmp_path / "pipe", tmp_path / "sparse"
    link.symlink_to(scan(tmp_path))
    os.mkfifo(pipe)
    with sparse.open("wb") as file:
        file.truncate((1 << 20) + 1)
    for path, words in (
        (link, "is a link"), (pipe, "is no plain file"), (sparse, "has more than 1 MB"), (tmp_path, "is a directory"),
        (tmp_path / "none", "No such file"), (tmp_path / ("n" * 300), "File name too long"),
        (Path(scan(tmp_path, "empty", b"")), "is empty"),
    ):  # fmt: skip
        done = made.run("archive", "add", str(path), "--customer", "C1", "--kind", "other", "--label", "x",
                        "--date", "2026-11-26", "--as-of", "2026-12-31")  # fmt: skip
        assert (done.status, done.err.count("\n"), words in done.err) == (2, 1, True), done
    assert made.files() == before


def test_a_name_with_a_line_end_leaves_no_trace(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    add(made, scan(tmp_path, 'x\n2026-01-01 open Assets:Evil".p/df'.replace("/", "")))
    assert list(filed(made)) == [f"{C1}/2026-11-26.contract.pdf"]
    assert "Evil" not in (made.root / "follow-up" / "2026.beancount").read_text("utf-8")


def test_a_hostile_name_is_told_on_one_line(tmp_path: Path) -> None:
    """Neither its line end nor the mark that turns a text around reaches the terminal."""
    made = office(tmp_path / "books", drafts=0)
    paper = scan(tmp_path, "x\ny\u202egpj.pdf")
    add(made, paper)
    done = made.run("archive", "add", paper, "--customer", "C1", "--kind", "other", "--label", "x",
                    "--date", "2026-11-26", "--as-of", "2026-12-31")  # fmt: skip
    assert (done.status, done.err.count("\n"), "\u202e" in done.err) == (1, 1, False)
    assert "is filed already as" in done.err


def test_a_directory_that_is_a_link_is_refused(tmp_path: Path) -> None:
    """Neither out of the ledger nor into another customer's directory."""
    made = office(tmp_path / "books")
    (made.root / "documents" / "Assets" / "Receivable").mkdir(parents=True)
    place = made.root / "documents" / C1
    for target in (tmp_path / "elsewhere", made.root / "documents" / "Assets"):
        target.mkdir(exist_ok=True)
        place.symlink_to(target)
        done = made.run("archive", "add", scan(tmp_path), "--customer", "C1", "--kind", "other", "--label", "x",
                        "--date", "2026-11-26", "--as-of", "2026-12-31")  # fmt: skip
        assert (done.status, "is a link" in done.err) == (1, True), done
        place.unlink()
    assert not filed(made)


def test_the_same_paper_is_not_filed_twice(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    paper = scan(tmp_path)
    add(made, paper)
    done = made.run("archive", "add", paper, "--customer", "C1", "--kind", "other", "--label", "x",
                    "--date", "2026-11-27", "--as-of", "2026-12-31")  # fmt: skip
    assert (done.status, f"filed already as documents/{C1}/2026-11-26.contract.pdf\n" in done.err) == (1, True)


def test_what_was_filed_and_is_lost_is_not_called_filed(tmp_path: Path) -> None:
    """Neither a paper nor a document: both say what is missing, and a paper that is at hand, where to put it."""
    made = office(tmp_path / "books")
    paper = scan(tmp_path)
    add(made, paper)
    assert made.run("archive", "file", "2026-0001").status == 0
    for one in (made.root / "documents").rglob("*.pdf"):
        one.unlink()
    before = made.files()
    done = made.run("archive", "add", paper, "--customer", "C1", "--kind", "other", "--label", "x",
                    "--date", "2026-11-27", "--as-of", "2026-12-31")  # fmt: skip
    told = f"is filed already as documents/{C1}/2026-11-26.contract.pdf, but it is not there: copy {paper} there"
    assert (done.status, told in done.err) == (1, True), done.err
    done = made.run("archive", "file", "2026-0001")
    assert (done.status, "2026-0001.pdf: it is not there, and 2026-0001 was filed there" in done.err) == (1, True)
    assert made.files() == before
    (made.root / "documents" / C1 / "2026-11-26.contract.pdf").symlink_to(paper)
    done = made.run("archive", "add", paper, "--customer", "C1", "--kind", "other", "--label", "x",
                    "--date", "2026-11-27", "--as-of", "2026-12-31")  # fmt: skip
    assert done.err.endswith("but it is a link now, or behind one: see `billtext archive verify`\n"), done.err
    (made.root / "documents" / C1 / "2026-11-26.contract.pdf").unlink()
    Path(paper).rename(made.root / "documents" / C1 / "2026-11-26.contract.pdf")
    found = made.run("archive", "verify").out
    assert ("2026-0001.pdf" in found, "contract" in found) == (True, False)


def test_a_document_that_there_is_not_is_told(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    for command in (("list",), ("find", "x")):
        done = made.run("archive", *command, "--document", "2026-9999")
        assert (done.status, done.err) == (
            1, "billtext: there is no document 2026-9999; `billtext invoice list` shows them\n",
        )  # fmt: skip


def test_a_ledger_without_an_archive_is_told_how_to_get_one(tmp_path: Path) -> None:
    made = Office(tmp_path / "books")
    done = made.run("archive", "add", scan(tmp_path), "--customer", "C1", "--kind", "other", "--label", "x",
                    "--date", "2026-11-26", "--as-of", "2026-12-31")  # fmt: skip
    assert (done.status, 'write `option "documents" "documents"` into main.beancount' in done.err) == (1, True)
    assert not (made.root / "documents").exists()


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    before = made.files()
    assert HASH in add(made, scan(tmp_path), "--dry-run")
    assert '"Assets/Receivable/C2/2026-11-25.2026-0001.pdf"' in made.get("archive", "file", "--all", "--dry-run")
    assert made.files() == before


def test_verify_finds_what_is_changed_missing_and_foreign(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    made.get("archive", "file", "--all")
    for n in range(3):
        add(made, scan(tmp_path, f"{n}.pdf", b"%d" % n))
    base = made.root / "documents"
    first, second, third = (base / C1 / f"2026-11-26.contract{end}.pdf" for end in ("", "_2", "_3"))
    first.write_bytes(b"9")
    second.unlink()
    third.rename(tmp_path / "moved")  # the right bytes, behind a link
    third.symlink_to(tmp_path / "moved")
    (base / C1 / "2026-11-26.note.txt").write_text("who put this here?", "utf-8")
    (base / C1 / "more").symlink_to(tmp_path)
    (base / "Assets" / "Bank").mkdir()
    (base / "Assets" / "Bank" / "2026-11-30.statement.pdf").write_bytes(b"not of the archive")
    (base / ".gitkeep").touch()
    (base / C1 / ".trash").mkdir()
    (base / C1 / ".trash" / "2026-11-26.old.txt").touch()
    done = made.run("archive", "verify", "--format", "json")
    assert done.status == 1
    assert {(one["file"].removeprefix(f"{C1}/"), one["state"]) for one in json.loads(done.out)} == {
        ("2026-11-26.contract.pdf", "changed"), ("2026-11-26.contract_2.pdf", "missing"),
        ("2026-11-26.contract_3.pdf", "changed"), ("2026-11-26.note.txt", "foreign"), ("more", "foreign"),
    }  # fmt: skip
    assert "2 files as filed, 3 not, 2 that nobody filed\n" in made.run("archive", "verify").out


@pytest.mark.parametrize("name", ["../company.beancount", "{root}/company.beancount"])
def test_a_name_that_leads_out_of_the_archive_is_no_file_of_it(tmp_path: Path, name: str) -> None:
    """Written by hand, with the right hash: it is not read, whatever stands there."""
    made = office(tmp_path / "books")
    file, sha256 = (
        name.format(root=made.root),
        hashlib.sha256((made.root / "company.beancount").read_bytes()).hexdigest(),
    )
    with (made.root / "follow-up" / "2026.beancount").open("a", encoding="utf-8") as ledger:
        ledger.write(
            f'\n2026-11-26 custom "filed" "{file}"\n  kind: "letter"\n  customer: "C1"\n  sha256: "{sha256}"\n'
        )
    done = made.run("archive", "verify", "--format", "csv")
    assert (done.status, f"missing,{file},its name leads elsewhere\n" in done.out) == (1, True)


def test_lists_find_by_each_thing(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    made.get("archive", "file", "--all")
    add(made, scan(tmp_path), date="2026-12-01")
    add(made, scan(tmp_path, "o", b"o"), "--document", "2026-0002", kind="order")

    def names(*args: str) -> list[str]:
        return [Path(one["file"]).name for one in json.loads(made.get("archive", *args, "--format", "json"))]

    one, two = "2026-11-25.2026-0001.pdf", "2026-11-25.2026-0002.pdf"
    order, contract = "2026-11-26.order-2026-0002.bin", "2026-12-01.contract.pdf"
    assert names("list") == [two, one, order, contract]
    assert names("list", "--customer", "C2") == [one]
    assert names("list", "--kind", "order", "--kind", "contract") == [order, contract]
    assert names("list", "--from", "2026-11-26", "--to", "2026-11-30") == [order]
    assert names("list", "--document", "2026-0002") == [two, order]
    assert names("list", "--label", "FRAME") == [order, contract]
    assert names("find", "müller") == [one]
    assert made.run("archive", "list", "--customer", "C9").status == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.parametrize(("words", "name"), [(["archive", "catalogue"], "a.csv"), (["customer", "export"], "a")])
def test_a_pipe_or_device_is_written_to_and_stays(tmp_path: Path, words: list[str], name: str) -> None:
    """`--out /dev/null` of somebody who may do everything would else put a file in the place of the device."""
    made = office(tmp_path / "o")
    pipe = tmp_path / name
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        made.get(*words, "--out", str(pipe))
        assert os.read(reader, 1 << 16).count(b"\n") >= 1
    finally:
        os.close(reader)
    assert pipe.is_fifo()
    assert {path.name for path in tmp_path.iterdir()} == {name, "o"}


def test_the_catalogue_is_markdown_or_csv(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    made.get("archive", "add", scan(tmp_path), "--customer", "C1", "--kind", "other", "--label", "=1+1 | <b>",
             "--date", "2026-11-26", "--as-of", "2026-12-31")  # fmt: skip
    out = tmp_path / "out.csv"
    made.get("archive", "catalogue", "--out", str(out))
    (row,) = csv.DictReader(out.open(encoding="utf-8"))
    assert (row["name"], row["sha256"]) == ("Nordlys Interiør AS", HASH)
    assert row["label"].startswith("'=")  # no formula in a spreadsheet
    shown = made.get("archive", "catalogue")
    assert shown.startswith("## Archive\n\n| Date |")
    assert "<b>" not in shown
    assert made.run("archive", "catalogue", "--out", str(made.main)).status == 2
    for name in ("order.csv", "new/list.md"):
        done = made.run("archive", "catalogue", "--out", str(made.main.parent / "documents" / name))
        assert (done.status, "is in the archive, where nothing is written over" in done.err) == (2, True)


def test_retention_is_by_law_and_by_what_is_open(tmp_path: Path) -> None:
    """2026 and five years is the end of 2031; three and a half years after 2026 is 30 June 2030."""
    made = office(tmp_path / "books")
    made.get("archive", "file", "--all")
    add(made, scan(tmp_path))
    add(made, scan(tmp_path, "o", b"o"), "--document", "2026-0002", kind="order", date="2027-01-04")
    made.get("pay", "C1", "4.00", "--invoice", "2026-0002", "--date", "2027-02-01")

    def kept(day: str) -> dict[str, tuple[str, bool]]:
        found = json.loads(made.get("archive", "retention", "--as-of", day, "--format", "json"))
        return {
            "order" if one["kind"] == "order" else one["document"] or one["kind"]: (
                one["until"], one["may_be_destroyed"]
            )
            for one in found
        }  # fmt: skip

    until = {"2026-0001": "2031-12-31", "2026-0002": "2031-12-31", "contract": "2030-06-30", "order": "2031-06-30"}
    for day, free in (
        ("2030-06-30", set()), ("2030-07-01", {"contract"}), ("2031-07-01", {"contract", "order"}),
        ("2032-01-01", {"contract", "order", "2026-0002"}),  # 2026-0001 is never paid
    ):  # fmt: skip
        assert kept(day) == {name: (last, name in free) for name, last in until.items()}
    found = json.loads(made.get("archive", "retention", "--as-of", "2032-01-01", "--format", "json"))
    assert [one["why"] for one in found if one["document"] == "2026-0001"] == ["2026-0001 is still open"]


def test_an_open_item_keeps_the_papers_of_its_customer(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    add(made, scan(tmp_path))
    (one,) = json.loads(made.get("archive", "retention", "--as-of", "2031-01-01", "--format", "json"))
    assert (one["may_be_destroyed"], one["why"]) == (False, "customer C1 has something still open")


def test_what_is_owed_after_a_merge_keeps_the_papers(tmp_path: Path) -> None:
    """The claim of C1 is P1's now, under another name, and so is what C1 owes beside its documents."""
    made = office(tmp_path / "books")
    made.get("archive", "file", "--all")
    add(made, scan(tmp_path))
    made.get("customer", "merge", "C1", "P1", "--date", "2026-12-01", "--reason", "typed twice")

    def free() -> set[str]:
        found = json.loads(made.get("archive", "retention", "--as-of", "2033-01-01", "--format", "json"))
        return {one["document"] or one["kind"] for one in found if one["may_be_destroyed"]}

    assert free() == set()  # nothing is paid
    owed = json.loads(made.get("open-items", "--as-of", "2032-01-01", "--customer", "P1", "--format", "json"))
    (name, amount) = next((one["number"], one["open"]) for one in owed if one["number"])
    made.get("pay", "P1", amount, "--invoice", name, "--date", "2027-02-01")
    assert free() == {"2026-0002", "contract"}


def test_no_period_is_guessed(tmp_path: Path) -> None:
    made = office(tmp_path / "books")
    add(made, scan(tmp_path))
    company = made.root / "company.beancount"
    text = company.read_text("utf-8")
    company.write_text(text.replace('"Fjordlys Elektro AS"\n', '"Fjordlys Elektro AS"\n  country: "SE"\n'), "utf-8")
    done = made.run("archive", "retention", "--as-of", "2031-01-01")
    assert (done.status, "not known to billtext, which knows NO" in done.err) == (1, True)


KILLS = {"add": 40, "issue": 700}


def test_add_killed_at_every_step(tmp_path: Path) -> None:
    """The file is there with its directive, whole, or neither is."""
    paper = b"scan\n" * 20_000
    outside = scan(tmp_path, content=paper)

    def check(made: Office) -> bool:
        there = filed(made)
        assert there in ({}, {f"{C1}/2026-11-26.contract.pdf": paper})
        assert [one.file for one in made.book().ledger.filed] == list(there)
        assert made.run("archive", "verify").status == 0
        return bool(there)

    command = ["archive", "add", outside, "--customer", "C1", "--kind", "contract", "--label", "Frame",
               "--date", "2026-11-26", "--as-of", "2026-12-31"]  # fmt: skip
    assert every_kill(tmp_path, office, command, check) >= KILLS["add"]


def test_issue_with_an_archive_killed_at_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document, its files and their hashes are there, all of them, or none is and the draft waits."""
    there = b"%PDF of 2026-0001\n" * 5000
    # Typst has threads, and is not used in the copies of this process that are killed.
    monkeypatch.setattr(pdf, "document", lambda *_, **__: there)

    def make(root: Path) -> Office:
        fresh = office(root, drafts=0)
        attached = '  attachment: "hours"\n  attachment-file: "hours.csv"\n  customer:'
        fresh.draft("d", DRAFT.format(n=1, c=1, currency="NOK").replace("  customer:", attached))
        (root / "hours.csv").write_text("8\n", "utf-8")
        return fresh

    def check(made: Office) -> bool:
        book = made.book()
        issued = [document.number for document in book.documents]
        assert [one.document for one in book.ledger.filed if one.kind == "invoice"] == issued
        assert [one.document for one in book.ledger.filed if one.kind == "attachment"] == issued
        assert list(filed(made).values()) == [each for _ in issued for each in (there, b"8\n")]
        assert ('! "Draft 1"' in (made.root / "drafts" / "d.beancount").read_text("utf-8")) != bool(issued)
        assert made.run("archive", "verify").status == 0
        assert made.run("verify").status == 0
        return bool(issued)

    assert every_kill(tmp_path, make, ["issue", "d", "--date", "2026-11-25"], check) >= KILLS["issue"]


def test_the_examples_of_the_guide_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands run in order on a copy of the demo."""
    demo = PAGE.parents[2] / "ledger"
    shutil.copytree(demo, tmp_path / "ledger")
    monkeypatch.chdir(tmp_path)
    scan(tmp_path, "scan.pdf")
    scan(tmp_path, "po.pdf", b"po")
    made = Office.__new__(Office)
    made.root, made.main = tmp_path / "ledger", tmp_path / "ledger" / "main.beancount"
    commands = re.findall(r"^\$ billtext (.*)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(commands) > 10
    for typed in commands:
        command = f"{typed} --as-of 2026-12-31" if typed.startswith("archive add") else typed  # whatever the clock says
        done = made.run(*shlex.split(command))
        assert done.status == 0, (command, done)
