"""Make a directory of files as a whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from billtext.errors import Refused


def create(directory: Path, texts: Mapping[str, str]) -> None:
    """Write a new directory: all files are written beside it, then it gets its name.

    :param texts: text of each file, by its path below the directory
    :raises Refused: there is something already, or it cannot be written
    """
    free(directory)
    try:
        parent = directory.absolute().parent
        parent.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=parent))
        try:
            for name, text in texts.items():
                path = place / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
            place.chmod(0o777 & ~_umask())
            place.replace(directory)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
    except OSError as error:
        raise Refused(f"{directory} cannot be made ({error.strerror}); nothing was written") from None


def free(directory: Path) -> None:
    """Look whether a directory can be made.

    :raises Refused: there is something already
    """
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise Refused(f"{directory} is not empty, so nothing was written; name a new directory")
    except OSError as error:
        raise Refused(f"{directory} cannot be made ({error.strerror}); nothing was written") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
