"""Seller and buyer of another system's e-invoice: who they are in the register, and what it shows otherwise. Pure."""

import re
from typing import Any

from billtext.errors import Refused, shown
from billtext.ledger import write
from billtext.ledger.schema import REGISTER
from billtext.model import Date, Record, Register, Version
from billtext.rules import incoming_work, parties
from billtext.rules.core_invoice import CoreInvoice, Identifier, Party
from billtext.rules.incoming_work import Wishes, Work
from billtext.rules.register_changes import free_ids

_RECOGNISED = ("endpoint", "org-number", "vat-number", "gln")


def company(found: CoreInvoice, work: Work) -> str:
    """The company's currency; its card is written where the ledger has none.

    :raises Refused: the seller is somebody else
    """
    register, seller = work.book.register, found.seller
    if register.get("company", "") is None:
        currency = found.home_currency or found.currency
        if not seller.name:
            raise Refused("the seller has no name, and the ledger no company; write the `company` directive first")
        card = card_of("company", seller)
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
        **{incoming_work.nth("party-id", n): identifier(each) for n, each in enumerate(party.identifiers, 1)},
        "org-number": party.org_number.id if party.org_number else "",
        "org-scheme": party.org_number.scheme if party.org_number else "",
        "vat-number": party.vat_number, "register": party.tax_registration, "legal-form": party.legal_form,
        "endpoint": identifier(party.endpoint) if party.endpoint else "", **lines,
        "postal-code": party.address.postal_code, "city": party.address.city, "region": party.address.region,
        "country": party.address.country, "contact-name": party.contact.name, "phone": party.contact.phone,
        "email": party.contact.email,
    }  # fmt: skip
    return {key: text for key, text in values.items() if text}


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


def card_of(directive: str, party: Party) -> dict[str, Any]:
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


def overrides(prefix: str, party: Party, shown_by_register: Party) -> dict[str, Any]:
    """What a document says itself of a party that its register shows otherwise."""
    wanted, there = keys_of(party), keys_of(shown_by_register)
    changed = {key: wanted.get(key, "") for key in [*wanted, *there] if wanted.get(key, "") != there.get(key, "")}
    if any(key.startswith("party-id") for key in changed):  # one of them stands for all
        changed = {key: text for key, text in changed.items() if not key.startswith("party-id")}
        changed |= {key: text for key, text in wanted.items() if key.startswith("party-id")} or {"party-id": ""}
    if "country" in changed or "org-number" in changed:
        changed["org-scheme"] = wanted.get("org-scheme", "")
    return {f"{prefix}{key}": text for key, text in changed.items()}


def customer(found: CoreInvoice, work: Work, wishes: Wishes) -> tuple[str, str]:
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
    card = card_of("customer", buyer)
    values = {"name": card.pop("name", buyer.name), "kind": wishes.kind, **card}
    work.told.append(f"new customer {id_}: {incoming_work.one_line(buyer.name)}")
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


def card(found: CoreInvoice, register: Register, customer: str, kind: str) -> Record:
    """The customer as the register has it, else as it is written there for this document."""
    values = {"name": card_of("customer", found.buyer).get("name", found.buyer.name), "kind": kind}
    return register.get("customer", customer) or Record(
        directive="customer", id=customer, versions=(Version(date=found.date, changed=values, values=values, meta={}),)
    )


def payee(found: CoreInvoice, register: Register, customer: str, kind: str) -> str:
    """The name on the transaction; of a person or a guest the id."""
    values = register.values("customer", customer, found.date)
    if values.get("kind", "company" if values else kind) in {"person", "guest"}:
        return customer
    return incoming_work.one_line(str(values.get("name") or found.buyer.name))
