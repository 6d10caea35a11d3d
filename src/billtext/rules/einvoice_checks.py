"""Our own checks of e-invoices, ours or anybody's: what schema and EN 16931 leave unchecked. Pure.

Check digits of references, accounts and numbers; what Norway (NO-R-001, NO-R-002) and Peppol (R002, R003, R010, R020,
R061) ask for besides, so that it is known without their rule files, which may not be redistributed.
Sources: Peppol BIS Billing 3.0, its rules by id; ISO 11649; ISO 13616; norms of KID (Mastercard Payment Services).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from billtext import ids
from billtext.errors import shown
from billtext.rules.core_invoice import DEBITS

ERROR, WARNING = "error", "warning"
PEPPOL = "urn:fdc:peppol.eu:2017:poacc:billing:3.0"
_IBAN = re.compile(r"[A-Z]{2}\d{2}")
_DOMESTIC = re.compile(r"\d{4}[. ]?\d{2}[. ]?\d{5}")
_CREDIT_TRANSFER = {"30", "31"}  # UNTDID 4461: credit transfer, debit transfer


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong in an e-invoice.

    :param rule: id of the rule, such as `BR-CO-15`, `XSD` or `BILLTEXT-KID`
    :param severity: `error` or `warning`
    :param place: path of the element, such as `Invoice/InvoiceLine[2]/Price`; empty where it is the whole
    :param text: in plain words
    :param source: whose rule it is: `schema`, `EN 16931`, `billtext`, or the name of a file of rules
    """

    rule: str
    severity: str
    place: str
    text: str
    source: str = "billtext"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value of a document by its business term.

    :param term: of EN 16931, such as `BT-31`
    :param scheme: of an identifier, or empty; of an amount its currency
    """

    term: str
    value: str
    place: str = ""
    scheme: str = ""


def check(fields: Sequence[Field], root: str) -> tuple[Finding, ...]:
    """All findings of ours in a document.

    :param fields: its values, of the terms that are asked for below
    :param root: name of its outermost element, the place of what is missing
    """
    of = _Values(fields)
    found = [
        *_vat_numbers(of), *_one_company(of), *_numbers(of), *_accounts(of), *_references(of), *_norway(of, root),
        *_peppol(of, root),
    ]  # fmt: skip
    return tuple(dict.fromkeys(found))


_WHOSE = {"BT-31": "seller", "BT-48": "buyer", "BT-63": "tax representative"}


class _Values:
    """Fields by their terms."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self._of: dict[str, list[Field]] = {}
        for field in fields:
            self._of.setdefault(field.term, []).append(field)

    def all(self, *terms: str) -> Iterator[Field]:
        """The fields of some terms."""
        for term in terms:
            yield from self._of.get(term, ())

    def one(self, term: str) -> str:
        """The first value of a term, or nothing."""
        return next((field.value for field in self.all(term)), "")

    @property
    def norwegian(self) -> bool:
        """Whether the seller is Norwegian: by country, VAT id or organisation number."""
        scheme = any(field.scheme == "0192" for field in self.all("BT-30"))
        return self.one("BT-40") == "NO" or self.one("BT-31")[:2] == "NO" or (not self.one("BT-40") and scheme)

    @property
    def peppol(self) -> bool:
        """Whether it says that it follows Peppol's rules."""
        return PEPPOL in self.one("BT-24")


def _error(rule: str, field: Field, text: str) -> Finding:
    return Finding(rule=rule, severity=ERROR, place=field.place, text=text)


def _warning(rule: str, field: Field, text: str) -> Finding:
    return Finding(rule=rule, severity=WARNING, place=field.place, text=text)


def _vat_numbers(of: _Values) -> Iterator[Finding]:
    """Norwegian VAT ids must check; of other countries' ids we may not know the newest form."""
    for field in of.all("BT-31", "BT-48", "BT-63"):
        number, whose = field.value, _WHOSE[field.term]
        norwegian = number[:2] == "NO" or (field.term == "BT-31" and of.one("BT-40") == "NO")
        if norwegian:
            if not (number[:2] == "NO" and ids.is_vat_number(number)):
                rule = "NO-R-001" if field.term == "BT-31" else "BILLTEXT-VAT-ID"
                yield _error(
                    rule, field,
                    f"the {whose}'s VAT id {shown(number)} is no Norwegian one; write it as NO, the nine digits of the "
                    "organisation number, and MVA",
                )  # fmt: skip
        elif not ids.is_vat_number(number):
            yield _warning(
                "BILLTEXT-VAT-ID", field,
                f"the {whose}'s VAT id {shown(number)} does not check for {shown(number[:2])}; compare it with the "
                "register of VAT ids",
            )  # fmt: skip


