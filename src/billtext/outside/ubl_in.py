"""UBL 2.1 Invoice and CreditNote as a core invoice: the binding of EN 16931-3-2, read. Pure: a tree in, a value out."""

import base64
import binascii
import re
from typing import Any

from billtext.outside.einvoice_fields import Fields, account, dates_of
from billtext.rules.core_invoice import (
    CREDIT_NOTE,
    INVOICE,
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
    Payment,
    Totals,
    VatBreakdown,
)

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
SPACES = (("cac", f"{_UBL}CommonAggregateComponents-2"), ("cbc", f"{_UBL}CommonBasicComponents-2"))
ROOTS = {f"{{{_UBL}Invoice-2}}Invoice": INVOICE, f"{{{_UBL}CreditNote-2}}CreditNote": CREDIT_NOTE}
_OBJECT, _PROJECT = "130", "50"
_NOTE = re.compile(r"#([A-Z]{3})#(.*)", re.DOTALL)


def read(root: Any, name: str, seen: set[Any] | None = None) -> CoreInvoice:
    """The document of a tree whose root is one of `ROOTS`.

    :param name: of the file, for what is refused
    :param seen: gets each element whose text is read
    :raises Unreadable: something is missing or is not what it should be
    """
    kind = ROOTS[root.tag]
    f = Fields(root, SPACES, name, seen)
    credit = kind == CREDIT_NOTE
    currency = f.currency("cbc:DocumentCurrencyCode")
    home = f.text("cbc:TaxCurrencyCode")
    means = f.all("cac:PaymentMeans")
    lines = f.all("cac:CreditNoteLine" if credit else "cac:InvoiceLine")
    references = {
        "buyer-reference": f.text("cbc:BuyerReference"), "contract": f.text("cac:ContractDocumentReference/cbc:ID"),
        "order": f.text("cac:OrderReference/cbc:ID"), "sales-order": f.text("cac:OrderReference/cbc:SalesOrderID"),
        "receiving-advice": f.text("cac:ReceiptDocumentReference/cbc:ID"),
        "despatch-advice": f.text("cac:DespatchDocumentReference/cbc:ID"),
        "tender": f.text("cac:OriginatorDocumentReference/cbc:ID"), "buyer-account": f.text("cbc:AccountingCost"),
        "project": f.text("cac:ProjectReference/cbc:ID"),
    }  # fmt: skip
    if references["order"] == "NA" and references["sales-order"]:
        references["order"] = ""
    found: Identifier | None = None
    attachments = []
    for each in f.all("cac:AdditionalDocumentReference"):
        code = each.text("cbc:DocumentTypeCode")
        if code == _OBJECT:
            found = found or each.id("cbc:ID")
        elif code == _PROJECT and credit:
            references["project"] = each.text("cbc:ID")
        else:
            attachments.append(_attachment(each))
    totals = f.one("cac:LegalMonetaryTotal")
    taxes = f.all("cac:TaxTotal")
    own = [tax for tax in taxes if tax.attribute("cbc:TaxAmount", "currencyID") in {"", currency}]
    others = [tax for tax in taxes if tax.attribute("cbc:TaxAmount", "currencyID") not in {"", currency}]
    if home == currency:  # the second of two totals in one currency
        own, others = own[:1], own[1:]
    owners = (*_identifiers(f, "cac:PayeeParty"), *_identifiers(f, "cac:AccountingSupplierParty/cac:Party"))
    creditor = next((each.id for each in owners if each.scheme == "SEPA"), "")
    return CoreInvoice(
        kind=kind, number=f.needed("cbc:ID"), date=f.day("cbc:IssueDate"), currency=currency,
        type_code=f.text("cbc:CreditNoteTypeCode" if credit else "cbc:InvoiceTypeCode"),
        seller=_party(f.one("cac:AccountingSupplierParty/cac:Party"), seller=True),
        buyer=_party(f.one("cac:AccountingCustomerParty/cac:Party")),
        due=f.date("cac:PaymentMeans/cbc:PaymentDueDate" if credit else "cbc:DueDate"),
        home_currency=home or currency, terms=f.text("cac:PaymentTerms/cbc:Note", lines=True),
        notes=tuple(_note(text) for text in f.texts("cbc:Note")),
        preceding=tuple(
            (each.needed("cbc:ID"), each.date("cbc:IssueDate"))
            for each in f.all("cac:BillingReference/cac:InvoiceDocumentReference")
        ),
        references={key: text for key, text in references.items() if text}, object=found,
        tax_point=f.date("cbc:TaxPointDate"), tax_point_code=f.text("cac:InvoicePeriod/cbc:DescriptionCode"),
        delivery=_delivery(f), payee=_payee(f), representative=_representative(f),
        payment=_payment(means, creditor),
        adjustments=tuple(_adjustment(each, whole=True) for each in f.all("cac:AllowanceCharge")),
        lines=tuple(_line(each, credit) for each in lines),
        vat=tuple(_vat(each) for tax in own[:1] for each in tax.all("cac:TaxSubtotal")),
        totals=Totals(
            lines=totals.amount("cbc:LineExtensionAmount"), allowances=totals.amount("cbc:AllowanceTotalAmount"),
            charges=totals.amount("cbc:ChargeTotalAmount"), net=totals.amount("cbc:TaxExclusiveAmount"),
            vat=own[0].amount("cbc:TaxAmount") if own else totals.amount("cbc:None"),
            home_vat=others[0].number("cbc:TaxAmount") if others and home else None,
            gross=totals.amount("cbc:TaxInclusiveAmount"), prepaid=totals.amount("cbc:PrepaidAmount"),
            rounding=totals.amount("cbc:PayableRoundingAmount"), payable=totals.amount("cbc:PayableAmount"),
        ),
        attachments=tuple(attachments),
    )  # fmt: skip


