"""Signing in without leaving the till's page: its window posts here and gets JSON."""

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from app.core.db import db
from app.web.access import may_use
from app.web.signing_in import sign_in_browser
from blueprints.auth import limits
from blueprints.auth.credentials import person_of
from blueprints.auth.forms import SignInForm
from blueprints.till import bp


@bp.get("/csrf")
def csrf() -> ResponseReturnValue:
    """A token for whoever asks, also when nobody is signed in any more."""
    return jsonify(csrf=generate_csrf())


@bp.post("/sign-in")
@limits.sign_in_by_address
@limits.sign_in_by_account
def sign_in() -> ResponseReturnValue:
    """Somebody of the team signs in on a till's device.

    A token for what follows is asked for again: the one that came is of a session that is over.
    """
    form = SignInForm()
    user = person_of(form)
    if user is None:
        messages = [*form.form_errors, *(message for field in form for message in field.errors)]
        return jsonify(error=messages[0]), 422
    if not may_use("till.device_login", user.roles):
        return jsonify(
            error="Seule une personne de l’équipe de la bourse peut se connecter à une caisse."
        ), 422
    sign_in_browser(user)
    db.session.commit()
    return jsonify(name=user.full_name)
