"""A text that is typed in the user's own editor: whatever happens to it afterwards, it is not lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from billtext.cli.common import say
from billtext.errors import Refused
from billtext.outside import files


@contextmanager
def edited(text: str, stem: str, *, keep: bool = False) -> Iterator[str]:
    """What becomes of a text in the editor ($VISUAL, $EDITOR); used while it is written where it belongs.

    It is in a file of its own outside the ledger until then, and stays there if that comes to nothing.

    :param stem: what the file is called after
    :param keep: let it stay there in any case
    :raises Refused: the editor failed, the text is empty or not UTF-8, or whoever uses it refuses it
    """
    path = files.keep(text, stem)
    try:
        found = _typed(path)
        yield found
    except BaseException as error:
        if not _is_new(path, text):
            path.unlink(missing_ok=True)
            raise
        where = f"what you typed is kept in {path}"
        if isinstance(error, Refused | OSError):
            raise Refused(f"{error}; {where}") from None
        say(f"\nbilltext: {where}", err=True)
        raise
    if keep:
        say(f"what you typed is kept in {path}")
    else:
        path.unlink(missing_ok=True)


def _typed(path: Path) -> str:
    try:
        click.edit(filename=str(path))
    except click.ClickException as error:
        raise Refused(f"{error.format_message()}, so no draft was written; set EDITOR to one that runs") from None
    if not path.exists():
        raise Refused("the editor has left no file, so no draft was written")
    found = files.read(path)
    if not found.strip():
        raise Refused("the text is empty, so no draft was written")
    return found


def _is_new(path: Path, text: str) -> bool:
    """Whether a file has something else than we put there."""
    try:
        found = path.read_bytes()
    except OSError:
        return False
    return bool(found.strip()) and found != text.encode()
