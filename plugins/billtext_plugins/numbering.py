"""Check document numbers: unique, in their series, without gaps, dates never going backwards.

A ledger with a mistake::

    plugin "billtext_plugins.numbering"

    2020-01-01 custom "series" "INV" "{year}-{number:04}"
      kind: "invoice"

    2026-03-02 * "Nordlys Interiør AS" "Consulting"
      invoice: "2026-0002"
      Assets:Receivable:C00017   1000.00 NOK
      Income:Consulting         -1000.00 NOK

gives::

    main.beancount:6: series INV has no 2026-0001 before 2026-0002; find the document, or explain each missing number
    with `custom "void" "2026-0001"`

The entries come back as they were; `billing` reports this and the rest in one pass.
"""

from typing import Any

from billtext.errors import NumberError
from billtext_plugins.checking import check

__plugins__ = ("numbering",)


def numbering(
    entries: list[Any], options_map: dict[str, Any], config: str | None = None
) -> tuple[list[Any], list[Any]]:
    """Report mistakes in numbers."""
    return entries, check(entries, options_map, NumberError)
