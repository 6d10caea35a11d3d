"""Check invoices and credit notes: lines, VAT, sums, dates, references, and how they were sent and filed.

A ledger with a mistake::

    plugin "billtext_plugins.invoices"

    2026-03-02 * "Nordlys Interiør AS" "Consulting"
      invoice: "2026-0012"
      Assets:Receivable:C00017   9999.00 NOK
      Income:Consulting         -9999.00 NOK
        quantity: 8
        price: 1250.00 NOK

gives::

    main.beancount:6: the line is 9999.00, but 8 × 1250 = 10000.00 NOK; correct the amount, the quantity or the price

The entries come back as they were; `billing` reports this and the rest in one pass.
"""

from typing import Any

from billtext.errors import DocumentError
from billtext_plugins.checking import check

__plugins__ = ("invoices",)


def invoices(entries: list[Any], options_map: dict[str, Any], config: str | None = None) -> tuple[list[Any], list[Any]]:
    """Report mistakes in documents."""
    return entries, check(entries, options_map, DocumentError)
