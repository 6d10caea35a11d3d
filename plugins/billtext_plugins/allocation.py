"""Check what settles what: nothing unknown, nobody else's, nothing beyond what is open.

A ledger with a mistake::

    plugin "billtext_plugins.allocation"

    2026-01-01 custom "customer" "C00017"
      name: "Nordlys Interiør AS"

    2026-03-25 * "Nordlys Interiør AS" "Bank giro"
      payment: "B2026-0041"
      Assets:Bank                1000.00 NOK
      Assets:Receivable:C00017  -1000.00 NOK
        settles: "2026-0099"

gives::

    main.beancount:9: `2026-0099` is named here, but no other document or payment has that number; correct it

The entries come back as they were; `billing` reports this and the rest in one pass.
"""

from typing import Any

from billtext.errors import AllocationError
from billtext_plugins.checking import check

__plugins__ = ("allocation",)


def allocation(
    entries: list[Any], options_map: dict[str, Any], config: str | None = None
) -> tuple[list[Any], list[Any]]:
    """Report mistakes in allocation."""
    return entries, check(entries, options_map, AllocationError)
