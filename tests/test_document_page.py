"""The page of a document says what the document says in all its forms, in the words of whoever reads the page."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from billtext.ledger import load
from billtext.rendering import document_pages, pages
from billtext.rendering.pages.frame import Frame
from billtext.rules import book, presenting
from billtext.rules.book import Book
from site_room import DEMO

DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def demo() -> Book:
    return book.build(load.load(DEMO).entries, load.sources)


def page(found: Book, number: str, language: str = "en", **more: Any) -> Any:
    made = pages.document.page(Frame(found, DAY, revision="", language=language, **more), number)
    return lxml.html.fromstring(f"<section>{made.body}</section>")


def text(element: Any) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def lines(element: Any) -> list[str]:
    """The text of an element, line by line."""
    for end in element.xpath(".//br"):
        end.tail = "\n" + (end.tail or "")
    return [line.strip() for line in element.text_content().replace("\xa0", " ").splitlines() if line.strip()]


def pairs(found: list[Any]) -> list[tuple[str, str]]:
    return [(text(each.find("dt")), text(each.find("dd"))) for each in found]


def rows(root: Any, table: str) -> list[list[str]]:
    """The rows of a table, named by its class."""
    found = root.xpath(f"//table[contains(concat(' ', @class, ' '), ' {table} ')]/tbody/tr")
    return [[text(cell) for cell in row] for row in found]


def test_an_invoice_in_another_currency(demo: Book) -> None:
    """2593.00 EUR of VAT at 11.912 are 30887.816 NOK: 30887.82 (bokføringsforskriften § 5-1-1)."""
    root = page(demo, "2025-0036")
    assert rows(root, "r-totals") == [
        ["Net", "10,372.00"],
        ["VAT", "2,593.00"],
        ["Total EUR", "12,965.00"],
        ["VAT NOK", "30,887.82"],
        ["Rate", "1 EUR = 11.912 NOK"],
    ]
    assert rows(root, "r-lines") == [
        ["Senior consultant, offshore rateItem no.: CONS-SR", "64", "hours", "108.00", "25%", "6,912.00"],
        ["ConsultantItem no.: CONS-JR", "40", "hours", "86.50", "25%", "3,460.00"],
    ]
    assert rows(root, "r-vat") == [["25%", "10,372.00", "2,593.00"]]
    assert pairs(root.xpath("//div[@class='r-pay']/dl/div")) == [
        ("To pay EUR", "12,965.00"),
        ("Due", "4 Sept 2025"),
        ("KID", "00028202500360"),
        ("Bank account", "8601 11 17963"),
        ("IBAN", "NO49 8601 1117 963"),
        ("BIC", "DNBANOKK"),
    ]
    assert ("Attention", "Accounts payable") in pairs(root.xpath("//div[@class='r-parties']/dl/div"))


def test_a_buyer_abroad(demo: Book) -> None:
    """His country and VAT number, ours, and why there is no VAT."""
    root = page(demo, "2024-0006")
    buyer, seller = root.xpath("//div[@class='r-parties']/div")
    assert lines(buyer)[2:] == ["20457 Hamburg", "Germany", "VAT no. DE136695976"]
    assert lines(seller)[-4:] == ["Norway", "Org. no. 310000019 MVA", "Foretaksregisteret", "faktura@fjordlys.example"]
    assert rows(root, "r-vat") == [["0%", "2,706.00", "0.00", "Export outside the EU"]]


def test_a_credit_note_leads_to_what_it_corrects(demo: Book) -> None:
    """Nobody pays a credit note."""
    root = page(demo, "K2026-0003")
    (fact,) = root.xpath("//div[@class='r-parties']/dl/div[dt='Corrects']/dd/a")
    assert (text(fact), fact.get("href")) == ("2026-0012, 2 Mar 2026", "../documents/2026-0012.html")
    assert not root.xpath("//div[@class='r-pay']")
    (back,) = page(demo, "2026-0012").xpath("//div[@class='r-parties']/dl/div[dt='Corrected by']/dd/a")
    assert (text(back), back.get("href")) == ("K2026-0003", "../documents/K2026-0003.html")


def test_every_document_reads_like_its_printed_form(demo: Book) -> None:
    """In the customer's language, the page has each cell and each line of the HTML that is sent, and in its order."""
    for document in demo.documents:
        core = presenting.document(demo, document)
        sent = lxml.html.fromstring(document_pages.render(core, "html"))
        shown = page(demo, document.number, core.language)
        assert rows(shown, "r-lines") == [
            [text(cell) for cell in row] for row in sent.xpath("(//table)[1]/tbody/tr")
        ], document.number
        assert rows(shown, "r-totals") == rows(sent, "sums"), document.number
        assert rows(shown, "r-vat") == rows(sent, "vat"), document.number
        payment = pairs(sent.xpath("//section[@class='pay']/dl/div"))
        assert pairs(shown.xpath("//div[@class='r-pay']/dl/div")) == payment, document.number
        facts = pairs(shown.xpath("//div[@class='r-parties']/dl/div"))
        assert facts[: len(facts) - len(demo.corrections_of.get(document.number, ()))] == pairs(
            sent.xpath("//main/dl/div")
        ), document.number
        parties = [lines(each) for each in sent.xpath("//header/address")]
        labels = shown.xpath("//div[@class='r-parties']/div/p")
        for label in labels:
            label.drop_tree()
        assert [lines(each) for each in shown.xpath("//div[@class='r-parties']/div")] == parties, document.number
        notes = [text(each) for each in sent.xpath("//div[@class='notes']/p")]
        assert [text(each) for each in shown.xpath("//div[@class='r-document']/p")[-len(notes) or 99 :]] == notes


