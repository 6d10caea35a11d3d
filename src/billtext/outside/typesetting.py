"""Pages by Typst: PDF/A-3b with tags, the same bytes on every run, of plain text that a template lays out.

The texts come as a file of data, never as code; all else stays as it was, so that Typst keeps what it has worked out
from one document to the next. A template of the ledger's own in `templates/` takes the place of ours. It sees the files
of that directory and nothing else: no link leads out of it, and no package comes from the network. Fonts in
`templates/fonts/` are used where ours have no such letter.
"""

import base64
import contextlib
import datetime
import json
import os
import re
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from billtext.errors import Refused, shown
from billtext.rendering import pdf_data

PACKAGE = Path(__file__).parent.parent / "pdf_template"
TEMPLATES = "templates"  # below the ledger's directory
FONTS = "fonts"  # below the templates
LOGOS = ("logo.svg", "logo.png")
FACE = "Billtext Sans"  # in our `fonts/` (SIL Open Font License): Source Sans Pro with what a document needs of it
MARK = "\N{REPLACEMENT CHARACTER}"
_DATA = "billtext.json"
_BEGIN = f'#let data = json("/{_DATA}");'.encode()  # on the first line, so that a mistake is told with its own line
_PNG = b"\x89PNG\r\n\x1a\n"
_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_TAIL = "[\U0001f3fb-\U0001f3ff\ufe00-\ufe0f\u20d0-\u20ff]*"  # what only changes how the sign before it looks
_EXACT = frozenset({"xml", "qr", "bill", "logo", "fonts", "paper", "lang"})  # no words of the document
_SIGNS = 50  # of one document that may be replaced
_SINGLE = b"1 0 obj\n<</Type/Pages/Count 1/"  # at the beginning of a PDF of one page
_SHORT = 6_000  # letters that may be on one page
_NOWHERE = dict.fromkeys(("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
_NOWHERE |= dict.fromkeys(("no_proxy", "NO_PROXY"), "")


def pages(
    name: str, data: Mapping[str, Any], date: datetime.date, *, root: Path | None, paper: str, lenient: bool = False
) -> bytes:  # fmt: skip
    """The PDF of some data.

    :param name: of the template, such as `invoice.typ`
    :param data: texts; `heading` names the document where something is wrong
    :param root: directory of the ledger's top file
    :param lenient: letters that no font has are marked like signs, in a list of what says it all elsewhere
    :raises Refused: a template is wrong, or a text has a letter that no font has
    """
    own = None if root is None else _own(root)
    place = PACKAGE if own is None else own
    source = place / name if (place / name).is_file() else PACKAGE / name
    letters = sum(len(text) for key, value in data.items() if key not in _EXACT for text in _texts(value))
    values = {
        **data, "logo": None if own is None else _logo(own), "paper": pdf_data.PAPERS[paper], "fonts": [FACE],
        "single": letters <= _SHORT,  # Typst lays out a document twice to know on which of how many pages it is
    }  # fmt: skip
    if own is not None and ((own / name).is_file() or (own / FONTS).is_dir()):
        values |= {"widths": {}, "window": {**values.get("window", {}), "wide": None}}  # they are of our face
    moment = int(datetime.datetime(date.year, date.month, date.day, 12, tzinfo=datetime.UTC).timestamp())
    with contextlib.nullcontext() if own is None else _offline():
        return _compiled(_compiler(place), source, values, moment, lenient=lenient)


def _compiled(compiler: Any, source: Path, values: dict[str, Any], moment: int, *, lenient: bool) -> bytes:
    import typst

    try:
        main = _BEGIN + source.read_text("utf-8").encode()
    except UnicodeDecodeError:
        raise Refused(f"{source}: not UTF-8 text; save the template as UTF-8") from None
    for _ in range(1 + (len({*chain(*_texts(values))}) if lenient else _SIGNS)):
        try:
            made = compiler.compile(
                input={"main": main, _DATA: json.dumps(values, ensure_ascii=False).encode()},
                format="pdf", pdf_standards=["a-3b"], timestamp=moment,
            )  # fmt: skip
        except typst.TypstError as error:
            values = _without(_glyph(error, source), values, lenient=lenient)
        else:
            assert isinstance(made, bytes)  # noqa: S101 - one PDF, whatever its pages
            if _SINGLE in made[:64] or not values["single"]:
                return made
            values["single"] = False
    raise Refused(f"{values['heading']}: more than {_SIGNS} signs are in none of the fonts; {_REMEDY}")


# --- letters that no font has -----------------------------------------------------------------------------

_REMEDY = f"put a font file that has them, such as Noto, into {TEMPLATES}/{FONTS}/"


def _glyph(error: Any, source: Path) -> str:
    """The letter or sign that no font has.

    :raises Refused: it is another error
    """
    found = _GLYPH.search(error.message)
    if found is not None:
        return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), found[1])
    if "package" in error.message and "download" in error.message:
        raise Refused(
            f"{source}: a template has no packages but @local/billtext:1.0.0, for nothing is fetched from the network; "
            f"copy the files that it needs into {TEMPLATES}/{_where(error)}"
        ) from None
    why = "Typst cannot make the PDF"
    raise Refused(f"{source}: {why}: {_told(error)}", reason=f"{source}: {why}{_where(error)}") from None


