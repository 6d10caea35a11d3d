"""What a sales document of a Norwegian seller must carry, asked of a draft before it is issued. Pure.

Source: bokføringsforskriften §§ 5-1-1, 5-1-1a and 5-1-2. Number, date, due date, amounts and VAT are on every document
that billtext issues; what is asked for here comes from the register or from the draft, and may be left out there.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from billtext.errors import DraftLegalError, LedgerError, Words, shown
from billtext.model import Register
from billtext.rules import presenting
from billtext.rules.prepared import Line, Prepared

LANGUAGES = ("nb", "nn", "no", "sv", "da", "en")
_ADDRESS = ("address", "postal-code", "city")
# Companies with limited liability and foreign ones print the register; the legal form may end the name.
_REGISTERED = frozenset({"AS", "ASA", "NUF"})
_FORM = re.compile(r"[ ,]([A-Z]{2,3})\.?$")


def check(prepared: Prepared, register: Register) -> Iterator[LedgerError]:
    """Yield what a draft lacks: what it is, where it belongs, and the paragraph that asks for it.

    Nothing is asked of a company that is not in Norway, or has no organisation number.
    """
    company = register.company(prepared.date)
    if company.get("country") != "NO" or not company.get("org-number"):
        return
    for what, remedy, law in _lacking(prepared, register, company):
        entry = prepared.draft.entry
        law = f"bokføringsforskriften {law}"
        yield DraftLegalError.at(entry.meta, entry, what=Words(what), remedy=Words(remedy), law=law)


def _lacking(prepared: Prepared, register: Register, company: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield from _seller(prepared, company)
    yield from _buyer(prepared, register)
    yield from _lines(prepared, register)
    language = presenting.language_of(register, prepared.customer, prepared.date)
    if re.split("[-_]", language)[0].lower() not in LANGUAGES:
        card = register.values("customer", prepared.customer, prepared.date)
        where = f"customer {prepared.customer}" if card.get("language") else "the company"
        yield (
            f'the language of the document is "{shown(language)}", not Norwegian, Swedish, Danish or English',
            f'write `language: "en"` for {where}', "§ 5-1-1a",
        )  # fmt: skip


def _seller(prepared: Prepared, company: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    keys = prepared.keys
    number = re.sub(r"\s", "", str(company["org-number"]))
    if prepared.vat and not (keys.get("seller-vat-number") or company.get("vat-number")):
        yield (
            "the document charges VAT, but the seller has no organisation number followed by MVA",
            f'write `vat-number: "NO{number}MVA"` below the `company` directive', "§ 5-1-2",
        )  # fmt: skip
    form = str(keys.get("seller-legal-form") or company.get("legal-form") or _form_of(company)).strip().upper()
    if form in _REGISTERED and not (keys.get("seller-register") or company.get("register")):
        yield (
            f"the seller is an {form}, and the document does not say Foretaksregisteret",
            'write `register: "Foretaksregisteret"` below the `company` directive', "§ 5-1-2",
        )  # fmt: skip


def _form_of(company: Mapping[str, Any]) -> str:
    found = _FORM.search(str(company.get("name") or ""))
    return found[1] if found else ""


def _buyer(prepared: Prepared, register: Register) -> Iterator[tuple[str, str, str]]:
    customer = prepared.customer
    card = register.values("customer", customer, prepared.date)

    def said(*keys: str) -> bool:
        return any(str(prepared.keys.get(f"buyer-{key}") or card.get(key) or "").strip() for key in keys)

    if not said("name"):
        yield "the buyer has no name", f"write `name:` for customer {customer}", "§ 5-1-2"
    reverse = any(line.vat and _category(line, prepared, register) == "AE" for line in prepared.lines)
    numbered = said("org-number", "vat-number")
    if reverse and not numbered:
        yield (
            "the VAT is reverse-charged, and the buyer has no organisation number",
            f"write `org-number:` for customer {customer}", "§ 5-1-1",
        )  # fmt: skip
    # A guest pays on the spot: of whom that is, a receipt need not say.
    elif not numbered and not said(*_ADDRESS) and card.get("kind") != "guest":
        yield (
            "the buyer has neither an address nor an organisation number",
            f"write `address:`, `postal-code:` and `city:`, or `org-number:`, for customer {customer}", "§ 5-1-2",
        )  # fmt: skip


def _category(line: Line, prepared: Prepared, register: Register) -> str:
    known = register.vat(line.vat or "", prepared.date)
    return known.category if known else ""


def _lines(prepared: Prepared, register: Register) -> Iterator[tuple[str, str, str]]:
    narration = (prepared.draft.entry.narration or "").strip()
    for line in prepared.lines:
        item = register.values("item", str(line.keys.get("item") or ""), prepared.date)
        reason = line.keys.get("allowance") or line.keys.get("charge")
        if not any(str(text or "").strip() for text in (line.keys.get("text"), item.get("text"), reason, narration)):
            yield (
                f"the line on {line.account} does not say what was delivered",
                "write `text:` below it, or what it is about in the draft's first line", "§ 5-1-1",
            )  # fmt: skip
