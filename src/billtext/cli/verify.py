"""`billtext verify`: whether issued documents and closed months are as they were."""

import json

import click

from billtext.cli.common import Face, counted, echo, example, relative, say


@click.command(epilog=example("billtext verify", "billtext verify --format json"))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
              help="How to print it.")  # fmt: skip
@click.pass_obj
def command(face: Face, form: str) -> None:
    """Verify the seals: name the first document of each series that was changed, removed or inserted later.

    Where git has the sealed text, what changed is shown. Closed months are compared word by word.
    """
    from billtext.errors import CloseChangedError
    from billtext.outside import git_history
    from billtext.rendering import shapes
    from billtext.rules import closing, seals

    ledger = face.book.ledger
    lost = git_history.lost(ledger, face.path.resolve().parent)
    errors = [*seals.check(ledger), *lost, *closing.check(ledger, face.loaded.entries)]
    found = []
    for shape, error in zip(map(shapes.error, errors), errors, strict=True):
        document = next((d for d in ledger.documents.values() if d.entry is error.entry), None)
        before = git_history.sealed(document) if document is not None else None
        month = next((c for c in ledger.closings if c.meta["lineno"] == error.line and document is None), None)
        if month is not None and isinstance(error, CloseChangedError):
            before = git_history.closed(month, face.path.resolve().parent)
        found.append({**shape, "commit": before and before.commit, "diff": list(before.diff) if before else []})
    sealed = sum(1 for document in ledger.documents.values() if seals.of(document) is not None)
    if form == "json":
        echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for one in found:
            say(f"{relative(one['file'])}:{one['line']}: {one['message']} ({one['type']})")
            for line in one["diff"]:
                say(f"    {line}")
        verdict = "as they were" if not found else counted(len(found), "fault")
        about = f"{sealed:,} of {counted(len(ledger.documents), 'document')} sealed"
        say(f"{about}, {counted(len(ledger.closings), 'closed month')}: {verdict}")
    if found:
        raise click.exceptions.Exit(1)
    face.finish()
