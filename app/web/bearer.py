"""Machines that show a token of the settings: `Authorization: Bearer …`."""

import hmac

from flask import current_app, request


def shows_token(setting: str) -> bool:
    """Whether this request shows the token that the setting holds; nobody does while it is empty."""
    token = current_app.config[setting]
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(shown.encode(), token.encode())
