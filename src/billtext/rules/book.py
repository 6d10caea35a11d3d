"""The book: everything that billtext knows of a ledger. One pure core for plugin, command line, Fava and site."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any

from beancount.core.data import Custom, Open, Pad, Transaction

from billtext.errors import (
    CompanyMissingError,
    CorrectsUnknownError,
    CreditBeyondError,
    CreditVatError,
    CustomerClosedError,
    CustomerNotYetError,
    CustomerUnknownError,
    LedgerError,
    NumberDuplicateError,
    PadReceivableError,
    ReasonMissingError,
    ReferenceDuplicateError,
    VatAccountError,
    VatMissingError,
)
from billtext.ledger import deliveries as delivery_reader
from billtext.ledger import filed as filed_reader
from billtext.ledger import key_lines, tax_point
from billtext.ledger import register as register_reader
from billtext.ledger.accounts import Receivables
from billtext.ledger.documents import Reader
from billtext.ledger.schema import FORMS, REFERENCES, TRANSACTION
from billtext.model import DOCUMENTS, RANK, Date, Delivery, Document, Filed, Item, Ledger, Line, Register, VatPosting
from billtext.money import ZERO, exact, plain
from billtext.rules import allocation, closing, delivery_checks, filing_checks, flows, mentions, numbering, vat
from billtext.rules.allocation import Allocations, Names
from billtext.rules.usual import Usual

_OF_DOCUMENTS = {(kind,) for kind in DOCUMENTS}


@dataclass(frozen=True, kw_only=True)
class Book:
    """A ledger with the rules applied.

    :param errors: in the order of file and line
    """

    ledger: Ledger
    allocations: Allocations
    errors: tuple[LedgerError, ...]

    @property
    def register(self) -> Register:
        """Customers, items, VAT codes and the rest of the register."""
        return self.ledger.register

    @property
    def items(self) -> Sequence[Item]:
        """All amounts on customers' accounts, in order."""
        return self.ledger.items

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Invoices and credit notes in the order of date, kind and number."""
        return tuple(self.ledger.documents.values())

    @cached_property
    def items_of(self) -> dict[str, list[Item]]:
        """Items by customer, each in order; customers in the order of their ids."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.customer, []).append(item)
        return dict(sorted(found.items()))

    @cached_property
    def spans_of(self) -> dict[str, list[tuple[Date, Date | None, Item]]]:
        """Items by customer as `items_of` has them, each with its date and the day that settled it, if any."""
        settled = self.allocations.settled.get
        return {
            customer: [(item.date, settled(item), item) for item in items] for customer, items in self.items_of.items()
        }

    @cached_property
    def documents_of(self) -> dict[str, list[Document]]:
        """Documents by customer, each in order."""
        found: dict[str, list[Document]] = {}
        for document in self.documents:
            found.setdefault(document.customer, []).append(document)
        return found

    @cached_property
    def corrections_of(self) -> dict[str, list[Document]]:
        """Credit notes by the number of the invoice that they correct."""
        found: dict[str, list[Document]] = {}
        for document in self.documents:
            if document.kind == "credit-note" and document.corrects is not None:
                found.setdefault(document.corrects, []).append(document)
        return found

    @cached_property
    def deliveries_of(self) -> dict[str, list[Delivery]]:
        """Deliveries by the number of the document, or the id of the customer whose statement it was; in order."""
        found: dict[str, list[Delivery]] = {}
        for delivery in self.ledger.deliveries:
            found.setdefault(delivery.number, []).append(delivery)
        return found

    @cached_property
    def filed_of(self) -> dict[str, list[Filed]]:
        """Files of the archive by customer."""
        found: dict[str, list[Filed]] = {}
        for one in self.ledger.filed:
            found.setdefault(one.customer, []).append(one)
        return found

    @cached_property
    def filed_as(self) -> dict[str, Filed]:
        """Files of the archive by their paths below `documents/`."""
        return {one.file: one for one in reversed(self.ledger.filed)}

    @cached_property
    def entries_of(self) -> dict[int, list[Item]]:
        """Items by the transaction that they are of, which is named by its identity."""
        found: dict[int, list[Item]] = {}
        for item in self.items:
            found.setdefault(id(item.entry), []).append(item)
        return found

    @cached_property
    def months(self) -> flows.Months:
        """What moved in each month, by currency."""
        return flows.by_month(self.items)

    def months_until(self, day: Date) -> flows.Months:
        """What moved in each month until a day, by currency; of the last one what moved until then."""
        begin = bisect_left(self.items, day.replace(day=1), key=attrgetter("date"))
        end = bisect_right(self.items, day, key=attrgetter("date"))
        this = f"{day.year:04}-{day.month:02}"
        return flows.by_month(self.items[begin:end], {name: each for name, each in self.months.items() if name < this})

    @cached_property
    def numbers(self) -> numbering.Last:
        """The last number of each series and year."""
        return numbering.last(self.ledger)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self.register)

    def lines(self, document: Document) -> tuple[list[Line], list[VatPosting]]:
        """Lines and VAT postings of a document, read from its entry when they are asked for."""
        lines, vats, _ = self._reader.lines(
            document.entry, document.kind, document.number, document.currency, document.tax_point
        )
        return lines, vats


