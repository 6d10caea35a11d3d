"""Check seals and closed months: no issued document changed, removed or inserted, nothing added to a closed month.

A ledger in which a sealed document was changed::

    plugin "billtext_plugins.seal"

    2026-03-02 * "Nordlys Interiør AS" "Consulting" ^2026-0012
      invoice: "2026-0012"
      seal: "0a4f…-77c1…"
      Assets:Receivable:C00017   9999.00 NOK
      Income:Consulting         -9999.00 NOK

gives::

    main.beancount:3: 2026-0012 was changed after it was sealed; bring it back from git, …

The entries come back as they were. `billing` does not check seals: it takes longer the more documents there are.
"""

from typing import Any

from billtext.ledger import load
from billtext.outside.last_load import read
from billtext.rules import closing, seals

__plugins__ = ("seal",)


def seal(entries: list[Any], options_map: dict[str, Any], config: str | None = None) -> tuple[list[Any], list[Any]]:
    """Report broken seals and changed months."""
    if load.loading.get():
        return entries, []
    ledger = read(entries, options_map).book.ledger
    told = [error for error in closing.check(ledger, entries) if error not in set(closing.check(ledger))]
    return entries, [*seals.check(ledger), *told]