def _without(sign: str, values: dict[str, Any], *, lenient: bool) -> dict[str, Any]:
    """The data with a mark for a sign such as an emoji.

    Letters and digits are what a document says: a name or an amount that nobody can read is not sent.

    :param lenient: they are marked too
    :raises Refused: it is a letter or a digit, or stands in the template
    """
    text = next(
        (found for key, value in values.items() if key not in _EXACT for found in _texts(value) if sign in found), None
    )
    kept = not lenient and any(unicodedata.category(char)[0] in "LN" for char in sign)
    if text is None or sign == MARK or kept:
        of = "of the template" if text is None else f"of “{shown(text.replace(pdf_data.BREAK, ''))}”"
        codes = " ".join(f"U+{ord(char):04X}" for char in sign)
        raise Refused(
            f"{values['heading']}: no font has “{shown(sign)}” {of}; {_REMEDY}",
            reason=f"{values['heading']}: no font has the letter {codes}; {_REMEDY}",
        )
    return {key: value if key in _EXACT else _marked(value, sign) for key, value in values.items()}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for found in value:
            yield from _texts(found)


def _marked(value: Any, sign: str) -> Any:
    if isinstance(value, str):
        return re.sub(re.escape(sign) + _TAIL, MARK, value)
    if isinstance(value, Mapping):
        return {key: _marked(found, sign) for key, found in value.items()}
    return [_marked(found, sign) for found in value] if isinstance(value, list | tuple) else value


def _told(error: Any) -> str:
    """A Typst error in one sentence, with its place."""
    text = " ".join(str(error.message).split())
    hints = "; ".join(error.hints)
    return f"{text}{_where(error)}{'; ' + hints if hints else ''}"


def _where(error: Any) -> str:
    place = re.search(r"(\S+\.typ|main|<[^>]+>):(\d+):(\d+)|┌─ (\S+):(\d+):(\d+)", str(error.diagnostic))
    return f" (line {place[2] or place[5]})" if place else ""


# --- what a template may see ------------------------------------------------------------------------------


def _own(root: Path) -> Path | None:
    """The ledger's templates, if it has some.

    :raises Refused: a link leads out of them
    """
    own = root / TEMPLATES
    if not own.is_dir():
        return None
    inside = (root.resolve(), own.resolve())
    for at, directories, names in os.walk(own):
        for path in (Path(at), *(Path(at) / name for name in (*directories, *names))):
            if path.is_symlink() and not path.resolve().is_relative_to(inside[path != own]):
                raise Refused(f"{path}: it is a link to a place outside {TEMPLATES}/; put a copy of the file there")
    return own


@contextlib.contextmanager
def _offline() -> Iterator[None]:
    """Meanwhile every proxy is one that nobody answers at: Typst has no switch against fetching packages."""
    before = {name: os.environ.get(name) for name in _NOWHERE}
    os.environ.update(_NOWHERE)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@lru_cache(maxsize=4)
def _compiler(place: Path) -> Any:
    """One compiler for a directory: fonts are read once.

    It has one thread: with two, a PDF takes as long and costs more, however many pages it has; `-j` shares documents.
    """
    import typst

    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    fonts = [each / FONTS for each in dict.fromkeys((PACKAGE, place)) if (each / FONTS).is_dir()]
    return typst.Compiler(
        root=place, ignore_system_fonts=True, font_paths=fonts, package_path=PACKAGE, package_cache_path=PACKAGE
    )


def _logo(directory: Path) -> str | None:
    """The ledger's logo as SVG; a PNG is put into one.

    :raises Refused: it is no such picture
    """
    vector, raster = (directory / name for name in LOGOS)
    if vector.is_file():
        picture = vector.read_bytes().decode("utf-8", "replace")
        if MARK in picture or not _shown('bytes(json("/logo.json")), format: "svg"', json.dumps(picture)):
            raise Refused(
                f"{vector}: it is not an SVG picture in UTF-8 with all inside it, of letters that our fonts have; "
                "save it anew with its texts as paths, or as PNG"
            )
        return picture
    if not raster.is_file():
        return None
    content = raster.read_bytes()
    if content[:8] != _PNG or not _shown(json.dumps(f"/{raster.name}"), content, directory):
        raise Refused(f"{raster}: it is not a PNG picture; save it as PNG, or give logo.svg")
    width, height = struct.unpack(">II", content[16:24])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{base64.b64encode(content).decode()}"/>'
        "</svg>"
    )


@lru_cache(maxsize=2)
def _shown(picture: str, content: str | bytes, directory: Path = PACKAGE) -> bool:
    """Whether Typst can put a picture into a PDF as a document does.

    :param picture: what it is called in Typst
    :param content: a text is `/logo.json`, bytes are a file of the directory
    """
    import typst

    given = {"logo.json": content.encode()} if isinstance(content, str) else {}
    try:
        _compiler(directory).compile(
            input={"main": f'#image({picture}, alt: "logo")'.encode(), **given}, format="pdf", pdf_standards=["a-3b"]
        )
    except typst.TypstError:
        return False
    return True
