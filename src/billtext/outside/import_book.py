"""From gathered rows to documents that the ledger will accept: totals, VAT, series, accounts. Decides only."""

import datetime
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from billtext.ledger import tax_point, write
from billtext.ledger.documents import FAR
from billtext.model import DOCUMENTS, Date, Register, Vat
from billtext.money import ZERO, exact
from billtext.outside.import_documents import Draft, Line, Sorter
from billtext.outside.import_totals import ALREADY, BOOKED, KNOWN, WALK_IN
from billtext.outside.ledger_scan import Booked
from billtext.rules import numbering, vat


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document to be booked.

    :param total: on the customer's account, VAT included; negative on a credit note, as are `vats` and lines' amounts
    :param rate: the company's currency for one of `currency`, or None in the company's own
    :param corrects: number of the invoice that a credit note corrects, or empty
    :param tax_point: the day whose VAT rates it has
    """

    number: str
    kind: str
    date: Date
    due: Date | None
    customer: str
    currency: str
    lines: tuple[Line, ...]
    vats: tuple[tuple[Vat, Decimal], ...]
    total: Decimal
    rate: Decimal | None
    text: str
    keys: dict[str, Any]
    corrects: str
    tax_point: Date
    cells: Any


def decide(sorter: Sorter) -> list[Document]:
    """Book, refuse or pass over each document, and count it.

    :return: documents to be booked, in the order of date and first row
    """
    booked: list[Document] = []
    builder = _Builder(sorter)
    for draft in sorter.drafts.values():
        there = sorter.known.numbers.get(draft.number)
        if there is not None and there.kind in DOCUMENTS:
            reason = builder.differs(draft, there)
            if not reason:
                _count(sorter, draft, ALREADY)
                continue
        else:
            document = builder.document(draft)
            if isinstance(document, Document):
                booked.append(document)
                _count(sorter, draft, BOOKED[document.kind])
                walk_in = sorter.mapping.walk_in is not None and draft.customer == sorter.mapping.walk_in[0]
                _count(sorter, draft, WALK_IN if walk_in else KNOWN)
                continue
            reason = document
        for line in draft.lines:
            sorter.refuse(line.row, draft.number, draft.currency, line.amount, reason)
    booked.sort(key=lambda document: (document.date, document.lines[0].row))
    return _corrections(booked, sorter.mapping.reason, sorter.known.register)


def _count(sorter: Sorter, draft: Draft, category: str) -> None:
    amount = sum([line.amount for line in draft.lines], ZERO)
    sorter.tally.count(category, draft.currency).add(draft.number, amount, len(draft.lines))


class _Builder:
    """Makes a document of a draft, or says why not."""

    def __init__(self, sorter: Sorter) -> None:
        mapping, known = sorter.mapping, sorter.known
        self.sorter, self.mapping, self.known = sorter, mapping, known
        self.company = known.register.currency
        self.root = known.register.options.receivable
        self.total, self.rate, self.due = sorter.get(mapping.total), sorter.get(mapping.rate), sorter.get(mapping.due)
        self.text, self.corrects = sorter.get(mapping.text), sorter.get(mapping.corrects)
        self.delivery = sorter.get(mapping.delivery)
        self.keys = {key: sorter.get(template) for key, template in mapping.keys.items()}
        self.forms: dict[str, list[str]] = {}
        for record in known.register.of("series").values():
            self.forms.setdefault(str(record.latest.get("kind")), []).append(str(record.latest.get("format")))
        for series in mapping.series:
            if known.register.get("series", series.id) is None:
                self.forms.setdefault(series.kind, []).append(series.format)

    def differs(self, draft: Draft, there: Booked) -> str:
        """Why a document is not the one of its number in the ledger; empty if it is, as far as the text tells."""
        _, total = self._sum(draft)
        what = ""
        if there.amount is not None and (there.amount, there.currency) != (total, draft.currency):
            what = f"{there.amount} {there.currency}, not {exact(total, draft.currency)} {draft.currency}"
        elif there.account != self.root and there.account != f"{self.root}:{draft.customer}":
            what = f"on {there.account}, not for customer {draft.customer}"
        return what and f"already there, but different: {draft.number} is in the ledger with {what}"

    def _sum(self, draft: Draft) -> tuple[tuple[tuple[Vat, Decimal], ...], Decimal]:
        """VAT of each code, and the sum of lines and VAT."""
        vats = self._vats(draft)
        return vats, sum([line.amount for line in draft.lines], ZERO) + sum([amount for _, amount in vats], ZERO)

    def document(self, draft: Draft) -> Document | str:
        """The document, or the reason of its refusal."""
        vats, total = self._sum(draft)
        kind = draft.kind
        if self.mapping.negative_total:
            kind = "credit-note" if total < 0 else "invoice"
        if (total > 0 and kind == "credit-note") or (total < 0 and kind == "invoice"):
            return f"wrong sign: {kind} {draft.number} would come to {exact(total, draft.currency)} {draft.currency}"
        cells, day = draft.cells, self._tax_point(draft)
        for line in draft.lines:
            if line.vat and self.known.register.vat(line.vat, day) is None:
                return self.sorter.no_vat(line.vat, day)
        for fault in (self._taken(draft, kind), self._total(draft, total), self._account(draft, vats)):
            if fault:
                return fault
        due, delivery = self._due(draft, kind), self.delivery(cells)
        if isinstance(due, str):
            return due
        if delivery and self.sorter.days[delivery] is None:
            return f"bad delivery date: {self.sorter.days.fault(delivery)}"
        rate = None
        if self.company is not None and draft.currency != self.company:
            rate = self.sorter.numbers[self.rate(cells)]
            if rate is None or rate <= 0:
                return (
                    f"no rate: {draft.currency} needs one to {self.company}; name its column as `rate` under [document]"
                )
        keys: dict[str, Any] = {key: write.clean(get(cells)) or None for key, get in self.keys.items()}
        keys["delivery"] = self.sorter.days[delivery] if delivery else None
        name = "Invoice" if kind == "invoice" else "Credit note"
        return Document(
            number=draft.number, kind=kind, date=draft.date, due=due, customer=draft.customer, currency=draft.currency,
            lines=tuple(draft.lines), vats=vats, total=total, rate=rate, keys=keys, cells=cells,
            text=write.clean(self.text(cells)) or f"{name} {draft.number}, imported",
            corrects=self.corrects(cells) if kind == "credit-note" else "", tax_point=day,
        )  # fmt: skip

    def _due(self, draft: Draft, kind: str) -> Date | str | None:
        if kind == "credit-note":
            return None
        if self.mapping.due_days is not None:
            return draft.date + datetime.timedelta(days=self.mapping.due_days)
        text = self.due(draft.cells)
        due = self.sorter.days[text] if text else draft.date
        if due is None:
            return f"bad due date: {self.sorter.days.fault(text)}"
        if due < draft.date:
            return f"bad due date: {due} is before the document's date {draft.date}"
        if due.year - draft.date.year > FAR:
            return f"bad due date: {due} is more than {FAR} years after the document's date {draft.date}"
        return due

    def _vats(self, draft: Draft) -> tuple[tuple[Vat, Decimal], ...]:
        day = self._tax_point(draft)
        bases: dict[str, Decimal] = {}
        for line in draft.lines:
            if line.vat:
                bases[line.vat] = bases.get(line.vat, ZERO) + line.amount
        found = []
        for code, base in sorted(bases.items()):
            tax = self.known.register.vat(code, day)
            if tax is not None and tax.rate and tax.account is not None:
                found.append((tax, vat.amount(base, tax.rate, draft.currency) + ZERO))
        return tuple(found)

    def _tax_point(self, draft: Draft) -> Date:
        """The day whose VAT rates a document has: of the invoice that it corrects, where that comes with it."""
        register, drafts = self.known.register, self.sorter.drafts
        if not register.rate_changes:
            return draft.date
        delivery = self.delivery(draft.cells)
        keys = {"delivery": self.sorter.days[delivery] if delivery else None}

        def billed(number: str) -> Date | None:
            invoice = drafts.get(number)
            fits = (
                invoice is not None and invoice.date <= draft.date and not _is_credit(invoice)
                and (invoice.customer, invoice.currency) == (draft.customer, draft.currency)
            )  # fmt: skip
            return self._tax_point(invoice) if invoice is not None and fits else None

        corrects = {"corrects": self.corrects(draft.cells)} if _is_credit(draft) else {}
        return tax_point.of({**keys, **corrects}, draft.date, register, billed)

    def _taken(self, draft: Draft, kind: str) -> str:
        there = self.known.numbers.get(draft.number)
        if there is not None and there.kind not in DOCUMENTS:
            return f"number taken: {draft.number} is a {there.kind} of the ledger"
        if draft.number in self.known.voids:
            return f"number taken: {draft.number} is void in the ledger"
        if self.forms and not any(self._fits(form, draft) for form in self.forms.get(kind, ())):
            form = numbering.likely(draft.number, draft.date.year)
            return (
                f"no series: {draft.number} fits none of kind {kind}; add [series.{kind}] to the mapping, "
                f'such as format = "{form}"'
            )
        return ""

    def _fits(self, form: str, draft: Draft) -> bool:
        found = numbering.pattern(form).fullmatch(draft.number)
        return found is not None and found.groupdict().get("year") in {None, f"{draft.date.year:04}"}

    def _total(self, draft: Draft, total: Decimal) -> str:
        """Compare with the total that the source gives, if it gives one; its sign is of no matter."""
        text = self.total(draft.cells)
        seen = self.sorter.numbers[text] if text else None
        if text and seen is None:
            return f"bad total: {text!r} is not a number"
        if seen is None or abs(seen) == abs(total):
            return ""
        own = exact(total, draft.currency)
        return f"another total: {draft.number} comes to {own} with VAT, and to {text} in the source"

    def _account(self, draft: Draft, vats: tuple[tuple[Vat, Decimal], ...]) -> str:
        """Accounts must be open on the day, and the customer in the register."""
        accounts = {line.account for line in draft.lines} | {str(tax.account) for tax, _ in vats}
        for account in (f"{self.root}:{draft.customer}", *sorted(accounts)):
            opened, closed = self.known.fixed("open", account, draft.date), self.known.closed.get(account)
            if opened is not None:
                return (
                    f"account not open: {account} is opened on {opened.date} and the document is of {draft.date}; "
                    f"give it an earlier date at {opened.file}:{opened.line}"
                )
            if closed is not None and closed <= draft.date:
                return (
                    f"account not open: {account} is closed on {closed} and the document is of {draft.date}; "
                    "take out its `close`, or give the mapping another account"
                )
        record = self.known.register.get("customer", draft.customer)
        first = self.known.fixed("customer", draft.customer, draft.date)
        if first is None and record is not None and record.first > draft.date:
            first = self.known.fixed("terms", str(record.versions[0].values.get("terms")), draft.date)
        if first is not None:
            return (
                f"customer not yet known: {draft.customer} or its terms begin on {first.date}, and the document is "
                f"of {draft.date}; give it an earlier date at {first.file}:{first.line}"
            )
        if record is not None and (record.at(draft.date) or {}).get("closed") is True:
            return f"customer closed: {draft.customer} is closed on {draft.date}"
        return ""


def _is_credit(draft: Draft) -> bool:
    return sum([line.amount for line in draft.lines], ZERO) < 0


def _corrections(documents: list[Document], reason: str, register: Register) -> list[Document]:
    """Keep a reference to an invoice where it holds: of this import, customer and currency, and not beyond its total.

    A credit note without one stands alone, with its reason; what it named is said there, and the day of its rates where
    they are not those of its own.
    """
    invoices = {document.number: document for document in documents if document.kind == "invoice"}
    left = {number: invoice.total for number, invoice in invoices.items()}
    found = []
    for document in documents:
        number = document.corrects
        if document.kind == "credit-note":
            invoice = invoices.get(number)
            fits = (
                invoice is not None and invoice.date <= document.date and left[number] + document.total >= 0
                and (invoice.customer, invoice.currency) == (document.customer, document.currency)
            )  # fmt: skip
            if fits:
                left[number] += document.total
                document = replace(document, keys={"corrects": number, "reason": reason, **document.keys})
            else:
                said = f"{reason} (of {write.clean(number)})" if number else reason
                own = tax_point.of(document.keys, document.date, register, tax_point.unknown)
                then = {} if own == document.tax_point else {"tax-point": document.tax_point}
                document = replace(document, corrects="", keys={"reason": said, **document.keys, **then})
        found.append(document)
    return found
