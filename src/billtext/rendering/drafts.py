"""Drafts as a list, and as the documents that they become."""

from collections.abc import Iterable
from typing import Any

from beancount.core.amount import Amount

from billtext.model import Draft, Register
from billtext.money import exact, plain
from billtext.rendering import ledger_text
from billtext.rendering.sheets import Cell, Sheet, Word, column
from billtext.rules.prepared import Prepared

NUMBER = "NUMBER"  # stands where the number will be


def listed(drafts: Iterable[tuple[Draft, Prepared | None]]) -> Sheet:
    """Drafts with their amounts; of one with a mistake only its name."""
    rows: list[list[Cell]] = []
    for draft, one in drafts:
        head: list[Cell] = [draft.name, Word(draft.kind)]
        if one is None:
            rows.append([*head, None, None, "", "", "", None, None, None])
            continue
        currency = one.currency
        rows.append([
            *head, one.date, one.instalments[-1][0], one.customer, one.payee, currency,
            Amount(one.net, currency), Amount(one.vat, currency), Amount(one.gross, currency),
        ])  # fmt: skip
    columns = (
        column("draft"), column("kind"), column("date"), column("due"), column("customer"), column("name"),
        column("currency"), column("net", right=True), column("vat", "VAT", right=True), column("gross", right=True),
    )  # fmt: skip
    return Sheet(title="", columns=columns, rows=rows)


def data(draft: Draft, one: Prepared | None) -> dict[str, Any]:
    """A draft for JSON."""
    found: dict[str, Any] = {"draft": draft.name, "kind": draft.kind, "file": draft.file, "line": draft.first}
    if one is None:
        return {**found, "valid": False}
    currency = one.currency
    return {
        **found, "valid": True, "customer": one.customer, "date": one.date.isoformat(),
        "due": one.instalments[-1][0].isoformat(), "currency": currency, "net": exact(one.net, currency),
        "vat": exact(one.vat, currency), "rounding": exact(one.rounding, currency), "gross": exact(one.gross, currency),
        "lines": [
            {"text": line.keys.get("text") or draft.entry.narration, "quantity": plain(line.quantity or 1),  # type: ignore[arg-type]
             "unit": line.keys.get("unit"), "price": exact(line.net if line.price is None else line.price, currency),
             "net": exact(line.net, currency), "vat": line.vat}
            for line in one.lines
        ],
        "vat_breakdown": [
            {"code": code, "amount": exact(amount, currency)} for code, _, amount in one.vats
        ],
        "instalments": [
            {"due": due.isoformat(), "amount": exact(amount, currency)} for due, amount in one.instalments
        ],
    }  # fmt: skip


def preview(one: Prepared, register: Register) -> str:
    """The ledger text that a draft becomes, with a word where the number will be."""
    return ledger_text.issued(
        one, NUMBER, receivable=register.options.receivable, company=register.currency,
        rounding=register.options.rounding,
    )  # fmt: skip
