"""Another system's e-invoice as a document of the ledger: what is written for it, decided to the cent. Pure.

What the register says is not said again; what the file says otherwise stands on the document itself, by keys such as
`buyer-email`, so that the register stays as it is and the document shows every business term that the file has.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext import ids
from billtext.errors import Refused, shown
from billtext.ledger import write
from billtext.ledger.schema import MOST, REGISTER
from billtext.ledger.write import Account
from billtext.model import Date, Register
from billtext.money import CONTEXT, ZERO, exact, plain, rounded
from billtext.rules import core_invoice as core
from billtext.rules import numbering, parties, presented_lines, presenting
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice, Identifier, Party
from billtext.rules.register_changes import free_ids

_NOT_A_NUMBER = re.compile(r"[^A-Za-z0-9_-]+")
_RECOGNISED = ("endpoint", "org-number", "vat-number", "gln")
_DEFAULT_INCOME, _DEFAULT_BANK = "Income:Sales", "Assets:Bank"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a bookkeeper says besides the file: the customer, accounts, and a rate to the company's currency."""

    customer: str | None = None
    income: str | None = None
    prepaid: str | None = None
    rate: Decimal | None = None
    kind: str = "company"


@dataclass(slots=True)
class _Work:
    book: Book
    opened: Mapping[str, Date]
    date: Date
    register_text: list[str] = field(default_factory=list)
    new_opens: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    counts: dict[tuple[str, str], int] | None = None

    def usual(self, code: str) -> str | None:
        """The income account that most lines of a VAT code have, else most lines at all."""
        if self.counts is None:
            self.counts = {}
            for document in self.book.documents:
                for line in self.book.lines(document)[0]:
                    if line.account.startswith("Income:"):
                        for key in ((line.vat or "", line.account), ("", line.account)):
                            self.counts[key] = self.counts.get(key, 0) + 1
        for wanted in (code, ""):
            found = {name: count for (of, name), count in self.counts.items() if of == wanted}
            if found:
                return max(sorted(found), key=lambda name: found[name])
        return None

    def account(self, name: str) -> str:
        """An account that is used; opened where it is not yet."""
        if name not in self.opened:
            self.new_opens.setdefault(name, write.opening(self.date, name))
        return name


