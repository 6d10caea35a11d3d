"""Business terms of a core invoice, one by one: to say in which of them two documents differ. Pure."""

from collections.abc import Iterator
from decimal import Decimal

from billtext.ledger import write
from billtext.model import Date
from billtext.money import plain
from billtext.rules.core_invoice import REFERENCES, Address, Adjustment, CoreInvoice, Identifier, Line, Party

_PARTIES = (
    ("seller", ("BT-27", "BT-28", "BT-29", "BT-30", "BT-31", "BT-32", "BT-33", "BT-34", "BG-5", "BG-6")),
    ("buyer", ("BT-44", "BT-45", "BT-46", "BT-47", "BT-48", "", "", "BT-49", "BG-8", "BG-9")),
    ("payee", ("BT-59", "", "BT-60", "BT-61", "", "", "", "", "", "")),
    ("representative", ("BT-62", "", "", "", "BT-63", "", "", "", "BG-12", "")),
)


def differences(one: CoreInvoice, other: CoreInvoice) -> list[tuple[str, str, str]]:
    """Business terms in which two documents differ, with the value of each; empty where one has none.

    White space and marks that nobody sees do not count.
    """
    first, second = terms(one), terms(other)
    return [
        (name, first.get(name, ""), second.get(name, ""))
        for name in dict.fromkeys([*first, *second])
        if first.get(name, "") != second.get(name, "")
    ]


def terms(core: CoreInvoice) -> dict[str, str]:
    """All business terms that a document has, by name, such as `BT-131 of line 2`."""
    return {name: text for name, text in _terms(core) if text}


def _terms(core: CoreInvoice) -> Iterator[tuple[str, str]]:
    totals, payment, delivery = core.totals, core.payment, core.delivery
    yield "BT-1", core.number
    yield "BT-2", core.date.isoformat()
    yield "BT-3", core.type_code
    yield "BT-5", core.currency
    if totals.home_vat is not None:
        yield "BT-6", core.home_currency
        yield "BT-111", _number(totals.home_vat)
    yield "BT-7", _date(core.tax_point)
    yield "BT-8", core.tax_point_code
    yield "BT-9", _date(core.due)
    for key, name in REFERENCES.items():
        yield name, core.references.get(key, "")
    yield "BT-18", _id(core.object)
    yield "BT-20", _text(core.terms)
    for n, (code, text) in enumerate(core.notes, 1):
        yield f"BT-21 of note {n}", code
        yield f"BT-22 of note {n}", _text(text)
    for n, (number, date) in enumerate(core.preceding, 1):
        yield f"BT-25 ({n})", number
        yield f"BT-26 ({n})", _date(date)
    for who, names in _PARTIES:
        party = getattr(core, who)
        if party is not None:
            yield from _party(party, names)
    yield "BT-70", delivery.name
    yield "BT-71", _id(delivery.location)
    yield "BT-72", _date(delivery.date)
    yield "BG-14", _period(delivery.period)
    yield "BG-15", _address(delivery.address)
    said = payment.accounts or payment.code != "30" or payment.reference or payment.text
    yield "BT-81", payment.code if said else ""
    yield "BT-82", payment.text
    yield "BT-83", payment.reference
    for n, account in enumerate(payment.accounts, 1):
        yield f"BT-84 ({n})", account.iban or account.number
        yield f"BT-85 ({n})", account.name
        yield f"BT-86 ({n})", account.bic
    yield "BG-18", " / ".join(payment.card or ())
    yield "BG-19", " / ".join(payment.mandate or ())
    for n, found in enumerate(sorted(core.adjustments, key=lambda each: each.charge), 1):
        yield from _adjustment(found, f"of allowance or charge {n}")
    for part in sorted(core.vat, key=lambda each: (each.category, each.rate or 0)):
        of = f"of VAT {part.category} {_number(part.rate)}".rstrip()
        yield f"BT-116 {of}", _number(part.base)
        yield f"BT-117 {of}", _number(part.amount)
        yield f"BT-120 {of}", _text(part.reason)
        yield f"BT-121 {of}", part.reason_code
    for name, amount in (
        ("BT-106", totals.lines), ("BT-107", totals.allowances), ("BT-108", totals.charges), ("BT-109", totals.net),
        ("BT-110", totals.vat), ("BT-112", totals.gross), ("BT-113", totals.prepaid), ("BT-114", totals.rounding),
        ("BT-115", totals.payable),
    ):  # fmt: skip
        yield name, _number(amount)
    for n, each in enumerate(core.attachments, 1):
        yield f"BT-122 ({n})", each.id
        yield f"BT-123 ({n})", each.description
        yield f"BT-124 ({n})", each.url
        if each.content is not None:
            yield f"BT-125 ({n})", each.content.hex()
            yield f"BT-125-1 ({n})", each.mime
            yield f"BT-125-2 ({n})", each.filename.replace("\\", "/").rpartition("/")[2]
    for n, line in enumerate(core.lines, 1):
        yield from _line(line, f"of line {n}")


