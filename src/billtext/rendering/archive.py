"""The archive's reports as sheets and as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from billtext.model import Filed
from billtext.rendering.sheets import Cell, Sheet, Word, column
from billtext.rules.book import Book
from billtext.rules.filing import Kept

_COLUMNS = (column("date"), column("kind"), column("customer"), column("document"), column("label"))


def files(book: Book, found: Iterable[Filed], *, title: str = "", names: bool = False) -> Sheet:
    """Files of the archive.

    :param names: with the names of the customers, and the hashes
    """
    rows: list[Sequence[Cell]] = []
    for one in found:
        name = str(book.register.values("customer", one.customer, one.date).get("name") or "")
        more = [one.sha256] if names else []
        rows.append([one.date, Word(one.kind), one.customer, *([name] if names else []), one.document, one.label,
                     one.file, *more])  # fmt: skip
    name_column = (column("name"),) if names else ()
    columns = (
        *_COLUMNS[:3],
        *name_column,
        *_COLUMNS[3:],
        column("file"),
        *((column("sha256", "SHA-256"),) if names else ()),
    )
    return Sheet(title=title, columns=columns, rows=rows)


def data(one: Filed) -> dict[str, Any]:
    """A file as JSON."""
    return {
        "date": one.date.isoformat(), "kind": one.kind, "customer": one.customer, "document": one.document or None,
        "label": one.label, "file": one.file, "sha256": one.sha256,
    }  # fmt: skip


def findings(found: Iterable[Mapping[str, str]]) -> Sheet:
    """Files that are not as they were filed: `state`, `file` and `why` of each."""
    columns = (column("state"), column("file"), column("why"))
    return Sheet(title="", columns=columns, rows=[[one[each.key] for each in columns] for one in found])


def retention(found: Iterable[Kept]) -> Sheet:
    """How long files are kept."""
    rows: list[Sequence[Cell]] = [
        [kept.until, "yes" if kept.free else "no", Word(kept.filed.kind), kept.filed.customer, kept.filed.document,
         kept.filed.label, kept.why, kept.filed.file]
        for kept in found
    ]  # fmt: skip
    columns = (column("until", "Kept until"), column("may_be_destroyed", "May be destroyed"), *_COLUMNS[1:],
               column("why"), column("file"))  # fmt: skip
    return Sheet(title="", columns=columns, rows=rows)


def kept_data(kept: Kept) -> dict[str, Any]:
    """How long a file is kept, as JSON."""
    return {**data(kept.filed), "until": kept.until.isoformat(), "may_be_destroyed": kept.free, "why": kept.why}
