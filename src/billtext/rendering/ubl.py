"""A core invoice as UBL 2.1, for Peppol BIS Billing 3.0 and EHF Billing 3.0: `render(core)` gives the file.

Sources: OASIS UBL 2.1; EN 16931-3-2 (the binding to UBL); Peppol BIS Billing 3.0. What the ledger lacks is not made up:
validation tells what is missing. A buyer without an electronic address cannot be reached by Peppol, and gets a UBL
invoice by EN 16931 alone.
"""

import base64
import re
from collections.abc import Iterator
from decimal import Decimal

from billtext.model import Date
from billtext.rendering import einvoice, xml_tree
from billtext.rendering.einvoice import amount, figure
from billtext.rendering.xml_tree import Node, node, raw
from billtext.rules.core_invoice import (
    CREDIT_NOTE,
    Account,
    Address,
    Adjustment,
    Attachment,
    Contact,
    CoreInvoice,
    Delivery,
    Identifier,
    Line,
    Party,
    VatBreakdown,
)

CUSTOMIZATION = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
CORE = "urn:cen.eu:en16931:2017"
PROFILE = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_SPACES = {"cac": f"{_UBL}CommonAggregateComponents-2", "cbc": f"{_UBL}CommonBasicComponents-2"}
_OBJECT, _PROJECT = "130", "50"  # UNTDID 1001: invoicing data sheet, validated priced tender
# A text that would be taken for a subject code and a text (BR-CL-08) gets one: UNTDID 4451, general information.
_CODED, _GENERAL = re.compile("[^#]*#[^#]{3}#"), "AAI"
_NOT_KNOWN = "NA"  # where UBL asks for what the invoice does not have


def render(core: CoreInvoice) -> bytes:
    """The document as a UBL Invoice or CreditNote.

    :raises Refused: it is a quote
    """
    core = einvoice.wanted(core)
    peppol = core.buyer.endpoint is not None
    credit = core.kind == CREDIT_NOTE
    kind = "CreditNote" if credit else "Invoice"
    return xml_tree.write(
        f"x:{kind}",
        node("cbc:CustomizationID", CUSTOMIZATION if peppol else CORE),
        node("cbc:ProfileID", PROFILE) if peppol else None,
        node("cbc:ID", core.number),
        _date("IssueDate", core.date),
        None if credit else _date("DueDate", core.due),
        *_type_and_notes(core, credit),
        node("cbc:DocumentCurrencyCode", core.currency),
        node("cbc:TaxCurrencyCode", core.home_currency) if core.totals.home_vat is not None else None,
        node("cbc:AccountingCost", core.references.get("buyer-account", "")),
        node("cbc:BuyerReference", core.references.get("buyer-reference", "")),
        _period(core.delivery.period, einvoice.TAX_POINT_UBL.get(core.tax_point_code, core.tax_point_code)),
        _order(core),
        *_references(core, credit),
        node("cac:AccountingSupplierParty", _party(core.seller, core, seller=True)),
        node("cac:AccountingCustomerParty", _party(core.buyer, core)),
        _payee(core),
        _representative(core.representative),
        _delivery(core.delivery),
        _payment(core, credit),
        node("cac:PaymentTerms", raw("cbc:Note", einvoice.terms(core))),
        [_adjustment(each, core.currency, whole=True) for each in core.adjustments],
        *_vat(core),
        _totals(core),
        [_line(line, core.currency, credit) for line in core.lines],
        spaces={"x": f"{_UBL}{kind}-2", **_SPACES},
        default="x",
    )


def _date(name: str, date: Date | None) -> Node | None:
    return node(f"cbc:{name}", "" if date is None else date.isoformat())


def _money(name: str, number: Decimal | None, currency: str) -> Node | None:
    return None if number is None else node(f"cbc:{name}", amount(number, currency), currencyID=currency)


def _id(name: str, found: Identifier | None) -> Node | None:
    return node(f"cbc:{name}", found.id, schemeID=found.scheme) if found else None


def _type_and_notes(core: CoreInvoice, credit: bool) -> Iterator[Node | None]:
    """Type, notes and tax point date, whose order differs."""
    point = _date("TaxPointDate", core.tax_point)
    if credit:
        yield point
    yield node(f"cbc:{'CreditNote' if credit else 'Invoice'}TypeCode", core.type_code)
    for code, text in _notes(core):
        code = code or (_GENERAL if _CODED.match(text) else "")
        yield raw("cbc:Note", f"#{code}#{text}" if code else text)
    if not credit:
        yield point


