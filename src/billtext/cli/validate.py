"""`billtext validate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from billtext.cli import common
from billtext.cli.common import Face, counted, example, say

if TYPE_CHECKING:
    from billtext.rendering.sheets import Sheet
    from billtext.rules.einvoice_checks import Finding


@click.command(
    epilog=example(
        "billtext validate 2026-0075.xml",
        "billtext validate ledger/outbox/ehf/*.xml factur-x.pdf --rules ~/peppol-rules --format json",
    )
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@common.rules
@common.form
@click.pass_obj
def command(face: Face, files: tuple[Path, ...], rules: Path | None, form: str) -> None:
    """Validate e-invoices: UBL, CII, and PDFs with one inside (Factur-X, ZUGFeRD), ours or anybody's.

    Schema, the rules of EN 16931, those in --rules DIR, and ours: KID, IBAN and reference check digits, organisation
    numbers, VAT ids, sums to the cent, and whether the XML in a PDF is that of the CII file named with it, which has
    its name, or its number and seller. Needs no ledger. Exit status: 0 fine, warnings allowed; 1 there are errors;
    2 a file cannot be read.
    """
    from billtext.errors import Unreadable
    from billtext.outside import einvoice_pairs, validation

    if rules is not None:
        validation.load_rules(rules)
    data: list[dict[str, Any]] = []
    rows: list[tuple[str, Finding]] = []
    unreadable = 0
    beside = einvoice_pairs.find(files)
    for path in files:
        try:
            found = _findings(path, rules, beside.get(path))
        except Unreadable as error:
            unreadable += 1
            say(f"billtext: {error}", err=True)
            data.append({"file": str(path), "verdict": "unreadable", "message": str(error), "findings": []})
            continue
        wrong = any(each.severity == "error" for each in found)
        rows += [(str(path), each) for each in found]
        data.append({"file": str(path), "verdict": "errors" if wrong else "fine", "message": "",
                     "findings": [_shape(each) for each in found]})  # fmt: skip
    errors = sum(1 for _, each in rows if each.severity == "error")
    if rows or form != "table":
        face.show(_sheet(rows), data, form)
    if form == "table":
        read = len(files) - unreadable
        looked = f"{counted(read, 'file')}: {counted(errors, 'error')}, {counted(len(rows) - errors, 'warning')}"
        failed = f"{counted(unreadable, 'file')} cannot be read"
        say("; ".join([*([looked] if read else []), *([failed] if unreadable else [])]))
    if unreadable or errors:
        raise click.exceptions.Exit(2 if unreadable else 1)


def _findings(path: Path, rules: Path | None, beside: Path | None) -> "tuple[Finding, ...]":
    """What is wrong in a file.

    :param beside: the file with the XML that a PDF should have in it
    """
    from billtext.outside import validation, xml_files

    xml = None if beside is None else xml_files.content(beside)
    return validation.findings(xml_files.content(path), str(path), rules, xml=xml)


def _shape(found: "Finding") -> dict[str, str]:
    return {"severity": found.severity, "rule": found.rule, "place": found.place, "message": found.text,
            "source": found.source}  # fmt: skip


def _sheet(rows: "list[tuple[str, Finding]]") -> "Sheet":
    from billtext.rendering.sheets import Sheet, column

    columns = tuple(column(key) for key in ("file", "severity", "rule", "place", "message", "source"))
    return Sheet(
        title="", columns=columns,
        rows=[(file, each.severity, each.rule, each.place, each.text, each.source) for file, each in rows],
    )  # fmt: skip
