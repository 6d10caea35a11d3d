"""Keep the pages' templates as they were compiled, which takes longer than to fill them."""

import sys
from contextlib import suppress
from hashlib import sha1
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from billtext.rendering.pages import environment


def keep_compiled() -> None:
    """Have the pages' templates compiled once for all processes."""
    environment.environment().bytecode_cache = _Compiled()


class _Compiled(FileSystemBytecodeCache):
    """The templates as they were compiled, where Python keeps our modules when it has compiled them."""

    def __init__(self) -> None:
        maker = environment.__file__
        super().__init__(str(Path(cache_from_source(maker)).parent))
        self._of = f"{version('jinja2')}\0{Path(maker).read_text('utf-8')}\0"

    def get_source_checksum(self, source: str) -> str:
        """Of all that a compiled template hangs on: Jinja2, our part in it, and the text."""
        return sha1((self._of + source).encode(), usedforsecurity=False).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take it if it is there and whole."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # a damaged file may do anything but be read
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, unless Python is told to keep nothing or may not write there."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)
