"""The collection of mistakes: for each kind of error a ledger with it, and the exact words of the check."""

import datetime
import re
import shutil
from pathlib import Path

import pytest
from beancount import loader

from billtext import errors
from billtext.errors import LedgerError
from billtext.ledger import load
from billtext.rules import ageing, book

ERRORS = Path(__file__).parent / "errors"
LEDGERS = sorted(ERRORS.glob("*.beancount"))
NAMES = [path.stem for path in LEDGERS]


# Not of the check of a ledger, but of drafts and of `verify`: see test_issue.py and test_seals.py.
ELSEWHERE = (errors.DraftError, errors.SealError)


def kinds(cls: type[LedgerError] = LedgerError) -> set[type[LedgerError]]:
    """All kinds of error: classes with a sentence of their own; those without group others."""
    found = {cls} if cls.sentence else set()
    return found.union(*(kinds(sub) for sub in cls.__subclasses__()))


def file_name(cls: type[LedgerError]) -> str:
    """`VatAmountError` → `vat-amount`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__.removesuffix("Error")).lower()


def told(found: list[LedgerError]) -> str:
    """Errors as `FILE:LINE: message (Class)`, a line each."""
    lines = []
    for error in found:
        place = f"{Path(error.source['filename']).name}:{error.source['lineno']}"
        lines.append(f"{place}: {error.message} ({type(error).__name__})\n")
    return "".join(lines)


@pytest.mark.parametrize("path", LEDGERS, ids=NAMES)
def test_the_mistake_is_told_in_these_words(path: Path) -> None:
    """The check of `NAME.beancount` says what stands in `NAME.txt`, no more and no less."""
    entries, _, _ = loader.load_file(str(path))
    assert told(list(book.build(entries, load.sources).errors)) == path.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("path", LEDGERS, ids=NAMES)
def test_the_plugin_tells_the_same(path: Path, tmp_path: Path) -> None:
    """With the plugin `billing`, Beancount's own loader reports the same errors at the same lines."""
    copy = Path(shutil.copy(path, tmp_path))
    with copy.open("a", encoding="utf-8") as file:
        file.write('\nplugin "billtext_plugins.billing"\n')
    _, found, _ = loader.load_file(str(copy))
    assert told(found) == path.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("path", LEDGERS, ids=NAMES)
def test_beancount_alone_has_nothing_to_say(path: Path) -> None:
    """Each of these ledgers is one that Beancount lets pass: it is why billtext checks."""
    _, found, _ = loader.load_file(str(path))
    assert not found


@pytest.mark.parametrize("path", LEDGERS, ids=NAMES)
def test_one_ledger_shows_one_kind_of_mistake(path: Path) -> None:
    """A ledger is named after the kind of mistake it holds, and holds no other."""
    lines = path.with_suffix(".txt").read_text("utf-8").splitlines()
    assert lines
    for line in lines:
        name = re.search(r"\((\w+)\)$", line)
        assert name is not None
        assert file_name(getattr(errors, name[1])) == path.stem


def test_every_kind_of_mistake_has_its_ledger() -> None:
    """No kind of error is without an example, and no example without its kind."""
    assert {file_name(cls) for cls in kinds() if not issubclass(cls, ELSEWHERE)} == set(NAMES)
    assert {path.stem for path in ERRORS.glob("*.txt")} == set(NAMES)


@pytest.mark.parametrize("cls", sorted(kinds(), key=lambda cls: cls.__name__))
def test_a_message_says_what_is_wrong_and_what_to_do(cls: type[LedgerError]) -> None:
    """A message is one sentence in two halves: what is wrong, with the value seen; what to do."""
    message = cls.sentence
    assert ";" in message, "no remedy"
    assert not message.endswith("."), "ends like prose"
    assert "{" in message, "shows no value"
    assert cls.__doc__, "does not say why it matters"


@pytest.mark.parametrize("path", LEDGERS, ids=NAMES)
def test_a_ledger_begins_with_what_went_wrong(path: Path) -> None:
    """The first line tells the story in a bookkeeper's words, and the error is below it."""
    first, _, rest = path.read_text("utf-8").partition("\n")
    assert first.startswith("; ")
    assert first.count(" ") > 3
    assert 'option "operating_currency"' in rest


