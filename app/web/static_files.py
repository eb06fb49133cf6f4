"""Static files, answered before the application: a till asks for two hundred when it opens, and none needs a
session, a token or a database."""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.security import safe_join
from werkzeug.wrappers import Request, Response

from app.web.security import protective_headers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FOR_EVER = "public, max-age=31536000, immutable"
PACKED_ALREADY = {".png", ".woff2"}
_IMPORT = re.compile(rb'^@import "([a-z-]+\.css)";\n', re.MULTILINE)


@dataclass(frozen=True)
class StaticFile:
    """What is sent for a file: `content`, or `zipped` to who takes it (None where that gains nothing)."""

    content: bytes
    zipped: bytes | None
    mimetype: str
    fingerprint: str


def static_content(path: Path) -> bytes:
    """The file as browsers get it: a stylesheet with those it imports in their places, one request instead of
    thirty-six. Raises OSError when there is none."""
    content = path.read_bytes()
    if path.suffix == ".css":
        content = _IMPORT.sub(lambda found: path.with_name(found[1].decode()).read_bytes(), content)
    return content


def fingerprint(content: bytes) -> str:
    """12 hexadecimal digits that change when the content does."""
    return hashlib.sha256(content).hexdigest()[:12]


def read_static_file(path: Path) -> StaticFile:
    """Raises OSError when there is none."""
    content = static_content(path)
    zipped = None if path.suffix in PACKED_ALREADY else gzip.compress(content)
    mimetype = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return StaticFile(content, zipped, mimetype, fingerprint(content))


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
        self._read = read_static_file if app.debug else cache(read_static_file)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        application = self._find(environ) or self._application
        return application(environ, start_response)

    def _find(self, environ: "WSGIEnvironment") -> "WSGIApplication | None":
        request = Request(environ)
        if request.method not in ("GET", "HEAD") or not request.path.startswith(self._prefix):
            return None
        path = safe_join(self._folder, request.path.removeprefix(self._prefix))
        if path is None or not Path(path).is_file():
            return None
        return _answer(self._read(Path(path)), request)


def _answer(file: StaticFile, request: Request) -> Response:
    zipped = file.zipped if request.accept_encodings.quality("gzip") > 0 else None
    response = Response(file.content if zipped is None else zipped, mimetype=file.mimetype)
    response.headers["Cache-Control"] = FOR_EVER if "v" in request.args else "no-cache"
    response.headers["Vary"] = "Accept-Encoding"
    if zipped is not None:
        response.headers["Content-Encoding"] = "gzip"
    response.set_etag(file.fingerprint if zipped is None else f"{file.fingerprint}-gzip")
    response.headers.update(protective_headers(secure=request.is_secure))
    response.make_conditional(request)
    return response
