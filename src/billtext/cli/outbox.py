"""`billtext outbox`: where documents stand on their way, and what a person has to say about it."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from billtext.cli.common import Day, Face, Group, counted, example, form, say
from billtext.cli.send import clock, moment, record
from billtext.cli.writing import changing, done, trial

if TYPE_CHECKING:
    from billtext.outside.einvoice_outbox import Read
    from billtext.rules.deliveries import Log

STATES = ("waiting", "doubtful", "failed", "bounced", "sent", "delivered", "cancelled", "none", "old")
_USUAL = ("waiting", "doubtful", "failed", "bounced")
_DONE = ("sent", "delivered", "cancelled")
_NAMED = 3  # of those of which the same is to be said
# What a person may say of a document in these states, by the outcome that is written.
_SAID = {
    "sent": ("doubtful", "waiting"),
    "waiting": ("doubtful", "failed", "bounced", "cancelled"),
    "cancelled": ("waiting", "doubtful", "failed", "bounced"),
}


@click.group(
    cls=Group,
    invoke_without_command=True,
    epilog=example("billtext outbox", "billtext outbox --state sent --format json", "billtext outbox retry 2026-0076"),
)
@click.option(
    "--state", "states", type=click.Choice([*STATES, "all"]), multiple=True,
    help="Only what stands so. Else all that waits or needs somebody, and what was sent of late.",
)  # fmt: skip
@click.option("--since", type=Day(), metavar="DATE", help="From which day on. Else the last days (option send-days).")
@click.option("--as-of", type=Day(), default="today", show_default=True, metavar="DATE", help="The day of the report.")
@form
@click.pass_context
def command(
    ctx: click.Context, states: tuple[str, ...], since: datetime.date | None, as_of: datetime.date, form: str
) -> None:
    """Show what waits to be sent, what was sent, what failed or came back, and what is doubtful.

    Doubtful is what was on its way when the program was killed or the line was cut: find out whether it arrived, and
    say so with `sent` or `retry`. What waits after attempts that failed is there with the last reason, its time and how
    many there were; `cancel` says that it is not to be sent. Without --state, what nobody wants sent (none) or was
    issued long ago and never sent (old) is left out.
    """
    if ctx.invoked_subcommand is not None:
        return
    from billtext.outside import outbox
    from billtext.rendering import delivery_reports
    from billtext.rules import deliveries

    face: Face = ctx.obj
    oldest = since or deliveries.since(face.book.register, as_of)
    found = deliveries.states(face.book, as_of, oldest, outbox.pending(face.path.resolve().parent))
    wanted = set(STATES if "all" in states else states)
    old = sum(s.state == deliveries.OLD for s in found)
    if not wanted:
        recent = [s for s in found if s.last is not None and s.last.date >= oldest]
        keep = {id(s) for s in recent}
        found = [s for s in found if s.state in _USUAL or (id(s) in keep and s.state in _DONE)]
    else:
        found = [s for s in found if s.state in wanted]
    face.show(delivery_reports.sheet(face.book, found, as_of), delivery_reports.shapes(found), form)
    if form == "table":
        counts = Counter(s.state for s in found)
        told = ", ".join(f"{counts[name]:,} {name}" for name in STATES if counts[name])
        more = f"{old:,} older than {oldest} and never sent: see --state old" if old and not wanted else ""
        if told or more:
            say("; ".join(filter(None, (told, more))))
    face.finish()


def _said(face: Face, titles: tuple[str, ...], outcome: str, at: datetime.datetime | None, trial: bool) -> None:
    """Write down what a person says about deliveries."""
    from billtext.errors import Refused
    from billtext.model import Delivery
    from billtext.outside.outbox import Outbox, append, pending, text
    from billtext.rules import attempts, deliveries

    now = clock(at)()
    with Outbox(face.path.resolve().parent) as outbox, changing(face, force=True) as desk:
        log = deliveries.Log(desk.book.ledger, pending(outbox.root))
        if not trial:
            outbox.record(desk)
        texts = []
        for title in dict.fromkeys(titles):
            parcel = deliveries.named(desk.book, title, now.date())
            if parcel is None:
                raise Refused(deliveries.unknown(desk.book, title, "billtext outbox"))
            found = log.of(parcel)
            state = found[-1].outcome if found else "waiting"
            if state not in _SAID[outcome] and not (outcome == "waiting" and attempts.failed(found)):
                hint = "; `billtext send --again` sends it once more" if state in {"sent", "delivered"} else ""
                *some, last = _SAID[outcome]
                raise Refused(f"{title} is {state}, not {', '.join(some)} or {last}{hint}")
            channel = found[-1].channel if found else parcel.channel if parcel.channel != "none" else "print"
            said = Delivery(
                date=log.day(parcel.number, parcel.statement, now.date()), number=parcel.number,
                statement=parcel.statement, channel=channel, outcome=outcome, time=now.isoformat(timespec="seconds"),
                sha256=found[-1].sha256 if found and outcome == "sent" else "",
                message=found[-1].message if found and outcome == "sent" else "",
            )  # fmt: skip
            texts.append(text(said))
            append(desk, said)
        if not trial:
            desk.commit()
        say("".join(texts), nl=False)
        if not trial:
            desk.written = [path for path in desk.written if path != outbox.path]
            done(desk)


@command.command(epilog=example("billtext outbox sent 2026-0076"))
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@moment
@trial
@click.pass_obj
def sent(face: Face, numbers: tuple[str, ...], at: datetime.datetime | None, trial: bool) -> None:
    """Say that doubtful documents were sent, or that waiting ones went without billtext."""
    _said(face, numbers, "sent", at, trial)


@command.command(epilog=example("billtext outbox retry 2026-0076"))
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@moment
@trial
@click.pass_obj
def retry(face: Face, numbers: tuple[str, ...], at: datetime.datetime | None, trial: bool) -> None:
    """Say that doubtful, failed, bounced or cancelled documents are to be sent: they wait for `billtext send --due`.

    What could not be sent a few times in a row waits without a pause from then on.
    """
    _said(face, numbers, "waiting", at, trial)


@command.command(epilog=example("billtext outbox cancel 2026-0076"))
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)
@moment
@trial
@click.pass_obj
def cancel(face: Face, numbers: tuple[str, ...], at: datetime.datetime | None, trial: bool) -> None:
    """Say that documents which were not sent, or came back, are not to be sent any more."""
    _said(face, numbers, "cancelled", at, trial)


@command.command("record", epilog=example("billtext outbox record"))
@click.pass_obj
def record_(face: Face) -> None:
    """Write into the ledger what a run that was interrupted has sent."""
    from billtext.outside.outbox import Outbox, pending

    with Outbox(face.path.resolve().parent) as outbox:
        found = pending(outbox.root)
        record(face, outbox)
    doubtful = sum(delivery.outcome == "doubtful" for delivery in found)
    say(f"{counted(len(found), 'sending')} written down{f', {doubtful:,} of them doubtful' if doubtful else ''}")


Reader = Callable[[Any, "Log", datetime.datetime], "Read"]


def _read(face: Face, read: Reader, places: Any, at: datetime.datetime | None, trial: bool) -> None:
    """Read files about what was sent, and write down what they tell.

    :raises Unreadable: in the end, where one could not be read
    """
    from billtext.errors import Unreadable
    from billtext.outside.outbox import Outbox, append, pending, text
    from billtext.rendering import escape
    from billtext.rules.deliveries import Log

    with Outbox(face.path.resolve().parent) as outbox, changing(face, force=True) as desk:
        found = read(places(desk), Log(desk.book.ledger, pending(outbox.root)), clock(at)())
        if not trial:
            outbox.record(desk)
        for delivery in found.new:
            append(desk, delivery)
        for words in _strange(found.strange):
            say(escape.one_line(words), err=True)
        write = not trial and (bool(found.new) or outbox.path.exists())
        if write:
            desk.commit()
        say("".join(text(delivery) for delivery in found.new), nl=False)
        if write:
            desk.written = [path for path in desk.written if path != outbox.path]
            done(desk)
    known = f", {found.known:,} known already" if found.known else ""
    say(f"{counted(len(found.new), 'new outcome')}{known}")
    for words in found.unread:
        say(escape.one_line(words), err=True)
    if found.unread:
        raise Unreadable(f"{counted(len(found.unread), 'file')} could not be read; the others were")


def _strange(found: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What is of no document of ours; where the same is to be said of many, as in a wrong folder, a few are named.

    :param found: names, and what is to be said of each
    """
    by: dict[str, list[str]] = {}
    for name, words in found:
        by.setdefault(words, []).append(name)
    for words, names in by.items():
        if len(names) <= _NAMED:
            yield from (f"{name}: {words}" for name in names)
        else:
            yield f"each of {len(names):,}, such as {', '.join(names[:_NAMED])}: {words}"