def _note(text: str) -> tuple[str, str]:
    found = _NOTE.fullmatch(text)
    return (found[1], found[2].strip()) if found else ("", text)


def _identifiers(f: Fields, path: str) -> list[Identifier]:
    return [found for each in f.all(f"{path}/cac:PartyIdentification") if (found := each.id("cbc:ID"))]


def _attachment(f: Fields) -> Attachment:
    data = f.text("cac:Attachment/cbc:EmbeddedDocumentBinaryObject")
    return attachment(
        f, id=f.text("cbc:ID"), description=f.text("cbc:DocumentDescription"), data=data,
        mime=f.attribute("cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "mimeCode"),
        filename=f.attribute("cac:Attachment/cbc:EmbeddedDocumentBinaryObject", "filename"),
        url=f.text("cac:Attachment/cac:ExternalReference/cbc:URI"),
    )  # fmt: skip


def attachment(f: Fields, *, id: str, description: str, data: str, mime: str, filename: str, url: str) -> Attachment:  # noqa: A002
    """An attachment whose content is base64 text, or empty.

    :raises Unreadable: the text is no base64
    """
    content = None
    if data:
        try:
            content = base64.b64decode("".join(data.split()), validate=True)
        except (binascii.Error, ValueError):
            raise f.wrong(f"the attachment {id!r} is not base64") from None
    return Attachment(id=id, description=description, filename=filename, mime=mime, content=content, url=url)


def _address(f: Fields) -> Address:
    return Address(
        lines=tuple(filter(None, (
            f.text("cbc:StreetName"), f.text("cbc:AdditionalStreetName"), f.text("cac:AddressLine/cbc:Line"),
        ))),
        postal_code=f.text("cbc:PostalZone"), city=f.text("cbc:CityName"), region=f.text("cbc:CountrySubentity"),
        country=f.text("cac:Country/cbc:IdentificationCode"),
    )  # fmt: skip


def _party(f: Fields, *, seller: bool = False) -> Party:
    legal, trading = f.text("cac:PartyLegalEntity/cbc:RegistrationName"), f.text("cac:PartyName/cbc:Name")
    taxes = f.all("cac:PartyTaxScheme")
    vat = (each.text("cbc:CompanyID") for each in taxes if each.text("cac:TaxScheme/cbc:ID") == "VAT")
    others = (each.text("cbc:CompanyID") for each in taxes if each.text("cac:TaxScheme/cbc:ID") != "VAT")
    return Party(
        name=legal or trading, trading_name=trading if legal else "",
        identifiers=tuple(each for each in _identifiers(f, ".") if each.scheme != "SEPA"),
        org_number=f.id("cac:PartyLegalEntity/cbc:CompanyID"), vat_number=next(vat, ""),
        tax_registration=next(others, "") if seller else "",
        legal_form=f.text("cac:PartyLegalEntity/cbc:CompanyLegalForm") if seller else "",
        endpoint=f.id("cbc:EndpointID"), address=_address(f.part("cac:PostalAddress")),
        contact=Contact(
            name=f.text("cac:Contact/cbc:Name"), phone=f.text("cac:Contact/cbc:Telephone"),
            email=f.text("cac:Contact/cbc:ElectronicMail"),
        ),
    )  # fmt: skip


def _payee(f: Fields) -> Party | None:
    if not f.all("cac:PayeeParty"):
        return None
    payee = f.part("cac:PayeeParty")
    return Party(
        name=payee.text("cac:PartyName/cbc:Name"),
        identifiers=tuple(each for each in _identifiers(payee, ".") if each.scheme != "SEPA"),
        org_number=payee.id("cac:PartyLegalEntity/cbc:CompanyID"),
    )  # fmt: skip


def _representative(f: Fields) -> Party | None:
    if not f.all("cac:TaxRepresentativeParty"):
        return None
    party = f.part("cac:TaxRepresentativeParty")
    return Party(
        name=party.text("cac:PartyName/cbc:Name"), vat_number=party.text("cac:PartyTaxScheme/cbc:CompanyID"),
        address=_address(party.part("cac:PostalAddress")),
    )  # fmt: skip


def _delivery(f: Fields) -> Delivery:
    return Delivery(
        date=f.date("cac:Delivery/cbc:ActualDeliveryDate"), period=_period(f),
        name=f.text("cac:Delivery/cac:DeliveryParty/cac:PartyName/cbc:Name"),
        location=f.id("cac:Delivery/cac:DeliveryLocation/cbc:ID"),
        address=_address(f.part("cac:Delivery/cac:DeliveryLocation/cac:Address")),
    )  # fmt: skip


def _period(f: Fields) -> Any:
    return dates_of(f.date("cac:InvoicePeriod/cbc:StartDate"), f.date("cac:InvoicePeriod/cbc:EndDate"))


def _payment(means: list[Fields], creditor: str) -> Payment:
    if not means:
        return Payment()
    f = means[0]
    accounts: list[Account] = []
    for each in means:
        found = account(
            each.text("cac:PayeeFinancialAccount/cbc:ID"), each.text("cac:PayeeFinancialAccount/cbc:Name"),
            each.text("cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID"),
        )  # fmt: skip
        if found is not None:
            accounts.append(found)
    card = f.text("cac:CardAccount/cbc:PrimaryAccountNumberID")
    debit = (
        f.text("cac:PaymentMandate/cbc:ID"), creditor, f.text("cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID")
    )  # fmt: skip
    return Payment(
        code=f.text("cbc:PaymentMeansCode"), text=f.attribute("cbc:PaymentMeansCode", "name"),
        reference=next((text for each in means if (text := each.text("cbc:PaymentID"))), ""), accounts=tuple(accounts),
        card=(card, f.text("cac:CardAccount/cbc:HolderName")) if card else None, mandate=debit if any(debit) else None,
    )  # fmt: skip


def _adjustment(f: Fields, *, whole: bool = False) -> Adjustment:
    category = f.text("cac:TaxCategory/cbc:ID") if whole else ""
    return Adjustment(
        charge=f.text("cbc:ChargeIndicator") in {"true", "1"}, amount=f.amount("cbc:Amount"),
        base=f.number("cbc:BaseAmount"), percent=f.number("cbc:MultiplierFactorNumeric"),
        reason=f.text("cbc:AllowanceChargeReason"), reason_code=f.text("cbc:AllowanceChargeReasonCode"),
        category=category, rate=f.rate("cac:TaxCategory/cbc:Percent", category) if whole else None,
    )  # fmt: skip


def _vat(f: Fields) -> VatBreakdown:
    category = f.text("cac:TaxCategory/cbc:ID")
    return VatBreakdown(
        said=True,
        category=category, rate=f.rate("cac:TaxCategory/cbc:Percent", category), base=f.amount("cbc:TaxableAmount"),
        amount=f.amount("cbc:TaxAmount"), reason=f.text("cac:TaxCategory/cbc:TaxExemptionReason"),
        reason_code=f.text("cac:TaxCategory/cbc:TaxExemptionReasonCode"),
    )  # fmt: skip


def _line(f: Fields, credit: bool) -> Line:
    quantity = "cbc:CreditedQuantity" if credit else "cbc:InvoicedQuantity"
    item = f.part("cac:Item")
    category = item.text("cac:ClassifiedTaxCategory/cbc:ID")
    price = f.amount("cac:Price/cbc:PriceAmount")
    off = f.number("cac:Price/cac:AllowanceCharge/cbc:Amount")
    before = f.number("cac:Price/cac:AllowanceCharge/cbc:BaseAmount")
    return Line(
        id=f.text("cbc:ID"), text=item.text("cbc:Name"), description=item.text("cbc:Description", lines=True),
        note=f.text("cbc:Note", lines=True), net=f.amount("cbc:LineExtensionAmount"),
        quantity=f.amount(quantity, 1), unit=f.attribute(quantity, "unitCode") or "C62", price=price,
        price_per=f.amount("cac:Price/cbc:BaseQuantity", 1) or f.one_unit,
        list_price=before if before is not None else None if off is None else price + off,
        adjustments=tuple(_adjustment(each) for each in f.all("cac:AllowanceCharge")),
        category=category, rate=item.rate("cac:ClassifiedTaxCategory/cbc:Percent", category),
        seller_item=item.text("cac:SellersItemIdentification/cbc:ID"),
        buyer_item=item.text("cac:BuyersItemIdentification/cbc:ID"),
        standard_item=item.id("cac:StandardItemIdentification/cbc:ID"),
        classifications=tuple(
            Identifier(
                id=each.text("."), scheme=each.attribute(".", "listID"), version=each.attribute(".", "listVersionID")
            )
            for each in item.all("cac:CommodityClassification/cbc:ItemClassificationCode")
        ),
        origin=item.text("cac:OriginCountry/cbc:IdentificationCode"),
        attributes=tuple(
            (each.text("cbc:Name"), each.text("cbc:Value")) for each in item.all("cac:AdditionalItemProperty")
        ),
        order_line=f.text("cac:OrderLineReference/cbc:LineID"), buyer_account=f.text("cbc:AccountingCost"),
        object=next((
            each.id("cbc:ID") for each in f.all("cac:DocumentReference")
            if each.text("cbc:DocumentTypeCode") in {_OBJECT, ""}
        ), None),
        period=_period(f),
    )  # fmt: skip
