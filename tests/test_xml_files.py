"""XML and PDF files from outside: what is hostile is refused quickly, with one sentence."""

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pypdf
import pytest

from billtext.errors import Unreadable, shown
from billtext.outside import xml_files

BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>
<Invoice x="&c;">&c;&c;&c;</Invoice>"""
OUTSIDE = b"""<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Invoice>&e;</Invoice>"""
REMOTE = b"""<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/x.dtd"><Invoice/>"""


def pdf(files: dict[str, bytes]) -> bytes:
    """A PDF with one empty page and attachments."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    for name, content in files.items():
        writer.add_attachment(name, content)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def refused(data: bytes, name: str = "a.xml") -> str:
    """The sentence of a refusal, which must come within two seconds."""
    begun = time.perf_counter()
    with pytest.raises(Unreadable) as caught:
        xml_files.parse(xml_files.xml_of(data, name), name)
    assert time.perf_counter() - begun < 2
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(name)
    return str(caught.value)


@pytest.mark.parametrize(
    "data", [BOMB, OUTSIDE, REMOTE, BOMB.decode().replace('<?xml version="1.0"?>\n', "").encode("utf-16")]
)
def test_a_document_type_is_refused(data: bytes) -> None:
    """Entity bombs, files and addresses all need one; in UTF-16 too."""
    assert "document type declaration" in refused(data)


def validated(path: Path | str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """The program on a file, which has half a minute, and its standard input."""
    command = [sys.executable, "-m", "billtext", "validate", str(path)]
    return subprocess.run(command, input=given, capture_output=True, timeout=30, check=False)


def test_a_pipe_that_nobody_writes_into_is_refused(tmp_path: Path) -> None:
    """Nobody waits for it; what the shell gives us is read, as standard input or as a pipe by its number."""
    named = tmp_path / "pipe"
    os.mkfifo(named)
    done = validated(named)
    assert (done.returncode, done.stderr.decode()) == (
        2, f"billtext: cannot read {shown(named)}: it is no plain file; save it as one\n"
    )  # fmt: skip
    for path in ("/dev/stdin", "/dev/fd/0"):
        done = validated(path, b"<Invoice/>")
        assert f"{path} is no e-invoice: its outermost element is Invoice" in done.stderr.decode()


def test_too_large_files_are_refused_in_one_sentence(tmp_path: Path) -> None:
    """The same for XML, for a PDF, for what lies within one, and for a file of which nothing is known yet."""
    says = " has more than 32 MiB, the most that an e-invoice may have; leave out attachments"
    large = b" " * (32 * xml_files.MIB)
    assert refused(b"<a>" + large + b"</a>") == "a.xml" + says
    assert refused(b"%PDF-1.7" + large, "a.pdf") == "a.pdf" + says
    assert refused(pdf({"factur-x.xml": b"<a>" + large + b"</a>"}), "a.pdf") == "a.pdf" + says
    path = tmp_path / "a.bin"
    path.write_bytes(large + b"x")
    with pytest.raises(Unreadable) as caught:
        xml_files.content(path)
    assert str(caught.value).endswith("a.bin" + says)
    path.write_bytes(large)
    assert xml_files.content(path) == large


def test_depth_is_limited() -> None:
    deep = xml_files.DEPTH_LIMIT
    assert xml_files.parse(b"<a>" * deep + b"</a>" * deep, "a.xml").getroot().tag == "a"
    assert "within each other" in refused(b"<a>" * (deep + 1) + b"</a>" * (deep + 1))
    for hostile in (b"<a>" * 100_000 + b"</a>" * 100_000, b"<a>" * 3_000_000):
        assert refused(hostile) == "a.xml has more than 60 elements within each other: it is no e-invoice"


def test_a_name_without_end_is_refused_in_plain_words() -> None:
    long = b"a" * 60_000
    assert refused(b"<a><" + long + b"/></a>").endswith("that is longer than any of an e-invoice: it is none")


@pytest.mark.parametrize("data", [b"", b"   ", b"hello", b"\x00\x01", b"<a>", b"<a></b>", b"<a>&e;</a>",
                                  b'<?xml version="1.0" encoding="klingon"?><a/>', b"<a>\xff</a>"])  # fmt: skip
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    assert "<string>" not in refused(data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_xml_may_have_another_encoding(encoding: str) -> None:
    tree = xml_files.parse(f'<?xml version="1.0" encoding="{encoding}"?><a>Sønn</a>'.encode(encoding), "a.xml")
    assert tree.getroot().text == "Sønn"


def test_a_large_attachment_is_read() -> None:
    """A text of twelve megabytes, which libxml2 refuses by itself."""
    tree = xml_files.parse(b"<a>" + b"QUJD" * (3 * xml_files.MIB) + b"</a>", "a.xml")
    assert len(tree.getroot().text or "") == 12 * xml_files.MIB


def test_the_xml_of_a_pdf() -> None:
    assert xml_files.xml_of(pdf({"factur-x.xml": b"<a/>", "note.txt": b"x"}), "a.pdf") == b"<a/>"
    assert xml_files.xml_of(b"<a/>", "a.xml") == b"<a/>"


def test_a_file_that_is_called_a_pdf_and_is_none() -> None:
    says = "a.pdf is no PDF, though its name says so; ask its sender for the file again"
    assert [refused(data, "a.pdf") for data in (b"hello", b"", b"\x89PNG\r\n")] == [says] * 3
    assert xml_files.xml_of(b"<a/>", "a.pdf") == b"<a/>"


def test_a_pdf_without_an_e_invoice_or_with_two() -> None:
    assert "has none" in refused(pdf({"note.txt": b"x"}), "a.pdf")
    assert "2 different ones" in refused(pdf({"factur-x.xml": b"<a/>", "xrechnung.xml": b"<b/>"}), "a.pdf")


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF", pdf({"factur-x.xml": b"<a/>"})[:400]]
)
def test_a_broken_pdf_is_refused(data: bytes, tmp_path: Path) -> None:
    """The words of the library that reads it, on its log or as its error, are for programmers."""
    says = "cannot be read as a PDF: it is damaged or cut off; ask its sender for the file again"
    assert refused(data, "a.pdf") == f"a.pdf {says}"
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    assert validated(path).stderr.decode() == f"billtext: {shown(path)} {says}\n"
