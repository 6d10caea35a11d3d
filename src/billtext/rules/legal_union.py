"""What the European Union asks of an invoice beside what every document has. Pure.

Source: VAT Directive 2006/112/EC, art. 226 (3), (4), (11) and (11a), and art. 138 for goods to another state. The day
of delivery (7) is asked for only where it differs from the date of issue, and addresses (5) not on simplified invoices,
so neither is asked for here. A seller who charges no VAT, as small enterprises do, needs no VAT number.
"""

from collections.abc import Iterator

from billtext.rules.legal_view import Lacking, View

# The member states (ISO 3166-1; Greece is GR, its VAT numbers begin with EL).
COUNTRIES = frozenset({
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
})  # fmt: skip
_OWED_BY_BUYER = {"AE": "is reverse-charged", "K": "is left out as of an intra-Community supply"}
_WITHOUT = ("E", "K", "AE", "G")


def lacking(view: View) -> Iterator[Lacking]:
    """Yield what a draft lacks, where it belongs, and the number of art. 226 that asks for it."""
    owed = next((category for category in _OWED_BY_BUYER if category in view.categories), None)
    if (view.prepared.vat or owed) and not view.seller("vat-number"):
        why = f"the VAT {_OWED_BY_BUYER[owed]}" if owed and not view.prepared.vat else "the document charges VAT"
        yield (
            f"{why}, and the seller has no VAT number",
            "write `vat-number:` below the `company` directive", "art. 226 (3)",
        )  # fmt: skip
    # EN 16931 takes the registration of a buyer at home for it (BR-AE-2).
    if owed and not view.buyer("vat-number", *(["org-number"] if owed == "AE" else [])):
        yield (
            f"the VAT {_OWED_BY_BUYER[owed]}, and the buyer has no VAT number",
            f"write `vat-number:` for customer {view.customer}", "art. 226 (4)",
        )  # fmt: skip
    if "K" in view.categories and view.placed and not view.prepared.keys.get("delivery-country"):
        yield (
            "the VAT is left out as of an intra-Community supply, and the place of delivery has no country",
            "write `delivery-country:` below that place", "art. 138; BR-IC-12 of EN 16931",
        )  # fmt: skip
    for category in _WITHOUT:
        for code in view.categories.get(category, ()):
            if not any(view.reason(category, code)):
                yield (
                    f"the document does not say why there is no VAT under the VAT code {code}",
                    f"write `text:` for it, or `exemption-{category.lower()}:` in the draft",
                    "art. 226 (11a)" if category == "AE" else "art. 226 (11)",
                )  # fmt: skip
