"""Attempts to send that came to nothing: how they are written, how many there were, and when the next is due. Pure.

    2026-11-25 custom "delivery" "2026-0076" "2026-0077"
      channel: "email"
      time: "2026-11-25T10:15:00+01:00"
      outcome: "waiting"
      reason: "the mail server smtp.example.com:587: Connection refused"

One directive names all documents to which the same happened in one run, so that a mail server that is down does not
write five hundred of them. A document waits until it is sent or cancelled, however old it grows meanwhile.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from billtext.model import Delivery

WAITING = "waiting"
FREE = 4  # attempts in a row after which the next may follow at once, since somebody may be mending it
PAUSE = datetime.timedelta(minutes=15)
LONGEST = datetime.timedelta(hours=8)
_MOST = 200  # characters of a reason
_SIGN = re.compile(r"\s*(?:[@\uff20\ufe6b]|%40)\s*")  # of an address, however wide, coded or spaced
_PATH = re.compile(r"^(\W*)[~/].*/(?=[^/])")


def failed(found: Sequence[Delivery]) -> list[Delivery]:
    """The last attempts of a document in a row that came to nothing; a person's word (`outbox retry`) ends the row."""
    row: list[Delivery] = []
    for delivery in reversed(found):
        if delivery.outcome != WAITING or not delivery.reason:
            break
        row.append(delivery)
    return row[::-1]


def before(one: Delivery, other: Delivery) -> bool:
    """Whether a delivery says that it was made before another does; no where either says no time."""
    try:
        when, then = (datetime.datetime.fromisoformat(each.time) for each in (one, other))
        return when < then
    except (ValueError, TypeError):  # no time, or one without a zone
        return False


def again(found: Sequence[Delivery], now: datetime.datetime) -> datetime.datetime | None:
    """From when on a document is tried again by itself; None where it may be at once.

    The fifth attempt in a row is followed by a pause of a quarter of an hour, each further one by a pause twice as
    long, up to eight hours, so that a program which is started by a clock asks a server that is down less and less.
    """
    row = failed(found)
    if len(row) <= FREE:
        return None
    try:
        last = datetime.datetime.fromisoformat(row[-1].time)
        last = last if last.tzinfo else last.replace(tzinfo=now.tzinfo)
        pause = min(LONGEST, PAUSE * 2 ** min(len(row) - FREE - 1, 10))
        return last + pause if last <= now < last + pause else None
    except (ValueError, OverflowError, TypeError):  # no time, or none that is near
        return None


def reason(words: object) -> str:
    """Words fit to be written down as a reason: in one line, without what may be an address or tells of a machine."""
    kept = [_PATH.sub(r"\1", word) for word in _SIGN.sub("@", str(words or "")).split() if "@" not in word]
    text = "".join(c for c in " ".join(kept) if c.isprintable())
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


def together(several: Iterable[Delivery]) -> list[tuple[Delivery, ...]]:
    """Deliveries as they are written, in order: those of one directive together."""
    done: list[list[Delivery]] = []
    of: dict[tuple[object, ...], list[Delivery]] = {}
    seen: set[tuple[str, str]] = set()
    for delivery in several:
        name = delivery.number, delivery.statement
        if name in seen:  # of another run: the order of a document's deliveries stays
            of, seen = {}, set()
        seen.add(name)
        key = (delivery.date, delivery.statement, delivery.channel, delivery.reason)
        like = of.get(key) if delivery.outcome == WAITING else None
        if like is None:
            like = [delivery]
            done.append(like)
            if delivery.outcome == WAITING:
                of[key] = like
        else:
            like.append(delivery)
    # What they have in common is told with the time of the last.
    return [tuple(replace(each, time=group[-1].time) for each in group) for group in done]