def test_a_hostile_value_stays_on_one_line() -> None:
    """A value of many lines, with control characters or without end, does not break the report."""
    error = errors.OptionUnknownError.at({}, name="a\nb\x1b[31m\u202e" + "x" * 500, remedy="correct it")
    assert "\n" not in error.message
    assert "\x1b" not in error.message
    assert "\u202e" not in error.message
    assert len(error.message) < 200


# --- small slips ----------------------------------------------------------------------------------

RIGHT = """
option "operating_currency" "NOK"
2026-01-01 open Assets:Receivable:C1
2026-01-01 open Assets:Bank
2026-01-01 open Income:Sales
2026-01-01 open Liabilities:VAT:S25
2026-01-01 open Liabilities:VAT:Paid
2026-01-01 custom "billtext-option" "allocation" "none"
2026-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2026-01-01 custom "vat" "S25" 25
  account: Liabilities:VAT:S25
2026-01-01 custom "terms" "net-14"
  days: 14
2026-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
  terms: "net-14"

2026-03-02 * "First" ; I1
  invoice: "I1"
  kid: "123456782"
  Assets:Receivable:C1   1250.00 NOK
    due: 2026-03-16
  Income:Sales          -1000.00 NOK
    quantity: 8
    price: 125.00 NOK
    discount: 0
    discount-amount: 0.00 NOK
    vat: "S25"
  Liabilities:VAT:S25    -250.00 NOK
    vat: "S25"

2026-03-03 * "Second"
  invoice: "I2"
  Assets:Receivable:C1   125.00 NOK
  Income:Sales          -100.00 NOK
    vat: "S25"
  Liabilities:VAT:S25    -25.00 NOK
    vat: "S25"

2026-03-10 * "Credited"
  credit-note: "K1"
  corrects: "I1"
  Assets:Receivable:C1  -125.00 NOK
    settles: "I1"
  Income:Sales           100.00 NOK
    vat: "S25"
  Liabilities:VAT:S25     25.00 NOK
    vat: "S25"

2026-03-16 * "Bank giro"
  payment: "P1"
  method: "bank"
  Assets:Bank            100.00 NOK
  Assets:Receivable:C1  -100.00 NOK
2026-03-17 custom "allocate" "P1" "I1" 100.00 NOK
2026-03-18 custom "void" "I9"
  reason: "spoilt"
"""

CASH = "Receivable:C1   100.00 NOK\n  Assets:Bank 25.00 NOK"
VAT_HERE = '2026-01-01 custom "vat"'
TERMS_HERE = '2026-01-01 custom "terms"'
THREE_WRONG = "RegisterConflict VatAmount VatAmount VatAmount"  # the later rate holds, and no document has it

TWICE = '2026-03-18 custom "void" "I9"\n  reason: "printed on the wrong paper"\n'
CHARGE = """2026-02-01 * "With freight"
  invoice: "I0"
  Assets:Receivable:C1   90.00 NOK
  Income:Sales         -100.00 NOK
  Income:Sales           10.00 NOK
    charge: "Freight"
"""
ITSELF = """2026-02-01 * "Paid, and part of it paid back at once"
  payment: "P0"
  Assets:Bank            90.00 NOK
  Assets:Receivable:C1 -100.00 NOK
    settles: "P0"
  Assets:Receivable:C1   10.00 NOK
    settles: "P0"
"""

CODES = """    vat: "S25"
  Liabilities:VAT:S25    -250.00 NOK
    vat: "S25"
"""
CORRECTED = """  corrects: "I1"
  Assets:Receivable:C1  -125.00 NOK
    settles: "I1"
"""
IN_EURO = "EUR @ 1.00 NOK"
PRICED = """    quantity: 8
    price: 125.00 NOK
    discount: 0
    discount-amount: 0.00 NOK
"""
COMPANY = """2026-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
"""
PAID = """  payment: "P1"
  method: "bank"
  Assets:Bank            100.00 NOK
  Assets:Receivable:C1  -100.00 NOK
"""
LINKED = '"Bank giro"\n' + PAID
TURNED = PAID.replace("-100.00", "+100.00").replace("  100.00", " -100.00").replace("+", "")

