"""Money in and out: decide from a ledger that is held, and append what was decided to its payments."""

import difflib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from billtext.errors import Refused
from billtext.ledger import write
from billtext.ledger.chart import Chart
from billtext.model import Date, Register
from billtext.money import ZERO, decimals, exact, plain, rounded
from billtext.outside.desk import Desk
from billtext.outside.issuing import rates
from billtext.rendering import money_text
from billtext.rules import claims, discounts, receipt_numbers, receipts, vouchers
from billtext.rules.book import Book
from billtext.rules.claims import Claim
from billtext.rules.movements import Movement
from billtext.rules.receipts import Receipt, Tender
from billtext.rules.vouchers import Voucher

METHODS = ("bank", "card", "cash", "voucher")


class Till:
    """What commands about money ask of a ledger that is held."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @property
    def book(self) -> Book:
        """The ledger with the rules applied."""
        return self.desk.book

    @property
    def register(self) -> Register:
        """Customers, bank accounts and options."""
        return self.desk.book.register

    @property
    def company(self) -> str:
        """The company's currency; empty where the ledger does not say."""
        return self.register.currency or ""

    @cached_property
    def chart(self) -> Chart:
        """The accounts."""
        return Chart(self.desk.loaded.entries)

    @cached_property
    def vouchers(self) -> dict[str, Voucher]:
        """Vouchers by code."""
        return vouchers.read(self.desk.loaded.entries, str(self.register.options.of("vouchers")))

    # --- who and how much ---------------------------------------------------------------------------------

    def customer(self, name: str) -> str:
        """An id that is in the register.

        :raises Refused: it is not
        """
        known = self.register.of("customer")
        if name in known:
            return name
        close = difflib.get_close_matches(name, list(known), 1)
        hint = f"; did you mean {close[0]}?" if close else "; `billtext customer list` shows them"
        raise Refused(f"customer {name} is not in the register{hint}")

    def payee(self, customer: str, date: Date) -> str:
        """How a transaction names a customer: a person and a guest by the id."""
        card = self.register.values("customer", customer, date)
        return customer if card.get("kind") in {"person", "guest"} else str(card.get("name") or customer)

    def amount(self, number: Decimal, currency: str, what: str = "the amount") -> Decimal:
        """An amount of money that is typed.

        :raises Refused: it is not above zero, or has more decimals than its currency
        """
        if number <= 0:
            raise Refused(f"{what} is {plain(number)} {currency}; it must be above zero")
        if rounded(number, currency) != number:
            count = decimals(currency)
            raise Refused(
                f"{what} is {plain(number)} {currency}, but {currency} has {count} decimals; write it with those"
            )
        return number

    def rate(self, currency: str, date: Date, given: Decimal | None = None) -> Decimal | None:
        """The rate from a currency to the company's on a day: given, or from the `price` directives.

        :raises Refused: none is known
        """
        if currency == self.company or not self.company:
            return None
        if given is not None and given <= 0:
            raise Refused(f"the rate is {plain(given)}; it must be above zero")
        found = given if given is not None else rates(self.desk.loaded.entries)(currency, self.company, date)
        if found is None:
            raise Refused(
                f"no rate from {currency} to {self.company} is known on {date}; give it with --rate, or add a "
                "`price` directive"
            )
        return found

    # --- where --------------------------------------------------------------------------------------------

    def receivable(self, customer: str, date: Date, owed: Iterable[Claim] = ()) -> str:
        """The account of a customer's claims; it is opened where the ledger has none."""
        account = f"{self.register.options.receivable}:{customer}"
        if self.chart.known(account):
            return self.chart.need(account, date)
        for claim in owed:
            return claim.account
        self.desk.append(self._home(customer), write.opening(date, account))
        return account

    def _home(self, customer: str) -> Path:
        record = self.register.get("customer", customer)
        name = None if record is None else record.versions[0].meta.get("filename")
        return (
            Path(str(name)) if name and Path(str(name)).is_file() else self.desk.path(f"customers/{customer}.beancount")
        )

    def bank(self, currency: str, date: Date) -> str:
        """The account of the company's bank account in a currency, or in its own where there is none.

        :raises Refused: the register has neither
        """
        found: dict[str, str] = {}
        for record in self.register.of("bank-account").values():
            values = record.at(date) or {}
            if values.get("account"):
                found.setdefault(str(values.get("currency") or self.company), str(values["account"]))
        account = found.get(currency) or found.get(self.company)
        if account is None:
            raise Refused(
                f"the register has no bank account in {currency} on {date}; name an account with --account, or add a "
                "`bank-account` with `account:`"
            )
        return account

    def place(self, method: str, currency: str, date: Date, account: str | None = None) -> tuple[str, str]:
        """The account on which money of a method stands, and in which currency.

        :raises Refused: there is no such account on the day, or it takes another currency
        """
        options = {"cash": "cash", "card": "card-clearing", "voucher": "vouchers"}
        option = options.get(method)
        if account is None:
            account = self.bank(currency, date) if option is None else str(self.register.options.of(option))
        self.chart.need(account, date, option)
        if self.chart.takes(account, currency):
            return account, currency
        if option is None and self.chart.takes(account, self.company):
            return account, self.company
        raise Refused(f"{account} does not take {currency}; name another account with --account")

    # --- writing ------------------------------------------------------------------------------------------

    def write(self, movement: Movement) -> str:
        """Append a movement to the payments of its year; return its text."""
        for leg in movement.legs:
            if self.chart.known(leg.account) or not leg.account.startswith(f"{self.register.options.receivable}:"):
                self.chart.need(leg.account, movement.date, self._option(leg.account))
        text = money_text.movement(movement, self.company)
        self.append(movement.date, text)
        return text

    def _option(self, account: str) -> str | None:
        from billtext.options import SETTINGS

        options = self.register.options
        return next((name for name in SETTINGS if options.of(name) == account), None)

    def append(self, date: Date, text: str) -> None:
        """Append text to the payments of a year."""
        year = f"{date.year:04}"
        head = f"; Receipts, refunds, write-offs and later allocations, {year}.\n"
        self.desk.append(f"payments/{year}.beancount", text, head=head)


