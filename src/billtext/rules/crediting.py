"""Credit notes of an invoice: whole, some of its lines, or an amount. Prices and VAT are the invoice's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.errors import Refused
from billtext.ledger.register import values_of
from billtext.ledger.schema import ADJUSTS
from billtext.model import Document, Line
from billtext.money import CONTEXT, ZERO, exact, plain, quantum, rounded
from billtext.money import number as number_of
from billtext.rules import deposits, vat
from billtext.rules.book import Book
from billtext.rules.corrections import left_by_code
from billtext.rules.prepared import Prepared

# A posting of a draft: account, amount if it is written, and its keys.
Posting = tuple[str, Amount | None, Mapping[str, Any]]

_COPIED = (
    "item",
    "text",
    "quantity",
    "unit",
    "price",
    "price-per",
    "discount",
    *ADJUSTS,
    "allowance",
    "charge",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What a credit note's draft says.

    :param keys: of its transaction, in order
    """

    narration: str
    keys: Mapping[str, Any]
    postings: tuple[Posting, ...]


def whole(book: Book, invoice: Document, reason: str) -> Credit:
    """All of an invoice.

    :raises Refused: some of it is credited already
    """
    before = credited(book, invoice.number)
    if before:
        left = f"{exact(invoice.gross - before, invoice.currency)} {invoice.currency}"
        raise Refused(
            f"{exact(before, invoice.currency)} {invoice.currency} of {invoice.number} is credited already; "
            f"credit some of its lines, or what is left with --amount ({left})"
        )
    lines, _ = book.lines(invoice)
    postings = [_posting(line, invoice.currency) for line in lines]
    if invoice.rounding:
        account = str(book.register.options.rounding)
        postings.append((account, Amount(invoice.rounding, invoice.currency), {}))
    return _credit(book, invoice, reason, postings)


def some(book: Book, invoice: Document, wanted: Sequence[tuple[int, Decimal | None]], reason: str) -> Credit:
    """Some lines of an invoice, less their share of the allowances on the whole of it.

    :param wanted: numbers of lines, counted from 1, each with the quantity to credit, or None for all of it
    :raises Refused: there is no such line, or it has a smaller quantity
    """
    lines, _ = book.lines(invoice)
    postings: list[Posting] = []
    nets: dict[int, Decimal] = {}
    for number, quantity in wanted:
        if not 1 <= number <= len(lines):
            raise Refused(f"{invoice.number} has no line {number}; it has {len(lines)}")
        line = lines[number - 1]
        if quantity is not None and not ZERO < quantity <= line.quantity:
            raise Refused(
                f"line {number} of {invoice.number} is {plain(line.quantity)} {line.unit or ''}".rstrip()
                + f", so {plain(quantity)} cannot be credited; name a quantity above 0 and up to that"
            )
        postings.append(_posting(line, invoice.currency, quantity))
        nets[number] = nets.get(number, ZERO) + _net(postings[-1], invoice.currency)
    sums: dict[str | None, Decimal] = {}
    for number, net in nets.items():
        code = lines[number - 1].vat
        sums[code] = sums.get(code, ZERO) + net
    left = left_by_code(book, invoice)
    for number, share in _allowances(lines, nets, left, invoice.currency).items():
        line = lines[number - 1]
        keys = {"text": line.text, "quantity": Decimal(1), "price": Amount(share, invoice.currency),
                "allowance": line.allowance, "vat": line.vat}  # fmt: skip
        postings.append((line.account, None, {key: value for key, value in keys.items() if value is not None}))
        sums[line.vat] -= share
    if all(sums.get(code, ZERO) == net for code, (net, _) in left.items()):
        postings += _rounding(book, invoice, sums)
    return _credit(book, invoice, reason, postings)


