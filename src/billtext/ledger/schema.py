"""The keys of the ledger language: their types, and what their values must satisfy.

Unknown keys are kept and shown. A known key with the wrong type or a failing check digit is an error.
"""

import datetime
import difflib
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from beancount.core import account
from beancount.core.amount import Amount

from billtext import dates, ids
from billtext.errors import CheckDigitError, KeyTypeError, KeyValueError, LedgerError, Meta
from billtext.model import CHANNELS, IMPORTED, KINDS, PAPERS
from billtext.money import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Type of a key's value, and the check that it must pass.

    :param valid: called with the value and the country of the record
    :param what: name of a number with check digits, which makes a failure a `CheckDigitError`
    :param refers: directive of the register that must have this id
    """

    type: type
    expected: str
    valid: Callable[[Any, str], bool] | None = None
    what: str = ""
    refers: str = ""


Valid = Callable[[Any, str], bool]
Check = tuple[str, type, Valid | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What can be said of metadata by its names alone.

    :param names: all of them
    :param checks: those that are known, with their types and checks
    :param checked: those of them that have a check
    :param types: of the values of all names, where all are known; else one that no values have
    :param kinds: those that say what kind of transaction it is, in the order of `KINDS`
    :param odd: those that nobody reads: a known key that has no place here, with None, and an unknown one that looks
        like a known one, with the key that is meant
    :param seldom: whether there is a key that is looked at on few documents
    :param adjusts: keys that take an amount off a line or add one to it, but for `discount-amount` itself, with -1 or 1
    :param usual: whether nothing is odd, and amounts need no more than a quantity and a price
    """

    names: frozenset[str]
    checks: tuple[Check, ...]
    checked: tuple[tuple[str, Valid], ...]
    types: tuple[type | None, ...]
    kinds: tuple[str, ...]
    odd: tuple[tuple[str, str | None], ...]
    seldom: bool
    adjusts: tuple[tuple[str, int], ...]
    usual: bool

    def holds(self, values: Mapping[str, Any], country: str = "") -> bool:
        """Whether each known key has a value of its type that passes its check.

        :param country: whose numbers they are (ISO 3166)
        """
        if tuple(map(type, values.values())) != self.types:
            for name, kind, _ in self.checks:
                if type(values[name]) is not kind:  # Beancount makes no subclasses
                    return False
        for name, valid in self.checked:  # noqa: SIM110 - a generator takes longer, and there are many
            if not valid(values[name], country):
                return False
        return True

    def means(self, *keys: str) -> bool:
        """Whether it has one of these keys, or one that is meant to be."""
        return not self.names.isdisjoint(keys) or any(meant in keys for _, meant in self.odd)


class Keys(dict[str, Key]):
    """Keys of one kind of directive, transaction or posting.

    :param words: keys that are known besides, and may be meant by a misspelt one; all keys if not given
    :param elsewhere: the keys that have no place here, beside other names
    """

    def __init__(
        self, keys: Mapping[str, Key], words: Iterable[str] | None = None,
        elsewhere: Callable[[Container[str]], Container[str]] = lambda _: (),
    ) -> None:  # fmt: skip
        super().__init__(keys)
        self.words = tuple(keys if words is None else words)
        self.elsewhere = elsewhere
        self.shapes = Shapes(self)


class Shapes(dict[tuple[str, ...], Shape]):
    """The shape of each set of names.

    A ledger has few sets of names and many postings: looking up the set is quicker than looking up each name.
    """

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self._keys = keys

    def __missing__(self, names: tuple[str, ...]) -> Shape:
        keys = self._keys
        kinds = tuple(kind for kind in KINDS[:-1] if kind in names)
        elsewhere = keys.elsewhere(names)
        meant = {name: close(name, keys.words) for name in names if name not in keys and name not in _BEANCOUNTS}
        checks = tuple((name, keys[name].type, keys[name].valid) for name in names if name in keys)
        # Beside the key itself, another system's word for it says something of its own.
        meant = {name: key for name, key in meant.items() if key not in names or _spelt(name) not in _OTHERS}
        odd = tuple((name, meant.get(name)) for name in names if meant.get(name) or name in elsewhere)
        found = Shape(
            names=frozenset(names),
            checks=checks,
            checked=tuple((name, valid) for name, _, valid in checks if valid is not None),
            types=tuple(keys[name].type if name in keys else _BEANCOUNTS.get(name) for name in names),
            kinds=kinds,
            seldom=not _SELDOM.isdisjoint(names),
            adjusts=tuple((name, ADJUSTS[name]) for name in names if name in ADJUSTS and name != "discount-amount"),
            odd=odd,
            usual=not odd and _UNUSUAL.isdisjoint(names),
        )
        self[names] = found
        return found


