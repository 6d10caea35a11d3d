"""Lines of another system's e-invoice: their keys, VAT codes and accounts. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from beancount.core.amount import Amount

from billtext.errors import Refused, shown
from billtext.ledger import write
from billtext.ledger.schema import REGISTER
from billtext.ledger.write import Account
from billtext.model import Date, Register
from billtext.money import ZERO, plain
from billtext.rules import core_invoice as core
from billtext.rules import incoming_parties, incoming_work
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.incoming_work import Wishes, Work
from billtext.rules.vat import net

_DEFAULT_INCOME = "Income:Sales"


def line(
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
    percentage = _percentage(line, currency)
    if percentage is not None:
        keys |= {"discount": percentage.percent, "discount-reason": percentage.reason or None,
                 "discount-code": percentage.reason_code or None}  # fmt: skip
    for kind in ("discount", "charge"):
        own = tuple(each for each in line.adjustments if each.charge is (kind == "charge") and each is not percentage)
        for m, each in enumerate(incoming_work.few(own, f"{kind}s on a line"), 1):
            end = "" if m == 1 else f"-{m}"
            keys[f"{kind}-amount{end}"] = Amount(each.amount, currency)
            keys[f"{kind}-reason{end}"] = each.reason or None
            keys[f"{kind}-code{end}"] = each.reason_code or None
            keys[f"{kind}-base{end}"] = None if each.base is None else Amount(each.base, currency)
            keys[f"{kind}-percent{end}"] = each.percent
    keys |= {
        "seller-item": line.seller_item if line.seller_item and not ours else None,
        "buyer-item": line.buyer_item or None,
        "gtin": incoming_parties.identifier(line.standard_item) if line.standard_item else None,
        "origin": line.origin or None,
        "order-line": line.order_line or None, "buyer-account": line.buyer_account or None,
        "object": incoming_parties.identifier(line.object) if line.object else None,
    }  # fmt: skip
    for m, found in enumerate(incoming_work.few(line.classifications, "classifications on a line"), 1):
        keys[incoming_work.nth("classification", m)] = incoming_parties.identifier(found)
    for m, (name, value) in enumerate(incoming_work.few(line.attributes, "attributes on a line"), 1):
        keys[incoming_work.nth("attribute", m)] = f"{name}: {value}"
    keys["period-start"], keys["period-end"] = line.period or (None, None)
    keys["vat"] = codes[line.category, line.rate][0]
    return keys


def _percentage(line: core.Line, currency: str) -> core.Adjustment | None:
    """What is taken off a line by a percentage of all of it, where the line comes out right by that way alone.

    An e-invoice rounds quantity × price before anything is taken off, the ledger afterwards: half a cent is between.
    """
    off = [each for each in line.adjustments if each.percent is not None and each.base is not None]
    if len(off) != 1 or sum(not each.charge for each in line.adjustments if each is not off[0]):
        return None
    (one,) = off
    charges = sum([each.amount for each in line.adjustments if each is not one], ZERO)
    amount = charges + one.amount if one.charge else charges
    allowance = ZERO if one.charge else one.amount
    by = partial(net, line.quantity, line.price, currency, price_per=line.price_per)
    if by(discount_amount=allowance, charge_amount=amount) == line.net:
        return None
    whole = by()
    left = whole + charges - line.net
    right = abs(whole) == one.base and abs(left) == one.amount and one.charge == (left < 0)
    return one if right and by(discount=one.percent or ZERO, charge_amount=charges) == line.net else None


def codes(found: CoreInvoice, work: Work, date: Date) -> dict[tuple[str, Decimal | None], tuple[str, str]]:
    """VAT code of the register, and its account, of each category and rate; new ones are written.

    :param date: the document's tax point
    """
    register = work.book.register
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


def income(
    line: core.Line | None, work: Work, codes: Mapping[tuple[str, Decimal | None], tuple[str, str]], wishes: Wishes,
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
