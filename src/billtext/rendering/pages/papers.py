"""What is beside the books of a document or customer: deliveries with their outcome, files of the archive, the seal."""

from collections.abc import Iterable
from typing import Any

from billtext import dates
from billtext.model import Delivery, Document, Filed
from billtext.rendering.pages.frame import Frame
from billtext.rules import seals

# Words of the ledger language, and what a reader calls them.
CHANNELS = {
    "email": "E-mail", "ehf": "EHF", "print": "Post", "portal": "Portal", "none": "not sent",
    "imported": "Another system",
}  # fmt: skip
OUTCOMES = {
    "sent": "sent",
    "delivered": "delivered",
    "failed": "failed",
    "bounced": "bounced",
    "doubtful": "doubtful",
    "waiting": "waiting",
    "cancelled": "cancelled",
}
PAPERS = {
    "invoice": "Invoice",
    "credit-note": "Credit note",
    "attachment": "Attachment",
    "order": "Order",
    "contract": "Contract",
    "letter": "Letter",
    "other": "Other",
}
SEALS = {
    "unsealed": "Not sealed.",
    "unchanged": "Sealed, and unchanged since.",
    "changed": "Changed after it was sealed.",
}
WORRYING = frozenset({"failed", "bounced", "doubtful"})
_DIGITS = 12  # of a hash, to tell two apart


def deliveries(frame: Frame, found: Iterable[Delivery]) -> list[dict[str, Any]]:
    """What happened on the way to the customer, in order."""
    return [
        {
            "date": frame.f.date(one.date),
            "day": one.date.isoformat(),
            "time": one.time[11:16],
            "month": _month(frame, one.statement),
            "channel": frame.t(CHANNELS[one.channel]) if one.channel in CHANNELS else one.channel,
            "outcome": frame.t(OUTCOMES[one.outcome]) if one.outcome in OUTCOMES else one.outcome,
            "late": one.outcome in WORRYING,
            "reason": one.reason,
            "source": frame.leads.source(one.meta),
        }
        for one in found
    ]


def _month(frame: Frame, name: str) -> str:
    try:
        return frame.f.month(dates.month(name)[0])
    except ValueError:  # which is told at the directive
        return name


def filed(frame: Frame, found: Iterable[Filed]) -> list[dict[str, Any]]:
    """Files of the archive, the latest first."""
    return [
        {
            "date": frame.f.date(one.date),
            "day": one.date.isoformat(),
            "kind": frame.t(PAPERS[one.kind]) if one.kind in PAPERS else one.kind,
            "label": one.label,
            "document": one.document,
            "page": frame.document(one.document) if one.document else None,
            "name": one.file.rpartition("/")[2],
            "href": frame.leads.file(one),
            "digest": one.sha256[:_DIGITS],
        }
        for one in sorted(found, key=lambda one: (one.date, one.file), reverse=True)
    ]


def seal(frame: Frame, document: Document) -> dict[str, Any]:
    """Whether a document is as it was sealed."""
    state = seals.state(document)
    return {"text": frame.t(SEALS[state]), "late": state == "changed"}
