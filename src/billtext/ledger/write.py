"""Write ledger text: values, register directives and transactions as a bookkeeper would write them. Pure.

>>> keys = {"text": 'A "good" hour', "price": Amount(Decimal(5), "NOK")}
>>> print(custom(datetime.date(2026, 1, 15), "item", "CONS", meta=keys))
2026-01-15 custom "item" "CONS"
  text: "A \\"good\\" hour"
  price: 5.00 NOK
<BLANKLINE>
"""

import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.money import exact, plain

# The column in which the digits of a posting's amount end.
COLUMN = 46

# Beancount's lexer reads these escapes; before another character the backslash is dropped.
_ESCAPES = str.maketrans({
    "\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\b": "\\b",
})  # fmt: skip
_PLAIN = re.compile(r"[ !#-\[\]-~\u00a1-\u1fff]*")

# Control characters, halves of surrogate pairs and marks that turn the direction of text: they hide what a line says.
_LINE_END = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_SPACE = re.compile(r"[\t\v\f]")
_HARM = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class Account(str):
    """An account as a value: it is written without quotes."""

    __slots__ = ()


def clean(text: str) -> str:
    """Text fit for a ledger: line ends are `\\n`, tabs are spaces, control and direction characters are gone.

    White space at both ends is cut off.

    >>> clean("A\\tline\\r\\nand\\x00 another\\u202e ")
    'A line\\nand another'
    """
    if not _PLAIN.fullmatch(text):
        text = _HARM.sub("", _SPACE.sub(" ", _LINE_END.sub("\n", text)))
    return text.strip()


def string(text: str) -> str:
    """A string in quotes; Beancount reads back exactly this text.

    >>> print(string('7" \\\\ 12"'))
    "7\\" \\\\ 12\\""
    """
    return f'"{text}"' if _PLAIN.fullmatch(text) else f'"{text.translate(_ESCAPES)}"'


def value(seen: object) -> str:
    """A metadata value or a value of a `custom` directive.

    :raises TypeError: the ledger language has no such value
    """
    if isinstance(seen, Account):
        return str(seen)
    if isinstance(seen, str):
        return string(seen)
    if isinstance(seen, bool):
        return "TRUE" if seen else "FALSE"
    if isinstance(seen, Amount) and seen.number is not None:
        return f"{exact(seen.number, seen.currency)} {seen.currency}"
    if isinstance(seen, Decimal | int):
        return plain(Decimal(seen))
    if isinstance(seen, datetime.date):
        return seen.isoformat()
    raise TypeError(f"{seen!r} cannot be written in a ledger")


def meta(values: Mapping[str, Any], indent: str = "  ") -> str:
    """Metadata lines, in the order given; None is left out."""
    return "".join(f"{indent}{key}: {value(seen)}\n" for key, seen in values.items() if seen is not None)


def custom(date: datetime.date, directive: str, *values: object, meta: Mapping[str, Any] | None = None) -> str:
    """A `custom` directive with its metadata, ending in a line end."""
    head = " ".join([f'{date} custom "{directive}"', *(value(seen) for seen in values)])
    return f"{head}\n{_meta(meta or {})}"


_meta = meta  # the parameter of `custom` and `posting` has the same name


def opening(date: datetime.date, account: str, *currencies: str) -> str:
    """An `open` directive, ending in a line end."""
    return " ".join([f"{date} open {account}", ",".join(currencies)]).rstrip() + "\n"


def posting(account: str, number: str, currency: str, *, rate: str = "", meta: Mapping[str, Any] | None = None) -> str:
    """A posting with its metadata, amounts aligned, ending in a line end.

    :param number: digits as `money.exact` writes them
    :param rate: what follows `@`, such as `11.50 NOK`
    """
    width = max(COLUMN - 2 - len(account), len(number) + 2)
    end = f" @ {rate}\n" if rate else "\n"
    head = f"  {account}{number:>{width}} {currency}{end}"
    return head + _meta(meta, "    ") if meta else head


def transaction(date: datetime.date, payee: str, narration: str, *, tags: Iterable[str] = (),
                links: Iterable[str] = (), meta: Mapping[str, Any] | None = None,
                postings: Iterable[str] = ()) -> str:  # fmt: skip
    """A transaction flagged `*`; its postings are those of `posting`.

    :param payee: left out where it is empty
    """
    head = " ".join([
        f"{date} *", *([string(payee)] if payee else []), string(narration), *(f"#{tag}" for tag in tags),
        *(f"^{link}" for link in links),
    ])  # fmt: skip
    return f"{head}\n{_meta(meta or {})}{''.join(postings)}"
