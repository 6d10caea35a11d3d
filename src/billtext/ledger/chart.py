"""The chart of accounts: when an account is open, and which currencies it takes."""

from collections.abc import Iterable
from typing import Any

from beancount.core.data import Close, Open

from billtext.errors import Refused
from billtext.model import Date


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
        opened, closed = self._opened.get(account), self._closed.get(account)
        other = "name another account" if option is None else f'name another with the option "{option}"'
        if opened is None:
            raise Refused(f"the ledger has no account {account}; add `{date} open {account}`, or {other}")
        if date < opened.date:
            raise Refused(
                f"the account {account} is opened on {opened.date}, after {date}; correct the date, or {other}"
            )
        if closed is not None and date > closed:
            raise Refused(f"the account {account} was closed on {closed}, before {date}; correct the date, or {other}")
        return account
