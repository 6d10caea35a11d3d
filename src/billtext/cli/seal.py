"""`billtext seal`: seal documents that were written by hand."""

import click

from billtext.cli.common import Face, counted, example, say
from billtext.cli.writing import changing, done, force, trial

_NAMED = 10  # of the documents


@click.command(epilog=example("billtext seal --dry-run", "billtext seal"))
@trial
@force
@click.pass_obj
def command(face: Face, trial: bool, force: bool) -> None:
    """Seal the documents that have no seal yet: those after the last sealed one of each series.

    Documents that `billtext issue` made are sealed already. Each file gets one line for each document, and is otherwise
    left as it is.
    """
    from billtext.outside import sealing
    from billtext.rules import seals

    with changing(face, force=force) as desk:
        sealed = sealing.seal(desk)
        if not trial and sealed:
            desk.commit()
        verb = "to seal" if trial else "sealed"
        some = ", ".join(sealed[:_NAMED]) + (f" and {len(sealed) - _NAMED:,} more" if len(sealed) > _NAMED else "")
        say(f"{counted(len(sealed), 'document')} {verb}{': ' + some if sealed else ''}")
        left = sum(seals.of(one) is None for one in desk.book.documents) - len(sealed)
        if left > 0:
            told = "stay without a seal: each lies before the last sealed one of its series"
            say(f"{counted(left, 'document')} {told}")
        done(desk)
