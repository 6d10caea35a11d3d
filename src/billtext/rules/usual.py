"""What nearly all transactions are: one amount on a customer's account, in the company's currency, all of it right.

A usual document has lines of quantity × price and VAT by rate, and usual money has a number. They are gone through
once, and lines are not taken apart. What is not usual, or not right, is left to `ledger/documents.py` and
`rules/vat.py`, which say what is wrong: here is no error, only a yes.
"""

import datetime
from decimal import Decimal

from beancount.core.data import Transaction

from billtext import ids
from billtext.ledger.documents import FAR, OWN, Reader
from billtext.ledger.schema import CLAIM, MONEY, POSTING, Shape
from billtext.model import DOCUMENTS, Booked, Document, Item, Meta, postings
from billtext.money import CONTEXT, ZERO, rounded
from billtext.rules import vat

ONE = Decimal(1)
_NEVER = datetime.date.max


class Usual:
    """Reads usual transactions with a reader's register; amounts on customers' accounts go to the reader's `items`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._currency = reader.company or ""
        # Where the base of VAT is less than the sum of the lines, no document is usual.
        self._plain = not reader.register.options.since("cash-discount-vat", "always")

    def document(self, entry: Transaction, shape: Shape) -> Document | None:
        """The document that a transaction is; all is right with it but for what `Reader.seldom` looks at.

        :param shape: of the transaction's metadata, which names one kind: a document
        """
        reader, kind, date = self._reader, shape.kinds[0], entry.date
        day = reader.tax_point(entry, shape)
        if not self._plain or entry.flag != "*":
            return None
        customer_of, vat_accounts, invoice = reader.customer_of, reader.vat_accounts, kind == "invoice"
        claim = None
        net = charged = ZERO
        bases: dict[str, Decimal] = {}
        posted: dict[str, Decimal] = {}
        for posting in postings(entry):
            meta, account = posting.meta, posting.account
            if customer_of[account] is not None:
                if claim is not None:
                    return None
                claim = posting
                continue
            if not meta or not reader.is_exact(posting.units) or account == reader.rounding:
                return None
            of_line = POSTING.shapes[tuple(meta)]
            if not of_line.usual or not of_line.holds(meta):
                return None
            amount = -posting.units.number if invoice else posting.units.number
            if amount < 0 and len(meta) <= OWN:  # it may be money
                return None
            code = meta.get("vat")
            known = None if code is None else reader.vat_of(code, day)
            if account in vat_accounts:
                if known is None or account != known.account or known.code in posted:
                    return None
                posted[known.code] = amount
                charged += amount
                continue
            if known is not None:
                bases[known.code] = bases.get(known.code, ZERO) + amount
            elif code is not None:
                return None
            if not self._is_line(meta, amount, date):
                return None
            net += amount
        for code, base in bases.items():
            known = reader.vat_of(code, day)
            if known is None or posted.pop(code, ZERO) != vat.amount(base, known.rate, self._currency):
                return None
        item = None if claim is None or any(posted.values()) else self._item(entry, shape, kind, claim)
        if item is None:
            return None
        gross = item.amount if invoice else -item.amount
        if gross < 0 or net + charged != gross:
            return None
        document = Document(
            item.number, kind, item.customer, item.currency, net, charged, ZERO, gross, (item,), entry, day
        )  # fmt: skip
        reader.items.append(item)
        if shape.seldom:
            reader.seldom(document, shape)
        return document

    def money(self, entry: Transaction, shape: Shape) -> bool:
        """Whether a transaction is usual money, which is kept.

        :param shape: of the transaction's metadata, which names one kind: money
        """
        customer_of = self._reader.customer_of
        found = None
        for posting in postings(entry):
            meta = posting.meta
            if customer_of[posting.account] is not None:
                if found is not None:
                    return False
                found = posting
            elif meta and len(meta) > OWN and POSTING.shapes[tuple(meta)].odd:
                return False
        item = None if found is None else self._item(entry, shape, shape.kinds[0], found)
        if item is None:
            return False
        self._reader.items.append(item)
        return True

    def _is_line(self, meta: Meta, net: Decimal, date: datetime.date) -> bool:
        """Whether a line's net is quantity × price, where it says them, and its item is in the price list."""
        price, quantity, item = meta.get("price"), meta.get("quantity"), meta.get("item")
        if price is None:
            right = quantity is None
        else:
            whole = CONTEXT.multiply(ONE if quantity is None else quantity, price.number)
            right = price.currency == self._currency and rounded(whole, self._currency) == net
        return right and (item is None or self._reader.price_list.get(item, _NEVER) <= date)

    def _item(self, entry: Transaction, shape: Shape, kind: str, posting: Booked) -> Item | None:
        """An amount on the account of a customer who is surely in the register and open, with what is said of it."""
        reader, meta, date, told = self._reader, posting.meta, entry.date, entry.meta
        number, customer = told[kind], reader.customer_of[posting.account] or ""
        document = kind in DOCUMENTS
        if not meta or not reader.since.get(customer, _NEVER) <= date < _NEVER:
            return None
        own = (CLAIM if document else MONEY).shapes[tuple(meta)]
        if not (
            shape.usual
            and own.usual
            and shape.holds(told)
            and own.holds(meta)
            and type(number) is str
            and ids.is_number(number)
            and reader.is_exact(posting.units)
        ):
            return None
        due = meta.get("due") or told.get("due") if document else date
        # A fee, and what has a name, fall due by themselves; where nothing is written, terms say it.
        if due is None or due < date or due.year - date.year > FAR or kind == "fee" or "name" in own.names:
            return None
        units = posting.units
        return Item(
            customer, units.currency, units.number, date, due, kind, number, 0, meta.get("settles"), entry, meta
        )
