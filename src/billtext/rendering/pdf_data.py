"""What a PDF shows, as plain text for Typst: nested dictionaries of strings that its template only lays out.

Words, numbers and dates are in the reader's language already. Ledger text is on one line, or in a note
on several, without control and text-direction characters, and a word that is longer than a line may break.
"""

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import is_dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from billtext.model import Date
from billtext.money import ZERO
from billtext.rendering import document_view, escape, statement_pages
from billtext.rendering.language import Language, unbroken
from billtext.rules import core_invoice as core
from billtext.rules import parties, presenting
from billtext.rules.book import Book
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.statements import Section, Statement

PAPERS = {"a4": "a4", "letter": "us-letter"}
_LONG = re.compile(r"\S{16,}")
_MOST, _WIDER = 25, 0.6  # letters that a narrow column has no room for; what a capital takes more than another
_PIECE = re.compile(r"(\S{12})(?=\S)")
BREAK = "\u200b"  # zero width space: a line may end here
_IN_WINDOW = 48  # letters of a line that is 95 mm long
_LINES_IN_WINDOW = 6  # below the name, in the smaller type
# At most how wide characters of our face are, bold or not, in hundredths of the type's size (em): with half of what
# kerning may put between one and the next, as in “(j”.
_ADVANCE = {BREAK: 0} | {
    char: wide for wide, chars in (
        (31, " \u00a0iíìlIÌÍÎÏ.,’·|ı"), (40, "frtjîï:;'‘-()/!¡[]{}\\ªº°²³¹ľţťŕř"),
        (54, "0123456789+−×aàáâãäåcçeéèêësvxyýzž#$<=>^~£¥€§±_–?¿«»”„śšşćčęěąăźżłŁ*"),
        (58, "bdghknñopqòóôõöøuùúûüð´`ńňőųůűđğĘĚŚŠŞŹŻŽ\""),
        (70, "ABCDEFGHJKLNOPQRSTUVXYZÀÁÂÃÄÅÇÈÉÊËÑÒÓÔÕÖØÙÚÛÜÝÐß&ĄĆČĎĞĐŃŇŐŘŤŮŰÞ“"), (88, "mwMWæÆœŒ%—©"), (100, "@…"),
    ) for char in chars
}  # fmt: skip
_HEAD = 0.86  # the smaller type, such as that of a table's head
_ROOM = 3200  # what columns of figures may take of a line, so that enough is left for its text


def document(one: CoreInvoice) -> dict[str, Any]:
    """An invoice, credit note or quote."""
    t = Language(one.language)
    view = document_view.view(one, t)
    running = ZERO
    forward = []
    for line in one.lines:
        if not line.optional:
            running += line.net
            forward.append(t.amount(running, one.currency))
    words = {
        "carried": f"{t('Carried forward')} {one.currency}", "brought": f"{t('Brought forward')} {one.currency}",
        "page": t("Page"), "text": t("Text"), "quantity": t("Quantity"), "price": t("Price"),
        "discount": t("Discount"), "vat": t("VAT"), "net": f"{t('Net')} {one.currency}", "rate": t("VAT rate"),
        "base": t("VAT basis"), "amount": t("Amount"), "optional": t("Optional"), "instalments": t("Instalments"),
        "number": t("Number"), "due": t("Due"), "reason": t("Reason"), "attachments": t("Attachments"),
        "payment": t("Payment"), "scan": t("Code to scan for payment"),
    }  # fmt: skip
    made = _cleaned({
        **_fields(view), "forward": forward, "words": words, **_around(one.seller, view.heading, t),
        "window": _window(
            one.buyer.name, document_view.address(one.buyer.address, one.seller.address.country, t),
            document_view.numbers(one.buyer, t),
        ),
        **_day(one.date), "lang": t.code,
    })  # fmt: skip
    return _measured({**made, "notes": ["\n".join(lines) for lines in made["notes"]]})


