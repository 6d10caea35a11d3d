"""What a bookkeeper can get wrong: one class for each kind of mistake.

An error is a value with the attributes that Beancount and Fava expect of one (``source``, ``message``, ``entry``).
A class holds its sentence: what is wrong, the value seen, what to do. Its docstring says why it matters; the
site's error page is made from both and from ``tests/errors``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

Meta = Mapping[str, Any]


class Refused(Exception):  # noqa: N818 - it is what happened, not a defect
    """A command that cannot go on; the text is one sentence for the user. Exit status 1.

    :param reason: the same without what may name a person, an address or a place, where the text has that
    """

    def __init__(self, text: str = "", *, reason: str = "") -> None:
        super().__init__(text)
        self.reason = reason or text


class Unreadable(Refused):
    """Input that cannot be read at all. Exit status 2."""


class Words(str):
    """Part of a sentence that is ours, not the ledger's: it is shown whole."""

    __slots__ = ()


def shown(value: object) -> str:
    """Text of a value within a sentence: on one line, without control characters, not endless."""
    if isinstance(value, Words):
        return value
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return text if len(text) <= 80 else text[:77] + "…"


@dataclass(frozen=True, slots=True)
class LedgerError:
    """A mistake in the ledger, at a file and line.

    :param source: metadata with ``filename`` and ``lineno`` (1-based)
    :param message: one sentence
    :param entry: the Beancount directive, or None
    :param key: the key that is wrong, if one is
    """

    source: Meta
    message: str
    entry: Any = None
    key: str = ""

    sentence: ClassVar[str] = ""

    @classmethod
    def at(cls, meta: Meta, entry: Any = None, /, **seen: object) -> Self:
        """Make the error of this kind, with its sentence filled with the values seen."""
        message = cls.sentence.format(**{key: shown(value) for key, value in seen.items()})
        source = {"filename": meta.get("filename", "<unknown>"), "lineno": meta.get("lineno", 0)}
        return cls(source, message, entry, str(seen.get("key", "")))

    @property
    def file(self) -> str:
        """The ledger file of the mistake."""
        return str(self.source["filename"])

    @property
    def line(self) -> int:
        """Its line, counted from 1."""
        return int(self.source["lineno"])


class RegisterError(LedgerError):
    """A mistake in the register, or about a customer."""


class DocumentError(LedgerError):
    """A mistake in an invoice or a credit note."""


class NumberError(LedgerError):
    """A mistake in a document's number."""


class AllocationError(LedgerError):
    """A mistake in what settles what."""


# --- the register -------------------------------------------------------------------------------------------


class DirectiveFormError(RegisterError):
    """A billtext directive needs its values in the order of the ledger language."""

    sentence = "`{directive}` directives are written `{form}`, but this one has {seen}; {remedy}"


class DirectiveUnknownError(RegisterError):
    """A directive whose name is a slip of the hand: Beancount keeps it, and nobody reads it."""

    sentence = "`{seen}` is no directive of billtext, so nothing reads it; did you mean `{meant}`?"


class IdFormError(RegisterError):
    """An id must be fit to be the last part of an account and a file name."""

    sentence = "the id {id} of this {directive} cannot be used; write letters, digits and `-`, beginning with a capital or a digit"


class DuplicateKeyError(RegisterError):
    """Beancount keeps the last of two equal keys in a `custom` without a word, so one value would be lost."""

    sentence = "`{key}:` is given twice in this {directive} (first in line {first}); delete one of the two"


class RegisterConflictError(RegisterError):
    """Two directives of one day that disagree: which one holds would hang on the order of files."""

    sentence = (
        "{directive} {id} is given `{key}: {value}` here and `{other}` at {place} on the same day; "
        "keep one, or give the later one its own date"
    )


class KeyTypeError(LedgerError):
    """A known key whose value is of another type, such as a number written as text."""

    sentence = "`{key}: {value}` is {seen}; write {expected}"


