"""What the pages of a ledger share: the book on its day, the words, the links, and the templates."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from markupsafe import Markup

from billtext import dates
from billtext.errors import LedgerError
from billtext.ledger.quotes import Quote
from billtext.model import Date, Delivery, Document, Draft, Filed, Item, Void
from billtext.rendering import escape
from billtext.rendering.language import Language
from billtext.rendering.pages import addresses, charts, menu, rows
from billtext.rendering.pages.environment import environment
from billtext.rendering.pages.figures import Figures, Hidden, ranked
from billtext.rendering.pages.leads import Leads
from billtext.rules import ageing, credit_limits, deliveries, drafts, filing, filing_checks, flows, invoices
from billtext.rules.ageing import OpenItem, Report, Row
from billtext.rules.book import Book
from billtext.rules.credit_limits import Passed
from billtext.rules.deliveries import State
from billtext.rules.flows import Months
from billtext.rules.prepared import Prepared, Rates
from billtext.rules.presenting import language_of

DOCUMENTS = ("all", "open", "none")
LONGEST = 1000  # rows of a table
SHADES = 4  # colours of what is overdue


class Reader:
    """Words and figures of somebody's language."""

    def __init__(self, code: str, *, hidden: bool = False) -> None:
        self.t = Language(code)
        self.f = (Hidden if hidden else Figures)(code)

    def bucket(self, name: str, *, by_date: bool = False) -> str:
        """Heading of an ageing column; what is counted from a document's own date is not due or overdue."""
        if by_date and name == ageing.NOT_DUE:
            return f"0 {self.t('days')}"
        return f"{name.replace('-', '–')} {self.t('days')}" if name[0].isdigit() else self.t(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that people browse, in the site or in Fava.

    :param path: its address, from the directory of the receivables
    :param heading: may come from the ledger
    :param language: of its words, as a code
    :param body: HTML in which every text of the ledger is escaped
    :param leaf: whether it is one of many, which have no place in a navigation
    """

    path: str
    heading: str
    language: str
    body: Markup
    leaf: bool


# From the address of a page, what makes a link on it of the address of another.
Links = Callable[[str], Callable[[str], Markup]]


def files(path: str) -> Callable[[str], Markup]:
    """Links between pages that are files: relative, so that they open from a disk as well."""
    root = "../" * path.count("/")
    return lambda address: Markup(f"{root}{address}.html")  # noqa: S704 - addresses are of our own making


# From the address of a page, where it finds what the reader searches; None where a face has no search.
Finder = Callable[[str], str | None]


class Frame:
    """The pages of a ledger on a day. What takes time is worked out when a page first asks for it.

    :param revision: of the ledger, in words; None if the face says it on each page in its own way
    :param errors: of the ledger, in the shape of `shapes.error`
    :param choice: which documents get a page: `all`, `open` or `none`
    :param customers: ids of those to show; all if None
    :param language: of the reader; the company's if empty
    :param links: how pages name each other
    :param leads: where else the face can lead
    :param drafts: what waits to be issued, and `quotes` what was offered, where the face shows them
    :param unread: what is wrong with the form of their files, in the shape of `shapes.error`
    :param rates: of exchange, for drafts and quotes in another currency
    :param hidden: whether amounts are shown without their digits
    :param finder: where a search is answered
    :param named: whether that search finds customers by their names
    :param given: whether the pages are given to the customers themselves: they have nothing but what those were sent
    """

    def __init__(
        self, book: Book, as_of: Date, *, revision: str | None, errors: Sequence[Mapping[str, Any]] = (),
        choice: str = "all", customers: Collection[str] | None = None, language: str = "", links: Links = files,
        leads: Leads | None = None, finder: Finder = lambda _path: None, named: bool = True, given: bool = False,
        drafts: tuple[Draft, ...] = (), quotes: tuple[Quote, ...] = (), unread: Sequence[Mapping[str, Any]] = (),
        rates: Rates = lambda _currency, _company, _date: None, hidden: bool = False,
    ) -> None:  # fmt: skip
        self.book, self.as_of, self.revision, self.errors = book, as_of, revision, errors
        self.choice, self.only, self.links, self.leads = choice, customers, links, leads or Leads()
        self.drafts, self.quotes, self.unread, self.rates = drafts, quotes, unread, rates
        self.finder, self.named, self.given, self.hidden = finder, named, given, hidden
        self.company = book.register.company(as_of)
        self.name = str(self.company.get("name", ""))
        self.own = Reader(language or str(self.company.get("language") or ""), hidden=hidden)
        self.t, self.f, self.bucket = self.own.t, self.own.f, self.own.bucket
        self.kept: rows.Kept | None = None  # where a face keeps rows from time to time
        self._readers: dict[str, Reader] = {}

    def rows(self, macro: str, path: str) -> rows.Row:
        """What makes the rows of the table of a page; see `rows.of`."""
        return rows.of(macro, self.t, self.links(path), path, self.kept)

    @property
    def sought(self) -> str:
        """What the search is for, in words."""
        return self.t("Customer or number" if self.named else "Number of a customer or document")

    @cached_property
    def report(self) -> Report:
        """The ageing of the day."""
        return ageing.of_items(self.book, self.as_of, self.open)

    @cached_property
    def report_by_date(self) -> Report:
        """The ageing of the day by the dates of the documents."""
        customers = None if self.only is None else sorted(self.only)
        return ageing.report(self.book, self.as_of, basis="date", customers=customers)

    @cached_property
    def buckets(self) -> tuple[str, ...]:
        """The columns of the ageing on the day, without what is unapplied."""
        return ageing.buckets(self.book.register.options.at("aging-edges", self.as_of))

    @cached_property
    def open(self) -> tuple[OpenItem, ...]:
        """What is open on the day, by customer."""
        return ageing.open_items(self.book, self.as_of, customers=None if self.only is None else sorted(self.only))

    @cached_property
    def open_of(self) -> dict[str, list[OpenItem]]:
        """What is open of each customer of whom anything is."""
        return grouped(self.open, lambda found: found.item.customer)

    @cached_property
    def aging_of(self) -> dict[str, list[Row]]:
        """The rows of the ageing report by customer."""
        return grouped(self.report.rows, lambda row: row.customer)

    def column(self, found: OpenItem, basis: str = "due") -> str:
        """The ageing column of an open item.

        :param basis: one of `ageing.BASES`
        """
        if found.item.stands is None:
            return ageing.UNAPPLIED
        age = found.age if basis == "due" else dates.days_overdue(found.item.date, self.as_of)
        return ageing.column(age, self.buckets, self._edges)

    @cached_property
    def filled_by_date(self) -> dict[str, list[OpenItem]]:
        """What is open by column of the ageing by document date; what is unapplied has the same column in both."""
        found = grouped(self.open, lambda each: self.column(each, "date"))
        return {name: found[name] for name in self.buckets if name in found}

    @cached_property
    def _edges(self) -> tuple[int, ...]:
        return tuple(self.book.register.options.at("aging-edges", self.as_of))

    @cached_property
    def passed(self) -> tuple[Passed, ...]:
        """Credit limits that are passed."""
        return credit_limits.passed(self.book.register, self.report.rows, self.as_of)

    @cached_property
    def unsent(self) -> list[State]:
        """What should have reached its customer and has not."""
        found = deliveries.unsent(self.book, self.as_of)
        return [each for each in found if self.only is None or each.parcel.customer in self.only]

    @cached_property
    def flows(self) -> Months:
        """What moved in each month, by currency; the last month until the day."""
        if self.only is None:
            return self.book.months_until(self.as_of)
        own = (item for id_ in sorted(self.only) for item in self.book.items_of.get(id_, ()))
        return flows.by_month(item for item in own if item.date <= self.as_of)

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of the customers, those without a card by their id."""
        known = {record.id for record in self.book.register.of("customer").values() if record.first <= self.as_of}
        known.update(id_ for id_, items in self.book.items_of.items() if items[0].date <= self.as_of)
        if self.only is not None:
            known &= set(self.only)
        return {id_: ageing.name_of(self.book, id_, self.as_of) for id_ in known}

    @cached_property
    def customers(self) -> list[str]:
        """Ids of the customers, in the order of their names."""
        return sorted(self.names, key=lambda id_: (escape.one_line(self.names[id_]).casefold(), id_))

    @cached_property
    def debtors(self) -> list[str]:
        """Ids of the customers of whom anything is open, those first who owe most: in our own currency, then others."""
        home = self.book.register.currency
        owed: dict[str, tuple[bool, Decimal]] = {}
        for row in self.report.rows:
            found = (row.currency == home, row.total)
            owed[row.customer] = max(owed.get(row.customer, found), found)
        return sorted(owed, key=lambda id_: (owed[id_], id_), reverse=True)

    @cached_property
    def documents(self) -> Sequence[Document]:
        """Invoices and credit notes until the day, in the order of their dates."""
        found = self.book.documents[: bisect_right(self.book.documents, self.as_of, key=_date)]
        return found if self.only is None else [document for document in found if document.customer in self.only]

    def documents_between(self, first: Date, last: Date) -> list[Document]:
        """The documents of some days, both included, that are not after the day."""
        every, last = self.book.documents, min(last, self.as_of)
        found = every[bisect_left(every, first, key=_date) : bisect_right(every, last, key=_date)]
        return [document for document in found if self.only is None or document.customer in self.only]

    @cached_property
    def voids(self) -> tuple[Void, ...]:
        """Void numbers until the day; they are nobody's, and so not of customers who are chosen."""
        return invoices.voids(self.book, self.as_of) if self.only is None else ()

    @cached_property
    def months(self) -> list[str]:
        """Months in which anything moved or a number became void, latest first."""
        return sorted({*self.flows, *(f"{void.date.year:04}-{void.date:%m}" for void in self.voids)}, reverse=True)

    @cached_property
    def archive(self) -> dict[str, list[Filed]]:
        """Files of the archive by the month of their papers, latest first."""
        files = sorted(
            (
                one for one in self.book.ledger.filed
                if one.date <= self.as_of and (self.only is None or one.customer in self.only)
            ),
            key=lambda one: (one.date, one.customer, one.file),
        )  # fmt: skip
        months = grouped(files, lambda one: f"{one.date.year:04}-{one.date.month:02}")
        return dict(sorted(months.items(), reverse=True))

    @cached_property
    def left_out(self) -> frozenset[str]:
        """Pages of the menu that there are not."""
        if self.given:
            return frozenset(address for address, _ in menu.ENTRIES if address not in {"index", "documents"})
        found = set() if self.leads.asks else {"drafts", "quotes"}
        if not self.archive:
            found.add("archive")
        return frozenset(found)

    @cached_property
    def linked(self) -> list[str]:
        """Numbers of the documents that have a page, in their order."""
        return [document.number for document in self.documents if self._has_page(document)]

    def _has_page(self, document: Document) -> bool:
        if self.choice == "open":
            return bool(invoices.row(self.book, document, self.as_of).open)
        return self.choice == "all"

    def document(self, number: str) -> str | None:
        """The address of a document's page, if it has one."""
        document = self.book.ledger.documents.get(number)
        if document is None or document.date > self.as_of:
            return None
        if self.only is not None and document.customer not in self.only:
            return None
        return addresses.document(number) if self._has_page(document) else None

    def customer(self, id_: str) -> str:
        """The address of a customer's page."""
        return addresses.customer(id_)

    @cached_property
    def contacts(self) -> dict[str, list[Mapping[str, Any]]]:
        """Contacts by customer."""
        found: dict[str, list[Mapping[str, Any]]] = {}
        for contact in self.book.register.of("contact").values():
            values = contact.at(self.as_of)
            if values is not None:
                found.setdefault(contact.id.partition(" ")[0], []).append(values)
        return found

    def corrections(self, number: str) -> list[Document]:
        """The credit notes until the day that correct an invoice."""
        return [each for each in self.book.corrections_of.get(number, ()) if each.date <= self.as_of]

    @cached_property
    def prepared(self) -> list[tuple[Draft, Prepared | None, list[LedgerError]]]:
        """The drafts with what each becomes when it is issued on the day, or what is wrong with it."""
        ledger = self.book.ledger
        return [
            (draft, *drafts.prepare(draft, ledger.register, self.rates, self.as_of, corrected=ledger.documents))
            for draft in self.drafts
        ]

    @cached_property
    def wrong(self) -> dict[tuple[str, int], list[str]]:
        """What is wrong with the ledger, by file and line."""
        found = grouped(self.errors, lambda error: (error["path"], error["line"]))
        return {place: [error["message"] for error in errors] for place, errors in found.items()}

    def deliveries(self, number: str, *, statements: bool = False) -> list[Delivery]:
        """What happened until the day to a document, or to the statements of a customer, on their way."""
        found = self.book.deliveries_of.get(number, ())
        return [each for each in found if each.date <= self.as_of and bool(each.statement) is statements]

    def filed(self, customer: str) -> list[Filed]:
        """The files of a customer in the archive until the day."""
        return [one for one in self.book.filed_of.get(customer, ()) if one.date <= self.as_of]

    def filed_with(self, document: Document) -> list[Filed]:
        """The files of a document in the archive until the day, with its attachments."""
        return [one for one in filing.of(self.book, document) if one.date <= self.as_of]

    def account(self, customer: str) -> str:
        """The customer's account in the ledger."""
        return filing_checks.account(self.book.register, customer)

    def currencies(self, found: Iterable[str]) -> list[str]:
        """Currencies in order, the company's first."""
        return sorted(found, key=lambda currency: (currency != self.book.register.currency, currency))

    def reader(self, customer: str, date: Date) -> Reader:
        """The language of what a customer is sent on a date."""
        code = language_of(self.book.register, customer, date)
        if code not in self._readers:
            self._readers[code] = Reader(code, hidden=self.hidden)
        return self._readers[code]

    def shade(self, name: str) -> str:
        """Class of an ageing column's colour."""
        if name == ageing.UNAPPLIED:
            return "r-u"
        place, last = self.buckets.index(name), len(self.buckets) - 1
        return (
            "r-b0" if not place else f"r-b{SHADES if last == 1 else 1 + round((place - 1) * (SHADES - 1) / (last - 1))}"
        )

    def aged_parts(self, row: Row) -> list[charts.Part]:
        """The columns of an ageing as parts of a picture."""
        return [
            charts.Part(
                amount=amount,
                style=self.shade(key),
                label=f"{self.bucket(key)}: {self.f.amount(amount, row.currency)} {row.currency}",
            )
            for key, amount in row.columns.items()
        ]

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
        parts = self.aged_parts(row)
        title = f"{self.t('Ageing')} {escape.one_line(currency)}"
        description = "; ".join(part.label for part in parts if part.amount) or self.t("Nothing is open.")
        picture = charts.bar(parts, name=name, title=title, description=description)
        return {
            "picture": picture,
            "columns": columns,
            "total": self.f.amount(row.total, currency),
            "currency": currency,
        }

    def render(self, template: str, path: str, heading: str, *, leaf: bool = True, **values: Any) -> Page:
        """Fill a template, and put the menu before it and the stamp after it.

        :param path: of the page, from the directory of the receivables
        :param heading: of the page; may come from the ledger
        """
        link = self.links(path)
        common = {"t": self.t, "f": self.f, "frame": self, "heading": heading, "link": link}
        own = Markup(environment().get_template(template).render(**common, **values))  # noqa: S704 - the template escapes
        around = environment().get_template("_frame.html.j2")
        body = around.render(**common, body=own, find=self.finder(path), menu=menu.of(path, self.left_out), path=path)
        if self.hidden:
            body = ranked(body)
        whole = Markup(body)  # noqa: S704 - likewise
        return Page(path=path, heading=heading, language=self.t.code, body=whole, leaf=leaf)

    def markdown(self, page: Page) -> str:
        """A page as a file of the site: Markdown that is one block of HTML, with its front matter."""
        # MkDocs writes the title as it stands: on a leaf it is the name of the file, elsewhere a word of ours.
        title = page.path.rpartition("/")[2] if page.leaf else page.heading
        template = environment().get_template("page.md.j2")
        return template.render(
            t=self.t, f=self.f, frame=self, title=title, heading=page.heading, leaf=page.leaf, body=page.body
        )


def _date(found: Document | Item) -> Date:
    return found.date


T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def grouped(found: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    """Values by a key, in their order."""
    groups: dict[K, list[T]] = {}
    for each in found:
        groups.setdefault(key(each), []).append(each)
    return groups
