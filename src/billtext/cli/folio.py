"""`billtext folio`: a guest's running account."""

import datetime

import click

from billtext.cli.common import Face, as_of, example, form


@click.command(epilog=example("billtext folio G00002"))
@click.argument("guest")
@as_of
@form
@click.pass_obj
def command(face: Face, guest: str, as_of: datetime.date, form: str) -> None:
    """Show a guest's running account with its VAT and total, as it would be issued on a day."""
    from billtext.errors import Refused
    from billtext.outside import draft_files, issuing
    from billtext.rendering import folio
    from billtext.rules import drafts

    root = face.path.resolve().parent
    face.customer(guest)
    if not (root / draft_files.DIRECTORY / f"{guest}.beancount").is_file():
        raise Refused(f"{guest} has no running account; `billtext charge {guest} ITEM` begins one")
    [(_, draft), *_] = draft_files.named(root, [guest])
    one, errors = drafts.prepare(
        draft, face.book.register, issuing.rates(face.loaded.entries), as_of, corrected=face.book.ledger.documents
    )
    if one is None:
        raise Refused(errors[0].message)
    face.show(folio.sheet(one), folio.data(one), form)
    face.finish()
