"""Who an e-mail and a password are, for every door that takes them."""

from app.accounts import services
from app.accounts.models import User
from app.core.db import db
from blueprints.auth.forms import SignInForm

WRONG = (
    "L’adresse ou le mot de passe ne sont pas les bons. "
    "Après cinq essais manqués, un compte est bloqué un quart d’heure."
)


def person_of(form: SignInForm) -> User | None:
    """The person whose credentials came, or None with the reason in the form. Commits: failures count."""
    if not form.validate_on_submit():
        return None
    user = services.authenticate(form.email.data or "", form.password.data or "")
    db.session.commit()
    if user is None:
        form.form_errors = [WRONG]
    return user
