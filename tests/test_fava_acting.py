"""Acting from Fava: what is written is what the command line writes, once, and only for who sits before the page."""

import datetime
import re
from decimal import Decimal
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from billtext.errors import Refused
from billtext.fava import acting, typed
from billtext.fava.asked import today
from billtext.rendering.language import Language
from fava_office import BROWSER, EXTENSION, WRITE, FavaOffice, section, sentence, token_of

DAY = "2026-06-01"
DRAFT = "issue/nordlys"


@pytest.fixture
def office(tmp_path: Path) -> FavaOffice:
    return FavaOffice(tmp_path / "fava")


@pytest.fixture
def twin(tmp_path: Path) -> FavaOffice:
    """The same office, in which the command line is at work."""
    return FavaOffice(tmp_path / "twin")


def test_a_payment_is_the_one_of_the_command_line(office: FavaOffice, twin: FavaOffice) -> None:
    """1000 NOK of the 1250 of the invoice that is named; the page then shows 250 open of it."""
    answer = office.send("pay/C1", {"amount": "1000.00", "date": DAY, "method": "bank", "invoice": "2026-0001"})
    page = office.follow(answer)
    twin.get("pay", "C1", "1000.00", "--invoice", "2026-0001", "--date", DAY)
    assert office.files() == twin.files()
    assert sentence(page, "status") == "Payment B2026-0002 of 1,000.00 NOK is registered."
    assert ">250.00<" in page


def test_an_allocation_is_the_one_of_the_command_line(office: FavaOffice, twin: FavaOffice) -> None:
    """The 1000 NOK that stood unapplied."""
    answer = office.send("allocate/C1", {"by": "B2026-0001", "name": "2026-0002", "amount": "", "date": DAY})
    page = office.follow(answer)
    twin.get("allocate", "B2026-0001", "2026-0002", "--date", DAY)
    assert office.files() == twin.files()
    assert sentence(page, "status") == "1,000.00 NOK of B2026-0001 is set against 2026-0002."
    assert ">1,500.00<" in page


def test_a_draft_is_issued_as_by_the_command_line(office: FavaOffice, twin: FavaOffice) -> None:
    """Three hours at 1000 NOK and 25 % VAT. An hour costs 1200 from July on: that is shown first."""
    form = office.shown(DRAFT)
    assert "4,500.00 NOK" in form
    assert "-3600.00 NOK" in form
    before = office.files()
    answer = office.send(DRAFT, {"date": DAY})
    assert CHANGED in sentence(answer)
    assert "3,750.00 NOK" in section(answer)
    assert office.files() == before
    page = office.follow(issued(office, DAY))
    twin.get("issue", "nordlys", "--date", DAY)
    assert office.files() == twin.files()
    assert sentence(page, "status") == "2026-0004 is issued."
    assert "<h1>Invoice 2026-0004" in page


def issued(office: FavaOffice, day: str) -> TestResponse:
    """Issue the draft on a day, after having looked at what it comes to then."""
    seen = section(office.send(DRAFT, {"date": day}, token=UNKNOWN))
    return office.send(DRAFT, {"date": day}, token=token_of(seen))


def test_what_is_issued_is_filed_where_the_ledger_says_so(tmp_path: Path) -> None:
    archive = '2020-01-01 custom "billtext-option" "archive" TRUE\n'
    office = FavaOffice(tmp_path, more=EXTENSION + WRITE + archive)
    (tmp_path / "documents").mkdir()
    main = office.main.read_text("utf-8")
    office.main.write_text(f'option "documents" "documents"\n{main}', "utf-8")
    office.follow(issued(office, DAY))
    assert [path.suffix for path in (tmp_path / "documents").rglob("*") if path.is_file()] == [".pdf"]


