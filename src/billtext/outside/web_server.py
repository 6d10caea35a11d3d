"""Show a directory to browsers on this machine, and tell when files change."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from billtext.errors import Refused

HOST = "127.0.0.1"
_NAMES = {"127.0.0.1", "localhost"}


class _Handler(SimpleHTTPRequestHandler):
    """Answers only who asks for this machine by its own name: a page from elsewhere cannot have itself led here."""

    def send_head(self) -> Any:
        if self.headers.get("Host", "").partition(":")[0] not in _NAMES:
            self.send_error(421)
            return None
        return super().send_head()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Be quiet."""


@contextmanager
def serving(directory: Path, port: int) -> Iterator[str]:
    """Serve a directory while the context lasts; yields its address.

    :raises Refused: the port is taken
    """
    try:
        server = ThreadingHTTPServer((HOST, port), partial(_Handler, directory=str(directory.resolve())))
    except OSError as error:
        raise Refused(f"port {port} cannot be used ({error.strerror}); name another one with --port") from error
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}/receivables/index.html"
    finally:
        server.shutdown()
        server.server_close()


def changes(files: Sequence[Path], *, pause: float = 1.0) -> Iterator[None]:
    """Yield each time that one of the files changes or another file of their kind appears beside them; until Ctrl-C.

    :param files: asked for again at every look, so that the caller may change the list
    :param pause: seconds between two looks
    """
    before = _states(files)
    try:
        while True:
            time.sleep(pause)
            now = _states(files)
            if now != before:
                yield None
                before = _states(files)
    except KeyboardInterrupt:
        return


def _states(files: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    found = {}
    for directory in {path.parent for path in files}:
        for path in directory.glob("*.beancount"):
            try:
                state = path.stat()
            except OSError:
                continue
            found[path] = (state.st_mtime_ns, state.st_size)
    return found
