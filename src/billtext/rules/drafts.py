"""What a draft will become: every amount, VAT, due date and text that it leaves out, worked out to the cent.

A draft says what only its writer knows. Texts, units, prices, VAT codes and terms come from the register as it stands
on the document's date; amounts follow the rules of `billtext.rules.vat` and `billtext.rules.prices`.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount
from beancount.core.data import Posting

from billtext import dates
from billtext.errors import (
    DraftCustomerError,
    DraftEmptyError,
    DraftLineError,
    DraftRateError,
    DraftSumError,
    LedgerError,
    RegisterUnknownError,
)
from billtext.ids import is_country
from billtext.ledger import tax_point
from billtext.ledger.accounts import Receivables
from billtext.ledger.register import values_of
from billtext.ledger.schema import ADJUSTS, DRAFT, DRAFT_POSTING, faults, written
from billtext.model import Date, Document, Draft, Register
from billtext.money import CONTEXT, HUNDRED, ZERO, exact, plain, rounded
from billtext.rules import supply, vat
from billtext.rules.draft_vat import taxed
from billtext.rules.prepared import Line, Prepared, Rates

ONE = Decimal(1)


def prepare(
    draft: Draft, register: Register, rates: Rates, date: Date, delivery: Date | None = None, place: str = "",
    *, corrected: Mapping[str, Document],
) -> tuple[Prepared | None, list[LedgerError]]:  # fmt: skip
    """Work out what a draft becomes when it is issued on a day.

    :param corrected: by number the documents whose invoices a credit note may correct, such as `Ledger.documents`
    :param delivery: day of delivery, for a draft that does not say it
    :param place: of delivery, in the words of who issues it, for a draft that names none
    :return: None if an error stands in the way, and the errors
    """
    work = _Preparing(draft, register, rates, date, corrected)
    work.taxed(delivery)
    prepared = work.document()
    if prepared is None or work.errors:
        return None, work.errors
    where = supply.place(place)
    if where and not supply.placed(prepared):  # an e-invoice has the country of its place of delivery (BR-57)
        home, named = register.company(date).get("country"), where.get("delivery-country")
        at_home = register.values("customer", prepared.customer, date).get("country") in {None, home}
        country = named or prepared.keys.get("delivery-country") or (home if at_home else None)
        if (home or named) and (country is None or not is_country(str(country))):
            seen = f"the place of delivery {place!r} is in no country that is known"
            remedy = "write the country after it as two letters, such as --place PLACE with `, NO` at its end"
            return None, [DraftCustomerError.at(draft.entry.meta, draft.entry, why=seen, remedy=remedy)]
        where |= {"delivery-country": str(country)} if country else {}
    return supply.supplied(prepared, delivery, where), []


# Keys of a draft that its document does not have, or has in another form.
_USED = {"invoice", "credit-note", "customer", "due", "prices", "currency", "rate", "discount", "series"}
# What a credit note is called by as its invoice, unless it says otherwise.
_SHARED = ("order", "buyer-reference", "contract")
_LINE_USED = {"item", "text", "quantity", "unit", "price", "vat", "share", "days"}


class _Preparing:
    """The work on one draft; what is wrong is collected, and the rest still looked at."""

    def __init__(
        self, draft: Draft, register: Register, rates: Rates, date: Date, corrected: Mapping[str, Document]
    ) -> None:
        self.draft, self.register, self.rates, self.date = draft, register, rates, date
        self.entry, self.meta = draft.entry, draft.entry.meta
        self.tax_point = date
        found = corrected.get(str(self.meta.get("corrects")))
        self.invoice = found if found is not None and found.kind == "invoice" else None
        self.errors: list[LedgerError] = []
        self.errors += faults(values_of(self.meta), DRAFT, self.meta, self.entry).values()
        for posting in self.entry.postings:
            meta = _meta(posting)
            self.errors += faults(values_of(meta), DRAFT_POSTING, meta, self.entry).values()
        terms = self.meta.get("terms")
        if isinstance(terms, str) and register.get("terms", terms) is None:
            self.errors.append(
                RegisterUnknownError.at(self.meta, self.entry, key="terms", value=terms, date=date, directive="terms")
            )
        self._customer_of = Receivables(register)
        self._receivable = [p for p in self.entry.postings if self._customer_of[p.account] is not None]

    def taxed(self, delivery: Date | None) -> None:
        """Find the tax point, by what the draft says of its delivery or will say of it.

        :param delivery: day of delivery, for a draft that does not say it
        """
        lines = [_meta(posting) for posting in self._lines()]
        when = supply.dated(self.meta, lines, delivery) if self.draft.kind == "invoice" else {}
        self.tax_point = tax_point.of({**self.meta, **when}, self.date, self.register, self._billed)

    def _billed(self, _: str) -> Date | None:
        """The tax point of the invoice that a credit note corrects."""
        return self.invoice.tax_point if self.invoice else None

    def document(self) -> Prepared | None:
        """The document, as far as it can be worked out."""
        if self.errors:
            return None
        customer = self._customer()
        if customer is None:
            return None
        card = self.register.values("customer", customer, self.date)
        currency = self._currency(card)
        rate = self._rate(currency)
        lines, vats, rounding, own = self._amounts(card, currency)
        if not lines and not self.errors:
            self.errors.append(DraftEmptyError.at(self.meta, self.entry, narration=written(self.entry.narration or "")))
        if self.errors:
            return None
        gross = sum((line.net for line in lines), ZERO) + sum((amount for _, _, amount in vats), ZERO) + rounding
        if gross < 0:
            remedy = "make it a credit note" if self.draft.kind == "invoice" else "make it an invoice"
            amount = f"{exact(gross, currency)} {currency}"
            self.errors.append(
                DraftSumError.at(self.meta, self.entry, why=f"the draft comes to {amount}", remedy=remedy)
            )
        keys = {key: value for key, value in values_of(self.meta).items() if key not in _USED}
        if self.invoice is not None:
            said = self.invoice.entry.meta
            keys |= {key: said[key] for key in _SHARED if key not in keys and said.get(key) is not None}
        instalments = self._instalments(card, currency, gross)
        if self.errors:
            return None
        name = str(card.get("name") or customer)
        return Prepared(
            draft=self.draft, date=self.date, customer=customer, currency=currency, rate=rate,
            payee=customer if card.get("kind") in {"person", "guest"} else name,
            lines=tuple(lines), vats=tuple(vats), rounding=rounding, rounded=own, instalments=tuple(instalments),
            keys=keys, tax_point=self.tax_point,
        )  # fmt: skip

    # --- customer, currency, rate -------------------------------------------------------------------------

    def _customer(self) -> str | None:
        named = self.meta.get("customer") or next(
            (owner for owner in (self._customer_of[p.account] for p in self._receivable) if owner), None
        )
        if named is None:
            self._refuse_customer("the draft names no customer", 'add `customer: "…"` with an id of the register')
            return None
        record = self.register.get("customer", named)
        if record is None:
            self._refuse_customer(f"customer {named} is not in the register", "correct the id, or add the customer")
            return None
        card = record.at(self.date)
        if card is None:
            why = f"customer {named} is in the register from {record.first} on, and the draft is issued on {self.date}"
            self._refuse_customer(why, "issue it later, or correct the date of the `customer` directive")
        elif card.get("closed") is True:
            remedy = f"open it again with `billtext customer reopen {named}`"
            remedy += ", or bill another" if self.draft.kind == "invoice" else ""
            self._refuse_customer(f"customer {named} is closed", remedy)
        elif card.get("hold") is True and self.draft.kind == "invoice":
            self._refuse_customer(f"customer {named} is on hold", "wait, or lift it with `hold: FALSE`")
        else:
            return str(named)
        return None

    def _refuse_customer(self, why: str, remedy: str) -> None:
        self.errors.append(DraftCustomerError.at(self.meta, self.entry, why=why, remedy=remedy))

    def _currency(self, card: Mapping[str, Any]) -> str:
        said = self.meta.get("currency")
        if said is None:
            amounts = [_meta(p).get("price") for p in self.entry.postings] + [p.units for p in self.entry.postings]
            said = next((a.currency for a in amounts if isinstance(a, Amount) and isinstance(a.currency, str)), None)
        return str(said or card.get("currency") or self.register.currency or "")

    def _rate(self, currency: str) -> Decimal | None:
        company = self.register.currency
        if company is None or currency == company:
            return None
        rate: Decimal | None = self.meta.get("rate") or self.rates(currency, company, self.date)
        if rate is None:
            error = DraftRateError.at(self.meta, self.entry, currency=currency, company=company, date=self.date)
            self.errors.append(error)
        return rate

    # --- lines and VAT ------------------------------------------------------------------------------------

    def _lines(self) -> list[Posting]:
        """The postings that are lines: not to a customer, the rounding or, without an item, the account of a code."""
        accounts = {v.values.get("account") for c in self.register.of("vat").values() for v in c.versions} - {None}
        return [
            posting for posting in self.entry.postings
            if self._customer_of[posting.account] is None
            and posting.account != self.register.options.rounding
            and not (posting.account in accounts and _meta(posting).get("item") is None)
        ]  # fmt: skip

    def _amounts(
        self, card: Mapping[str, Any], currency: str
    ) -> tuple[list[Line], list[tuple[str, str, Decimal]], Decimal, Decimal]:
        known = [self._line(posting, card, currency) for posting in self._lines()]
        if self.errors:
            return [], [], ZERO, ZERO
        turn = -1 if self.draft.kind == "invoice" else 1
        given = [
            turn * posting.units.number
            for posting in self.entry.postings
            if posting.account == self.register.options.rounding
            and isinstance(posting.units, Amount)
            and isinstance(posting.units.number, Decimal)
        ]
        lines = [line for line in known if line is not None]
        lines += self._discount(lines)
        share = vat.discounted(self.register, self._customer() or "", self.meta.get("terms"), self.date)
        named = sum((line.net for line in lines), ZERO)
        lines, vats, left = taxed(lines, self.register, self.tax_point, currency, share)
        if left and self.register.options.rounding is None:
            why = f"no net and VAT add up to {exact(named, currency)} {currency}"
            remedy = 'name an account for the difference with the option "rounding", or change a price'
            self._sum(self.meta, why, remedy)
        own = sum(given, ZERO)
        return lines, vats, left + own, own

    def _line(self, posting: Posting, card: Mapping[str, Any], currency: str) -> Line | None:
        meta = _meta(posting)
        item = {}
        if meta.get("item") is not None:
            record = self.register.get("item", meta["item"])
            if record is None or record.at(self.date) is None:
                self.errors.append(RegisterUnknownError.at(
                    meta, self.entry, key="item", value=meta["item"], date=self.date, directive="item"
                ))  # fmt: skip
                return None
            item = dict(record.at(self.date) or {})
        code = meta.get("vat") or card.get("vat") or item.get("vat")
        if code is not None and self.register.vat(code, self.tax_point) is None:
            self.errors.append(
                RegisterUnknownError.at(meta, self.entry, key="vat", value=code, date=self.tax_point, directive="vat")
            )
            return None
        text = meta.get("text")
        keys: dict[str, Any] = {
            "item": meta.get("item"), "text": text if text and not str(text).isspace() else item.get("text") or None,
            "unit": meta.get("unit") or item.get("unit"), "price-per": meta.get("price-per") or item.get("price-per"),
        }  # fmt: skip
        keys.update({k: v for k, v in values_of(meta).items() if k not in _LINE_USED and k not in keys})
        quantity: Decimal | None = meta.get("quantity")
        if quantity is not None and quantity < 0:
            self._refuse(meta, f"the quantity is {plain(quantity)}", "write it positive; credit with a credit note")
            return None
        if quantity == 0:
            self._refuse(meta, "the quantity is 0, so there is nothing to bill", "correct it, or take the line out")
            return None
        price = meta.get("price") or item.get("price")
        if price is not None and price.currency != currency:
            if meta.get("price") is None and posting.units is not None and isinstance(posting.units, Amount):
                price = None
            else:
                what = f"the price of {meta.get('item', 'the line')} is in {price.currency}, the draft in {currency}"
                self._refuse(meta, what, f"give `price:` in {currency}")
                return None
        net = self._net(posting, meta, keys, quantity, price, currency)
        if net is None:
            return None
        line = Line(
            account=posting.account, net=net, vat=code,
            quantity=ONE if quantity is None and price is not None else quantity,
            price=None if price is None else price.number, keys=keys,
        )  # fmt: skip
        with_vat = self.meta.get("prices") == "gross" and (price is None or meta.get("price") is not None)
        return replace(line, given=line) if with_vat else line

    def _net(self, posting: Posting, meta: Mapping[str, Any], keys: Mapping[str, Any], quantity: Decimal | None,
             price: Amount | None, currency: str) -> Decimal | None:  # fmt: skip
        """What a line comes to, positive where it adds to the document, with VAT where its price has it."""
        units = posting.units if isinstance(posting.units, Amount) else None
        given = None if units is None or not isinstance(units.number, Decimal) else units.number
        if given is not None and units is not None and units.currency != currency:
            self._refuse(meta, f"the amount is in {units.currency}, the draft in {currency}", "give it in one currency")
            return None
        sign = -1 if self.draft.kind == "invoice" else 1
        if price is None or price.number is None:
            if given is None:
                self._refuse(meta, "the line has neither a price nor an amount", "add `price:`, `item:` or an amount")
                return None
            if quantity is not None:
                self._refuse(meta, "the line has a quantity, but no price", "add `price:`, or leave the quantity out")
                return None
            if rounded(given, currency) != given:
                self._refuse(
                    meta,
                    f"{plain(given)} {currency} has too many decimals",
                    f"write {exact(rounded(given, currency), currency)}",
                )
                return None
            return sign * given
        for key in ADJUSTS:
            amount = keys.get(key)
            if amount is not None and amount.currency != currency:
                what = "the discount" if key == "discount-amount" else f"`{key}`"
                self._refuse(meta, f"{what} is in {amount.currency}, the draft in {currency}", f"give it in {currency}")
                return None
        off, on = vat.adjusted(keys)
        net = vat.net(
            ONE if quantity is None else quantity, price.number, currency, price_per=keys.get("price-per") or ONE,
            discount=keys.get("discount") or ZERO, discount_amount=off, charge_amount=on,
        )  # fmt: skip
        if keys.get("allowance") is not None:
            net = -net
        if given is not None and sign * given != net:
            what = (
                f"the amount is {plain(given)}, but quantity, price and discount come to {exact(sign * net, currency)}"
            )
            self._refuse(meta, what, "leave the amount out, or correct one of them")
            return None
        return net

    def _refuse(self, meta: Mapping[str, Any], why: str, remedy: str) -> None:
        self.errors.append(DraftLineError.at(meta, self.entry, why=why, remedy=remedy))

    def _discount(self, lines: list[Line]) -> Iterable[Line]:
        """The discount on the whole document, on the account of its first line: an allowance for each VAT code.

        A deposit that is taken off was paid before, and makes nothing cheaper. Lines with VAT in their prices have one
        of their own, which has VAT in it too.
        """
        percent = self.meta.get("discount")
        if not percent or not lines:
            return
        currency = self._currency(self.register.values("customer", self._customer() or "", self.date))
        lines = [line for line in lines if not line.keys.get("deducts")]
        for code, with_vat in dict.fromkeys((line.vat, line.given is not None) for line in lines):
            same = [line for line in lines if line.vat == code and (line.given is not None) is with_vat]
            amount = rounded(CONTEXT.multiply(sum((line.net for line in same), ZERO), percent / HUNDRED), currency)
            if amount:
                text = f"{plain(percent)} %"
                line = Line(
                    account=same[0].account, net=-amount, vat=code, quantity=ONE, price=amount,
                    keys={"text": text, "allowance": text},
                )  # fmt: skip
                yield replace(line, given=line) if with_vat else line

    # --- what is due, and when ----------------------------------------------------------------------------

    def _instalments(self, card: Mapping[str, Any], currency: str, gross: Decimal) -> list[tuple[Date, Decimal]]:
        if self.draft.kind == "credit-note":
            return [(self.date, gross)]
        if len(self._receivable) < 2:
            meta = _meta(self._receivable[0]) if self._receivable else {}
            return [(self._due(card, meta), gross)]
        found: list[tuple[Date, Decimal]] = []
        left = gross
        for n, posting in enumerate(self._receivable, 1):
            meta = _meta(posting)
            units = posting.units if isinstance(posting.units, Amount) else None
            if units is not None and isinstance(units.number, Decimal):
                amount = units.number
            elif meta.get("share") is not None:
                amount = rounded(CONTEXT.multiply(gross, meta["share"] / HUNDRED), currency)
                if n == len(self._receivable) and sum(_meta(p).get("share", 0) for p in self._receivable) == HUNDRED:
                    amount = left
            elif n == len(self._receivable):
                amount = left
            else:
                self._sum(meta, f"instalment {n} has neither an amount nor a share", "add `share:` in percent")
                return []
            left -= amount
            found.append((self._due(card, meta), amount))
        if left:
            total, there = exact(gross, currency), exact(gross - left, currency)
            self._sum(
                self.meta, f"the instalments are {there} of {total} {currency}", "leave the last one's amount out"
            )
        return found

    def _sum(self, meta: Mapping[str, Any], why: str, remedy: str) -> None:
        self.errors.append(DraftSumError.at(meta, self.entry, why=why, remedy=remedy))

    def _due(self, card: Mapping[str, Any], meta: Mapping[str, Any]) -> Date:
        for known in (meta, self.meta):
            due = known.get("due")
            if isinstance(due, datetime.date):
                if due < self.date:
                    self._sum(known, f"it is due {due}, before its date {self.date}", "correct or leave out `due:`")
                return due
        if meta.get("days") is not None:
            return dates.after(self.date, int(meta["days"]))
        name = self.meta.get("terms") or card.get("terms")
        terms = self.register.values("terms", name, self.date) if isinstance(name, str) else {}
        days = terms.get("days")
        if not isinstance(days, Decimal):
            return self.date
        return dates.after(self.date, int(days), end_of_month=terms.get("end-of-month") is True)


def _meta(posting: Posting) -> Mapping[str, Any]:
    return posting.meta or {}
