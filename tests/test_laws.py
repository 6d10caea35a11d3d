"""What holds for every ledger and every day: random ledgers are tried against the laws.

A ledger is drawn as a list of `Event`s, small numbers that shrink well, and written out as text by `chunks`.
Its amounts are reckoned here with fractions, so that documents are right by another way of counting. References
are mostly to what exists and fits; some are to another customer's document, to more than is open, to nothing.
"""

import datetime
import random
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from beancount import loader
from beancount.core.data import Transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billtext.ledger import load
from billtext.money import ZERO
from billtext.rules import ageing, book, invoices, statements
from billtext.rules.ageing import OpenItem
from billtext.rules.book import Book

FIRST = datetime.date(2026, 1, 1)
DAY = datetime.timedelta(days=1)
CUSTOMERS = ("C1", "C2", "C3")
PLACES = {"NOK": 2, "EUR": 2, "JPY": 0}
RATE = {"NOK": "", "EUR": " @ 11.50 NOK", "JPY": " @ 0.07 NOK"}
VAT = {"S25": 25, "S15": 15, "Z0": 0}

BEGIN = """
option "operating_currency" "NOK"
2020-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2020-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT:S25
2020-01-01 custom "vat" "S15" 15
  account: Liabilities:VAT:S15
2020-01-01 custom "vat" "Z0" 0
2020-01-01 custom "terms" "net-14"
  days: 14
2020-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
  terms: "net-14"
2020-01-01 custom "customer" "C2"
  name: "Bergen Bakeri AS"
2020-01-01 custom "customer" "C3"
  name: "Vestland Rør AS"
2026-01-20 custom "customer" "C3"
  name: "Vestland Rør og Varme AS"
2020-01-01 open Assets:Receivable
2020-01-01 open Assets:Receivable:C1
2020-01-01 open Assets:Receivable:C2
2020-01-01 open Assets:Receivable:C3
2020-01-01 open Assets:Bank
2020-01-01 open Income:Sales
2020-01-01 open Expenses:Losses
2020-01-01 open Liabilities:VAT:S25
2020-01-01 open Liabilities:VAT:S15
"""
OLDEST = '2020-01-01 custom "billtext-option" "allocation" "oldest"\n'


