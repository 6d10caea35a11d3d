"""What an answer tells the browser to refuse.

Fava sends no such headers, and its pages become each other without being loaded anew: a policy about scripts on a page
of ours would hold for the other extensions that are opened from it. So on pages only what concerns nobody else is
forbidden: to be framed by another site, to send forms elsewhere, to have the addresses of links moved. A download may
do nothing at all.
"""

from werkzeug.wrappers import Response

PAGE = {
    "Content-Security-Policy": "frame-ancestors 'self'; form-action 'self'; base-uri 'self'; object-src 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
DOWNLOAD = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
ASSET = {"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=86400"}


def page(response: Response) -> Response:
    """The answer with the headers of a page."""
    response.headers.update(PAGE)
    return response
