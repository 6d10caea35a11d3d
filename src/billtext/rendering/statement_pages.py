"""Statements of account as pages: Markdown, and HTML that prints on A4. In the customer's language."""

from collections.abc import Mapping
from typing import Any

from billtext.rendering import templating
from billtext.rendering.language import Language
from billtext.rules.book import Book
from billtext.rules.statements import Statement


def language_of(book: Book, customer: str, statement_end: Any) -> Language:
    """The customer's language, else the company's, else English."""
    card = book.register.values("customer", customer, statement_end)
    company = book.register.company(statement_end)
    return Language(str(card.get("language") or company.get("language") or "en"))


def address(card: Mapping[str, Any], own_country: str, language: Language) -> list[str]:
    """Lines of a postal address; the country stands only on what goes abroad."""
    town = " ".join(str(card[key]) for key in ("postal-code", "city") if card.get(key))
    lines = [str(card[key]) for key in ("address", "address-2") if card.get(key)]
    lines += [town] if town else []
    country = str(card.get("country", ""))
    if country and country != own_country:
        lines.append(language.country(country))
    return lines


def render(book: Book, statement: Statement, form: str) -> str:
    """Write a statement.

    :param form: `markdown` or `html`
    """
    language = language_of(book, statement.customer, statement.end)
    company = book.register.company(statement.end)
    card = book.register.values("customer", statement.customer, statement.end)
    own = str(company.get("country", ""))
    banks = [record.at(statement.end) or {} for record in book.register.of("bank-account").values()]
    return templating.render(
        f"statement.{'html' if form == 'html' else 'md'}.j2",
        t=language, statement=statement, company=company, card=card,
        sender=address(company, "" if card.get("country", own) != own else own, language),
        receiver=address(card, own, language),
        banks=[bank for bank in banks if bank],
    )  # fmt: skip
