"""The first page of a customer's portal folder: its documents, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from billtext.model import Date
from billtext.rendering import templating
from billtext.rendering.language import Language
from billtext.rules.book import Book
from billtext.rules.presenting import language_of

_KIND = {"invoice": "Invoice", "credit-note": "Credit note", "statement": "Statement of account"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A document in the folder.

    :param kind: `invoice`, `credit-note` or `statement`
    :param file: its page, beside this one
    :param amount: what it comes to, below zero for a credit note; None for a statement
    :param attached: name and file of what goes with it
    """

    date: Date
    number: str
    kind: str
    file: str
    amount: Decimal | None = None
    currency: str = ""
    attached: tuple[tuple[str, str], ...] = ()


def render(book: Book, customer: str, rows: Iterable[Row], today: Date) -> str:
    """The page as HTML, in the customer's language."""
    language = Language(language_of(book.register, customer, today))
    ordered = sorted(rows, key=lambda row: (row.date, row.number), reverse=True)
    shown = [
        {
            "date": language.date(row.date),
            "number": row.number,
            "kind": language(_KIND[row.kind]),
            "amount": "" if row.amount is None else f"{language.amount(row.amount, row.currency)} {row.currency}",
            "file": row.file,
            "attached": [{"name": name, "file": file} for name, file in row.attached],
        }
        for row in ordered
    ]
    name = str(book.register.values("customer", customer, today).get("name") or customer)
    company = str(book.register.company(today).get("name") or "")
    return templating.render("portal.html.j2", t=language, name=name, company=company, rows=shown)
