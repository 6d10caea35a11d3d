"""Fava's extension: the receivables in the sidebar of a ledger that says

    2020-01-01 custom "fava-extension" "billtext.fava"

It shows the pages of `billtext.rendering.pages`, as the site does, over the entries that Fava has loaded. `asked` is
what a request asks for, `shelf` keeps the book of a load, `watch` sees whether it is still true; `outward` leads to
Fava's own pages, `downloads` gives out documents, `exports` tables, `headers` is what browsers are told. Where the
ledger lets a reader act, `forms` are what he fills in as `typed`, `acting` does it, and `origin` is how we know that
it is him. Fava registers each extension class that it sees in this
module: there is to be one.
"""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Never

from fava.core.filters import FilterError
from fava.ext import FavaExtensionBase, extension_endpoint
from flask import Response, abort, after_this_request, jsonify, make_response, redirect, render_template, request
from markupsafe import Markup

from billtext.errors import Refused
from billtext.fava import acting, asked, downloads, exports, forms, headers, origin, style
from billtext.fava.shelf import Shelf
from billtext.fava.watch import Watch
from billtext.outside import page_templates
from billtext.rendering import pages
from billtext.rendering.language import Language
from billtext.rendering.pages import finding
from billtext.rendering.pages.forms import told
from billtext.rendering.pages.frame import Frame, Page

if TYPE_CHECKING:
    from fava.core import FavaLedger
    from werkzeug.wrappers import Response as Answer

ACT = "act"


