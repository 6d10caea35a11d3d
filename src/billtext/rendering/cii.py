"""A core invoice as UN/CEFACT Cross Industry Invoice, profile EN 16931 of Factur-X and ZUGFeRD.

`render(core)` gives the file. Sources: UN/CEFACT CII D22B; EN 16931-3-3 (the binding to CII); Factur-X 1.09. What the
ledger lacks is not made up: validation tells what is missing.
"""

import base64
from collections.abc import Iterator
from decimal import Decimal

from billtext.model import Date
from billtext.rendering import einvoice, xml_tree
from billtext.rendering.einvoice import amount, figure
from billtext.rendering.xml_tree import Node, node, raw
from billtext.rules.core_invoice import (
    Account,
    Address,
    Adjustment,
    Attachment,
    Contact,
    CoreInvoice,
    Identifier,
    Line,
    Party,
    VatBreakdown,
)

GUIDELINE = "urn:cen.eu:en16931:2017"
_CEFACT = "urn:un:unece:uncefact:data:standard:"
_SPACES = {
    "rsm": f"{_CEFACT}CrossIndustryInvoice:100",
    "ram": f"{_CEFACT}ReusableAggregateBusinessInformationEntity:100",
    "qdt": f"{_CEFACT}QualifiedDataType:100",
    "udt": f"{_CEFACT}UnqualifiedDataType:100",
}
# UNTDID 1001: related document, validated priced tender, invoicing data sheet.
_ATTACHMENT, _TENDER, _OBJECT = "916", "50", "130"


def render(core: CoreInvoice) -> bytes:
    """The document as a CrossIndustryInvoice.

    :raises Refused: it is a quote
    """
    core = einvoice.wanted(core)
    return xml_tree.write(
        "rsm:CrossIndustryInvoice",
        node(
            "rsm:ExchangedDocumentContext",
            node("ram:GuidelineSpecifiedDocumentContextParameter", node("ram:ID", GUIDELINE)),
        ),
        node(
            "rsm:ExchangedDocument",
            node("ram:ID", core.number),
            node("ram:TypeCode", core.type_code),
            _date("ram:IssueDateTime", core.date),
            [
                node("ram:IncludedNote", raw("ram:Content", text), node("ram:SubjectCode", code))
                for code, text in einvoice.notes(core)
            ],
        ),
        node(
            "rsm:SupplyChainTradeTransaction",
            [_line(line, core.currency) for line in core.lines],
            _agreement(core),
            _delivery(core),
            _settlement(core),
        ),
        spaces=_SPACES,
        default="",
    )


def _date(name: str, date: Date | None, kind: str = "udt:DateTimeString") -> Node | None:
    return None if date is None else node(name, node(kind, date.strftime("%Y%m%d"), format="102"))


def _money(name: str, number: Decimal | None, currency: str) -> Node | None:
    return None if number is None else node(f"ram:{name}", amount(number, currency))


def _id(name: str, found: Identifier | None) -> Node | None:
    return node(f"ram:{name}", found.id, schemeID=found.scheme) if found else None


def _period(period: tuple[Date | None, Date | None] | None) -> Node | None:
    start, end = period or (None, None)
    return node("ram:BillingSpecifiedPeriod", _date("ram:StartDateTime", start), _date("ram:EndDateTime", end))


def _referenced(name: str, number: str) -> Node | None:
    return node(f"ram:{name}ReferencedDocument", node("ram:IssuerAssignedID", number))


# --- parties and references -------------------------------------------------------------------------------


def _agreement(core: CoreInvoice) -> Node | None:
    of = core.references.get
    project = of("project", "")
    return node(
        "ram:ApplicableHeaderTradeAgreement",
        node("ram:BuyerReference", of("buyer-reference", "")),
        _party("Seller", core.seller, seller=True),
        _party("Buyer", core.buyer),
        _representative(core.representative),
        _referenced("SellerOrder", of("sales-order", "")),
        _referenced("BuyerOrder", of("order", "")),
        _referenced("Contract", of("contract", "")),
        [_attachment(each) for each in core.attachments],
        _additional(Identifier(id=of("tender", "")), _TENDER),
        _additional(core.object, _OBJECT),
        # Its name is no business term, and the schema asks for one.
        node("ram:SpecifiedProcuringProject", node("ram:ID", project), node("ram:Name", "Project reference"))
        if project
        else None,
    )


