"""Money that is on no customer's account: card settlements, vouchers that are sold, foreign items valued anew."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount
from beancount.core.data import Transaction

from billtext.errors import Refused
from billtext.ids import is_number
from billtext.ledger import write
from billtext.model import Date, postings
from billtext.money import ZERO, exact
from billtext.outside.paying import Till
from billtext.rules import receipt_numbers, receipts, revaluation
from billtext.rules.claims import told
from billtext.rules.revaluation import Revalued


def balance(entries: Sequence[Any], account: str, currency: str, date: Date) -> Decimal:
    """What stands on an account on a day, and on no later day less."""
    left, least = ZERO, None
    for entry in entries:
        if not isinstance(entry, Transaction):
            continue
        if entry.date > date and least is None:
            least = left
        for posting in postings(entry):
            if posting.account == account and posting.units.currency == currency:
                left += posting.units.number
        if least is not None:
            least = min(least, left)
    return left if least is None else least


def settle_card(till: Till, amount: Decimal, fee: Decimal, date: Date, *, currency: str | None = None,
                account: str | None = None, payee: str = "", text: str | None = None) -> str:  # fmt: skip
    """Append what a card's acquirer paid to the bank, and the fee that he kept; return the text.

    :param amount: that came to the bank
    :raises Refused: less stands on the clearing account
    """
    currency = currency or till.company
    till.amount(amount, currency)
    if fee:
        till.amount(fee, currency, "the fee")
    options = till.register.options
    clearing = till.chart.need(str(options.of("card-clearing")), date, "card-clearing")
    bank, there = till.place("bank", currency, date, account)
    if there != currency:
        raise Refused(f"{bank} does not take {currency}; name another account with --account")
    fees = till.chart.need(str(options.of("card-fees")), date, "card-fees") if fee else ""
    waiting = balance(till.desk.loaded.entries, clearing, currency, date)
    if amount + fee > waiting:
        raise Refused(
            f"{told(max(waiting, ZERO), currency)} waits on {clearing}, less than amount and fee, "
            f"{told(amount + fee, currency)}; correct one of them"
        )
    legs = [(bank, amount), *([(fees, fee)] if fee else []), (clearing, -amount - fee)]
    return _append(till, date, payee, text or "Card settlement", {}, legs, currency)


def sell_voucher(till: Till, customer: str, amount: Decimal, date: Date, *, method: str = "bank",
                 currency: str | None = None, account: str | None = None, code: str | None = None,
                 ) -> tuple[str, str]:  # fmt: skip
    """Append the sale of a voucher, which is a liability until it is redeemed; return its code and the text.

    :raises Refused: the code is taken
    """
    till.customer(customer)
    card = till.register.values("customer", customer, date)
    currency = currency or str(card.get("currency") or till.company)
    till.amount(amount, currency)
    known = till.vouchers
    if code is None:
        code = receipt_numbers.after(known, known, receipt_numbers.LETTERS["voucher"], date)
    elif code in known:
        raise Refused(
            f"the voucher {code} has been sold on {known[code].date}; choose another code, or leave --code out"
        )
    elif not is_number(code):
        raise Refused(f"{code!r} is no code; write letters, digits, - _ . and /, such as GC2026-0001")
    if method == "voucher":
        raise Refused("a voucher is not paid with a voucher; say how it was paid")
    place, there = till.place(method, currency, date, account)
    liability, _ = till.place("voucher", currency, date)
    if there != currency:
        raise Refused(f"{place} does not take {currency}; name another account with --account")
    if method == "cash" and receipts.unapplied(amount, currency).rounding:
        raise Refused(f"{told(amount, currency)} cannot be paid in cash; sell it for a whole amount")
    keys = {"voucher": code, "customer": customer, "method": method}
    legs = [(place, amount), (liability, -amount)]
    text = _append(till, date, till.payee(customer, date), f"Gift card {code}", keys, legs, currency,
                   last={"voucher": code})  # fmt: skip
    return code, text


def revalue(till: Till, as_of: Date) -> tuple[list[Revalued], str]:
    """Append the unrealised gain and loss of open foreign items on a day, and its reversal on the next.

    :raises Refused: the day has its revaluation already, or a rate is not known
    """
    company, options = till.company, till.register.options
    if not company:
        raise Refused("the ledger does not say the company's currency; add `currency:` to the `company` directive")
    for entry in till.desk.loaded.entries:
        if isinstance(entry, Transaction) and entry.meta.get("revaluation") == as_of:
            raise Refused(f"{as_of} has its revaluation already, in {entry.meta['filename']}:{entry.meta['lineno']}")
    found = [
        one for one in revaluation.revalue(till.book, as_of, lambda c: till.rate(c, as_of) or ZERO) if one.difference
    ]
    if not found:
        return [], ""
    balance_account = till.chart.need(str(options.of("revaluation")), as_of, "revaluation")
    text = []
    next_day = as_of + datetime.timedelta(days=1)
    for date, turn, words in (
        (as_of, 1, "Open foreign items valued"),
        (next_day, -1, "Valuation of open items reversed"),
    ):
        lines: list[str] = []
        for one in found:
            word = "gain" if one.difference > 0 else "loss"
            option = f"unrealised-{word}" if options.of(f"unrealised-{word}") else f"exchange-{word}"
            account = till.chart.need(str(options.of(option)), date, option)
            digits = exact(turn * one.difference, company)
            keys = {"open": Amount(one.open, one.currency), "rate": one.rate} if turn == 1 else {}
            lines.append(write.posting(balance_account, digits, company, meta=keys))
            lines.append(write.posting(account, exact(-turn * one.difference, company), company))
        one_text = write.transaction(date, "", words, meta={"revaluation": as_of} if turn == 1 else {}, postings=lines)
        till.append(date, one_text)
        text.append(one_text)
    return found, "\n".join(text)


def _append(till: Till, date: Date, payee: str, narration: str, keys: dict[str, Any],
            legs: Sequence[tuple[str, Decimal]], currency: str, last: dict[str, Any] | None = None) -> str:  # fmt: skip
    lines = [write.posting(account, exact(amount, currency), currency) for account, amount in legs[:-1]]
    account, amount = legs[-1]
    lines.append(write.posting(account, exact(amount, currency), currency, meta=last))
    text = write.transaction(date, payee, narration, meta=keys, postings=lines)
    till.append(date, text)
    return text