# What is written, what is written instead, and what is told of it; nothing where it is harmless.
SLIPS = {
    "nothing wrong": ("", "", ""),
    "a number without quotes": ('invoice: "I2"', "invoice: 2026-0012", "NumberForm"),
    "a date as a number": ('invoice: "I2"', "invoice: 2026-01-12", "NumberForm"),
    "a space after the number": ('invoice: "I2"', 'invoice: "I2 "', "NumberForm"),
    "an empty number": ('invoice: "I2"', 'invoice: ""', "NumberForm"),
    "no number at all": ('invoice: "I2"', "invoice:", "NumberForm"),
    "a number that leads elsewhere": ('invoice: "I2"', 'invoice: "../I2"', "NumberForm"),
    "a payment's number on an invoice": ('invoice: "I2"', 'invoice: "P1"', "NumberDuplicate SettlesSign"),
    "an invoice named like an instalment": ('invoice: "I2"', 'invoice: "I1/1"', ""),
    "no quantity": ("quantity: 8", "quantity: 0", "LineNet"),
    "a quantity that takes away": ("quantity: 8", "quantity: -8", "LineNet"),
    "a quantity in words": ("quantity: 8", 'quantity: "8"', "KeyType"),
    "a price without its currency": ("price: 125.00 NOK", "price: 125.00", "KeyType"),
    "a price in another currency": ("price: 125.00 NOK", "price: 125.00 EUR", "CurrencyMixed"),
    "a discount below nothing": ("discount: 0\n", "discount: -10\n", "KeyValue"),
    "a discount of more than all": ("discount: 0\n", "discount: 110\n", "KeyValue"),
    "a discount below nothing, in money": ("0.00 NOK\n    vat", "-5.00 NOK\n    vat", "KeyValue"),
    "a discount in another currency": ("0.00 NOK\n    vat", "5.00 EUR\n    vat", "CurrencyMixed"),
    "a price for no units": ("discount: 0\n", "price-per: 0\n", "KeyValue"),
    "a line that is an allowance": ("discount: 0\n", 'allowance: "loyal"\n', "AllowanceSign LineNet"),
    "a unit in words": ("discount: 0\n", 'unit: "hours"\n', "KeyValue"),
    "an item that is not on the list": ("discount: 0\n", 'item: "X"\n', "RegisterUnknown"),
    "VAT on an account of something else": ("VAT:S25    -25", "VAT:Paid   -25", "VatAccount"),
    "VAT of no code": ('-25.00 NOK\n    vat: "S25"', '-25.00 NOK\n    vat: "S15"', "RegisterUnknown"),
    "a rate for a code": ('-25.00 NOK\n    vat: "S25"', "-25.00 NOK\n    vat: 25", "KeyType"),
    "a KID as a number": ('kid: "123456782"', "kid: 123456782", "KeyType"),
    "a due date in quotes": ("due: 2026-03-16", 'due: "2026-03-16"', "KeyType"),
    "a due date in another century": ("due: 2026-03-16", "due: 2206-03-16", "DueFar"),
    "ten years until it is due": ("due: 2026-03-16", "due: 2036-12-31", ""),
    "cash on the bill": ("Receivable:C1   125.00 NOK", CASH, "MoneyWithin"),
    "a line of its own on assets": ("Receivable:C1   125.00 NOK", CASH + '\n    text: "kept back"', ""),
    "a due date before the invoice": ("due: 2026-03-16", "due: 2025-03-16", "DueBeforeDate"),
    "terms that are not": ('invoice: "I2"', 'invoice: "I2"\n  terms: "net-30"', "RegisterUnknown"),
    "terms as a number": ('invoice: "I2"', 'invoice: "I2"\n  terms: 30', "KeyType"),
    "a credit for another invoice than it corrects": ('settles: "I1"', 'settles: "I2"', ""),
    "a credit that settles itself": ('settles: "I1"', 'settles: "K1"', "SettlesUnknown"),
    "a credit that corrects itself": ('corrects: "I1"', 'corrects: "K1"', "CorrectsUnknown"),
    "a credit that corrects a number": ('corrects: "I1"', "corrects: 1", "KeyType"),
    "settled without quotes": ('settles: "I1"', "settles: 2026-1", "KeyType"),
    "settled by an instalment that is not": ('settles: "I1"', 'settles: "I1/2"', "SettlesUnknown"),
    "settled by nothing": ('settles: "I1"', 'settles: ""', "SettlesUnknown"),
    "settled at the bank": ("Bank            100.00 NOK", 'Bank  100.00 NOK\n    settles: "I1"', "KeyPlace"),
    "another way to pay": ('method: "bank"', 'method: "vipps"', "KeyValue"),
    "nothing allocated": ('"I1" 100.00 NOK', '"I1" 0.00 NOK', ""),
    "part of an øre allocated": ('"I1" 100.00 NOK', '"I1" 0.001 NOK', "Precision"),
    "allocated to an instalment that is not": ('"P1" "I1"', '"P1" "I1/3"', "SettlesUnknown"),
    "allocated to itself": ('"P1" "I1"', '"P1" "P1"', "SettlesSign"),
    "allocated the wrong way round": ('"P1" "I1"', '"I1" "P1"', ""),
    "allocated from nothing": ('"P1" "I1"', '"P9" "I1"', "SettlesUnknown"),
    "allocated before there was anything": ("2026-03-17 custom", "2020-03-17 custom", ""),
    "allocated in another currency": ('"I1" 100.00 NOK', '"I1" 100.00 EUR', "AllocateCurrency"),
    "too much allocated": ('"I1" 100.00 NOK', '"I1" 100.01 NOK', "SettlesBeyond"),
    "an amount in quotes": ('"I1" 100.00 NOK', '"I1" "100.00 NOK"', "DirectiveForm"),
    "spoilt without a reason": ('reason: "spoilt"', 'note: "spoilt"', "ReasonMissing"),
    "spoilt for a number": ('reason: "spoilt"', "reason: 5", "ReasonMissing"),
    "spoilt without quotes": ('"void" "I9"', '"void" 2026', "DirectiveForm"),
    "spoilt, and issued": ('"void" "I9"', '"void" "I2"', "NumberVoid"),
    "spoilt twice": ("2026-03-18 custom", TWICE + "2026-03-18 custom", "NumberVoid"),
    "a charge that takes away": ("2026-03-02 *", CHARGE + "2026-03-02 *", "AllowanceSign"),
    "a payment that settles itself": ("2026-03-02 *", ITSELF + "2026-03-02 *", "SettlesUnknown SettlesUnknown"),
    "a second company": (VAT_HERE, '2026-01-01 custom "company" "Other AS"\n' + VAT_HERE, "RegisterConflict"),
    "a new name of the company": (VAT_HERE, '2026-06-01 custom "company" "Other AS"\n' + VAT_HERE, ""),
    "a company without a currency": ('  currency: "NOK"\n', "", "KeyMissing"),
    "two rates on a day": (TERMS_HERE, '2026-01-01 custom "vat" "S25" 25.5\n' + TERMS_HERE, THREE_WRONG),
    "a rate of more than all": ("days: 14", "days: 14\n  discount: 125\n  discount-days: 8", "KeyValue"),
    "a discount for ever": ("days: 14", "days: 14\n  discount: 2", "KeyMissing"),
    "days without a discount": ("days: 14", "days: 14\n  discount-days: 8", "KeyMissing"),
    "days in words": ("days: 14", 'days: "14"', "KeyType"),
    "half a day": ("days: 14", "days: 14.5", "KeyValue"),
    "a misspelt invoice": ('invoice: "I2"', 'invioce: "I2"', "KeyUnknown"),
    "a misspelt settles": ('settles: "I1"', 'settle: "I1"', "KeyUnknown"),
    "a quantity cut short": ("quantity: 8", "qty: 8", "KeyUnknown"),
    "a misspelt name": ('name: "Nordlys', 'nmae: "Nordlys', "KeyUnknown"),
    "a misspelt reason": ('reason: "spoilt"', 'raeson: "spoilt"', "KeyUnknown"),
    "an underscore": ("discount-amount:", "discount_amount:", "KeyUnknown"),
    "keys of one's own": ('invoice: "I2"', 'invoice: "I2"\n  invoice-id: "7"\n  text2: "a"\n  contact: "b"', ""),
    "a code for the whole document": ('invoice: "I2"', 'invoice: "I2"\n  vat: "S25"', "KeyPlace"),
    "a due date of a payment": ('method: "bank"', 'method: "bank"\n  due: 2026-03-20', "KeyPlace"),
    "a KID below the amount": ("    due: 2026-03-16", '    kid: "123456782"', "KeyPlace"),
    "an invoice that corrects": ('invoice: "I2"', 'invoice: "I2"\n  corrects: "I1"', "KeyPlace"),
    "terms that are not, beside a due date": ("  kid:", '  terms: "n-9"\n  due: 2026-04-01\n  kid:', "RegisterUnknown"),
    "spoilt without quotes, of a series": ('"void" "I9"', '"void" 2026-0008', "DirectiveForm"),
    "a line of a digit less": ("Income:Sales          -1000.00", "Income:Sales           -100.00", "LineNet"),
    "a quantity of a digit more": ("quantity: 8", "quantity: 80", "LineNet"),
    "VAT with two digits changed": ("VAT:S25    -250.00", "VAT:S25    -205.00", "VatAmount"),
    "a receivable of a digit more": ("Receivable:C1   1250.00", "Receivable:C1   1350.00", "DocumentSum"),
    "a line without its code": ('0.00 NOK\n    vat: "S25"', "0.00 NOK", "LineCodeMissing"),
    "a line of no code": ('0.00 NOK\n    vat: "S25"', '0.00 NOK\n    vat: "S52"', "RegisterUnknown"),
    "a rate for a line's code": ('0.00 NOK\n    vat: "S25"', "0.00 NOK\n    vat: 25", "KeyType"),
    "no code in line and VAT": (CODES, CODES.replace('"S25"', '"S52"'), "RegisterUnknown"),
    "corrects without quotes": ('corrects: "I1"', "corrects: 2026-0001", "KeyType"),
    "corrects nothing": (CORRECTED, CORRECTED.replace('"I1"', '"I7"'), "CorrectsUnknown"),
    "credit in another currency": (CORRECTED, CORRECTED.replace("NOK", IN_EURO), "CorrectsUnknown CurrencyMixed"),
    "a receivable in another currency": ("Receivable:C1   125.00 NOK", "Receivable:C1   125.00 EUR", "CurrencyMixed"),
    "a discount of no price": (PRICED, "    discount: 10\n", "PriceMissing"),
    "a quantity of no price": (PRICED, "    quantity: 8\n", "PriceMissing"),
    "an account that is not opened": ("account: Liabilities:VAT:S25", "account: Liabilities:VAT:X", "AccountUnopened"),
    "an option's account that is not opened": ('"allocation" "none"', '"rounding" Expenses:Round', "AccountUnopened"),
    "a KID of another invoice": ('invoice: "I2"', 'invoice: "I2"\n  kid: "123456782"', "ReferenceDuplicate"),
    "no company": (COMPANY, "", "CompanyMissing"),
    "a receipt without a number": (PAID, PAID.replace('  payment: "P1"\n', ""), "Nameless SettlesUnknown"),
    "a receipt with its signs turned": (PAID, TURNED, "MoneySign SettlesSign"),
    "a receipt with a link and its signs turned": (LINKED, '"Bank giro" ^I2\n' + TURNED, "MoneySign SettlesSign"),
    "a receipt that takes back": (PAID, TURNED + '    settles: "K1"\n', "SettlesBeyond SettlesSign"),
    "an option of another kind": ('"allocation" "none"', '"allocation" "fifo"', "KeyValue"),
    "an option for an account": ('"allocation" "none"', '"receivable" 5', "KeyValue"),
    "ageing edges that go down": ('"allocation" "none"', '"aging-edges" "60 30"', "KeyValue"),
    "terms that are a customer's only": ('terms: "net-14"', 'terms: "net-15"', "RegisterUnknown"),
}  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS)
def test_a_small_slip_is_told_or_harmless(slip: str) -> None:
    """One thing is written wrongly in a ledger that is right; the reading goes on, and what is told is to the point."""
    right, wrong, kinds_told = SLIPS[slip]
    assert right in RIGHT
    entries, _, _ = loader.load_string(RIGHT.replace(right, wrong, 1) if right else RIGHT)
    found = book.build(entries, load.sources).errors
    assert sorted(type(error).__name__.removesuffix("Error") for error in found) == kinds_told.split()


