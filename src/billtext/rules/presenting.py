"""A document of the ledger as a core invoice, with the register as it stood on the document's date. Pure.

Keys of the ledger language that only e-invoices and paper need are read here: they change no figure.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from billtext import ids
from billtext.model import Date, Document, Item, Line, Meta, Register, VatPosting
from billtext.money import CONTEXT, ZERO, rounded
from billtext.rules import core_invoice as core
from billtext.rules import discounts, parties, prepared, presented_lines, stated, supply, vat
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.prepared import Prepared
from billtext.rules.quotes import Estimate

PAID_WITH = frozenset({"payment", "deposit"})
# Types of files that an e-invoice may have in it (EN 16931-1, BT-125-1), by the ending of the file's name.
_MIMES = {
    ".pdf": "application/pdf", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
}  # fmt: skip


def language_of(register: Register, customer: str, date: Date) -> str:
    """Code of the customer's language on a day, else the company's, else English."""
    card = register.values("customer", customer, date)
    return str(card.get("language") or register.company(date).get("language") or "en")


def document(book: Book, found: Document, *, attachments: Iterable[core.Attachment] = ()) -> CoreInvoice:
    """An issued invoice or credit note.

    :param attachments: what goes with it; read by whoever may read files
    """
    register, date, currency, meta = book.register, found.date, found.currency, found.entry.meta
    lines, vats = book.lines(found)
    home = register.currency or currency
    rate = _rate(found) if currency != home else None
    scoped = {line.vat for line in lines} - {None}
    categories = {code: register.vat(code, found.tax_point) for code in scoped if code is not None}
    adjustments = tuple(presented_lines.adjustment(line, categories) for line in lines if presented_lines.whole(line))
    plain = [line for line in lines if not presented_lines.whole(line)]
    breakdown = presented_lines.breakdown(vat.breakdown(found, lines, vats, register), lines, register, found)
    own = tuple(
        presented_lines.line(str(n), line, categories, currency, register, date) for n, line in enumerate(plain, 1)
    )
    paid = {item: _prepaid(book, found, item) for item in found.items}
    totals = _totals(found, own, adjustments, prepaid=sum(paid.values(), ZERO))
    if rate is not None:
        totals = replace(totals, home_vat=rounded(CONTEXT.multiply(found.vat, rate), home))
    corrects = found.corrects
    seller, who = parties.seller(register, date, meta), parties.buyer(register, found.customer, date, meta)
    preceding = [(_shown(book, corrects), _dated(book, corrects))] if corrects else []
    return CoreInvoice(
        kind=found.kind, type_code=stated.text(meta, "type-code") or core.TYPE_CODES[found.kind],
        number=stated.text(meta, "document-number") or found.number, date=date, currency=currency,
        title=found.entry.narration or "", seller=seller,
        buyer=who, lines=own, adjustments=adjustments, vat=breakdown,
        totals=totals, due=_due(found),
        home_currency=home, exchange_rate=rate, language=language_of(register, found.customer, date),
        preceding=(*preceding, *(
            (text, stated.date(meta, f"preceding-date{end}")) for end, text in stated.numbered(meta, "preceding")
        )),
        reason="" if meta.get("reason-stated") is False else stated.text(meta, "reason"),
        terms=_terms(register, found.customer, meta, date),
        notes=tuple((stated.text(meta, f"note-code{end}"), text) for end, text in stated.numbered(meta, "note")),
        references=_references(meta, register.values("customer", found.customer, date), who),
        object=parties.identifier(stated.text(meta, "object")),
        tax_point=stated.date(meta, "tax-point"), tax_point_code=stated.text(meta, "tax-point-code"),
        delivery=_delivery(meta, seller, who, breakdown, book.ledger.documents.get(corrects or "")),
        payee=parties.other(meta, "payee"), representative=parties.other(meta, "representative"),
        payment=payment(register, meta, currency, date),
        instalments=tuple(
            core.Instalment(name=item.name, due=item.due, amount=item.amount - paid[item])
            for item in found.items if item.instalment and item.amount != paid[item]
        ) if found.kind == core.INVOICE else (),
        cash_discount=_cash_discount(register, found, meta, totals.payable), attachments=tuple(attachments),
    )  # fmt: skip


# --- drafts and quotes ------------------------------------------------------------------------------------


def quote(register: Register, found: Estimate) -> CoreInvoice:
    """A quote, with the validity that it was last given; optional lines are marked, and in no sum."""
    base = found.base
    stands = _stands(base, found.quote.number or found.quote.name)
    offered = [(_quoted(line.taxed, stands), line.optional) for line in found.lines]
    offered += [(_quoted(line, stands), False) for line in found.whole]
    core_ = _unissued(register, base, stands, offered, found.quote.date)
    return replace(core_, kind=core.QUOTE, type_code="", valid_until=found.quote.valid_until(Date.max))


def draft(register: Register, base: Prepared) -> CoreInvoice:
    """What a draft becomes when it is issued: all but its number, and the reference that follows from it."""
    stands, meta = _stands(base, ""), base.keys
    found = _unissued(register, base, stands, [(_quoted(line, stands), False) for line in base.lines], base.date)
    corrects = stated.text(meta, "corrects")
    several = len(base.instalments) > 1 and base.draft.kind == core.INVOICE
    return replace(
        found, preceding=((corrects, None),) if corrects else (), reason=stated.text(meta, "reason"),
        due=base.instalments[-1][0] if base.draft.kind == core.INVOICE else None,
        payment=payment(register, meta, base.currency, base.date),
        cash_discount=None if several else _cash_discount(register, stands, meta, found.totals.payable),
        instalments=tuple(
            core.Instalment(name=str(n), due=due, amount=amount) for n, (due, amount) in enumerate(base.instalments, 1)
        ) if several else (),
    )  # fmt: skip


def _unissued(
    register: Register, base: Prepared, stands: Document, offered: Sequence[tuple[Line, bool]], date: Date
) -> CoreInvoice:
    """A document that is in no ledger yet.

    :param offered: its lines, and whether each is optional
    """
    meta, currency = base.keys, base.currency
    required = [line for line, optional in offered if not optional]
    codes = {line.vat: register.vat(line.vat, base.tax_point) for line, _ in offered if line.vat}
    vats = [
        VatPosting(vat=known, amount=amount, meta={})
        for code, _, amount in base.vats if (known := register.vat(code, base.tax_point)) is not None
    ]  # fmt: skip
    own = [pair for pair in offered if pair[1] or not presented_lines.whole(pair[0])]
    lines = tuple(
        replace(presented_lines.line(str(n), line, codes, currency, register, date), optional=optional)
        for n, (line, optional) in enumerate(own, 1)
    )
    adjustments = tuple(presented_lines.adjustment(line, codes) for line in required if presented_lines.whole(line))
    totals = _totals(stands, [line for line in lines if not line.optional], adjustments)
    breakdown = presented_lines.breakdown(vat.breakdown(stands, required, vats, register), required, register, stands)
    seller, who = parties.seller(register, date, meta), parties.buyer(register, base.customer, date, meta)
    return CoreInvoice(
        kind=stands.kind, type_code=core.TYPE_CODES[stands.kind], number=stands.number, date=date, currency=currency,
        title=stands.entry.narration or "", seller=seller, buyer=who, lines=lines, adjustments=adjustments,
        vat=breakdown,
        totals=totals, home_currency=register.currency or currency,
        language=language_of(register, base.customer, date), terms=_terms(register, base.customer, meta, date),
        notes=tuple((stated.text(meta, f"note-code{end}"), text) for end, text in stated.numbered(meta, "note")),
        references=_references(meta, register.values("customer", base.customer, date)),
        delivery=_delivery(meta, seller, who, breakdown),
    )  # fmt: skip


def _stands(base: Prepared, number: str) -> Document:
    """A draft or quote as the document that it would be."""
    return Document(
        number=number, kind=base.draft.kind,
        customer=base.customer, currency=base.currency, net=base.net, vat=base.vat, rounding=base.rounding,
        gross=base.gross, items=(), entry=base.draft.entry._replace(meta=dict(base.keys)),
        tax_point=base.tax_point,
    )  # fmt: skip


def _quoted(line: prepared.Line, stands: Document) -> Line:
    """A line of a draft as one of the document that it would be in."""
    keys = line.keys
    off, on = vat.adjusted(keys)
    return Line(
        net=line.net, account=line.account, text=str(keys.get("text") or stands.entry.narration or ""),
        quantity=line.quantity or Decimal(1), unit=keys.get("unit"),
        price=abs(line.net) if line.price is None else line.price, price_per=keys.get("price-per") or Decimal(1),
        discount=keys.get("discount") or ZERO,
        discount_amount=off, charge_amount=on,
        vat=line.vat, item=keys.get("item"), allowance=keys.get("allowance"), charge=keys.get("charge"), priced=True,
        meta={key: value for key, value in keys.items() if value is not None},
    )  # fmt: skip


# --- the rest ---------------------------------------------------------------------------------------------


def _totals(
    of: Document, lines: Iterable[core.Line], adjustments: Iterable[core.Adjustment], *, prepaid: Decimal = ZERO
) -> core.Totals:
    gross = of.net + of.vat
    sums = {charge: sum((a.amount for a in adjustments if a.charge is charge), ZERO) for charge in (False, True)}
    return core.Totals(
        lines=sum((line.net for line in lines), ZERO), allowances=sums[False], charges=sums[True], net=of.net,
        vat=of.vat, gross=gross, rounding=of.rounding, prepaid=prepaid, payable=gross + of.rounding - prepaid,
    )  # fmt: skip


def _prepaid(book: Book, found: Document, item: Item) -> Decimal:
    """What was paid of an item until the document's day, or with it; positive."""
    return sum(
        (
            allocation.amount
            for allocation in book.allocations.of.get(item, ())
            if allocation.date <= found.date and allocation.target is item and allocation.source.kind in PAID_WITH
        ),
        ZERO,
    )


