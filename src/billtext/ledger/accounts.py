"""Which accounts hold receivables, and whose."""

from billtext.model import Register


class Receivables(dict[str, str | None]):
    """Customer by account: an id, an empty text on the receivable account itself, None elsewhere.

    Filled as it is asked.
    """

    def __init__(self, register: Register) -> None:
        super().__init__()
        self.root = register.options.receivable
        self._below = self.root + ":"

    def __missing__(self, account: str) -> str | None:
        customer = None
        if account == self.root:
            customer = ""
        elif account.startswith(self._below):
            customer = account.rpartition(":")[2]
        self[account] = customer
        return customer