def plan(found: CoreInvoice, book: Book, opened: Mapping[str, Date], rate_of: Any, wishes: Wishes) -> Incoming:
    """What to write for a document that was read from a file.

    :param opened: accounts that the ledger opens, with their days
    :param rate_of: the ledger's own rate of a currency to another on a day, or None
    :raises Refused: it cannot stand in this ledger
    """
    register, work = book.register, _Work(book, opened, found.date)
    number = _number(found, book)
    _sound(found)
    home = _company(found, work)
    customer, customer_text = _customer(found, work, wishes)
    codes = _codes(found, work)
    rate = _rate(found, home, rate_of, wishes)
    files: dict[str, bytes] = {}
    keys: dict[str, Any] = {found.kind: number}
    if number != found.number:
        keys["document-number"] = found.number
    keys |= _terms(found, work, customer, number, files)
    keys |= _vat_words(found, register, codes)
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
        account = _income(line, work, codes, wishes)
        meta = _line(line, n, codes, register, currency)
        postings.append(write.posting(account, exact(turn * line.net + ZERO, currency), currency, rate=at, meta=meta))
    for each in found.adjustments:
        meta = {
            "charge" if each.charge else "allowance": each.reason, "reason-code": each.reason_code or None,
            "base": None if each.base is None else Amount(each.base, currency), "percent": each.percent,
            "vat": codes[each.category, each.rate][0],
        }  # fmt: skip
        amount = each.amount if each.charge else -each.amount
        account = _income(None, work, codes, wishes, codes[each.category, each.rate][0])
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
    payee = _payee(found, register, customer, wishes.kind)
    name = "Invoice" if found.kind == core.INVOICE else "Credit note"
    narration = next((line.text for line in found.lines if line.text), "") if len(found.lines) == 1 else ""
    title = _one_line(narration) or f"{name} {found.number}"
    text = write.transaction(found.date, payee, title, links=links, meta=keys, postings=postings)
    text += _prepaid(found, number, payee, receivable, at, work, wishes)
    _series(found, number, work)
    opens = "".join(work.new_opens[name] for name in sorted(work.new_opens))
    company = "\n".join([*work.register_text, *([opens] if opens else [])])
    return Incoming(
        number=number, customer=customer, date=found.date, company=company, customer_text=customer_text, document=text,
        files=files, told=tuple(work.told),
    )  # fmt: skip


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _number(found: CoreInvoice, book: Book) -> str:
    """The number in the ledger: the document's own, without what a number of ours may not hold."""
    number = found.number
    if not ids.is_number(number):
        number = _NOT_A_NUMBER.sub("-", number).strip("-_")
    if book.register.of("series") and number and not re.search(r"\d", number):
        number += "-1"  # what a series can count
    if not number or not ids.is_number(number) or len(number) > 100:
        raise Refused(
            f"the number {shown(found.number[:60])!r} cannot name a document; ask for one with letters or digits"
        )
    there = book.ledger.documents.get(number)
    if there is not None:
        place = f"{there.entry.meta.get('filename')}:{there.entry.meta.get('lineno')}"
        raise Refused(f"{number} is in the ledger already ({place}); it is not imported twice")
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
    for each in (*found.adjustments, *(one for line in found.lines for one in line.adjustments)):
        if each.amount < 0:
            raise Refused(
                f"{shown(found.number)} has an allowance or charge of {each.amount}, below 0; book it by hand"
            )
    for line in found.lines:
        if not found.vat or not line.category:
            raise Refused(f"line {shown(line.id)} of {shown(found.number)} has no VAT category; book it by hand")


# --- parties ----------------------------------------------------------------------------------------------


def _company(found: CoreInvoice, work: _Work) -> str:
    """The company's currency; its card is written where the ledger has none.

    :raises Refused: the seller is somebody else
    """
    register, seller = work.book.register, found.seller
    if register.get("company", "") is None:
        currency = found.home_currency or found.currency
        if not seller.name:
            raise Refused("the seller has no name, and the ledger no company; write the `company` directive first")
        card = _card("company", seller)
        name = card.pop("name", seller.name)
        work.register_text.append(write.custom(found.date, "company", name, meta={**card, "currency": currency}))
        work.told.append(f"the ledger had no company: {name} is written as it, from {found.date} on")
        return currency
    card = dict(register.company(found.date))
    theirs = seller.org_number.id if seller.org_number else ""
    ours = _digits(str(card.get("org-number") or ""))
    same = [
        ours and ours in {_digits(theirs), _digits(seller.vat_number)},
        card.get("vat-number") and card.get("vat-number") == seller.vat_number,
    ]
    named = _folded(str(card.get("name") or "")) == _folded(seller.name)
    if not any(same) and not (named and not (ours and theirs and ours != _digits(theirs))):
        raise Refused(
            f"the seller of {shown(found.number)} is {shown(seller.name)} {shown(theirs)}".rstrip()
            + f", and the company of this ledger is {card.get('name')}; import it into the ledger of its seller"
        )
    home = register.currency
    if home is None:
        raise Refused("the company has no currency; give it `currency:` first")
    return home


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def keys_of(party: Party) -> dict[str, Any]:
    """A party by the keys of its card, empty ones left out."""
    lines = dict(zip(("address", "address-2", "address-3"), party.address.lines, strict=False))
    values = {
        "name": party.name, "trading-name": party.trading_name,
        **{_nth("party-id", n): identifier(each) for n, each in enumerate(party.identifiers, 1)},
        "org-number": party.org_number.id if party.org_number else "",
        "org-scheme": party.org_number.scheme if party.org_number else "",
        "vat-number": party.vat_number, "register": party.tax_registration, "legal-form": party.legal_form,
        "endpoint": identifier(party.endpoint) if party.endpoint else "", **lines,
        "postal-code": party.address.postal_code, "city": party.address.city, "region": party.address.region,
        "country": party.address.country, "contact-name": party.contact.name, "phone": party.contact.phone,
        "email": party.contact.email,
    }  # fmt: skip
    return {key: text for key, text in values.items() if text}