class KeyValueError(LedgerError):
    """A known key whose value is none of those that it can have."""

    sentence = "`{key}: {value}` cannot be used; write {expected}"


class KeyUnknownError(LedgerError):
    """A key that is a slip of the hand: Beancount keeps it, and nobody reads it."""

    sentence = "`{key}:` is no key of billtext; did you mean `{meant}:`?"


class KeyPlaceError(LedgerError):
    """A known key where nobody reads it: it would do nothing, without a word."""

    sentence = "`{key}: {value}` stands {where}, where it does nothing; write it {right}"


class KeyMissingError(RegisterError):
    """A directive that says too little to be used."""

    sentence = "{directive} {id} has no `{key}:`; add it, such as `{example}`"


class CheckDigitError(LedgerError):
    """A number with check digits that do not agree: most often a slip of the hand."""

    sentence = "`{key}: {value}` is not a valid {what}; compare it, digit by digit, with its source"


class RegisterUnknownError(LedgerError):
    """Something named that the register does not have on that date."""

    sentence = (
        '`{key}: "{value}"` is not in the register on {date}; add `custom "{directive}" "{value}"`, or correct it'
    )


class OptionUnknownError(RegisterError):
    """A billtext option that does not exist: a slip would otherwise be silent."""

    sentence = "there is no billtext option {name}; {remedy}"


class OptionConflictError(RegisterError):
    """An option with two values at once: which of them holds would hang on the order of files."""

    sentence = "option {name} is {value} here and {other} at {place}; it has one value {when}: keep one of them"


# --- customers ----------------------------------------------------------------------------------------------


class AccountUnopenedError(RegisterError):
    """An account that the register names and the ledger never opens is misspelt: what is posted goes elsewhere."""

    sentence = "`{key}: {value}` is no account that the ledger opens; correct it, or open the account"


class CompanyMissingError(RegisterError):
    """Documents are the company's: its name, currency and language stand on them (told once)."""

    sentence = 'document {number} is issued by nobody; add `custom "company" "NAME"` with `currency:` to the register'


class CustomerMissingError(RegisterError):
    """Money on the receivable account that belongs to nobody."""

    sentence = "the posting to {account} names no customer; post to {account}:ID, or add `customer:` to the posting"


class CustomerUnknownError(RegisterError):
    """A customer with money on the account who is not in the register (told once, at the first posting)."""

    sentence = 'customer {customer} is not in the register; add `custom "customer" "{customer}"`, or correct the id'


class CustomerNotYetError(RegisterError):
    """A document is rendered with the register as it stood on its date, and there was nothing then."""

    sentence = "customer {customer} is in the register from {first} only, and this document is dated {date}; correct one of the dates"


class CustomerClosedError(RegisterError):
    """A document for a customer whose account had been closed."""

    sentence = (
        "customer {customer} has been closed since {closed}; reopen it with `closed: FALSE`, or bill another customer"
    )


class CustomerMixedError(RegisterError):
    """A document is for one customer."""

    sentence = (
        "document {number} has receivable postings of {customer} and of {other}; make one document for each customer"
    )


class PersonNamedError(RegisterError):
    """What identifies a person stands in the register alone, where it can be corrected and taken out."""

    sentence = "the {where} of this transaction has the name of customer {customer}, a person; write {customer} instead"


class TieOutError(RegisterError):
    """A customer's own account must hold what the customer owes, or ledger and statement differ."""

    sentence = (
        "{amount} on {account} is booked for customer {customer}, so the account no longer ties out with the statement "
        "of {owner}; post it to the account of {customer}"
    )


class PadReceivableError(RegisterError):
    """A pad invents an amount that no document or payment explains."""

    sentence = (
        "the pad of {account} makes a claim without a document; delete it, and book an opening invoice or credit note"
    )


# --- documents ----------------------------------------------------------------------------------------------