def test_a_number_is_not_spent_on_an_einvoice_that_cannot_be_sent(tmp_path: Path) -> None:
    """Plain text is no type of attachment that an e-invoice may have (BR-CL-24)."""
    archive = '2020-01-01 custom "billtext-option" "archive" TRUE\n'
    office = FavaOffice(tmp_path, more=EXTENSION + WRITE + archive)
    (tmp_path / "documents").mkdir()
    main = office.main.read_text("utf-8")
    office.main.write_text(f'option "documents" "documents"\n{main}', "utf-8")
    (tmp_path / "hours.txt").write_text("8 h\n", "utf-8")
    (card,) = [path for path in tmp_path.rglob("customers/*") if '"customer" "C1"' in path.read_text("utf-8")]
    head = '"customer" "C1"\n'
    card.write_text(
        card.read_text("utf-8").replace(head, f'{head}  channel: "email"\n  attach: "pdf+xml"\n', 1), "utf-8"
    )
    (draft,) = (tmp_path / "drafts").glob("nordlys*")
    text = draft.read_text("utf-8")
    attached = '  attachment: "hours"\n  attachment-file: "hours.txt"\n  customer:'
    draft.write_text(text.replace("  customer:", attached, 1), "utf-8")
    before = office.files()
    answer = issued(office, DAY)
    assert answer.status_code == 422
    assert "its e-invoice would not be right" in sentence(answer)
    assert office.files() == before


def test_foreign_money(office: FavaOffice, twin: FavaOffice) -> None:
    """What the bank made of 100 euro."""
    done = {"amount": "100.00", "date": DAY, "invoice": "2026-0003", "received": "1140.00"}
    exchange = "2020-01-01 open Expenses:ExchangeLoss\n"
    for each in (office, twin):
        with (each.root / "company.beancount").open("a") as file:
            file.write(exchange)
    office.follow(office.send("pay/C2", done))
    twin.get("pay", "C2", "100.00", "--invoice", "2026-0003", "--received", "1140.00", "--date", DAY)
    assert office.files() == twin.files()


# --- once ---------------------------------------------------------------------------------------------------


UNKNOWN = "0" * 64
CHANGED = "What this form is about has changed since it was opened. Look at it again before you send it."


@pytest.mark.parametrize(
    ("page", "done"),
    [
        ("pay/C1", {"amount": "10.00", "date": DAY}),
        ("allocate/C1", {"by": "B2026-0001", "name": "2026-0002", "amount": "10.00", "date": DAY}),
    ],
)
def test_a_second_click_does_nothing(office: FavaOffice, page: str, done: dict[str, str]) -> None:
    """The token is of the account as it was; what was typed stays, with a token of the account as it is."""
    token = office.token(page)
    assert office.send(page, done, token=token).status_code == 303
    before = office.files()
    again = office.send(page, done, token=token)
    assert again.status_code == 422
    assert CHANGED in sentence(again)
    assert 'value="10.00"' in section(again)
    assert office.files() == before
    assert office.send(page, done).status_code == 303


def test_a_draft_is_issued_once(office: FavaOffice) -> None:
    token, today_ = office.token(DRAFT), today().isoformat()
    assert office.send(DRAFT, {"date": today_}, token=token).status_code == 303
    before = office.files()
    again = office.send(DRAFT, {"date": today_}, token=token)
    assert again.status_code == 409
    assert sentence(again) == "Nothing was written. There is no form issue/nordlys."
    assert office.files() == before


def test_a_draft_that_was_changed_since_it_was_seen_is_not_issued(office: FavaOffice) -> None:
    token = office.token(DRAFT)
    draft = office.root / "drafts" / "nordlys.beancount"
    draft.write_text(draft.read_text("utf-8").replace("quantity: 3", "quantity: 30"), "utf-8")
    answer = office.send(DRAFT, {"date": today().isoformat()}, token=token)
    assert CHANGED in sentence(answer)
    assert draft.exists()


def test_what_the_command_line_did_meanwhile_counts_too(office: FavaOffice) -> None:
    token = office.token("pay/C1")
    office.get("pay", "C1", "10.00", "--date", DAY)
    answer = office.send("pay/C1", {"amount": "10.00", "date": DAY}, token=token)
    assert CHANGED in sentence(answer)


