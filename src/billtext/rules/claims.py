"""Claims: what is open of a customer's items, as far as money may be set against it.

A claim below zero is owed to the customer: a credit note, or money that stands unapplied.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from billtext.errors import Refused
from billtext.model import DOCUMENTS, Date, Document, Item, postings
from billtext.money import exact
from billtext.rules.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is open of an item.

    :param open: what may still be settled: no later allocation is taken from it
    :param now: what is open on the day itself; it is more where a later allocation follows
    :param account: of its posting
    :param rate: from its currency to the company's when it arose; None where they are the same
    :param document: whose it is; None for money, and for a document that is only about to be issued
    """

    name: str
    number: str
    customer: str
    currency: str
    open: Decimal
    now: Decimal
    date: Date
    due: Date
    account: str
    rate: Decimal | None
    document: Document | None = None

    def order(self) -> tuple[Date, Date, str]:
        """Sort key: earliest due first."""
        return self.due, self.date, self.name


def of(book: Book, item: Item, date: Date) -> Claim:
    """An item as a claim on a day; one of a later day as it is on its own day."""
    day = max(date, item.date)
    later = {a.date for a in book.allocations.of.get(item, ()) if a.date > day}
    now = book.allocations.open(item, day)
    account, rate = _posting(item)
    return Claim(
        name=item.name, number=item.number, customer=item.customer, currency=item.currency, now=now,
        open=min([now, *(book.allocations.open(item, then) for then in later)], key=abs), date=item.date, due=item.due,
        account=account, rate=rate, document=book.ledger.documents.get(item.number) if item.kind in DOCUMENTS else None,
    )  # fmt: skip


def _posting(item: Item) -> tuple[str, Decimal | None]:
    for posting in postings(item.entry):
        if (posting.meta or item.entry.meta) is item.meta and posting.units.number == item.amount:
            return posting.account, None if posting.price is None else posting.price.number
    raise LookupError(item.name)


def named(book: Book, name: str, date: Date, customer: str | None = None) -> list[Claim]:
    """The items of a number, or the one of an instalment such as `2026-0012/2`, earliest due first.

    :param customer: whose it must be
    :raises Refused: the ledger has no such number, or it is somebody else's
    """
    found = [item for item in book.items if item.number and name in (item.number, item.name)]
    if not found:
        raise Refused(f"{name} is not in the ledger; `billtext open-items` shows what is open")
    own = [item for item in found if customer is None or item.customer == customer]
    if not own:
        raise Refused(f"{name} is of customer {found[0].customer}, not of {customer}; name one of this customer")
    return sorted((of(book, item, date) for item in own), key=Claim.order)


def referred(book: Book, reference: str) -> list[Document]:
    """The documents that have a payment reference, a KID or RF, in order.

    :raises Refused: none has it
    """
    wanted = reference.replace(" ", "")
    found = [d for d in book.documents if wanted in (d.entry.meta.get("kid"), d.entry.meta.get("reference"))]
    if not found:
        raise Refused(f"no document has the reference {reference}; give the customer, and --invoice if you know it")
    return found


def heir(book: Book, customer: str, date: Date) -> str:
    """Who has a customer's claims on a day: the one into whom he was merged, and so on, or himself."""
    seen = [customer]
    while True:
        into = book.register.values("customer", seen[-1], date).get("merged-into")
        if not isinstance(into, str) or into in seen:
            return seen[-1]
        seen.append(into)


def inherited(book: Book, document: Document, date: Date, customer: str) -> list[Claim]:
    """The claims of a document on a customer's account: under their own names, or those that a merge gave them."""
    if document.customer == customer:
        return named(book, document.number, date, customer)
    names = {document.number, *(item.name for item in document.items)}
    found: set[str] = set()
    while names - found:
        found |= names
        names = {str(i.meta["name"]) for i in book.items if i.settles in found and "name" in i.meta and i.date <= date}
    own = [i for i in book.items if i.customer == customer and i.settles is None and i.number in found]
    return sorted((of(book, item, date) for item in own), key=Claim.order)


def owing(book: Book, customer: str, currency: str, date: Date) -> list[Claim]:
    """What a customer owes on a day in a currency, earliest due first."""
    items = [i for i in book.items_of.get(customer, ()) if i.kind in DOCUMENTS and i.currency == currency]
    claims = [of(book, item, date) for item in items if item.date <= date and item.amount > 0]
    return sorted((claim for claim in claims if claim.open), key=Claim.order)


def one_currency(claims: Iterable[Claim], currency: str | None) -> str | None:
    """The currency of claims, which must be one, and the one that is asked for.

    :raises Refused: it is not
    """
    for claim in claims:
        currency = currency or claim.currency
        if claim.currency != currency:
            raise Refused(
                f"{claim.name} is in {claim.currency}, not in {currency}; give the amount in {claim.currency}, and "
                "what the bank made of it with --received"
            )
    return currency


def told(amount: Decimal, currency: str) -> str:
    """An amount in a sentence."""
    return f"{exact(amount, currency)} {currency}"
