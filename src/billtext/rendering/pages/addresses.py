"""Where the site's pages are. Ids and numbers come from the ledger: they name files only after they are made safe."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from billtext.rendering import escape

# MkDocs makes an index of these, and Windows has no such files.
_TAKEN = r"(?:README|INDEX|CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\.|$)"
_NAME = rf"(?!{_TAKEN})[A-Z0-9](?:[A-Z0-9._-]{{0,78}}[A-Z0-9_-])?"
_PLAIN, _ALL_PLAIN = re.compile(_NAME), re.compile(rf"{_NAME}(?:\n{_NAME})*", re.MULTILINE)


@lru_cache(maxsize=1 << 17)
def part(text: str) -> str:
    """Name of the page of an id or number, without its ending. No two texts share one, whatever the case of letters.

    What is not of capitals, digits, `.`, `_` and `-` gets a digest of its text.

    >>> part("2026-0012"), part("A/1"), part("A_1"), part("../a")
    ('2026-0012', 'a_1~a5b3d27a72bcfbb3', 'A_1', 'a~61b4c98bfb92bdc9')
    """
    if _PLAIN.fullmatch(text):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{escape.file_name(text)[:60].lower()}~{digest[:16]}"


def parts(texts: Sequence[str]) -> Sequence[str]:
    """The same of many: most ledgers have none but plain ones, which is quickly told of all together."""
    lines = "\n".join(texts)
    plain = lines.count("\n") == len(texts) - 1 and _ALL_PLAIN.fullmatch(lines)
    return texts if plain else [part(text) for text in texts]


AGEING_BY_DATE = "ageing/date"


def customer(id_: str) -> str:
    """Page of a customer, from the directory of the receivables."""
    return f"customers/{part(id_)}"


def documents(numbers: Sequence[str]) -> list[str]:
    """Pages of many documents."""
    return [f"documents/{part}" for part in parts(numbers)]


def document(number: str) -> str:
    """Page of an invoice or credit note."""
    return f"documents/{part(number)}"


def statement(customer: str) -> str:
    """Page of a customer's statement for any period."""
    return f"statements/{part(customer)}"


def draft(name: str) -> str:
    """Page of a draft."""
    return f"drafts/{part(name)}"


def quote(name: str) -> str:
    """Page of a quote."""
    return f"quotes/{part(name)}"


def month(name: str, part: int = 1) -> str:
    """Page of the documents of a month, or of one of several parts of them.

    :param name: such as `2026-10`
    """
    return f"months/{name}" if part == 1 else f"months/{name}/{part}"


def column(name: str) -> str:
    """An ageing column in an address: a sign of a link's own has no place there.

    >>> column("31-60"), column("91+")
    ('31-60', 'from-91')
    """
    return f"from-{name[:-1]}" if name.endswith("+") else name


def open_items(column_name: str, *, by_date: bool = False) -> str:
    """Page of what is open in a column of the ageing, by due date or by document date."""
    return f"open-items/{'date/' if by_date else ''}{column(column_name)}"


def mark(column_name: str, *, by_date: bool = False) -> str:
    """By what a table of open items is told to show those of a column."""
    return f"{'date-' if by_date else ''}{column(column_name)}"


def archive(month: str) -> str:
    """Page of the files of the archive of a month.

    :param month: such as `2026-10`
    """
    return f"archive/{month}"


def statement_pdf(customer: str, month: str) -> str:
    """The PDF of a customer's statement of a month, whole with its ending."""
    return f"statements/{part(customer)}/{month}.pdf"


def document_pdf(number: str) -> str:
    """The PDF of a document, whole with its ending."""
    return f"documents/{part(number)}.pdf"


def named(address: str, names: Mapping[str, object]) -> str | None:
    """The id or number whose page an address names.

    A digest is only in the address of a name that is no safe one. Who knows no digests, as a link in Fava's journal,
    may use the name itself.
    """
    if "~" in address:
        found = next((name for name in names if part(name) == address), None)
        if found is not None:
            return found
    return address if address in names else None
