"""Fava's pages for reviewers: what they lead to and give out, and the drafts and quotes that are in no ledger."""

import io
import json
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import lxml.etree
import lxml.html
import pytest
from fava.application import create_app
from fava.beans.funcs import hash_entry
from pypdf import PdfReader
from werkzeug.serving import make_server

from browser_room import paper
from site_room import ROOT, billtext

AT = "/fjordlys-elektro-as/extension/Receivables/"
ENGLISH = {"Accept-Language": "en"}
BROKEN = """
2026-11-24 ! "Broken"
  invoice:
  customer: "C99999"
  Income:Webshop
    item: "SENSOR-PIR"
"""


class Desk:
    """The demo ledger in a directory of its own, with Fava over it."""

    def __init__(self, root: Path) -> None:
        self.root, self.top = root, root / "main.beancount"
        self.app = create_app([self.top], load=True)
        self.client = self.app.test_client()

    @property
    def ledger(self) -> Any:
        return self.app.config["LEDGERS"]["fjordlys-elektro-as"]

    def get(self, query: str, status: int = 200) -> Any:
        found = self.client.get(AT + query, headers=ENGLISH)
        assert found.status_code == status, found.get_data(as_text=True)[:300]
        return found

    def page(self, address: str, more: str = "") -> Any:
        return lxml.html.fromstring(self.get(f"?time=2026-11-24{more}&page={address}").get_data(as_text=True))

    def command(self, *words: str) -> Any:
        done = billtext(self.root, "-f", str(self.top), *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def files(self) -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("reviewing") / "ledger"
    shutil.copytree(ROOT / "ledger", root)
    found = billtext(root, "-f", "main.beancount", "archive", "file", "2026-0012")
    assert found.returncode == 0, found.stderr
    words = ("quote", "new", "C00017", "--labour", "ELEC-HR", "24", "--date", "2026-11-20")
    found = billtext(root, "-f", "main.beancount", *words)
    assert found.returncode == 0, found.stderr
    made = Desk(root)
    before = made.files()
    yield made
    assert made.files() == before, "something was written"


def text(element: Any) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def leads(root: Any) -> dict[str, str]:
    return {text(each): each.get("href") for each in root.xpath("//p[@class='r-leads']/a")}


# --- to Fava, and back ------------------------------------------------------------------------------------


def test_a_document_leads_to_its_entry_its_source_and_its_account(desk: Desk) -> None:
    found = leads(desk.page("documents/2026-0012"))
    entry = next(e for e in desk.ledger.all_entries if (e.meta or {}).get("invoice") == "2026-0012")
    assert found["Journal entry"] == f"#context-{hash_entry(entry)}"
    assert desk.ledger.get_entry(found["Journal entry"].removeprefix("#context-")) is entry
    source = urlsplit(found["Source text"])
    query = parse_qs(source.query)
    assert source.path == "/fjordlys-elektro-as/editor/"
    line = Path(query["file_path"][0]).read_text("utf-8").splitlines()[int(query["line"][0]) - 1]
    assert line.startswith("2026-03-02 * ")
    assert urlsplit(found["Account in the ledger"]).path == "/fjordlys-elektro-as/account/Assets:Receivable:C00017/"
    assert parse_qs(urlsplit(found["Account in the ledger"]).query)["time"] == ["2026-11-24"]


def test_movements_and_settlements_lead_to_their_entries(desk: Desk) -> None:
    for address, count in (("customers/C00017", 19), ("documents/2026-0012", 2)):
        hashes = [each.get("href") for each in desk.page(address).xpath("//td/a[@title='Journal entry']")]
        assert len(hashes) == count
        for each in hashes:
            assert desk.ledger.get_entry(each.removeprefix("#context-")).meta["lineno"]


def test_a_link_of_the_journal_finds_a_page_by_the_number_itself(desk: Desk) -> None:
    assert "Invoice 2026-0012" in text(desk.page("documents/2026-0012").xpath("//h1")[0])
    script = (ROOT / "src/billtext/fava/Receivables.js").read_text("utf-8")
    assert "documents/${number}" in script
    assert desk.get("known").get_json() == {"receivable": "Assets:Receivable"}


def test_a_file_of_the_archive_leads_to_its_document_else_to_its_customer(desk: Desk) -> None:
    for file, heading in (
        ("2026-03-02.2026-0012.pdf", "Invoice 2026-0012"),
        ("2026-03-02.scan.pdf", "Nordlys Interiør AS"),
    ):
        root = desk.page(f"files/Assets/Receivable/C00017/{file}")
        assert text(root.xpath("//section//h1")[0]).startswith(heading)
    desk.get("?page=files/Assets/Bank/x.pdf", 404)


# --- a statement for any period ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["activity", "open-items"])
def test_a_statement_for_a_period_is_that_of_the_command(desk: Desk, kind: str) -> None:
    words = ("statement", "C00017", "--from", "2026-01-01", "--to", "2026-03-31", "--kind", kind, "--format", "json")
    told = json.loads(desk.command(*words))["sections"][0]
    root = desk.page("statements/C00017", f"&from=2026-01-01&to=2026-03-31&kind={kind}")
    rows = [[text(cell) for cell in row] for row in root.xpath("//table[contains(@class, 'r-statement')]/tbody/tr")]
    shown = [row[-1].replace("\xa0", "").replace(" ", "").replace(",", ".") for row in rows]
    balances = [told["opening"], *(line["balance"] for line in told["lines"]), told["closing"]]
    assert shown == (balances if kind == "activity" else [])
    open_ = [text(row[0]) for row in root.xpath("//table[contains(@class, 'r-open')]/tbody/tr[not(@class)]")]
    assert open_ == [item["number"] for item in told["open_items"]] == ["K2025-0005"]
    assert root.xpath("//option[@selected]/@value") == [kind]


def test_the_form_keeps_favas_filters_and_the_page(desk: Desk) -> None:
    (form,) = desk.page("statements/C00017", "&filter=payee:Nordlys").xpath("//section//form[@action]")
    assert form.get("action") == AT
    hidden = {each.get("name"): each.get("value") for each in form.xpath("input[@type='hidden']")}
    assert hidden == {"time": "2026-11-24", "filter": "payee:Nordlys", "page": "statements/C00017"}


def test_no_statement_tells_of_what_came_after_the_day(desk: Desk) -> None:
    root = desk.page("statements/C00017", "&time=2026-02-28&from=2026-01-01&to=2026-12-31".replace("&time", "&x"))
    assert root.xpath("//input[@name='to']/@value") == ["2026-11-24"]
    assert desk.page("statements/C00017", "&from=0001-01-01").xpath("//article[@id='statement']")
    desk.get("?page=statements/C99999", 404)


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ("from=x&to=2026-10-31", "'x' is no date; write it as 2026-10-31"),
        ("from=2026-10-01&to=2026-02-31", "'2026-02-31' is no date; write it as 2026-10-31"),
        (
            "from=2026-11-30&to=2026-01-01",
            "The statement would end on 1 Jan 2026, before it begins on 30 Nov 2026; change one of the days.",
        ),
    ],
)
def test_a_period_that_there_is_not_is_told(desk: Desk, days: str, why: str) -> None:
    """On the page, above what was typed, instead of table and PDF: none is of other days than were asked."""
    root = desk.page("statements/C00017", f"&{days}")
    (told,) = root.xpath("//section//p[@role='alert']")
    assert text(told) == why
    first, last = (each.partition("=")[2] for each in days.split("&"))
    assert root.xpath("//input[@type='date']/@value") == [first, last]
    assert not root.xpath("//section//article")
    assert not root.xpath("//a[@class='r-download']")
    table = desk.get(f"csv?time=2026-11-24&partial=true&page=statements/C00017&{days}", 400)
    assert table.get_data(as_text=True) == why
    paper = desk.get(f"statement?customer=C00017&time=2026-11-24&{days}", 409)
    assert paper.get_data(as_text=True) == f"This cannot be given out. {why}\n"


