"""`billtext site`: build it, or serve it."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from billtext.cli.common import Face, as_of, counted, example
from billtext.cli.progress import Progress

if TYPE_CHECKING:
    from billtext.site import Place, Result

F = TypeVar("F", bound=Callable[..., Any])
DIRECTORY = click.Path(path_type=Path, file_okay=False)


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
            "--out", type=DIRECTORY, default="public", show_default=True, metavar="DIR", help="Where the site goes."
        ),
        click.option(
            "--site",
            type=DIRECTORY,
            default="site",
            show_default=True,
            metavar="DIR",
            help="Sources of the site; the generated pages go to receivables/ below it.",
        ),
    ):
        command = option(command)
    return command


@click.group(epilog=example("billtext site build --as-of 2026-10-31"))
def command() -> None:
    """The site that colleagues read: what is owed, by whom, since when, and every document."""


@command.command(
    epilog=example(
        "billtext site build", "billtext site build --as-of 2026-10-31 --documents open --out /srv/receivables"
    )
)
@places
@as_of
@click.pass_obj
def build(face: Face, site: Path, out: Path, documents: str, as_of: datetime.date) -> None:
    """Build the site.

    Writes Markdown pages into SITE/receivables and has MkDocs Material build them, with a mkdocs.yml of your own
    if there is one beside SITE. If the ledger has errors the site is built, tells them, and the exit status is 1.
    """
    from billtext.site import Place

    place = Place(site=site, out=out)
    _tell(_build(face, place, as_of, documents), place)
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
def serve(face: Face, site: Path, out: Path, documents: str, as_of: datetime.date, port: int) -> None:
    """Build the site, show it on this machine, and build it again when the ledger changes."""
    from billtext.errors import Refused
    from billtext.outside import web_server
    from billtext.site import Place

    place = Place(site=site, out=out)
    _tell(_build(face, place, as_of, documents), place)
    with web_server.serving(out, port) as address:
        click.echo(f"{address} (stop with Ctrl-C)")
        files = [Path(name) for name in face.loaded.options["include"]]
        for _ in web_server.changes(files):
            fresh = Face(str(face.path))
            try:
                _tell(_build(fresh, place, as_of, documents), place)
                files[:] = [Path(name) for name in fresh.loaded.options["include"]]
            except Refused as error:
                click.echo(f"billtext: {error}; the site stays as it was", err=True)


def _build(face: Face, place: "Place", as_of: datetime.date, documents: str) -> "Result":
    from billtext import site

    with Progress() as progress:
        return site.build(face.loaded, face.book, place, as_of, documents=documents, progress=progress.stage)


def _tell(result: "Result", place: "Place") -> None:
    for warning in result.warnings:
        click.echo(f"MkDocs: {warning}", err=True)
    page = place.out / "receivables" / "index.html"
    if result.errors:
        click.echo(f"The ledger has errors: {page.with_name('errors.html')} tells them.", err=True)
    removed = f", {result.removed} removed" if result.removed else ""
    changed = f"{result.written} new or changed{removed}"
    click.echo(f"{counted(result.pages, 'page')} ({changed}) in {sum(result.seconds):.1f} s: {page}")
