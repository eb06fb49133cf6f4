"""The guide's pages and pictures: the same for everybody, and readable when the database is not."""

import hashlib
from dataclasses import dataclass
from functools import cache

from flask import Response, abort, current_app, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from blueprints.help import bp
from blueprints.help.guide import FOLDER, NAMES, GuidePage, read_page

YEAR_SECONDS = 31536000
KEPT_AT_TILLS = "benevole"


@bp.get("/")
def contents() -> ResponseReturnValue:
    return _static_page("help/contents.html", pages=[page_of(name) for name in NAMES])


@bp.get("/<name>")
def page(name: str) -> ResponseReturnValue:
    if name not in NAMES:
        abort(404)
    return _static_page("help/page.html", **_page_context(name))


@bp.get("/img/<path:name>")
def image(name: str) -> ResponseReturnValue:
    return send_from_directory(FOLDER / "img", name, max_age=YEAR_SECONDS if "v" in request.args else None)


def page_of(name: str) -> GuidePage:
    return read_page(name, _page_address, _image_address)


@dataclass(frozen=True)
class KeptPage:
    """A page of the guide with the addresses of its pictures, for the till's service worker to keep."""

    html: str
    images: tuple[str, ...]


def page_kept_at_tills() -> KeptPage:
    """What a volunteer at a till may need when the server does not answer."""
    images = tuple(_image_address(image) for image in page_of(KEPT_AT_TILLS).images)
    return KeptPage(_draw("help/page.html", **_page_context(KEPT_AT_TILLS)), images)


def _static_page(template: str, **context: object) -> Response:
    """A page without person nor session, rendered without the frame's queries, to be asked for again only
    when it changed."""
    response = Response(_draw(template, **context))
    response.cache_control.no_cache = True
    response.add_etag()
    response.make_conditional(request)
    return response


def _draw(template: str, **context: object) -> str:
    return current_app.jinja_env.get_template(template).render(context)


def _page_context(name: str) -> dict[str, object]:
    return {"page": page_of(name), "pages": [page_of(other) for other in NAMES]}


def _page_address(name: str) -> str:
    return url_for("help.page", name=name)


def _image_address(name: str) -> str:
    return url_for("help.image", name=name, v=_fingerprint(name))


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((FOLDER / "img" / name).read_bytes()).hexdigest()[:12]
