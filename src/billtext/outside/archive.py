"""The archive beside the ledger: file documents and papers, see whether they are as they were, destroy nothing.

Files are below `documents/`, where Beancount's option of that name finds them. Each has a `filed` directive with its
hash in `follow-up/YEAR.beancount`, which comes with it or not at all.
"""

import os
import stat
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Self

from beancount.core.data import Close, Open

from billtext.errors import Refused, Unreadable
from billtext.ledger import write
from billtext.model import Date, Document, Filed
from billtext.outside import filed_files, files, forms, right_forms
from billtext.outside.desk import Desk
from billtext.outside.forms import Made
from billtext.outside.issuing import Issued
from billtext.rules import deliveries, filing
from billtext.rules.book import Book
from billtext.rules.filing import Period
from billtext.rules.filing_checks import account as account_of

LARGEST = 100 * 1024 * 1024  # bytes of a paper
LONGEST = 200  # characters of a label


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A file that is not as it was filed.

    :param state: `missing`, `changed`, `unreadable` or `foreign`
    :param file: below `documents/`
    """

    state: str
    file: str
    why: str
    filed: Filed | None = None


# --- filing -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of filing documents.

    :param filed: their files
    :param wrong: why an e-invoice was left out, by the document's number
    :param refused: why a document cannot be made, by its number
    """

    filed: list[Filed] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Refused] = field(default_factory=dict)

    def whole(self) -> Self:
        """The same where all could be filed.

        :raises Refused: one could not
        """
        for number, why in self.refused.items():
            raise Refused(f"{number} cannot be filed, so nothing was changed: {why}")
        return self


def file(
    desk: Desk,
    book: Book,
    wanted: Iterable[Document],
    *,
    form: str | None = None,
    trial: bool = False,
    step: Callable[[], None] = lambda: None,
) -> Done:
    """File issued documents; nothing is there before `Desk.commit`.

    :param book: the desk's, or as it will be: with documents that are being issued
    :param form: `pdf`, or `facturx` with the e-invoice in it; else what `filing.forms` says
    :param trial: see what would come of it, and write nothing
    :raises Refused: Beancount would not find them, or a file stands where one would be
    """
    done = Done()
    places = _Places(desk)
    for document in wanted:
        account = account_of(book.register, document.customer)
        places.check(account, document.date, document.customer)
        try:
            every = _forms(desk, book, document, (form,) if form else filing.forms(book, document), done.wrong)
        except Refused as why:
            done.refused[document.number] = why
            every = []
        for made in every:
            one = Filed(
                date=document.date, file=filing.place(account, document.date, made.name),
                sha256=files.digest(made.content), kind=document.kind, customer=document.customer,
                document=document.number, label=document.entry.narration or "",
            )  # fmt: skip
            if trial:
                desk.vacant(Path(filing.ROOT) / one.file)
            else:
                filed_files.put(desk, one, made.content)
            done.filed.append(one)
        step()
    return done


def _forms(desk: Desk, book: Book, document: Document, wanted: Sequence[str], wrong: dict[str, str]) -> list[Made]:
    """A document in forms; an e-invoice that is not right is no use for ever, so it is left out of them, and told."""
    made = []
    for form in wanted:
        try:
            made.append(_right(desk, book, document, form))
            continue
        except Refused as why:
            if form not in right_forms.EINVOICES:
                raise
            wrong[document.number] = str(why)
        if form == "facturx":
            made.append(forms.document(book, document, "pdf", root=desk.root, desk=desk))
    return made


def _right(desk: Desk, book: Book, document: Document, form: str) -> Made:
    """A document in a form in which it can be sent as its customer gets it.

    :raises Refused: it cannot be made, or it is an e-invoice that is not right
    """
    made = right_forms.document(book, document, form, root=desk.root, desk=desk)
    if form == "ubl" and book.register.values("customer", document.customer, document.date).get("channel") == "ehf":
        right_forms.endpoints(made, document)  # made without, it could never be sent
    return made


