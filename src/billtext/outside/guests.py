"""Guest accounts: charges are collected on a running draft, and settled in one change at the end."""

import difflib
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.errors import Refused
from billtext.ledger import drafts as draft_reader
from billtext.ledger import write
from billtext.model import Date, Draft
from billtext.money import plain
from billtext.outside import depositing, draft_files, issuing
from billtext.outside.draft_files import Found
from billtext.outside.issuing import Issued
from billtext.outside.paying import Till, Way, take
from billtext.rendering import ledger_text
from billtext.rules import closing
from billtext.rules.claims import Claim
from billtext.rules.prepared import Prepared
from billtext.rules.receipts import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedOut:
    """A guest account that is closed: the document, and the receipt that settles it, if there was anything to pay."""

    issued: Issued
    receipt: Receipt | None


def running(till: Till, guest: str) -> tuple[Found, Draft] | None:
    """A guest's running draft, or None.

    :raises Refused: the file holds something else
    """
    till.customer(guest)
    path = till.desk.root / draft_files.DIRECTORY / f"{guest}.beancount"
    if not path.exists():
        return None
    found, draft = depositing.single(till, guest)
    if draft.kind != "invoice" or draft.entry.meta.get("customer") != guest:
        raise Refused(f"{path.name} is no running account of {guest}; give that draft another name")
    return found, draft


def charge(till: Till, guest: str, item: str, quantity: Decimal, date: Date, *, price: Decimal | None = None,
           text: str | None = None) -> tuple[str, Prepared]:  # fmt: skip
    """Add a line to a guest's running draft at the price of the day; return the line and what the draft becomes.

    :raises Refused: the item is not in the price list on the day, the day is in a closed month, or the guest may not be
        billed
    """
    there = running(till, guest)
    if quantity <= 0:
        raise Refused(
            f"the quantity is {plain(quantity)}; it must be above zero, and a charge is corrected in the draft"
        )
    closed = closing.until(till.book.ledger)
    if closed is not None and date <= closed:
        raise Refused(f"{date} is in a closed month; date the charge in an open month, after {closed}")
    known = till.register.of("item")
    record = known.get(item)
    card = None if record is None else record.at(date)
    if record is None or card is None:
        close = difflib.get_close_matches(item, list(known), 1)
        hint = f"; did you mean {close[0]}?" if record is None and close else ""
        raise Refused(f"the price list has no item {item} on {date}{hint}")
    account, listed = card.get("account"), card.get("price")
    if not account:
        raise Refused(f"the item {item} has no account; add `account:` to it")
    currency = str(till.register.values("customer", guest, date).get("currency") or till.company)
    if price is not None:
        till.amount(price, currency, "the price")
        listed = Amount(price, currency)
    keys: dict[str, Any] = {"item": item, "text": text, "quantity": quantity, "price": listed, "date": date}
    if there is None:
        draft = ledger_text.draft(date, "invoice", "Guest account", {"customer": guest}, [(str(account), None, keys)])
        path = till.desk.path(f"{draft_files.DIRECTORY}/{guest}.beancount")
        one = depositing.prepared(till, draft, str(path), date)
        till.desk.replace(path, draft)
        return draft, one
    found, running_draft = there
    line = f"  {account}\n" + write.meta(keys, "    ")
    new = draft_reader.extended(found.text, running_draft, line)
    one = depositing.prepared(till, new, str(found.path), max(date, running_draft.entry.date))
    till.desk.replace(found.path.resolve(), new, was=found.text)
    return line, one


def checkout(till: Till, guest: str, date: Date, way: Way) -> CheckedOut:
    """Issue a guest's running draft and book the payment of all of it.

    The document says when was delivered: on the days of its charges, and what has no day on that of the checkout.

    :raises Refused: there is none, it cannot be issued, or the money cannot be written
    """
    there = running(till, guest)
    if there is None:
        raise Refused(f"{guest} has no running account; `billtext charge {guest} ITEM` begins one")
    outcome = issuing.issue(till.desk, [there], date, delivery=date)
    if outcome.refused:
        raise Refused(
            "; ".join(getattr(error, "message", str(error)) for _, reasons in outcome.refused for error in reasons)
        )
    issued = outcome.issued[0]
    one = issued.prepared
    if not one.gross:
        return CheckedOut(issued=issued, receipt=None)
    account = f"{till.register.options.receivable}:{guest}"
    several = len(one.instalments) > 1
    claims = [
        Claim(
            name=f"{issued.number}/{n}" if several else issued.number, number=issued.number, customer=guest,
            currency=one.currency, open=amount, now=amount, date=date, due=due, account=account, rate=one.rate,
        )
        for n, (due, amount) in enumerate(one.instalments, 1)
    ]  # fmt: skip
    receipt = take(till, one.gross, date, way, customer=guest, currency=one.currency, claims=claims)
    return CheckedOut(issued=issued, receipt=receipt)
