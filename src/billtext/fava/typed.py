"""What somebody types into a form, in the manner of his language: amounts and dates."""

import re
from decimal import Decimal

from billtext import dates
from billtext.errors import Refused
from billtext.model import Date
from billtext.rendering.language import Language

_PLAIN = re.compile(r"\d{1,20}(\.\d{1,10})?", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u202f']+")


def amount(text: str, t: Language) -> Decimal:
    """An amount: plain as in the ledger, `1250.00`, or with the signs of the language, `1 250,00` in Norwegian.

    What can be read in two ways is refused: `1.250` is a thousand and more in Danish, and not much in a ledger.

    :raises Refused: it is no amount
    """
    signs = t.number(Decimal("1234.5"))
    group, point = signs[1:-5], signs[-2]
    digits = _SPACES.sub("", text)
    ways = set()
    if _PLAIN.fullmatch(digits):
        ways.add(Decimal(digits))
    grouped = rf"\d{{1,3}}({re.escape(group)}\d{{3}})*" if group.strip() else r"\d{1,20}"
    if re.fullmatch(rf"({grouped}|\d{{1,20}})({re.escape(point)}\d{{1,10}})?", digits, re.ASCII):
        ways.add(Decimal(digits.replace(group, "").replace(point, ".")))
    example = t.amount(Decimal(1250), "NOK")
    if not ways:
        raise Refused(t("{text} is no amount; write it as {example}").format(text=repr(text), example=example))
    # 1.250 and 1,250 are a thousand and more to some, and one and a quarter to others.
    if len(ways) > 1 or (group not in digits and re.fullmatch(r"\d{1,3}([.,]\d{3})+", digits, re.ASCII)):
        raise Refused(t("{text} can be read in two ways; write it as {example}").format(text=text, example=example))
    return ways.pop()


def date(text: str, t: Language) -> Date:
    """A date in ISO, as a browser gives it.

    :raises Refused: it is none
    """
    found = day(text)
    if found is None:
        raise Refused(t("{text} is no date; write it as {example}").format(text=repr(text), example="2026-10-31"))
    return found


def day(text: str) -> Date | None:
    """A date in ISO; None if it is none of a billing office."""
    try:
        return dates.typed(text)
    except ValueError:
        return None
