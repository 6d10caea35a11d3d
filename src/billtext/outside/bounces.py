"""Mail that came back: delivery status notifications (RFC 3464) in mbox files, message files or a Maildir.

What came back is known by the Message-ID of the mail, which the notification quotes; of the notification itself only
the status code is kept, since its words may name a person.
"""

import base64
import binascii
import contextlib
import datetime
import email
import email.policy
import mailbox
import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import Path

from billtext.errors import Unreadable
from billtext.model import Delivery
from billtext.outside.einvoice_outbox import Read, time_of
from billtext.rules.deliveries import Log

_OURS = re.compile(r"<?billtext\.([0-9a-f]{32})@")
_QUOTED = re.compile(rb"\bbilltext\.([0-9a-f]{32})@")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_ACTIONS = {"failed": "bounced", "delivered": "delivered"}
_LARGEST = 50_000_000  # bytes of one message, or of a file of them that is read at once


def read(places: Iterable[Path], log: Log, now: datetime.datetime) -> Read:
    """Read notifications, and match them with what was sent.

    :param places: mbox files, files of one message each, directories of such, or Maildirs
    :raises Unreadable: one is not there
    """
    new: list[Delivery] = []
    strange: list[tuple[str, str]] = []
    unread: list[str] = []
    known = 0
    last = {key: found[-1] for key, found in log.all.items()}
    for name, content in _messages(places, unread):
        try:
            message = email.message_from_bytes(content)
            told = _told(message)
            about = "" if told else _about(message, log)
        except RecursionError:
            strange.append((name, "its parts lie too deep in one another to be read"))
            continue
        if told is None:
            strange.append((name, f"it is no notification of a delivery (RFC 3464){about}"))
            continue
        action, status, fingerprint = told
        outcome = _ACTIONS.get(action)
        if outcome is None:
            continue  # delayed, relayed: it may still arrive
        sent = log.with_message(fingerprint) if fingerprint else None
        if sent is None:
            strange.append((name, "no mail of ours has its Message-ID"))
            continue
        key = (sent.number, sent.statement)
        if last[key].message != fingerprint or last[key].outcome == outcome or last[key].outcome == "bounced":
            known += 1  # told already, or it was sent again since
            continue
        found = Delivery(
            date=log.day(*key, now.date()), number=sent.number, statement=sent.statement, channel="email",
            outcome=outcome, time=time_of(_time(message), now), sha256=sent.sha256, message=fingerprint,
            reason=status if outcome == "bounced" else "",
        )  # fmt: skip
        last[key] = found
        new.append(found)
    return Read(new=tuple(new), known=known, strange=tuple(strange), unread=tuple(unread))


def _told(message: Message) -> tuple[str, str, str] | None:
    """Action, status code and the hash in the Message-ID of a notification; None if it is none."""
    action = status = fingerprint = ""
    reports = False
    for part in message.walk():
        kind = part.get_content_type()
        if kind in {"message/delivery-status", "message/global-delivery-status"}:  # RFC 3464, RFC 6533
            reports = True
            for block in _blocks(part):
                if block.get("Action") and action != "failed":  # of any recipient
                    words = str(block["Action"]).split()
                    action = words[0].lower() if words else ""
                    found = _STATUS.search(str(block.get("Status", "")))
                    status = found[1] if found else ""
        elif kind in {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"}:
            fingerprint = fingerprint or _fingerprint(part)
    if not fingerprint:  # Exchange may quote nothing, and answers all the same
        found = _OURS.search(f"{message.get('In-Reply-To', '')} {message.get('References', '')}")
        fingerprint = found[1] if found else ""
    return (action, status, fingerprint) if reports else None


def _blocks(part: Message) -> list[Message]:
    """The fields of a status, by recipient.

    `email` takes them apart itself in `message/delivery-status` alone; that of RFC 6533 may be in base64 besides.
    """
    inner = part.get_payload()
    nested = [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []
    coded = part.get("Content-Transfer-Encoding", "").strip().lower() == "base64"
    if part.get_content_type() == "message/delivery-status" and not coded:
        return nested
    whole = part.get_payload(decode=True)
    text = b"\n\n".join(each.as_bytes() for each in nested) if nested else whole if isinstance(whole, bytes) else b""
    if nested and coded:
        with contextlib.suppress(binascii.Error, ValueError):
            text = base64.b64decode(b"".join(text.split()))
    return [email.message_from_bytes(block) for block in re.split(rb"\r?\n[ \t]*\r?\n", text) if block.strip()]


def _about(message: Message, log: Log) -> str:
    """Of which mail of ours a message speaks that is no notification, if it quotes one."""
    texts = (part.get_payload(decode=True) for part in message.walk() if not part.is_multipart())
    marks = (_QUOTED.search(text) for text in texts if isinstance(text, bytes))
    found = next((log.with_message(mark[1].decode()) for mark in marks if mark), None)
    if found is None:
        return ""
    title = f"{found.number}/{found.statement}" if found.statement else found.number
    return f", but quotes the mail of {title}; read it"


def _fingerprint(part: Message) -> str:
    inner = part.get_payload(0) if part.is_multipart() else None
    if isinstance(inner, Message):
        found = _OURS.search(str(inner.get("Message-ID", "")))
    else:
        text = part.get_payload(decode=True)
        head = email.message_from_bytes(text if isinstance(text, bytes) else b"")
        found = _OURS.search(str(head.get("Message-ID", "")))
    return found[1] if found else ""


def _time(message: Message) -> str:
    try:
        return parsedate_to_datetime(str(message.get("Date", ""))).isoformat()
    except (ValueError, TypeError, OverflowError):
        return ""


def _messages(places: Iterable[Path], unread: list[str]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each message; a file that cannot be read is told and passed over."""
    for place in places:
        if not place.exists():
            raise Unreadable(f"{place}: there is no such file or directory")
        if place.is_dir() and (place / "cur").is_dir() and (place / "new").is_dir():
            box = sorted(path for part in ("cur", "new") for path in (place / part).iterdir() if path.is_file())
        elif place.is_dir():
            box = sorted(path for path in place.iterdir() if path.is_file() and not path.name.startswith("."))
        else:
            box = [place]
        for path in box:
            try:
                yield from _of_file(path)
            except OSError as error:
                unread.append(f"{path}: cannot be read ({error.strerror})")


def _of_file(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        begin = file.read(5)
        if begin != b"From ":
            yield path.name, begin + file.read(_LARGEST)
            return
    found = mailbox.mbox(path, create=False)
    try:
        for n, key in enumerate(found.iterkeys(), 1):
            yield f"{path.name}, message {n}", found.get_bytes(key)
    finally:
        found.close()
