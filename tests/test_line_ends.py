"""Files with the line ends of Windows: a change touches no line but its own."""

from pathlib import Path

import pytest

from billtext.outside import files, switching
from office import Office

INVOICE = """
2026-01-01 open Assets:Receivable:C1

2026-01-05 * "Nordlys Interiør AS" "Work" ^2026-0001
  invoice: "2026-0001"
  due: 2026-01-19
  Assets:Receivable:C1     1000.00 NOK
  Income:Sales            -1000.00 NOK
"""
DRAFT = """\
2026-02-0{n} ! "Work"
  invoice:
  customer: "C1"
  Income:Sales
    item: "CONS"
    quantity: {n}
"""
QUOTE = """\
2026-02-01 ! "Charging boxes"
  quote: "Q2026-0001"
  customer: "C1"
  Income:Sales
    item: "CONS"
    quantity: 2
"""
TEMPLATE = """\
2026-02-01 ! "Agreement, {month} {year}"
  invoice:
  customer: "C1"
  every: "month"
  until: 2026-02-28
  Income:Sales
    item: "CONS"
"""


class Windows(Office):
    """An office whose files have the line ends of Windows."""

    def convert(self) -> None:
        for path in self.root.rglob("*.beancount"):
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    def bytes(self, name: str) -> bytes:
        return (self.root / name).read_bytes()


@pytest.fixture
def office(tmp_path: Path) -> Windows:
    made = Windows(tmp_path / "ledger")
    path = made.root / "invoices" / "2026.beancount"
    path.write_text(path.read_text("utf-8") + INVOICE, "utf-8")
    for name, text in (("recurring/agreement", TEMPLATE), ("quotes/boxes", QUOTE)):
        (made.root / name).parent.mkdir()
        (made.root / f"{name}.beancount").write_text(text, "utf-8")
    made.draft("two", DRAFT.format(n=1) + "\n" + DRAFT.format(n=2))
    made.convert()
    return made


def added(before: bytes, after: bytes) -> list[bytes]:
    """Lines that a file has got; all others are there as they were, byte for byte, and in their order."""
    old, found = before.splitlines(keepends=True), []
    for line in after.splitlines(keepends=True):
        if old and line == old[0]:
            del old[0]
        else:
            found.append(line)
    assert not old
    return found


def test_seal_adds_its_line(office: Windows) -> None:
    """One line, below the first of the document, with the file's line end."""
    before = office.bytes("invoices/2026.beancount")
    office.get("seal")
    (line,) = added(before, office.bytes("invoices/2026.beancount"))
    assert line.startswith(b"  seal: ")
    assert line.endswith(b'"\r\n')
    assert office.run("verify").status == 0


def test_a_payment_is_appended(office: Windows) -> None:
    """Every line of the file still ends as the first."""
    before = office.bytes("payments/2026.beancount")
    office.get("pay", "C1", "1000", "--date", "2026-01-10")
    after = office.bytes("payments/2026.beancount")
    assert after.startswith(before)
    assert after.count(b"\n") == after.count(b"\r\n") > before.count(b"\n")


def test_what_stays_of_a_drafts_file(office: Windows) -> None:
    """The first of two drafts is issued: the second stays as it was."""
    office.get("issue", "two:1", "--date", "2026-02-10")
    assert office.bytes("drafts/two.beancount") == DRAFT.format(n=2).replace("\n", "\r\n").encode()
    invoices = office.bytes("invoices/2026.beancount")
    assert invoices.count(b"\n") == invoices.count(b"\r\n")


def test_recurring_remembers(office: Windows) -> None:
    """One line more in the template."""
    before = office.bytes("recurring/agreement.beancount")
    office.get("recurring", "run", "--as-of", "2026-02-01")
    assert added(before, office.bytes("recurring/agreement.beancount")) == [b"  drafted: 2026-02-01\r\n"]


def test_a_quote_is_accepted(office: Windows) -> None:
    """What became of it stands below it."""
    before = office.bytes("quotes/boxes.beancount")
    office.get("quote", "accept", "Q2026-0001", "--date", "2026-02-03")
    after = office.bytes("quotes/boxes.beancount")
    assert after.startswith(before)
    assert after.count(b"\n") == after.count(b"\r\n") > before.count(b"\n")


def test_mixed_line_ends_stay() -> None:
    """Each line keeps its own; a new one ends as most do."""
    assert files.kept("a\nb\nnew\nc\nd", "a\r\nb\nc\r\nd") == "a\r\nb\nnew\r\nc\r\nd"
    assert files.kept("b\nc\n", "a\r\nb\nc\n") == "b\nc\n"


def test_what_an_import_appends_has_the_line_ends_of_its_file(tmp_path: Path) -> None:
    """It is written in parts: a comment first, then the documents."""
    (tmp_path / "2026.beancount").write_bytes(b"; one\r\n; two\r\n")
    with switching.Switch(tmp_path) as switch:
        for text in ("; three\n", "; four\n; five\n"):
            with switch.writing(tmp_path / "2026.beancount", append=True) as file:
                file.write(text)
        with switch.writing(tmp_path / "new.beancount", append=True) as file:
            file.write("; one\n")
        switch.commit()
    assert (tmp_path / "2026.beancount").read_bytes() == b"; one\r\n; two\r\n; three\r\n; four\r\n; five\r\n"
    assert (tmp_path / "new.beancount").read_bytes() == b"; one\n"
