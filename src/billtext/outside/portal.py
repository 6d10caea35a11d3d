"""The portal: a folder of pages for each customer, behind a name that nobody guesses.

The folder's name is a keyed hash of the customer's id: whoever has it sees this customer's documents, and learns
nothing of another's. It is the same each time, so a link that was given keeps working; a new secret (see
`outbox.secret`) makes all links void. Put the directory `outbox/portal` on a web server that lists no directories.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path

from billtext import dates
from billtext.model import Date
from billtext.outside import files, forms
from billtext.outside.forms import Made
from billtext.rendering import einvoice, portal_page
from billtext.rendering.portal_page import Row
from billtext.rules import filing, presenting
from billtext.rules.book import Book
from billtext.rules.deliveries import Log, Parcel

_DIGITS = 40
_NOTHING = '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title></title></head><body></body></html>\n'


def folder(secret: bytes, customer: str) -> str:
    """Name of a customer's folder."""
    return hmac.new(secret, f"portal\0{customer}".encode(), hashlib.sha256).hexdigest()[:_DIGITS]


def put(
    book: Book, place: Path, customer: str, made: Mapping[Parcel, Sequence[Made]], log: Log, secret: bytes, today: Date
) -> Path:  # fmt: skip
    """Write documents into a customer's folder, with a first page that lists them and those of before; return that.

    :param made: pages of this customer's documents, each with the files that go with it
    :raises Refused: they cannot be written
    """
    # Who comes without the name of a folder sees nothing, and search engines nothing at all.
    for name, text in (("robots.txt", "User-agent: *\nDisallow: /\n"), ("index.html", _NOTHING)):
        if not (place / name).exists():
            files.replace(place / name, text)
    here = place / folder(secret, customer)
    rows: dict[str, Row] = {}
    for parcel, (page, *attached) in made.items():
        for n, one in enumerate(attached, 1):
            files.replace(here / _beside(parcel.number, n, one.name), one.content)
        files.replace(here / page.name, page.content)
        rows[page.name] = _row(book, here, parcel.number, parcel.statement, page.name)
    for (number, month), found in log.all.items():  # what went this way before, as far as its page is there
        document = book.ledger.documents.get(number)
        mine = number == customer if month else document is not None and document.customer == customer
        if mine and any(delivery.channel == "portal" for delivery in found):
            stem = forms.statement_name(customer, dates.month(month)[1]) if month else forms.stem(number)
            if (here / f"{stem}.html").is_file():
                rows.setdefault(f"{stem}.html", _row(book, here, number, month, f"{stem}.html"))
    files.replace(here / "index.html", portal_page.render(book, customer, rows.values(), today))
    return here / "index.html"


def _beside(number: str, n: int, name: str) -> str:
    """The file of the nth that is attached to a document, beside its page; its own name stands at the link."""
    return f"{forms.stem(number)}-{n}.{filing.ending(name)}"


def _row(book: Book, here: Path, number: str, month: str, name: str) -> Row:
    document = book.ledger.documents.get(number)
    if month or document is None:
        return Row(date=dates.month(month)[1], number=month, kind="statement", file=name)
    names = [einvoice.file_name(one) for one, file in presenting.attachments(document.entry.meta) if file]
    attached = [(each, _beside(number, n, each)) for n, each in enumerate(names, 1)]
    return Row(
        date=document.date, number=number, kind=document.kind, file=name, amount=document.gross * document.sign,
        currency=document.currency,
        attached=tuple((each, file) for each, file in attached if (here / file).is_file()),
    )  # fmt: skip