def _rate(found: Document) -> Decimal | None:
    price = next((posting.price for posting in found.entry.postings if posting.price is not None), None)
    return price.number if price is not None and isinstance(price.number, Decimal) else None


def _terms(register: Register, customer: str, meta: Meta, date: Date) -> str:
    """Payment terms in words: the document's own, else those of its terms in the register."""
    if "terms-text" in meta:
        return stated.text(meta, "terms-text")
    name = stated.text(meta, "terms") or stated.text(register.values("customer", customer, date), "terms")
    return stated.text(register.values("terms", name, date) if name else {}, "text")


def _cash_discount(register: Register, found: Document, meta: Meta, payable: Decimal) -> core.CashDiscount | None:
    """What the terms take off for who pays early; terms in words tell it themselves."""
    if "terms-text" in meta or _terms(register, found.customer, meta, found.date):
        return None
    return discounts.offered(register, found, payable)


def _references(meta: Meta, card: Mapping[str, Any], who: core.Party | None = None) -> dict[str, str]:
    """What buyer and seller call it by.

    Peppol wants the buyer's reference or an order (R003). Where a buyer with an electronic address named neither,
    whom the register has to bill there is their reference, as "Deres ref." on paper.

    :param who: the buyer of an invoice
    """
    found = {key: text for key in core.REFERENCES if (text := stated.text(meta, key))}
    if "buyer-reference" not in meta and stated.text(card, "buyer-reference"):
        found["buyer-reference"] = stated.text(card, "buyer-reference")
    named = {"order", "buyer-reference"} & (found.keys() | meta.keys())
    if who and who.endpoint and who.contact.name and not named:
        found["buyer-reference"] = who.contact.name
    return found


