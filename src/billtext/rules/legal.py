"""What the law asks of a sales document is asked of a draft, before it is issued. Pure.

Norway: bokføringsforskriften §§ 5-1-1, 5-1-1a and 5-1-2, here; the European Union: `legal_union`. Number, date, due
date, amounts and VAT are on every document that billtext issues; what is asked for comes from the register or from the
draft, and may be left out there. What is issued already is not asked again.
"""

import re
from collections.abc import Iterator

from billtext.errors import DraftLegalError, LedgerError, Words, shown
from billtext.model import Register
from billtext.rules import legal_union, presenting, supply
from billtext.rules.legal_view import Lacking, View
from billtext.rules.prepared import Prepared

LANGUAGES = ("nb", "nn", "no", "sv", "da", "en")
# Companies with limited liability and foreign ones print the register; the legal form may end the name.
_REGISTERED = frozenset({"AS", "ASA", "NUF"})
_FORM = re.compile(r"[ ,]([A-Z]{2,3})\.?$")
_REGISTER = re.compile(r"f[oø]retaksregisteret", re.IGNORECASE)
# How Norwegian, Swedish, Danish and English say that the buyer owes the VAT.
_REVERSE = re.compile(r"omvendt|snudd|omvänd|reverse charge", re.IGNORECASE)
_SAID = "Omvendt avgiftsplikt – Merverdiavgift ikke beregnet"


def check(prepared: Prepared, register: Register) -> Iterator[LedgerError]:
    """Yield what a draft lacks: what it is, where it belongs, and the paragraph that asks for it.

    Nothing is asked of a company that is neither in Norway nor in the European Union, or does not say where it is.
    """
    view = View(prepared, register)
    if view.country == "NO":
        found, source = _norway(view), "bokføringsforskriften"
    elif view.country in legal_union.COUNTRIES:
        found, source = legal_union.lacking(view), "VAT Directive 2006/112/EC,"
    else:
        return
    entry = prepared.draft.entry
    for what, remedy, law in found:
        yield DraftLegalError.at(
            entry.meta, entry, what=Words(what), remedy=Words(remedy), law=Words(f"{source} {law}")
        )


def _norway(view: View) -> Iterator[Lacking]:
    yield from _seller(view)
    yield from _buyer(view)
    yield from _delivered(view)
    yield from _lines(view)
    yield from _vat(view)
    language = presenting.language_of(view.register, view.customer, view.date)
    if re.split("[-_]", language)[0].lower() not in LANGUAGES:
        where = f"customer {view.customer}" if view.card.get("language") else "the company"
        yield (
            f'the language of the document is "{shown(language)}", not Norwegian, Swedish, Danish or English',
            f'write `language: "en"` for {where}', "§ 5-1-1a",
        )  # fmt: skip


def _seller(view: View) -> Iterator[Lacking]:
    number, vat_number = (re.sub(r"\s", "", view.seller(key)) for key in ("org-number", "vat-number"))
    digits = re.sub(r"\D", "", number)
    ours = re.fullmatch(r"NO(\d{9})MVA", vat_number.upper())
    if not number and ours is None:
        yield (
            "the seller has no organisation number",
            "write `org-number:` below the `company` directive", "§ 5-1-2",
        )  # fmt: skip
    elif ours is not None and digits and ours[1] != digits:
        yield (
            f"the seller's VAT number {shown(vat_number)} is not that of its organisation number {shown(number)}",
            f'write `vat-number: "NO{digits}MVA"`, or correct `org-number:`, below the `company` directive', "§ 5-1-2",
        )  # fmt: skip
    # A document that names a VAT number of another country charges that country's VAT.
    elif view.prepared.vat and ours is None and not view.prepared.keys.get("seller-vat-number"):
        yield (
            "the document charges VAT, but the seller has no organisation number followed by MVA",
            f'write `vat-number: "NO{digits}MVA"` below the `company` directive', "§ 5-1-2",
        )  # fmt: skip
    form = (view.seller("legal-form") or _form_of(view.seller("name"))).strip().upper()
    if form in _REGISTERED and not _REGISTER.search(view.seller("register")):
        yield (
            f"the seller is an {form}, and the document does not say Foretaksregisteret",
            'write `register: "Foretaksregisteret"` below the `company` directive', "§ 5-1-2",
        )  # fmt: skip


def _form_of(name: str) -> str:
    found = _FORM.search(name)
    return found[1] if found else ""


def _buyer(view: View) -> Iterator[Lacking]:
    if not view.buyer("name"):
        yield "the buyer has no name", f"write `name:` for customer {view.customer}", "§ 5-1-2"
    numbered = view.buyer("org-number", "vat-number")
    if "AE" in view.categories and not numbered:
        yield (
            "the VAT is reverse-charged, and the buyer has no organisation number",
            f"write `org-number:` for customer {view.customer}", "§ 5-1-1",
        )  # fmt: skip
    # A guest pays on the spot: of whom that is, a receipt need not say.
    elif not numbered and not view.addressed and not view.guest:
        yield (
            "the buyer has neither an address nor an organisation number",
            f"write `address:`, `postal-code:` and `city:`, or `org-number:`, for customer {view.customer}", "§ 5-1-2",
        )  # fmt: skip


def _delivered(view: View) -> Iterator[Lacking]:
    """When and where it was delivered; of a credit note, the invoice that it corrects tells that."""
    if view.prepared.draft.kind != "invoice":
        return
    if not supply.stated(view.prepared):
        yield (
            "the draft does not say when it was delivered",
            "write `delivery:` with the day, or `period-start:` and `period-end:`, or issue it with --delivery DATE",
            "§ 5-1-1",
        )  # fmt: skip
    # Where nothing else is said, that is the buyer's address; a guest is served at the seller's.
    elif view.buyer("org-number", "vat-number") and not view.addressed and not view.placed and not view.guest:
        yield (
            "the document does not say where it was delivered",
            f"write its `address:` and `city:` for customer {view.customer}, or issue it with --place PLACE",
            "§ 5-1-1",
        )  # fmt: skip


def _lines(view: View) -> Iterator[Lacking]:
    narration = (view.prepared.draft.entry.narration or "").strip()
    for line in view.prepared.lines:
        item = view.register.values("item", str(line.keys.get("item") or ""), view.date)
        reason = line.keys.get("allowance") or line.keys.get("charge")
        if not any(str(text or "").strip() for text in (line.keys.get("text"), item.get("text"), reason, narration)):
            yield (
                f"the line on {line.account} does not say what was delivered",
                "write `text:` below it, or what it is about in the draft's first line", "§ 5-1-1",
            )  # fmt: skip


def _vat(view: View) -> Iterator[Lacking]:
    """VAT in kroner, whatever the currency, and the words where the buyer owes it."""
    currencies = {view.prepared.currency, view.register.currency}
    if view.prepared.vat and "NOK" not in currencies and not view.noted("NOK"):
        yield (
            "the document does not state its VAT in kroner",
            "keep the company in kroner (`currency:` below its directive), or write a `note:` with the VAT in NOK",
            "§ 5-1-1",
        )  # fmt: skip
    for code in view.categories.get("AE", ()):
        reason, _ = view.reason("AE", code)
        if not _REVERSE.search(reason):
            yield (
                f'the VAT is reverse-charged, and the document says "{shown(reason)}" of it',
                f'write `text: "{_SAID}"` for the VAT code {code}, or leave its text out', "§ 5-1-1",
            )  # fmt: skip