class DocumentFlagError(DocumentError):
    """Drafts live in `drafts/`; what is in the ledger counts in every report."""

    sentence = "document {number} is flagged `{flag}`; issue it with `*`, or move it to `drafts/`"


class DocumentKindError(DocumentError):
    """One transaction is one thing."""

    sentence = "this transaction has both `{key}:` and `{other}:`; make it two transactions"


class NumberFormError(NumberError):
    """A document's number is a string; without quotes Beancount reads 2026-0012 as a sum."""

    sentence = '`{key}: {value}` is not a document number; write it in quotes, such as "2026-0012", of letters, digits, `-`, `_`, `.` and `/`'


class NumberDuplicateError(NumberError):
    """Numbers are unique over all documents, payments and other movements."""

    sentence = "number {number} is already used at {place}; give this one its own number"


class NumberSeriesError(NumberError):
    """A document number that belongs to none of the series of its kind."""

    sentence = "number {number} fits no series of kind {kind} ({formats}); correct it, or add a series"


class NumberGapError(NumberError):
    """A number that is missing in a series (bokføringsforskriften § 5-1-3)."""

    sentence = (
        "series {series} has no {missing} before {number}; "
        'find the document, or explain each missing number with `custom "void" "{first}"`'
    )


class NumberOrderError(NumberError):
    """Within a series, a higher number never has an earlier date."""

    sentence = "number {number} is dated {date}, but {other} {side} it is dated {when}; correct one of the dates"


class SeriesConflictError(NumberError):
    """A number that fits two series of its kind counts in one of them only, and leaves a gap in the other."""

    sentence = (
        "series {id} has the format {format}, as series {other} at {place} of the same kind has; "
        "give it its own format, or delete it"
    )


class VoidYearError(NumberError):
    """A number is spoilt in its own year, and found out at the latest in the next: another year is a slip."""

    sentence = "void number {number} is dated {date}, years from the year in it; correct the number or the date"


class NumberVoidError(NumberError):
    """A void number stands for a document that was never issued."""

    sentence = "number {number} is made void here, but {what} at {place}; delete one of the two"


class ReceivableMissingError(DocumentError):
    """A document without an amount on a customer's account is no claim."""

    sentence = "document {number} has no posting to {account} or below it; add the customer's posting"


class DocumentSignError(DocumentError):
    """What reduces a claim is a credit note, with its own series."""

    sentence = "{kind} {number} is for {amount}; {remedy}"


class ElidedAmountError(DocumentError):
    """Beancount fills in a missing amount, and with it swallows a cent that is wrong."""

    sentence = "the amount on {account} of document {number} is left out; write {amount}, if that is right"


class PrecisionError(DocumentError):
    """An amount finer than the currency's smallest unit cannot be paid."""

    sentence = "{amount} {where} is finer than the smallest unit of {currency}; round it to {rounded}"


class AmountSizeError(DocumentError):
    """An amount of so many digits is a slip, and sums with it would no longer be exact."""

    sentence = "{amount} {where} has more digits before the point than money has; correct it"


class CurrencyMixedError(DocumentError):
    """All postings of a document are in the document's currency."""

    sentence = "document {number} is in {currency}, but {what} is in {other}; write all of it in one currency"


class RateMissingError(DocumentError):
    """The accounts are kept in the company's currency."""

    sentence = "{amount} on {account} has no rate to {company}; write it as `{amount} @ RATE {company}`"


class RateMixedError(DocumentError):
    """A document has one rate of exchange, that of its date."""

    sentence = "document {number} uses the rate {rate} here and {other} before; use one rate for the document"


class DocumentSumError(DocumentError):
    """Receivable = lines + VAT + rounding, to the cent; Beancount itself lets half a cent pass."""

    sentence = "document {number}: lines {net} + VAT {vat} + rounding {rounding} = {sum}, but the receivable is {gross} {currency}; correct the posting that differs by {difference}"


