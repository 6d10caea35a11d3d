"""The receivables model: frozen values, each of which knows the ledger text that it came from."""

import datetime
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any, Protocol, TypeVar, dataclass_transform

from beancount.core.data import Transaction

from billtext.options import Options

Date = datetime.date
Meta = Mapping[str, Any]

# The key that names a transaction on a receivable account says what it is; the order is that of a day's movements.
KINDS = ("invoice", "credit-note", "payment", "refund", "write-off", "fee", "deposit", "entry")
RANK = {kind: rank for rank, kind in enumerate(KINDS)}
DOCUMENTS = frozenset({"invoice", "credit-note"})
# How a document goes to its customer, and what becomes of it: an attempt whose end nobody knows is doubtful, and
# `waiting` is written by a person who looked and wants it sent again.
CHANNELS = ("email", "ehf", "print", "portal")
IMPORTED = "imported"  # channel of a delivery: another system sent it, before its document was imported
OUTCOMES = ("sent", "delivered", "failed", "bounced", "doubtful", "waiting", "cancelled")
# What a file of the archive is: an issued document, or a paper that came from outside.
ATTACHMENT = "attachment"  # a paper that goes with a document
PAPERS = ("invoice", "credit-note", ATTACHMENT, "order", "contract", "letter", "other")


T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """A value of which a ledger has many: frozen for the type checker, which finds whoever writes to it.

    At run time it is not: Python writes each field of a frozen value by a call, which takes a tenth of the time of a
    check. Where a ledger is read, fields are given in their order, each from a variable of its name: by name it takes
    four times as long. Two of them are equal only if they are one.
    """
    return dataclass(slots=True, eq=False)(cls)


class Figure(Protocol):
    """A booked amount: Beancount's `Amount` whose number is there."""

    number: Decimal
    currency: str


class Booked(Protocol):
    """A booked posting: Beancount's `Posting` whose units are there."""

    account: str
    units: Figure
    price: Figure | None
    meta: Meta | None


def postings(entry: Transaction) -> "list[Booked]":
    """The postings of a transaction after booking, which has filled in what was left out."""
    return entry.postings  # type: ignore[return-value]  # a `cast` is a call, and there are many


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A register record from a date on.

    :param changed: what the directives of that date say
    :param values: all that holds from that date
    :param meta: where the (last) directive of the date stands
    """

    date: Date
    changed: Mapping[str, Any]
    values: Mapping[str, Any]
    meta: Meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A customer, item, VAT code or other entry of the register, with its history."""

    directive: str
    id: str
    versions: tuple[Version, ...]

    @property
    def first(self) -> Date:
        """The day from which the register has it."""
        return self.versions[0].date

    def at(self, date: Date) -> Mapping[str, Any] | None:
        """The values that hold on a date, or None before the first."""
        found = bisect_right(self.versions, date, key=lambda version: version.date)
        return self.versions[found - 1].values if found else None

    @property
    def latest(self) -> Mapping[str, Any]:
        """The values that hold in the end."""
        return self.versions[-1].values


