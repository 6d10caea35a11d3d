"""Another system's e-invoice as a document of the ledger: what is written for it, decided to the cent. Pure.

What the register says is not said again; what the file says otherwise stands on the document itself, by keys such as
`buyer-email`, so that the register stays as it is and the document shows every business term that the file has.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext import ids
from billtext.errors import Refused, shown
from billtext.ledger import tax_point, write
from billtext.ledger.register import place
from billtext.ledger.write import Account
from billtext.model import ATTACHMENT, IMPORTED, Date, Register
from billtext.money import CONTEXT, ZERO, exact, plain, rounded
from billtext.rules import core_invoice as core
from billtext.rules import (
    incoming_lines,
    incoming_names,
    incoming_parties,
    incoming_terms,
    incoming_work,
    numbering,
    vat,
)
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.incoming_work import Wishes, Work


class There(Refused):
    """A document that is in the ledger already."""

    def __init__(self, number: str, where: str) -> None:
        super().__init__(f"{number} is in the ledger already ({where}); it is not imported twice")
        self.number = number


_DEFAULT_BANK = "Assets:Bank"
_PLACES = 16  # decimals of a rate that is reckoned back from VAT in two currencies


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What is written for a document.

    :param company: text of the register's and the accounts' file, or empty
    :param customer_text: text of a new customer's file, or empty
    :param document: text of the document, and of what was paid with it
    :param files: attachments by their paths below the ledger
    :param told: what a bookkeeper should know
    """

    number: str
    customer: str
    date: Date
    company: str
    customer_text: str
    document: str
    files: Mapping[str, bytes]
    told: tuple[str, ...]


def plan(found: CoreInvoice, book: Book, opened: Mapping[str, Date], rate_of: Any, wishes: Wishes) -> Incoming:
    """What to write for a document that was read from a file.

    :param opened: accounts that the ledger opens, with their days
    :param rate_of: the ledger's own rate of a currency to another on a day, or None
    :raises Refused: it cannot stand in this ledger
    """
    register, work = book.register, Work(book, opened, found.date)
    number = _number(found, book)
    _sound(found)
    home = incoming_parties.company(found, work)
    customer, customer_text = incoming_parties.customer(found, work, wishes)
    rate = _rate(found, home, rate_of, wishes)
    files: dict[str, bytes] = {}
    keys: dict[str, Any] = {found.kind: number}
    if number != found.number:
        keys["document-number"] = found.number
    keys |= incoming_terms.terms(found, work, customer, number, files)
    day = tax_point.of(keys, found.date, register, book.ledger.billed)
    codes = incoming_lines.codes(found, work, day)
    keys |= incoming_terms.vat_words(found, register, codes, day)
    turn = -1 if found.kind == core.INVOICE else 1
    at = "" if rate is None else f"{plain(rate)} {home}"
    currency = found.currency
    receivable = work.account(f"{register.options.receivable}:{customer}")
    if customer_text:
        customer_text += work.new_opens.pop(receivable, "")
    gross = found.totals.gross + found.totals.rounding
    settles = _settles(found, book, customer, gross, keys)
    postings = [
        write.posting(receivable, exact(-turn * amount, currency), currency, rate=at, meta={"settles": target})
        for target, amount in settles
    ]
    for n, line in enumerate(found.lines, 1):
        account = incoming_lines.income(line, work, codes, wishes)
        meta = incoming_lines.line(line, n, codes, register, currency)
        postings.append(write.posting(account, exact(turn * line.net + ZERO, currency), currency, rate=at, meta=meta))
    for each in found.adjustments:
        meta = {
            "charge" if each.charge else "allowance": each.reason, "reason-code": each.reason_code or None,
            "base": None if each.base is None else Amount(each.base, currency), "percent": each.percent,
            "vat": codes[each.category, each.rate][0],
        }  # fmt: skip
        amount = each.amount if each.charge else -each.amount
        account = incoming_lines.income(None, work, codes, wishes, codes[each.category, each.rate][0])
        postings.append(write.posting(account, exact(turn * amount + ZERO, currency), currency, rate=at, meta=meta))
    for part in sorted(found.vat, key=lambda each: (each.category, each.rate or 0)):
        code, account_ = codes[part.category, part.rate]
        if account_ and part.amount:
            amount = turn * part.amount
            postings.append(
                write.posting(work.account(account_), exact(amount, currency), currency, rate=at, meta={"vat": code})
            )
    if found.totals.rounding:
        account = work.account(_rounding(register, work))
        amount = turn * found.totals.rounding
        postings.append(write.posting(account, exact(amount, currency), currency, rate=at))
    links = [number, *([keys["corrects"]] if keys.get("corrects") else [])]
    names = incoming_names.private(incoming_parties.card(found, register, customer, wishes.kind))
    payee = incoming_names.unnamed(incoming_parties.payee(found, register, customer, wishes.kind), names, customer)
    name = "Invoice" if found.kind == core.INVOICE else "Credit note"
    narration = next((line.text for line in found.lines if line.text), "") if len(found.lines) == 1 else ""
    title = incoming_work.one_line(narration) or f"{name} {found.number}"
    title = incoming_names.unnamed(title, names, number)  # the line keeps its text
    text = write.transaction(found.date, payee, title, links=links, meta=keys, postings=postings)
    text += _prepaid(found, number, payee, receivable, at, work, wishes)
    text += _gone(found, number, customer, files)
    _series(found, number, work)
    opens = "".join(work.new_opens[name] for name in sorted(work.new_opens))
    company = "\n".join([*work.register_text, *([opens] if opens else [])])
    return Incoming(
        number=number, customer=customer, date=found.date, company=company, customer_text=customer_text, document=text,
        files=files, told=tuple(work.told),
    )  # fmt: skip