def _measured(data: dict[str, Any]) -> dict[str, Any]:
    """Data with how wide texts are at most, in hundredths of an em; None where a character may have any width.

    With these Typst lays out each cell once; a row or column that it has to measure takes as long again.

    :param data: texts as they are shown
    """
    widths = {
        "seller": _wide(data["seller"]["lines"]), "name": _wide([data["seller"]["name"]]),
        "below": _wide([data["window"]["below"]]), "facts": _wide_pairs(data["facts"]),
        "payment": _wide_pairs(data["payment"]),
        "iban": _wide([text for label, text in data["payment"] if label == "IBAN"]),
    }  # fmt: skip
    return {**data, "widths": {**widths, **_columns(data)} if "sums" in data else widths}


def _columns(data: Mapping[str, Any]) -> dict[str, int | None]:
    """How wide the columns of a document are; those of its lines only where they have room beside each other.

    Each of its lines gets how wide its text is.
    """
    rows, words = [*data["lines"], *data["optional"]], data["words"]
    for row in rows:
        below = [f"{label}: {value}" if label else value for label, value in row["details"]]
        row["wide"] = _wide_pairs([(found, row["text"]) for found in below or [""]])
    found = {}
    for key in ("quantity", "unit", "price", "vat", "net", *(("discount",) if data["discounts"] else ())):
        wide = _wide_pairs([("" if key == "unit" else words[key], row[key]) for row in rows])
        if wide is not None:
            found[key] = wide
    return {
        **(found if sum(found.values()) <= _ROOM else {}),
        "label": _wide([label for label, _, _ in data["sums"]]),
        "sum": _wide([amount for _, amount, _ in data["sums"]]),
        "reason": _wide([row["reason"] for row in data["vat"]]), "base": _wide([row["base"] for row in data["vat"]]),
    }  # fmt: skip


def _wide_pairs(pairs: Iterable[Sequence[str]]) -> int | None:
    """How wide values are, and the words above them."""
    wide, above = _wide([value for _, value in pairs]), _wide([label for label, _ in pairs])
    return None if wide is None or above is None else max(wide, int(above * _HEAD) + 1)


def _wide(texts: Iterable[str]) -> int | None:
    """How wide the widest of some texts is at most; None where a character may have any width."""
    most = 0
    for text in texts:
        wide = _advance(text)
        if wide is None:
            return None
        most = max(most, wide)
    return most


@lru_cache(maxsize=2048)
def _advance(text: str) -> int | None:
    try:
        return sum(map(_ADVANCE.__getitem__, text))
    except KeyError:
        return None


def statement(book: Book, report: Statement) -> dict[str, Any]:
    """A statement of account."""
    register, day = book.register, report.end
    t = Language(presenting.language_of(register, report.customer, day))
    seller, buyer = parties.seller(register, day), parties.buyer(register, report.customer, day)
    period = (
        (t("Statement period"), f"{unbroken(t.date(report.start))} – {unbroken(t.date(day))}")
        if report.kind == "activity"
        else (t("As of"), t.date(day))
    )
    words = {
        "page": t("Page"), "date": t("Date"), "kind": t("Kind"), "number": t("Number"), "text": t("Text"),
        "amount": t("Amount"), "balance": t("Balance"), "open-items": t("Open items"), "due": t("Due"),
        "overdue": t("Days overdue"), "open": t("Open"), "ageing": t("Ageing, in days overdue"),
        "nothing": t("Nothing is open."), "payment": t("Payment"), "scan": "",
    }  # fmt: skip
    used = {section.currency for section in report.sections}
    accounts = [
        (f"{label} {currency}" if not n and len(used) > 1 else label, text)
        for currency, account in presenting.accounts(register, used, day)
        for n, (label, text) in enumerate(document_view.accounts([account], seller.address.country, t))
    ]
    heading = t("Statement of account")
    lines = statement_pages.receiver(register, report.customer, day, t)
    return _measured(_cleaned({
        "heading": heading, "title": "", "words": words, "forward": [],
        "facts": [(t("Customer"), report.customer), period,
                  *((f"{t('Closing balance')} {s.currency}", t.amount(s.closing, s.currency))
                    for s in report.sections)],
        "seller": {"name": seller.name, "lines": document_view.seller(seller, buyer, t)},
        "buyer": {"name": report.name, "lines": lines}, "window": _window(report.name, lines, []),
        "sections": [_section(each, report, t) for each in report.sections],
        "payment": accounts,
        **_around(seller, heading, t), **_day(day), "lang": t.code,
    }))  # fmt: skip


