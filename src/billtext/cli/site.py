"""`billtext site`: build it, or serve it."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from billtext.cli.common import Face, Group, as_of, counted, example, say
from billtext.cli.progress import Progress

if TYPE_CHECKING:
    from billtext.site import Place, Result, Wish

F = TypeVar("F", bound=Callable[..., Any])
DIRECTORY = click.Path(path_type=Path, file_okay=False)


class Code(click.ParamType[str]):
    """Code of a language that has a catalogue; empty for none."""

    name = "code"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The code, or wrong usage."""
        from billtext.rendering.language import languages

        if value and value not in languages():
            self.fail(f"there are no words in {value!r}; name one of {', '.join(languages())}", param, ctx)
        return str(value)


def places(command: F) -> F:
    """Options that both commands share."""
    for option in (
        click.option(
            "--documents",
            type=click.Choice(["all", "open", "none"]),
            default="all",
            show_default=True,
            help="Which documents get a page of their own.",
        ),
        click.option(
            "--pdf",
            is_flag=True,
            help="Put PDF files beside the pages: a statement for each month of each customer, and invoices and credit "
            "notes as they were filed. The first build takes 15 ms for each.",
        ),
        click.option("--language", type=Code(), default="", metavar="CODE",
                     help="Language of the site, such as nb or en.  [default: the company's]"),
        click.option("--out", type=DIRECTORY, metavar="DIR",
                     help="Where the site goes.  [default: public; with --customer public-ID]"),
        click.option(
            "--site",
            type=DIRECTORY,
            default="site",
            show_default=True,
            metavar="DIR",
            help="Sources of the site; the generated pages go to receivables/ below it.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group(cls=Group, epilog=example("billtext site build --as-of 2026-10-31"))
def command() -> None:
    """The site that colleagues read: what is owed, by whom, since when, and every document."""


@command.command(
    epilog=example(
        "billtext site build",
        "billtext site build --as-of 2026-10-31 --documents open --out /srv/receivables",
        "billtext site build --customer C00017 --pdf",
    )
)
@places
@click.option("--customer", default="", metavar="ID", help="Make a folder for this customer, about nobody else.")
@as_of
@click.pass_obj
def build(face: Face, /, site: Path, out: Path | None, customer: str, as_of: datetime.date, **wishes: Any) -> None:
    """Build the site.

    Writes Markdown pages into SITE/receivables and has MkDocs Material build them, with a mkdocs.yml of your own
    if there is one beside SITE. Only what changed is made again. If the ledger has errors the site is built, tells
    them, and the exit status is 1.

    With --customer the folder can be given to that customer: it has their documents and statements, and nothing of
    the office, of another customer or of SITE.
    """
    from billtext.rendering.pages import addresses
    from billtext.site import Place, Wish

    if customer:
        customer = face.customer(customer)
    place = Place(site=site, out=out or Path(f"public-{addresses.part(customer)}" if customer else "public"))
    wish = Wish(customer=customer, **wishes)
    _tell(_build(face, place, as_of, wish), place, addresses.customer(customer) if customer else "index")
    face.finish()


@command.command(epilog=example("billtext site serve --port 8001"))
@places
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port on 127.0.0.1; 0 takes a free one.",
)
@as_of
@click.pass_obj
def serve(face: Face, /, site: Path, out: Path | None, as_of: datetime.date, port: int, **wishes: Any) -> None:
    """Build the site, show it on this machine, and build it again when the ledger changes."""
    from billtext.errors import Refused
    from billtext.outside import web_server
    from billtext.site import Place, Wish

    place, wish = Place(site=site, out=out or Path("public")), Wish(**wishes)
    _tell(_build(face, place, as_of, wish), place)
    with web_server.serving(place.out, port) as address:
        say(f"{address} (stop with Ctrl-C)")
        files = [Path(name) for name in face.loaded.options["include"]]
        for _ in web_server.changes(files):
            fresh = Face(str(face.path))
            try:
                _tell(_build(fresh, place, as_of, wish), place)
                files[:] = [Path(name) for name in fresh.loaded.options["include"]]
            except Refused as error:
                say(f"billtext: {error}; the site stays as it was", err=True)


def _build(face: Face, place: "Place", as_of: datetime.date, wish: "Wish") -> "Result":
    from billtext import site

    with Progress() as progress:
        return site.build(face.loaded, face.book, place, as_of, wish, progress=progress.stage)


def _tell(result: "Result", place: "Place", first: str = "index") -> None:
    for warning in result.warnings:
        say(warning, err=True)
    page = place.out / "receivables" / f"{first}.html"
    if result.errors:
        say(f"The ledger has errors: {page.with_name('errors.html')} tells them.", err=True)
    removed = f", {result.removed} removed" if result.removed else ""
    papers = f", {counted(result.papers, 'new PDF')}" if result.papers else ""
    changed = f"{result.written} new or changed{removed}"
    ours, theirs = result.seconds
    times = f"{ours:.1f} s and {theirs:.1f} s for MkDocs"
    say(f"{counted(result.pages, 'page')} ({changed}){papers} in {times}: {page}")
