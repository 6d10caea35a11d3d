"""No two forms of a document can disagree: the figures are read back out of each, for every document of the demo."""

import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from html import unescape
from pathlib import Path

import lxml.etree
import lxml.html
import pytest
from babel.numbers import get_decimal_symbol
from pypdf import PdfReader

import pdf_room
from billtext.ledger import load
from billtext.outside import einvoice_files, forms
from billtext.rendering.language import Language
from billtext.rules import book, presenting
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice

LEDGER = Path(__file__).parents[1] / "ledger"
EXAMPLES = Path(__file__).parent / "examples" / "cen"
# Nets of the lines, (base, VAT) of each row of the VAT table, net, VAT, gross, payable.
Figures = tuple[list[Decimal], list[tuple[Decimal, Decimal]], Decimal, Decimal, Decimal, Decimal]


@pytest.fixture(scope="module")
def demo() -> Book:
    return book.build(load.load(LEDGER / "main.beancount").entries, load.sources)


def number(text: str, language: str) -> Decimal:
    """A number as it is written in a language."""
    point = get_decimal_symbol("en_150" if language == "en" else language)
    kept = "".join(c for c in text.replace("\u2212", "-") if c.isdigit() or c in {"-", point})
    return Decimal(kept.replace(point, "."))


def ledger(core: CoreInvoice) -> Figures:
    totals = core.totals
    return (
        [line.net for line in core.lines], sorted((part.base, part.amount) for part in core.vat),
        totals.net, totals.vat, totals.gross, totals.payable,
    )  # fmt: skip


def from_json(content: bytes, _: CoreInvoice) -> Figures:
    data = json.loads(content)
    sums = data["totals"]
    return (
        [Decimal(line["net"]) for line in data["lines"]],
        sorted((Decimal(part["base"]), Decimal(part["amount"])) for part in data["vat"]),
        Decimal(sums["net"]), Decimal(sums["vat"]), Decimal(sums["gross"]), Decimal(sums["payable"]),
    )  # fmt: skip


def from_tables(tables: list[list[list[str]]], core: CoreInvoice) -> Figures:
    """Figures of a page's tables: the lines, the sums and the VAT, in this order."""
    lines, sums, vat = tables
    language = core.language
    totals = [(row[0], number(row[1], language)) for row in sums]
    at = next(n for n, (label, _) in enumerate(totals) if label.endswith(core.currency))  # total, VAT, net above it
    ends = [amount for label, amount in totals if label.endswith(core.currency) and "VAT" not in label]
    return (
        [number(row[-1], language) for row in lines],
        sorted((number(row[1], language), number(row[2], language)) for row in vat),
        totals[at - 2][1], totals[at - 1][1], totals[at][1], ends[-1],
    )  # fmt: skip


def from_html(content: bytes, core: CoreInvoice) -> Figures:
    page = lxml.html.fromstring(content.decode())
    tables = [
        [[cell.text_content() for cell in row] for row in table.xpath("./tbody/tr")] for table in page.xpath("//table")
    ]
    return from_tables(tables[:3], core)


def from_markdown(content: bytes, core: CoreInvoice) -> Figures:
    tables: list[list[list[str]]] = []
    for block in re.findall(r"(?:^\|.*\n)+", content.decode(), re.MULTILINE):
        rows = [
            [unescape(c).replace("*", "").strip() for c in r.split(" | ")]
            for r in block.replace(" |\n", "\n").splitlines()
        ]
        tables.append(rows[2:])
    return from_tables(tables[1:4], core)


def from_xml(paths: tuple[str, ...]) -> Callable[[bytes, CoreInvoice], Figures]:
    def read(content: bytes, _: CoreInvoice) -> Figures:
        root = lxml.etree.fromstring(content)

        def found(path: str) -> list[Decimal]:
            return [Decimal(str(text)) for text in root.xpath(path + "/text()")]

        lines, bases, vats, *sums = (found(path) for path in paths)
        net, vat, gross, payable = (each[0] for each in sums)
        return lines, sorted(zip(bases, vats, strict=True)), net, vat, gross, payable

    return read


def named(*names: str) -> str:
    return "//" + "/".join(f"*[local-name()='{name}']" for name in names)


UBL = (
    "/*/*[local-name()='InvoiceLine' or local-name()='CreditNoteLine']/*[local-name()='LineExtensionAmount']",
    named("TaxSubtotal", "TaxableAmount"), named("TaxSubtotal", "TaxAmount"),
    named("LegalMonetaryTotal", "TaxExclusiveAmount"), "/*/*[local-name()='TaxTotal'][1]/*[local-name()='TaxAmount']",
    named("LegalMonetaryTotal", "TaxInclusiveAmount"), named("LegalMonetaryTotal", "PayableAmount"),
)  # fmt: skip
_SUM = "SpecifiedTradeSettlementHeaderMonetarySummation"
CII = (
    named("SpecifiedTradeSettlementLineMonetarySummation", "LineTotalAmount"),
    named("ApplicableHeaderTradeSettlement", "ApplicableTradeTax", "BasisAmount"),
    named("ApplicableHeaderTradeSettlement", "ApplicableTradeTax", "CalculatedAmount"),
    named(_SUM, "TaxBasisTotalAmount"), named(_SUM, "TaxTotalAmount"), named(_SUM, "GrandTotalAmount"),
    named(_SUM, "DuePayableAmount"),
)  # fmt: skip
READERS = {
    "json": from_json, "html": from_html, "markdown": from_markdown, "ubl": from_xml(UBL), "cii": from_xml(CII),
}  # fmt: skip


@pytest.mark.parametrize("form", READERS)
def test_every_form_says_what_the_ledger_says(demo: Book, form: str) -> None:
    """Lines, VAT table, net, VAT, total and what is to be paid, of all documents of the demo, in four languages."""
    assert len(demo.documents) > 100
    for found in demo.documents:
        core = presenting.document(demo, found)
        content = forms.document(demo, found, form, root=LEDGER).content
        assert READERS[form](content, core) == ledger(core), found.number
        assert (core.totals.net, core.totals.vat) == (found.net, found.vat)
        assert core.totals.payable + core.totals.prepaid == found.gross


def test_the_pdf_says_what_the_ledger_says(demo: Book) -> None:
    """Each figure stands in its text as often as in the ledger, and Factur-X has the figures in its XML too."""
    for found in demo.documents[::3]:
        core = presenting.document(demo, found)
        made = forms.document(demo, found, "facturx", root=LEDGER).content
        text = re.sub(r"[\u00a0\u202f]", " ", " ".join(pdf_room.pages(made)))
        nets, vats, *sums = ledger(core)
        language = Language(core.language)
        figures = [*nets, *(amount for pair in vats for amount in pair), *sums[:3]]
        shown = Counter(re.sub(r"[\u00a0\u202f]", " ", language.amount(figure, core.currency)) for figure in figures)
        for figure, times in shown.items():
            assert len(re.findall(rf"(?<![\d.,]){re.escape(figure)}(?!\d)", text)) >= times, (found.number, figure)
        (xml,) = PdfReader(io.BytesIO(made)).attachments.values()
        assert READERS["cii"](xml[0], core) == ledger(core), found.number


@pytest.mark.parametrize("file", sorted(EXAMPLES.rglob("*.xml")), ids=lambda path: path.stem)
def test_every_form_says_what_an_example_of_the_standard_says(file: Path) -> None:
    """The examples published with EN 16931, read from others' files and written in every form."""
    core = replace(einvoice_files.read(file)[0], language="de")
    for form, read in READERS.items():
        assert read(forms.make(core, form, root=LEDGER), core) == ledger(core), form
