"""What a document says to a person, in words, numbers and dates of its reader; HTML and Markdown lay it out.

All of it comes from the core invoice. A label is one of ours, in the reader's language; a value may hold text of the
ledger, so whoever writes it escapes it for his format.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from billtext.model import Date
from billtext.money import ZERO
from billtext.rendering import account_numbers, escape, units
from billtext.rendering.language import Language, unbroken
from billtext.rules import core_invoice as core
from billtext.rules.core_invoice import CREDIT_NOTE, QUOTE, CoreInvoice

Pair = tuple[str, str]
# Countries whose postal code stands behind the town, and those where it has a line of its own.
_CODE_LAST, _CODE_BELOW = frozenset({"AU", "CA", "NZ"}), frozenset({"GB", "IE"})
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) %")


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """A party: its name, and lines of address, numbers and contact below it."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the document.

    :param details: what else it says, by label; a label may be empty
    """

    text: str
    details: tuple[Pair, ...]
    quantity: str
    unit: str
    price: str
    discount: str
    vat: str
    net: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """A row of the VAT table."""

    rate: str
    base: str
    amount: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A document in words.

    :param heading: such as `Faktura 2026-0012`
    :param others: payee, place of delivery and tax representative, by label
    :param facts: dates, references and reasons, by label
    :param optional: lines of a quote that are in no total
    :param reasons: whether a VAT rate has a reason to be told
    :param sums: from the lines to what is to be paid; True where it is a total
    :param notes: paragraphs of lines
    :param instalments: name, due date and amount
    """

    heading: str
    title: str
    seller: Who
    buyer: Who
    others: tuple[tuple[str, Who], ...]
    facts: tuple[Pair, ...]
    lines: tuple[Row, ...]
    optional: tuple[Row, ...]
    discounts: bool
    sums: tuple[tuple[str, str, bool], ...]
    vat: tuple[Tax, ...]
    reasons: bool
    payment: tuple[Pair, ...]
    instalments: tuple[tuple[str, str, str], ...]
    notes: tuple[tuple[str, ...], ...]
    attachments: tuple[Pair, ...]


def view(one: CoreInvoice, t: Language) -> View:
    """Put a document into words."""
    rows = tuple((line, _row(line, one.currency, t)) for line in one.lines)
    vat = tuple(
        Tax(rate=rate(part.rate, t), base=t.amount(part.base, one.currency),
            amount=t.amount(part.amount, one.currency), reason=reason(part, t))
        for part in one.vat
    )  # fmt: skip
    return View(
        heading=f"{kind(one.kind, t)} {one.number}", title=one.title,
        seller=Who(name=one.seller.name, lines=tuple(seller(one.seller, one.buyer, t))),
        buyer=Who(name=one.buyer.name, lines=tuple(buyer(one.buyer, one.seller, t))),
        others=tuple(_others(one, t)), facts=tuple(facts(one, t)),
        lines=tuple(row for line, row in rows if not line.optional),
        optional=tuple(row for line, row in rows if line.optional),
        discounts=any(row.discount for _, row in rows), sums=tuple(_sums(one, t)),
        vat=vat, reasons=any(part.reason for part in vat),
        payment=tuple(_payment(one, t)),
        instalments=tuple(
            (part.name, t.date(part.due), t.amount(part.amount, one.currency)) for part in one.instalments
            if one.kind == core.INVOICE  # those of a credit note are our own book-keeping
        ),
        notes=tuple(part for text in (*(text for _, text in one.notes), one.terms) for part in escape.paragraphs(text)),
        attachments=tuple((found.filename or found.id, found.description) for found in one.attachments),
    )  # fmt: skip


def kind(of: str, t: Language) -> str:
    """What a document of a kind is called."""
    if of == QUOTE:
        return t("Quote")
    return t("Credit note") if of == CREDIT_NOTE else t("Invoice")


# --- parties ----------------------------------------------------------------------------------------------


def address(of: core.Address, own_country: str, t: Language) -> list[str]:
    """Lines of a postal address; the country stands only on what goes abroad."""
    abroad = of.country and of.country != own_country
    return [*filter(None, of.lines), *town(of), *([t.country(of.country)] if abroad else [])]


def town(of: core.Address) -> list[str]:
    """Town, postal code and region in the order of their country's post (Universal Postal Union, S42)."""

    def joined(*parts: str, by: str = " ") -> str:
        return by.join(filter(None, parts))

    if of.country == "US":
        found = [joined(joined(of.city, of.region, by=", "), of.postal_code)]
    elif of.country in _CODE_LAST:
        found = [joined(of.city, of.region, of.postal_code)]
    elif of.country in _CODE_BELOW:
        found = [of.city, of.region, of.postal_code]
    else:
        found = [joined(of.postal_code, of.city), of.region]
    return [line for line in found if line]


def numbers(of: core.Party, t: Language) -> list[str]:
    """Numbers of a party: in Norway one, followed by MVA where it is registered (bokføringsforskriften § 5-1-2)."""
    org = of.org_number.id if of.org_number else ""
    if org and of.vat_number == f"NO{org}MVA":
        return [f"{t('Org. no.')} {org} MVA"]
    found = [f"{t('Org. no.')} {org}"] if org else []
    return [*found, f"{t('VAT no.')} {of.vat_number}"] if of.vat_number else found


