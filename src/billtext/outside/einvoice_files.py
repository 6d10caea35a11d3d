"""E-invoices of other systems, read: UBL, CII, or a Factur-X or ZUGFeRD PDF with one in it."""

from pathlib import Path
from typing import Any

from billtext.errors import Unreadable, shown
from billtext.outside import cii_in, ubl_in, xml_files
from billtext.rules.core_invoice import CoreInvoice


def read(path: Path) -> CoreInvoice:
    """The document of a file.

    :raises Unreadable: it is no e-invoice, too large, or something in it cannot be read
    """
    return parse(xml_files.content(path), path.name)


def parse(data: bytes, name: str) -> CoreInvoice:
    """The document of a file's bytes.

    :param name: how the file is called in what is refused
    """
    return document(xml_files.parse(xml_files.xml_of(data, name), name).getroot(), name)


def document(root: Any, name: str) -> CoreInvoice:
    """The document of a file's outermost element.

    :raises Unreadable: it is no e-invoice, or something in it cannot be read
    """
    if root.tag in ubl_in.ROOTS:
        return ubl_in.read(root, name)
    if root.tag == cii_in.ROOT:
        return cii_in.read(root, name)
    raise Unreadable(
        f"{shown(name)} is no UBL Invoice or CreditNote and no CrossIndustryInvoice, but begins with "
        f"{shown(str(root.tag))[:120]}; name an e-invoice"
    )
