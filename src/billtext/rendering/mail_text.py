"""What a mail says: its subject, its text and its HTML, all from one Markdown template in the customer's language.

The first line of a template is `Subject: …`, then comes an empty line and the body. Values of the ledger are hostile:
each is one line of text, and in the HTML no mark-up of its own. There is a template for each language that has a
catalogue, and other languages read English. A ledger's own template takes the place of ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape as html_escape
from importlib.resources import files as package_files
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from billtext.errors import Refused
from billtext.rendering import account_numbers, document_view, escape
from billtext.rendering.language import Language
from billtext.rules import core_invoice as core
from billtext.rules.core_invoice import CoreInvoice
from billtext.rules.statements import Statement

LANGUAGES = ("en", "nb", "nn", "sv", "da", "de")
_FALL_BACK = {"nn": "nb", "no": "nb"}
PLACE = "templates/mail"  # of a ledger's own, below its directory
_SUBJECT = "Subject:"
# Of Jinja2's filters, those that change how a value is written.
_FILTERS = ("capitalize", "default", "d", "e", "escape", "first", "join", "last", "length", "lower", "replace", "title",
            "trim", "truncate", "upper")  # fmt: skip
_KIND = {core.INVOICE: "Invoice", core.CREDIT_NOTE: "Credit note"}
_PAGE = '<!DOCTYPE html>\n<html lang="{}">\n<head><meta charset="utf-8"></head>\n<body>\n{}\n</body>\n</html>\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a mail says, in both its forms."""

    subject: str
    text: str
    html: str


# Text of the ledger's own template of a name, such as `document.nb.md`, or None.
Own = Callable[[str], str | None]


def document(one: CoreInvoice, name: str, own: Own) -> Words:
    """What the mail with an invoice or credit note says.

    :param name: of whom it is for
    :raises Refused: the ledger's own template is wrong
    """
    file, text, language = _template("document", one.language, own)
    collected = document_view.collected(one.payment, language)
    account = one.payment.accounts[0] if one.payment.accounts and not collected else core.Account()
    number = account_numbers.domestic(account.number, one.seller.address.country)
    iban = account_numbers.iban(account.iban)
    abroad = (one.buyer.address.country or one.seller.address.country) != one.seller.address.country
    return _words(file, text, language.code, {
        "name": name or one.buyer.name, "company": one.seller.name, "customer": one.buyer.id, "number": one.number,
        "kind": language(_KIND[one.kind]), "credit": one.kind == core.CREDIT_NOTE,
        "title": one.title, "date": language.date(one.date),
        "due": language.date(one.due) if one.due else "",
        "amount": language.amount(one.totals.payable, one.currency), "currency": one.currency,
        "account": (iban or number) if abroad else (number or iban), "iban": iban, "bic": account.bic,
        "collected": collected, "reference": one.payment.reference,
        "corrects": ", ".join(number for number, _ in one.preceding),
    })  # fmt: skip


def statement(report: Statement, name: str, company: str, code: str, own: Own) -> Words:
    """What the mail with a statement says.

    :param code: of the customer's language
    :raises Refused: the ledger's own template is wrong
    """
    file, text, language = _template("statement", code, own)
    return _words(file, text, language.code, {
        "name": name or report.name, "company": company, "customer": report.customer,
        "month": language.month(report.end), "date": language.date(report.end),
        "sections": [
            {"amount": language.amount(section.closing, section.currency), "currency": section.currency}
            for section in report.sections
        ],
    })  # fmt: skip


def _template(kind: str, code: str, own: Own) -> tuple[str, str, Language]:
    """Name and text of the template for a language, and the language that it is in.

    The name of one of the ledger's own is its place there.
    """
    wanted = Language(code or "en").code
    for found in dict.fromkeys((wanted, _FALL_BACK.get(wanted, wanted), "en")):
        file = f"{kind}.{found}.md"
        text = own(file)
        file = file if text is None else f"{PLACE}/{file}"
        if text is None and found in LANGUAGES:
            text = _ours(file)
        if text is not None:
            return file, text, Language(code if found == wanted else found)
    raise AssertionError(kind)


@cache
def _ours(file: str) -> str:
    return (package_files("billtext.rendering") / "templates" / "mail" / file).read_text("utf-8")


def _words(file: str, template: str, language: str, values: Mapping[str, Any]) -> Words:
    import markdown

    head, _, body = template.lstrip().partition("\n")
    if not head.startswith(_SUBJECT):
        why = f"the mail template {file} does not begin with `{_SUBJECT}`"
        raise Refused(f"{why}; write the subject in its first line", reason=why)
    try:
        subject = escape.one_line(_compiled(head.removeprefix(_SUBJECT), html=False).render(values)).strip()
        text = _compiled(body, html=False).render(values).strip() + "\n"
        html = markdown.markdown(_compiled(body, html=True).render(values), extensions=["tables", "sane_lists"])
    except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        why = f"the mail template {file}{_line(template)} cannot be used"
        told = f"{why}: {escape.one_line(str(error))}; the guide to delivery says what a template can do"
        raise Refused(told, reason=f"{why} ({type(error).__name__})") from None
    return Words(subject=subject, text=text, html=_PAGE.format(html_escape(language), html))


def _line(template: str) -> str:
    """Where a template cannot be read, as `:3`; empty where it can, and only its values are not as it says."""
    try:
        _environment(html=False).from_string(template)
    except TemplateSyntaxError as error:
        return f":{error.lineno}"
    return ""


@lru_cache(maxsize=32)
def _compiled(text: str, *, html: bool) -> Template:
    return _environment(html=html).from_string(text)


@cache
def _environment(*, html: bool) -> SandboxedEnvironment:
    def harmless(value: object) -> str:
        text = str(value)
        return Markup(escape.markdown(text, cell=True)) if html else escape.one_line(text)  # noqa: S704 - this is what escapes it

    made = _Values(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=harmless,
        autoescape=False,  # but for Markdown
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS}
    return made


class _Values(SandboxedEnvironment):
    """What a template can do: show values, ask and repeat. It calls nothing, and makes nothing large of the small."""

    intercepted_binops = frozenset(["*", "**", "%"])

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"a template does not reckon with {operator}")

    def is_safe_callable(self, obj: Any) -> bool:
        return False
