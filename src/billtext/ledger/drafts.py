"""Read drafts: the ledger's own text with flag `!`, without a number, and with everything left out that can be known.

>>> text = '''
... 2026-11-25 ! "Consulting, November"
...   invoice:
...   customer: "C00017"
...   Income:Consulting
...     item: "CONS-SR"
...     quantity: 8
... '''
>>> drafts, errors = read(text, "drafts/nordlys.beancount")
>>> drafts[0].name, drafts[0].kind, drafts[0].first, drafts[0].last, errors
('nordlys', 'invoice', 2, 7, [])
"""

from pathlib import PurePath
from typing import Any

from beancount.core.data import Transaction

from billtext.errors import DraftError, DraftFormError, DraftNumberError
from billtext.ledger import load
from billtext.ledger.lines import end_of, within
from billtext.ledger.schema import written
from billtext.model import DOCUMENTS, Draft


def read(text: str, file: str) -> tuple[list[Draft], list[Any]]:
    """The drafts in the text of a file, and what is wrong with their form.

    :param file: its path; the name of a draft is the file's, and its line where the file has several
    :return: the drafts in order; errors of Beancount's parser, and `DraftError`s
    """
    entries, errors = load.parse(text, file)
    found: list[Draft] = []
    wrong: list[DraftError] = []
    lines = text.split("\n")
    stem = PurePath(file).name.partition(".")[0]
    for entry in entries:
        if not isinstance(entry, Transaction) or entry.flag != "!":
            seen = f"flagged `{entry.flag}`" if isinstance(entry, Transaction) else f"`{type(entry).__name__.lower()}`"
            wrong.append(DraftFormError.at(entry.meta, entry, seen=seen))
            continue
        kind = "credit-note" if "credit-note" in entry.meta else "invoice"
        numbers = {name: entry.meta[name] for name in sorted(DOCUMENTS & entry.meta.keys())}
        numbered = [name for name, value in numbers.items() if value is not None and value is not True]
        for name in numbered:
            wrong.append(DraftNumberError.at(entry.meta, entry, number=written(entry.meta[name]), kind=name))
        if numbered:
            continue
        first = entry.meta["lineno"]
        name = stem if len(entries) == 1 else f"{stem}:{first}"
        found.append(Draft(name=name, kind=kind, file=file, first=first, last=end_of(lines, first), entry=entry))
    return found, [*errors, *wrong]


def without(text: str, drafts: list[Draft]) -> str | None:
    """The text of a file after drafts are taken out of it; None where nothing is left but white space.

    Lines that are a comment stay, those within a draft too: at the margin, since alone they may not be indented.
    """
    lines = text.split("\n")
    for draft in sorted(drafts, key=lambda draft: -draft.first):
        end = draft.last
        # What stood after the next draft may follow now, and look as if it were of this one.
        own = zip(lines[draft.first - 1 : end], within(lines, draft.first), strict=False)
        kept = [line.strip() for line, inside in own if line.lstrip().startswith(";") and not inside]
        if not kept and end < len(lines) and not lines[end].strip():
            end += 1
        lines[draft.first - 1 : end] = kept
    left = "\n".join(lines)
    return left if left.strip() else None


def extended(text: str, draft: Draft, addition: str) -> str:
    """The text of a file after lines are added at the end of a draft; all other lines stay as they are.

    :param addition: whole lines
    """
    lines = text.split("\n")
    return "\n".join([*lines[: draft.last], addition.removesuffix("\n"), *lines[draft.last :]])
