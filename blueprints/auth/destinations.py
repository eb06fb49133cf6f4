"""Where somebody goes after signing in."""

from urllib.parse import urlsplit

from flask import current_app, url_for

from app.accounts.models import Role, User

HOMES = {
    Role.DEPOSITOR: "portal.home",
    Role.VOLUNTEER: "till.home",
    Role.MANAGER: "backoffice.home",
    Role.TREASURER: "treasury.home",
    Role.ADMIN: "backoffice.home",
}


def home_of(user: User) -> str:
    """The first page of the person's role."""
    endpoint = HOMES[user.role]
    return url_for(endpoint if endpoint in current_app.view_functions else "auth.account")


def local_path(wanted: str | None) -> str | None:
    """The page somebody wanted before signing in, when it is one of ours; None for anything else."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return None
    if any(ord(character) < 32 or character == "\\" for character in wanted):
        return None
    parts = urlsplit(wanted)
    return wanted if not parts.scheme and not parts.netloc else None
