"""Business terms of another system's e-invoice as keys of a document, where the register says otherwise. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from billtext import ids
from billtext.model import Date, Register
from billtext.rules import core_invoice as core
from billtext.rules import incoming_parties, incoming_work, parties, presented_lines, presenting
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice, Party
from billtext.rules.incoming_work import Work


def terms(found: CoreInvoice, work: Work, customer: str, number: str, files: dict[str, bytes]) -> dict[str, Any]:
    """Keys of the transaction for all business terms that its amounts do not tell."""
    register, date, delivery = work.book.register, found.date, found.delivery
    keys: dict[str, Any] = {}
    if found.due is not None:
        keys["due"] = found.due
    elif found.kind == core.INVOICE:
        keys |= {"due": date, "due-stated": False}
    keys["delivery"] = delivery.date
    keys["period-start"], keys["period-end"] = delivery.period or (None, None)
    keys |= _reference(found, register)
    for key in core.REFERENCES:
        keys[key] = found.references.get(key)
    card = register.values("customer", customer, date)
    if card.get("buyer-reference") and not found.references.get("buyer-reference"):
        keys["buyer-reference"] = ""
    keys["object"] = incoming_parties.identifier(found.object) if found.object else None
    keys["type-code"] = found.type_code if found.type_code != core.TYPE_CODES[found.kind] else None
    keys["tax-point"], keys["tax-point-code"] = found.tax_point, found.tax_point_code or None
    terms = card.get("terms")
    ours = register.values("terms", terms, date) if isinstance(terms, str) else {}
    keys["terms-text"] = found.terms if found.terms or ours.get("text") or ours.get("discount") else None
    for n, (code, text) in enumerate(incoming_work.few(found.notes, "notes"), 1):
        keys[incoming_work.nth("note", n)], keys[incoming_work.nth("note-code", n)] = text, code or None
    keys |= _preceding(found, work.book, customer)
    card_seller = register.company(date)
    if not card_seller:
        card_seller = {**incoming_parties.card_of("company", found.seller)}
    keys |= incoming_parties.overrides("seller-", found.seller, parties.party(card_seller))
    shown_buyer = (
        parties.buyer(register, customer, date)
        if card
        else parties.party(incoming_parties.card_of("customer", found.buyer))
    )
    changed = incoming_parties.overrides("buyer-", found.buyer, shown_buyer)
    if changed and card:
        names = ", ".join(key.removeprefix("buyer-") for key in changed)
        work.told.append(
            f"customer {customer} has another {names} in the register, which stays; the document keeps its own"
        )
    keys |= changed
    keys |= _place(delivery) | _others(found) | _payment(found, register)
    keys |= _attached(found, register, customer, number, files)
    return {key: value for key, value in keys.items() if value is not None}


def _reference(found: CoreInvoice, register: Register) -> dict[str, Any]:
    text = found.payment.reference
    if not text:
        return {}
    if found.kind == core.INVOICE and ids.kid_fault(text, register.options.at("kid", found.date)) is None:
        return {"kid": text}
    if found.kind == core.INVOICE and text.startswith("RF") and ids.is_creditor_reference(text):
        return {"reference": text}
    return {"payment-reference": text}


def _preceding(found: CoreInvoice, book: Book, customer: str) -> dict[str, Any]:
    """What it corrects: the invoice of the ledger where it is there, and others by their numbers."""
    keys: dict[str, Any] = {}
    left = list(incoming_work.few(found.preceding, "preceding documents"))
    if found.kind == core.CREDIT_NOTE:
        for n, (number, _) in enumerate(left[:1]):
            there = book.ledger.documents.get(number)
            if there is not None and (there.kind, there.customer, there.currency) == (
                core.INVOICE, customer, found.currency
            ):  # fmt: skip
                keys["corrects"] = number
                del left[n]
        if "corrects" not in keys:
            keys["reason"] = found.reason or found.terms or next(
                (text for _, text in found.notes), ", ".join(number for number, _ in left) or "imported"
            )  # fmt: skip
            keys["reason-stated"] = False
    for n, (number, date) in enumerate(left, 1):
        keys[incoming_work.nth("preceding", n)], keys[incoming_work.nth("preceding-date", n)] = number, date
    return keys


def _place(delivery: core.Delivery) -> dict[str, Any]:
    found: dict[str, Any] = {"delivery-name": delivery.name or None}
    found["delivery-location"] = incoming_parties.identifier(delivery.location) if delivery.location else None
    return found | _address("delivery-", delivery.address)


def _address(prefix: str, address: core.Address) -> dict[str, Any]:
    own = incoming_parties.keys_of(Party(name="", address=address))
    return {f"{prefix}{key}": text for key, text in own.items()}


def _others(found: CoreInvoice) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    for who, party in (("payee", found.payee), ("representative", found.representative)):
        if party is None or not party.name:
            continue
        keys[f"{who}-name"] = party.name
        if who == "payee":
            keys["payee-id"] = incoming_parties.identifier(party.identifiers[0]) if party.identifiers else None
            keys["payee-org-number"] = incoming_parties.identifier(party.org_number) if party.org_number else None
        else:
            keys["representative-vat-number"] = party.vat_number or None
            keys |= _address("representative-", party.address)
    return keys


def _payment(found: CoreInvoice, register: Register) -> dict[str, Any]:
    """How to pay, where the register says otherwise."""
    payment, keys = found.payment, dict[str, Any]()
    usual = presenting.payment(register, {}, found.currency, found.date)
    if usual.accounts != payment.accounts:
        for n, account in enumerate(incoming_work.few(payment.accounts, "accounts to pay to"), 1):
            keys[incoming_work.nth("payment-iban", n)] = account.iban or None
            keys[incoming_work.nth("payment-account", n)] = account.number or None
            keys[incoming_work.nth("payment-bic", n)] = account.bic or None
            keys[incoming_work.nth("payment-account-name", n)] = account.name or None
        if not payment.accounts:
            keys["payment-iban"] = ""
    means = presenting.payment(register, keys, found.currency, found.date).code
    keys["payment-means"] = payment.code if payment.code != means else None
    keys["payment-text"] = payment.text or None
    if payment.card:
        keys["card-number"], keys["card-holder"] = payment.card[0], payment.card[1] or None
    if payment.mandate:
        for key, text in zip(("mandate", "mandate-creditor", "mandate-account"), payment.mandate, strict=True):
            keys[key] = text or None
    return keys


def _attached(
    found: CoreInvoice, register: Register, customer: str, number: str, files: dict[str, bytes]
) -> dict[str, Any]:
    """Keys of attachments; their files lie where Beancount looks for documents of the customer's account."""
    keys: dict[str, Any] = {}
    folder = "/".join(["documents", *register.options.receivable.split(":"), customer])
    for n, each in enumerate(incoming_work.few(found.attachments, "attachments"), 1):
        keys[incoming_work.nth("attachment", n)] = each.id or str(n)
        keys[incoming_work.nth("attachment-text", n)] = each.description or None
        keys[incoming_work.nth("attachment-url", n)] = each.url or None
        if each.content is not None:
            name = each.filename.replace("\\", "/").rsplit("/", 1)[-1]
            stem, dot, ending = name.rpartition(".")
            safe = incoming_work.NOT_A_NUMBER.sub("-", stem if dot else ending).strip("-_")[:60] or "attachment"
            ending = incoming_work.NOT_A_NUMBER.sub("", ending)[:8] if dot else ""
            own = incoming_work.NOT_A_NUMBER.sub("-", number)
            path = f"{folder}/{found.date}.{own}.{n}.{safe}{'.' + ending if ending else ''}"
            keys[incoming_work.nth("attachment-file", n)] = path
            keys[incoming_work.nth("attachment-name", n)] = name
            keys[incoming_work.nth("attachment-mime", n)] = each.mime or None
            files[path] = each.content
    return keys


_OURS = frozenset(text for _, text in presented_lines.EXEMPT.values())


def vat_words(
    found: CoreInvoice, register: Register, codes: Mapping[tuple[str, Decimal | None], tuple[str, str]], date: Date
) -> dict[str, Any]:
    """Why there is no VAT, where it is not what the register's code says.

    Our own words are kept too: else they would come out in the language of the customer.

    :param date: the document's tax point
    """
    keys: dict[str, Any] = {}
    for part in found.vat:
        code, reason = presented_lines.EXEMPT.get(part.category, ("", ""))
        if part.category in presented_lines.EXEMPT:
            values = register.values("vat", codes[part.category, part.rate][0], date)
            reason, code = str(values.get("text") or reason), str(values.get("vatex") or code)
        if (reason, code) != (part.reason, part.reason_code) or reason in _OURS:
            keys[f"exemption-{part.category.lower()}"] = part.reason
            keys[f"vatex-{part.category.lower()}"] = part.reason_code
    return keys