# --- who ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:8000"},
        {"Origin": "null"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-site"},
        {"Referer": "http://evil.example/http://localhost/"},
        {"Origin": "http://[", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_only_a_page_of_ours_may_send(office: FavaOffice, headers: dict[str, str]) -> None:
    before = office.files()
    answer = office.send("pay/C1", {"amount": "10.00", "date": DAY}, headers=headers)
    assert answer.status_code == 403
    assert sentence(answer) == "This form was not sent from a page of this Fava, so nothing was written."
    assert office.files() == before


def test_a_browser_that_says_only_where_it_was_may_send(office: FavaOffice) -> None:
    headers = {"Referer": f"http://localhost{office.base}?page=pay/C1"}
    assert office.send("pay/C1", {"amount": "10.00", "date": DAY}, headers=headers).status_code == 303


@pytest.mark.parametrize("token", ["", "0" * 64, "ü"])
def test_only_the_form_itself_may_be_sent(office: FavaOffice, token: str) -> None:
    answer = office.send("pay/C1", {"amount": "10.00", "date": DAY}, token=token)
    assert answer.status_code == 422
    assert CHANGED in sentence(answer)


def test_a_token_is_of_one_form(office: FavaOffice) -> None:
    """That of another customer, or of another form of the customer, is none."""
    for other in ("pay/C2", "allocate/C1"):
        answer = office.send("pay/C1", {"amount": "10.00", "date": DAY}, token=office.token(other))
        assert CHANGED in sentence(answer)


def post(office: FavaOffice, host: str) -> int:
    """Send a payment to a host that the browser takes for its own."""
    return office.client.post(
        f"{office.base}act?page=pay/C1", base_url=f"http://{host}",
        data={"token": office.token("pay/C1"), "amount": "10.00", "date": DAY},
        headers={"Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"},
    ).status_code  # fmt: skip


def test_a_name_that_leads_to_us_is_not_ours(office: FavaOffice) -> None:
    """DNS rebinding: evil.example is 127.0.0.1 by now, and its page has read the token."""
    assert post(office, "evil.example:5000") == 403
    assert post(office, "localhost.evil.example") == 403
    assert post(office, "127.0.0.1:5000") == 303
    assert post(office, "[::1]:5000") == 303


def test_the_ledger_can_give_names(tmp_path: Path) -> None:
    """Behind a proxy that speaks TLS for us."""
    named = EXTENSION.rstrip() + """ "{'hosts': ['books.example']}"\n"""
    office = FavaOffice(tmp_path, more=named + WRITE)
    assert post(office, "books.example") == 303
    headers = {"Origin": "https://books.example"}
    typed_ = {"token": office.token("pay/C1"), "amount": "10.00", "date": DAY}
    address = f"{office.base}act?page=pay/C1"
    answer = office.client.post(address, base_url="http://books.example", data=typed_, headers=headers)
    assert answer.status_code == 303


@pytest.mark.parametrize("value", ["", "FALSE", '"yes"', "1"])
def test_a_ledger_that_does_not_say_so_is_read_only(tmp_path: Path, value: str) -> None:
    """Nor one that says it wrongly, which is an error of the ledger."""
    office = FavaOffice(tmp_path, more=EXTENSION + (WRITE.replace("TRUE", value) if value else ""))
    wrong = "fava-write" in office.run("check").out
    assert wrong == (value not in ("", "FALSE"))
    before = office.files()
    assert office.ask("pay/C1").status_code == 404
    assert "pay/C1" not in office.shown("customers/C1")
    answer = office.send("pay/C1", {"amount": "10.00", "date": DAY}, token=UNKNOWN)
    assert (answer.status_code, sentence(answer)) == (403, "The ledger does not let Fava write; it is still as it was.")
    assert office.files() == before


def test_fava_can_be_started_read_only(tmp_path: Path) -> None:
    office = FavaOffice(tmp_path, read_only=True)
    before = office.files()
    assert office.ask("pay/C1").status_code == 404
    assert "pay/C1" not in office.shown("customers/C1")
    assert office.send("pay/C1", {"amount": "10.00", "date": DAY}, token=UNKNOWN).status_code == 401
    assert office.files() == before


def test_the_option_is_looked_at_when_it_is_written(office: FavaOffice) -> None:
    """Fava may have read the ledger when it still allowed it."""
    token = office.token("pay/C1")
    company = office.root / "company.beancount"
    text = company.read_text("utf-8")
    company.write_text(text.replace(WRITE, ""), "utf-8")
    with pytest.raises(Refused, match="does not let Fava write"):
        acting.act("pay", "C1", office.main, acting.Form({"token": token}), Language())


def test_a_get_writes_nothing(office: FavaOffice) -> None:
    """Not even that of the address to which forms are sent: it shows the form."""
    before = office.files()
    query = {"token": office.token("pay/C1"), "amount": "10.00", "date": DAY}
    answer = office.ask("pay/C1", "act", **query)
    assert answer.status_code == 303
    assert "Register a payment" in office.follow(answer)
    assert office.files() == before


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "why"),
    [
        ({"amount": "10.0011", "date": DAY}, "The amount is 10.0011 NOK, but NOK has 2 decimals; write it with those"),
        ({"amount": "0", "date": DAY}, "The amount is 0 NOK; it must be above zero"),
        ({"amount": "-10", "date": DAY}, "'-10' is no amount; write it as 1,250.00"),
        ({"amount": "", "date": DAY}, "'' is no amount; write it as 1,250.00"),
        ({"amount": "10", "date": "today"}, "'today' is no date; write it as 2026-10-31"),
        ({"amount": "10", "date": DAY, "method": "voucher"}, "Method is 'voucher'; choose one of bank, card, cash"),
        ({"amount": "10", "date": DAY, "invoice": "2026-0003"},
         "2026-0003 is of customer C2, not of C1; name one of this customer"),
        ({"amount": "10", "date": DAY, "invoice": "<script>alert(1)</script>"},
         "<script>alert(1)</script> is not in the ledger; `billtext open-items` shows what is open"),
    ],
)  # fmt: skip
def test_a_refusal_says_why_and_keeps_what_was_typed(office: FavaOffice, done: dict[str, str], why: str) -> None:
    before = office.files()
    answer = office.send("pay/C1", {"text": 'Giro "March"', **done})
    assert answer.status_code == 422
    assert sentence(answer) == f"Nothing was written. {why}"
    assert 'value="Giro &#34;March&#34;"' in section(answer)
    assert "<script>alert" not in answer.get_data(as_text=True)
    assert office.files() == before


