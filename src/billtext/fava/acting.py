"""What a reader does from a form: register a payment, set money against a document, issue a draft.

Each is decided and written by what the command line uses, on a `Desk`: with its lock, its check of what would be wrong
afterwards, and all of it or nothing.
"""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from beancount.core.amount import CURRENCY_RE
from werkzeug.datastructures import MultiDict

from billtext import dates
from billtext.errors import Refused
from billtext.fava import asked, origin, typed
from billtext.ledger import write
from billtext.model import Date
from billtext.outside import archive, draft_files, issuing, paying, settling
from billtext.outside.desk import Desk
from billtext.rendering.language import Language
from billtext.rendering.pages import addresses
from billtext.rules.book import Book

OPTION = "fava-write"
WAIT = 20.0  # seconds for another billtext that is writing the same ledger
FAR = datetime.timedelta(days=7)  # from today on; what is dated later is asked about
YEAR = 366  # days
Form = MultiDict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done.

    :param page: that shows it, from the day on
    :param what: by which `rendering.pages.forms.told` finds it in the ledger
    """

    page: str
    what: str
    date: Date


def allowed(book: Book) -> bool:
    """Whether the ledger lets readers act from Fava."""
    return bool(book.register.options.of(OPTION))


def account(book: Book, customer: str) -> str:
    """The state of a customer's account: it is another one after each payment and allocation."""
    open_ = [(item.name, book.allocations.open(item, Date.max)) for item in book.items_of.get(customer, ())]
    return sha256(repr(open_).encode()).hexdigest()


def draft(root: Path, name: str, day: str) -> str:
    """The state of a draft: the text of its file, and the day, on which its amounts depend as well.

    :param day: that its reader has seen it for
    :raises Refused: there is no such draft
    """
    found, _ = draft_files.named(root, [name])[0]
    return sha256(f"{day}\n{found.text}".encode()).hexdigest()


def doubts(book: Book, kind: str, subject: str, form: Form, t: Language) -> dict[Date, str]:
    """The days of a form that are doubtful, each with what makes it so in a sentence.

    A payment is later than what it settles, and than the first that there is on the customer's account; what is
    issued was delivered within a year.
    """
    date, delivery = (typed.day(form.get(name, "")) for name in ("date", "delivery"))
    days = [day for day in (date, delivery if kind == "issue" else None) if day is not None]
    words = {day: t("{date} is more than a week ahead.") for day in days if day > asked.today() + FAR}
    if kind == "issue" and date is not None and delivery is not None and delivery < dates.before(date, YEAR):
        words[delivery] = t("{date} is more than a year before the document.")
    if kind == "pay" and date is not None and date not in words:
        mine = book.items_of.get(subject, ())
        settled = [item for item in mine if item.name in form.getlist("invoice")]
        if any(date < item.date for item in settled):
            words[date] = t("{date} is before what the payment settles.")
        elif mine and date < mine[0].date:
            words[date] = t("{date} is before anything on this customer's account.")
    return {day: word.format(date=t.date(day)) for day, word in words.items()}


def place(form: Mapping[str, str]) -> str:
    """The place of delivery of a form, in one line."""
    return write.clean(form.get("place", "")).replace("\n", " ")


def sure(form: Form, day: Date) -> bool:
    """Whether the reader has said that a doubtful day is meant."""
    return day.isoformat() in form.getlist("sure")


def act(kind: str, subject: str, top: Path, form: Form, t: Language) -> Done:
    """Do what a form says.

    :param kind: of the form, one of `KINDS`
    :param subject: the customer, or the draft
    :raises Refused: it cannot be done, or has been done; nothing is written then
    """
    with Desk(top, wait=WAIT) as desk:
        if not allowed(desk.book):
            raise Refused(t("The ledger does not let Fava write; it is still as it was."))
        issued = kind == "issue"
        state = draft(desk.root, subject, form.get("date", "")) if issued else account(desk.book, subject)
        if not origin.same(form.get("token", ""), str(desk.top), kind, subject, state):
            raise Refused(
                t("What this form is about has changed since it was opened. Look at it again before you send it.")
            )
        doubtful = [word for day, word in doubts(desk.book, kind, subject, form, t).items() if not sure(form, day)]
        if doubtful:
            raise Refused(" ".join([*doubtful, t("If that is meant, say so below.")]))
        return KINDS[kind](desk, subject, form, t)


def _pay(desk: Desk, customer: str, form: Form, t: Language) -> Done:
    till = paying.Till(desk)
    date = typed.date(form.get("date", ""), t)
    received = form.get("received", "").strip()
    text = write.clean(form.get("text", "")).replace("\n", " ")
    way = paying.Way(
        method=_one_of(form, "method", paying.METHODS[:3], t), text=text or None,
        received=typed.amount(received, t) if received else None,
    )  # fmt: skip
    receipt = paying.pay(
        till, typed.amount(form.get("amount", ""), t), date, way, customer=customer, invoices=form.getlist("invoice"),
        currency=_currency(form, t),
    )  # fmt: skip
    till.write(receipt.movement)
    desk.commit(about=[customer])
    return Done(page=addresses.customer(customer), what=receipt.movement.number, date=date)


def _allocate(desk: Desk, customer: str, form: Form, t: Language) -> Done:
    till = paying.Till(desk)
    date = typed.date(form.get("date", ""), t)
    amount = form.get("amount", "").strip()
    by, name = form.get("by", ""), form.get("name", "")
    if not by or not name:
        raise Refused(t("Choose the money, and what it is set against."))
    text, _, _ = settling.allocate(till, by, name, typed.amount(amount, t) if amount else None, date)
    till.append(date, text)
    desk.commit(about=[customer])
    return Done(page=addresses.customer(customer), what=f"{by} {name}", date=date)


def _issue(desk: Desk, name: str, form: Form, t: Language) -> Done:
    date = typed.date(form.get("date", ""), t)
    delivery = form.get("delivery", "").strip()

    def filing(issued: Sequence[issuing.Issued]) -> dict[str, Refused]:
        filed = archive.issued(desk, issued, date)
        why = "its e-invoice would not be right ({}); mend the draft, or issue it with `billtext issue` all the same"
        return {**{number: Refused(why.format(wrong)) for number, wrong in filed.wrong.items()}, **filed.refused}

    outcome = issuing.issue(
        desk, draft_files.named(desk.root, [name]), date, atomic=True, checked=True,
        delivery=typed.date(delivery, t) if delivery else None, place=place(form),
        file=filing,
    )  # fmt: skip
    if outcome.refused:
        _, reasons = outcome.refused[0]
        raise Refused(getattr(reasons[0], "message", str(reasons[0])))
    desk.commit(about=[one.prepared.customer for one in outcome.issued])
    number = outcome.issued[0].number
    return Done(page=addresses.document(number), what=number, date=date)


def _currency(form: Form, t: Language) -> str | None:
    """The currency, which is written as it is, so it must be one."""
    value = form.get("currency", "")
    if value and not re.fullmatch(CURRENCY_RE, value):
        raise Refused(t("{text} is no currency; write it as {example}").format(text=repr(value), example="NOK"))
    return value or None


def _one_of(form: Form, name: str, known: tuple[str, ...], t: Language) -> str:
    value = form.get(name, known[0])
    if value not in known:
        words = t("{key} is {value}; choose one of {known}")
        raise Refused(words.format(key=name, value=repr(value), known=", ".join(known)))
    return value


KINDS: Mapping[str, Callable[[Desk, str, Form, Language], Done]] = {
    "pay": _pay,
    "allocate": _allocate,
    "issue": _issue,
}
