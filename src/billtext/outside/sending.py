"""Send documents by their channels, and tell what became of each.

Before anything goes out its intent is on disk, afterwards its outcome: see `outbox`. What cannot be made, is wrong or
is taken by nobody is told with the reason and keeps waiting.

A trial does the same up to the sending: it makes what would go and looks at it by the same rules, asks for server and
password, and sees whether files could be written. It connects to nothing and writes nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from billtext.errors import Refused
from billtext.model import Delivery
from billtext.money import exact
from billtext.outside import (
    einvoice_outbox,
    files,
    forms,
    mail,
    mail_outbox,
    mail_server,
    portal,
    print_outbox,
    right_forms,
)
from billtext.outside.forms import Made
from billtext.outside.mail import Post
from billtext.outside.outbox import Outbox, own
from billtext.outside.packing import Clock, Letter, Packer
from billtext.rendering import mail_message
from billtext.rules import attempts, filing
from billtext.rules.book import Book
from billtext.rules.deliveries import Log, Parcel

READY = "ready"  # what a trial says of what would be sent

# Takes a mail and tells what became of it; the number is of the turn in which it is tried, from 0.
Hand = Callable[[Letter, int], mail.Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of a parcel.

    :param outcome: `sent`, `failed`, `doubtful` or `waiting`; in a trial `ready` or `waiting`
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
    :param outbox: where it is told what happens; None for a trial
    :param log: what was sent before
    :param now: the time, asked for each parcel
    :param rules: directory with further rules that e-invoices keep to
    """

    def __init__(
        self, book: Book, root: Path, outbox: Outbox | None, log: Log, now: Clock, rules: Path | None = None
    ) -> None:  # fmt: skip
        self.book, self.root, self.outbox, self.log, self.now = book, root, outbox, log, now
        self.packer = Packer(book, root, log, now, rules=rules, trial=outbox is None)
        self.place = (root / str(book.register.options.of("outbox"))).resolve()

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Result]:
        """Send parcels, mail first; each is told as soon as it is known what became of it."""
        for parcel in parcels:
            if parcel.problem:
                yield from self._waiting([parcel], Refused(parcel.problem))
        by = {
            name: [p for p in parcels if p.channel == name and not p.problem]
            for name in ("email", "ehf", "portal", "print")
        }
        if by["email"]:
            yield from self._mail(by["email"])
        laid = [*by["ehf"], *by["portal"], *by["print"]]
        try:
            if laid:
                self._prepare()
        except Refused as why:
            yield from self._waiting(laid, why)
            return
        for parcel in by["ehf"]:
            yield from self._einvoice(parcel)
        for customer, found in groupby(
            sorted(by["portal"], key=lambda p: (p.customer, p.date, p.number)), lambda p: p.customer
        ):
            yield from self._portal(customer, list(found))
        if by["print"]:
            yield from self._print(by["print"])

    def _prepare(self) -> None:
        """Make the directory of the outbox; a trial sees whether it could.

        :raises Refused: it cannot be made, or is the ledger's, of which git would take nothing new any more
        """
        root = self.root.resolve()
        if self.place in {root, root / filing.ROOT} or any(self.place.glob("*.beancount")):
            why = "holds files of the ledger; set the option `outbox` to a directory of its own"
            raise Refused(f"{self.place}: {why}", reason=f"the outbox {why}")
        if self.outbox is None:
            files.check_place(self.place)
            return
        try:
            if self.place.is_relative_to(root):
                own(self.place)
            else:
                self.place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = f"cannot be written ({error.strerror}); set the option `outbox`"
            raise Refused(f"{self.place}: {why}", reason=f"the outbox {why}") from None

    def _waiting(self, parcels: Sequence[Parcel], why: Refused) -> Iterator[Result]:
        """Tell of parcels that could not be sent."""
        if self.outbox is not None:
            reason = attempts.reason(why.reason.replace(f"{self.root}/", ""))
            self.outbox.wait(replace(self._intent(parcel, ()), reason=reason) for parcel in parcels)
        for parcel in parcels:
            yield Result(parcel=parcel, outcome=attempts.WAITING, words=str(why))

    def _intent(self, parcel: Parcel, made: Sequence[Made], message: str = "") -> Delivery:
        now = self.now()
        return Delivery(
            date=self.log.day(parcel.number, parcel.statement, now.date()), number=parcel.number,
            statement=parcel.statement, channel=parcel.channel, time=now.isoformat(timespec="seconds"), message=message,
            sha256=" ".join(files.digest(one.content) for one in made),
        )  # fmt: skip

    # --- mail ---------------------------------------------------------------------------------------------

    def _mail(self, parcels: Sequence[Parcel]) -> Iterator[Result]:
        left, late = list(parcels), list[Parcel]()
        try:
            sender = mail_server.sender(self.book.register, self.now().date())
            with self._hand(sender) as hand:
                for n in range(mail.TRIES):
                    while left:
                        result = self._mailed(hand, left[0], sender, n)
                        parcel = left.pop(0)
                        if result is None:
                            late.append(parcel)
                        else:
                            yield result
                    if not late:
                        break
                    mail.wait(2**n)
                    left, late = late, []
        except Refused as why:  # the server, and so all that is left
            yield from self._waiting([*left, *late], why)

    @contextmanager
    def _hand(self, sender: str) -> Iterator[Hand]:
        """What takes mails: a mail server that is there and trusts us, or the outbox.

        :raises Refused: there is none
        """
        if self.book.register.options.of("mail") == "outbox":
            self._prepare()
            place = self.place / "mail"
            if self.outbox is None:
                files.check_place(place)
            yield lambda letter, _: mail_outbox.put(place, letter.name, letter.data)
            return
        try:
            own = mail_message.address(sender)
        except ValueError:
            why = "the address that mail comes from cannot be used"
            raise Refused(
                f"{why}: {sender!r}; mend the option `mail-from`, or the company's `email:`", reason=why
            ) from None
        with Post(mail_server.server(self.book.register)) as post:
            if self.outbox is not None:
                post.reach()
            yield lambda letter, turn: post.send(letter.data, own, letter.recipient, turn=turn)

    def _mailed(self, hand: Hand, parcel: Parcel, sender: str, turn: int) -> Result | None:
        """Send one mail; None where the server does not take it now, and it is to be tried again after the others.

        :param turn: the last of `mail.TRIES` is not followed by another
        :raises Refused: neither this nor another can be sent now
        """
        try:
            letter = self.packer.letter(parcel, sender)
        except Refused as why:
            return next(self._waiting([parcel], why))
        if self.outbox is None:
            return Result(parcel=parcel, outcome=READY)
        number = self.outbox.intend([self._intent(parcel, letter.made, letter.mark)])[0]
        try:
            found = hand(letter, turn)
        except Refused:
            self.outbox.tell(number, attempts.WAITING)  # the reason is told with that of all that are left
            raise
        try:
            self.outbox.tell(number, found.outcome, attempts.reason(found.code))
        except Refused as why:
            if found.outcome == attempts.WAITING:
                raise
            # It may have gone out, and only its intent is on disk: no other word may be said of it.
            return Result(parcel=parcel, outcome="doubtful", words=f"{found.outcome}, which is not written down: {why}")
        if found.outcome == attempts.WAITING and turn < mail.TRIES - 1:
            return None
        return Result(parcel=parcel, outcome=found.outcome, words=found.words, place=found.place)

    # --- the other channels -------------------------------------------------------------------------------

    def _laid(self, made: Mapping[Parcel, Sequence[Made]], where: str, lay: Callable[[Path], Path]) -> Iterator[Result]:
        """Lay files where their channel takes them from, which is between their intents and what became of them.

        :param where: the directory in the outbox
        :param lay: writes them all, each whole or not at all, and gives the one to tell; where it cannot, they wait
        """
        directory = self.place / where
        if self.outbox is None:
            try:
                files.check_place(directory)
            except Refused as why:
                yield from self._waiting(list(made), why)
                return
            for parcel in made:
                yield Result(parcel=parcel, outcome=READY)
            return
        numbers = self.outbox.intend(self._intent(parcel, found) for parcel, found in made.items())
        outcome, place, words, reason = "sent", None, "", ""
        try:
            place = lay(directory)
        except Refused as why:
            outcome, words, reason = attempts.WAITING, str(why), attempts.reason(why.reason)
        for parcel, number in zip(made, numbers, strict=True):
            self.outbox.tell(number, outcome, reason)
            yield Result(parcel=parcel, outcome=outcome, words=words, place=place)

    def _einvoice(self, parcel: Parcel) -> Iterator[Result]:
        document = self.book.ledger.documents[parcel.number]
        try:
            made = self.packer.made(parcel, "ubl")
            sender, receiver = right_forms.endpoints(made, document, filed=self.packer.filed(parcel, "ubl"))
        except Refused as why:
            yield from self._waiting([parcel], why)
            return
        yield from self._laid({parcel: [made]}, "ehf", lambda place: einvoice_outbox.put(
            place, forms.stem(parcel.number), made.content, number=parcel.number,
            kind=document.kind, sha256=files.digest(made.content), sender=sender, receiver=receiver,
        ))  # fmt: skip

    def _portal(self, customer: str, parcels: Sequence[Parcel]) -> Iterator[Result]:
        made: dict[Parcel, list[Made]] = {}
        for parcel in parcels:
            try:
                made[parcel] = self.packer.pages(parcel)
                secret = self.packer.secret
            except Refused as why:
                made.pop(parcel, None)
                yield from self._waiting([parcel], why)
        if made:
            today = self.now().date()
            yield from self._laid(
                made, "portal",
                lambda place: portal.put(self.book, place, customer, made, self.log, secret, today),
            )  # fmt: skip

    def _print(self, parcels: Sequence[Parcel]) -> Iterator[Result]:
        sheets: list[print_outbox.Sheet] = []
        made: dict[Parcel, list[Made]] = {}
        now = self.now()
        for parcel in parcels:
            try:
                sheet, made[parcel] = self.packer.sheet(parcel)
            except Refused as why:
                yield from self._waiting([parcel], why)
                continue
            sheets.append(sheet)
        if sheets:
            sheets.sort(key=print_outbox.Sheet.sort_key)
            try:
                batch = print_outbox.batch(
                    sheets, now, root=self.root, paper=forms.paper(self.book),
                    duplex=bool(self.book.register.options.of("duplex")),
                )  # fmt: skip
            except Refused as why:
                yield from self._waiting([sheet.parcel for sheet in sheets], why)
                return
            yield from self._laid(
                {sheet.parcel: made[sheet.parcel] for sheet in sheets}, "print",
                lambda place: print_outbox.put(place, now, batch),
            )  # fmt: skip


def amount(book: Book, parcel: Parcel) -> str:
    """The amount of a document with its currency; empty for a statement."""
    found = None if parcel.statement else book.ledger.documents.get(parcel.number)
    return "" if found is None else f"{exact(found.gross, found.currency)} {found.currency}"
