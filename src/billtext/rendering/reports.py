"""Reports as sheets: which columns each has, for the terminal, CSV and Markdown."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from beancount.core.amount import Amount

from billtext.ledger.schema import written
from billtext.model import Date, Record, Void
from billtext.money import ZERO
from billtext.rendering import escape
from billtext.rendering.language import Language
from billtext.rendering.sheets import Cell, Days, Sheet, Word, column, shown
from billtext.rules import ageing, numbering
from billtext.rules import invoices as invoice_rules
from billtext.rules.ageing import OpenItem
from billtext.rules.book import Book
from billtext.rules.statements import Section, Statement

OVERDUE = column("days_overdue", "Days overdue", right=True)


def customers(book: Book, records: Iterable[Record], as_of: Date) -> Sheet:
    """The register on a day; a customer with balances in two currencies has two rows."""
    rows: list[Sequence[Cell]] = []
    for record in records:
        values = record.at(as_of) or {}
        card = [record.id, *(str(values.get(key, "")) for key in ("name", "kind", "city", "country", "terms"))]
        balances = ageing.balances(book, record.id, as_of)
        rows += [[*card, currency, Amount(total, currency)] for currency, total in balances.items()]
        if not balances:
            rows.append([*card, str(values.get("currency") or ""), None])
    columns = (
        column("id", "Customer"),
        *(column(key) for key in ("name", "kind", "city", "country", "terms", "currency")),
    )
    return Sheet(title="", columns=(*columns, column("balance", right=True)), rows=rows)


def card(book: Book, record: Record, as_of: Date) -> Sheet:
    """A customer's card: key and value."""
    values = record.at(as_of) or record.versions[0].values
    rows: list[Sequence[Cell]] = [["id", record.id]]
    rows += [[key, escape.one_line(written(value).strip('"'))] for key, value in values.items()]
    rows += [[f"balance {c}", Amount(total, c)] for c, total in ageing.balances(book, record.id, as_of).items()]
    return Sheet(title="", columns=(column("key"), column("value")), rows=rows)


def history(record: Record) -> Sheet:
    """What the register says of a record, and since when."""
    rows: list[list[Cell]] = [
        [version.date, key, written(value).strip('"')]
        for version in record.versions
        for key, value in version.changed.items()
    ]
    return Sheet(title="", columns=(column("date", "From"), column("key"), column("value")), rows=rows)


def invoices(book: Book, rows: Iterable[invoice_rules.Row], voids: Iterable[Void], as_of: Date) -> Sheet:
    """Documents with what is open of them; void numbers among them."""
    cells: list[list[Cell]] = []
    for row in rows:
        document, currency = row.document, row.document.currency
        cells.append(
            [document.number, Word(document.kind), document.date, document.due, document.customer,
             ageing.name_of(book, document.customer, as_of), currency, Amount(document.net, currency),
             Amount(document.vat, currency), Amount(document.gross, currency), Amount(row.open, currency),
             Word(row.status),
             Days(row.days_overdue)]
        )  # fmt: skip
    cells += [
        [void.number, Word(numbering.kind_of(book.register, void)), void.date, None, "", void.reason, "", None, None,
         None, None, Word("void"), Days(0)]
        for void in voids
    ]  # fmt: skip
    cells.sort(key=lambda row: (row[2], row[1] == "credit-note", row[0]))
    columns = (
        column("number"), column("kind"), column("date"), column("due"), column("customer"), column("name"),
        column("currency"),
        column("net", right=True), column("vat", "VAT", right=True), column("gross", right=True),
        column("open", right=True),
        column("status"), OVERDUE,
    )  # fmt: skip
    return Sheet(title="", columns=columns, rows=cells)


