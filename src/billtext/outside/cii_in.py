"""UN/CEFACT Cross Industry Invoice as a core invoice: the binding of EN 16931-3-3, read.

Pure: a tree in, a value out.
"""

from typing import Any

from billtext.outside.einvoice_fields import Fields, account, dates_of
from billtext.outside.ubl_in import attachment
from billtext.rendering.einvoice import TAX_POINT_UBL
from billtext.rules.core_invoice import (
    CREDIT_NOTE,
    INVOICE,
    Address,
    Adjustment,
    Attachment,
    Contact,
    CoreInvoice,
    Delivery,
    Identifier,
    Line,
    Party,
    Payment,
    Totals,
    VatBreakdown,
)

_CEFACT = "urn:un:unece:uncefact:data:standard:"
ROOT = f"{{{_CEFACT}CrossIndustryInvoice:100}}CrossIndustryInvoice"
SPACES = (
    ("rsm", f"{_CEFACT}CrossIndustryInvoice:100"), ("qdt", f"{_CEFACT}QualifiedDataType:100"),
    ("ram", f"{_CEFACT}ReusableAggregateBusinessInformationEntity:100"),
    ("udt", f"{_CEFACT}UnqualifiedDataType:100"),
)  # fmt: skip
# UNTDID 1001: the types that are credit notes to EN 16931.
CREDIT_TYPES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
_ATTACHMENT, _TENDER, _OBJECT = "916", "50", "130"


