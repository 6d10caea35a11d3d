"""Cash discount: what an invoice's terms offer to who pays within the days, the last of them included.

Three regimes of VAT, by the option `cash-discount-vat` on the invoice's date: `when-taken` corrects the invoice's VAT
when the discount is taken; `never` leaves it; `always` computed it on the discounted base from the beginning, so that
the discount is one on the nets alone.
"""

from dataclasses import dataclass
from decimal import Decimal

from billtext import dates
from billtext.model import Date, Register
from billtext.money import CONTEXT, HUNDRED, quantum, rounded
from billtext.rules.book import Book
from billtext.rules.claims import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A discount on what is open of an invoice.

    :param tolerance: how far a payer's own reckoning may be off: the smallest unit for each VAT code
    """

    amount: Decimal
    tolerance: Decimal
    last: Date


def last_day(register: Register, terms: str, date: Date) -> Date | None:
    """The last day of the discount of an invoice of a date, or None where its terms offer none."""
    values = register.values("terms", terms, date)
    days = values.get("discount-days")
    if not isinstance(days, Decimal) or not values.get("discount"):
        return None
    return dates.after(date, int(days))


def offer(book: Book, claim: Claim, date: Date) -> Offer | None:
    """The discount that a payment of a day may take on a claim, or None. Instalments have none."""
    document, register = claim.document, book.register
    if document is None or document.kind != "invoice" or len(document.items) > 1:
        return None
    customer = register.values("customer", document.customer, document.date)
    terms = document.entry.meta.get("terms") or customer.get("terms")
    last = last_day(register, terms, document.date) if isinstance(terms, str) else None
    if not isinstance(terms, str) or last is None or date > last or not document.gross:
        return None
    percent = register.values("terms", terms, document.date)["discount"]
    base = claim.open
    if register.options.at("cash-discount-vat", document.date) == "always":
        base = CONTEXT.divide(CONTEXT.multiply(base, document.net), document.gross)
    amount = rounded(CONTEXT.divide(CONTEXT.multiply(base, percent), HUNDRED), claim.currency)
    lines, _ = book.lines(document)
    codes = len({line.vat for line in lines})
    return Offer(amount=amount, tolerance=codes * quantum(claim.currency), last=last) if amount > 0 else None
