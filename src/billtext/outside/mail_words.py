"""What the mail with a parcel says, from the ledger's own templates in `templates/mail` where it has them."""

from pathlib import Path

from billtext.errors import Refused
from billtext.outside import attachments, files
from billtext.rendering import mail_text
from billtext.rules import presenting
from billtext.rules.book import Book
from billtext.rules.deliveries import Parcel
from billtext.rules.statements import Statement

_LARGEST = 200_000  # bytes of a template


def of(book: Book, parcel: Parcel, report: Statement | None, root: Path) -> mail_text.Words:
    """Subject and bodies of a mail, in the customer's language.

    :param report: of a parcel that is a statement
    :param root: directory of the ledger's top file
    :raises Refused: a template of the ledger's own is wrong
    """
    own = _own(root)
    if report is None:
        found = book.ledger.documents[parcel.number]
        core = presenting.document(book, found, attachments=attachments.read(book, root, found.entry.meta))
        return mail_text.document(core, parcel.name, own)
    company = str(book.register.company(report.end).get("name") or "")
    language = presenting.language_of(book.register, parcel.customer, report.end)
    return mail_text.statement(report, parcel.name, company, language, own)


def _own(root: Path) -> mail_text.Own:
    """Texts of the ledger's own mail templates."""

    def read(name: str) -> str | None:
        path = root / mail_text.PLACE / name
        if not path.is_file():
            return None
        if path.stat().st_size > _LARGEST:
            raise Refused(f"{path}: is larger than {_LARGEST // 1000} kB, and no mail template")
        return files.read(path)

    return read
