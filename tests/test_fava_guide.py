"""The guide's page about Fava: what it says to paste works, and what it names is there."""

import re
from pathlib import Path

import guide_room as room
from fava_office import FavaOffice, sentence

PAGE = room.page("fava")
LINES = re.findall(r"```beancount\n(.*?)```", PAGE, re.DOTALL)


def test_the_line_to_paste(tmp_path: Path) -> None:
    """The sidebar has the receivables, in the reader's language, and only shows."""
    office = FavaOffice(tmp_path, more=LINES[0])
    assert '"report_title":"Receivables"' in office.ask().get_data(as_text=True)
    norwegian = office.client.get(office.base, headers={"Accept-Language": "nb"}).get_data(as_text=True)
    assert '"report_title":"Kundefordringer"' in norwegian
    assert "pay/C1" not in office.shown("customers/C1")


def test_the_option_to_paste(tmp_path: Path) -> None:
    """Then there are the buttons that the page names."""
    office = FavaOffice(tmp_path, more=LINES[0] + LINES[1])
    page = office.shown("customers/C1")
    for word in ("Register a payment", "Set money against a document", "CSV"):
        assert re.search(f">{word}</(a|summary)>", page), word
        assert f"**{word}**" in PAGE


def test_the_name_to_paste(tmp_path: Path) -> None:
    office = FavaOffice(tmp_path, more=LINES[2] + LINES[1])
    sent = {"token": office.token("pay/C1"), "amount": "1.00", "date": "2026-06-01"}
    for host, status in (("books.example.com", 303), ("other.example.com", 403)):
        headers = {"Origin": f"https://{host}"}
        answer = office.client.post(
            f"{office.base}act?page=pay/C1", base_url=f"http://{host}", data=sent, headers=headers
        )
        assert answer.status_code == status
    assert sentence(answer).startswith("Fava is called other.example.com here, which the ledger does not know.")


def test_the_filters_of_the_table(tmp_path: Path) -> None:
    """On the demo company: each names one customer, or its invoice."""
    place = room.demo(tmp_path)
    office = FavaOffice.__new__(FavaOffice)
    office.root, office.main = place, place / "ledger" / "main.beancount"
    office.start()
    told = {"account": "Assets:Receivable:C00028", "filter": "^2026-0048"}
    for name, value in told.items():
        assert f"`{value}`" in PAGE
        assert re.findall(r"<td>(C\d+)</td>", office.shown("customers", **{name: value})) == ["C00028"] * 2
    assert '`payee:"Havkraft"`' in PAGE
    assert set(re.findall(r"<td>(C\d+)</td>", office.shown("customers", filter='payee:"Havkraft"'))) == {"C00028"}


def test_a_new_ledger_has_it(tmp_path: Path) -> None:
    """`billtext init` writes the line; so does the demo company, and `make serve` starts Fava on that."""
    command = ["init", "books", "--name", "Nordlys AS", "--country", "NO", "--yes"]
    room.typed(room.billtext(" ".join(f"'{word}'" for word in command)), tmp_path)
    for company in (tmp_path / "books" / "company.beancount", room.ROOT / "ledger" / "company.beancount"):
        assert re.search(
            r'^\d{4}-\d\d-\d\d custom "fava-extension" "billtext.fava"', company.read_text("utf-8"), re.MULTILINE
        )
    make = (room.ROOT / "Makefile").read_text("utf-8")
    assert "serve: $(READY)\n\t$(BIN)/fava $(DEMO)\n" in make