def listing(title: str, note: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """A table on pages of its own."""
    return _cleaned({"heading": title, "note": note, "heads": heads, "rows": rows})


def _section(section: Section, report: Statement, t: Language) -> dict[str, Any]:
    currency = section.currency

    def amount(number: Decimal) -> str:
        return t.amount(number, currency)

    movements = [
        [t.date(report.start), "", "", t("Opening balance"), "", amount(section.opening)],
        *([t.date(m.date), t(m.kind), m.number, m.text, amount(m.amount), amount(m.balance)] for m in section.lines),
        [t.date(report.end), "", "", t("Closing balance"), "", amount(section.closing)],
    ]
    return {
        "currency": currency, "movements": movements if report.kind == "activity" else [],
        "open": [
            [o.item.name, t(o.kind), t.date(o.item.date), t.date(o.item.due),
             str(o.days_overdue) if o.days_overdue else "", amount(o.item.amount), amount(o.open)]
            for o in section.open_items
        ],
        "ageing": [*((t(name), amount(value)) for name, value in section.aging.columns.items()),
                   (t("Total"), amount(section.aging.total))],
    }  # fmt: skip


def _day(date: Date) -> dict[str, int]:
    return {"year": date.year, "month": date.month, "day": date.day}


def _around(seller: core.Party, heading: str, t: Language) -> dict[str, str]:
    """What stands above the address, above later pages and below each (bokføringsforskriften § 5-1-2)."""
    name = _cut(seller.name)
    place = " ".join(document_view.town(seller.address))
    foot = (name, *document_view.numbers(seller, t), seller.tax_registration, _cut(seller.contact.email))
    return {
        "sender": _cut(" · ".join(filter(None, (_cut(name, 40), *seller.address.lines[:1], place))), 80),
        "running": f"{name} · {_cut(heading)}", "foot": " · ".join(filter(None, foot)),
    }  # fmt: skip


def _window(name: str, lines: Sequence[str], numbers: Sequence[str]) -> dict[str, Any]:
    """The buyer in the window of an envelope, where the postman looks for the address.

    A line that is too long goes on in the next. Numbers stand below it, and once more what the window has no room for.
    """
    shown = _cut(name, _IN_WINDOW)
    found = [part for line in lines for part in textwrap.wrap(line, _IN_WINDOW) or [line]]
    if len(found) > max(_LINES_IN_WINDOW, len(lines)):
        found = [_cut(line, _IN_WINDOW) for line in lines]
    else:
        lines = found
    cut = [whole for whole, part in zip((name, *lines), (shown, *found), strict=True) if whole != part]
    below = [*cut, *numbers]
    return {"name": shown, "lines": found, "below": " · ".join(below), "wide": _wide([shown, *found])}


def _cut(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _clean(found) for key, found in values.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return _cleaned(value)
    if isinstance(value, list | tuple):
        return [_clean(found) for found in value]
    return _cleaned(_fields(value)) if is_dataclass(value) else value


@lru_cache(maxsize=2048)  # most texts of a document are those of others
def _text(value: str) -> str:
    text = escape.one_line(value)
    if not text.isprintable():  # U+FFFE and what else is no character: no font has it
        text = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) == "Cn" else c for c in text)
    return _LONG.sub(_broken, text)


def _broken(found: re.Match[str]) -> str:
    word = found[0]
    wide = sum(c.isupper() or c in "mw@%" for c in word)
    return _PIECE.sub(r"\1" + BREAK, word) if len(word) + _WIDER * wide >= _MOST else word


def _fields(value: Any) -> dict[str, Any]:
    """The fields of one of the view's records, which have slots; `asdict` would copy what is in them."""
    return {name: getattr(value, name) for name in value.__slots__}
