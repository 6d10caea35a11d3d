"""Bring e-invoices of another system into the ledger: read, decide, check, and compare what the ledger shows.

    with Desk(top) as desk:
        work = Import(desk, Wishes())
        work.bring(found)                         # of each file
        desk.commit()                             # all that was brought, or nothing

The ledger is loaded once, however many documents there are: each sees those before it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from beancount.core.data import Open

from billtext.errors import NumberGapError, Refused, VatAmountError
from billtext.ledger import load
from billtext.outside import attachments
from billtext.outside.desk import Desk, fresh
from billtext.outside.issuing import rates
from billtext.rules import book, core_terms, incoming, presenting
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.incoming import Incoming
from billtext.rules.incoming_work import Wishes

# What the ledger adds to a document, which it does not have to state: see the guide's page about imports.
_ADDED = ("BT-6", "BT-26", "BT-111")
_TOLD = 5  # reasons in one refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A document that was brought in.

    :param differs: business terms that the ledger shows otherwise than the file, with the value of each
    """

    incoming: Incoming
    differs: tuple[tuple[str, str, str], ...]


class Waiting(Refused):
    """A document that would leave a gap in its series: nothing else is wrong with it.

    :param gap: what is missing, and what can be done
    """

    def __init__(self, number: str, gap: str) -> None:
        super().__init__(f"{number} would be an error in the ledger: {gap}; {GAPLESS}")
        self.number, self.gap = number, gap

    @property
    def missing(self) -> str:
        """The first number that it waits for."""
        found = _VOID.search(self.gap)
        return found[1] if found else self.gap


_VOID = re.compile(r'"void" "([^"]+)"')
GAPLESS = "or say `gapless: FALSE` of the series, if nobody can explain the gaps of the other system"


class Import:
    """Documents that are put on a desk one after the other; nothing is written before `Desk.commit`.

    :raises Refused: the ledger has errors
    """

    def __init__(self, desk: Desk, wishes: Wishes) -> None:
        desk.refuse_errors()
        self._desk, self._wishes = desk, wishes
        self._entries, self._book = desk.loaded.entries, desk.book
        self._opened = {entry.account: entry.date for entry in self._entries if isinstance(entry, Open)}
        self._rates = rates(self._entries)

    def bring(self, found: CoreInvoice) -> Brought:
        """Put a document on the desk.

        :raises Refused: it cannot stand in this ledger; the desk is as it was then
        """
        mark = self._desk.mark()
        try:
            return self._bring(found)
        except Refused:
            self._desk.back(mark)
            raise

    def _bring(self, whole: CoreInvoice) -> Brought:
        found = incoming.without_personal_numbers(whole)
        one = incoming.plan(found, self._book, self._opened, self._rates, self._wishes)
        new, errors = self._written(one)
        self._desk.refuse_closed(new)
        booked, more = load.added(self._entries, new, self._desk.loaded.options)
        errors += more
        entries = load.together(self._entries, booked)
        made = book.build(entries, self._desk.sources)
        errors += fresh(made.errors, self._book.errors)
        if errors and all(isinstance(error, NumberGapError) for error in errors):
            raise Waiting(one.number, str(errors[0].message))
        if errors:
            told = "; ".join(_reasons(errors, found, self._book)[:_TOLD])
            raise Refused(f"{one.number} would be an error in the ledger: {told}")
        differs = tuple(_differs(made, found, one))
        for path in one.files:
            self._desk.vacant(path)
        for path, content in one.files.items():
            self._desk.attach(path, content)
        self._entries, self._book = entries, made
        self._opened.update({entry.account: entry.date for entry in booked if isinstance(entry, Open)})
        if found != whole:
            more_told = (*one.told, "a national identity number of the buyer was left out: the register keeps none")
            one = replace(one, told=more_told)
        return Brought(incoming=one, differs=differs)

    def _written(self, one: Incoming) -> tuple[list[Any], list[Any]]:
        """Append what a document needs; its directives, and what Beancount has to say of them."""
        year = f"{one.date.year:04}"
        parts = (
            ("imported-einvoices.beancount", one.company,
             "; Written by `billtext import ubl`: what its documents need of register and accounts.\n"),
            (f"customers/{one.customer}.beancount", one.customer_text, f"; Customer {one.customer}.\n"),
            (f"invoices/imported-{year}.beancount", one.document,
             f"; Written by `billtext import ubl`: e-invoices of {year} of another system.\n"),
        )  # fmt: skip
        new: list[Any] = []
        errors: list[Any] = []
        for name, text, head in parts:
            if text:
                self._desk.append(name, text, head=head)
                first = self._desk.next_line(name) - text.count("\n")
                entries, wrong = load.parse(text, str(self._desk.path(name)), first)
                new += entries
                errors += wrong
        return new, errors


def _reasons(errors: list[Any], found: CoreInvoice, known: Book) -> list[str]:
    """Sentences of errors, each once; of VAT that is not base × rate, what to do about it."""
    vat = incoming.vat_faults(found, known.register)
    kept = [error for error in errors if not (vat and isinstance(error, VatAmountError))]
    return list(dict.fromkeys([*(str(error.message) for error in kept), *vat]))


def _differs(made: Book, found: CoreInvoice, one: Incoming) -> list[tuple[str, str, str]]:
    """Business terms in which the ledger's document is not the file's."""
    there = made.ledger.documents.get(one.number)
    if there is None:
        raise Refused(f"{one.number} is not understood once it is written; nothing was changed, please report it")
    contents: Mapping[str, bytes] = one.files
    seen = presenting.document(made, there, attachments=attachments.read_with(there.entry.meta, contents.get))
    return [
        (name, file, ledger) for name, file, ledger in core_terms.differences(found, seen)
        if not (not file and name.split(" ")[0] in _ADDED)
    ]  # fmt: skip
