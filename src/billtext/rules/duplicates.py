"""Customers that are likely the same: each pair with the reasons, for a person to decide.

A number or an address that two customers have in common is found by looking it up. Names are compared by `difflib` of
the standard library: only names that share the beginning or the end of a word are compared at all, so that a register
of thousands is searched in a second, and no further dependency is needed.
"""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

from billtext.model import Date, Register

# Names as alike as this are pointed out: "Nordlys Interiør" and "Nordlys Interior AS" are.
ALIKE = 0.88
# A word that more customers share than this tells nothing, such as "bygg".
_COMMON = 200
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "å": "a", "ß": "ss", "đ": "d", "ł": "l", "þ": "th"})
_FORMS = frozenset((
    "as", "asa", "ans", "da", "enk", "sa", "ba", "nuf", "ab", "aps", "oy", "oyj", "ltd", "limited", "plc", "llp", "inc",
    "llc", "corp", "co", "gmbh", "ag", "kg", "ohg", "ug", "sarl", "sas", "srl", "spa", "bv", "nv", "og", "and", "und",
    "the", "filial", "avd",
))  # fmt: skip

Card = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two customers that are likely the same; `first` before `second` in the order of ids.

    :param reasons: in a bookkeeper's words
    """

    first: str
    second: str
    reasons: tuple[str, ...]


@cache
def words(text: str) -> tuple[str, ...]:
    """The words of a name without accents, signs and legal forms.

    >>> words("Ræder & Sønn *Verksted* A/S"), words("AS")
    (('raeder', 'sonn', 'verksted'), ('as',))
    """
    small = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS).replace("/", ""))
    found = re.findall(r"\w+", "".join(c for c in small if not unicodedata.combining(c)))
    return tuple(word for word in found if word not in _FORMS) or tuple(found)


def _exact(card: Card) -> Iterable[tuple[str, str]]:
    """What two customers cannot well have in common unless they are one; with the words for it."""
    for key, what in (
        ("org-number", "same organisation number"),
        ("vat-number", "same VAT number"),
        ("gln", "same GLN"),
    ):
        number = re.sub(r"[^0-9A-Z]", "", str(card.get(key) or "").upper())
        if number:
            yield what, number
    email = str(card.get("email") or "").casefold()
    if email:
        yield "same e-mail address", email
    street, code = " ".join(words(str(card.get("address") or ""))), str(card.get("postal-code") or "").replace(" ", "")
    if street and code:
        yield "same address and postal code", f"{street} {code.casefold()}"


def _blocks(name: tuple[str, ...]) -> set[str]:
    """Beginnings and ends of the words of a name: similar names share one of them."""
    return {part for word in name for part in (f"{word[:4]}…", f"…{word[-4:]}")}


def _similar(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if sorted(one) == sorted(other):
        return True
    match = difflib.SequenceMatcher(None, " ".join(one), " ".join(other), autojunk=False)
    return match.real_quick_ratio() >= ALIKE and match.quick_ratio() >= ALIKE and match.ratio() >= ALIKE


def cards(register: Register, as_of: Date) -> dict[str, Card]:
    """Cards of the customers on a day; closed ones are left out."""
    found = {name: record.at(as_of) for name, record in register.of("customer").items()}
    return {name: card for name, card in found.items() if card is not None and card.get("closed") is not True}


def report(register: Register, as_of: Date) -> tuple[Pair, ...]:
    """All pairs of customers on a day that are likely the same, in the order of ids."""
    return pairs(cards(register, as_of))


def pairs(known: Mapping[str, Card]) -> tuple[Pair, ...]:
    """All pairs of cards that are likely of the same customer, in the order of ids."""
    known = dict(sorted(known.items()))
    reasons: dict[tuple[str, str], list[str]] = defaultdict(list)
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    blocks: dict[str, list[str]] = defaultdict(list)
    names = {id_: words(str(card.get("name") or "")) for id_, card in known.items()}
    for id_, card in known.items():
        for same in _exact(card):
            groups[same].append(id_)
        for block in _blocks(names[id_]):
            blocks[block].append(id_)
    for (what, _), ids in groups.items():
        for pair in combinations(ids[:_COMMON], 2):
            reasons[pair].append(what)
    compared = {pair for ids in blocks.values() if len(ids) <= _COMMON for pair in combinations(ids, 2)}
    for one, other in sorted(compared):
        if _similar(names[one], names[other]):
            reasons[one, other].append("similar name")
    return tuple(Pair(first=a, second=b, reasons=tuple(found)) for (a, b), found in sorted(reasons.items()))


def like(card: Card, known: Mapping[str, Card]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Customers that a new card is likely the same as, with the reasons."""
    mine, name = set(_exact(card)), words(str(card.get("name") or ""))
    blocks = _blocks(name)
    found = []
    for id_, other in known.items():
        theirs = words(str(other.get("name") or ""))
        reasons = [what for what, value in _exact(other) if (what, value) in mine]
        if blocks & _blocks(theirs) and _similar(name, theirs):
            reasons.append("similar name")
        if reasons:
            found.append((id_, tuple(reasons)))
    return tuple(found)
