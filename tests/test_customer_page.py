"""The page of a customer and that of a document: the figures of the commands, and what stands beside the books."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from billtext.ledger import load
from billtext.rendering import pages
from billtext.rendering.language import Language
from billtext.rendering.pages import tables
from billtext.rendering.pages.card import ATTACHED, FIELDS, HEAD
from billtext.rendering.pages.frame import Frame
from billtext.rendering.pages.leads import Leads
from billtext.rendering.pages.papers import CHANNELS, OUTCOMES, PAPERS, SEALS
from billtext.rules import book
from billtext.rules.book import Book
from conftest import Read
from site_room import DAY, DEMO, billtext

MORE = """
2026-03-03 custom "delivery" "2026-0012"
  channel: "email"
  outcome: "bounced"
  time: "2026-03-03T10:15:00+01:00"
  reason: "5.1.1 <b>unknown</b>"
2026-03-04 custom "delivery" "2026-0012"
  channel: "print"
2026-04-02 custom "delivery" "C00017"
  statement: "2026-03"
  channel: "email"
2026-03-02 custom "filed" "Assets/Receivable/C00017/2026-03-02.2026-0012.pdf"
  kind: "invoice"
  customer: "C00017"
  document: "2026-0012"
  label: "Consulting"
  sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
2026-01-05 custom "filed" "Assets/Receivable/C00017/2026-01-05.contract.pdf"
  kind: "contract"
  customer: "C00017"
  label: "Frame agreement"
  sha256: "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The demo ledger with deliveries and files of the archive."""
    more = tmp_path_factory.mktemp("more") / "main.beancount"
    more.write_text(f'include "{DEMO}"\n{MORE}', "utf-8")
    return book.build(load.load(more).entries, load.sources)


