"""What was sent and what waits: each document's way to its customer, from the deliveries that the ledger tells. Pure.

    2026-11-25 custom "delivery" "2026-0076"
      channel: "email"
      time: "2026-11-25T10:15:00+01:00"
      outcome: "sent"
      sha256: "…"

The last delivery of a document says where it stands. One without any waits; so does one whose last delivery says
`waiting`, after an attempt that came to nothing (see `attempts`) or because a person said so. Where a document goes is
read from the register as it stands today: it is where the customer is to be reached now.
"""

import datetime
import hashlib
import hmac
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from billtext import dates
from billtext.model import IMPORTED, Date, Delivery, Document, Ledger, Register
from billtext.rules import attempts, parties, statements
from billtext.rules.attempts import WAITING
from billtext.rules.book import Book

# States besides the outcomes of deliveries: nobody wants it sent, and issued too long ago to be sent by itself.
NONE, OLD = "none", "old"
UNSENT = frozenset({WAITING, "doubtful", "failed", "bounced"})
STATES = ("waiting", "doubtful", "failed", "bounced", "sent", "delivered", "cancelled", NONE, OLD)
_DIGITS = 32
_PLACE = ("address", "address-2", "address-3", "postal-code", "city")
_PLACE_OF_ITS_OWN = frozenset(f"buyer-{key}" for key in _PLACE)  # of a document
_ATTACHED = {"pdf": ("pdf",), "pdf+xml": ("pdf", "ubl"), "facturx": ("facturx",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A document, or the statement of a month, with the way that it goes.

    :param number: of the document; the customer's id for a statement
    :param statement: month of a statement, such as `2026-10`; else empty
    :param channel: one of `CHANNELS`, or `none`
    :param email: where a mail goes, or empty
    :param name: of whom the mail is for
    :param attach: what goes with a mail: `pdf`, `pdf+xml` or `facturx`
    :param problem: why it cannot go that way, or empty
    """

    number: str
    customer: str
    date: Date
    statement: str = ""
    channel: str = NONE
    email: str = ""
    name: str = ""
    attach: str = "pdf"
    problem: str = ""

    @property
    def title(self) -> str:
        """By what commands call it: the document's number, or `C00017/2026-10` for a statement."""
        return f"{self.number}/{self.statement}" if self.statement else self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Where a parcel stands; `last` is its last delivery, or None.

    :param attempts: how often in a row it could not be sent
    """

    parcel: Parcel
    state: str
    last: Delivery | None
    attempts: int = 0

    @property
    def channel(self) -> str:
        """By which it went, or will go."""
        sent = self.last is not None and self.state not in {WAITING, NONE, OLD}
        return (self.last.channel if sent and self.last else "") or self.parcel.channel

    @property
    def reason(self) -> str:
        """Why it cannot go where it waits, else what its last delivery says; or empty."""
        if self.state == WAITING and self.parcel.problem:
            return self.parcel.problem
        return self.last.reason if self.last is not None else ""


# --- the way of a document --------------------------------------------------------------------------------


def address(register: Register, customer: str, today: Date) -> tuple[str, str]:
    """Name and e-mail address of whom a customer's mail is for: the contact `billing`, else the customer."""
    card = register.values("customer", customer, today)
    contact = register.get("contact", f"{customer} billing")
    person = (contact.at(today) if contact else None) or {}
    email = _text(person, "email")
    if email:
        return _text(person, "name") or _text(card, "name"), email
    return _text(card, "name"), _text(card, "email")


def parcel(book: Book, document: Document, today: Date) -> Parcel:
    """A document with its way as of today."""
    own = not _PLACE_OF_ITS_OWN.isdisjoint(document.entry.meta)
    return _parcel(book.register, document.number, document.customer, document.date, "", today, addressed=own)


def statement(book: Book, customer: str, month: str, today: Date) -> Parcel:
    """The statement of a customer for a month. It has no e-invoice: it goes by mail instead, else by post."""
    _, end = dates.month(month)
    return _parcel(book.register, customer, customer, end, month, today)


def of_month(book: Book, month: str, today: Date) -> list[Parcel]:
    """The statements of a month that have something to say."""
    start, end = dates.month(month)
    return [
        statement(book, customer, month, today)
        for customer in book.items_of
        if customer in book.register.of("customer") and not statements.report(book, customer, start, end).empty
    ]


def named(book: Book, title: str, today: Date) -> Parcel | None:
    """The parcel of a title: a document's number, or `C00017/2026-10` for a statement; None where there is none."""
    document = book.ledger.documents.get(title)
    if document is not None:
        return parcel(book, document, today)
    customer, _, month = title.rpartition("/")
    if book.register.get("customer", customer) is None:
        return None
    try:
        return statement(book, customer, month, today)
    except ValueError:
        return None


def unknown(book: Book, title: str, shows: str) -> str:
    """What is to be said of a title that no parcel has.

    :param shows: the command that lists those that there are
    """
    customer, _, month = title.partition("/")
    if book.register.get("customer", customer) is None:
        return f"there is no document {title}; `{shows}` shows them"
    why = f"{month} is no month" if month else f"{customer} is a customer"
    return f"{why}; name a statement by customer and month, as {customer}/2026-10, or a document by its number"


def way(register: Register, number: str, customer: str, date: Date) -> Parcel:
    """A document of a number, to a customer, with its way as of its day."""
    return _parcel(register, number, customer, date, "", date)


def _parcel(
    register: Register, number: str, customer: str, date: Date, month: str, today: Date, *, addressed: bool = False
) -> Parcel:
    """A parcel.

    :param addressed: the document itself says where its customer lives
    """
    card = register.values("customer", customer, today)
    name, email = address(register, customer, today)
    channel = _text(card, "channel") or ("email" if email else "print")
    if month and channel == "ehf":
        channel = "email" if email else "print"
    problem = ""
    if channel == "email" and not email:
        problem = f"no e-mail address of {customer} is in the register"
    elif channel == "print" and not (addressed or _text(card, "channel") or any(_text(card, key) for key in _PLACE)):
        problem = f"no address of {customer} is in the register, neither for mail nor for paper"
    elif channel == "ehf" and not _text(card, "endpoint"):
        problem = f"{customer} has no `endpoint:` in the register, which an e-invoice is sent to"
    elif channel == "ehf" and parties.seller(register, today).endpoint is None:
        problem = "the company has no `endpoint:` in the register, which an e-invoice is sent from"
    return Parcel(
        number=number, customer=customer, date=date, statement=month, channel=channel, email=email, name=name,
        attach=_text(card, "attach") or str(register.options.at("attach", today)), problem=problem,
    )  # fmt: skip


def _text(values: Mapping[str, object], key: str) -> str:
    found = values.get(key)
    return found if isinstance(found, str) else ""


def forms(parcel: Parcel) -> tuple[str, ...]:
    """The forms in which its customer gets a parcel: what a mail has with it, an e-invoice, pages, or paper."""
    if parcel.channel == "email":
        return ("pdf",) if parcel.statement else _ATTACHED[parcel.attach]
    return {"ehf": ("ubl",), "portal": ("html",), "print": ("pdf",)}.get(parcel.channel, ())


# --- where it stands --------------------------------------------------------------------------------------


class Log:
    """Deliveries by document or statement, each in order: the ledger's, then those that are not written there yet.

    :param until: the last day that counts, for a report; what is sent looks at all of them
    """

    def __init__(self, ledger: Ledger, more: Iterable[Delivery] = (), *, until: Date = datetime.date.max) -> None:
        self.all: dict[tuple[str, str], list[Delivery]] = {}
        for delivery in (each for each in (*ledger.deliveries, *more) if each.date <= until):
            _add(self.all.setdefault((delivery.number, delivery.statement), []), delivery)

    def of(self, parcel: Parcel) -> Sequence[Delivery]:
        """The deliveries of a parcel."""
        return self.all.get((parcel.number, parcel.statement), ())

    def day(self, number: str, month: str, today: Date) -> Date:
        """The day of what is told of a document today: none before the last, which says where it stands.

        A clock that went back would else hide what was sent behind an attempt of tomorrow, and it would go twice.

        :param month: of a statement, else empty
        """
        return max([today, *(each.date for each in self.all.get((number, month), ())[-1:])])

    def turn(self, parcel: Parcel) -> int:
        """How often it has gone to its customer: another turn is another message to those who look for doubles."""
        return sum(delivery.outcome == "sent" for delivery in self.of(parcel))

    def with_message(self, message: str) -> Delivery | None:
        """The last delivery with a message's hash."""
        found = [d for all_ in self.all.values() for d in all_ if d.message and d.message == message]
        return found[-1] if found else None


def _add(found: list[Delivery], one: Delivery) -> None:
    """Put the next delivery of a document behind those before it.

    An attempt that came to nothing goes before what was sent later that day, though the ledger tells it afterwards, as
    where the work of two machines was put together: it would go twice.
    """
    place = len(found)
    if one.outcome == WAITING and one.reason and found:
        while place and found[place - 1].date == one.date and attempts.before(one, found[place - 1]):
            place -= 1
    found.insert(place, one)


def state(log: Log, parcel: Parcel, oldest: Date) -> State:
    """Where a parcel stands.

    :param oldest: the first day of which a document is sent by itself
    """
    found = log.of(parcel)
    last = found[-1] if found else None
    if last is not None and last.outcome != WAITING:
        return State(parcel=parcel, state=last.outcome, last=last)
    if parcel.channel == NONE:
        return State(parcel=parcel, state=NONE, last=last)
    name = OLD if last is None and parcel.date < oldest else WAITING
    return State(parcel=parcel, state=name, last=last, attempts=len(attempts.failed(found)))


def since(register: Register, today: Date) -> Date:
    """The first day of which a document is sent by itself: the option `send-days` before today."""
    return today - datetime.timedelta(days=int(register.options.at("send-days", today)))


def states(book: Book, today: Date, oldest: Date, more: Iterable[Delivery] = ()) -> list[State]:
    """Where all documents stand that are issued by a day, and the statements that were sent by then, as of that day.

    :param more: deliveries that the ledger does not tell yet
    """
    log = Log(book.ledger, more, until=today)
    found = [state(log, parcel(book, document, today), oldest) for document in book.documents if document.date <= today]
    return found + [state(log, each, oldest) for each in tried(book, log, today)]


def tried(book: Book, log: Log, today: Date) -> list[Parcel]:
    """The statements that were ever sent, or were to be."""
    known = book.register.of("customer")
    months = sorted((month, number) for number, month in log.all if month and number in known)
    return [statement(book, number, month, today) for month, number in months]


def unsent(book: Book, as_of: Date) -> list[State]:
    """What should have reached its customer by a day and has not: what waits, and what went wrong.

    Nothing in a ledger that tells of no delivery until then: its documents go another way.
    """
    log = Log(book.ledger, until=as_of)
    if all(each.channel == IMPORTED for found in log.all.values() for each in found):
        return []
    oldest = since(book.register, as_of)
    documents = book.documents
    first = bisect_left(documents, oldest, key=_date)
    titles = {(document.number, "") for document in documents[first : bisect_right(documents, as_of, key=_date)]}
    titles |= {title for title, found in log.all.items() if found[-1].outcome in UNSENT}
    parcels = [named(book, f"{number}/{month}" if month else number, as_of) for number, month in titles]
    found = [
        state(log, each, oldest) for each in parcels if each is not None and (each.statement or each.date <= as_of)
    ]
    return sorted(
        (each for each in found if each.state in UNSENT), key=lambda each: (each.parcel.date, each.parcel.title)
    )


def _date(document: Document) -> Date:
    return document.date


def fingerprint(secret: bytes, parcel: Parcel, recipient: str, turn: int = 0) -> str:
    """What stands in the Message-ID of a mail: the same for one document and recipient, and telling neither.

    :param secret: the office's own; without it nobody can try addresses until one fits
    :param turn: 0, and one more each time that a document is sent anew on purpose
    """
    text = "\0".join((parcel.title, recipient.lower(), str(turn)))
    return hmac.new(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:_DIGITS]
