"""Movements of money as ledger text, and what they do in words."""

from collections.abc import Iterator

from billtext.ledger import write
from billtext.money import exact, plain
from billtext.rules.claims import told
from billtext.rules.movements import Movement
from billtext.rules.receipts import Receipt


def movement(one: Movement, company: str | None) -> str:
    """The transaction of a movement, as a bookkeeper would have typed it.

    :param company: the company's currency
    """
    postings = [
        write.posting(
            leg.account, exact(leg.amount, leg.currency), leg.currency,
            rate="" if leg.rate is None else f"{plain(leg.rate)} {company}", meta=leg.keys,
        )
        for leg in one.legs
    ]  # fmt: skip
    keys = {one.kind: one.number, **one.keys}
    return write.transaction(one.date, one.payee, one.narration, links=one.links, meta=keys, postings=postings)


def receipt(one: Receipt) -> Iterator[str]:
    """What a receipt does, in lines: what it settles, what it leaves open, what stays unapplied."""
    movement, currency = one.movement, one.currency
    yield f"{movement.number}  {movement.payee}  {told(one.plan.money, currency)}  {movement.date}"
    for part in one.plan.parts:
        claim, left = part.claim, part.claim.open - part.amount
        if part.amount < 0:
            text = f"  {told(-part.amount, currency)} of {claim.name} is used"
        else:
            text = f"  {told(part.amount, currency)} settles {claim.name}, due {claim.due}"
        if part.discount:
            text += f", of which {told(part.discount, currency)} cash discount"
        yield f"{text}, leaves {exact(abs(left), currency)}" if left else text
    if one.plan.rest:
        yield f"  {told(one.plan.rest, currency)} stays unapplied"
    if one.plan.rounding:
        yield f"  {told(one.plan.rounding, currency)} rounding"
    company = movement.legs[-1].currency
    if movement.legs[-1].rate is None and company != currency and len(movement.legs) > 1:
        difference = movement.legs[-1]
        word = "gain" if difference.amount < 0 else "loss"
        yield f"  {told(abs(difference.amount), company)} {word} on exchange"
