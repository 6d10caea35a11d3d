"""The billtext options of a ledger: `custom "billtext-option" NAME VALUE`.

Some hold for the whole ledger, whatever date their directive has: where receivables stand does not change. The others
hold from the date of their directive on, so that a new policy changes no earlier report.
"""

import datetime
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext import ids

EDGES = (30, 60, 90)
_LONGEST_LABEL = 63  # characters between the points of a host's name, RFC 1035, 2.3.4
_ACCOUNT = re.compile(r"[A-Z][\w-]*(:[A-Z0-9][\w-]*)+")


def edges(text: object) -> tuple[int, ...]:
    """Ageing edges written as days in rising order, separated by spaces or commas.

    :raises ValueError: not such edges

    >>> edges("15 45")
    (15, 45)
    """
    days = tuple(int(part) for part in str(text).replace(",", " ").split())
    if not isinstance(text, str) or not days or list(days) != sorted(set(days)) or days[0] < 1:
        raise ValueError(text)
    return days


def _account(value: object) -> str:
    if isinstance(value, str) and _ACCOUNT.fullmatch(value):
        return value
    raise ValueError(value)


def _amount(value: object) -> Amount:
    if isinstance(value, Amount) and value.number is not None and value.number >= 0:
        return value
    raise ValueError(value)


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError(value)


def _text(value: object) -> str:
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value.strip()
    raise ValueError(value)