def test_open_items_of_a_statement_lead_to_their_documents(desk: Desk) -> None:
    root = desk.page("statements/C00017", "&from=2026-01-01&to=2026-03-31")
    found = {text(each): each.get("href") for each in root.xpath("//table[@class='r-table r-open']//td[1]/a")}
    told = json.loads(desk.command("open-items", "--customer", "C00017", "--as-of", "2026-03-31", "--format", "json"))
    numbers = {each["number"] for each in told if each["kind"] != "unapplied"}
    assert numbers
    assert set(found) == numbers
    assert all(href.endswith(f"page=documents/{number}") for number, href in found.items())


# --- given out --------------------------------------------------------------------------------------------


def test_a_filed_document_is_given_out_as_it_was_filed(desk: Desk) -> None:
    filed = (desk.root / "documents/Assets/Receivable/C00017/2026-03-02.2026-0012.pdf").read_bytes()
    for query in ("pdf?number=2026-0012", "filed?file=Assets/Receivable/C00017/2026-03-02.2026-0012.pdf"):
        found = desk.get(query)
        assert found.data == filed
        assert found.headers["Content-Disposition"] == "attachment; filename=2026-03-02.2026-0012.pdf"
        assert found.headers["X-Content-Type-Options"] == "nosniff"
    for query in ("filed?file=../main.beancount", "filed?file=/etc/passwd", "filed?file=", "filed"):
        assert desk.get(query, 404).data == b"No such file is filed.\n"


