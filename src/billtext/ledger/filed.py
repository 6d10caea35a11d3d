"""Read `filed` directives: the files of the archive, with the hash that each had when it was filed."""

from collections.abc import Iterable
from typing import Any

from beancount.core.data import Custom

from billtext.errors import KeyMissingError, KeyUnknownError, LedgerError, RegisterUnknownError
from billtext.ledger.register import values_of
from billtext.ledger.schema import FILED, faults
from billtext.model import ATTACHMENT, DOCUMENTS, Filed, Register

_NEEDED = {
    "sha256": 'sha256: "…", as `billtext archive` writes it',
    "kind": 'kind: "contract"',
    "customer": 'customer: "C00017"',
}
_OF_DOCUMENTS = {*DOCUMENTS, ATTACHMENT}


def read(customs: Iterable[Custom], register: Register) -> tuple[list[Filed], list[LedgerError]]:
    """Read the archive of a ledger from its well-formed directives in order; what has a mistake is left out."""
    found: list[Filed] = []
    errors: list[LedgerError] = []
    for entry in customs:
        if entry.type == "filed":
            wrong = list(_faults(entry, register))
            errors += wrong
            if not wrong:
                found.append(_filed(entry))
    return found, errors


def _faults(entry: Custom, register: Register) -> Iterable[LedgerError]:
    meta, file = entry.meta, entry.values[0].value
    values = values_of(meta)
    shape = FILED.shapes[tuple(values)]
    wrong = faults(values, FILED, meta, entry)
    yield from wrong.values()
    for key, meant in shape.odd:
        if meant is not None:
            yield KeyUnknownError.at(meta, entry, key=key, meant=meant)
    for key, example in _NEEDED.items():
        if not values.get(key) and not shape.means(key):
            yield KeyMissingError.at(meta, entry, directive="filed", id=file, key=key, example=example)
    if values.get("kind") in _OF_DOCUMENTS and not values.get("document") and not shape.means("document"):
        yield KeyMissingError.at(
            meta, entry, directive="filed", id=file, key="document", example='document: "2026-0012"'
        )
    customer = values.get("customer")
    if isinstance(customer, str) and register.get("customer", customer) is None:
        yield RegisterUnknownError.at(
            meta, entry, key="customer", value=customer, date=entry.date, directive="customer"
        )


def _filed(entry: Custom) -> Filed:
    texts: dict[str, Any] = {key: value for key, value in values_of(entry.meta).items() if key in FILED}
    return Filed(date=entry.date, file=entry.values[0].value, meta=entry.meta, **texts)
