"""The page of the ledger's errors."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from billtext.rendering import shapes
from billtext.rendering.pages.frame import Frame, Page


def errors(found: Iterable[Any], root: Path) -> list[dict[str, Any]]:
    """Errors in the shape of `shapes.error`, each once, with files as they are named from the ledger's directory.

    :param root: the directory, in full
    """
    told: dict[tuple[Any, ...], dict[str, Any]] = {}
    for error in shapes.errors(found):
        path = Path(error["file"])
        if path.is_absolute() and path.is_relative_to(root):
            error["file"] = path.relative_to(root).as_posix()
        told.setdefault((error["file"], error["line"], error["message"]), error)
    return list(told.values())


def page(frame: Frame) -> Page:
    """Make the page: each error at its file and line."""
    return frame.render("errors.html.j2", "errors", frame.t("Errors in the ledger"), errors=frame.errors)