def test_what_is_not_filed_is_made_as_the_command_makes_it(desk: Desk, tmp_path: Path) -> None:
    for query, form, name in (
        ("pdf?number=2026-0076", "pdf", "2026-0076.pdf"),
        ("pdf?number=2026-0076&form=facturx", "facturx", "2026-0076.factur-x.pdf"),
        ("xml?number=2026-0076", "ubl", "2026-0076.ubl.xml"),
        ("xml?number=2026-0076&form=cii", "cii", "2026-0076.cii.xml"),
    ):
        found = desk.get(query)
        desk.command("render", "2026-0076", "--as", form, "--out", str(tmp_path))
        assert found.data == (tmp_path / name).read_bytes(), form
        assert found.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert lxml.etree.fromstring(desk.get("xml?number=2026-0076").data).tag.endswith("}Invoice")


def test_a_statement_and_a_quote_are_given_out(desk: Desk) -> None:
    query = "statement?customer=C00017&from=2026-01-01&to=2026-03-31"
    shown = "".join(page.extract_text() for page in PdfReader(io.BytesIO(desk.get(query).data)).pages)
    assert "K2026-0003" in shown
    assert "2026-0021" not in shown  # of April
    found = desk.get(f"{query}&form=html")
    assert found.headers["Content-Disposition"] == "attachment; filename=statement-C00017-2026-03-31.html"
    assert "Two hours credited" in found.get_data(as_text=True)
    quote = desk.get("pdf?quote=Q2026-0001")
    assert quote.headers["Content-Disposition"] == "attachment; filename=quote-Q2026-0001.pdf"
    assert desk.get("pdf?quote=Q9", 409).data == b"This cannot be given out. There is no quote Q9.\n"
    assert desk.get("statement?customer=C99999", 404).data == b"There is no customer C99999.\n"


def test_what_cannot_be_made_is_told_in_one_sentence(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "ledger", tmp_path / "here")
    assert billtext(tmp_path / "here", "-f", "main.beancount", "archive", "file", "2026-0012").returncode == 0
    (filed,) = (tmp_path / "here/documents").rglob("*.pdf")
    filed.write_bytes(b"%PDF-1.7 other")
    (tmp_path / "here/templates").mkdir()
    (tmp_path / "here/templates/invoice.typ").write_text("#let x = ", "utf-8")
    desk = Desk(tmp_path / "here")
    for number in ("2026-0012", "2026-0076"):
        told = desk.get(f"pdf?number={number}", 409)
        assert told.mimetype == "text/plain"
        assert told.get_data(as_text=True).count("\n") == 1
        assert "Traceback" not in told.get_data(as_text=True)
    assert b"2026-0012 was filed there" in desk.get("pdf?number=2026-0012", 409).data
    assert b"Typst cannot make the PDF" in desk.get("pdf?number=2026-0076", 409).data


