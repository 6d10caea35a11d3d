"""Send documents by their channels, and tell what became of each.

Before anything goes out its intent is on disk, afterwards its outcome: see `outbox`. What cannot be made or is wrong is
told and keeps waiting; it is no attempt, and the ledger hears nothing of it.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

from billtext import dates
from billtext.errors import Refused
from billtext.model import DOCUMENTS, Delivery, Filed
from billtext.money import exact
from billtext.outside import (
    archive,
    einvoice_outbox,
    files,
    forms,
    mail,
    mail_outbox,
    mail_words,
    portal,
    print_outbox,
    right_forms,
)  # fmt: skip
from billtext.outside.forms import Made
from billtext.outside.mail import Post
from billtext.outside.outbox import Outbox, own, secret
from billtext.rendering import mail_message
from billtext.rules import deliveries, filing, statements
from billtext.rules.book import Book
from billtext.rules.deliveries import Log, Parcel

_TURN = 8  # digits by which the file of a mail that goes once more differs

Clock = Callable[[], datetime.datetime]
# Takes a mail: the name of its file, if it is to be one, the mail, and its recipient.
Hand = Callable[[str, bytes, str], mail.Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a parcel.

    :param outcome: `sent`, `failed`, `doubtful` or `waiting`
    :param words: why, for whoever sends
    :param place: the file that it is in, or None
    """

    parcel: Parcel
    outcome: str
    words: str = ""
    place: Path | None = None