@dataclass(frozen=True, slots=True, kw_only=True)
class Vat:
    """A VAT code on a date; rate in percent."""

    code: str
    rate: Decimal
    account: str | None
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All register records by directive and id, and the options of the ledger."""

    records: Mapping[str, Mapping[str, Record]]
    options: Options
    _vat: dict[tuple[str, Date], Vat | None] = field(default_factory=dict, repr=False)
    _changes: list[tuple[Date, ...]] = field(default_factory=list, repr=False)

    def get(self, directive: str, id: str) -> Record | None:  # noqa: A002 - the field's word
        """A record, or None."""
        return self.records.get(directive, {}).get(id)

    def of(self, directive: str) -> Mapping[str, Record]:
        """All records of a directive, in the order of their ids."""
        return self.records.get(directive, {})

    def values(self, directive: str, id: str, date: Date) -> Mapping[str, Any]:  # noqa: A002
        """The values of a record on a date; those of its first day before that; empty if it is unknown."""
        record = self.get(directive, id)
        return {} if record is None else record.at(date) or record.versions[0].values

    def company(self, date: Date) -> Mapping[str, Any]:
        """The company's own card on a date."""
        return self.values("company", "", date)

    @property
    def currency(self) -> str | None:
        """The company's currency, or None where the ledger does not say."""
        record = self.get("company", "")
        return None if record is None else record.latest.get("currency")

    def vat(self, code: str, date: Date) -> Vat | None:
        """A VAT code with its rate on a date, or None if the register does not have it then."""
        key = (code, date)
        if key not in self._vat:
            record = self.get("vat", code)
            values = record and record.at(date)
            self._vat[key] = values and Vat(  # type: ignore[assignment]
                code=code, rate=values["rate"], account=values.get("account"), category=values.get("category", "S")
            )
        return self._vat[key]

    @property
    def rate_changes(self) -> tuple[Date, ...]:
        """The days from which a VAT code has another rate or category than before, in order."""
        if not self._changes:
            found = {
                after.date
                for code in self.of("vat").values()
                for before, after in pairwise(code.versions)
                if any(before.values.get(key) != after.values.get(key) for key in ("rate", "category"))
            }
            self._changes.append(tuple(sorted(found)))
        return self._changes[0]


@value
class Line:
    """A line of a document.

    :param net: in the document's currency; a credit note's line is positive, as is what it credits
    :param price: without VAT, for `price_per` units
    :param discount: percent
    :param discount_amount: in the document's currency, all such discounts together
    :param charge_amount: the same of what is charged besides
    :param vat: VAT code, or None outside the scope of VAT
    :param allowance: reason of a whole-document allowance, or None
    :param charge: reason of a whole-document charge, or None
    """

    net: Decimal
    account: str
    text: str
    quantity: Decimal
    unit: str | None
    price: Decimal
    price_per: Decimal
    discount: Decimal
    discount_amount: Decimal
    vat: str | None
    item: str | None
    allowance: str | None
    charge: str | None
    priced: bool
    meta: Meta
    charge_amount: Decimal = Decimal(0)


@value
class VatPosting:
    """The VAT of one code on a document; positive as `Line.net` is."""

    vat: Vat
    amount: Decimal
    meta: Meta