def test_what_else_a_document_may_say(tmp_path: Path) -> None:
    """A number of its own, a payee, attachments, and a text that is no HTML."""
    top = tmp_path / "main.beancount"
    top.write_text(
        """
option "operating_currency" "NOK"
2020-01-01 open Assets:Receivable:C1
2020-01-01 open Income:Sales
2020-01-01 custom "company" "Fjordlys AS"
  currency: "NOK"
  country: "NO"
2020-01-01 custom "customer" "C1"
  name: "Nordlys AS"
2026-03-02 * "Nordlys AS" "Lamps"
  invoice: "N1"
  document-number: "A 17 <b>"
  payee-name: "Factoring AS"
  note: "<script>1</script>"
  attachment: "H1"
  attachment-text: "Hours"
  attachment-file: "documents/hours.csv"
  Assets:Receivable:C1  100.00 NOK
  Income:Sales  -100.00 NOK
    gtin: "7300010000001"
""",
        "utf-8",
    )
    root = page(book.build(load.load(top).entries), "N1")
    facts = pairs(root.xpath("//div[@class='r-parties']/dl/div"))
    assert facts[0] == ("Number", "A 17 <b>")
    assert ["PayeeFactoring AS"] in [lines(each) for each in root.xpath("//div[@class='r-parties']/div")]
    assert rows(root, "r-lines") == [["LampsGTIN: 7300010000001", "1", "pc.", "100.00", "–", "100.00"]]
    assert [text(each) for each in root.xpath("//div[@class='r-document']/p")] == [
        "Lamps",
        "<script>1</script>",
        "Attachments: hours.csv (Hours)",
    ]
    assert not root.xpath("//script")


def test_hidden_figures_are_hidden_in_all_of_it(demo: Book) -> None:
    """Dates and references stay; no amount, price, quantity or rate does."""
    root = page(demo, "2025-0036", hidden=True)
    assert ("Due", "4 Sept 2025") in pairs(root.xpath("//div[@class='r-parties']/dl/div"))
    assert rows(root, "r-lines")[1] == ["ConsultantItem no.: CONS-JR", "XX", "hours", "XX.XX", "XX%", "X,XXX.XX"]
    assert [amount for _, amount in rows(root, "r-totals")][2:] == ["XX,XXX.XX", "XX,XXX.XX", "1 EUR = XX.XXX NOK"]
    assert ("To pay EUR", "XX,XXX.XX") in pairs(root.xpath("//div[@class='r-pay']/dl/div"))
