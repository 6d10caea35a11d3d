"""The page of the ledger's errors, and those of a document."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from billtext.rendering import shapes
from billtext.rendering.pages.frame import Frame, Page


def errors(found: Iterable[Any], root: Path) -> list[dict[str, Any]]:
    """Errors in the shape of `shapes.error`, each once, with files as they are named from the ledger's directory.

    The name in full is their `path`.

    :param root: the directory, in full
    """
    told: dict[tuple[Any, ...], dict[str, Any]] = {}
    for error in shapes.errors(found):
        path = Path(error["file"])
        error["path"] = error["file"]
        if path.is_absolute() and path.is_relative_to(root):
            error["file"] = path.relative_to(root).as_posix()
        told.setdefault((error["file"], error["line"], error["message"]), error)
    return list(told.values())


def page(frame: Frame) -> Page:
    """Make the page: each error at its file and line."""
    found = [
        {**error, "href": frame.leads.source({"filename": error["path"], "lineno": error["line"]})}
        for error in frame.errors
    ]
    return frame.render("errors.html.j2", "errors", frame.t("Errors in the ledger"), errors=found)


def of_entry(frame: Frame, entry: Any) -> list[str]:
    """What is wrong at the lines of an entry."""
    if not frame.errors:
        return []
    metas = (entry.meta, *(posting.meta or {} for posting in entry.postings))
    # A key of the ledger's own may be called as Beancount's are.
    lines = [meta["lineno"] for meta in metas if type(meta.get("lineno")) is int]
    places = ((entry.meta["filename"], line) for line in range(min(lines, default=0), max(lines, default=0) + 1))
    return [message for place in places for message in frame.wrong.get(place, ())]
