"""PDF files beside the site's pages: a statement for each month of each customer, and documents as they were filed.

A PDF takes 15 ms. One whose figures, words and template are as they were when it was made is not made again.
"""

import hashlib
import json
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from billtext.errors import Refused
from billtext.model import DOCUMENTS, Date, Filed
from billtext.outside import filed_files, files, forked, forms, program, typesetting
from billtext.rendering import pdf_data
from billtext.rendering.pages import addresses
from billtext.rendering.pages.frame import Frame
from billtext.rendering.pages.leads import Leads
from billtext.rules import statements

STATEMENTS = "statements"


class Papers(Leads):
    """Where the site's PDF files are. All pages that name one are in a directory of their own kind.

    :param paths: of the files that there are
    """

    def __init__(self, paths: Container[str]) -> None:
        self._paths = paths

    def statement(self, customer: str, start: Date, end: Date, kind: str, form: str) -> str | None:
        """The statement of a month."""
        path = addresses.statement_pdf(customer, f"{start:%Y-%m}")
        return self._there(path) if form == "pdf" and kind == "activity" and start.day == 1 else None

    def form(self, number: str, form: str) -> str | None:
        """A document's PDF, as it was filed."""
        return self._there(addresses.document_pdf(number)) if form == "pdf" else None

    def file(self, one: Filed) -> str | None:
        """The same."""
        return self.form(one.document, "pdf") if _is_document(one) else None

    def _there(self, path: str) -> str | None:
        return f"../{path}" if path in self._paths else None


def _is_document(one: Filed) -> bool:
    return one.kind in DOCUMENTS and one.file.endswith(".pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What is there: digests of what each file was made of, by path; how many are new; and what went wrong."""

    files: Mapping[str, str]
    written: int
    wrong: tuple[str, ...]


def templates(root: Path) -> str:
    """Digest of what makes a statement's PDF, besides its figures.

    :param root: directory of the ledger's top file
    """
    own = root / typesetting.TEMPLATES
    found = hashlib.blake2b(program.digest().encode(), digest_size=16)
    for path in sorted(own.rglob("*")) if own.is_dir() else ():
        if path.is_file():
            found.update(f"{path.relative_to(own)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def keep(
    directory: Path, frame: Frame, root: Path, before: Mapping[str, str], fresh: Callable[[str], bool],
    progress: Callable[[str, int], Callable[[], Any]],
) -> Made:  # fmt: skip
    """Make the PDF files of the pages' customers, as far as they are not there.

    :param before: what those that are there were made of
    :param fresh: whether nothing about a customer has changed
    """
    known: dict[str, list[str]] = {}
    for path in before:
        if path.startswith(f"{STATEMENTS}/"):
            known.setdefault(path.split("/")[1], []).append(path)
    base, kept, jobs = templates(root), dict[str, str](), list[tuple[str, Callable[[], bytes]]]()

    def wanted(path: str, mark: str, make: Callable[[], bytes]) -> None:
        kept[path] = mark
        if before.get(path) != mark or not (directory / path).is_file():
            jobs.append((path, make))

    for customer in frame.customers:
        there = known.get(addresses.part(customer), [])
        if fresh(customer) and all((directory / path).is_file() for path in there):
            kept.update((path, before[path]) for path in there)
            continue
        for report in statements.by_month(frame.book, customer, frame.as_of):
            words = json.dumps(pdf_data.statement(frame.book, report), ensure_ascii=False, sort_keys=True, default=str)
            mark = hashlib.blake2b(f"{base}\0{words}".encode(), digest_size=16).hexdigest()
            path = addresses.statement_pdf(customer, f"{report.start:%Y-%m}")
            wanted(path, mark, lambda report=report: forms.statement(frame.book, report, "pdf", root=root).content)  # type: ignore[misc]
    for one in (one for found in frame.archive.values() for one in found):
        if _is_document(one) and frame.document(one.document):
            wanted(addresses.document_pdf(one.document), one.sha256, lambda one=one: filed_files.content(root, one))  # type: ignore[misc]
    step, parts = progress("PDF", len(jobs)), forked.parts(len(jobs) * _WORTH)

    def write(part: int) -> list[tuple[str, str]]:
        wrong = []
        for path, make in jobs[part::parts]:
            try:
                files.replace(directory / path, make(), durable=False)
            except Refused as error:
                wrong.append((path, str(error)))
            if part == 0:
                for _ in range(parts):
                    step()
        return wrong

    wrong = dict(each for found in forked.share(write, parts) for each in found)
    for path in wrong:
        del kept[path]
    return Made(files=kept, written=len(jobs) - len(wrong), wrong=tuple(sorted(set(wrong.values()))))


_WORTH = 20  # pages take as long as one PDF


def prune(directory: Path, before: Mapping[str, str], kept: Container[str]) -> None:
    """Remove those of an earlier build that are no longer."""
    for path in before:
        if path not in kept and ".." not in path.split("/"):
            (directory / path).unlink(missing_ok=True)
