"""The program itself, as a digest: what it makes may be another once it has changed."""

import hashlib
from functools import cache
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_ENDINGS = {".py", ".j2", ".po", ".toml", ".typ", ".css", ".js", ".html", ".yml"}


@cache
def digest() -> str:
    """Digest of the program's files."""
    return of(_ROOT)


def of(*directories: Path) -> str:
    """Digest of what lies below directories, as far as it makes pages."""
    found = hashlib.blake2b(digest_size=16)
    for directory in directories:
        for path in sorted(directory.rglob("*")):
            if path.suffix in _ENDINGS and path.is_file():
                found.update(f"{path.relative_to(directory).as_posix()}\0".encode())
                found.update(path.read_bytes())
    return found.hexdigest()
