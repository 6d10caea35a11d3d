"""What is added to a ledger is judged without building the whole book anew, and as the whole book would judge it."""

import datetime
import re
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import event as note
from hypothesis import given, settings
from hypothesis import strategies as st

import test_laws
from billtext.ledger import load
from billtext.rules import additions, book
from office import Office

DAY = datetime.timedelta(days=1)
FIRST = datetime.date(2026, 3, 1)

BEGIN = """
2020-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2020-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT
2020-01-01 custom "series" "INV" "{year}-{number:03}"
  kind: "invoice"
2020-01-01 custom "series" "CN" "K{number}"
  kind: "credit-note"
  reset: "never"
2020-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
2020-01-01 custom "customer" "C2"
  name: "Bergen Bakeri AS"
2020-01-01 custom "customer" "C3"
  name: "Vestland Rør AS"
2026-03-05 custom "customer" "C3"
  closed: TRUE
2020-01-01 open Assets:Receivable:C1
2020-01-01 open Assets:Receivable:C2
2020-01-01 open Assets:Receivable:C3
2020-01-01 open Assets:Receivable:C9
2020-01-01 open Assets:Bank
2020-01-01 open Income:Sales
2020-01-01 open Liabilities:VAT
"""


@dataclass(frozen=True)
class Step:
    """Something that is written: most of it as it should be, some of it wrong.

    :param back: days by which its date lies before that of the last step
    :param off: what its number differs by from the next one
    :param other: which of the documents before it refers to
    """

    kind: str
    customer: int
    back: int
    off: int
    other: int
    amount: int
    kid: int
    how: str


step = st.builds(
    Step,
    kind=st.sampled_from(
        ("invoice",) * 5
        + ("payment",) * 4
        + ("credit-note", "credit-note", "void", "allocate", "undo", "close", "customer", "both")
    ),
    customer=st.sampled_from((1, 1, 1, 1, 2, 2, 2, 3, 9)),
    back=st.sampled_from((0,) * 9 + (1, 4)),
    off=st.sampled_from((0,) * 12 + (1, -1)),
    other=st.integers(0, 5),
    amount=st.sampled_from((100, 100, 40, 40, 25, 130)),
    kid=st.sampled_from((0, 0, 0, 0, 1, 2)),
    how=st.sampled_from(("settles", "settles", "link", "nothing")),
)
KIDS = (None, "10009", "20008")


class Writing:
    """Writes steps one after the other, as a clerk who is mistaken now and then."""

    def __init__(self) -> None:
        self.day = FIRST
        self.count = {"invoice": 0, "credit-note": 0, "payment": 0}
        self.invoices: list[tuple[str, int]] = []
        self.credits: list[tuple[str, int]] = []

    def text(self, one: Step) -> str:
        """The directives of a step."""
        self.day += DAY
        day = self.day - one.back * DAY
        if one.kind in {"invoice", "credit-note"}:
            return self.document(one, day)
        if one.kind in {"payment", "both"}:
            return self.money(one, day)
        if one.kind == "void":
            self.count["invoice"] += 1
            return f'{day} custom "void" "2026-{self.count["invoice"] + one.off:03}"\n  reason: "spoilt"\n'
        if one.kind in {"allocate", "undo"}:
            by, number = self.near(self.credits, one), self.near(self.invoices, one)
            sign = "-" if one.kind == "undo" else ""
            return f'{day} custom "allocate" "{by[0]}" "{number[0]}" {sign}{one.amount}.00 NOK\n'
        if one.kind == "close":
            return f'{day} custom "close" "2026-02"\n  movements: 0\n  volume: "nothing"\n'
        return f'{day} custom "customer" "C{one.customer}"\n  name: "Nordlys AS"\n'

    def near(self, among: list[tuple[str, int]], one: Step) -> tuple[str, int]:
        """One of the last documents, if possible of the customer."""
        own = [pair for pair in among if pair[1] == one.customer] or among
        return own[-1 - one.other % len(own)] if own else ("X1", one.customer)

    def document(self, one: Step, day: datetime.date) -> str:
        """An invoice, or a credit note for one."""
        self.count[one.kind] += 1
        n = self.count[one.kind] + one.off
        turn, meta, settles = "-", "", ""
        customer = one.customer
        if one.kind == "invoice":
            number = f"2026-{n:03}"
            self.invoices.append((number, customer))
            meta = f'  kid: "{KIDS[one.kid]}"\n' if one.kid else ""
        else:
            number, turn = f"K{n}", ""
            of, customer = self.near(self.invoices, one)
            self.credits.append((number, customer))
            meta = f'  corrects: "{of}"\n'
            settles = f'    settles: "{of}"\n' if one.how == "settles" else ""
        owed = "-" if turn == "" else ""
        return (
            f'{day} * "{one.kind}"\n  {one.kind}: "{number}"\n{meta}'
            f"  Assets:Receivable:C{customer}  {owed}{one.amount}.00 NOK\n{settles}"
            f"  Income:Sales  {turn}{one.amount}.00 NOK\n"
        )

    def money(self, one: Step, day: datetime.date) -> str:
        """A receipt, or one that two customers share."""
        self.count["payment"] += 1
        number = f"B{self.count['payment'] + one.off}"
        to, customer = self.near(self.invoices, one)
        if one.other == 5:
            customer = one.customer  # perhaps not the one whose invoice it is
        self.credits.append((number, customer))
        link = f" ^{to}" if one.how == "link" else ""
        settles = f'    settles: "{to}"\n' if one.how == "settles" else ""
        second = f"  Assets:Receivable:C{customer % 2 + 1}  -10.00 NOK\n" if one.kind == "both" else ""
        total = one.amount + (10 if second else 0)
        return (
            f'{day} * "Bank giro"{link}\n  payment: "{number}"\n  Assets:Bank  {total}.00 NOK\n'
            f"  Assets:Receivable:C{customer}  -{one.amount}.00 NOK\n{settles}{second}"
        )


