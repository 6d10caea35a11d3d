"""A real mail server for the tests (aiosmtpd): it takes mail, or behaves as it is told to."""

import asyncio
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def certificate(directory: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = directory / "server.pem", directory / "server.key"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    return pem, secret


class Letters:
    """What came: each letter as sender, recipients and bytes. `on_rcpt` and `on_data` answer in place of 250."""

    def __init__(self) -> None:
        self.all: list[tuple[str, list[str], bytes]] = []
        self.tried = 0
        self.on_rcpt: Callable[[str], str | None] = lambda _: None
        self.on_data: Callable[[SMTP, int], str | None] = lambda _server, _n: None

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        answer = self.on_rcpt(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.tried += 1
        answer = self.on_data(server, self.tried)
        if answer is None or answer == "cut":
            assert isinstance(envelope.content, bytes)
            self.all.append((str(envelope.mail_from), list(envelope.rcpt_tos), envelope.content))
        if answer == "cut":  # taken, and the line is cut before the answer
            server.transport.abort()
            return "421 gone"
        return answer or "250 OK"


class Room:
    """A running server.

    :param security: as in the ledger: `none`, `starttls` or `tls`
    :param password: of the user `fjordlys`, where it asks for one
    :param most: bytes of a message that it takes, and says so (RFC 1870)
    """

    def __init__(self, directory: Path, security: str = "none", password: str = "", most: int = 33_554_432) -> None:
        self.letters = Letters()
        self.pem: Path | None = None
        self.port = 0
        self._options: dict[str, Any] = {"data_size_limit": most}
        self._tls: ssl.SSLContext | None = None
        if password:
            self._options |= {
                "authenticator": _doorkeeper(password), "auth_required": True,
                "auth_require_tls": security == "starttls",
            }  # fmt: skip
        if security != "none":
            self.pem, key = certificate(directory)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.pem, key)
            if security == "tls":
                self._tls = context
            else:
                self._options |= {"tls_context": context, "require_starttls": True}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    async def _listen(self) -> asyncio.Server:
        def made() -> SMTP:
            return SMTP(self.letters, loop=self._loop, hostname="localhost", **self._options)

        return await self._loop.create_server(made, "127.0.0.1", 0, ssl=self._tls)

    def __enter__(self) -> "Room":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


def _doorkeeper(password: str) -> Callable[..., AuthResult]:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data == LoginPassword(b"fjordlys", password.encode())
        return AuthResult(success=right, handled=False)

    return check