def test_downloads_in_many_threads_are_the_same(desk: Desk) -> None:
    wanted = desk.get("pdf?number=2026-0076").data
    found: list[bytes] = []

    def ask() -> None:
        found.append(desk.app.test_client().get(f"{AT}pdf?number=2026-0076").data)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 8


def test_nothing_is_given_out_while_fava_hides_figures(desk: Desk) -> None:
    client = create_app([desk.top], load=True, incognito=True).test_client()
    for query in ("pdf?number=2026-0012", "xml?number=2026-0076", "statement?customer=C00017", "pdf?quote=Q2026-0001"):
        assert client.get(AT + query).status_code == 403
    assert "r-download" not in client.get(f"{AT}?page=documents/2026-0012").get_data(as_text=True)


HOSTILE = '../../é"; filename=x\\\r\n<script>\u202e'


def test_a_hostile_number_names_a_safe_file_and_is_escaped(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "ledger", tmp_path / "here")
    number = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    with (tmp_path / "here/main.beancount").open("a", encoding="utf-8", newline="") as file:
        file.write(
            f'2026-11-21 * "x" "{number}"\n  invoice: "{number}"\n  due: 2026-12-21\n'
            "  Assets:Receivable:C00017  100.00 NOK\n  Income:Consulting  -100.00 NOK\n"
        )
    desk = Desk(tmp_path / "here")
    (written,) = [e.meta["invoice"] for e in desk.ledger.all_entries if "script" in str((e.meta or {}).get("invoice"))]
    for query in ({"number": written}, {"number": written, "form": "facturx"}):
        found = desk.client.get(f"{AT}pdf", query_string=query)
        assert found.status_code == 200
        name = re.fullmatch(r"attachment; filename=([A-Za-z0-9_.-]+)", found.headers["Content-Disposition"])
        assert name is not None, found.headers["Content-Disposition"]
        assert not name[1].startswith(".")
    found = desk.client.get(AT, query_string={"page": f"documents/{written}"})
    assert found.status_code == 200
    assert "<script>" not in found.get_data(as_text=True).split('<section class="bt"')[1].split("</section>")[0]


# --- drafts and quotes ------------------------------------------------------------------------------------


def test_drafts_are_those_of_draft_list(desk: Desk) -> None:
    told = json.loads(desk.command("draft", "list", "--as-of", "2026-11-24", "--format", "json"))
    rows = desk.page("drafts").xpath("//table[@id='drafts']/tbody/tr")
    shown = [[text(row[0]), *(cell.get("data-sort-value") for cell in (row[4], *row[6:9]))] for row in rows]
    assert shown == [[each[key] for key in ("draft", "due", "net", "vat", "gross")] for each in told]


def test_a_draft_looks_like_the_document_that_it_becomes(desk: Desk) -> None:
    """12.5 hours of a senior consultant at 1295.00, and 25 % VAT, as `billtext draft show` says."""
    (told,) = json.loads(
        desk.command("draft", "show", "2026-11:4", "--as-of", "2026-11-24", "--format", "json").join("[]")
    )
    (link,) = [each for each in desk.page("drafts").xpath("//td/a") if text(each) == "2026-11:4"]
    root = lxml.html.fromstring(desk.get(link.get("href").removeprefix(AT)).get_data(as_text=True))
    (line,) = root.xpath("//table[contains(@class, 'r-lines')]/tbody/tr")
    assert text(line[-1]).replace(",", "") == told["lines"][0]["net"] == "16187.50"
    sums = [text(cell).replace(",", "") for cell in root.xpath("//table[contains(@class, 'r-totals')]//td")]
    assert sums[-1] == told["gross"]
    assert told["vat"] in sums
    facts = {text(each[0]): text(each[1]) for each in root.xpath("//div[@class='r-parties']/dl/div")}
    assert facts["Due"] == "24 Dec 2026"  # 30 days
    assert "drafts/2026-11.beancount:4" in text(root.xpath("//p[@class='r-lead']")[0])


