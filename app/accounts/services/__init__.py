"""Changing accounts, passwords and sign-ins. Nothing here commits; each act is in the audit log."""

from app.accounts.services.passwords import (
    change_own_password,
    request_password_reset,
    reset_password,
    set_password,
)
from app.accounts.services.people import (
    change_role,
    create_user,
    disable_user,
    enable_user,
    send_password_link,
    update_user,
)
from app.accounts.services.signing_in import authenticate, revoke_session

__all__ = [
    "authenticate",
    "change_own_password",
    "change_role",
    "create_user",
    "disable_user",
    "enable_user",
    "request_password_reset",
    "reset_password",
    "revoke_session",
    "send_password_link",
    "set_password",
    "update_user",
]
