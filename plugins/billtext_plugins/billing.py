"""Check everything that billtext knows of: register, documents, numbers, allocation.

A ledger with a mistake::

    plugin "billtext_plugins.billing"

    2026-03-02 * "Nordlys Interiør AS" "Consulting" ^2026-0012
      invoice: "2026-0012"
      due: 2026-02-16
      Assets:Receivable:C00017   1000.00 NOK
      Income:Consulting         -1000.00 NOK

gives::

    main.beancount:5: document 2026-0012 of 2026-03-02 is due 2026-02-16, before its own date; correct `due:`

The entries come back as they were. The plugin may be named twice, and a ledger without invoices has no errors of it.
"""

from typing import Any

from billtext_plugins.checking import check

__plugins__ = ("billing",)


def billing(entries: list[Any], options_map: dict[str, Any], config: str | None = None) -> tuple[list[Any], list[Any]]:
    """Report every mistake."""
    return entries, check(entries, options_map)