class Receivables(FavaExtensionBase):
    """The receivables of a ledger, as pages of Fava. Nothing is written by a GET."""

    has_js_module = True

    def __init__(self, ledger: "FavaLedger", config: str | None = None) -> None:
        super().__init__(ledger, config)
        page_templates.keep_compiled()
        self._shelf = Shelf(ledger, {})
        self._watch = Watch(ledger, lambda: self._shelf)

    @property
    def report_title(self) -> str:  # type: ignore[override] # Fava asks for it during a request
        """What the sidebar says, in the reader's language."""
        return Language(asked.language(self.ledger))("Receivables")

    @property
    def _words(self) -> Language:
        """The words of the reader: of the company's language, where he says nothing of his own."""
        own = self._shelf.book.register.company(asked.today()).get("language")
        return Language(asked.language(self.ledger) or str(own or ""))

    def after_load_file(self) -> None:
        """Forget what was read before."""
        self._shelf = Shelf(self.ledger, self._watch.before())

    def before_request(self) -> None:
        """Whatever is asked of us is answered from the files as they are, and with our headers."""
        if asked.extension() == self.name:
            self._watch.look()
            after_this_request(headers.given(page=asked.endpoint() in {"", ACT}))

    # --- pages --------------------------------------------------------------------------------------------

    def page(self) -> Page:
        """The page that a request asks for."""
        frame, wanted = self._frame(), asked.page()
        try:
            found = forms.page(self._shelf, self.ledger, wanted) or pages.find(frame, wanted, asked.query())
        except Refused as error:
            self._stop(409, f"{self._words('This page cannot be shown.')} {error}")
        if found is None:
            words = self._words("There is no page {page} in the receivables on {date}.")
            if frame.only is not None and pages.find(self._unfiltered(), wanted, asked.query()):
                words = self._words("The filters leave out {page}.")
            self._stop(404, words.format(page=wanted, date=frame.f.date(frame.as_of)))
        return found

    def notice(self, page: Page) -> str:
        """What was done before the page was shown."""
        done = request.args.get(asked.DONE, "")
        return told(self._frame(), page.path, done) if done and page.path else ""

    def narrowed(self, page: Page) -> str:
        """How many customers Fava's filters leave, where a page is of all of them; empty without such filters."""
        frame = self._frame() if page.path and not page.leaf else None
        if frame is None or frame.only is None:
            return ""
        words = self._words("Customers that the filters leave: {count} of {all}")
        return words.format(count=len(frame.customers), all=len(self._unfiltered().customers))

    def tools(self, page: Page) -> list[tuple[str, Markup]]:
        """What a reader may do from a page, and where."""
        if not page.path or not forms.allowed(self._shelf):
            return []
        return [(self._words(word), asked.at(address)) for word, address in forms.offered(page.path)]

    def tables(self, page: Page) -> list[tuple[str, Markup]]:
        """The tables of a page that it gives away as CSV: what each is called, and where."""
        return [
            (self._words(each.word), asked.of("csv", page.path, statement=True, table=exports.named(page, each)))
            for each in exports.of(page)
        ]

    def stylesheet(self) -> str:
        """The address of the style sheet, which changes when it does."""
        return f"{asked.address('style')}?{style.version()}"

    # --- endpoints ----------------------------------------------------------------------------------------

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

    @extension_endpoint
    def csv(self) -> Response:
        """A table of a page as CSV, the same bytes as the command line's where that prints it."""
        if asked.hidden():
            self._stop(403, self._words("Fava hides figures, so it gives no tables away."))
        try:
            found = exports.csv(self._frame(), asked.page())
        except Refused as error:
            self._stop(400, str(error))
        if found is None:
            self._stop(404, self._words("There is no table of {page}.").format(page=asked.page()))
        return found

    @extension_endpoint(ACT, ["GET", "POST"])  # type: ignore[arg-type,untyped-decorator] # of Fava's making
    def act(self) -> "Answer":
        """Do what a form says, then show it; where that is refused, show the form and why. A GET shows the form."""
        if request.method == "GET":
            return redirect(asked.again(), 303)
        self._own()
        until, shelf, words = self._frame().as_of, self._shelf, self._words
        if not forms.allowed(shelf):
            self._stop(403, words("The ledger does not let Fava write; it is still as it was."))
        done = forms.send(shelf, asked.page(), request.form, words)
        if isinstance(done, acting.Done):
            self._watch.read()
            return redirect(asked.shown(done.page, done=done.what, date=done.date, until=until), 303)
        try:
            found = forms.page(self._shelf, self.ledger, asked.page(), request.form, refused=done)
        except Refused:
            found = None
        if found is None:
            self._stop(409, f"{words('Nothing was written.')} {done}")
        return self._framed(found, 422)

    def _own(self) -> None:
        """Stop what does not come from a page of ours."""
        names = self.config.get("hosts", ()) if isinstance(self.config, dict) else ()
        if not origin.known(request.host, names):
            words = self._words("Fava is called {host} here, which the ledger does not know. See the guide on Fava.")
            self._stop(403, words.format(host=request.host))
        if not origin.ours(request.headers, request.host, request.scheme):
            self._stop(403, self._words("This form was not sent from a page of this Fava, so nothing was written."))

    @extension_endpoint
    def known(self) -> Response:
        """What the script needs to know of the ledger: below which account its customers are."""
        return jsonify(receivable=self._shelf.book.register.options.receivable)

    @extension_endpoint
    def pdf(self) -> Response:
        """A document or quote as a PDF."""
        return downloads.pdf(self._shelf, self._frame(), asked.query())

    @extension_endpoint
    def xml(self) -> Response:
        """A document as an e-invoice."""
        return downloads.xml(self._shelf, self._words, asked.query())

    @extension_endpoint
    def statement(self) -> Response:
        """A customer's statement for a period."""
        return downloads.statement(self._shelf, self._words, self._frame().as_of, asked.query())

    @extension_endpoint
    def filed(self) -> Response:
        """A file of the archive."""
        return downloads.filed(self._shelf, self._words, asked.query())

    # --- answers ------------------------------------------------------------------------------------------

    def _frame(self) -> Frame:
        """What the pages share, of the day and the customers that are asked for."""
        shelf = self._shelf
        try:
            return shelf.frame(asked.asked(self.ledger, shelf))
        except (
            FilterError,
            re.error,
            ArithmeticError,
            ValueError,
        ) as error:  # some Fava lets through
            told = str(error).strip().rstrip(".")
            self._stop(400, self._words("This filter cannot be read: {error}.").format(error=told))

    def _unfiltered(self) -> Frame:
        """What the pages share on the day that is asked for, of all customers."""
        return self._shelf.frame(replace(asked.asked(self.ledger, self._shelf), customers=None))

    def _stop(self, status: int, sentence: str) -> Never:
        """End a request with a sentence, in Fava's frame; Fava itself wants it bare."""
        if asked.partial():
            abort(Response(sentence, status, mimetype="text/plain"))
        body = Markup('<p class="r-warning" role="alert">{}</p><p><a href="{}">{}</a></p>').format(
            sentence, asked.address(""), self.report_title
        )
        abort(self._framed(Page(path="", heading="", language=self._words.code, body=body, leaf=True), status))

    def _framed(self, page: Page, status: int) -> Response:
        """A page in Fava's frame, where Fava does not put it there itself."""
        template = self.jinja_env.get_template(f"{self.name}.html")
        content = Markup(template.render(ledger=self.ledger, extension=self, page=page))  # noqa: S704 - it escapes
        text = render_template("_layout.html", content=content, page_title=self.report_title)
        answer: Response = make_response(text, status)
        return answer
