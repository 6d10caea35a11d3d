"""Customers in a file of vCards (2.1, 3.0 or 4.0), as address books export them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from billtext.errors import Unreadable, shown
from billtext.rendering.register_files import ADDRESS, FIELDS, UID, X
from billtext.rules.register_import import ID, SOURCE, Row

LARGEST = 100_000_000  # bytes of a file
_LARGE = 65_536  # characters of one card without its pictures
_LINE_END = re.compile(r"\r\n?|\n")
_PICTURE = re.compile(r"(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:]", re.IGNORECASE)
_KINDS = {"org": "company", "individual": "person"}


def read(path: Path) -> list[Row]:
    """The cards of a file; one that cannot be read is a row with a fault.

    :raises Unreadable: it cannot be read, or holds no card
    """
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"{path}: larger than {LARGEST // 1_000_000} MB; split it")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: not UTF-8 text ({error.reason}); export it as vCard 3.0 in UTF-8") from None
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read ({error.strerror})") from None
    rows = [_row(line, card) for line, card in _cards(text)]
    if not rows:
        raise Unreadable(f"{path}: holds no vCard, which begins with BEGIN:VCARD")
    return rows


def _cards(text: str) -> Iterator[tuple[int, list[str]]]:
    """Cards as lines, each with the line on which it begins; pictures are left out."""
    begin, card, skipping = 0, list[str](), False
    for n, line in enumerate(_LINE_END.split(text), 1):
        word = line.strip().upper()
        if word == "BEGIN:VCARD":
            if begin:
                yield begin, card
            begin, card = n, []
        skipping = bool(_PICTURE.match(line)) or (skipping and line[:1] in {" ", "\t"})
        if begin and not skipping:
            card.append(line)
        if word == "END:VCARD" and begin:
            yield begin, card
            begin, card = 0, []
    if begin:
        yield begin, card


def _row(line: int, lines: list[str]) -> Row:
    text = "\r\n".join(lines) + "\r\n"
    if len(text) > _LARGE:
        return Row(line=line, texts={}, fault=f"the card has {len(text):,} characters; shorten it to {_LARGE:,}")
    import vobject

    # vobject tells a card that it cannot read by errors of many kinds.
    wrong = (vobject.base.VObjectError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
    try:
        card = vobject.readOne(text, allowQP="quoted-printable" in text.lower())
        texts = _texts(card.contents)
    except wrong as error:
        return Row(line=line, texts={}, fault=f"the card cannot be read ({shown(str(error) or 'damaged')})")
    return Row(line=line, texts=texts, cells=())


def _texts(contents: dict[str, list[Any]]) -> dict[str, str]:
    """Texts by key of the register, from the first of each field."""
    found = {key: _text(contents[name][0].value) for key, name in FIELDS.items() if name in contents}
    if "adr" in contents:
        address = contents["adr"][0].value
        found |= {key: _text(getattr(address, part)) for key, part in ADDRESS.items()}
        box = _text(address.box)
        found["address"] = found["address"] or box
    found |= {name[len(X) :]: _text(lines[0].value) for name, lines in contents.items() if name.startswith(X.lower())}
    uid = _text(contents["uid"][0].value) if "uid" in contents else ""
    if uid.startswith(UID):
        found[ID] = uid.removeprefix(UID)
        return {key: text for key, text in found.items() if text}
    organisation = _text(contents["org"][0].value[:1]) if "org" in contents else ""
    kind = _text(contents["kind"][0].value).lower() if "kind" in contents else ""
    found.setdefault("kind", _KINDS.get(kind, "company" if organisation else "person"))
    found[SOURCE] = uid
    if organisation:
        found["name"] = organisation
    elif not found.get("name") and "n" in contents:
        found["name"] = " ".join(_text(getattr(contents["n"][0].value, part)) for part in ("given", "family")).strip()
    return {key: text for key, text in found.items() if text}


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(filter(None, map(_text, value)))
    if isinstance(value, bytes):
        raise ValueError("a text is given as bytes")
    return str(value).strip()
