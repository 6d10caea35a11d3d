"""A mail as the bytes that a mail server is given: the same document and recipient make the same bytes.

Names, subjects and addresses are hostile: a line break in one, plain or encoded (RFC 2047), would be a header of its
own. All are one line here, and an address that is more than one plain address is refused.
"""

import datetime
import re
from collections.abc import Iterable
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from billtext.rendering import escape
from billtext.rendering.mail_text import Words

# Headers in ASCII and bodies of 7 bits go through every server; a header that is encoded here stays as it is.
_POLICY = SMTP.clone(cte_type="7bit", refold_source="none")
_LINE = 76  # characters of a line with an encoded word, RFC 2047, 2
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+")
# Letters for which the Punycode of today (IDNA 2008) has another domain than the one that Python knows (IDNA 2003).
_DEVIATING = frozenset("\u00df\u03c2\u200c\u200d")  # ß, final sigma, and the invisible joiners
_FILE = re.compile(r"(application|image|text)/[a-z0-9][a-z0-9.+-]*")  # what is no message itself
_LONGEST_NAME, _LONGEST_ADDRESS = 120, 254  # RFC 5321, 4.5.3.1.3

File = tuple[str, str, bytes]  # name, media type, content


def address(text: str) -> str:
    """An address as mail servers take it: plain ASCII, its domain in Punycode.

    :raises ValueError: it is not exactly one address, or its domain may be one of two and is to be given in Punycode

    >>> address("faktura@blåbær.example")
    'faktura@xn--blbr-roah.example'
    """
    local, _, domain = text.rpartition("@")
    try:
        domain = "" if _DEVIATING & set(domain) else domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    found = f"{local}@{domain}"
    if "=?" in local or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain) or len(found) > _LONGEST_ADDRESS:
        raise ValueError(text)
    return found


def message_id(fingerprint: str, sender: str) -> str:
    """The Message-ID of a fingerprint, at the domain of the sender."""
    return f"<billtext.{fingerprint}@{sender.rpartition('@')[2]}>"


def build(
    words: Words, files: Iterable[File], *, sender: tuple[str, str], recipient: tuple[str, str], reply_to: str,
    fingerprint: str, time: datetime.datetime,
) -> bytes:  # fmt: skip
    """A mail with its files.

    :param sender: name and address, and `recipient` likewise
    :param reply_to: an address, or empty
    :param time: what its Date says
    :raises ValueError: an address is not exactly one address
    """
    made = EmailMessage(policy=_POLICY)
    _put(made, "From", *_party(sender))
    _put(made, "To", *_party(recipient))
    if reply_to:
        _put(made, "Reply-To", "", address(reply_to))
    _put(made, "Subject", escape.one_line(words.subject))
    made["Date"] = format_datetime(time)
    made["Message-ID"] = message_id(fingerprint, address(sender[1]))
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's machine is to answer
    made.set_content(words.text)
    made.add_alternative(words.html, subtype="html")
    for name, mime, content in files:
        main, _, sub = (mime if _FILE.fullmatch(mime) else "application/octet-stream").partition("/")
        made.add_attachment(content, maintype=main, subtype=sub, filename=escape.file_name(name))
    for n, part in enumerate(part for part in made.walk() if part.is_multipart()):
        part.set_boundary(f"=_{fingerprint}_{n}")  # else they are drawn at random
    return made.as_bytes()


def _party(party: tuple[str, str]) -> tuple[str, str]:
    return escape.one_line(party[0]).strip()[:_LONGEST_NAME], address(party[1])


def _put(made: EmailMessage, header: str, text: str, address: str = "") -> None:
    """Put a header with a text, or with an address and the name before it.

    Where `email` would write something else than it is given, the text is encoded here: it decodes encoded words
    (RFC 2047), in which a line break may hide, and a name that it folds loses its quotes, so that a comma makes two.
    """
    plain = str(Address(display_name=text, addr_spec=address)) if address else text
    if "=?" not in text and (not address or (text.isascii() and len(f"{header}: {plain}") <= _LINE)):
        made[header] = plain
        return
    lines = [Header(text, "utf-8", _LINE, header).encode()] if text else []
    made.set_raw(header, "\n ".join([*lines, f"<{address}>"] if address else lines))
