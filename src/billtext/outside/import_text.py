"""Ledger text of an import: documents, customers, items, and the `include` lines that bring them in."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

from billtext.ledger import write
from billtext.model import Date, Record
from billtext.money import exact, plain
from billtext.outside.import_book import Document
from billtext.outside.import_documents import Line
from billtext.outside.import_mapping import Series
from billtext.outside.import_register import NewRecord
from billtext.rules import incoming_names


class Writer:
    """Writes documents; texts of lines and prices come again and again, and are written once.

    :param root: the receivable account
    :param company: the company's currency
    :param payee: the name that a document's transaction carries
    :param customers: customers of the register, the new ones among them
    """

    def __init__(
        self, root: str, company: str | None, payee: Callable[[Document], str], customers: Mapping[str, Record]
    ) -> None:
        """Prepare for a ledger."""
        self._root, self._company, self._payee = root, company, payee
        self._names = cache(lambda name: incoming_names.private(customers.get(name)))
        self._tails: dict[tuple[object, ...], str] = {}

    def document(self, document: Document) -> str:
        """Text of a document, with an empty line before it."""
        number, currency = document.number, document.currency
        links = [number, document.keys["corrects"]] if document.keys.get("corrects") else [number]
        keys = {document.kind: number, "due": document.due, **document.keys}
        rate = "" if document.rate is None else f"{plain(document.rate)} {self._company}"
        postings = [
            write.posting(f"{self._root}:{document.customer}", exact(document.total, currency), currency, rate=rate)
        ]
        names = self._names(document.customer)
        narration, lines = incoming_names.unnamed(document.text, names, number), document.lines
        if narration != document.text:  # which lines without a text of their own show
            lines = tuple(line if line.text or line.item else line._replace(text=document.text) for line in lines)
        postings += [self._line(line, document, rate) for line in lines]
        for vat, amount in document.vats:
            postings.append(
                write.posting(str(vat.account), exact(-amount, currency), currency, rate=rate, meta={"vat": vat.code})
            )
        payee = incoming_names.unnamed(self._payee(document) or document.customer, names, document.customer)
        return "\n" + write.transaction(document.date, payee, narration, links=links, meta=keys, postings=postings)

    def _line(self, line: Line, document: Document, rate: str) -> str:
        credit = document.kind == "credit-note"
        key = (credit, document.currency, *line[1:5], *line[6:9])
        tail = self._tails.get(key)
        if tail is None:
            tail = self._tails[key] = _metadata(line, document.currency, credit)
        return write.posting(line.account, exact(-line.amount, document.currency), document.currency, rate=rate) + tail


def _metadata(line: Line, currency: str, credit: bool) -> str:
    """Metadata of a line's posting. On a credit note the quantity is what is credited, so positive."""
    price = None if line.price is None else f"{exact(line.price, currency)} {currency}"
    quantity = None if line.quantity is None else -line.quantity if credit else line.quantity
    text = write.meta({"item": line.item, "text": line.text or None, "quantity": quantity}, "    ")
    text += f"    price: {price}\n" if price is not None else ""
    return text + write.meta({"discount": line.discount, "unit": line.unit or None, "vat": line.vat or None}, "    ")


def customers(records: Iterable[NewRecord], root: str, opened: Iterable[str]) -> Iterator[str]:
    """Yield the directives of new customers, with their accounts unless they are open already."""
    there = set(opened)
    for record in records:
        for n, (date, values) in enumerate(record.versions.items()):
            yield "\n" + write.custom(date, "customer", record.id, meta=values)
            account = f"{root}:{record.id}"
            if n == 0 and account not in there:
                yield write.opening(date, account)


def items(records: Iterable[NewRecord]) -> Iterator[str]:
    """Yield the directives of new items."""
    for record in records:
        for date, values in record.versions.items():
            yield "\n" + write.custom(date, "item", record.id, meta=values)


def series(wanted: Sequence[Series], date: Date) -> Iterator[str]:
    """Yield the series of imported numbers: history has gaps that nobody can explain any more."""
    for one in wanted:
        keys = {"kind": one.kind, "reset": "never", "gapless": False}
        yield "\n" + write.custom(date, "series", one.id, one.format, meta=keys)


def accounts(opened: Mapping[str, Date]) -> Iterator[str]:
    """Yield `open` directives."""
    for name, date in sorted(opened.items()):
        yield write.opening(date, name)


def includes(paths: Sequence[Path], top: Path, text: str) -> str:
    """What to append to the top file so that it includes files.

    :param top: absolute path of the top file, `text` what it holds
    """
    if not paths:
        return ""
    lines = "".join(f"include {write.string(path.relative_to(top.parent).as_posix())}\n" for path in paths)
    return ("" if text.endswith("\n") or not text else "\n") + "\n; ---- added by `billtext import invoices`\n" + lines


_HEAD = re.compile(r'  (?:invoice|credit-note): "([^"]*)"')
_AMOUNT = re.compile(r"  [A-Z]\S*\s+(-?[0-9.]+) [A-Z]")


def read_back(lines: Iterable[str]) -> Iterator[tuple[str, list[Decimal]]]:
    """Yield the number and the amounts of all postings of each document that `Writer` wrote."""
    number, amounts = "", list[Decimal]()
    for line in lines:
        if line[:4] == "    " or line == "\n":
            continue
        if line[:1].isdigit():
            if number:
                yield number, amounts
            number, amounts = "", []
        elif (amount := _AMOUNT.match(line)) is not None:
            amounts.append(Decimal(amount[1]))
        elif not number and (head := _HEAD.match(line)) is not None:
            number = head[1]
    if number:
        yield number, amounts