def test_a_refusal_names_the_fields_of_the_form(office: FavaOffice) -> None:
    """The command line has options for them; what it has besides is told to be elsewhere."""
    answer = office.send("pay/C1", {"amount": "10", "date": DAY, "received": "10"})
    assert sentence(answer) == (
        "Nothing was written. The amount is in NOK already; leave “What the bank made of it, in NOK” out"
    )
    answer = office.send("pay/C1", {"amount": "10", "date": DAY, "currency": "USD"})
    assert sentence(answer) == (
        "Nothing was written. No rate from USD to NOK is known on 2026-06-01; give it with --rate, or add a `price` "
        "directive. What begins with -- is an option of the command line."
    )
    answer = office.send("allocate/C1", {"date": DAY})
    assert sentence(answer) == "Nothing was written. Choose the money, and what it is set against."


def test_no_text_becomes_a_directive(office: FavaOffice) -> None:
    """Neither a currency with a line break in it, nor what the bank statement says."""
    line = "\n2026-06-01 open Assets:Mine"
    refused = office.send("pay/C1", {"amount": "10", "date": DAY, "currency": f"NOK{line}"})
    assert "is no currency" in sentence(refused)
    text = f'Giro "{line}\N{RIGHT-TO-LEFT OVERRIDE}\x00'
    office.follow(office.send("pay/C1", {"amount": "10", "date": DAY, "currency": "NOK", "text": text}))
    written = office.files()["payments/2026.beancount"]
    assert '"Giro \\" 2026-06-01 open Assets:Mine"' in written
    assert line not in written
    office.book()


def test_what_was_chosen_stays_chosen(office: FavaOffice) -> None:
    answer = office.send("pay/C1", {"amount": "x", "date": DAY, "invoice": ["2026-0002"], "method": "cash"})
    assert 'value="2026-0002" checked' in section(answer)
    assert 'value="2026-0001">' in section(answer)
    assert '<option value="cash" selected>' in section(answer)


def test_a_ledger_with_errors_is_not_written(office: FavaOffice) -> None:
    payments = office.root / "payments" / "2026.beancount"
    payments.write_text(payments.read_text("utf-8").replace("Assets:Bank ", "Assets:Bonk "), "utf-8")
    answer = office.send("pay/C1", {"amount": "10", "date": DAY})
    assert answer.status_code == 422
    assert "The ledger has errors, so nothing was changed" in sentence(answer)
    assert sentence(answer).endswith(
        "say --force where it is about something else. What begins with -- is an option of the command line."
    )


