"""What UBL and CII have in common: the words, numbers and codes of an e-invoice."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from billtext.errors import Refused
from billtext.money import decimals, exact, plain
from billtext.rendering import xml_tree
from billtext.rendering.language import Language
from billtext.rules.core_invoice import CREDIT_NOTE, QUOTE, Attachment, CoreInvoice, Identifier

# BT-8 is a code of UNTDID 2005 in UBL and of UNTDID 2475 in CII: date of the invoice, of delivery, of payment.
_TAX_POINTS = (("3", "5"), ("35", "29"), ("432", "72"))
TAX_POINT_UBL = {code: ubl for ubl, cii in _TAX_POINTS for code in (ubl, cii)}
TAX_POINT_CII = {code: cii for ubl, cii in _TAX_POINTS for code in (ubl, cii)}
_DECIMALS = 2
_GTIN = "0160"  # ISO 6523: the scheme of a standard item number that names none


def wanted(core: CoreInvoice) -> CoreInvoice:
    """The document as e-invoices may show it: outside the scope of VAT, nobody has a VAT id (BR-O-02 to BR-O-04).

    Why there is no VAT is said in the document's language, as on its pages.

    :raises Refused: it is a quote, in a currency that e-invoices do not have, or from a seller whom nothing would name
    """
    if core.kind == QUOTE:
        raise Refused(f"{core.number} is a quote, which has no e-invoice; render it as pdf, html, markdown or json")
    if decimals(core.currency) > _DECIMALS:
        why = f"{core.number} is in {core.currency}, whose amounts have {decimals(core.currency)} decimals"
        raise Refused(f"{why}, and an e-invoice takes {_DECIMALS} (BR-DEC); render it as pdf, html, markdown or json")
    core = worded(core)
    if all(part.category != "O" for part in core.vat):
        return core
    if not (core.seller.org_number or core.seller.identifiers):
        why = f"{core.number} is outside the scope of VAT, where an e-invoice shows no VAT number (BR-O-02)"
        raise Refused(
            f"{why}, so nothing names its seller (BR-CO-26); add `org-number:`, `gln:` or `party-id:` to the company"
        )
    return replace(
        core, seller=replace(core.seller, vat_number=""), buyer=replace(core.buyer, vat_number=""),
        representative=core.representative and replace(core.representative, vat_number=""),
    )  # fmt: skip


def amount(number: Decimal, currency: str) -> str:
    """An amount with the decimals of its currency, or more if it has more; zero without a sign."""
    return exact(number or abs(number), currency)


def figure(number: Decimal | None) -> str:
    """A quantity or percent without trailing zeros; nothing for None."""
    return "" if number is None else plain(number or abs(number))


def notes(core: CoreInvoice) -> Iterator[tuple[str, str]]:
    """Subject codes and texts (BT-21, BT-22); why a credit note was written stands in the first that has no code."""
    reason = xml_tree.lines(core.reason) if core.kind == CREDIT_NOTE else ""
    texts = [(xml_tree.one_line(code), xml_tree.lines(text)) for code, text in core.notes]
    if any(reason in text for _, text in texts):
        reason = ""
    for code, text in texts:
        if reason and not code:
            yield "", f"{reason}\n{text}"
            reason = ""
        else:
            yield code, text
    if reason:
        yield "", reason


def terms(core: CoreInvoice) -> str:
    """Payment terms (BT-20), with lines for instalments, since there is one due date only, and for a cash discount.

    BR-CO-25 wants a due date or terms wherever something is payable: a credit note without them says what it credits.
    """
    parts = [xml_tree.lines(core.terms)]
    for part in core.instalments:
        due = f"{part.due}, {amount(part.amount, core.currency)} {core.currency}"
        parts.append(f"{xml_tree.one_line(part.name)}: {due}")
    off = core.cash_discount
    if off is not None:
        figures = f"{plain(off.percent)} %, {amount(off.amount, core.currency)} {core.currency}, {off.until}"
        parts.append(f"{Language(core.language)('Cash discount')}: {figures}")
    text = "\n".join(filter(None, parts))
    if not text and core.kind == CREDIT_NOTE and core.totals.payable > 0:
        text = ", ".join(number for number, _ in core.preceding) or core.number
    return xml_tree.lines(text)


def scheme_of_item(found: Identifier) -> str:
    """Scheme of a standard item number (BT-157): its own, else that of GTIN."""
    return found.scheme or _GTIN


def file_name(attachment: Attachment) -> str:
    """Name of an attachment without any directory: that of its file, else its id, as far as they are one."""
    texts = (attachment.filename, attachment.id)
    names = (xml_tree.one_line(text.replace("\\", "/").rpartition("/")[2]) for text in texts)
    return next((name for name in names if name.strip(". ")), "attachment")


def mime(attachment: Attachment) -> str:
    """Its MIME type; what names none is bytes."""
    return attachment.mime or "application/octet-stream"


def worded(core: CoreInvoice) -> CoreInvoice:
    """The document with why there is no VAT in its language; what it says itself stays to the letter."""
    t = Language(core.language)
    vat = (part if part.said or not part.reason else replace(part, reason=t(part.reason)) for part in core.vat)
    return replace(core, vat=tuple(replace(part, said=False) for part in vat))