def document(detail: invoice_rules.Detail, language: Language) -> Sheet:
    """Lines of a document, then net, VAT by code and gross."""
    found = detail.row.document
    currency = found.currency
    rows: list[list[Cell]] = []
    for line in detail.lines:
        discount = language.percent(line.discount) if line.discount else ""
        if line.discount_amount:
            discount = f"{discount} {language.price(line.discount_amount, currency)}".strip()
        if line.charge_amount:
            discount = f"{discount} +{language.price(line.charge_amount, currency)}".strip()
        text = line.text + (f" ({line.allowance or line.charge})" if line.allowance or line.charge else "")
        price = language.price(line.price, currency)
        if line.price_per != 1:
            price += f" / {language.number(line.price_per)}"
        rows.append([text, line.quantity, line.unit, price, discount, line.vat, Amount(line.net, currency)])
    totals: list[list[Cell]] = [[language("Net"), None, None, None, None, None, Amount(found.net, currency)]]
    for part in detail.vat_breakdown:
        text = (
            f"{language('VAT')} {language.percent(part.rate)} {language('on')} {language.amount(part.base, currency)}"
        )
        totals.append([text, None, None, None, None, part.code, Amount(part.amount, currency)])
    if found.rounding:
        totals.append([language("Rounding"), None, None, None, None, None, Amount(found.rounding, currency)])
    totals.append([f"{language('Total')} {currency}", None, None, None, None, None, Amount(found.gross, currency)])
    columns = (
        column("text"), column("quantity", right=True), column("unit"), column("price", right=True), column("discount"),
        column("vat", "VAT"), column("net", right=True),
    )  # fmt: skip
    return Sheet(title="", columns=columns, rows=rows, totals=totals)


def document_head(book: Book, detail: invoice_rules.Detail, language: Language) -> str:
    """What stands above a document's lines on the terminal."""
    found = detail.row.document
    name = escape.one_line(ageing.name_of(book, found.customer, found.date))
    title = language("Invoice" if found.kind == "invoice" else "Credit note")
    text = f"{title} {found.number} · {name} ({found.customer}) · {language.date(found.date)}"
    if found.kind == "invoice":
        text += f" · {language('Due').lower()} {language.date(found.due)}"
    if found.corrects:
        text += f" · {language('corrects')} {found.corrects}"
    return text


def document_foot(detail: invoice_rules.Detail, language: Language) -> str:
    """What settled a document, and what is open of it."""
    currency = detail.row.document.currency
    lines = [
        f"{language.date(part.date)}  {part.by or '–'}  {language.amount(part.amount, currency)}"
        for part in detail.allocations
    ]
    state = (
        f"{language('Open')} {language.amount(detail.row.open, currency)} {currency} · {language(detail.row.status)}"
    )
    return "\n".join([*lines, state])


def open_items(book: Book, found: Iterable[OpenItem], as_of: Date) -> Sheet:
    """What is open, item by item, and the sum of each currency."""
    rows: list[list[Cell]] = []
    sums: dict[str, Decimal] = {}
    for each in found:
        item = each.item
        rows.append(
            [item.customer, ageing.name_of(book, item.customer, as_of), item.name, Word(each.kind), item.date,
            item.due, item.currency,
             Amount(item.amount, item.currency), Amount(each.open, item.currency), Days(each.days_overdue)]
        )  # fmt: skip
        sums[item.currency] = sums.get(item.currency, ZERO) + each.open
    columns = (
        column("customer"), column("name"), column("number"), column("kind"), column("date"), column("due"),
        column("currency"),
        column("amount", right=True), column("open", right=True), OVERDUE,
    )  # fmt: skip
    totals = [["", "", "", "", None, None, c, None, Amount(total, c), None] for c, total in sorted(sums.items())]
    return Sheet(title="", columns=columns, rows=rows, totals=totals)


def aging(report: ageing.Report, *, summary: bool = False) -> Sheet:
    """Ageing: a row for each customer and currency, and totals; with `summary` the totals alone."""
    names = (*report.buckets, ageing.UNAPPLIED)

    def amounts(row: ageing.Row) -> list[Cell]:
        return [*(Amount(row.columns[name], row.currency) for name in names), Amount(row.total, row.currency)]

    figures = tuple(column(name, name if name[0].isdigit() else None, right=True) for name in (*names, "total"))
    if summary:
        rows: list[list[Cell]] = [[row.currency, *amounts(row)] for row in report.totals]
        return Sheet(title="", columns=(column("currency"), *figures), rows=rows)
    rows = [[row.customer, row.name, row.currency, *amounts(row)] for row in report.rows]
    totals: list[list[Cell]] = [["", "", row.currency, *amounts(row)] for row in report.totals]
    return Sheet(
        title="", columns=(column("customer"), column("name"), column("currency"), *figures), rows=rows, totals=totals
    )