def test_drafts_are_read_anew_and_a_wrong_one_says_why(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "ledger", tmp_path / "here")
    desk = Desk(tmp_path / "here")
    assert len(desk.page("drafts").xpath("//table[@id='drafts']/tbody/tr")) == 3
    (desk.root / "drafts/broken.beancount").write_text(BROKEN, "utf-8")
    (desk.root / "drafts/unread.beancount").write_text("2026-11-24 ! \n  x y z\n", "utf-8")
    root = desk.page("drafts")
    rows = [text(row) for row in root.xpath("//table[@id='drafts']/tbody/tr")]
    assert len(rows) == 4
    sentence = "drafts/broken.beancount:2: customer C99999 is not in the register; correct the id, or add the customer"
    assert sentence in rows[-1]
    assert text(root.xpath("//ul[@class='r-errors']/li/code")[0]).startswith("drafts/unread.beancount:2")
    assert "customer C99999 is not in the register" in text(desk.page("drafts/broken").xpath("//section")[0])
    (desk.root / "drafts/broken.beancount").unlink()
    assert desk.client.get(f"{AT}?page=drafts/broken").status_code == 404


def test_a_quote_looks_like_what_was_offered(desk: Desk) -> None:
    told = json.loads(desk.command("quote", "show", "Q2026-0001", "--as-of", "2026-11-24", "--format", "json"))
    (row,) = desk.page("quotes").xpath("//table[@id='quotes']/tbody/tr")
    assert [cell.get("data-sort-value") for cell in row[6:8]] == [told["net"], told["gross"]]
    assert text(row[-1]) == "open"
    root = desk.page("quotes/Q2026-0001")
    lines = root.xpath("//table[contains(@class, 'r-lines')]/tbody/tr")
    assert [text(line[-1]).replace(",", "") for line in lines] == [line["net"] for line in told["lines"]]
    assert desk.get("?time=2026-11-19&page=quotes").status_code == 200
    desk.get("?time=2026-11-19&page=quotes/Q2026-0001", 404)  # it was not made yet


def test_filters_narrow_drafts_and_quotes_to_their_customers(desk: Desk) -> None:
    root = desk.page("drafts", "&account=Assets:Receivable:C00019")
    assert [text(row[0]) for row in root.xpath("//table[@id='drafts']/tbody/tr")] == ["2026-11:12"]
    assert not desk.page("quotes", "&account=Assets:Receivable:C00019").xpath("//table[@id='quotes']")
    desk.get("?account=Assets:Receivable:C00019&page=quotes/Q2026-0001", 404)


def test_a_page_says_how_many_customers_the_filters_leave(desk: Desk) -> None:
    def said(address: str, more: str) -> list[str]:
        return [text(each) for each in desk.page(address, more).xpath("//p[@class='r-narrowed']")]

    everyone = len(json.loads(desk.command("customer", "list", "--as-of", "2026-11-24", "--format", "json")))
    for address in ("index", "customers", "open-items", "drafts"):
        one = said(address, "&account=Assets:Receivable:C00019")
        assert one == [f"Customers that the filters leave: 1 of {everyone}"], address
        assert said(address, "&account=Nowhere") == [f"Customers that the filters leave: 0 of {everyone}"]
        assert said(address, "") == []
    assert said("customers/C00019", "&account=Assets:Receivable:C00019") == []