@value
class Item:
    """An amount on a customer's account: an instalment of a document, or a posting of money.

    :param amount: positive is owed by the customer, negative to the customer
    :param number: of the document or payment; empty where the transaction has none
    :param instalment: 1, 2, … within a document that has several; else 0
    :param settles: the number that the posting itself names, or None
    """

    customer: str
    currency: str
    amount: Decimal
    date: Date
    due: Date
    kind: str
    number: str
    instalment: int
    settles: str | None
    entry: Transaction
    meta: Meta

    @property
    def name(self) -> str:
        """The number that names this item alone: `2026-0012/2` for a second instalment."""
        return f"{self.number}/{self.instalment}" if self.instalment else self.number

    @property
    def stands(self) -> str | None:
        """`invoice` or `credit-note`: as what an amount stands open; None for money, which is unapplied.

        So does an amount of a document, and one that was moved from another account with its name and due date.
        """
        if self.kind in DOCUMENTS:
            return self.kind
        if "name" not in self.meta or "due" not in self.meta:
            return None
        return "invoice" if self.amount > 0 else "credit-note"

    def sort_key(self) -> tuple[Any, ...]:
        """The order of items: explicit tie-breaks, so that the order of files changes nothing."""
        meta = self.meta
        return (
            self.date, RANK[self.kind], self.number, self.instalment, self.amount, self.customer, self.currency,
            self.due, self.settles or "", meta.get("filename") or "", meta.get("lineno") or 0,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A document before it is issued.

    :param name: by which commands call it
    :param first: the first of its lines in its file, counted from 1
    :param last: the last of them
    """

    name: str
    kind: str
    file: str
    first: int
    last: int
    entry: Transaction


@value
class Document:
    """An invoice or a credit note.

    :param net: sum of the lines; with `vat`, `rounding` and `gross` positive on a credit note too
    :param vat: sum of the VAT postings, in `currency`
    :param gross: what the customer owes (invoice) or is owed (credit note)
    :param items: its amounts on the customer's account, one for each instalment
    :param tax_point: the day whose VAT rates apply to it, see `ledger/tax_point.py`
    """

    number: str
    kind: str
    customer: str
    currency: str
    net: Decimal
    vat: Decimal
    rounding: Decimal
    gross: Decimal
    items: tuple[Item, ...]
    entry: Transaction
    tax_point: Date

    @property
    def date(self) -> Date:
        """The day on which it is issued."""
        return self.entry.date

    @property
    def due(self) -> Date:
        """The last of its due dates."""
        return max(item.due for item in self.items)

    @property
    def corrects(self) -> str | None:
        """Number of the invoice that a credit note corrects; what is no text is an error at its line, and none here."""
        found = self.entry.meta.get("corrects")
        return found if isinstance(found, str) else None

    @property
    def sign(self) -> int:
        """1 for an invoice, -1 for a credit note."""
        return 1 if self.kind == "invoice" else -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Void:
    """A number that was spoilt."""

    number: str
    date: Date
    reason: str
    meta: Meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Directive:
    """An `allocate` directive: from its date on, an amount of `by` settles `number`; a negative amount undoes."""

    date: Date
    by: str
    number: str
    amount: Decimal
    currency: str
    meta: Meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A `close` directive: from its date on, what is dated until the end of its month stands.

    :param month: such as `2026-02`, and `end` its last day
    :param volume: sum of the absolute amounts by currency, as text
    """

    date: Date
    month: str
    end: Date
    movements: int
    volume: str
    digest: str
    meta: Meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A `delivery` directive: what happened to a document, or to the statement of a customer, on its way.

    :param number: of the document; the customer's id where it is a statement
    :param statement: month of a statement, such as `2026-10`; else empty
    :param channel: one of `CHANNELS` or `IMPORTED`, or empty where nobody wrote it
    :param outcome: one of `OUTCOMES`
    :param time: in ISO 8601, or empty
    :param sha256: of what was sent, or empty
    :param message: keyed hash of document and recipient, which is in the Message-ID of a mail; or empty
    :param reason: why it failed or came to nothing, such as the code of a mail server; never an address
    """

    date: Date
    number: str
    statement: str = ""
    channel: str = ""
    outcome: str = "sent"
    time: str = ""
    sha256: str = ""
    message: str = ""
    reason: str = ""
    meta: Meta = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A `filed` directive: a file of the archive, dated as its paper is.

    :param file: below `documents/`, such as `Assets/Receivable/C00017/2026-03-02.2026-0012.pdf`
    :param kind: one of `PAPERS`
    :param document: number of the document that it is, or belongs to; or empty
    """

    date: Date
    file: str
    sha256: str
    kind: str
    customer: str
    document: str = ""
    label: str = ""
    meta: Meta = field(default_factory=dict)


@value
class Allocation:
    """Part of one item set against another, from a date on.

    :param source: the money or credit
    :param target: what it settles
    :param amount: positive; negative takes an earlier allocation back
    """

    date: Date
    source: Item
    target: Item
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What `billtext.ledger.read` finds in a ledger, before any rule is applied.

    :param items: in the order of `Item.sort_key`
    :param documents: in the order of date, kind and number; the first of a number if there are several
    """

    register: Register
    items: tuple[Item, ...]
    documents: Mapping[str, Document]
    voids: tuple[Void, ...]
    directives: tuple[Directive, ...]
    closings: tuple[Closing, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    filed: tuple[Filed, ...] = ()

    def billed(self, number: str) -> Date | None:
        """The tax point of an invoice, or None where there is none of that number."""
        found = self.documents.get(number)
        return found.tax_point if found is not None and found.kind == "invoice" else None