@pytest.mark.parametrize(
    ("invoice", "why"),
    [
        ("Assets:Receivable:C2  100.00 NOK", "which is of customer C2"),
        ("Assets:Receivable:C1  100.00 USD @ 1 NOK", "which is in USD"),
        ("Assets:Receivable:C1  -100.00 NOK", None),
    ],
)
def test_why_a_credit_note_cannot_correct(invoice: str, why: str | None) -> None:
    """A credit note corrects an invoice of its customer and currency, of the same day or before."""
    text = f"""
2026-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2026-02-01 * "Sale"
  {"invoice" if why else "credit-note"}: "I1"
  reason: "goodwill"
  {invoice}
  Income:Sales  {invoice.split("  ")[1].replace("1", "-1", 1).replace("--", "")}
2026-02-02 * "Credit"
  credit-note: "K1"
  corrects: "I1"
  Assets:Receivable:C1  -10.00 NOK
  Income:Sales  10.00 NOK
"""
    entries, _, _ = loader.load_string(text)
    told_of = [error.message for error in book.build(entries).errors if type(error) is errors.CorrectsUnknownError]
    assert told_of == [f"credit note K1 corrects I1, {why or 'which is no invoice'}; correct the number"]


def test_a_credit_note_corrects_nothing_of_the_future() -> None:
    """The invoice is dated a day after the credit note."""
    early = RIGHT.replace('2026-03-10 * "Credited"', '2026-03-01 * "Credited"')
    entries, _, _ = loader.load_string(early)
    (error,) = book.build(entries).errors
    assert error.message == "credit note K1 corrects I1, which is dated later, 2026-03-02; correct the number"