def _nth(key: str, n: int) -> str:
    return key if n == 1 else f"{key}-{n}"


def identifier(found: Identifier) -> str:
    """An identifier as the ledger writes it.

    :raises Refused: the ledger language has no form for it
    """
    scheme = f"{found.scheme} {found.version}" if found.version else found.scheme
    for text in (f"{scheme}:{found.id}" if scheme else found.id, f":{found.id}"):
        if parties.identifier(text) == found:
            return text
    raise Refused(
        f"the identifier {shown(found.id)!r} of scheme {shown(found.scheme)!r} cannot be written in the ledger"
    )


def _card(directive: str, party: Party) -> dict[str, Any]:
    """What a register record takes of a party: all that passes its checks."""
    keys, own = REGISTER[directive], keys_of(party)
    country = str(own.get("country") or "NO")
    found = {}
    for key, text in own.items():
        valid = keys[key].valid if key in keys else None
        if key in keys and (valid is None or valid(text, country)):
            found[key] = text
    if "org-number" not in found:
        found.pop("org-scheme", None)
    elif found.get("org-scheme") == "0192" and country == "NO":
        found.pop("org-scheme")
    elif "org-scheme" not in found and country == "NO":
        found["org-scheme"] = ""
    return found


def _overrides(prefix: str, party: Party, shown_by_register: Party) -> dict[str, Any]:
    """What a document says itself of a party that its register shows otherwise."""
    wanted, there = keys_of(party), keys_of(shown_by_register)
    changed = {key: wanted.get(key, "") for key in [*wanted, *there] if wanted.get(key, "") != there.get(key, "")}
    if any(key.startswith("party-id") for key in changed):  # one of them stands for all
        changed = {key: text for key, text in changed.items() if not key.startswith("party-id")}
        changed |= {key: text for key, text in wanted.items() if key.startswith("party-id")} or {"party-id": ""}
    if "country" in changed or "org-number" in changed:
        changed["org-scheme"] = wanted.get("org-scheme", "")
    return {f"{prefix}{key}": text for key, text in changed.items()}


def _customer(found: CoreInvoice, work: _Work, wishes: Wishes) -> tuple[str, str]:
    """The id of the buyer, and the text of a new customer's file."""
    register, buyer = work.book.register, found.buyer
    if wishes.customer is not None:
        if register.get("customer", wishes.customer) is None:
            raise Refused(
                f"customer {shown(wishes.customer)} is not in the register; leave --customer out, and one is written"
            )
        return wishes.customer, ""
    known = recognised(register, buyer, found.date)
    if known is not None:
        return known, ""
    if not buyer.name:
        raise Refused(f"the buyer of {shown(found.number)} has no name; say who it is with --customer")
    taken = {item.customer for item in work.book.ledger.items}
    id_ = next(free_ids(register, taken))
    card = _card("customer", buyer)
    values = {"name": card.pop("name", buyer.name), "kind": wishes.kind, **card}
    work.told.append(f"new customer {id_}: {_one_line(buyer.name)}")
    return id_, write.custom(found.date, "customer", id_, meta=values)