def statement(report: Statement, section: Section, language: Language) -> tuple[Sheet, ...]:
    """One section of a statement: movements with a running balance, and what is open with its ageing."""
    currency = section.currency
    activity = report.kind == "activity"
    period = f"{language.date(report.start)} – {language.date(report.end)}" if activity else language.date(report.end)
    title = f"{report.customer} {escape.one_line(report.name)} · {currency} · {period}"
    if not activity:
        return (_open(section, title, language),)
    rows: list[list[Cell]] = [
        [report.start, "", "", language("Opening balance"), None, Amount(section.opening, currency)]
    ]
    rows += [
        [
            line.date,
            Word(line.kind),
            line.number,
            line.text,
            Amount(line.amount, currency),
            Amount(line.balance, currency),
        ]
        for line in section.lines
    ]
    columns = (column("date"), column("kind"), column("number"), column("text"), column("amount", right=True),
               column("balance", right=True))  # fmt: skip
    totals: list[list[Cell]] = [
        [report.end, "", "", language("Closing balance"), None, Amount(section.closing, currency)]
    ]
    movements = Sheet(title=title, columns=columns, rows=rows, totals=totals)
    return (movements, _open(section, language("Open items"), language)) if section.open_items else (movements,)


def _open(section: Section, title: str, language: Language) -> Sheet:
    """What is open at the end of a statement, with its ageing below."""
    currency = section.currency
    rows: list[list[Cell]] = [
        [found.item.date, found.item.due, Word(found.kind), found.item.name, Amount(found.item.amount, currency),
         Amount(found.open, currency)]
        for found in section.open_items
    ]  # fmt: skip
    columns = (column("date"), column("due"), column("kind"), column("number"), column("amount", right=True),
               column("open", right=True))  # fmt: skip
    totals: list[list[Cell]] = [[None, None, "", language("Closing balance"), None, Amount(section.closing, currency)]]
    note = " · ".join(
        f"{language(name) if not name[0].isdigit() else name}: {shown(Amount(value, currency), language)}"
        for name, value in section.aging.columns.items()
        if value
    )
    return Sheet(title=title, columns=columns, rows=rows, totals=totals, note=note)


def statement_lines(report: Statement) -> Sheet:
    """All sections of a statement as one table for CSV: movements, or open items."""
    if report.kind == "open-items":
        keys: tuple[str, ...] = (
            "customer",
            "currency",
            "number",
            "kind",
            "date",
            "due",
            "amount",
            "open",
            "days_overdue",
        )
        rows: list[list[Cell]] = [
            [report.customer, s.currency, f.item.name, f.kind, f.item.date, f.item.due, Amount(f.item.amount,
            s.currency),
             Amount(f.open, s.currency), f.days_overdue]
            for s in report.sections for f in s.open_items
        ]  # fmt: skip
    else:
        keys = ("customer", "currency", "date", "kind", "number", "text", "amount", "balance")
        rows = []
        for s in report.sections:
            start = ["opening", "", "", None, Amount(s.opening, s.currency)]
            rows.append([report.customer, s.currency, report.start, *start])
            for x in s.lines:
                figures = [Amount(x.amount, s.currency), Amount(x.balance, s.currency)]
                rows.append([report.customer, s.currency, x.date, x.kind, x.number, x.text, *figures])
            end = ["closing", "", "", None, Amount(s.closing, s.currency)]
            rows.append([report.customer, s.currency, report.end, *end])
    return Sheet(title="", columns=tuple(column(key) for key in keys), rows=rows)