# --- ledgers --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """Something that happens: what the numbers mean is said by `chunks`.

    :param sizes: amounts of its lines, in the smallest unit of the currency
    :param other: which of the other events it refers to
    :param how: in which way it does
    :param share: quarters of what it refers to; 5 and more are more than all of it
    """

    kind: str
    day: int
    customer: int
    currency: str
    sizes: tuple[int, ...]
    parts: int
    other: int
    how: str
    share: int
    twice: bool


MONEY = ("payment", "payment", "payment", "refund", "write-off", "entry")
REGISTER = ("policy", "edges", "customer", "void")
KINDS = (
    "invoice",
    "invoice",
    "invoice",
    "invoice",
    *MONEY,
    "credit-note",
    "credit-note",
    "allocate",
    "undo",
    "register",
)
HOW = ("settles",) * 8 + ("link",) * 6 + ("nothing", "nothing", "both", "both", "part", "part", "stranger", "unknown")

event = st.builds(
    Event,
    kind=st.sampled_from(KINDS),
    day=st.integers(0, 12) | st.integers(0, 30),
    customer=st.sampled_from((0, 0, 0, 1, 2)),
    currency=st.sampled_from(("NOK", "NOK", "NOK", "NOK", "EUR", "JPY")),
    sizes=st.lists(st.integers(1, 99_999), min_size=1, max_size=3).map(tuple),
    parts=st.sampled_from((1, 1, 1, 2, 3)),
    other=st.integers(0, 20),
    how=st.sampled_from(HOW),
    share=st.sampled_from((4, 4, 2, 2, 1, 1, 5, 9)),
    twice=st.sampled_from((False,) * 39 + (True,)),
)
events = st.lists(event, min_size=1, max_size=2) | st.lists(event, min_size=6, max_size=16)

LETTER = {"invoice": "I", "credit-note": "K", "payment": "P", "refund": "R", "write-off": "W"}
SIGN = {"invoice": 1, "refund": 1, "payment": -1, "write-off": -1, "credit-note": -1, "entry": -1}

Chunk = tuple[datetime.date, str]


def half_up(number: Fraction) -> int:
    """Round half up; for amounts of 0 and more."""
    return int(number + Fraction(1, 2))


def money(units: int, currency: str) -> str:
    """An amount in the smallest unit as a ledger writes it."""
    return f"{Decimal(units).scaleb(-PLACES[currency]):f} {currency}{RATE[currency]}"


def lines(one: Event) -> tuple[list[str], int]:
    """Lines and VAT postings of a document, and its gross in the smallest unit."""
    text, bases = [], dict.fromkeys(VAT, 0)
    turn = -1 if one.kind == "invoice" else 1
    for n, size in enumerate(one.sizes):
        quantity, discount, code = (
            ("1", "2.5", "3")[size % 3],
            ("0", "10", "12.5")[size % 5 % 3],
            list(VAT)[n],
        )
        net = half_up(Fraction(quantity) * size * (100 - Fraction(discount)) / 100)
        bases[code] += net
        price = money(size, one.currency).partition(" @")[0]
        text.append(f"  Income:Sales  {money(turn * net, one.currency)}")
        text += [
            f"    quantity: {quantity}",
            f"    price: {price}",
            f"    discount: {discount}",
            f'    vat: "{code}"',
        ]
    gross = sum(bases.values())
    for code, base in bases.items():
        vat = half_up(Fraction(base * VAT[code], 100))
        gross += vat
        if VAT[code] and base:
            text += [f"  Liabilities:VAT:{code}  {money(turn * vat, one.currency)}", f'    vat: "{code}"']
    return text, gross


def names(drawn: list[Event]) -> list[str]:
    """Number of each event; one that is drawn `twice` takes the number of the one before of its kind."""
    found: list[str] = []
    last: dict[str, str] = {}
    for n, one in enumerate(drawn):
        letter = LETTER.get(one.kind, "")
        name = last.get(letter, "") if one.twice else ""
        found.append(name or (f"{letter}{n}" if letter else ""))
        last[letter] = found[-1]
    return found


class Drawn:
    """The events with what their numbers mean: names, customers, and which of the others they refer to."""

    def __init__(self, events_: list[Event]) -> None:
        self.events = events_
        self.names = names(events_)
        self.claims = [n for n, one in enumerate(events_) if one.kind == "invoice"]
        self.credits = [n for n, one in enumerate(events_) if one.kind in {"payment", "credit-note"}]

    def target(self, n: int) -> int | None:
        """The event that one refers to."""
        one = self.events[n]
        pool = [m for m in (self.credits if one.kind in {"refund", "invoice"} else self.claims) if m != n]
        if one.kind in DOCUMENTS:
            pool = [m for m in pool if self.account(m) == self.account(n)]
        return pool[one.other % len(pool)] if pool and one.how not in {"nothing", "unknown"} else None

    def account(self, n: int) -> tuple[str, str]:
        """Customer and currency: money has those of what it refers to."""
        one = self.events[n]
        target = None if one.kind in DOCUMENTS or one.how == "stranger" else self.target(n)
        return (CUSTOMERS[one.customer], one.currency) if target is None else self.account(target)

    def amount(self, n: int) -> int:
        """What one is about, in the smallest unit."""
        one = self.events[n]
        if one.kind in DOCUMENTS:
            return lines(one)[1]
        target = self.target(n)
        return one.sizes[0] if target is None else max(1, self.amount(target) * one.share // 4)


DOCUMENTS = {"invoice", "credit-note"}


def chunks(events_: list[Event]) -> list[Chunk]:
    """The directives of the events, each with its date."""
    drawn = Drawn(events_)
    found = []
    said: set[tuple[str, int]] = set()  # two of a kind on one day would contradict each other
    for n, one in enumerate(events_):
        if one.kind == "register":
            what = REGISTER[one.other % len(REGISTER)]
            if (what, one.day) not in said:
                found.append(directive(one, what, n))
            said.add((what, one.day))
        else:
            found.append(allocation(drawn, n) if one.kind in {"allocate", "undo"} else transaction(drawn, n))
    return found


def directive(one: Event, what: str, n: int) -> Chunk:
    """A later change of the register or of an option, or a void number."""
    day = FIRST + one.day * DAY
    text = {
        "policy": 'custom "billtext-option" "allocation" "' + ("none" if one.twice else "oldest") + '"',
        "edges": f'custom "billtext-option" "aging-edges" "{one.parts} 10"',
        "customer": f'custom "customer" "{CUSTOMERS[one.customer % 2]}"\n  name: "Name {n}"',
        "void": f'custom "void" "V{n}"\n  reason: "spoilt"',
    }[what]
    return day, f"{day} {text}\n"


def named(drawn: Drawn, n: int) -> str:
    """The number that an event writes: of what it refers to, or of nothing."""
    one, target = drawn.events[n], drawn.target(n)
    if target is None:
        return "X99" if one.how == "unknown" else ""
    parts = drawn.events[target].parts
    return f"{drawn.names[target]}/{parts}" if one.how == "part" and parts > 1 else drawn.names[target]


def allocation(drawn: Drawn, n: int) -> Chunk:
    """An `allocate` directive, of money of the same customer if there is any."""
    one, day = drawn.events[n], FIRST + drawn.events[n].day * DAY
    fit = [m for m in drawn.credits if drawn.account(m) == drawn.account(n)] or drawn.credits
    if one.kind == "undo":
        fit = [m for m in fit if drawn.target(m) == drawn.target(n)] or fit
    by = drawn.names[fit[one.other % len(fit)]] if fit else "X98"
    amount = money(drawn.amount(n) * (1 if one.kind == "allocate" else -1), drawn.account(n)[1]).partition(" @")[0]
    return day, f'{day} custom "allocate" "{by}" "{named(drawn, n) or "X99"}" {amount}\n'


def transaction(drawn: Drawn, n: int) -> Chunk:
    """A document, or a movement of money."""
    one, target = drawn.events[n], drawn.target(n)
    day = FIRST + one.day * DAY
    (customer, currency), amount = drawn.account(n), drawn.amount(n)
    number = named(drawn, n)
    if one.kind in DOCUMENTS:
        rest, _ = lines(one)
    else:
        account = "Expenses:Losses" if one.kind == "write-off" else "Assets:Bank"
        rest = [f"  {account}  {money(-SIGN[one.kind] * amount, currency)}"]
    links = ""
    if target is not None and one.how in {"link", "both"}:
        mine = [m for m in drawn.claims if m != target and drawn.account(m) == drawn.account(n)]
        more = (mine or [m for m in drawn.claims if m > target])[: one.parts - 1]  # money over several documents
        links = "".join(f" ^{name}" for name in sorted({drawn.names[m] for m in (target, *more)}))
    text = [f'{day} * "{one.kind}"{links}']
    if one.kind != "entry":
        text.append(f'  {one.kind}: "{drawn.names[n]}"')
    shared = one.sizes[0] % 7 == 0
    if shared:
        text.append(f'  customer: "{customer}"')
    if one.kind == "credit-note":
        corrects = target is not None and one.how == "both"
        text.append(f'  corrects: "{number}"' if corrects else '  reason: "goodwill"')
    settles = number and one.how not in {"link", "nothing"} and (one.kind != "invoice" or one.other % 3 == 0)
    parts = min(one.parts, amount)
    for part in range(parts):
        units = amount - amount // parts * (parts - 1) if part == parts - 1 else amount // parts
        owner = "Assets:Receivable" if shared else f"Assets:Receivable:{customer}"
        text.append(f"  {owner}  {money(SIGN[one.kind] * units, currency)}")
        if settles:
            text.append(f'    settles: "{number}"')
        if one.kind == "invoice" and parts > 1:
            text.append(f"    due: {day + (part + 1) * 10 * DAY}")
    return day, "\n".join([*text, *rest]) + "\n"


def read(text: str) -> tuple[list[Any], Book]:
    """Entries of a ledger, and its book."""
    entries, errors, _ = loader.load_string(text)
    assert not errors
    return entries, book.build(entries, load.sources)


def whole(found: list[Chunk], *, oldest: bool) -> str:
    """Text of a ledger."""
    return BEGIN + (OLDEST if oldest else "") + "\n".join(text for _, text in found)


# --- what the reports say -------------------------------------------------------------------------


def days(found: list[Chunk]) -> list[datetime.date]:
    """Each day on which something happens or falls due, the one before it and the one after."""
    due = [date for _, text in found for date in map(datetime.date.fromisoformat, re.findall(r"due: (\S+)", text))]
    return sorted({date + n * DAY for date in [*due, *(day for day, _ in found)] for n in (-1, 0, 1)})


def snapshot(found: Book, day: datetime.date) -> object:
    """Everything that the reports say as of a day, in plain values."""
    report = ageing.report(found, day)
    rows = [(row.customer, row.name, row.currency, dict(row.columns)) for row in report.rows]
    by_date = [(row.customer, dict(row.columns)) for row in ageing.report(found, day, basis="date").rows]
    items = [
        (
            one.item.customer,
            one.kind,
            one.item.name,
            one.item.due,
            one.item.currency,
            one.open,
            one.days_overdue,
        )
        for one in ageing.open_items(found, day)
    ]
    documents = [
        (row.document.number, row.document.due, row.status, row.open, row.days_overdue, detail.allocations)
        for row in invoices.rows(found, day)
        for detail in [invoices.detail(found, row.document, day)]
    ]
    accounts = [
        (section.currency, section.opening, section.lines, section.closing)
        for customer in CUSTOMERS
        for section in statements.report(found, customer, FIRST + 10 * DAY, day).sections
    ]
    return rows, by_date, items, documents, accounts


def receivables(entries: list[Any]) -> Iterator[tuple[datetime.date, str, str, Decimal]]:
    """Postings to receivable accounts as Beancount has them: date, customer, currency and amount."""
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            if posting.account == "Assets:Receivable":
                yield entry.date, entry.meta["customer"], posting.units.currency, posting.units.number
            elif posting.account.startswith("Assets:Receivable:"):
                yield entry.date, posting.account[-2:], posting.units.currency, posting.units.number


def tell(found: Book) -> set[tuple[str, str]]:
    """The errors of a book without their places."""
    return {(type(error).__name__, re.sub(r"\S+:\d+", "PLACE", error.message)) for error in found.errors}


# --- the laws -------------------------------------------------------------------------------------

# What can be wrong in a drawn ledger; documents are right by construction.
EXPECTED = {
    "SettlesUnknownError", "SettlesCustomerError", "SettlesCurrencyError", "SettlesSignError", "SettlesBeyondError",
    "AllocateUndoError", "AllocateCurrencyError", "NamelessError",
    "CreditBeyondError", "CreditVatError", "CorrectsUnknownError", "NumberDuplicateError",
}  # fmt: skip


@given(events, st.booleans())
@settings(max_examples=300)
def test_every_report_of_every_day_says_what_beancounts_balance_says(drawn: list[Event], oldest: bool) -> None:
    """Open items = ageing = statement = Beancount's balance, for every day, customer and currency."""
    found = chunks(drawn)
    entries, made = read(whole(found, oldest=oldest))
    postings = list(receivables(entries))
    for day in days(found):
        rows = {(row.customer, row.currency): row for row in ageing.report(made, day).rows}
        items = ageing.open_items(made, day)
        for customer in CUSTOMERS:
            sections = statements.report(made, customer, FIRST, day).sections
            closing = {section.currency: section.closing for section in sections}
            for currency in PLACES:
                account = (customer, currency)
                balance = sum((n for date, *owner, n in postings if date <= day and tuple(owner) == account), ZERO)
                open_ = sum((i.open for i in items if (i.item.customer, i.item.currency) == account), ZERO)
                row = rows.get(account)
                assert open_ == balance
                assert (row.total if row else ZERO) == balance
                assert closing.get(currency, ZERO) == balance
                assert ageing.balances(made, customer, day).get(currency, ZERO) == balance