class MoneyWithinError(DocumentError):
    """Money that comes in with the bill is a movement of its own: within the document it would be a line of it."""

    sentence = (
        "document {number} books {amount} on {account}, as if that were sold; book money as a transaction of its own, "
        "with `payment:` or `refund:`, or give the line its `text:`"
    )


class RoundingError(DocumentError):
    """Rounding makes a total payable: what is more than that is a line that nobody would see."""

    sentence = (
        "document {number} books {amount} on {account}, too much for a rounding, which is less than {limit} {currency}; "
        "make it a line, on another account"
    )


class DueBeforeDateError(DocumentError):
    """Nothing is due before it is billed."""

    sentence = "document {number} of {date} is due {due}, before its own date; correct `due:`"


class DueFarError(DocumentError):
    """A due date that nobody lives to see is a slip of a digit, and its claim would never be overdue."""

    sentence = "document {number} of {date} is due {due}, more than {years} years later; correct `due:`"


class PeriodError(DocumentError):
    """A delivery period ends after it begins."""

    sentence = "the delivery period ends {end}, before it starts {start}; correct `period-start:` or `period-end:`"


class ReferenceDuplicateError(DocumentError):
    """A payment reference tells which document is paid: on two it tells nothing."""

    sentence = "`{key}: {value}` stands on document {other} at {place} already; give {number} its own"


class KidError(DocumentError):
    """Banks refuse a payment whose KID does not agree with its check digit."""

    sentence = "KID {kid} is not valid: {why}; correct it"


# --- lines and VAT ------------------------------------------------------------------------------------------


class LineNetError(DocumentError):
    """A line's net is quantity × price / price-per - discount, rounded once, half away from zero."""

    sentence = (
        "the line is {posted}, but {formula} = {expected} {currency}; correct the amount, the quantity or the price"
    )


class PriceMissingError(DocumentError):
    """Without a price the amount of a line is its price, and quantity or discount would change it."""

    sentence = "`{key}: {value}` needs `price:`; add the price of one unit, or leave out `{key}:`"


class AllowanceSignError(DocumentError):
    """An allowance makes a document cheaper and a charge dearer, on an invoice and on a credit note alike."""

    sentence = "the {key} of {amount} makes the document {what}; turn the sign of the amount, or write `{other}:`"


class VatAmountError(DocumentError):
    """VAT is computed once for a document and code, on the sum of the rounded lines (EN 16931, BR-CO-17).

    Codes of one category and rate may come to what their lines come to together.
    """

    sentence = "VAT {code} is {posted}, but {rate} of {base} is {expected} {currency}; correct the VAT posting"


class VatMissingError(DocumentError):
    """Lines of a code with a rate need a VAT posting."""

    sentence = 'document {number} has {base} {currency} under VAT code {code} but no posting to {account} with `vat: "{code}"`; add one of {expected} {currency}'


class VatDuplicateError(DocumentError):
    """VAT is computed once for each code, so it is posted once."""

    sentence = "document {number} has a second VAT posting for {code}; make them one"


class VatAccountError(DocumentError):
    """Each VAT code with a rate has its account, from which the return is filled in."""

    sentence = "VAT code {code} is posted to {account}, but its account is {right}; correct the account or the code"


class LineCodeMissingError(DocumentError):
    """A line without its code is outside the scope of VAT, and the VAT on it would have no base."""

    sentence = 'the line of {net} has no `vat:`, but document {number} charges VAT {code}; add `vat: "{code}"`'


class VatCodeMissingError(DocumentError):
    """VAT without its code cannot be reported."""

    sentence = "the posting to the VAT account {account} has no `vat:`; add the code that it belongs to"


# --- credit notes -------------------------------------------------------------------------------------------


class CorrectsUnknownError(DocumentError):
    """A credit note refers to the invoice that it corrects (bokføringsforskriften § 5-2-7)."""

    sentence = "credit note {number} corrects {corrects}, {why}; correct the number"


