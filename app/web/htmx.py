"""HTMX, wrapped once: whole page or named block of the same template, and the headers that go with it."""

from typing import Any

from flask import Flask, Response, make_response, render_template
from flask import request as flask_request
from htmx_flask import request as htmx_request
from jinja2_fragments.flask import render_block, render_blocks


def is_htmx() -> bool:
    """Whether a fragment is wanted: an HTMX request that is neither boosted nor a history restore."""
    header = htmx_request.htmx
    return bool(header) and not header.boosted and not header.history_restore_request


def render(
    template: str, block: str | list[str] | None = None, *, status: int = 200, **context: Any
) -> Response:
    """The page, or for HTMX only its `block` (several blocks follow each other, for out-of-band swaps)."""
    if block is None or not is_htmx():
        body = render_template(template, **context)
    elif isinstance(block, str):
        body = render_block(template, block, **context)
    else:
        body = render_blocks(template, block, **context)
    return make_response(body, status)


def redirect_to(url: str) -> Response:
    """After a POST: 303 for a browser, HX-Redirect for HTMX."""
    if is_htmx():
        return make_response("", 204, {"HX-Redirect": url})
    return make_response("", 303, {"Location": url})


def init_htmx(app: Flask) -> None:
    @app.after_request
    def vary_on_htmx(response: Response) -> Response:
        # htmx-flask 0.1.0 does not say it: without this a cache may answer a page with a fragment.
        if flask_request.endpoint != "static":
            response.vary.add("HX-Request")
        return response