# What tells which document is paid.
REFERENCES = ("kid", "reference")
_SELDOM = frozenset({*REFERENCES, "terms", "period-end"})
_BEANCOUNTS: dict[str, type] = {"filename": str, "lineno": int}
# Words of other systems for ours.
_OTHERS = {
    "qty": "quantity", "unit-price": "price", "vat-code": "vat", "due-date": "due", "delivery-date": "delivery",
    "kid-number": "kid", "kid-no": "kid", "orgnr": "org-number", "org-no": "org-number", "vat-no": "vat-number",
    "vat-id": "vat-number", "zip": "postal-code", "zip-code": "postal-code", "mail": "email",
}  # fmt: skip
MOST = 50  # of the keys of one kind: `note`, `note-2`, … `note-50`
# Words of their own, however much they look like a key.
_WORDS = frozenset({
    "change", "contact", "contacts", "county", "delivered", "depot", "free", "quality", "season", "teams",
})  # fmt: skip


def _spelt(name: str) -> str:
    return name.lower().replace("_", "-")


@cache
def close(name: str, keys: tuple[str, ...]) -> str | None:
    """The key that a name which is none is meant to be; None for a name of its own, such as `payment-id` or `text2`.

    >>> close("invioce", ("invoice", "due")), close("nmae", ("name", "due")), close("invoice-id", ("invoice", "due"))
    ('invoice', 'name', None)
    >>> close("due-date", ("invoice", "due"))
    'due'
    """
    word = _spelt(name)
    if name.startswith("__") or name in _WORDS or name in EVERY:
        return None
    other = _OTHERS.get(word)
    if other is not None:
        return other if other in keys else None
    letters = sorted(word)
    found = next((key for key in keys if sorted(key) == letters), None)
    if found is None:
        found = next(iter(difflib.get_close_matches(word, keys, 1, 0.8)), None)
    if found not in keys or word.startswith(f"{found}-") or word.endswith(f"-{found}"):
        return None
    return found if _digits(word) == _digits(found) else None


def _digits(text: str) -> list[str]:
    return re.findall(r"\d", text)


def numbers(key: str) -> Iterator[str]:
    """Yield the names of a key that may be given several times: `note`, `note-2`, `note-3` …

    >>> list(numbers("note"))[:2], len(list(numbers("note")))
    (['note', 'note-2'], 50)
    """
    yield key
    yield from (f"{key}-{n}" for n in range(2, MOST + 1))


def several(keys: "Mapping[str, Key]") -> "dict[str, Key]":
    """Keys that may be given several times, by all their names."""
    return {name: key for base, key in keys.items() for name in numbers(base)}


# What each key of a line's discounts and charges does to its net.
ADJUSTS = {**dict.fromkeys(numbers("discount-amount"), -1), **dict.fromkeys(numbers("charge-amount"), 1)}


_UNUSUAL = frozenset({
    "__automatic__", "customer", "price-per", "discount", "discount-amount", "allowance", "charge", *ADJUSTS,
})  # fmt: skip


def one_of(*words: str) -> Key:
    """A key with a closed list of words."""
    return Key(type=str, expected="one of " + ", ".join(words), valid=lambda value, _: value in words)


def to(directive: str) -> Key:
    """A key that holds the id of a register record."""
    return Key(type=str, expected=f"the id of a `{directive}` directive, in quotes", refers=directive)