@command.command(epilog=example("billtext outbox bounces Maildir", "billtext outbox bounces bounces.mbox --dry-run"))
@click.argument("places", metavar="FILE|DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@moment
@trial
@click.pass_obj
def bounces(face: Face, places: tuple[Path, ...], at: datetime.datetime | None, trial: bool) -> None:
    """Read mail that came back (RFC 3464): mbox files, message files, or a Maildir."""
    from billtext.outside import bounces as reader

    _read(face, reader.read, lambda _: places, at, trial)


@command.command(epilog=example("billtext outbox receipts", "billtext outbox receipts /var/spool/access-point"))
@click.argument("places", metavar="[FILE|DIR]...", nargs=-1, type=click.Path(path_type=Path))
@moment
@trial
@click.pass_obj
def receipts(face: Face, places: tuple[Path, ...], at: datetime.datetime | None, trial: bool) -> None:
    """Read the receipts of the access point: JSON files, else those in outbox/ehf/receipts."""
    from billtext.outside import einvoice_outbox

    def where(desk: Any) -> tuple[Path, ...]:
        own = Path(desk.root / str(desk.book.register.options.of("outbox"))) / "ehf" / einvoice_outbox.RECEIPTS
        return places or ((own,) if own.is_dir() else ())

    _read(face, einvoice_outbox.receipts, where, at, trial)
