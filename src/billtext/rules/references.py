"""Payment references of a document: KID and the structured creditor reference RF (ISO 11649)."""

import re

from billtext import ids

_FIELD = re.compile(r"\{(customer|number)(?::0(\d{1,2}))?\}")
_DIGIT = re.compile(r"\D")


def payload(layout: str, customer: str, number: str) -> str | None:
    """Digits of a reference before its check digits; None where the digits do not fit the layout.

    :param layout: such as `{customer:05}{number:08}`: the digits of the id and of the number, filled up with zeros

    >>> payload("{customer:05}{number:08}", "C00013", "2026-0075")
    '0001320260075'
    """
    parts = {"customer": _DIGIT.sub("", customer), "number": _DIGIT.sub("", number)}
    too_long = False

    def fill(match: re.Match[str]) -> str:
        nonlocal too_long
        digits, width = parts[match[1]], int(match[2] or 0)
        too_long = too_long or bool(width and len(digits) > width)
        return digits.zfill(width)

    found = _FIELD.sub(fill, layout)
    return None if too_long or not found else found


def kid(layout: str, method: str, customer: str, number: str) -> str | None:
    """KID of a document; None where the digits do not fit, or MOD11 has no check digit for them.

    :param method: `mod10` or `mod11`

    >>> kid("{customer:05}{number:08}", "mod10", "C00013", "2026-0075")
    '00013202600758'
    """
    digits = payload(layout, customer, number)
    if digits is None or not 3 <= len(digits) <= 24:
        return None
    check = ids.KID_CHECKS[method](digits)
    return None if check == "-" else digits + check


def creditor_reference(layout: str, customer: str, number: str) -> str | None:
    """RF reference of a document (ISO 11649); None where the digits do not fit.

    >>> creditor_reference("{customer:05}{number:08}", "C00019", "2026-0076")
    'RF060001920260076'
    """
    digits = payload(layout, customer, number)
    if digits is None or len(digits) > 21:
        return None
    from stdnum.iso7064 import mod_97_10

    return f"RF{mod_97_10.calc_check_digits(digits + 'RF')}{digits}"
