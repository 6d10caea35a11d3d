"""Bring an e-invoice of another system into the ledger: read it, decide, check, and compare what the ledger shows."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from beancount.core.data import Open

from billtext.errors import Refused
from billtext.ledger import load
from billtext.outside import attachments
from billtext.outside.desk import Desk
from billtext.outside.issuing import rates
from billtext.rules import book, core_terms, incoming, presenting
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.incoming import Incoming
from billtext.rules.incoming_work import Wishes

# What the ledger adds to a document, which it does not have to state: see the guide's page about imports.
_ADDED = ("BT-6", "BT-26", "BT-111")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A document that was brought in.

    :param differs: business terms that the ledger shows otherwise than the file, with the value of each
    """

    incoming: Incoming
    differs: tuple[tuple[str, str, str], ...]


def bring(desk: Desk, found: CoreInvoice, wishes: Wishes) -> Brought:
    """Put a document on the desk; nothing is written before `Desk.commit`.

    :raises Refused: it cannot stand in this ledger
    """
    opened = {entry.account: entry.date for entry in desk.loaded.entries if isinstance(entry, Open)}
    desk.refuse_errors()
    whole, found = found, incoming.without_personal_numbers(found)
    one = incoming.plan(found, desk.book, opened, rates(desk.loaded.entries), wishes)
    if one.company:
        desk.append(
            "imported-einvoices.beancount", one.company,
            head="; Written by `billtext import ubl`: what its documents need of register and accounts.\n",
        )  # fmt: skip
    if one.customer_text:
        desk.append(f"customers/{one.customer}.beancount", one.customer_text, head=f"; Customer {one.customer}.\n")
    desk.append(
        f"invoices/imported-{one.date.year:04}.beancount", one.document,
        head=f"; Written by `billtext import ubl`: e-invoices of {one.date.year} of another system.\n",
    )  # fmt: skip
    for path, content in one.files.items():
        desk.attach(path, content)
    errors = desk.check()
    if errors:
        told = list(dict.fromkeys(str(error.message) for error in errors))[:5]
        raise Refused(f"{one.number} would be an error in the ledger: {'; '.join(told)}")
    if found != whole:
        more = (*one.told, "a national identity number of the buyer was left out: the register keeps none")
        one = replace(one, told=more)
    return Brought(incoming=one, differs=tuple(_differs(desk, found, one)))


def _differs(desk: Desk, found: CoreInvoice, one: Incoming) -> list[tuple[str, str, str]]:
    """Business terms in which the ledger's document is not the file's."""
    text = "\n".join(part for part in (one.company, one.customer_text, one.document) if part)
    entries, _ = load.parse(text, "imported", 1)
    booked, _ = load.added(desk.loaded.entries, entries, desk.loaded.options)
    made = book.build(load.together(desk.loaded.entries, booked), lambda _: {})
    there = made.ledger.documents.get(one.number)
    if there is None:
        raise Refused(f"{one.number} is not understood once it is written; nothing was changed, please report it")
    files = attachments.read_with(there.entry.meta, one.files.get)
    seen = presenting.document(made, there, attachments=files)
    return [
        (name, file, ledger) for name, file, ledger in core_terms.differences(found, seen)
        if not (not file and name.split(" ")[0] in _ADDED)
    ]  # fmt: skip


def bring_file(
    top: Path, found: CoreInvoice, wishes: Wishes, *, trial: bool, force: bool = False
) -> tuple[Brought, Any]:
    """Bring in one document and write it, unless it is only tried.

    :return: and the desk, for what it wrote
    """
    with Desk(top, force=force) as desk:
        brought = bring(desk, found, wishes)
        if not trial:
            desk.commit()
    return brought, desk
