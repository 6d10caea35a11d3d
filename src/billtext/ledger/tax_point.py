"""The tax point of a document: the day whose VAT rates apply to it.

A supply is taxed at the rate of the day on which it is made, whenever the invoice is written, and a credit note gives
back what the invoice charged:

    2026-01-01 custom "vat" "S25" 25
    2026-07-01 custom "vat" "S25" 24

    2026-07-03 * "Nordlys Interiør AS" "Consulting, June"     ; 25 %, of 28 June
      invoice: "2026-0012"
      delivery: 2026-06-28
    2026-09-10 * "Nordlys Interiør AS" "Credited"             ; 25 %, as its invoice
      credit-note: "K2026-0003"
      corrects: "2026-0012"

What is billed before it is delivered has the rate of its invoice's day, since VAT becomes chargeable with the invoice
where a state has it so; where it does not, the document says its tax point itself. Nothing that is entered later
changes the rate of an earlier document.

Sources: merverdiavgiftsloven § 22-1; VAT Directive 2006/112/EC, art. 63 to 66 and 93.
"""

from collections.abc import Callable, Iterable
from functools import cache

from beancount.core.data import Transaction

from billtext.model import Date, Meta, Register

# Keys of a document, any of which may make its tax point another day than its own.
KEYS = frozenset({"corrects", "tax-point", "delivery", "period-end"})
# The tax point of the invoice of a number, or None where there is no such invoice.
Billed = Callable[[str], Date | None]


def of(meta: Meta, date: Date, register: Register, billed: Billed) -> Date:
    """The tax point of a document: its own day, unless rates changed between that and the day of its supply.

    :param meta: keys of the document
    :param date: its own day
    """
    changes = register.rate_changes
    if not changes:
        return date
    corrects = meta.get("corrects")
    day = billed(corrects) if isinstance(corrects, str) else None
    if day is None:
        day = _supplied(meta, date)
    first, last = sorted((day, date))
    return day if any(first < change <= last for change in changes) else date


def _supplied(meta: Meta, date: Date) -> Date:
    """When was supplied what a document bills: as it says itself, else on delivery or at the end of a period."""
    said = meta.get("tax-point")
    if isinstance(said, Date):
        return said
    days = (meta.get(key) for key in ("delivery", "period-end"))
    return min(date, next((day for day in days if isinstance(day, Date)), date))


def of_invoices(entries: Iterable[Transaction], register: Register, known: Billed) -> Billed:
    """Tell the tax points of invoices by number; the entries are gone through when the first is asked for.

    :param known: asked for numbers that no entry has
    """

    @cache
    def dated() -> dict[str, Transaction]:
        found: dict[str, Transaction] = {}
        for entry in entries:
            number = entry.meta.get("invoice")
            if isinstance(number, str) and (number not in found or _place(entry) < _place(found[number])):
                found[number] = entry
        return found

    def billed(number: str) -> Date | None:
        entry = dated().get(number)
        return known(number) if entry is None else of(entry.meta, entry.date, register, unknown)

    return billed


def unknown(_: str) -> None:
    """Know of no invoice."""


def _place(entry: Transaction) -> tuple[Date, str, int]:
    """The first of a number counts, in whatever order files are read."""
    return entry.date, str(entry.meta.get("filename")), entry.meta.get("lineno") or 0
