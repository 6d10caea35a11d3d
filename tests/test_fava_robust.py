"""Fava with whatever ledger there is, and however it was started: right answers, no crash."""

import datetime
import json
import re
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from cheroot.wsgi import Server
from fava import application
from fava.application import create_app
from markupsafe import escape
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from billtext.outside import last_load, revision
from billtext.rendering import pages
from billtext.rendering.pages.frame import Frame
from fava_office import EXTENSION, FavaOffice, section, sentence

PAGES = ("index", "customers", "documents", "errors", "customers/C1", "documents/2026-0001", "months/2026-03")
BARE = EXTENSION + 'option "title" "Bare"\n'


def alone(place: Path, text: str) -> FavaOffice:
    """A ledger of one file, in Fava."""
    office = FavaOffice.__new__(FavaOffice)
    office.root, office.main = place, place / "main.beancount"
    office.main.write_text(text, "utf-8")
    office.start()
    office.base = "/bare/extension/Receivables/"
    return office


@pytest.mark.parametrize(
    "text",
    [
        BARE,
        BARE + '2020-01-01 open Assets:Bank\n2020-01-02 * "Something"\n  Assets:Bank  1 NOK\n  Assets:Bank  -1 NOK\n',
        BARE + '2020-01-01 custom "company" "No currency"\n',
        BARE + "this is no Beancount\n2020-01-01 opn Assets:Bank\n",
        BARE + 'plugin "billtext_plugins.nothing"\ninclude "nothing.beancount"\noption "documents" "nowhere"\n',
        BARE + "2020-01-01 open Assets:Receivable:C1\n2020-01-01 open Income:Sales\n"
        '2020-02-01 * "C1" "No register"\n  invoice: "1"\n  Assets:Receivable:C1  5.00 NOK\n  Income:Sales\n',
        BARE + '2020-01-01 custom "fava-extension" "billtext.fava"\n',
    ],
    ids=["empty", "no receivables", "company alone", "syntax", "missing files", "no register", "named twice"],
)
def test_any_ledger(tmp_path: Path, text: str) -> None:
    """Each page that there is answers; what is wrong with the ledger is on the page of errors."""
    office = alone(tmp_path, text)
    for page in ("index", "customers", "documents", "errors"):
        assert "<h1>" in office.shown(page)
    assert office.ask("", "csv").status_code == 200
    if "no Beancount" in text:
        assert "main.beancount:3" in office.shown("errors")
        assert "page=errors" in office.shown()  # from what needs attention


@pytest.mark.parametrize("plugin", ["", 'plugin "billtext_plugins.billing"\n'])
def test_ledger_errors(tmp_path: Path, plugin: str) -> None:
    """Our own, with and without the plugin, which tells them to Fava as well: each once."""
    office = FavaOffice(tmp_path, more=EXTENSION)
    invoices = tmp_path / "invoices" / "2026.beancount"
    invoices.write_text(invoices.read_text("utf-8").replace("250.00 NOK\n    vat", "251.00 NOK\n    vat", 1), "utf-8")
    office.main.write_text(plugin + office.main.read_text("utf-8"), "utf-8")
    told = json.loads(office.run("check", "--format", "json").out)
    text = office.shown("errors")
    assert len(told) == len({error["message"] for error in told}) > 0
    assert [text.count(str(escape(error["message"]))) for error in told] == [1] * len(told)
    for page in PAGES:
        office.shown(page)
    for error in told:  # in the editor, and on the page of the document that it is about, no other one
        assert f"line={error['line']}" in text
        assert str(escape(error["message"])) in office.shown("documents/2026-0001")
    assert "r-warning" not in office.shown("documents/2026-0002")


def test_a_page_does_not_begin_with_a_dot_and_says_that_nothing_is_wrong(tmp_path: Path) -> None:
    office = FavaOffice(tmp_path)
    assert "The ledger has no errors." in office.shown("errors")
    assert "Each error says" not in office.shown("errors")
    office.main.write_text(EXTENSION, "utf-8")
    office.start()
    office.base = "/beancount/extension/Receivables/"
    assert '<p class="r-lead">As of' in office.shown("index")


