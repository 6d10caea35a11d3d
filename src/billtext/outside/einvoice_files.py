"""E-invoices of other systems, read: UBL, CII, or a Factur-X or ZUGFeRD PDF with one in it."""

from itertools import islice
from pathlib import Path
from typing import Any

from billtext.errors import Unreadable, shown
from billtext.outside import cii_in, ubl_in, xml_files
from billtext.outside.einvoice_fields import unread
from billtext.rules.core_invoice import CoreInvoice

_MOST = 10_000  # elements that nobody reads
# What every writer of a format says by itself, with all below it: versions, profiles and that a tax is VAT.
_OURS = frozenset({
    "UBLVersionID", "CustomizationID", "ProfileID", "ProfileExecutionID", "TaxScheme", "ExchangedDocumentContext",
})  # fmt: skip
# Texts that a format asks for where EN 16931 leaves no choice.
_FIXED = frozenset({
    ("TypeCode", "VAT"), ("TypeCode", "130"), ("ChargeIndicator", "false"), ("Indicator", "false"),
    ("Name", "Project reference"), ("NetworkID", "NA"),
})  # fmt: skip


def read(path: Path) -> tuple[CoreInvoice, list[tuple[str, str]]]:
    """The document of a file, and what the file says beside it: place and text of each, up to `_MOST`.

    :raises Unreadable: it is no e-invoice, too large, or something in it cannot be read
    """
    root = xml_files.parse(xml_files.xml_of(xml_files.content(path), path.name), path.name).getroot()
    seen: set[Any] = set()
    found = document(root, path.name, seen)
    beside = ((place, text) for place, text in unread(root, seen, _OURS) if (_name(place), text) not in _FIXED)
    return found, list(islice(beside, _MOST))


def _name(place: str) -> str:
    return place.rpartition("/")[2]


def parse(data: bytes, name: str) -> CoreInvoice:
    """The document of a file's bytes.

    :param name: how the file is called in what is refused
    """
    return document(xml_files.parse(xml_files.xml_of(data, name), name).getroot(), name)


def document(root: Any, name: str, seen: set[Any] | None = None) -> CoreInvoice:
    """The document of a file's outermost element.

    :param seen: gets each element whose text is read
    :raises Unreadable: it is no e-invoice, or something in it cannot be read
    """
    if root.tag in ubl_in.ROOTS:
        return ubl_in.read(root, name, seen)
    if root.tag == cii_in.ROOT:
        return cii_in.read(root, name, seen)
    raise Unreadable(
        f"{shown(name)} is no UBL Invoice or CreditNote and no CrossIndustryInvoice, but begins with "
        f"{shown(str(root.tag))[:120]}; name an e-invoice"
    )
