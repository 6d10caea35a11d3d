"""The mail server that the ledger names, how it is logged in to, and who mail comes from.

The password is in the environment or the keyring, never in the ledger.
"""

import os
from dataclasses import dataclass, field

from billtext.errors import Refused
from billtext.model import Date, Register

PASSWORD = "BILLTEXT_SMTP_PASSWORD"  # noqa: S105 - the name of the variable
PORTS = {"starttls": 587, "tls": 465, "none": 25}
_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A mail server.

    :param security: `starttls`, `tls` or `none`
    :param user: empty for a server that asks for none
    :param rate: messages a minute; 0 for as many as go
    """

    host: str
    port: int
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    rate: int = 0
    timeout: float = 60.0


def server(register: Register) -> Server:
    """The mail server that the ledger names, with the password from the environment or the keyring.

    :raises Refused: it names none, or the password is not there or would go over the line in the clear
    """
    options = register.options
    host = options.of("smtp-host")
    if host is None:
        raise Refused(
            'no mail server is known; add `custom "billtext-option" "smtp-host" "smtp.example.com"`, or the option '
            '"mail" "outbox" to have mails laid into the outbox as files'
        )
    security, user = str(options.of("smtp-security")), str(options.of("smtp-user") or "")
    if security == "none" and user and host not in _LOCAL:
        raise Refused(f'the password would go to {host} in the clear; set `smtp-security` to "starttls" or "tls"')
    password = _password(user, host) if user else ""
    if not (user + password).isascii():  # smtplib would break off
        raise Refused(
            f"user or password at {host} have letters outside ASCII, which cannot be handed over; choose others",
            reason=f"user or password at {host} cannot be handed over",
        )
    return Server(
        host=host, port=options.of("smtp-port") or PORTS[security], security=security, user=user,
        password=password, rate=int(options.of("mail-rate")),
    )  # fmt: skip


def _password(user: str, host: str) -> str:
    found = os.environ.get(PASSWORD)
    if found:
        return found
    unknown = f"the password at {host} is not known"
    try:
        import keyring
    except ImportError:
        raise Refused(
            f"the password of {user} at {host} is not known; set the variable {PASSWORD}", reason=unknown
        ) from None
    try:
        found = keyring.get_password(f"billtext {host}", user)
    except Exception as error:  # a keyring has errors of its own, for each system others
        raise Refused(
            f"the keyring gives no password of {user} at {host} ({_sentence(error)}); set {PASSWORD}", reason=unknown
        ) from None
    if not found:
        raise Refused(
            f"the password of {user} at {host} is not known; set the variable {PASSWORD}, or say "
            f"`keyring set 'billtext {host}' {user}`",
            reason=unknown,
        )
    return str(found)


def _sentence(error: Exception) -> str:
    """The first sentence of what an error says; a keyring goes on to tell how to install another."""
    return " ".join(str(error).split()).partition(". ")[0] or type(error).__name__


def sender(register: Register, today: Date) -> str:
    """The address that mail comes from.

    :raises Refused: none is known
    """
    found = register.options.at("mail-from", today) or register.company(today).get("email")
    if not found:
        raise Refused('no sender is known; add `email:` to the company, or the option "mail-from"')
    return str(found)
