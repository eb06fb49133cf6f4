"""Accepting an invitation: a password, a consent, and one is in."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField
from wtforms.validators import InputRequired
from wtforms.widgets import PasswordInput

from app.accounts import rules
from app.core.db import db
from app.core.errors import DomainError
from app.deposits.models import Invitation
from app.deposits.services.activation import (
    InvitationUnusable,
    accept_invitation,
    find_invitation,
    renew_expired_link,
    renew_for_email,
)
from app.web.forms import refuse
from app.web.htmx import redirect_to, render
from app.web.links import activation_link
from app.web.signing_in import sign_in_browser
from blueprints.auth import bp, limits
from blueprints.auth.destinations import home_of
from blueprints.auth.forms import AddressForm, NewPasswordForm
from jobs.queue import dispatch_mail


class ActivationForm(NewPasswordForm):
    consent = BooleanField(
        "J’accepte les conditions de dépôt et l’usage de mes coordonnées",
        [InputRequired("Cochez cette case pour déposer à la bourse.")],
    )

    def keep_passwords(self) -> None:
        """A forgotten tick is no reason to type two good passwords again; the page is never stored."""
        if set(self.errors) == {"consent"}:
            self.password.widget = self.again.widget = PasswordInput(hide_value=False)


@bp.route("/activation/<token>", methods=["GET", "POST"])
@limits.token_by_address
def activate(token: str) -> ResponseReturnValue:
    """Opened from an e-mail; the link is used when the form is sent, not when it is opened."""
    form = ActivationForm()
    try:
        invitation = find_invitation(token)
        if form.validate_on_submit():
            return _accept(token, form, invitation)
    except InvitationUnusable as dead:
        return render("auth/dead_invitation.html", status=410, dead=dead, token=token, form=AddressForm())
    except DomainError as refusal:
        db.session.rollback()
        invitation = find_invitation(token)
        refuse(form, refusal)
    form.keep_passwords()
    return render(
        "auth/activate.html",
        status=422 if form.errors else 200,
        form=form,
        invitation=invitation,
        terms=invitation.edition.rulebook.terms,
        advice=rules.ADVICE,
    )


def _accept(token: str, form: ActivationForm, invitation: Invitation) -> ResponseReturnValue:
    version = invitation.edition.rulebook.terms.version
    user = accept_invitation(token, form.password.data or "", version)
    sign_in_browser(user)
    db.session.commit()
    flash("Votre compte est activé. Bienvenue !", "success")
    return redirect_to(home_of(user))


@bp.post("/activation/<token>/new-link")
@limits.reset_by_address
def renew_link(token: str) -> ResponseReturnValue:
    """A new link for an expired one, sent to the address the first one went to."""
    renew_expired_link(token, activation_link)
    return _link_sent()


@bp.post("/activation/new-link")
@limits.reset_by_address
@limits.reset_by_account
def ask_link() -> ResponseReturnValue:
    """A new link by e-mail address; the answer is the same for everybody."""
    form = AddressForm()
    if not form.validate_on_submit():
        dead = InvitationUnusable("unknown")
        return render("auth/dead_invitation.html", status=422, dead=dead, token=None, form=form)
    renew_for_email(form.email.data or "", activation_link)
    return _link_sent()


def _link_sent() -> ResponseReturnValue:
    db.session.commit()
    dispatch_mail()
    flash(
        "Si une invitation vous attend, un nouveau lien est parti à votre adresse. Regardez vos messages.",
        "success",
    )
    return redirect_to(url_for("auth.sign_in"))
