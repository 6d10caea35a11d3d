"""What a ledger already has, found in its text without loading it: the register, open accounts, and document numbers.

Loading a year of 25 000 documents takes a minute; an import needs to know only which numbers are taken. Register
directives and `open` are parsed by Beancount and read as ever; of transactions only the number and the amount on the
receivable account are looked at. Plugins are not run.
"""

import glob
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from billtext.errors import Unreadable
from billtext.ledger import register as register_reader
from billtext.ledger.schema import FORMS
from billtext.model import KINDS, Date, Register
from billtext.money import ZERO

_DATED = re.compile(r"(\d{4}[-/]\d\d?[-/]\d\d?)\s+(\w*)")
_NUMBER = re.compile(rf'\s+({"|".join(KINDS[:-1])}):\s*"([^"\\]*)"')
_POSTING = re.compile(r"\s+(?:[*!] +)?([\w:-]+)\s+([+-]?[\d,]+(?:\.\d*)?)\s+([A-Z][A-Z0-9'._-]*)")
_INCLUDE = re.compile(r'include\s+"([^"]+)"')
_DIRECTIVES = frozenset({"custom", "open", "close"})


@dataclass(slots=True, kw_only=True)
class Booked:
    """A numbered transaction of the ledger.

    :param kind: `invoice`, `credit-note`, `payment`, …
    :param amount: on the receivable account; None where it is not written as a plain number
    """

    number: str
    kind: str
    amount: Decimal | None = ZERO
    currency: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a directive stands.

    :param written: its date as the file has it
    """

    file: Path
    line: int
    date: Date
    written: str

    def __str__(self) -> str:
        """`file:line`: the name of the file is enough."""
        return f"{self.file.name}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a ledger has.

    :param root: directory of the top file
    :param opened: accounts by the day of their `open`, `closed` those by the day of their `close`
    :param firsts: by directive (`open`, `customer`, …) and account or id: those of its earliest day
    :param numbers: numbered transactions, the first of each number
    :param patterns: absolute patterns of all `include` lines
    """

    root: Path
    register: Register
    firsts: Mapping[tuple[str, str], tuple[Place, ...]]
    opened: Mapping[str, Date]
    closed: Mapping[str, Date]
    numbers: Mapping[str, Booked]
    voids: frozenset[str]
    patterns: tuple[str, ...]

    def includes(self, path: Path) -> bool:
        """Whether an `include` line already brings in a file of this absolute path."""
        return any(matches(path.parts, Path(pattern).parts) for pattern in self.patterns)

    def later(self, directive: str, name: str, date: Date) -> tuple[Place, ...]:
        """The directives by which something begins, if it begins after a date; else none."""
        return tuple(place for place in self.firsts.get((directive, name), ()) if place.date > date)

    def fixed(self, directive: str, name: str, date: Date) -> Place | None:
        """One of those whose file is outside the ledger's directory, so that it cannot be dated back."""
        return next((p for p in self.later(directive, name, date) if not p.file.is_relative_to(self.root)), None)


