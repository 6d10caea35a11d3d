"""Files of the archive, one by one: put one there with its directive, and see whether it is as it was.

Whatever is read from the archive is read here, so a file that was changed there is never taken for what was filed.
"""

import hashlib
import os
import stat
from pathlib import Path, PurePosixPath

from billtext.errors import Refused
from billtext.ledger import write
from billtext.model import ATTACHMENT, Date, Filed
from billtext.outside import files
from billtext.outside.desk import Desk
from billtext.rules import filing

_BLOCK = 1 << 20


def text(one: Filed) -> str:
    """The directive of a file."""
    keys = {
        "kind": one.kind, "customer": one.customer, "document": one.document or None,
        "label": write.clean(one.label) or None, "sha256": one.sha256,
    }  # fmt: skip
    return write.custom(one.date, "filed", one.file, meta=keys)


def put(desk: Desk, one: Filed, content: bytes) -> None:
    """Put a file into the archive, and its directive into the ledger; nothing is there before `Desk.commit`.

    :raises Refused: there is a file already, or a link on the way
    """
    path = desk.root / filing.ROOT / one.file
    link = next((each for each in (path, *path.parents) if each != desk.root and each.is_symlink()), None)
    if link is not None and link.is_relative_to(desk.root):
        raise Refused(f"{link} is a link, so nothing is filed there; put a directory in its place")
    desk.attach(path, content)
    desk.append(f"follow-up/{one.date.year:04}.beancount", text(one), head=f"; Follow-up of {one.date.year}.\n")


def there(desk: Desk) -> bool:
    """Whether a ledger has an archive: the directory, and Beancount told to look there."""
    roots = {os.path.normpath(desk.root / name) for name in desk.loaded.options["documents"]}
    return os.path.normpath(desk.root / filing.ROOT) in roots and (desk.root / filing.ROOT).is_dir()


def wanted(desk: Desk, date: Date) -> bool:
    """Whether issuing on a day files: the ledger has an archive and does not say otherwise, or says that it should."""
    said = desk.book.register.options.at("archive", date)
    return there(desk) if said is None else bool(said)


def content(root: Path, one: Filed, desk: Desk | None = None) -> bytes:
    """The content of a filed file, as it was filed.

    :param root: directory of the ledger's top file
    :param desk: whose change may have the file in it
    :raises Refused: it is not there any more, or not as it was filed
    """
    path = root / filing.ROOT / one.file
    new = None if desk is None else desk.attached(path)
    if new is not None:
        return new
    _, why = state(root / filing.ROOT, one)
    found = b"" if why else path.read_bytes()
    if not why and files.digest(found) != one.sha256:
        why = "it is being changed at this moment"
    if why:
        what = f"an attachment of {one.document}" if one.kind == ATTACHMENT else one.document or "a paper"
        told = f"{why}, and {what} was filed there; see `billtext archive verify`, and bring it back as it was"
        raise Refused(f"{path}: {told}", reason=f"{filing.ROOT}/{one.file}: {told}")
    return found


def state(base: Path, one: Filed) -> tuple[str, str]:
    """Whether a file is as it was filed: empty, or `missing`, `changed` or `unreadable` with the reason.

    :param base: the directory `documents/`
    """
    path, name = base / one.file, PurePosixPath(one.file)
    if name.is_absolute() or ".." in name.parts:
        return "missing", "its name leads elsewhere"
    links = [path.joinpath(*[".."] * n) for n in range(len(name.parts))]
    if any(os.path.islink(os.path.normpath(each)) for each in links):  # noqa: PTH114 - it never raises
        return "changed", "it is a link now, or behind one"
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return "changed", "it is no plain file now"
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except FileNotFoundError:
        return "missing", "it is not there"
    except OSError as error:
        return "unreadable", f"it cannot be read ({error.strerror})"
    return ("", "") if digest.hexdigest() == one.sha256 else ("changed", "its hash is another")
