"""A search for a customer or a number: what it looks through, and the index of the site, small and ready made.

The site has no program that answers, and opens from a disk, where a page may load scripts and nothing else. So its
index is a script that calls `billtext.index`; it is loaded when somebody searches. Texts stand in order, each as the
number of letters that it has in common with the one before and the rest: two bytes for most numbers.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from billtext.rendering import escape
from billtext.rendering.pages import addresses
from billtext.rendering.pages.frame import Frame

MOST = 20  # answers
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _texts(frame: Frame) -> Iterator[tuple[str, str, list[str]]]:
    """What can be found: the word for its kind, where its pages are, ids or numbers in order."""
    yield frame.t("Customer"), "customers", sorted(frame.names)
    known = frame.book.ledger.documents
    for kind, word in (("invoice", "Invoice"), ("credit-note", "Credit note")):
        yield frame.t(word), "documents", sorted(number for number in frame.linked if known[number].kind == kind)


def mark(frame: Frame, *, names: bool) -> str:
    """Digest of what the index of a site hangs on."""
    known = frame.book.ledger.documents
    found = [frame.t.code, *frame.linked, *(known[number].kind for number in frame.linked), *sorted(frame.names)]
    said = "\0".join([*found, *(frame.names[id_] for id_ in frame.customers if names)])
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def index(frame: Frame, *, names: bool) -> str:
    """The script that holds the index of a site.

    :param names: whether it has the names of customers too
    """
    kinds: list[dict[str, Any]] = []
    for word, at, texts in _texts(frame):
        plain = [text for text in texts if addresses.part(text) == text]
        known = set(plain)
        odd = [text for text in texts if text not in known]
        ordered = [*plain, *odd]
        kinds.append(
            {
                "word": word,
                "at": at,
                "texts": " ".join(front(plain)),
                "odd": [[escape.one_line(text), addresses.part(text)] for text in odd],
                "names": [escape.one_line(frame.names[id_]) for id_ in ordered] if names and at == "customers" else [],
            }
        )
    return f"billtext.index({json.dumps(kinds, separators=(',', ':'))});\n"


def front(texts: Iterable[str]) -> Iterator[str]:
    """Texts in order, each as what it shares with the one before, a digit, and the rest.

    >>> list(front(["2026-0001", "2026-0002", "2026-0010"]))
    ['02026-0001', '82', '710']
    """
    before = ""
    for text in texts:
        shared, most = 0, min(len(before), len(text), len(_DIGITS) - 1)
        while shared < most and before[shared] == text[shared]:
            shared += 1
        yield _DIGITS[shared] + text[shared:]
        before = text


def find(frame: Frame, wanted: str) -> list[dict[str, str]]:
    """Customers and documents that fit: by id or number, or by all words in the customer's name; the nearest first."""
    low = wanted.strip().casefold()
    words = low.split()
    if not words:
        return []
    link = frame.links("")
    found: list[tuple[int, str, str, str, str]] = []
    for word, at, texts in _texts(frame):
        for text in texts:
            folded = text.casefold()
            name = frame.names[text] if at == "customers" else ""
            if low in folded or (name and all(each in name.casefold() for each in words)):
                found.append((rank(folded, low), word, at, text, name))
    found.sort(key=lambda each: each[0])
    return [
        {
            "word": word,
            "text": escape.one_line(text),
            "name": escape.one_line(name),
            "href": str(link(f"{at}/{addresses.part(text)}").unescape()),
        }
        for _, word, at, text, name in found[:MOST]
    ]


def rank(text: str, wanted: str) -> int:
    """How near a text is: the same, begins so, has it, or neither."""
    return 0 if text == wanted else 1 if text.startswith(wanted) else 2 if wanted in text else 3
