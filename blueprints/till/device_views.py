"""What the till's page asks in a person's name: who works here, a key for this browser, a renewed sign-in."""

from flask import abort, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from app.accounts.sessions import session_id
from app.core.db import db
from app.sales.queries import get_till, open_session_of, seller_at, session_at_till
from app.sales.services.devices import NotYourSession, admit, join_session
from app.sales.services.shifts import take_turn
from blueprints.till import bp


@bp.get("/<int:till_id>/state")
def state(till_id: int) -> ResponseReturnValue:
    """Who works at this till, for its page: the till, its open session, and a token to register with."""
    till = get_till(till_id)
    return jsonify(
        till={
            "id": till.id,
            "number": till.number,
            "training": till.training,
            "edition": till.edition.name,
            "where": till.edition.place,
        },
        session=session_at_till(till.id),
        csrf=generate_csrf(),
    )


@bp.post("/<int:till_id>/device")
def device(till_id: int) -> ResponseReturnValue:
    """Bind this browser to the open session; answers the secret once, when the browser is new to the till."""
    session = open_session_of(till_id)
    if session is None:
        abort(404)
    if current_user.id not in (session.volunteer_id, seller_at(session).id):
        raise NotYourSession(session)
    joined = join_session(
        session,
        _key_id(),
        user_id=current_user.id,
        login_id=session_id(current_user.session_token),
        server_key=current_app.config["SECRET_KEY"],
        take_over=_sent().get("take_over") is True,
    )
    db.session.commit()
    return jsonify(
        key_id=joined.key_id,
        secret=joined.secret_text,
        last_seq=joined.last_seq,
        own_seq=joined.own_seq,
    )


@bp.post("/<int:till_id>/device/login")
def device_login(till_id: int) -> ResponseReturnValue:
    """Who is signed in vouches for this browser: its journal may be sent again."""
    admit(
        get_till(till_id).id,
        _key_id() or "",
        user_id=current_user.id,
        login_id=session_id(current_user.session_token),
        server_key=current_app.config["SECRET_KEY"],
    )
    db.session.commit()
    return "", 204


@bp.post("/<int:till_id>/shift")
def shift(till_id: int) -> ResponseReturnValue:
    """Who is signed in sells from now on at the open drawer; answers the session as its page knows it."""
    session = open_session_of(till_id)
    if session is None:
        abort(404)
    login_id = session_id(current_user.session_token)
    take_turn(session, _key_id() or "", user_id=current_user.id, login_id=login_id)
    db.session.commit()
    return jsonify(session=session_at_till(till_id))


def _sent() -> dict[str, object]:
    data = request.get_json()
    if not isinstance(data, dict):
        abort(400)
    return data


def _key_id() -> str | None:
    value = _sent().get("key_id")
    return value if isinstance(value, str) else None
