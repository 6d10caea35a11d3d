"""Whether a POST comes from a page of ours that its reader has just seen. Fava has no users and no sessions.

Who can reach Fava's port may read, and with `fava-write` write: Fava is bound to the own machine, and whoever opens it
to others puts a door before it. What is left is the reader's own browser, which shows pages of others as well:

- **Another site's page** can send a form to `localhost:5000`. Its browser says where it comes from: each browser of
  today sends `Origin` with a POST, and `Sec-Fetch-Site` to hosts that it trusts. Both must name this host, with its
  port: a page of `localhost:8000` is another origin. Who sends neither is no browser, and is refused as well.
- **Another site's page cannot read ours**, so it does not know the form's token: an HMAC of what the form is about,
  by a key that is drawn when Fava starts and never leaves the process.
- **DNS rebinding**: a page of `evil.example` whose name afterwards leads to 127.0.0.1 is of our origin in the eyes
  of the browser, and could read the token too. But it must call us by its own name: we answer to numbers, which no
  DNS leads anywhere, to `localhost`, and to the names that the ledger gives with the extension.
- **A frame** around our page that lures clicks is forbidden by a header: see `headers`.
- **A second click**: the token is of the state as well, such as what is open of the customer. After the first POST that
  is another one. It is looked at while the ledger is held, so that two POSTs at once are no way around it.
"""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

from werkzeug.datastructures import Headers

_KEY = secrets.token_bytes(32)


def token(*about: str) -> str:
    """What a form carries to prove that it is ours, and of the state that it was made for."""
    return hmac.new(_KEY, "\0".join(about).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def same(given: str, *about: str) -> bool:
    """Whether a token is that of a form about this."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), token(*about).encode())


def ours(headers: Headers, host: str, scheme: str = "http") -> bool:
    """Whether a browser says that a request comes from a page of this host.

    >>> ours(Headers({"Origin": "http://localhost:5000", "Sec-Fetch-Site": "same-origin"}), "localhost:5000")
    True
    >>> ours(Headers({"Origin": "http://localhost:8000", "Sec-Fetch-Site": "same-site"}), "localhost:5000")
    False
    """
    if headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return False
    return _place(headers.get("Origin") or headers.get("Referer") or "", scheme) == _place(f"{scheme}://{host}", scheme)


def known(host: str, names: Collection[str]) -> bool:
    """Whether a host, as a browser calls us, is a number, `localhost`, or one of some names.

    >>> [known(host, ["books.example"]) for host in ("127.0.0.1:5000", "[::1]:5000", "books.example", "evil.example")]
    [True, True, True, False]
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost") or name in {each.lower() for each in names}:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _place(address: str, scheme: str) -> tuple[str, int] | None:
    """Host and port of an address. Its scheme is left out: a proxy may speak TLS for us."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme or scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname:
        return None
    return parts.hostname, 0 if port in {80, 443} else port