def matches(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    """Whether a path fits a pattern as `glob` with `recursive` understands it."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(matches(path[n:], pattern[1:]) for n in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and matches(path[1:], pattern[1:])


def scan(path: Path) -> Known:
    """Read a ledger's files from its top file on.

    :raises Unreadable: a file cannot be read, or is not UTF-8
    """
    from beancount.core.data import Close, Custom, Open
    from beancount.parser import parser

    blocks: list[str] = []
    origins: list[tuple[Path, int]] = []  # file and line of each of them
    patterns: list[str] = []
    texts: dict[Path, Path] = {}
    waiting = [path.resolve()]
    while waiting:
        file = waiting.pop()
        if file in texts:
            continue
        texts[file] = file
        own: list[str] = []
        for n, line in _directives(lines(file), own):
            blocks.append(line)
            origins.append((file, n))
        for name in own:
            pattern = os.path.normpath(file.parent / name)
            patterns.append(pattern)
            waiting.extend(Path(found).resolve() for found in sorted(glob.glob(pattern, recursive=True)))  # noqa: PTH207 - as Beancount does
    entries, _, _ = parser.parse_string("".join(blocks))
    firsts: dict[tuple[str, str], tuple[Place, ...]] = {}
    for entry in entries:
        key, head = _key(entry), _DATED.match(blocks[entry.meta["lineno"] - 1])
        file, n = origins[entry.meta["lineno"] - 1]
        entry.meta.update(filename=str(file), lineno=n)
        if key is not None and head is not None:
            found = firsts.get(key, ())
            if not found or entry.date <= found[0].date:
                place = Place(file=file, line=n, date=entry.date, written=head[1])
                firsts[key] = (*found, place) if found and entry.date == found[0].date else (place,)
    customs = [entry for entry in entries if isinstance(entry, Custom) and entry.type in FORMS]
    good, _ = register_reader.well_formed(customs)
    register, _ = register_reader.read(good)
    voids, _, _ = register_reader.directives(good)
    numbers: dict[str, Booked] = {}
    for file in texts:
        for booked in documents(lines(file), register.options.receivable):
            numbers.setdefault(booked.number, booked)
    return Known(
        root=path.resolve().parent, register=register, firsts=firsts, patterns=tuple(patterns), numbers=numbers,
        voids=frozenset(void.number for void in voids),
        opened={entry.account: entry.date for entry in entries if isinstance(entry, Open)},
        closed={entry.account: entry.date for entry in entries if isinstance(entry, Close)},
    )  # fmt: skip


def lines(path: Path) -> Iterator[str]:
    """Lines of a ledger file.

    :raises Unreadable: it cannot be read, or is not UTF-8
    """
    try:
        with path.open(encoding="utf-8") as file:
            yield from file
    except FileNotFoundError:
        raise Unreadable(
            f"{path}: there is no such ledger; name one with -f, or make one with `billtext init`"
        ) from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path}: not UTF-8 text; save the ledger's files as UTF-8") from None
    except OSError as error:
        raise Unreadable(f"{path}: cannot be read ({error.strerror})") from None


def _key(entry: Any) -> tuple[str, str] | None:
    """Directive and account or id, of what may be dated back; None for all else."""
    from beancount.core.data import Custom, Open

    if isinstance(entry, Open):
        return "open", entry.account
    if isinstance(entry, Custom) and entry.type in {"customer", "terms"} and entry.values:
        return entry.type, str(entry.values[0].value)
    return None


def _directives(text: Iterable[str], includes: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines of `custom`, `open` and `close` directives with their numbers; collect what is included."""
    inside = False
    for n, line in enumerate(text, 1):
        if line[:1].isdigit():
            found = _DATED.match(line)
            inside = found is not None and found[2] in _DIRECTIVES
        elif line[:1] not in " \t\n;":
            inside = False
            include = _INCLUDE.match(line)
            if include is not None:
                includes.append(include[1])
        if inside:
            yield n, line


def documents(text: Iterable[str], receivable: str) -> Iterator[Booked]:
    """Yield the numbered transactions in ledger text, each with its amount on the receivable account.

    :param receivable: the account, or the account above those of the customers
    """
    current: Booked | None = None
    head = False  # among the metadata of the transaction itself, before its first posting
    below = receivable + ":"
    for line in text:
        first = line[:1]
        if first not in " \t":
            if first.isdigit():
                if current is not None:
                    yield current
                current, head = None, True
        elif head:
            found = _NUMBER.match(line)
            if found is not None and current is None:
                current = Booked(number=found[2], kind=found[1])
            elif line.lstrip()[:1].isupper() or line.lstrip()[:2] in {"* ", "! "}:
                head = False
        if current is not None and not head and receivable in line:
            _add(current, line, receivable, below)
    if current is not None:
        yield current


def _add(current: Booked, line: str, receivable: str, below: str) -> None:
    account = line.split(maxsplit=1)[0]
    if account in "*!":
        account = line.split(maxsplit=2)[1]
    if account != receivable and not account.startswith(below):
        return
    found = _POSTING.match(line)
    if found is None or (current.currency and current.currency != found[3]):
        current.amount = None
    elif current.amount is not None:
        current.amount += Decimal(found[2].replace(",", ""))
        current.currency = found[3]
    current.account = account
