"""What an answer tells the browser to refuse.

Fava sends no such headers, and its pages become each other without being loaded anew: a policy about scripts on a page
of ours would hold for the other extensions that are opened from it. So on pages only what concerns nobody else is
forbidden: to be framed by another site, to send forms elsewhere, to have the addresses of links moved. What is not a
page may run nothing at all.
"""

from collections.abc import Callable

from werkzeug.wrappers import Response

_ALL = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "SAMEORIGIN"}
_PAGE = "frame-ancestors 'self'; form-action 'self'; base-uri 'self'; object-src 'self'"
_PDF = "script-src 'none'; frame-ancestors 'self'"  # in a sandbox, browsers do not show one
_OTHER = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
_ASSETS = {"text/css", "text/javascript", "application/javascript"}


def given(*, page: bool) -> Callable[[Response], Response]:
    """What adds the headers to an answer.

    :param page: whether it is a page of Fava's
    """

    def add(answer: Response) -> Response:
        answer.headers.update(_ALL)
        if answer.mimetype not in _ASSETS:
            policy = _PDF if answer.mimetype == "application/pdf" else _OTHER
            answer.headers.setdefault("Content-Security-Policy", _PAGE if page else policy)
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return add
