"""The floors of the house (design.md, section 4): imports point downwards only, and effects are where they belong.

The imports are read from the text of the modules, those inside functions and for type checking included.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = {
    ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
    for root in (ROOT / "src", ROOT / "plugins")
    for path in sorted(root.rglob("*.py"))
    if "template" not in path.parent.name
}
TREES = {name: ast.parse(path.read_text("utf-8")) for name, path in SOURCES.items()}

# From the ground up. What is not named here is new: give it its place.
FLOORS = (
    ("ground", {"billtext", *(f"billtext.{name}" for name in ("errors", "money", "dates", "ids", "model", "options"))}),
    ("ledger", {"billtext.ledger"}),
    ("rules", {"billtext.rules"}),
    ("rendering", {"billtext.rendering"}),
    ("outside", {"billtext.outside", "billtext.new_ledger"}),
    ("faces", {"billtext.cli", "billtext.fava", "billtext.site", "billtext.__main__", "billtext_plugins"}),
)
# Two faces that are one: `python -m billtext`, and the command that builds the site.
DOORS = {("billtext.__main__", "billtext.cli"), ("billtext.cli.site", "billtext.site")}
NAMES = [name for name, _ in FLOORS]


def package(module: str) -> str:
    """The part of the house that a module belongs to: `billtext.rules` for `billtext.rules.vat`."""
    parts = module.split(".")
    return parts[0] if parts[0] == "billtext_plugins" else ".".join(parts[:2])


def floor(module: str) -> int:
    """Number of a module's floor; an error for a part of the house that has no place yet."""
    return next(n for n, (_, parts) in enumerate(FLOORS) if package(module) in parts)


def imports(module: str) -> Iterator[str]:
    """Modules of ours, and Beancount's, that a module imports anywhere in its text."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports from `.`: write where from"
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole in SOURCES or node.module == "beancount" else str(node.module)


def calls(module: str) -> Iterator[str]:
    """What a module calls, as it is written: `print`, `path.open`, `datetime.date.today`."""
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def below(name: str) -> list[str]:
    """Modules on the floors below that of a name."""
    return [module for module in SOURCES if floor(module) < NAMES.index(name)]


def test_every_module_has_its_floor() -> None:
    """A new package is placed before it is used."""
    placed = set().union(*(parts for _, parts in FLOORS))
    assert {package(module) for module in SOURCES} <= placed
    assert len(SOURCES) > 30


@pytest.mark.parametrize("module", SOURCES)
def test_imports_point_downwards(module: str) -> None:
    """A module imports from the floors below and from its own package, not from above or from beside."""
    for imported in imports(module):
        if imported.split(".")[0] not in {"billtext", "billtext_plugins"}:
            continue
        down = floor(imported) < floor(module)
        beside = package(imported) == package(module) or {floor(imported), floor(module)} == {0}
        assert down or beside or (module, imported) in DOORS, f"{module} imports {imported}"


def test_the_ground_stands_on_nothing_of_ours() -> None:
    """Within the ground, modules build on each other in one direction: there is no circle."""
    ground = {
        module: {i for i in imports(module) if i in SOURCES and i != module} for module in SOURCES if floor(module) == 0
    }
    while ground:
        free = [module for module, needs in ground.items() if not needs & ground.keys()]
        assert free, f"a circle among {sorted(ground)}"
        for module in free:
            del ground[module]


def test_beancounts_loader_has_one_caller() -> None:
    """Only `ledger/load.py` loads ledgers."""
    callers = {
        module
        for module in SOURCES
        for imported in imports(module)
        if imported == "beancount.loader" or imported.startswith("beancount.loader.")
    }
    assert callers == {"billtext.ledger.load"}


@pytest.mark.parametrize("module", below("faces"))
def test_nobody_below_the_faces_looks_at_the_clock(module: str) -> None:
    """The day of a report is given; only the outermost face may take today."""
    clock = ("date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time", "localtime", "gmtime")
    assert not [call for call in calls(module) if call.endswith(clock)]


# Reads what is shipped with the package, as importing does: a catalogue of words.
PACKAGE_DATA = {"billtext.rendering.language", "billtext.rendering.mail_text"}
OPENING = ("open", "read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "touch")


@pytest.mark.parametrize("module", [name for name in below("outside") if name != "billtext.ledger.load"])
def test_the_core_prints_nothing_and_opens_nothing(module: str) -> None:
    """Effects are the outside world's and the faces'; of the core, only `ledger/load.py` reads files."""
    found = list(calls(module))
    assert "print" not in found
    if module in PACKAGE_DATA:
        return
    # `allocations.open(item, day)` is what is open of an item: no file.
    effects = [call for call in found if call.split(".")[-1] in OPENING and not call.endswith("allocations.open")]
    assert not [call for call in effects if call != "opened"]


# What prints by itself, and how often: JSON, documents whose bytes are exact, a bar, a refusal made harmless.
ECHOES = {
    "billtext.cli": 5, "billtext.cli.common": 3, "billtext.cli.progress": 1, "billtext.cli.check": 2,
    "billtext.cli.customer_file": 1, "billtext.cli.draft": 1, "billtext.cli.import_": 1, "billtext.cli.render": 1,
    "billtext.cli.statement": 1, "billtext.cli.verify": 1,
}  # fmt: skip


@pytest.mark.parametrize("module", [name for name in SOURCES if name.startswith("billtext.cli")])
def test_commands_print_what_cannot_steer_a_terminal(module: str) -> None:
    """By `common.say`, which lets no control or text-direction character of the ledger through."""
    found = list(calls(module))
    assert found.count("click.echo") + found.count("echo") == ECHOES.get(module, 0)


@pytest.mark.parametrize("module", SOURCES)
def test_no_random_and_no_process_below_the_outside_world(module: str) -> None:
    """Same input, same bytes: the core draws nothing at random, starts no program and reads no environment."""
    if floor(module) >= NAMES.index("outside"):
        return
    forbidden = {
        "random",
        "uuid",
        "secrets",
        "subprocess",
        "os",
        "socket",
        "urllib",
        "http",
        "shutil",
        "tempfile",
        "time",
    }
    assert not {imported.split(".")[0] for imported in imports(module)} & forbidden