def _allowances(lines: Sequence[Line], nets: Mapping[int, Decimal],
                left: Mapping[str | None, tuple[Decimal, Decimal]], currency: str) -> dict[int, Decimal]:  # fmt: skip
    """What the allowances on the whole of an invoice take off some of its lines, by their numbers.

    An allowance is shared by the nets of the lines and charges of its VAT code. The last share takes what rounding
    left, so that credit notes of all lines come to what the invoice came to. A deposit that was deducted is no
    allowance: it was paid.

    :param nets: what is credited, by numbers of lines, counted from 1
    :param left: net and VAT that are left of the invoice, by VAT code
    """
    shares: dict[int, Decimal] = {}
    for code in dict.fromkeys(line.vat for line in lines):
        same = {n: line for n, line in enumerate(lines, 1) if line.vat == code}
        base = sum((line.net for line in same.values() if line.allowance is None), ZERO)
        part = sum((nets.get(n, ZERO) for n, line in same.items() if line.allowance is None), ZERO)
        found = {
            n: rounded(CONTEXT.divide(CONTEXT.multiply(-line.net, part), base), currency)
            for n, line in same.items()
            if base and line.allowance is not None and n not in nets and "deducts" not in line.meta
        }
        if found and part:
            comes = sum((nets.get(n, ZERO) for n in same), ZERO) - sum(found.values(), ZERO)
            over = comes - left.get(code, (ZERO, ZERO))[0]
            if abs(over) <= len(lines) * quantum(currency):
                found[max(found)] += over
            shares |= {n: share for n, share in found.items() if share}
    return shares


def amount(book: Book, invoice: Document, value: Decimal, reason: str) -> Credit:
    """An amount with VAT, shared among the invoice's VAT codes as the invoice itself is.

    :raises Refused: it is nothing, or more than is left of the invoice
    """
    currency = invoice.currency
    if rounded(value, currency) != value:
        raise Refused(
            f"{plain(value)} {currency} has too many decimals; write {exact(rounded(value, currency), currency)}"
        )
    if value <= 0:
        raise Refused(f"{plain(value)} {currency} is nothing to credit; write an amount above 0")
    limit(book, invoice, value)
    lines, _ = book.lines(invoice)
    accounts: dict[str | None, str] = {}
    for line in lines:
        accounts.setdefault(line.vat, line.account)
    left = {code: sums for code, sums in left_by_code(book, invoice).items() if sum(sums) > 0}
    total = sum((net + tax for net, tax in left.values()), ZERO)
    if value == invoice.gross - credited(book, invoice.number):
        return _rest(book, invoice, left, accounts, reason)
    postings: list[Posting] = []
    rest = value
    for n, (code, (net, tax)) in enumerate(left.items(), 1):
        share = CONTEXT.divide(CONTEXT.multiply(value, net + tax), total)
        part = rest if n == len(left) else rounded(share, currency)
        rest -= part
        if part:
            postings.append(_of_code(accounts[code], part, currency, code, reason))
    return _credit(book, invoice, reason, postings, {"prices": "gross"})


def _rest(book: Book, invoice: Document, left: Mapping[str | None, tuple[Decimal, Decimal]],
          accounts: Mapping[str | None, str], reason: str) -> Credit:  # fmt: skip
    """What is left of an invoice, with the rounding that is left."""
    currency = invoice.currency
    postings = [_of_code(accounts[code], net, currency, code, reason) for code, (net, _) in left.items() if net]
    postings += _rounding(book, invoice, {code: net for code, (net, _) in left.items()})
    return _credit(book, invoice, reason, postings)


def _rounding(book: Book, invoice: Document, nets: Mapping[str | None, Decimal]) -> list[Posting]:
    """What is left of an invoice beyond its last nets, by VAT code, and their VAT."""
    comes = sum((net + _tax(book, invoice, code, net) for code, net in nets.items()), ZERO)
    difference = invoice.gross - credited(book, invoice.number) - comes
    return [(str(book.register.options.rounding), Amount(difference, invoice.currency), {})] if difference else []


def _tax(book: Book, invoice: Document, code: str | None, net: Decimal) -> Decimal:
    known = None if code is None else book.register.vat(code, invoice.tax_point)
    return ZERO if known is None else vat.amount(net, known.rate, invoice.currency)


def _of_code(account: str, price: Decimal, currency: str, code: str | None, reason: str) -> Posting:
    keys = {"text": reason, "quantity": Decimal(1), "price": Amount(price, currency), "vat": code}
    return account, None, {key: value for key, value in keys.items() if value is not None}


