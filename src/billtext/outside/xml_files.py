"""XML and PDF files that others made, read with care: what comes from outside is hostile until it is parsed.

An XML file may declare no document type, so there are no entities, no bombs of them and no files or addresses that they
name. Nothing is fetched. Size and depth have limits. A refusal is one sentence.
"""

import io
import logging
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from billtext.errors import Unreadable, shown

if TYPE_CHECKING:
    from lxml.etree import _ElementTree
    from pypdf import PdfReader

MIB = 1 << 20
LIMIT = 32 * MIB  # an e-invoice with its attachments, as XML or PDF
DEPTH_LIMIT = 60  # elements within elements; an e-invoice has a dozen
_EASY = 8 * MIB  # libxml2's own limits hold up to here, as one text of 10 MB at most
_PARSER_LIMITS = {110, 114}  # libxml2's XML_ERR_NAME_TOO_LONG and XML_ERR_RESOURCE_LIMIT
_GIVEN = re.compile(r"/dev/stdin|/(dev|proc/self)/fd/\d+")  # what a pipe of the shell is called
_PDF_NAMES = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml")  # ZUGFeRD writes its own with capitals too


def content(path: Path) -> bytes:
    """The bytes of a file, of which no more are read than an e-invoice may have.

    :raises Unreadable: it cannot be read, is a device or a pipe other than what the shell gives us, or is too large
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode) and not _GIVEN.fullmatch(str(path)):
            raise Unreadable(f"cannot read {shown(path)}: it is no plain file; save it as one")
        with path.open("rb") as file:
            found = file.read(LIMIT + 1)
    except OSError as error:
        raise Unreadable(f"cannot read {shown(path)}: {error.strerror or error}") from None
    _limited(found, str(path))
    return found


def _limited(data: bytes, name: str) -> None:
    if len(data) > LIMIT:
        raise Unreadable(
            f"{shown(name)} has more than {LIMIT // MIB} MiB, the most that an e-invoice may have; leave out "
            "attachments"
        )


def is_pdf(data: bytes) -> bool:
    """Whether bytes are a PDF file; up to a kilobyte may stand before its header (ISO 32000-1, annex H)."""
    return b"%PDF-" in data[:1024] and not data.lstrip().startswith(b"<")


def parse(data: bytes, name: str) -> "_ElementTree":
    """An XML file as a tree, without comments and processing instructions.

    :param name: how the file is called in what is refused
    :raises Unreadable: it is no XML, too large or too deep, or has a document type declaration
    """
    from lxml import etree

    _limited(data, name)
    _prolog(data, name)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True,
        huge_tree=len(data) > _EASY,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if getattr(error, "code", 0) in _PARSER_LIMITS:  # whose words are for programmers
            raise Unreadable(_too_deep(name) if "depth" in str(error) else _too_long(name)) from None
        raise Unreadable(f"{shown(name)} is not well-formed XML: {shown(error.msg)}") from None
    except ValueError as error:
        raise Unreadable(f"{shown(name)} is not well-formed XML: {shown(error)}") from None
    tree = root.getroottree()
    if tree.docinfo.internalDTD is not None:
        raise Unreadable(_doctype(name))
    if tree.xpath(f"boolean({'/*' * (DEPTH_LIMIT + 1)})"):
        raise Unreadable(_too_deep(name))
    return tree


def _too_deep(name: str) -> str:
    return f"{shown(name)} has more than {DEPTH_LIMIT} elements within each other: it is no e-invoice"


def _too_long(name: str) -> str:
    return f"{shown(name)} has a name or a text that is longer than any of an e-invoice: it is none"


def _doctype(name: str) -> str:
    return (
        f"{shown(name)} has a document type declaration (<!DOCTYPE …>), which could name entities and files; "
        "an e-invoice has none"
    )


class _SeenError(Exception):
    """The first element has begun."""


def _prolog(data: bytes, name: str) -> None:
    """Read what stands before the first element, and refuse a document type."""

    def doctype(*_: Any) -> None:
        raise Unreadable(_doctype(name))

    def begin(*_: Any) -> None:
        raise _SeenError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = begin
    try:
        for start in range(0, len(data), 1 << 16):
            parser.Parse(data[start : start + (1 << 16)], False)
        parser.Parse(b"", True)
    except _SeenError:
        return
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Unreadable(f"{shown(name)} is not XML: {shown(error)}") from None


def xml_of_pdf(data: bytes, name: str = "the PDF") -> bytes:
    """The e-invoice within a Factur-X or ZUGFeRD PDF.

    :raises Unreadable: it is no PDF, it is too large, or it has no e-invoice in it, or more than one
    """
    _limited(data, name)
    from pypdf.errors import PyPdfError

    try:
        reader = _reader(data)
        if reader.is_encrypted:
            raise Unreadable(f"{shown(name)} is an encrypted PDF; an e-invoice is not encrypted")
        found = [file for file in reader.attachment_list if _named(file)]
        contents = list(dict.fromkeys(file.content for file in found))
    except Unreadable:
        raise
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OSError, IndexError):
        raise Unreadable(
            f"{shown(name)} cannot be read as a PDF: it is damaged or cut off; ask its sender for the file again"
        ) from None
    if len(contents) != 1:
        has = f"{len(contents)} different ones" if contents else "none"
        raise Unreadable(
            f"{shown(name)} should have one e-invoice in it ({', '.join(_PDF_NAMES)}) and has {has}; "
            "ask its sender for the XML file"
        )
    return contents[0]


def _reader(data: bytes) -> "PdfReader":
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it stumbles over is for programmers
    return pypdf.PdfReader(io.BytesIO(data))


_PAGES = 40  # more are not looked at: they are read to be compared, not to be kept


def shown_by_pdf(data: bytes) -> tuple[str, str]:
    """What a Factur-X PDF says of itself: the profile in its XMP, and the text of its pages; both may be empty.

    A PDF of many pages or megabytes, or whose text cannot be read, has none: nothing is found in it then.
    """
    try:
        reader = _reader(data)
        top: Any = reader.trailer["/Root"]
        metadata = top.get("/Metadata")
        xmp = metadata.get_object().get_data().decode("utf-8", "replace") if metadata is not None else ""
        small = len(data) <= _EASY and len(reader.pages) <= _PAGES
        text = "\n".join(page.extract_text() for page in reader.pages) if small else ""
    except Exception:  # pypdf raises whatever it stumbles over; the XML has been read before
        return "", ""
    level = re.search(r"ConformanceLevel(?:>|\s*=\s*[\"'])\s*([A-Z0-9 ]+?)\s*[<\"']", xmp)
    return level[1] if level else "", text


def _named(file: Any) -> bool:
    names = {str(found).lower() for found in (file.name, file.alternative_name) if found}
    return not names.isdisjoint(_PDF_NAMES)


def xml_of(data: bytes, name: str) -> bytes:
    """The XML of an e-invoice file: the file itself, or what lies in the PDF.

    :raises Unreadable: see `xml_of_pdf`; or it is no PDF, though it is called one
    """
    if is_pdf(data):
        return xml_of_pdf(data, name)
    if name.lower().endswith(".pdf") and b"<" not in data[:8]:  # XML may be called anything
        raise Unreadable(f"{shown(name)} is no PDF, though its name says so; ask its sender for the file again")
    return data
