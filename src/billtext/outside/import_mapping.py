"""The mapping of an import: what says which column is what. `import_toml` reads it from a file.

A text in it is a *template*: `{Column}` stands for the cell of that column, everything else for itself.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

from billtext.errors import Unreadable
from billtext.ledger.schema import REGISTER

# Register keys of a customer that a mapping can fill: those that hold text.
CUSTOMER_KEYS = tuple(key for key, kind in REGISTER["customer"].items() if kind.type is str and key != "kind")
DOCUMENT_KEYS = ("order", "buyer-reference", "contract", "note")
_COLUMN = re.compile(r"\{([^{}]*)\}")


def close(word: str, known: Iterable[str]) -> str:
    """` (did you mean …?)`, or nothing."""
    near = get_close_matches(word, list(known), 1, 0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A text with columns in braces.

    :param key: where it stands in the mapping, for messages
    """

    text: str
    key: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns."""
        return tuple(_COLUMN.findall(self.text))

    @property
    def torn(self) -> bool:
        """Whether a brace has no partner, so that a column would be taken for text."""
        return any(brace in _COLUMN.sub("", self.text) for brace in "{}")

    def compiled(self, places: Mapping[str, int]) -> Callable[[Sequence[str]], str]:
        """A function from a row's cells to text. Where a cell is empty, so is the whole: half a text helps nobody.

        :param places: index of each column
        """
        parts = _COLUMN.split(self.text)
        if len(parts) == 1:
            constant = self.text
            return lambda cells: constant
        if len(parts) == 3 and parts[0] == parts[2] == "":
            place = places[parts[1]]
            return lambda cells: cells[place]
        at = [places[name] for name in parts[1::2]]
        form = "%s".join(part.replace("%", "%%") for part in parts[::2])

        def filled(cells: Sequence[str]) -> str:
            values = tuple(cells[place] for place in at)
            return form % values if all(values) else ""

        return filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition on one column: the whole cell matches a pattern, or its number is below or above a limit."""

    column: str
    matches: re.Pattern[str] | None = None
    below: Decimal | None = None
    above: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Rows that are refused, for a reason: those for which all conditions hold."""

    reason: str
    when: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Customers: how their ids and register keys are made."""

    id: Template
    kind: str
    fields: Mapping[str, Template]
    ids: Mapping[str, str]
    countries: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A number series that the import writes."""

    id: str
    kind: str
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """A mapping, as read.

    :param rows: `lines` or `documents`
    :param due_days: days from a document's date to its due date, where no column says
    :param vat_codes: the ledger's VAT codes, by what the source says for them
    :param signs: how the source writes credit notes: `negative` or `positive`
    """

    path: Path
    rows: str = "lines"
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    thousands: str = ""
    empty: frozenset[str] = frozenset()
    number: Template
    date: Template
    date_format: str
    currency: Template
    due: Template | None = None
    due_days: int | None = None
    text: Template | None = None
    total: Template | None = None
    rate: Template | None = None
    delivery: Template | None = None
    keys: Mapping[str, Template] = field(default_factory=dict)
    credit: Condition | None = None
    negative_total: bool = False
    signs: str = "negative"
    reason: str = ""
    corrects: Template | None = None
    line: Mapping[str, Template]
    account: str
    accounts: Mapping[str, str] = field(default_factory=dict)
    vat_codes: Mapping[str, str] = field(default_factory=dict)
    create_items: bool = True
    upper: bool = False
    customer: Party
    walk_in: tuple[str, str] | None = None
    series: tuple[Series, ...] = ()
    refuse: tuple[Rule, ...] = ()

    @property
    def templates(self) -> tuple[Template, ...]:
        """All templates."""
        several = (self.keys, self.line, self.customer.fields)
        single = (self.number, self.date, self.currency, self.due, self.text, self.total, self.rate, self.delivery,
                  self.corrects, self.customer.id)  # fmt: skip
        return tuple(t for t in (*single, *(t for group in several for t in group.values())) if t is not None)

    def columns(self, header: Sequence[str], source: Path) -> dict[str, int]:
        """Index of each column of a table.

        :raises Unreadable: the mapping names a column that the table does not have
        """
        places = {name: n for n, name in enumerate(header)}
        named = [(name, template.key) for template in self.templates for name in template.columns]
        named += [(condition.column, "[[refuse]] when") for rule in self.refuse for condition in rule.when]
        if self.credit is not None:
            named.append((self.credit.column, "[credit-note] column"))
        for name, key in named:
            if name not in places:
                raise Unreadable(
                    f"{self.path}: {key} names the column {name!r}, which {source} does not have{close(name, places)}; "
                    f"its columns are {', '.join(header)}"
                )
        return places