def numbered(what: str, valid: Callable[[Any, str], bool]) -> Key:
    """A key that holds a number with check digits."""
    return Key(type=str, expected=f"the {what}, in quotes", valid=valid, what=what)


_UNIT = re.compile(r"[A-Z0-9]{2,3}")


@cache
def _is_unit(value: str) -> bool:
    return _UNIT.fullmatch(value) is not None


def _endpoint(value: str, _country: str) -> bool:
    scheme, _, number = value.partition(":")
    if not number or not re.fullmatch(r"\d{4}|[A-Z]{2}", scheme):
        return False
    checks: dict[str, Callable[[], bool]] = {
        "0192": lambda: ids.is_org_number(number, "NO"),
        "0088": lambda: ids.is_gln(number),
    }
    return checks[scheme]() if scheme in checks else True


def _whole(value: Decimal, _country: str) -> bool:
    return value >= 0 and value == value.to_integral_value()


def _time(value: str) -> bool:
    try:
        datetime.datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _month(value: str) -> bool:
    try:
        return dates.month(value)[0].year in dates.YEARS
    except ValueError:
        return False


def _from_to(least: int, most: int) -> Callable[[Decimal, str], bool]:
    return lambda value, _: least <= value <= most and value == value.to_integral_value()


TEXT = Key(type=str, expected="text in quotes")
NUMBER = Key(type=Decimal, expected="a number without quotes, such as 8 or 2.5")
PERCENT = Key(
    type=Decimal, expected="a percentage from 0 to 100, without quotes or %", valid=lambda value, _: 0 <= value <= 100
)
DAYS = Key(type=Decimal, expected="a whole number of days, without quotes", valid=_whole)
AMOUNT = Key(type=Amount, expected="an amount without quotes, such as 1250.00 NOK")
NOT_NEGATIVE = Key(
    type=Amount,
    expected="an amount from 0 up, without quotes, such as 50.00 NOK",
    valid=lambda value, _: value.number is not None and value.number >= 0,
)
DOCUMENT = Key(type=str, expected='the number of a document or payment in quotes, such as "2026-0012"')
DATE = Key(type=datetime.date, expected="a date without quotes, such as 2026-03-16")
BOOL = Key(type=bool, expected="TRUE or FALSE, without quotes")
ACCOUNT = Key(
    type=str,
    expected="an account, such as Assets:Bank",
    valid=lambda value, _: account.is_valid(value),
)
COUNTRY = Key(type=str, expected='an ISO 3166 code of two letters, such as "NO"', valid=lambda v, _: ids.is_country(v))
CURRENCY = Key(type=str, expected='an ISO 4217 code, such as "NOK"', valid=lambda v, _: ids.is_currency(v))
LANGUAGE = Key(type=str, expected='a language code, such as "nb" or "en"', valid=lambda v, _: ids.is_language(v))
EMAIL = Key(
    type=str,
    expected='one e-mail address, such as "faktura@firma.example"',
    valid=lambda v, _: ids.is_email(v),
)
UNIT = Key(
    type=str,
    expected='a UN/ECE Rec 20 code of two or three characters, such as "HUR" or "C62"',
    valid=lambda v, _: _is_unit(v),
)
FORMAT = Key(
    type=str,
    expected='{number} once and {year} at most once, such as "{year}-{number:04}"',
    valid=lambda v, _: (
        sorted(re.findall(r"\{(year|number)(?::0\d{1,2})?\}|\{.*", v)) in (["number"], ["number", "year"])
    ),
)
ORG_NUMBER = numbered("organisation number", ids.is_org_number)
KID = Key(type=str, expected='the KID in quotes, such as "2026001202"')
VAT_NUMBER = numbered("VAT number", lambda value, _: ids.is_vat_number(value))

