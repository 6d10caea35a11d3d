"""Cash discount: what an invoice's terms offer to who pays within the days, the last of them included.

Three regimes of VAT, by the option `cash-discount-vat` on the invoice's date: `when-taken` corrects the invoice's VAT
when the discount is taken; `never` leaves it; `always` computed it on the discounted base from the beginning, so that
the discount is one on the nets alone.
"""

from dataclasses import dataclass
from decimal import Decimal

from billtext import dates
from billtext.model import Date, Document, Register
from billtext.money import CONTEXT, HUNDRED, quantum, rounded
from billtext.rules.book import Book
from billtext.rules.claims import Claim
from billtext.rules.core_invoice import CashDiscount


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


def offered(register: Register, document: Document, base: Decimal) -> CashDiscount | None:
    """What an invoice's terms take off for who pays early, or None. Instalments have none.

    :param base: what is open of it
    """
    if document.kind != "invoice" or len(document.items) > 1 or not document.gross:
        return None
    customer = register.values("customer", document.customer, document.date)
    terms = document.entry.meta.get("terms") or customer.get("terms")
    last = last_day(register, terms, document.date) if isinstance(terms, str) else None
    if not isinstance(terms, str) or last is None:
        return None
    percent = register.values("terms", terms, document.date)["discount"]
    if register.options.at("cash-discount-vat", document.date) == "always":
        base = CONTEXT.divide(CONTEXT.multiply(base, document.net), document.gross)
    amount = rounded(CONTEXT.divide(CONTEXT.multiply(base, percent), HUNDRED), document.currency)
    return CashDiscount(percent=percent, amount=amount, until=last) if amount > 0 else None


def offer(book: Book, claim: Claim, date: Date) -> Offer | None:
    """The discount that a payment of a day may take on a claim, or None. Instalments have none."""
    document = claim.document
    found = None if document is None else offered(book.register, document, claim.open)
    if document is None or found is None or date > found.until:
        return None
    lines, _ = book.lines(document)
    codes = len({line.vat for line in lines})
    return Offer(amount=found.amount, tolerance=codes * quantum(claim.currency), last=found.until)
