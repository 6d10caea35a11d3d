"""Money that goes back to a customer, and claims that are written off."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from billtext.errors import Refused
from billtext.model import Date
from billtext.money import ZERO, cash
from billtext.rules import corrections, movements, receipts
from billtext.rules.book import Book
from billtext.rules.claims import Claim, told
from billtext.rules.movements import Leg, Movement, exchange
from billtext.rules.receipts import Tender


def portions(claims: Iterable[Claim], amount: Decimal | None, name: str) -> list[tuple[Claim, Decimal]]:
    """Claims with the part of each that an amount takes, in their order; all of them if none is given.

    :param claims: all above zero, or all below
    :raises Refused: less is open
    """
    found: list[tuple[Claim, Decimal]] = []
    claims = [claim for claim in claims if claim.open]
    if not claims:
        raise Refused(f"nothing is open of {name}; `billtext open-items` shows what is")
    total = sum((abs(claim.open) for claim in claims), ZERO)
    if amount is not None and amount > total:
        raise Refused(
            f"{told(total, claims[0].currency)} is open of {name}, less than {told(amount, claims[0].currency)}"
        )
    left = total if amount is None else amount
    for claim in claims:
        part = min(abs(claim.open), left)
        if part:
            found.append((claim, part))
            left -= part
    return found


def crossing(book: Book, parts: Sequence[tuple[Claim, Decimal]]) -> list[Leg]:
    """Postings that settle claims of both sides with each other, each at its own rate, and the gain or loss of that.

    None where their rates leave no difference: then nothing is to be booked.

    :param parts: claims of one currency with the positive amounts that are settled
    """
    company, options = book.register.currency, book.register.options
    if any(claim.rate is None for claim, _ in parts):
        return []
    legs = [
        Leg(account=claim.account, amount=part if claim.open < 0 else -part, currency=claim.currency, rate=claim.rate,
            keys={"settles": claim.name})
        for claim, part in parts
    ]  # fmt: skip
    difference = exchange(legs, company, options.of("exchange-gain"), options.of("exchange-loss"))
    return [*legs, *difference] if any(leg.amount for leg in difference) else []


def refund(
    book: Book, parts: Sequence[tuple[Claim, Decimal]], tender: Tender, *, date: Date, number: str, payee: str,
    method: str, narration: str, keys: Mapping[str, Any],
) -> Movement:  # fmt: skip
    """The transaction that pays back what is open of receipts or credit notes.

    :param parts: claims below zero, with the positive amounts that are paid back
    """
    options, company = book.register.options, book.register.currency
    currency = parts[0][0].currency
    legs = [
        Leg(account=claim.account, amount=part, currency=currency, rate=claim.rate, keys={"settles": claim.name})
        for claim, part in parts
    ]
    whole = sum((part for _, part in parts), ZERO)
    out = cash(whole, currency) if method == "cash" else whole
    legs += receipts.money(tender, -out, currency, options.of("card-fees"))
    if out != whole:
        if options.rounding is None:
            raise Refused('cash is rounded, and the ledger has no account for it; add the option "rounding"')
        legs.append(Leg(account=options.rounding, amount=out - whole, currency=currency, rate=tender.rate))
    legs += exchange(legs, company, options.of("exchange-gain"), options.of("exchange-loss"))
    links = tuple(dict.fromkeys(claim.number for claim, _ in parts))
    return Movement(
        date=date, kind="refund", number=number, payee=payee, narration=narration, links=links,
        keys={"method": method, **keys}, legs=tuple(legs),
    )  # fmt: skip


def write_off(
    book: Book, parts: Sequence[tuple[Claim, Decimal]], *, account: str, relief: bool, date: Date, number: str,
    payee: str, narration: str, keys: Mapping[str, Any],
) -> Movement:  # fmt: skip
    """The transaction that gives up what is open of a document, or keeps what a customer paid too much.

    The loss of a foreign claim is in the company's currency, at the rate at which the claim arose.

    :param account: takes the loss
    :param relief: the VAT of the document is corrected, each code's (mval. § 4-7)
    """
    legs: list[Leg] = []
    against: list[Leg] = []
    for claim, part in parts:
        sign = 1 if claim.open > 0 else -1
        like: dict[str, Any] = {"currency": claim.currency, "rate": claim.rate}
        legs.append(Leg(account=claim.account, amount=-sign * part, keys={"settles": claim.name}, **like))
        if relief and claim.document is not None:
            slices = corrections.split(book, claim.document, part)
            against += receipts.corrected(slices, account, like)
        else:
            against.append(Leg(account=account, amount=sign * part, **like))
    lost = [leg for leg in against if leg.account == account]
    vat = [leg for leg in against if leg.account != account]
    at_home = iter(movements.at_home(lost, [*legs, *vat], book.register.currency))
    against = [next(at_home) if leg.account == account else leg for leg in against]
    links = tuple(dict.fromkeys(claim.number for claim, _ in parts))
    return Movement(
        date=date, kind="write-off", number=number, payee=payee, narration=narration, links=links, keys=keys,
        legs=(*legs, *against),
    )  # fmt: skip