def build(entries: Iterable[Any], sources: Any = None) -> Book:
    """Read a ledger's entries and apply the rules.

    :param entries: Beancount directives, after or before the plugins
    :param sources: text of ledger files by name, for what only the source tells; called with the names of files
    """
    customs: list[Custom] = []
    transactions: list[Transaction] = []
    others: list[Custom] = []
    pads: list[Pad] = []
    opened: list[Open] = []
    for entry in entries:
        kind = type(entry)
        if kind is Transaction:
            transactions.append(entry)
        elif kind is Custom:
            (customs if entry.type in FORMS else others).append(entry)
        elif kind is Open:
            opened.append(entry)
        elif kind is Pad:
            pads.append(entry)
    good, errors = register_reader.well_formed(customs)
    if customs:
        errors.extend(register_reader.misspelt(others))
    if sources is not None and customs:
        files = sorted({str(entry.meta.get("filename")) for entry in customs})
        errors.extend(key_lines.duplicate_keys(customs, sources(files)))
    register, found = register_reader.read(good)
    errors.extend(found)
    voids, directives, found = register_reader.directives(good)
    errors.extend(found)
    closings, found = register_reader.closings(good)
    errors.extend(found)
    sent, found = delivery_reader.read(good)
    errors.extend(found)
    filed, found = filed_reader.read(good, register)
    errors.extend(found)
    unopened = register_reader.unopened(good, register, opened, transactions)
    documents, items, names = _transactions(transactions, pads, register, bool(customs), errors)
    if unopened:  # a misspelt account is told there, and not at each document
        errors = [error for error in errors if not _follows(error, unopened)]
        errors.extend(unopened.values())
    if documents and register.get("company", "") is None:
        first = next(iter(documents.values()))
        errors.append(CompanyMissingError.at(first.entry.meta, first.entry, number=first.number))
    ledger = Ledger(
        register=register,
        items=tuple(items),
        documents=documents,
        voids=tuple(voids),
        directives=tuple(directives),
        closings=tuple(closings),
        deliveries=tuple(sent),
        filed=tuple(filed),
    )
    errors.extend(numbering.check(ledger, documents.values()))
    beyond = list(credits_(ledger))
    errors.extend(beyond)
    errors.extend(mentions.check(items, names, register, closing.until(ledger)))
    errors.extend(closing.check(ledger))
    errors.extend(delivery_checks.check(ledger))
    errors.extend(filing_checks.check(register, ledger.filed, documents))
    allocations, found = allocation.allocate(items, names, directives, register.options)
    corrected = {id(error.entry) for error in beyond if not isinstance(error, ReasonMissingError | CreditVatError)}
    errors.extend(error for error in found if id(error.entry) not in corrected or not _says_the_same(error))
    if sources is not None and errors:
        errors = key_lines.at_their_keys(errors, sources)
    errors.sort(key=lambda error: (error.file, error.line, type(error).__name__, error.message))
    return Book(ledger=ledger, allocations=allocations, errors=tuple(errors))


def _follows(error: LedgerError, unopened: Mapping[str, LedgerError]) -> bool:
    """Whether an error says no more than that a VAT code names an account that is not opened."""
    if not isinstance(error, VatAccountError | VatMissingError):
        return False
    names = (unopened.get(word.strip(",;")) for word in error.message.split())
    return any(wrong is not None and wrong.entry.type == "vat" for wrong in names)