PARTY: dict[str, Key] = {
    "name": TEXT, "org-number": ORG_NUMBER, "vat-number": VAT_NUMBER,
    "gln": numbered("GLN", lambda value, _: ids.is_gln(value)),
    "address": TEXT, "address-2": TEXT, "postal-code": TEXT, "city": TEXT, "country": COUNTRY, "email": EMAIL,
    "phone": TEXT, "website": TEXT, "language": LANGUAGE, "currency": CURRENCY,
    "endpoint": numbered("endpoint, which is SCHEME:NUMBER", _endpoint),
    "address-3": TEXT, "region": TEXT, "trading-name": TEXT, "party-id": TEXT, "org-scheme": TEXT,
    "contact-name": TEXT,
}  # fmt: skip

# Keys of each register directive, by the directive's name.
REGISTER: dict[str, Keys] = {name: Keys(keys) for name, keys in {
    "company": {**PARTY, "register": TEXT, "legal-form": TEXT},
    "bank-account": {
        "number": numbered("bank account number", ids.is_bank_account),
        "iban": numbered("IBAN", lambda value, _: ids.is_iban(value)),
        "bic": numbered("BIC", lambda value, _: ids.is_bic(value)),
        "account": ACCOUNT, "currency": CURRENCY, "name": TEXT,
    },
    "vat": {"rate": PERCENT, "category": one_of("S", "Z", "E", "AE", "K", "G", "O", "L", "M"), "account": ACCOUNT,
            "saft": TEXT, "text": TEXT, "vatex": TEXT},
    "terms": {"days": DAYS, "end-of-month": BOOL, "discount": PERCENT, "discount-days": DAYS, "text": TEXT},
    "series": {"format": FORMAT, "kind": one_of("invoice", "credit-note", "reminder", "quote"),
               "reset": one_of("yearly", "never"), "gapless": BOOL, "first": DAYS},
    "item": {"text": TEXT, "unit": UNIT, "price": AMOUNT, "price-per": NUMBER, "vat": to("vat"), "account": ACCOUNT,
             "gtin": TEXT, "description": TEXT},
    "customer": {**PARTY, "kind": one_of("company", "person", "public", "guest"),
                 "channel": one_of(*CHANNELS, "none"), "attach": one_of("pdf", "pdf+xml", "facturx"),
                 "terms": to("terms"),
                 "credit-limit": AMOUNT, "closed": BOOL, "hold": BOOL, "vat": to("vat"), "buyer-reference": TEXT,
                 "note": TEXT},
    "contact": {"name": TEXT, "email": EMAIL, "phone": TEXT, "role": TEXT},
}.items()}  # fmt: skip

# Keys of a directive that names a document or payment.
OF_NUMBERS = Keys({"reason": TEXT})

# Keys of what happened to a document on its way. `outcome` has its own error; see `model.OUTCOMES`.
DELIVERY = Keys({
    "channel": one_of(*CHANNELS, IMPORTED), "outcome": TEXT, "reason": TEXT, "message": TEXT,
    "statement": Key(
        type=str, expected='a month in quotes, such as "2026-10"',
        valid=lambda value, _: _month(value),
    ),
    "time": Key(
        type=str, expected='a time in quotes, such as "2026-11-25T10:15:00+01:00"', valid=lambda value, _: _time(value)
    ),
    "sha256": Key(
        type=str, expected="a SHA-256 of 64 digits from 0 to f, in quotes; of several files one after the other",
        valid=lambda value, _: re.fullmatch(r"[0-9a-f]{64}( [0-9a-f]{64})*", value) is not None,
    ),
})  # fmt: skip

# Keys of a file of the archive.
FILED = Keys({
    "kind": one_of(*PAPERS), "document": DOCUMENT, "customer": to("customer"), "label": TEXT,
    "sha256": Key(
        type=str, expected="a SHA-256 of 64 digits from 0 to f, in quotes",
        valid=lambda value, _: re.fullmatch(r"[0-9a-f]{64}", value) is not None,
    ),
})  # fmt: skip

# Keys without which a record cannot be used, with an example.
REQUIRED = {
    "company": {"currency": 'currency: "NOK"'},
    "terms": {"days": "days: 14"},
    "series": {"kind": 'kind: "invoice"'},
    "customer": {"name": 'name: "Nordlys Interiør AS"'},
}