_VAT_OF_NORWAY = re.compile(r"NO([0-9]{9})MVA")
_REGISTERED = {"BT-31": "BT-30", "BT-48": "BT-47"}  # where the organisation number of a VAT id's owner stands


def _one_company(of: _Values) -> Iterator[Finding]:
    """A Norwegian VAT id has its company's organisation number, but for companies that are registered as one."""
    for field in of.all(*_REGISTERED):
        vat = _VAT_OF_NORWAY.fullmatch(field.value)
        for registered in of.all(_REGISTERED[field.term]) if vat else ():
            number = registered.value.replace(" ", "")
            if vat and registered.scheme in {"", "0192"} and re.fullmatch(r"[0-9]{9}", number) and number != vat[1]:
                yield _warning(
                    "BILLTEXT-VAT-ORG", field,
                    f"the {_WHOSE[field.term]}'s VAT id {shown(field.value)} is that of another company than its "
                    f"organisation number {number}; right only where several companies are registered for VAT as one",
                )  # fmt: skip


# Schemes of ISO 6523 with a check digit: the rule's id, what it is, whether it is right, how grave it is.
_SCHEMES: dict[str, tuple[str, str, Callable[[str], bool], str]] = {
    "0192": ("PEPPOL-COMMON-R041", "Norwegian organisation number", lambda n: ids.is_org_number(n, "NO"), ERROR),
    "0088": ("PEPPOL-COMMON-R040", "GLN", ids.is_gln, ERROR),
    "0007": ("PEPPOL-COMMON-R049", "Swedish organisation number", lambda n: ids.is_org_number(n, "SE"), WARNING),
    "0184": ("PEPPOL-COMMON-R042", "Danish CVR number", lambda n: ids.is_org_number(n.removeprefix("DK"), "DK"),
             WARNING),
}  # fmt: skip


def _numbers(of: _Values) -> Iterator[Finding]:
    """Identifiers whose scheme has a check digit."""
    terms = ("BT-29", "BT-30", "BT-34", "BT-46", "BT-47", "BT-49", "BT-60", "BT-61", "BT-71")
    for field in of.all(*terms):
        rule = _SCHEMES.get(field.scheme)
        if rule and not rule[2](field.value):
            text = f"{shown(field.value)} is no {rule[1]}: its check digit is wrong or it has other signs than digits"
            yield Finding(rule=rule[0], severity=rule[3], place=field.place, text=text)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _accounts(of: _Values) -> Iterator[Finding]:
    """Account numbers: IBAN, or Norway's eleven digits."""
    for field in of.all("BT-84"):
        number = field.value.replace(" ", "")
        if _IBAN.match(number) or field.scheme == "IBAN":
            if not ids.is_iban(number):
                yield _error(
                    "BILLTEXT-IBAN", field,
                    f"{shown(field.value)} is no IBAN: length or check digits are wrong; copy it from the bank",
                )  # fmt: skip
        elif of.norwegian and _DOMESTIC.fullmatch(field.value) and not ids.is_bank_account(_digits(number), "NO"):
            text = f"{shown(field.value)} is no Norwegian account number: its check digit is wrong"
            yield _error("BILLTEXT-ACCOUNT", field, text)


def _references(of: _Values) -> Iterator[Finding]:
    """Payment references: RF by ISO 11649, and the KID of a Norwegian seller's credit transfer in kroner."""
    means = {field.value for field in of.all("BT-81")}
    for field in of.all("BT-83"):
        reference = field.value
        if reference[:2].upper() == "RF":
            if not ids.is_creditor_reference(reference):
                yield _error(
                    "BILLTEXT-RF", field,
                    f"the payment reference {shown(reference)} is no creditor reference: its check digits are wrong",
                )  # fmt: skip
        elif of.norwegian and of.one("BT-5") == "NOK" and means & _CREDIT_TRANSFER:
            fault = ids.kid_fault(reference, ids.KID_CHECKS)
            if fault is not None:
                yield _error(
                    "BILLTEXT-KID", field,
                    f"the payment reference {shown(reference)} is no KID, so the bank would refuse it: {fault}",
                )  # fmt: skip