@given(events, st.booleans())
@settings(max_examples=300)
def test_nothing_is_settled_beyond_what_it_is(drawn: list[Event], oldest: bool) -> None:
    """What is open of an item lies between nothing and its amount, on every day."""
    found = chunks(drawn)
    _, made = read(whole(found, oldest=oldest))
    for day in days(found):
        for item in made.items:
            open_ = made.allocations.open(item, day)
            low, high = sorted((ZERO, item.amount))
            assert low <= open_ <= high
    for allocation in made.allocations.all:
        source, target = allocation.source, allocation.target
        assert (source.customer, source.currency) == (target.customer, target.currency)
        assert (source.amount > 0) != (target.amount > 0)
        assert allocation.date >= max(source.date, target.date)
        assert source.entry is not target.entry


@given(events, st.booleans(), st.integers(0, 30))
@settings(max_examples=300)
def test_what_happens_later_changes_no_earlier_report(drawn: list[Event], oldest: bool, cut: int) -> None:
    """A report of a day is the same before and after everything later was entered."""
    found = chunks(drawn)
    last = FIRST + cut * DAY
    early = [one for one in found if one[0] <= last]
    _, before = read(whole(early, oldest=oldest))
    _, after = read(whole(found, oldest=oldest))
    for day in {*(day for day in days(early) if day <= last), last}:
        assert snapshot(before, day) == snapshot(after, day)


