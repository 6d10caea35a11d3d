"""Ids of customers and items made from the words of another system: fit for an account, and never two for one."""

import re
import unicodedata

from billtext.ids import is_id
from billtext.outside.import_mapping import ImportMapping
from billtext.outside.ledger_scan import Known

# Key of a register directive that keeps the other system's word where the id differs from it.
SOURCE = "imported-id"


def safe(text: str) -> str:
    """A register id near a text; empty where nothing of it can be used.

    >>> safe("../Åse & Sønn"), safe("gift_0001_20"), safe("…")
    ('Ase-S-nn', 'Gift-0001-20', '')
    """
    if is_id(text):
        return text
    letters = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    found = re.sub(r"[^A-Za-z0-9]+", "-", letters).strip("-")
    return found[:1].upper() + found[1:]


class CustomerIds:
    """Customers by the other system's word for them. Two words that would become one id are never put together."""

    def __init__(self, mapping: ImportMapping, known: Known) -> None:
        """Begin with the customers of the ledger."""
        self._ids, self._walk_in = mapping.customer.ids, mapping.walk_in
        self._found: dict[str, tuple[str, str]] = {}
        self.source = {name: str(r.latest.get(SOURCE, name)) for name, r in known.register.of("customer").items()}

    def find(self, text: str) -> tuple[str, str]:
        """Id of a customer, and why there is none."""
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = self._find(text)
        return found

    def _find(self, text: str) -> tuple[str, str]:
        if text in self._ids:
            self.source.setdefault(self._ids[text], text)
            return self._ids[text], ""
        if not text:
            return ("", "no customer") if self._walk_in is None else (self._walk_in[0], "")
        name = safe(text)
        if not name:
            return "", f"bad customer id: {text!r} has no letter or digit; give it an id under [customer.ids]"
        if self._walk_in is not None and name == self._walk_in[0]:
            return "", f"ambiguous customer id: {text!r} would be the walk-in customer {name}"
        if self.source.setdefault(name, text) != text:
            other = self.source[name]
            return (
                "",
                f"ambiguous customer id: {text!r} and {other!r} would both be {name}; name one under [customer.ids]",
            )
        return name, ""


class ItemIds(dict[str, str | None]):
    """Ids of items by the other system's code; None where the code cannot be told apart. Filled as it is asked."""

    def __init__(self, mapping: ImportMapping, known: Known) -> None:
        """Begin with the price list of the ledger."""
        super().__init__()
        self._create, self._upper = mapping.create_items, mapping.upper
        self._source = {name: str(r.latest.get(SOURCE, name)) for name, r in known.register.of("item").items()}

    def __missing__(self, code: str) -> str | None:
        """Make an id, or find it in the price list."""
        text = code.upper() if self._upper else code
        name = safe(text)
        found = None
        if name and (self._create or name in self._source) and self._source.setdefault(name, text) == text:
            found = name
        self[code] = found
        return found

    def source(self, name: str) -> str:
        """The other system's code of an id."""
        return self._source[name]
