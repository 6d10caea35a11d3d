"""Names of people in texts of other systems: payee and narration of an imported document go without them. Pure."""

import re

from billtext.model import Record
from billtext.rules import mentions


def private(record: Record | None) -> re.Pattern[str] | None:
    """What the ledger's check takes for the name of a customer who is a person, or may be; None of all others."""
    if record is None or record.latest.get("kind") not in mentions.PRIVATE:
        return None
    return mentions._names(record)


def unnamed(text: str, names: re.Pattern[str] | None, instead: str) -> str:
    """A text; what stands instead where it has one of the names."""
    return instead if names is not None and names.search(text) else text