def _norway(of: _Values, root: str) -> Iterator[Finding]:
    if not (of.norwegian and of.peppol) or any("foretaksregisteret" in f.value.lower() for f in of.all("BT-32")):
        return
    yield Finding(
        rule="NO-R-002", severity=WARNING, place=root,
        text='a Norwegian seller that is a company (AS, ASA, NUF) has the text "Foretaksregisteret" as its tax '
        "registration; set `register` of the company",
    )  # fmt: skip


# What Peppol asks for: the rule's id, the terms of which one has to be there, and what is told.
_ASKED = (
    ("PEPPOL-EN16931-R003", ("BT-10", "BT-13"),
     "there is neither a buyer reference nor an order reference; ask the buyer for one (`buyer-reference:`, `order:`)"),
    ("PEPPOL-EN16931-R010", ("BT-49",),
     "the buyer has no electronic address, without which Peppol cannot deliver; add `endpoint:` to the customer"),
    ("PEPPOL-EN16931-R020", ("BT-34",),
     "the seller has no electronic address, which Peppol asks for; add `endpoint:` to the company"),
)  # fmt: skip


def _peppol(of: _Values, root: str) -> Iterator[Finding]:
    """What Peppol asks for besides EN 16931."""
    if not of.peppol:
        return
    for rule, terms, text in _ASKED:
        if not any(field.value for field in of.all(*terms)):
            yield Finding(rule=rule, severity=ERROR, place=root, text=text)
    debits = [field for field in of.all("BT-81") if field.value in DEBITS]
    if debits and not of.one("BT-89"):
        text = "it is collected by direct debit, and has no mandate reference; add `mandate:`"
        yield _error("PEPPOL-EN16931-R061", debits[0], text)
    notes = list(of.all("BT-22"))
    if len(notes) > 1 and not of.one("BT-40") == of.one("BT-55") == "DE":
        text = f"there are {len(notes)} notes, and Peppol takes one, but between Germans; put them into one"
        yield _error("PEPPOL-EN16931-R002", notes[1], text)


# Profiles by the end of their guideline, as Factur-X 1.09 and ZUGFeRD call them in the PDF's XMP.
_LEVELS = (
    ("factur-x.eu:1p0:minimum", "MINIMUM"), ("factur-x.eu:1p0:basicwl", "BASIC WL"), ("factur-x.eu:1p0:basic", "BASIC"),
    ("factur-x.eu:1p0:extended", "EXTENDED"), ("urn:cen.eu:en16931:2017", "EN 16931"),
)  # fmt: skip


def check_pdf(fields: Sequence[Field], level: str, text: str) -> Iterator[Finding]:
    """Findings of a PDF beside those of its XML: what it says of itself, and what its pages show.

    :param fields: values of the XML; number (BT-1) and amount (BT-115) are looked for on the pages
    :param level: the profile in its XMP, or empty
    :param text: of its pages; empty where it cannot be read
    """
    of = _Values(fields)
    guideline = of.one("BT-24")
    wanted = next(
        (name for end, name in _LEVELS if guideline.endswith(end)), "XRECHNUNG" if "xrechnung" in guideline else ""
    )
    if not level:
        yield Finding(
            rule="BILLTEXT-PDF-XMP", severity=WARNING, place="",
            text="the PDF does not say that it is a Factur-X invoice (XMP ConformanceLevel), so some programs overlook "
            "the XML in it",
        )  # fmt: skip
    elif wanted and level != wanted:
        yield Finding(
            rule="BILLTEXT-PDF-XMP", severity=ERROR, place="",
            text=f"the PDF says that its XML has the profile {shown(level)}, and it has {wanted}",
        )  # fmt: skip
    digits = re.sub(r"[\s.,'\u2019]", "", text)
    for term, what in (("BT-1", "number"), ("BT-115", "amount to pay")):
        value = of.one(term)
        sought = re.sub(r"[\s.,'\u2019-]" if term == "BT-115" else r"[\s.,'\u2019]", "", value)
        if digits and sought.strip("0") and sought not in digits:
            yield Finding(
                rule="BILLTEXT-PDF-TEXT", severity=WARNING, place=next(of.all(term)).place,
                text=f"the {what} {shown(value)} of the XML is not found on the pages of the PDF",
            )  # fmt: skip
