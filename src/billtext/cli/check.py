"""`billtext check`."""

import json

import click

from billtext.cli.common import Face, counted, echo, example, harmless, relative, say, styled


@click.command(epilog=example("billtext -f ledger/main.beancount check", "billtext check --format json"))
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print it."
)
@click.pass_obj
def command(face: Face, form: str) -> None:
    """Check the ledger and tell each mistake at its file and line.

    Tells Beancount's own errors and billtext's: the same as `bean-check` does where the ledger has the plugin
    billtext_plugins.billing. Exit status 1 if there are any.
    """
    errors = face.errors
    if form == "json":
        echo(json.dumps(errors, ensure_ascii=False, indent=2))
    else:
        for error in errors:
            where = f"{relative(error['file'])}:{error['line']}"
            said = harmless(f"{error['message']} ({error['type']})")
            echo(f"{click.style(where, bold=styled())}: {said}")
        documents, customers = len(face.book.documents), len(face.book.register.of("customer"))
        say(f"{counted(documents, 'document')} of {counted(customers, 'customer')}: {counted(len(errors), 'error')}")
    if errors:
        raise click.exceptions.Exit(1)
