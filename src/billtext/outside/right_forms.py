"""Forms that are right: what is filed or sent of a document as an e-invoice has been through the rules before."""

from pathlib import Path

from billtext.errors import Refused
from billtext.model import Date, Document
from billtext.outside import forms
from billtext.outside.desk import Desk
from billtext.outside.forms import Made
from billtext.rules.book import Book

EINVOICES = frozenset({"ubl", "facturx"})
_TOLD = 3  # findings in one sentence


def document(book: Book, found: Document, form: str, *, root: Path, rules: Path | None = None,
             desk: Desk | None = None) -> Made:  # fmt: skip
    """Make a document in a form, as `forms.document` does.

    :param rules: directory with further rules that e-invoices keep to
    :raises Refused: it cannot be made, or it is an e-invoice with an error
    """
    made = forms.document(book, found, form, root=root, desk=desk)
    if form in EINVOICES:
        check(made, rules, as_of=found.date)
    return made


def endpoints(made: Made, found: Document, *, filed: bool = False) -> tuple[str, str]:
    """From where and to where an e-invoice goes in Peppol, as it says itself, each as `SCHEME:NUMBER`.

    :param filed: it is in the archive, and stays as it is
    :raises Refused: it does not say (PEPPOL-EN16931-R010, R020)
    """
    from billtext.outside import einvoice_files

    one = einvoice_files.parse(made.content, made.name)
    for who, party in ((found.customer, one.buyer), ("the company", one.seller)):
        if party.endpoint is None:
            why = f"its e-invoice has no address in Peppol: {who} had no `endpoint:` in the register"
            remedy = "date it on that day or before"
            if filed:
                remedy = "it was filed so, and stays: send it by another `channel:`, or credit it and issue it anew"
            raise Refused(f"{why} on {found.date}; {remedy}", reason=why)
    ends = (party.endpoint for party in (one.seller, one.buyer))
    sender, receiver = (f"{end.scheme}:{end.id}" for end in ends if end is not None)
    return sender, receiver


def check(made: Made, rules: Path | None = None, *, as_of: Date | None = None) -> None:
    """See that an e-invoice keeps to the rules.

    :param rules: directory with further ones
    :param as_of: the day of the register that it was made from, if it was made now
    :raises Refused: it does not
    """
    from billtext.outside import validation

    wrong = [found for found in validation.findings(made.content, made.name, rules) if found.severity == "error"]
    if wrong:
        told = "; ".join(f"{found.rule}: {found.text}" for found in wrong[:_TOLD])
        more = f"; and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else ""
        broken = ", ".join(dict.fromkeys(found.rule for found in wrong[:_TOLD]))
        told += f"{more} (by the register as it stood on {as_of})" if as_of else more
        raise Refused(f"its e-invoice is not right: {told}", reason=f"its e-invoice is not right: {broken}{more}")
