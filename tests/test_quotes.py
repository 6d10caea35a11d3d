"""Quotes: what they come to, what becomes of them, stages that add up, and the estimate beside what was invoiced."""

import datetime
import json
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from hypothesis import given
from hypothesis import strategies as st

from billtext.errors import Refused
from billtext.ledger import drafts as draft_reader
from billtext.ledger import quotes as reader
from billtext.ledger import write
from billtext.model import Register
from billtext.money import HUNDRED, ZERO
from billtext.rendering import ledger_text
from billtext.rules import book, drafts, quotes, stages
from billtext.rules.prepared import Prepared
from billtext.rules.quotes import Estimate
from small_office import KILLED, LEDGER, Office

Date = datetime.date
D = Decimal

# 10 h × 900.00 = 9000.00; 118.30 + 22.5 % = 144.9175 → 144.92, × 30 = 4347.60; together 13347.60, VAT 3336.90.
BOXES = """\
; Asked for by telephone.
2026-11-02 ! "Charging boxes"
  quote: "Q2026-0001"
  customer: "C1"
  valid-until: 2026-12-02
  order: "PO 7"
  Income:Electrical        ; ours
    item: "HOUR"
    quantity: 10
  Income:Electrical
    text: "Cable tray"
    quantity: 30
    unit: "MTR"
    cost: 118.30 NOK
    markup: 22.5
    vat: "S25"
  Income:Electrical
    text: "Lift"
    price: 2500.00 NOK
    vat: "S25"
    optional: TRUE
"""


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.write("quotes/boxes.beancount", BOXES)
    return made


def register() -> Register:
    entries, _, _ = loader.load_string(LEDGER)
    return book.build(entries).register


REGISTER = register()


def estimate(text: str) -> Estimate:
    """What the one quote of a text comes to."""
    found, errors = reader.read(text, "quotes/boxes.beancount")
    assert not errors
    known, wrong = quotes.estimate(found[0], REGISTER, lambda *_: None)
    assert known is not None, wrong
    return known


def told(text: str) -> list[str]:
    """What is wrong with a quote: lines and messages."""
    found, errors = reader.read(text, "quotes/boxes.beancount")
    if not errors:
        errors = quotes.estimate(found[0], REGISTER, lambda *_: None)[1]
    return [f"{error.source['lineno']}: {error.message}" for error in errors]


# --- what it comes to -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "markup", "currency", "price"),
    [
        ("118.30", "22.5", "NOK", "144.92"),
        ("0.10", "45", "NOK", "0.15"),  # 0.145, half away from zero
        ("1.00", "0.5", "NOK", "1.01"),  # 1.005
        ("80.00", "-25", "NOK", "60.00"),
        ("80.00", "-100", "NOK", "0.00"),
        ("99", "15.5", "JPY", "114"),  # 114.345
    ],
)
def test_price_of_a_cost_and_its_mark_up(cost: str, markup: str, currency: str, price: str) -> None:
    """Cost × (1 + mark-up / 100), rounded half away from zero to the smallest unit."""
    assert str(quotes.price(D(cost), D(markup), currency)) == price


def test_sums_margin_and_options() -> None:
    """The optional line stands apart; the margin is that of the lines whose cost is known: 4347.60 - 3549.00."""
    found = estimate(BOXES)
    assert (found.base.net, found.base.vat, found.base.gross) == (D("13347.60"), D("3336.90"), D("16684.50"))
    assert [(line.n, line.kind, line.optional, line.net) for line in found.lines] == [
        (1, "labour", False, D("9000.00")),
        (2, "materials", False, D("4347.60")),
        (3, "other", True, D("2500.00")),
    ]
    assert (found.costs, found.margin, found.margin_percent) == (D("3549.00"), D("798.60"), D("18.4"))


def test_prices_are_those_of_its_day() -> None:
    """SERV is 1000.00 until July, and a quote of June keeps that."""
    text = BOXES.replace("2026-11-02", "2026-06-30").replace('"HOUR"', '"SERV"')
    assert estimate(text).lines[0].net == D("10000.00")
    assert estimate(BOXES.replace('"HOUR"', '"SERV"')).lines[0].net == D("11000.00")