def _additional(found: Identifier | None, kind: str) -> Node | None:
    if found is None or not found.id:
        return None
    return node(
        "ram:AdditionalReferencedDocument",
        node("ram:IssuerAssignedID", found.id),
        node("ram:TypeCode", kind),
        node("ram:ReferenceTypeCode", found.scheme),
    )


def _attachment(found: Attachment) -> Node | None:
    content = None
    if found.content is not None:
        content = raw(
            "ram:AttachmentBinaryObject",
            base64.b64encode(found.content).decode("ascii"),
            mimeCode=xml_tree.one_line(einvoice.mime(found)),
            filename=einvoice.file_name(found),
        )
    return node(
        "ram:AdditionalReferencedDocument",
        node("ram:IssuerAssignedID", found.id),
        node("ram:URIID", found.url),
        node("ram:TypeCode", _ATTACHMENT),
        node("ram:Name", found.description),
        content,
    )


def _party(who: str, party: Party, *, seller: bool = False) -> Node | None:
    return node(
        f"ram:{who}TradeParty",
        *_identifiers(party.identifiers if seller else party.identifiers[:1]),  # a buyer has one at most
        node("ram:Name", party.name),
        node("ram:Description", party.legal_form) if seller else None,
        node(
            "ram:SpecifiedLegalOrganization",
            _id("ID", party.org_number),
            node("ram:TradingBusinessName", party.trading_name),
        ),
        _contact(party.contact),
        _address(party.address),
        node("ram:URIUniversalCommunication", _id("URIID", party.endpoint)),
        _registration(party.vat_number, "VA"),
        _registration(party.tax_registration, "FC") if seller else None,
    )


def _identifiers(found: tuple[Identifier, ...]) -> Iterator[Node | None]:
    for each in found:
        if not each.scheme:
            yield _id("ID", each)
    for each in found:
        if each.scheme:
            yield _id("GlobalID", each)


def _registration(number: str, scheme: str) -> Node | None:
    return node("ram:SpecifiedTaxRegistration", node("ram:ID", number, schemeID=scheme))


def _contact(contact: Contact) -> Node | None:
    return node(
        "ram:DefinedTradeContact",
        node("ram:PersonName", contact.name),
        node("ram:TelephoneUniversalCommunication", node("ram:CompleteNumber", contact.phone)),
        node("ram:EmailURIUniversalCommunication", node("ram:URIID", contact.email)),
    )


def _address(address: Address) -> Node | None:
    first, second, third = (*address.lines, "", "", "")[:3]
    return node(
        "ram:PostalTradeAddress",
        node("ram:PostcodeCode", address.postal_code),
        node("ram:LineOne", first),
        node("ram:LineTwo", second),
        node("ram:LineThree", third),
        node("ram:CityName", address.city),
        node("ram:CountryID", address.country),
        node("ram:CountrySubDivisionName", address.region),
    )


def _representative(party: Party | None) -> Node | None:
    if party is None:
        return None
    return node(
        "ram:SellerTaxRepresentativeTradeParty",
        node("ram:Name", party.name),
        _address(party.address),
        _registration(party.vat_number, "VA"),
    )


def _payee(party: Party | None) -> Node | None:
    if party is None:
        return None
    return node(
        "ram:PayeeTradeParty",
        *_identifiers(party.identifiers[:1]),
        node("ram:Name", party.name),
        node("ram:SpecifiedLegalOrganization", _id("ID", party.org_number)),
    )


def _delivery(core: CoreInvoice) -> Node | None:
    found = core.delivery
    return node(
        "ram:ApplicableHeaderTradeDelivery",
        node(
            "ram:ShipToTradeParty",
            *_identifiers((found.location,) if found.location else ()),
            node("ram:Name", found.name),
            _address(found.address),
        ),
        node("ram:ActualDeliverySupplyChainEvent", _date("ram:OccurrenceDateTime", found.date)),
        _referenced("DespatchAdvice", core.references.get("despatch-advice", "")),
        _referenced("ReceivingAdvice", core.references.get("receiving-advice", "")),
        always=True,
    )


