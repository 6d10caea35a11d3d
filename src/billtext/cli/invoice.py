"""`billtext invoice`: invoices and credit notes."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from billtext.cli.common import Day, Face, Group, Month, as_of, example, form, say
from billtext.cli.writing import Number, changing, done, force, on, trial

if TYPE_CHECKING:
    from billtext.outside.desk import Desk
    from billtext.rules.prepared import Prepared


@click.group(cls=Group, epilog=example("billtext invoice show 2026-0012"))
def command() -> None:
    """Invoices and credit notes: draft one, list them, show one."""


@command.command(
    epilog=example(
        "billtext invoice new C00017 --item CONS-SR 8 --delivery 2026-11-24",
        'billtext invoice new C00017 --item CONS-SR 8 --line "Travel" 1 450.00 S25 --text "Consulting, November"',
        'billtext invoice new C00017 --item CONS-SR 8 --on 1 discount=10 --charge "Urgency" 500.00 S25',
        "billtext invoice new C00017 --edit",
    )
)
@click.argument("customer")
@click.option(
    "--item",
    "items",
    nargs=2,
    type=(str, Number()),
    multiple=True,
    metavar="CODE QUANTITY",
    help="A line of the price list; may be repeated.",
)
@click.option(
    "--line",
    "lines",
    nargs=4,
    type=(str, Number(), Number(), str),
    multiple=True,
    metavar="TEXT QUANTITY PRICE VAT",
    help="Another line; may be repeated.",
)
@click.option(
    "--on",
    "changes",
    nargs=2,
    type=(int, str),
    multiple=True,
    metavar="N KEY=VALUE",
    help="A key of the Nth line, those of the price list first: discount=10, unit=HUR, price=1100.00; may be repeated.",
)
@click.option("--allowance", "allowances", nargs=3, type=(str, Number(), str), multiple=True,
              metavar="REASON AMOUNT VAT", help="Taken off the whole document; may be repeated.")  # fmt: skip
@click.option("--charge", "charges", nargs=3, type=(str, Number(), str), multiple=True,
              metavar="REASON AMOUNT VAT", help="Added to the whole document; may be repeated.")  # fmt: skip
@click.option(
    "--account", metavar="ACCOUNT", help="Income account of the other lines. Else as most items with that VAT."
)
@click.option("--text", default="", help="What it is about; else the texts of its lines.")
@click.option(
    "--prices",
    type=click.Choice(["net", "gross"]),
    default="net",
    show_default=True,
    help="Whether the prices of the other lines are without VAT or with it.",
)
@click.option("--discount", type=Number(), metavar="PERCENT", help="Discount on the whole document.")
@click.option("--currency", metavar="CODE", help="Else the customer's.")
@click.option("--rate", type=Number(), help="Rate to the company's currency; else that of the ledger.")
@click.option("--due", type=Day(), metavar="DATE", help="Else by the customer's terms.")
@click.option("--delivery", type=Day(), metavar="DATE", help="Day of delivery; `billtext issue` can name it too.")
@click.option("--order", help="The customer's order number.")
@click.option("--set", "more", multiple=True, metavar="KEY=VALUE", help="Any other key; may be repeated.")
@click.option(
    "--instalment",
    "instalments",
    nargs=2,
    type=(Number(), int),
    multiple=True,
    metavar="PERCENT DAYS",
    help="An instalment; may be repeated, and adds up to 100.",
)
@on
@click.option("--edit", is_flag=True, help="Open the draft in $EDITOR before it is written.")
@trial
@force
@click.pass_obj
def new(
    face: Face,
    customer: str,
    items: tuple[tuple[str, Decimal], ...],
    lines: tuple[tuple[str, Decimal, Decimal, str], ...],
    changes: tuple[tuple[int, str], ...],
    allowances: tuple[tuple[str, Decimal, str], ...],
    charges: tuple[tuple[str, Decimal, str], ...],
    account: str | None,
    text: str,
    prices: str,
    discount: Decimal | None,
    currency: str | None,
    rate: Decimal | None,
    due: datetime.date | None,
    delivery: datetime.date | None,
    order: str | None,
    more: tuple[str, ...],
    instalments: tuple[tuple[Decimal, int], ...],
    date: datetime.date,
    edit: bool,
    trial: bool,
    force: bool,
) -> None:
    """Draft an invoice: what is not given comes from the price list and the register."""
    from beancount.core.amount import Amount

    from billtext.cli import editing
    from billtext.errors import Refused
    from billtext.ledger import write
    from billtext.outside import drafting
    from billtext.rendering import ledger_text

    try:
        others = drafting.keys_of(more)
    except Refused as error:
        raise click.UsageError(str(error)) from None
    if not items and not lines and not edit:
        raise click.UsageError("name what to bill: --item CODE QUANTITY or --line TEXT QUANTITY PRICE VAT, or --edit")
    with changing(face, force=force) as desk:
        register = desk.book.register
        card = register.values("customer", customer, date)
        money = currency or str(card.get("currency") or register.currency or "NOK")
        postings: list[tuple[str, Amount | None, dict[str, object]]] = [
            drafting.item_posting(register, date, code, quantity) for code, quantity in items
        ]
        for about, quantity, price, code in lines:
            keys = {"text": write.clean(about), "quantity": quantity, "price": Amount(price, money), "vat": code}
            postings.append((account or drafting.income_account(register, date, code), None, keys))
        for n, change in changes:
            key, sign, value = change.partition("=")
            if not sign:
                raise Refused(f"--on {n} {change!r} is no key with its value; write KEY=VALUE")
            if not 1 <= n <= len(postings):
                raise Refused(
                    f"--on {n}: there is no line {n} of {len(postings)}; count from 1, the price list's first"
                )
            postings[n - 1] = drafting.with_key(postings[n - 1], key, value, money)
        for kind, several in (("allowance", allowances), ("charge", charges)):
            for reason, price, code in several:
                place = account or (postings[0][0] if postings else drafting.income_account(register, date, code))
                postings.append((place, None, drafting.of_document(kind, reason, price, code, money)))
        for share, days in instalments:
            postings.append((f"{register.options.receivable}:{customer}", None, {"share": share, "days": days}))
        keys = {
            "customer": customer,
            "due": due,
            "delivery": delivery,
            "order": order,
            "currency": currency,
            "rate": rate,
            "prices": None if prices == "net" else prices,
            "discount": discount,
            **others,
        }
        titles = [str(register.values("item", code, date).get("text") or code) for code, _ in items]
        narration = write.clean(text) or ", ".join([*titles, *(about for about, *_ in lines)][:3]) or "Invoice"
        found = ledger_text.draft(date, "invoice", narration, keys, postings)
        stem = f"{customer}-{date}"
        if not edit:
            path = drafting.free(desk, stem)
            prepared = drafting.check(desk, found, path, date)
            _write(desk, path, found, customer, prepared, trial=trial)
            return
        if not trial:
            desk.refuse_errors([customer])  # before a word is typed
    # The ledger is held anew: nobody waits while somebody types.
    with editing.edited(found, stem, keep=trial) as found, changing(face, force=force) as desk:
        path = drafting.free(desk, stem)
        try:
            prepared = drafting.check(desk, found, path, date, placed=not trial)
        except Refused as why:
            if trial:
                raise
            desk.replace(path, found)
            desk.commit(about=[customer])
            done(desk)
            wrong = str(why)
        else:
            _write(desk, path, found, customer, prepared, trial=trial)
            return
    raise Refused(f"the draft is kept, but cannot be issued yet: {wrong}")


def _write(desk: "Desk", path: Path, found: str, customer: str, prepared: "Prepared", *, trial: bool) -> None:
    """Write a draft, and say what it becomes and what it still lacks."""
    from billtext.rendering import drafts
    from billtext.rules import legal

    say(drafts.preview(prepared, desk.book.register), nl=False)
    missing = [error.message for error in legal.check(prepared, desk.book.register)]
    desk.replace(path, found)
    if not trial:
        desk.commit(about=[customer])
        done(desk)
    for sentence in missing:
        say(f"before it is issued: {sentence}")
    if not trial:
        say(f"issue it with: billtext issue {path.stem}")


@command.command(
    "list",
    epilog=example(
        "billtext invoice list --customer C00017", "billtext invoice list --status overdue",
        "billtext invoice list --month 2026-10 --kind credit-note",
    ),
)  # fmt: skip
@click.option("--customer", metavar="ID", help="Of this customer only.")
@click.option("--kind", type=click.Choice(["invoice", "credit-note"]), help="Of this kind only.")
@click.option("--month", type=Month(), metavar="YYYY-MM", help="Dated in a month.")
@click.option("--from", "start", type=Day(), metavar="DATE", help="Dated from a day on.")
@click.option("--to", "end", type=Day(), metavar="DATE", help="Dated until a day.")
@click.option(
    "--status",
    type=click.Choice(["open", "partly-paid", "paid", "overdue", "credited", "written-off", "void"]),
    help="With this status only.",
)
@as_of
@form
@click.pass_obj
def list_(
    face: Face, customer: str | None, kind: str | None, month: tuple[datetime.date, datetime.date] | None,
    start: datetime.date | None, end: datetime.date | None, status: str | None, as_of: datetime.date, form: str,
) -> None:  # fmt: skip
    """List the documents issued until a day, with what is open of them.

    Net, VAT and gross of a credit note are what it credits, and positive; what is open of it is negative.
    """
    from billtext.rendering import reports, shapes
    from billtext.rules import invoices

    if month is not None and (start or end):
        raise click.UsageError("ask for --month, or for --from and --to")
    first, last = month or (start or datetime.date.min, end or datetime.date.max)
    customers = None if customer is None else [face.customer(customer)]
    rows = [
        row for row in invoices.rows(face.book, as_of, customers=customers)
        if status in {None, row.status} and kind in {None, row.document.kind} and first <= row.document.date <= last
    ]  # fmt: skip
    voids = [
        void for void in invoices.voids(face.book, as_of)
        if customer is None and status in {None, "void"} and first <= void.date <= last
        and kind in {None, shapes.void(face.book, void)["kind"]}
    ]  # fmt: skip
    data = [*map(shapes.invoice, rows), *(shapes.void(face.book, void) for void in voids)]
    data.sort(key=lambda found: (found["date"], found["kind"] == "credit-note", found["number"]))
    face.show(reports.invoices(face.book, rows, voids, as_of), data, form)
    face.finish()


@command.command(epilog=example("billtext invoice show 2026-0012 --format json"))
@click.argument("number")
@as_of
@form
@click.pass_obj
def show(face: Face, number: str, as_of: datetime.date, form: str) -> None:
    """Show a document: its lines, its VAT, what settled it and what is open."""
    from billtext.errors import Refused
    from billtext.rendering import document_sheets, reports, shapes
    from billtext.rules import invoices, presenting

    document = face.book.ledger.documents.get(number)
    if document is None:
        void = next((void for void in face.book.ledger.voids if void.number == number), None)
        if void is None:
            raise Refused(f"there is no document {number}; `billtext invoice list` shows them")
        if void.date > as_of:
            raise Refused(f"{number} is made void on {void.date}, after {as_of}; ask as of that day or later")
        raise Refused(f"{number} is a void number since {void.date}: {void.reason}")
    if document.date > as_of:
        raise Refused(f"{number} is issued on {document.date}, after {as_of}; ask as of that day or later")
    detail = invoices.detail(face.book, document, as_of)
    if form == "table":
        say(reports.document_head(face.book, detail, face.language))
    if form == "csv":
        sheet = document_sheets.lines(presenting.document(face.book, document))
    else:
        sheet = reports.document(detail, face.language)
    face.show(sheet, shapes.invoice_detail(detail), form)
    if form == "table":
        say(reports.document_foot(detail, face.language))
    face.finish()
