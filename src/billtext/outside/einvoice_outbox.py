"""E-invoices for an access point: each as a file with its envelope beside it, and receipts that come back as files.

`outbox/ehf/2026-0012.xml` is the invoice, `2026-0012.json` says between whom and by which process it goes:

    {"document": "2026-0012", "file": "2026-0012.xml", "sha256": "…",
     "sender": "iso6523-actorid-upis::0192:310000019", "receiver": "iso6523-actorid-upis::0192:310000205",
     "document_type": "busdox-docid-qns::urn:oasis:…::Invoice##urn:cen.eu:en16931:2017#…::2.1",
     "process": "cenbii-procid-ubl::urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"}

The envelope is there before the file, so that an access point that takes the file finds it.
"""

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from billtext.errors import Refused, Unreadable
from billtext.model import Delivery
from billtext.outside import files
from billtext.rules import attempts
from billtext.rules.attempts import WAITING
from billtext.rules.deliveries import Log

RECEIPTS = "receipts"
_PARTICIPANT = "iso6523-actorid-upis::"
_PROCESS = "cenbii-procid-ubl::urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_TYPE = (
    "busdox-docid-qns::urn:oasis:names:specification:ubl:schema:xsd:{0}-2::{0}##"
    "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0::2.1"
)
_ELEMENT = {"invoice": "Invoice", "credit-note": "CreditNote"}
_CLOCKS = datetime.timedelta(minutes=5)  # by which that of an access point may be slow
_LARGEST = 10_000_000  # bytes of a file of receipts
# Words of access points for what we call delivered and failed.
_OUTCOMES = {
    **dict.fromkeys(("delivered", "ok", "accepted", "success", "ap"), "delivered"),
    **dict.fromkeys(("failed", "error", "rejected", "failure", "re"), "failed"),
}


