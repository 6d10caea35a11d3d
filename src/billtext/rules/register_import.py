"""Decide what an import of customers changes: new ones, and what differs of those that are there. Pure.

A row says who it is about by `id`; without one it is matched by `imported-id`, by a number that no two customers have
in common, or by the same name where nothing speaks against it. An empty cell changes nothing. A row that is wrong is
refused with the reason, and the others go on.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from billtext.errors import Refused, shown
from billtext.ids import is_id
from billtext.model import Date, Register
from billtext.rules import duplicates, register_changes
from billtext.rules.duplicates import Pair
from billtext.rules.register_changes import Change

ID = "id"
# Key that keeps the other system's word for a customer.
SOURCE = "imported-id"
_SURE = (SOURCE, "org-number", "vat-number")
_AGAINST = (*_SURE, "email", "postal-code", "country")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a table, or a card of a file of cards.

    :param line: on which it begins, counted from 1
    :param texts: by key, without the empty ones
    :param cells: as they stand in the source
    :param fault: why it cannot be read, or empty
    """

    line: int
    texts: Mapping[str, str]
    cells: tuple[str, ...] = ()
    fault: str = ""


@dataclass(slots=True, kw_only=True)
class Decision:
    """What an import changes.

    :param refused: reasons by line
    :param same: rows that say what the register says
    :param pairs: likely duplicates among which one is new
    """

    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    same: int = 0
    refused: dict[int, str] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()


class _Importer:
    def __init__(self, register: Register, taken: Iterable[str], date: Date) -> None:
        self.register, self.date = register, date
        self.cards: dict[str, Mapping[str, Any]] = {
            name: record.at(date) or record.versions[0].values for name, record in register.of("customer").items()
        }
        self.taken = set(taken)
        self.free: dict[bool, Iterator[str]] = {}
        self.seen: dict[str, int] = {}
        self.by: dict[tuple[str, str], list[str]] = {}
        for name, card in self.cards.items():
            self._index(name, card)

    def _index(self, name: str, card: Mapping[str, Any]) -> None:
        for key in (*_SURE, "name"):
            if card.get(key):
                self.by.setdefault((key, str(card[key])), []).append(name)

    def change(self, row: Row) -> Change | None:
        """What a row changes, or None.

        :raises Refused: it is wrong
        """
        if row.fault:
            raise Refused(row.fault)
        texts = dict(row.texts)
        name = texts.pop(ID, "")
        currency = self.register.currency or ""
        values = {key: register_changes.parse("customer", key, text, currency) for key, text in texts.items()}
        values = {key: value for key, value in values.items() if not isinstance(value, str) or value}
        name = name or self._match(values) or self._free(values)
        if name in self.seen:
            raise Refused(f"customer {name} stands in row {self.seen[name]} already; keep one of the two")
        if self.register.get("customer", name) is None:
            change: Change | None = register_changes.new(self.register, "customer", name, self.date, values)
        else:
            change = register_changes.edit(self.register, "customer", name, self.date, values)
            if change is not None and "closed" in change.values:
                verb = "close" if change.values["closed"] else "reopen"
                raise Refused(f"`closed` of {name} differs; say `billtext customer {verb} {name}`, which checks it")
        self.seen[name] = row.line
        if change is not None and name not in self.cards:
            self.cards[name] = change.values
            self._index(name, change.values)
        return change

    def _match(self, values: Mapping[str, Any]) -> str:
        """The customer that a row without an id is about, or nothing."""
        for key in _SURE:
            found = self.by.get((key, str(values.get(key) or "")), [])
            if len(found) == 1:
                return found[0]
            if found:
                raise Refused(f"`{key}: {shown(values[key])}` is of {' and '.join(found[:3])}; give the row an id")
        alike = [
            name
            for name in self.by.get(("name", str(values.get("name") or "")), [])
            if all(values[k] == self.cards[name][k] for k in _AGAINST if k in values and k in self.cards[name])
        ]
        if len(alike) > 1:
            raise Refused(f"it may be about {' or '.join(alike[:3])}; give the row an id")
        return alike[0] if alike else ""

    def _free(self, values: Mapping[str, Any]) -> str:
        guest = values.get("kind") == "guest"
        if guest not in self.free:
            kind = "guest" if guest else "company"
            self.free[guest] = register_changes.free_ids(self.register, self.taken, kind)
        return next(self.free[guest])


def decide(register: Register, rows: Sequence[Row], date: Date, *, taken: Iterable[str] = ()) -> Decision:
    """Decide what rows change.

    :param date: the day from which it holds
    :param taken: ids that are not free although the register does not have them
    """
    named = {row.texts[ID] for row in rows if is_id(row.texts.get(ID, ""))}
    importer = _Importer(register, {*taken, *named}, date)
    decision = Decision()
    for row in rows:
        try:
            change = importer.change(row)
        except Refused as error:
            decision.refused[row.line] = str(error)
            continue
        if change is None:
            decision.same += 1
        elif register.get("customer", change.id) is None:
            decision.new.append(change)
        else:
            decision.changed.append(change)
    new = {change.id: change.values for change in decision.new}
    if new:
        cards = {**duplicates.cards(register, date), **new}
        decision.pairs = tuple(pair for pair in duplicates.pairs(cards) if {pair.first, pair.second} & new.keys())
    return decision
