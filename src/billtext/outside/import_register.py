"""Customers and items that imported documents need and the ledger does not have, each with its history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

from beancount.core.amount import Amount

from billtext import ids
from billtext.ledger import write
from billtext.ledger.schema import REGISTER
from billtext.model import Date, Record, Version
from billtext.outside.import_book import Document
from billtext.outside.import_documents import Sorter
from billtext.outside.import_mapping import Party
from billtext.outside.import_names import SOURCE


@dataclass(slots=True, kw_only=True)
class NewRecord:
    """A register record to be written.

    :param versions: what changes on each date, in the order of dates
    """

    id: str
    versions: dict[Date, dict[str, Any]]
    values: dict[str, Any] = field(default_factory=dict)

    def record(self, directive: str) -> Record:
        """The record that the register has of it once it is written."""
        values: dict[str, Any] = {}
        versions = []
        for date, changed in self.versions.items():
            values = values | changed
            versions.append(Version(date=date, changed=changed, values=values, meta={}))
        return Record(directive=directive, id=self.id, versions=tuple(versions))


@cache
def country_names(language: str = "en") -> Mapping[str, str]:
    """Country codes by their names in a language, in small letters (Unicode CLDR, through Babel)."""
    from babel import Locale

    names = Locale(language).territories
    return {name.lower(): code for code, name in names.items() if len(code) == 2 and code.isalpha()}


def country(text: str, party: Party) -> str | None:
    """ISO 3166 code of a country as another system writes it: by the mapping, as a code, or by its English name.

    :return: empty where the mapping says that it is none; None where it is not understood
    """
    if text in party.countries:
        return party.countries[text]
    if ids.is_country(text):
        return text
    return country_names().get(text.lower())


def customers(documents: Iterable[Document], sorter: Sorter) -> tuple[list[NewRecord], list[str]]:
    """Customers of documents that the ledger's register does not have. One that it has is left as it is.

    What changes from one document to a later one is a later directive. An empty cell changes nothing.

    :param documents: in the order of their dates
    :return: in the order of ids, and warnings of values that were left out
    """
    party, known = sorter.mapping.customer, sorter.known.register.of("customer")
    get = {key: sorter.get(template) for key, template in party.fields.items()}
    found: dict[str, NewRecord] = {}
    left_out: dict[tuple[str, str], str] = {}
    for document in documents:
        name = document.customer
        if name in known:
            continue
        record = found.get(name)
        if record is None:
            record = found[name] = NewRecord(id=name, versions={document.date: {}})
            if sorter.mapping.walk_in is not None and name == sorter.mapping.walk_in[0]:
                record.versions[document.date] = {"name": sorter.mapping.walk_in[1], "kind": "guest"}
            elif sorter.customers.source[name] != name:
                record.values[SOURCE] = record.versions[document.date][SOURCE] = sorter.customers.source[name]
        if sorter.mapping.walk_in is not None and name == sorter.mapping.walk_in[0]:
            continue
        values = _values(name, {key: write.clean(read(document.cells)) for key, read in get.items()}, party, left_out)
        terms = sorter.known.register.get("terms", values.get("terms", ""))
        if "terms" in values and (
            terms is None or sorter.known.fixed("terms", values["terms"], document.date) is not None
        ):
            left_out.setdefault(
                ("terms", values["terms"]),
                f"terms {values['terms']!r} are not in the ledger on {document.date} and were left out "
                f"(first at customer {name})",
            )
            del values["terms"]
        changed = {key: value for key, value in values.items() if record.values.get(key) != value}
        if changed:
            record.values |= changed
            record.versions[document.date] = record.versions.get(document.date, {}) | changed
    return [found[name] for name in sorted(found)], list(left_out.values())


def _values(name: str, texts: Mapping[str, str], party: Party, left_out: dict[tuple[str, str], str]) -> dict[str, Any]:
    """Register values of a customer; what the register would not accept is left out, and told once."""
    values: dict[str, Any] = {"name": texts.get("name") or name, "kind": party.kind}
    code = texts.get("country", "")
    land = country(code, party) if code else ""
    if land is None:
        left_out.setdefault(
            ("country", code),
            f"country {code!r} is not known and was left out (first at customer {name}); "
            'name its code, or "" for none, under [customer.countries]',
        )
    for key, text in {**texts, "country": land or ""}.items():
        valid = REGISTER["customer"][key].valid
        if key == "name" or not text:
            continue
        if valid is None or valid(text, land or "NO"):
            values[key] = text
        else:
            left_out.setdefault((key, text), f"{key} {text!r} of customer {name} is not valid and was left out")
    return values


@dataclass(slots=True)
class _Seen:
    """What lines say of an item: `price` is None once two differ."""

    date: Date
    account: str
    unit: str
    price: Amount | None
    texts: dict[str, int] = field(default_factory=dict)


def items(documents: Iterable[Document], sorter: Sorter) -> list[NewRecord]:
    """Items that the ledger's price list does not have: the text that most lines have, the price if there is but one.

    :param documents: in the order of their dates
    """
    known = sorter.known.register.of("item")
    if not sorter.mapping.create_items:
        return []
    found: dict[str, _Seen] = {}
    for document in documents:
        for line in document.lines:
            if line.item is None or line.item in known:
                continue
            price = None if line.price is None else Amount(line.price, document.currency)
            seen = found.get(line.item)
            if seen is None:
                seen = found[line.item] = _Seen(document.date, line.account, line.unit, price)
            elif price != seen.price:
                seen.price = None
            if line.text:
                seen.texts[line.text] = seen.texts.get(line.text, 0) + 1
    return [_item(name, seen, sorter.items.source(name)) for name, seen in sorted(found.items())]


def _item(name: str, seen: _Seen, code: str) -> NewRecord:
    text = max(seen.texts, key=lambda text: seen.texts[text], default=code)  # of equals, the one met first
    values = {
        SOURCE: code if code != name else None, "text": text, "unit": seen.unit or None,
        "price": seen.price if seen.price is not None and seen.price.number != Decimal(0) else None,
        "account": write.Account(seen.account),
    }  # fmt: skip
    return NewRecord(id=name, versions={seen.date: values})
