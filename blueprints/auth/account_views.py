"""One's own account: password and devices."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import services
from app.accounts.queries import open_sessions
from app.accounts.rules import ADVICE
from app.accounts.sessions import hash_token
from app.core.db import db
from app.core.errors import DomainError
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from app.web.signing_in import sign_in_browser
from blueprints.auth import bp, limits
from blueprints.auth.forms import ChangePasswordForm
from jobs.queue import dispatch_mail


@bp.get("/account")
def account() -> ResponseReturnValue:
    return _page(ChangePasswordForm())


@bp.post("/account/password")
@limits.token_by_address
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if not form.validate_on_submit():
        return _page(form)
    person = current_user._get_current_object()
    try:
        services.change_own_password(person, form.current.data or "", form.password.data or "")
    except DomainError as refusal:
        refuse(form, refusal)
        return _page(form)
    sign_in_browser(person)
    db.session.commit()
    dispatch_mail()
    flash("Votre mot de passe est changé. Vos autres appareils sont déconnectés.", "success")
    return redirect_to(url_for("auth.account"))


@bp.post("/account/sessions/<int:session_id>/end")
def end_session(session_id: int) -> ResponseReturnValue:
    services.revoke_session(current_user._get_current_object(), session_id)
    db.session.commit()
    flash("Cet appareil est déconnecté.", "success")
    return redirect_to(url_for("auth.account"))


def _page(form: ChangePasswordForm) -> ResponseReturnValue:
    return render(
        "auth/account.html",
        status=422 if form.errors else 200,
        form=form,
        devices=open_sessions(current_user),
        advice=ADVICE,
        here=hash_token(current_user.session_token),
    )