def _says_the_same(error: LedgerError) -> bool:
    """Whether a credit note settles just the invoice that it corrects: what is wrong with the number is told once."""
    meta = error.entry.meta
    named = {posting.meta.get("settles") for posting in error.entry.postings if posting.meta}
    return named - {None} == {meta.get("corrects")}


def _payment_references(invoices: Iterable[Document]) -> Iterable[LedgerError]:
    """Check that no two invoices have one KID or creditor reference."""
    first: dict[tuple[str, str], Document] = {}
    for document in sorted(invoices, key=lambda invoice: invoice.items[0].sort_key()):
        meta = document.entry.meta
        for key in REFERENCES:
            if isinstance(meta.get(key), str):
                other = first.setdefault((key, meta[key]), document)
                if other.number != document.number:
                    yield ReferenceDuplicateError.at(
                        meta, document.entry, key=key, value=f'"{meta[key]}"', other=other.number,
                        place=register_reader.place(other.entry.meta), number=document.number,
                    )  # fmt: skip


def _transactions(transactions: list[Transaction], pads: list[Pad], register: Register, has_register: bool,
                  errors: list[LedgerError]) -> tuple[dict[str, Document], list[Item], Names]:  # fmt: skip
    padded = {(pad.meta.get("filename"), pad.meta.get("lineno")) for pad in pads}
    if padded:
        transactions = [
            entry for entry in transactions
            if entry.flag != "P" or (entry.meta.get("filename"), entry.meta.get("lineno")) not in padded
        ]  # fmt: skip
    found, items, referred, wrong = read(transactions, register)
    if not found and not has_register:  # not a billtext ledger: somebody else's receivables are not our business
        return {}, [], {}
    errors.extend(_pads(pads, register))
    errors.extend(wrong)
    errors.extend(_payment_references(referred))
    put_in_order(items)
    documents, names, doubled = by_number(found, items)
    errors.extend(doubled)
    return documents, items, names


def read(
    transactions: Sequence[Transaction], register: Register, known: tax_point.Billed = tax_point.unknown
) -> tuple[list[Document], list[Item], list[Document], list[LedgerError]]:
    """Read transactions each by itself: documents, items, documents with a payment reference, and what is wrong.

    :param known: the tax points of invoices that are not among them
    """
    reader = Reader(register, tax_point.of_invoices(transactions, register, known))
    usual = Usual(reader)
    found: list[Document] = []
    for entry in transactions:
        shape = TRANSACTION.shapes[tuple(entry.meta)]
        if shape.kinds in _OF_DOCUMENTS:
            document = usual.document(entry, shape)
            if document is not None:
                found.append(document)
                continue
        elif len(shape.kinds) == 1 and usual.money(entry, shape):
            continue
        parsed = reader.transaction(entry, shape)
        if parsed is not None:
            found.append(parsed[0])  # lines are many: they are read again when they are asked for
            reader.errors += vat.check(*parsed, register)
    reader.errors += _customers(register, sorted(reader.unsure, key=Item.sort_key))
    return found, reader.items, reader.referred, reader.errors


def put_in_order(items: list[Item]) -> None:
    """Sort items by `Item.sort_key`, which is long: nearly all are told apart by its beginning."""
    items.sort(key=lambda item: (item.date, RANK[item.kind], item.number, item.instalment))
    begin = attrgetter("date", "kind", "number", "instalment")
    start = 0
    for n in range(1, len(items) + 1):
        if n == len(items) or items[n].number != items[n - 1].number or begin(items[n]) != begin(items[n - 1]):
            if n - start > 1:
                items[start:n] = sorted(items[start:n], key=Item.sort_key)
            start = n


def by_number(found: Iterable[Document], items: Iterable[Item]) -> tuple[dict[str, Document], Names, list[LedgerError]]:
    """Documents and items by number, in the order of the items; of a number given twice the first, and an error."""
    of_entry = {id(document.entry): document for document in found}
    documents: dict[str, Document] = {}
    names: Names = {}
    instalments: list[Item] = []
    again: dict[int, tuple[Item, str, Item]] = {}
    for item in items:
        number, entry = item.number, item.entry
        if item.kind in DOCUMENTS:
            document = of_entry.pop(id(entry), None)
            if document is not None:
                documents.setdefault(number, document)
        if not number:
            continue
        known = names.get(number)
        if known is None:
            names[number] = [item]
        elif known[0].entry is entry:
            known.append(item)
        else:
            again.setdefault(id(entry), (item, number, known[0]))
        if item.instalment:
            instalments.append(item)
    for item in instalments:  # 2026-0012/2 may be somebody's number as well
        for other in names.get(item.name, ()):
            if other.entry is not item.entry:
                first, second = sorted((item, other), key=Item.sort_key)
                again.setdefault(id(second.entry), (second, item.name, first))
    errors: list[LedgerError] = []
    for item, number, first in again.values():
        where = register_reader.place(first.entry.meta)
        errors.append(NumberDuplicateError.at(item.entry.meta, item.entry, number=number, place=where))
    return documents, names, errors