@pytest.mark.parametrize(
    ("events", "day", "status"),
    [
        ("", "2026-12-02", "open"),
        ("", "2026-12-03", "expired"),
        ('2026-12-10 custom "reissue" "Q2026-0001"\n  valid-until: 2027-01-09\n', "2026-12-09", "expired"),
        ('2026-12-10 custom "reissue" "Q2026-0001"\n  valid-until: 2027-01-09\n', "2027-01-09", "open"),
        ('2026-11-20 custom "decline" "Q2026-0001"\n  reason: "dear"\n', "2026-11-19", "open"),
        ('2026-11-20 custom "decline" "Q2026-0001"\n  reason: "dear"\n', "2026-12-30", "declined"),
        ('2026-11-20 custom "accept" "Q2026-0001"\n  lines: "1"\n  share: 30\n', "2027-12-30", "accepted"),
    ],
)
def test_status_on_a_day(events: str, day: str, status: str) -> None:
    """The last day of its validity counts; what comes later changes no earlier answer."""
    found, errors = reader.read(f"{BOXES}\n{events}", "x")
    assert not errors
    assert quotes.status(found[0], Date.fromisoformat(day)) == status


# --- stages ---------------------------------------------------------------------------------------------------


def draft_of(found: Estimate, stage: stages.Stage) -> Prepared:
    """What the draft of a stage comes to, read from its text."""
    text = ledger_text.draft(
        Date(2026, 12, 1), "invoice", "x", stages.keys(found, stage), stages.postings(found, stage, REGISTER)
    )
    read, errors = draft_reader.read(text, "drafts/x.beancount")
    assert not errors, text
    prepared, wrong = drafts.prepare(read[0], REGISTER, lambda *_: None, Date(2026, 12, 1), corrected={})
    assert prepared is not None, (wrong, text)
    return prepared


def accepted(text: str, stage: stages.Stage) -> str:
    """The text of a quote with one more acceptance."""
    meta = {"lines": " ".join(map(str, stage.lines)), "share": stage.share}
    return f"{text}\n{write.custom(Date(2026, 12, 1), 'accept', 'Q2026-0001', meta=meta)}"


PRICES = st.decimals(min_value=D("0.01"), max_value=D("9999.99"), places=2)
LINES = st.lists(st.tuples(PRICES, st.integers(1, 40), st.sampled_from(["S25", "S15", "E0"])), min_size=1, max_size=5)
SHARES = st.lists(st.decimals(min_value=D("0.1"), max_value=40, places=1), max_size=4)


@given(LINES, SHARES, st.sampled_from([None, "5", "12.5"]), st.sampled_from(["net", "gross"]), st.integers(0, 5))
def test_stages_add_up(
    lines: list[tuple[Decimal, int, str]], shares: list[Decimal], discount: str | None, prices: str, first: int
) -> None:
    """However a quote is accepted, its drafts add up to it to the cent: in net prices without VAT, in gross ones with.

    A line of its own may be accepted first, then shares of all, then the rest.
    """
    head = "".join(f"{line}\n" for line in BOXES.splitlines()[1:5])
    text = head + f'  prices: "{prices}"\n' + ("" if discount is None else f"  discount: {discount}\n")
    for price, quantity, code in lines:
        text += (
            f'  Income:Service\n    text: "a"\n    quantity: {quantity}\n    price: {price} NOK\n    vat: "{code}"\n'
        )
    whole = estimate(text).base
    made: list[Prepared] = []
    alone = {"lines": [1 + first % len(lines)]} if first < len(lines) > 1 else None
    for wanted in [*([alone] if alone else []), *({"share": share} for share in shares), {}]:
        found = estimate(text)
        if sum(quotes.accepted(found.quote, Date.max).values(), ZERO) and not wanted.get("share", 1):
            continue
        try:
            stage = stages.stage(found, **wanted)  # type: ignore[arg-type]
        except Refused:
            assert wanted.get("share", ZERO) > 0  # more than is left; without a share there is always the rest
            continue
        if all(
            stages.drafted(line, stage.after, "NOK") == stages.drafted(line, stage.before, "NOK")
            for line in found.lines
        ):
            continue  # a share of a few øre comes to nothing, and is not drafted
        made.append(draft_of(found, stage))
        text = accepted(text, stage)
    done = quotes.accepted(estimate(text).quote, Date.max)
    assert set(done.values()) == {HUNDRED}
    name = "net" if prices == "net" else "gross"
    assert sum((getattr(one, name) for one in made), ZERO) == getattr(whole, name)
    with pytest.raises(Refused, match="nothing is left"):
        stages.stage(estimate(text))


