"""A table of a TOML file whose keys have types; a key that nobody asked for is a slip of the hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from billtext.errors import Unreadable
from billtext.ledger.schema import TEXT, Key
from billtext.outside.import_mapping import Template, close


class Section:
    """A table of the TOML file, of which every key is asked for; one that was never asked for is a slip."""

    def __init__(self, path: Path, name: str, values: Mapping[str, Any]) -> None:
        """Begin with what the file says under a name; the whole file has none."""
        self.path, self.name, self._values = path, name, values
        self._asked: list[str] = []

    def fail(self, key: str, what: str) -> NoReturn:
        """Raise the error of a key."""
        raise Unreadable(f"{self.path}: [{self.name}] {key} {what}" if key else f"{self.path}: [{self.name}] {what}")

    def get(self, key: str, kind: type, expected: str, default: Any = None) -> Any:
        """A value of a type, or the default."""
        self._asked.append(key)
        value = self._values.get(key, default)
        if value is not default and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            self.fail(key, f"is {value!r}; write {expected}")
        return value

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        return str(self.get(key, str, "text in quotes", default))

    def word(self, key: str, words: Sequence[str]) -> str:
        """One of some words, the first unless it is given."""
        value = self.text(key, words[0])
        if value not in words:
            self.fail(key, f"is {value!r}; write one of {', '.join(words)}{close(value, words)}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        return bool(self.get(key, bool, "true or false, without quotes", default))

    def template(self, key: str, kind: Key = TEXT, *, required: str = "") -> Template | None:
        """A template, checked if it holds no column; with `required`, an example of it."""
        value = self.get(key, str, "text in quotes, such as " + (required or '"{Column}"'))
        if value is None:
            if required:
                self.fail(key, f"is missing; add {key} = {required}")
            return None
        if "{" not in value and kind.valid is not None and not kind.valid(value, "NO"):
            self.fail(key, f"is {value!r}; write {kind.expected}, or a column such as {'{Column}'!r}")
        template = Template(text=value, key=f"[{self.name}] {key}")
        if template.torn:
            self.fail(key, f"is {value!r}, where a brace has no partner; write a column as {'{Column}'!r}")
        return template

    def needed(self, key: str, example: str, kind: Key = TEXT) -> Template:
        """A template that cannot be left out."""
        found = self.template(key, kind, required=example)
        assert found is not None  # noqa: S101 - for the type checker: `template` has raised
        return found

    def texts(self, key: str) -> dict[str, str]:
        """A table of texts."""
        found = self.get(key, dict, f'a table, such as [{self.name}.{key}] with lines like "from" = "to"', {})
        for name, value in found.items():
            if not isinstance(value, str):
                self.fail(f"{key}.{name}", f"is {value!r}; write text in quotes")
        return dict(found)

    def section(self, key: str) -> "Section":
        """A table within this one; empty if it is not there."""
        name = f"{self.name}.{key}" if self.name else key
        found = self.get(key, dict, f"a table that begins with [{name}]", {})
        return Section(self.path, name, found)

    def keys(self) -> Sequence[str]:
        """The keys that are there, in their order."""
        return tuple(self._values)

    def has(self, key: str) -> bool:
        """Whether a key is there."""
        return key in self._values

    def done(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                where = f"[{self.name}] " if self.name else ""
                known = ", ".join(self._asked)
                raise Unreadable(f"{self.path}: {where}{key} is not known{close(key, self._asked)}; there are {known}")
