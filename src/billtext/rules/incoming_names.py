"""Names of people in texts of other systems: payee and narration of an imported document go without them. Pure."""

from billtext.model import Record
from billtext.rules import mentions

Names = frozenset[str]


def private(record: Record | None) -> Names:
    """The names of a customer who is a person, or may be; none of all others."""
    if record is None or record.latest.get("kind") not in mentions.PRIVATE:
        return frozenset()
    return mentions.names_of(record)


def unnamed(text: str, names: Names, instead: str) -> str:
    """A text; what stands instead where it has one of the names."""
    return instead if mentions.says(text, names) else text
