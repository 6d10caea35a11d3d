"""Attachments of a document of the ledger: what its keys name, with the files' contents."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from billtext.rules import presenting
from billtext.rules.core_invoice import Attachment


def read(root: Path, meta: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """The attachments of a document (BG-24); a file that is gone, or is not below the ledger, has no content.

    :param root: the directory of the ledger's top file
    """

    def content(name: str) -> bytes | None:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_file():
            return None
        return path.read_bytes()

    return read_with(meta, content)


def read_with(meta: Mapping[str, Any], content: Callable[[str], bytes | None]) -> tuple[Attachment, ...]:
    """The attachments of a document.

    :param content: bytes of a file by its path below the ledger, or None
    """
    return tuple(
        replace(found, content=content(file)) if file else found for found, file in presenting.attachments(meta)
    )
