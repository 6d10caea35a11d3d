"""Mails as files, for whatever takes them from there: a mail server's pickup directory, a mail program, or nobody.

`outbox/mail/2026-0012.eml` is the whole mail as a mail server would get it. Where the option `mail` says so, billtext
hands mails to no server: that a mail lies there is all that is known of it, and all that is written down.
"""

from pathlib import Path

from billtext.outside import files
from billtext.outside.mail import Outcome

TOLD = "laid into the outbox"


def put(place: Path, name: str, data: bytes) -> Outcome:
    """Lay a mail into the outbox; one of the same name, as a run that was killed has left it, is written anew.

    :param name: of the file, without its ending
    :raises Refused: it cannot be written
    """
    path = place / f"{name}.eml"
    files.replace(path, data)
    return Outcome(outcome="sent", code=TOLD, place=path)
