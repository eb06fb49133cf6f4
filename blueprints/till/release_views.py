"""Giving up a device that is dead or lost."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.core.db import db
from app.core.errors import DomainError
from app.sales.queries import get_till, is_silent_at, open_session_of, unsent_at
from app.sales.services.release import give_up_device
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from blueprints.till import bp
from blueprints.till.forms import GiveUpForm


@bp.route("/<int:till_id>/device/release", methods=["GET", "POST"])
def release(till_id: int) -> ResponseReturnValue:
    """Say why the device will not come back; the session can then be counted and closed without it."""
    till = get_till(till_id)
    session = open_session_of(till.id)
    if session is None:
        return redirect_to(url_for("till.home"))
    form = GiveUpForm()
    if form.validate_on_submit():
        try:
            give_up_device(session, form.reason.data or "", current_user.id)
        except DomainError as refusal:
            db.session.rollback()
            refuse(form, refusal)
        else:
            db.session.commit()
            flash(
                f"L’appareil de la caisse {till.name} est abandonné. Comptez maintenant le tiroir.", "success"
            )
            return redirect_to(url_for("till.close", till_id=till.id))
    status = 422 if form.is_submitted() else 200
    return render(
        "till/release.html",
        "form",
        status=status,
        till=till,
        form=form,
        unsent=unsent_at(session),
        silent=is_silent_at(session),
    )