@given(events, st.booleans(), st.randoms(use_true_random=False), st.integers(1, 3))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_the_order_of_entries_and_files_changes_nothing(
    drawn: list[Event], oldest: bool, shuffle: random.Random, count: int
) -> None:
    """Entries in any order, spread over any files, give the same figures and the same errors."""
    found = chunks(drawn)
    _, made = read(whole(found, oldest=oldest))
    mixed = shuffle.sample(found, len(found))
    with tempfile.TemporaryDirectory() as directory:
        top = Path(directory, "main.beancount")
        files = [Path(directory, f"{name}.beancount") for name in shuffle.sample("abcxyz", count)]
        for n, file in enumerate(files):
            file.write_text("\n".join(text for _, text in mixed[n::count]), "utf-8")
        includes = "".join(f'include "{file.name}"\n' for file in files)
        top.write_text(BEGIN + (OLDEST if oldest else "") + includes, "utf-8")
        loaded = load.load(top)
        assert not loaded.errors
        other = book.build(loaded.entries, load.sources)
    for day in days(found):
        assert snapshot(other, day) == snapshot(made, day)
    assert tell(other) == tell(made)


def column_of(one: OpenItem, day: datetime.date, basis: str) -> str:
    """Column of the ageing in which an open item stands."""
    if one.kind == "unapplied":
        return "unapplied"
    days = (day - (one.item.due if basis == "due" else one.item.date)).days
    return next(name for name, last in COLUMNS.items() if days <= last)


