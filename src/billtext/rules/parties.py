"""Seller, buyer and others of a document, by the cards of the register and what the document says itself. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from billtext.model import Date, Meta, Register
from billtext.rules import core_invoice as core
from billtext.rules import stated

_NORWEGIAN = "0192"  # ISO 6523: organisation numbers of Enhetsregisteret


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
    own = {key: text for key in ("name", "phone", "email") if (text := stated.text(values, key))}
    if "name" in own:
        own["contact-name"] = own.pop("name")
    return party(_said({**card, **own}, meta or {}, "buyer-"), id=customer, kind=stated.text(card, "kind"))


def _said(card: Mapping[str, Any], meta: Meta, prefix: str) -> dict[str, Any]:
    """A card with what a document says itself of the party; one that names an identifier names all of them."""
    own = {key.removeprefix(prefix): value for key, value in meta.items() if key.startswith(prefix)}
    found = dict(card)
    if any(key.startswith("party-id") or key == "gln" for key in own):
        found = {key: value for key, value in card.items() if not key.startswith("party-id") and key != "gln"}
    return {**found, **own}


def party(card: Mapping[str, Any], **more: Any) -> core.Party:
    """A party by the keys of its card."""
    country = stated.text(card, "country")
    number, ids = stated.text(card, "org-number"), [text for _, text in stated.numbered(card, "party-id")]
    scheme = stated.text(card, "org-scheme") if "org-scheme" in card else _NORWEGIAN if country == "NO" else ""
    return core.Party(
        name=stated.text(card, "name"), trading_name=stated.text(card, "trading-name"),
        identifiers=tuple(filter(None, [*map(identifier, ids), _gln(card)])),
        org_number=core.Identifier(id=number, scheme=scheme) if number else None,
        vat_number=stated.text(card, "vat-number"), endpoint=identifier(stated.text(card, "endpoint"), digits=True),
        address=address(card), website=stated.text(card, "website"),
        contact=core.Contact(
            name=stated.text(card, "contact-name"), phone=stated.text(card, "phone"), email=stated.text(card, "email")
        ),
        tax_registration=stated.text(card, "register"), legal_form=stated.text(card, "legal-form"),
        **more,
    )  # fmt: skip


def _gln(card: Mapping[str, Any]) -> core.Identifier | None:
    number = stated.text(card, "gln")
    return core.Identifier(id=number, scheme="0088") if number else None


def address(card: Mapping[str, Any], prefix: str = "") -> core.Address:
    """A postal address by its keys, all of which begin with `prefix`."""
    return core.Address(
        lines=tuple(filter(None, (stated.text(card, prefix + key) for key in ("address", "address-2", "address-3")))),
        postal_code=stated.text(card, f"{prefix}postal-code"), city=stated.text(card, f"{prefix}city"),
        region=stated.text(card, f"{prefix}region"), country=stated.text(card, f"{prefix}country"),
    )  # fmt: skip


def other(meta: Meta, who: str) -> core.Party | None:
    """A payee or tax representative that the document names with keys such as `payee-name`."""
    name = stated.text(meta, f"{who}-name")
    if not name:
        return None
    number = identifier(stated.text(meta, f"{who}-org-number"))
    own = identifier(stated.text(meta, f"{who}-id"))
    return core.Party(
        name=name, identifiers=(own,) if own else (), org_number=number,
        vat_number=stated.text(meta, f"{who}-vat-number"), address=address(meta, f"{who}-"),
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