def _delivery(
    meta: Meta,
    seller: core.Party,
    buyer: core.Party,
    taxes: Iterable[core.VatBreakdown],
    corrects: Document | None = None,
) -> core.Delivery:
    """When and where it was delivered; a place of no country is in that of both parties, where they are in one.

    An intra-Community supply says both (BR-IC-11, BR-IC-12): the country is the buyer's where no place is named, and a
    credit note has the days and the place of the invoice that it corrects.
    """
    place, home = parties.address(meta, "delivery-"), seller.address.country
    if any(part.category == "K" for part in taxes):
        if place == core.Address() and corrects is not None:
            place = parties.address(corrects.entry.meta, "delivery-")
        if place == core.Address():
            place = replace(place, country=buyer.address.country)
        if corrects is not None and not any(stated.date(meta, key) for key in supply.KEYS):
            meta = {**meta, **{key: corrects.entry.meta[key] for key in supply.KEYS if key in corrects.entry.meta}}
    if place != core.Address() and not place.country and buyer.address.country == home:
        place = replace(place, country=home)
    start, end = stated.date(meta, "period-start"), stated.date(meta, "period-end")
    return core.Delivery(
        date=stated.date(meta, "delivery"), period=(start, end) if start or end else None,
        name=stated.text(meta, "delivery-name"), location=parties.identifier(stated.text(meta, "delivery-location")),
        address=place,
    )  # fmt: skip