# The values of each directive, as a bookkeeper writes them, and their types.
# A `delivery` may name several documents, to which the same happened.
FORMS: dict[str, tuple[str, tuple[type, ...]]] = {
    "billtext-option": ('custom "billtext-option" NAME VALUE', (str, object)),
    "company": ('custom "company" NAME', (str,)),
    "bank-account": ('custom "bank-account" ID', (str,)),
    "vat": ('custom "vat" ID RATE', (str, Decimal)),
    "terms": ('custom "terms" ID', (str,)),
    "series": ('custom "series" ID FORMAT', (str, str)),
    "item": ('custom "item" ID', (str,)),
    "customer": ('custom "customer" ID', (str,)),
    "contact": ('custom "contact" CUSTOMER ID', (str, str)),
    "void": ('custom "void" NUMBER', (str,)),
    "allocate": ('custom "allocate" BY NUMBER AMOUNT', (str, str, Amount)),
    "close": ('custom "close" MONTH', (str,)),
    "delivery": ('custom "delivery" NUMBER…', (str,)),
    "filed": ('custom "filed" FILE', (str,)),
}

# Keys of a party that a document may say itself, where its register says something else or nothing.
OF_PARTIES = (
    "name", "trading-name", *numbers("party-id"), "gln", "org-number", "org-scheme", "vat-number", "register",
    "legal-form", "endpoint", "address", "address-2", "address-3", "postal-code", "city", "region", "country",
    "contact-name", "phone", "email", "website",
)  # fmt: skip
_OF_ADDRESSES = ("address", "address-2", "address-3", "postal-code", "city", "region", "country")
# VAT categories (UNTDID 5305) of which a document may say itself why there is no VAT.
CATEGORIES = ("e", "ae", "k", "g", "o", "z", "s", "l", "m")

# Business terms of EN 16931 that a document can have and that change no figure: what is shown, sent and read back.
_TERMS: dict[str, Key] = {
    **dict.fromkeys(
        ("project", "sales-order", "receiving-advice", "despatch-advice", "tender", "buyer-account", "object",
         "tax-point-code", "terms-text", "type-code", "document-number", "payment-means", "payment-text",
         "payment-reference", "card-number", "card-holder", "mandate", "mandate-creditor", "mandate-account"),
        TEXT,
    ),
    "tax-point": DATE, "due-stated": BOOL, "reason-stated": BOOL,
    **several(dict.fromkeys(
        ("note", "note-code", "preceding", "payment-iban", "payment-account", "payment-bic", "payment-account-name",
         "attachment", "attachment-text", "attachment-url", "attachment-file", "attachment-name",
         "attachment-mime"),
        TEXT,
    )),
    **several({"preceding-date": DATE}),
    **{f"seller-{key}": TEXT for key in OF_PARTIES}, **{f"buyer-{key}": TEXT for key in OF_PARTIES},
    **{f"{who}-{key}": TEXT for who in ("delivery", "payee", "representative") for key in ("name", *_OF_ADDRESSES)},
    **dict.fromkeys((f"{who}-country" for who in ("seller", "buyer", "delivery", "payee", "representative")), COUNTRY),
    **dict.fromkeys(("delivery-location", "payee-id", "payee-org-number", "representative-vat-number"), TEXT),
    **{f"{key}-{category}": TEXT for key in ("exemption", "vatex") for category in CATEGORIES},
}  # fmt: skip
_LINE_TERMS: dict[str, Key] = {
    **dict.fromkeys(
        ("line-id", "description", "note", "buyer-item", "seller-item", "gtin", "order-line",
         "buyer-account", "object", "reason-code"),
        TEXT,
    ),
    "origin": COUNTRY,
    "list-price": AMOUNT, "base": AMOUNT, "percent": NUMBER, "period-start": DATE, "period-end": DATE,
    **several(dict.fromkeys(("classification", "attribute"), TEXT)),
    **several({
        f"{kind}-{key}": of for kind in ("discount", "charge")
        for key, of in (("reason", TEXT), ("code", TEXT), ("base", AMOUNT), ("percent", NUMBER))
    }),
    **dict.fromkeys(ADJUSTS, NOT_NEGATIVE),
}  # fmt: skip

