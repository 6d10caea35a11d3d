"""The site built again: only what changed is made, and an unchanged page stays the file that it was, with its time."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from billtext.ledger import load
from billtext.outside import mkdocs_build, page_files, site_before
from billtext.rules import book, fingerprints
from billtext.rules.fingerprints import Fingerprints, Piece
from site_room import DAY, DEMO, HARMLESS, billtext, built, write

__all__ = ["built"]  # a fixture

TWO = (
    HARMLESS.replace("TEXT", "harmless")
    + """
2020-01-01 open Assets:Receivable:C2
2020-01-01 custom "customer" "C2"
  name: "Second"

2026-04-02 * "Second"
  invoice: "N2"
  Assets:Receivable:C2  50.00 NOK
  Income:Sales  -50.00 NOK
"""
)
PAYMENT = """
2026-05-03 * "Second"
  payment: "P2"
  Assets:Bank  50.00 NOK
  Assets:Receivable:C2  -50.00 NOK
    settles: "N2"
"""


def taken(path: Path, *also: object, known: Mapping[str, Piece] = MappingProxyType({})) -> Fingerprints:
    loaded = load.load(path)
    texts = {name: Path(name).read_bytes() for name in loaded.options["include"] if name not in known}
    found = book.build(loaded.entries, load.sources)
    return fingerprints.of(found, loaded.entries, texts, loaded.options, DAY, *also, known=known)


def state(directory: Path) -> dict[str, tuple[int, int]]:
    """Which file each is, and its time."""
    found = {str(p.relative_to(directory)): p.stat() for p in directory.rglob("*") if p.is_file()}
    return {name: (each.st_ino, each.st_mtime_ns) for name, each in found.items()}


# --- digests ------------------------------------------------------------------------------------------------


def test_a_payment_changes_the_digests_of_its_customer_and_of_the_months_that_it_moves(tmp_path: Path) -> None:
    before = taken(write(tmp_path, TWO))
    after = taken(write(tmp_path, TWO + PAYMENT))
    assert after.common == before.common
    assert after.customers["C1"] == before.customers["C1"]
    assert after.customers["C2"] != before.customers["C2"]
    assert before.months.keys() == {"2026-03", "2026-04"}
    assert after.months["2026-03"] == before.months["2026-03"]
    assert after.months["2026-04"] != before.months["2026-04"]  # whose invoice is paid now


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('custom "company" "harmless"', 'custom "company" "other"'),
        ('"S25" 25', '"S25" 24'),
        ("\n2026-03-03 *", "\npushtag #x\n2026-03-03 *"),
        ('custom "void" "N9"', 'custom "void" "N8"'),
        ('option "operating_currency" "NOK"', 'option "title" "x"\noption "operating_currency" "NOK"'),
    ],
)
def test_what_all_pages_depend_on_changes_the_common_digest(tmp_path: Path, old: str, new: str) -> None:
    before = taken(write(tmp_path, TWO))
    assert old in TWO
    assert taken(write(tmp_path, TWO.replace(old, new))).common != before.common


def test_lines_that_move_and_texts_of_nobody_change_no_digest(tmp_path: Path) -> None:
    before = taken(write(tmp_path, TWO))
    assert taken(write(tmp_path, "; a remark\n\n" + TWO + "\n2026-06-01 open Expenses:Other\n")) == before


def test_each_customers_card_is_its_own(tmp_path: Path) -> None:
    before = taken(write(tmp_path, TWO))
    after = taken(write(tmp_path, TWO + '\n2026-05-01 custom "customer" "C2"\n  city: "Moss"\n'))
    assert (after.common, after.customers["C1"]) == (before.common, before.customers["C1"])
    assert after.customers["C2"] != before.customers["C2"]


FILED = """
2026-05-01 custom "filed" "Assets/Receivable/C2/2026-05-01.letter.pdf"
  sha256: "aaaaaaaaaaaabcdef0123456789abcdef0123456789abcdef0123456789abcde"
  kind: "letter"
  customer: "C2"
