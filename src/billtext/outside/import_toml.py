"""Read a mapping from its TOML file. What is not understood is one sentence that names the key and the remedy."""

import codecs
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from billtext.errors import Unreadable
from billtext.ids import is_id
from billtext.ledger.schema import ACCOUNT, CURRENCY, FORMAT, REGISTER, TEXT, UNIT
from billtext.outside import import_rows
from billtext.outside.import_mapping import (
    CUSTOMER_KEYS,
    DOCUMENT_KEYS,
    Condition,
    ImportMapping,
    Party,
    Rule,
    Series,
    Template,
)
from billtext.outside.toml_section import Section

# Days to the due date: more is a slip, ten years being the longest that anybody waits.
LONGEST = 3650


def read(path: Path) -> ImportMapping:
    """Read a mapping.

    :raises Unreadable: it cannot be read, or says something that is not understood
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        raise Unreadable(f"{path}: there is no such mapping; write one as the guide's page on imports shows") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path}: not UTF-8 text; save the mapping as UTF-8") from None
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read ({error.strerror})") from None
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"{path}: not TOML: {error}") from None
    top = Section(path, "", values)
    found: dict[str, Any] = {}
    for name, reader in _READERS.items():
        section = top.section(name)
        found |= reader(section)
        section.done()
    found["refuse"] = _rules(top)
    top.done()
    return ImportMapping(path=path, **found)


def _file(section: Section) -> dict[str, Any]:
    delimiter = section.text("delimiter", ",")
    if len(delimiter) != 1:
        section.fail("delimiter", f"is {delimiter!r}; write one character")
    encoding = section.text("encoding", "utf-8")
    try:
        codecs.lookup(encoding)
    except LookupError:
        section.fail("encoding", f'is {encoding!r}; write an encoding such as "utf-8" or "cp1252"')
    empty = section.get("empty", list, 'a list of texts, such as ["nan", "-"]', [])
    decimal, thousands = section.word("decimal", (".", ",")), section.text("thousands")
    if thousands == decimal:
        section.fail("thousands", f"is {thousands!r}, as `decimal` is; write another character")
    return {
        "rows": section.word("rows", ("lines", "documents")), "delimiter": delimiter, "encoding": encoding,
        "decimal": decimal, "thousands": thousands, "empty": frozenset(str(text).strip() for text in empty),
    }  # fmt: skip


def _document(section: Section) -> dict[str, Any]:
    due, days = section.template("due"), section.get("due-days", int, "a whole number of days, without quotes")
    if days is not None and not 0 <= days <= LONGEST:
        section.fail("due-days", f"is {days}; write a whole number of days from 0 to {LONGEST}")
    if (due is None) == (days is None):
        section.fail("", "needs one of `due` (a column) and `due-days`; write for example due-days = 30")
    keys = {key: section.template(key) for key in DOCUMENT_KEYS}
    number, date = section.needed("number", '"{InvoiceNo}"'), section.needed("date", '"{InvoiceDate}"')
    form = section.text("date-format", "%Y-%m-%d")
    wrong = import_rows.wrong_format(form)
    if wrong:
        section.fail("date-format", f'is {form!r}, which reads no dates ({wrong}); write such as "%d.%m.%Y"')
    if not number.columns:
        section.fail("number", f"is {number.text!r}, the same for all rows; write a column such as {'{InvoiceNo}'!r}")
    if not date.columns and import_rows.Days(form)[date.text] is None:
        section.fail("date", f"is {date.text!r}, which is no date; write a column such as {'{InvoiceDate}'!r}")
    return {
        "number": number, "date": date, "date_format": form,
        "currency": section.needed("currency", '"GBP"', CURRENCY),
        "due": due, "due_days": days, "text": section.template("text"), "total": section.template("total"),
        "rate": section.template("rate"), "delivery": section.template("delivery"),
        "keys": {key: template for key, template in keys.items() if template is not None},
    }  # fmt: skip


def _credit(section: Section) -> dict[str, Any]:
    condition = None
    if section.has("column") or section.has("matches"):
        pattern = _pattern(section, "matches")
        if pattern is None or not section.has("column"):
            section.fail("", 'needs `column` and `matches` together, such as column = "InvoiceNo", matches = "C.*"')
        condition = Condition(column=section.text("column"), matches=pattern)
    return {
        "credit": condition, "negative_total": section.flag("negative-total", False),
        "signs": section.word("signs", ("negative", "positive")),
        "reason": section.text("reason", "credited, imported"), "corrects": section.template("corrects"),
    }  # fmt: skip


def _line(section: Section) -> dict[str, Any]:
    amount = section.template("amount")
    line: dict[str, Template | None] = {"amount": amount}
    if amount is None:
        line["quantity"] = section.needed("quantity", '"{Quantity}"')
        line["price"] = section.needed("price", '"{UnitPrice}"')
    elif any(section.has(key) for key in ("quantity", "price", "discount")):
        section.fail("", "has `amount` and also `quantity`, `price` or `discount`; keep the one or the others")
    for key, template in line.items():
        if template is not None and not template.columns and not any(c.isdigit() for c in template.text):
            section.fail(key, f"is {template.text!r}, which is no number; write a column such as {'{Column}'!r}")
    checks = {"text": TEXT, "item": TEXT, "unit": UNIT, "vat": TEXT, "discount": TEXT}
    line |= {key: section.template(key, kind) for key, kind in checks.items()}
    accounts = section.texts("accounts")
    for key, value in accounts.items():
        _account(section, f"accounts.{key}", value)
    codes = section.texts("vat-codes")
    if codes and line["vat"] is None:
        section.fail("vat-codes", "needs `vat`, the column of what they stand for, such as vat = '{VatRate}'")
    return {
        "line": {key: template for key, template in line.items() if template is not None}, "vat_codes": codes,
        "account": _account(section, "account", section.text("account", "Income:Sales")), "accounts": accounts,
    }  # fmt: skip


def _item(section: Section) -> dict[str, Any]:
    return {"create_items": section.flag("create", True), "upper": section.flag("upper", False)}


def _customer(section: Section) -> dict[str, Any]:
    keys = REGISTER["customer"]
    fields = {key: section.template(key, keys[key]) for key in CUSTOMER_KEYS}
    fields["name"] = fields["name"] or section.needed("name", '"{CustomerName}"')
    known = section.texts("ids")
    for name, value in known.items():
        if not is_id(value):
            section.fail(
                f"ids.{name}", f"is {value!r}; an id is letters, digits and `-`, beginning with a capital or a digit"
            )
    countries = section.texts("countries")
    country = keys["country"].valid
    for name, value in countries.items():
        if value and country is not None and not country(value, ""):
            section.fail(f"countries.{name}", f'is {value!r}; write an ISO 3166 code such as "GB", or "" for none')
    party = Party(
        id=section.needed("id", '"{CustomerID}"'), kind=section.word("kind", ("company", "person", "public", "guest")),
        fields={key: template for key, template in fields.items() if template is not None}, ids=known,
        countries=countries,
    )  # fmt: skip
    return {"customer": party}


def _walk_in(section: Section) -> dict[str, Any]:
    if not section.has("id"):
        return {"walk_in": None}
    name = section.text("id")
    if not is_id(name):
        section.fail("id", f"is {name!r}; an id is letters, digits and `-`, beginning with a capital or a digit")
    return {"walk_in": (name, section.text("name", "Walk-in customers"))}


def _series(section: Section) -> dict[str, Any]:
    found = []
    for kind in ("invoice", "credit-note"):
        part = section.section(kind)
        if section.has(kind):
            name, form = part.text("id", f"imported-{kind}"), part.text("format")
            if not is_id(name.capitalize()):
                part.fail("id", f"is {name!r}; write letters, digits and `-`")
            if FORMAT.valid is None or not FORMAT.valid(form, ""):
                part.fail("format", f"is {form!r}; write {FORMAT.expected}")
            found.append(Series(id=name, kind=kind, format=form))
        part.done()
    return {"series": tuple(found)}


def _rules(top: Section) -> tuple[Rule, ...]:
    rules = []
    for n, values in enumerate(top.get("refuse", list, "tables that begin with [[refuse]]", []), 1):
        section = Section(top.path, f"refuse, number {n}", values if isinstance(values, dict) else {})
        reason = section.text("reason")
        if not reason.strip():
            section.fail("reason", 'is missing; add reason = "stock adjustment"')
        when = section.get("when", list, 'a list such as [{column = "Quantity", below = 0}]', [])
        if not when:
            section.fail("when", 'is missing; add when = [{column = "Quantity", below = 0}]')
        conditions = []
        for values_of_condition in when:
            part = Section(top.path, section.name, values_of_condition if isinstance(values_of_condition, dict) else {})
            conditions.append(_condition(part))
            part.done()
        rules.append(Rule(reason=reason.strip(), when=tuple(conditions)))
        section.done()
    return tuple(rules)


def _condition(section: Section) -> Condition:
    limits = {}
    for key in ("below", "above"):
        value = section.get(key, object, "a number")
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
            section.fail(key, f"is {value!r}; write a number, without quotes")
        limits[key] = None if value is None else Decimal(value)
    pattern = _pattern(section, "matches")
    column = section.text("column")
    if not column:
        section.fail("when", "has a condition without `column`; name one")
    if pattern is None and limits == {"below": None, "above": None}:
        section.fail("when", f"has a condition on {column!r} that asks nothing; add matches, below or above")
    return Condition(column=column, matches=pattern, below=limits["below"], above=limits["above"])


def _pattern(section: Section, key: str) -> re.Pattern[str] | None:
    text = section.get(key, str, "a regular expression in quotes")
    if text is None:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        section.fail(key, f"is {text!r}, which is no regular expression ({error}); correct it")


def _account(section: Section, key: str, value: str) -> str:
    if ACCOUNT.valid is None or not ACCOUNT.valid(value, ""):
        section.fail(key, f'is {value!r}; write an account, such as "Income:Sales"')
    return value


_READERS = {
    "file": _file, "document": _document, "credit-note": _credit, "line": _line, "item": _item, "customer": _customer,
    "walk-in": _walk_in, "series": _series,
}  # fmt: skip
