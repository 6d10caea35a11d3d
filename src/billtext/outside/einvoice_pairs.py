"""Which of several files belong together: a PDF with an e-invoice in it, and the CII file that should be that one.

They have one name but for its ending, as `a.factur-x.pdf` and `a.cii.xml`, or the number and the seller of a document.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from billtext.errors import Unreadable
from billtext.outside import einvoice_terms, xml_files

_ENDING = re.compile(r"(\.factur-x|\.cii)?\.(pdf|xml)$", re.IGNORECASE)
_CII = "CrossIndustryInvoice"
_KNOWN_BY = ("BT-1", "BT-29", "BT-30", "BT-31")  # number, and identifiers of the seller


def find(files: Sequence[Path]) -> dict[Path, Path]:
    """The CII file of each PDF that has one among some files; what cannot be read has none.

    Pipes are left alone: they are read once only.
    """
    sheets = [path for path in files if path.suffix.lower() == ".pdf" and path.is_file()]
    if not sheets or len(sheets) == len(files):
        return {}
    by: dict[Path | tuple[str, ...] | None, Path] = {}
    for path in files:
        number = _known_by(path) if path.suffix.lower() != ".pdf" and path.is_file() else None
        if number is not None:
            by.setdefault(_stem(path), path)
            by.setdefault(number, path)
    found = {path: by.get(_stem(path)) or by.get(_known_by(path)) for path in sheets if by}
    return {path: xml for path, xml in found.items() if xml is not None}


def _stem(path: Path) -> Path:
    return path.with_name(_ENDING.sub("", path.name) or path.name)


def _known_by(path: Path) -> tuple[str, ...] | None:
    """Number and seller of a CII document, or None for all else."""
    try:
        root = xml_files.parse(xml_files.xml_of(xml_files.content(path), str(path)), str(path)).getroot()
    except Unreadable:
        return None
    if not str(root.tag).endswith(f"}}{_CII}"):
        return None
    fields = einvoice_terms.fields(root, _CII)
    return tuple(f"{field.term} {field.value}" for field in fields if field.term in _KNOWN_BY and field.value) or None
