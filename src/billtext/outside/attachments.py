"""Attachments of a document of the ledger: what its keys name, with the files' contents.

What names a file of the archive goes as that was filed, or not at all.
"""

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from billtext.errors import Refused, shown
from billtext.model import Filed
from billtext.outside import filed_files
from billtext.outside.desk import Desk
from billtext.rules import filing, presenting
from billtext.rules.book import Book
from billtext.rules.core_invoice import Attachment

LARGEST = 20_000_000  # bytes, of which a mail takes a third more


def read(book: Book, root: Path, meta: Mapping[str, Any], desk: Desk | None = None) -> tuple[Attachment, ...]:
    """The attachments of a document (BG-24): what names a file goes with it whole, or not at all.

    :param root: the directory of the ledger's top file
    :param desk: whose change may have files of the archive in it
    :raises Refused: a file is not there, not below the ledger or no file, cannot be read, its name can be none, or it
        is of the archive and not as it was filed
    """

    def content(name: str) -> bytes:
        try:
            one = filed(book, root, name)
            if one is not None and len(found := filed_files.content(root, one, desk)) <= LARGEST:
                return found
            path = (root / name).resolve()
            if not path.is_relative_to(root.resolve()):
                why = "is not below the ledger's directory"
            elif any(part.startswith(".") for part in path.relative_to(root.resolve()).parts):
                why = "is hidden, and hidden files go to nobody"
            elif not stat.S_ISREG(path.stat().st_mode):
                why = "is no file"
            elif path.stat().st_size > LARGEST:
                why = f"is larger than {LARGEST // 1_000_000} MB"
            else:
                return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            why = "is not there"
        except (OSError, ValueError, RuntimeError) as error:  # ValueError of NUL, RuntimeError of links in a ring
            why = f"cannot be read ({getattr(error, 'strerror', None) or 'it is no name of a file'})"
        told = f"the attachment {shown(name)} {why}; put the file there, or mend `attachment-file`"
        raise Refused(told, reason=f"an attachment {why}")

    return read_with(meta, content)


def filed(book: Book, root: Path, name: str) -> Filed | None:
    """The file of the archive that a document names, in whichever way: also by a link to it.

    :param name: from the ledger's directory
    """
    for place in (os.path.abspath, os.path.realpath):  # a filed file that is a link now is known by its name
        base = os.path.join(place(root), filing.ROOT, "")  # noqa: PTH118 - so that it ends in a separator
        path = place(root / name)
        if path.startswith(base) and (one := book.filed_as.get(path.removeprefix(base).replace(os.sep, "/"))):
            return one
    return None


def read_with(meta: Mapping[str, Any], content: Callable[[str], bytes | None]) -> tuple[Attachment, ...]:
    """The attachments of a document.

    :param content: bytes of a file by its path below the ledger, or None
    """
    return tuple(
        replace(found, content=content(file)) if file else found for found, file in presenting.attachments(meta)
    )
