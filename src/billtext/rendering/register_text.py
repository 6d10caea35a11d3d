"""Changes of the register as ledger text: what a bookkeeper would have typed."""

from billtext.ledger import write
from billtext.rendering.escape import one_line
from billtext.rules.register_changes import Change


def change(what: Change) -> str:
    """The directive of a change.

    >>> import datetime
    >>> values = {"email": "regnskap@nordlys.example"}
    >>> day = datetime.date(2025, 6, 1)
    >>> print(change(Change(directive="customer", id="C00017", date=day, values=values)), end="")
    2025-06-01 custom "customer" "C00017"
      email: "regnskap@nordlys.example"
    """
    return write.custom(what.date, what.directive, *what.id.split(" "), meta=what.values)


def head(what: Change) -> str:
    """What the file of a new customer begins with: who it is."""
    return f"; {one_line(str(what.values.get('name') or what.id))}\n"
