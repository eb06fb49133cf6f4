"""Tying a browser to a person, in one place for the sign-in form and for an accepted invitation."""

import structlog
from flask import request, session
from flask_login import current_user, login_user, logout_user

from app.accounts.models import User
from app.accounts.sessions import EXPIRES_SOON, close_session, open_session
from app.core.clock import utcnow

log = structlog.get_logger()

# The first that is found in the user agent wins: Edge and Opera also say Chrome, Chrome also says Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def sign_in_browser(user: User) -> None:
    """Open a session for this person in this browser; nothing of what was before in the cookie survives.

    The caller commits.
    """
    if current_user.is_authenticated:
        close_session(current_user.session_token)
    session.clear()
    open_session(user, device_name(request.user_agent.string))
    session.permanent = True
    login_user(user)
    log.info("auth.signed_in", user_id=str(user.id))


def tell_expiring() -> None:
    """Tell the log that somebody at work will soon be signed out: once, which the cookie remembers."""
    ends = current_user.session_expires_at
    if ends - utcnow() < EXPIRES_SOON and "expiring_told" not in session:
        session["expiring_told"] = True
        log.warning("session.expiring", ends=ends.isoformat(timespec="seconds"))


def sign_out_browser() -> None:
    """End this browser's session, in the database too. The caller commits."""
    if current_user.is_authenticated:
        close_session(current_user.session_token)
    logout_user()
    session.clear()


def device_name(user_agent: str) -> str:
    """`Firefox sous Windows`: enough to recognise one's own device, no more is kept."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Navigateur")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return (
        f"{browser} sur {system}"
        if system in ("iPhone", "iPad", "Mac")
        else (f"{browser} sous {system}" if system else browser)
    )
