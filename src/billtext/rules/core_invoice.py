"""The core invoice: an invoice, credit note or quote as EN 16931-1 sees it, and as every form of it shows it.

PDF, HTML, Markdown, JSON, UBL and CII are all written from this one value, and other systems' e-invoices are read into
it, so that no two forms can disagree. Each field names its business term (BT) or group (BG) of EN 16931-1:2017.
Amounts are in the invoice's currency and, on a credit note, positive as what is credited, as the standard has them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from billtext.model import Date
from billtext.money import ZERO

INVOICE, CREDIT_NOTE, QUOTE = "invoice", "credit-note", "quote"
# BT-3, UNTDID 1001. A quote is no invoice: it has no e-invoice.
DEBITS = frozenset({"49", "59"})  # direct debit, SEPA direct debit (UNTDID 4461)
_CARDS = frozenset({"48", "54", "55"})  # bank card, credit card, debit card
TYPE_CODES = {INVOICE: "380", CREDIT_NOTE: "381"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """An identifier with its scheme: ISO 6523 for parties and locations, else as the term says; empty for none.

    :param version: of the scheme, of a classification (BT-158-2)
    """

    id: str
    scheme: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address (BG-5, BG-8, BG-12, BG-15).

    :param lines: up to three (BT-35, BT-36, BT-162)
    :param region: country subdivision (BT-39)
    :param country: ISO 3166-1 alpha-2, or empty
    """

    lines: tuple[str, ...] = ()
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ask (BG-6, BG-9)."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Seller (BG-4), buyer (BG-7), payee (BG-10) or tax representative (BG-11).

    :param id: of the customer in our register; empty for others
    :param trading_name: BT-28, BT-45
    :param identifiers: BT-29, BT-46, BT-60
    :param org_number: legal registration (BT-30, BT-47, BT-61)
    :param vat_number: BT-31, BT-48, BT-63
    :param tax_registration: another registration for taxes (BT-32); in Norway the text `Foretaksregisteret`
    :param legal_form: additional legal information (BT-33)
    :param endpoint: electronic address (BT-34, BT-49), its scheme of the EAS list
    :param kind: company, person, public or guest; empty where it is not known
    """

    name: str
    id: str = ""
    trading_name: str = ""
    identifiers: tuple[Identifier, ...] = ()
    org_number: Identifier | None = None
    vat_number: str = ""
    tax_registration: str = ""
    legal_form: str = ""
    endpoint: Identifier | None = None
    address: Address = Address()
    contact: Contact = Contact()
    website: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A bank account to pay to (BG-17).

    :param number: a domestic account number, or empty
    :param name: of the account (BT-85)
    """

    iban: str = ""
    number: str = ""
    bic: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How to pay (BG-16).

    :param code: payment means (BT-81, UNTDID 4461): 30 credit transfer, 58 SEPA credit transfer, 48 card, 10 cash …
    :param text: of the means (BT-82)
    :param reference: remittance information (BT-83): the KID or the creditor reference
    :param card: last digits of a card, and its holder (BG-18)
    :param mandate: of a direct debit: mandate reference, creditor id and debited account (BT-89, BT-90, BT-91)
    """

    code: str = "30"
    text: str = ""
    reference: str = ""
    accounts: tuple[Account, ...] = ()
    card: tuple[str, str] | None = None
    mandate: tuple[str, str, str] | None = None

    @property
    def debited(self) -> bool:
        """Whether the seller collects by a direct debit that the buyer has agreed to: nothing is to be transferred."""
        return self.code in DEBITS

    @property
    def by_card(self) -> bool:
        """Whether a card is charged: nothing is to be transferred."""
        return self.code in _CARDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """An allowance or a charge, of a line (BG-27, BG-28) or of the whole (BG-20, BG-21).

    :param charge: whether it makes dearer
    :param amount: from 0 up
    :param base: of which `percent` is taken (BT-93), or None
    :param percent: or None
    :param reason_code: UNTDID 5189 for an allowance, 7161 for a charge, or empty
    :param category: VAT category of one of the whole, and `rate` its percent
    :param code: VAT code of our register, or empty
    :param deducts: number of the invoice of a deposit that it takes off, or empty
    """

    charge: bool
    amount: Decimal
    base: Decimal | None = None
    percent: Decimal | None = None
    reason: str = ""
    reason_code: str = ""
    category: str = ""
    rate: Decimal | None = None
    code: str = ""
    deducts: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line (BG-25).

    :param id: its number on the document (BT-126)
    :param text: name of the item (BT-153)
    :param description: BT-154
    :param note: BT-127
    :param quantity: BT-129; negative where it takes something back
    :param unit: UN/ECE Rec 20 (BT-130)
    :param price: net price for `price_per` units, never negative (BT-146), `price_per` its base (BT-149)
    :param list_price: price before `price` was reduced (BT-148), or None
    :param net: BT-131, after `adjustments`
    :param discount: percent of a discount that the ledger states, for the forms that people read; 0 for none
    :param category: VAT category (BT-151), and `rate` its percent (BT-152), None outside the scope of VAT
    :param code: VAT code of our register, or empty
    :param seller_item: BT-155; `buyer_item` BT-156; `standard_item` BT-157 with its ISO 6523 scheme
    :param classifications: BT-158, with their UNTDID 7143 lists
    :param origin: country of origin (BT-159)
    :param attributes: BG-32
    :param order_line: BT-132
    :param buyer_account: BT-133
    :param object: BT-128
    :param period: BG-26, either end may be None
    :param optional: of a quote: it is offered besides and not in the totals
    """

    id: str
    text: str
    net: Decimal
    quantity: Decimal = Decimal(1)
    unit: str = "C62"
    price: Decimal = ZERO
    price_per: Decimal = Decimal(1)
    list_price: Decimal | None = None
    discount: Decimal = ZERO
    adjustments: tuple[Adjustment, ...] = ()
    category: str = "S"
    rate: Decimal | None = None
    code: str = ""
    description: str = ""
    note: str = ""
    seller_item: str = ""
    buyer_item: str = ""
    standard_item: Identifier | None = None
    classifications: tuple[Identifier, ...] = ()
    origin: str = ""
    attributes: tuple[tuple[str, str], ...] = ()
    order_line: str = ""
    buyer_account: str = ""
    object: Identifier | None = None
    period: tuple[Date | None, Date | None] | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VatBreakdown:
    """VAT of one category and rate (BG-23).

    :param rate: percent (BT-119), None outside the scope of VAT
    :param reason: why there is none (BT-120), and `reason_code` its VATEX code (BT-121)
    :param codes: VAT codes of our register that are in it
    :param said: whether the document itself says why, to the letter
    """

    category: str
    rate: Decimal | None
    base: Decimal
    amount: Decimal
    reason: str = ""
    reason_code: str = ""
    codes: tuple[str, ...] = ()
    said: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """A part of the amount with its own due date; `name` such as `2026-0012/2`."""

    name: str
    due: Date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class CashDiscount:
    """What is taken off for who pays all of it until a day, the last one included; part of the terms (BT-20)."""

    percent: Decimal
    amount: Decimal
    until: Date


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A supporting document (BG-24).

    :param id: BT-122
    :param content: its bytes, or None where it lies at `url`
    """

    id: str
    description: str = ""
    filename: str = ""
    mime: str = ""
    content: bytes | None = field(default=None, repr=False)
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """When and where it was delivered (BG-13, BG-14); `period` may have one end only."""

    date: Date | None = None
    period: tuple[Date | None, Date | None] | None = None
    name: str = ""
    location: Identifier | None = None
    address: Address = Address()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums of the whole document (BG-22).

    :param lines: sum of the lines' nets (BT-106)
    :param allowances: of the whole (BT-107), and `charges` (BT-108)
    :param net: without VAT (BT-109)
    :param vat: BT-110
    :param home_vat: VAT in the seller's currency (BT-111), or None where that is the document's
    :param gross: with VAT (BT-112)
    :param prepaid: paid before or with it (BT-113)
    :param rounding: BT-114
    :param payable: BT-115
    """

    lines: Decimal
    allowances: Decimal
    charges: Decimal
    net: Decimal
    vat: Decimal
    gross: Decimal
    home_vat: Decimal | None = None
    prepaid: Decimal = ZERO
    rounding: Decimal = ZERO
    payable: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreInvoice:
    """An invoice, credit note or quote.

    :param kind: `invoice`, `credit-note` or `quote`
    :param type_code: BT-3 (UNTDID 1001)
    :param title: the transaction's narration
    :param due: BT-9; the last one where there are `instalments`; None for none
    :param valid_until: of a quote
    :param home_currency: the seller's (BT-6)
    :param exchange_rate: home currency for one of `currency`; None where they are the same
    :param language: code of the reader's language
    :param preceding: numbers and dates of the documents that it corrects (BG-3)
    :param reason: why a credit note was written
    :param terms: payment terms in words (BT-20)
    :param cash_discount: of terms that have no words of their own
    :param notes: subject code (BT-21, may be empty) and text (BT-22)
    :param references: BT-10 to BT-19 by their keys in the ledger language, see `REFERENCES`
    :param object: invoiced object (BT-18)
    :param tax_point: BT-7, and `tax_point_code` BT-8
    """

    kind: str
    number: str
    date: Date
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    vat: tuple[VatBreakdown, ...]
    totals: Totals
    type_code: str = "380"
    title: str = ""
    due: Date | None = None
    valid_until: Date | None = None
    home_currency: str = ""
    exchange_rate: Decimal | None = None
    language: str = "en"
    preceding: tuple[tuple[str, Date | None], ...] = ()
    reason: str = ""
    terms: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    object: Identifier | None = None
    tax_point: Date | None = None
    tax_point_code: str = ""
    delivery: Delivery = Delivery()
    payee: Party | None = None
    representative: Party | None = None
    payment: Payment = Payment()
    adjustments: tuple[Adjustment, ...] = ()
    instalments: tuple[Instalment, ...] = ()
    cash_discount: CashDiscount | None = None
    attachments: tuple[Attachment, ...] = ()


# Keys of a document in the ledger, and their business terms.
REFERENCES = {
    "buyer-reference": "BT-10",
    "project": "BT-11",
    "contract": "BT-12",
    "order": "BT-13",
    "sales-order": "BT-14",
    "receiving-advice": "BT-15",
    "despatch-advice": "BT-16",
    "tender": "BT-17",
    "buyer-account": "BT-19",
}