class CreditBeyondError(DocumentError):
    """Never more is credited than was billed."""

    sentence = "credit note {number} brings the credit on {corrects} to {credited}, beyond its {gross} {currency}; credit at most {left} {currency}"


class CreditVatError(DocumentError):
    """VAT is given back at the rate at which it was charged, or the return takes it from the wrong line."""

    sentence = "credit note {number} gives back VAT {code} of {rate} %, but {corrects} charged {charged}; use the code of what is credited"


class ReasonMissingError(DocumentError):
    """What stands alone needs a reason that an auditor can read."""

    sentence = "{what} {number} has no `reason:`; add it in a few words"


# --- money and allocation -----------------------------------------------------------------------------------


class SettlesUnknownError(AllocationError):
    """Money that names a document which does not exist would lie about."""

    sentence = "`{number}` is named here, but no other document or payment has that number; {remedy}"


class NamelessError(AllocationError):
    """What moves a customer's account says what it settles, or stands open under its own name: else nothing settles it."""

    sentence = (
        "{amount} on the account of customer {customer} has no number and settles nothing; add `settles:` below its "
        "posting, or give it a number, such as {example}"
    )


class LinkUnknownError(AllocationError):
    """A link that looks like a document's number and names none: money that hangs on it stands unapplied."""

    sentence = "the link ^{number} looks like a document's number, and the ledger has no such document; correct it"


class MoneySignError(AllocationError):
    """Money received, a write-off and a deposit take from what a customer owes; a refund and a fee add to it."""

    sentence = "{kind} {number} makes customer {customer} owe {amount} {what}; turn its signs, or add `settles:` if it takes back another"


class SettlesCustomerError(AllocationError):
    """One customer's money never settles another's document."""

    sentence = "{number} is of customer {other}, and this is money of {customer}; correct the number or the customer"


class SettlesCurrencyError(AllocationError):
    """A document is settled in its own currency; what the bank made of it is a gain or a loss."""

    sentence = "{number} is in {other}, and this posting is in {currency}; write the receivable posting in {other} with its rate"


class SettlesSignError(AllocationError):
    """A claim is settled by money or credit, a credit by a claim or a refund."""

    sentence = (
        "{amount} cannot settle {number}: both stand on the same side of the account; correct the sign or the number"
    )


class SettlesBeyondError(AllocationError):
    """Nothing is ever settled beyond what is open."""

    sentence = "{amount} settles {number}, of which {open} {currency} is open; settle at most that, and leave the rest unapplied"


class AllocateCurrencyError(AllocationError):
    """An allocation is in the currency of what it settles."""

    sentence = "{number} is in {other}, but {amount} of it is allocated; write the amount in {other}"


class AllocateUndoError(AllocationError):
    """An allocation is taken back as far as it was made."""

    sentence = (
        "{amount} of {by} on {number} is taken back, but {allocated} {currency} is allocated; take back at most that"
    )


# --- deliveries ---------------------------------------------------------------------------------------------


class DeliveryError(DocumentError):
    """A mistake in what is written about the sending of a document."""


class DeliveryUnknownError(DeliveryError):
    """A delivery of a document that does not exist proves nothing, and its document would be sent again."""

    sentence = "a delivery of {number} is written here, but {why}; correct it"


class DeliveryOutcomeError(DeliveryError):
    """An outcome that nobody can read: it would hang on it whether the document is sent again."""

    sentence = "`outcome: {value}` of the delivery of {number} is none of {outcomes}; write one of them"


class DeliveryDateError(DeliveryError):
    """Nothing is sent before it is issued."""

    sentence = "{number} is dated {issued}, but its delivery {date}; correct the date of the delivery"


class DeliveryPersonError(DeliveryError):
    """Addresses stand in the register alone, where they can be corrected and taken out; deliveries stay for years."""

    sentence = (
        "`{key}:` of the delivery of {number} has an e-mail address; leave it out, since it stands in the register"
    )


# --- the archive --------------------------------------------------------------------------------------------