"""


@pytest.mark.parametrize(
    "more",
    [
        '2026-05-01 custom "delivery" "C2"\n  statement: "2026-04"\n  channel: "email"\n',
        '2026-05-01 custom "delivery" "N2"\n  channel: "email"\n',
        '2026-05-01 custom "contact" "C2" "one"\n  name: "Somebody"\n',
        FILED,
    ],
)
def test_what_is_about_one_customer_changes_no_other(tmp_path: Path, more: str) -> None:
    before = taken(write(tmp_path, TWO))
    after = taken(write(tmp_path, f"{TWO}\n{more}"))
    assert (after.common, after.customers["C1"]) == (before.common, before.customers["C1"])
    assert after.customers["C2"] != before.customers["C2"]


def test_with_plugins_of_others_the_entries_are_taken_and_not_their_text(tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text(
        "__plugins__ = ['run']\n"
        "def run(entries, options, config):\n"
        "    return [e._replace(narration=config) if hasattr(e, 'narration') else e for e in entries], []\n"
    )
    text = f'option "insert_pythonpath" "TRUE"\nplugin "theirs" "one"\n{TWO}'
    before = taken(write(tmp_path, text))
    other = taken(write(tmp_path, text.replace('"theirs" "one"', '"theirs" "two"')))
    assert other.customers["C2"] != before.customers["C2"]


def test_another_configuration_of_a_plugin_changes_the_common_digest(tmp_path: Path) -> None:
    """It is in no entry's text."""
    plugin = 'plugin "beancount.plugins.close_tree" "{}"\n'
    before = taken(write(tmp_path, plugin.format("one") + TWO))
    assert taken(write(tmp_path, plugin.format("one") + TWO)).common == before.common
    assert taken(write(tmp_path, plugin.format("two") + TWO)).common != before.common


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", PAYMENT),
        ('name: "Second"', 'name: "Third"'),
        ("50.00 NOK", "60.00 NOK"),
        ('"N2"', '"N3"'),
        (TWO[TWO.index('\n2026-04-02 * "Second"') :], ""),
        ('custom "void" "N9"', 'custom "void" "N8"'),
    ],
)
def test_files_that_are_as_they_were_need_not_be_gone_through(tmp_path: Path, old: str, new: str) -> None:
    """What is known of them gives the digests that all of the ledger gives."""
    head, rest = TWO.split("2026-03-03 *", 1)
    (tmp_path / "head.beancount").write_text(head, "utf-8")
    (tmp_path / "second.beancount").write_text(f"2026-03-03 *{rest}", "utf-8")
    main = write(tmp_path, 'include "head.beancount"\ninclude "second.beancount"\n')
    before, known = taken(main), {}
    for name in ("head", "second"):
        file = tmp_path / f"{name}.beancount"
        text = file.read_text("utf-8")
        changed = text.replace(old, new) if old else text + new
        file.write_text(changed, "utf-8")
        if changed == text:
            known[str(file)] = before.files[str(file)]
    assert taken(main) != before
    again = taken(main, known=known)
    assert again == taken(main)
    assert again.files == taken(main).files


def test_the_demo_has_a_digest_for_each_customer_and_month() -> None:
    found = taken(DEMO)
    ledger = book.build(load.load(DEMO).entries, load.sources)
    assert set(found.customers) >= set(ledger.items_of)
    assert len(set(found.customers.values())) == len(found.customers)


# --- the pages ----------------------------------------------------------------------------------------------


