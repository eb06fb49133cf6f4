"""Signing in and out, and the password forgotten."""

from collections.abc import Sequence

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.accounts import rules, services
from app.accounts.demo_accounts import DEMO_ACCOUNTS
from app.accounts.queries import find_password_link
from app.core.clock import utcnow
from app.core.db import db
from app.core.errors import DomainError
from app.sales.queries import unsent_of
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from app.web.links import public_url
from app.web.signing_in import sign_in_browser, sign_out_browser
from blueprints.auth import account_views, bp, limits  # noqa: F401 - account_views attach themselves to bp
from blueprints.auth.credentials import person_of
from blueprints.auth.destinations import home_of, local_path
from blueprints.auth.forms import AddressForm, NewPasswordForm, SignInForm
from jobs.queue import dispatch_mail


@bp.get("/")
def root() -> ResponseReturnValue:
    """Everybody's way in: the home of one's role, or the sign-in page."""
    if not current_user.is_authenticated:
        return redirect(url_for("auth.sign_in"))
    return redirect(home_of(current_user))


@bp.route("/sign-in", methods=["GET", "POST"])
@limits.sign_in_by_address
@limits.sign_in_by_account
def sign_in() -> ResponseReturnValue:
    wanted = local_path(request.values.get("next"))
    form = SignInForm()
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(wanted or home_of(current_user))
    user = person_of(form)
    if user is not None:
        sign_in_browser(user)
        db.session.commit()
        return redirect_to(wanted or home_of(user))
    demo = DEMO_ACCOUNTS if current_app.config["DEMO"] else ()
    status = 422 if form.errors else 200
    return render("auth/sign_in.html", status=status, form=form, wanted=wanted, demo=demo)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Not while a till of this person holds sales that only it has."""
    unsent = unsent_of(current_user.id) if current_user.is_authenticated else []
    if unsent:
        raise SalesNotSent(unsent)
    sign_out_browser()
    db.session.commit()
    flash("Vous êtes déconnecté.", "success")
    return redirect_to(url_for("auth.sign_in"))


@bp.route("/forgot-password", methods=["GET", "POST"])
@limits.reset_by_address
@limits.reset_by_account
def forgot_password() -> ResponseReturnValue:
    form = AddressForm()
    if form.validate_on_submit():
        services.request_password_reset(
            form.email.data or "", lambda token: public_url("auth.reset_password", token=token)
        )
        db.session.commit()
        dispatch_mail()
        return render("auth/reset_sent.html", email=form.email.data)
    return render("auth/forgot_password.html", status=422 if form.errors else 200, form=form)


@bp.route("/reset-password/<token>", methods=["GET", "POST"])
@limits.token_by_address
def reset_password(token: str) -> ResponseReturnValue:
    """Opened from an e-mail; the link is used when the form is sent, not when it is opened."""
    form = NewPasswordForm()
    link = find_password_link(token)
    if link is None or not rules.link_is_usable(link.used_at, link.expires_at, utcnow()):
        return render("auth/dead_link.html", status=410)
    if form.validate_on_submit():
        try:
            user = services.reset_password(token, form.password.data or "")
        except DomainError as refusal:
            refuse(form, refusal)
        else:
            sign_in_browser(user)
            db.session.commit()
            dispatch_mail()
            flash("Votre nouveau mot de passe est enregistré.", "success")
            return redirect_to(home_of(user))
    return render(
        "auth/reset_password.html",
        status=422 if form.errors else 200,
        form=form,
        user=link.user,
        advice=rules.ADVICE,
    )


class SalesNotSent(DomainError):
    """Somebody wants to sign out while tills in their hands hold sales that only they have."""

    def __init__(self, unsent: Sequence[tuple[str, int]]) -> None:
        tills = ", ".join(
            f"{count} vente{'s' if count > 1 else ''} sur la caisse {name}" for name, count in unsent
        )
        super().__init__(
            f"Des ventes ne sont pas encore envoyées : {tills}. Revenez à la caisse, appuyez sur "
            "« Synchroniser », puis déconnectez-vous."
        )
