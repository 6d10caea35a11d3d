"""Quotes of a ledger: find them, write new ones, and write what becomes of them below them, in their own files."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core.amount import Amount

from billtext.errors import Refused
from billtext.ledger import quotes as reader
from billtext.ledger import write
from billtext.ledger.quotes import Quote
from billtext.model import Date
from billtext.outside import drafting
from billtext.outside.desk import Desk
from billtext.outside.files import read as read_text
from billtext.outside.issuing import rates
from billtext.rendering import ledger_text
from billtext.rules import numbering, quotes, stages
from billtext.rules.numbering import Numbers
from billtext.rules.prepared import Prepared
from billtext.rules.quotes import Estimate

DIRECTORY = "quotes"
FORM = "Q{year}-{number:04}"  # of numbers where the ledger has no series of quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file of the quotes' directory."""

    path: Path
    text: str
    quotes: tuple[Quote, ...]
    errors: tuple[Any, ...]


def every(root: Path) -> list[Found]:
    """All quotes of a ledger, in the order of their files' names.

    :param root: directory of the ledger's top file
    :raises Unreadable: a file cannot be read
    """
    return [read(path) for path in sorted((root / DIRECTORY).rglob("*.beancount"))]


def read(path: Path) -> Found:
    """The quotes of a file.

    :raises Unreadable: it cannot be read
    """
    text = read_text(path)
    found, errors = reader.read(text, str(path))
    return Found(path=path, text=text, quotes=tuple(found), errors=tuple(errors))


def find(files: Sequence[Found], name: str) -> tuple[Found, Quote]:
    """A quote by its number, or by the name of its file.

    :raises Refused: there is no such quote, or its file has a mistake
    """
    known = [(file, quote) for file in files for quote in file.quotes]
    hits = [pair for pair in known if pair[1].number == name] or [pair for pair in known if pair[1].name == name]
    if not hits:
        names = [quote.number or quote.name for _, quote in known]
        close = difflib.get_close_matches(name, names, 1)
        hint = f"did you mean {close[0]}?" if close else "`billtext quote list` shows them"
        raise Refused(f"there is no quote {name}; {hint}")
    file, quote = hits[0]
    if len(hits) > 1:
        other = hits[1][0].path
        raise Refused(f"{name} is the number of two quotes, in {file.path.name} and {other.name}; correct one of them")
    if file.errors:
        raise Refused(told(file.errors))
    return file, quote


def told(errors: Iterable[Any]) -> str:
    """Mistakes as one sentence, each with its place."""
    return "; ".join(f"{Path(str(e.source['filename'])).name}:{e.source['lineno']}: {e.message}" for e in errors)


def number(desk: Desk, files: Sequence[Found], date: Date) -> str:
    """The next number of the series of quotes, or of the usual form where the ledger has none.

    :raises Refused: dates of the series would go backwards
    """
    ledger = desk.book.ledger
    known = {quote.number: quote.date for file in files for quote in file.quotes if quote.number}
    for document in ledger.documents.values():
        if isinstance(document.entry.meta.get("quote"), str):
            known.setdefault(document.entry.meta["quote"], document.date)
    if any(record.latest.get("kind") == "quote" for record in ledger.register.of("series").values()):
        numbers = Numbers(ledger.register, known=desk.book.numbers)
        for name, day in sorted(known.items()):
            numbers.taken("quote", name, day)
        return numbers.give("quote", date, suits=lambda name: name not in ledger.documents).number
    matches = [numbering.pattern(FORM).fullmatch(name) for name in known]
    last = max((int(m["number"]) for m in matches if m is not None and int(m["year"]) == date.year), default=0)
    return numbering.written(FORM, date.year, last + 1)


def new(
    desk: Desk, date: Date, narration: str, keys: Mapping[str, Any],
    postings: Sequence[tuple[str, Amount | None, Mapping[str, Any]]],
) -> tuple[str, Path, str, Estimate]:  # fmt: skip
    """Decide on a quote: its number, file, text and what it comes to; it is written by `Desk.commit`.

    :raises Refused: it has a mistake
    """
    files = every(desk.root)
    name = number(desk, files, date)
    text = ledger_text.draft(date, "quote", narration, keys, postings, number=name)
    path = desk.path(Path(DIRECTORY) / f"{_stem(name)}.beancount")
    if path.exists():
        raise Refused(f"{path} is there already, but holds no quote {name}; rename that file")
    found, errors = reader.read(text, str(path))
    if errors:
        raise Refused("; ".join(error.message for error in errors))
    estimate, errors = quotes.estimate(found[0], desk.book.register, rates(desk.loaded.entries))
    if estimate is None:
        raise Refused("; ".join(dict.fromkeys(error.message for error in errors)))
    desk.replace(path, text)
    return name, path, text, estimate