def _host(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?", value):
        labels = value.split(".")
        if all(labels) and max(map(len, labels)) <= _LONGEST_LABEL:
            return value
    raise ValueError(value)


def _email(value: object) -> str:
    if isinstance(value, str) and ids.is_email(value) and value.isascii() and value.isprintable():
        return value
    raise ValueError(value)


def _from_to(least: int, most: int) -> Callable[[object], int]:
    def parse(value: object) -> int:
        if isinstance(value, Decimal) and least <= value <= most and value == value.to_integral_value():
            return int(value)
        raise ValueError(value)

    return parse


def _one_of(*words: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise ValueError(value)

    return parse


def _methods(value: object) -> tuple[str, ...]:
    words = tuple(value.split()) if isinstance(value, str) else ()
    if words and set(words) <= {"mod10", "mod11"}:
        return words
    raise ValueError(value)


_FIELD = re.compile(r"\{(?:customer|number)(?::0\d{1,2})?\}")


def _layout(value: object) -> str:
    if isinstance(value, str) and value.count("{number") == 1 and re.fullmatch(r"[0-9]*", _FIELD.sub("", value)):
        return value
    raise ValueError(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What an option can be.

    :param expected: in a bookkeeper's words
    :param parse: gives the value that a ledger's value means, or raises ValueError
    :param default: where the ledger does not say, and of a dated option before its first date
    :param dated: it holds from the date of its directive on; else for the whole ledger
    """

    expected: str
    parse: Callable[[object], Any]
    default: Any = None
    dated: bool = False


# Each option by its name in the ledger; `billtext-option` of another name is an error.
SETTINGS: Mapping[str, Setting] = {
    # The account of claims on customers; each customer's is below it.
    "receivable": Setting(
        expected="an account, such as Assets:Receivable", parse=_account, default="Assets:Receivable"
    ),
    # Takes the rounding of a document's total.
    "rounding": Setting(expected="an account, such as Expenses:Rounding", parse=_account),
    # Check digit methods that a KID may use.
    "kid": Setting(
        expected='"mod10", "mod11" or "mod10 mod11"', parse=_methods, default=("mod10", "mod11"), dated=True
    ),
    # `none` leaves money that names nothing unapplied, `oldest` applies it to the oldest due.
    "allocation": Setting(
        expected='"none" or "oldest"', parse=_one_of("none", "oldest"), default="none", dated=True
    ),
    # Last day overdue of each ageing column but the last.
    "aging-edges": Setting(
        expected='days in rising order, such as "30 60 90"', parse=edges, default=EDGES, dated=True
    ),
    # Digits of the KID before its check digit, from the digits of the customer's id and of the document's number.
    "kid-layout": Setting(
        expected='{number} and, if you like, {customer}, such as "{customer:05}{number:08}"', parse=_layout, dated=True
    ),
    # Digits of the RF reference (ISO 11649) of documents in another currency than the company's.
    "rf-layout": Setting(
        expected='{number} and, if you like, {customer}, such as "{customer:05}{number:08}"', parse=_layout, dated=True
    ),
    # Where cash is, and card money until the acquirer settles it.
    "cash": Setting(expected="an account, such as Assets:Cash", parse=_account, default="Assets:Cash"),
    "card-clearing": Setting(
        expected="an account, such as Assets:Card:Clearing", parse=_account, default="Assets:Card:Clearing"
    ),
    # What the card's acquirer keeps.
    "card-fees": Setting(expected="an account, such as Expenses:BankFees", parse=_account, default="Expenses:BankFees"),
    # Gift cards and vouchers that are sold and not used yet: a liability.
    "vouchers": Setting(
        expected="an account, such as Liabilities:GiftCards", parse=_account, default="Liabilities:GiftCards"
    ),
    # Prepayments that are invoiced and not delivered yet: a liability.
    "deposits": Setting(
        expected="an account, such as Liabilities:Deposits", parse=_account, default="Liabilities:Deposits"
    ),
    # Cash discount that customers took, and what it does to the VAT of the invoice.
    "cash-discount": Setting(
        expected="an account, such as Expenses:CashDiscount", parse=_account, default="Expenses:CashDiscount"
    ),
    "cash-discount-vat": Setting(
        expected='"when-taken", "never" or "always"', parse=_one_of("when-taken", "never", "always"),
        default="when-taken", dated=True,
    ),
    # Gain and loss on exchange when foreign money is paid.
    "exchange-gain": Setting(
        expected="an account, such as Income:ExchangeGain", parse=_account, default="Income:ExchangeGain"
    ),
    "exchange-loss": Setting(
        expected="an account, such as Expenses:ExchangeLoss", parse=_account, default="Expenses:ExchangeLoss"
    ),
    # Gain and loss on exchange of what is still open, and its other side in the balance.
    "unrealised-gain": Setting(expected="an account, such as Income:UnrealisedGain", parse=_account),
    "unrealised-loss": Setting(expected="an account, such as Expenses:UnrealisedLoss", parse=_account),
    "revaluation": Setting(
        expected="an account, such as Assets:Revaluation", parse=_account, default="Assets:Revaluation"
    ),
    # What is written off: small differences, and claims that are lost.
    "small-differences": Setting(
        expected="an account, such as Expenses:SmallDifferences", parse=_account, default="Expenses:SmallDifferences"
    ),
    # What is more than this is no small difference.
    "small-difference-limit": Setting(
        expected="an amount without quotes, such as 10.00 NOK", parse=_amount, dated=True
    ),
    "bad-debt": Setting(expected="an account, such as Expenses:BadDebt", parse=_account, default="Expenses:BadDebt"),
    # Whether mails are handed to the mail server, or laid into the outbox for whatever takes them from there.
    "mail": Setting(expected='"smtp" or "outbox"', parse=_one_of("smtp", "outbox"), default="smtp"),
    # The mail server that takes our mail. Its password never stands here: see the guide on delivery.
    "smtp-host": Setting(expected='the name of a mail server, such as "smtp.example.com"', parse=_host),
    "smtp-port": Setting(expected="a port from 1 to 65535, without quotes", parse=_from_to(1, 65535)),
    "smtp-security": Setting(
        expected='"starttls", "tls" or "none"', parse=_one_of("starttls", "tls", "none"), default="starttls"
    ),
    "smtp-user": Setting(expected="the name of a mail account, in quotes", parse=_text),
    # What the mail says that it comes from, and where answers go; else the company's e-mail address.
    "mail-from": Setting(expected='an e-mail address, such as "faktura@firma.example"', parse=_email, dated=True),
    "mail-reply-to": Setting(expected='an e-mail address, such as "faktura@firma.example"', parse=_email, dated=True),
    # Messages a minute; 0 is as many as go.
    "mail-rate": Setting(expected="messages a minute, from 0 up, without quotes", parse=_from_to(0, 6000), default=0),
    # What goes with a mail, where the customer's `attach:` says nothing else.
    "attach": Setting(
        expected='"pdf", "pdf+xml" or "facturx"', parse=_one_of("pdf", "pdf+xml", "facturx"), default="pdf", dated=True
    ),
    # Where e-invoices, prints, the portal, and with `mail` the mails go, seen from the ledger's directory.
    "outbox": Setting(expected='a directory, such as "outbox"', parse=_text, default="outbox"),
    # Days after its date on which a document is still sent by itself; older ones are sent by number.
    "send-days": Setting(
        expected="a number of days from 1 up, without quotes", parse=_from_to(1, 36500), default=31, dated=True
    ),
    # Whether issuing files each document; where nothing is said, in a ledger that has an archive.
    "archive": Setting(expected="TRUE or FALSE", parse=_flag, dated=True),
    # What PDF files are printed on.
    "paper": Setting(expected='"a4" or "letter"', parse=_one_of("a4", "letter"), default="a4"),
    # Whether prints are printed on both sides, so that each document begins on the front of a sheet.
    "duplex": Setting(expected="TRUE or FALSE", parse=_flag, default=False),
    # What the site's own search knows: numbers of documents and customers' ids, their names as well, or nothing.
    "site-search": Setting(
        expected='"numbers", "names" or "none"', parse=_one_of("numbers", "names", "none"), default="numbers"
    ),
    # Whether the Fava extension may write.
    "fava-write": Setting(expected="TRUE or FALSE", parse=_flag, default=False),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a ledger sets, by name: values with the dates from which they hold, in order."""

    values: Mapping[str, tuple[tuple[datetime.date, Any], ...]] = field(default_factory=dict)

    def at(self, name: str, date: datetime.date) -> Any:
        """The value of a dated option on a day."""
        known = self.values.get(name)
        if known is None:
            return SETTINGS[name].default
        found = bisect_right(known, date, key=lambda pair: pair[0])
        return known[found - 1][1] if found else SETTINGS[name].default

    def of(self, name: str) -> Any:
        """The value of an option that holds for the whole ledger."""
        known = self.values.get(name)
        return known[0][1] if known else SETTINGS[name].default

    def since(self, name: str, value: object) -> list[datetime.date]:
        """The days on which a dated option takes a value that it did not have before."""
        found, before = [], SETTINGS[name].default
        for date, new in self.values.get(name, ()):
            if new == value != before:
                found.append(date)
            before = new
        return found

    @property
    def receivable(self) -> str:
        """Account of claims on customers; each customer's is below it."""
        return str(self.of("receivable"))

    @property
    def rounding(self) -> str | None:
        """Account that takes the rounding of a document's total, or None."""
        account = self.of("rounding")
        return None if account is None else str(account)
