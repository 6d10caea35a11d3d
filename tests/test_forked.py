"""Work that is shared among copies of the process: the same result as by one, and the fault of any part is told."""

import datetime
import os
from pathlib import Path

import pytest

from billtext import site
from billtext.errors import Refused
from billtext.ledger import load
from billtext.outside import forked
from billtext.rules import book

ROOT = Path(__file__).parents[1]


def test_each_part_is_done_once_and_comes_back_in_order() -> None:
    found = forked.share(lambda part: (part, os.getpid()), 3)
    assert [part for part, _ in found] == [0, 1, 2]
    assert len({pid for _, pid in found}) == 3
    assert found[0][1] == os.getpid()


def test_a_fault_of_a_copy_is_told_here() -> None:
    def work(part: int) -> int:
        if part == 1:
            raise Refused("the disk is full")
        return part

    with pytest.raises(Refused, match="the disk is full"):
        forked.share(work, 2)


def test_a_fault_here_waits_for_the_copies() -> None:
    def work(part: int) -> int:
        if part == 0:
            raise Refused("not here")
        return part

    with pytest.raises(Refused, match="not here"):
        forked.share(work, 2)
    children = Path(f"/proc/self/task/{os.getpid()}/children")  # a browser may be one
    assert all("(python" not in Path(f"/proc/{pid}/stat").read_text() for pid in children.read_text().split())


def test_a_copy_that_is_killed_is_told() -> None:
    def work(part: int) -> int:
        if part == 1:
            os._exit(9)
        return part

    with pytest.raises(Refused, match="ended from outside"):
        forked.share(work, 2)


def test_what_cannot_be_sent_back_is_told() -> None:
    with pytest.raises(RuntimeError):
        forked.share(lambda part: (lambda: part) if part else None, 2)


def test_little_work_is_not_shared() -> None:
    assert forked.parts(forked.ENOUGH - 1) == 1


def test_a_site_made_by_two_processes_is_the_same_to_the_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load.load(ROOT / "ledger" / "main.beancount")
    made = book.build(loaded.entries, load.sources)
    day = datetime.date(2026, 11, 24)
    texts = []
    for count in (1, 2):
        monkeypatch.setattr(forked, "parts", lambda _pieces, count=count: count)
        root = tmp_path / str(count)
        place = site.Place(site=root / "site", out=root / "public")
        result = site.build(loaded, made, place, day)
        assert result.written == result.pages
        times = ("sitemap", ".made.json", ".billtext-site")  # in which times are
        files = [path for path in sorted(root.rglob("*")) if path.is_file() and not path.name.startswith(times)]
        texts.append({path.relative_to(root): path.read_bytes() for path in files})
    assert len(texts[0]) > 150
    assert texts[0] == texts[1]
