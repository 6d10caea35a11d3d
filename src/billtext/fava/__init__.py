"""Fava's extension: the receivables in the sidebar of a ledger that says

    2020-01-01 custom "fava-extension" "billtext.fava"

It shows the pages of `billtext.rendering.pages`, as the site does, over the entries that Fava has loaded. `asked` is
what a request asks for, `shelf` keeps the book of a load. Fava registers each extension class that it sees in this
module: there is to be one.
"""

from typing import TYPE_CHECKING

from fava.ext import FavaExtensionBase, extension_endpoint
from flask import Response, abort, jsonify, request

from billtext.fava import asked, style
from billtext.fava.shelf import Shelf
from billtext.rendering import pages
from billtext.rendering.language import Language
from billtext.rendering.pages import finding

if TYPE_CHECKING:
    from fava.core import FavaLedger

    from billtext.rendering.pages.frame import Page


class Receivables(FavaExtensionBase):
    """The receivables of a ledger, as pages of Fava. Nothing is written by a GET."""

    has_js_module = True

    def __init__(self, ledger: "FavaLedger", config: str | None = None) -> None:
        super().__init__(ledger, config)
        self._shelf = Shelf(ledger)

    @property
    def report_title(self) -> str:  # type: ignore[override] # Fava asks for it during a request
        """What the sidebar says, in the reader's language."""
        return Language(asked.language(self.ledger))("Receivables")

    def after_load_file(self) -> None:
        """Forget what was read before."""
        self._shelf = Shelf(self.ledger)

    def page(self) -> "Page":
        """The page that a request asks for."""
        wanted = asked.page()
        found = pages.find(self._shelf.frame(asked.asked(self.ledger, self._shelf)), wanted)
        if found is None:
            abort(404)
        return found

    def stylesheet(self) -> str:
        """The address of the style sheet, which changes when it does."""
        return f"{asked.address('style')}?{style.version()}"

    @extension_endpoint
    def style(self) -> Response:
        """The style sheet."""
        return Response(style.sheet(), mimetype="text/css", headers={"Cache-Control": "max-age=86400"})

    @extension_endpoint
    def search(self) -> Response:
        """What the reader's words find."""
        frame = self._shelf.frame(asked.asked(self.ledger, self._shelf))
        return jsonify(finding.find(frame, request.args.get("q", "")))

    @extension_endpoint
    def script(self) -> Response:
        """The script that filters tables, which the site has too."""
        return Response(style.script(), mimetype="text/javascript", headers={"Cache-Control": "max-age=86400"})
