"""Static files, answered before the application: a till asks for two hundred when it opens, and none needs a
session, a token or a database."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.utils import send_from_directory
from werkzeug.wrappers import Request

from app.web.security import protective_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FOR_EVER = "public, max-age=31536000, immutable"


class StaticFiles:
    """A WSGI application that sends the files of `app`'s static folder and leaves all the rest to it: what is
    not there gets the application's page.

    An address with the fingerprint of its content (`asset_url`) may be kept for ever, others are asked about
    again with their ETag.
    """

    def __init__(self, app: Flask) -> None:
        assert app.static_folder
        self._folder, self._prefix = app.static_folder, f"{app.static_url_path}/"
        self._application = app.wsgi_app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        application = self._find(environ) or self._application
        return application(environ, start_response)

    def _find(self, environ: "WSGIEnvironment") -> "WSGIApplication | None":
        request = Request(environ)
        if request.method not in ("GET", "HEAD") or not request.path.startswith(self._prefix):
            return None
        try:
            response = send_from_directory(self._folder, request.path.removeprefix(self._prefix), environ)
        except NotFound:
            return None
        response.headers.update(protective_headers(secure=request.is_secure))
        if "v" in request.args:
            response.headers["Cache-Control"] = FOR_EVER
        return response
