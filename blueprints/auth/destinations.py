"""Where somebody goes after signing in."""

from urllib.parse import urlsplit

from flask import url_for

from app.accounts.models import Role, User
from app.web.filters import edition_in_view

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
    if user.role is not Role.TREASURER:
        return url_for(endpoint)
    edition = edition_in_view()
    return url_for(endpoint, edition_id=edition.id) if edition else url_for("auth.account")


def local_path(wanted: str | None) -> str | None:
    """The page somebody wanted before signing in, when it is one of ours; None for anything else."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return None
    if any(ord(character) < 32 or character == "\\" for character in wanted):
        return None
    parts = urlsplit(wanted)
    return wanted if not parts.scheme and not parts.netloc else None