def test_a_page_that_somebody_touched_is_made_anew(tmp_path: Path) -> None:
    looks = page_files.keep(tmp_path, lambda _: [("a.md", "one"), ("b.md", "two")]).looks
    made_of = Fingerprints(common="x", customers={}, months={})
    page_files.remember(tmp_path, page_files.Before(made_of=made_of, looks=looks))
    assert page_files.before(tmp_path).looks == looks
    (tmp_path / "a.md").write_text("mine")
    assert page_files.before(tmp_path).looks.keys() == {"b.md"}
    assert page_files.before(tmp_path).made_of == made_of
    for text in ('{"made_of": []}', '{"made_of": {"common": "", "customers": {"C1": 1}, "months": {}, "files": {}}}'):
        (tmp_path / page_files.STATE).write_text(text)
        assert page_files.before(tmp_path) == page_files.Before()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    write(tmp_path, TWO)
    done = billtext(tmp_path, "site", "build", "--as-of", "2026-06-30")
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_one_changed_customer_is_built_and_all_else_stays_the_file_that_it_was(small: Path) -> None:
    before = state(small / "public")
    write(small, TWO + PAYMENT)
    done = billtext(small, "site", "build", "--as-of", "2026-06-30")
    changed = {name for name, each in state(small / "public").items() if before.get(name) != each}
    # The tables of all, what the customer is in, the months from then on, and no asset. The search knows no payments.
    tables = ("index", "customers", "documents", "ageing", "open-items", "open-items/from-91")
    own = ("months/2026-04", "months/2026-05", "customers/C2", "documents/N2")
    assert changed == {".billtext-site", *(f"receivables/{name}.html" for name in (*tables, *own))}
    assert "(10 new or changed, 1 removed)" in done.stdout  # a column has nothing open any more


