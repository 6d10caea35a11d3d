"""The page of the ledger's errors."""

from billtext.rendering.pages.frame import Frame


def page(frame: Frame) -> str:
    """Make the page: each error at its file and line."""
    return frame.render("errors.md.j2", "errors", frame.t("Errors in the ledger"), errors=frame.errors)
