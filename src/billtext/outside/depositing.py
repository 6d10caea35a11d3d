"""Deposits: draft the invoice of one, and deduct it on the draft of the final invoice."""

from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.errors import Refused
from billtext.ledger import drafts as draft_reader
from billtext.ledger import tax_point, write
from billtext.model import Date, Draft
from billtext.money import ZERO, rounded
from billtext.outside import draft_files, issuing
from billtext.outside.draft_files import Found
from billtext.outside.paying import Till
from billtext.rendering import ledger_text
from billtext.rendering.language import Language
from billtext.rules import deposits, drafts, presenting, vat
from billtext.rules.claims import told
from billtext.rules.deposits import Deposit
from billtext.rules.prepared import Prepared


def prepared(till: Till, text: str, file: str, date: Date) -> Prepared:
    """What the one draft in a text becomes on a day.

    :raises Refused: it cannot be issued, with the first reason
    """
    found, errors = draft_reader.read(text, file)
    if errors or len(found) != 1:
        raise Refused(str(errors[0].message) if errors else f"{file}: holds {len(found)} drafts instead of one")
    one, wrong = drafts.prepare(
        found[0], till.register, issuing.rates(till.desk.loaded.entries), date, corrected=till.book.ledger.documents
    )
    if one is None:
        raise Refused(wrong[0].message)
    return one


def single(till: Till, name: str) -> tuple[Found, Draft]:
    """The one draft of a name.

    :raises Refused: there is none, or several
    """
    found = draft_files.named(till.desk.root, [name])
    if len(found) != 1:
        raise Refused(f"{name} holds {len(found)} drafts; name one of them by its line, such as {found[0][1].name}")
    return found[0]


def request(
    till: Till, customer: str, amount: Decimal, date: Date, *, code: str | None, currency: str | None = None,
    gross: bool = False, text: str | None = None, name: str | None = None, delivery: Date | None = None,
) -> tuple[str, str, Prepared]:  # fmt: skip
    """Draft the invoice of a deposit; return the draft's name, its text and what it becomes.

    :param code: its VAT code; an empty text for none
    :param gross: the amount is with VAT
    :param delivery: when it will be delivered; else the day of the deposit stands for it, on which its VAT is due
    :raises Refused: the draft is there already, or cannot be issued
    """
    till.customer(customer)
    card = till.register.values("customer", customer, date)
    currency = currency or str(card.get("currency") or till.company)
    till.amount(amount, currency)
    code = code if code is not None else card.get("vat")
    if code is None:
        raise Refused("which VAT does the deposit bear? say --vat with a code of the register, or --no-vat")
    account = till.chart.need(str(till.register.options.of("deposits")), date, "deposits")
    name = name or f"{customer}-deposit"
    path = till.desk.path(f"drafts/{name}.beancount")
    if path.parent != till.desk.path("drafts") or path.exists():
        raise Refused(f"there is a draft {name} already; give another name with --draft" if path.exists() else
                      f"{name} is no name of a draft; use letters, digits and -")  # fmt: skip
    t = _language(till, customer, date)
    words = text or t("Deposit")
    keys: dict[str, Any] = {
        "customer": customer, "delivery": delivery or date, "currency": currency, "prices": "gross" if gross else None,
    }  # fmt: skip
    line = {"text": words, "price": Amount(amount, currency), "vat": code or None}
    written = ledger_text.draft(date, "invoice", words, keys, [(account, None, line)])
    one = prepared(till, written, str(path), date)
    till.desk.replace(path, written)
    return name, written, one


def drafted(till: Till) -> dict[tuple[str, str | None], Decimal]:
    """What drafts deduct of deposits already, by deposit and VAT code."""
    found: dict[tuple[str, str | None], Decimal] = {}
    for file in draft_files.every(till.desk.root):
        for draft in file.drafts:
            day = tax_point.of(draft.entry.meta, draft.entry.date, till.register, till.book.ledger.billed)
            for posting in draft.entry.postings:
                meta = posting.meta or {}
                price = meta.get("price")
                if isinstance(meta.get("deducts"), str) and isinstance(price, Amount) and price.number is not None:
                    key = meta["deducts"], meta.get("vat")
                    number = price.number
                    known = till.register.vat(str(meta.get("vat")), day)
                    if draft.entry.meta.get("prices") == "gross" and known is not None:
                        number = rounded(number * 100 / (100 + known.rate), price.currency)
                    found[key] = found.get(key, ZERO) + number
    return found


def deduct(till: Till, name: str, date: Date, *, of: str | None = None, amount: Decimal | None = None,
           ) -> tuple[str, Prepared]:  # fmt: skip
    """Deduct deposits on the draft of a final invoice; return the lines and what the draft becomes.

    :param of: the deposit's invoice, or all of the customer's
    :param amount: without VAT; else as much as is left and the draft's lines of the code come to
    :raises Refused: nothing is left, or less
    """
    file, draft = single(till, name)
    before = prepared(till, _only(file, draft), draft.file, date)
    account = str(till.register.options.of("deposits"))
    known = [one for one in deposits.read(till.book, account).values() if one.customer == before.customer]
    wanted = [one for one in known if of in (None, one.number) and one.currency == before.currency]
    if of is not None and not wanted:
        raise Refused(
            f"{of} is no deposit of {before.customer} in {before.currency}; `billtext invoice list` shows them"
        )
    if amount is not None:
        till.amount(amount, before.currency)
    there = drafted(till)
    bases: dict[str | None, Decimal] = {}
    for line in before.lines:
        bases[line.vat] = bases.get(line.vat, ZERO) + line.net
    limit, lines = amount, ""
    t = _language(till, before.customer, before.date)
    gross = draft.entry.meta.get("prices") == "gross"
    for one in wanted:
        for code, whole in one.left.items():
            left = whole - there.get((one.number, code), ZERO)
            part = min(left, bases.get(code, ZERO)) if limit is None else min(left, limit)
            if part <= 0:
                continue
            words = t("Deposit, invoice {number}").format(number=one.number)
            lines += _line(till, one, words, account, code, part, gross=gross, date=before.tax_point)
            bases[code] = bases.get(code, ZERO) - part
            limit = None if limit is None else limit - part
    if not lines or limit:
        short = "nothing" if not lines else told((amount or ZERO) - (limit or ZERO), before.currency)
        raise Refused(
            f"{short} is left to deduct of {of or 'the deposits of ' + before.customer}; name another, or less"
        )
    text = draft_reader.extended(file.text, draft, lines)
    alone = draft_reader.extended(_only(file, draft), draft_reader.read(_only(file, draft), draft.file)[0][0], lines)
    after = prepared(till, alone, draft.file, date)
    till.desk.replace(file.path.resolve(), text, was=file.text)
    return lines, after


def _only(file: Found, draft: Draft) -> str:
    """The text of one draft of a file."""
    return "\n".join(file.text.split("\n")[draft.first - 1 : draft.last]) + "\n"


def _language(till: Till, customer: str, date: Date) -> Language:
    return Language(presenting.language_of(till.register, customer, date))


def _line(
    till: Till, deposit: Deposit, words: str, account: str, code: str | None, net: Decimal, *, gross: bool, date: Date
) -> str:
    known = None if code is None else till.register.vat(code, date)
    price = net
    if gross and known is not None:
        price += vat.amount(net, known.rate, deposit.currency)
    keys = {
        "text": words, "price": Amount(price, deposit.currency), "vat": code, "allowance": words,
        "deducts": deposit.number,
    }  # fmt: skip
    return f"  {account}\n" + write.meta(keys, "    ")
