"""Forms by which a reader acts, on pages of their own; and what was done, as the ledger tells it.

Only a face that can act has them. It gives each form its token and what was typed before, if it was refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from billtext.errors import LedgerError
from billtext.model import Date, Draft
from billtext.money import ZERO
from billtext.rendering import document_view, drafts, escape
from billtext.rendering.pages import addresses
from billtext.rendering.pages.frame import Frame, Page
from billtext.rules import presenting, supply
from billtext.rules.ageing import OpenItem
from billtext.rules.prepared import Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the face gives of a form.

    :param action: address that it is sent to
    :param typed: what was typed before, by the names of the fields
    :param refused: why that was not done
    :param doubtful: dates that were typed and are asked about, and whether the reader has said that they are meant
    """

    action: Markup
    token: str
    typed: Mapping[str, str]
    chosen: Sequence[str] = field(default=())
    refused: str = ""
    doubtful: Mapping[Date, bool] = field(default_factory=dict)


def pay(frame: Frame, customer: str, form: Form) -> Page:
    """Make the form of a payment; what is open can be named."""
    register = frame.book.register
    found = frame.open_of.get(customer, ())
    owed = [each for each in found if each.open > 0]
    card = register.values("customer", customer, frame.as_of)
    usual = str(card.get("currency") or register.currency or "")
    currencies = list(dict.fromkeys([usual, *(each.item.currency for each in owed)]))
    foreign = register.currency is not None and any(currency != register.currency for currency in currencies)
    return _page(
        frame, "pay.html.j2", _address("pay", customer), frame.t("Register a payment"), form, customer,
        open=[_choice(frame, each) for each in owed], currencies=currencies, company=register.currency,
        foreign=foreign, credit=any(each.open < 0 for each in found),
    )  # fmt: skip


def allocate(frame: Frame, customer: str, form: Form) -> Page:
    """Make the form of an allocation: money or a credit on one side, what is owed on the other.

    There is one for each currency, as money settles nothing in another one.
    """
    found = frame.open_of.get(customer, ())
    offers = []
    for currency in frame.currencies({each.item.currency for each in found}):
        mine = [each for each in found if each.item.currency == currency]
        credit, owed = ([_choice(frame, each) for each in mine if (each.open > 0) is side] for side in (False, True))
        if credit and owed:
            sent = form.typed.get("by") in [each["number"] for each in credit]
            typed = form.typed if sent else {"date": form.typed.get("date", "")}
            part = replace(form, typed=typed, doubtful=form.doubtful if sent else {})
            offers.append({"currency": currency, "credit": credit, "owed": owed, "form": part})
    heading = frame.t("Set money against a document")
    return _page(frame, "allocate.html.j2", _address("allocate", customer), heading, form, customer, offers=offers)


def issue(frame: Frame, draft: Draft, prepared: Prepared | None, errors: Sequence[LedgerError], form: Form) -> Page:
    """Make the form that issues a draft, with the document that it becomes, and its text in the ledger.

    :param errors: why it cannot be issued
    """
    amount, text, view, when, where = "", "", None, False, False
    if prepared is not None:
        register = frame.book.register
        amount = _money(frame, prepared.gross, prepared.currency)
        text = "" if frame.hidden else _as_written(drafts.preview(prepared, register))
        view = document_view.view(presenting.draft(register, prepared), frame.f)
        invoice = draft.kind == "invoice"
        when = invoice and (bool(form.typed.get("delivery")) or not supply.stated(prepared))
        where = invoice and (bool(form.typed.get("place")) or not supply.placed(prepared))
    facts = () if view is None else [(word, value, None) for word, value in view.facts]
    return _page(
        frame, "issue.html.j2", _address("issue", draft.name), frame.t("Issue a draft"), form,
        "" if prepared is None else prepared.customer, draft=draft.name, back=addresses.draft(draft.name),
        amount=amount, text=text, view=view, facts=facts, currency="" if prepared is None else prepared.currency,
        delivery=when, place=where, errors=[error.message for error in errors],
    )  # fmt: skip


def _address(kind: str, subject: str) -> str:
    return f"{kind}/{addresses.part(subject)}"


def _page(frame: Frame, template: str, path: str, heading: str, form: Form, customer: str, **values: Any) -> Page:
    name = frame.names.get(customer, customer)
    return frame.render(
        template, path, heading, form=form, customer=customer, name=name, href=frame.customer(customer), **values
    )


def _choice(frame: Frame, found: OpenItem) -> dict[str, Any]:
    item = found.item
    return {
        "number": item.name,
        "kind": frame.t(found.kind),
        "day": f"{frame.t('Due')} {frame.f.date(item.due)}" if found.kind == "invoice" else frame.f.date(item.date),
        "open": _money(frame, abs(found.open), item.currency),
        "late": found.days_overdue if found.kind == "invoice" else 0,
    }


def _money(frame: Frame, amount: Decimal, currency: str) -> Markup:
    return Markup("{} {}").format(frame.f.amount(amount, currency), escape.one_line(currency))


def _as_written(text: str) -> Markup:
    """Text in its lines, without characters that could make it look like another one."""
    return Markup.escape("".join(c if c.isprintable() or c == "\n" else " " for c in text))


def told(frame: Frame, address: str, what: str) -> str:
    """What was done, in a sentence, if the ledger has it; else nothing.

    :param address: of the page that shows it
    :param what: number of a payment or document; or of what was set against another, and that
    """
    by, _, name = what.partition(" ")
    document = frame.book.ledger.documents.get(by)
    if document is not None and not name:
        return "" if addresses.document(by) != address else frame.t("{number} is issued.").format(number=by)
    customer = next((id_ for id_ in frame.names if frame.customer(id_) == address), None)
    items = [] if customer is None else frame.book.items_of.get(customer, [])
    mine = [item for item in items if by in (item.number, item.name)]
    if not mine:
        return ""
    currency = mine[0].currency
    if not name:
        amount = _money(frame, abs(sum((item.amount for item in mine), ZERO)), currency)
        return frame.t("Payment {number} of {amount} is registered.").format(number=by, amount=amount)
    between = [
        found for item in mine for found in frame.book.allocations.of.get(item, ())
        if found.date <= frame.as_of
        and {name, by} <= {found.source.name, found.source.number, found.target.name, found.target.number}
    ]  # fmt: skip
    if not between:
        return ""
    amount = _money(frame, abs(sum((found.amount for found in between), ZERO)), currency)
    return frame.t("{amount} of {by} is set against {number}.").format(amount=amount, by=by, number=name)