def test_filters_tell_how_many_customers_they_leave(tmp_path: Path) -> None:
    """Of the two, C1 is Nordlys; without filters nothing is said."""
    office = FavaOffice(tmp_path, more=EXTENSION)
    leads = [
        re.findall(r'<p class="r-lead">(.*?)</p>', office.shown(**filters))[0].split(" · ")[1:-1]
        for filters in ({}, {"account": "Assets:Receivable:C1"}, {"filter": 'payee:"Nobody"'})
    ]
    assert leads == [[], ["1 customer"], ["0 customers"]]
    assert "The last twelve months" not in office.shown(filter='payee:"Nobody"')


def test_no_page_is_told_in_favas_frame(tmp_path: Path) -> None:
    """With status 404; where Fava itself fetches the page, it gets the bare sentence."""
    office = FavaOffice(tmp_path, more=EXTENSION)
    for page in (
        "nowhere",
        "customers/X",
        "documents/9",
        "months/2026-13",
        "<b>",
        "customers/../../etc",
        "//",
        "statement/",
    ):
        answer = office.ask(page, time="2026-06-01")
        assert answer.status_code == 404
        assert sentence(answer) == f"There is no page {page} in the receivables on 2026-06-01."
        assert "<b>" not in section(answer)
        assert f'<a href="{office.base}">' in section(answer)  # back, without the filters
        assert "ledger-data" in answer.get_data(as_text=True)
    bare = office.ask("nowhere", time="2026-06-01", partial="true")
    assert (bare.status_code, bare.mimetype) == (404, "text/plain")
    assert bare.get_data(as_text=True) == "There is no page nowhere in the receivables on 2026-06-01."