def _line(line: Line, of: str) -> Iterator[tuple[str, str]]:
    yield f"BT-126 {of}", line.id
    yield f"BT-127 {of}", _text(line.note)
    yield f"BT-128 {of}", _id(line.object)
    yield f"BT-129 {of}", _number(line.quantity)
    yield f"BT-130 {of}", line.unit
    yield f"BT-131 {of}", _number(line.net)
    yield f"BT-132 {of}", line.order_line
    yield f"BT-133 {of}", line.buyer_account
    yield f"BG-26 {of}", _period(line.period)
    for n, found in enumerate(sorted(line.adjustments, key=lambda each: each.charge), 1):
        yield from _adjustment(found, f"of allowance or charge {n} {of}")
    yield f"BT-146 {of}", _number(line.price)
    yield f"BT-148 {of}", _number(line.list_price)
    yield f"BT-149 {of}", _number(line.price_per)
    yield f"BT-151 {of}", line.category
    yield f"BT-152 {of}", _number(line.rate)
    yield f"BT-153 {of}", _text(line.text)
    yield f"BT-154 {of}", _text(line.description)
    yield f"BT-155 {of}", line.seller_item
    yield f"BT-156 {of}", line.buyer_item
    yield f"BT-157 {of}", _id(line.standard_item)
    for n, each in enumerate(line.classifications, 1):
        yield f"BT-158 ({n}) {of}", f"{each.scheme} {each.version}:{each.id}"
    yield f"BT-159 {of}", line.origin
    for n, (name, value) in enumerate(line.attributes, 1):
        yield f"BT-160 ({n}) {of}", _text(name)
        yield f"BT-161 ({n}) {of}", _text(value)


def _party(party: Party, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    contact = party.contact
    values = (
        party.name, party.trading_name, " ".join(sorted(map(_id, party.identifiers))), _id(party.org_number),
        party.vat_number, party.tax_registration, party.legal_form, _id(party.endpoint), _address(party.address),
        " / ".join(filter(None, (contact.name, contact.phone, contact.email))),
    )  # fmt: skip
    for name, value in zip(names, values, strict=True):
        if name:
            yield name, _text(value)


def _adjustment(found: Adjustment, of: str) -> Iterator[tuple[str, str]]:
    yield f"amount {of}", f"{'+' if found.charge else '-'}{_number(found.amount)}"
    yield f"base {of}", _number(found.base)
    yield f"percentage {of}", _number(found.percent)
    yield f"reason {of}", _text(found.reason)
    yield f"reason code {of}", found.reason_code
    yield f"VAT {of}", f"{found.category} {_number(found.rate)}".strip()


def _number(number: Decimal | None) -> str:
    return "" if number is None else plain(number or abs(number))


def _date(date: Date | None) -> str:
    return "" if date is None else date.isoformat()


def _period(period: tuple[Date | None, Date | None] | None) -> str:
    return "" if period is None else f"{_date(period[0])} to {_date(period[1])}"


def _id(found: Identifier | None) -> str:
    return "" if found is None else f"{found.scheme}:{found.id}" if found.scheme else found.id


def _address(address: Address) -> str:
    parts = (*address.lines, address.postal_code, address.city, address.region, address.country)
    return _text(" / ".join(filter(None, parts)))


def _text(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in write.clean(text).split("\n") if line.strip())
