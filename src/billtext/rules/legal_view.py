"""A draft as the law looks at it: what its document will say of seller, buyer, place and VAT. Pure."""

from collections.abc import Mapping
from typing import Any

from billtext.model import Register
from billtext.rules import presented_lines, supply
from billtext.rules.prepared import Prepared

# What is missing, what to do, and the paragraph that asks for it.
Lacking = tuple[str, str, str]
_ADDRESS = ("address", "postal-code", "city")


class View:
    """What the document of a draft will say: the draft's own keys, else the register's on its day."""

    def __init__(self, prepared: Prepared, register: Register) -> None:
        self.prepared, self.register = prepared, register
        self.date, self.customer = prepared.date, prepared.customer
        self.company: Mapping[str, Any] = register.company(prepared.date)
        self.card: Mapping[str, Any] = register.values("customer", prepared.customer, prepared.date)
        self.categories: dict[str, list[str]] = {}
        for code in dict.fromkeys(line.vat for line in prepared.lines if line.vat):
            known = register.vat(code, prepared.tax_point)
            if known is not None:
                self.categories.setdefault(known.category, []).append(code)

    @property
    def country(self) -> str:
        """The seller's country, or nothing."""
        return self.seller("country").upper()

    @property
    def guest(self) -> bool:
        """Whether the buyer pays on the spot."""
        return self.card.get("kind") == "guest"

    @property
    def addressed(self) -> bool:
        """Whether the document has an address of the buyer."""
        return bool(self.buyer(*_ADDRESS))

    @property
    def placed(self) -> bool:
        """Whether the document names a place of delivery of its own (BG-13, BG-15)."""
        return supply.placed(self.prepared)

    def seller(self, *keys: str) -> str:
        """What the document says of the seller: the first of some keys that it has."""
        return self._first(self.prepared.keys, "seller-", keys) or self._first(self.company, "", keys)

    def buyer(self, *keys: str) -> str:
        """What the document says of the buyer: the first of some keys that it has."""
        return self._first(self.prepared.keys, "buyer-", keys) or self._first(self.card, "", keys)

    def noted(self, word: str) -> bool:
        """Whether a note of the document has a word."""
        notes = (text for key, text in self.prepared.keys.items() if key.startswith("note"))
        return any(word in str(text) for text in notes)

    def reason(self, category: str, code: str) -> tuple[str, str]:
        """Why there is no VAT in a category: the words, and the code of the VATEX list."""
        keys = self.prepared.keys
        own = (f"exemption-{category.lower()}", f"vatex-{category.lower()}")
        if not keys.keys().isdisjoint(own):
            return str(keys.get(own[0]) or ""), str(keys.get(own[1]) or "")
        card = self.register.values("vat", code, self.prepared.tax_point)
        listed, words = presented_lines.EXEMPT.get(category, ("", ""))
        return str(card.get("text") or words), str(card.get("vatex") or listed)

    @staticmethod
    def _first(values: Mapping[str, Any], prefix: str, keys: tuple[str, ...]) -> str:
        found = (str(values.get(f"{prefix}{key}") or "").strip() for key in keys)
        return next((text for text in found if text), "")