def _notes(core: CoreInvoice) -> list[tuple[str, str]]:
    """Subject codes and texts; one for all in Peppol, but between Germans (PEPPOL-EN16931-R002)."""
    found = list(einvoice.notes(core))
    german = core.seller.address.country == core.buyer.address.country == "DE"
    if len(found) < 2 or core.buyer.endpoint is None or german:
        return found
    codes = {code for code, _ in found}
    return [(codes.pop() if len(codes) == 1 else "", "\n".join(text for _, text in found))]


def _period(period: tuple[Date | None, Date | None] | None, code: str = "") -> Node | None:
    start, end = period or (None, None)
    return node(
        "cac:InvoicePeriod", _date("StartDate", start), _date("EndDate", end), node("cbc:DescriptionCode", code)
    )


# --- references -------------------------------------------------------------------------------------------


def _order(core: CoreInvoice) -> Node | None:
    order, sales = core.references.get("order", ""), core.references.get("sales-order", "")
    return node(
        "cac:OrderReference",
        node("cbc:ID", order or (_NOT_KNOWN if sales else "")),
        node("cbc:SalesOrderID", sales),
    )


def _references(core: CoreInvoice, credit: bool) -> Iterator[Node | None]:
    def document(name: str, key: str) -> Node | None:
        return node(f"cac:{name}DocumentReference", node("cbc:ID", core.references.get(key, "")))

    for number, date in core.preceding:
        yield node(
            "cac:BillingReference",
            node("cac:InvoiceDocumentReference", node("cbc:ID", number), _date("IssueDate", date)),
        )
    tender, contract = document("Originator", "tender"), document("Contract", "contract")
    project = core.references.get("project", "")
    yield document("Despatch", "despatch-advice")
    yield document("Receipt", "receiving-advice")
    yield contract if credit else tender
    if not credit:
        yield contract
    yield _additional(core.object, _OBJECT)
    if credit and project:
        yield _additional(Identifier(id=project), _PROJECT)
    for attachment in core.attachments:
        yield _attachment(attachment)
    yield tender if credit else node("cac:ProjectReference", node("cbc:ID", project))


def _additional(found: Identifier | None, kind: str, name: str = "Additional") -> Node | None:
    if found is None:
        return None
    return node(
        f"cac:{name}DocumentReference" if name else "cac:DocumentReference",
        _id("ID", found),
        node("cbc:DocumentTypeCode", kind),
    )


def _attachment(found: Attachment) -> Node | None:
    content = None
    if found.content is not None:
        content = raw(
            "cbc:EmbeddedDocumentBinaryObject",
            base64.b64encode(found.content).decode("ascii"),
            mimeCode=xml_tree.one_line(einvoice.mime(found)),
            filename=einvoice.file_name(found),
        )
    return node(
        "cac:AdditionalDocumentReference",
        node("cbc:ID", found.id),
        node("cbc:DocumentDescription", found.description),
        node("cac:Attachment", content, node("cac:ExternalReference", node("cbc:URI", found.url))),
    )


# --- parties ----------------------------------------------------------------------------------------------


def _party(party: Party, core: CoreInvoice, *, seller: bool = False) -> Node | None:
    # A buyer has one identifier at most (UBL-SR-16).
    identifiers = party.identifiers if seller else party.identifiers[:1]
    return node(
        "cac:Party",
        _id("EndpointID", party.endpoint),
        [node("cac:PartyIdentification", _id("ID", each)) for each in identifiers],
        None if core.payee or not seller else _creditor(core),
        node("cac:PartyName", node("cbc:Name", party.trading_name)),
        _address("PostalAddress", party.address),
        _tax_scheme(party.vat_number, "VAT"),
        _tax_scheme(party.tax_registration, "TAX") if seller else None,
        node(
            "cac:PartyLegalEntity",
            node("cbc:RegistrationName", party.name),
            _id("CompanyID", party.org_number),
            node("cbc:CompanyLegalForm", party.legal_form) if seller else None,
        ),
        _contact(party.contact),
    )


def _creditor(core: CoreInvoice) -> Node | None:
    """Creditor identifier of a direct debit (BT-90)."""
    number = core.payment.mandate[1] if core.payment.mandate else ""
    return node("cac:PartyIdentification", node("cbc:ID", number, schemeID="SEPA"))