def pay(
    till: Till, amount: Decimal, date: Date, *, customer: str | None = None, reference: str | None = None,
    invoices: Sequence[str] = (), currency: str | None = None, method: str = "bank", account: str | None = None,
    rate: Decimal | None = None, received: Decimal | None = None, fee: Decimal = ZERO, number: str | None = None,
    text: str | None = None, code: str | None = None,
) -> tuple[Receipt, str]:  # fmt: skip
    """Decide and append a receipt; return it and its currency.

    :param reference: KID or RF of the document that is paid
    :param invoices: numbers that are settled first
    :param received: what the bank made of the amount in the company's currency
    :param code: of the voucher that is redeemed
    :raises Refused: a name is not known, or the money cannot be written
    """
    book, register = till.book, till.register
    if customer is not None:
        till.customer(customer)
    named: list[Claim] = []
    if reference is not None:
        documents = claims.referred(book, reference)
        owner = customer or documents[0].customer
        if any(document.customer != owner for document in documents):
            raise Refused(
                f"the reference {reference} is of customer {documents[0].customer}, not of {owner}; give one of them"
            )
        customer = till.customer(owner)
        named += [c for d in documents if d.kind == "invoice" for c in claims.named(book, d.number, date, customer)]
    if customer is None:
        raise Refused("whose money is it? give the customer's id, or --reference")
    chosen = [claim for name in dict.fromkeys(invoices) for claim in claims.named(book, name, date, customer)]
    if chosen:
        named = sorted({claim.name: claim for claim in chosen}.values(), key=Claim.order)
    for name in invoices:
        if not any(claim.open for claim in chosen if name in (claim.name, claim.number)):
            raise Refused(f"nothing is open of {name}; leave --invoice out, and the money stands unapplied")
    card = register.values("customer", customer, date)
    known = claims.one_currency(named, currency)
    money = known or str(card.get("currency") or till.company)
    till.amount(amount, money)
    ordered = list(dict.fromkeys(named))
    if register.options.at("allocation", date) == "oldest":
        there = {claim.name for claim in ordered}
        ordered += [claim for claim in claims.owing(book, customer, money, date) if claim.name not in there]
    place, currency_there = till.place(method, money, date, account)
    if received is not None:
        till.amount(received, till.company, "what was received")
        if money == till.company:
            raise Refused(f"the amount is in {money} already; leave --received out")
        if account is None:
            place = till.bank(till.company, date)
        currency_there = till.company
    day_rate = None
    if money != till.company:
        day_rate = rate if rate is not None else received / amount if received is not None else None
        day_rate = till.rate(money, date, None if day_rate is None else day_rate)
        if received is not None and rate is None and day_rate is not None:
            day_rate = day_rate.quantize(Decimal("0.00000001"))
    if fee:
        till.amount(fee, currency_there, "the fee")
        if method != "card":
            raise Refused(
                f"a fee is of a card receipt, and the method is {method}; leave --fee out, or say --method card"
            )
        if fee >= amount:
            raise Refused(f"the fee of {exact(fee, currency_there)} is not below the amount; correct one of them")
    if code is not None:
        vouchers.redeem(till.vouchers, code, amount, money, date)
    offers = {c.name: o for c in ordered if c.open > 0 and (o := discounts.offer(book, c, date)) is not None}
    decided = receipts.plan(amount, ordered, offers, in_cash=method == "cash")
    if method == "cash" and not ordered:
        decided = receipts.unapplied(amount, money)
    if decided.rounding and register.options.rounding is None:
        raise Refused('cash is rounded, and the ledger has no account for it; add the option "rounding"')
    words = {"bank": "Bank giro" if money == till.company else "Bank transfer", "card": "Card", "cash": "Cash"}
    receipt = receipts.receive(
        book, decided,
        Tender(account=place, currency=currency_there, rate=day_rate, received=received, fee=fee,
               keys={} if code is None else {"voucher": code}),
        date=date, number=receipt_numbers.following(book, "payment", date, number), customer=customer,
        payee=till.payee(customer, date), currency=money, account=till.receivable(customer, date, ordered),
        method=method, narration=text or words.get(method) or f"Gift card {code}",
    )  # fmt: skip
    return receipt, money
