"""Quotes as a list, and each with its lines, its sums by kind, and what was invoiced of it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount

from billtext.ledger.quotes import Event, Quote
from billtext.model import Date
from billtext.money import ZERO, exact, plain
from billtext.rendering import escape
from billtext.rendering.language import Language
from billtext.rendering.sheets import Cell, Sheet, Word, column
from billtext.rules import quotes
from billtext.rules.quotes import DISCOUNT, KINDS, Estimate, Line
from billtext.rules.stages import Compared

Row = tuple[Quote, Estimate | None, Sequence[Compared]]


def listed(rows: Iterable[Row], as_of: Date) -> Sheet:
    """Quotes with their status on a day; of one with a mistake no amounts."""
    cells: list[list[Cell]] = []
    for quote, found, compared in rows:
        head: list[Cell] = [quote.number or quote.name, quote.date, quote.valid_until(as_of)]
        status = Word(quotes.status(quote, as_of))
        if found is None:
            cells.append([*head, "", "", "", None, None, status, None, None])
            continue
        currency, base = found.currency, found.base
        cells.append([
            *head, base.customer, base.payee, currency, Amount(base.net, currency), Amount(base.gross, currency),
            status,
            Amount(_sum(row.drafted for row in compared), currency),
            Amount(_sum(row.invoiced for row in compared), currency),
        ])  # fmt: skip
    columns = (
        column("number"), column("date"), column("valid_until", "Valid until"), column("customer"), column("name"),
        column("currency"), column("net", right=True), column("gross", right=True), column("status"),
        column("drafted", right=True), column("invoiced", right=True),
    )  # fmt: skip
    return Sheet(title="", columns=columns, rows=cells)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def head(found: Estimate, as_of: Date, language: Language) -> str:
    """What stands above a quote on the terminal, and what became of it."""
    quote = found.quote
    title = f"{language('Quote')} {quote.number or quote.name} · {escape.one_line(found.base.payee)}"
    text = f"{title} ({found.base.customer}) · {language.date(quote.date)}"
    valid = quote.valid_until(as_of)
    if valid is not None:
        text += f" · {language('valid until')} {language.date(valid)}"
    text += f" · {language(quotes.status(quote, as_of))}\n{escape.one_line(quote.draft.entry.narration or '')}"
    for each in quote.events:
        if each.date <= as_of:
            text += f"\n{language.date(each.date)}  {event(each, language)}"
    return text


def event(event: Event, language: Language) -> str:
    """What became of a quote, in words."""
    if event.kind == "accept":
        share = language("the rest") if event.share is None else language.percent(event.share)
        return f"{language('accepted')}: {share} {language('of lines')} {', '.join(map(str, event.lines))}"
    if event.kind == "decline":
        return f"{language('declined')}: {escape.one_line(event.reason)}".rstrip(": ")
    valid = "" if event.valid_until is None else language.date(event.valid_until)
    return f"{language('valid until')} {valid}".rstrip()


_COLUMNS = (
    column("line", right=True), column("kind"), column("text"), column("quantity", right=True), column("unit"),
    column("cost", right=True), column("markup", "Mark-up %", right=True), column("price", right=True),
    column("vat", "VAT"), column("net", right=True),
)  # fmt: skip


def _cells(line: Line, found: Estimate) -> list[Cell]:
    currency, of = found.currency, line.line
    unit = of.keys.get("unit")
    return [
        line.n, Word(line.kind), str(of.keys.get("text") or found.quote.draft.entry.narration or ""), of.quantity,
        str(unit or ""), None if line.cost is None else Amount(line.cost, currency), line.markup,
        None if of.price is None else Amount(of.price, currency), of.vat, Amount(line.net, currency),
    ]  # fmt: skip


def lines(found: Estimate, language: Language) -> Sheet:
    """The lines that are not optional, then their sums by kind, VAT, total and margin."""
    currency, base = found.currency, found.base

    def total(text: str, amount: Decimal, cost: Decimal | None = None) -> list[Cell]:
        shown = None if cost is None else Amount(cost, currency)
        return [None, "", text, None, "", shown, None, None, "", Amount(amount, currency)]

    totals = [
        total(language(name), sums[0], sums[1]) for name, sums in by_kind(found).items() if sums[0] or name != DISCOUNT
    ]
    totals.append(total(language("Net"), base.net))
    totals += [total(f"{language('VAT')} {code}", amount) for code, _, amount in base.vats]
    if base.rounding:
        totals.append(total(language("Rounding"), base.rounding))
    totals.append(total(f"{language('Total')} {currency}", base.gross))
    note = ""
    if any(line.cost is not None for line in found.required):
        percent = found.margin_percent
        shown = "" if percent is None else f" ({language.percent(percent)})"
        note = f"{language('Margin')} {language.amount(found.margin, currency)} {currency}{shown}"
    return Sheet(
        title="", columns=_COLUMNS, rows=[_cells(line, found) for line in found.required], totals=totals, note=note
    )


def optional(found: Estimate, language: Language) -> Sheet | None:
    """The optional lines, which are in no total; None if there are none."""
    rows = [_cells(line, found) for line in found.lines if line.optional]
    return Sheet(title=language("Optional"), columns=_COLUMNS, rows=rows) if rows else None


def all_lines(found: Estimate) -> Sheet:
    """Every line, for a program."""
    columns = (*_COLUMNS, column("optional"))
    rows = [[*_cells(line, found), "yes" if line.optional else ""] for line in found.lines]
    return Sheet(title="", columns=columns, rows=rows)


def by_kind(found: Estimate) -> dict[str, tuple[Decimal, Decimal | None]]:
    """Net and cost of each kind of lines that are there and not optional, and the discount on the whole."""
    sums: dict[str, tuple[Decimal, Decimal | None]] = {}
    for kind in KINDS:
        of = [line for line in found.required if line.kind == kind]
        costs = [line.cost for line in of if line.cost is not None]
        if of:
            sums[kind] = _sum(line.net for line in of), _sum(costs) if costs else None
    sums[DISCOUNT] = found.base.net - _sum(net for net, _ in sums.values()), None
    return sums


def compared(rows: Sequence[Compared], found: Estimate, language: Language) -> Sheet:
    """Estimate against invoiced, by kind."""
    currency = found.currency

    def cells(text: Cell, figures: Iterable[Decimal]) -> list[Cell]:
        return [text, *(Amount(figure, currency) for figure in figures)]

    body = [cells(Word(r.kind), (r.estimated, r.drafted, r.invoiced, r.invoiced - r.estimated)) for r in rows]
    sums = [_sum(getattr(row, name) for row in rows) for name in ("estimated", "drafted", "invoiced")]
    columns = (
        column("kind"), column("estimated", right=True), column("drafted", right=True), column("invoiced", right=True),
        column("difference", right=True),
    )  # fmt: skip
    totals = [cells(f"{language('Net')} {currency}", (*sums, sums[2] - sums[0]))]
    return Sheet(title=language("Estimate and invoiced"), columns=columns, rows=body, totals=totals)


def data(quote: Quote, found: Estimate | None, rows: Sequence[Compared], as_of: Date) -> dict[str, Any]:
    """A quote for JSON; of one with a mistake only what it is called."""
    valid = quote.valid_until(as_of)
    known: dict[str, Any] = {
        "number": quote.number, "name": quote.name, "file": quote.draft.file, "line": quote.draft.first,
        "date": quote.date.isoformat(), "valid_until": None if valid is None else valid.isoformat(),
        "status": quotes.status(quote, as_of), "valid": found is not None,
    }  # fmt: skip
    if found is None:
        return known
    currency, base = found.currency, found.base
    return {
        **known, "customer": base.customer, "currency": currency, "net": exact(base.net, currency),
        "vat": exact(base.vat, currency), "gross": exact(base.gross, currency),
        "drafted": exact(_sum(row.drafted for row in rows), currency),
        "invoiced": exact(_sum(row.invoiced for row in rows), currency),
    }  # fmt: skip


def detail(found: Estimate, rows: Sequence[Compared], as_of: Date) -> dict[str, Any]:
    """A quote with its lines for JSON."""
    currency = found.currency

    def money(amount: Decimal | None) -> str | None:
        return None if amount is None else exact(amount, currency)

    return {
        **data(found.quote, found, rows, as_of),
        "margin": money(found.margin), "cost": money(found.costs),
        "margin_percent": None if found.margin_percent is None else plain(found.margin_percent),
        "lines": [
            {"line": line.n, "kind": line.kind, "optional": line.optional,
             "text": line.line.keys.get("text") or found.quote.draft.entry.narration,
             "quantity": None if line.line.quantity is None else plain(line.line.quantity),
             "unit": line.line.keys.get("unit"), "cost": money(line.cost),
             "markup": None if line.markup is None else plain(line.markup), "price": money(line.line.price),
             "vat": line.line.vat, "net": money(line.net)}
            for line in found.lines
        ],
        "kinds": {kind: {"net": money(net), "cost": money(cost)} for kind, (net, cost) in by_kind(found).items()},
        "vat_breakdown": [{"code": code, "amount": money(amount)} for code, _, amount in found.base.vats],
        "events": [
            {"kind": event.kind, "date": event.date.isoformat(), "lines": list(event.lines),
             "share": None if event.share is None else plain(event.share), "reason": event.reason or None,
             "valid_until": None if event.valid_until is None else event.valid_until.isoformat()}
            for event in found.quote.events if event.date <= as_of
        ],
        "compared": [
            {"kind": row.kind, "estimated": money(row.estimated), "drafted": money(row.drafted),
             "invoiced": money(row.invoiced), "difference": money(row.invoiced - row.estimated)}
            for row in rows
        ],
    }  # fmt: skip