def _tax_scheme(number: str, scheme: str) -> Node | None:
    company = node("cbc:CompanyID", number)
    return node("cac:PartyTaxScheme", company, node("cac:TaxScheme", node("cbc:ID", scheme))) if company else None


def _contact(contact: Contact) -> Node | None:
    return node(
        "cac:Contact",
        node("cbc:Name", contact.name),
        node("cbc:Telephone", contact.phone),
        node("cbc:ElectronicMail", contact.email),
    )


def _address(name: str, address: Address) -> Node | None:
    first, second, third = (*address.lines, "", "", "")[:3]
    return node(
        f"cac:{name}",
        node("cbc:StreetName", first),
        node("cbc:AdditionalStreetName", second),
        node("cbc:CityName", address.city),
        node("cbc:PostalZone", address.postal_code),
        node("cbc:CountrySubentity", address.region),
        node("cac:AddressLine", node("cbc:Line", third)),
        node("cac:Country", node("cbc:IdentificationCode", address.country)),
    )


def _payee(core: CoreInvoice) -> Node | None:
    payee = core.payee
    if payee is None:
        return None
    return node(
        "cac:PayeeParty",
        [node("cac:PartyIdentification", _id("ID", each)) for each in payee.identifiers[:1]],
        _creditor(core),
        node("cac:PartyName", node("cbc:Name", payee.name)),
        node("cac:PartyLegalEntity", _id("CompanyID", payee.org_number)),
    )


def _representative(party: Party | None) -> Node | None:
    if party is None:
        return None
    return node(
        "cac:TaxRepresentativeParty",
        node("cac:PartyName", node("cbc:Name", party.name)),
        _address("PostalAddress", party.address),
        _tax_scheme(party.vat_number, "VAT"),
    )


def _delivery(delivery: Delivery) -> Node | None:
    return node(
        "cac:Delivery",
        _date("ActualDeliveryDate", delivery.date),
        node("cac:DeliveryLocation", _id("ID", delivery.location), _address("Address", delivery.address)),
        node("cac:DeliveryParty", node("cac:PartyName", node("cbc:Name", delivery.name))),
    )


# --- payment ----------------------------------------------------------------------------------------------


def _payment(core: CoreInvoice, credit: bool) -> list[Node | None]:
    """A means of payment for each account, or one without; none where there is nothing to say."""
    payment = core.payment
    due = _date("PaymentDueDate", core.due) if credit else None
    reference, text = node("cbc:PaymentID", payment.reference), xml_tree.one_line(payment.text)
    number, holder = payment.card or ("", "")
    card = node(
        "cac:CardAccount",
        node("cbc:PrimaryAccountNumberID", number),
        node("cbc:NetworkID", _NOT_KNOWN) if number else None,
        node("cbc:HolderName", holder),
    )
    mandate, _, debited = payment.mandate or ("", "", "")
    debit = node(
        "cac:PaymentMandate",
        node("cbc:ID", mandate),
        node("cac:PayerFinancialAccount", node("cbc:ID", debited)),
    )
    accounts = [_account(account) for account in payment.accounts] or [None]
    if accounts == [None] and payment.code == "30" and not (due or reference or text or card or debit):
        return []
    code = node("cbc:PaymentMeansCode", payment.code, name=text)
    return [node("cac:PaymentMeans", code, due, reference, card, account, debit) for account in accounts]


def _account(account: Account) -> Node | None:
    bic = node("cbc:ID", account.bic) if account.iban else None  # a BIC only beside an IBAN
    return node(
        "cac:PayeeFinancialAccount",
        node("cbc:ID", account.iban or account.number),
        node("cbc:Name", account.name),
        node("cac:FinancialInstitutionBranch", bic),
    )


# --- amounts ----------------------------------------------------------------------------------------------


def _adjustment(found: Adjustment, currency: str, *, whole: bool = False) -> Node | None:
    return node(
        "cac:AllowanceCharge",
        node("cbc:ChargeIndicator", "true" if found.charge else "false"),
        node("cbc:AllowanceChargeReasonCode", found.reason_code),
        node("cbc:AllowanceChargeReason", found.reason),
        node("cbc:MultiplierFactorNumeric", figure(found.percent)),
        _money("Amount", found.amount, currency),
        _money("BaseAmount", found.base, currency),
        _category("TaxCategory", found.category, found.rate) if whole else None,
    )


