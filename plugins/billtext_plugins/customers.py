"""Check the register, and that whoever has money on the account is in it.

A ledger with a mistake::

    plugin "billtext_plugins.customers"

    2026-01-01 custom "customer" "C00017"
      name: "Nordlys Interiør AS"
      org-number: "310000206"

gives::

    main.beancount:5: `org-number: "310000206"` is not a valid organisation number; compare it, digit by digit, with its
    source

The entries come back as they were; `billing` reports this and the rest in one pass.
"""

from typing import Any

from billtext.errors import RegisterError
from billtext_plugins.checking import check

__plugins__ = ("customers",)


def customers(
    entries: list[Any], options_map: dict[str, Any], config: str | None = None
) -> tuple[list[Any], list[Any]]:
    """Report mistakes in the register and about customers."""
    return entries, check(entries, options_map, RegisterError)
