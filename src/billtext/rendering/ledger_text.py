"""Ledger text of documents: what is issued, and drafts. As a bookkeeper would have typed it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.ledger import write
from billtext.ledger.write import Account
from billtext.model import Date
from billtext.money import ZERO, exact, plain
from billtext.rules.prepared import Line, Prepared


def issued(
    prepared: Prepared, number: str, *, receivable: str, company: str | None, rounding: str | None,
    reference: Mapping[str, str] | None = None, settles: Iterable[tuple[str | None, Decimal]] = (),
    seal: str | None = None,
) -> str:  # fmt: skip
    """A document that has its number.

    :param receivable: the account of claims on customers
    :param company: the company's currency
    :param reference: `kid` or `reference`, or nothing
    :param settles: of a credit note: what it settles with which part, and None with the part that stays open
    """
    draft, currency = prepared.draft, prepared.currency
    invoice = draft.kind == "invoice"
    turn = -1 if invoice else 1
    rate = "" if prepared.rate is None else f"{plain(prepared.rate)} {company}"
    several = len(prepared.instalments) > 1
    account = f"{receivable}:{prepared.customer}"
    keys: dict[str, Any] = {draft.kind: number}
    if invoice and not several:
        keys["due"] = prepared.instalments[0][0]
    given = dict(prepared.keys)
    for name in ("delivery", "period-start", "period-end", "corrects"):
        keys[name] = given.pop(name, None)
    keys |= {**(reference or {}), **given}
    postings = []
    parts: list[tuple[str | None, Decimal]] = list(settles) or [(None, amount) for _, amount in prepared.instalments]
    for n, (target, amount) in enumerate(parts):
        meta = {"due": prepared.instalments[n][0] if several and invoice else None, "settles": target}
        postings.append(write.posting(account, exact(-turn * amount, currency), currency, rate=rate, meta=meta))
    postings += [_line(line, turn, currency, rate) for line in prepared.lines]
    for code, vat_account, amount in prepared.vats:
        postings.append(
            write.posting(vat_account, exact(turn * amount, currency), currency, rate=rate, meta={"vat": code})
        )
    if prepared.rounding and rounding is not None:
        postings.append(write.posting(rounding, exact(turn * prepared.rounding, currency), currency, rate=rate))
    keys["seal"] = seal
    links = [number, *([str(keys["corrects"])] if keys.get("corrects") else [])]
    links += sorted(draft.entry.links - set(links))
    return write.transaction(
        prepared.date, prepared.payee, draft.entry.narration or "", tags=sorted(draft.entry.tags), links=links,
        meta=keys, postings=postings,
    )  # fmt: skip


def _line(line: Line, turn: int, currency: str, rate: str) -> str:
    keys = dict(line.keys)
    meta: dict[str, Any] = {"item": keys.pop("item", None), "text": keys.pop("text", None)}
    meta["quantity"] = line.quantity
    meta["unit"] = keys.pop("unit", None)
    meta["price"] = None if line.price is None else Amount(line.price, currency)
    meta |= {**{key: value for key, value in keys.items() if key != "vat"}, "vat": line.vat}
    return write.posting(line.account, exact(turn * line.net + ZERO, currency), currency, rate=rate, meta=meta)


def draft(date: Date, kind: str, narration: str, keys: Mapping[str, Any],
          lines: Iterable[tuple[str, Amount | None, Mapping[str, Any]]], *, links: Iterable[str] = (),
          number: str | None = None) -> str:  # fmt: skip
    """A draft, or a quote.

    :param keys: of the transaction, in order
    :param lines: account, amount if it is given, and keys of each posting
    :param number: of a quote: a draft has none
    """
    title = " ".join([f"{date} !", write.string(narration), *(f"^{link}" for link in links)])
    head = f"{title}\n  {kind}:{'' if number is None else f' {write.string(number)}'}\n{write.meta(keys)}"
    text = ""
    for account, amount, meta in lines:
        if amount is None:
            text += f"  {Account(account)}\n" + write.meta(meta, "    ")
        else:
            text += write.posting(account, exact(amount.number or ZERO, amount.currency), amount.currency, meta=meta)
    return head + text
