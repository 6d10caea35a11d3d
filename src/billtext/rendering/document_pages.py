"""Invoices, credit notes and quotes as a standalone HTML page that prints on A4, and as Markdown."""

from billtext.rendering import document_view, templating
from billtext.rendering.language import Language
from billtext.rules.core_invoice import CoreInvoice


def render(core: CoreInvoice, form: str) -> str:
    """Write a document in its reader's language.

    :param form: `markdown` or `html`
    """
    language = Language(core.language)
    ending = "html" if form == "html" else "md"
    return templating.render(f"document.{ending}.j2", t=language, core=core, view=document_view.view(core, language))