@pytest.mark.parametrize(
    "filters",
    [
        {"time": "rubbish"}, {"time": "2026-99"}, {"filter": "(("}, {"account": "("}, {"account": "a(b"},
        {"filter": "any(account:"}, {"filter": '"'}, {"time": "2026-01-01 - rubbish", "done": "B2026-0001"},
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_read(tmp_path: Path, filters: dict[str, str]) -> None:
    office = FavaOffice(tmp_path, more=EXTENSION)
    answer = office.ask("customers", **filters)
    assert answer.status_code == 400, section(answer)
    assert sentence(answer)


@pytest.mark.parametrize(
    "filters", [{"time": "9999"}, {"time": "0001"}, {"time": "1600 to 9999-12-31"}, {"account": "*"}]
)
def test_an_odd_filter_is_no_crash(tmp_path: Path, filters: dict[str, str]) -> None:
    office = FavaOffice(tmp_path, more=EXTENSION)
    for page in ("index", "customers", "documents"):
        assert office.ask(page, **filters).status_code in {200, 400}


# --- how Fava was started -----------------------------------------------------------------------------------


def test_incognito(tmp_path: Path) -> None:
    """No amount of the ledger is on a page, nor in what a table is sorted by; rows can be sorted still."""
    office = FavaOffice(tmp_path, incognito=True)
    for page in (*PAGES, "pay/C1", "allocate/C1", "issue/nordlys", "drafts/nordlys"):
        text = section(office.ask(page, time="2026-06-01"))
        text = re.sub(r'viewBox="[^"]*"|(x|y|width|height|d|x1|x2|y1|y2)="[^"]*"|name="token" value="[^"]*"', "", text)
        text = re.sub(r"\b[0-9a-f]{32,64}\b|pytest-\d+", "", text)  # of an entry, and where this test keeps its ledger
        for amount in ("250", "1,000", "1000", "2,500", "2500", "3,750", "2,750", "2750", "500.00", "3,000", "1,200"):
            assert amount not in text, (page, amount)
    assert "X,XXX.XX" in office.shown("customers")
    assert "<b>X,XXX.XX</b>" in office.shown("customers/C1")


def test_incognito_keeps_the_order(tmp_path: Path) -> None:
    """1250 and 2500 NOK are open of C1's invoices, and 1000 stands unapplied: -1000 < 0 < 1250 < 2500 by place."""
    office = FavaOffice(tmp_path, incognito=True)
    row = re.findall(r'data-sort-value="(\d+)">(-?X[X,.]*)<', office.shown("customers/C1", time="2026-06-01"))
    found = [
        (Decimal(place), text) for place, text in row if text in ("X,XXX.XX", "-X,XXX.XX", "\N{MINUS SIGN}X,XXX.XX")
    ]
    assert len(found) == 6
    assert len({place for place, _ in found}) == 3
    assert min(found)[1][0] in "-\N{MINUS SIGN}"


def test_prefix(tmp_path: Path) -> None:
    """Behind `--prefix /books` all links lead there."""
    office = FavaOffice(tmp_path)
    application._cached_url_for.cache_clear()  # Fava keeps addresses, and this process has had another Fava before
    client = Client(DispatcherMiddleware(create_app([office.main]), {"/books": office.app}))
    page = section(client.get(f"/books{office.base}?page=customers/C1"))
    links = re.findall(r'(?:href|action)="([^"#]*)"', page)
    assert len(links) > 5
    assert all(link.startswith("/books" + office.base.partition("extension")[0]) for link in links)
    assert client.get(f"/books{office.base}style").status_code == 200
    application._cached_url_for.cache_clear()


def test_two_ledgers_in_one_fava(tmp_path: Path) -> None:
    """Each shows its own figures, and the book that its own plugin has built."""
    plugin = 'plugin "billtext_plugins.billing"\n'
    office, other = FavaOffice(tmp_path / "one"), FavaOffice(tmp_path / "two")
    for each, title in ((office, "One"), (other, "Two")):
        each.main.write_text(plugin + each.main.read_text("utf-8").replace("Fjordlys Elektro AS", title), "utf-8")
    card = other.root / "customers" / "register.beancount"
    card.write_text(card.read_text("utf-8").replace("Nordlys Interiør AS", "Somebody Else AS"), "utf-8")
    office.start(other.main)
    office.base = "/one/extension/Receivables/"
    assert "Nordlys" in office.shown("customers")
    office.base = "/two/extension/Receivables/"
    assert "Nordlys" not in office.shown("customers")
    assert "Somebody Else" in office.shown("customers")
    ledgers = office.app.config["LEDGERS"].ledgers
    books = [ledger.extensions.get_extension("Receivables")._shelf.book for ledger in ledgers]
    assert all(any(book is known.book for known in last_load._last.values()) for book in books)


def test_what_a_browser_is_told(tmp_path: Path) -> None:
    """Our pages are in no frame of others, downloads run nothing; Fava's own pages are left as they are."""
    office = FavaOffice(tmp_path)
    page = office.ask().headers
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    for endpoint in ("style", "script"):
        assert office.ask("", endpoint).headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" not in office.client.get("/fjordlys-elektro-as/journal/").headers


# --- while the ledger changes -------------------------------------------------------------------------------


MORE = """
2026-05-{day:02} * "Nordlys Interiør AS" "Bank giro"
  payment: "B2026-{number:04}"
  Assets:Bank               1.00 NOK
  Assets:Receivable:C1     -1.00 NOK
"""


def owed(page: str) -> Decimal:
    """What C1 owes, in NOK, as its page says."""
    found = re.search(r"<dt>Owed</dt><dd><b>([\d,.-]+)</b>", page)
    assert found, page
    return Decimal(found[1].replace(",", ""))


def test_a_change_is_seen_at_once(tmp_path: Path) -> None:
    """Fava's own watcher takes up to two seconds; 3750 billed less 1000 received are 2750."""
    office = FavaOffice(tmp_path, more=EXTENSION)
    assert owed(office.shown("customers/C1")) == Decimal(2750)
    payments = tmp_path / "payments" / "2026.beancount"
    for n in range(1, 4):
        with payments.open("a") as file:
            file.write(MORE.format(day=10 + n, number=100 + n))
        assert owed(office.shown("customers/C1")) == Decimal(2750) - n
    payments.unlink()
    assert owed(office.shown("customers/C1")) == Decimal(3750)


def test_a_ledger_is_read_once_for_each_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = FavaOffice(tmp_path, more=EXTENSION)
    ledger = office.app.config["LEDGERS"].ledgers[0]
    read: list[int] = []
    monkeypatch.setattr(type(ledger), "load_file", counting(type(ledger).load_file, read))
    for _ in range(3):
        office.shown("customers")
    assert not read
    with (tmp_path / "payments" / "2026.beancount").open("a") as file:
        file.write(MORE.format(day=11, number=101))
    for _ in range(3):
        office.shown("customers")
    time.sleep(2)  # until Fava's watcher has told of it too
    office.shown("customers")
    assert len(read) == 1


def counting(load, read):  # type: ignore[no-untyped-def]
    """A load that is counted."""

    def load_file(self):  # type: ignore[no-untyped-def]
        read.append(1)
        load(self)

    return load_file


@contextmanager
def served(office: FavaOffice) -> Iterator[str]:
    """A real server, as Fava starts one; its address."""
    server = Server(("127.0.0.1", 0), office.app)
    server.prepare()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.bind_addr[1]}"
    finally:
        server.stop()
        thread.join()


def fetched(address: str) -> str:
    """A page, from a real server."""
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - of ours
        return str(answer.read().decode())


def test_eight_readers_while_the_ledger_changes(tmp_path: Path) -> None:
    """Each answer is right for a state that the ledger had while it was asked; none fails."""
    office = FavaOffice(tmp_path, more=EXTENSION)
    payments = tmp_path / "payments" / "2026.beancount"
    written, done, wrong = [0], threading.Event(), []
    answers = [0]

    def reader(base: str, n: int) -> None:
        while not done.is_set():
            before = written[0]
            try:
                page = fetched(f"{base}{office.base}?page=customers/C1&time=2026-06-0{n}")
            except Exception as error:  # whatever it is, it is to be told
                wrong.append(repr(error))
                return
            paid = Decimal(2750) - owed(page)
            if not before <= paid <= written[0] + 1:
                wrong.append(f"{paid} of {before}..{written[0]}")
            answers[0] += 1

    office.shown()  # what changes while Fava reads for the first time, nobody knows
    with served(office) as base:
        threads = [threading.Thread(target=reader, args=(base, n)) for n in range(1, 9)]
        for thread in threads:
            thread.start()
        for n in range(1, 9):
            new = payments.with_suffix(".new")
            new.write_text(payments.read_text("utf-8") + MORE.format(day=10 + n, number=100 + n), "utf-8")
            new.replace(payments)
            written[0] = n
            time.sleep(0.4)
        done.set()
        for thread in threads:
            thread.join()
        last = fetched(f"{base}{office.base}?page=customers/C1")
    assert wrong == []
    assert answers[0] > 8
    assert owed(last) == Decimal(2742)


def test_eight_readers_register_payments(tmp_path: Path) -> None:
    """Two clicks at once on each of four forms: four payments."""
    office = FavaOffice(tmp_path)
    tokens = {page: office.token(page) for page in ("pay/C1", "pay/C2", "pay/P1")}
    statuses: list[int] = []

    def sender(page: str) -> None:
        answer = office.app.test_client().post(
            f"{office.base}act?page={page}", data={"token": tokens[page], "amount": "5.00", "date": "2026-06-01"},
            headers={"Origin": "http://localhost"},
        )  # fmt: skip
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=sender, args=(page,)) for page in [*tokens] * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [303] * 3 + [422] * 6
    assert office.files()["payments/2026.beancount"].count("payment:") == 4
    office.book()