def test_a_draft_that_is_wrong_says_why(office: FavaOffice) -> None:
    office.draft("nordlys", office.files()["drafts/nordlys.beancount"].replace('"CONS"', '"CANS"'))
    assert "CANS" in office.shown(DRAFT)
    answer = issued(office, DAY)
    assert answer.status_code == 422
    assert "CANS" in sentence(answer)
    assert "2026-0004" not in office.files()["invoices/2026.beancount"]


def test_a_draft_file_that_cannot_be_read_stops_no_other(office: FavaOffice) -> None:
    """It is told on the page of the drafts, and the others are issued."""
    (office.root / "drafts" / "broken.beancount").write_bytes(b'2026-06-01 ! "Caf\xe9"\n')
    assert "drafts/broken.beancount" in office.shown("drafts")
    page = office.follow(issued(office, DAY))
    assert sentence(page, "status") == "2026-0004 is issued."


# --- what is asked about --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "invoice", "why"),
    [
        ("2062-06-01", "", "2062-06-01 is more than a week ahead."),
        ("2026-03-01", "", "2026-03-01 is before anything on this customer's account."),
        ("2026-03-31", "2026-0002", "2026-03-31 is before what the payment settles."),
    ],
)
def test_a_payment_of_an_odd_day_is_asked_about(office: FavaOffice, day: str, invoice: str, why: str) -> None:
    """The first invoice is of 2 March, the second of 1 April. Whoever means it says so, of that very day."""
    before = office.files()
    sent = {"amount": "10.00", "date": day, **({"invoice": invoice} if invoice else {})}
    answer = office.send("pay/C1", sent)
    assert answer.status_code == 422
    assert sentence(answer) == f"Nothing was written. {why} If that is meant, say so below."
    assert f'<input type="checkbox" name="sure" value="{day}"> <span>{day} is meant.</span>' in section(answer)
    assert office.send("pay/C1", {**sent, "sure": "2026-06-01"}).status_code == 422
    assert office.files() == before
    assert office.send("pay/C1", {**sent, "sure": day}).status_code == 303
    assert f"{day} * " in office.files()[f"payments/{day[:4]}.beancount"]


@pytest.mark.parametrize("invoice", ["", "2026-0001"])
def test_a_payment_of_the_day_of_the_first_invoice_is_not(office: FavaOffice, invoice: str) -> None:
    sent = {"amount": "10.00", "date": "2026-03-02", **({"invoice": invoice} if invoice else {})}
    assert office.send("pay/C1", sent).status_code == 303


def test_a_week_ahead_is_not_asked_about_and_a_day_more_is(office: FavaOffice) -> None:
    """Nor is what is wrong besides told before: a date that is none stays one that is none."""
    for days, status in ((7, 303), (8, 422)):
        day = (today() + datetime.timedelta(days=days)).isoformat()
        assert office.send("pay/C1", {"amount": "10.00", "date": day}).status_code == status
    assert "is no date" in sentence(office.send("pay/C1", {"amount": "10.00", "date": "2062"}))


def test_a_draft_and_an_allocation_far_ahead_are_asked_about_too(office: FavaOffice) -> None:
    """A document of that day would let none of an earlier one follow it."""
    day = "2062-06-01"
    pair = {"by": "B2026-0001", "name": "2026-0002", "date": day}
    answer = office.send("allocate/C1", pair)
    assert "more than a week ahead" in sentence(answer)
    assert 'value="B2026-0001" checked' in section(answer)
    assert office.send("allocate/C1", {**pair, "sure": day}).status_code == 303
    seen = section(office.send(DRAFT, {"date": day}, token=UNKNOWN))
    answer = office.send(DRAFT, {"date": day}, token=token_of(seen))
    assert "more than a week ahead" in sentence(answer)
    assert "2026-0004" not in "".join(office.files().values())
    assert office.send(DRAFT, {"date": day, "sure": day}, token=token_of(section(answer))).status_code == 303