def test_a_stage_by_hand() -> None:
    """30 %: 2700.00 and 1304.28, VAT 1001.07. The rest with the option: 6300.00, 3043.32 and 2500.00."""
    found = estimate(BOXES)
    first = stages.stage(found, share=D(30))
    one = draft_of(found, first)
    assert [line.net for line in one.lines] == [D("2700.00"), D("1304.28")]
    assert (one.net, one.vat, one.gross) == (D("4004.28"), D("1001.07"), D("5005.35"))
    later = estimate(accepted(BOXES, first))
    rest = stages.stage(later, optional=[3])
    assert [line.net for line in draft_of(later, rest).lines] == [D("6300.00"), D("3043.32"), D("2500.00")]


@pytest.mark.parametrize(
    ("first", "wanted", "why"),
    [
        ({}, {}, "is accepted and drafted whole since 2026-12-01; nothing is left"),
        ({"share": D(60)}, {"share": D(50)}, "50 % of line 1 is more than is left of it; say --share 40"),
        ({"lines": [1]}, {"lines": [1, 2]}, "line 1 of Q2026-0001 is accepted and drafted whole"),
        (None, {"lines": [4]}, "Q2026-0001 has no line 4"),
        (None, {"optional": [1]}, "line 1 of Q2026-0001 is not optional"),
    ],
)
def test_never_more_than_the_quote(first: dict[str, object] | None, wanted: dict[str, object], why: str) -> None:
    """What is accepted twice, or beyond the whole, or not there, is refused."""
    text = BOXES
    if first is not None:
        text = accepted(text, stages.stage(estimate(text), **first))  # type: ignore[arg-type]
    with pytest.raises(Refused, match=r"Q2026|% of line") as refused:
        stages.stage(estimate(text), **wanted)  # type: ignore[arg-type]
    assert why in str(refused.value)


# --- the program ----------------------------------------------------------------------------------------------


def test_a_quote_from_new_to_invoiced(office: Office) -> None:
    """Written by the program, accepted in two stages, issued and credited: the estimate beside what was invoiced."""
    (office.root / "quotes/boxes.beancount").unlink()
    office.get(
        "quote", "new", "C1", "--labour", "HOUR", "10", "--material", "Cable tray", "30", "MTR", "118.30", "22.5",
        "S25", "--other", "Lift", "1", "2500.00", "S25", "--optional", "3", "--text", "Charging boxes", "--account",
        "Income:Electrical", "--date", "2026-11-02",
    )  # fmt: skip
    text = office.read("quotes/Q2026-0001.beancount")
    assert text.startswith('2026-11-02 ! "Charging boxes"\n  quote: "Q2026-0001"\n  customer: "C1"\n')
    assert "  valid-until: 2026-12-02\n" in text
    office.get("quote", "accept", "Q2026-0001", "--share", "30", "--date", "2026-11-10")
    office.get("quote", "accept", "Q2026-0001", "--with-optional", "3", "--date", "2027-03-10")
    assert office.read("quotes/Q2026-0001.beancount") == text + (
        '\n2026-11-10 custom "accept" "Q2026-0001"\n  lines: "1 2"\n  share: 30\n  draft: "Q2026-0001-1"\n'
        '\n2027-03-10 custom "accept" "Q2026-0001"\n  lines: "1 2 3"\n  draft: "Q2026-0001-2"\n'
    )
    office.get("issue", "Q2026-0001-1", "--date", "2026-11-11")
    office.get("credit", "2026-0001", "--line", "1", "--reason", "twice", "--date", "2026-11-12")
    office.get("issue", *[name for name in office.drafts() if not name.startswith("Q")], "--date", "2026-11-12")
    assert '  quote: "Q2026-0001"' in office.read("invoices/2026.beancount")
    assert "no errors" in office.get("check")

    def compared(day: str) -> dict[str, tuple[str, str, str]]:
        found = json.loads(office.get("quote", "show", "Q2026-0001", "--as-of", day, "--format", "json"))
        assert found["gross"] == "16684.50"
        return {row["kind"]: (row["estimated"], row["drafted"], row["invoiced"]) for row in found["compared"]}

    assert compared("2026-11-11") == {
        "labour": ("9000.00", "2700.00", "2700.00"), "materials": ("4347.60", "1304.28", "1304.28"),
    }  # fmt: skip
    assert compared("2027-03-10") == {
        "labour": ("9000.00", "9000.00", "0.00"), "materials": ("4347.60", "4347.60", "1304.28"),
        "other": ("2500.00", "2500.00", "0.00"),
    }  # fmt: skip
    for form in ("table", "csv", "markdown"):
        assert "Cable tray" in office.get("quote", "show", "Q2026-0001", "--format", form)


