"""Make what goes to a customer, in the forms and with the words that it goes with; nothing is sent here."""

import contextlib
import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from billtext import dates
from billtext.errors import Refused
from billtext.model import DOCUMENTS, Filed
from billtext.outside import attachments, filed_files, forms, mail_words, print_outbox, right_forms
from billtext.outside.forms import Made
from billtext.outside.outbox import secret
from billtext.rendering import einvoice, mail_message
from billtext.rules import deliveries, filing, statements
from billtext.rules.book import Book
from billtext.rules.deliveries import Log, Parcel

Clock = Callable[[], datetime.datetime]
_TURN = 8  # digits by which the file of a mail that goes once more differs


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail with what is attached to it.

    :param name: of its file, if it is to be one
    :param data: the mail as a server gets it
    :param mark: what is in its Message-ID
    """

    parcel: Parcel
    made: Sequence[Made]
    name: str
    data: bytes
    recipient: str
    mark: str


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    """Tell that a file cannot be read, such as a template: it is about one parcel, and stops no other.

    :raises Refused: it cannot be
    """
    try:
        yield
    except OSError as error:
        why = f"cannot be read ({error.strerror or type(error).__name__})"
        raise Refused(f"{error.filename or 'a file that it needs'} {why}", reason=f"a file {why}") from None


class Packer:
    """Packs parcels of one ledger.

    :param root: directory of the ledger's top file
    :param log: what was sent before
    :param now: the time, asked for each parcel
    :param rules: directory with further rules that e-invoices keep to
    :param trial: nothing will be sent: a secret is not made where there is none
    """

    def __init__(
        self, book: Book, root: Path, log: Log, now: Clock, *, rules: Path | None = None, trial: bool = False
    ) -> None:  # fmt: skip
        self.book, self.root, self.log, self.now, self.rules = book, root, log, now, rules
        self._trial = trial

    @_readable()
    def made(self, parcel: Parcel, form: str) -> Made:
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
                filed_files.content(self.root, one)  # a changed file of it, in whichever form: it goes nowhere
        if filed is None:
            return right_forms.document(self.book, found, form, root=self.root, rules=self.rules)
        # What was filed is what goes, whatever templates and register have become since.
        made = forms.named(forms.document_name(found), form, filed_files.content(self.root, filed))
        if form in right_forms.EINVOICES:
            right_forms.check(made, self.rules)
        return made

    def filed(self, parcel: Parcel, form: str) -> bool:
        """Whether a document goes in a form as it was filed."""
        return filing.as_filed(self._filed.get(parcel.number, ()), form) is not None

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

    @cached_property
    def secret(self) -> bytes:
        """The office's secret.

        :raises Refused: it cannot be read
        """
        return secret(self.root, make=not self._trial)

    @_readable()
    def letter(self, parcel: Parcel, sender: str) -> Letter:
        """A parcel as a mail.

        :param sender: the address that it comes from
        :raises Refused: it cannot be made
        """
        made = [*(self.made(parcel, form) for form in deliveries.forms(parcel)), *self._attached(parcel)]
        words = mail_words.of(self.book, parcel, self._report(parcel) if parcel.statement else None, self.root)
        register, now = self.book.register, self.now()
        turn = self.log.turn(parcel)
        mark = deliveries.fingerprint(self.secret, parcel, parcel.email, turn)
        try:
            recipient = mail_message.address(parcel.email)
            data = mail_message.build(
                words, [(one.name, one.mime, one.content) for one in made],
                sender=(str(register.company(now.date()).get("name") or ""), sender),
                recipient=(parcel.name, recipient),
                reply_to=str(register.options.at("mail-reply-to", now.date()) or ""), fingerprint=mark, time=now,
            )  # fmt: skip
        except ValueError as error:
            why = "cannot be used in a mail; mend it in the register, a domain with letters such as ß as xn--…"
            raise Refused(f"the address {str(error)!r} {why}", reason=f"the address {why}") from None
        name = _stem(parcel)
        return Letter(
            parcel=parcel, made=made, name=f"{name}-{mark[:_TURN]}" if turn else name, data=data, recipient=recipient,
            mark=mark,
        )  # fmt: skip

    def _attached(self, parcel: Parcel) -> Iterator[Made]:
        """The files that a document names as its attachments.

        :raises Refused: one is not there, or not as it was filed
        """
        if parcel.statement:
            return
        for one in attachments.read(self.book, self.root, self.book.ledger.documents[parcel.number].entry.meta):
            if one.content is not None:
                yield Made(name=einvoice.file_name(one), mime=einvoice.mime(one), content=one.content)

    @_readable()
    def pages(self, parcel: Parcel) -> list[Made]:
        """A parcel as a page for the web, and the files that go with it.

        :raises Refused: it cannot be made, or one of the files is not as it was filed
        """
        return [self.made(parcel, "html"), *self._attached(parcel)]

    @_readable()
    def sheet(self, parcel: Parcel) -> tuple[print_outbox.Sheet, list[Made]]:
        """A parcel on paper, with what is printed of it.

        :raises Refused: it cannot be made, or not be printed
        """
        made, count, enclose = print_outbox.with_attachments(self.made(parcel, "pdf"), self._attached(parcel))
        register, today = self.book.register, self.now().date()
        card = {k: str(v) for k, v in register.values("customer", parcel.customer, today).items()}
        sheet = print_outbox.Sheet(
            parcel=parcel, name=card.get("name", parcel.customer), country=card.get("country", ""),
            postal_code=card.get("postal-code", ""), city=card.get("city", ""),
            contents=[one.content for one in made], pages=count, enclose=enclose,
        )  # fmt: skip
        return sheet, made


def _stem(parcel: Parcel) -> str:
    """The name of a file about a parcel, without its ending."""
    if parcel.statement:
        return forms.statement_name(parcel.customer, dates.month(parcel.statement)[1])
    return forms.stem(parcel.number)
