"""Bring customers into the register from a CSV file or a file of vCards."""

from dataclasses import replace
from pathlib import Path

from billtext.errors import Refused
from billtext.ids import is_country
from billtext.model import Date
from billtext.outside import register_table, registering, vcard_file
from billtext.outside.desk import Desk
from billtext.outside.import_register import country_names
from billtext.rendering import escape
from billtext.rules import register_import
from billtext.rules.register_import import ID, Decision, Row


def read(source: Path, mapping: Path | None) -> tuple[list[str], list[Row], str]:
    """Rows of a file, with the header and the delimiter for those that are refused.

    :raises Unreadable: the file or the mapping cannot be read
    """
    if source.suffix.lower() in {".vcf", ".vcard"}:
        rows = vcard_file.read(source)
        header = [ID, *sorted({key for row in rows for key in row.texts} - {ID})]
        found = [replace(row, cells=tuple(row.texts.get(key, "") for key in header)) for row in rows]
        return header, found, ","
    columns = register_table.columns(mapping) if mapping is not None else register_table.Columns()
    header, found = register_table.read(source, columns)
    return header, found, columns.delimiter


def _plain(row: Row) -> Row:
    """A row with the code of a country that is given by its English or Norwegian name."""
    country = row.texts.get("country", "")
    if not country or is_country(country):
        return row
    code = country_names().get(country.lower()) or country_names("nb").get(country.lower())
    return replace(row, texts={**row.texts, "country": code}) if code else row


def put(desk: Desk, source: Path, mapping: Path | None, date: Date, refused: Path | None) -> tuple[Decision, str, Path]:
    """Decide what a file changes, and put it on the desk; nothing is written before `Desk.commit`.

    :param refused: where refused rows go; else `imports/refused-NAME.csv` beside the ledger
    :return: the decision, the text that is added, and where refused rows go
    """
    header, rows, delimiter = read(source, mapping)
    rows = [_plain(row) for row in rows]
    decision = register_import.decide(desk.book.register, rows, date, taken=desk.book.items_of)
    text = registering.add(desk, [*decision.new, *decision.changed])
    name = escape.file_name(source.name.removesuffix(".gz").rpartition(".")[0] or source.name)
    place = (refused or desk.path(f"imports/refused-{name}.csv")).resolve()
    if place == source.resolve():
        raise Refused(f"{source} is read and would be overwritten by the refused rows; name another with --refused")
    if decision.refused:
        desk.replace(place, register_table.refused(header, rows, decision.refused, delimiter))
    elif place.exists():
        desk.replace(place, None)
    return decision, text, place