def put(
    place: Path, name: str, content: bytes, *, number: str, kind: str, sender: str, receiver: str, sha256: str
) -> Path:
    """Lay an e-invoice with its envelope into the outbox; return the path of the e-invoice.

    :param name: of the file, without its ending
    :param sender: endpoint as `SCHEME:NUMBER`, and `receiver` likewise
    :raises Refused: it cannot be written
    """
    envelope = {
        "document": number,
        "file": f"{name}.xml",
        "sha256": sha256,
        "sender": f"{_PARTICIPANT}{sender}",
        "receiver": f"{_PARTICIPANT}{receiver}",
        "document_type": _TYPE.format(_ELEMENT[kind]),
        "process": _PROCESS,
    }
    files.replace(place / f"{name}.json", json.dumps(envelope, ensure_ascii=False, indent=1) + "\n")
    files.replace(place / f"{name}.xml", content)
    return place / f"{name}.xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What came of files of receipts or bounces.

    :param new: deliveries that are to be written into the ledger
    :param known: how many say what the ledger says already
    :param strange: what is of no document of ours: its name, and why in words
    :param unread: why files could not be read, in words: an answer may be in them
    """

    new: tuple[Delivery, ...]
    known: int
    strange: tuple[tuple[str, str], ...]
    unread: tuple[str, ...]


def receipts(places: Iterable[Path], log: Log, now: datetime.datetime) -> Read:
    """Read receipts: JSON files, each an object, a list of objects, or an object a line.

    Of an object are read `document`, `outcome` (or `status`), and where they are there `time`, `reason` and `sha256`;
    whatever else it has is passed over.

    :param places: files, or directories with files ending in `.json` or `.jsonl`
    :raises Unreadable: one is not there
    """
    new: list[Delivery] = []
    strange: list[tuple[str, str]] = []
    unread: list[str] = []
    known = 0
    histories = {
        number: [one for one in found if one.outcome != WAITING]  # what came to nothing has no receipt
        for (number, month), found in log.all.items() if not month
    }  # fmt: skip
    for path in _files(places):
        try:
            objects = list(_objects(path))
        except Refused as error:
            unread.append(str(error))
            continue
        for told in objects:
            number = str(told.get("document") or told.get("number") or "")
            said = str(told.get("outcome") or told.get("status") or "")
            outcome = _OUTCOMES.get(said.strip().lower())
            history = histories.get(number) or []
            sent = history[-1] if history else None
            if "sender" in told and "receiver" in told and outcome is None:
                continue  # an envelope of ours
            if sent is None or sent.channel != "ehf" or outcome is None:
                strange.append((f"{path.name}: {number or 'no document'}", _why(sent, outcome, said)))
                continue
            if _known(outcome, told.get("time"), history, path, now):
                known += 1
                continue
            sha256 = str(told.get("sha256") or "")
            if sha256 and sent.sha256 and sha256.lower() != sent.sha256:
                why = "the receipt is of another file than the one that was sent"
                strange.append((f"{path.name}: {number}", why))
                continue
            words = told.get("reason")
            reason = attempts.reason(words if isinstance(words, str) else "") if outcome == "failed" else ""
            time = time_of(told.get("time"), now)
            day = max(log.day(number, "", datetime.datetime.fromisoformat(time).date()), sent.date)
            found = Delivery(
                date=day, number=number, channel="ehf", outcome=outcome, sha256=sent.sha256, time=time, reason=reason,
            )  # fmt: skip
            history.append(found)
            new.append(found)
    return Read(new=tuple(new), known=known, strange=tuple(strange), unread=tuple(unread))


def _why(sent: Delivery | None, outcome: str | None, said: str) -> str:
    if sent is None:
        return "no such document was sent"
    if outcome is not None:
        return "it was not sent as an e-invoice by us"
    return f"the outcome is neither delivered nor failed, but {attempts.reason(said) or 'missing'}"


def _known(
    outcome: str, told: object, history: Sequence[Delivery], path: Path, now: datetime.datetime
) -> bool:  # fmt: skip
    """Whether a receipt says what the ledger says, or is of a sending before the last: one that is late, or lies there.

    :param told: its time, if it tells one; else an old one is known by the time of its file
    """
    last = history[-1]
    if last.outcome == outcome:
        return True
    before = [one for one in history if one.outcome == outcome]
    when = _when(told or datetime.datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo).isoformat(), now)
    if [one.outcome for one in history].count("sent") > 1 and last.outcome == "sent":
        # What was doubtful until a person said that it was sent went out when it became doubtful.
        began = history[-2] if history[-2].outcome == "doubtful" else last
        if when < _when(began.time, now) - _CLOCKS:
            return True
    if not told:
        return bool(before) and when < _when(last.time, now)
    answers = last.outcome != "sent"  # of two answers of the access point the later one holds
    return when in {_when(one.time, now) for one in before if one.time} or (answers and when < _when(last.time, now))


def _when(told: object, now: datetime.datetime) -> datetime.datetime:
    return datetime.datetime.fromisoformat(time_of(told, now))


def time_of(told: object, now: datetime.datetime) -> str:
    """A time that is told, in ISO 8601 and in our own zone, if it is one and not in the future; else now.

    >>> now = datetime.datetime.fromisoformat("2026-11-25T12:00:00+01:00")
    >>> time_of("2026-11-25T10:20:00Z", now), time_of("2026-11-25T10:20:00", now), time_of("soon", now)
    ('2026-11-25T11:20:00+01:00', '2026-11-25T10:20:00+01:00', '2026-11-25T12:00:00+01:00')
    """
    try:
        found = datetime.datetime.fromisoformat(str(told))
        found = found.astimezone(now.tzinfo) if found.tzinfo else found.replace(tzinfo=now.tzinfo)
    except (ValueError, OverflowError):
        found = now
    try:
        return min(found, now).isoformat(timespec="seconds")
    except (TypeError, OverflowError):
        return now.isoformat(timespec="seconds")


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_dir():
            yield from sorted(path for path in place.iterdir() if path.suffix in {".json", ".jsonl"} and path.is_file())
        elif place.exists():
            yield place
        else:
            raise Unreadable(f"{place}: there is no such file or directory")


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    try:
        if path.stat().st_size > _LARGEST:
            raise Refused(f"{path}: is larger than {_LARGEST // 1_000_000} MB, and no file of receipts")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(f"{path}: cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8'})") from None
    if not text.strip():
        raise Unreadable(f"{path}: is empty; it is read again the next time, when it may be whole")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        try:
            whole = [json.loads(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            raise Unreadable(f"{path}: is no JSON; a receipt is an object with `document` and `outcome`") from None
    if not isinstance(whole, dict | list):
        raise Unreadable(f"{path}: holds JSON that is no receipt: an object with `document` and `outcome`")
    for told in whole if isinstance(whole, list) else [whole]:
        if isinstance(told, dict):
            yield told
