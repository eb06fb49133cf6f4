"""Headers that protect every page, and the promise that GET writes nothing."""

from flask import Flask, Response, g, request

from app.core.db import read_only

CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# The till decodes camera pictures with WebAssembly: its selling page, and the copy its service worker keeps.
TILL_CONTENT_POLICY = CONTENT_POLICY + "; script-src 'self' 'wasm-unsafe-eval'"
TILL_PAGES = ("till.sell", "till.shell")


def init_security(app: Flask) -> None:
    app.before_request(_promise_not_to_write)
    app.teardown_request(_forget_promise)
    app.after_request(_add_headers)


def _promise_not_to_write() -> None:
    g.read_only_token = read_only.set(request.method in ("GET", "HEAD", "OPTIONS"))


def _forget_promise(_: BaseException | None) -> None:
    token = g.pop("read_only_token", None)
    if token is not None:
        read_only.reset(token)


def protective_headers(*, secure: bool, policy: str = CONTENT_POLICY) -> dict[str, str]:
    """Headers of every answer. `secure`: it goes over HTTPS."""
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    if secure:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def _add_headers(response: Response) -> Response:
    policy = TILL_CONTENT_POLICY if request.endpoint in TILL_PAGES else CONTENT_POLICY
    for name, value in protective_headers(secure=request.is_secure, policy=policy).items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response
