"""A document of the ledger as a core invoice, with the register as it stood on the document's date. Pure.

Keys of the ledger language that only e-invoices and paper need are read here: they change no figure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.ledger.schema import ADJUSTS, numbers
from billtext.model import Date, Document, Line, Meta, Register, Vat, VatPosting
from billtext.money import CONTEXT, ZERO, rounded
from billtext.rules import core_invoice as core
from billtext.rules import prepared, vat
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.quotes import Estimate

PAID_WITH = frozenset({"payment", "deposit"})
_NORWEGIAN = "0192"  # ISO 6523: organisation numbers of Enhetsregisteret
_ONE_UNIT = "C62"  # UN/ECE Rec 20: one, a piece
# VATEX codes, and the words that Norwegian law asks for (bokføringsforskriften § 5-1-1).
EXEMPT = {
    "AE": ("VATEX-EU-AE", "Omvendt avgiftsplikt – Merverdiavgift ikke beregnet"),
    "K": ("VATEX-EU-IC", "Intra-Community supply"),
    "G": ("VATEX-EU-G", "Export outside the EU"),
    "O": ("VATEX-EU-O", "Not subject to VAT"),
    "E": ("", "Exempt from VAT"),
}
_REVERSE = {"no": "Omvendt avgiftsplikt – Merverdiavgift ikke beregnet"}


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
    categories = {code: register.vat(code, date) for code in scoped if code is not None}
    adjustments = tuple(_adjustment(line, categories, found.sign) for line in lines if _whole(line))
    plain = [line for line in lines if not _whole(line)]
    breakdown = _breakdown(vat.breakdown(found, lines, vats, register), lines, register, date, found)
    own = tuple(_line(str(n), line, categories, currency, register, date) for n, line in enumerate(plain, 1))
    prepaid = _prepaid(book, found)
    gross = found.net + found.vat
    totals = core.Totals(
        lines=sum((line.net for line in own), ZERO),
        allowances=sum((a.amount for a in adjustments if not a.charge), ZERO),
        charges=sum((a.amount for a in adjustments if a.charge), ZERO),
        net=found.net, vat=found.vat, gross=gross, rounding=found.rounding, prepaid=prepaid,
        home_vat=None if rate is None else rounded(CONTEXT.multiply(found.vat, rate), home),
        payable=gross + found.rounding - prepaid,
    )  # fmt: skip
    corrects = found.corrects
    who = buyer(register, found.customer, date, meta)
    preceding = [(_shown(book, corrects), _dated(book, corrects))] if corrects else []
    return CoreInvoice(
        kind=found.kind, type_code=_text(meta, "type-code") or core.TYPE_CODES[found.kind],
        number=_text(meta, "document-number") or found.number, date=date, currency=currency,
        title=found.entry.narration or "", seller=seller(register, date, meta),
        buyer=who, lines=own, adjustments=adjustments, vat=breakdown,
        totals=totals, due=_due(found),
        home_currency=home, exchange_rate=rate, language=language_of(register, found.customer, date),
        preceding=(*preceding, *(
            (text, _date(meta, f"preceding-date{end}")) for end, text in _numbered(meta, "preceding")
        )),
        reason="" if meta.get("reason-stated") is False else _text(meta, "reason"),
        terms=_terms(register, found.customer, meta, date),
        notes=tuple((_text(meta, f"note-code{end}"), text) for end, text in _numbered(meta, "note")),
        references=_references(meta, register.values("customer", found.customer, date), who),
        object=identifier(_text(meta, "object")),
        tax_point=_date(meta, "tax-point"), tax_point_code=_text(meta, "tax-point-code"), delivery=_delivery(meta),
        payee=_other(meta, "payee"), representative=_other(meta, "representative"),
        payment=payment(register, meta, currency, date),
        instalments=tuple(
            core.Instalment(name=item.name, due=item.due, amount=item.amount * found.sign)
            for item in found.items if item.instalment
        ),
        attachments=tuple(attachments),
    )  # fmt: skip


# --- quotes -----------------------------------------------------------------------------------------------


def quote(register: Register, found: Estimate) -> CoreInvoice:
    """A quote, with the validity that it was last given; optional lines are marked, and in no sum."""
    base, date, meta = found.base, found.quote.date, found.base.keys
    stands, currency = _offered(found), base.currency
    offered = [(_quoted(line.taxed, stands), line.optional) for line in found.lines]
    offered += [(_quoted(line, stands), False) for line in found.whole]
    required = [line for line, optional in offered if not optional]
    codes = {line.vat: register.vat(line.vat, date) for line, _ in offered if line.vat}
    vats = [
        VatPosting(vat=known, amount=amount, meta={})
        for code, _, amount in base.vats if (known := register.vat(code, date)) is not None
    ]  # fmt: skip
    own = [pair for pair in offered if pair[1] or not _whole(pair[0])]
    lines = tuple(
        replace(_line(str(n), line, codes, currency, register, date), optional=optional)
        for n, (line, optional) in enumerate(own, 1)
    )
    adjustments = tuple(_adjustment(line, codes, 1) for line in required if _whole(line))
    totals = core.Totals(
        lines=sum((line.net for line in lines if not line.optional), ZERO),
        allowances=sum((a.amount for a in adjustments if not a.charge), ZERO),
        charges=sum((a.amount for a in adjustments if a.charge), ZERO),
        net=base.net, vat=base.vat, gross=base.net + base.vat, rounding=base.rounding, payable=base.gross,
    )  # fmt: skip
    return CoreInvoice(
        kind=core.QUOTE, type_code="", number=stands.number, date=date, currency=currency,
        title=stands.entry.narration or "", seller=seller(register, date, meta),
        buyer=buyer(register, base.customer, date, meta), lines=lines, adjustments=adjustments,
        vat=_breakdown(vat.breakdown(stands, required, vats, register), required, register, date, stands),
        totals=totals, valid_until=found.quote.valid_until(Date.max), home_currency=register.currency or currency,
        language=language_of(register, base.customer, date), terms=_terms(register, base.customer, meta, date),
        notes=tuple((_text(meta, f"note-code{end}"), text) for end, text in _numbered(meta, "note")),
        references=_references(meta, register.values("customer", base.customer, date)), delivery=_delivery(meta),
    )  # fmt: skip


def _offered(found: Estimate) -> Document:
    """A quote as the invoice that it would be."""
    base = found.base
    return Document(
        number=found.quote.number or found.quote.name, kind=core.INVOICE, customer=base.customer,
        currency=base.currency, net=base.net, vat=base.vat, rounding=base.rounding, gross=base.gross, items=(),
        entry=found.quote.draft.entry._replace(meta=dict(base.keys)),
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


# --- parties ----------------------------------------------------------------------------------------------


def seller(register: Register, date: Date, meta: Meta | None = None) -> core.Party:
    """The company itself on a day.

    :param meta: of a document, which may say something else with keys such as `seller-name`
    """
    card = _said(register.company(date), meta or {}, "seller-")
    found = party(card)
    own = found.org_number
    if "endpoint" in card or own is None or own.scheme != _NORWEGIAN:
        return found
    return replace(found, endpoint=own)  # where Norwegians are reached in Peppol (ELMA)


def buyer(register: Register, customer: str, date: Date, meta: Meta | None = None) -> core.Party:
    """A customer as the register has it on a day, with the person to bill.

    :param meta: of a document, which may say something else with keys such as `buyer-name`
    """
    card = register.values("customer", customer, date)
    contact = register.get("contact", f"{customer} billing")
    values = (contact.at(date) if contact else None) or {}
    own = {key: text for key in ("name", "phone", "email") if (text := _text(values, key))}
    if "name" in own:
        own["contact-name"] = own.pop("name")
    return party(_said({**card, **own}, meta or {}, "buyer-"), id=customer, kind=_text(card, "kind"))


def _said(card: Mapping[str, Any], meta: Meta, prefix: str) -> dict[str, Any]:
    """A card with what a document says itself of the party; one that names an identifier names all of them."""
    own = {key.removeprefix(prefix): value for key, value in meta.items() if key.startswith(prefix)}
    found = dict(card)
    if any(key.startswith("party-id") or key == "gln" for key in own):
        found = {key: value for key, value in card.items() if not key.startswith("party-id") and key != "gln"}
    return {**found, **own}


def party(card: Mapping[str, Any], **more: Any) -> core.Party:
    """A party by the keys of its card."""
    country = _text(card, "country")
    number = _text(card, "org-number")
    scheme = _text(card, "org-scheme") if "org-scheme" in card else _NORWEGIAN if country == "NO" else ""
    return core.Party(
        name=_text(card, "name"), trading_name=_text(card, "trading-name"),
        identifiers=tuple(filter(None, [*(identifier(text) for _, text in _numbered(card, "party-id")), _gln(card)])),
        org_number=core.Identifier(id=number, scheme=scheme) if number else None,
        vat_number=_text(card, "vat-number"), endpoint=identifier(_text(card, "endpoint"), digits=True),
        address=address(card), website=_text(card, "website"),
        contact=core.Contact(
            name=_text(card, "contact-name"), phone=_text(card, "phone"), email=_text(card, "email")
        ),
        tax_registration=_text(card, "register"), legal_form=_text(card, "legal-form"),
        **more,
    )  # fmt: skip


def _gln(card: Mapping[str, Any]) -> core.Identifier | None:
    number = _text(card, "gln")
    return core.Identifier(id=number, scheme="0088") if number else None


def address(card: Mapping[str, Any], prefix: str = "") -> core.Address:
    """A postal address by its keys, all of which begin with `prefix`."""
    return core.Address(
        lines=tuple(filter(None, (_text(card, prefix + key) for key in ("address", "address-2", "address-3")))),
        postal_code=_text(card, f"{prefix}postal-code"), city=_text(card, f"{prefix}city"),
        region=_text(card, f"{prefix}region"), country=_text(card, f"{prefix}country"),
    )  # fmt: skip


def _other(meta: Meta, who: str) -> core.Party | None:
    """A payee or tax representative that the document names with keys such as `payee-name`."""
    name = _text(meta, f"{who}-name")
    if not name:
        return None
    number = identifier(_text(meta, f"{who}-org-number"))
    own = identifier(_text(meta, f"{who}-id"))
    return core.Party(
        name=name, identifiers=(own,) if own else (), org_number=number,
        vat_number=_text(meta, f"{who}-vat-number"), address=address(meta, f"{who}-"),
    )  # fmt: skip


def identifier(text: str, *, digits: bool = False) -> core.Identifier | None:
    """`SCHEME:ID`, or an id alone; a scheme is four digits or up to three capitals, and its version may follow it.

    An id alone that would look like both has a colon before it.

    :param digits: the scheme is of the EAS list, where letters are known too (`EM` for an e-mail address)

    >>> identifier("0088:7300010000001").scheme, identifier("4711").id, identifier("EM:a@b.example").scheme
    ('0088', '4711', 'EM')
    >>> identifier(":AB:12").id, identifier("TST 19.05:0934")
    ('AB:12', Identifier(id='0934', scheme='TST', version='19.05'))
    """
    if not text:
        return None
    scheme, colon, rest = text.partition(":")
    if not scheme and rest:
        return core.Identifier(id=rest)
    scheme, _, version = scheme.partition(" ")
    if colon and rest and ((len(scheme) == 4 and scheme.isdigit()) or (len(scheme) <= 3 and scheme.isupper())):
        return core.Identifier(id=rest, scheme=scheme, version=version)
    return core.Identifier(id=text)


# --- lines and VAT ----------------------------------------------------------------------------------------


def _whole(line: Line) -> bool:
    """Whether a line is an allowance or charge of the whole document."""
    return line.allowance is not None or line.charge is not None


def _category(code: str | None, categories: Mapping[str, Vat | None]) -> tuple[str, Decimal | None]:
    """VAT category and rate of a line.

    One without a code is outside the scope of VAT; beside others that are not it is exempt, since EN 16931 lets nothing
    stand beside category O (BR-O-11).
    """
    known = categories.get(code) if code else None
    if known is None:
        beside = any(found is not None and found.category != "O" for found in categories.values())
        return ("E", ZERO) if beside else ("O", None)
    return known.category, None if known.category == "O" else known.rate


def _adjustment(line: Line, categories: Mapping[str, Vat | None], sign: int) -> core.Adjustment:
    category, rate = _category(line.vat, categories)
    return core.Adjustment(
        charge=line.charge is not None, amount=abs(line.net), reason=line.charge or line.allowance or "",
        reason_code=_text(line.meta, "reason-code"), category=category, rate=rate, code=line.vat or "",
        base=_amount(line.meta, "base"), percent=_number(line.meta, "percent"),
    )  # fmt: skip


def _line(
    n: str, line: Line, categories: Mapping[str, Vat | None], currency: str, register: Register, date: Date
) -> core.Line:
    category, rate = _category(line.vat, categories)
    quantity, price, meta = line.quantity, line.price, line.meta
    if price < 0:  # what takes something back is a negative quantity (BR-27)
        quantity, price = -quantity, -price
    whole = rounded(CONTEXT.divide(CONTEXT.multiply(quantity, price), line.price_per), currency)
    adjustments: list[core.Adjustment] = []
    if line.discount:  # what it takes off is what the others leave
        left = whole - line.net - line.discount_amount + line.charge_amount
        reason, reason_code = _text(meta, "discount-reason"), _text(meta, "discount-code")
        adjustments.append(_discount(left, reason, reason_code, whole, line.discount))
    for kind in ("discount", "charge") if not ADJUSTS.keys().isdisjoint(meta) else ():
        for key in numbers(f"{kind}-amount"):
            amount = _amount(meta, key)
            if amount is not None:
                adjustments.append(_adjusted(meta, kind, key.removeprefix(f"{kind}-amount"), amount))
    item = register.values("item", line.item, date) if line.item else {}
    start, end = _date(meta, "period-start"), _date(meta, "period-end")
    return core.Line(
        id=_text(meta, "line-id") or n, text=line.text, net=line.net, quantity=quantity,
        unit=line.unit or _ONE_UNIT, price=price, price_per=line.price_per,
        list_price=_amount(meta, "list-price"), discount=line.discount,
        adjustments=tuple(adjustments), category=category, rate=rate, code=line.vat or "",
        description=_text(meta, "description") or _text(item, "description"), note=_text(meta, "note"),
        seller_item=line.item or _text(meta, "seller-item"), buyer_item=_text(meta, "buyer-item"),
        standard_item=identifier(_text(meta, "gtin") or _text(item, "gtin")),
        classifications=tuple(
            found for _, text in _numbered(meta, "classification") if (found := identifier(text))
        ),
        origin=_text(meta, "origin"),
        attributes=tuple(
            (name, value) for _, text in _numbered(meta, "attribute") for name, _, value in [text.partition(": ")]
        ),
        order_line=_text(meta, "order-line"), buyer_account=_text(meta, "buyer-account"),
        object=identifier(_text(meta, "object")), period=(start, end) if start or end else None,
    )  # fmt: skip


def _discount(
    amount: Decimal, reason: str, code: str, base: Decimal | None = None, percent: Decimal | None = None
) -> core.Adjustment:
    # A discount on what is taken back makes dearer.
    return core.Adjustment(
        charge=amount < 0, amount=abs(amount), base=None if base is None else abs(base), percent=percent,
        reason=reason or ("" if code else "Discount"), reason_code=code or ("" if reason or amount < 0 else "95"),
    )  # fmt: skip


def _adjusted(meta: Meta, kind: str, end: str, amount: Decimal) -> core.Adjustment:
    """A discount or a charge of a line that is given as an amount.

    :param kind: `discount` or `charge`
    :param end: of its keys: empty, or `-2` for the second
    """
    charge = kind == "charge"
    reason, code = _text(meta, f"{kind}-reason{end}"), _text(meta, f"{kind}-code{end}")
    return core.Adjustment(
        charge=charge, amount=amount, base=_amount(meta, f"{kind}-base{end}"),
        percent=_number(meta, f"{kind}-percent{end}"), reason=reason or ("" if code else kind.capitalize()),
        reason_code=code or ("" if reason or charge else "95"),
    )  # fmt: skip


def _breakdown(
    parts: Iterable[vat.Breakdown], lines: Iterable[Line], register: Register, date: Date, found: Document
) -> tuple[core.VatBreakdown, ...]:
    """VAT by category and rate; codes of ours that are one to the standard are put together."""
    sums: dict[tuple[str, Decimal | None], tuple[Decimal, Decimal, list[str]]] = {}
    for part in parts:
        key = (part.category, None if part.category == "O" else part.rate)
        base, amount, codes = sums.get(key, (ZERO, ZERO, []))
        sums[key] = base + part.base, amount + part.amount, [*codes, part.code]
    known = {code: register.vat(code, date) for _, _, codes in sums.values() for code in codes}
    outside = [line for line in lines if line.vat is None]
    if outside:
        key = _category(None, known)
        base, amount, codes = sums.get(key, (ZERO, ZERO, []))
        sums[key] = base + sum((line.net for line in outside), ZERO), amount, codes
    result = []
    for (category, rate), (base, amount, codes) in sorted(sums.items(), key=lambda each: (each[0][0], each[0][1] or 0)):
        code, reason = EXEMPT.get(category, ("", ""))
        own = next((text for each in codes if (text := _text(register.values("vat", each, date), "text"))), "")
        own_code = next((text for each in codes if (text := _text(register.values("vat", each, date), "vatex"))), "")
        if category in EXEMPT:
            reason, code = own or reason, own_code or code
        said = found.entry.meta
        if f"exemption-{category.lower()}" in said or f"vatex-{category.lower()}" in said:
            reason, code = _text(said, f"exemption-{category.lower()}"), _text(said, f"vatex-{category.lower()}")
        result.append(core.VatBreakdown(
            category=category, rate=rate, base=base, amount=amount, reason=reason, reason_code=code,
            codes=tuple(codes),
        ))  # fmt: skip
    return tuple(result)


# --- the rest ---------------------------------------------------------------------------------------------


def _prepaid(book: Book, found: Document) -> Decimal:
    """What was paid until the document's day, or with it; positive."""
    return sum(
        (
            allocation.amount
            for item in found.items
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
        return _text(meta, "terms-text")
    name = _text(meta, "terms") or _text(register.values("customer", customer, date), "terms")
    return _text(register.values("terms", name, date) if name else {}, "text")


def _references(meta: Meta, card: Mapping[str, Any], who: core.Party | None = None) -> dict[str, str]:
    """What buyer and seller call it by.

    Peppol wants the buyer's reference or an order (R003). Where a buyer with an electronic address named neither,
    whom the register has to bill there is their reference, as "Deres ref." on paper.

    :param who: the buyer of an invoice
    """
    found = {key: text for key in core.REFERENCES if (text := _text(meta, key))}
    if "buyer-reference" not in meta and _text(card, "buyer-reference"):
        found["buyer-reference"] = _text(card, "buyer-reference")
    named = {"order", "buyer-reference"} & (found.keys() | meta.keys())
    if who and who.endpoint and who.contact.name and not named:
        found["buyer-reference"] = who.contact.name
    return found


def references(register: Register, found: Document) -> dict[str, str]:
    """The references of a document (BT-10 to BT-19), for who shows no more of it."""
    meta, card = found.entry.meta, register.values("customer", found.customer, found.date)
    addressed = "endpoint" in card or "buyer-endpoint" in meta
    return _references(meta, card, buyer(register, found.customer, found.date, meta) if addressed else None)


def _delivery(meta: Meta) -> core.Delivery:
    start, end = _date(meta, "period-start"), _date(meta, "period-end")
    return core.Delivery(
        date=_date(meta, "delivery"), period=(start, end) if start or end else None,
        name=_text(meta, "delivery-name"), location=identifier(_text(meta, "delivery-location")),
        address=address(meta, "delivery-"),
    )  # fmt: skip


def payment(register: Register, meta: Meta, currency: str, date: Date) -> core.Payment:
    """How to pay: to our accounts in the document's currency, else those with an IBAN; or as the document says."""
    cards = [values for record in register.of("bank-account").values() if (values := record.at(date))]
    home = register.currency
    mine = [card for card in cards if card.get("currency", home) == currency] or [
        card for card in cards if card.get("iban")
    ]
    own = any(key.startswith(("payment-iban", "payment-account", "payment-bic")) for key in meta)
    accounts = _accounts(meta) if own else tuple(
        core.Account(iban=_text(card, "iban"), number=_text(card, "number"), bic=_text(card, "bic"),
                     name=_text(card, "name"))
        for card in mine
    )  # fmt: skip
    mandate = (_text(meta, "mandate"), _text(meta, "mandate-creditor"), _text(meta, "mandate-account"))
    sepa = currency == "EUR" and any(account.iban for account in accounts)
    return core.Payment(
        code=_text(meta, "payment-means") or ("58" if sepa else "30"), text=_text(meta, "payment-text"),
        reference=_text(meta, "payment-reference") or _text(meta, "kid") or _text(meta, "reference"),
        accounts=accounts,
        card=(_text(meta, "card-number"), _text(meta, "card-holder")) if _text(meta, "card-number") else None,
        mandate=mandate if any(mandate) else None,
    )  # fmt: skip


def _accounts(meta: Meta) -> tuple[core.Account, ...]:
    found = (
        core.Account(
            iban=_text(meta, f"payment-iban{end}"), number=_text(meta, f"payment-account{end}"),
            bic=_text(meta, f"payment-bic{end}"), name=_text(meta, f"payment-account-name{end}"),
        )
        for end in _ENDS
    )  # fmt: skip
    return tuple(account for account in found if account != core.Account())


def attachments(meta: Meta) -> tuple[tuple[core.Attachment, str], ...]:
    """What a document says goes with it (BG-24), each with its file below the ledger's directory, or empty."""
    return tuple(
        (
            core.Attachment(
                id=text, description=_text(meta, f"attachment-text{end}"), mime=_text(meta, f"attachment-mime{end}"),
                filename=_text(meta, f"attachment-file{end}").rpartition("/")[2],
                url=_text(meta, f"attachment-url{end}"),
            ),
            _text(meta, f"attachment-file{end}"),
        )
        for end, text in _numbered(meta, "attachment")
    )  # fmt: skip


def _shown(book: Book, number: str) -> str:
    """The number that a document of the ledger carries, which may hold what a number of ours may not."""
    found = book.ledger.documents.get(number)
    return (_text(found.entry.meta, "document-number") if found else "") or number


def _dated(book: Book, number: str) -> Date | None:
    found = book.ledger.documents.get(number)
    return found.date if found else None


def _due(found: Document) -> Date | None:
    """The due date that a document states: an invoice always, unless it says that it does not."""
    meta = found.entry.meta
    if found.kind != core.INVOICE:
        return _date(meta, "due")
    return None if meta.get("due-stated") is False else found.due


_ENDS = tuple(key.removeprefix("note") for key in numbers("note"))


def _numbered(values: Mapping[str, Any], key: str) -> list[tuple[str, str]]:
    """Texts of a key that may be given several times, each with the end of its name: empty, `-2`, `-3` …"""
    if not any(name.startswith(key) for name in values):  # as nearly always
        return []
    return [(end, text) for end in _ENDS if (text := _text(values, key + end))]


def _text(values: Mapping[str, Any], key: str) -> str:
    found = values.get(key)
    return found if isinstance(found, str) else ""


def _date(meta: Meta, key: str) -> Date | None:
    found = meta.get(key)
    return found if isinstance(found, Date) else None


def _amount(meta: Meta, key: str) -> Decimal | None:
    found = meta.get(key)
    return found.number if isinstance(found, Amount) and isinstance(found.number, Decimal) else None


def _number(meta: Meta, key: str) -> Decimal | None:
    found = meta.get(key)
    return found if isinstance(found, Decimal) else None
