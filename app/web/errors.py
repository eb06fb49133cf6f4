"""What a visitor sees when something is refused or breaks: a plain sentence, never a trace."""

import structlog
from flask import Flask, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app.core.db import db, failure_event
from app.core.errors import Conflict, DomainError, NotAllowed, NotFound
from app.web.htmx import is_htmx
from app.web.tracing import bind_person

log = structlog.get_logger()
OWN_PAGES = {400, 403, 404, 413, 429, 500}
# What the log tells of refusals: the address by its name, for it may hold a token.
REFUSALS = {403: "access.refused", 429: "access.limited"}


def init_errors(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(500, _server_error)
    # Flask's own line would tell the address, which may hold a token; _server_error tells the rest.
    app.logger.disabled = True


def _domain_error(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    return _page(_status_of(error), error.message)


def _status_of(error: DomainError) -> int:
    statuses = {NotFound: 404, NotAllowed: 403, Conflict: 409}
    return next((status for kind, status in statuses.items() if isinstance(error, kind)), 422)


def _csrf_error(_: CSRFError) -> ResponseReturnValue:
    bind_person()
    log.warning("access.csrf_refused", endpoint=request.endpoint)
    return _page(400, "Cette page est restée ouverte trop longtemps. Rechargez-la, puis recommencez.")


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    if error.code == 405 and request.method == "GET":
        return _page(405, "Cette adresse ne sert qu’à envoyer un formulaire. Revenez à la page précédente.")
    return _page(error.code, None)


def _server_error(error: HTTPException) -> ResponseReturnValue:
    db.session.rollback()
    original = getattr(error, "original_exception", None)
    name = failure_event(original, "http.failed")
    log.error(name, endpoint=request.endpoint, exc_info=original or error)
    return _page(500, None)


def _page(status: int, message: str | None) -> ResponseReturnValue:
    if status in REFUSALS:
        log.warning(REFUSALS[status], endpoint=request.endpoint)
    if request.accept_mimetypes.best == "application/json":
        return {"error": message or "error"}, status
    if is_htmx() and message:
        return make_response(render_template("errors/fragment.html", message=message), status)
    if status >= 500:
        # Rendered without the frame's queries: the database may be what failed.
        return make_response(current_app.jinja_env.get_template("errors/500.html").render(), status)
    code = status if status in OWN_PAGES else (422 if status in (405, 422) else 404)
    template = f"errors/{code}.html" if code in OWN_PAGES else "errors/422.html"
    return make_response(render_template(template, message=message), status)