def give_number(desk: Desk, name: str) -> str:
    """Give a quote that was written by hand its number.

    :raises Refused: it has one, or has a mistake
    """
    files = every(desk.root)
    file, quote = find(files, name)
    if quote.number:
        raise Refused(f"{name} has the number {quote.number} already")
    estimated(desk, quote)
    given = number(desk, files, quote.date)
    text = reader.numbered(file.text, quote, given)
    if text is None:
        raise Refused(f"the number cannot be written in {file.path.name}; leave `quote:` empty, on a line of its own")
    desk.replace(file.path, text, was=file.text)
    return given


def estimated(desk: Desk, quote: Quote) -> Estimate:
    """What a quote comes to.

    :raises Refused: it has a mistake
    """
    found, errors = quotes.estimate(quote, desk.book.register, rates(desk.loaded.entries))
    if found is None:
        raise Refused(told(errors))
    return found


def accept(
    desk: Desk, name: str, date: Date, *, lines: Iterable[int] = (), optional: Iterable[int] = (),
    share: Decimal | None = None, late: bool = False,
) -> tuple[Path, str, str, Prepared]:  # fmt: skip
    """Decide on an acceptance: the draft's file and text, the directive, and what the draft comes to.

    :param late: although the quote has expired
    :raises Refused: it may not be accepted, or nothing of it is left
    """
    file, quote = _open(desk, name, date)
    found = estimated(desk, quote)
    status = quotes.status(quote, date)
    if status == "declined":
        raise Refused(f"{quote.number} was declined; make it valid again with `billtext quote reissue {quote.number}`")
    if status == "expired" and not late:
        raise Refused(
            f"{quote.number} was valid until {quote.valid_until(date)}; give it a new date with "
            f"`billtext quote reissue {quote.number}`, or say --force"
        )
    stage = stages.stage(found, lines=lines, optional=optional, share=share)
    count = sum(1 for event in quote.events if event.kind == "accept") + 1
    path = drafting.free(desk, f"{_stem(quote.number)}-{count}")
    entry = quote.draft.entry
    text = ledger_text.draft(
        date, "invoice", entry.narration or "", stages.keys(found, stage),
        stages.postings(found, stage, desk.book.register), links=sorted({*entry.links, quote.number}),
    )  # fmt: skip
    prepared = drafting.check(desk, text, path, date)
    meta = {"lines": " ".join(map(str, stage.lines)), "share": stage.share, "draft": path.stem}
    directive = write.custom(date, "accept", quote.number, meta=meta)
    desk.replace(path, text)
    _append(desk, file, directive)
    return path, text, directive, prepared


def decline(desk: Desk, name: str, date: Date, reason: str) -> str:
    """Decide that a quote is declined; return the directive.

    :raises Refused: it is accepted or declined already
    """
    file, quote = _open(desk, name, date)
    status = quotes.status(quote, Date.max)
    if status in {"accepted", "declined"}:
        raise Refused(f"{quote.number} is {status} already")
    directive = write.custom(date, "decline", quote.number, meta={"reason": reason or None})
    _append(desk, file, directive)
    return directive


def reissue(desk: Desk, name: str, date: Date, valid_until: Date) -> str:
    """Decide that a quote is valid for longer, at its prices; return the directive.

    :raises Refused: it is accepted already, or the new date is none
    """
    file, quote = _open(desk, name, date)
    if quotes.status(quote, Date.max) == "accepted":
        raise Refused(f"{quote.number} is accepted already, so it needs no new date")
    if valid_until < date:
        raise Refused(f"{valid_until} is before {date}, the day of the new issue; give a later day")
    directive = write.custom(date, "reissue", quote.number, meta={"valid-until": valid_until})
    _append(desk, file, directive)
    return directive


def _open(desk: Desk, name: str, date: Date) -> tuple[Found, Quote]:
    """A quote of which something is to be written on a day."""
    file, quote = find(every(desk.root), name)
    if not quote.number:
        raise Refused(f"{name} has no number yet; `billtext quote number {name}` gives it one")
    last = max([quote.date, *(event.date for event in quote.events)])
    if date < last:
        raise Refused(f"{quote.number} has been dated {last} already, and {date} is before it; give a later --date")
    return file, quote


def _append(desk: Desk, file: Found, directive: str) -> None:
    end = "" if file.text.endswith("\n") else "\n"
    desk.replace(file.path, f"{file.text}{end}\n{directive}", was=file.text)


def _stem(number: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "-", number).strip("-") or "quote"