def test_hand_written_text_stays(office: Office) -> None:
    """What becomes of a quote is added below it; the rest of its file is as it was."""
    office.get("quote", "accept", "Q2026-0001", "--lines", "2", "--date", "2026-11-10")
    assert office.read("quotes/boxes.beancount").startswith(BOXES + "\n2026-11-10 custom")
    assert office.read("drafts/Q2026-0001-1.beancount") == (
        '2026-11-10 ! "Charging boxes" ^Q2026-0001\n'
        "  invoice:\n"
        '  customer: "C1"\n'
        '  quote: "Q2026-0001"\n'
        '  order: "PO 7"\n'
        "  Income:Electrical\n"
        '    text: "Cable tray"\n'
        "    quantity: 30\n"
        '    unit: "MTR"\n'
        "    price: 144.92 NOK\n"
        '    vat: "S25"\n'
        "    quote-line: 2\n"
    )


def test_an_acceptance_that_is_killed_is_whole_or_not_there(office: Office) -> None:
    """The program dies at each rename in turn: after the next command there is draft and acceptance, or neither."""
    seen = set()
    for n in range(6):
        for path in (office.root / "drafts").glob("*"):
            path.unlink()
        office.write("quotes/boxes.beancount", BOXES)
        done = office.run("quote", "accept", "Q2026-0001", "--date", "2026-11-10", code=KILLED.format(n=n))
        assert "no errors" in office.run("check").stdout
        accepted = 'custom "accept"' in office.read("quotes/boxes.beancount")
        assert office.drafts() == (["Q2026-0001-1"] if accepted else []), n
        seen.add((done.returncode, accepted))
    assert seen == {(9, False), (9, True), (0, True)}


def test_a_quote_past_its_validity(office: Office) -> None:
    """It needs a new date, or --force."""
    late = ("quote", "accept", "Q2026-0001", "--date", "2026-12-03")
    assert "Q2026-0001 was valid until 2026-12-02; give it a new date" in office.refused(*late)
    assert "16684.50 NOK" in office.get(*late, "--force", "--dry-run")
    office.get("quote", "reissue", "Q2026-0001", "--date", "2026-12-03", "--valid-until", "2026-12-20")
    assert "16684.50 NOK" in office.get("quote", "accept", "Q2026-0001", "--date", "2026-12-20")


def test_declined_quotes(office: Office) -> None:
    """A declined quote is neither accepted nor declined again; a new issue opens it."""
    office.get("quote", "decline", "Q2026-0001", "--reason", "too dear", "--date", "2026-11-20")
    assert office.read("quotes/boxes.beancount").endswith(
        '\n2026-11-20 custom "decline" "Q2026-0001"\n  reason: "too dear"\n'
    )
    assert "was declined; make it valid again" in office.refused(
        "quote", "accept", "Q2026-0001", "--date", "2026-11-21"
    )
    assert "is declined already" in office.refused(
        "quote", "decline", "Q2026-0001", "--reason", "x", "--date", "2026-11-21"
    )
    rows = json.loads(office.get("quote", "list", "--as-of", "2026-11-20", "--status", "declined", "--format", "json"))
    assert [(row["number"], row["gross"]) for row in rows] == [("Q2026-0001", "16684.50")]
    office.get("quote", "reissue", "Q2026-0001", "--date", "2026-11-22")
    office.get("quote", "accept", "Q2026-0001", "--date", "2026-11-23")


def test_numbers_of_quotes(office: Office) -> None:
    """The series of the ledger if it has one; else Q and the year. A quote written by hand gets its number later."""
    office.write("quotes/boxes.beancount", BOXES.replace(' "Q2026-0001"', "   ; to be numbered"))
    assert "boxes has no number yet" in office.refused("quote", "accept", "boxes", "--date", "2026-11-10")
    office.get("quote", "number", "boxes")
    assert office.read("quotes/boxes.beancount") == BOXES.replace('"Q2026-0001"', '"Q2026-0001"   ; to be numbered')
    assert "has the number Q2026-0001 already" in office.refused("quote", "number", "boxes")
    office.write("main.beancount", LEDGER + '2020-01-01 custom "series" "QUO" "T{number:03}"\n  kind: "quote"\n')
    for number in ("T001", "T002"):
        said = office.get("quote", "new", "C2", "--item", "SERV", "1", "--date", "2026-11-25")
        assert f"quote accept {number}" in said
        assert "Kari" not in office.read(f"quotes/{number}.beancount")


