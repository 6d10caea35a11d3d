"""Whether the deliveries of a ledger are of documents that it has. Pure."""

from collections.abc import Iterator

from billtext.errors import DeliveryDateError, DeliveryUnknownError, LedgerError
from billtext.model import Ledger


def check(ledger: Ledger) -> Iterator[LedgerError]:
    """Yield deliveries of what does not exist, or did not exist yet."""
    for delivery in ledger.deliveries:
        meta, number = delivery.meta, delivery.number
        if delivery.statement:
            if ledger.register.get("customer", number) is None:
                why = f"no customer of the statement {delivery.statement} has that id"
                yield DeliveryUnknownError.at(meta, number=number, why=why)
            continue
        document = ledger.documents.get(number)
        if document is None:
            yield DeliveryUnknownError.at(meta, number=number, why="no document has that number")
        elif delivery.date < document.date:
            yield DeliveryDateError.at(meta, number=number, issued=document.date, date=delivery.date)
