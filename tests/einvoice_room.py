"""Documents that use every feature of an e-invoice, by name; their sums are made here, apart from the program's."""

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from billtext.model import Date
from billtext.rules.core_invoice import (
    Account,
    Address,
    Adjustment,
    Attachment,
    Contact,
    CoreInvoice,
    Delivery,
    Identifier,
    Instalment,
    Line,
    Party,
    Payment,
    Totals,
    VatBreakdown,
)

D = Decimal
CENT = D("0.01")
WHY = {"E": "Exempt", "AE": "Reverse charge", "K": "Intra-Community supply", "G": "Export", "O": "Not subject to VAT"}
CODES = {"AE": "VATEX-EU-AE", "K": "VATEX-EU-IC", "G": "VATEX-EU-G", "O": "VATEX-EU-O"}
KID = "12345678" + "2"  # the MOD10 vector of the Norwegian facts

SELLER = Party(
    name="Fjordlys Elektro AS", org_number=Identifier(id="310000019", scheme="0192"), vat_number="NO310000019MVA",
    tax_registration="Foretaksregisteret", endpoint=Identifier(id="310000019", scheme="0192"),
    address=Address(lines=("Kaigata 4",), postal_code="5003", city="Bergen", country="NO"),
    contact=Contact(name="Kari Moe", phone="+47 55 00 00 00", email="faktura@fjordlys.example"),
)  # fmt: skip
BUYER = Party(
    name="Nordlys Interiør AS", org_number=Identifier(id="310000205", scheme="0192"),
    endpoint=Identifier(id="310000205", scheme="0192"),
    address=Address(lines=("Storgata 1",), postal_code="9008", city="Tromsø", country="NO"),
)  # fmt: skip
GERMAN = Party(
    name="Lampen GmbH", vat_number="DE136695976", endpoint=Identifier(id="DE136695976", scheme="9930"),
    address=Address(lines=("Kaiserstr. 2", "Hof"), postal_code="10115", city="Berlin", region="BE", country="DE"),
)  # fmt: skip
DUTCH = Party(
    name="Licht BV", vat_number="NL004495445B01", org_number=Identifier(id="27375186", scheme="0106"),
    endpoint=Identifier(id="27375186", scheme="0106"), address=Address(city="Utrecht", country="NL"),
)  # fmt: skip
PAY = Payment(code="30", reference=KID, accounts=(Account(iban="NO9386011117947", bic="DNBANOKK", name="Drift"),))


def cents(number: Decimal) -> Decimal:
    """Rounded to two decimals, half away from zero."""
    return number.quantize(CENT, ROUND_HALF_UP)


def line(price: str = "100.00", quantity: str = "1", rate: str | None = "25", category: str = "S", **more: Any) -> Line:
    """A line whose net is worked out from quantity, price and what is taken off or put on."""
    adjustments = more.get("adjustments", ())
    net = cents(D(quantity) * D(price) / more.get("price_per", D(1)))
    net += sum(((each.amount if each.charge else -each.amount) for each in adjustments), D(0))
    return Line(
        id="1", text=more.pop("text", "Work"), net=net, quantity=D(quantity), price=D(price),
        rate=None if rate is None else D(rate), category=category, **more,
    )  # fmt: skip


def off(amount: str, reason: str = "Discount", **more: Any) -> Adjustment:
    """An allowance."""
    return Adjustment(charge=False, amount=D(amount), reason=reason, **more)


def on(amount: str, reason: str = "Freight", **more: Any) -> Adjustment:
    """A charge."""
    return Adjustment(charge=True, amount=D(amount), reason=reason, **more)


def whole(made: Callable[..., Adjustment], amount: str, category: str = "S", rate: str | None = "25", **more: Any) -> Adjustment:  # fmt: skip  # noqa: E501
    """An allowance or charge of the whole document."""
    return made(amount, category=category, rate=None if rate is None else D(rate), **more)


