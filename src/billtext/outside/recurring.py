"""Recurring templates of a ledger: find them, and write the drafts that are due, each once.

What has been drafted stands in the template itself, as `drafted:` with a date. The draft and this line are written
together or not at all, so nothing is drafted twice whatever becomes of a draft afterwards.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from billtext.errors import DraftLineError, Refused
from billtext.ledger import recurring as reader
from billtext.ledger.recurring import Template
from billtext.model import Date, Draft
from billtext.outside import drafting
from billtext.outside.desk import Desk
from billtext.outside.files import read as read_text
from billtext.outside.issuing import rates
from billtext.rendering import ledger_text
from billtext.rules import drafts, recurring
from billtext.rules.prepared import Prepared
from billtext.rules.recurring import Turn

DIRECTORY = "recurring"
MOST = 1000  # drafts of one template in one run: more is a slip in its date


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file of the templates' directory.

    :param template: None if it is wrong, which `errors` tell
    """

    path: Path
    text: str
    template: Template | None
    errors: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft that a template has made."""

    template: Template
    turn: Turn
    prepared: Prepared
    path: Path
    text: str


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What came of a run: the drafts in the order of templates and dates, and what is wrong with other templates.

    :param refused: names of templates of which nothing was drafted
    """

    drafted: list[Drafted] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    errors: list[Any] = field(default_factory=list)


def every(root: Path) -> list[Found]:
    """All templates of a ledger, in the order of their files' names.

    :param root: directory of the ledger's top file
    :raises Unreadable: a file cannot be read
    """
    return [read(root, path) for path in sorted((root / DIRECTORY).rglob("*.beancount"))]


def read(root: Path, path: Path) -> Found:
    """The template of a file.

    :raises Unreadable: it cannot be read
    """
    text = read_text(path)
    name = path.relative_to(root / DIRECTORY).with_suffix("").as_posix()
    template, errors = reader.read(text, str(path), name)
    return Found(path=path, text=text, template=template, errors=tuple(errors))


def run(desk: Desk, as_of: Date, found: list[Found]) -> Outcome:
    """Draft what is due on a day; nothing is written before `Desk.commit`.

    A template with a mistake is refused whole, and the others go through.
    """
    outcome = Outcome()
    taken: set[Path] = set()
    for each in found:
        errors = list(each.errors)
        made: list[Drafted] = []
        if each.template is not None:
            made, more = _drafts(desk, each.template, as_of, taken)
            errors += more
        new = None
        if each.template is not None and made and not errors:
            new = reader.remember(each.text, each.template, made[-1].turn.date)
            if new is None:
                why, remedy = "`drafted:` cannot be written here", "write it below `every:`, on a line of its own"
                errors.append(DraftLineError.at(each.template.meta, why=why, remedy=remedy))
        if errors:
            outcome.refused.append(each.path.stem if each.template is None else each.template.name)
            outcome.errors += errors
        elif new is not None:
            for one in made:
                desk.replace(one.path, one.text)
            desk.replace(each.path, new, was=each.text)
            taken |= {one.path for one in made}
            outcome.drafted += made
    return outcome


def waiting(template: Template, as_of: Date) -> tuple[list[Turn], list[Any]]:
    """Turns that are due on a day and not drafted yet; a mistake where they are too many."""
    turns = recurring.waiting(template, as_of)
    if len(turns) <= MOST:
        return turns, []
    why = f"{len(turns)} drafts are due since {turns[0].date}"
    remedy = "correct the date, or add `drafted:` with the last day that has been billed"
    return [], [DraftLineError.at(template.meta, why=why, remedy=remedy)]


def _drafts(desk: Desk, template: Template, as_of: Date, taken: set[Path]) -> tuple[list[Drafted], list[Any]]:
    register, known = desk.book.register, rates(desk.loaded.entries)
    turns, errors = waiting(template, as_of)
    if errors:
        return [], errors
    made: list[Drafted] = []
    for turn in turns:
        draft = recurring.draft(template, turn, register)
        prepared, errors = drafts.prepare(
            draft, register, known, max(turn.date, as_of), corrected=desk.book.ledger.documents
        )
        if prepared is None:
            return [], errors
        path = drafting.free(desk, draft.name, {*taken, *(one.path for one in made)})
        made.append(Drafted(template=template, turn=turn, prepared=prepared, path=path, text=_text(draft)))
    return made, []


def _text(draft: Draft) -> str:
    entry = draft.entry
    try:
        return ledger_text.draft(
            entry.date, draft.kind, entry.narration or "", recurring.keys(draft), recurring.lines(draft),
            links=sorted(entry.links),
        )  # fmt: skip
    except TypeError as error:
        raise Refused(f"{draft.file}: {error}") from None
