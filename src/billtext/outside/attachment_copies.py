"""Copies of attachments in the archive: what a draft names goes there with its issue, and the document names the copy.

    attachment: "hours"                                  ; of the draft
    attachment-file: "work/hours.csv"

    attachment: "hours"                                  ; of the document, under its seal
    attachment-file: "documents/Assets/Receivable/C1/2026-11-25.attachment-2026-0001.csv"
    attachment-name: "hours.csv"

So what was issued is what goes, whatever becomes of the draft's file. Content that is filed at the customer already is
not filed again: the document names the file that there is.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from billtext.errors import Refused
from billtext.model import ATTACHMENT, Date, Filed
from billtext.outside import attachments, filed_files, files, forms
from billtext.outside.desk import Desk
from billtext.rendering import einvoice
from billtext.rules import filing, presenting, stated
from billtext.rules.core_invoice import Attachment
from billtext.rules.filing_checks import account
from billtext.rules.prepared import Prepared


class Copies:
    """The attachments of documents that are issued together.

    :param desk: one that only reads has no copies, nor has a ledger without archive: documents name what drafts do
    :param date: of the documents
    """

    def __init__(self, desk: Desk, date: Date) -> None:
        self._desk, self._date = desk, date
        self._known: dict[str, dict[str, list[Filed]]] = {}  # by customer and hash
        self._new: set[str] = set()

    def read(self, prepared: Prepared) -> tuple[Attachment, ...]:
        """What a document names, with contents.

        :raises Refused: a file is not there, or cannot go
        """
        return attachments.read(self._desk.book, self._desk.root, prepared.keys)

    def file(self, prepared: Prepared, number: str, found: tuple[Attachment, ...]) -> Prepared:
        """Put what a document names into the archive, as far as it is not there; the document as it names the copies.

        :param found: what was read
        :raises Refused: a file cannot be put there
        """
        if not found or not self._desk.held or not (
            filed_files.there(self._desk) and filed_files.wanted(self._desk, self._date)
        ):  # fmt: skip
            return prepared
        keys = dict(prepared.keys)
        for (end, _), one in zip(stated.numbered(keys, "attachment"), found, strict=True):
            named = stated.text(keys, f"attachment-file{end}")
            if one.content is not None:
                filed = self._filed(prepared, number, one, one.content, named)
                keys = _renamed(keys, end, one, f"{filing.ROOT}/{filed.file}")
        return replace(prepared, keys=keys)

    def _filed(self, prepared: Prepared, number: str, one: Attachment, content: bytes, named: str) -> Filed:
        """The file of the archive that has a content: one of this customer's, else a new one."""
        book, root, sha256 = self._desk.book, self._desk.root, files.digest(content)
        known = self._of(prepared.customer).setdefault(sha256, [])
        there = attachments.filed(book, root, named)
        for each in sorted(known, key=lambda each: each is not there):  # what is named itself comes first
            if self._whole(each):
                return each
        where = filing.paper(
            account(book.register, prepared.customer), prepared.date, ATTACHMENT, forms.stem(number),
            filing.ending(named.rpartition("/")[2]),
            lambda name: name in book.filed_as or name in self._new or os.path.lexists(root / filing.ROOT / name),
        )  # fmt: skip
        new = Filed(
            date=prepared.date, file=where, sha256=sha256, kind=ATTACHMENT, customer=prepared.customer,
            document=number, label=one.description or one.id,
        )  # fmt: skip
        filed_files.put(self._desk, new, content)
        known.append(new)
        self._new.add(new.file)
        return new

    def _of(self, customer: str) -> dict[str, list[Filed]]:
        """The files of a customer by their hashes."""
        if customer not in self._known:
            found = self._known[customer] = {}
            for each in self._desk.book.filed_of.get(customer, ()):
                found.setdefault(each.sha256, []).append(each)
        return self._known[customer]

    def _whole(self, one: Filed) -> bool:
        """Whether a file of the archive is as it was filed, so that another document may name it."""
        try:
            filed_files.content(self._desk.root, one, self._desk)
        except Refused:
            return False
        return True


def _renamed(keys: Mapping[str, Any], end: str, one: Attachment, path: str) -> dict[str, Any]:
    """The keys of a document that name a copy; name and type of the attachment stay what they were."""
    file, name, mime = f"attachment-file{end}", f"attachment-name{end}", f"attachment-mime{end}"
    if PurePosixPath(str(keys[file])) == PurePosixPath(path):
        return dict(keys)
    found: dict[str, Any] = {}
    for key, value in keys.items():
        found[key] = path if key == file else value
        if key == file and name not in keys:
            found[name] = one.filename
    pairs = zip(stated.numbered(found, "attachment"), presenting.attachments(found), strict=True)
    if any(other == end and now.mime != one.mime for (other, _), (now, _) in pairs):
        found[mime] = einvoice.mime(one)
    return found
