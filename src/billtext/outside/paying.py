"""Money in and out: decide from a ledger that is held, and append what was decided to its payments."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from billtext.errors import Refused
from billtext.ledger import write
from billtext.ledger.chart import Chart
from billtext.model import Date, Register
from billtext.money import ZERO, cash_unit, decimals, plain, rounded
from billtext.outside.desk import Desk
from billtext.outside.issuing import rates
from billtext.rendering import money_text
from billtext.rules import claims, discounts, receipt_numbers, receipts, vouchers
from billtext.rules.book import Book
from billtext.rules.claims import Claim, told
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
        root = self.register.options.receivable
        if account == root or account.startswith(f"{root}:"):
            raise Refused(f"{account} holds claims on a customer, not money; name another account with --account")
        names = [str(self.desk.loaded.options.get(f"name_{kind}")) for kind in ("income", "expenses")]
        if account.partition(":")[0] in names:
            raise Refused(f"{account} holds no money; name an account of assets or liabilities with --account")
        if self.chart.takes(account, currency):
            return account, currency
        if option is None and self.chart.takes(account, self.company):
            return account, self.company
        raise Refused(f"{account} does not take {currency}; name another account with --account")

    # --- writing ------------------------------------------------------------------------------------------

    def write(self, movement: Movement) -> str:
        """Append a movement to the payments of its year; return its text."""
        text = self.text(movement)
        self.append(movement.date, text)
        return text

    def text(self, movement: Movement) -> str:
        """A movement as ledger text.

        :raises Refused: one of its accounts is not open on its day
        """
        for leg in movement.legs:
            if self.chart.known(leg.account) or not leg.account.startswith(f"{self.register.options.receivable}:"):
                self.chart.need(leg.account, movement.date, self._option(leg.account))
        return money_text.movement(movement, self.company)

    def _option(self, account: str) -> str | None:
        from billtext.options import SETTINGS

        options = self.register.options
        return next((name for name in SETTINGS if str(options.of(name)) == account), None)

    def append(self, date: Date, text: str) -> None:
        """Append text to the payments of a year."""
        year = f"{date.year:04}"
        head = f"; Receipts, refunds, write-offs and later allocations, {year}.\n"
        self.desk.append(f"payments/{year}.beancount", text, head=head)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How money came.

    :param account: where it is, if it is not where it would be
    :param rate: from its currency to the company's, if not by the `price` directives
    :param received: what the bank made of it in the company's currency
    :param fee: what the acquirer of a card payment kept
    :param code: of the voucher that is redeemed
    :param discount: whether a cash discount may be taken
    :param number: of the payment, if not the next one
    :param text: what the bank statement says
    """

    method: str = "bank"
    account: str | None = None
    rate: Decimal | None = None
    received: Decimal | None = None
    fee: Decimal = ZERO
    code: str | None = None
    discount: bool = True
    number: str | None = None
    text: str | None = None


def pay(
    till: Till, amount: Decimal, date: Date, way: Way, *, customer: str | None = None, reference: str | None = None,
    invoices: Sequence[str] = (), currency: str | None = None,
) -> Receipt:  # fmt: skip
    """Decide a receipt.

    :param reference: KID or RF of the document that is paid
    :param invoices: numbers that are settled first
    :raises Refused: a name is not known, or the money cannot be written
    """
    book, register = till.book, till.register
    if customer is not None:
        till.customer(customer)
    named: list[Claim] = []
    if reference is not None:
        documents = claims.referred(book, reference)
        owner = customer or claims.heir(book, documents[0].customer, date)
        if any(owner not in (d.customer, claims.heir(book, d.customer, date)) for d in documents):
            raise Refused(
                f"the reference {reference} is of customer {documents[0].customer}, not of {owner}; give one of them"
            )
        customer = till.customer(owner)
        named += [c for d in documents if d.kind == "invoice" for c in claims.inherited(book, d, date, customer)]
    if customer is None:
        raise Refused("whose money is it? give the customer's id, or --reference")
    chosen = [claim for name in dict.fromkeys(invoices) for claim in claims.named(book, name, date, customer)]
    if chosen:
        named = list({claim.name: claim for claim in chosen}.values())
    for name in invoices:
        if not any(claim.open for claim in chosen if name in (claim.name, claim.number)):
            raise Refused(f"nothing is open of {name}; leave --invoice out, and the money stands unapplied")
    card = register.values("customer", customer, date)
    known = claims.one_currency(named, currency)
    money = known or str(card.get("currency") or till.company)
    till.amount(amount, money)
    ordered = sorted(dict.fromkeys(named), key=Claim.order)
    if register.options.at("allocation", date) == "oldest":
        there = {claim.name for claim in ordered}
        ordered += [claim for claim in claims.owing(book, customer, money, date) if claim.name not in there]
    return take(till, amount, date, way, customer=customer, currency=money, claims=ordered)


