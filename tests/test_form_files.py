"""Files of many documents: made by several processes or one, to the same bytes; what goes wrong is told."""

import errno
import os
import signal
from pathlib import Path

import pytest

from billtext.errors import Refused
from billtext.outside import form_files
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


def test_what_a_run_that_was_killed_left_is_in_nobodys_way(tmp_path: Path) -> None:
    """A process of the same number has half of the same file there: it is written over and gone."""
    left = tmp_path / f".billtext-new-{os.getpid()}"
    left.mkdir()
    (left / "A.txt").write_text("ha", "utf-8")
    form_files.write([job("A")], tmp_path, step=nothing)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("A.txt", b"text\n")]


def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    """A file stands where the directory would be: each document is told, none is lost, and no draft stays."""
    (tmp_path / "out").write_text("mine", "utf-8")
    found = form_files.write([job("A")], tmp_path / "out", step=nothing)
    assert [(label, "cannot be written" in why) for label, why in found.refused] == [("A", True)]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