# Keys of a transaction on a receivable account, and of its postings.
_TRANSACTION: dict[str, Key] = {
    "due": DATE, "delivery": DATE, "period-start": DATE, "period-end": DATE, "kid": KID,
    "reference": numbered("creditor reference (RF)", lambda value, _: ids.is_creditor_reference(value)),
    "order": TEXT, "buyer-reference": TEXT, "contract": TEXT, "note": TEXT, "terms": to("terms"), "reason": TEXT,
    "corrects": DOCUMENT, "customer": TEXT, "seal": TEXT, "method": one_of("bank", "card", "cash", "voucher"),
}  # fmt: skip
_POSTING: dict[str, Key] = {
    "due": DATE, "settles": DOCUMENT, "name": DOCUMENT, "customer": TEXT, "item": TEXT, "text": TEXT,
    "quantity": NUMBER, "unit": UNIT, "price": AMOUNT,
    "price-per": Key(type=Decimal, expected="a number above 0", valid=lambda value, _: value > 0),
    "vat": to("vat"), "discount": PERCENT, "discount-amount": NOT_NEGATIVE, "allowance": TEXT, "charge": TEXT,
}  # fmt: skip

# What a misspelt key may be meant to be: not the single words among the business terms, which look like many others.
_MEANT = (*KINDS[:-1], *_TRANSACTION, *_POSTING, "charge-amount", "charge-reason", "discount-reason", "payment-means")
BUSINESS_TERMS = frozenset({*_TERMS, *_LINE_TERMS})
_TRANSACTION = {**_TERMS, **_TRANSACTION}
_POSTING = {**_LINE_TERMS, **_POSTING}

# What a draft says besides, before it is issued; `invoice:` and `credit-note:` stand there without a number.
_DRAFTS: dict[str, Key] = {
    "prices": one_of("net", "gross"),
    "currency": CURRENCY,
    "discount": PERCENT,
    "series": to("series"),
    "rate": Key(type=Decimal, expected="a rate above 0, such as 11.50", valid=lambda value, _: value > 0),
}
_DRAFT_POSTINGS: dict[str, Key] = {"share": PERCENT, "days": DAYS}
DRAFT = Keys({**_TRANSACTION, **_DRAFTS}, (*_MEANT, *_DRAFTS))
DRAFT_POSTING = Keys({**_POSTING, **_DRAFT_POSTINGS}, (*_MEANT, *_DRAFT_POSTINGS))

# Where a key belongs that stands where nobody reads it; `{account}` is the receivable account.
BELONGS = {
    "settles": "below the posting to {account}", "due": "on an invoice, or below its posting to {account}",
    "corrects": "on a credit note", "kid": "on the transaction", "terms": "on the transaction",
    **dict.fromkeys(KINDS[:-1], "on the transaction, or `settles:` for what the posting to {account} settles"),
    **dict.fromkeys(
        ("item", "quantity", "unit", "price", "price-per", "vat", "discount", "allowance", "charge", *ADJUSTS),
        "below the posting of its line",
    ),
}  # fmt: skip
_OF_LINES = frozenset(key for key, place in BELONGS.items() if place == "below the posting of its line")
_OF_TRANSACTIONS = frozenset({*KINDS[:-1], "kid", "terms", "corrects"})


def _not_on_transaction(names: Container[str]) -> Container[str]:
    """Keys that have no place on a transaction: only claims fall due, and only a credit note corrects."""
    found = _OF_LINES | {"settles"}
    if "credit-note" not in names:
        found |= {"corrects"}
    return found if any(kind in names for kind in ("invoice", "credit-note", "fee")) else found | {"due"}


def _not_on_money(names: Container[str]) -> Container[str]:
    """Keys that have no place below a receivable posting of money: only what has a name of its own falls due."""
    found = _OF_TRANSACTIONS | _OF_LINES
    return found if "name" in names else found | {"due"}


