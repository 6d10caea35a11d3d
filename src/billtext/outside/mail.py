"""Hand mail to a mail server (SMTP, RFC 5321), over TLS, and tell what became of each message.

What the server has not taken for sure may be tried again: where there is no connection it is, and a message that is
refused for the time being (4xx, with 421 at the cost of the connection) waits until the others have been sent. Once the
text of a message is on its way and no answer comes back, nobody knows: that is doubtful, and never tried again.
"""

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from billtext.errors import Refused
from billtext.outside.mail_server import PORTS, Server

TRIES = 4
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")  # enhanced status code, RFC 3463
_DOT = re.compile(rb"^\.", re.MULTILINE)
_CLOSING = 421
_ANSWER = 600.0  # seconds for the text of a message, and again for the answer to it, RFC 5321, 4.5.3.2.6
_PROBE = 10.0  # seconds
_WAYS = "CRAM-MD5, PLAIN or LOGIN"  # those of smtplib
_OTHER_NAME = 62  # X509_V_ERR_HOSTNAME_MISMATCH of OpenSSL


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a message: `sent`, `failed`, `doubtful` or `waiting`.

    :param code: the server's codes, such as `550 5.1.1`, since its words may name a person; or what broke,
        or is too large
    :param words: the server's own, for whoever sends
    :param place: the file that it is in, where no server was given it
    """

    outcome: str
    code: str = ""
    words: str = ""
    place: Path | None = None


class _Temporary(Exception):  # noqa: N818 - what happened, as the next ones
    """It surely has not gone out, and may go later."""

    def __init__(self, code: str, words: str, *, reached: bool) -> None:
        super().__init__(words)
        self.code, self.words, self.reached = code, words, reached


class _Permanent(Exception):  # noqa: N818
    """The server refuses this message."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


class Unreachable(Refused):
    """The mail server takes nothing now: whatever is not sent keeps waiting."""


def wait(seconds: float) -> None:
    """Wait between messages, and before another try."""
    time.sleep(seconds)