def seller(of: core.Party, reader: core.Party, t: Language) -> list[str]:
    """What stands below the seller's name; its country only for a reader abroad."""
    lines = address(of.address, reader.address.country or of.address.country, t)
    contact = filter(None, (of.contact.name, of.contact.phone, of.contact.email, of.website))
    return [*lines, *numbers(of, t), *filter(None, (of.tax_registration, of.legal_form)), *contact]


def buyer(of: core.Party, sender: core.Party, t: Language) -> list[str]:
    """What stands below the buyer's name."""
    return [*address(of.address, sender.address.country, t), *numbers(of, t)]


def _others(one: CoreInvoice, t: Language) -> Iterable[tuple[str, Who]]:
    own = one.seller.address.country
    place = one.delivery
    if place.name or place.address != core.Address():
        yield t("Delivered to"), Who(name=place.name, lines=tuple(address(place.address, own, t)))
    for label, party in ((t("Payee"), one.payee), (t("Tax representative"), one.representative)):
        if party is not None:
            yield label, Who(name=party.name, lines=(*address(party.address, own, t), *numbers(party, t)))


# --- facts ------------------------------------------------------------------------------------------------


def _period(period: tuple[Date | None, Date | None], t: Language) -> str:
    return " – ".join(unbroken(t.date(day)) if day else "" for day in period).strip()


def facts(one: CoreInvoice, t: Language) -> Iterable[Pair]:
    """Dates, references and reasons of a document."""
    yield t("Date"), t.date(one.date)
    if one.due is not None and not one.instalments:
        yield t("Due"), t.date(one.due)
    if one.valid_until is not None:
        yield t("Valid until"), t.date(one.valid_until)
    if one.delivery.date is not None:
        yield t("Delivered"), t.date(one.delivery.date)
    if one.delivery.period is not None:
        yield t("Period"), _period(one.delivery.period, t)
    if one.tax_point is not None:
        yield t("Tax point"), t.date(one.tax_point)
    if one.buyer.id:
        yield t("Customer"), one.buyer.id
    if one.buyer.contact.name:
        yield t("Attention"), one.buyer.contact.name
    yield from references(one, t)
    for number, day in one.preceding:
        yield t("Corrects"), preceding(number, day, t)
    if one.reason:
        yield t("Reason"), one.reason


def preceding(number: str, day: Date | None, t: Language) -> str:
    """An earlier document that one corrects."""
    return f"{number}, {t.date(day)}" if day else number


def references(one: CoreInvoice, t: Language) -> Iterable[Pair]:
    """References of a document (BT-10 to BT-19)."""
    labels = {
        "buyer-reference": t("Buyer's reference"), "project": t("Project"), "contract": t("Contract"),
        "order": t("Order"), "sales-order": t("Our order"), "receiving-advice": t("Receiving advice"),
        "despatch-advice": t("Despatch advice"), "tender": t("Tender"), "buyer-account": t("Buyer's account"),
    }  # fmt: skip
    for key, label in labels.items():
        if one.references.get(key):
            yield label, one.references[key]
    if one.object is not None:
        yield t("Object"), one.object.id


# --- lines and sums ---------------------------------------------------------------------------------------


def rate(percent: Decimal | None, t: Language) -> str:
    """A rate of VAT; a dash for what is outside the scope of VAT."""
    return "–" if percent is None else t.percent(percent)


def reason(part: core.VatBreakdown, t: Language) -> str:
    """Why there is no VAT: our own words in the reader's language, others as they are."""
    return t(part.reason) if part.reason else ""


def _row(line: core.Line, currency: str, t: Language) -> Row:
    price = t.price(line.price, currency)
    if line.price_per != 1:
        price = f"{price} / {t.number(line.price_per)}"
    return Row(
        text=line.text, details=tuple(_details(line, currency, t)), quantity=t.number(line.quantity),
        unit=units.name(line.unit, line.quantity, t), price=price, discount=discount(line, currency, t),
        vat=rate(line.rate, t), net=t.amount(line.net, currency),
    )  # fmt: skip


def discount(line: core.Line, currency: str, t: Language) -> str:
    """What is taken off a line: the percent that was agreed, else the amount; what is added has a plus."""
    shown = [
        t.percent(part.percent) if part.percent is not None and not part.charge
        else ("+" if part.charge else "") + t.amount(part.amount, currency)
        for part in line.adjustments
    ]  # fmt: skip
    return ", ".join(shown)


def _details(line: core.Line, currency: str, t: Language) -> Iterable[Pair]:
    for text in (line.description, line.note):
        yield from (("", shown) for part in escape.paragraphs(text) for shown in part)
    for label, text in (
        (t("Item no."), line.seller_item), (t("Your item no."), line.buyer_item),
        ("GTIN", line.standard_item.id if line.standard_item else ""), (t("Order line"), line.order_line),
        (t("Buyer's account"), line.buyer_account), (t("Object"), line.object.id if line.object else ""),
        (t("Country of origin"), t.country(line.origin) if line.origin else ""),
        (t("List price"), "" if line.list_price is None else t.price(line.list_price, currency)),
        (t("Period"), _period(line.period, t) if line.period else ""),
    ):  # fmt: skip
        if text:
            yield label, text
    yield from line.attributes
    for part in line.adjustments:
        if part.reason and part.reason != "Discount":
            yield t("Charge") if part.charge else t("Discount"), part.reason


