"""Write seals into documents that were typed by hand, and close months."""

from pathlib import Path

from billtext import dates
from billtext.errors import Refused
from billtext.ledger import write
from billtext.ledger.lines import head_of
from billtext.model import Date
from billtext.outside import files, git_history
from billtext.outside.desk import Desk
from billtext.rules import closing, seals


def seal(desk: Desk) -> list[str]:
    """Seal what comes after the last sealed document of each series; return the numbers.

    :raises Refused: a seal that is there is broken
    """
    for error in [*seals.check(desk.book.ledger), *git_history.lost(desk.book.ledger, desk.root)]:
        raise Refused(f"nothing was sealed: {files.below(desk.root, error.file)}:{error.line}: {error.message}")
    numbers: list[str] = []
    lines: dict[Path, dict[int, str]] = {}
    texts: dict[Path, list[str]] = {}
    for documents in seals.chains(desk.book.ledger).values():
        before = ""
        last = max((n for n, document in enumerate(documents) if seals.of(document) is not None), default=-1)
        for n, document in enumerate(documents):
            own = seals.of(document)
            if n > last:
                own = seals.seal(document.entry, before)
                meta = document.entry.meta
                path = Path(str(meta["filename"]))
                if path not in texts:
                    texts[path] = files.raw(path).split("\n")
                lines.setdefault(path, {})[head_of(texts[path], int(meta["lineno"]))] = f'  seal: "{own}"\n'
                numbers.append(document.number)
            before = own or ""
    for path, new in lines.items():
        desk.insert(path, new)
    return numbers


def close(desk: Desk, month: str, date: Date) -> str:
    """Decide on closing a month on a day; return the directive.

    :raises Refused: it is not over, or closed already, or something in it is wrong
    """
    ledger = desk.book.ledger
    _, end = dates.month(month)
    before = closing.until(ledger)
    if before is not None and end <= before:
        raise Refused(f"{month} is closed already; the last closed day is {before}")
    if date <= end:
        raise Refused(f"{month} ends on {end}; close it when it is over")
    start = Date.min if before is None else dates.next_day(before)
    found = closing.contents(ledger, start, end, desk.loaded.entries)
    keys = {"movements": found.movements, "volume": found.volume, "digest": found.digest}
    text = write.custom(date, "close", month, meta=keys)
    desk.append(
        f"follow-up/{date.year:04}.beancount", text, head=f"; Deliveries, reminders and closed months, {date.year}.\n"
    )
    return text