class FiledError(DocumentError):
    """A mistake in what is written about a file of the archive."""


class FiledPlaceError(FiledError):
    """Beancount and Fava find a file by its account's directories and the date before its name, and nowhere else."""

    sentence = (
        "the file {file} is not where Beancount finds it for customer {customer} on {date}; it belongs in {place}"
    )


class FiledTwiceError(FiledError):
    """Two directives of one file: which hash is right would hang on their order."""

    sentence = "{file} is filed at {first} already; keep one of the two"


class FiledUnknownError(FiledError):
    """A paper that belongs to a document which does not exist is not found when that is looked for."""

    sentence = "{file} belongs to document {document}, {why}; correct the number"


# --- drafts -------------------------------------------------------------------------------------------------


class DraftError(LedgerError):
    """What is wrong in a draft, which is not part of the ledger yet."""


class DraftFormError(DraftError):
    """Something else than a draft in the drafts directory."""

    sentence = "a draft is a transaction flagged `!`, and this is {seen}; flag it `!`, or move it to the ledger"


class DraftNumberError(DraftError):
    """A number in a draft: numbers are given when a document is issued, never before."""

    sentence = "the draft has the number {number}, but numbers are given when it is issued; leave `{kind}:` empty"


class DraftCustomerError(DraftError):
    """A draft whose customer is not known, or may not be billed."""

    sentence = "{why}; {remedy}"


class DraftEmptyError(DraftError):
    """A draft without lines."""

    sentence = "the draft {narration} has no line; add one, such as `Income:Consulting` with `item:` and `quantity:`"


class DraftLineError(DraftError):
    """A line whose amount cannot be worked out."""

    sentence = "{why}; {remedy}"


class DraftRateError(DraftError):
    """A draft in another currency, and no rate is known."""

    sentence = (
        "no rate from {currency} to {company} is known on {date}; add `rate:` to the draft, or a `price` directive "
        "to the ledger"
    )


class DraftSumError(DraftError):
    """Instalments that do not add up to the document."""

    sentence = "{why}; {remedy}"


class DraftLegalError(DraftError):
    """The law asks for something that the document would not carry."""

    sentence = "{what}; {remedy} ({law})"


# --- seals and closed months --------------------------------------------------------------------------------


class SealError(LedgerError):
    """An issued document that is not as it was when it was sealed."""


class SealFormError(SealError):
    """A seal that billtext has not made."""

    sentence = "the seal {seal} of {number} is none that billtext makes; bring the document back from git"


class SealChangedError(SealError):
    """A document that was changed after it was issued."""

    sentence = (
        "{number} was changed after it was sealed; bring it back from git, and correct it with a credit note "
        "(`billtext verify` shows what changed)"
    )


class SealMissingError(SealError):
    """A document without a seal among sealed ones: it was inserted later, or its seal was taken out."""

    sentence = (
        "{number} has no seal, but later documents of the series {series} have; it was inserted afterwards, or its "
        "seal was taken out: bring the file back from git"
    )


class SealBrokenError(SealError):
    """A document that does not follow the one before it: another was removed or inserted between them."""

    sentence = (
        "{number} was not sealed after {after}: a document of the series {series} was removed, inserted or sealed "
        "anew before it; bring the file back from git"
    )


class SealLostError(SealError):
    """A document that git knows as sealed, and that has another seal now, or none, or is gone."""

    sentence = "{number} was sealed otherwise (git {commit}), and {now} now; bring the document back from git"


class CloseFormError(RegisterError):
    """A month that is closed twice, or before it is over."""

    sentence = "the month {month} {why}; {remedy}"


class CloseChangedError(RegisterError):
    """Something dated in a closed month was changed or added."""

    sentence = (
        "the month {month} was closed on {date} with {volume} in movements ({movements} of them), and has {now_volume} "
        "({now}) now, or other ones; bring it back from git, and book corrections in an open month"
    )
