"""The billtext options of a ledger: `custom "billtext-option" NAME VALUE`."""

from dataclasses import dataclass

EDGES = (30, 60, 90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a ledger can set.

    :param receivable: account of claims on customers; each customer's is below it
    :param rounding: account that takes the rounding of a document's total, or None
    :param kid: check digit methods that a KID may use, of `mod10` and `mod11`
    :param allocation: `none` leaves money that names nothing unapplied, `oldest` applies it to the oldest due
    :param aging_edges: last day overdue of each ageing column but the last, in days
    """

    receivable: str = "Assets:Receivable"
    rounding: str | None = None
    kid: tuple[str, ...] = ("mod10", "mod11")
    allocation: str = "none"
    aging_edges: tuple[int, ...] = EDGES


# Each option by its name in the ledger, with what it expects; `billtext-option` of another name is an error.
# `fava-write` belongs to the Fava extension, which reads it there.
EXPECTED = {
    "receivable": "an account, such as Assets:Receivable",
    "rounding": "an account, such as Expenses:Rounding",
    "kid": '"mod10", "mod11" or "mod10 mod11"',
    "allocation": '"none" or "oldest"',
    "aging-edges": 'days in rising order, such as "30 60 90"',
    "fava-write": "TRUE or FALSE",
}


def edges(text: str) -> tuple[int, ...]:
    """Ageing edges written as days in rising order, separated by spaces or commas.

    :raises ValueError: not such edges

    >>> edges("15 45")
    (15, 45)
    """
    days = tuple(int(part) for part in text.replace(",", " ").split())
    if not days or list(days) != sorted(set(days)) or days[0] < 1:
        raise ValueError(text)
    return days