def judged(base: str, more: str) -> tuple[bool | None, list[str]]:
    """Whether an addition is found harmless, and the errors of the whole; None where the ledger itself has errors."""
    entries, errors = load.parse(base, "a.beancount")
    new, found = load.parse(more, "b.beancount")
    assert not errors
    assert not found
    texts = {"a.beancount": base, "b.beancount": more}

    def sources(names: Any) -> dict[str, str]:
        return {name: texts[name] for name in names if name in texts}

    known = book.build(entries, sources)
    whole = book.build(load.together(entries, new), sources)
    if known.errors:
        assert not additions.harmless(known, new, sources)
        return None, [error.message for error in whole.errors]
    return additions.harmless(known, new, sources), [error.message for error in whole.errors]


@given(st.lists(step, max_size=8), st.lists(step, min_size=1, max_size=5), st.booleans())
@settings(max_examples=600, deadline=None)
def test_what_is_found_harmless_has_no_error_in_the_whole_book(
    base: list[Step], more: list[Step], oldest: bool
) -> None:
    """And the other way round, but where the register, a closing or the order of numbers asks for the whole."""
    writing = Writing()
    begin = BEGIN + (test_laws.OLDEST if oldest else "")
    old = "\n".join(writing.text(_right(one, n)) for n, one in enumerate(base))
    new = "\n".join(writing.text(one) for one in more)
    harmless, errors = judged(begin + old, new)
    note(f"{harmless}, {'wrong' if errors else 'right'}")
    if harmless:
        assert errors == []
    elif harmless is False and not errors:
        assert {"close", "customer"} & {one.kind for one in more} or any(one.back or one.off for one in more)


def _right(one: Step, n: int) -> Step:
    """The like of a step without a mistake: of customers 1 and 2, receipts of a tenth of an invoice."""
    kind = one.kind if one.kind in {"invoice", "payment", "both"} and n else "invoice"
    amount = 100 if kind == "invoice" else 10
    return replace(one, kind=kind, customer=one.customer % 2 + 1, back=0, off=0, other=0, amount=amount, kid=n == 0)


@given(test_laws.events, st.lists(st.booleans(), min_size=16, max_size=16), st.booleans())
@settings(max_examples=400, deadline=None)
def test_a_ledger_in_two_parts_is_judged_as_the_whole(
    drawn: list[test_laws.Event], later: list[bool], oldest: bool
) -> None:
    """Links, instalments, currencies and policies too; what is added may be dated before what is there."""
    found = test_laws.chunks(drawn)
    old = [chunk for chunk, late in zip(found, later, strict=False) if not late]
    new = [chunk for chunk, late in zip(found, later, strict=False) if late]
    harmless, errors = judged(test_laws.whole(old, oldest=oldest), "\n".join(text for _, text in new))
    note(f"{harmless}, {'wrong' if errors else 'right'}")
    assert not (harmless and errors)