def asked(*words: str) -> Any:
    done = billtext(DEMO.parent, "-f", str(DEMO), *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def page(found: Book, address: str, day: date = DAY, language: str = "en", **more: Any) -> Any:
    made = pages.find(Frame(found, day, revision="", language=language, **more), address)
    assert made is not None
    return lxml.html.fromstring(f"<section>{made.body}</section>")


def text(element: Any) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def table(root: Any, label: str) -> list[list[str]]:
    """The rows of the first table of a name."""
    (found, *_) = root.xpath(f"//div[starts-with(@aria-label, {label!r})]/table/tbody")
    return [[text(cell) for cell in row] for row in found]


def test_the_card_is_that_of_customer_show(demo: Book) -> None:
    for day in (date(2025, 3, 1), DAY):
        card = asked("customer", "show", "C00017", "--as-of", str(day))
        root = page(demo, "customers/C00017", day)
        shown = {text(each[0]): text(each[1]) for each in root.xpath("//dl[@class='r-card']/div")}
        assert shown["E-mail"] == card["email"]
        assert card["terms"] in ("net-14", "net-30")
        assert shown["Terms"] == f"{card['terms'].removeprefix('net-')} days net"
        assert f"{card['postal-code']} {card['city']}" in shown["Address"]
        owed = text(root.xpath("//dl[@class='r-figures']")[0][0].find("dd/b"))
        assert owed.replace(",", "") == card["balance"].get("NOK", "0.00")


CODES = """
option "operating_currency" "NOK"
2020-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2020-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT
2020-01-01 custom "terms" "b2b" ; thirty days until 2025, then forty-five from the end of the month
  days: 30
  discount: 2.5
  discount-days: 8
2025-01-01 custom "terms" "b2b"
  days: 45
  end-of-month: TRUE
  discount: 0
2020-01-01 custom "terms" "cash"
  days: 0
2020-01-01 custom "terms" "day"
  days: 1
2020-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
  kind: "company"
  country: "DE"
  channel: "ehf"
  attach: "pdf+xml"
  language: "nb"
  terms: "b2b"
  vat: "S25"
  hold: FALSE
  segment: "b2b"
2026-01-01 custom "customer" "C1"
  channel: "email"
  language: "en"
  terms: "cash"
2026-02-01 custom "customer" "C1"
  channel: "none"
  terms: "day"
"""


@pytest.mark.parametrize(
    ("code", "day", "told"),
    [
        ("en", date(2024, 12, 31), {
            "Sent by": "EHF", "Attachments": "PDF and XML", "Language": "Norwegian Bokmål", "VAT": "25% (S25)",
            "Terms": "30 days net, 2.5% discount within 8 days", "On hold": "no", "segment": "b2b",
        }),
        ("en", date(2025, 1, 1), {"Terms": "45 days after the end of the month"}),
        ("en", date(2026, 1, 1), {"Sent by": "E-mail", "Language": "English", "Terms": "due at once"}),
        ("en", date(2026, 2, 1), {"Sent by": "not sent", "Terms": "1 day net"}),
        ("nb", date(2024, 12, 31), {
            "Sendes med": "EHF", "Språk": "norsk bokmål", "Betingelser": "30 dager netto, 2,5 % rabatt innen 8 dager",
        }),
    ],
)  # fmt: skip
def test_codes_and_ids_of_the_card_are_told_in_words(read: Read, code: str, day: date, told: dict[str, str]) -> None:
    """In the reader's language, as the register has them on the day; a key of one's own stays as it is written."""
    root = page(read(CODES), "customers/C1", day, code)
    shown = {text(each[0]): text(each[1]) for each in root.xpath("//dl[@class='r-card']/div")}
    assert {key: shown.get(key) for key in told} == told


def test_the_history_has_words_too(read: Read) -> None:
    root = page(read(CODES), "customers/C1", date(2026, 2, 1))
    assert table(root, "Register history") == [
        ["1 Feb 2026", "Terms", "due at once", "1 day net"],
        ["1 Feb 2026", "Sent by", "E-mail", "not sent"],
        ["1 Jan 2026", "Terms", "45 days after the end of the month", "due at once"],
        ["1 Jan 2026", "Language", "Norwegian Bokmål", "English"],
        ["1 Jan 2026", "Sent by", "EHF", "E-mail"],
    ]
    (entered,) = root.xpath("//details/table/tbody")
    rows = {text(row[0]): text(row[1]) for row in entered}
    assert (rows["Kind"], rows["Country"]) == ("company", "Germany")


def test_the_history_is_that_of_customer_history(demo: Book) -> None:
    told = {(version["date"], key) for version in asked("customer", "history", "C00017") for key in version["changed"]}
    root = page(demo, "customers/C00017")
    assert {(row.get("data-day"), row.get("data-key")) for row in root.xpath("//tr[@data-key]")} == told
    assert ["1 Jun 2026", "Credit limit", "50,000.00 NOK", "80,000.00 NOK"] in table(root, "Register history")
    assert ["1 Jun 2025", "E-mail", "faktura@nordlys.example", "regnskap@nordlys.example"] in table(
        root, "Register history"
    )
    before = page(demo, "customers/C00017", date(2025, 12, 31))
    assert [row[1] for row in table(before, "Register history")] == ["E-mail"]


class Asking(Leads):
    """A face that answers questions, and so tells no month on the page itself."""

    @property
    def asks(self) -> bool:
        return True


def test_the_account_of_a_year_is_that_of_the_statement(demo: Book) -> None:
    """Of a face that has no statement of each month on the page; the site has."""
    told = asked("statement", "C00017", "--from", "2025-12-01", "--to", str(DAY))["sections"][0]
    rows = table(page(demo, "customers/C00017", leads=Asking()), "Account of the last twelve months NOK")
    assert [row[-1].replace(",", "") for row in rows] == [
        told["opening"],
        *(line["balance"] for line in told["lines"]),
        told["closing"],
    ]
    assert [row[2] for row in rows[1:-1]] == [line["number"] for line in told["lines"]]


def test_a_long_account_shows_its_end(demo: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages.customers.account, "LONGEST", 2)
    root = page(demo, "customers/C00017", leads=Asking())
    rows = table(root, "Account of the last twelve months NOK")
    assert [(row[0], row[-1]) for row in rows] == [
        ("5 Nov 2026", "17,425.00"),
        ("5 Nov 2026", "49,800.00"),
        ("9 Nov 2026", "30,375.00"),
        ("23 Nov 2026", "30,375.00"),
    ]
    assert "The latest 2 of 19." in text(root)


def test_how_a_customer_pays_is_told_in_words(demo: Book) -> None:
    """C00021 of the demo: 4, 43, 10 and -3 days late; the bank charge that closed the second was written off later."""
    root = page(demo, "customers/C00021", date(2026, 10, 31))
    figures = [text(each) for each in root.xpath("//h2[text()='How they pay']/following-sibling::dl[1]/div")]
    assert figures == [
        "Days late on the average13.5 days",
        "Settled in time1 of 4",
        "Latest43 days2025-0038",
    ]
    assert [text(each) for each in root.xpath("//ul[@class='r-waiting']/li")] == ["2026-0045: open, 51 days late"]


def test_deliveries_files_and_the_seal_of_a_document(demo: Book) -> None:
    root = page(demo, "documents/2026-0012")
    assert table(root, "Deliveries") == [
        ["3 Mar 2026 10:15", "E-mail", "bounced 5.1.1 <b>unknown</b>"],
        ["4 Mar 2026", "Post", "sent"],
    ]
    assert table(root, "Filed documents") == [
        ["2 Mar 2026", "Invoice", "Consulting", "2026-03-02.2026-0012.pdf", "0123456789ab"]
    ]
    assert table(root, "Credit notes") == [["20 Mar 2026", "K2026-0003", "hours billed twice", "3,125.00"]]
    assert "Not sealed." in text(root)
    before = page(demo, "documents/2026-0012", date(2026, 3, 3))
    assert len(table(before, "Deliveries")) == 1
    assert not before.xpath("//div[@aria-label='Credit notes']")
    assert "No delivery is written down." in text(page(demo, "documents/2026-0021"))


def test_a_document_has_the_figures_of_invoice_show(demo: Book) -> None:
    for number in ("2026-0012", "2026-0076", "K2026-0003"):
        told = asked("invoice", "show", number, "--as-of", str(DAY))
        root = page(demo, f"documents/{number}")
        rows = table(root, "Settlement")
        assert [(row[1], row[2].replace(",", "")) for row in rows[:-1]] == [
            (each["by"], each["amount"]) for each in told["allocations"]
        ]
        assert rows[-1][2].replace(",", "") == f"{told['open']} {told['currency']}"
        lines = root.xpath("//table[contains(@class, 'r-lines')]/tbody/tr")
        assert [text(row[-1]).replace(",", "") for row in lines] == [line["net"] for line in told["lines"]]


def test_files_and_sent_statements_of_a_customer(demo: Book) -> None:
    root = page(demo, "customers/C00017")
    assert table(root, "Filed documents") == [
        ["2 Mar 2026", "Invoice", "2026-0012", "Consulting", "2026-03-02.2026-0012.pdf", "0123456789ab"],
        ["5 Jan 2026", "Contract", "", "Frame agreement", "2026-01-05.contract.pdf", "1123456789ab"],
    ]
    sent = root.xpath("//h2[text()='Statements sent']/following-sibling::div[1]/table/tbody/tr")
    assert [[text(cell) for cell in row] for row in sent] == [["2 Apr 2026", "March 2026", "E-mail", "sent"]]


def test_the_site_has_no_page_that_answers_and_no_lead_elsewhere(demo: Book) -> None:
    frame = Frame(demo, DAY, revision="")
    for address in ("statements/C00017", "drafts", "quotes", "drafts/x", "files/x"):
        assert pages.find(frame, address) is None
    body = pages.customers.page(frame, "C00017").body + pages.document.page(frame, "2026-0012").body
    assert "r-leads" not in body
    assert "r-lead-to" not in body


def test_who_is_not_chosen_has_no_page(demo: Book) -> None:
    frame = Frame(demo, DAY, revision="", customers={"C00011"})
    assert pages.find(frame, "customers/C00017") is None
    assert pages.find(frame, "documents/2026-0012") is None
    assert pages.find(frame, "customers/C00011") is not None


EVERY = (
    "index", "ageing", "open-items", "customers", "documents", "credit-notes", "drafts", "quotes", "archive", "unsent",
    "errors", "open-items/x", "months/x", "archive/x", "customers/x", "statements/x", "documents/x", "drafts/x",
    "quotes/x",
)  # fmt: skip


@pytest.mark.parametrize("code", ["nb", "nn", "sv", "da", "de"])
def test_words_of_tables_are_in_every_language(code: str) -> None:
    known = Path(pages.__file__).parents[2] / "catalogues" / f"{code}.po"
    there = set(re.findall(r'^msgid "(.+)"$', known.read_text("utf-8"), re.MULTILINE))
    for words in (FIELDS, HEAD, ATTACHED, CHANNELS, OUTCOMES, PAPERS, SEALS):
        assert set(words.values()) - {"GLN"} <= there
    assert {each.word for name in EVERY for each in tables.every(name)} <= there
    assert Language(code)("Register history") != "Register history"