def recognised(register: Register, buyer: Party, date: Date) -> str | None:
    """The customer that a buyer is: by electronic address, registration, VAT number or GLN, else by name and address.

    :raises Refused: it may be several
    """
    own = keys_of(buyer)
    own["gln"] = next((each.id for each in buyer.identifiers if each.scheme == "0088"), "")
    cards = {name: register.values("customer", name, date) for name in register.of("customer")}
    for key in _RECOGNISED:
        same = [name for name, card in cards.items() if own.get(key) and card.get(key) == own[key]]
        if len(same) > 1:
            raise Refused(
                f"the buyer's {key} {shown(own[key])} is that of customers {', '.join(same)}; say which with --customer"
            )
        if same:
            return same[0]
    names = ("name", "address", "postal-code", "city")
    wanted = [_folded(str(own.get(key) or "")) for key in names]
    numbers = ("org-number", "vat-number")
    same = [
        name for name, card in cards.items()
        if [_folded(str(card.get(key) or "")) for key in names] == wanted
        and all(not own.get(key) or not card.get(key) or card.get(key) == own[key] for key in numbers)
    ]  # fmt: skip
    if len(same) > 1:
        raise Refused(f"the buyer {shown(buyer.name)} may be {', '.join(same)}; say which with --customer")
    return same[0] if same else None


def _payee(found: CoreInvoice, register: Register, customer: str, kind: str) -> str:
    """The name on the transaction; of a person or a guest the id."""
    values = register.values("customer", customer, found.date)
    if values.get("kind", "company" if values else kind) in {"person", "guest"}:
        return customer
    return _one_line(str(values.get("name") or found.buyer.name))


# --- keys of the document ---------------------------------------------------------------------------------


def _terms(found: CoreInvoice, work: _Work, customer: str, number: str, files: dict[str, bytes]) -> dict[str, Any]:
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
    keys["object"] = identifier(found.object) if found.object else None
    keys["type-code"] = found.type_code if found.type_code != core.TYPE_CODES[found.kind] else None
    keys["tax-point"], keys["tax-point-code"] = found.tax_point, found.tax_point_code or None
    terms = card.get("terms")
    words = register.values("terms", terms, date).get("text") if isinstance(terms, str) else None
    keys["terms-text"] = found.terms if found.terms or words else None
    for n, (code, text) in enumerate(_few(found.notes, "notes"), 1):
        keys[_nth("note", n)], keys[_nth("note-code", n)] = text, code or None
    keys |= _preceding(found, work.book, customer)
    card_seller = register.company(date)
    if not card_seller:
        card_seller = {**_card("company", found.seller)}
    keys |= _overrides("seller-", found.seller, parties.party(card_seller))
    shown_buyer = parties.buyer(register, customer, date) if card else parties.party(_card("customer", found.buyer))
    changed = _overrides("buyer-", found.buyer, shown_buyer)
    if changed and card:
        names = ", ".join(key.removeprefix("buyer-") for key in changed)
        work.told.append(
            f"customer {customer} has another {names} in the register, which stays; the document keeps its own"
        )
    keys |= changed
    keys |= _place(delivery) | _others(found) | _payment(found, register)
    keys |= _attached(found, register, customer, number, files)
    return {key: value for key, value in keys.items() if value is not None}


def _few(values: tuple[Any, ...], what: str) -> tuple[Any, ...]:
    if len(values) > MOST:
        raise Refused(f"it has {len(values)} {what}, and a document of the ledger may have {MOST}; book it by hand")
    return values


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
    left = list(_few(found.preceding, "preceding documents"))
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
        keys[_nth("preceding", n)], keys[_nth("preceding-date", n)] = number, date
    return keys


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


def _place(delivery: core.Delivery) -> dict[str, Any]:
    found: dict[str, Any] = {"delivery-name": delivery.name or None}
    found["delivery-location"] = identifier(delivery.location) if delivery.location else None
    return found | _address("delivery-", delivery.address)


def _address(prefix: str, address: core.Address) -> dict[str, Any]:
    own = keys_of(Party(name="", address=address))
    return {f"{prefix}{key}": text for key, text in own.items()}


def _others(found: CoreInvoice) -> dict[str, Any]:
    keys: dict[str, Any] = {}
    for who, party in (("payee", found.payee), ("representative", found.representative)):
        if party is None or not party.name:
            continue
        keys[f"{who}-name"] = party.name
        if who == "payee":
            keys["payee-id"] = identifier(party.identifiers[0]) if party.identifiers else None
            keys["payee-org-number"] = identifier(party.org_number) if party.org_number else None
        else:
            keys["representative-vat-number"] = party.vat_number or None
            keys |= _address("representative-", party.address)
    return keys


