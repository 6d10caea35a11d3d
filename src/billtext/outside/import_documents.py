"""What becomes of each row: a line of a document, or a refusal with its reason. Decides only; writes nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from billtext import ids
from billtext.ledger import write
from billtext.ledger.register import place
from billtext.model import Date
from billtext.money import ZERO, rounded
from billtext.outside.import_mapping import Condition, ImportMapping, Template
from billtext.outside.import_names import CustomerIds, ItemIds
from billtext.outside.import_rows import LARGEST, Days, Numbers
from billtext.outside.import_totals import READ, REFUSED, Tally
from billtext.outside.ledger_scan import Known
from billtext.rules import vat

Cells = Sequence[str]
Get = Callable[[Cells], str]


class Line(NamedTuple):
    """A row that is part of a document.

    :param amount: what the row adds to the customer's debt, without VAT; negative on a credit note
    :param quantity: of the sign of `amount`, or None where the source gives the amount alone, as is `price` then
    """

    row: int
    text: str
    item: str | None
    quantity: Decimal | None
    price: Decimal | None
    amount: Decimal
    discount: Decimal | None
    unit: str
    vat: str
    account: str


@dataclass(slots=True, kw_only=True)
class Draft:
    """A document while its rows are being gathered; `cells` are those of its first row."""

    number: str
    date: Date
    kind: str
    customer: str
    currency: str
    cells: Cells
    lines: list[Line] = field(default_factory=list)


class Sorter:
    """Sorts rows into documents (`drafts`, in the order of their first rows) and refusals (`refused`, reason by row).

    :param places: index of each column
    """

    def __init__(self, mapping: ImportMapping, places: dict[str, int], known: Known) -> None:
        """Prepare for rows with these columns."""
        self.mapping, self.known = mapping, known
        self.drafts: dict[str, Draft] = {}
        self.refused: dict[int, str] = {}
        self.tally = Tally()
        self.items, self.customers = ItemIds(mapping, known), CustomerIds(mapping, known)
        self.days, self.numbers = Days(mapping.date_format), Numbers(mapping)
        self._places, self._width = places, len(places)
        self._texts: dict[str, str] = {}
        self._amounts: dict[tuple[str, ...], tuple[Decimal | None, Decimal | None, Decimal | None, Decimal, str]] = {}
        line = mapping.line
        self._number, self._date = self.get(mapping.number), self.get(mapping.date)
        self._currency, self._customer = self.get(mapping.currency), self.get(mapping.customer.id)
        self._text, self._item = self.get(line.get("text")), self.get(line.get("item"))
        self._unit, self._vat = self.get(line.get("unit")), self.get(line.get("vat"))
        self._figures = [self.get(line[key]) for key in ("amount", "quantity", "price", "discount") if key in line]
        self._is_credit = self._condition(mapping.credit) if mapping.credit is not None else None
        self._rules = [(rule.reason, [self._condition(c) for c in rule.when]) for rule in mapping.refuse]

    def get(self, template: Template | None) -> Get:
        """A function from cells to a template's text; empty where there is no template."""
        return template.compiled(self._places) if template is not None else lambda cells: ""

    def _condition(self, condition: Condition) -> Callable[[Cells], bool]:
        place, numbers, pattern = self._places[condition.column], self.numbers, condition.matches

        def holds(cells: Cells) -> bool:
            cell = cells[place]
            if pattern is not None and pattern.fullmatch(cell) is None:
                return False
            if condition.below is None and condition.above is None:
                return True
            number = numbers[cell]
            return number is not None and (
                (condition.below is None or number < condition.below)
                and (condition.above is None or number > condition.above)
            )

        return holds

    def row(self, n: int, raw: Sequence[str]) -> str:
        """Sort one row.

        :param n: the line on which it begins
        :param raw: its cells as read
        :return: the number of its document
        """
        empty = self.mapping.empty
        cells = [cell.strip() for cell in raw]
        if empty:
            cells = ["" if cell in empty else cell for cell in cells]
        if len(cells) != self._width:
            cells = (cells + [""] * self._width)[: self._width]
            currency = "" if self.mapping.currency.columns else self._currency(cells)
            return self._refuse(
                n, "", currency, ZERO, f"wrong number of cells: {len(raw)}, and the header has {self._width}"
            )
        number, currency = self._number(cells), self._currency(cells)
        quantity, price, discount, amount, fault = self._reckon(currency, cells)
        credit = self._is_credit is not None and self._is_credit(cells)
        if credit and self.mapping.signs == "positive":
            quantity, amount = None if quantity is None else -quantity, -amount
        self.tally.count(READ, currency).add(number, amount)
        date = self.days[self._date(cells)]
        reason = self._reason(cells, number, date, currency) or fault
        if reason or date is None:
            return self._refuse(n, number, currency, amount, reason, read=True)
        customer, reason = self.customers.find(self._customer(cells))
        draft = self.drafts.get(number)
        kind = "credit-note" if credit else "invoice"
        code = self._vat(cells)
        code = self.mapping.vat_codes.get(code, code)
        if not reason and draft is not None:
            reason = self._disagrees(draft, customer, kind, currency)
        if not reason and code and self.known.register.vat(code, date if draft is None else draft.date) is None:
            reason = self.no_vat(code, date)
        if reason:
            return self._refuse(n, number, currency, amount, reason, read=True)
        if draft is None:
            draft = self.drafts[number] = Draft(
                number=number, date=date, kind=kind, customer=customer, currency=currency, cells=cells
            )
        source = self._item(cells)
        text, item = self._cleaned(self._text(cells)), self.items[source] if source else None
        account = self.mapping.accounts.get(source, self.mapping.account)
        draft.lines.append(Line(n, text, item, quantity, price, amount, discount, self._unit(cells), code, account))
        return number

    def _reason(self, cells: Cells, number: str, date: Date | None, currency: str) -> str:
        """Why a row is refused, before its document is looked at; the mapping's own reasons come first."""
        for reason, conditions in self._rules:
            if all(holds(cells) for holds in conditions):
                return reason
        if not ids.is_number(number):
            return f"no document number: {number!r} is not made of letters, digits, `-`, `_`, `.` and `/`"
        if date is None:
            return f"bad date: {self.days.fault(self._date(cells))}"
        if not ids.is_currency(currency):
            return f"bad currency: {currency!r} is not an ISO 4217 code"
        return ""

    def no_vat(self, code: str, date: Date) -> str:
        """Why a row is refused whose VAT code the ledger does not have on a day."""
        reason = f"unknown VAT code: {code!r} is not in the ledger on {date}"
        record = self.known.register.get("vat", code)
        if record is None:
            return reason
        meta = record.versions[0].meta
        return f"{reason} but from {record.first}; if its rate held then, date it back at {place(meta)}"

    def _disagrees(self, draft: Draft, customer: str, kind: str, currency: str) -> str:
        if self.mapping.rows == "documents":
            return f"second row of a document: {draft.number} is in row {draft.lines[0].row} already"
        for what, own, other in (("customer", customer, draft.customer), ("currency", currency, draft.currency),
                                 ("kind", kind, draft.kind)):  # fmt: skip
            if own != other:
                return f"{what} differs within the document: {own} here, {other} in the first row of {draft.number}"
        return ""

    def _reckon(
        self, currency: str, cells: Cells
    ) -> tuple[Decimal | None, Decimal | None, Decimal | None, Decimal, str]:
        """Quantity, price, discount and amount of a row, and what is wrong with them; the amount is 0 then."""
        key = (currency, *(get(cells) for get in self._figures))
        found = self._amounts.get(key)
        if found is None:
            found = self._amounts[key] = self._figured(currency, key[1:])
        return found

    def _figured(
        self, currency: str, texts: tuple[str, ...]
    ) -> tuple[Decimal | None, Decimal | None, Decimal | None, Decimal, str]:
        names = [key for key in ("amount", "quantity", "price", "discount") if key in self.mapping.line]
        figures: dict[str, Decimal] = {}
        for name, text in zip(names, texts, strict=True):
            number = ZERO if name == "discount" and not text else self.numbers[text]
            if number is None:
                return None, None, None, ZERO, f"bad {name}: {text!r} is not a number of at most {LARGEST} digits"
            figures[name] = number
        # Adding zero makes -0.00 an ordinary 0.00.
        if "amount" in figures:
            amount = rounded(figures["amount"], currency) + ZERO
            if amount != figures["amount"]:
                return None, None, None, ZERO, f"bad amount: {texts[0]} is finer than the smallest unit of {currency}"
            return None, None, None, amount, ""
        discount = figures.get("discount", ZERO)
        if not 0 <= discount <= 100:
            return None, None, None, ZERO, f"bad discount: {discount} is not a percentage from 0 to 100"
        quantity, price = figures["quantity"], figures["price"]
        amount = vat.net(quantity, price, currency, discount=discount) + ZERO
        return quantity, price, discount or None, amount, ""

    def _cleaned(self, text: str) -> str:
        found = self._texts.get(text)
        if found is None:
            found = self._texts[text] = write.clean(text)
        return found

    def _refuse(self, n: int, number: str, currency: str, amount: Decimal, reason: str, *, read: bool = False) -> str:
        if not read:
            self.tally.count(READ, currency).add(number, amount)
        self.refuse(n, number, currency, amount, reason)
        return number

    def refuse(self, n: int, number: str, currency: str, amount: Decimal, reason: str) -> None:
        """Refuse a row that was counted as read. The totals count by what stands before the colon of a reason."""
        self.refused[n] = reason
        self.tally.count(REFUSED + reason.partition(": ")[0], currency).add(number, amount)
