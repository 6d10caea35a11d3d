"""Where a page may lead outside of the pages: what only the face that shows them knows.

The site has no more than its pages, so each answer is None, and the page leaves the link out.
"""

from typing import Any

from billtext.model import Date, Filed, Meta

FORMS = ("pdf", "ubl", "cii", "facturx")  # of a document, as `billtext.outside.forms` calls them
STATEMENT_FORMS = ("pdf", "html")


class Leads:
    """Addresses that a face has besides those of the pages. None where it has no such thing."""

    def journal(self, entry: Any) -> str | None:
        """Where an entry of the ledger is shown among the others."""

    def source(self, meta: Meta) -> str | None:
        """Where the text at a file and line is shown."""

    def account(self, name: str) -> str | None:
        """Where an account of the ledger is shown."""

    def file(self, one: Filed) -> str | None:
        """Where a file of the archive is given out."""

    def form(self, number: str, form: str) -> str | None:
        """Where a document is given out in one of the `FORMS`."""

    def quote(self, number: str) -> str | None:
        """Where a quote is given out as a PDF."""

    def statement(self, customer: str, start: Date, end: Date, kind: str, form: str) -> str | None:
        """Where a statement is given out in one of the `STATEMENT_FORMS`."""

    @property
    def asks(self) -> bool:
        """Whether there are pages that answer what a reader asks, such as a statement for any period."""
        return False