def read(root: Any, name: str, seen: set[Any] | None = None) -> CoreInvoice:
    """The document of a tree whose root is `ROOT`.

    :param name: of the file, for what is refused
    :param seen: gets each element whose text is read
    :raises Unreadable: something is missing or is not what it should be
    """
    f = Fields(root, SPACES, name, seen)
    head = f.one("rsm:ExchangedDocument")
    trade = f.one("rsm:SupplyChainTradeTransaction")
    agreement = trade.one("ram:ApplicableHeaderTradeAgreement")
    delivery = trade.part("ram:ApplicableHeaderTradeDelivery")
    settlement = trade.one("ram:ApplicableHeaderTradeSettlement")
    kind = CREDIT_NOTE if head.text("ram:TypeCode") in CREDIT_TYPES else INVOICE
    currency = settlement.currency("ram:InvoiceCurrencyCode")
    home = settlement.text("ram:TaxCurrencyCode")
    totals = settlement.one("ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    taxes = totals.all("ram:TaxTotalAmount")
    own = [tax for tax in taxes if tax.attribute(".", "currencyID") in {"", currency}]
    others = [tax for tax in taxes if tax.attribute(".", "currencyID") not in {"", currency}]
    more = agreement.all("ram:AdditionalReferencedDocument")
    references = {
        "buyer-reference": agreement.text("ram:BuyerReference"),
        "project": agreement.text("ram:SpecifiedProcuringProject/ram:ID"),
        "contract": agreement.text("ram:ContractReferencedDocument/ram:IssuerAssignedID"),
        "order": agreement.text("ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
        "sales-order": agreement.text("ram:SellerOrderReferencedDocument/ram:IssuerAssignedID"),
        "receiving-advice": delivery.text("ram:ReceivingAdviceReferencedDocument/ram:IssuerAssignedID"),
        "despatch-advice": delivery.text("ram:DespatchAdviceReferencedDocument/ram:IssuerAssignedID"),
        "tender": next((e.text("ram:IssuerAssignedID") for e in more if e.text("ram:TypeCode") == _TENDER), ""),
        "buyer-account": settlement.text("ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID"),
    }  # fmt: skip
    terms = settlement.part("ram:SpecifiedTradePaymentTerms")
    vat = settlement.all("ram:ApplicableTradeTax")
    code = next((text for each in vat if (text := each.text("ram:DueDateTypeCode"))), "")
    return CoreInvoice(
        kind=kind, number=head.needed("ram:ID"), date=head.day("ram:IssueDateTime/udt:DateTimeString"),
        currency=currency, type_code=head.text("ram:TypeCode"),
        seller=_party(agreement.one("ram:SellerTradeParty"), seller=True),
        buyer=_party(agreement.one("ram:BuyerTradeParty")),
        due=terms.date("ram:DueDateDateTime/udt:DateTimeString"), home_currency=home or currency,
        terms=terms.text("ram:Description", lines=True),
        notes=tuple(
            (each.text("ram:SubjectCode"), each.text("ram:Content", lines=True))
            for each in head.all("ram:IncludedNote")
        ),
        preceding=tuple(
            (each.needed("ram:IssuerAssignedID"), each.date("ram:FormattedIssueDateTime/qdt:DateTimeString"))
            for each in settlement.all("ram:InvoiceReferencedDocument")
        ),
        references={key: text for key, text in references.items() if text},
        object=next((_object(each) for each in more if each.text("ram:TypeCode") == _OBJECT), None),
        tax_point=next((day for each in vat if (day := each.date("ram:TaxPointDate/udt:DateString"))), None),
        tax_point_code=TAX_POINT_UBL.get(code, code), delivery=_delivery(delivery, settlement),
        payee=_payee(settlement), representative=_representative(agreement), payment=_payment(settlement, terms),
        adjustments=tuple(
            _adjustment(each, whole=True) for each in settlement.all("ram:SpecifiedTradeAllowanceCharge")
        ),
        lines=tuple(_line(each) for each in trade.all("ram:IncludedSupplyChainTradeLineItem")),
        vat=tuple(_vat(each) for each in vat),
        totals=Totals(
            lines=totals.amount("ram:LineTotalAmount"), allowances=totals.amount("ram:AllowanceTotalAmount"),
            charges=totals.amount("ram:ChargeTotalAmount"), net=totals.amount("ram:TaxBasisTotalAmount"),
            vat=own[0].amount(".") if own else totals.amount("ram:None"),
            home_vat=others[0].number(".") if others and home else None, gross=totals.amount("ram:GrandTotalAmount"),
            prepaid=totals.amount("ram:TotalPrepaidAmount"), rounding=totals.amount("ram:RoundingAmount"),
            payable=totals.amount("ram:DuePayableAmount"),
        ),
        attachments=tuple(
            _attachment(each) for each in more if each.text("ram:TypeCode") not in {_TENDER, _OBJECT}
        ),
    )  # fmt: skip


def _object(f: Fields) -> Identifier:
    return Identifier(id=f.text("ram:IssuerAssignedID"), scheme=f.text("ram:ReferenceTypeCode"))


def _attachment(f: Fields) -> Attachment:
    return attachment(
        f, id=f.text("ram:IssuerAssignedID"), description=f.text("ram:Name"),
        data=f.text("ram:AttachmentBinaryObject"), mime=f.attribute("ram:AttachmentBinaryObject", "mimeCode"),
        filename=f.attribute("ram:AttachmentBinaryObject", "filename"), url=f.text("ram:URIID"),
    )  # fmt: skip


def _identifiers(f: Fields) -> tuple[Identifier, ...]:
    found = [each.id(".") for path in ("ram:ID", "ram:GlobalID") for each in f.all(path)]
    return tuple(each for each in found if each)


def _address(f: Fields) -> Address:
    return Address(
        lines=tuple(filter(None, (f.text("ram:LineOne"), f.text("ram:LineTwo"), f.text("ram:LineThree")))),
        postal_code=f.text("ram:PostcodeCode"), city=f.text("ram:CityName"),
        region=f.text("ram:CountrySubDivisionName"), country=f.text("ram:CountryID"),
    )  # fmt: skip


def _registered(f: Fields, scheme: str) -> str:
    return next((
        each.text("ram:ID") for each in f.all("ram:SpecifiedTaxRegistration")
        if each.attribute("ram:ID", "schemeID") == scheme
    ), "")  # fmt: skip


def _party(f: Fields, *, seller: bool = False) -> Party:
    contact = f.part("ram:DefinedTradeContact")
    return Party(
        name=f.text("ram:Name"), trading_name=f.text("ram:SpecifiedLegalOrganization/ram:TradingBusinessName"),
        identifiers=_identifiers(f), org_number=f.id("ram:SpecifiedLegalOrganization/ram:ID"),
        vat_number=_registered(f, "VA"), tax_registration=_registered(f, "FC") if seller else "",
        legal_form=f.text("ram:Description") if seller else "",
        endpoint=f.id("ram:URIUniversalCommunication/ram:URIID"), address=_address(f.part("ram:PostalTradeAddress")),
        contact=Contact(
            name=contact.text("ram:PersonName") or contact.text("ram:DepartmentName"),
            phone=contact.text("ram:TelephoneUniversalCommunication/ram:CompleteNumber"),
            email=contact.text("ram:EmailURIUniversalCommunication/ram:URIID"),
        ),
    )  # fmt: skip


def _payee(f: Fields) -> Party | None:
    if not f.all("ram:PayeeTradeParty"):
        return None
    payee = f.part("ram:PayeeTradeParty")
    return Party(
        name=payee.text("ram:Name"), identifiers=_identifiers(payee),
        org_number=payee.id("ram:SpecifiedLegalOrganization/ram:ID"),
    )  # fmt: skip


def _representative(f: Fields) -> Party | None:
    if not f.all("ram:SellerTaxRepresentativeTradeParty"):
        return None
    party = f.part("ram:SellerTaxRepresentativeTradeParty")
    return Party(
        name=party.text("ram:Name"), vat_number=_registered(party, "VA"),
        address=_address(party.part("ram:PostalTradeAddress")),
    )  # fmt: skip


def _period(f: Fields) -> Any:
    period = f.part("ram:BillingSpecifiedPeriod")
    return dates_of(
        period.date("ram:StartDateTime/udt:DateTimeString"), period.date("ram:EndDateTime/udt:DateTimeString")
    )


def _delivery(f: Fields, settlement: Fields) -> Delivery:
    party = f.part("ram:ShipToTradeParty")
    return Delivery(
        date=f.date("ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/udt:DateTimeString"),
        period=_period(settlement), name=party.text("ram:Name"), location=next(iter(_identifiers(party)), None),
        address=_address(party.part("ram:PostalTradeAddress")),
    )  # fmt: skip


def _payment(f: Fields, terms: Fields) -> Payment:
    means = f.all("ram:SpecifiedTradeSettlementPaymentMeans")
    reference = f.text("ram:PaymentReference")
    if not means:
        return Payment(reference=reference)
    accounts = []
    for each in means:
        of = each.part("ram:PayeePartyCreditorFinancialAccount")
        iban, number = of.text("ram:IBANID"), of.text("ram:ProprietaryID")
        bic = each.text("ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID")
        found = account(iban or number, of.text("ram:AccountName"), bic)
        if found is not None:
            accounts.append(found)
    card = means[0].text("ram:ApplicableTradeSettlementFinancialCard/ram:ID")
    holder = means[0].text("ram:ApplicableTradeSettlementFinancialCard/ram:CardholderName")
    mandate = (
        terms.text("ram:DirectDebitMandateID"), f.text("ram:CreditorReferenceID"),
        means[0].text("ram:PayerPartyDebtorFinancialAccount/ram:IBANID"),
    )  # fmt: skip
    return Payment(
        code=means[0].text("ram:TypeCode"), text=means[0].text("ram:Information"), reference=reference,
        accounts=tuple(accounts), card=(card, holder) if card else None, mandate=mandate if any(mandate) else None,
    )  # fmt: skip


def _adjustment(f: Fields, *, whole: bool = False) -> Adjustment:
    category = f.text("ram:CategoryTradeTax/ram:CategoryCode") if whole else ""
    return Adjustment(
        charge=f.text("ram:ChargeIndicator/udt:Indicator") in {"true", "1"}, amount=f.amount("ram:ActualAmount"),
        base=f.number("ram:BasisAmount"), percent=f.number("ram:CalculationPercent"), reason=f.text("ram:Reason"),
        reason_code=f.text("ram:ReasonCode"), category=category,
        rate=f.rate("ram:CategoryTradeTax/ram:RateApplicablePercent", category) if whole else None,
    )  # fmt: skip


def _vat(f: Fields) -> VatBreakdown:
    category = f.text("ram:CategoryCode")
    return VatBreakdown(
        said=True,
        category=category, rate=f.rate("ram:RateApplicablePercent", category), base=f.amount("ram:BasisAmount"),
        amount=f.amount("ram:CalculatedAmount"), reason=f.text("ram:ExemptionReason"),
        reason_code=f.text("ram:ExemptionReasonCode"),
    )  # fmt: skip


def _line(f: Fields) -> Line:
    product = f.part("ram:SpecifiedTradeProduct")
    agreement = f.part("ram:SpecifiedLineTradeAgreement")
    settlement = f.part("ram:SpecifiedLineTradeSettlement")
    quantity = "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"
    category = settlement.text("ram:ApplicableTradeTax/ram:CategoryCode")
    net = "ram:NetPriceProductTradePrice"
    gross = "ram:GrossPriceProductTradePrice"
    per = agreement.number(f"{net}/ram:BasisQuantity") or agreement.number(f"{gross}/ram:BasisQuantity")
    reduced = agreement.number(f"{gross}/ram:AppliedTradeAllowanceCharge/ram:ActualAmount")
    price = agreement.amount(f"{net}/ram:ChargeAmount")
    before = agreement.number(f"{gross}/ram:ChargeAmount")
    return Line(
        id=f.text("ram:AssociatedDocumentLineDocument/ram:LineID"), text=product.text("ram:Name"),
        description=product.text("ram:Description", lines=True),
        note=f.text("ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content", lines=True),
        net=settlement.amount("ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"),
        quantity=f.amount(quantity, 1), unit=f.attribute(quantity, "unitCode") or "C62", price=price,
        price_per=per or f.one_unit,
        list_price=before if reduced is not None or (before is not None and before != price) else None,
        adjustments=tuple(_adjustment(each) for each in settlement.all("ram:SpecifiedTradeAllowanceCharge")),
        category=category, rate=settlement.rate("ram:ApplicableTradeTax/ram:RateApplicablePercent", category),
        seller_item=product.text("ram:SellerAssignedID"), buyer_item=product.text("ram:BuyerAssignedID"),
        standard_item=product.id("ram:GlobalID"),
        classifications=tuple(
            Identifier(
                id=each.text("."), scheme=each.attribute(".", "listID"), version=each.attribute(".", "listVersionID")
            )
            for each in product.all("ram:DesignatedProductClassification/ram:ClassCode")
        ),
        origin=product.text("ram:OriginTradeCountry/ram:ID"),
        attributes=tuple(
            (each.text("ram:Description"), each.text("ram:Value"))
            for each in product.all("ram:ApplicableProductCharacteristic")
        ),
        order_line=agreement.text("ram:BuyerOrderReferencedDocument/ram:LineID"),
        buyer_account=settlement.text("ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID"),
        object=next((_object(each) for each in settlement.all("ram:AdditionalReferencedDocument")), None),
        period=_period(settlement),
    )  # fmt: skip
