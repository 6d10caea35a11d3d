"""Statements of account as pages: Markdown, and HTML that prints on A4. In the customer's language."""

from collections.abc import Mapping
from typing import Any

from billtext.model import Date, Register
from billtext.rendering import account_numbers, document_view, templating
from billtext.rendering.language import Language
from billtext.rules import parties, presenting
from billtext.rules.book import Book
from billtext.rules.statements import Statement


def receiver(register: Register, customer: str, day: Date, language: Language) -> list[str]:
    """Lines of the customer's address, as on an invoice of that day; the country stands only on what goes abroad."""
    own = str(register.company(day).get("country", ""))
    return document_view.address(parties.buyer(register, customer, day).address, own, language)


def sender(company: Mapping[str, Any], card: Mapping[str, Any], language: Language) -> list[str]:
    """Lines below the company's name: address, number and mail; its country only for a reader abroad."""
    own = str(company.get("country", ""))
    abroad = card.get("country", own) != own
    lines = document_view.address(parties.address(company), "" if abroad else own, language)
    for key, word in (("org-number", "Org. no."), ("vat-number", "VAT no.")):
        if company.get(key):
            lines.append(f"{language(word)} {company[key]}")
            break
    return [*lines, str(company["email"])] if company.get("email") else lines


def payment(book: Book, statement: Statement, language: Language) -> list[str]:
    """Where to pay: a line for each bank account of ours in the currencies of a statement."""
    currencies = {section.currency for section in statement.sections}
    country = str(book.register.company(statement.end).get("country", ""))
    lines = []
    for currency, account in presenting.accounts(book.register, currencies, statement.end):
        named = (("IBAN", account_numbers.iban(account.iban)), ("BIC", account.bic))
        parts = [account_numbers.domestic(account.number, country)] if account.number else []
        parts += [f"{word} {text}" for word, text in named if text]
        if parts:
            label = language("Bank account") + (f" {currency}" if len(currencies) > 1 else "")
            lines.append(f"{label} {' · '.join(parts)}")
    return lines


def render(book: Book, statement: Statement, form: str) -> str:
    """Write a statement.

    :param form: `markdown` or `html`
    """
    language = Language(presenting.language_of(book.register, statement.customer, statement.end))
    company = book.register.company(statement.end)
    card = book.register.values("customer", statement.customer, statement.end)
    return templating.render(
        f"statement.{'html' if form == 'html' else 'md'}.j2",
        t=language, statement=statement, company=company,
        sender=sender(company, card, language),
        receiver=receiver(book.register, statement.customer, statement.end, language),
        payment=payment(book, statement, language),
    )  # fmt: skip