def invoice(*lines: Line, prepaid: str = "0", rounding: str = "0", home: str = "", **more: Any) -> CoreInvoice:
    """An invoice of some lines, its sums worked out as EN 16931 says (BR-CO-10 to BR-CO-17).

    :param home: rate of the seller's currency, kroner, for one of the document's
    """
    adjustments = more.get("adjustments", ())
    bases: dict[tuple[str, Decimal | None], Decimal] = {}
    for each in lines:
        bases[each.category, each.rate] = bases.get((each.category, each.rate), D(0)) + each.net
    for part in adjustments:
        signed = part.amount if part.charge else -part.amount
        bases[part.category, part.rate] = bases.get((part.category, part.rate), D(0)) + signed
    vat = tuple(
        VatBreakdown(
            category=category, rate=rate, base=base, amount=cents(base * (rate or D(0)) / 100),
            reason=WHY.get(category, ""), reason_code=CODES.get(category, ""),
        )
        for (category, rate), base in bases.items()
    )  # fmt: skip
    tax, nets = sum((v.amount for v in vat), D(0)), sum((each.net for each in lines), D(0))
    less = sum((a.amount for a in adjustments if not a.charge), D(0))
    dear = sum((a.amount for a in adjustments if a.charge), D(0))
    net = nets - less + dear
    totals = Totals(
        lines=nets, allowances=less, charges=dear, net=net, vat=tax, gross=net + tax, prepaid=D(prepaid),
        rounding=D(rounding), home_vat=cents(tax * D(home)) if home else None,
        payable=net + tax - D(prepaid) + D(rounding),
    )  # fmt: skip
    values: dict[str, Any] = {
        "kind": "invoice", "number": "2026-0001", "date": Date(2026, 11, 25), "currency": "NOK", "seller": SELLER,
        "buyer": BUYER, "due": Date(2026, 12, 9), "home_currency": "NOK", "payment": PAY,
        "references": {"order": "PO 4711"}, "exchange_rate": D(home) if home else None, **more,
    }  # fmt: skip
    numbered = tuple(replace(each, id=str(n)) for n, each in enumerate(lines, 1))
    return CoreInvoice(lines=numbered, vat=vat, totals=totals, **values)


def credit(*lines: Line, **more: Any) -> CoreInvoice:
    """A credit note."""
    return invoice(*lines, **{
        "kind": "credit-note", "type_code": "381", "number": "K2026-0001", "due": None, "reason": "Wrong price",
        "preceding": (("2026-0001", Date(2026, 11, 1)),), "payment": Payment(), **more,
    })  # fmt: skip


EURO = {"currency": "EUR", "home": "11.3790", "buyer": GERMAN,
        "payment": Payment(code="58", reference="RF18539007547034",
                           accounts=(Account(iban="NO9386011117947", bic="DNBANOKK"),))}  # fmt: skip
# Sent to Germany from the Netherlands, as an EU supply goes.
WITHIN = {"seller": DUTCH, "buyer": GERMAN, "currency": "EUR", "home_currency": "EUR",
          "payment": Payment(code="58", accounts=(Account(iban="NL91ABNA0417164300"),))}  # fmt: skip
ARRIVED = Delivery(date=Date(2026, 11, 20), address=Address(city="Berlin", postal_code="10115", country="DE"))


def party(who: Party, country: str, vat: str) -> Party:
    """A party of another country, without a number that only its own has."""
    return replace(
        who, vat_number=vat, org_number=None, tax_registration="", endpoint=Identifier(id="a@b.example", scheme="EM"),
        address=Address(city="Town", country=country),
    )  # fmt: skip


def attached(mime: str, name: str) -> CoreInvoice:
    """With an attachment."""
    file = Attachment(id="1", description="Timesheet", filename=name, mime=mime, content=bytes(range(256)) * 9)
    return invoice(line(), attachments=(file,))