# --- payment and amounts ----------------------------------------------------------------------------------


def _settlement(core: CoreInvoice) -> Node | None:
    payment, currency = core.payment, core.currency
    mandate, creditor, _ = payment.mandate or ("", "", "")
    return node(
        "ram:ApplicableHeaderTradeSettlement",
        node("ram:CreditorReferenceID", creditor),
        node("ram:PaymentReference", payment.reference),
        node("ram:TaxCurrencyCode", core.home_currency) if core.totals.home_vat is not None else None,
        node("ram:InvoiceCurrencyCode", currency),
        _payee(core.payee),
        _means(core),
        [_vat(each, core) for each in core.vat],
        _period(core.delivery.period),
        [_adjustment(each, currency, whole=True) for each in core.adjustments],
        node(
            "ram:SpecifiedTradePaymentTerms",
            raw("ram:Description", einvoice.terms(core)),
            _date("ram:DueDateDateTime", core.due),
            node("ram:DirectDebitMandateID", mandate),
        ),
        _totals(core),
        [
            node(
                "ram:InvoiceReferencedDocument",
                node("ram:IssuerAssignedID", number),
                _date("ram:FormattedIssueDateTime", date, "qdt:DateTimeString"),
            )
            for number, date in core.preceding
        ],
        _accounting(core.references.get("buyer-account", "")),
    )


def _accounting(number: str) -> Node | None:
    return node("ram:ReceivableSpecifiedTradeAccountingAccount", node("ram:ID", number))


def _means(core: CoreInvoice) -> list[Node | None]:
    """A means of payment for each account, or one without; none where there is nothing to say."""
    payment = core.payment
    number, holder = payment.card or ("", "")
    _, _, debited = payment.mandate or ("", "", "")
    accounts = payment.accounts or (None,)
    if not payment.accounts and payment.code == "30" and not (payment.text or number or debited or payment.reference):
        return []
    return [
        node(
            "ram:SpecifiedTradeSettlementPaymentMeans",
            node("ram:TypeCode", payment.code),
            node("ram:Information", payment.text),
            node(
                "ram:ApplicableTradeSettlementFinancialCard",
                node("ram:ID", number),
                node("ram:CardholderName", holder),
            ),
            node("ram:PayerPartyDebtorFinancialAccount", node("ram:IBANID", debited)),
            *_account(account),
        )
        for account in accounts
    ]


def _account(account: Account | None) -> Iterator[Node | None]:
    if account is None:
        return
    yield node(
        "ram:PayeePartyCreditorFinancialAccount",
        node("ram:IBANID", account.iban),
        node("ram:AccountName", account.name),
        None if account.iban else node("ram:ProprietaryID", account.number),
    )
    if account.iban:  # a BIC only beside an IBAN
        yield node("ram:PayeeSpecifiedCreditorFinancialInstitution", node("ram:BICID", account.bic))


def _vat(part: VatBreakdown, core: CoreInvoice) -> Node | None:
    return node(
        "ram:ApplicableTradeTax",
        _money("CalculatedAmount", part.amount, core.currency),
        node("ram:TypeCode", "VAT"),
        node("ram:ExemptionReason", part.reason),
        _money("BasisAmount", part.base, core.currency),
        node("ram:CategoryCode", part.category),
        node("ram:ExemptionReasonCode", part.reason_code),
        _date("ram:TaxPointDate", core.tax_point, "udt:DateString"),
        node("ram:DueDateTypeCode", einvoice.TAX_POINT_CII.get(core.tax_point_code, core.tax_point_code)),
        node("ram:RateApplicablePercent", figure(part.rate)),
    )


def _category(name: str, category: str, rate: Decimal | None) -> Node | None:
    return node(
        f"ram:{name}",
        node("ram:TypeCode", "VAT"),
        node("ram:CategoryCode", category),
        node("ram:RateApplicablePercent", figure(rate)),
    )


def _indicator(charge: bool) -> Node | None:
    return node("ram:ChargeIndicator", node("udt:Indicator", "true" if charge else "false"))