COLUMNS = {"not-due": 0, "1-30": 30, "31-60": 60, "61-90": 90, "91+": 10**6}


@given(events, st.booleans())
@settings(max_examples=200)
def test_columns_and_totals_of_the_ageing_add_up(drawn: list[Event], oldest: bool) -> None:
    """Every open item stands in one column, and a currency's row is the sum of its customers' rows."""
    found = chunks(drawn)
    _, made = read(whole(found, oldest=oldest))
    for day in days(found):
        for basis in ageing.BASES:
            report = ageing.report(made, day, basis=basis, edges=(30, 60, 90))
            items = ageing.open_items(made, day, basis=basis)
            for total in report.totals:
                rows = [row for row in report.rows if row.currency == total.currency]
                for column in (*report.buckets, ageing.UNAPPLIED):
                    assert total.columns[column] == sum((row.columns[column] for row in rows), ZERO)
                sums = dict.fromkeys(total.columns, ZERO)
                for one in items:
                    if one.item.currency == total.currency:
                        sums[column_of(one, day, basis)] += one.open
                assert total.columns == sums
                assert total.total == sum(sums.values())


@given(events, st.booleans())
@settings(max_examples=200)
def test_the_totals_of_several_days_are_those_of_each_days_report(drawn: list[Event], oldest: bool) -> None:
    """What is worked out in one pass for many days is what each day's report says, for all and for some customers."""
    found = chunks(drawn)
    _, made = read(whole(found, oldest=oldest))
    asked = sorted(days(found))
    for customers in (None, CUSTOMERS[:1]):
        for day, rows in zip(asked, ageing.totals(made, asked, customers=customers), strict=True):
            totals = ageing.report(made, day, customers=customers).totals
            expected = {row.currency: row.columns for row in totals if any(row.columns.values())}
            assert {row.currency: row.columns for row in rows if any(row.columns.values())} == expected


