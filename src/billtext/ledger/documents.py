"""Read one transaction: an invoice or credit note with its lines and VAT, or money on a receivable account."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from beancount.core.data import Transaction

from billtext import dates, ids
from billtext.errors import (
    AmountSizeError,
    CurrencyMixedError,
    CustomerMissingError,
    CustomerMixedError,
    DocumentFlagError,
    DocumentKindError,
    DocumentSignError,
    DueBeforeDateError,
    DueFarError,
    ElidedAmountError,
    KeyPlaceError,
    KeyUnknownError,
    KidError,
    LedgerError,
    MoneyWithinError,
    NumberFormError,
    PeriodError,
    PrecisionError,
    RateMissingError,
    RateMixedError,
    ReceivableMissingError,
    RegisterUnknownError,
    RoundingError,
    TieOutError,
    VatAccountError,
    VatCodeMissingError,
    Words,
)
from billtext.ledger import tax_point
from billtext.ledger.accounts import Receivables
from billtext.ledger.schema import BELONGS, CLAIM, MONEY, POSTING, REFERENCES, TRANSACTION, Keys, Shape, faults, written
from billtext.model import DOCUMENTS, Booked, Document, Figure, Item, Line, Register, Vat, VatPosting, postings
from billtext.money import CONTEXT, HUNDRED, LARGEST, ZERO, exact, quantum, rounded

ONE, TEN = Decimal(1), Decimal(10)
_NOTHING: Mapping[str, Any] = {}
_NEVER = (None, None)
_LAST = datetime.date.max
_RECENT = 100  # errors among which those of the same transaction are
FAR = 10  # years until a document is due at the latest
OWN = 2  # keys that Beancount gives to every posting: its file and line

Parsed = tuple[Document, list[Line], list[VatPosting]]


class Reader:
    """Reads transactions with the register at hand; what is wrong is collected in `errors`, and the rest still read.

    Items whose customer is not surely in the register and open are in `unsure` too.
    """

    def __init__(self, register: Register, billed: tax_point.Billed = tax_point.unknown) -> None:
        """Prepare for the transactions of a ledger.

        :param billed: for the credit notes among them
        """
        self.register, self._billed = register, billed
        self._stable = not register.rate_changes
        self.errors: list[LedgerError] = []
        self.items: list[Item] = []
        self.unsure: list[Item] = []
        self.customer_of = Receivables(register)
        self.rounding = register.options.rounding
        self._assets = register.options.receivable.partition(":")[0] + ":"  # where money lies, as receivables do
        self.company = register.currency
        self.vat_accounts = {
            version.values.get("account") for code in register.of("vat").values() for version in code.versions
        } - {None}
        self._customers = register.of("customer")
        self.since = {  # from when on a document of a customer is surely right: never, of one who was closed once
            name: datetime.date.max if any("closed" in v.changed for v in record.versions) else record.first
            for name, record in self._customers.items()
        }
        self.price_list = {id_: record.first for id_, record in register.of("item").items()}
        self.unit = quantum(self.company or "")
        self._mixed: Transaction | None = None  # the last that has postings in another currency than its receivable
        self.referred: list[Document] = []  # invoices with a payment reference
        self._codes: dict[str, tuple[datetime.date | None, Vat | None]] = {}

    def transaction(self, entry: Transaction, shape: Shape) -> Parsed | None:
        """Read a transaction: its items are kept in `items`; a document comes back with its lines and VAT postings.

        :param shape: of its metadata
        """
        customer_of = self.customer_of
        receivable = [posting for posting in postings(entry) if customer_of[posting.account] is not None]
        kinds = shape.kinds
        if len(kinds) > 1 or not receivable:
            kinds = self._kinds(entry, kinds, money=bool(receivable))
        kind = kinds[0] if kinds else "entry"
        if kind in DOCUMENTS:
            return self._document(entry, shape, kind, receivable)
        if receivable:
            self._money(entry, shape, kind, receivable)
        elif "settles" in shape.names:
            self._misplaced(entry, entry.meta, "settles", "on the transaction")
        return None

    def _kinds(self, entry: Transaction, kinds: tuple[str, ...], *, money: bool) -> tuple[str, ...]:
        """What kinds a transaction says it is, without those of money where it moves none on a receivable account."""
        found = tuple(kind for kind in kinds if money or kind in DOCUMENTS)
        for other in found[1:]:
            self.errors.append(DocumentKindError.at(entry.meta, entry, key=found[0], other=other))
        return found

    def _number(self, entry: Transaction, kind: str, meta: Mapping[str, Any] | None = None) -> str:
        """The number under a key of the transaction, or of the metadata of a posting."""
        meta = entry.meta if meta is None else meta
        number = meta[kind]
        if isinstance(number, str) and ids.is_number(number):
            return number
        self.errors.append(NumberFormError.at(meta, entry, key=kind, value=written(number)))
        return number if isinstance(number, str) else ""

    # --- money --------------------------------------------------------------------------------------------

    def _money(self, entry: Transaction, shape: Shape, kind: str, receivable: list[Booked]) -> None:
        number = "" if kind == "entry" else self._number(entry, kind)
        self._transaction(entry, shape)
        if len(receivable) < len(entry.postings):
            for posting in postings(entry):
                meta = posting.meta
                if meta and len(meta) > OWN and self.customer_of[posting.account] is None:
                    self._odd(entry, posting, POSTING.shapes[tuple(meta)])
        due = entry.date
        if kind == "fee" and isinstance(entry.meta.get("due"), datetime.date):
            due = entry.meta["due"]
        for posting in receivable:
            meta, units = posting.meta or entry.meta, posting.units
            shape = MONEY.shapes[tuple(meta)]
            if not shape.holds(meta):
                self._sound(meta, shape, MONEY, entry)
            if shape.odd and posting.meta:
                self._odd(entry, posting, shape)
            own, falls = number, due
            if "name" in shape.names and posting.meta:
                own, falls = self._number(entry, "name", meta), meta.get("due", due)
            if not self.is_exact(units):
                self._precision(entry, posting)
                self._company_rate(entry, posting)
            self._item(entry, posting, kind, own, 0, falls if isinstance(falls, datetime.date) else due)

    def is_exact(self, units: Figure) -> bool:
        """Whether an amount is in the company's currency and to its smallest unit."""
        number = units.number
        return units.currency == self.company and number.same_quantum(self.unit) and number.adjusted() < LARGEST

    def _transaction(self, entry: Transaction, shape: Shape) -> None:
        """Check the keys of the transaction itself."""
        for name, meant in shape.odd:
            if meant is None:
                self._misplaced(entry, entry.meta, name, "on the transaction")
            else:
                self.errors.append(KeyUnknownError.at(entry.meta, entry, key=name, meant=meant))
        if not shape.holds(entry.meta):
            self._sound(entry.meta, shape, TRANSACTION, entry)

    def _odd(self, entry: Transaction, posting: Booked, shape: Shape) -> None:
        """Tell of keys of a posting that nobody reads."""
        meta = posting.meta or _NOTHING
        for name, meant in shape.odd:
            if meant is None:
                self._misplaced(entry, meta, name, f"on the posting to {posting.account}")
            else:
                self.errors.append(KeyUnknownError.at(meta, entry, key=name, meant=meant))

    def _misplaced(self, entry: Transaction, meta: Mapping[str, Any], key: str, where: str) -> None:
        right = Words(BELONGS[key].format(account=self.register.options.receivable))
        self.errors.append(KeyPlaceError.at(meta, entry, key=key, value=written(meta[key]), where=where, right=right))

    def _item(
        self, entry: Transaction, posting: Booked, kind: str, number: str, instalment: int, due: datetime.date
    ) -> Item:
        meta, units, date = posting.meta or entry.meta, posting.units, entry.date
        settles = meta.get("settles")
        if not isinstance(settles, str):
            settles = None
        customer = self._customer(entry, posting)
        item = Item(
            customer, units.currency, units.number, date, due, kind, number, instalment, settles, entry, meta
        )  # fmt: skip
        self.items.append(item)
        if customer not in self.since or (kind in DOCUMENTS and date < self.since[customer]):
            self.unsure.append(item)
        return item

    def _customer(self, entry: Transaction, posting: Booked) -> str:
        owner = self.customer_of[posting.account] or ""
        named = (posting.meta or _NOTHING).get("customer", entry.meta.get("customer"))
        if named is None or not isinstance(named, str):
            if not owner:
                self.errors.append(CustomerMissingError.at(posting.meta or entry.meta, entry, account=posting.account))
            return owner
        if named != owner and owner in self._customers:
            error = TieOutError.at(
                posting.meta or entry.meta, entry,
                amount=posting.units, account=posting.account, customer=named, owner=owner,
            )  # fmt: skip
            self.errors.append(error)
        return named

    def _precision(self, entry: Transaction, posting: Booked) -> None:
        number, currency = posting.units.number, posting.units.currency
        if number.adjusted() >= LARGEST:
            self.errors.append(
                AmountSizeError.at(
                    posting.meta or entry.meta, entry, amount=posting.units, where=f"on {posting.account}"
                )
            )
            return
        unit = quantum(currency)
        if not number.same_quantum(unit) and number != number.quantize(unit, context=CONTEXT):
            right = rounded(number, currency)
            self.errors.append(
                PrecisionError.at(
                    posting.meta or entry.meta, entry, amount=posting.units, where=f"on {posting.account}",
                    currency=currency, rounded=right,
                )
            )  # fmt: skip

    def _company_rate(self, entry: Transaction, posting: Booked) -> None:
        company = self.company
        if (
            company is not None
            and posting.units.currency != company
            and (posting.price is None or posting.price.currency != company)
        ):
            self.errors.append(
                RateMissingError.at(posting.meta or entry.meta, entry, amount=posting.units, account=posting.account,
                                    company=company)
            )  # fmt: skip

    # --- documents ----------------------------------------------------------------------------------------

    def _document(self, entry: Transaction, shape: Shape, kind: str, receivable: list[Booked]) -> Parsed | None:
        number = self._number(entry, kind)
        meta = entry.meta
        self._transaction(entry, shape)
        if entry.flag != "*":
            self.errors.append(DocumentFlagError.at(meta, entry, number=number, flag=entry.flag))
        if not receivable:
            account = self.register.options.receivable
            self.errors.append(ReceivableMissingError.at(meta, entry, number=number, account=account))
            return None
        currency = receivable[0].units.currency
        items = self._instalments(entry, kind, number, receivable)
        day = self.tax_point(entry, shape)
        lines, vats, rounding = self.lines(entry, kind, number, currency, day)
        gross = sum([item.amount for item in items], ZERO)
        if kind == "credit-note":
            gross = -gross
        net, vat = sum([line.net for line in lines], ZERO), sum([posting.amount for posting in vats], ZERO)
        document = Document(
            number, kind, items[0].customer, currency, net, vat, rounding, gross, tuple(items), entry, day
        )  # fmt: skip
        if shape.seldom:
            self.seldom(document, shape)
        if rounding:
            self._rounding(entry, number, currency, rounding)
        if self._mixed is entry and self._of_lines(document) != currency:
            return document, [], []  # its amounts in two currencies cannot be reckoned with
        if gross < 0:
            remedy = "make it a credit note" if kind == "invoice" else "make it an invoice, or turn its signs"
            amount = f"{exact(gross, currency)} {currency}"
            self.errors.append(
                DocumentSignError.at(
                    meta, entry, kind=kind.replace("-", " "), number=number, amount=amount, remedy=remedy
                )
            )
        return document, [line for line in lines if not self._is_money(entry, number, currency, line)], vats

    def tax_point(self, entry: Transaction, shape: Shape) -> datetime.date:
        """The day whose VAT rates apply to a document.

        :param shape: of the transaction's metadata
        """
        if self._stable or shape.names.isdisjoint(tax_point.KEYS):
            return entry.date
        return tax_point.of(entry.meta, entry.date, self.register, self._billed)

    def _is_money(self, entry: Transaction, number: str, currency: str, line: Line) -> bool:
        """Tell of a line that is money: nothing is said of it, it stands where money lies, on the side of the claim."""
        if line.net >= 0 or len(line.meta) > OWN or not line.account.startswith(self._assets):
            return False
        amount = f"{exact(-line.net, currency)} {currency}"
        self.errors.append(MoneyWithinError.at(line.meta, entry, number=number, amount=amount, account=line.account))
        return True

    def _rounding(self, entry: Transaction, number: str, currency: str, rounding: Decimal) -> None:
        """Check that a rounding is one.

        The largest coin is ten units at most, a hundred of a currency without smaller ones; and an invoice may have the
        roundings of several drafts.
        """
        limit = TEN if quantum(currency) < ONE else HUNDRED
        if abs(rounding) < limit:
            return
        posting = next(posting for posting in postings(entry) if posting.account == self.rounding)
        self.errors.append(
            RoundingError.at(
                posting.meta or entry.meta, entry, number=number, amount=f"{exact(abs(rounding), currency)} {currency}",
                account=self.rounding, limit=limit, currency=currency,
            )
        )  # fmt: skip

    def seldom(self, document: Document, shape: Shape) -> None:
        """Check what few documents say."""
        entry = document.entry
        if "kid" in shape.names:
            self._kid(entry)
        if "terms" in shape.names:
            self._terms(entry)
        if "period-end" in shape.names:
            self._period(entry)
        if document.kind == "invoice" and not shape.names.isdisjoint(REFERENCES):
            self.referred.append(document)

    def _of_lines(self, document: Document) -> str:
        """The currency of the lines of a document; where all are in another than the receivable, that is told there."""
        entry, currency = document.entry, document.currency
        others = [p.units.currency for p in postings(entry) if self.customer_of[p.account] is None]
        if len(others) < 2 or len(set(others)) > 1:
            return currency
        follows = (CurrencyMixedError, RateMissingError)
        recent = self.errors[-_RECENT:]
        del self.errors[-_RECENT:]
        self.errors += (error for error in recent if error.entry is not entry or not isinstance(error, follows))
        for item in document.items:
            what = f"the posting to the account of customer {item.customer}"
            self.errors.append(
                CurrencyMixedError.at(item.meta, entry, number=document.number, currency=others[0], what=what,
                                      other=item.currency)
            )  # fmt: skip
        return others[0]

    def _terms(self, entry: Transaction) -> None:
        name = entry.meta["terms"]
        if isinstance(name, str) and not self.register.values("terms", name, entry.date):
            self._unknown(entry, entry.meta, "terms", name)

    def _unknown(
        self, entry: Transaction, meta: Mapping[str, Any], key: str, value: str, date: datetime.date | None = None
    ) -> None:
        """Tell of an id that the register does not have; of one and the same once in a transaction.

        :param date: if it is not the document's own
        """
        error = RegisterUnknownError.at(meta, entry, key=key, value=value, date=date or entry.date, directive=key)
        if all(other.entry is not entry or other.message != error.message for other in self.errors[-_RECENT:]):
            self.errors.append(error)

    def _instalments(self, entry: Transaction, kind: str, number: str, receivable: list[Booked]) -> list[Item]:
        items = []
        several = len(receivable) > 1
        for n, posting in enumerate(receivable, 1):
            meta = posting.meta or _NOTHING
            due = self._due(entry, meta, kind)
            where = meta if "due" in meta else entry.meta
            if due < entry.date:
                error = DueBeforeDateError.at(where, entry, number=number, date=entry.date, due=due, key="due")
                self.errors.append(error)
            elif due.year - entry.date.year > FAR:
                self.errors.append(
                    DueFarError.at(where, entry, number=number, date=entry.date, due=due, years=FAR, key="due")
                )  # fmt: skip
            items.append(self._item(entry, posting, kind, number, n if several else 0, due))
            if items[-1].customer != items[0].customer:
                self.errors.append(
                    CustomerMixedError.at(posting.meta or entry.meta, entry, number=number,
                                          customer=items[0].customer, other=items[-1].customer)
                )  # fmt: skip
        return items

    def _due(self, entry: Transaction, meta: Mapping[str, Any], kind: str) -> datetime.date:
        """The due date that is written, else by the terms of the document or the customer, else the document's date."""
        for known in (meta, entry.meta):
            due = known.get("due")
            if isinstance(due, datetime.date):
                return due
        if kind == "credit-note":
            return entry.date
        name = entry.meta.get("terms")
        if name is None:
            owner = entry.meta.get("customer") or next(
                (c for c in (self.customer_of[p.account] for p in entry.postings) if c), ""
            )
            name = self.register.values("customer", owner, entry.date).get("terms")
        terms = self.register.values("terms", name, entry.date) if isinstance(name, str) else {}
        days = terms.get("days")
        if not isinstance(days, Decimal):
            return entry.date
        return dates.after(entry.date, int(days), end_of_month=terms.get("end-of-month") is True)

    def _kid(self, entry: Transaction) -> None:
        kid = entry.meta.get("kid")
        if isinstance(kid, str):
            why = ids.kid_fault(kid, self.register.options.at("kid", entry.date))
            if why is not None:
                self.errors.append(KidError.at(entry.meta, entry, kid=kid, why=why, key="kid"))

    def _period(self, entry: Transaction) -> None:
        start, end = entry.meta.get("period-start"), entry.meta.get("period-end")
        if isinstance(start, datetime.date) and isinstance(end, datetime.date) and end < start:
            self.errors.append(PeriodError.at(entry.meta, entry, start=start, end=end, key="period-end"))

    def _posting(
        self, entry: Transaction, posting: Booked, number: str, currency: str, rate: Figure | None
    ) -> Figure | None:
        """Check what holds for every posting of a document: written out, to the cent, one currency and rate.

        :param rate: of the postings before
        :return: the rate of the document, as far as it is known
        """
        meta, units = posting.meta or entry.meta, posting.units
        if "__automatic__" in meta:
            self.errors.append(ElidedAmountError.at(meta, entry, number=number, account=posting.account, amount=units))
        self._precision(entry, posting)
        if units.currency != currency:
            self._mixed = entry
            what = f"the posting to {posting.account}"
            self.errors.append(
                CurrencyMixedError.at(meta, entry, number=number, currency=currency, what=what, other=units.currency)
            )
        elif currency != self.company:
            self._company_rate(entry, posting)
            if rate is not None and posting.price is not None and posting.price != rate:
                self.errors.append(RateMixedError.at(meta, entry, number=number, rate=posting.price, other=rate))
            return rate or posting.price
        return rate

    def lines(
        self, entry: Transaction, kind: str, number: str, currency: str, day: datetime.date
    ) -> tuple[list[Line], list[VatPosting], Decimal]:
        """Lines, VAT postings and rounding of a document, positive where they add to it.

        :param day: its tax point
        """
        lines: list[Line] = []
        vats: list[VatPosting] = []
        rounding = ZERO
        rate: Figure | None = None
        unit, foreign = quantum(currency), currency != self.company
        for posting in postings(entry):
            account = posting.account
            meta = posting.meta or entry.meta
            units = posting.units
            if (
                foreign
                or units.currency != currency
                or "__automatic__" in meta
                or not units.number.same_quantum(unit)
                or units.number.adjusted() >= LARGEST
            ):
                rate = self._posting(entry, posting, number, currency, rate)
            if self.customer_of[account] is not None:
                shape = CLAIM.shapes[tuple(meta)]
                if not shape.holds(meta):
                    self._sound(meta, shape, CLAIM, entry)
                if shape.odd and posting.meta:
                    self._odd(entry, posting, shape)
                continue
            shape = POSTING.shapes[tuple(meta)]
            amount = -units.number if kind == "invoice" else units.number
            if shape.odd and posting.meta:
                self._odd(entry, posting, shape)
            if account == self.rounding:
                rounding += amount
                continue
            vat = self._vat(entry, account, meta, shape, day)
            if vat is not None:
                vats.append(VatPosting(vat, amount, meta))
            elif account not in self.vat_accounts or "vat" in shape.names:
                lines.append(self._line(entry, posting, meta, shape, amount, currency))
        return lines, vats, rounding

    def _vat(
        self, entry: Transaction, account: str, meta: Mapping[str, Any], shape: Shape, day: datetime.date
    ) -> Vat | None:
        """The code of a VAT posting; None for a line."""
        code = meta.get("vat")
        if code is None:
            if account not in self.vat_accounts:
                return None
            meant = self._meant(entry, account, day)
            if not shape.means("vat"):
                self.errors.append(VatCodeMissingError.at(meta, entry, account=account))
            elif meant is not None:
                self._sound(meta, shape, POSTING, entry)
            return meant
        vat = self.vat_of(code, day) if isinstance(code, str) else None
        if vat is None:
            if isinstance(code, str):
                self._unknown(entry, meta, "vat", code, day)
            meant = self._meant(entry, account, day) if account in self.vat_accounts else None
            if meant is not None:
                self._sound(meta, shape, POSTING, entry)
            return meant
        if account not in self.vat_accounts:
            return None
        if account != vat.account:
            self.errors.append(VatAccountError.at(meta, entry, code=code, account=account, right=vat.account or "none"))
        return vat

    def vat_of(self, code: str, date: datetime.date) -> Vat | None:
        """A VAT code on a date: entries come day by day, so the last answer nearly always is the next one too."""
        day, vat = self._codes.get(code, _NEVER)
        if day != date:
            vat = self.register.vat(code, date)
            self._codes[code] = date, vat
        return vat

    def _meant(self, entry: Transaction, account: str, day: datetime.date) -> Vat | None:
        """The only code of a document that a VAT posting without a code can belong to.

        So that one slip is told once.
        """
        named = {(posting.meta or _NOTHING).get("vat") for posting in entry.postings}
        codes = [self.register.vat(code, day) for code in named if isinstance(code, str)]
        meant = [vat for vat in codes if vat is not None and vat.account == account]
        return meant[0] if len(meant) == 1 else None

    def _line(
        self, entry: Transaction, posting: Booked, meta: Mapping[str, Any], shape: Shape, net: Decimal, currency: str
    ) -> Line:
        told = len(self.errors)
        get = (meta if shape.holds(meta) else self._sound(meta, shape, POSTING, entry)).get
        price, item = get("price"), get("item")
        allowance = get("allowance")
        discount_amount = get("discount-amount")
        if price is not None and price.currency != currency:
            self._other_currency(entry, meta, currency, "the price", price.currency)
        if discount_amount is not None and discount_amount.currency != currency:
            self._other_currency(entry, meta, currency, "the discount", discount_amount.currency)
        off = ZERO if discount_amount is None else discount_amount.number
        on = ZERO
        for name, sign in shape.adjusts:
            amount = get(name)
            if amount is None:
                continue
            if amount.currency != currency:
                self._other_currency(entry, meta, currency, f"`{name}`", amount.currency)
            off, on = (off, on + amount.number) if sign > 0 else (off + amount.number, on)
        if item is not None and self.price_list.get(item, _LAST) > entry.date:
            self._unknown(entry, meta, "item", item)
        # What is wrong in itself is told once, and the line is not reckoned with it.
        sound = len(self.errors) == told and not shape.odd
        priced = sound and (price is not None or "quantity" in meta)
        text = get("text")
        if not text or text.isspace():
            text = entry.narration or ""
        each = price.number if price is not None and sound else -net if allowance else net
        discount, off, on = (get("discount", ZERO), off, on) if sound else (ZERO, ZERO, ZERO)
        return Line(
            net, posting.account, text, get("quantity", ONE), get("unit"), each, get("price-per", ONE), discount, off,
            get("vat"), item, allowance, get("charge"), priced, meta, on,
        )  # fmt: skip

    def _other_currency(
        self, entry: Transaction, meta: Mapping[str, Any], currency: str, what: str, other: str
    ) -> None:
        number = entry.meta.get("invoice", entry.meta.get("credit-note"))
        self.errors.append(CurrencyMixedError.at(meta, entry, number=number, currency=currency, what=what, other=other))

    def _sound(self, meta: Mapping[str, Any], shape: Shape, keys: Keys, entry: Transaction) -> Mapping[str, Any]:
        """Tell what is wrong with known keys; return the others, which are of their types."""
        wrong = faults(meta, keys, meta, entry)
        self.errors += wrong.values()
        return {key: value for key, value in meta.items() if key not in wrong}