WRONG = {
    "a number twice": Step("invoice", 1, 0, -1, 0, 100, 0, ""),
    "a gap": Step("invoice", 1, 0, 1, 0, 100, 0, ""),
    "a payment reference twice": Step("invoice", 2, 0, 0, 0, 100, 1, ""),
    "too much": Step("payment", 1, 0, 0, 0, 130, 0, "settles"),
    "a credit beyond": Step("credit-note", 1, 0, 0, 0, 130, 0, "settles"),
    "an unknown customer": Step("invoice", 9, 0, 0, 0, 100, 0, ""),
    "a closed customer": Step("invoice", 3, 0, 0, 0, 100, 0, ""),
    "a date that goes backwards": Step("invoice", 1, 4, 0, 0, 100, 0, ""),
    "money taken back that was not given": Step("undo", 1, 0, 0, 0, 100, 0, ""),
    "a number made void that is used": Step("void", 1, 0, -1, 0, 0, 0, ""),
}
BEFORE = (
    Step("invoice", 1, 0, 0, 0, 100, 1, ""),
    Step("payment", 1, 0, 0, 0, 40, 0, "settles"),
    Step("invoice", 1, 0, 0, 0, 100, 0, ""),
    Step("invoice", 2, 0, 0, 0, 100, 0, ""),
)


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_seen(what: str) -> None:
    writing = Writing()
    base = BEGIN + "\n".join(writing.text(one) for one in BEFORE)
    writing.near = lambda among, one: among[0]  # type: ignore[method-assign]
    harmless, errors = judged(base, writing.text(WRONG[what]))
    assert harmless is False
    assert errors


NO_SERIES = "".join(part for part in re.split(r"^(?=2)", BEGIN, flags=re.MULTILINE) if 'custom "series"' not in part)
TWO = """
2026-03-01 * "Sale"
  invoice: "A1"
  Assets:Receivable:C1   100.00 NOK
  Income:Sales          -100.00 NOK
2026-03-02 * "Sale"
  invoice: "A2"
  Assets:Receivable:C2   100.00 NOK
  Income:Sales          -100.00 NOK
"""
MONEY = """
2026-03-10 * "Bank giro" ^{link}
  payment: "B1"
  Assets:Bank            100.00 NOK
  Assets:Receivable:C1  {amount} NOK
"""


def test_a_link_to_another_customers_document_is_seen_where_no_series_tells_its_form() -> None:
    """That customer's account is not looked at for this payment."""
    wrong = ["A2 is of customer C2, and this is money of C1; correct the number or the customer"]
    assert judged(NO_SERIES + TWO, MONEY.format(link="A2", amount="-100.00")) == (False, wrong)


def test_links_to_own_documents_and_of_a_shared_movement_are_harmless() -> None:
    """100.00 for A1; or 60.00 of C1 and 40.00 of C2 in one movement that names the document of C2."""
    assert judged(NO_SERIES + TWO, MONEY.format(link="A1", amount="-100.00")) == (True, [])
    assert judged(NO_SERIES + TWO, MONEY.format(link="trip", amount="-100.00")) == (True, [])
    shared = MONEY.format(link="A2", amount="-60.00") + "  Assets:Receivable:C2  -40.00 NOK\n"
    assert judged(NO_SERIES + TWO, shared) == (True, [])


def test_one_command_builds_one_book(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issuing, a receipt, its allocation and a credit note cost one load and one book each."""
    made = Office(tmp_path)
    for n in range(3):
        made.draft(f"d{n}", f'2026-11-25 ! "Work"\n  invoice:\n  customer: "C{n // 2 + 1}"\n  Income:Sales\n'
                            f"    price: 100.00 {('NOK', 'EUR')[n // 2]}\n")  # fmt: skip
    made.get("issue", "d0", "--date", "2026-11-25")
    made.get("issue", "d2", "--date", "2026-11-25")
    loads: list[Any] = []
    books: list[Any] = []
    monkeypatch.setattr(load, "load", _counted(load.load, loads))
    monkeypatch.setattr(book, "build", _counted(book.build, books))
    for command in (
        ["issue", "--all", "--date", "2026-11-25"],
        ["pay", "C1", "150.00", "--date", "2026-11-26"],
        ["pay", "C1", "50.00", "--date", "2026-11-26", "--invoice", "2026-0003"],
        ["allocate", "--undo", "B2026-0002", "2026-0003", "--date", "2026-11-27"],
    ):
        loads.clear()
        books.clear()
        assert made.run(*command).status == 0, command
        assert (len(loads), len(books)) == (1, 1), command


def _counted(function: Any, calls: list[Any]) -> Any:
    def counting(*args: Any, **options: Any) -> Any:
        calls.append(args)
        return function(*args, **options)

    return counting