def _payment(found: CoreInvoice, register: Register) -> dict[str, Any]:
    """How to pay, where the register says otherwise."""
    payment, keys = found.payment, dict[str, Any]()
    usual = presenting.payment(register, {}, found.currency, found.date)
    if usual.accounts != payment.accounts:
        for n, account in enumerate(_few(payment.accounts, "accounts to pay to"), 1):
            keys[_nth("payment-iban", n)] = account.iban or None
            keys[_nth("payment-account", n)] = account.number or None
            keys[_nth("payment-bic", n)] = account.bic or None
            keys[_nth("payment-account-name", n)] = account.name or None
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
    for n, each in enumerate(_few(found.attachments, "attachments"), 1):
        keys[_nth("attachment", n)] = each.id or str(n)
        keys[_nth("attachment-text", n)] = each.description or None
        keys[_nth("attachment-url", n)] = each.url or None
        if each.content is not None:
            stem, dot, ending = each.filename.replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")
            safe = _NOT_A_NUMBER.sub("-", stem if dot else ending).strip("-_")[:60] or "attachment"
            ending = _NOT_A_NUMBER.sub("", ending)[:8] if dot else ""
            own = _NOT_A_NUMBER.sub("-", number)
            path = f"{folder}/{found.date}.{own}.{n}.{safe}{'.' + ending if ending else ''}"
            keys[_nth("attachment-file", n)] = path
            keys[_nth("attachment-mime", n)] = each.mime or None
            files[path] = each.content
    return keys


# --- lines and VAT ----------------------------------------------------------------------------------------


def _line(
    line: core.Line, n: int, codes: Mapping[tuple[str, Decimal | None], tuple[str, str]], register: Register,
    currency: str,
) -> dict[str, Any]:  # fmt: skip
    """Keys of a line's posting."""
    item = register.get("item", line.seller_item) if line.seller_item else None
    values = (item.at(Date.max) or {}) if item is not None else {}
    ours = item is not None and not {"gtin", "description"} & values.keys()
    keys: dict[str, Any] = {
        "item": line.seller_item if ours else None, "line-id": line.id if line.id != str(n) else None,
        "text": line.text, "description": line.description or None, "note": line.note or None,
        "quantity": line.quantity, "unit": line.unit, "price": Amount(line.price, currency),
        "price-per": line.price_per if line.price_per != 1 else None,
        "list-price": None if line.list_price is None else Amount(line.list_price, currency),
    }  # fmt: skip
    for kind in ("discount", "charge"):
        own = tuple(each for each in line.adjustments if each.charge is (kind == "charge"))
        for m, each in enumerate(_few(own, f"{kind}s on a line"), 1):
            end = "" if m == 1 else f"-{m}"
            keys[f"{kind}-amount{end}"] = Amount(each.amount, currency)
            keys[f"{kind}-reason{end}"] = each.reason or None
            keys[f"{kind}-code{end}"] = each.reason_code or None
            keys[f"{kind}-base{end}"] = None if each.base is None else Amount(each.base, currency)
            keys[f"{kind}-percent{end}"] = each.percent
    keys |= {
        "seller-item": line.seller_item if line.seller_item and not ours else None,
        "buyer-item": line.buyer_item or None,
        "gtin": identifier(line.standard_item) if line.standard_item else None, "origin": line.origin or None,
        "order-line": line.order_line or None, "buyer-account": line.buyer_account or None,
        "object": identifier(line.object) if line.object else None,
    }  # fmt: skip
    for m, found in enumerate(_few(line.classifications, "classifications on a line"), 1):
        keys[_nth("classification", m)] = identifier(found)
    for m, (name, value) in enumerate(_few(line.attributes, "attributes on a line"), 1):
        keys[_nth("attribute", m)] = f"{name}: {value}"
    keys["period-start"], keys["period-end"] = line.period or (None, None)
    keys["vat"] = codes[line.category, line.rate][0]
    return keys