def test_mistakes_on_the_command_line(office: Office) -> None:
    """One sentence, status 1, and nothing is written."""
    new = ("quote", "new", "C1", "--date", "2026-11-02")
    assert "there is no quote Q2026-0002; did you mean Q2026-0001?" in office.refused("quote", "accept", "Q2026-0002")
    assert "customer C9 is not in the register" in office.refused("quote", "new", "C9", "--item", "HOUR", "1")
    assert "item HOURS is not in the price list" in office.refused(*new, "--item", "HOURS", "1")
    assert "--optional 2: the quote has one line; count" in office.refused(
        *new, "--item", "HOUR", "1", "--optional", "2"
    )
    assert "2026-11-01 is before it" in office.refused("quote", "accept", "Q2026-0001", "--date", "2026-11-01")
    below = ("--material", "x", "1", "H87", "5", "-101", "S25")
    assert office.run(*new, *below).returncode == 1
    office.write("quotes/other.beancount", BOXES)
    assert "is the number of two quotes" in office.refused("quote", "accept", "Q2026-0001", "--date", "2026-11-10")


def test_a_quote_with_a_mistake_does_not_hide_the_others(office: Office) -> None:
    """The list shows the right ones, and tells the mistake at its file and line."""
    office.write("quotes/wrong.beancount", BOXES.replace("Q2026-0001", "Q2026-0002").replace('"HOUR"', '"HOURS"'))
    done = office.run("quote", "list", "--as-of", "2026-11-10", "--format", "json")
    assert done.returncode == 1
    assert [(row["number"], row["valid"]) for row in json.loads(done.stdout)] == [
        ("Q2026-0001", True), ("Q2026-0002", False),
    ]  # fmt: skip
    assert done.stderr.startswith('quotes/wrong.beancount:7: `item: "HOURS"` is not in the register on 2026-11-02')
    assert "wrong.beancount:7:" in office.refused("quote", "accept", "Q2026-0002", "--date", "2026-11-10")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("markup: 22.5", "markup: -100.5", "10: `markup: -100.5` cannot be used; write a percentage from -100 up"),
        ("    cost: 118.30 NOK\n", "", "10: the line has a `markup:` on no `cost:`; add `cost:`"),
        ("markup: 22.5", "markup: 1\n    price: 5.00 NOK", "10: the line has both `price:` and `markup:`; keep one"),
        (
            "    price: 2500.00 NOK\n",
            "    price: 2500.00 NOK\n    cost: 9.00 EUR\n",
            "17: the cost is in EUR, the quote in NOK",
        ),
        ('"C1"', '"C9"', "2: customer C9 is not in the register; correct the id"),
        ("2026-12-02", "2026-11-01", "2: it is valid until 2026-11-01, before its date 2026-11-02"),
        ('  quote: "Q2026-0001"', '  quote: "Q 1"', "2: 'Q 1' cannot be a number"),
        ('  quote: "Q2026-0001"\n', "", "2: this is no quote; write a transaction flagged `!` with `quote:`"),
    ],
)
def test_mistakes_in_a_quote(old: str, new: str, why: str) -> None:
    """Each is told at its line."""
    assert old in BOXES
    assert told(BOXES.replace(old, new))[0].startswith(why)


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ('"accept" "Q2026-0009"\n  lines: "1"', "`accept` is about Q2026-0009, which is not in this file"),
        ('"accept" "Q2026-0001"\n  lines: "1 9"', "line 9 is not in the quote, which has 3"),
        ('"accept" "Q2026-0001"\n  lines: "one"', '`lines: "one"` is no list of lines'),
        ('"accept" "Q2026-0001"', "the acceptance names no lines"),
        ('"accept" "Q2026-0001"\n  lines: "1"\n  share: 101', "`share: 101` cannot be used"),
        ('"accept" "Q2026-0001"\n  lines: "1 1"', "line 1 is accepted beyond the whole of it"),
        ('"reissue" "Q2026-0001"', "the new issue has no date"),
        ('"acept" "Q2026-0001"', "this is no quote"),
    ],
)
def test_mistakes_in_what_became_of_it(event: str, why: str) -> None:
    """The directives below a quote may be typed by hand, and are checked."""
    first = told(f"{BOXES}\n2026-11-20 custom {event}\n")[0]
    assert first.startswith(f"{BOXES.count(chr(10)) + 2}: {why}")