def _pads(pads: Iterable[Pad], register: Register) -> Iterable[LedgerError]:
    customer_of = Receivables(register)
    for pad in pads:
        for account in (pad.account, pad.source_account):
            if customer_of[account] is not None:
                yield PadReceivableError.at(pad.meta, pad, account=account)


def _customers(register: Register, items: Iterable[Item]) -> Iterable[LedgerError]:
    """Check that customers are known, and on a document's date neither future nor closed."""
    customers = register.of("customer")
    closing = {name for name, record in customers.items() if any("closed" in v.changed for v in record.versions)}
    unknown: set[str] = set()
    for item in items:
        record = customers.get(item.customer)
        if record is None:
            if item.customer and item.customer not in unknown:
                unknown.add(item.customer)
                yield CustomerUnknownError.at(item.meta, item.entry, customer=item.customer)
        elif item.kind in DOCUMENTS and item.instalment < 2:
            if item.date < record.first:
                yield CustomerNotYetError.at(
                    item.entry.meta, item.entry, customer=item.customer, first=record.first, date=item.date
                )
            elif (
                item.customer in closing and register.values("customer", item.customer, item.date).get("closed") is True
            ):
                closed = max(v.date for v in record.versions if v.changed.get("closed") is True and v.date <= item.date)
                yield CustomerClosedError.at(item.entry.meta, item.entry, customer=item.customer, closed=closed)


def credits_(ledger: Ledger) -> Iterable[LedgerError]:
    """Check that a credit note corrects an invoice of its customer, and never more than it billed."""
    credited: dict[str, Any] = {}
    for document in ledger.documents.values():
        if document.kind != "credit-note":
            continue
        meta, number, corrects = document.entry.meta, document.number, document.corrects
        if corrects is None:
            if TRANSACTION.shapes[tuple(meta)].means("corrects"):
                continue  # a value of another type is told of the key
            if not str(meta.get("reason") or "").strip():
                yield ReasonMissingError.at(meta, document.entry, what="stand-alone credit note", number=number)
            continue
        invoice = ledger.documents.get(corrects)
        why = None
        if invoice is None:
            why = "which is not in the ledger"
        elif invoice.kind != "invoice":
            why = "which is no invoice"
        elif invoice.customer != document.customer:
            why = f"which is of customer {invoice.customer}"
        elif invoice.currency != document.currency:
            why = f"which is in {invoice.currency}"
        elif invoice.date > document.date:
            why = f"which is dated later, {invoice.date}"
        if invoice is None or why is not None:
            yield CorrectsUnknownError.at(
                meta, document.entry, number=number, corrects=corrects, why=why, key="corrects"
            )
            continue
        before = credited.get(corrects, ZERO)
        credited[corrects] = before + document.gross
        if credited[corrects] > invoice.gross:
            currency = invoice.currency
            yield CreditBeyondError.at(
                meta, document.entry, number=number, corrects=corrects, credited=exact(credited[corrects], currency),
                gross=exact(invoice.gross, currency), left=exact(max(ZERO, invoice.gross - before), currency),
                currency=currency,
            )  # fmt: skip
        yield from _given_back(document, invoice, ledger.register)


def _given_back(document: Document, invoice: Document, register: Register) -> Iterable[LedgerError]:
    """Check that a credit note has the codes of its invoice, or codes of their rates."""
    billed, credited = vat.charged(invoice, register), vat.charged(document, register)
    if billed is None or credited is None:
        return
    for code, rate in credited.items():
        if code not in billed and rate not in billed.values():
            charged = " and ".join(f"{other} of {plain(percent)} %" for other, percent in sorted(billed.items()))
            yield CreditVatError.at(
                document.entry.meta, document.entry, number=document.number, code=code, rate=plain(rate),
                corrects=invoice.number, charged=charged or "none",
            )  # fmt: skip