def _sums(one: CoreInvoice, t: Language) -> Iterable[tuple[str, str, bool]]:
    totals, currency = one.totals, one.currency

    def amount(number: Decimal) -> str:
        return t.amount(number, currency)

    if one.adjustments:
        yield t("Sum of the lines"), amount(totals.lines), False
        for part in one.adjustments:
            label = t("Charge") if part.charge else t("Discount")
            shown = f"{label}: {_reason(part.reason, t)}" if part.reason else label
            if part.deducts and part.reason:  # what was paid before is no discount
                shown = part.reason
            percent = f" ({t.percent(part.percent)})" if part.percent is not None else ""
            yield f"{shown}{percent}", amount(part.amount if part.charge else -part.amount), False
    yield t("Net"), amount(totals.net), False
    yield t("VAT"), amount(totals.vat), False
    yield f"{t('Total')} {currency}", amount(totals.gross), True
    if totals.rounding:
        yield t("Rounding"), amount(totals.rounding), False
    if totals.prepaid:
        yield t("Paid already"), amount(-totals.prepaid), False
    if totals.payable != totals.gross:
        label = t("Credited") if one.kind == CREDIT_NOTE else t("To pay")
        yield f"{label} {currency}", amount(totals.payable), True
    if totals.home_vat is not None:
        yield f"{t('VAT')} {one.home_currency}", t.amount(totals.home_vat, one.home_currency), False
    if one.exchange_rate is not None:
        yield t("Rate"), f"1 {currency} = {t.number(one.exchange_rate)} {one.home_currency}", False


def _reason(text: str, t: Language) -> str:
    """Why something is taken off or added: a discount on the whole says its percent alone, which is a number."""
    percent = _PERCENT.fullmatch(text)
    return t.percent(Decimal(percent[1])) if percent else text


# --- payment ----------------------------------------------------------------------------------------------


def _payment(one: CoreInvoice, t: Language) -> Iterable[Pair]:
    """What somebody who pays needs; nothing on a credit note or a quote."""
    if one.kind != core.INVOICE or one.totals.payable <= ZERO:
        return
    yield f"{t('To pay')} {one.currency}", t.amount(one.totals.payable, one.currency)
    if one.due is not None and not one.instalments:
        yield t("Due"), t.date(one.due)
    if one.cash_discount is not None:
        off, says = one.cash_discount, t("{percent}: {amount} if paid by {date}")
        day = unbroken(t.date(off.until))
        shown = {"amount": t.amount(off.amount, one.currency), "date": day}
        yield t("Cash discount"), says.format(percent=t.percent(off.percent), **shown)
    if how := collected(one.payment, t):
        yield t("Payment"), how
        yield from _collected(one.payment, t)
        return
    if one.payment.reference:
        yield "KID" if _kid(one) else t("Payment reference"), one.payment.reference
    elif one.payment.accounts and one.number:  # a draft has none yet
        yield t("Mark the payment with"), one.number
    yield from accounts(one.payment.accounts, one.seller.address.country, t)
    if one.payment.text:
        yield t("Payment"), one.payment.text


def collected(of: core.Payment, t: Language) -> str:
    """How the seller collects, where nobody is to pay besides; else empty."""
    if of.debited:
        return t("collected by direct debit")
    return t("charged to the card") if of.by_card else ""


def _collected(of: core.Payment, t: Language) -> Iterable[Pair]:
    mandate, creditor, account = of.mandate or ("", "", "")
    for label, text in (
        (t("Card"), " ".join(filter(None, of.card or ()))), (t("Mandate reference"), mandate),
        (t("Creditor identifier"), creditor), (t("Debited account"), account_numbers.iban(account)),
        (t("Payment reference"), of.reference), (t("Payment"), of.text),
    ):  # fmt: skip
        if text:
            yield label, text


def _kid(one: CoreInvoice) -> bool:
    """Whether the reference is a Norwegian KID: 2 to 25 digits, whose check digit may be a dash (modulus 11)."""
    text = one.payment.reference
    digits = text.removesuffix("-").isascii() and text.removesuffix("-").isdigit()
    return one.seller.address.country == "NO" and digits and 2 <= len(text) <= 25


def accounts(found: Iterable[core.Account], country: str, t: Language) -> Iterable[Pair]:
    """Where to pay: what each of our bank accounts is called by.

    :param country: of their owner (ISO 3166)
    """
    for account in found:
        for label, text in (
            (t("Bank account"), account_numbers.domestic(account.number, country)),
            ("IBAN", account_numbers.iban(account.iban)), ("BIC", account.bic), (t("Account name"), account.name),
        ):  # fmt: skip
            if text:
                yield label, text
