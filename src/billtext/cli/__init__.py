"""The command line: one file for each command, loaded when it is called.

Reports know no clock: the one default of today stands in `common`.
"""

import contextlib
import errno
import gc
import importlib
import io
import re
import sys
from typing import NoReturn

import click

from billtext.cli import texts

# Commands by name: the module that has it as `command`, and its line in the help, so that `--help` loads none of them.
COMMANDS = {
    "check": ("check", "Check the ledger and tell each mistake at its file and line."),
    "customer": ("customer", "Customers: list them, show a card, add one, change it from a day on."),
    "contact": ("contact", "Contacts of customers: add one, change it from a day on."),
    "item": ("item", "The price list: list it, show an item, add one, change it from a day on."),
    "draft": ("draft", "Drafts: list them, show what they will become, check them."),
    "quote": ("quote", "Cost estimates and quotes: write, show, accept or decline them."),
    "recurring": ("recurring", "Recurring invoices: list their next dates, draft what is due."),
    "issue": ("issue", "Issue drafts: number, date, due date, payment reference."),
    "credit": ("credit", "Draft the credit note of an invoice."),
    "void": ("void", "Explain a number that is not used."),
    "seal": ("seal", "Seal the documents that were written by hand."),
    "verify": ("verify", "Verify seals and closed months: what was changed after it was issued."),
    "close": ("close", "Close a month: nothing in it changes any more."),
    "pay": ("pay", "Book money that came in, and say what it settles."),
    "refund": ("refund", "Pay back what is open of a receipt or a credit note."),
    "write-off": ("write_off", "Give up what is open: a small difference, or a bad debt."),
    "allocate": ("allocate", "Set money against what is open later, or take that back."),
    "card": ("card", "Card money: book what the acquirer settles."),
    "voucher": ("voucher", "Vouchers and gift cards: sell them, list them."),
    "revalue": ("revalue", "Unrealised gain and loss of open foreign items."),
    "deposit": ("deposit", "Draft the invoice of a prepayment."),
    "deduct": ("deduct", "Deduct deposits on the draft of the final invoice."),
    "charge": ("charge", "Charge an item to a guest's running account."),
    "folio": ("folio", "Show a guest's running account."),
    "checkout": ("checkout", "Issue a guest's running account and book its payment."),
    "invoice": ("invoice", "Invoices and credit notes: draft one, list them, show one."),
    "open-items": ("open_items", "What is open on a day, item by item."),
    "aging": ("aging", "Who owes what, and for how long."),
    "statement": ("statement", "Statements of account, for one customer or for all."),
    "render": ("render", "Make documents in any form: PDF, web page, Markdown, e-invoice, JSON."),
    "archive": ("archive", "The archive: file documents and papers, find and verify them."),
    "budget": ("budget", "Invoiced income against budget, by account and month."),
    "validate": ("validate", "Validate e-invoices, ours or anybody's, by the authorities' rules and ours."),
    "send": ("send", "Send documents by each customer's channel: mail, e-invoice, paper, portal."),
    "outbox": ("outbox", "What waits to be sent, what went, and what somebody has to look at."),
    "import": ("import_", "Bring history over from another system."),
    "site": ("site", "Build or serve the site that colleagues read."),
    "init": ("init", "Make a new ledger that checks clean."),
}


_AMOUNT = re.compile(r"-\d[\d.,]*")


class Lazy(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a working day, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"billtext.cli.{COMMANDS[cmd_name][0]}").command
        return texts.clean(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExample:\n  billtext -f ledger/main.beancount aging --as-of 2026-10-31",
)
@click.option(
    "-f", "--file", "path", metavar="LEDGER",
    help="Top file of the ledger. Else $BILLTEXT_LEDGER, $BEANCOUNT_FILE, ledger/main.beancount or main.beancount.",
)  # fmt: skip
@click.option(
    "--locale",
    metavar="LOCALE",
    help="Language, numbers and dates of the reader, such as nb or en_GB. Else that of the environment.",
)
@click.version_option(package_name="billtext")
@click.pass_context
def group(ctx: click.Context, path: str | None, locale: str | None) -> None:
    """billtext: a company's billing office, kept as plain text in git.

    Exit status: 0 fine; 1 the ledger has errors, or the command refused; 2 wrong usage or unreadable input.
    """
    from billtext.cli.common import Face

    if locale:
        from billtext.ids import is_language

        code = locale.partition(".")[0]
        if code != "no_NO" and not is_language(code):
            raise click.BadParameter(f"{locale!r} is no locale; write one such as nb or en_GB", param_hint="--locale")
        locale = code
    ctx.obj = Face(path, locale)


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line; a refusal is one sentence and an exit status."""
    gc.disable()  # a command is short, and what it reads lives to its end
    given = sys.argv[1:] if args is None else args
    for text in given:
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            click.echo(f"billtext: the argument '{shown}' is not UTF-8 text; write it as UTF-8", err=True)
            sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")  # a letter that the terminal's encoding has not
    try:
        status = group.main(args=args, prog_name="billtext", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.Abort:
        click.echo("billtext: stopped", err=True)
        sys.exit(130)
    except click.NoSuchOption as error:
        typed = next((text for text in given if _AMOUNT.fullmatch(text)), None)
        if typed is None or not re.fullmatch(r"-\d", error.option_name):
            error.show()
            sys.exit(error.exit_code)
        click.echo(
            f"billtext: {typed!r} is below 0; an amount is written above 0, and the command says its side", err=True
        )
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:
        from billtext.errors import Refused, Unreadable

        if isinstance(error, OSError) and error.filename is None and error.errno in {errno.ENOSPC, errno.EIO}:
            # Standard output is a file, and the disk is full. What is left in its buffer is told to nobody.
            told = f"the output cannot be written ({error.strerror}); what the command did to the ledger stands"
            click.echo(f"billtext: {told}", err=True)
            with contextlib.suppress(OSError):
                sys.stdout.close()
            sys.exit(1)
        if isinstance(error, Refused):
            from billtext.rendering import escape

            click.echo(escape.one_line(f"billtext: {error}"), err=True)
            sys.exit(2 if isinstance(error, Unreadable) else 1)
        raise