def _gone(found: CoreInvoice, number: str, customer: str, files: Mapping[str, bytes]) -> str:
    """That another system sent the document, so that ours does not; and that its attachments are in the archive."""
    told = write.custom(found.date, "delivery", number, meta={"channel": IMPORTED, "outcome": "sent"})
    for path, content in files.items():
        keys = {
            "kind": ATTACHMENT, "customer": customer, "document": number, "sha256": hashlib.sha256(content).hexdigest(),
        }  # fmt: skip
        told += "\n" + write.custom(found.date, "filed", path.removeprefix("documents/"), meta=keys)
    return "\n" + told


def _number(found: CoreInvoice, book: Book) -> str:
    """The number in the ledger: the document's own, without what a number of ours may not hold."""
    number = found.number
    if not ids.is_number(number):
        number = incoming_work.NOT_A_NUMBER.sub("-", number).strip("-_")
    if book.register.of("series") and number and not re.search(r"\d", number):
        number += "-1"  # what a series can count
    if not number or not ids.is_number(number) or len(number) > 100:
        raise Refused(
            f"the number {shown(found.number[:60])!r} cannot name a document; ask for one with letters or digits"
        )
    there = book.ledger.documents.get(number)
    if there is not None:
        raise There(number, place(there.entry.meta))
    if any(void.number == number for void in book.ledger.voids):
        raise Refused(
            f"{number} is void in the ledger, so no document can have it; take out its `void` if that is wrong"
        )
    return number


def _sound(found: CoreInvoice) -> None:
    """Refuse what no ledger can hold, with the reason."""
    if not found.lines:
        raise Refused(f"{shown(found.number)} has no lines; there is nothing to book")
    total = found.totals.gross + found.totals.rounding
    if total < 0:
        other = "a credit note" if found.kind == core.INVOICE else "an invoice"
        raise Refused(
            f"{shown(found.number)} comes to {exact(total, found.currency)} {found.currency}: {found.kind}s are not "
            f"negative in the ledger; book it as {other} by hand"
        )
    if found.totals.prepaid < 0 or found.totals.prepaid > total:
        raise Refused(f"{shown(found.number)} says that {found.totals.prepaid} was paid of {total}; book it by hand")
    if found.totals.prepaid and found.kind != core.INVOICE:
        raise Refused(f"{shown(found.number)} is a credit note of which something is paid already; book it by hand")
    left, payable = total - found.totals.prepaid, found.totals.payable
    if payable != left:
        raise Refused(
            f"{shown(found.number)} says that {exact(payable, found.currency)} {found.currency} is to pay, but its "
            f"total less what was paid comes to {exact(left, found.currency)}; ask its sender for a correct one, or "
            "book it by hand"
        )
    for each in (*found.adjustments, *(one for line in found.lines for one in line.adjustments)):
        if each.amount < 0:
            raise Refused(
                f"{shown(found.number)} has an allowance or charge of {each.amount}, below 0; book it by hand"
            )
    for line in found.lines:
        if not found.vat or not line.category:
            raise Refused(f"line {shown(line.id)} of {shown(found.number)} has no VAT category; book it by hand")


def vat_faults(found: CoreInvoice, register: Register) -> list[str]:
    """VAT that is not its base × rate to the cent, which the ledger and the VAT return take it to be.

    The standard's rules let it be off (BR-CO-17 by up to 1); a posting that is off would state VAT without a base.
    """
    rounding = register.options.rounding or "an account for rounding"
    told = []
    for part in found.vat:
        tax = vat.amount(part.base, part.rate or ZERO, found.currency)
        if tax != part.amount:
            told.append(
                f"it says that its VAT is {exact(part.amount, found.currency)}, but {plain(part.rate or ZERO)} % of "
                f"{exact(part.base, found.currency)} is {exact(tax, found.currency)} {found.currency}; credit it and "
                f"issue it anew, or book it by hand with {exact(tax, found.currency)} as VAT and "
                f"{exact(part.amount - tax, found.currency)} on {rounding}"
            )
    return told


