"""The chart of accounts: when an account is open, and which currencies it takes."""

import re
from collections.abc import Iterable
from typing import Any

from beancount.core.data import Close, Open

from billtext.errors import Refused
from billtext.model import Date

_NOT_OPEN = re.compile(r"Invalid reference to (?:unknown|inactive) account '(.+)'")


class Chart:
    """Accounts of a ledger by its `open` and `close` directives."""

    def __init__(self, entries: Iterable[Any]) -> None:
        self._opened: dict[str, Open] = {}
        self._closed: dict[str, Date] = {}
        for entry in entries:
            if isinstance(entry, Open):
                self._opened[entry.account] = entry
            elif isinstance(entry, Close):
                self._closed[entry.account] = entry.date

    def known(self, account: str) -> bool:
        """Whether the ledger opens an account on any day."""
        return account in self._opened

    def takes(self, account: str, currency: str) -> bool:
        """Whether an account may hold a currency."""
        opened = self._opened.get(account)
        return opened is None or not opened.currencies or currency in opened.currencies

    def need(self, account: str, date: Date, option: str | None = None) -> str:
        """The account, if it is open on a day.

        :param option: the option that names another account
        :raises Refused: it is not
        """
        other = "name another account" if option is None else f'name another with the option "{option}"'
        why = self.why(account, date)
        if why:
            remedy = "correct the date" if self.known(account) else f"add `{date} open {account}`"
            raise Refused(f"{why}; {remedy}, or {other}")
        return account

    def why(self, account: str, date: Date) -> str:
        """Why an account cannot be used on a day; nothing if it is open."""
        opened, closed = self._opened.get(account), self._closed.get(account)
        if opened is None:
            return f"the ledger has no account {account}"
        if date < opened.date:
            return f"the account {account} is opened on {opened.date}, after {date}"
        if closed is not None and date > closed:
            return f"the account {account} was closed on {closed}, before {date}"
        return ""

    def told(self, message: str, date: Date) -> str:
        """What Beancount says of an account that is not open on a day, with what to do; other messages as they are."""
        found = _NOT_OPEN.fullmatch(message)
        why = self.why(found[1], date) if found else ""
        if found is None or not why:
            return message
        if not self.known(found[1]):
            return f"{why}; add `{date} open {found[1]}`, or correct its name"
        opened = date < self._opened[found[1]].date
        remedy = "give its `open` directive an earlier date" if opened else "take its `close` directive out"
        return f"{why}; {remedy}, or correct the date"
