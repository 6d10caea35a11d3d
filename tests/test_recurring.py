"""Recurring invoices: dates, periods, amounts, and drafts that are made exactly once."""

import datetime
import json
from itertools import islice
from pathlib import Path

import pytest
from beancount import loader
from hypothesis import given
from hypothesis import strategies as st

from billtext.ledger import load
from billtext.ledger import recurring as reader
from billtext.ledger.recurring import Template
from billtext.model import Register
from billtext.money import ZERO
from billtext.outside.recurring import _text
from billtext.rules import book, recurring
from billtext.rules.recurring import part, turns
from small_office import KILLED, LEDGER, Office

Date = datetime.date
SERVICE = """\
; Service of the emergency lights.
2026-05-01 ! "Service agreement, {month} {year}"   ; as agreed by telephone
  invoice:
  customer: "C1"
  every: "month"    ; in advance
  Income:Service
    item: "SERV"    ; the price of the price list
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def template(schedule: str, first: str = "2026-01-31", lines: str = '  Income:Service\n    item: "SERV"\n') -> Template:
    """A template with a schedule such as `every: "month"; day: 31`."""
    keys = "".join(f"  {key.strip()}\n" for key in schedule.split(";"))
    text = f'{first} ! "Service"\n  invoice:\n  customer: "C1"\n{keys}{lines}'
    found, errors = reader.read(text, "recurring/service.beancount", "service")
    assert not errors
    assert found is not None
    return found


def register() -> Register:
    entries, _, _ = loader.load_string(LEDGER)
    return book.build(entries).register


# --- dates ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schedule", "dates"),
    [
        ('every: "month"', "2026-01-31 2026-02-28 2026-03-31 2026-04-30"),
        ('every: "month"; day: 31', "2026-02-28 2026-03-31 2026-04-30 2026-05-31"),
        ('every: "month"', "2026-02-28 2026-03-28 2026-04-28"),
        ('every: "month"; interval: 2', "2026-12-31 2027-02-28 2027-04-30"),
        ('every: "quarter"', "2026-01-15 2026-04-15 2026-07-15 2026-10-15 2027-01-15"),
        ('every: "year"', "2024-02-29 2025-02-28 2026-02-28 2027-02-28 2028-02-29"),
        ('every: "week"; interval: 2', "2025-12-29 2026-01-12 2026-01-26"),
        ('every: "day"', "2026-02-27 2026-02-28 2026-03-01"),
    ],
)
def test_dates(schedule: str, dates: str) -> None:
    """Months count from the first date; the 31st is the last day of a month that is shorter, and comes back."""
    first, *_ = wanted = dates.split()
    found = [turn.date.isoformat() for turn in islice(turns(template(schedule, first)), len(wanted))]
    assert found == wanted


def test_until_is_the_last_day_on_which_one_is_due() -> None:
    """A date on the day itself counts, and none after it."""
    found = turns(template('every: "month"; until: 2026-03-31'))
    assert [str(turn.date) for turn in found] == ["2026-01-31", "2026-02-28", "2026-03-31"]


def test_the_calendar_has_an_end() -> None:
    """A template without an end stops with the calendar."""
    assert [str(turn.date) for turn in turns(template('every: "year"', "9997-05-01"))][-1] == "9999-05-01"
    assert str(list(turns(template('every: "day"', "9999-12-30")))[-1].end) == "9999-12-31"


@pytest.mark.parametrize(
    ("schedule", "first", "period"),
    [
        ('every: "month"', "2026-01-15", "2026-01-15 2026-02-14"),
        ('every: "month"', "2026-01-31", "2026-01-31 2026-02-27"),
        ('every: "month"; period: "this"', "2026-01-31", "2026-01-01 2026-01-31"),
        ('every: "month"; period: "last"', "2026-03-01", "2026-02-01 2026-02-28"),
        ('every: "month"; interval: 2; period: "last"', "2026-03-01", "2026-01-01 2026-02-28"),
        ('every: "quarter"; period: "last"', "2026-04-01", "2026-01-01 2026-03-31"),
        ('every: "quarter"; period: "this"', "2026-05-20", "2026-04-01 2026-06-30"),
        ('every: "year"; period: "next"', "2026-12-01", "2027-01-01 2027-12-31"),
        ('every: "week"; period: "this"', "2026-01-07", "2026-01-05 2026-01-11"),
        ('every: "day"', "2026-01-07", "2026-01-07 2026-01-07"),
    ],
)
def test_periods(schedule: str, first: str, period: str) -> None:
    """From the date to the day before the next; or the calendar period of the date, the one before or after it."""
    turn = next(turns(template(schedule, first)))
    assert f"{turn.start} {turn.end}" == period


# --- amounts and words ----------------------------------------------------------------------------------------


def test_parts_of_a_year() -> None:
    """10,000.00 over twelve months: 833.33, 833.34 and 833.33 in each quarter."""
    amount = loader.parser.parse_string("2026-01-01 price NOK 10000.00 NOK")[0][0].amount
    assert [str(part(amount.number, n, 12, "NOK")) for n in range(4)] == ["833.33", "833.34", "833.33", "833.33"]
    assert [str(part(amount.number, n, 3, "JPY")) for n in range(3)] == ["3333", "3334", "3333"]


@given(
    st.decimals(min_value=0, max_value=10**9, places=2), st.sampled_from([1, 2, 3, 4, 6, 12]),
    st.sampled_from(["NOK", "JPY", "KWD"]), st.integers(0, 3),
)  # fmt: skip
def test_parts_add_up(yearly: object, parts: int, currency: str, year: int) -> None:
    """The parts of each year add up to the yearly amount, and differ by one smallest unit at most."""
    from billtext.money import quantum, rounded

    total = rounded(yearly, currency)  # type: ignore[arg-type]
    found = [part(total, n, parts, currency) for n in range(year * parts, (year + 1) * parts)]
    assert sum(found, ZERO) == total
    assert max(found) - min(found) <= quantum(currency)


def test_a_yearly_amount_makes_a_price() -> None:
    """Quarters of 1,000.01: 250.00, 250.01, 250.00 and 250.00, each the price of one."""
    lines = '  Income:Service\n    text: "Rent"\n    yearly: 1000.01 NOK\n    vat: "S25"\n'
    known = template('every: "quarter"', "2026-01-01", lines)
    drafts = [recurring.draft(known, turn, register()) for turn in islice(turns(known), 4)]
    prices = [draft.entry.postings[0].meta["price"] for draft in drafts]
    assert [str(price) for price in prices] == ["250.00 NOK", "250.01 NOK", "250.00 NOK", "250.00 NOK"]
    assert "yearly" not in drafts[0].entry.postings[0].meta


def test_prices_of_the_price_list_are_those_of_the_date() -> None:
    """The price list changes on 1 July: a draft of June keeps the price of June, whenever it is issued."""
    known = template('every: "month"', "2026-06-15")
    found = [recurring.draft(known, turn, register()) for turn in islice(turns(known), 2)]
    assert [str(draft.entry.postings[0].meta["price"]) for draft in found] == ["1000.00 NOK", "1100.00 NOK"]


def test_a_later_text_holds_from_its_date() -> None:
    """A second text in the file is what the template says from then on; the dates go on as before."""
    text = (
        SERVICE
        + '2026-06-10 ! "Larger agreement"\n  invoice:\n  customer: "C1"\n  Income:Service\n    price: 7.00 NOK\n'
    )
    known, errors = reader.read(text, "recurring/service.beancount", "service")
    assert known is not None, errors
    drafts = [recurring.draft(known, turn, register()) for turn in islice(turns(known), 3)]
    assert [(str(d.entry.date), d.entry.narration) for d in drafts] == [
        ("2026-05-01", "Service agreement, May 2026"),
        ("2026-06-01", "Service agreement, June 2026"),
        ("2026-07-01", "Larger agreement"),
    ]


def test_months_are_named_in_the_customers_language() -> None:
    """C1 reads English, C2 as the company does: bokmål. The words are those of the period, not of the date."""
    text = SERVICE.replace("{month} {year}", "{month} {year}, {quarter}. kvartal").replace("2026-05-01", "2026-01-01")
    text = text.replace('every: "month"', 'every: "month"\n  period: "last"').replace("C1", "C2")
    known, errors = reader.read(text, "recurring/service.beancount", "service")
    assert known is not None, errors
    draft = recurring.draft(known, next(turns(known)), register())
    assert draft.entry.narration == "Service agreement, desember 2025, 4. kvartal"


# --- once -----------------------------------------------------------------------------------------------------


def run_on(days: list[Date], text: str) -> dict[str, str]:
    """Drafts after a run on each of these days; each is deleted as soon as it is there."""
    made: dict[str, str] = {}
    known_register = register()
    for day in days:
        known, errors = reader.read(text, "recurring/service.beancount", "service")
        assert known is not None, errors
        waiting = recurring.waiting(known, day)
        for turn in waiting:
            draft = recurring.draft(known, turn, known_register)
            assert draft.name not in made, "drafted twice"
            made[draft.name] = _text(draft)
        if waiting:
            text = reader.remember(text, known, waiting[-1].date) or ""
    return made


@given(
    st.lists(st.dates(Date(2025, 12, 1), Date(2027, 6, 30)), min_size=1, max_size=12),
    st.sampled_from(["month", "quarter", "year", "week"]), st.integers(1, 3), st.booleans(),
)  # fmt: skip
def test_any_order_of_runs_makes_the_drafts_of_one_run(days: list[Date], every: str, interval: int, last: bool) -> None:
    """Runs on any days in any order, repeated or not, make what one run on the last of the days makes."""
    more = f"\n  interval: {interval}" + ('\n  period: "last"' if last else "")
    text = SERVICE.replace('every: "month"', f'every: "{every}"{more}').replace("2026-05-01", "2026-01-31")
    assert run_on(days, text) == run_on([max(days)], text)
    assert run_on([*days, *reversed(days)], text) == run_on([max(days)], text)


def test_run_drafts_what_is_due_and_says_so_in_the_template(office: Office) -> None:
    """Two months are due; the template gets one line, and the rest of it is as it was."""
    office.write("recurring/service.beancount", SERVICE)
    said = office.get("recurring", "run", "--as-of", "2026-06-15")
    assert "service  2026-05-01  Nordlys AS  1250.00 NOK" in said
    assert office.drafts() == ["service-2026-05-01", "service-2026-06-01"]
    assert office.read("drafts/service-2026-06-01.beancount") == (
        '2026-06-01 ! "Service agreement, June 2026" ^service\n'
        "  invoice:\n"
        '  customer: "C1"\n'
        "  period-start: 2026-06-01\n"
        "  period-end: 2026-06-30\n"
        "  Income:Service\n"
        '    item: "SERV"\n'
        "    price: 1000.00 NOK\n"
    )
    marked = SERVICE.replace("; in advance\n", "; in advance\n  drafted: 2026-06-01\n")
    assert office.read("recurring/service.beancount") == marked


def test_what_was_drafted_never_comes_again(office: Office) -> None:
    """One draft is issued, the other deleted: a run the same day, or on an earlier one, drafts neither again."""
    office.write("recurring/service.beancount", SERVICE)
    office.get("recurring", "run", "--as-of", "2026-06-15")
    office.get("issue", "service-2026-05-01", "--date", "2026-06-15")
    (office.root / "drafts/service-2026-06-01.beancount").unlink()
    for day in ("2026-06-15", "2026-05-02"):
        assert "Nothing is due" in office.get("recurring", "run", "--as-of", day)
    assert office.drafts() == []
    office.get("recurring", "run", "--as-of", "2026-07-01")
    assert office.drafts() == ["service-2026-07-01"]
    assert office.read("recurring/service.beancount").count("drafted: 2026-07-01") == 1
    invoice = office.read("invoices/2026.beancount")
    assert "period-start: 2026-05-01\n  period-end: 2026-05-31" in invoice
    assert "^2026-0001 ^service" in invoice


def test_a_run_that_is_killed_bills_nothing_twice(office: Office) -> None:
    """The program dies at each rename in turn; the next run leaves two drafts and one date."""
    killed = 0
    for n in range(8):
        for path in (office.root / "drafts").glob("*"):
            path.unlink()
        office.write("recurring/service.beancount", SERVICE)
        killed += office.run("recurring", "run", "--as-of", "2026-06-15", code=KILLED.format(n=n)).returncode == 9
        assert office.run("recurring", "run", "--as-of", "2026-06-15").returncode == 0
        assert office.drafts() == ["service-2026-05-01", "service-2026-06-01"], n
        assert office.read("recurring/service.beancount").count("drafted:") == 1
        assert "no errors" in office.get("check")
    assert killed >= 3  # the journal, two drafts and the template: at least three renames were hit


def test_dry_run_writes_nothing(office: Office) -> None:
    """It shows the drafts as they would be."""
    office.write("recurring/service.beancount", SERVICE)
    before = office.files()
    assert '2026-05-01 ! "Service agreement, May 2026" ^service' in office.get(
        "recurring", "run", "--as-of", "2026-05-15", "--dry-run"
    )
    assert office.files() == before


def test_a_file_that_is_there_is_not_overwritten(office: Office) -> None:
    """A draft of the same name, written by hand, stays."""
    office.write("recurring/service.beancount", SERVICE)
    mine = office.write("drafts/service-2026-05-01.beancount", "; mine\n")
    office.get("recurring", "run", "--as-of", "2026-05-15")
    assert mine.read_text() == "; mine\n"
    assert office.drafts() == ["service-2026-05-01", "service-2026-05-01-2"]


def test_list_shows_what_is_due_and_what_comes(office: Office) -> None:
    """Due until the day, then the next dates, each with its period and amount."""
    office.write("recurring/service.beancount", SERVICE)
    text = office.get("recurring", "list", "--as-of", "2026-06-15", "--next", "1", "--format", "json")
    rows = [(row["date"], row["status"], row["period_end"], row["gross"]) for row in json.loads(text)]
    assert rows == [
        ("2026-05-01", "due", "2026-05-31", "1250.00"),
        ("2026-06-01", "due", "2026-06-30", "1250.00"),
        ("2026-07-01", "to-come", "2026-07-31", "1375.00"),
    ]
    for form in ("table", "csv", "markdown"):
        assert "2026-07-01" in office.get("recurring", "list", "--as-of", "2026-06-15", "--format", form)


# --- mistakes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"month"', '"fortnight"', '2: `every: "fortnight"` cannot be used; write one of day, week, month'),
        ('  every: "month"    ; in advance\n', "", "2: the template of 2026-05-01 does not say how often; add"),
        ('"month" ', '"month"\n  interval: 0 ', "2: `interval: 0` cannot be used; write a whole number from 1 up"),
        ('"month" ', '"month"\n  day: 31 ', "2: the first date is 2026-05-01, but `day: 31`; write 2026-05-31"),
        ('"month" ', '"week"\n  day: 1 ', '2: `day: 1` with `every: "week"`; leave `day:` out'),
        ('"month" ', '"month"\n  until: 2026-04-30 ', "2: the template ends 2026-04-30, before its first date"),
        ('"C1"', '"C9"', "2: customer C9 is not in the register"),
        ('"SERV"', '"SERVE"', '6: `item: "SERVE"` is not in the register on 2026-05-15'),
        ("{month}", "{moth}", "2: {moth} is not filled in; write one of {month}, {quarter}, {year}"),
        ('item: "SERV"', 'price: 5.00 NOK\n    yearly: 10.00 NOK', "6: the line has `yearly:` and `price:`; keep one"),
        ('"month" ', '"month"\n  interval: 5 ', "7: `yearly:` cannot be split over every 5 month"),
        ("invoice:", "credit-note:", "2: a template of a credit note; write `invoice:`"),
        ("2026-05-01", "1926-05-01", "2: 1201 drafts are due since 1926-05-01; correct the date"),
    ],
)  # fmt: skip
def test_a_template_with_a_mistake_is_refused_and_the_others_go_through(
    office: Office, old: str, new: str, told: str
) -> None:
    """The mistake is told at its file and line, nothing of that template is drafted, and the status is 1."""
    wrong = SERVICE.replace(old, new)
    if "interval: 5" in new:
        wrong = wrong.replace('item: "SERV"', "yearly: 10.00 NOK")
    assert wrong != SERVICE
    office.write("recurring/right.beancount", SERVICE)
    office.write("recurring/wrong.beancount", wrong)
    done = office.run("recurring", "run", "--as-of", "2026-05-15")
    assert done.returncode == 1
    assert f"recurring/wrong.beancount:{told}" in done.stderr
    assert "billtext: wrong: refused" in done.stderr
    assert office.drafts() == ["right-2026-05-01"]
    assert office.read("recurring/wrong.beancount") == wrong
    assert office.run("recurring", "list", "--as-of", "2026-05-15").returncode == 1


def test_a_later_text_has_no_schedule_of_its_own() -> None:
    """`every:` in a second text would be ignored: it is refused instead; so is one that is not later."""
    later = SERVICE.partition("\n")[2]
    known, errors = reader.read(SERVICE + later, "recurring/service.beancount", "service")
    assert known is None
    assert [error.message.partition(";")[0] for error in errors] == [
        "`every:` stands in a later text of the template",
        "the text of 2026-05-01 stands after that of 2026-05-01",
    ]


def test_a_ledger_with_errors_is_refused(office: Office) -> None:
    """Nothing is drafted on a ledger that is wrong."""
    office.write("recurring/service.beancount", SERVICE)
    office.write("main.beancount", LEDGER + '\n2026-01-01 * "x"\n  Assets:Nowhere  1 NOK\n  Income:Service  -1 NOK\n')
    assert "the ledger has errors" in office.refused("recurring", "run", "--as-of", "2026-06-15")


def test_hostile_text_comes_back_as_it_was(office: Office) -> None:
    """Quotes, backslashes and line ends in a template's text are written so that Beancount reads the same."""
    office.write(
        "recurring/service.beancount", SERVICE.replace('item: "SERV"', 'item: "SERV"\n    text: "a \\"b\\" \\\\ c"')
    )
    office.get("recurring", "run", "--as-of", "2026-05-15")
    entries, errors = load.parse(office.read("drafts/service-2026-05-01.beancount"), "x")
    assert not errors
    assert entries[0].postings[0].meta["text"] == 'a "b" \\ c'