class Post:
    """A connection to a mail server, made when it is needed and made anew when it breaks. Used as a context."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._smtp: smtplib.SMTP | None = None
        # Why the line was lost over mail to a domain, each time since it was last kept and the turn began.
        self._lost: dict[str, list[_Temporary]] = {}
        self._turn = 0
        self._unanswered = 0  # messages in a row of which nobody knows whether the server has them
        # The codes by which messages in a row were refused for good, by the domain that each was to.
        self._refused: dict[str, str] = {}
        self._last: float | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say goodbye to the server, unless we were interrupted, perhaps in the middle of a message."""
        self._leave(politely=kind is None)

    def reach(self) -> None:
        """See that the server takes our mail, before anything is sent.

        :raises Unreachable: it cannot be reached
        :raises Refused: it cannot be trusted, or does not take the password
        """
        self._retried(self._connected)

    def send(self, data: bytes, sender: str, recipient: str, *, turn: int = 0) -> Outcome:
        """Send one message, and wait before it as the rate asks.

        :param data: the message with its headers, lines ending in CRLF
        :param turn: another number begins another turn, in which the server may have thought better of it
        :raises Unreachable: the server cannot be reached, answered none of the last messages, or refused them all by
            the same code; this one has surely not gone out
        """
        # Each more would be one that a person has to look at.
        if self._unanswered >= TRIES:
            self._stop(
                "it answers to no message that it is sent", remedy="see what it did with those that are doubtful"
            )
        if len(self._refused) >= TRIES:
            why = f"it refuses mail to everybody ({next(iter(self._refused.values()))})"
            self._stop(
                why, remedy="see `smtp-user` and `mail-from`, and say `billtext outbox retry` of those that failed"
            )
        if turn != self._turn:
            self._turn, self._lost = turn, {}
        lost = self._lost.get(_domain(recipient), [])
        if len(lost) >= TRIES:  # not once more for each of them
            return _deferred(lost[-1])
        self._wait()
        unanswered, self._unanswered = self._unanswered, 0
        refused, self._refused = self._refused, {}
        try:
            self._retried(lambda: self._attempt(data, sender, recipient))
        except _Permanent as why:
            self._refused = {to: code for to, code in refused.items() if code == why.code}
            self._refused[_domain(recipient)] = why.code
            return Outcome(outcome="failed", code=why.code, words=why.words)
        except _Temporary as why:
            self._note(recipient, why)
            return _deferred(why)
        except _Doubtful as why:
            self._unanswered = unanswered + 1
            return Outcome(outcome="doubtful", code=str(why), words=str(why))
        self._lost.clear()
        return Outcome(outcome="sent")

    def _note(self, recipient: str, why: _Temporary) -> None:
        """Note whether the line was lost over a message; one recipient stops nobody else's mail, the server does.

        A domain over whose mail it was lost a few times in a row is left alone until the next turn.

        :raises Unreachable: it was lost over mail to several domains, one after the other
        """
        if self._smtp is not None:
            self._lost.clear()
            return
        self._lost.setdefault(_domain(recipient), []).append(why)
        if len(self._lost) >= TRIES:
            raise self._unreachable(why)

    def _unreachable(self, why: _Temporary) -> Unreachable:
        place = f"the mail server {self.server.host}:{self.server.port}"
        remedy = "" if why.code else "; see that it runs, and that `smtp-host` and `smtp-port` name it"
        return Unreachable(f"{place}: {why.words}{remedy}", reason=f"{place}: {why.code or why.words}")

    def _retried(self, attempt: Callable[[], object]) -> None:
        tries = Retrying(
            stop=stop_after_attempt(TRIES), wait=wait_exponential(multiplier=1, max=30), sleep=wait,
            retry=retry_if_exception(lambda why: isinstance(why, _Temporary) and not why.reached), reraise=True,
        )  # fmt: skip
        try:
            tries(attempt)
        except _Temporary as why:
            if why.reached:
                raise
            raise self._unreachable(why) from None

    def _wait(self) -> None:
        if self.server.rate and self._last is not None:
            left = self._last + 60 / self.server.rate - time.monotonic()
            if left > 0:
                wait(left)
        self._last = time.monotonic()

    def _attempt(self, data: bytes, sender: str, recipient: str) -> None:
        smtp = self._connected()
        most = str(smtp.esmtp_features.get("size", ""))  # RFC 1870: in bytes, or 0 where it does not say
        if re.fullmatch(r"[0-9]{1,20}", most) and 0 < int(most) < len(data):
            told = f"the mail has {_megabytes(len(data))}, and the server takes {_megabytes(int(most))} at most"
            raise _Permanent(told, f"{told}; send it by another channel, or with less attached")
        reached = False
        try:
            try:
                self._ask(smtp, *smtp.mail(sender), good=(250,))
            except _Permanent as why:  # it is not about this message
                self._stop(f"it takes no mail from {sender} ({why.words})", f"it takes no mail from us ({why.code})")
            except _Temporary as why:
                why.reached = not why.code.startswith(str(_CLOSING))
                raise
            reached = True
            self._ask(smtp, *smtp.rcpt(recipient), good=(250, 251))
            self._ask(smtp, *smtp.docmd("DATA"), good=(354,))
        except (OSError, smtplib.SMTPException) as error:
            self._leave()
            raise _Temporary(_code(error), _words(error), reached=reached) from None
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(_ANSWER)
            smtp.send(_DOT.sub(b"..", data) + (b"" if data.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            answer = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(self.server.timeout)
        except (OSError, smtplib.SMTPException) as error:
            self._leave()
            raise _Doubtful(f"no answer came after the message was sent ({_words(error)})") from None
        if answer[0] != 250 and not 400 <= answer[0] <= 599:  # RFC 5321, 4.2.1
            self._leave()
            raise _Doubtful(f"the answer after the message was sent says neither yes nor no ({answer[0]})")
        self._ask(smtp, *answer, good=(250,))

    def _ask(self, smtp: smtplib.SMTP, code: int, answer: bytes, *, good: tuple[int, ...]) -> None:
        """Go on where the server agrees; else leave the connection ready for the next message."""
        if code in good:
            return
        words = answer.decode("utf-8", "replace")
        told = _codes(code, words)
        if code == _CLOSING or smtp.sock is None:
            self._leave()
        else:
            try:
                smtp.rset()
            except (OSError, smtplib.SMTPException):
                self._leave()
        if 500 <= code <= 599:  # RFC 5321, 4.2.1
            raise _Permanent(told, f"{code} {words}")
        raise _Temporary(told, f"{code} {words}", reached=True)

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        server = self.server
        context = ssl.create_default_context()
        try:
            if server.security == "tls":
                self._smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=context)
            else:
                if server.port == PORTS["tls"]:
                    self._stop_at_tls()
                self._smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
            self._smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                self._smtp.starttls(context=context)
                self._smtp.ehlo()
            if server.user:
                self._smtp.login(server.user, server.password)
        except ssl.SSLCertVerificationError as error:
            remedy = "ask who runs it, or name a file with its own certificate in $SSL_CERT_FILE"
            if error.verify_code == _OTHER_NAME:
                remedy = "name it in `smtp-host` as its certificate does, or ask who runs it"
            self._stop(f"its certificate is not trusted ({error.verify_message})", remedy=remedy)
        except ssl.SSLError as error:
            if server.security != "tls" or error.reason != "WRONG_VERSION_NUMBER":
                self._leave()
                raise _Temporary("", _words(error), reached=False) from None
            self._stop("it does not begin with TLS", remedy='try `smtp-security` "starttls", or port 465')
        except smtplib.SMTPNotSupportedError as error:
            if "STARTTLS" in str(error):
                remedy = 'try `smtp-security` "tls" with its port for that, mostly 465'
                self._stop("it offers no encryption", remedy=remedy)
            self._stop("it offers no authentication", remedy="try it encrypted, or take `smtp-user` out")
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code >= 500:  # RFC 5321, 4.2.1
                remedy = "correct `smtp-user`, or the password in BILLTEXT_SMTP_PASSWORD or the keyring"
                self._stop(f"it does not take the user and password ({error.smtp_code})", remedy=remedy)
            self._leave()
            raise _Temporary(str(error.smtp_code), _words(error), reached=False) from None
        except (OSError, smtplib.SMTPException) as error:
            mute = self._smtp is None and isinstance(error, TimeoutError | smtplib.SMTPServerDisconnected)
            if mute and server.security != "tls":
                self._stop_at_tls()
            if type(error) is smtplib.SMTPException:  # of `login`: none that both know
                self._stop("it offers no way to log in that we know", remedy=f"ask who runs it for one of {_WAYS}")
            self._leave()
            raise _Temporary(_code(error), _words(error), reached=False) from None
        return self._smtp

    def _stop_at_tls(self) -> None:
        """Tell a server that waits for TLS, where the ledger says otherwise."""
        if _begins_with_tls(self.server):
            self._stop("it begins with TLS", remedy='set `smtp-security` to "tls"')

    def _stop(self, why: str, reason: str = "", *, remedy: str = "") -> NoReturn:
        """Tell why nothing is sent.

        :param reason: what the ledger says of it, where the words are not for it
        :param remedy: for who sends, and not for the ledger
        """
        self._leave()
        place = f"the mail server {self.server.host}:{self.server.port}"
        told = f"{place}: {why}; {remedy}" if remedy else f"{place}: {why}"
        raise Unreachable(told, reason=f"{place}: {reason or why}")

    def _leave(self, *, politely: bool = False) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            if politely:
                smtp.quit()
        except (OSError, smtplib.SMTPException):
            pass
        finally:
            smtp.close()


def _begins_with_tls(server: Server) -> bool:
    """Whether a server that says nothing waits for TLS; its certificate is not looked at, and nothing is sent."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((server.host, server.port), _PROBE) as line,
            context.wrap_socket(line, server_hostname=server.host),
        ):
            return True
    except (OSError, ValueError):
        return False


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.2f} MB"


def _domain(recipient: str) -> str:
    return recipient.rpartition("@")[2].casefold()


def _deferred(why: _Temporary) -> Outcome:
    return Outcome(outcome="waiting", code=why.code or why.words, words=why.words)


class _Doubtful(Exception):  # noqa: N818
    """Nobody knows whether the server has it."""


def _codes(code: int, words: str) -> str:
    """The codes in a server's answer, without its words.

    >>> _codes(550, "5.1.1 <kari@nordlys.example>: unknown")
    '550 5.1.1'
    """
    status = _STATUS.search(words)
    return f"{code} {status[0]}" if status else str(code)


def _code(error: Exception) -> str:
    """The codes of a server's answer; empty where it was no answer."""
    if isinstance(error, smtplib.SMTPResponseException):
        return _codes(error.smtp_code, _words(error))
    return ""


def _words(error: Exception) -> str:
    """What went wrong, in one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        return f"{error.smtp_code} {answer.decode('utf-8', 'replace') if isinstance(answer, bytes) else answer}"
    return " ".join(str(getattr(error, "strerror", None) or error or type(error).__name__).split())