def _codes(found: CoreInvoice, work: _Work) -> dict[tuple[str, Decimal | None], tuple[str, str]]:
    """VAT code of the register, and its account, of each category and rate; new ones are written."""
    register, date = work.book.register, found.date
    pairs = {(line.category, line.rate) for line in found.lines}
    pairs |= {(each.category, each.rate) for each in found.adjustments}
    pairs |= {(part.category, part.rate) for part in found.vat}
    known = REGISTER["vat"]["category"].valid
    codes: dict[tuple[str, Decimal | None], tuple[str, str]] = {}
    for category, rate in sorted(pairs, key=lambda pair: (pair[0], pair[1] or 0)):
        percent = rate or ZERO
        if known is not None and not known(category, ""):
            raise Refused(f"the VAT category {shown(category)!r} of {shown(found.number)} is not known to the ledger")
        if not 0 <= percent <= 100:
            raise Refused(f"a VAT rate of {plain(percent)} % cannot be booked; it goes from 0 to 100")
        there = (register.vat(code, date) for code in register.of("vat"))
        vat = next((one for one in there if one and one.category == category and one.rate == percent), None)
        if vat is not None:
            codes[category, rate] = vat.code, vat.account or ""
            continue
        stem = f"{category}{plain(percent)}".replace(".", "-")
        taken = {*register.of("vat"), *(code for code, _ in codes.values())}
        code = next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, 1000))) if c not in taken)
        account = f"Liabilities:VAT:{code}" if percent else ""
        meta = {"category": category, "account": Account(account) if account else None}
        work.register_text.append(write.custom(date, "vat", code, percent, meta=meta))
        if account:
            work.account(account)
        work.told.append(f"new VAT code {code}: category {category}, {plain(percent)} %")
        codes[category, rate] = code, account
    return codes


def _vat_words(
    found: CoreInvoice, register: Register, codes: Mapping[tuple[str, Decimal | None], tuple[str, str]]
) -> dict[str, Any]:
    """Why there is no VAT, where it is not what the register's code says."""
    keys: dict[str, Any] = {}
    for part in found.vat:
        code, reason = presented_lines.EXEMPT.get(part.category, ("", ""))
        if part.category in presented_lines.EXEMPT:
            values = register.values("vat", codes[part.category, part.rate][0], found.date)
            reason, code = str(values.get("text") or reason), str(values.get("vatex") or code)
        if (reason, code) != (part.reason, part.reason_code):
            keys[f"exemption-{part.category.lower()}"] = part.reason
            keys[f"vatex-{part.category.lower()}"] = part.reason_code
    return keys


def _income(
    line: core.Line | None, work: _Work, codes: Mapping[tuple[str, Decimal | None], tuple[str, str]], wishes: Wishes,
    code: str = "",
) -> str:  # fmt: skip
    """The account of a line: its item's, the one that is asked for, else that of most lines of its VAT code."""
    if wishes.income is not None:
        if wishes.income not in work.opened:
            raise Refused(
                f"the account {shown(wishes.income)} is not open; open it first, or name another with --income"
            )
        return wishes.income
    register = work.book.register
    if line is not None:
        values = register.values("item", line.seller_item, work.date) if line.seller_item else {}
        if isinstance(values.get("account"), str) and values["account"] in work.opened:
            return str(values["account"])
        code = codes[line.category, line.rate][0]
    usual = work.usual(code)
    if usual is not None:
        return usual
    known = sorted(name for name in work.opened if name.startswith("Income:"))
    return work.account(known[0] if len(known) == 1 else _DEFAULT_INCOME)


def _rounding(register: Register, work: _Work) -> str:
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


def _prepaid(found: CoreInvoice, number: str, payee: str, receivable: str, at: str, work: _Work, wishes: Wishes) -> str:
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


def _series(found: CoreInvoice, number: str, work: _Work) -> None:
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
