"""Read the register: `custom` directives into records with their history."""

import datetime
import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core import account
from beancount.core.data import Custom, Open, Transaction

from billtext import dates
from billtext.errors import (
    AccountUnopenedError,
    DirectiveFormError,
    DirectiveUnknownError,
    IdFormError,
    KeyMissingError,
    KeyTypeError,
    KeyUnknownError,
    KeyValueError,
    LedgerError,
    OptionConflictError,
    OptionUnknownError,
    PrecisionError,
    ReasonMissingError,
    RegisterConflictError,
    RegisterUnknownError,
    Words,
)
from billtext.ids import is_id, is_number
from billtext.ledger.schema import FORMS, OF_NUMBERS, REGISTER, REQUIRED, Shape, faults, written
from billtext.model import Closing, Directive, Record, Register, Version, Void
from billtext.money import LARGEST, plain, rounded
from billtext.options import SETTINGS, Options


def order(entry: Any) -> tuple[Any, ...]:
    """Sort key of a directive that does not hang on the order in which files were read."""
    return entry.date, str(entry.meta.get("filename")), entry.meta.get("lineno", 0)


def values_of(meta: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that a bookkeeper wrote, without Beancount's own."""
    return {key: value for key, value in meta.items() if key not in {"filename", "lineno"} and not key.startswith("__")}


def place(meta: Mapping[str, Any]) -> str:
    """`file:line` within a sentence: the name of the file is enough beside the path that heads the error."""
    return f"{Path(str(meta.get('filename'))).name}:{meta.get('lineno')}"


def well_formed(customs: Iterable[Custom]) -> tuple[list[Custom], list[LedgerError]]:
    """Split billtext's directives into those with the right values, in order, and the errors of the others."""
    good: list[Custom] = []
    errors: list[LedgerError] = []
    for entry in sorted(customs, key=order):
        form, types = FORMS[entry.type]
        values = [value.value for value in entry.values or ()]
        if entry.type == "delivery":
            types *= max(1, len(values))
        if len(values) != len(types) or not all(
            isinstance(v, t) and v is not None for v, t in zip(values, types, strict=True)
        ):
            seen = " ".join(written(value) for value in values) or "nothing"
            unquoted = entry.type in {*NUMBERED, "delivery"} and any(
                t is str is not type(v) for v, t in zip(values, types, strict=False)
            )
            remedy = _IN_QUOTES if unquoted else Words("write these values in this order, with quotes around text only")
            errors.append(
                DirectiveFormError.at(entry.meta, entry, directive=entry.type, form=form, seen=seen, remedy=remedy)
            )
            continue
        names = values[:2] if entry.type == "contact" else values[:1]
        if entry.type in REGISTER and entry.type != "company":
            wrong = [name for name in names if not (is_id(name) or (entry.type in _LOWER and is_id(name.capitalize())))]
            if wrong:
                errors.append(IdFormError.at(entry.meta, entry, directive=entry.type, id=written(wrong[0])))
                continue
        good.append(entry)
    return good, errors


# Directives that name documents and payments.
NUMBERED = frozenset({"void", "allocate"})
_IN_QUOTES = Words('write the number in quotes, such as "2026-0012", of letters, digits, `-`, `_`, `.` and `/`')


def misspelt(customs: Iterable[Custom]) -> Iterator[LedgerError]:
    """Yield directives that are not ours but look so much like ours that they are meant to be."""
    close: dict[str, str | None] = {}
    for entry in customs:
        if entry.type not in close:
            close[entry.type] = next(iter(difflib.get_close_matches(entry.type.lower(), FORMS, 1, 0.8)), None)
        meant = close[entry.type]
        if meant is not None:
            seen, right = f'custom "{entry.type}"', f'custom "{meant}"'
            yield DirectiveUnknownError.at(entry.meta, entry, seen=seen, meant=right)


# Ids that never become part of an account may begin in lower case, as in `net-14`.
_LOWER = {"terms", "bank-account", "contact", "vat", "series"}


def read(customs: Iterable[Custom]) -> tuple[Register, list[LedgerError]]:
    """Read the register from well-formed directives in order.

    :return: the register, and the errors found in it
    """
    errors: list[LedgerError] = []
    options = _options([entry for entry in customs if entry.type == "billtext-option"], errors)
    grouped: dict[tuple[str, str], list[Custom]] = defaultdict(list)
    for entry in customs:
        if entry.type in REGISTER:
            grouped[entry.type, _id(entry)].append(entry)
    records: dict[str, dict[str, Record]] = {directive: {} for directive in REGISTER}
    register = Register(records=records, options=options)
    for directive, name in sorted(grouped, key=lambda one: (one[0] != "company", one)):
        records[directive][name] = _record(directive, name, grouped[directive, name], register, errors)
    errors.extend(_references(register))
    return register, errors


def _id(entry: Custom) -> str:
    if entry.type == "company":
        return ""
    return " ".join(v.value for v in entry.values[:2]) if entry.type == "contact" else str(entry.values[0].value)


def _record(directive: str, name: str, entries: list[Custom], register: Register, errors: list[LedgerError]) -> Record:
    """Read one record from its directives.

    :param register: with the company, whose country is that of a bank account
    """
    versions: list[Version] = []
    given: set[str] = set()
    label = name or entries[0].values[0].value  # the company has no id: its errors name it
    for entry in entries:
        changed = values_of(entry.meta)
        if directive == "company":
            changed = {"name": entry.values[0].value, **changed}
        elif directive in {"vat", "series"}:
            changed = {**changed, "rate" if directive == "vat" else "format": entry.values[1].value}
        given |= changed.keys()
        before: Mapping[str, Any] = versions[-1].values if versions else {}
        own = register.company(entry.date) if directive == "bank-account" else {**before, **changed}
        found = faults(changed, REGISTER[directive], entry.meta, entry, str(own.get("country", "NO")))
        errors.extend(found.values())
        shape = REGISTER[directive].shapes[tuple(changed)]
        errors.extend(_unknown(entry, shape))
        given.update(meant for _, meant in shape.odd if meant)
        changed = {key: value for key, value in changed.items() if type(found.get(key)) is not KeyTypeError}
        merged = {**before, **changed}
        if directive == "vat" and not found:
            errors.extend(_category(entry, changed, before))
        if versions and versions[-1].date == entry.date:
            last = versions.pop()
            for key, value in changed.items():
                if key in last.changed and written(last.changed[key]) != written(value):
                    errors.append(
                        RegisterConflictError.at(
                            entry.meta,
                            entry,
                            directive=directive,
                            id=label,
                            key=key,
                            value=written(value),
                            other=written(last.changed[key]),
                            place=place(last.meta),
                        )
                    )
            changed = {**last.changed, **changed}
        versions.append(Version(date=entry.date, changed=changed, values=merged, meta=entry.meta))
    missing = REQUIRED.get(directive, {}).keys() - given
    if directive == "vat" and versions[-1].values.get("rate") and "account" not in given:
        missing.add("account")
    if directive == "terms" and len(given & _DISCOUNT.keys()) == 1:
        missing = missing | (_DISCOUNT.keys() - given)
    for key in sorted(missing):
        example = {**_DISCOUNT, **REQUIRED.get(directive, {})}.get(key, "account: Liabilities:VAT:Output")
        errors.append(
            KeyMissingError.at(entries[0].meta, entries[0], directive=directive, id=label, key=key, example=example)
        )
    return Record(directive=directive, id=name, versions=tuple(versions))


# A cash discount is so much within so many days: one of the two says nothing.
_DISCOUNT = {"discount": "discount: 2", "discount-days": "discount-days: 8"}
# The VAT categories (UNTDID 5305) with a rate, and those without one (EN 16931 BR-S-05, BR-Z-05, BR-E-05 …).
_CATEGORIES = {True: ("S", "L", "M"), False: ("Z", "E", "AE", "K", "G", "O", "L", "M")}


def _category(entry: Custom, changed: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[LedgerError]:
    """Yield a category that goes ill with the rate: an e-invoice with it would be refused.

    It is told where one of the two is given, and not again with each later rate. What is no category is told already.
    """
    rate, category = changed["rate"], changed.get("category", before.get("category"))
    if "category" not in changed and bool(rate) is bool(before.get("rate")):
        return
    if category in _CATEGORIES[not rate] and category not in _CATEGORIES[bool(rate)]:
        expected = Words(f"one of {', '.join(_CATEGORIES[bool(rate)])}, as the rate is {plain(rate)}")
        yield KeyValueError.at(entry.meta, entry, key="category", value=written(category), expected=expected)


def _unknown(entry: Custom, shape: Shape) -> Iterator[LedgerError]:
    """Yield keys that are misspelt."""
    for name, meant in shape.odd:
        if meant is not None:
            yield KeyUnknownError.at(entry.meta, entry, key=name, meant=meant)


def _references(register: Register) -> Iterator[LedgerError]:
    """Yield ids that a record names and the register does not have."""
    for directive, keys in REGISTER.items():
        referring = {name: key.refers for name, key in keys.items() if key.refers}
        if directive == "contact":
            for record in register.of("contact").values():
                yield from _reference(
                    register, record, "customer", "customer", record.id.split()[0], record.versions[0]
                )
        for record in register.of(directive).values() if referring else ():
            for version in record.versions:
                for name in referring.keys() & version.changed.keys():
                    yield from _reference(register, record, name, referring[name], version.changed[name], version)


def _reference(
    register: Register, record: Record, key: str, directive: str, value: object, version: Version
) -> Iterator[LedgerError]:
    target = register.get(directive, str(value))
    if isinstance(value, str) and (target is None or target.first > version.date):
        yield RegisterUnknownError.at(version.meta, key=key, value=value, date=version.date, directive=directive)


def _options(customs: list[Custom], errors: list[LedgerError]) -> Options:
    found: dict[str, list[tuple[datetime.date, Any]]] = {}
    first: dict[tuple[str, object], Custom] = {}
    for entry in customs:
        name, value = (v.value for v in entry.values)
        setting = SETTINGS.get(name)
        if setting is None:
            near = difflib.get_close_matches(name, SETTINGS, 1, 0.8)
            remedy = Words(f"did you mean {near[0]}?" if near else f"the options are {', '.join(SETTINGS)}")
            errors.append(OptionUnknownError.at(entry.meta, entry, name=written(name), remedy=remedy))
            continue
        try:
            meant = setting.parse(value)
        except ValueError:
            wrong = KeyValueError.at(entry.meta, entry, key=name, value=written(value), expected=setting.expected)
            errors.append(wrong)
            continue
        period = entry.date if setting.dated else None
        before = first.setdefault((name, period), entry)
        if before is entry:
            found.setdefault(name, []).append((entry.date, meant))
        elif before.values[1].value != value:
            when = f"on {entry.date}" if setting.dated else "for the whole ledger"
            errors.append(
                OptionConflictError.at(
                    entry.meta, entry, name=name, value=_option(entry), other=_option(before),
                    place=place(before.meta), when=when,
                )
            )  # fmt: skip
    return Options(values={name: tuple(values) for name, values in found.items()})


_ON_ACCOUNTS = {"vat", "bank-account", "item"}
_AUTO = "<auto_accounts>"  # the file that `beancount.plugins.auto_accounts` names for what it opens


def unopened(
    customs: Iterable[Custom], register: Register, opens: Collection[Open], transactions: Iterable[Transaction]
) -> dict[str, LedgerError]:
    """Accounts that the register names and the ledger neither opens nor posts to, with the error at the directive.

    :param opens: where there are none, Beancount checks no accounts either; where a plugin opens what is posted to,
        the account of an item that is not sold yet, or of a bank that is not used yet, is no mistake
    """
    opened = {entry.account for entry in opens}
    checked = {"vat"} if any(entry.meta.get("filename") == _AUTO for entry in opens) else _ON_ACCOUNTS
    named: dict[str, LedgerError] = {}
    for entry in customs if opened else ():
        key, account_ = "account", entry.meta.get("account") if entry.type in checked else None
        if entry.type == "billtext-option" and entry.values[0].value in {"receivable", "rounding"}:
            key, value = (v.value for v in entry.values)
            account_ = value if isinstance(value, str) and value == register.options.of(key) else None
        if isinstance(account_, str) and account_ not in opened and account.is_valid(account_):
            named.setdefault(account_, AccountUnopenedError.at(entry.meta, entry, key=key, value=account_))
    root = register.options.receivable
    if root in named and any(name.startswith(root + ":") for name in opened):
        del named[root]
    if named:  # a plugin may open accounts later
        posted = {posting.account for entry in transactions for posting in entry.postings}
        named = {
            name: error for name, error in named.items()
            if name not in posted and not (name == root and any(other.startswith(root + ":") for other in posted))
        }  # fmt: skip
    return named


def _option(entry: Custom) -> str:
    """The value of an option as the ledger writes it: an account has no quotes."""
    value = entry.values[1]
    return str(value.value) if value.dtype == account.TYPE else written(value.value)


def directives(customs: Iterable[Custom]) -> tuple[list[Void], list[Directive], list[LedgerError]]:
    """Read the `void` and `allocate` directives."""
    voids: list[Void] = []
    allocates: list[Directive] = []
    errors: list[LedgerError] = []
    for entry in customs:
        values = [value.value for value in entry.values or ()]
        if entry.type in NUMBERED:
            errors.extend(_unknown(entry, OF_NUMBERS.shapes[tuple(entry.meta)]))
        if entry.type == "void" and is_number(values[0]):
            reason = entry.meta.get("reason")
            if (not isinstance(reason, str) or not reason.strip()) and not _means_reason(entry):
                errors.append(ReasonMissingError.at(entry.meta, entry, what="void number", number=values[0]))
            voids.append(Void(number=values[0], date=entry.date, reason=str(reason or ""), meta=entry.meta))
        elif entry.type == "void":
            form, seen = FORMS["void"][0], written(values[0])
            errors.append(
                DirectiveFormError.at(entry.meta, entry, directive="void", form=form, seen=seen, remedy=_IN_QUOTES)
            )
        elif entry.type == "allocate":
            number, currency = values[2]
            if number.adjusted() < LARGEST and rounded(number, currency) != number:
                errors.append(
                    PrecisionError.at(entry.meta, entry, amount=values[2], where="in this allocation",
                                      currency=currency, rounded=rounded(number, currency))
                )  # fmt: skip
                continue
            allocates.append(
                Directive(
                    date=entry.date, by=values[0], number=values[1], amount=number, currency=currency, meta=entry.meta
                )
            )
    return voids, allocates, errors


def closings(customs: Iterable[Custom]) -> tuple[list[Closing], list[LedgerError]]:
    """Read the `close` directives."""
    found: list[Closing] = []
    errors: list[LedgerError] = []
    for entry in customs:
        if entry.type != "close":
            continue
        month, meta = entry.values[0].value, entry.meta
        try:
            _, end = dates.month(month)
            movements = meta.get("movements")
            if not isinstance(movements, Decimal):
                raise ValueError(month)
        except ValueError:
            form, remedy = FORMS["close"][0], Words("let `billtext close` write it, with what stands in the month")
            errors.append(
                DirectiveFormError.at(meta, entry, directive="close", form=form, seen=written(month), remedy=remedy)
            )
            continue
        found.append(
            Closing(
                date=entry.date, month=month, end=end, movements=int(movements), volume=str(meta.get("volume") or ""),
                digest=str(meta.get("digest") or ""), meta=meta,
            )
        )  # fmt: skip
    return found, errors


def _means_reason(entry: Custom) -> bool:
    return "reason" not in entry.meta and OF_NUMBERS.shapes[tuple(entry.meta)].means("reason")