def _settles(
    found: CoreInvoice, book: Book, customer: str, gross: Decimal, keys: Mapping[str, Any]
) -> list[tuple[str | None, Decimal]]:
    """What a credit note settles: the invoice that it corrects as far as that is open."""
    corrects = keys.get("corrects")
    if corrects is None:
        return [(None, gross)]
    invoice = book.ledger.documents[corrects]
    open_ = sum((book.allocations.open(item, Date.max) for item in invoice.items), ZERO)
    part = min(gross, max(open_, ZERO))
    parts: list[tuple[str | None, Decimal]] = [(corrects, part)] if part else []
    return parts + ([(None, gross - part)] if gross != part or not parts else [])


def _rounding(register: Register, work: Work) -> str:
    account = register.options.rounding
    if account is None:
        account = "Expenses:Rounding"
        work.register_text.append(write.custom(work.date, "billtext-option", "rounding", Account(account)))
    return account


def _rate(found: CoreInvoice, home: str, rate_of: Any, wishes: Wishes) -> Decimal | None:
    """The rate to the company's currency: from VAT in both, as it is asked for, else the ledger's own."""
    if found.currency == home:
        return None
    totals = found.totals
    own: Decimal | None = rate_of(found.currency, home, found.date)
    if totals.home_vat is not None and found.home_currency == home and totals.vat:
        for rate in (wishes.rate, own):
            if rate is not None and rounded(CONTEXT.multiply(totals.vat, rate), home) == totals.home_vat:
                return rate
        exact_rate = CONTEXT.divide(totals.home_vat, totals.vat)
        for places in range(2, _PLACES):
            rate = exact_rate.quantize(Decimal(1).scaleb(-places), context=CONTEXT)
            if rate > 0 and rounded(CONTEXT.multiply(totals.vat, rate), home) == totals.home_vat:
                return rate
    rate = wishes.rate or own
    if rate is None or rate <= 0:
        raise Refused(
            f"{shown(found.number)} is in {found.currency}, and no rate to {home} is known on {found.date}; give it "
            f"with --rate, or as `{found.date} price {found.currency} … {home}` in the ledger"
        )
    return rate


def _prepaid(
    found: CoreInvoice,
    number: str,
    payee: str,
    receivable: str,
    at: str,
    work: Work,
    wishes: Wishes,
) -> str:
    """What was paid before or with it (BT-113), as a receipt of its day."""
    paid = found.totals.prepaid
    if not paid:
        return ""
    register = work.book.register
    cards = [record.at(found.date) or {} for record in register.of("bank-account").values()]
    bank = wishes.prepaid or next((str(card["account"]) for card in cards if card.get("account")), _DEFAULT_BANK)
    if wishes.prepaid is not None and bank not in work.opened:
        raise Refused(f"the account {shown(bank)} is not open; open it first, or name another with --prepaid")
    currency = found.currency
    postings = [
        write.posting(work.account(bank), exact(paid, currency), currency, rate=at),
        write.posting(receivable, exact(-paid, currency), currency, rate=at, meta={"settles": number}),
    ]
    work.told.append(f"{exact(paid, currency)} {currency} was paid before: booked on {bank} as payment {number}-PAID")
    keys = {"payment": f"{number}-PAID"}
    return "\n" + write.transaction(
        found.date, payee, f"Paid before {found.number}", links=[number], meta=keys, postings=postings
    )


def _series(found: CoreInvoice, number: str, work: Work) -> None:
    """A series of its own for numbers that fit none: imported history has gaps that nobody can explain."""
    register = work.book.register
    forms = [
        str((record.at(found.date) or record.versions[0].values).get("format"))
        for record in register.of("series").values()
        if record.latest.get("kind") == found.kind
    ]
    if not register.of("series") or any(_fits(form, number, found.date.year) for form in forms):
        return
    form = numbering.likely(number, found.date.year)
    stem = "IN" if found.kind == core.INVOICE else "CN"
    id_ = next(f"{stem}-{n}" for n in range(1, 10_000) if register.get("series", f"{stem}-{n}") is None)
    meta = {"kind": found.kind, "reset": "never", "gapless": False}
    work.register_text.append(write.custom(found.date, "series", id_, form, meta=meta))
    work.told.append(f"new series {id_} of imported numbers: {form}")


def _fits(form: str, number: str, year: int) -> bool:
    match = numbering.pattern(form).fullmatch(number)
    return match is not None and match.groupdict().get("year") in {None, f"{year:04}"}


def without_personal_numbers(found: CoreInvoice) -> CoreInvoice:
    """A document without national identity numbers of its buyer, which a billing office does not need."""
    buyer = found.buyer
    number = buyer.org_number
    return replace(found, buyer=replace(
        buyer, identifiers=tuple(each for each in buyer.identifiers if not ids.is_national_identity(each.id)),
        org_number=None if number and ids.is_national_identity(number.id) else number,
        endpoint=None if buyer.endpoint and ids.is_national_identity(buyer.endpoint.id) else buyer.endpoint,
    ))  # fmt: skip


def texts(several: Iterable[Incoming]) -> str:
    """All that would be written, to be read."""
    return "\n".join(
        part for one in several for part in (one.company, one.customer_text, one.document) if part
    )  # fmt: skip
