"""Putting the application together."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from app import extensions, models
from app.accounts.sessions import find_user_by_session
from app.core.db import db, engine_options, prepare_engine
from app.web.access import init_access
from app.web.addresses import init_addresses
from app.web.application import Application
from app.web.component_page import init_component_page
from app.web.errors import init_errors
from app.web.filters import init_filters
from app.web.health import init_health
from app.web.htmx import init_htmx
from app.web.metrics import init_metrics
from app.web.security import init_security
from app.web.static_files import StaticFiles
from app.web.tracing import init_tracing
from app.web.watchdog import init_watchdog
from blueprints import register_blueprints
from config.logging import set_up_logging
from config.sentry import set_up_sentry
from config.settings import ROOT, Settings, flask_config, load_settings

MAX_REQUEST_BYTES = 6 * 1024 * 1024
# A till's whole journal; what is larger than its file may be is told by the page that takes it.
LARGER_REQUESTS = {"till.import_file": 21 * 1024 * 1024}
# Seconds that a request may lose on counting its attempts.
LIMITS_TIMEOUTS = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application, configured by the environment; `overrides` replace settings (tests, commands).

    Raises SettingsError when the environment lacks something.
    """
    settings = load_settings(overrides=overrides)
    set_up_logging(debug=settings.DEBUG, security_file=settings.security_log, file=settings.log_file)
    set_up_sentry(settings)
    app = Application(
        "app", root_path=str(ROOT / "app"), static_folder=str(ROOT / "static"), static_url_path="/static"
    )
    _configure(app, settings)
    # The order of what is done for a request: its time, its token, the promise of GET, then who may.
    init_tracing(app)
    _init_extensions(app)
    init_addresses(app)
    init_security(app)
    init_access(app)
    init_htmx(app)
    init_filters(app)
    init_errors(app)
    init_health(app)
    init_metrics(app)
    init_watchdog(app)
    init_component_page(app)
    register_blueprints(app)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(flask_config(settings))
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.DATABASE_URL,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.DATABASE_URL),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.SECURE_COOKIES,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=24),
        SESSION_REFRESH_EACH_REQUEST=False,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        # The session's life bounds it; an hour is too short for a till.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        RATELIMIT_STORAGE_URI=_limits_storage(settings),
        RATELIMIT_STORAGE_OPTIONS={} if settings.TESTING else LIMITS_TIMEOUTS,
        # Each process counts alone while Redis is down: signing in goes on.
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_ENABLED=not settings.TESTING,
        RATELIMIT_HEADERS_ENABLED=False,
    )
    # Flask's own way to put something around an application; its types declare a method, hence the marks.
    app.wsgi_app = StaticFiles(app)  # type: ignore[method-assign]
    if settings.TRUSTED_PROXIES:
        count = settings.TRUSTED_PROXIES
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _allow_larger_files() -> None:
    request.max_content_length = LARGER_REQUESTS.get(request.endpoint or "", MAX_REQUEST_BYTES)


def _limits_storage(settings: Settings) -> str:
    """Where attempts are counted, for all processes together; the limits library has its own word for a
    socket."""
    if settings.TESTING:
        return "memory://"
    return re.sub(r"^unix://", "redis+unix://", settings.REDIS_URL)


def _init_extensions(app: Flask) -> None:
    assert models.ALL_TABLES
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    # Before the check of the token, which reads the form.
    app.before_request(_allow_larger_files)
    extensions.compress.init_app(app)
    extensions.csrf.init_app(app)
    extensions.htmx.init_app(app)
    extensions.limiter.init_app(app)
    extensions.migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    login = extensions.login_manager
    login.init_app(app)
    login.user_loader(find_user_by_session)
    login.session_protection = None  # the session row is what counts; addresses change on WiFi