def bank_accounts(register: Register, date: Date) -> tuple[tuple[str, core.Account], ...]:
    """Our bank accounts on a day, each with its currency."""
    cards = [values for record in register.of("bank-account").values() if (values := record.at(date))]
    return tuple(
        (
            str(card.get("currency", register.currency)),
            core.Account(iban=ids.compact_account(stated.text(card, "iban")),
                         number=ids.compact_account(stated.text(card, "number")),
                         bic=stated.text(card, "bic"), name=stated.text(card, "name")),
        )
        for card in cards
    )  # fmt: skip


def accounts(register: Register, currencies: Container[str], date: Date) -> tuple[tuple[str, core.Account], ...]:
    """Our bank accounts in some currencies, each with its own; where there is none, those with an IBAN, else all."""
    ours = bank_accounts(register, date)
    mine = tuple(one for one in ours if one[0] in currencies)
    return mine or tuple(one for one in ours if one[1].iban) or ours


def payment(register: Register, meta: Meta, currency: str, date: Date) -> core.Payment:
    """How to pay: to our accounts in the document's currency, else those with an IBAN; or as the document says."""
    own = any(key.startswith(("payment-iban", "payment-account", "payment-bic")) for key in meta)
    mine = tuple(account for _, account in accounts(register, {currency}, date))
    paid = _accounts(meta) if own else mine
    debit, creditor, debited = (stated.text(meta, f"mandate{end}") for end in ("", "-creditor", "-account"))
    number, holder = stated.text(meta, "card-number"), stated.text(meta, "card-holder")
    reference = next(filter(None, (stated.text(meta, key) for key in ("payment-reference", "kid", "reference"))), "")
    sepa = currency == "EUR" and any(account.iban for account in paid)
    return core.Payment(
        code=stated.text(meta, "payment-means") or ("58" if sepa else "30"), text=stated.text(meta, "payment-text"),
        reference=reference,
        accounts=paid,
        card=(number, holder) if number else None,
        mandate=(debit, creditor, debited) if debit or creditor or debited else None,
    )  # fmt: skip


def _accounts(meta: Meta) -> tuple[core.Account, ...]:
    found = (
        core.Account(
            iban=stated.text(meta, f"payment-iban{end}"), number=stated.text(meta, f"payment-account{end}"),
            bic=stated.text(meta, f"payment-bic{end}"), name=stated.text(meta, f"payment-account-name{end}"),
        )
        for end in stated.ENDS
    )  # fmt: skip
    return tuple(account for account in found if account != core.Account())


def attachments(meta: Meta) -> tuple[tuple[core.Attachment, str], ...]:
    """What a document says goes with it (BG-24), each with its file below the ledger's directory, or empty.

    Its name is what `attachment-name:` says, as the sender called the file; else that of the file. Its type is what
    `attachment-mime:` says; else what the ending of the file tells.
    """
    found = []
    for end, text in stated.numbered(meta, "attachment"):
        file = stated.text(meta, f"attachment-file{end}")
        mime = stated.text(meta, f"attachment-mime{end}") or _MIMES.get(PurePosixPath(file).suffix.lower(), "")
        called = f"attachment-name{end}"
        name = stated.text(meta, called) if called in meta else file.rpartition("/")[2]
        one = core.Attachment(
            id=text, description=stated.text(meta, f"attachment-text{end}"), mime=mime, filename=name,
            url=stated.text(meta, f"attachment-url{end}"),
        )  # fmt: skip
        found.append((one, file))
    return tuple(found)


def _shown(book: Book, number: str) -> str:
    """The number that a document of the ledger carries, which may hold what a number of ours may not."""
    found = book.ledger.documents.get(number)
    return (stated.text(found.entry.meta, "document-number") if found else "") or number


def _dated(book: Book, number: str) -> Date | None:
    found = book.ledger.documents.get(number)
    return found.date if found else None


def _due(found: Document) -> Date | None:
    """The due date that a document states: an invoice always, unless it says that it does not."""
    meta = found.entry.meta
    if found.kind != core.INVOICE:
        return stated.date(meta, "due")
    return None if meta.get("due-stated") is False else found.due