# --- one slip, told where it is -------------------------------------------------------------------


def messages(text: str) -> list[str]:
    """What is told of a ledger, each with its line."""
    entries, _, _ = loader.load_string(text)
    return [f"{error.line}: {error.message}" for error in book.build(entries, load.sources).errors]


def test_an_item_is_on_the_list_from_its_date() -> None:
    """The price list had it in June, and the line is of March."""
    text = (
        RIGHT.replace("    discount: 0\n", '    item: "X"\n') + '2026-06-01 custom "item" "X"\n  text: "Consulting"\n'
    )
    (message,) = messages(text)
    assert '`item: "X"` is not in the register on 2026-03-02' in message
    assert messages(text.replace("2026-06-01", "2026-03-02")) == []


SERIES = """
2026-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
2026-01-01 custom "series" "INV" "{year}-{number:04}"
  kind: "invoice"
2026-01-01 custom "customer" "C1"
  name: "Nordlys Interiør AS"
"""


def issued(*dates: str) -> str:
    """Invoices 2026-0001, 2026-0002, … of these dates, nine lines of the head and five of each."""
    return SERIES + "".join(
        f"""{date} * "Sale"
  invoice: "2026-{n:04}"
  Assets:Receivable:C1  10.00 NOK
  Income:Sales  -10.00 NOK

"""
        for n, date in enumerate(dates, 1)
    )


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-05-30", "but 2026-0021 after it is dated 2026-03-21"),
        ("2026-02-01", "but 2026-0019 before it is dated 2026-03-19"),
    ],
)
def test_of_forty_invoices_the_misdated_one_is_told(day: str, words: str) -> None:
    """Forty invoices on forty days, and the twentieth is dated far ahead or far back."""
    days = [f"2026-03-{n:02}" for n in range(1, 32)] + [f"2026-04-{n:02}" for n in range(1, 10)]
    assert messages(issued(*days)) == []
    days[19] = day
    (message,) = messages(issued(*days))
    assert message.partition(": ")[2] == f"number 2026-0020 is dated {day}, {words}; correct one of the dates"