DOCUMENTS: dict[str, CoreInvoice] = {
    # VAT categories
    "standard rate": invoice(line("940.00", "11", unit="HUR")),
    "two standard rates": invoice(line(), line("40.00", "3", rate="15")),
    "four rates": invoice(line(), line(rate="15"), line(rate="12"), line(rate="11.11")),
    "zero rated": invoice(line(rate="0", category="Z", text="Newspaper")),
    "exempt": invoice(line(rate="0", category="E", text="Course")),
    "exempt beside standard": invoice(line(), line("250.00", rate="0", category="E")),
    "zero rated beside standard": invoice(line(), line("17.35", "3", rate="0", category="Z")),
    "reverse charge": invoice(line(rate="0", category="AE"), buyer=replace(BUYER, vat_number="NO310000205MVA")),
    "reverse charge by org number": invoice(line(rate="0", category="AE")),
    "export": invoice(line(rate="0", category="G"), buyer=GERMAN),
    "export in euro": invoice(line("99.90", "7", rate="0", category="G"), **EURO),
    "within the union": invoice(line(rate="0", category="K"), delivery=ARRIVED, **WITHIN),
    "outside the scope": invoice(line(rate=None, category="O", text="Reminder fee")),
    "outside the scope, allowance": invoice(
        line(rate=None, category="O"), adjustments=(whole(off, "10.00", "O", None),)
    ),
    "Canary Islands": invoice(
        line(rate="7", category="L"), seller=party(SELLER, "ES", "ESB58378431"), buyer=party(BUYER, "ES", "")
    ),
    "Ceuta and Melilla": invoice(
        line(rate="4", category="M"), seller=party(SELLER, "ES", "ESB58378431"), buyer=party(BUYER, "ES", "")
    ),
    "split payment in Italy": invoice(
        line(rate="22", category="B"), seller=party(SELLER, "IT", "IT00743110157"),
        buyer=party(BUYER, "IT", "IT00743110157"),
    ),
    # allowances and charges of lines
    "line discount in percent": invoice(
        line("940.00", "11", adjustments=(off("1034.00", base=D("10340.00"), percent=D(10), reason_code="95"),))
    ),
    "line discount of an amount": invoice(line(adjustments=(off("12.34", "Late delivery"),))),
    "line discount, both": invoice(
        line(adjustments=(off("10.00", base=D("100.00"), percent=D(10)), off("5.00", "Loyalty")))
    ),
    "line charge": invoice(line(adjustments=(on("15.00", "Packing", reason_code="PC"),))),
    "line charge and discount": invoice(line(adjustments=(on("15.00"), off("3.00")))),
    "line given away": invoice(line(), line(adjustments=(off("100.00", base=D("100.00"), percent=D(100)),))),
    # of the whole
    "document allowance": invoice(line("1000.00"), adjustments=(whole(off, "50.00", reason_code="95"),)),
    "document allowance in percent": invoice(
        line("1000.00"), adjustments=(whole(off, "50.00", base=D("1000.00"), percent=D(5)),)
    ),
    "document charge": invoice(line("1000.00"), adjustments=(whole(on, "80.00", reason_code="FC"),)),
    "document allowance and charge at two rates": invoice(
        line("1000.00"), line("500.00", rate="15"),
        adjustments=(whole(off, "50.00"), whole(on, "80.00", rate="15"), whole(off, "0.01", rate="15")),
    ),
    "charge at a rate of its own": invoice(line(), adjustments=(whole(on, "20.00", "Z", "0"),)),
    # lines
    "price for a hundred": invoice(line("12.50", "250", price_per=D(100), unit="H87")),
    "price with four decimals": invoice(line("0.0375", "10000", unit="KWH")),
    "list price": invoice(line("80.00", "2", list_price=D("100.00"))),
    "quantity with decimals": invoice(line("940.00", "7.25", unit="HUR")),
    "taken back on an invoice": invoice(line("100.00", "5"), line("20.00", "-2", text="Crate")),
    "nothing to pay for": invoice(line("0.00"), line()),
    "items' numbers": invoice(
        line(seller_item="CABLE", buyer_item="4711", standard_item=Identifier(id="7039010000015", scheme="0160"))
    ),
    "classification": invoice(
        line(classifications=(Identifier(id="39121000", scheme="TST"), Identifier(id="31000000-6", scheme="STI")))
    ),
    "attributes and origin": invoice(line(attributes=(("Colour", "blue"), ("Length", "3 m")), origin="DE")),
    "line references": invoice(
        line(order_line="3", buyer_account="6540", object=Identifier(id="meter 7", scheme="MG"), note="Two\nlines")
    ),
    "line period": invoice(line(period=(Date(2026, 10, 1), Date(2026, 10, 31)))),
    "line period without end": invoice(line(period=(Date(2026, 10, 1), None))),
    "description": invoice(line(description="With\nmany\nlines")),
    "sixty lines": invoice(*(line(f"{n}.99", str(n), text=f"Thing {n}") for n in range(1, 61))),
    # references
    "buyer reference": invoice(line(), references={"buyer-reference": "TD-310"}),
    "every reference": invoice(line(), object=Identifier(id="meter 9", scheme="MG"), references={
        "buyer-reference": "TD-310", "project": "P 12", "contract": "K-7", "order": "PO 4711", "sales-order": "SO 9",
        "receiving-advice": "R 1", "despatch-advice": "D 1", "tender": "T 1", "buyer-account": "6540",
    }),
    "sales order alone": invoice(line(), references={"sales-order": "SO 9", "buyer-reference": "TD-310"}),
    "notes": invoice(line(), notes=(("AAI", "Old batteries were taken back."), ("", "Thank you"))),
    "corrects another": invoice(line(), type_code="384", preceding=(("2025-0001", Date(2025, 11, 1)), ("x", None))),
    # delivery
    "delivery": invoice(line(), delivery=Delivery(
        date=Date(2026, 11, 20), name="Site 4", location=Identifier(id="7300010000001", scheme="0088"),
        address=Address(lines=("Gate 1", "Hall", "Floor 3"), postal_code="0150", city="Oslo", country="NO"),
    )),
    "period": invoice(line(), delivery=Delivery(period=(Date(2026, 10, 1), Date(2026, 10, 31)))),
    "period with a start only": invoice(line(), delivery=Delivery(period=(Date(2026, 10, 1), None))),
    "tax point": invoice(line(), tax_point=Date(2026, 11, 20)),
    "tax point code": invoice(line(), tax_point_code="35"),
    # payment
    "instalments": invoice(line("1000.00"), due=Date(2027, 1, 9), instalments=(
        Instalment(name="2026-0001/1", due=Date(2026, 12, 9), amount=D("625.00")),
        Instalment(name="2026-0001/2", due=Date(2027, 1, 9), amount=D("625.00")),
    )),
    "prepaid": invoice(line("1000.00"), prepaid="250.00"),
    "prepaid whole": invoice(line("1000.00"), prepaid="1250.00", due=None),
    "prepaid too much": invoice(line("1000.00"), prepaid="1300.00", due=None),
    "rounded to kroner": invoice(line("99.99"), rounding="0.01"),
    "two accounts": invoice(line(), payment=replace(
        PAY, accounts=(Account(iban="NO9386011117947"), Account(iban="NO4986011117963")))),
    "domestic account": invoice(line(), payment=replace(PAY, accounts=(Account(number="86011117947"),))),
    "terms in words": invoice(line(), due=None, terms="14 days net\n2 % within 7 days"),
    "card": invoice(line(), prepaid="125.00", due=None, payment=Payment(code="48", card=("1234", "K Moe"))),
    "cash": invoice(line(), prepaid="125.00", due=None, payment=Payment(code="10", text="Cash")),
    "direct debit": invoice(line(), **{**WITHIN, "delivery": ARRIVED, "payment": Payment(
        code="59", mandate=("M-1", "NL98ZZZ999999990000", "DE89370400440532013000"))}),
    "RF reference": invoice(line(), payment=replace(PAY, reference="RF18539007547034")),
    # currencies
    "VAT in kroner": invoice(line("99.90"), **EURO),
    "VAT in kroner, two rates": invoice(line("99.95", "3"), line("7.77", "9", rate="15"), **EURO),
    "yen": invoice(line("1000", rate="0", category="G"), buyer=GERMAN, currency="JPY"),
    # attachments
    "PDF attached": attached("application/pdf", "../../timesheet.pdf"),
    "picture attached": attached("image/png", "site.png"),
    "table attached": attached("text/csv", "hours.csv"),
    "attached elsewhere": invoice(line(), attachments=(
        Attachment(id="plan", description="Drawing", url="https://example.com/plan.pdf"),)),
    # parties
    "payee": invoice(line(), payee=Party(
        name="Factoring AS", identifiers=(Identifier(id="77"),), org_number=Identifier(id="312000458", scheme="0192"))),
    "payee by name": invoice(line(), payee=Party(name="Factoring AS")),
    "tax representative": invoice(line(), seller=replace(SELLER, vat_number=""), representative=Party(
        name="Representant AS", vat_number="NO313001121MVA", address=Address(city="Oslo", country="NO"))),
    "parties with everything": invoice(
        line(),
        seller=replace(SELLER, trading_name="Fjordlys", legal_form="Share capital NOK 30 000", identifiers=(
            Identifier(id="7300010000001", scheme="0088"), Identifier(id="S-1"))),
        buyer=replace(BUYER, trading_name="Nordlys", vat_number="NO310000205MVA", contact=Contact(
            name="Siri Nordby", phone="90000000", email="siri@nordlys.example"), identifiers=(Identifier(id="K-9"),)),
    ),
    "a person without addresses": invoice(
        line(), buyer=Party(name="Ola Dunk", kind="person", address=Address(country="NO")), references={}
    ),
    # credit notes
    "credit note": credit(line("940.00", "11")),
    "credit note with KID and due": credit(line(), due=Date(2026, 12, 24), payment=PAY),
    "credit note, part at two rates": credit(line("10.00"), line("5.55", "3", rate="15")),
    "credit note in euro": credit(line("99.90"), **{**EURO, "payment": Payment()}),
    "credit note with everything": credit(
        line(adjustments=(off("5.00"),)), adjustments=(whole(off, "5.00"), whole(on, "1.00")), notes=(("", "Sorry"),),
        delivery=Delivery(date=Date(2026, 11, 1)), object=Identifier(id="meter 9"),
        references={"project": "P 12", "tender": "T 1", "contract": "K-7", "order": "PO 4711"},
        attachments=(Attachment(id="1", filename="a.pdf", mime="application/pdf", content=b"%PDF-"),),
    ),
    "credit note outside the scope": credit(line(rate=None, category="O", text="Fee")),
    # hostile text
    "hostile text": invoice(
        line(text='<!ENTITY x SYSTEM "file:///etc/passwd"> ]]> & #panic("x") ../..', note="a\u202eb\x00c\x1b[31m",
             description="&lt;b&gt; \ud800 \ufffe"),
        buyer=replace(BUYER, name="Evil\r\nBcc: x <script>alert(1)</script> & Sons \u202e"),
        notes=(("", "#AAI#<?xml version='1.0'?>\n\n<!-- -->"),), references={"order": "-- <x/> \t"},
    ),
    "long names": invoice(line(text="Kabel " * 300), buyer=replace(BUYER, name="Navn " * 200)),
}  # fmt: skip