def test_a_day_of_delivery_far_ahead_is_asked_about(office: FavaOffice) -> None:
    """It stands on the document for good; the day of the document itself is today."""
    sent = {"date": today().isoformat(), "delivery": "2062-05-31"}
    answer = office.send(DRAFT, sent, token=token_of(section(office.send(DRAFT, sent, token=UNKNOWN))))
    assert "2062-05-31 is more than a week ahead." in sentence(answer)
    assert '<input type="checkbox" name="sure" value="2062-05-31">' in section(answer)
    assert "2026-0004" not in "".join(office.files().values())
    token = token_of(section(answer))
    assert office.send(DRAFT, {**sent, "sure": sent["date"]}, token=token).status_code == 422
    assert office.send(DRAFT, {**sent, "sure": "2062-05-31"}, token=token).status_code == 303
    assert "  delivery: 2062-05-31\n" in "".join(office.files().values())


# --- what a form offers -------------------------------------------------------------------------------------


EUROS = """
2026-05-20 * "Müller GmbH" "Bank giro"
  payment: "B2026-0002"
  Assets:Bank             460.00 NOK
  Assets:Receivable:C1    -40.00 EUR @ 11.50 NOK
"""


def forms_of(page: str) -> list[tuple[list[str], list[str]]]:
    """Of each form what it offers as money and as what that settles."""
    return [
        (re.findall(r'name="by" value="([^"]+)"', each), re.findall(r'name="name" value="([^"]+)"', each))
        for each in page.split('<form class="r-form"')[1:]
    ]


def test_an_allocation_is_offered_within_a_currency_only(office: FavaOffice) -> None:
    """40 EUR stand unapplied, and nothing in EUR is owed by C1; then something is."""
    payments = office.root / "payments" / "2026.beancount"
    payments.write_text(payments.read_text("utf-8") + EUROS, "utf-8")
    crowns = (["B2026-0001"], ["2026-0001", "2026-0002"])
    page = office.shown("allocate/C1")
    assert forms_of(page) == [crowns]
    assert "<h2>" not in page
    invoices = office.root / "invoices" / "2026.beancount"
    text = invoices.read_text("utf-8")
    invoices.write_text(text.replace("Assets:Receivable:C2    100.00", "Assets:Receivable:C1    100.00"), "utf-8")
    page = office.shown("allocate/C1")
    assert forms_of(page) == [crowns, (["B2026-0002"], ["2026-0003"])]
    assert re.findall(r"<h2>(\w+)</h2>", page) == ["NOK", "EUR"]
    wrong = section(office.send("allocate/C1", {"by": "B2026-0002", "name": "2026-0003", "amount": "x", "date": DAY}))
    assert wrong.count('name="amount" value="x"') == 1
    assert 'value="B2026-0002" checked' in wrong
    answer = office.send("allocate/C1", {"by": "B2026-0002", "name": "2026-0003", "amount": "", "date": DAY})
    assert sentence(office.follow(answer), "status") == "40.00 EUR of B2026-0002 is set against 2026-0003."


def test_the_form_of_a_draft_shows_the_document_and_its_text_folded(office: FavaOffice) -> None:
    """Three hours at 1200 NOK; whoever leaves it comes back to the draft."""
    page = office.shown(DRAFT)
    document = page[page.index('<div class="r-document">') : page.index("<details>")]
    assert "4,500.00" in document
    assert "Income:Sales" not in document
    assert "Income:Sales" in page[page.index("<details>") : page.index("</details>")]
    assert re.search(r'<a href="[^"]*page=drafts/nordlys[^"]*">Cancel</a>', page)


def test_a_draft_that_does_not_say_when_it_was_delivered_is_asked(office: FavaOffice, twin: FavaOffice) -> None:
    """As `issue --delivery` is; one that says it is not."""
    token = token_of(section(office.send(DRAFT, {"date": DAY}, token=UNKNOWN)))
    wrong = office.send(DRAFT, {"date": DAY, "delivery": "May"}, token=token)
    assert "'May' is no date" in sentence(wrong)
    office.follow(office.send(DRAFT, {"date": DAY, "delivery": "2026-05-31"}, token=token))
    twin.get("issue", "nordlys", "--date", DAY, "--delivery", "2026-05-31")
    assert office.files() == twin.files()
    assert "delivery: 2026-05-31" in office.files()["invoices/2026.beancount"]


