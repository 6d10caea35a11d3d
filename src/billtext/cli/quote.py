"""`billtext quote`: cost estimates and quotes."""

import datetime
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from billtext.cli.common import Day, Face, Group, as_of, counted, example, form, relative, say
from billtext.cli.writing import Number, changing, done, force, on, trial

if TYPE_CHECKING:
    from billtext.ledger.quotes import Quote
    from billtext.rules.quotes import Estimate
    from billtext.rules.stages import Compared

VALID = 30  # days, where nothing is said


@click.group(cls=Group, epilog=example("billtext quote show Q2026-0001"))
def command() -> None:
    """Cost estimates and quotes: write one, show it, accept it whole or in stages.

    A quote is a draft in quotes/ with `quote:` and its number in place of `invoice:`. What becomes of it is written
    below it.
    """


class Lines(click.ParamType[tuple[int, ...]]):
    """Numbers of lines, such as 1,2,4."""

    name = "lines"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Read numbers of lines."""
        if isinstance(value, tuple):
            return value
        if not re.fullmatch(r"\d+([ ,]+\d+)*", value, re.ASCII):
            self.fail(f"{value!r} is no list of lines; write their numbers as 1,2,4", param, ctx)
        return tuple(int(n) for n in re.findall(r"\d+", value))


@command.command(
    epilog=example(
        "billtext quote new C00017 --labour ELEC-HR 24 --item EV-BOX 2",
        'billtext quote new C00017 --labour ELEC-HR 8 --material "Cable tray" 30 MTR 118.00 25 S25 --optional 2',
    )
)
@click.argument("customer")
@click.option("--labour", nargs=2, type=(str, Number()), multiple=True, metavar="ITEM HOURS",
              help="Labour, by an item of the price list; may be repeated.")  # fmt: skip
@click.option("--item", "items", nargs=2, type=(str, Number()), multiple=True, metavar="CODE QUANTITY",
              help="A line of the price list; may be repeated.")  # fmt: skip
@click.option("--material", "materials", nargs=6, multiple=True, metavar="TEXT QUANTITY UNIT COST MARKUP VAT",
              type=(str, Number(), str, Number(), Number(least=Decimal(-100)), str),
              help="Materials at cost and mark-up in percent; may be repeated.")  # fmt: skip
@click.option("--other", "others", nargs=4, type=(str, Number(), Number(), str), multiple=True,
              metavar="TEXT QUANTITY PRICE VAT", help="Another line; may be repeated.")  # fmt: skip
@click.option("--optional", type=Lines(), default=(), metavar="N,N",
              help="Lines that may be left out, counted in the order labour, items, materials, other.")  # fmt: skip
@click.option("--account", metavar="ACCOUNT", help="Income account of materials and other lines.")
@click.option("--text", default="", help="What it is about.")
@click.option("--discount", type=Number(), metavar="PERCENT", help="Discount on the whole of it.")
@click.option("--currency", metavar="CODE", help="Else the customer's.")
@click.option("--valid-until", type=Day(), metavar="DATE", help=f"Else {VALID} days after its date.")
@on
@trial
@force
@click.pass_obj
def new(
    face: Face, customer: str, labour: tuple[tuple[str, Decimal], ...], items: tuple[tuple[str, Decimal], ...],
    materials: tuple[tuple[str, Decimal, str, Decimal, Decimal, str], ...],
    others: tuple[tuple[str, Decimal, Decimal, str], ...], optional: tuple[int, ...], account: str | None, text: str,
    discount: Decimal | None, currency: str | None, valid_until: datetime.date | None, date: datetime.date, trial: bool,
    force: bool,
) -> None:  # fmt: skip
    """Write a quote and give it its number; what is not said comes from the price list and the register."""
    from beancount.core.amount import Amount

    from billtext import dates
    from billtext.errors import Refused
    from billtext.ledger import write
    from billtext.outside import drafting
    from billtext.outside import quotes as files

    if not (labour or items or materials or others):
        raise click.UsageError("name what is offered: --labour, --item, --material or --other")
    with changing(face, force=force) as desk:
        register = desk.book.register
        money = currency or str(register.values("customer", customer, date).get("currency") or register.currency)
        postings: list[tuple[str, Amount | None, dict[str, Any]]] = []
        for code, quantity in labour:
            line = drafting.item_posting(register, date, code, quantity)
            postings.append((line[0], None, {**line[2], "kind": "labour"}))
        postings += [drafting.item_posting(register, date, code, quantity) for code, quantity in items]
        for about, quantity, unit, cost, markup, code in materials:
            keys = {"text": write.clean(about), "quantity": quantity, "unit": unit, "cost": Amount(cost, money)}
            keys |= {"markup": markup, "vat": code, "kind": "materials"}
            postings.append((account or drafting.income_account(register, date, code), None, keys))
        for about, quantity, price, code in others:
            keys = {"text": write.clean(about), "quantity": quantity, "price": Amount(price, money), "vat": code}
            postings.append((account or drafting.income_account(register, date, code), None, {**keys, "kind": "other"}))
        for n in optional:
            if not 1 <= n <= len(postings):
                raise Refused(f"--optional {n}: the quote has {counted(len(postings), 'line')}; count them from 1")
            postings[n - 1][2]["optional"] = True
        titles = [str(register.values("item", code, date).get("text") or code) for code, _ in [*labour, *items]]
        titles += [line[0] for line in materials] + [line[0] for line in others]
        header = {
            "customer": customer, "valid-until": valid_until or dates.after(date, VALID), "currency": currency,
            "discount": discount,
        }  # fmt: skip
        narration = write.clean(text) or ", ".join(titles[:3])
        number, _, written, found = files.new(desk, date, narration, header, postings)
        if trial:
            say(written, nl=False)
        else:
            desk.commit(about=[customer])
        _print(face, found, [], date)
        done(desk)
        if not trial:
            say(f"accept it with: billtext quote accept {number}")


@command.command("list", epilog=example("billtext quote list --as-of 2026-11-30", "billtext quote list --status open"))
@as_of
@click.option("--status", type=click.Choice(["open", "expired", "accepted", "declined"]), help="Only those.")
@form
@click.pass_obj
def list_(face: Face, as_of: datetime.date, status: str | None, form: str) -> None:
    """List the quotes until a day: status, amounts, and what has been drafted and invoiced, without VAT."""
    from billtext.outside import quotes as files
    from billtext.rendering import quotes as rendering
    from billtext.rules import quotes

    rows = []
    errors: list[Any] = []
    for file in files.every(face.path.resolve().parent):
        errors += file.errors
        for quote in file.quotes:
            if quote.date > as_of or status not in {None, quotes.status(quote, as_of)}:
                continue
            found, compared, wrong = _estimate(face, quote, as_of, right=not file.errors)
            errors += wrong
            rows.append((quote, found, compared))
    face.show(rendering.listed(rows, as_of), [rendering.data(*row, as_of) for row in rows], form)
    for error in errors:
        say(f"{relative(str(error.source['filename']))}:{error.source['lineno']}: {error.message}", err=True)
    if errors:
        raise click.exceptions.Exit(1)
    face.finish()


@command.command(epilog=example("billtext quote show Q2026-0001"))
@click.argument("number")
@as_of
@form
@click.pass_obj
def show(face: Face, number: str, as_of: datetime.date, form: str) -> None:
    """Show a quote: lines, sums by kind, margin, VAT and total, optional lines apart, and what was invoiced of it."""
    from billtext.errors import Refused
    from billtext.outside import quotes as files

    _, quote = files.find(files.every(face.path.resolve().parent), number)
    found, compared, errors = _estimate(face, quote, as_of)
    if found is None:
        raise Refused(files.told(errors))
    _print(face, found, compared, as_of, form)
    face.finish()


def _estimate(
    face: Face, quote: "Quote", as_of: datetime.date, *, right: bool = True
) -> "tuple[Estimate | None, list[Compared], list[Any]]":
    from billtext.outside.issuing import rates
    from billtext.rules import quotes, stages

    if not right:
        return None, [], []
    found, errors = quotes.estimate(quote, face.book.register, rates(face.loaded.entries))
    return found, [] if found is None else stages.compare(found, face.book, as_of), errors


def _print(
    face: Face, found: "Estimate", compared: "list[Compared]", as_of: datetime.date, form: str = "table"
) -> None:
    from billtext.rendering import quotes as rendering

    language = face.language
    if form in {"json", "csv"}:
        face.show(rendering.all_lines(found), rendering.detail(found, compared, as_of), form)
        return
    sheets = [rendering.lines(found, language), rendering.optional(found, language)]
    if any(row.drafted or row.invoiced for row in compared):
        sheets.append(rendering.compared(compared, found, language))
    say(f"{rendering.head(found, as_of, language)}\n")
    for n, sheet in enumerate(sheet for sheet in sheets if sheet is not None):
        if n:
            say()
        face.show(sheet, None, form)


@command.command(
    epilog=example(
        "billtext quote accept Q2026-0001",
        "billtext quote accept Q2026-0001 --share 30",
        "billtext quote accept Q2026-0001 --lines 1,2 --with-optional 4",
    )
)
@click.argument("number")
@click.option("--lines", type=Lines(), default=(), metavar="N,N", help="Only these lines.")
@click.option("--with-optional", "optional", type=Lines(), default=(), metavar="N,N", help="Optional lines besides.")
@click.option("--share", type=Number(least=Decimal("0.01")), metavar="PERCENT",
              help="Only this much of the lines now. Else all that is left of them.")  # fmt: skip
@on
@trial
@click.option("--force", is_flag=True,
              help="Also after its validity; and although the ledger has errors about something else.")  # fmt: skip
@click.pass_obj
def accept(
    face: Face, number: str, lines: tuple[int, ...], optional: tuple[int, ...], share: Decimal | None,
    date: datetime.date, trial: bool, force: bool,
) -> None:  # fmt: skip
    """Accept a quote, whole or in stages: each acceptance makes a draft, and all of them never more than the quote.

    What was accepted is written below the quote, with its date. `billtext issue` makes the draft an invoice.
    """
    from billtext.money import exact
    from billtext.outside import quotes as files

    with changing(face, force=force) as desk:
        path, text, directive, prepared = files.accept(
            desk, number, date, lines=lines, optional=optional, share=share, late=force
        )
        if not trial:
            desk.commit(about=[prepared.customer])
        amount = f"{exact(prepared.gross, prepared.currency)} {prepared.currency}"
        say(f"{directive}\n{text}\n{path.stem}  {prepared.payee}  {amount}")
        done(desk)
        if not trial:
            say(f"issue it with: billtext issue {path.stem}")


@command.command(epilog=example('billtext quote decline Q2026-0001 --reason "went with another"'))
@click.argument("number")
@click.option("--reason", required=True, help="Why, as far as it is known.")
@on
@trial
@force
@click.pass_obj
def decline(face: Face, number: str, reason: str, date: datetime.date, trial: bool, force: bool) -> None:
    """Write down that a quote was declined, and why."""
    from billtext.ledger import write
    from billtext.outside import quotes as files

    with changing(face, force=force) as desk:
        say(files.decline(desk, number, date, write.clean(reason)), nl=False)
        if not trial:
            desk.commit()
        done(desk)


@command.command(epilog=example("billtext quote reissue Q2026-0001 --valid-until 2026-12-31"))
@click.argument("number")
@click.option("--valid-until", type=Day(), metavar="DATE", help=f"Else {VALID} days after its date.")
@on
@trial
@force
@click.pass_obj
def reissue(
    face: Face, number: str, valid_until: datetime.date | None, date: datetime.date, trial: bool, force: bool
) -> None:
    """Make a quote valid for longer, at the prices that it has; one that was declined is open again."""
    from billtext import dates
    from billtext.outside import quotes as files

    with changing(face, force=force) as desk:
        say(files.reissue(desk, number, date, valid_until or dates.after(date, VALID)), nl=False)
        if not trial:
            desk.commit()
        done(desk)


@command.command("number", epilog=example("billtext quote number boxes"))
@click.argument("name")
@trial
@force
@click.pass_obj
def number_(face: Face, name: str, trial: bool, force: bool) -> None:
    """Give a quote that was written by hand its number: `quote:` is left empty in it."""
    from billtext.outside import quotes as files

    with changing(face, force=force) as desk:
        say(f"{name} is {files.give_number(desk, name)}")
        if not trial:
            desk.commit()
        done(desk)