_KNOWN = tuple(dict.fromkeys(_MEANT))

TRANSACTION = Keys(_TRANSACTION, _KNOWN, _not_on_transaction)
# Postings: to another account, and to the receivable account in a document and in a movement of money.
POSTING = Keys(_POSTING, _KNOWN, lambda _: _OF_TRANSACTIONS | {"due", "settles"})
CLAIM = Keys(_POSTING, _KNOWN, lambda _: _OF_TRANSACTIONS | _OF_LINES)
MONEY = Keys(_POSTING, _KNOWN, _not_on_money)

# Every key of the ledger language: in a place where it is unknown it is no misspelt other one.
EVERY = frozenset({*KINDS, *DRAFT, *DRAFT_POSTING, *DELIVERY, *FILED}.union(*REGISTER.values()))

# What a template says besides a draft: when its drafts are due, and which are there.
SCHEDULE = Keys({
    "every": one_of("day", "week", "month", "quarter", "year"), "until": DATE, "drafted": DATE,
    "interval": Key(type=Decimal, expected="a whole number from 1 up, without quotes", valid=_from_to(1, 1000)),
    "day": Key(type=Decimal, expected="a day of the month from 1 to 31, without quotes", valid=_from_to(1, 31)),
    "period": one_of("this", "last", "next"),
})  # fmt: skip
SCHEDULE_POSTING = Keys({"yearly": NOT_NEGATIVE})

# What a quote says besides a draft; `quote:` with its number stands there in place of `invoice:`.
QUOTE = Keys({"quote": DOCUMENT, "valid-until": DATE})
QUOTE_POSTING = Keys({
    "cost": NOT_NEGATIVE, "optional": BOOL, "kind": one_of("labour", "materials", "other"),
    "markup": Key(
        type=Decimal, expected="a percentage from -100 up, without quotes or %", valid=lambda value, _: value >= -100
    ),
})  # fmt: skip
# What became of a quote: directives below it, in its own file.
QUOTE_EVENTS: dict[str, Keys] = {name: Keys(keys) for name, keys in {
    "accept": {"lines": TEXT, "draft": TEXT, "share": Key(
        type=Decimal, expected="a percentage above 0 and up to 100, without quotes or %",
        valid=lambda value, _: 0 < value <= 100,
    )},
    "decline": {"reason": TEXT},
    "reissue": {"valid-until": DATE},
}.items()}  # fmt: skip

_SEEN = (
    (bool, "TRUE or FALSE"), (str, "text in quotes"), (Decimal, "a number"), (Amount, "an amount"),
    (datetime.date, "a date"),
)  # fmt: skip


def seen(value: object) -> str:
    """What kind of value a ledger holds, in a bookkeeper's words."""
    return next(
        (name for kind, name in _SEEN if isinstance(value, kind)), "empty" if value is None else "of another kind"
    )


def written(value: object) -> str:
    """A value as it is written in a ledger."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Decimal):
        return plain(value)
    return "" if value is None else str(value)


def faults(
    values: Mapping[str, Any], keys: Keys, meta: Meta, entry: Any, country: str = "NO"
) -> dict[str, LedgerError]:
    """Errors in the values of known keys, by key.

    :param values: what the ledger says, other keys included
    :param meta: where it stands
    :param country: whose numbers they are (ISO 3166)
    """
    found: dict[str, LedgerError] = {}
    shape = keys.shapes[tuple(values)]
    if shape.holds(values, country):
        return found
    for name, kind, valid in shape.checks:
        value = values[name]
        if type(value) is kind and (valid is None or valid(value, country)):
            continue
        key, shown = keys[name], written(value)
        if type(value) is not kind:
            found[name] = KeyTypeError.at(meta, entry, key=name, value=shown, seen=seen(value), expected=key.expected)
        elif key.what:
            found[name] = CheckDigitError.at(meta, entry, key=name, value=shown, what=key.what)
        else:
            found[name] = KeyValueError.at(meta, entry, key=name, value=shown, expected=key.expected)
    return found
