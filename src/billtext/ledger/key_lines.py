"""Where keys stand in the text of a ledger: those that are given twice, and the lines of those that are wrong."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from beancount.core.data import Custom
from beancount.parser import lexer

from billtext.errors import DuplicateKeyError, LedgerError
from billtext.ledger.lines import end_of, within
from billtext.ledger.register import values_of

_KEY = re.compile(r"^[ \t]+[a-z][A-Za-z0-9_-]*:", re.MULTILINE)


def duplicate_keys(customs: Iterable[Custom], sources: Mapping[str, str]) -> Iterator[LedgerError]:
    """Yield keys given twice in one directive, which Beancount drops without a word.

    :param sources: text of each ledger file, by its name
    """
    in_file: dict[str, list[Custom]] = defaultdict(list)
    for entry in customs:
        in_file[str(entry.meta.get("filename"))].append(entry)
    for name, entries in sorted(in_file.items()):
        if name in sources:
            # Invoices may fill the rest of the file: it is split only as far as directives go.
            last = max(entry.meta["lineno"] for entry in entries)
            yield from _duplicate_keys(entries, sources[name].split("\n", last + _LONGEST))


_LONGEST = 200  # lines of one directive


def at_their_keys(
    errors: Iterable[LedgerError], sources: Callable[[list[str]], Mapping[str, str]]
) -> list[LedgerError]:
    """Errors of which those about a key stand at the line of that key: a directive or a posting may have many."""
    # A key given twice is told at its line already.
    about = [error for error in errors if error.key and not isinstance(error, DuplicateKeyError)]
    texts = sources(sorted({error.file for error in about})) if about else {}
    lines = {name: text.split("\n") for name, text in texts.items()}
    found = {id(error) for error in about}
    return [_at_its_key(error, lines.get(error.file)) if id(error) in found else error for error in errors]


def _at_its_key(error: LedgerError, lines: list[str] | None) -> LedgerError:
    if lines is None or not 0 < error.line <= len(lines):
        return error
    for at, inside in enumerate(within(lines, error.line), error.line):
        if at > error.line and not inside and lines[at - 1].split(":")[0].strip() == error.key:
            return replace(error, source={**error.source, "lineno": at})
    return error


def _duplicate_keys(customs: Iterable[Custom], lines: list[str]) -> Iterator[LedgerError]:
    for entry in customs:
        start = stop = entry.meta["lineno"]
        while stop < len(lines) and (lines[stop][:1] in " \t" or not lines[stop].strip()):
            stop += 1
        stop = min(stop, start + _LONGEST)
        text = "\n".join(lines[start:stop])
        if text.count('"') % 2:  # a text goes on at the margin
            stop = min(end_of(lines, start), start + _LONGEST)
            text = "\n".join(lines[start:stop])
        if len(_KEY.findall(text)) <= len(values_of(entry.meta)):
            continue
        # The rare case: let Beancount's own lexer tell keys from what only looks like one.
        first: dict[str, int] = {}
        for name, line, _text, value in lexer.lex_iter_string("\n".join(lines[start - 1 : stop]) + "\n"):
            if name == "KEY":
                here = start + line - 1
                if value in first:
                    meta = {**entry.meta, "lineno": here}
                    yield DuplicateKeyError.at(meta, entry, key=value, directive=entry.type, first=first[value])
                first.setdefault(value, here)
