"""`billtext send`: documents go to their customers."""

import contextlib
import datetime
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from billtext.cli.common import Day, Face, Month, counted, example, relative, rules, say
from billtext.cli.progress import Progress
from billtext.cli.writing import changing, done, force, trial

if TYPE_CHECKING:
    from pathlib import Path

    from billtext.model import Delivery
    from billtext.rules.book import Book
    from billtext.rules.deliveries import Log, Parcel, State

Clock = Callable[[], datetime.datetime]
Chosen = tuple[list["Parcel"], "Log", list[str]]  # with what is to be said in the end
_SHOWN = 40  # parcels that are told one by one


class Moment(click.ParamType[datetime.datetime]):
    """A time written 2026-11-25T10:15, in the zone of this machine where none is said."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.datetime:
        """Read a time."""
        if isinstance(value, datetime.datetime):
            return value
        try:
            return datetime.datetime.fromisoformat(value).astimezone()
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a time; write it as 2026-11-25T10:15", param, ctx)


def moment(command: Any) -> Any:
    """Option `--at`: the time that is written down. Only here is a clock looked at."""
    return click.option(
        "--at", type=Moment(), metavar="TIME", help="The time that is written down, such as 2026-11-25T10:15. Else now."
    )(command)


def clock(at: datetime.datetime | None) -> Clock:
    """The time, whenever it is asked for."""
    if at is not None:
        return lambda: at
    return lambda: datetime.datetime.now().astimezone()


@click.command(
    epilog=example(
        "billtext send --due --dry-run",
        "billtext send --due",
        "billtext send 2026-0076 2026-0077",
        "billtext send --statements 2026-10",
        "billtext send --due --rules ~/peppol-rules",
    )
)
@click.argument("numbers", metavar="[NUMBER]...", nargs=-1)
@click.option(
    "--due", is_flag=True,
    help="All that wait: documents that were issued and not sent yet, of the last days (option send-days, 31), and "
    "whatever could not be sent before.",
)  # fmt: skip
@click.option(
    "--statements", "month", type=Month(), metavar="YYYY-MM",
    help="Statements of account of a month, of all who moved or owed something and did not get theirs yet.",
)  # fmt: skip
@click.option("--since", type=Day(), metavar="DATE", help="With --due: documents dated from this day on.")
@click.option("--now", "at_once", is_flag=True, help="With --due: also what failed just now and is left for a while.")
@click.option("--again", is_flag=True, help="Documents that went already, or may have, go once more.")
@rules
@moment
@trial
@force
@click.pass_obj
def command(
    face: Face, numbers: tuple[str, ...], due: bool, month: tuple[datetime.date, datetime.date] | None,
    since: datetime.date | None, at_once: bool, again: bool, rules: "Path | None", at: datetime.datetime | None,
    trial: bool, force: bool,
) -> None:  # fmt: skip
    """Send documents by each customer's channel: email, ehf, print or portal.

    A document waits from its issue until it is sent. Each attempt is written into the ledger with its outcome; after
    the fifth in vain, --due leaves a document for a quarter of an hour, then twice as long each time, up to eight
    hours. What was on its way when the program was killed is doubtful: it is never sent again by itself, see
    `billtext outbox`. An e-invoice is validated before it goes, as `billtext validate` does. --dry-run makes and checks
    all that would go, and sends nothing.
    """
    if (bool(numbers), due, month is not None).count(True) != 1:
        raise click.UsageError("name documents, or ask for --due or --statements, not both")
    if since and not due:
        raise click.UsageError("--since goes with --due")
    if at_once and not due:
        raise click.UsageError("--now goes with --due")
    if again and not numbers:
        raise click.UsageError("--again needs the numbers of documents")
    text = f"{month[0]:%Y-%m}" if month else ""
    from billtext.rules.deliveries import Log

    now = clock(at)
    today = now().date()

    def choose(book: "Book", more: "Sequence[Delivery]") -> Chosen:
        log = Log(book.ledger, more)
        parcels = _chosen(book, log, numbers, text, since, again, today)
        notes: list[str] = []
        if due:
            parcels = parcels if at_once else _without_pauses(parcels, log, now(), notes)
            notes += _old(book, log, since, today)
        return parcels, log, notes

    if rules is not None:
        from billtext.outside import validation

        validation.load_rules(rules)
    if trial:
        _rehearse(face, choose, now, force, rules)
    else:
        _send(face, choose, now, force, rules)


def _old(book: "Book", log: "Log", since: datetime.date | None, today: datetime.date) -> list[str]:
    """What --due leaves out for its age, in words."""
    from billtext.rules import deliveries

    oldest = since or deliveries.since(book.register, today)
    found = [deliveries.parcel(book, document, today) for document in book.documents if document.date < oldest]
    old = [each for each in found if deliveries.state(log, each, oldest).state == deliveries.OLD]
    if not old:
        return []
    first = min(each.date for each in old)
    told = f"{counted(len(old), 'document')} older than {oldest} never sent: see `billtext outbox --state old`"
    return [f"{told}; `billtext send --due --since {first}` sends them"]


def _without_pauses(
    parcels: "list[Parcel]", log: "Log", now: datetime.datetime, notes: list[str]
) -> "list[Parcel]":  # fmt: skip
    """What is to be tried by itself by now, without what failed so often that it is left for a while; that is noted."""
    from billtext.rules import attempts

    until = {parcel: attempts.again(log.of(parcel), now) for parcel in parcels}
    times = [time for time in until.values() if time is not None]
    if times:
        notes.append(
            f"{counted(len(times), 'document')} failed {attempts.FREE + 1} times or more, to be tried again from "
            f"{min(times):%Y-%m-%d %H:%M} on; `billtext send --due --now` tries at once"
        )
    return [parcel for parcel in parcels if until[parcel] is None]


def _chosen(
    book: "Book", log: "Log", numbers: tuple[str, ...], month: str, since: datetime.date | None, again: bool,
    today: datetime.date,
) -> "list[Parcel]":  # fmt: skip
    from billtext import dates
    from billtext.errors import Refused
    from billtext.model import IMPORTED
    from billtext.rules import deliveries

    oldest = since or deliveries.since(book.register, today)
    if month and dates.month(month)[1] >= today:
        raise Refused(f"{month} is not over on {today}; send its statements when it is, or name one, as C00017/{month}")
    if month:
        found = [deliveries.state(log, p, datetime.date.min) for p in deliveries.of_month(book, month, today)]
        return [each.parcel for each in found if each.state == "waiting" or _early(each)]
    if not numbers:
        due = [
            *(deliveries.parcel(book, document, today) for document in book.documents if document.date <= today),
            *deliveries.tried(book, log, today),
        ]
        return [p for p in due if deliveries.state(log, p, oldest).state == "waiting"]
    parcels = []
    for number in dict.fromkeys(numbers):
        parcel = deliveries.named(book, number, today)
        if parcel is None:
            raise Refused(deliveries.unknown(book, number, "billtext invoice list"))
        if parcel.date > today and not parcel.statement:
            raise Refused(f"{number} is dated {parcel.date}, after {today}; send it then")
        state = deliveries.state(log, parcel, datetime.date.min)
        if state.state == deliveries.NONE:
            raise Refused(f'{number}: {parcel.customer} wants nothing sent (`channel: "none"`); change that first')
        if state.state == "doubtful" and not again:
            raise Refused(
                f"{number} may have been sent already; find out, and say `billtext outbox sent {number}` or "
                f"`billtext outbox retry {number}`"
            )
        when = state.last.date if state.last else ""
        if state.state in {"sent", "delivered"} and not again:
            how = "another system" if state.channel == IMPORTED else state.channel
            raise Refused(f"{number} was sent on {when} by {how}; say --again to send it once more")
        if state.state == "cancelled" and not again:
            raise Refused(f"{number} was cancelled on {when}; say --again to send it all the same")
        parcels.append(parcel)
    return parcels


def _early(found: "State") -> bool:
    """Whether a statement went before its month was over, so that what came later is not on it."""
    last = found.last if found.state in {"sent", "delivered"} else None
    return last is not None and last.date <= found.parcel.date


def _rehearse(face: Face, choose: Any, now: Clock, force: bool, rules: "Path | None") -> None:
    """Do all that `_send` does up to the sending, and say what would go to whom and what would wait."""
    from billtext.errors import Refused
    from billtext.outside.outbox import pending
    from billtext.outside.sending import READY, Sender, amount
    from billtext.rendering import escape

    with changing(face, force=force) as desk:
        parcels, log, notes = choose(desk.book, pending(desk.root))
        desk.refuse_errors(parcel.customer for parcel in parcels)
        book, root = desk.book, desk.root
    found: dict[Parcel, Any] = {}
    with Progress() as progress:
        step = progress.stage("Looking", len(parcels))
        for result in Sender(book, root, None, log, now, rules).send(parcels):
            found[result.parcel] = result
            step()
    ready: list[Parcel] = []
    for parcel in parcels:
        to = parcel.email if parcel.channel == "email" else parcel.name
        line = f"{parcel.title}  {parcel.channel}  {parcel.customer}  {to}  {amount(book, parcel)}".rstrip()
        if found[parcel].outcome == READY:
            ready.append(parcel)
        else:
            line += f"  ! {found[parcel].words}"
        say(escape.one_line(line))
    by = {name: sum(parcel.channel == name for parcel in ready) for name in ("email", "ehf", "print", "portal")}
    ways = ", ".join(f"{n:,} by {name}" for name, n in by.items() if n)
    wait = len(parcels) - len(ready)
    told = [f"{len(ready):,} ready ({ways})"] if ready else []
    told += [f"{wait:,} waiting"] if wait else []
    say(f"{counted(len(parcels), 'document')}{': ' + ', '.join(told) if told else ' to send'}; nothing was sent")
    for note in notes:
        say(note)
    if wait:
        raise Refused(f"{wait:,} of {len(parcels):,} cannot be sent; mend what is said after ! above")


def _send(face: Face, choose: Any, now: Clock, force: bool, rules: "Path | None") -> None:
    from billtext.errors import Refused
    from billtext.outside.outbox import Outbox
    from billtext.outside.sending import Sender
    from billtext.rendering import escape

    with Outbox(face.path.resolve().parent) as outbox:
        with changing(face, force=force) as desk:
            left = outbox.record(desk)
            parcels, log, notes = choose(desk.book, left)
            about = [parcel.customer for parcel in parcels]
            if left:
                with _kept(outbox):
                    desk.commit(about=about)
            else:
                desk.refuse_errors(about)
            book, root = desk.book, desk.root
        _tell_left(left)
        counts: dict[str, int] = {}
        laid: list[Path] = []
        try:
            with Progress() as progress:
                step = progress.stage("Sending", len(parcels))
                shown = {True: 0, False: 0}
                for result in Sender(book, root, outbox, log, now, rules).send(parcels):
                    counts[result.outcome] = counts.get(result.outcome, 0) + 1
                    laid += [result.place] if result.place and result.parcel.channel == "email" else []
                    where = f" to {relative(str(result.place))}" if result.place else ""
                    line = f"{result.parcel.title}  {result.parcel.channel}  {result.outcome}{where}"
                    well = result.outcome == "sent"
                    shown[well] += 1
                    if shown[well] <= _SHOWN:
                        with contextlib.suppress(OSError):  # who listens has gone: the mails go all the same
                            progress.say(escape.one_line(line if well else f"{line}: {result.words}"), err=not well)
                    step()
        except KeyboardInterrupt:
            told = f"\nstopped after {sum(counts.values()):,} of {len(parcels):,}"
            say(f"{told}; see `billtext outbox` for what was on its way", err=True)
            raise
        finally:
            record(face, outbox)
    told = ", ".join(
        f"{counts[name]:,} {name}" for name in ("sent", "failed", "doubtful", "waiting") if counts.get(name)
    )
    say(f"{counted(len(parcels), 'document')}{': ' + told if told else ' to send'}")
    if laid:
        where = relative(str(laid[0].parent))
        say(f"no mail server was given a mail: {counted(len(laid), 'mail')} in {where} for whatever sends them")
    for note in notes:
        say(note)
    if counts.get("failed", 0) + counts.get("doubtful", 0) + counts.get("waiting", 0):
        raise Refused(
            f"{len(parcels) - counts.get('sent', 0):,} of {len(parcels):,} were not sent; see `billtext outbox`"
        )


def _tell_left(left: "Sequence[Delivery]") -> None:
    """Say what a run that was killed has left."""
    if not left:
        return
    doubtful = sum(delivery.outcome == "doubtful" for delivery in left)
    say(
        f"billtext: a run before was interrupted; {len(left):,} of its sendings are written down now, {doubtful:,} of "
        "them doubtful (see `billtext outbox`)",
        err=True,
    )


def record(face: Face, outbox: Any) -> None:
    """Write what happened into the ledger; where that cannot be, say where it is kept."""
    if not outbox.path.exists():
        return
    with _kept(outbox), changing(face, force=True) as desk:
        outbox.record(desk)
        desk.commit()
        desk.written = [path for path in desk.written if path != outbox.path]
        done(desk)


@contextlib.contextmanager
def _kept(outbox: Any) -> Iterator[None]:
    """Where what the journal of the outbox tells cannot be written into the ledger, say where it is kept."""
    from billtext.errors import Refused
    from billtext.outside.outbox import pending

    kept = pending(outbox.root)
    try:
        yield
    except Refused as why:
        if kept:
            say(
                f"billtext: what was sent is kept in {relative(str(outbox.path))}, and not in the ledger yet: {why}; "
                "mend that and say `billtext outbox record`",
                err=True,
            )
        raise