def test_of_two_builds_at_once_one_is_refused(small: Path) -> None:
    command = [sys.executable, "-m", "billtext", "site", "build", "--as-of"]
    runs = [
        subprocess.Popen([*command, day], cwd=small, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for day in ("2026-07-01", "2026-07-02")
    ]
    ended = [(run.communicate()[1], run.returncode) for run in runs]
    assert 0 in [code for _, code in ended]
    for said, code in ended:
        assert code == 0 or said == "billtext: another build of site is at work; wait until it is done\n"
    texts = [path.read_text("utf-8") for path in (small / "public/receivables").rglob("*.html")]
    assert len({day for text in texts for day in re.findall(r'r-stamp">As of ([0-9-]+)', text)}) == 1


def test_a_switch_that_fails_loses_no_hidden_file(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = small / "public"
    (out / ".git").mkdir()
    (out / ".git" / "HEAD").write_text("ref")
    draft = small / "draft"
    draft.mkdir()
    rename = Path.rename

    def failing(path: Path, to: Path) -> Path:
        if path == draft:
            raise OSError(28, "No space left on device")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="No space"):
        mkdocs_build._switch(draft, out)
    assert (out / ".git" / "HEAD").read_text() == "ref"
    monkeypatch.undo()
    out.rename(small / ".public.old")  # killed between the two
    draft.rename(out)
    mkdocs_build._recover(out)
    assert (out / ".git" / "HEAD").read_text() == "ref"
    assert not (small / ".public.old").exists()


def test_a_draft_that_cannot_be_read_stops_no_site(small: Path) -> None:
    (small / "drafts").mkdir()
    (small / "drafts" / "zz.beancount").write_bytes(b"\xff\xfe")
    done = billtext(small, "site", "build", "--as-of", "2026-06-30")
    assert done.returncode == 0
    assert "zz.beancount" in done.stderr


def test_what_is_built_again_is_what_a_first_build_makes(small: Path, tmp_path: Path) -> None:
    write(small, TWO + PAYMENT)
    assert billtext(small, "site", "build", "--as-of", "2026-06-30").returncode == 0
    again = {str(p.relative_to(small)): p.read_bytes() for p in (small / "public").rglob("*") if p.is_file()}
    shutil.rmtree(small / "public")
    shutil.rmtree(small / "site")
    assert billtext(small, "site", "build", "--as-of", "2026-06-30").returncode == 0
    first = {str(p.relative_to(small)): p.read_bytes() for p in (small / "public").rglob("*") if p.is_file()}
    different = {name for name in first.keys() | again.keys() if first.get(name) != again.get(name)}
    assert different <= {"public/.billtext-site", "public/sitemap.xml.gz"}  # times are in them


def test_another_frame_around_the_pages_has_all_of_them_built(small: Path) -> None:
    config = small / "mkdocs.yml"
    text = config.read_text("utf-8").split("\n", 1)[1]  # without the mark it is ours no more
    config.write_text(text.replace('site_name: "harmless"', 'site_name: "Another"'))
    before = state(small / "public/receivables")
    assert billtext(small, "site", "build", "--as-of", "2026-06-30").returncode == 0
    for path in (small / "public/receivables").rglob("*.html"):
        assert "Another</title>" in path.read_text("utf-8"), path
        assert state(small / "public/receivables")[str(path.relative_to(small / "public/receivables"))] != before


def test_a_page_that_is_gone_from_the_built_site_is_built_again(small: Path) -> None:
    (small / "public/receivables/documents/N2.html").unlink()
    (small / "public/receivables/search.js").unlink()
    assert billtext(small, "site", "build", "--as-of", "2026-06-30").returncode == 0
    assert (small / "public/receivables/documents/N2.html").exists()
    assert (small / "public/receivables/search.js").exists()


def test_another_day_is_another_page(small: Path) -> None:
    done = billtext(small, "site", "build", "--as-of", "2026-07-01")
    assert re.match(r"(\d+) pages \(\1 new or changed\)", done.stdout), done.stdout


def test_an_equal_file_is_kept_and_another_not(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for directory, text in ((old, "one"), (new, "two")):
        (directory / "x").mkdir(parents=True)
        (directory / "x/same").write_text("same")
        (directory / "x/other").write_text(text)
    (old / "x/there").write_text("there")
    os.utime(old / "x/same", (1, 1))
    time.sleep(0.01)
    site_before.adopt(new, old, ["x/there"])
    assert (new / "x/same").stat().st_ino == (old / "x/same").stat().st_ino
    assert (new / "x/same").stat().st_mtime == 1
    assert (new / "x/other").read_text() == "two"
    assert (new / "x/there").read_text() == "there"


def test_what_changed_is_moved_in_and_what_is_no_longer_goes(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    texts = {old: {"a": "one", "x/same": "s", "x/stays": "t", "y/gone": "g", ".git/x": "h"},
             new: {"a": "two", "x/same": "s", "z/fresh": "f"}}  # fmt: skip
    for directory, names in texts.items():
        for name, text in names.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(text)
    before = state(old)
    site_before.merge(new, old, ["x/stays"])
    assert {str(p.relative_to(old)): p.read_text() for p in old.rglob("*") if p.is_file()} == {
        "a": "two", "x/same": "s", "x/stays": "t", "z/fresh": "f", ".git/x": "h",
    }  # fmt: skip
    assert not (old / "y").exists()
    after = state(old)
    assert {name for name in before if after.get(name) == before[name]} == {"x/same", "x/stays", ".git/x"}


@pytest.mark.parametrize("moves", range(4))
def test_a_site_whose_renewal_was_interrupted_is_whole_after_the_next_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int
) -> None:
    """Killed after some moves: each page is the old or the new one, and the mark still says what is to be made."""
    old, new = tmp_path / "old", tmp_path / "new"
    for directory, text in ((old, "old"), (new, "new")):
        directory.mkdir()
        for name in "abc":
            (directory / name).write_text(text)
    mark = site_before.Built(frame="f", looks={"a": (1, 1)})
    site_before.write(old, mark)
    left, replace = [moves], Path.replace

    def killed(path: Path, target: Path) -> Path:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", killed)
    if moves < 3:
        with pytest.raises(KeyboardInterrupt):
            site_before.merge(new, old, [])
    else:
        site_before.merge(new, old, [])
    assert sorted((old / name).read_text() for name in "abc") == ["new"] * moves + ["old"] * (3 - moves)
    assert site_before.read(old) == mark


def test_a_mark_that_cannot_be_read_means_that_nothing_is_known(tmp_path: Path) -> None:
    for text in ("", "{", "[]", json.dumps({"frame": "x"})):
        (tmp_path / site_before.MARK).write_text(text)
        assert site_before.read(tmp_path) == site_before.Built()


def test_a_commit_leaves_the_pages_as_they_are(built: Path) -> None:
    """The revision is in one style sheet."""
    pages = [p for p in (built / "public/receivables").rglob("*.html") if "hovedboken er ikke i git" in p.read_text()]
    assert pages == []
