"""What needs attention: a line for each kind, with how many, how much, and where they are."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from billtext.money import ZERO
from billtext.rendering.pages import addresses, menu
from billtext.rendering.pages.frame import LONGEST, Frame, Page
from billtext.rules import ageing

LIMIT = "limit"  # what the table of the ageing calls a customer beyond the credit limit


def lines(frame: Frame) -> list[dict[str, Any]]:
    """The lines that have something to tell, what is wrong first."""
    drafts = [draft for draft in frame.drafts if draft.entry.date <= frame.as_of and _shown(frame, draft.entry.meta)]
    unapplied = frame.report.items.get(ageing.UNAPPLIED, ())
    return [
        line
        for line in (
            _line(frame, "Errors in the ledger", len(frame.errors), "errors", wrong=True,
                  note=frame.t("Figures may be wrong until they are mended.")),
            _line(frame, "Credit limits passed", len(frame.passed), "ageing", choice=("ageing", LIMIT), wrong=True,
                  sums=((each.currency, each.beyond) for each in frame.passed)),
            _line(frame, "Documents not sent", len(frame.unsent), "unsent", wrong=True),
            _line(frame, "Money not applied", len(unapplied), addresses.open_items(ageing.UNAPPLIED),
                  sums=((found.item.currency, abs(found.open)) for found in unapplied)),
            _line(frame, "Drafts and quotes that cannot be read", len(frame.unread),
                  "drafts" if menu.has("drafts", frame.left_out) else None, wrong=True),
            _line(frame, "Drafts waiting", len(drafts), "drafts" if menu.has("drafts", frame.left_out) else None),
        )
        if line["count"]
    ]  # fmt: skip


def _shown(frame: Frame, meta: Any) -> bool:
    return frame.only is None or meta.get("customer") in frame.only


def _line(
    frame: Frame, word: str, count: int, href: str | None, *, choice: tuple[str, str] | None = None,
    wrong: bool = False, note: str = "", sums: Iterable[tuple[str, Decimal]] = (),
) -> dict[str, Any]:  # fmt: skip
    """A line as text.

    :param choice: a table of the page, and what it is to show
    """
    total: dict[str, Decimal] = {}
    for currency, amount in sums:
        total[currency] = total.get(currency, ZERO) + amount
    amounts = [f"{frame.f.amount(total[currency], currency)} {currency}" for currency in frame.currencies(total)]
    return {
        "word": frame.t(word),
        "count": count,
        "href": href,
        "choice": "" if choice is None else f"#{choice[0]}={choice[1]}",
        "wrong": wrong,
        "note": note or " · ".join(amounts),
    }


def unsent(frame: Frame) -> Page:
    """Make the page of what was not sent."""
    rows = [
        {
            "number": each.parcel.title,
            "href": frame.document(each.parcel.number) if not each.parcel.statement else None,
            "day": each.parcel.date.isoformat(),
            "date": frame.f.date(each.parcel.date),
            "customer": frame.customer(each.parcel.customer),
            "name": frame.names.get(each.parcel.customer, each.parcel.customer),
            "channel": frame.t(each.channel),
            "state": frame.t(each.state),
            "wrong": each.state != "waiting" or bool(each.reason),
            "reason": each.reason,
        }
        for each in frame.unsent
    ]
    shown = rows[::-1][:LONGEST]
    return frame.render("unsent.html.j2", "unsent", frame.t("Documents not sent"), rows=shown, count=len(rows))
