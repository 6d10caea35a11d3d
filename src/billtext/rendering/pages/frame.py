"""What the pages of one site share: the book on its day, the words, the links, and the templates."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from billtext.model import Date
from billtext.rendering import escape
from billtext.rendering.language import Language
from billtext.rendering.pages import addresses, charts
from billtext.rendering.pages.figures import Figures
from billtext.rules import ageing, invoices
from billtext.rules.ageing import OpenItem, Row
from billtext.rules.book import Book
from billtext.rules.presenting import language_of

DOCUMENTS = ("all", "open", "none")
SHADES = 4  # colours of what is overdue


class _Environment(Environment):
    """Looks for a name in what is a dictionary first: nearly all that a page shows comes in one."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


@cache
def environment() -> Environment:
    """The templates. Each value is escaped text on one line; a date or an amount has to be written first."""
    found = _Environment(
        loader=PackageLoader("billtext.rendering", "templates/site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
        auto_reload=False,
    )
    found.filters["yaml"] = lambda text: Markup(escape.yaml(text))  # noqa: S704 - it is not HTML there
    return found


def _shown(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return value if value.isprintable() else escape.one_line(value)
    if kind is Markup:
        return value
    if value is None:
        return ""
    if kind is Decimal or isinstance(value, Date):
        raise TypeError(f"{value!r} is not written in the reader's language")
    return value


class Reader:
    """Words and figures of somebody's language."""

    def __init__(self, code: str) -> None:
        self.t = Language(code)
        self.f = Figures(self.t)

    def bucket(self, name: str) -> str:
        """Heading of an ageing column."""
        return f"{name.replace('-', '–')} {self.t('days')}" if name[0].isdigit() else self.t(name)


class Frame:
    """A site on a day.

    :param revision: of the ledger, in words
    :param errors: of the ledger, in the shape of `shapes.error`
    :param choice: which documents get a page: `all`, `open` or `none`
    """

    def __init__(
        self, book: Book, as_of: Date, *, revision: str, errors: Sequence[Mapping[str, Any]] = (), choice: str = "all"
    ) -> None:
        self.book, self.as_of, self.revision, self.errors = book, as_of, revision, errors
        self.company = book.register.company(as_of)
        self.name = str(self.company.get("name", ""))
        self._own = Reader(str(self.company.get("language") or ""))
        self.t, self.f, self.bucket = self._own.t, self._own.f, self._own.bucket
        self._readers: dict[str, Reader] = {}
        self.report = ageing.report(book, as_of)
        self.rows = {row.document.number: row for row in invoices.rows(book, as_of)}
        self.linked = {
            number: addresses.document(number)
            for number, row in self.rows.items()
            if choice == "all" or (choice == "open" and row.open)
        }
        self.open_of: dict[str, list[OpenItem]] = {}
        for found in ageing.open_items(book, as_of):
            self.open_of.setdefault(found.item.customer, []).append(found)
        self.aging_of: dict[str, list[Row]] = {}
        for row in self.report.rows:
            self.aging_of.setdefault(row.customer, []).append(row)
        known = {record.id for record in book.register.of("customer").values() if record.first <= as_of}
        known.update(customer for customer, items in book.items_of.items() if items[0].date <= as_of)
        self.names = {customer: ageing.name_of(book, customer, as_of) for customer in known}
        self.customers = sorted(
            known, key=lambda customer: (escape.one_line(self.names[customer]).casefold(), customer)
        )
        self.pages = {customer: addresses.customer(customer) for customer in self.customers}
        self.rows_of_month: dict[str, list[invoices.Row]] = {}
        for each in self.rows.values():
            self.rows_of_month.setdefault(f"{each.document.date:%Y-%m}", []).append(each)
        self.contacts: dict[str, list[Mapping[str, Any]]] = {}
        for contact in book.register.of("contact").values():
            values = contact.at(as_of)
            if values is not None:
                self.contacts.setdefault(contact.id.partition(" ")[0], []).append(values)
        self.corrected: dict[str, list[str]] = {}
        for number, found_row in self.rows.items():
            if found_row.document.corrects:
                self.corrected.setdefault(found_row.document.corrects, []).append(number)

    @property
    def months(self) -> list[str]:
        """Months that have documents or void numbers, latest first."""
        found = {f"{row.document.date:%Y-%m}" for row in self.rows.values()}
        found.update(f"{void.date:%Y-%m}" for void in invoices.voids(self.book, self.as_of))
        return sorted(found, reverse=True)

    def currencies(self, found: Iterable[str]) -> list[str]:
        """Currencies in order, the company's first."""
        return sorted(found, key=lambda currency: (currency != self.book.register.currency, currency))

    def reader(self, customer: str, date: Date) -> Reader:
        """The language of what a customer is sent on a date."""
        code = language_of(self.book.register, customer, date)
        if code not in self._readers:
            self._readers[code] = Reader(code)
        return self._readers[code]

    def shade(self, name: str) -> str:
        """Class of an ageing column's colour."""
        if name == ageing.UNAPPLIED:
            return "r-u"
        place, last = self.report.buckets.index(name), len(self.report.buckets) - 1
        return (
            "r-b0" if not place else f"r-b{SHADES if last == 1 else 1 + round((place - 1) * (SHADES - 1) / (last - 1))}"
        )

    def aged(self, row: Row, name: str) -> dict[str, Any]:
        """The picture of an ageing, and its columns for the table beside it.

        :param name: id of the picture, of our own making
        """
        currency = row.currency
        columns = [
            {
                "label": self.bucket(key),
                "style": charts.swatch(self.shade(key), credit=amount < 0),
                "amount": self.f.amount(amount, currency),
                "some": bool(amount),
            }
            for key, amount in row.columns.items()
        ]
        parts = [
            charts.Part(
                amount=amount,
                style=self.shade(key),
                label=f"{self.bucket(key)}: {self.f.amount(amount, currency)} {currency}",
            )
            for key, amount in row.columns.items()
        ]
        title = f"{self.t('Ageing')} {escape.one_line(currency)}"
        description = "; ".join(part.label for part in parts if part.amount) or self.t("Nothing is open.")
        picture = charts.bar(parts, name=name, title=title, description=description)
        return {
            "picture": picture,
            "columns": columns,
            "total": self.f.amount(row.total, currency),
            "currency": currency,
        }

    def render(self, template: str, path: str, heading: str, *, leaf: bool = True, **values: Any) -> str:
        """Fill a template, and put the front matter before it and the stamp after it.

        :param path: of the page, from the directory of the receivables
        :param heading: of the page; may come from the ledger
        :param leaf: whether it is one of many, which have no place in the navigation
        """
        found = environment()
        common = {"t": self.t, "f": self.f, "frame": self, "heading": heading}
        body = found.get_template(template).render(**common, root="../" * path.count("/"), **values)
        # MkDocs writes the title as it stands: on a leaf it is the name of the file, elsewhere a word of ours.
        title = path.rpartition("/")[2] if leaf else heading
        return found.get_template("page.md.j2").render(**common, title=title, leaf=leaf, body=Markup(body))  # noqa: S704
