"""Whether the files of the archive are where Beancount finds them, once, and belong to what there is. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping

from billtext.errors import FiledPlaceError, FiledTwiceError, FiledUnknownError, LedgerError
from billtext.model import Document, Filed, Register

_NAME = re.compile(r"[^/\\\x00-\x1f]{1,200}")


def account(register: Register, customer: str) -> str:
    """The account under which the files of a customer are found."""
    return f"{register.options.receivable}:{customer}"


def check(register: Register, filed: Iterable[Filed], documents: Mapping[str, Document]) -> Iterator[LedgerError]:
    """Yield files that Beancount does not find, that are filed twice, and that belong to no document."""
    first: dict[str, Filed] = {}
    for one in filed:
        file, meta = one.file, one.meta
        folder = f"{account(register, one.customer).replace(':', '/')}/{one.date.isoformat()}."
        if not file.startswith(folder) or not _NAME.fullmatch(file[len(folder) :]):
            yield FiledPlaceError.at(
                meta, file=file, customer=one.customer, date=one.date, place=f"{folder}NAME"
            )  # fmt: skip
        if file in first:
            there = first[file].meta
            yield FiledTwiceError.at(meta, file=file, first=f"{_base(there)}:{there.get('lineno')}")
        first.setdefault(file, one)
        document = documents.get(one.document)
        if one.document and document is None:
            yield FiledUnknownError.at(meta, file=file, document=one.document, why="which does not exist")
        elif document is not None and document.customer != one.customer:
            why = f"which is of customer {document.customer}, not {one.customer}"
            yield FiledUnknownError.at(meta, file=file, document=one.document, why=why)


def _base(meta: Mapping[str, object]) -> str:
    return str(meta.get("filename")).replace("\\", "/").rpartition("/")[2]
