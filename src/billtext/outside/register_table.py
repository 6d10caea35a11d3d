"""Customers in a CSV file: the columns are the ledger's keys, or a mapping says which column is what.

A mapping is a TOML file. `{Column}` stands for the cell of that column, everything else for itself:

    [file]
    encoding = "cp1252"
    delimiter = ";"

    [customer]
    imported-id = "{Kundenr}"
    name = "{Navn}"
    address = "{Gateadresse}"
    kind = "company"
"""

import codecs
import csv
import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from billtext.errors import Unreadable, shown
from billtext.ids import is_national_identity
from billtext.ledger.schema import REGISTER
from billtext.outside import import_rows
from billtext.outside.import_mapping import Template, close
from billtext.outside.toml_section import Section
from billtext.rendering import escape
from billtext.rules.register_import import ID, Row

_KEY = re.compile(r"[a-z][A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which column is what.

    :param templates: by key; empty where the columns are the keys
    """

    path: Path = Path("a --map file")
    encoding: str = "utf-8"
    delimiter: str = ","
    templates: Mapping[str, Template] = field(default_factory=dict)


def columns(path: Path) -> Columns:
    """Read a mapping.

    :raises Unreadable: it cannot be read, or says something that is not understood
    """
    try:
        top = Section(path, "", tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unreadable(
            f"{path}: no mapping can be read there ({getattr(error, 'strerror', None) or error})"
        ) from None
    file, customer = top.section("file"), top.section("customer")
    top.done()
    delimiter, encoding = file.text("delimiter", ","), file.text("encoding", "utf-8")
    if len(delimiter) != 1:
        file.fail("delimiter", f"is {delimiter!r}; write one character")
    try:
        codecs.lookup(encoding)
    except LookupError:
        file.fail("encoding", f'is {encoding!r}; write an encoding such as "utf-8" or "cp1252"')
    file.done()
    keys = customer.keys()
    templates = {key: found for key in keys if (found := customer.template(key)) is not None}
    for key in keys:
        if key != ID and not _KEY.fullmatch(key):
            customer.fail(key, "cannot be a key of the register; write small letters, digits and `-`")
    return Columns(path=path, encoding=encoding, delimiter=delimiter, templates=templates)


def read(path: Path, how: Columns) -> tuple[list[str], list[Row]]:
    """The header of a table, and its rows with their texts by key.

    :raises Unreadable: it cannot be read, or has a column that is no key
    """
    with import_rows.opened(path, how) as table:
        places = {name: n for n, name in enumerate(table.header)}
        templates = how.templates or _own(table.header, path)
        for key, template in templates.items():
            for name in template.columns:
                if name not in places:
                    raise Unreadable(
                        f"{how.path}: {key} names the column {name!r}, which {path} does not "
                        f"have{close(name, places)}; its columns are {', '.join(map(shown, places))}"
                    )
        get = {key: template.compiled(places) for key, template in templates.items()}
        rows = []
        for line, cells in table.rows:
            whole = [escape.unguarded(cell.strip()) for cell in cells] + [""] * (len(places) - len(cells))
            texts = {key: fill(whole) for key, fill in get.items()}
            if any(whole):
                fault = f"has {len(cells)} cells instead of {len(places)}" if len(cells) > len(places) else ""
                rows.append(
                    Row(line=line, texts={k: t for k, t in texts.items() if t}, cells=tuple(cells), fault=fault)
                )
        return table.header, rows


def _own(header: Iterable[str], path: Path) -> dict[str, Template]:
    known = [ID, *REGISTER["customer"]]
    for name in header:
        if not _KEY.fullmatch(name) or "{" in name:
            raise Unreadable(
                f"{path}: the column {shown(name)!r} is no key of the register{close(name, known)}; "
                "say which column is what with --map, as the guide's page on the register shows"
            )
    return {name: Template(text=f"{{{name}}}", key=name) for name in header}


def refused(header: Iterable[str], rows: Iterable[Row], reasons: Mapping[int, str], delimiter: str) -> str:
    """The refused rows as CSV, to be corrected and imported again; national identity numbers are left out."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow([*import_rows.REFUSED, *map(escape.guarded, header)])
    for row in rows:
        if row.line in reasons:
            cells = ["" if is_national_identity(cell.replace(" ", "")) else escape.guarded(cell) for cell in row.cells]
            writer.writerow([row.line, escape.csv_cell(reasons[row.line]), *cells])
    return text.getvalue()
