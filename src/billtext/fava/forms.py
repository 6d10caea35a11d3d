"""The pages of the forms, and what becomes of a form that is sent."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict

from billtext.errors import Refused
from billtext.fava import acting, asked, origin
from billtext.fava import typed as typing
from billtext.outside import draft_files, issuing
from billtext.rendering.language import Language
from billtext.rendering.pages import addresses, forms
from billtext.rendering.pages.frame import Page
from billtext.rules import drafts

if TYPE_CHECKING:
    from fava.core import FavaLedger

    from billtext.fava.shelf import Shelf

Typed = MultiDict[str, str]
_CUSTOMERS = {"pay": forms.pay, "allocate": forms.allocate}
_OFFERED = {
    "customers": (("Register a payment", "pay"), ("Set money against a document", "allocate")),
    "drafts": (("Issue", "issue"),),
}


def allowed(shelf: "Shelf") -> bool:
    """Whether a reader may act: the ledger says so, and Fava was not started to be read only."""
    return acting.allowed(shelf.book) and not asked.read_only()


def offered(address: str) -> list[tuple[str, str]]:
    """What may be done from a page: the words of it, in English, and the address of the form."""
    kind, _, part = address.partition("/")
    if not part:
        return []
    return [(word, f"{form}/{part}") for word, form in _OFFERED.get(kind, ())]


def page(
    shelf: "Shelf", ledger: "FavaLedger", address: str, typed: Typed | None = None, refused: str = ""
) -> Page | None:
    """The page of a form; None if it is none, or the reader may not act.

    :param typed: what was typed before
    :param refused: why that was not done
    """
    kind, _, part = address.partition("/")
    if kind not in acting.KINDS or not allowed(shelf):
        return None
    subject = _subject(shelf, kind, part)
    if subject is None:
        return None
    frame = shelf.frame(asked.form(ledger, None if kind == "issue" else subject))
    values = _typed(typed)
    day = values.get("date", "")
    state = acting.draft(shelf.root, subject, day) if kind == "issue" else acting.account(shelf.book, subject)
    doubtful = {} if typed is None else acting.doubts(shelf.book, kind, subject, typed, frame.t)
    form = forms.Form(
        action=asked.of("act", address),
        token=origin.token(str(shelf.top), kind, subject, state),
        typed=values,
        chosen=() if typed is None else typed.getlist("invoice"),
        refused=refused,
        doubtful={day: typed is not None and acting.sure(typed, day) for day in doubtful},
    )
    if kind != "issue":
        return _CUSTOMERS[kind](frame, subject, form)
    _, draft = draft_files.named(shelf.root, [subject])[0]
    date = typing.day(day) or frame.as_of
    delivery = typing.day(values.get("delivery", ""))
    rates, place = issuing.rates(shelf.entries), acting.place(values)
    prepared, errors = drafts.prepare(
        draft, shelf.book.register, rates, date, delivery, place, corrected=shelf.book.ledger.documents
    )
    return forms.issue(frame, draft, prepared, errors, form)


def send(shelf: "Shelf", address: str, typed: Typed, t: Language) -> acting.Done | str:
    """Do what a form says; else say why not."""
    kind, _, part = address.partition("/")
    subject = _subject(shelf, kind, part)
    if kind not in acting.KINDS or subject is None:
        return t("There is no form {page}.").format(page=address)
    try:
        return acting.act(kind, subject, shelf.top, typed, t)
    except Refused as error:
        return _told(str(error), t, shelf.book.register.currency or "")


def _told(refused: str, t: Language, company: str) -> str:
    """A refusal as a sentence of the form: it names fields, and what it has no field for is told to be elsewhere."""
    fields = {
        "--invoice": t("What it settles first"),
        "--received": t("What the bank made of it, in {currency}").format(currency=company),
        "--delivery DATE": t("Day of delivery"),
        "--place PLACE": t("Place of delivery"),
    }
    for option, field in fields.items():
        refused = refused.replace(option, f"“{field}”")
    sentence = refused[:1].upper() + refused[1:]
    if re.search(r"(?<!\S)--[a-z]", sentence) is None:
        return sentence
    return f"{sentence.rstrip('.')}. {t('What begins with -- is an option of the command line.')}"


def _subject(shelf: "Shelf", kind: str, part: str) -> str | None:
    """The customer or draft of an address, which is made safe there."""
    if kind == "issue":
        known = [draft.name for draft in shelf.beside.drafts]
    else:
        known = list(shelf.book.register.of("customer"))
    return next((name for name in known if part in (name, addresses.part(name))), None)


def _typed(typed: Typed | None) -> Mapping[str, str]:
    if typed is None:
        return {"date": asked.today().isoformat()}
    return dict(typed.items())
