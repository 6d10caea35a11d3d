"""Values of an e-invoice that our own checks look at, by their business terms, from UBL or CII."""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from billtext.rules.einvoice_checks import Field

if TYPE_CHECKING:
    from lxml.etree import XPath, _Element

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_CEFACT = "urn:un:unece:uncefact:data:standard:"
_SPACES = {
    "cac": f"{_UBL}CommonAggregateComponents-2", "cbc": f"{_UBL}CommonBasicComponents-2",
    "ram": f"{_CEFACT}ReusableAggregateBusinessInformationEntity:100", "rsm": f"{_CEFACT}CrossIndustryInvoice:100",
}  # fmt: skip


def _ubl_party(who: str, terms: tuple[str, str, str, str]) -> tuple[tuple[str, str], ...]:
    """Identifier, registration, VAT id and electronic address of a party."""
    party = f"cac:Accounting{who}Party/cac:Party"
    vat = "cac:PartyTaxScheme[normalize-space(cac:TaxScheme/cbc:ID)='VAT']/cbc:CompanyID"
    return tuple(zip(terms, (
        f"{party}/cac:PartyIdentification/cbc:ID", f"{party}/cac:PartyLegalEntity/cbc:CompanyID", f"{party}/{vat}",
        f"{party}/cbc:EndpointID",
    ), strict=True))  # fmt: skip


_SUPPLIER = "cac:AccountingSupplierParty/cac:Party"
_UBL_TERMS = (
    ("BT-1", "cbc:ID"), ("BT-115", "cac:LegalMonetaryTotal/cbc:PayableAmount"),
    ("BT-24", "cbc:CustomizationID"), ("BT-5", "cbc:DocumentCurrencyCode"), ("BT-6", "cbc:TaxCurrencyCode"),
    ("BT-10", "cbc:BuyerReference"), ("BT-22", "cbc:Note"),
    ("BT-13", "cac:OrderReference/cbc:ID"),
    *_ubl_party("Supplier", ("BT-29", "BT-30", "BT-31", "BT-34")),
    ("BT-32", f"{_SUPPLIER}/cac:PartyTaxScheme[normalize-space(cac:TaxScheme/cbc:ID)!='VAT']/cbc:CompanyID"),
    ("BT-40", f"{_SUPPLIER}/cac:PostalAddress/cac:Country/cbc:IdentificationCode"),
    *_ubl_party("Customer", ("BT-46", "BT-47", "BT-48", "BT-49")),
    ("BT-55", "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cac:Country/cbc:IdentificationCode"),
    ("BT-60", "cac:PayeeParty/cac:PartyIdentification/cbc:ID"),
    ("BT-61", "cac:PayeeParty/cac:PartyLegalEntity/cbc:CompanyID"),
    ("BT-63", "cac:TaxRepresentativeParty/cac:PartyTaxScheme/cbc:CompanyID"),
    ("BT-71", "cac:Delivery/cac:DeliveryLocation/cbc:ID"),
    ("BT-81", "cac:PaymentMeans/cbc:PaymentMeansCode"), ("BT-83", "cac:PaymentMeans/cbc:PaymentID"),
    ("BT-89", "cac:PaymentMeans/cac:PaymentMandate/cbc:ID"),
    ("BT-84", "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID"),
)  # fmt: skip

_TRADE = "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTrade"
_MEANS = f"{_TRADE}Settlement/ram:SpecifiedTradeSettlementPaymentMeans"


def _cii_party(place: str, terms: tuple[str, str, str, str]) -> tuple[tuple[str, str], ...]:
    identifier, registration, vat, endpoint = terms
    return (
        (identifier, f"{place}/ram:ID"), (identifier, f"{place}/ram:GlobalID"),
        (registration, f"{place}/ram:SpecifiedLegalOrganization/ram:ID"),
        (vat, f"{place}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']"),
        (endpoint, f"{place}/ram:URIUniversalCommunication/ram:URIID"),
    )  # fmt: skip


