"""Attachments of a document of the ledger: what its keys name, with the files' contents."""

import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from billtext.errors import Refused, shown
from billtext.rules import presenting
from billtext.rules.core_invoice import Attachment

LARGEST = 20_000_000  # bytes, of which a mail takes a third more


def read(root: Path, meta: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """The attachments of a document (BG-24): what names a file goes with it whole, or not at all.

    :param root: the directory of the ledger's top file
    :raises Refused: a file is not there, not below the ledger or no file, cannot be read, or its name can be none
    """

    def content(name: str) -> bytes:
        try:
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


def read_with(meta: Mapping[str, Any], content: Callable[[str], bytes | None]) -> tuple[Attachment, ...]:
    """The attachments of a document.

    :param content: bytes of a file by its path below the ledger, or None
    """
    return tuple(
        replace(found, content=content(file)) if file else found for found, file in presenting.attachments(meta)
    )