@given(events, st.booleans())
@settings(max_examples=200)
def test_a_statement_opens_with_what_the_one_before_closed_with(drawn: list[Event], oldest: bool) -> None:
    """Opening = closing of the day before; opening + movements = closing."""
    found = chunks(drawn)
    _, made = read(whole(found, oldest=oldest))
    end = FIRST + 60 * DAY
    for day in days(found):
        for customer in CUSTOMERS:
            before = {s.currency: s.closing for s in statements.report(made, customer, FIRST, day - DAY).sections}
            for section in statements.report(made, customer, day, end).sections:
                assert section.opening == before.get(section.currency, ZERO)
                balance = section.opening
                for line in section.lines:
                    balance += line.amount
                    assert line.balance == balance
                assert section.closing == balance == section.aging.total
                assert section.closing == sum((one.open for one in section.open_items), ZERO)


@given(events, st.booleans())
@settings(max_examples=200)
def test_documents_that_are_right_are_not_refused(drawn: list[Event], oldest: bool) -> None:
    """Lines, discounts, VAT and totals reckoned with fractions pass: only references can be wrong here."""
    _, made = read(whole(chunks(drawn), oldest=oldest))
    assert {type(error).__name__ for error in made.errors} <= EXPECTED


@given(events, st.booleans())
@settings(max_examples=100)
def test_reading_twice_gives_the_same_and_changes_no_entry(drawn: list[Event], oldest: bool) -> None:
    """`book.build` is a function of the entries, and leaves them as they were."""
    found = chunks(drawn)
    entries, made = read(whole(found, oldest=oldest))
    before = repr(entries)
    again = book.build(entries, load.sources)
    assert repr(entries) == before
    assert [str(error) for error in again.errors] == [str(error) for error in made.errors]
    for day in days(found):
        assert snapshot(again, day) == snapshot(made, day)


def test_of_a_number_given_twice_the_same_document_counts_in_any_order() -> None:
    """Two invoices of one number, day and amount differ in the due date: the one due first counts."""
    twice = [
        f"""
2026-01-05 * "Sale"
  invoice: "I1"
  due: {due}
  Assets:Receivable:C1  100.00 NOK
  Income:Sales  -100.00 NOK
"""
        for due in ("2026-01-10", "2026-02-20")
    ]
    receipt = """
2026-01-06 * "Receipt"
  payment: "P1"
  Assets:Bank  100.00 NOK
  Assets:Receivable:C1  -100.00 NOK
    settles: "I1"
"""
    found = [read(BEGIN + "".join(texts) + receipt)[1] for texts in (twice, twice[::-1])]
    for made in found:
        assert [type(error).__name__ for error in made.errors] == ["NumberDuplicateError"]
        assert [str(one.item.due) for one in ageing.open_items(made, datetime.date(2026, 1, 31))] == ["2026-02-20"]
        assert [str(document.due) for document in made.documents] == ["2026-01-10"]


def test_of_two_allocations_of_a_day_the_same_goes_first_in_any_order() -> None:
    """100 received, 60 and 60 allocated: the invoice of the lower number gets its 60, the other what is left."""
    text = """
2026-01-05 * "Sale"
  invoice: "I1"
  Assets:Receivable:C1  60.00 NOK
  Income:Sales  -60.00 NOK
2026-01-05 * "Sale"
  invoice: "I2"
  Assets:Receivable:C1  60.00 NOK
  Income:Sales  -60.00 NOK
2026-01-06 * "Receipt"
  payment: "P1"
  Assets:Bank  100.00 NOK
  Assets:Receivable:C1  -100.00 NOK
"""
    both = [f'2026-01-07 custom "allocate" "P1" "{number}" 60.00 NOK\n' for number in ("I1", "I2")]
    for directives in (both, both[::-1]):
        _, made = read(BEGIN + text + "".join(directives))
        (error,) = made.errors
        assert error.message.startswith("60.00 NOK settles P1, of which 40.00 NOK is open")
        found = ageing.open_items(made, datetime.date(2026, 1, 7))
        assert [(one.item.name, str(one.open)) for one in found] == [("I2", "20.00")]