_SELLER = f"{_TRADE}Agreement/ram:SellerTradeParty"
_PAYEE = f"{_TRADE}Settlement/ram:PayeeTradeParty"
_CII_TERMS = (
    ("BT-1", "rsm:ExchangedDocument/ram:ID"),
    ("BT-115", f"{_TRADE}Settlement/ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:DuePayableAmount"),
    ("BT-24", "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"),
    ("BT-5", f"{_TRADE}Settlement/ram:InvoiceCurrencyCode"), ("BT-6", f"{_TRADE}Settlement/ram:TaxCurrencyCode"),
    ("BT-10", f"{_TRADE}Agreement/ram:BuyerReference"), ("BT-22", "rsm:ExchangedDocument/ram:IncludedNote/ram:Content"),
    ("BT-13", f"{_TRADE}Agreement/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID"),
    *_cii_party(_SELLER, ("BT-29", "BT-30", "BT-31", "BT-34")),
    ("BT-32", f"{_SELLER}/ram:SpecifiedTaxRegistration/ram:ID[@schemeID='FC']"),
    ("BT-40", f"{_SELLER}/ram:PostalTradeAddress/ram:CountryID"),
    *_cii_party(f"{_TRADE}Agreement/ram:BuyerTradeParty", ("BT-46", "BT-47", "BT-48", "BT-49")),
    ("BT-55", f"{_TRADE}Agreement/ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CountryID"),
    ("BT-60", f"{_PAYEE}/ram:ID"), ("BT-60", f"{_PAYEE}/ram:GlobalID"),
    ("BT-61", f"{_PAYEE}/ram:SpecifiedLegalOrganization/ram:ID"),
    ("BT-63", f"{_TRADE}Agreement/ram:SellerTaxRepresentativeTradeParty/ram:SpecifiedTaxRegistration/ram:ID"),
    ("BT-71", f"{_TRADE}Delivery/ram:ShipToTradeParty/ram:ID"),
    ("BT-71", f"{_TRADE}Delivery/ram:ShipToTradeParty/ram:GlobalID"),
    ("BT-81", f"{_MEANS}/ram:TypeCode"), ("BT-83", f"{_TRADE}Settlement/ram:PaymentReference"),
    ("BT-89", f"{_TRADE}Settlement/ram:SpecifiedTradePaymentTerms/ram:DirectDebitMandateID"),
    ("BT-84", f"{_MEANS}/ram:PayeePartyCreditorFinancialAccount/ram:IBANID"),
    ("BT-84", f"{_MEANS}/ram:PayeePartyCreditorFinancialAccount/ram:ProprietaryID"),
)  # fmt: skip


@cache
def _paths(cii: bool) -> "tuple[tuple[str, XPath], ...]":
    from lxml import etree

    return tuple((term, etree.XPath(path, namespaces=_SPACES)) for term, path in (_CII_TERMS if cii else _UBL_TERMS))


def fields(root: "_Element", kind: str) -> tuple[Field, ...]:
    """The values, without spaces around them; empty ones are left out.

    :param kind: name of the outermost element
    """
    return tuple(_found(root, kind == "CrossIndustryInvoice"))


def _found(root: "_Element", cii: bool) -> Iterator[Field]:
    for term, path in _paths(cii):
        elements: Any = path(root)
        for element in elements:
            value = (element.text or "").strip()
            if value:
                scheme = "IBAN" if element.tag.endswith("}IBANID") else element.get("schemeID") or ""
                yield Field(term=term, value=value, place=place(element), scheme=scheme)


# The total of VAT, by its steps from the outermost element; the only amount that may be in another currency.
_VAT_TOTALS = (
    ("TaxTotal", "TaxAmount"),
    ("SupplyChainTradeTransaction", "ApplicableHeaderTradeSettlement",
     "SpecifiedTradeSettlementHeaderMonetarySummation", "TaxTotalAmount"),
)  # fmt: skip


def foreign(root: "_Element", currency: str) -> Iterator[Field]:
    """The amounts that name another currency, as scheme; totals of VAT with the term BT-111."""
    for element in root.iter():
        named = (element.get("currencyID") or currency).strip()
        if named != currency:
            where = place(element)
            steps = tuple(step.partition("[")[0] for step in where.split("/")[1:])
            term = "BT-111" if steps in _VAT_TOTALS else ""
            yield Field(term=term, value=(element.text or "").strip(), place=where, scheme=named)


def place(element: "_Element") -> str:
    """Path of an element in names without prefixes; a number where others have the same name, or where it is a line."""
    from lxml import etree

    steps: list[str] = []
    at: _Element | None = element
    while at is not None:
        name = etree.QName(at).localname
        before = sum(1 for _ in at.itersiblings(at.tag, preceding=True))
        if before or next(at.itersiblings(at.tag), None) is not None:
            name = f"{name}[{before + 1}]"
        steps.append(name)
        at = at.getparent()
    return "/".join(reversed(steps))