def issued(
    desk: Desk,
    found: Iterable[Issued],
    date: Date,
    *,
    trial: bool = False,
    stage: Callable[[int], Callable[[], Any]] = lambda _: lambda: None,
) -> Done:
    """File documents in the change that issues them, in a ledger that has an archive and does not say otherwise.

    :param trial: see what would come of it, and write nothing
    :param stage: called with how many there are; returns what to call at each
    """
    if not filed_files.wanted(desk, date):
        return Done()
    found = list(found)
    after = desk.after(one.prepared.customer for one in found)
    new = [after.ledger.documents[one.number] for one in found if one.number in after.ledger.documents]
    return file(desk, after, new, trial=trial, step=stage(len(new)))


def unfit(
    desk: Desk,
    found: Iterable[Issued],
    date: Date,
    *,
    every: bool = False,
    stage: Callable[[int], Callable[[], Any]] = lambda _: lambda: None,
) -> dict[str, str]:
    """Why documents that are being issued could not be sent, by their numbers, in a ledger that files none.

    :param desk: with their texts
    :param every: look at all that their customers get, and not at e-invoices alone
    :param stage: called with how many there are; returns what to call at each
    """
    forms: dict[str, tuple[str, ...]] = {}
    customers = set()
    for one in found:
        gets = deliveries.forms(deliveries.way(desk.book.register, one.number, one.prepared.customer, date))
        wanted = tuple(form for form in gets if every or form in right_forms.EINVOICES)
        if wanted:
            forms[one.number] = wanted
            customers.add(one.prepared.customer)
    if not forms:
        return {}
    after, step = desk.after(customers), stage(len(forms))
    why: dict[str, str] = {}
    for number in forms.keys() & after.ledger.documents.keys():
        try:
            for form in forms[number]:
                _right(desk, after, after.ledger.documents[number], form)
        except Refused as error:
            why[number] = str(error)
        step()
    return dict(sorted(why.items()))


def add(
    desk: Desk, source: Path, *, customer: str, kind: str, label: str, date: Date, document: str | None = None
) -> Filed:
    """File a paper from outside, such as a scan; its own name is forgotten.

    :raises Refused: it is filed already, or does not belong there
    """
    book, label = desk.book, " ".join(write.clean(label).split())
    if not label:
        raise Refused("the label is empty; say in a few words what it is")
    if len(label) > LONGEST:
        raise Refused(f"the label has {len(label):,} characters; shorten it to {LONGEST}")
    if document is not None:
        owner = book.ledger.documents.get(document)
        if owner is None:
            raise Refused(f"there is no document {document}; `billtext invoice list` shows them")
        if owner.customer != customer:
            raise Refused(f"{document} is of customer {owner.customer}, not {customer}; correct one of them")
    content = read(source)
    sha256 = files.digest(content)
    twin = next((one for one in book.ledger.filed if one.sha256 == sha256 and one.customer == customer), None)
    if twin is not None:
        state, why = filed_files.state(desk.root / filing.ROOT, twin)
        remedy = f"copy {source} there" if state == "missing" else "see `billtext archive verify`"
        lost = f", but {why}: {remedy}" if state else ""
        raise Refused(f"{source} is filed already as {filing.ROOT}/{twin.file}{lost}")
    account = account_of(book.register, customer)
    _Places(desk).check(account, date, customer)
    known = {one.file for one in book.ledger.filed}
    stem = forms.stem(document) if document else ""
    where = filing.paper(
        account, date, kind, stem, filing.ending(source.name),
        lambda name: name in known or os.path.lexists(desk.root / filing.ROOT / name),
    )  # fmt: skip
    one = Filed(
        date=date, file=where, sha256=sha256, kind=kind, customer=customer, document=document or "", label=label
    )  # fmt: skip
    filed_files.put(desk, one, content)
    return one