_FAR = 2  # times a known rate: nobody's bank is that far off, but a slip of the pen is


def _likely(till: Till, rate: Decimal, amount: Decimal, currency: str, received: Decimal, date: Date) -> None:
    """Refuse what a bank cannot have made of foreign money, where the ledger knows a rate."""
    known = rates(till.desk.loaded.entries)(currency, till.company, date)
    if known is not None and not known / _FAR <= rate <= known * _FAR:
        raise Refused(
            f"{told(received, till.company)} for {told(amount, currency)} is a rate of {plain(rate)}, and the ledger "
            f"has {plain(known)}; correct --received, or say --rate {plain(rate)} if it is so"
        )


def take(
    till: Till, amount: Decimal, date: Date, way: Way, *, customer: str, currency: str, claims: Sequence[Claim]
) -> Receipt:
    """Decide how money is set against claims.

    :param claims: in the order in which they are settled
    :raises Refused: the money cannot be written
    """
    till.amount(amount, currency)
    place, there = till.place(way.method, currency, date, way.account)
    received, rate = way.received, way.rate
    if received is not None:
        till.amount(received, till.company, "what was received")
        if currency == till.company:
            raise Refused(f"the amount is in {currency} already; leave --received out")
        place, there = place if way.account else till.bank(till.company, date), till.company
        if rate is None:
            rate = (received / amount).quantize(Decimal("0.00000001"))
            _likely(till, rate, amount, currency, received, date)
    if way.fee:
        till.amount(way.fee, there, "the fee")
        if way.method != "card":
            raise Refused(f"a fee is of card receipts, and the method is {way.method}; leave --fee out")
        if way.fee >= amount:
            raise Refused(f"the fee of {told(way.fee, there)} is not below the amount; correct one of them")
    if way.code is not None:
        vouchers.redeem(till.vouchers, way.code, amount, currency, date)
    found = [(c.name, discounts.offer(till.book, c, date)) for c in claims if c.open > 0 and way.discount]
    offers = {name: offer for name, offer in found if offer is not None}
    in_cash = way.method == "cash"
    plan = (
        receipts.plan(amount, claims, offers, in_cash=in_cash)
        if claims or not in_cash
        else receipts.unapplied(amount, currency)
    )
    if not plan.money:
        raise Refused(
            f"{told(amount, currency)} cannot be paid in cash; the smallest is {cash_unit(currency)} {currency}"
        )
    if plan.rounding and till.register.options.rounding is None:
        raise Refused('cash is rounded, and the ledger has no account for it; add the option "rounding"')
    words = {"bank": "Bank giro" if currency == till.company else "Bank transfer", "card": "Card", "cash": "Cash"}
    return receipts.receive(
        till.book, plan,
        Tender(account=place, currency=there, rate=till.rate(currency, date, rate), received=received, fee=way.fee,
               keys={} if way.code is None else {"voucher": way.code}),
        date=date, number=receipt_numbers.following(till.book, "payment", date, way.number), customer=customer,
        payee=till.payee(customer, date), currency=currency, account=till.receivable(customer, date, claims),
        method=way.method, narration=way.text or words.get(way.method) or f"Gift card {way.code}",
    )  # fmt: skip