def _adjustment(found: Adjustment, currency: str, *, whole: bool = False) -> Node | None:
    return node(
        "ram:SpecifiedTradeAllowanceCharge",
        _indicator(found.charge),
        node("ram:CalculationPercent", figure(found.percent)),
        _money("BasisAmount", found.base, currency),
        _money("ActualAmount", found.amount, currency),
        node("ram:ReasonCode", found.reason_code),
        node("ram:Reason", found.reason),
        _category("CategoryTradeTax", found.category, found.rate) if whole else None,
    )


def _totals(core: CoreInvoice) -> Node | None:
    totals, currency = core.totals, core.currency
    vat = node("ram:TaxTotalAmount", amount(totals.vat, currency), currencyID=currency)
    home = None
    if totals.home_vat is not None:
        home = node("ram:TaxTotalAmount", amount(totals.home_vat, core.home_currency), currencyID=core.home_currency)
    return node(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        _money("LineTotalAmount", totals.lines, currency),
        _money("ChargeTotalAmount", totals.charges or None, currency),
        _money("AllowanceTotalAmount", totals.allowances or None, currency),
        _money("TaxBasisTotalAmount", totals.net, currency),
        vat,
        home,
        _money("RoundingAmount", totals.rounding or None, currency),
        _money("GrandTotalAmount", totals.gross, currency),
        _money("TotalPrepaidAmount", totals.prepaid or None, currency),
        _money("DuePayableAmount", totals.payable, currency),
    )


# --- lines ------------------------------------------------------------------------------------------------


def _line(line: Line, currency: str) -> Node | None:
    return node(
        "ram:IncludedSupplyChainTradeLineItem",
        node(
            "ram:AssociatedDocumentLineDocument",
            node("ram:LineID", line.id),
            node("ram:IncludedNote", raw("ram:Content", xml_tree.lines(line.note))),
        ),
        _product(line),
        node(
            "ram:SpecifiedLineTradeAgreement",
            node("ram:BuyerOrderReferencedDocument", node("ram:LineID", line.order_line)),
            *_prices(line, currency),
        ),
        node(
            "ram:SpecifiedLineTradeDelivery",
            node("ram:BilledQuantity", figure(line.quantity), unitCode=line.unit),
        ),
        node(
            "ram:SpecifiedLineTradeSettlement",
            _category("ApplicableTradeTax", line.category, line.rate),
            _period(line.period),
            [_adjustment(each, currency) for each in line.adjustments],
            node("ram:SpecifiedTradeSettlementLineMonetarySummation", _money("LineTotalAmount", line.net, currency)),
            _additional(line.object, _OBJECT),
            _accounting(line.buyer_account),
        ),
    )


def _product(line: Line) -> Node | None:
    standard = line.standard_item
    return node(
        "ram:SpecifiedTradeProduct",
        node("ram:GlobalID", standard.id, schemeID=einvoice.scheme_of_item(standard)) if standard else None,
        node("ram:SellerAssignedID", line.seller_item),
        node("ram:BuyerAssignedID", line.buyer_item),
        node("ram:Name", line.text),
        raw("ram:Description", xml_tree.lines(line.description)),
        [
            node("ram:ApplicableProductCharacteristic", node("ram:Description", name), node("ram:Value", value))
            for name, value in line.attributes
        ],
        [
            node(
                "ram:DesignatedProductClassification",
                node("ram:ClassCode", each.id, listID=each.scheme, listVersionID=each.version),
            )
            for each in line.classifications
        ],
        node("ram:OriginTradeCountry", node("ram:ID", line.origin)),
    )


def _prices(line: Line, currency: str) -> Iterator[Node | None]:
    per = "" if line.price_per == 1 else figure(line.price_per)
    base = node("ram:BasisQuantity", per, unitCode=line.unit)
    if line.list_price is not None and line.list_price >= line.price:
        yield node(
            "ram:GrossPriceProductTradePrice",
            _money("ChargeAmount", line.list_price, currency),
            base,
            node(
                "ram:AppliedTradeAllowanceCharge",
                _indicator(False),
                _money("ActualAmount", line.list_price - line.price, currency),
            ),
        )
    yield node("ram:NetPriceProductTradePrice", _money("ChargeAmount", line.price, currency), base)