def test_a_page_that_the_filters_leave_out_is_not_said_to_be_none(desk: Desk) -> None:
    other = "&account=Assets:Receivable:C00019"
    assert "The filters leave out customers/C00017." in str(desk.get(f"?page=customers/C00017{other}", 404).data)
    assert "There is no page customers/C99999 in" in str(desk.get(f"?page=customers/C99999{other}", 404).data)


def test_the_day_is_that_of_the_filter(desk: Desk) -> None:
    root = lxml.html.fromstring(desk.get("?time=2026-03-10&page=documents/2026-0012").get_data(as_text=True))
    assert "12,500.00 NOK" in text(root.xpath("//table[contains(@class, 'r-settled')]")[0])


# --- in a browser -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(desk: Desk) -> Iterator[str]:
    """The address of Fava over the ledger."""
    server = make_server("127.0.0.1", 0, desk.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/fjordlys-elektro-as/"
    server.shutdown()
    thread.join()


@pytest.fixture
def view(page: Any) -> Iterator[Any]:
    """A page in a browser, whose console says nothing."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    yield page
    assert told == []


def test_journal_and_documents_lead_to_the_pages(served: str, view: Any) -> None:
    view.goto(f"{served}journal/?filter=^2026-0012")
    view.wait_for_selector("a.billtext-page")
    view.wait_for_function("document.querySelectorAll('a.billtext-page').length === 4")
    titles = view.evaluate("[...document.querySelectorAll('a.billtext-page')].map(a => a.title)")
    assert sorted(titles) == [
        "2026-0012",
        "Assets/Receivable/C00017/2026-03-02.2026-0012.pdf",
        "Assets/Receivable/C00017/2026-03-02.2026-0012.ubl.xml",
        "K2026-0003",
    ]  # and none at the payment
    hidden = """each => each.filter(link => {
        const own = link.getBoundingClientRect(), row = link.parentElement.getBoundingClientRect();
        return own.right > row.right || own.left < row.left;
    }).length"""
    view.set_viewport_size({"width": 900, "height": 900})
    assert view.eval_on_selector_all("a.billtext-page", hidden) == 0  # Fava cuts off what is too long
    view.click("a.billtext-page[title='2026-0012']")
    view.wait_for_selector("section.bt h1")
    assert view.inner_text("section.bt h1").startswith("Invoice 2026-0012")
    assert "filter=%5E2026-0012" in view.url
    view.click("section.bt a:has-text('Journal entry')")
    view.wait_for_selector("text=invoices/2026.beancount")  # Fava shows the entry over the page
    view.goto(f"{served}documents/")
    view.wait_for_selector("a.billtext-page")
    view.click("a.billtext-page")
    view.wait_for_selector("section.bt h1")
    assert view.inner_text("section.bt h1").startswith("Invoice 2026-0012")


def sheets(view: Any) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", view.pdf(prefer_css_page_size=True)))


def test_a_statement_prints_alone_on_one_sheet(served: str, view: Any) -> None:
    view.goto(f"{served}extension/Receivables/?page=statements/C00017&from=2026-01-01&to=2026-03-31")
    view.wait_for_selector("section.bt article")
    view.emulate_media(media="print")
    for gone in ("aside", "body > header", "section.bt h1", "section.bt form", ".r-leads"):
        assert not view.locator(gone).first.is_visible(), gone
    assert "Storgata 1" in view.inner_text("section.bt article")
    assert sheets(view) == 1
    assert paper(view, "section.bt h3", "section.bt th", "section.bt .r-sum td", "section.bt .r-lead") == []


def test_a_month_leads_to_its_statement(served: str, view: Any) -> None:
    view.goto(f"{served}extension/Receivables/?page=customers/C00017&time=2026-11-24")
    view.click("section.bt a:text-is('October 2026')")
    view.wait_for_selector("section.bt article")
    assert "Kontoutskrift · 1. okt. 2026 – 31. okt. 2026" in view.inner_text("article.r-month h3")
    assert view.input_value("input[name=from]") == "2026-10-01"
    view.emulate_media(media="print")
    assert sheets(view) == 1
