"""The archive's catalogue: how many files of each kind a month has, and the files of a month."""

from collections import Counter

from billtext import dates
from billtext.model import PAPERS
from billtext.rendering.pages import addresses
from billtext.rendering.pages.frame import Frame, Page

DIGITS = 12  # of a hash: enough to see whether two are the same


def index(frame: Frame) -> Page:
    """Make the table of months, latest first, with a column for each kind that there is."""
    found = {month: Counter(one.kind for one in files) for month, files in frame.archive.items()}
    kinds = [kind for kind in PAPERS if any(counted[kind] for counted in found.values())]
    rows = [
        {
            "href": addresses.archive(month),
            "title": frame.f.month(dates.month(month)[0]),
            "month": month,
            "counts": [counted[kind] for kind in kinds],
            "all": counted.total(),
        }
        for month, counted in found.items()
    ]
    count = sum(len(files) for files in frame.archive.values())
    kinds = [frame.t(kind) for kind in kinds]
    return frame.render("archive.html.j2", "archive", frame.t("Archive"), leaf=False, rows=rows, kinds=kinds, all=count)


def month(frame: Frame, address: str) -> Page:
    """Make the page of the files of a month.

    :param address: of the page
    """
    name = address.partition("/")[2]
    files = frame.archive[name]
    rows = [
        {
            "date": frame.f.date(one.date),
            "day": one.date.isoformat(),
            "kind": frame.t(one.kind),
            "mark": one.kind,
            "customer": frame.customer(one.customer),
            "id": one.customer,
            "name": frame.names.get(one.customer, one.customer),
            "document": one.document,
            "href": frame.document(one.document) if one.document else None,
            "label": one.label,
            "file": one.file,
            "get": frame.leads.file(one),
            "sha256": one.sha256,
            "digits": one.sha256[:DIGITS],
        }
        for one in files
    ]
    marks = {one.kind for one in files}
    kinds = [(kind, frame.t(kind)) for kind in PAPERS if kind in marks]
    title = f"{frame.t('Archive')}, {frame.t.month(dates.month(name)[0])}"
    return frame.render("archive-month.html.j2", address, title, rows=rows, kinds=kinds)
