"""Texts that are typed or pasted: control characters and marks that turn the direction of text are taken out."""

from typing import Any

import click


class Text(click.types.StringParamType):
    """A text fit for a ledger."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read a text."""
        found = super().convert(value, param, ctx)
        if found.isprintable():
            return found
        from billtext.ledger import write

        return write.clean(found)


TEXT = Text()


def clean(command: click.Command) -> click.Command:
    """The command, its texts read by `Text`; those of its subcommands too."""
    for param in command.params:
        if param.type is click.STRING:
            param.type = TEXT
        elif isinstance(param.type, click.Tuple):
            param.type.types = [TEXT if kind is click.STRING else kind for kind in param.type.types]
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            clean(inner)
    return command