def test_the_pages_are_those_of_the_site(tmp_path: Path) -> None:
    """What Fava shows is what the frame of the same day makes, but for links."""
    office = FavaOffice(tmp_path, more=EXTENSION)
    book = office.book()
    frame = Frame(book, datetime.date(2026, 6, 1), revision="ledger not in git", language="")
    page = pages.find(frame, "customers")
    assert page is not None

    def words(text: str) -> list[str]:
        return re.sub(r"<[^>]*>", " ", text.partition("<h1>")[2]).split()  # above, Fava has more

    assert words(page.body) == [w for w in words(section(office.ask("customers", time="2026-06-01"))) if w != "CSV"]


def test_a_new_file_that_an_include_names_is_seen_at_once(tmp_path: Path) -> None:
    """Nothing that Fava has loaded tells of it: only the pattern of the include does."""
    office = FavaOffice(tmp_path, more=EXTENSION + 'include "more/*.beancount"\n')
    assert "Someone new" not in office.shown("customers")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "C9.beancount").write_text('2026-01-01 custom "customer" "C9"\n  name: "Someone new"\n')
    assert "Someone new" in office.shown("customers")


def test_the_foot_of_a_page_tells_the_revision_as_it_is(tmp_path: Path) -> None:
    """After a commit, a checkout and another draft; no file of the ledger itself changes by them."""
    office = FavaOffice(tmp_path / "home" / "books", more=EXTENSION)
    git = ["git", "-c", "user.name=T", "-c", "user.email=t@t.example", "-C"]

    def run(*words: str, at: Path = office.root) -> str:
        return subprocess.run([*git, str(at), *words], check=True, capture_output=True, text=True).stdout.strip()

    def foot(told: FavaOffice = office) -> str:
        (found,) = re.findall(r'<p class="r-stamp">.* · (.*)</p>', told.shown("index"))
        return str(found)

    assert foot() == "ledger not in git"
    run("init", "-q", "-b", "main")
    assert foot() == "ledger without a commit, with uncommitted changes"
    run("add", ".")
    run("commit", "-q", "-m", "first")
    first = run("rev-parse", "--short=7", "HEAD")
    assert foot() == f"ledger {first}"
    run("commit", "-q", "--allow-empty", "-m", "second")
    second = run("rev-parse", "--short=7", "HEAD")
    assert foot() == f"ledger {second}"
    run("checkout", "-q", first)
    assert foot() == f"ledger {first}"
    run("checkout", "-q", "main")
    run("pack-refs", "--all")
    assert foot() == f"ledger {second}"
    office.draft("new", "; nothing yet\n")
    assert foot() == f"ledger {second}, with uncommitted changes"
    run("add", ".")
    run("commit", "-q", "-m", "third")
    run("worktree", "add", "-q", "-b", "side", "../side")
    side = FavaOffice.__new__(FavaOffice)
    side.root = tmp_path / "home" / "side"
    side.main = side.root / "main.beancount"
    side.start()
    assert foot(side) == f"ledger {run('rev-parse', '--short=7', 'HEAD')}"
    run("commit", "-q", "--allow-empty", "-m", "fourth", at=side.root)
    assert foot(side) == f"ledger {run('rev-parse', '--short=7', 'HEAD', at=side.root)}"


def test_git_is_asked_once_for_each_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes longer than a page."""
    office = FavaOffice(tmp_path, more=EXTENSION)
    subprocess.run(["git", "-C", str(tmp_path), "init", "-q"], check=True)
    asked: list[Path] = []
    real = revision.of
    monkeypatch.setattr(revision, "of", lambda directory: asked.append(directory) or real(directory))
    for page in ("index", "customers", "index", "customers/C1"):
        assert "ledger without a commit" in office.shown(page)
    assert asked == [tmp_path]
