"""Changes of the register: a new record, or other values of one from a day on. Nothing is ever rewritten.

A change holds typed values, as the ledger reads them back; `rendering.ledger_text` makes it text.
"""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from beancount.core.amount import Amount

from billtext import ids
from billtext.errors import Refused, shown
from billtext.ledger import write
from billtext.ledger.register import place
from billtext.ledger.schema import ACCOUNT, REGISTER, REQUIRED, TEXT, Key, faults, written
from billtext.model import Date, Record, Register

# The order in which a bookkeeper writes the keys; the others follow in the order in which they are given.
ORDER = (
    "name", "kind", "org-number", "vat-number", "gln", "address", "address-2", "postal-code", "city", "country",
    "email", "phone", "website", "channel", "endpoint", "buyer-reference", "language", "currency", "terms",
    "credit-limit", "text", "unit", "price", "price-per", "vat", "account", "role", "hold", "closed", "note",
)  # fmt: skip
LONGEST = 1000  # characters of one value: more is a slip of the hand, or somebody's joke
_KEY = re.compile(r"[a-z][A-Za-z0-9_-]+")
_NUMBERED = re.compile(r"([A-Z]+)(\d+)")
_WORDS = {"true": True, "yes": True, "false": False, "no": False}
_TAKEN = {"filename", "lineno"}  # Beancount's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one directive says of a record from a day on.

    :param id: `C00017`; of a contact, `C00017 billing`
    :param values: by key, in the order in which they are written
    """

    directive: str
    id: str
    date: Date
    values: Mapping[str, Any]


def parse(directive: str, key: str, text: str, currency: str = "") -> Any:
    """The value that a text means under a key: of the key's type, and text under an unknown one.

    :param currency: of an amount that is given without one
    :raises Refused: the text is no such value

    >>> parse("customer", "credit-limit", "50000", "NOK"), parse("customer", "hold", "yes")
    (50000 NOK, True)
    """
    return meant(REGISTER[directive].get(key), key, text, currency, personal=directive in {"customer", "contact"})


def meant(known: Key | None, key: str, text: str, currency: str = "", *, personal: bool = False) -> Any:
    """The value that a text means under a key of a kind; text under a key that nobody knows.

    :param personal: refuse what looks like a national identity number
    :raises Refused: the text is no such value
    """
    if known is None and (not _KEY.fullmatch(key) or key in _TAKEN):
        raise Refused(f"{shown(key)!r} cannot be a key; write small letters, digits and `-`, beginning with a letter")
    text = write.clean(text)
    if len(text) > LONGEST:
        raise Refused(f"`{key}` has {len(text):,} characters; shorten it to {LONGEST:,}")
    if "\n" in text and key != "note":
        raise Refused(f"`{key}: {shown(text)}` has a line break; write it on one line")
    if personal and _personal(key, text):
        raise Refused(
            f"`{key}` looks like a national identity number, which does not belong in the register; leave it out"
        )
    if known is ACCOUNT:
        return write.Account(text)
    if known is None or known.type is str:
        return text
    try:
        return _typed(known.type, text, currency)
    except (ArithmeticError, ValueError, KeyError):
        raise Refused(f"`{key}: {shown(text)}` is not understood; write {known.expected}") from None


def _personal(key: str, text: str) -> bool:
    """Whether a text looks like a Norwegian national identity number (fødselsnummer, D-number)."""
    digits = text.replace(" ", "")
    if key == "org-number":
        return re.fullmatch(r"\d{11}", digits) is not None
    return key not in {"phone", "gln", "endpoint"} and ids.is_national_identity(digits)


def _typed(kind: type, text: str, currency: str) -> Any:
    if kind is bool:
        return _WORDS[text.lower()]
    if kind is datetime.date:
        return datetime.date.fromisoformat(text)
    digits, _, unit = text.partition(" ")
    number = Decimal(digits)
    if not number.is_finite() or not set(digits) <= set("0123456789.-+"):
        raise ValueError(text)
    if kind is Decimal:
        if unit:
            raise ValueError(text)
        return number
    unit = unit.strip() or currency
    if not re.fullmatch(r"[A-Z][A-Z0-9'._-]*", unit):
        raise ValueError(text)
    return Amount(number, unit)


def free_ids(register: Register, taken: Iterable[str], kind: str = "company") -> Iterator[str]:
    """Yield the next free ids in the style of those that customers of a kind have: guests have their own.

    :param taken: further ids that are not free, such as those that have money without a record
    """
    of_kind = [
        name
        for name, record in register.of("customer").items()
        if (record.latest.get("kind") == "guest") is (kind == "guest")
    ]
    found = [match for match in map(_NUMBERED.fullmatch, of_kind) if match]
    forms = [(match[1], len(match[2])) for match in found] or [("G" if kind == "guest" else "C", 5)]
    prefix, width = max(sorted(set(forms)), key=forms.count)
    used = {*register.of("customer"), *taken}
    number = max([int(match[2]) for match in found if (match[1], len(match[2])) == (prefix, width)], default=0)
    while True:
        number += 1
        name = f"{prefix}{number:0{width}}"
        if name not in used:
            yield name


def new(register: Register, directive: str, id: str, date: Date, values: Mapping[str, Any]) -> Change:  # noqa: A002
    """A new record.

    :raises Refused: the id is taken or has the wrong form, a required key is missing, or a value is not valid
    """
    _id(register, directive, id, date)
    there = register.get(directive, id)
    if there is not None:
        meta = there.versions[0].meta
        raise Refused(
            f"{directive} {id} is in the register since {there.first} ({place(meta)}); use another id, or edit it"
        )
    for key, example in REQUIRED.get(directive, {}).items():
        if not values.get(key):
            raise Refused(f"a {directive} needs `{key}`; give --{key}, as in {example}")
    change = Change(directive=directive, id=id, date=date, values=_ordered(values))
    _check(register, change, {})
    return change


def _id(register: Register, directive: str, id: str, date: Date) -> None:  # noqa: A002
    if directive == "contact":
        customer, _, own = id.partition(" ")
        owner = record(register, "customer", customer)
        if date < owner.first:
            raise Refused(f"customer {customer} begins on {owner.first}; date the contact on that day or later")
        right = ids.is_id(own.capitalize())
    else:
        own, right = id, ids.is_id(id)
    if not right:
        raise Refused(
            f"the id {shown(own)!r} cannot be used; write letters, digits and `-`, beginning with a capital or a digit"
        )


def record(register: Register, directive: str, id: str) -> Record:  # noqa: A002
    """A record that is there.

    :raises Refused: it is not
    """
    found = register.get(directive, id)
    if found is None:
        near = get_close_matches(id, list(register.of(directive)), 1)
        hint = f"did you mean {near[0]}?" if near else f"`billtext {directive} new` adds one"
        raise Refused(f"{directive} {shown(id)} is not in the register; {hint}")
    return found


def edit(register: Register, directive: str, id: str, date: Date, values: Mapping[str, Any]) -> Change | None:  # noqa: A002
    """What changes of a record from a day on; None where all of it holds already.

    :raises Refused: there is no such record on that day, the day says otherwise already, or a value is not valid
    """
    there = record(register, directive, id)
    before = there.at(date)
    if before is None:
        raise Refused(f"{directive} {id} begins on {there.first}; date the change on that day or later, not on {date}")
    same_day = next((version for version in there.versions if version.date == date), None)
    for key in values.keys() & (same_day.changed.keys() if same_day else set()):
        if same_day is not None and _differ(same_day.changed[key], values[key]):
            raise Refused(
                f"{directive} {id} is given `{key}: {shown(written(same_day.changed[key]))}` on {date} already "
                f"({place(same_day.meta)}); change it there, or give the change another --date"
            )
    changed = {key: value for key, value in values.items() if key not in before or _differ(before[key], value)}
    changed = {key: v for key, v in changed.items() if not isinstance(v, str) or v or before.get(key)}
    if not changed:
        return None
    change = Change(directive=directive, id=id, date=date, values=_ordered(changed))
    _check(register, change, before)
    return change


def later(register: Register, change: Change) -> list[tuple[str, Date]]:
    """Keys of a change that a later directive changes again, with that day: the change holds until then only."""
    there = register.get(change.directive, change.id)
    return [
        (key, version.date)
        for version in (there.versions if there is not None else ())
        for key in change.values
        if version.date > change.date and key in version.changed
    ]


def emptied(directive: str, keys: Iterable[str]) -> dict[str, str]:
    """Values that take keys away: the language has no word for it, so they become an empty text.

    :raises Refused: a key cannot be empty
    """
    for key in keys:
        known = REGISTER[directive].get(key, TEXT)
        if known is not TEXT or key in REQUIRED.get(directive, {}):
            raise Refused(f"`{key}` cannot be empty; give it another value: {known.expected}")
    return dict.fromkeys(keys, "")


def _differ(one: object, other: object) -> bool:
    return str(written(one)) != str(written(other)) if type(one) is not type(other) else one != other


def _ordered(values: Mapping[str, Any]) -> dict[str, Any]:
    known = {key: n for n, key in enumerate(ORDER)}
    return {key: values[key] for key in sorted(values, key=lambda key: known.get(key, len(ORDER)))}


def _check(register: Register, change: Change, before: Mapping[str, Any]) -> None:
    """Refuse what would be an error of the ledger."""
    country = str({**before, **change.values}.get("country") or "NO")
    keys = REGISTER[change.directive]
    # An account without quotes is a text to the ledger.
    plain = {key: str(v) if isinstance(v, write.Account) else v for key, v in change.values.items()}
    wrong = faults(plain, keys, {}, None, country)
    if wrong:
        raise Refused(next(iter(wrong.values())).message)
    for key, value in change.values.items():
        refers = keys[key].refers if key in keys else ""
        target = register.get(refers, str(value)) if refers else None
        if refers and (target is None or target.first > change.date):
            known = ", ".join(name for name, r in register.of(refers).items() if r.first <= change.date) or "none"
            raise Refused(
                f"`{key}: {shown(written(value))}` is not in the register on {change.date}; there are {known}"
            )