def test_a_number_spoilt_in_december_is_found_out_in_january() -> None:
    """It fills the gap of its own year; a number of no series, and one of another decade, explain nothing."""
    text = issued("2026-12-30") + issued("2026-12-31")[len(SERIES) :].replace("0001", "0003")
    assert [message.partition(": ")[2][:30] for message in messages(text)] == ["series INV has no 2026-0002 be"]
    void = '2027-01-04 custom "void" "2026-0002"\n  reason: "torn"\n'
    assert messages(text + void) == []
    other = void.replace("2026-0002", "T-2")
    assert any(
        "number T-2 fits no series of kind invoice ({year}-{number:04})" in told for told in messages(text + other)
    )


@pytest.mark.parametrize("order", ['"P1" "I1"', '"I1" "P1"'])
@pytest.mark.parametrize("back", ['"P1" "I1"', '"I1" "P1"'])
def test_what_was_allocated_is_taken_back_in_either_order(order: str, back: str) -> None:
    """Money for an invoice, or the invoice from money: taking it back asks for no order."""
    text = RIGHT.replace('"P1" "I1"', order)
    assert messages(text + f'2026-04-01 custom "allocate" {back} -100.00 NOK\n') == []
    (message,) = messages(text + f'2026-04-01 custom "allocate" {back} -100.01 NOK\n')
    assert "is taken back, but 100.00 NOK is allocated" in message