def test_what_a_draft_says_of_its_delivery_is_not_asked(office: FavaOffice) -> None:
    assert 'name="delivery"' in office.shown(DRAFT)
    text = office.files()["drafts/nordlys.beancount"]
    office.draft("nordlys", text.replace("  customer:", "  delivery: 2026-05-31\n  customer:"))
    assert 'name="delivery"' not in office.shown(DRAFT)


def test_a_place_of_delivery_may_be_named(office: FavaOffice, twin: FavaOffice) -> None:
    """As with `issue --place`, where the draft names none; what was typed stays when the form is refused."""
    sent = {"date": DAY, "place": "Kaigata 4,\n5003 Bergen"}
    again = section(office.send(DRAFT, sent, token=UNKNOWN))
    assert 'value="Kaigata 4,' in again
    document = again[again.index('<div class="r-document">') : again.index("<details>")]
    assert "5003 Bergen" in document
    office.follow(office.send(DRAFT, sent, token=token_of(again)))
    twin.get("issue", "nordlys", "--date", DAY, "--place", "Kaigata 4, 5003 Bergen")
    assert office.files() == twin.files()
    assert '  delivery-city: "Bergen"\n' in office.files()["invoices/2026.beancount"]


def test_a_place_that_a_draft_names_is_not_asked(office: FavaOffice) -> None:
    assert 'name="place"' in office.shown(DRAFT)
    text = office.files()["drafts/nordlys.beancount"]
    office.draft("nordlys", text.replace("  customer:", '  delivery-city: "Voss"\n  customer:'))
    assert 'name="place"' not in office.shown(DRAFT)


def test_a_day_of_delivery_long_ago_is_asked_about(office: FavaOffice) -> None:
    """What is issued was delivered within a year; a slip in it would stand on the document for good."""
    sent = {"date": today().isoformat(), "delivery": "2016-05-31"}
    answer = office.send(DRAFT, sent, token=token_of(section(office.send(DRAFT, sent, token=UNKNOWN))))
    assert "2016-05-31 is more than a year before the document." in sentence(answer)
    assert "2026-0004" not in "".join(office.files().values())
    token = token_of(section(answer))
    assert office.send(DRAFT, {**sent, "sure": "2016-05-31"}, token=token).status_code == 303
    assert "  delivery: 2016-05-31\n" in "".join(office.files().values())


def test_each_doubtful_day_is_asked_about_and_what_was_said_of_one_stays_said(office: FavaOffice) -> None:
    """Both have a box; the one that was ticked is ticked again."""
    sent = {"date": "2062-06-01", "delivery": "2016-05-31", "sure": "2062-06-01"}
    answer = office.send(DRAFT, sent, token=token_of(section(office.send(DRAFT, sent, token=UNKNOWN))))
    assert "2016-05-31 is more than a year before the document. If" in sentence(answer)
    assert "week ahead" not in sentence(answer)
    assert '<input type="checkbox" name="sure" value="2062-06-01" checked>' in section(answer)
    assert '<input type="checkbox" name="sure" value="2016-05-31">' in section(answer)
    assert "2026-0004" not in "".join(office.files().values())


@pytest.mark.parametrize("day", ["9999-12-31", "0206-06-01", "2200-01-01"])
def test_a_day_out_of_a_billing_offices_time_is_none(office: FavaOffice, day: str) -> None:
    """Nothing is written that Fava's own time filter could not show, however sure the reader is."""
    answer = office.send("pay/C1", {"amount": "10.00", "date": day, "sure": day})
    assert answer.status_code == 422
    assert f"'{day}' is no date; write it as 2026-10-31" in sentence(answer)


# --- where it leads -----------------------------------------------------------------------------------------


def test_the_page_shows_it_whatever_the_time_filter_was(office: FavaOffice) -> None:
    """A filter that ends before is left out; one that includes the day stays; a day to come becomes the filter."""
    sent = {"amount": "10.00", "date": DAY}
    assert "time=" not in office.send("pay/C1", sent, time="2026-04").headers["Location"]
    assert "time=2026-06" in office.send("pay/C1", sent, time="2026-06").headers["Location"]
    later = (today() + datetime.timedelta(days=400)).isoformat()
    answer = office.send("pay/C1", {"amount": "10.00", "date": later, "sure": later})
    assert f"time={later}" in answer.headers["Location"]
    assert "10.00 NOK is registered" in sentence(office.follow(answer), "status")


