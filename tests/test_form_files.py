"""Files of many documents: made by several processes or one, to the same bytes; what goes wrong is told."""

import errno
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from billtext.errors import Refused
from billtext.outside import files, form_files
from billtext.outside.form_files import Job
from billtext.outside.forms import Made


def job(name: str, content: bytes = b"text\n") -> Job:
    return Job(label=name, name=name, make=lambda: Made(name=f"{name}.txt", mime="text/plain", content=content))


def nothing() -> None:
    """Nobody looks at the progress."""


@pytest.mark.parametrize("processes", [1, 3])
def test_files_are_the_same_by_however_many_processes(tmp_path: Path, processes: int) -> None:
    """Forty files, each with its own content, counted in order; a second run writes none."""
    jobs = [job(f"D{n:02}", f"{n}\n".encode()) for n in range(40)]
    steps: list[None] = []
    found = form_files.write(jobs, tmp_path / "a" / "b", processes=processes, step=lambda: steps.append(None))
    assert dict(found.counts) == {"new": 40}
    assert len(steps) == 40
    assert sorted((p.name, p.read_bytes()) for p in (tmp_path / "a" / "b").iterdir()) == [
        (f"D{n:02}.txt", f"{n}\n".encode()) for n in range(40)
    ]
    assert dict(form_files.write(jobs, tmp_path / "a" / "b", processes=processes, step=nothing).counts) == {"same": 40}


@pytest.mark.parametrize("processes", [1, 2])
def test_one_that_is_refused_stops_no_other(tmp_path: Path, processes: int) -> None:
    """It is named with its reason, in whichever process it was."""

    def refuse() -> Made:
        raise Refused("it has no rate")

    jobs = [job("A"), Job(label="B", name="B", make=refuse), job("C")]
    found = form_files.write(jobs, tmp_path, processes=processes, step=nothing)
    assert found.refused == (("B", "it has no rate"),)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["A.txt", "C.txt"]


def test_a_file_that_cannot_be_read_stops_no_other(tmp_path: Path) -> None:
    """What it is made of is named, where it is known; else the place where it was to be written."""

    def fail() -> Made:
        raise OSError(errno.EIO, "Input/output error", "logo.png")

    def lose() -> Made:
        raise OSError("the line is gone")

    jobs = [job("A"), Job(label="B", name="B", make=fail), Job(label="C", name="C", make=lose)]
    found = form_files.write(jobs, tmp_path, step=nothing)
    assert found.refused == (
        ("B", "logo.png: cannot be read (Input/output error)"),
        ("C", f"{tmp_path}: cannot be read (the line is gone)"),
    )
    assert [path.name for path in tmp_path.iterdir()] == ["A.txt"]


def test_a_process_that_is_killed_is_told(tmp_path: Path) -> None:
    """No waiting for ever, and no half of a file."""

    def die() -> Made:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    jobs = [job("A"), Job(label="B", name="B", make=die)]
    with pytest.raises(Refused, match="ended from outside; run the command again"):
        form_files.write(jobs, tmp_path, processes=2, step=nothing)
    assert {path.name for path in tmp_path.iterdir()} <= {"A.txt"}


def test_names_that_differ_in_capitals_alone(tmp_path: Path) -> None:
    """On many systems they would be one file: nothing is written."""
    with pytest.raises(Refused, match="A-1 and a-1 would be one file"):
        form_files.write([job("A-1"), job("a-1")], tmp_path, step=nothing)
    assert not list(tmp_path.iterdir())


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link in the place of a file is replaced; what it leads to stays as it is."""
    (tmp_path / "other").write_text("mine", "utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "A.txt").symlink_to(tmp_path / "other")
    form_files.write([job("A")], tmp_path / "out", step=nothing)
    assert (tmp_path / "other").read_text("utf-8") == "mine"
    assert (tmp_path / "out" / "A.txt").read_text("utf-8") == "text\n"


def unnamed(place: Path) -> bool:
    """Whether the system and this disk have files without a name."""
    try:
        os.close(os.open(place, os.O_TMPFILE | os.O_WRONLY))
    except (AttributeError, OSError):
        return False
    return True


@pytest.mark.parametrize("there", [True, False])
def test_a_file_is_whole_before_it_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """All of it is with the system, and nothing in our hands, when it is named: one that is there as a new one."""
    if not unnamed(tmp_path):
        pytest.skip("this disk has no files without a name")
    seen: list[bytes] = []
    link = os.link

    def looking(source: str, *args: Any, **given: Any) -> None:
        seen.append(Path(source).read_bytes())
        link(source, *args, **given)

    monkeypatch.setattr(os, "link", looking)
    if there:
        (tmp_path / "A.txt").write_text("before", "utf-8")
    form_files.write([job("A")], tmp_path, step=nothing)
    assert seen == [b"text\n"]
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("A.txt", b"text\n")]


def test_a_name_may_be_as_long_as_the_disk_has_them(tmp_path: Path) -> None:
    """Written, and written again: a draft has a short name of its own."""
    name = "n" * 251
    for content in (b"one", b"two"):
        found = form_files.write([job(name, content)], tmp_path, step=nothing)
        assert not found.refused
    assert (tmp_path / f"{name}.txt").read_bytes() == b"two"


def test_a_process_that_is_killed_while_it_writes_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not half a file, and none of another name: a document lies nowhere that nobody looks."""
    if not unnamed(tmp_path):
        pytest.skip("this disk has no files without a name")
    monkeypatch.setattr(os, "link", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    (tmp_path / "A.txt").write_text("text\n", "utf-8")  # nothing to write for the process that is not killed
    with pytest.raises(Refused, match="ended from outside; run the command again"):
        form_files.write([job("A"), job("B", b"x" * 100_000)], tmp_path, processes=2, step=nothing)
    assert [path.name for path in tmp_path.iterdir()] == ["A.txt"]


@pytest.mark.parametrize("what", ["O_TMPFILE", "link", "somebody"])
def test_a_system_that_cannot_name_a_file_when_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """It has a draft beside its place, and the same rights; so has one that somebody else has named meanwhile."""
    form_files.write([job("A")], tmp_path, step=nothing)

    def link(*_: object, **__: object) -> None:
        if what == "somebody":
            (tmp_path / "B.txt").write_text("half", "utf-8")
        raise OSError(errno.EEXIST if what == "somebody" else errno.ENOENT, "no")

    if what == "O_TMPFILE":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    else:
        monkeypatch.setattr(os, "link", link)
    form_files.write([job("B")], tmp_path, step=nothing)
    assert sorted((path.name, path.read_bytes()) for path in tmp_path.iterdir()) == [
        ("A.txt", b"text\n"), ("B.txt", b"text\n"),
    ]  # fmt: skip
    assert (tmp_path / "A.txt").stat().st_mode == (tmp_path / "B.txt").stat().st_mode


@pytest.mark.parametrize("known", [True, False])
def test_a_disk_that_is_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    """Each document is told, no half of one stays, and what was there stays as it was."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if not known:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "B").write_text("before", "utf-8")
    for name in ("A", "B"):
        with pytest.raises(Refused, match=r"cannot be written \(No space left on device\); choose another place"):
            files.replace(tmp_path / name, "new")
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("B", "before")]
