"""Signing in and out, passwords, activation of an account."""

from flask import Blueprint

bp = Blueprint("auth", __name__, template_folder="templates")

from blueprints.auth import activation_views, views  # noqa: E402, F401 - views attach themselves to bp