class _Places:
    """The accounts under which Beancount finds files, and the days between which it does."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        if not filed_files.there(desk):
            raise Refused(
                f'the ledger has no archive; write `option "documents" "{filing.ROOT}"` into {desk.top.name} and make '
                f"the directory {filing.ROOT} beside it"
            )
        self._from = {e.account: e for e in desk.loaded.entries if isinstance(e, Open)}
        self._until = {e.account: e for e in desk.loaded.entries if isinstance(e, Close)}
        self._new: set[str] = set()

    def check(self, account: str, date: Date, customer: str) -> None:
        """Refuse a day on which the account is not there; an account that the ledger does not have is opened."""
        there, gone = self._from.get(account), self._until.get(account)
        if there is not None and date < there.date:
            raise Refused(
                f"{account} is opened on {there.date}, after {date}, so Beancount would refuse the file; "
                "give its `open` directive an earlier date"
            )
        if gone is not None and date >= gone.date:
            raise Refused(f"{account} is closed on {gone.date}; take out its `close` directive, or correct {date}")
        if there is None and account not in self._new and account not in self.desk.opening:
            self._new.add(account)
            self.desk.append(f"customers/{customer}.beancount", write.opening(date, account))


def read(source: Path) -> bytes:
    """The content of a paper.

    :raises Unreadable: it is no plain file, is empty, or is larger than `LARGEST`
    """
    try:
        handle = os.open(source, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if os.path.islink(source):  # noqa: PTH114 - it never raises
            raise Unreadable(f"{source} is a link; name the file itself") from None
        raise Unreadable(f"{source}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise Unreadable(f"{str(source)!r} is no name of a file") from None
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            what = "a directory" if stat.S_ISDIR(state.st_mode) else "no plain file"
            raise Unreadable(f"{source} is {what}; name one file")
        content = _content(handle) if state.st_size <= LARGEST else b""
    finally:
        os.close(handle)
    if state.st_size > LARGEST or len(content) > LARGEST:
        raise Unreadable(f"{source} has more than {LARGEST >> 20} MB; make it smaller, or split it")
    if not content:
        raise Unreadable(f"{source} is empty; name another file")
    return content


def _content(handle: int) -> bytes:
    """What is in a file, up to one byte more than is allowed."""
    with os.fdopen(handle, "rb", closefd=False) as stream:
        return stream.read(LARGEST + 1)


# --- is all as it was? ------------------------------------------------------------------------------------


def verify(root: Path, book: Book, *, step: Callable[[], None] = lambda: None) -> list[Finding]:
    """Find files that are missing or changed, and those below customers' accounts that nobody filed.

    :param root: directory of the ledger's top file
    """
    base = root / filing.ROOT
    found, known = [], set()
    for one in sorted(book.ledger.filed, key=lambda one: one.file):
        known.add(one.file)
        state, why = filed_files.state(base, one)
        if state:
            found.append(Finding(state=state, file=one.file, why=why, filed=one))
        step()
    receivable = book.register.options.receivable.replace(":", "/")
    for name in _below(base / receivable, base):
        if name not in known:
            found.append(Finding(state="foreign", file=name, why="no `filed` directive names it"))
    return found


def _below(directory: Path, base: Path) -> Iterator[str]:
    """Files, links and what else lies below a directory; hidden files are none of ours. No link is followed."""
    for place, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        for name in sorted([*names, *links]):
            if not name.startswith("."):
                yield (Path(place) / name).relative_to(base).as_posix()


# --- how long ---------------------------------------------------------------------------------------------


@cache
def periods(country: str, as_of: Date) -> dict[str, Period]:
    """How long each kind of paper is kept in a country, by the law of a day.

    :raises Refused: there is no data about the country or the day
    """
    data = resources.files("billtext") / "data" / f"retention-{country}.toml"
    if not country.isalpha() or not data.is_file():
        raise Refused(f"how long papers are kept in {country} is not known to billtext, which knows NO; keep them")
    found: dict[str, Period] = {}
    for each in tomllib.loads(data.read_text("utf-8"))["period"]:
        if each["from"] <= as_of:
            found |= dict.fromkeys(each["kinds"], Period(months=each["months"], law=each["law"]))
    if not found:
        raise Refused(f"how long papers were kept in {country} on {as_of} is not known to billtext; ask of a later day")
    return found