def test_a_page_says_nothing_was_done_that_was_not(office: FavaOffice) -> None:
    """Its address is anybody's to write."""
    for done in ("B2026-0099", "2026-0003", "B2026-0001 2026-0001", "<script>", "B2026-0001 "):
        said = sentence(office.shown("customers/C1", done=done), "status")
        assert said in ("", "Payment B2026-0001 of 1,000.00 NOK is registered.")
    assert sentence(office.shown("customers/C2", done="B2026-0001"), "status") == ""


def test_in_norwegian(office: FavaOffice) -> None:
    """Words, and the amount that is typed."""
    typed_ = {"token": office.token("pay/C1"), "amount": "1 000,50", "date": DAY}
    headers = {**BROWSER, "Accept-Language": "nb"}
    answer = office.client.post(f"{office.base}act?page=pay/C1", data=typed_, headers=headers)
    page = office.client.get(answer.headers["Location"], headers=headers)
    assert sentence(page, "status") == "Innbetaling B2026-0002 på 1 000,50 NOK er registrert."


def test_refusals_are_in_the_readers_language(office: FavaOffice) -> None:
    """Those of Fava itself, and what stands around those of the bookkeeping, which are English."""
    headers = {**BROWSER, "Accept-Language": "nb"}
    typed_ = {"token": office.token("pay/C1"), "amount": "10", "date": DAY}

    def refused(page: str = "pay/C1", **more: str) -> str:
        answer = office.client.post(f"{office.base}act?page={page}", data={**typed_, **more}, headers=headers)
        return sentence(answer)

    assert refused(currency="kr") == "Ingenting ble skrevet. 'kr' er ingen valuta; skriv den som NOK"
    assert refused(method="sms") == "Ingenting ble skrevet. Method er 'sms'; velg en av bank, card, cash"
    assert refused("issue/none") == "Ingenting ble skrevet. Det finnes ikke noe skjema issue/none."
    english = "2026-0003 is of customer C2, not of C1; name one of this customer"
    assert refused(invoice="2026-0003") == f"Ingenting ble skrevet. {english}"


def test_what_is_not_given_out_is_told_in_the_readers_language(office: FavaOffice) -> None:
    for query, told in (
        ("statement?customer=C9", "Det finnes ingen kunde C9."),
        ("pdf?number=9", "Det finnes ikke noe dokument 9."),
        ("xml?number=9", "Det finnes ikke noe dokument 9."),
        ("filed?file=9", "Ingen slik fil er arkivert."),
        ("pdf?quote=9", "Dette kan ikke gis ut. Det finnes ikke noe tilbud 9."),
    ):
        answer = office.client.get(office.base + query, headers={"Accept-Language": "nb"})
        assert answer.get_data(as_text=True) == f"{told}\n"


@pytest.mark.parametrize(
    ("code", "text", "amount"),
    [
        ("nb", "1250", "1250"), ("nb", "1250,5", "1250.5"), ("nb", "1250.50", "1250.50"), ("nb", "1 250,50", "1250.50"),
        ("nb", "1\N{NO-BREAK SPACE}250,50", "1250.50"), ("en", "1,250.50", "1250.50"), ("en", "1250", "1250"),
        ("da", "1.250,50", "1250.50"), ("da", "1250,50", "1250.50"), ("da", "1250.50", "1250.50"), ("", "0.07", "0.07"),
    ],
)  # fmt: skip
def test_amounts_as_people_type_them(code: str, text: str, amount: str) -> None:
    assert typed.amount(text, Language(code)) == Decimal(amount)


@pytest.mark.parametrize(
    ("code", "text"),
    [("da", "1.250"), ("de", "12.345"), ("nb", "1.250"), ("nb", "1,250"), ("en", "1.250"),
     ("nb", "1.250,50"), ("en", "1250,50"), ("en", "1,25"), ("nb", "1e3"),
     ("nb", "NaN"), ("nb", "٣"), ("nb", "1250 kr"), ("nb", "1,2,3"), ("nb", "9" * 30)],
)  # fmt: skip
def test_what_is_doubtful_is_no_amount(code: str, text: str) -> None:
    """Among it what could be read in two ways: `1.250` is more than a thousand in Danish, and 1.25 in a ledger."""
    with pytest.raises(Refused):
        typed.amount(text, Language(code))