def fits(book: Book, invoice: Document, prepared: Prepared) -> None:
    """Check a prepared credit note against its invoice: the whole, each VAT code, and deposits that are deducted.

    :raises Refused: it takes more than is left
    """
    limit(book, invoice, prepared.gross)
    currency, account = invoice.currency, book.register.options.of("deposits")
    sums: dict[str | None, Decimal] = {}
    deposit: dict[str | None, Decimal] = {}
    for line in prepared.lines:
        sums[line.vat] = sums.get(line.vat, ZERO) + line.net
        if line.account == account:
            deposit[line.vat] = deposit.get(line.vat, ZERO) + line.net
    left = left_by_code(book, invoice)
    for code, net in sums.items():
        most = left.get(code, (ZERO, ZERO))[0]
        if net > most + quantum(currency):  # a share of an amount may be a smallest unit more
            raise Refused(
                f"{exact(net, currency)} {currency} net under VAT code {code or 'none'} cannot be credited: "
                f"{exact(max(most, ZERO), currency)} {currency} of {invoice.number} is left under it"
            )
    known = deposits.read(book, str(account)).get(invoice.number) if deposit else None
    for code, net in deposit.items():
        most = known.left.get(code, ZERO) if known is not None else ZERO
        if net > most:
            raise Refused(
                f"{exact(net, currency)} {currency} of the deposit {invoice.number} cannot be credited: "
                f"{exact(most, currency)} {currency} of it is not deducted yet"
            )


def credited(book: Book, number: str) -> Decimal:
    """What is credited of an invoice so far, with VAT."""
    return sum((d.gross for d in book.documents if d.kind == "credit-note" and d.corrects == number), ZERO)


def limit(book: Book, invoice: Document, gross: Decimal) -> None:
    """Check that a credit note leaves nothing credited beyond its invoice.

    :raises Refused: it does
    """
    left = invoice.gross - credited(book, invoice.number)
    if gross > left:
        currency = invoice.currency
        raise Refused(
            f"{exact(gross, currency)} {currency} cannot be credited: {exact(left, currency)} {currency} of "
            f"{invoice.number} is left to credit"
        )


def _credit(book: Book, invoice: Document, reason: str, postings: Sequence[Posting],
            more: Mapping[str, Any] | None = None) -> Credit:  # fmt: skip
    keys: dict[str, Any] = {"customer": invoice.customer, "corrects": invoice.number, "reason": reason}
    company = book.register.currency
    if company is not None and invoice.currency != company:
        keys["currency"] = invoice.currency
        rate = next((p.price for p in invoice.entry.postings if p.price is not None), None)
        keys["rate"] = None if rate is None else rate.number
    return Credit(
        narration=f"{invoice.number}: {reason}", postings=tuple(postings),
        keys={key: value for key, value in {**keys, **(more or {})}.items() if value is not None},
    )  # fmt: skip


def _posting(line: Line, currency: str, quantity: Decimal | None = None) -> Posting:
    """A line of a draft that credits a line."""
    if not line.priced:
        plain_keys = {"text": line.text, "vat": line.vat, "item": line.item, "unit": line.unit}
        return line.account, Amount(line.net, currency), {k: v for k, v in plain_keys.items() if v is not None}
    said = values_of(line.meta)
    keys: dict[str, Any] = {key: said.get(key) for key in _COPIED} | {"text": line.text, "vat": line.vat}
    keys["price"] = Amount(line.price, currency)
    keys["quantity"] = line.quantity if quantity is None else quantity
    for key in ADJUSTS.keys() & keys.keys() if quantity is not None else ():
        if isinstance(keys[key], Amount):
            part = CONTEXT.divide(CONTEXT.multiply(number_of(keys[key]), quantity or ZERO), line.quantity)
            keys[key] = Amount(rounded(part, currency), currency)
    return line.account, None, {key: value for key, value in keys.items() if value is not None}


def _net(posting: Posting, currency: str) -> Decimal:
    """What a line of the draft comes to."""
    _, amount, keys = posting
    if amount is not None:
        return number_of(amount)

    def of(name: str, without: Decimal = ZERO) -> Decimal:
        return number_of(keys[name]) if isinstance(keys.get(name), Amount) else keys.get(name) or without

    net = vat.net(
        of("quantity"), of("price"), currency, price_per=of("price-per", Decimal(1)), discount=of("discount"),
        charge_amount=sum((sign * of(name) for name, sign in ADJUSTS.items()), ZERO),
    )  # fmt: skip
    return -net if keys.get("allowance") is not None else net