def _category(name: str, category: str, rate: Decimal | None, reason_code: str = "", reason: str = "") -> Node | None:
    return node(
        f"cac:{name}",
        node("cbc:ID", category),
        node("cbc:Percent", figure(rate)),
        node("cbc:TaxExemptionReasonCode", reason_code),
        node("cbc:TaxExemptionReason", reason),
        _VAT_SCHEME,
    )


_VAT_SCHEME = node("cac:TaxScheme", node("cbc:ID", "VAT"))


def _vat(core: CoreInvoice) -> Iterator[Node | None]:
    totals, currency = core.totals, core.currency
    yield node(
        "cac:TaxTotal", _money("TaxAmount", totals.vat, currency), [_subtotal(each, currency) for each in core.vat]
    )
    if totals.home_vat is not None:
        yield node("cac:TaxTotal", _money("TaxAmount", totals.home_vat, core.home_currency))


def _subtotal(part: VatBreakdown, currency: str) -> Node | None:
    return node(
        "cac:TaxSubtotal",
        _money("TaxableAmount", part.base, currency),
        _money("TaxAmount", part.amount, currency),
        _category("TaxCategory", part.category, part.rate, part.reason_code, part.reason),
    )


def _totals(core: CoreInvoice) -> Node | None:
    totals, currency = core.totals, core.currency
    return node(
        "cac:LegalMonetaryTotal",
        _money("LineExtensionAmount", totals.lines, currency),
        _money("TaxExclusiveAmount", totals.net, currency),
        _money("TaxInclusiveAmount", totals.gross, currency),
        _money("AllowanceTotalAmount", totals.allowances or None, currency),
        _money("ChargeTotalAmount", totals.charges or None, currency),
        _money("PrepaidAmount", totals.prepaid or None, currency),
        _money("PayableRoundingAmount", totals.rounding or None, currency),
        _money("PayableAmount", totals.payable, currency),
    )


# --- lines ------------------------------------------------------------------------------------------------


def _line(line: Line, currency: str, credit: bool) -> Node | None:
    kind, quantity = ("CreditNoteLine", "CreditedQuantity") if credit else ("InvoiceLine", "InvoicedQuantity")
    return node(
        f"cac:{kind}",
        node("cbc:ID", line.id),
        raw("cbc:Note", xml_tree.lines(line.note)),
        node(f"cbc:{quantity}", figure(line.quantity), unitCode=line.unit),
        _money("LineExtensionAmount", line.net, currency),
        node("cbc:AccountingCost", line.buyer_account),
        _period(line.period),
        node("cac:OrderLineReference", node("cbc:LineID", line.order_line)),
        _additional(line.object, _OBJECT, ""),
        [_adjustment(each, currency) for each in line.adjustments],
        _item(line),
        _price(line, currency),
    )


def _item(line: Line) -> Node | None:
    standard = line.standard_item
    return node(
        "cac:Item",
        raw("cbc:Description", xml_tree.lines(line.description)),
        node("cbc:Name", line.text),
        node("cac:BuyersItemIdentification", node("cbc:ID", line.buyer_item)),
        node("cac:SellersItemIdentification", node("cbc:ID", line.seller_item)),
        node(
            "cac:StandardItemIdentification",
            node("cbc:ID", standard.id, schemeID=einvoice.scheme_of_item(standard)) if standard else None,
        ),
        node("cac:OriginCountry", node("cbc:IdentificationCode", line.origin)),
        [
            node(
                "cac:CommodityClassification",
                node("cbc:ItemClassificationCode", each.id, listID=each.scheme, listVersionID=each.version),
            )
            for each in line.classifications
        ],
        _category("ClassifiedTaxCategory", line.category, line.rate),
        [
            node("cac:AdditionalItemProperty", node("cbc:Name", name), node("cbc:Value", value))
            for name, value in line.attributes
        ],
    )


def _price(line: Line, currency: str) -> Node | None:
    reduced = None
    if line.list_price is not None and line.list_price >= line.price:
        reduced = node(
            "cac:AllowanceCharge",
            node("cbc:ChargeIndicator", "false"),
            _money("Amount", line.list_price - line.price, currency),
            _money("BaseAmount", line.list_price, currency),
        )
    base = "" if line.price_per == 1 else figure(line.price_per)
    return node(
        "cac:Price",
        _money("PriceAmount", line.price, currency),
        node("cbc:BaseQuantity", base, unitCode=line.unit),
        reduced,
    )
