"""Addresses that leave the application, in e-mails and on paper."""

from typing import Any

from flask import current_app


def activation_link(token: str) -> str:
    """Where an invited person makes an account."""
    return public_url("auth.activate", token=token)


def public_url(endpoint: str, **values: Any) -> str:
    """The full address of a page under PUBLIC_URL, also outside a request.

    The address of the request is not asked: whoever sends it could have it point elsewhere.
    """
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    return f"{current_app.config['PUBLIC_URL']}{path}"
