"""Account numbers as people read and type them: in groups. An e-invoice and a code to scan have them without."""

import re

from billtext import ids

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")
_NORWEGIAN = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{5})")


def iban(text: str) -> str:
    """An IBAN in groups of four (ISO 13616-1, print format); what looks like none is left as it is.

    >>> iban("NO9386011117947"), iban("DE89 370400440532013000"), iban("on request")
    ('NO93 8601 1117 947', 'DE89 3704 0044 0532 0130 00', 'on request')
    """
    number = ids.compact_account(text)
    if not _IBAN.fullmatch(number):
        return text
    return " ".join(number[n : n + 4] for n in range(0, len(number), 4))


def domestic(text: str, country: str) -> str:
    """A domestic account number: Norway's eleven digits as 1234 56 78903; others as they are written.

    :param country: whose it is (ISO 3166)

    >>> domestic("86011117947", "NO"), domestic("8601.11.17947", "NO"), domestic("86011117947", "DE")
    ('8601 11 17947', '8601 11 17947', '86011117947')
    """
    found = _NORWEGIAN.fullmatch(ids.compact_account(text)) if country == "NO" else None
    return " ".join(found.groups()) if found else text