def test_what_settles_by_its_key_is_taken_back_in_either_order() -> None:
    """Credit note K1 settles I1 by `settles:`."""
    for pair in ('"K1" "I1"', '"I1" "K1"'):
        assert messages(RIGHT + f'2026-04-01 custom "allocate" {pair} -125.00 NOK\n') == []


def test_a_fee_and_a_deposit_have_their_own_numbers() -> None:
    """A fee of 70 stands open under its number, with its due date, until the deposit settles it."""
    text = (
        RIGHT
        + """
2026-04-01 * "Reminder fee"
  fee: "F1"
  due: 2026-04-15
  Assets:Receivable:C1   70.00 NOK
  Income:Sales          -70.00 NOK
"""
    )
    entries, _, _ = loader.load_string(text)
    made = book.build(entries, load.sources)
    assert made.errors == ()
    fee = next(one for one in ageing.open_items(made, datetime.date(2026, 4, 30)) if one.item.number == "F1")
    assert (str(fee.open), fee.item.kind, str(fee.item.due)) == ("70.00", "fee", "2026-04-15")
    deposit = """
2026-04-20 * "Deposit"
  deposit: "D1"
  Assets:Bank            70.00 NOK
  Assets:Receivable:C1  -70.00 NOK
    settles: "F1"
"""
    assert messages(text + deposit) == []


def test_an_account_of_later_plugins_is_no_mistake() -> None:
    """What is posted to is opened by somebody; the parent of the customers' accounts need not be."""
    text = RIGHT.replace("2026-01-01 open Liabilities:VAT:S25\n", "").replace(
        '"allocation" "none"', '"receivable" Assets:Receivable'
    )
    assert messages(text) == []


def test_errors_about_a_key_stand_at_its_line(tmp_path: Path) -> None:
    """Of a directive of billtext in a file: the key that is wrong, and not the first line."""
    path = tmp_path / "main.beancount"
    path.write_text(
        """2026-01-01 custom "company" "Fjordlys Elektro AS"
  currency: "NOK"
  country: "Norge"
2026-01-01 custom "customer" "C1"
  ; who they are
  name: "Nordlys Interiør AS"
  terms: "net-99"
  kind: 5
2026-02-01 custom "void" "7"
  raeson: "torn"
""",
        "utf-8",
    )
    entries, _, _ = loader.load_file(str(path))
    found = [(error.line, type(error).__name__) for error in book.build(entries, load.sources).errors]
    assert found == [(3, "KeyValueError"), (7, "RegisterUnknownError"), (8, "KeyTypeError"), (10, "KeyUnknownError")]