class Sender:
    """Sends parcels of one ledger.

    :param root: directory of the ledger's top file
    :param log: what was sent before
    :param now: the time, asked for each parcel
    :param rules: directory with further rules that e-invoices keep to
    """

    def __init__(
        self, book: Book, root: Path, outbox: Outbox, log: Log, now: Clock, rules: Path | None = None
    ) -> None:  # fmt: skip
        self.book, self.root, self.outbox, self.log, self.now = book, root, outbox, log, now
        self.rules = rules
        self.place = (root / str(book.register.options.of("outbox"))).resolve()

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Result]:
        """Send parcels, mail first; each is told as soon as it is known what became of it."""
        for parcel in parcels:
            if parcel.problem:
                yield Result(parcel=parcel, outcome="waiting", words=parcel.problem)
        by = {
            name: [p for p in parcels if p.channel == name and not p.problem]
            for name in ("email", "ehf", "portal", "print")
        }
        if by["email"]:
            yield from self._mail(by["email"])
        if any(by[name] for name in ("ehf", "portal", "print")):
            self._prepare()
        for parcel in by["ehf"]:
            yield from self._einvoice(parcel)
        for customer, found in groupby(
            sorted(by["portal"], key=lambda p: (p.customer, p.date, p.number)), lambda p: p.customer
        ):
            yield from self._portal(customer, list(found))
        if by["print"]:
            yield from self._print(by["print"])

    def _prepare(self) -> None:
        try:
            if self.place.is_relative_to(self.root.resolve()):
                own(self.place)
            else:
                self.place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refused(f"{self.place}: cannot be written ({error.strerror}); set the option `outbox`") from None

    # --- what is sent -------------------------------------------------------------------------------------

    def _made(self, parcel: Parcel, form: str) -> Made:
        """A parcel in a form.

        :raises Refused: it cannot be made, or it is an e-invoice with an error
        """
        if parcel.statement:
            return forms.statement(self.book, self._report(parcel), form, root=self.root)
        found = self.book.ledger.documents[parcel.number]
        every = self._filed.get(parcel.number, ())
        filed = filing.as_filed(every, form)
        for one in every:
            if one is not filed:
                archive.content(self.root, one)  # a changed file of it, in whichever form: it goes nowhere
        if filed is None:
            return right_forms.document(self.book, found, form, root=self.root, rules=self.rules)
        # What was filed is what goes, whatever templates and register have become since.
        made = forms.named(forms.document_name(found), form, archive.content(self.root, filed))
        if form in right_forms.EINVOICES:
            right_forms.check(made, self.rules)
        return made

    @cached_property
    def _filed(self) -> dict[str, list[Filed]]:
        """The archive's files of each document."""
        found: dict[str, list[Filed]] = {}
        for one in self.book.ledger.filed:
            if one.kind in DOCUMENTS:
                found.setdefault(one.document, []).append(one)
        return found

    def _report(self, parcel: Parcel) -> statements.Statement:
        return statements.report(self.book, parcel.customer, *dates.month(parcel.statement))

    def _intent(self, parcel: Parcel, made: Sequence[Made], message: str = "") -> Delivery:
        now = self.now()
        return Delivery(
            date=now.date(), number=parcel.number, statement=parcel.statement, channel=parcel.channel,
            time=now.isoformat(timespec="seconds"), message=message,
            sha256=" ".join(files.digest(one.content) for one in made),
        )  # fmt: skip

    # --- mail ---------------------------------------------------------------------------------------------

    def _mail(self, parcels: Sequence[Parcel]) -> Iterator[Result]:
        left = list(parcels)
        try:
            sender = mail.sender(self.book.register, self.now().date())
            with self._hand(sender) as hand:
                while left:
                    result = self._message(hand, left[0], sender)
                    left.pop(0)
                    yield result
        except Refused as why:  # the server, and so all that is left
            for parcel in left:
                yield Result(parcel=parcel, outcome="waiting", words=str(why))

    @contextmanager
    def _hand(self, sender: str) -> Iterator[Hand]:
        """What takes mails: a mail server that is there and trusts us, or the outbox.

        :raises Refused: there is none
        """
        if self.book.register.options.of("mail") == "outbox":
            self._prepare()
            yield lambda name, data, _: mail_outbox.put(self.place / "mail", name, data)
            return
        with Post(mail.server(self.book.register)) as post:
            post.reach()
            yield lambda _, data, recipient: post.send(data, mail_message.address(sender), recipient)

    def _message(self, hand: Hand, parcel: Parcel, sender: str) -> Result:
        """Send one mail.

        :raises Refused: neither this nor another can be sent now
        """
        try:
            made = [self._made(parcel, form) for form in deliveries.forms(parcel)]
            words = mail_words.of(self.book, parcel, self._report(parcel) if parcel.statement else None, self.root)
        except Refused as why:
            return Result(parcel=parcel, outcome="waiting", words=str(why))
        register, now = self.book.register, self.now()
        company = str(register.company(now.date()).get("name") or "")
        reply_to = str(register.options.at("mail-reply-to", now.date()) or "")
        turn = self.log.turn(parcel)
        mark = deliveries.fingerprint(self._secret, parcel, parcel.email, turn)
        try:
            recipient = mail_message.address(parcel.email)
            data = mail_message.build(
                words, [(one.name, one.mime, one.content) for one in made], sender=(company, sender),
                recipient=(parcel.name, recipient), reply_to=reply_to, fingerprint=mark, time=now,
            )  # fmt: skip
        except ValueError as error:
            told = f"the address {str(error)!r} cannot be used in a mail; mend it in the register"
            return Result(parcel=parcel, outcome="waiting", words=told)
        number = self.outbox.intend([self._intent(parcel, made, mark)])[0]
        try:
            name = _stem(parcel)
            found = hand(f"{name}-{mark[:_TURN]}" if turn else name, data, recipient)
        except Refused:
            self.outbox.tell(number, "waiting")
            raise
        self.outbox.tell(number, found.outcome, found.code)
        return Result(parcel=parcel, outcome=found.outcome, words=found.words, place=found.place)

    @cached_property
    def _secret(self) -> bytes:
        return secret(self.root)

    # --- the other channels -------------------------------------------------------------------------------

    def _laid(self, made: Mapping[Parcel, Made], lay: Callable[[], Path]) -> Iterator[Result]:
        """Lay files where their channel takes them from, which is between their intents and what became of them.

        :param lay: writes them all, each whole or not at all, and gives the one to tell; where it cannot, they wait
        """
        numbers = self.outbox.intend(self._intent(parcel, [one]) for parcel, one in made.items())
        place, words = None, ""
        try:
            place = lay()
        except Refused as why:
            words = str(why)
        outcome = "waiting" if place is None else "sent"
        for parcel, number in zip(made, numbers, strict=True):
            self.outbox.tell(number, outcome)
            yield Result(parcel=parcel, outcome=outcome, words=words, place=place)

    def _einvoice(self, parcel: Parcel) -> Iterator[Result]:
        register, today = self.book.register, self.now().date()
        try:
            made = self._made(parcel, "ubl")
        except Refused as why:
            yield Result(parcel=parcel, outcome="waiting", words=str(why))
            return
        yield from self._laid({parcel: made}, lambda: einvoice_outbox.put(
            self.place / "ehf", forms.stem(parcel.number), made.content, number=parcel.number,
            kind=self.book.ledger.documents[parcel.number].kind, sha256=files.digest(made.content),
            sender=str(register.company(today).get("endpoint")),
            receiver=str(register.values("customer", parcel.customer, today).get("endpoint")),
        ))  # fmt: skip

    def _portal(self, customer: str, parcels: Sequence[Parcel]) -> Iterator[Result]:
        made: dict[Parcel, Made] = {}
        for parcel in parcels:
            try:
                made[parcel] = self._made(parcel, "html")
            except Refused as why:
                yield Result(parcel=parcel, outcome="waiting", words=str(why))
        if made:
            place, today = self.place / "portal", self.now().date()
            yield from self._laid(
                made, lambda: portal.put(self.book, place, customer, made, self.log, self._secret, today)
            )

    def _print(self, parcels: Sequence[Parcel]) -> Iterator[Result]:
        sheets: dict[Parcel, print_outbox.Sheet] = {}
        made: dict[Parcel, Made] = {}
        now = self.now()
        for parcel in parcels:
            try:
                made[parcel] = self._made(parcel, "pdf")
            except Refused as why:
                yield Result(parcel=parcel, outcome="waiting", words=str(why))
                continue
            register = self.book.register
            card = {k: str(v) for k, v in register.values("customer", parcel.customer, now.date()).items()}
            sheets[parcel] = print_outbox.Sheet(
                parcel=parcel, name=card.get("name", parcel.customer), country=card.get("country", ""),
                postal_code=card.get("postal-code", ""), city=card.get("city", ""), content=made[parcel].content,
            )  # fmt: skip
        if sheets:
            ordered = sorted(sheets.values(), key=print_outbox.Sheet.sort_key)
            batch = print_outbox.batch(ordered, now)
            yield from self._laid(
                {sheet.parcel: made[sheet.parcel] for sheet in ordered},
                lambda: print_outbox.put(self.place / "print", now, batch),
            )


def _stem(parcel: Parcel) -> str:
    """The name of a file about a parcel, without its ending."""
    if parcel.statement:
        return forms.statement_name(parcel.customer, dates.month(parcel.statement)[1])
    return forms.stem(parcel.number)


def amount(book: Book, parcel: Parcel) -> str:
    """The amount of a document with its currency; empty for a statement."""
    found = None if parcel.statement else book.ledger.documents.get(parcel.number)
    return "" if found is None else f"{exact(found.gross, found.currency)} {found.currency}"
